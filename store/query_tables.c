#include "store/query_tables.h"

#include "store/query_abuse.h"

#include <string.h>

#include "store/query_tables_sums.h"

#include "store/columns_cases.h"

/* Rows: X(name, title, type, hidden, note, cell, sort).  The order of the rows is the order in CSV
 * and on pages. */

#define SHOWN false
#define HIDDEN true

/* clang-format off */

/* Verdicts in their own order; '' comes first. */
#define RANK(name) "instr(',unknown,clean,watch,throttled,likely,listed,', ',' || " name " || ',')"

#define HOSTS(X) \
	X("host", "Host", TEXT, SHOWN, "address", "h.host", "h.host_key") \
	X("name", "Name", TEXT, SHOWN, "the name it gives most in HELO", "h.name", NULL) \
	X("verdict", "Verdict", TEXT, SHOWN, "listed, likely, throttled, watch, clean, unknown", "h.verdict", "h.verdict_rank") \
	X("risk", "Risk", REAL, SHOWN, "0 to 1: how likely a listing is, or 1 when it has come", "h.risk", NULL) \
	X("cause", "Main cause", TEXT, SHOWN, "the most likely cause", "h.cause", NULL) \
	X("confidence", "Confidence", REAL, HIDDEN, "in that cause, 0 to 1", "h.confidence", NULL) \
	X("role", "Role", TEXT, SHOWN, "what the host is: mta, client, submission, web, proxy", "h.role", NULL) \
	X("listed_on", "Listed on", TEXT, SHOWN, "lists that remote servers name when they refuse it", "h.listed_on", NULL) \
	X("sessions", "Sessions", INT, SHOWN, "sessions as a client", "h.sessions", NULL) \
	X("mails", "Mails", INT, SHOWN, "transactions", "h.mails", NULL) \
	X("rcpts", "Recipients", INT, SHOWN, "recipients", "h.rcpts", NULL) \
	X("accepted", "Accepted", INT, HIDDEN, "recipients accepted", "h.accepted", NULL) \
	X("rejected", "Rejected", INT, SHOWN, "recipients refused for good, 5xx", "h.rejected", NULL) \
	X("deferred", "Deferred", INT, SHOWN, "recipients refused for now, 4xx", "h.deferred", NULL) \
	X("first", "First seen", TIME, HIDDEN, "UTC", "h.first_ns", NULL) \
	X("last", "Last seen", TIME, SHOWN, "UTC", "h.last_ns", NULL) \
	X("verdict_since", "Verdict since", TIME, HIDDEN, "UTC", "h.verdict_since_ns", NULL) \
	X("visibility", "Seen", TEXT, HIDDEN, "the most that was seen of its mail: content, envelope, flow", "h.visibility", NULL) \
	X("summary", "Why", TEXT, SHOWN, "the verdict in a sentence", "h.summary", NULL) \
	X("sensor", "Sensor", TEXT, HIDDEN, "who saw it", "h.sensor", NULL) \
	X("refused_by", "Own lists", TEXT, HIDDEN, "reputations and rate limits of single providers in force", \
		"(SELECT group_concat(l.list || ' (' || l.kind || ')', ', ') FROM (SELECT list, kind FROM listings" \
		" WHERE host = h.host AND kind <> 'list' AND until_ns = 0 ORDER BY since_ns, list) l)", NULL) \
	X("clients", "Clients", INT, HIDDEN, "that speak through this address, about; 0 = not known", \
		"ifnull(h.record ->> '$.clients', 0)", NULL) \
	X("behind", "Behind it", TEXT, HIDDEN, "hosts whose mail it sends on, most spam first", \
		"(SELECT group_concat(b.value ->> 'ip', ' ') FROM json_each(h.record, '$.behind') b)", NULL) \
	X("case", "Case", TEXT, HIDDEN, "new, acknowledged, resolved; came-back: resolved, and worse since; empty = none", \
		"(SELECT " CASE_SHOWN_STATE " FROM cases k WHERE k.host = h.host)", NULL) \
	X("assignee", "Assigned to", TEXT, HIDDEN, "who has the case", \
		"(SELECT k.assignee FROM cases k WHERE k.host = h.host)", NULL)

#define SESSIONS(X) \
	X("start", "Start", TIME, SHOWN, "UTC", "s.start_ns", NULL) \
	X("end", "End", TIME, HIDDEN, "UTC", "s.end_ns", NULL) \
	X("session", "Session", TEXT, SHOWN, "identity", "s.session", NULL) \
	X("client", "Client", TEXT, SHOWN, "address", "s.client", "s.client_key") \
	X("client_port", "Client port", INT, HIDDEN, "TCP", "s.client_port", NULL) \
	X("server", "Server", TEXT, SHOWN, "address", "s.server", "s.server_key") \
	X("server_port", "Port", INT, SHOWN, "of the server, TCP", "s.server_port", NULL) \
	X("protocol", "Protocol", TEXT, SHOWN, "smtp, lmtp, or what a mail port carries instead", "s.protocol", NULL) \
	X("direction", "Direction", TEXT, SHOWN, "outbound, inbound, internal, external", "s.direction", NULL) \
	X("visibility", "Seen", TEXT, HIDDEN, "content, envelope or flow", "s.visibility", NULL) \
	X("helo", "HELO", TEXT, SHOWN, "the name the client gave", "s.helo", NULL) \
	X("banner", "Banner", TEXT, HIDDEN, "greeting of the server", "s.banner", NULL) \
	X("encrypted", "TLS", INT, SHOWN, "1 = went on, or began, under TLS", "s.encrypted", NULL) \
	X("tls", "TLS version", TEXT, HIDDEN, "as negotiated", "s.tls", NULL) \
	X("auth", "AUTH", TEXT, HIDDEN, "mechanism", "s.auth", NULL) \
	X("auth_result", "AUTH result", TEXT, HIDDEN, "ok, fail, unknown", "s.auth_result", NULL) \
	X("client_software", "Client software", TEXT, HIDDEN, "as far as it can be told", "s.client_software", NULL) \
	X("server_software", "Server software", TEXT, HIDDEN, "as far as it can be told", "s.server_software", NULL) \
	X("mails", "Mails", INT, SHOWN, "transactions", "s.mails", NULL) \
	X("refusals", "Refusals", INT, SHOWN, "4xx and 5xx replies", "s.refusals", NULL) \
	X("class", "Class", TEXT, SHOWN, "of the refusal that says most", "s.class", NULL) \
	X("list", "List", TEXT, SHOWN, "that the refusal names", "s.list", NULL) \
	X("anomalies", "Anomalies", TEXT, HIDDEN, "what no mail server does", "s.anomalies", NULL) \
	X("bytes_client", "Bytes sent", INT, HIDDEN, "by the client", "s.bytes_client", NULL) \
	X("bytes_server", "Bytes received", INT, HIDDEN, "by the client", "s.bytes_server", NULL) \
	X("gap_bytes", "Bytes lost", INT, SHOWN, "that the mirror never delivered", "s.gap_bytes", NULL) \
	X("close", "Close", TEXT, HIDDEN, "fin, reset, timeout, eof", "s.close", NULL) \
	X("open", "Open", INT, HIDDEN, "1 = it was going on when this was written", "s.open", NULL) \
	X("dialect", "Dialect", TEXT, HIDDEN, "how the client speaks, as a fingerprint", "s.dialect", NULL) \
	X("community_id", "Community ID", TEXT, HIDDEN, "the same in Zeek and Suricata", "s.community_id", NULL) \
	X("sensor", "Sensor", TEXT, HIDDEN, "who saw it", "s.sensor", NULL)

#define MAILS(X) \
	X("start", "Start", TIME, SHOWN, "UTC", "m.start_ns", NULL) \
	X("end", "End", TIME, HIDDEN, "UTC", "m.end_ns", NULL) \
	X("session", "Session", TEXT, SHOWN, "identity", "m.session", NULL) \
	X("number", "No.", INT, SHOWN, "of the mail in its session", "m.number", NULL) \
	X("client", "Client", TEXT, SHOWN, "address", "m.client", "m.client_key") \
	X("server", "Server", TEXT, SHOWN, "address", "m.server", "m.server_key") \
	X("server_port", "Port", INT, HIDDEN, "of the server, TCP", "m.server_port", NULL) \
	X("direction", "Direction", TEXT, HIDDEN, "outbound, inbound, internal, external", "m.direction", NULL) \
	X("mail_from", "Sender", TEXT, SHOWN, "of the envelope; empty = a bounce", "m.mail_from", NULL) \
	X("rcpt", "Recipient", TEXT, SHOWN, "the first one", "m.rcpt", NULL) \
	X("rcpts", "Recipients", INT, SHOWN, "in all", "m.rcpts", NULL) \
	X("rcpts_refused", "Rejected", INT, SHOWN, "recipients refused for good, 5xx", "m.rcpts_refused", NULL) \
	X("rcpts_deferred", "Deferred", INT, HIDDEN, "recipients refused for now, 4xx", "m.rcpts_waiting", NULL) \
	X("outcome", "Outcome", TEXT, SHOWN, "accepted, rejected, deferred, aborted, unknown", "m.outcome", NULL) \
	X("code", "Code", INT, SHOWN, "of the final reply", "m.code", NULL) \
	X("class", "Class", TEXT, HIDDEN, "of the final reply", "m.class", NULL) \
	X("list", "List", TEXT, HIDDEN, "that the final reply names", "m.list", NULL) \
	X("score", "Score", REAL, SHOWN, "5 and more is spam", "m.score", NULL) \
	X("rules", "Rules", TEXT, SHOWN, "that matched", "m.rules", NULL) \
	X("labels", "Labels", TEXT, SHOWN, "what kind of mail it is", "m.labels", NULL) \
	X("header_from", "From", TEXT, HIDDEN, "header field", "m.header_from", NULL) \
	X("subject", "Subject", TEXT, SHOWN, "header field", "m.subject", NULL) \
	X("message_id", "Message-ID", TEXT, HIDDEN, "header field", "m.message_id", NULL) \
	X("mailer", "Mailer", TEXT, HIDDEN, "X-Mailer or User-Agent", "m.mailer", NULL) \
	X("php_script", "PHP script", TEXT, HIDDEN, "that sent it, by its own header", "m.php_script", NULL) \
	X("queue_id", "Queue id", TEXT, HIDDEN, "that the server gave it", "m.queue_id", NULL) \
	X("bytes", "Bytes", INT, SHOWN, "as delivered", "m.bytes", NULL) \
	X("sensor", "Sensor", TEXT, HIDDEN, "who saw it", "m.sensor", NULL) \
	X("client_port", "Client port", INT, HIDDEN, "TCP", \
		"(SELECT s.client_port FROM sessions s WHERE s.session = m.session)", NULL)

#define LISTINGS(X) \
	X("host", "Host", TEXT, SHOWN, "address", "l.host", "l.host_key") \
	X("list", "List", TEXT, SHOWN, "blocklist, or a provider's own", "l.list", NULL) \
	X("since", "Since", TIME, SHOWN, "first refusal that names it, UTC", "l.since_ns", NULL) \
	X("last", "Last", TIME, SHOWN, "last refusal that names it, UTC", "l.last_ns", NULL) \
	X("until", "Until", TIME, SHOWN, "first sign that it is over, UTC; empty = none yet", "l.until_ns", NULL) \
	X("count", "Refusals", INT, SHOWN, "that name it", "l.count", NULL) \
	X("server", "Said by", TEXT, SHOWN, "the server that said so first", "l.server", NULL) \
	X("reply", "Reply", TEXT, SHOWN, "in its words", "l.reply", NULL) \
	X("sensor", "Sensor", TEXT, HIDDEN, "who saw it", "l.sensor", NULL) \
	X("kind", "Kind", TEXT, SHOWN, "list: public; reputation: a provider's own; throttle: a rate limit", "l.kind", NULL) \
	X("ended_by", "Ended by", TEXT, SHOWN, "why it is over", "l.ended_by", NULL) \
	X("servers", "All servers", TEXT, HIDDEN, "that said so", "l.servers", NULL)

#define SERVICES(X) \
	X("host", "Host", TEXT, SHOWN, "address", "v.host", "v.host_key") \
	X("port", "Port", INT, SHOWN, "TCP, that answered a SYN", "v.port", NULL) \
	X("first", "First seen", TIME, SHOWN, "UTC", "v.first_ns", NULL) \
	X("last", "Last seen", TIME, SHOWN, "UTC", "v.last_ns", NULL) \
	X("sensor", "Sensor", TEXT, HIDDEN, "who saw it", "v.sensor", NULL) \
	X("service", "Service", TEXT, SHOWN, "name of the port", "v.name", NULL)

/* What abuse desks ask for: source and destination with ports, times with their offset, how often, a sample. */
#define EVIDENCE(X) \
	X("timestamp_first", "First", TIME, SHOWN, "UTC", "e.first_ns", NULL) \
	X("timestamp_last", "Last", TIME, SHOWN, "UTC", "e.last_ns", NULL) \
	X("utc_offset", "UTC offset", TEXT, HIDDEN, "of both times", "'UTC+00:00'", NULL) \
	X("src_ip", "Client", TEXT, SHOWN, "address", "e.client", "e.client_key") \
	X("src_port", "Client port", INT, HIDDEN, "TCP", "e.client_port", NULL) \
	X("src_hostname", "Name", TEXT, HIDDEN, "the name the host gives most in HELO", "h.name", NULL) \
	X("dst_ip", "Server", TEXT, SHOWN, "address", "e.server", "e.server_key") \
	X("dst_port", "Port", INT, SHOWN, "of the server", "e.server_port", NULL) \
	X("proto", "Protocol", TEXT, HIDDEN, "", "'tcp'", NULL) \
	X("count", "Times", INT, SHOWN, "refusals of this kind in this session", "e.count", NULL) \
	X("command", "Answers", TEXT, SHOWN, "the command that was refused", "e.command", NULL) \
	X("code", "Code", INT, SHOWN, "of the reply", "e.code", NULL) \
	X("enhanced", "Enhanced", TEXT, HIDDEN, "status code of RFC 3463", "e.enhanced", NULL) \
	X("class", "Class", TEXT, SHOWN, "of the reply", "e.class", NULL) \
	X("list", "List", TEXT, SHOWN, "that the reply names", "e.list", NULL) \
	X("quoted", "Blocked address", TEXT, HIDDEN, "that the reply names", "e.quoted", NULL) \
	X("reply", "Reply", TEXT, SHOWN, "the first of its kind in the session", \
		"e.code || ' ' || CASE e.enhanced WHEN '' THEN '' ELSE e.enhanced || ' ' END || e.text", "e.text") \
	X("helo", "HELO", TEXT, HIDDEN, "the name the client gave", "e.helo", NULL) \
	X("mail_from_domain", "Sender's domain", TEXT, HIDDEN, "of the first mail in the session", \
		"(SELECT m.from_domain FROM mails m WHERE m.session = e.session ORDER BY m.number LIMIT 1)", NULL) \
	X("cause", "Cause", TEXT, HIDDEN, "the client's most likely one", "h.cause", NULL) \
	X("cause_confidence", "Confidence", REAL, HIDDEN, "0 to 1", "h.confidence", NULL) \
	X("risk", "Risk", REAL, HIDDEN, "of the client, 0 to 1", "h.risk", NULL) \
	X("session", "Session", TEXT, SHOWN, "identity", "e.session", NULL) \
	X("sensor", "Sensor", TEXT, HIDDEN, "who saw it", "e.sensor", NULL)

#define LOSS_COUNTER_ROW(X, counter, title, note) \
	X(#counter, title, INT, SHOWN, note, "o." #counter, NULL)
#define LOSS_SHARE(part, rest) "1.0 * o." part " / nullif(o." part " + o." rest ", 0)"
#define LOSS(X) \
	X("start", "Start", TIME, SHOWN, "of the five minutes, UTC", "o.start_ns", NULL) \
	X("seconds", "Seconds", INT, SHOWN, "in which packets were read, by all runs", "(o.covered_ms + 500) / 1000", NULL) \
	X("mirror_loss", "Lost in the mirror", REAL, SHOWN, "bytes lost of all bytes, 0 to 1", LOSS_SHARE("gap_bytes", "stream_bytes"), NULL) \
	X("kernel_loss", "Dropped (share)", REAL, SHOWN, "packets dropped by the kernel of all packets, 0 to 1", LOSS_SHARE("packets_dropped", "packets"), NULL) \
	X("one_sided_share", "One-sided (share)", REAL, SHOWN, "one-sided streams of all streams, 0 to 1", "min(1.0, 1.0 * o.streams_one_sided / nullif(o.streams, 0))", NULL) \
	LOSS_COUNTERS(LOSS_COUNTER_ROW, X) \
	X("sensor", "Sensor", TEXT, SHOWN, "who read and lost them", "o.sensor", NULL)

#define EVENTS(X) \
	X("time", "Time", TIME, SHOWN, "UTC", "v.time_ns", NULL) \
	X("kind", "Kind", TEXT, SHOWN, "restart, damage, gap, store, …", "v.kind", NULL) \
	X("text", "What happened", TEXT, SHOWN, "", "v.text", NULL) \
	X("sensor", "Sensor", TEXT, HIDDEN, "who says so", "v.sensor", NULL)

#define CHANGES(X) \
	X("noted", "Noted", TIME, SHOWN, "when the sensor noticed it, UTC", "c.noted_ns", NULL) \
	X("host", "Host", TEXT, SHOWN, "address", "c.host", "c.host_key") \
	X("before", "Before", TEXT, SHOWN, "the verdict before; empty = it is the first one", "c.before", RANK("c.before")) \
	X("verdict", "Verdict", TEXT, SHOWN, "the verdict from then on", "c.verdict", RANK("c.verdict")) \
	X("time", "Since", TIME, SHOWN, "since when that verdict holds, UTC", "c.time_ns", NULL) \
	X("risk", "Risk", REAL, SHOWN, "0 to 1, then", "c.risk", NULL) \
	X("cause", "Main cause", TEXT, SHOWN, "the most likely cause, then", "c.cause", NULL) \
	X("summary", "Why", TEXT, SHOWN, "the verdict in a sentence", "c.summary", NULL) \
	X("live", "Live", INT, HIDDEN, "1 = noticed while listening: only these are told", "c.live", NULL) \
	X("change", "Change", INT, HIDDEN, "its number, for deliveries", "c.seq", NULL) \
	X("sensor", "Sensor", TEXT, HIDDEN, "who says so", "c.sensor", NULL)

#define DELIVERIES(X) \
	X("change", "Change", INT, SHOWN, "its number", "d.change", NULL) \
	X("host", "Host", TEXT, SHOWN, "address", "c.host", "c.host_key") \
	X("verdict", "Verdict", TEXT, SHOWN, "that was to be told", "c.verdict", RANK("c.verdict")) \
	X("target", "Target", TEXT, SHOWN, "name of the section [alert NAME]", "d.target", NULL) \
	X("state", "State", TEXT, SHOWN, "waiting, done, suppressed, given-up", "d.state", NULL) \
	X("attempts", "Attempts", INT, SHOWN, "that were begun", "d.attempts", NULL) \
	X("time", "Last", TIME, SHOWN, "last attempt or decision, UTC", "d.time_ns", NULL) \
	X("next", "Next", TIME, SHOWN, "next attempt, UTC; empty = none", "d.next_ns", NULL) \
	X("error", "Reason", TEXT, SHOWN, "why it was not told, or not yet", "d.error", NULL) \
	X("sensor", "Sensor", TEXT, HIDDEN, "who says so", "d.sensor", NULL)

#define LOOKUPS(X) \
	X("time", "Time", TIME, SHOWN, "UTC", "u.time_ns", NULL) \
	X("host", "Host", TEXT, SHOWN, "address", "u.host", "u.host_key") \
	X("list", "List", TEXT, SHOWN, "blocklist", "u.list", NULL) \
	X("zone", "Zone", TEXT, SHOWN, "that was asked", "u.zone", NULL) \
	X("answer", "Answer", TEXT, SHOWN, "clear, listed; error: neither", "u.answer", NULL) \
	X("codes", "Codes", TEXT, SHOWN, "of the answer, or what went wrong", "u.codes", NULL) \
	X("predicted", "Predicted", REAL, SHOWN, "0 to 1, then, from causes alone; empty = not at all", \
		"CASE WHEN u.predicted >= 0 THEN u.predicted END", NULL) \
	X("verdict", "Verdict", TEXT, SHOWN, "on the host, then", "u.verdict", RANK("u.verdict")) \
	X("sensor", "Sensor", TEXT, HIDDEN, "who asked", "u.sensor", NULL)

/* clang-format on */

#define COLUMN(name, title, type, hidden, note, cell, sort)                                        \
	{ name, title, CELL_##type, note, hidden },
#define COLUMN_SQL(name, title, type, hidden, note, cell, sort) { cell, sort },
#define TABLE(id, ROWS)                                                                            \
	static const struct column id##_columns[] = { ROWS(COLUMN) };                              \
	static const struct column_sql id##_cells[] = { ROWS(COLUMN_SQL) }

TABLE(hosts, HOSTS);
TABLE(sessions, SESSIONS);
TABLE(mails, MAILS);
TABLE(listings, LISTINGS);
TABLE(services, SERVICES);
TABLE(evidence, EVIDENCE);
TABLE(loss, LOSS);
TABLE(events, EVENTS);
TABLE(changes, CHANGES);
TABLE(deliveries, DELIVERIES);
TABLE(lookups, LOOKUPS);
TABLE(rules, RULES);
TABLE(rule_hosts, RULE_HOSTS);
TABLE(domains, DOMAINS);
TABLE(senders, SENDERS);
TABLE(campaigns, CAMPAIGNS);
TABLE(campaign_hosts, CAMPAIGN_HOSTS);
TABLE(cases, CASES);
TABLE(audit, AUDIT);
TABLE(abuse, ABUSE);

#define HEAD(id, title)                                                                            \
	{                                                                                          \
#id, title, id##_columns, sizeof id##_columns / sizeof *id##_columns, false, false \
	}

enum {
	TABLE_HOSTS,
	TABLE_SESSIONS,
	TABLE_MAILS,
	TABLE_LISTINGS,
	TABLE_SERVICES,
	TABLE_EVIDENCE,
	TABLE_LOSS,
	TABLE_EVENTS,
	TABLE_CHANGES,
	TABLE_DELIVERIES,
	TABLE_LOOKUPS,
	TABLE_RULES,
	TABLE_RULE_HOSTS,
	TABLE_DOMAINS,
	TABLE_SENDERS,
	TABLE_CAMPAIGNS,
	TABLE_CAMPAIGN_HOSTS,
	TABLE_CASES,
	TABLE_AUDIT,
	TABLE_ABUSE,
	TABLES
};

static const struct table tables[TABLES] = {
	[TABLE_HOSTS] = HEAD(hosts, "Hosts"),
	[TABLE_SESSIONS] = HEAD(sessions, "Sessions"),
	[TABLE_MAILS] = HEAD(mails, "Mails"),
	[TABLE_LISTINGS] = HEAD(listings, "Listings"),
	[TABLE_SERVICES] = HEAD(services, "Services"),
	[TABLE_EVIDENCE] = HEAD(evidence, "Evidence"),
	[TABLE_LOSS] = HEAD(loss, "Loss"),
	[TABLE_EVENTS] = HEAD(events, "Events"),
	[TABLE_CHANGES] = HEAD(changes, "Changes"),
	[TABLE_DELIVERIES] = HEAD(deliveries, "Alerts"),
	[TABLE_LOOKUPS] = HEAD(lookups, "Look-ups"),
	[TABLE_RULES] = HEAD(rules, "Rules"),
	[TABLE_RULE_HOSTS] = HEAD(rule_hosts, "Hosts of a rule"),
	[TABLE_DOMAINS] = HEAD(domains, "Domains"),
	[TABLE_SENDERS] = HEAD(senders, "Hosts of a domain"),
	[TABLE_CAMPAIGNS] = HEAD(campaigns, "Campaigns"),
	[TABLE_CAMPAIGN_HOSTS] = HEAD(campaign_hosts, "Hosts of a campaign"),
	[TABLE_CASES] = { "cases", "Cases", cases_columns,
		sizeof cases_columns / sizeof *cases_columns, .by_clock = true },
	[TABLE_AUDIT] = { "audit", "Audit log", audit_columns,
		sizeof audit_columns / sizeof *audit_columns, .by_clock = true,
		.for_admins = true },
	[TABLE_ABUSE] = HEAD(abuse, "Abuse"),
};

/* A + keeps SQLite from finding rows by that condition: lists are walked newest first, and which
 * other way is shorter is decided in query_ask.c. */
#define OF_HOST(t) "(+" t ".client_key = :host_key OR +" t ".server_key = :host_key)"
#define IN_NET(t)                                                                                  \
	"(+" t ".client_key BETWEEN :net_low AND :net_high OR +" t                                 \
	".server_key BETWEEN :net_low AND :net_high)"
#define CLIENT_IS(t, what) "+" t ".client_key IN " HOSTS_OF(what)
/* Refusals, hits and mails of a session: by the session, whatever else has an index. */
#define REFUSED(t, what)                                                                           \
	"EXISTS (SELECT 1 FROM evidence e WHERE e.session = " t ".session AND " what ")"
#define HAS_MAIL(what) "EXISTS (SELECT 1 FROM mails m WHERE m.session = s.session AND (" what "))"
#define HAS_SESSION(t, what)                                                                       \
	"EXISTS (SELECT 1 FROM sessions s WHERE s.session = " t ".session AND " what ")"
#define HIT "EXISTS (SELECT 1 FROM hits t WHERE t.rule = :rule AND t.mail = m.seq)"
/* The name itself, or one below it. */
#define NAME_IN_DOMAIN(name)                                                                       \
	"(" name " = :domain COLLATE NOCASE OR lower(substr(" name                                 \
	", -length(:domain) - 1)) = '.' || lower(:domain))"

#define LOSS_COUNTER_SUM(X, counter, title, note) ", sum(" #counter ") AS " #counter
#define LOSS_OF_ALL_RUNS                                                                           \
	"(SELECT sensor, start_ns, sum(covered_ms) AS covered_ms" LOSS_COUNTERS(                   \
		LOSS_COUNTER_SUM, ) " FROM loss GROUP BY start_ns, sensor) o"

static const struct table_sql sqls[TABLES] = {
	[TABLE_HOSTS] = {
		.columns = hosts_cells,
		.from = "hosts h",
		.late = "h.seq",
		.order = "h.risk DESC, h.host_key",
		.last = "h.host_key",
		.record = "h.record",
		.where = {
			[FILTER_HOST] = "h.host = :host",
			[FILTER_SINCE] = "h.last_ns >= :since",
			[FILTER_UNTIL] = "h.first_ns < :until",
			[FILTER_VERDICT] = "h.verdict = :verdict",
			[FILTER_CAUSE] = "h.cause = :cause",
			[FILTER_LIST] = "h.host IN (SELECT host FROM listings WHERE list = :list)",
			[FILTER_CLASS] = "EXISTS (SELECT 1 FROM evidence e WHERE e.client_key = h.host_key AND e.class = :class)",
			[FILTER_PORT] = "h.host IN (SELECT host FROM services WHERE port = :port)",
			[FILTER_NET] = "h.host_key BETWEEN :net_low AND :net_high",
			[FILTER_STATE] = "EXISTS (SELECT 1 FROM cases k WHERE k.host = h.host AND " CASE_HAS_STATE ")",
			[FILTER_USER] = "EXISTS (SELECT 1 FROM cases k WHERE k.host = h.host AND k.assignee = :user)",
			[FILTER_DOMAIN] = NAME_IN_DOMAIN("h.name"),
		},
	},
	[TABLE_SESSIONS] = {
		.columns = sessions_cells,
		.from = "sessions s",
		.order = "s.start_ns DESC, s.seq DESC",
		.last = "s.seq",
		.record = "s.record, s.session",
		.big = &big_sessions,
		.where = {
			[FILTER_HOST] = OF_HOST("s"),
			[FILTER_SINCE] = "s.start_ns >= :since",
			[FILTER_UNTIL] = "s.start_ns < :until",
			[FILTER_VERDICT] = CLIENT_IS("s", "verdict = :verdict"),
			[FILTER_CAUSE] = CLIENT_IS("s", "cause = :cause"),
			[FILTER_LIST] = "s.class <> '' AND " REFUSED("s", "+e.list = :list AND +e.list <> ''"),
			[FILTER_RULE] = HAS_MAIL(HIT),
			[FILTER_CLASS] = "s.class <> '' AND " REFUSED("s", "+e.class = :class"),
			[FILTER_SESSION] = "s.session = :session",
			[FILTER_OUTCOME] = HAS_MAIL("+m.outcome = :outcome"),
			[FILTER_PORT] = "s.server_port = :port",
			[FILTER_NET] = IN_NET("s"),
			[FILTER_DOMAIN] = HAS_MAIL("+" FROM_DOMAIN " OR +" RCPT_DOMAIN),
			[FILTER_ENCRYPTED] = "s.encrypted = :encrypted",
			[FILTER_TLS] = "s.tls = :tls",
		},
	},
	[TABLE_MAILS] = {
		.columns = mails_cells,
		.from = "mails m",
		.order = "m.start_ns DESC, m.seq DESC",
		.last = "m.seq",
		.record = "m.record",
		.big = &big_mails,
		.where = {
			[FILTER_CAMPAIGN] = "m.text_key IN " TEXTS_OF_CAMPAIGN(":campaign"),
			[FILTER_HOST] = OF_HOST("m"),
			[FILTER_SINCE] = "m.start_ns >= :since",
			[FILTER_UNTIL] = "m.start_ns < :until",
			[FILTER_VERDICT] = CLIENT_IS("m", "verdict = :verdict"),
			[FILTER_CAUSE] = CLIENT_IS("m", "cause = :cause"),
			[FILTER_LIST] = REFUSED("m", "+e.list = :list AND +e.list <> ''"),
			[FILTER_RULE] = HIT,
			[FILTER_CLASS] = "m.class = :class",
			[FILTER_SESSION] = "m.session = :session",
			[FILTER_OUTCOME] = "m.outcome = :outcome",
			[FILTER_PORT] = "m.server_port = :port",
			[FILTER_NET] = IN_NET("m"),
			[FILTER_DOMAIN] = "(+" FROM_DOMAIN " OR +" RCPT_DOMAIN ")",
			[FILTER_ENCRYPTED] = HAS_SESSION("m", "+s.encrypted = :encrypted"),
			[FILTER_TLS] = HAS_SESSION("m", "+s.tls = :tls"),
		},
	},
	[TABLE_LISTINGS] = {
		.columns = listings_cells,
		.from = "listings l",
		.order = "l.last_ns DESC, l.host_key, l.list",
		.last = "l.host_key, l.list",
		.where = {
			[FILTER_HOST] = "l.host = :host",
			[FILTER_SINCE] = "l.last_ns >= :since",
			[FILTER_UNTIL] = "l.since_ns < :until",
			[FILTER_VERDICT] = "l.host_key IN " HOSTS_OF("verdict = :verdict"),
			[FILTER_CAUSE] = "l.host_key IN " HOSTS_OF("cause = :cause"),
			[FILTER_LIST] = "l.list = :list",
			[FILTER_NET] = "l.host_key BETWEEN :net_low AND :net_high",
			[FILTER_KIND] = "l.kind = :kind",
		},
	},
	[TABLE_SERVICES] = {
		.columns = services_cells,
		.from = "services v",
		.order = "v.host_key, v.port",
		.last = "v.host_key, v.port",
		.where = {
			[FILTER_HOST] = "v.host = :host",
			[FILTER_SINCE] = "v.last_ns >= :since",
			[FILTER_UNTIL] = "v.first_ns < :until",
			[FILTER_VERDICT] = "+v.host_key IN " HOSTS_OF("verdict = :verdict"),
			[FILTER_CAUSE] = "+v.host_key IN " HOSTS_OF("cause = :cause"),
			[FILTER_PORT] = "v.port = :port",
			[FILTER_NET] = "v.host_key BETWEEN :net_low AND :net_high",
		},
	},
	[TABLE_EVIDENCE] = {
		.columns = evidence_cells,
		.from = "evidence e LEFT JOIN hosts h ON h.host = e.client",
		.order = "e.first_ns DESC, e.seq DESC",
		.last = "e.seq",
		.big = &big_evidence,
		.where = {
			[FILTER_HOST] = OF_HOST("e"),
			[FILTER_SINCE] = "e.first_ns >= :since",
			[FILTER_UNTIL] = "e.first_ns < :until",
			[FILTER_VERDICT] = CLIENT_IS("e", "verdict = :verdict"),
			[FILTER_CAUSE] = CLIENT_IS("e", "cause = :cause"),
			[FILTER_LIST] = "e.list = :list",
			[FILTER_CLASS] = "e.class = :class",
			[FILTER_SESSION] = "e.session = :session",
			[FILTER_PORT] = "e.server_port = :port",
			[FILTER_NET] = IN_NET("e"),
			[FILTER_DOMAIN] = NAME_IN_DOMAIN("e.helo"),
			[FILTER_ENCRYPTED] = HAS_SESSION("e", "+s.encrypted = :encrypted"),
			[FILTER_TLS] = HAS_SESSION("e", "+s.tls = :tls"),
		},
	},
	[TABLE_LOSS] = {
		.columns = loss_cells,
		.from = LOSS_OF_ALL_RUNS,
		.order = "o.start_ns DESC, o.sensor",
		.last = "o.start_ns, o.sensor",
		.where = {
			[FILTER_SINCE] = "o.start_ns >= :since",
			[FILTER_UNTIL] = "o.start_ns < :until",
		},
	},
	[TABLE_EVENTS] = {
		.columns = events_cells,
		.from = "events v",
		.order = "v.time_ns DESC, v.seq DESC",
		.last = "v.seq",
		.where = {
			[FILTER_SINCE] = "v.time_ns >= :since",
			[FILTER_UNTIL] = "v.time_ns < :until",
			[FILTER_KIND] = "v.kind = :kind",
		},
	},
	[TABLE_CHANGES] = {
		.columns = changes_cells,
		.from = "changes c",
		.order = "c.seq DESC",
		.last = "c.seq",
		.where = {
			[FILTER_HOST] = "c.host = :host",
			[FILTER_SINCE] = "c.noted_ns >= :since",
			[FILTER_UNTIL] = "c.noted_ns < :until",
			[FILTER_VERDICT] = "c.verdict = :verdict",
			[FILTER_CAUSE] = "c.cause = :cause",
			[FILTER_CHANGE] = "c.seq = :change",
			[FILTER_NET] = "c.host_key BETWEEN :net_low AND :net_high",
		},
	},
	[TABLE_DELIVERIES] = {
		.columns = deliveries_cells,
		.from = "deliveries d JOIN changes c ON c.seq = d.change",
		.order = "d.change DESC, d.target",
		.last = "d.change, d.target",
		.where = {
			[FILTER_HOST] = "c.host = :host",
			[FILTER_SINCE] = "d.time_ns >= :since",
			[FILTER_UNTIL] = "d.time_ns < :until",
			[FILTER_VERDICT] = "c.verdict = :verdict",
			[FILTER_CAUSE] = "c.cause = :cause",
			[FILTER_CHANGE] = "d.change = :change",
			[FILTER_NET] = "c.host_key BETWEEN :net_low AND :net_high",
		},
	},
	[TABLE_LOOKUPS] = {
		.columns = lookups_cells,
		.from = "lookups u",
		.order = "u.time_ns DESC, u.seq DESC",
		.last = "u.seq",
		.where = {
			[FILTER_HOST] = "u.host = :host",
			[FILTER_SINCE] = "u.time_ns >= :since",
			[FILTER_UNTIL] = "u.time_ns < :until",
			[FILTER_VERDICT] = "u.verdict = :verdict",
			[FILTER_LIST] = "u.list = :list",
			[FILTER_NET] = "u.host_key BETWEEN :net_low AND :net_high",
		},
	},
	[TABLE_CASES] = CASES_SQL,
	[TABLE_AUDIT] = AUDIT_SQL,
	[TABLE_ABUSE] = {
		.columns = abuse_cells,
		.from = ABUSE_FROM,
		.order = "a.host",
		.last = "a.host",
		.where = {
			[FILTER_HOST] = "a.host = :host",
			[FILTER_SINCE] = "p.start_ns >= :since",
			[FILTER_UNTIL] = "p.start_ns < :until",
			[FILTER_VERDICT] = "a.verdict = :verdict",
			[FILTER_CAUSE] = "a.cause = :cause",
			[FILTER_LIST] = "a.host IN (SELECT host FROM listings WHERE list = :list)",
			[FILTER_NET] = "a.host_key BETWEEN :net_low AND :net_high",
			[FILTER_DOMAIN] = NAME_IN_DOMAIN("a.name"),
		},
	},
	[TABLE_RULES] = RULES_SQL,
	[TABLE_RULE_HOSTS] = RULE_HOSTS_SQL,
	[TABLE_DOMAINS] = DOMAINS_SQL,
	[TABLE_SENDERS] = SENDERS_SQL,
	[TABLE_CAMPAIGNS] = CAMPAIGNS_SQL,
	[TABLE_CAMPAIGN_HOSTS] = CAMPAIGN_HOSTS_SQL,
};

const struct table *
table_at(size_t i)
{
	return i < TABLES ? &tables[i] : NULL;
}

const struct table *
table_find(const char *name)
{
	for (size_t i = 0; i < TABLES; i++) {
		if (strcmp(tables[i].name, name) == 0)
			return &tables[i];
	}
	return NULL;
}

const struct column *
table_column(const struct table *t, const char *name)
{
	for (size_t i = 0; i < t->columns_count; i++) {
		if (strcmp(t->columns[i].name, name) == 0)
			return &t->columns[i];
	}
	return NULL;
}

const struct table_sql *
table_sql(const struct table *t)
{
	return &sqls[t - tables];
}
