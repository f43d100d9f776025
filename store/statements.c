#include "store/statements.h"

#include "sensor/loss.h"
#include "store/campaigns.h"
#include "store/columns.h"
#include "store/columns_cases.h"

#define COLUMN_NAME(name, kind, value) ", " #name
#define COLUMN_MARK(name, kind, value) ", ?"
#define COLUMN_TAKE(name, kind, value) ", " #name " = excluded." #name

/* One clause of SQL per line. */
/* clang-format off */

/* A row is written again only if it differs.  Times are compared too: JSON has microseconds. */

/* sensor and seq are the first two parameters of every statement that writes a record. */
#define PUT(table, columns, key)                                        \
	"INSERT INTO " table " (sensor, seq" columns(COLUMN_NAME) ")"   \
	" VALUES (?, ?" columns(COLUMN_MARK) ")"                        \
	" ON CONFLICT (" key ") DO"
#define REPLACE(columns)                                                \
	" UPDATE SET sensor = excluded.sensor, seq = excluded.seq" columns(COLUMN_TAKE)

/* Of host ?1, list ?2 and kind ?3: the rows that lie between ?4 and ?5, in whole or in part. */
#define SAME_LISTING                                                    \
	"host = ?1 AND list = ?2 AND kind = ?3 AND since_ns <= ?5"      \
	" AND max(last_ns, until_ns) >= ?4"

/* What a mail adds to sums. */
#define SHARE_ADD                                                       \
	" rcpts = rcpts + excluded.rcpts,"                              \
	" rcpts_refused = rcpts_refused + excluded.rcpts_refused,"      \
	" score_sum = score_sum + excluded.score_sum,"                  \
	" score_max = max(score_max, excluded.score_max),"              \
	" first_ns = min(first_ns, excluded.first_ns), last_ns = max(last_ns, excluded.last_ns)"
#define SAMPLE_BEFORE                                                   \
	"(excluded.first_ns, excluded.session, excluded.number) < (first_ns, session, number)"

#define LOSS_DIFFERS(name, kind, value) " OR excluded." #name " <> loss." #name
#define DELIVERY_DIFFERS(name, kind, value) " OR excluded." #name " <> deliveries." #name
#define NEWER_CHANGE "EXISTS (SELECT 1 FROM changes n WHERE n.host = c.host AND n.seq > c.seq AND n.live = 1)"
#define LOSS_COUNTER_SUM(X, counter, title, note) ", sum(" #counter ")"

/* The newest sessions of a host.  The limit stands before all other conditions, so that no more rows than it says are read. */
#define NEWEST(side, other)                                             \
	"WITH newest AS MATERIALIZED (SELECT * FROM"                    \
	" (SELECT session, " #other " AS peer, " #other "_key AS peer_key, start_ns, end_ns, refusals,"  \
	"  auth_result, helo, dialect, client_software, protocol FROM sessions" \
	"  WHERE " #side "_key = ?1 AND start_ns >= ?2 AND start_ns < ?3 ORDER BY start_ns DESC LIMIT ?4)" \
	" WHERE protocol IN ('', 'smtp', 'lmtp'))"
/* "+": by the session, not by an index of outcomes. */
#define PEERS(side, other)                                              \
	NEWEST(side, other)                                             \
	" SELECT peer, count(*), sum((SELECT count(*) FROM mails m WHERE m.session = newest.session AND +m.outcome = 'accepted'))," \
	" sum(refusals), sum(auth_result = 'fail'), min(start_ns), max(end_ns), count(*) OVER ()" \
	" FROM newest GROUP BY peer ORDER BY count(*) DESC, peer_key LIMIT ?5"
/* The program is that of one of the sessions. */
#define SPOKEN(what, software)                                          \
	NEWEST(client, server)                                          \
	" SELECT " what ", " software ", count(*), min(start_ns), max(start_ns), count(*) OVER ()" \
	" FROM newest WHERE " what " <> '' GROUP BY " what " ORDER BY count(*) DESC, " what " LIMIT ?5"
/* SQLite takes the other cells from the row that has the maximum. */
#define REFUSALS(side, other)                                           \
	NEWEST(side, other)                                             \
	" SELECT e.class, e.list, sum(e.count), count(DISTINCT e.session), max(e.last_ns), e.code || ' ' || e.text, e.session" \
	" FROM newest n CROSS JOIN evidence e ON e.session = n.session" \
	" GROUP BY e.class, e.list ORDER BY sum(e.count) DESC, e.class, e.list LIMIT ?5"
#define OF_SMTP " FILTER (WHERE protocol IN ('', 'smtp', 'lmtp'))"
#define LOOKED(side)                                                    \
	"SELECT count(*)" OF_SMTP ", ifnull(min(start_ns)" OF_SMTP ", 0), ifnull(max(start_ns)" OF_SMTP ", 0), count(*)" \
	" FROM (SELECT start_ns, protocol FROM sessions WHERE " #side "_key = ?1 AND start_ns >= ?2 AND start_ns < ?3" \
	"  ORDER BY start_ns DESC LIMIT ?4) WHERE ?5 >= 0"

const char *const statement_sql[STATEMENTS_COUNT] = {
	[STATEMENT_SEQ_GET] =
		"SELECT value FROM meta WHERE name = 'seq'",
	[STATEMENT_SEQ_PUT] =
		"INSERT INTO meta (name, value) VALUES ('seq', ?)"
		" ON CONFLICT (name) DO UPDATE SET value = excluded.value",
	[STATEMENT_SESSION_OPEN] =
		"SELECT open FROM sessions WHERE session = ?",
	[STATEMENT_SESSION_PUT] =
		PUT("sessions", SESSION_COLUMNS, "session") REPLACE(SESSION_COLUMNS)
		" WHERE excluded.record <> sessions.record OR excluded.open <> sessions.open"
		" OR excluded.end_ns <> sessions.end_ns",
	[STATEMENT_EVIDENCE_PUT] =
		PUT("evidence", EVIDENCE_COLUMNS, "session, command, code, class, list")
		REPLACE(EVIDENCE_COLUMNS)
		" WHERE excluded.count <> evidence.count",
	[STATEMENT_MAIL_PUT] =
		PUT("mails", MAIL_COLUMNS, "session, number") " NOTHING",
	[STATEMENT_HIT_PUT] =
		"INSERT OR IGNORE INTO hits (rule, mail) VALUES (?, ?)",
	[STATEMENT_QUEUE_ID_PUT] =
		"INSERT OR IGNORE INTO queue_ids (queue_id, mail) VALUES (?, ?)",
	/* What was said last of a rule. */
	[STATEMENT_RULE_PUT] =
		"INSERT INTO rules (rule, points, place, why, source, noted_ns)"
		" VALUES (?, ?, ?, ?, ?, ?)"
		" ON CONFLICT (rule) DO UPDATE SET points = excluded.points,"
		" place = excluded.place, why = excluded.why, source = excluded.source,"
		" noted_ns = excluded.noted_ns"
		" WHERE excluded.noted_ns >= rules.noted_ns AND (excluded.points <> rules.points"
		" OR excluded.place <> rules.place OR excluded.why <> rules.why"
		" OR excluded.source <> rules.source)",
	[STATEMENT_RULE_HOUR_PUT] =
		"INSERT INTO rule_hours (hour_ns, rule, mails, hits, score_sum, first_ns, last_ns)"
		" VALUES (?1, ?2, 1, ?3, ?4, ?5, ?5)"
		" ON CONFLICT (hour_ns, rule) DO UPDATE SET mails = mails + 1,"
		" hits = hits + excluded.hits, score_sum = score_sum + excluded.score_sum,"
		" first_ns = min(first_ns, excluded.first_ns), last_ns = max(last_ns, excluded.last_ns)",
	[STATEMENT_RULE_HOST_PUT] =
		"INSERT INTO rule_hosts (rule, host, host_key, mails, score_sum, first_ns, last_ns)"
		" VALUES (?1, ?2, ?3, 1, ?4, ?5, ?5)"
		" ON CONFLICT (rule, host) DO UPDATE SET mails = mails + 1,"
		" score_sum = score_sum + excluded.score_sum,"
		" first_ns = min(first_ns, excluded.first_ns), last_ns = max(last_ns, excluded.last_ns)",
	/* RETURNING 1: the first mail of that host as that domain. */
	[STATEMENT_SENDER_PUT] =
		"INSERT INTO senders (domain, host, host_key, mails, rcpts, rcpts_refused, score_sum,"
		" score_max, first_ns, last_ns) VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?6, ?7, ?7)"
		" ON CONFLICT (domain, host) DO UPDATE SET mails = mails + 1,"
		SHARE_ADD " RETURNING mails",
	[STATEMENT_DOMAIN_PUT] =
		"INSERT INTO domains (domain, mails, hosts, rcpts, rcpts_refused, score_sum, score_max,"
		" first_ns, last_ns) VALUES (?1, 1, ?2, ?3, ?4, ?5, ?5, ?6, ?6)"
		" ON CONFLICT (domain) DO UPDATE SET mails = mails + 1, hosts = hosts + excluded.hosts,"
		SHARE_ADD,
	[STATEMENT_CAMPAIGN_MEMBER_PUT] =
		"INSERT INTO campaign_members (text, kind, name, mails, first_ns, last_ns)"
		" VALUES (?1, ?2, ?3, 1, ?4, ?4)"
		" ON CONFLICT (text, kind, name) DO UPDATE SET mails = mails + 1,"
		" first_ns = min(first_ns, excluded.first_ns), last_ns = max(last_ns, excluded.last_ns)"
		" RETURNING mails",
	/* Its sample is the earliest mail, whichever comes first. */
	[STATEMENT_CAMPAIGN_TEXT_PUT] =
		"INSERT INTO campaign_texts (text, mails, hosts, senders, rcpts, rcpts_refused,"
		" score_sum, score_max, first_ns, last_ns, accepted, rejected, deferred, subject,"
		" session, number)"
		" VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
		" ON CONFLICT (text) DO UPDATE SET mails = mails + 1, hosts = hosts + excluded.hosts,"
		" senders = senders + excluded.senders, accepted = accepted + excluded.accepted,"
		" rejected = rejected + excluded.rejected, deferred = deferred + excluded.deferred,"
		" subject = CASE WHEN " SAMPLE_BEFORE " THEN excluded.subject ELSE subject END,"
		" number = CASE WHEN " SAMPLE_BEFORE " THEN excluded.number ELSE number END,"
		" session = CASE WHEN " SAMPLE_BEFORE " THEN excluded.session ELSE session END,"
		SHARE_ADD,
	[STATEMENT_HOST_PUT] =
		PUT("hosts", HOST_COLUMNS, "host") REPLACE(HOST_COLUMNS)
		" WHERE excluded.record <> hosts.record OR excluded.last_ns <> hosts.last_ns",
	/* The verdict looks back some days only: a listing that goes on keeps its first day, its
	 * first reply, and all who were seen to say so. */
	[STATEMENT_LISTING_PUT] =
		PUT("listings", LISTING_COLUMNS, "host, list, kind, since_ns")
		" UPDATE SET sensor = excluded.sensor, seq = excluded.seq,"
		" last_ns = excluded.last_ns, until_ns = excluded.until_ns,"
		" ended_by = excluded.ended_by, count = max(listings.count, excluded.count),"
		" servers = CASE WHEN length(excluded.servers) >= length(listings.servers)"
		"  THEN excluded.servers ELSE listings.servers END"
		" WHERE excluded.last_ns <> listings.last_ns"
		" OR excluded.until_ns <> listings.until_ns"
		" OR excluded.ended_by <> listings.ended_by OR excluded.count > listings.count"
		" OR length(excluded.servers) > length(listings.servers)",
	[STATEMENT_LISTING_SINCE] =
		"SELECT min(since_ns) FROM listings WHERE " SAME_LISTING,
	[STATEMENT_LISTING_DROP] =
		"DELETE FROM listings WHERE " SAME_LISTING " AND since_ns <> ?6",
	[STATEMENT_HOUR_PUT] =
		PUT("host_hours", HOUR_COLUMNS, "host, hour_ns") REPLACE(HOUR_COLUMNS)
		" WHERE excluded.packed <> host_hours.packed"
		" OR excluded.counts <> host_hours.counts",
	[STATEMENT_SERVICE_PUT] =
		"INSERT INTO services"
		" (sensor, seq, host, host_key, port, first_ns, last_ns, name)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
		" ON CONFLICT (host, port) DO UPDATE SET"
		" sensor = excluded.sensor, seq = excluded.seq,"
		" first_ns = min(services.first_ns, excluded.first_ns),"
		" last_ns = max(services.last_ns, excluded.last_ns), name = excluded.name"
		" WHERE excluded.first_ns < services.first_ns"
		" OR excluded.last_ns > services.last_ns OR excluded.name <> services.name",
	[STATEMENT_RUN_PUT] =
		"INSERT INTO runs (sensor, seq, run, started_ns, now_ns, sources, live)"
		" VALUES (?, ?, ?, ?, ?, ?, ?)"
		" ON CONFLICT (sensor, run) DO UPDATE SET"
		" seq = excluded.seq, started_ns = excluded.started_ns,"
		" now_ns = excluded.now_ns, sources = excluded.sources, live = excluded.live"
		" WHERE excluded.started_ns <> runs.started_ns OR excluded.now_ns <> runs.now_ns"
		" OR excluded.sources <> runs.sources OR excluded.live <> runs.live",
	[STATEMENT_COUNTER_PUT] =
		"INSERT INTO counters (sensor, seq, run, name, value) VALUES (?, ?, ?, ?, ?)"
		" ON CONFLICT (sensor, run, name) DO UPDATE SET"
		" seq = excluded.seq, value = excluded.value"
		" WHERE excluded.value <> counters.value",
	[STATEMENT_LOSS_PUT] =
		PUT("loss", LOSS_COLUMNS, "sensor, run, start_ns") REPLACE(LOSS_COLUMNS)
		" WHERE false" LOSS_COLUMNS(LOSS_DIFFERS),
	[STATEMENT_EVENT_PUT] =
		"INSERT INTO events (sensor, seq, time_ns, kind, text) VALUES (?, ?, ?, ?, ?)"
		" ON CONFLICT (time_ns, kind, text) DO NOTHING",

	/* The word of the last batch, and that of this one. */
	[STATEMENT_CHANGE_BEFORE] =
		"SELECT ifnull(c.before, ifnull(h.verdict, '')), ifnull(h.verdict, ''), ifnull(c.seq, 0)"
		" FROM (SELECT 1) LEFT JOIN hosts h ON h.host = ?1"
		" LEFT JOIN changes c ON c.host = ?1 AND c.seq > ?2",
	[STATEMENT_CHANGE_DROP] =
		"DELETE FROM changes WHERE seq = ?",
	[STATEMENT_CHANGE_PUT] =
		"INSERT INTO changes (sensor, seq" CHANGE_COLUMNS(COLUMN_NAME) ")"
		" VALUES (?, ?" CHANGE_COLUMNS(COLUMN_MARK) ")",
	[STATEMENT_CHANGES_NOTED] =
		"UPDATE changes SET noted_ns = ?2, live = ?3 WHERE seq > ?1",
	/* What is final stays: a note that comes late or twice changes nothing. */
	[STATEMENT_DELIVERY_PUT] =
		PUT("deliveries", DELIVERY_COLUMNS, "change, target") REPLACE(DELIVERY_COLUMNS)
		" WHERE deliveries.state = 'waiting' AND (false" DELIVERY_COLUMNS(DELIVERY_DIFFERS) ")",

	[STATEMENT_LOOKUP_PUT] =
		PUT("lookups", LOOKUP_COLUMNS, "host, list, time_ns") " NOTHING",

	/* The same entry twice is one row, the first. */
	[STATEMENT_AUDIT_PUT] =
		PUT("audit", AUDIT_COLUMNS, "id") " NOTHING",
	[STATEMENT_CASE_PUT] =
		PUT("cases", CASE_COLUMNS, "host") REPLACE(CASE_COLUMNS),

	[STATEMENT_HOURS_FETCH] =
		"SELECT hour_ns, packed FROM host_hours WHERE host = ? ORDER BY hour_ns",
	[STATEMENT_HOSTS_FETCH] =
		"SELECT DISTINCT host FROM host_hours WHERE hour_ns >= ? ORDER BY host",

	[STATEMENT_HOST_RECORD] =
		"SELECT record FROM hosts WHERE host = ?",
	[STATEMENT_SESSION_RECORD] =
		"SELECT record FROM sessions WHERE session = ?",
	[STATEMENT_SESSION_MAILS] =
		"SELECT record FROM mails WHERE session = ? ORDER BY number",
	[STATEMENT_MAIL_RECORD] =
		"SELECT record FROM mails WHERE session = ? AND number = ?",

	[STATEMENT_HOST_CELLS] =
		"SELECT role, verdict, verdict_since_ns, risk, visibility, first_ns, last_ns,"
		" name, summary, sensor, ifnull(record ->> '$.clients', 0)"
		" FROM hosts WHERE host = ?",
	[STATEMENT_HOST_COUNTS] =
		"SELECT c.key, c.value FROM hosts h, json_each(h.record, '$.counts') c"
		" WHERE h.host = ?",
	[STATEMENT_HOST_CAUSES] =
		"SELECT c.value ->> 'cause', c.value ->> 'confidence', e.value"
		" FROM hosts h, json_each(h.record, '$.causes') c"
		" LEFT JOIN json_each(c.value, '$.evidence') e"
		" WHERE h.host = ? ORDER BY c.key, e.key",
	[STATEMENT_HOST_LISTS] =
		"SELECT l.value ->> 'list', l.value ->> 'probability', w.value,"
		" l.value ->> 'predicted'"
		" FROM hosts h, json_each(h.record, '$.lists') l"
		" LEFT JOIN json_each(l.value, '$.why') w"
		" WHERE h.host = ? ORDER BY l.key, w.key",
	[STATEMENT_HOST_LIST_CHANGES] =
		"SELECT l.key, c.value FROM hosts h, json_each(h.record, '$.lists') l,"
		" json_each(l.value, '$.change') c"
		" WHERE h.host = ? ORDER BY l.key, c.key",
	[STATEMENT_HOST_LISTINGS] =
		"SELECT list, since_ns, last_ns, until_ns, reply, server, count, kind, ended_by,"
		" servers FROM listings WHERE host = ? ORDER BY since_ns, list, kind",
	[STATEMENT_HOST_SERVICES] =
		"SELECT port, first_ns, last_ns, name FROM services WHERE host = ? ORDER BY port",
	[STATEMENT_HOST_BEHIND] =
		"SELECT b.value ->> 'ip', b.value ->> 'mails', b.value ->> 'spam'"
		" FROM hosts h, json_each(h.record, '$.behind') b WHERE h.host = ? ORDER BY b.key",
	[STATEMENT_HOST_CUT_OFF] =
		"SELECT c.value ->> 'port', c.value ->> 'sessions', c.value ->> 'accepted', d.value"
		" FROM hosts h, json_each(h.record, '$.cut_off') c"
		" LEFT JOIN json_each(c.value, '$.domains') d"
		" WHERE h.host = ? ORDER BY c.key, d.key",
	[STATEMENT_HOST_ADVICE] =
		"SELECT a.value ->> 'step', a.value ->> 'command'"
		" FROM hosts h, json_each(h.record, '$.advice') a"
		" WHERE h.host = ? ORDER BY a.key",

	[STATEMENT_HOURS_OF_HOST] =
		"SELECT hour_ns, sessions, mails, rcpts, accepted, rejected, deferred, listed,"
		" score_max"
		" FROM host_hours WHERE host = ?3 AND hour_ns >= ?1 AND hour_ns < ?2"
		" ORDER BY hour_ns",
	[STATEMENT_HOURS_OF_ALL] =
		"SELECT hour_ns, sessions, mails, rcpts, accepted, rejected, deferred, listed,"
		" score_max"
		" FROM hour_sums WHERE hour_ns >= ?1 AND hour_ns < ?2 ORDER BY hour_ns",
	[STATEMENT_RUN_LAST] =
		"SELECT sensor, run, started_ns, now_ns, sources, live"
		" FROM runs ORDER BY seq DESC LIMIT 1",
	[STATEMENT_RUN_COUNTERS] =
		"SELECT name, value FROM counters WHERE sensor = ? AND run = ?",
	[STATEMENT_LOSS_NEWEST] =
		"SELECT start_ns, sum(covered_ms)" LOSS_COUNTERS(LOSS_COUNTER_SUM, )
		" FROM loss GROUP BY start_ns ORDER BY start_ns DESC LIMIT ?",
	[STATEMENT_TOTAL_HOSTS] =
		"SELECT verdict_rank, count(*) FROM hosts GROUP BY verdict",
	[STATEMENT_TOTAL_SESSIONS] =
		"SELECT ifnull(sum(sessions), 0), ifnull(sum(encrypted), 0), ifnull((SELECT start_ns FROM sessions"
		" WHERE protocol IN ('', 'smtp', 'lmtp') ORDER BY start_ns LIMIT 1), 0),"
		" ifnull(max(last_ns) FILTER (WHERE sessions > 0), 0) FROM day_sums",
	[STATEMENT_TOTAL_MAILS] =
		"SELECT ifnull(sum(mails), 0), ifnull(sum(rcpts), 0), ifnull(sum(rcpts_refused), 0) FROM day_sums",
	[STATEMENT_FILE_BYTES] =
		"SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
	[STATEMENT_MAILS_BY_QUEUE_ID] =
		"SELECT m.session, m.number, m.client, m.start_ns, m.server"
		" FROM queue_ids q JOIN mails m ON m.seq = q.mail"
		" WHERE q.queue_id = ? ORDER BY m.start_ns, m.seq",

	[STATEMENT_CHANGES_FROM] =
		"SELECT min(change) FROM deliveries WHERE target = ?",
	[STATEMENT_CHANGES_NEWEST] =
		"SELECT ifnull(max(seq), 0) FROM changes WHERE noted_ns < ?",
	/* Each part is cut by itself, and CROSS keeps SQLite from beginning with all that waits: with 30,000 changes waiting it takes
	 * 0.05 s instead of 7. */
	[STATEMENT_CHANGES_WAITING] =
		"WITH fresh AS (SELECT c.seq AS change, 0 AS attempts, 0 AS tried, 0 AS next FROM changes c"
		"  WHERE c.seq > ?2 AND c.live = 1 AND NOT EXISTS"
		"   (SELECT 1 FROM deliveries d WHERE d.change = c.seq AND d.target = ?1)"
		"  ORDER BY c.seq LIMIT ?4),"
		" due AS (SELECT d.change, d.attempts, d.time_ns, d.next_ns"
		"  FROM deliveries d JOIN changes c ON c.seq = d.change"
		"  WHERE d.target = ?1 AND d.state = 'waiting' AND (d.next_ns <= ?3 OR " NEWER_CHANGE ")"
		"  ORDER BY d.change LIMIT ?4),"
		" w AS (SELECT * FROM fresh UNION ALL SELECT * FROM due)"
		" SELECT c.seq, c.sensor, c.host, c.time_ns, c.noted_ns, c.before, c.verdict, c.risk,"
		" c.cause, c.summary, w.attempts, w.tried, w.next, NOT " NEWER_CHANGE ","
		" EXISTS (SELECT 1 FROM changes p CROSS JOIN deliveries d ON d.change = p.seq AND d.target = ?1"
		"  WHERE p.host = c.host AND p.seq < c.seq AND d.state = 'waiting' AND d.attempts > 0),"
		" t.verdict, o.time_ns, ifnull(k.muted_until_ns, 0), ifnull(k.muted_by, '')"
		" FROM w JOIN changes c ON c.seq = w.change"
		" LEFT JOIN cases k ON k.host = c.host"
		" LEFT JOIN changes t ON t.seq = (SELECT p.seq FROM changes p CROSS"
		"  JOIN deliveries d ON d.change = p.seq AND d.target = ?1"
		"  WHERE p.host = c.host AND d.state = 'done' ORDER BY p.seq DESC LIMIT 1)"
		" LEFT JOIN deliveries o ON o.change = t.seq AND o.target = ?1"
		" ORDER BY c.seq LIMIT ?4",
	[STATEMENT_DELIVERY] =
		"SELECT state, attempts, time_ns, next_ns FROM deliveries WHERE change = ? AND target = ?",
	[STATEMENT_LOOKUPS] =
		"SELECT host, list, zone, time_ns, answer, codes, predicted, verdict"
		" FROM lookups WHERE time_ns >= ?1 ORDER BY time_ns, seq",
	/* SQLite takes the other cells from the row that has the maximum. */
	[STATEMENT_LOOKUPS_DAILY] =
		"SELECT host, list, zone, max(time_ns), answer, codes, predicted, verdict"
		" FROM lookups WHERE time_ns >= ?1 AND answer <> 'error'"
		" GROUP BY host, list, time_ns / 86400000000000 ORDER BY list, 4, host",
	[STATEMENT_CASE] =
		"SELECT k.state, k.since_ns, k.since_seq, k.assignee, k.muted_until_ns, k.muted_by, k.opened_ns,"
		" k.changed_ns, k.changed_by, k.note, " CASE_CAME_BACK
		" FROM cases k LEFT JOIN hosts h ON h.host = k.host WHERE k.host = ?",
	/* The newest, in their order. */
	[STATEMENT_CASE_ENTRIES] =
		"SELECT * FROM (SELECT seq, time_ns, until_ns, user, kind, text FROM audit"
		" WHERE host = ?1 AND host <> '' AND kind IN (" CASE_KINDS ") ORDER BY seq DESC LIMIT ?2) ORDER BY seq",
	[STATEMENT_AUDIT_KNOWN] =
		"SELECT 1 FROM audit WHERE id = ?",
	[STATEMENT_AUDIT_USERS] =
		"SELECT user FROM (SELECT user FROM (SELECT user FROM audit ORDER BY seq DESC LIMIT 20000)"
		" UNION SELECT assignee FROM cases) WHERE user <> '' ORDER BY user COLLATE NOCASE LIMIT ?",
	/* By host, so that the lists of one stand together. */
	[STATEMENT_RISKY] =
		"SELECT h.host, h.risk, h.verdict, h.last_ns, l.value ->> 'list', l.value ->> 'predicted'"
		" FROM (SELECT * FROM hosts WHERE risk >= ?1 AND last_ns >= ?2"
		"  ORDER BY risk DESC, host_key LIMIT ?3) h"
		" LEFT JOIN json_each(h.record, '$.lists') l"
		" ORDER BY h.risk DESC, h.host_key, l.key",

	[STATEMENT_PEERS_OF_CLIENT] = PEERS(client, server),
	[STATEMENT_PEERS_OF_SERVER] = PEERS(server, client),
	[STATEMENT_SPOKEN_HELO] = SPOKEN("helo", "''"),
	[STATEMENT_SPOKEN_DIALECT] = SPOKEN("dialect", "client_software"),
	[STATEMENT_REFUSALS_OF_CLIENT] = REFUSALS(client, server),
	[STATEMENT_REFUSALS_OF_SERVER] = REFUSALS(server, client),
	[STATEMENT_LOOKED_OF_CLIENT] = LOOKED(client),
	[STATEMENT_LOOKED_OF_SERVER] = LOOKED(server),

	[STATEMENT_VERDICTS_SEEN] =
		"SELECT verdict_rank, count(*) FROM hosts WHERE last_ns >= ?1 AND first_ns < ?2"
		" GROUP BY verdict",
	[STATEMENT_LISTINGS_NEW] =
		"SELECT l.host, ifnull(h.name, ''), l.list, l.kind, l.since_ns, l.until_ns"
		" FROM listings l LEFT JOIN hosts h ON h.host = l.host"
		" WHERE l.since_ns >= ?1 AND l.since_ns < ?2"
		" ORDER BY l.since_ns DESC, l.seq DESC LIMIT ?3",
	/* From the word before the first change to that of the last one. */
	[STATEMENT_VERDICTS_CHANGED] =
		"WITH newest AS MATERIALIZED (SELECT seq, host FROM changes"
		"  WHERE noted_ns >= ?1 AND noted_ns < ?2 ORDER BY noted_ns DESC, seq DESC LIMIT ?3)"
		" SELECT l.host, ifnull(h.name, ''), f.before, l.verdict, l.cause, l.summary, l.time_ns"
		" FROM (SELECT min(seq) AS first, max(seq) AS last FROM newest GROUP BY host) g"
		" CROSS JOIN changes f ON f.seq = g.first CROSS JOIN changes l ON l.seq = g.last"
		" LEFT JOIN hosts h ON h.host = l.host"
		" WHERE f.before <> l.verdict ORDER BY l.seq DESC LIMIT ?4",

	/* The texts that most hosts sent, then those of most mails. */
	[STATEMENT_CAMPAIGN_TEXTS] =
		"SELECT text, mails, hosts, senders, rcpts, rcpts_refused, score_sum, score_max,"
		" first_ns, last_ns, accepted, rejected, deferred, subject, session, number"
		" FROM campaign_texts WHERE last_ns >= ?1 AND first_ns < ?2"
		" ORDER BY hosts DESC, mails DESC, text LIMIT ?3",
	[STATEMENT_CAMPAIGN_TEXT] =
		"SELECT text, mails, hosts, senders, rcpts, rcpts_refused, score_sum, score_max,"
		" first_ns, last_ns, accepted, rejected, deferred, subject, session, number"
		" FROM campaign_texts WHERE text = ?1",
	[STATEMENT_CAMPAIGN_NAMES] =
		"SELECT m.kind, count(DISTINCT m.name) FROM json_each(?1) j"
		" CROSS JOIN campaign_members m ON m.text = j.value GROUP BY m.kind",
	/* Of its newest mails, how many have each rule. */
	[STATEMENT_CAMPAIGN_RULES] =
		"WITH n AS MATERIALIZED (SELECT m.rules FROM mails m"
		"  WHERE m.text_key <> '' AND m.text_key IN " TEXTS_OF_CAMPAIGN("?1")
		"  ORDER BY +m.start_ns DESC LIMIT ?2)"
		" SELECT r.value, count(*), p.points, p.why, (SELECT count(*) FROM n) FROM n,"
		" json_each('[' || replace(json_quote(n.rules), ' ', '\",\"') || ']') r"
		" LEFT JOIN rules p ON p.rule = r.value"
		" WHERE n.rules <> '' GROUP BY r.value ORDER BY 2 DESC, 1 LIMIT ?3",
};
