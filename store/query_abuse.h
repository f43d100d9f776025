/* The table `abuse`: one line a host, with what abuse desks ask for; its columns are those of many desks, in one order.
 * For query_tables.c alone.
 *
 * A line is a host, its most likely cause, and a window: since and until of the filter, cut to what is kept.  Numbers and
 * times are those of the newest ABUSE_SESSIONS sessions in the window that the host opened; the samples (port, server,
 * reply, …) are all of one session: of the newest ABUSE_SAMPLES the one whose refusal says most.  A host without a
 * session in the window has no line, so that every line has a source port.
 *
 * Cells are questions of their own, made only for rows that are read: the table's own order needs no sorting. */
#ifndef HELOSCOPE_STORE_QUERY_ABUSE_H
#define HELOSCOPE_STORE_QUERY_ABUSE_H

#define ABUSE_SESSIONS "20000"
#define ABUSE_SAMPLES "1000"

#define ABUSE_WINDOW                                                                               \
	"s.client = a.host AND s.start_ns >= :since AND s.start_ns < "                             \
	"ifnull(nullif(:until, 0), 9223372036854775807)"
#define ABUSE_NEWEST(what, count)                                                                  \
	"(SELECT " what " FROM sessions s WHERE " ABUSE_WINDOW                                     \
	" ORDER BY s.start_ns DESC LIMIT " count ")"
#define ABUSE_SUM(what, of) "(SELECT " what " FROM " ABUSE_NEWEST(of, ABUSE_SESSIONS) " n)"
#define ABUSE_MAILS(what)                                                                          \
	"(SELECT ifnull(sum(m." what "), 0) FROM " ABUSE_NEWEST("s.session", ABUSE_SESSIONS)       \
	" n JOIN mails m ON m.session = n.session)"
/* Of the first mail in the sample. */
#define ABUSE_MAIL(what)                                                                           \
	"(SELECT " what " FROM mails m WHERE m.session = p.session ORDER BY m.number LIMIT 1)"
#define ABUSE_SAMPLE                                                                               \
	"(SELECT n.session FROM " ABUSE_NEWEST("s.session, s.refusals, s.list, s.start_ns",        \
		ABUSE_SAMPLES)                                                                     \
	" n ORDER BY n.list <> '' DESC, n.refusals > 0 DESC, n.start_ns DESC LIMIT 1)"
#define ABUSE_REPLY                                                                                \
	"(SELECT e.code || ' ' || CASE e.enhanced WHEN '' THEN '' ELSE e.enhanced || ' ' END || e.text" \
	" FROM evidence e WHERE e.session = p.session ORDER BY e.list <> '' DESC, e.code DESC, e.first_ns LIMIT 1)"

/* Hosts that nothing is said against are on no list of abuse, unless somebody asks for them. */
#define ABUSE_FROM                                                                                 \
	"hosts a JOIN sessions p ON p.session = " ABUSE_SAMPLE                                     \
	" AND (a.verdict NOT IN ('clean', 'unknown') OR a.host = :host OR a.verdict = :verdict)"

/* clang-format off */
#define ABUSE(X) \
	X("timestamp_first", "First", TIME, SHOWN, "start of its first session in the window, UTC", ABUSE_SUM("min(n.start_ns)", "s.start_ns"), NULL) \
	X("timestamp_last", "Last", TIME, SHOWN, "end of its last session in the window, UTC", ABUSE_SUM("max(n.end_ns)", "s.end_ns"), NULL) \
	X("utc_offset", "UTC offset", TEXT, HIDDEN, "of both times", "'UTC+00:00'", NULL) \
	X("src_ip", "Host", TEXT, SHOWN, "address", "a.host", "a.host_key") \
	X("src_port_sample", "Port", INT, HIDDEN, "of the host in the sample, TCP", "p.client_port", NULL) \
	X("mac_or_asset", "Asset", TEXT, HIDDEN, "for those who fill it in: the sensor sees only the router's", "''", NULL) \
	X("src_hostname", "Name", TEXT, SHOWN, "the name it gives most in HELO", "a.name", NULL) \
	X("vlan", "VLAN", INT, HIDDEN, "outermost, of the sample", "p.record ->> '$.vlan[0]'", NULL) \
	X("dst_ip_count", "Servers", INT, SHOWN, "that it spoke to", ABUSE_SUM("count(DISTINCT n.server)", "s.server"), NULL) \
	X("dst_port", "Server's port", INT, HIDDEN, "in the sample, TCP", "p.server_port", NULL) \
	X("proto", "Protocol", TEXT, HIDDEN, "", "'tcp'", NULL) \
	X("sessions", "Sessions", INT, SHOWN, "that it opened", ABUSE_SUM("count(*)", "s.seq"), NULL) \
	X("messages", "Mails", INT, SHOWN, "transactions", ABUSE_SUM("sum(n.mails)", "s.mails"), NULL) \
	X("rcpts", "Recipients", INT, SHOWN, "recipients", ABUSE_MAILS("rcpts"), NULL) \
	X("rcpt_rejected", "Rejected", INT, SHOWN, "recipients refused for good, 5xx", ABUSE_MAILS("rcpts_refused"), NULL) \
	X("cause", "Cause", TEXT, SHOWN, "the most likely one", "a.cause", NULL) \
	X("cause_confidence", "Confidence", REAL, SHOWN, "0 to 1", "a.confidence", NULL) \
	X("risk_lists", "Lists at risk", TEXT, SHOWN, "with a likelihood of 0.5 or more", \
		"(SELECT group_concat((l.value ->> 'list') || ' ' || (l.value ->> 'probability'), '; ') FROM json_each(a.record, '$.lists') l" \
		" WHERE (l.value ->> 'probability') >= 0.5)", NULL) \
	X("listed_on", "Listed on", TEXT, SHOWN, "lists that remote servers name when they refuse it", "a.listed_on", NULL) \
	X("reply_sample", "Reply", TEXT, SHOWN, "the refusal in the sample that says most", ABUSE_REPLY, NULL) \
	X("helo_sample", "HELO", TEXT, HIDDEN, "in the sample", "p.helo", NULL) \
	X("mail_from_domain", "Sender's domain", TEXT, HIDDEN, "of the sample's first mail", ABUSE_MAIL("m.from_domain"), NULL) \
	X("subject_hash", "Subject", TEXT, HIDDEN, "digest of its subject: the same for nearly the same words", ABUSE_MAIL("m.record ->> '$.similar.subject'"), NULL) \
	X("msgid_sample", "Message-ID", TEXT, HIDDEN, "of that mail", ABUSE_MAIL("m.message_id"), NULL) \
	X("evidence_ref", "Sample", TEXT, SHOWN, "the session that the samples are of", "p.session", NULL) \
	X("sensor", "Sensor", TEXT, HIDDEN, "who saw it", "a.sensor", NULL) \
	X("rule_version", "Rules", TEXT, HIDDEN, "not recorded by the sensor", "''", NULL) \
	X("tlp", "TLP", TEXT, HIDDEN, "who may see it: Traffic Light Protocol 2.0", "'TLP:AMBER'", NULL)
/* clang-format on */

#endif
