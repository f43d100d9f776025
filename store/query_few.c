/* What indexes find in tables of millions of rows. */
#include "store/campaigns.h"
#include "store/query_tables.h"

/* One or the other end of a connection. */
#define ENDS(from, t, of, by_time)                                                                 \
	{                                                                                          \
		.halves = { from " WHERE " t ".client_key " of,                                    \
			from " WHERE " t ".server_key " of " AND NOT +" t ".client_key " of },     \
		.ordered = by_time                                                                 \
	}
#define IS_HOST "= :host_key"
#define IS_IN_NET "BETWEEN :net_low AND :net_high"
#define OF_INDEX(from_where)                                                                       \
	{                                                                                          \
		.halves = { from_where }, .ordered = true                                          \
	}
#define OF_CLIENTS(from, t, what)                                                                  \
	{                                                                                          \
		.halves = { from " WHERE " t ".client_key IN " HOSTS_OF(what) }                    \
	}
#define OF_SESSIONS(rows, where)                                                                   \
	{                                                                                          \
		.probe = "FROM " rows " WHERE " where, .halves = {                                 \
			"FROM sessions s WHERE s.session IN (SELECT session FROM " rows            \
			" WHERE " where ")"                                                        \
		}                                                                                  \
	}

const struct big_sql big_sessions = {
	.key = "s.seq",
	.at = "s.start_ns",
	.few = {
		[FILTER_HOST] = ENDS("FROM sessions s", "s", IS_HOST, true),
		[FILTER_NET] = ENDS("FROM sessions s", "s", IS_IN_NET, false),
		[FILTER_VERDICT] = OF_CLIENTS("FROM sessions s", "s", "verdict = :verdict"),
		[FILTER_CAUSE] = OF_CLIENTS("FROM sessions s", "s", "cause = :cause"),
		[FILTER_LIST] = OF_SESSIONS("evidence", "list = :list AND list <> ''"),
		[FILTER_CLASS] = OF_SESSIONS("evidence", "class = :class"),
		[FILTER_OUTCOME] = OF_SESSIONS("mails", "outcome = :outcome"),
		[FILTER_RULE] = { .probe = "FROM hits WHERE rule = :rule",
			.halves = { "FROM sessions s WHERE s.session IN (SELECT m.session FROM hits t"
				    " JOIN mails m ON m.seq = t.mail WHERE t.rule = :rule)" } },
		[FILTER_DOMAIN] = { .halves = { "FROM sessions s WHERE s.session IN (SELECT session"
						" FROM mails m WHERE " FROM_DOMAIN
						" UNION ALL SELECT session FROM mails m WHERE " RCPT_DOMAIN ")" },
			.probe = "FROM (SELECT 1 FROM mails m WHERE " FROM_DOMAIN
				 " UNION ALL SELECT 1 FROM mails m WHERE " RCPT_DOMAIN ")" },
		[FILTER_SESSION] = OF_INDEX("FROM sessions s WHERE s.session = :session"),
		[FILTER_PORT] = OF_INDEX("FROM sessions s WHERE s.server_port = :port"),
		[FILTER_TLS] = OF_INDEX("FROM sessions s WHERE s.tls = :tls"),
	},
};

#define MAILS_OF_SESSIONS "FROM sessions s CROSS JOIN mails m ON m.session = s.session"
/* Their sessions are counted: that is quick. */
#define MAILS_OF_ENDS(of)                                                                          \
	{                                                                                          \
		.probe = "FROM (SELECT 1 FROM sessions s WHERE s.client_key " of                   \
			 " UNION ALL SELECT 1 FROM sessions s WHERE s.server_key " of ")",         \
		.halves = {                                                                        \
			MAILS_OF_SESSIONS " WHERE s.client_key " of,                               \
			MAILS_OF_SESSIONS " WHERE s.server_key " of " AND NOT +s.client_key " of   \
		}                                                                                  \
	}
#define MAILS_OF_CLIENTS(what)                                                                     \
	{                                                                                          \
		.probe = "FROM sessions s WHERE s.client_key IN " HOSTS_OF(what), .halves = {      \
			MAILS_OF_SESSIONS " WHERE s.client_key IN " HOSTS_OF(what)                 \
		}                                                                                  \
	}
const struct big_sql big_mails = {
	.key = "m.seq",
	.at = "m.start_ns",
	.few = {
		[FILTER_CAMPAIGN] = { .halves = { "FROM mails m WHERE m.text_key <> '' AND m.text_key IN "
						  TEXTS_OF_CAMPAIGN(":campaign") } },
		[FILTER_HOST] = MAILS_OF_ENDS(IS_HOST),
		[FILTER_NET] = MAILS_OF_ENDS(IS_IN_NET),
		[FILTER_VERDICT] = MAILS_OF_CLIENTS("verdict = :verdict"),
		[FILTER_CAUSE] = MAILS_OF_CLIENTS("cause = :cause"),
		[FILTER_LIST] = { .probe = "FROM evidence WHERE list = :list AND list <> ''",
			.halves = { "FROM mails m WHERE m.session IN"
				    " (SELECT session FROM evidence WHERE list = :list AND list <> '')" } },
		[FILTER_RULE] = { .probe = "FROM hits WHERE rule = :rule",
			.halves = { "FROM hits t CROSS JOIN mails m ON m.seq = t.mail WHERE t.rule = :rule" } },
		[FILTER_CLASS] = OF_INDEX("FROM mails m WHERE m.class = :class"),
		[FILTER_OUTCOME] = OF_INDEX("FROM mails m WHERE m.outcome = :outcome"),
		[FILTER_DOMAIN] = { .halves = { "FROM mails m WHERE " FROM_DOMAIN,
					    "FROM mails m WHERE " RCPT_DOMAIN " AND NOT +" FROM_DOMAIN },
			.ordered = true },
		[FILTER_SESSION] = { .halves = { "FROM mails m WHERE m.session = :session" } },
		[FILTER_PORT] = { .probe = "FROM sessions s WHERE s.server_port = :port",
			.halves = { MAILS_OF_SESSIONS " WHERE s.server_port = :port" } },
	},
};

const struct big_sql big_evidence = {
	.key = "e.seq",
	.at = "e.first_ns",
	.few = {
		[FILTER_HOST] = ENDS("FROM evidence e", "e", IS_HOST, false),
		[FILTER_NET] = ENDS("FROM evidence e", "e", IS_IN_NET, false),
		[FILTER_VERDICT] = OF_CLIENTS("FROM evidence e", "e", "verdict = :verdict"),
		[FILTER_CAUSE] = OF_CLIENTS("FROM evidence e", "e", "cause = :cause"),
		[FILTER_LIST] = OF_INDEX("FROM evidence e WHERE e.list = :list AND e.list <> ''"),
		[FILTER_CLASS] = OF_INDEX("FROM evidence e WHERE e.class = :class"),
		[FILTER_SESSION] = { .halves = { "FROM evidence e WHERE e.session = :session" } },
	},
};
