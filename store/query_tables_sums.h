/* Tables of sums: rules, domains, campaigns, and the hosts of each; rows as in query_tables.c, which
 * alone includes this.
 *
 * Campaigns are rows of the JSON that query_campaigns.c makes of the texts in the range. */
#ifndef HELOSCOPE_STORE_QUERY_TABLES_SUMS_H
#define HELOSCOPE_STORE_QUERY_TABLES_SUMS_H

#include "store/campaigns.h"
#include "store/query_tables.h"

/* clang-format off */

#define RULES(X) \
	X("rule", "Rule", TEXT, SHOWN, "name, as in the rule files", "u.rule", NULL) \
	X("mails", "Mails", INT, SHOWN, "on which it hit, by whole hours of the range", "u.mails", NULL) \
	X("share", "Share", REAL, SHOWN, "of all mails in those hours, 0 to 1", "u.share", NULL) \
	X("hits", "Hits", INT, SHOWN, "a rule may match a mail several times", "u.hits", NULL) \
	X("hosts", "Hosts", INT, SHOWN, "that sent such mails and were last seen in the range or later", \
		"(SELECT count(*) FROM rule_hosts o WHERE o.rule = u.rule AND o.last_ns >= :since)", NULL) \
	X("score", "Mean score", REAL, SHOWN, "of the mails on which it hit", "u.score", NULL) \
	X("points", "Points", REAL, SHOWN, "that it adds to a mail's score, as of its last hit", "p.points", NULL) \
	X("first", "First", TIME, SHOWN, "first mail in the range, UTC", "u.first_ns", NULL) \
	X("last", "Last", TIME, SHOWN, "last mail in the range, UTC", "u.last_ns", NULL) \
	X("place", "File", TEXT, SHOWN, "where it stands: file and line", "ifnull(p.place, '')", NULL) \
	X("why", "Why", TEXT, SHOWN, "what it says, in a sentence", "ifnull(p.why, '')", NULL) \
	X("source", "Source", TEXT, HIDDEN, "where one can read why", "ifnull(p.source, '')", NULL)

#define RULE_HOSTS(X) \
	X("rule", "Rule", TEXT, SHOWN, "name, as in the rule files", "o.rule", NULL) \
	X("host", "Host", TEXT, SHOWN, "that sent the mails", "o.host", "o.host_key") \
	X("mails", "Mails", INT, SHOWN, "on which the rule hit, of all that are kept", "o.mails", NULL) \
	X("score", "Mean score", REAL, SHOWN, "of those mails", "o.score_sum / o.mails", NULL) \
	X("first", "First", TIME, SHOWN, "UTC", "o.first_ns", NULL) \
	X("last", "Last", TIME, SHOWN, "UTC", "o.last_ns", NULL)

#define DOMAIN_SUMS(X, t) \
	X("mails", "Mails", INT, SHOWN, "of all that are kept", t ".mails", NULL)
#define DOMAIN_RCPTS(X, t) \
	X("rcpts", "Recipients", INT, SHOWN, "of all those mails", t ".rcpts", NULL) \
	X("rcpts_refused", "Rejected", INT, SHOWN, "recipients refused for good, 5xx", t ".rcpts_refused", NULL) \
	X("score_max", "Highest score", REAL, SHOWN, "5 and more is spam", t ".score_max", NULL) \
	X("score", "Mean score", REAL, SHOWN, "of all those mails", t ".score_sum / " t ".mails", NULL) \
	X("first", "First", TIME, SHOWN, "UTC", t ".first_ns", NULL) \
	X("last", "Last", TIME, SHOWN, "UTC", t ".last_ns", NULL)

#define DOMAINS(X) \
	X("domain", "Domain", TEXT, SHOWN, "of envelope senders", "d.domain", NULL) \
	DOMAIN_SUMS(X, "d") \
	X("hosts", "Hosts", INT, SHOWN, "that sent as this domain", "d.hosts", NULL) \
	DOMAIN_RCPTS(X, "d")

#define SENDERS(X) \
	X("domain", "Domain", TEXT, SHOWN, "of envelope senders", "d.domain", NULL) \
	X("host", "Host", TEXT, SHOWN, "that sent as this domain", "d.host", "d.host_key") \
	DOMAIN_SUMS(X, "d") \
	DOMAIN_RCPTS(X, "d")

#define CAMPAIGNS(X) \
	X("campaign", "Campaign", TEXT, SHOWN, "digest of the text that most hosts sent", "c.campaign", NULL) \
	X("hosts", "Hosts", INT, SHOWN, "that sent it", "c.hosts", NULL) \
	X("mails", "Mails", INT, SHOWN, "with one of its texts", "c.mails", NULL) \
	X("texts", "Texts", INT, SHOWN, "that differ in a few words", "c.texts", NULL) \
	X("senders", "Senders", INT, SHOWN, "of envelopes", "c.senders", NULL) \
	X("rcpts", "Recipients", INT, SHOWN, "of all its mails", "c.rcpts", NULL) \
	X("rcpts_refused", "Rejected", INT, SHOWN, "recipients refused for good, 5xx", "c.rcpts_refused", NULL) \
	X("accepted", "Mails accepted", INT, HIDDEN, "whole mails", "c.accepted", NULL) \
	X("rejected", "Mails rejected", INT, HIDDEN, "whole mails", "c.rejected", NULL) \
	X("deferred", "Mails deferred", INT, HIDDEN, "whole mails", "c.deferred", NULL) \
	X("score_max", "Highest score", REAL, SHOWN, "5 and more is spam", "c.score_max", NULL) \
	X("score", "Mean score", REAL, SHOWN, "of all its mails", "c.score", NULL) \
	X("subject", "Subject", TEXT, SHOWN, "of the earliest mail, where it is kept", "c.subject", NULL) \
	X("session", "Session", TEXT, SHOWN, "of the earliest mail", "c.session", NULL) \
	X("number", "No.", INT, SHOWN, "of the earliest mail in its session", "c.number", NULL) \
	X("first", "First", TIME, SHOWN, "UTC", "c.first_ns", NULL) \
	X("last", "Last", TIME, SHOWN, "UTC", "c.last_ns", NULL)

#define CAMPAIGN_HOSTS(X) \
	X("host", "Host", TEXT, SHOWN, "that sent it", "c.host", NULL) \
	X("mails", "Mails", INT, SHOWN, "of the campaign", "c.mails", NULL) \
	X("verdict", "Verdict", TEXT, SHOWN, "on the host, now", "ifnull(h.verdict, '')", "ifnull(h.verdict_rank, -1)") \
	X("cause", "Main cause", TEXT, SHOWN, "the most likely cause", "ifnull(h.cause, '')", NULL) \
	X("first", "First", TIME, SHOWN, "UTC", "c.first_ns", NULL) \
	X("last", "Last", TIME, SHOWN, "UTC", "c.last_ns", NULL)

/* clang-format on */

/* Whole hours; the mails of all rules are counted under "". */
#define IN_HOURS                                                                                   \
	" hour_ns > :since - 3600000000000 AND (:until = 0 OR hour_ns < :until)"
#define RULES_FROM                                                                                 \
	"(SELECT rule, sum(mails) AS mails, sum(hits) AS hits, sum(score_sum) / sum(mails) AS "    \
	"score, min(first_ns) AS first_ns, max(last_ns) AS last_ns, 1.0 * sum(mails) / (SELECT "   \
	"sum(mails) FROM rule_hours WHERE rule = '' AND" IN_HOURS                                  \
	") AS share FROM rule_hours WHERE rule <> '' AND" IN_HOURS " GROUP BY rule) u"             \
	" LEFT JOIN rules p ON p.rule = u.rule"
#define CAMPAIGNS_FROM                                                                             \
	"(SELECT g.value ->> 'campaign' AS campaign, g.value ->> 'hosts' AS hosts, " \
	"g.value ->> 'mails' AS mails, g.value ->> 'texts' AS texts, g.value ->> " \
	"'senders' AS senders, g.value ->> 'rcpts' AS rcpts, g.value ->> 'rcpts_refused' " \
	"AS rcpts_refused, g.value ->> 'accepted' AS accepted, g.value ->> 'rejected' AS " \
	"rejected, g.value ->> 'deferred' AS deferred, g.value ->> 'score_max' AS " \
	"score_max, g.value ->> 'score' AS score, g.value ->> 'subject' AS subject, " \
	"g.value ->> 'session' AS session, g.value ->> 'number' AS number, g.value ->> " \
	"'first_ns' AS first_ns, g.value ->> 'last_ns' AS last_ns, g.value -> 'members' " \
	"AS members FROM json_each(campaigns(:since, :until, :campaign)) g) c"
/* A campaign has a member of that kind. */
#define CAMPAIGN_HAS(member_kind, condition)                                                       \
	"EXISTS (SELECT 1 FROM json_each(c.members) j CROSS JOIN campaign_members m ON m.text = "  \
	"j.value AND m.kind = '" member_kind "' WHERE " condition ")"
#define CAMPAIGN_HOSTS_FROM                                                                        \
	"(SELECT m.name AS host, sum(m.mails) AS mails, min(m.first_ns) AS first_ns, "             \
	"max(m.last_ns) AS last_ns FROM " TEXTS_OF_CAMPAIGN(":campaign") " j CROSS JOIN campaign_members m ON "     \
	"m.text = j.value AND m.kind = 'host' GROUP BY m.name) c"                                  \
	" LEFT JOIN hosts h ON h.host = c.host"

#define RULES_SQL                                                                                  \
	{                                                                                          \
		.columns = rules_cells, .from = RULES_FROM, .order = "u.mails DESC, u.rule",       \
		.last = "u.rule",                                                                  \
		.where = {                                                                         \
			[FILTER_SINCE] = "u.last_ns >= :since",                                    \
			[FILTER_UNTIL] = "u.first_ns < :until",                                    \
			[FILTER_RULE] = "u.rule = :rule",                                          \
			[FILTER_HOST] = "u.rule IN (SELECT rule FROM rule_hosts WHERE host = :host)", \
		},                                                                                 \
	}
#define RULE_HOSTS_SQL                                                                             \
	{                                                                                          \
		.columns = rule_hosts_cells, .from = "rule_hosts o",                               \
		.order = "o.mails DESC, o.host_key, o.rule", .last = "o.host_key, o.rule",         \
		.where = {                                                                         \
			[FILTER_SINCE] = "o.last_ns >= :since",                                    \
			[FILTER_UNTIL] = "o.first_ns < :until",                                    \
			[FILTER_RULE] = "o.rule = :rule",                                          \
			[FILTER_HOST] = "o.host = :host",                                          \
			[FILTER_NET] = "o.host_key BETWEEN :net_low AND :net_high",                \
		},                                                                                 \
	}
#define DOMAINS_SQL                                                                                \
	{                                                                                          \
		.columns = domains_cells, .from = "domains d",                                     \
		.order = "d.mails DESC, d.domain DESC", .last = "d.domain",                        \
		.where = {                                                                         \
			[FILTER_SINCE] = "d.last_ns >= :since",                                    \
			[FILTER_UNTIL] = "d.first_ns < :until",                                    \
			[FILTER_DOMAIN] = NAME_IN_DOMAIN("d.domain"),                              \
			[FILTER_HOST] =                                                            \
				"d.domain IN (SELECT domain FROM senders WHERE host = :host)",     \
		},                                                                                 \
	}
#define SENDERS_SQL                                                                                \
	{                                                                                          \
		.columns = senders_cells, .from = "senders d",                                     \
		.order = "d.mails DESC, d.host_key, d.domain", .last = "d.host_key, d.domain",     \
		.where = {                                                                         \
			[FILTER_SINCE] = "d.last_ns >= :since",                                    \
			[FILTER_UNTIL] = "d.first_ns < :until",                                    \
			[FILTER_DOMAIN] = "d.domain = lower(:domain)",                             \
			[FILTER_HOST] = "d.host = :host",                                          \
			[FILTER_NET] = "d.host_key BETWEEN :net_low AND :net_high",                \
		},                                                                                 \
	}
#define CAMPAIGNS_SQL                                                                              \
	{                                                                                          \
		.columns = campaigns_cells, .from = CAMPAIGNS_FROM,                                \
		.order = "c.hosts DESC, c.mails DESC, c.campaign", .last = "c.campaign",           \
		.where = {                                                                         \
			[FILTER_SINCE] = "c.last_ns >= :since",                                    \
			[FILTER_UNTIL] = "c.first_ns < :until",                                    \
			[FILTER_CAMPAIGN] = "EXISTS (SELECT 1 FROM json_each(c.members) j WHERE "  \
					    "j.value = :campaign)",                                \
			[FILTER_HOST] = CAMPAIGN_HAS("host", "m.name = :host"),                    \
			[FILTER_DOMAIN] = CAMPAIGN_HAS("sender",                                   \
				"lower(substr(m.name, -length(:domain) - 1)) = '@' || "            \
				"lower(:domain)"),                                                 \
		},                                                                                 \
	}
#define CAMPAIGN_HOSTS_SQL                                                                         \
	{                                                                                          \
		.columns = campaign_hosts_cells, .from = CAMPAIGN_HOSTS_FROM,                      \
		.order = "c.mails DESC, c.host", .last = "c.host",                                 \
		.where = {                                                                         \
			[FILTER_CAMPAIGN] = "1",                                                   \
			[FILTER_SINCE] = "c.last_ns >= :since",                                    \
			[FILTER_UNTIL] = "c.first_ns < :until",                                    \
		},                                                                                 \
	}

#endif
