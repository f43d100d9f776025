-- The store of heloscope, as it is in the newest version (store_schema_version).
--
-- One writer, the collector; any number of readers.  SQLite 3.37 or newer, WAL mode, STRICT tables.
--
-- Words   A session is one SMTP dialogue, a mail one transaction in it, a host one address of ours.
-- Times   *_ns: nanoseconds since 1970 UTC, from the packets; 0 = not known.
-- Address As text for people and for "=", and as *_key for order and for networks: one byte 4 or 6, then
--         the bytes of the address, so that a network is one BETWEEN.
-- seq     Every record has (sensor, seq).  seq comes from one counter for the whole store (meta, 'seq') and
--         grows with every row that is written or changed, so "all that is new since seq N" is one range of
--         the primary key in each table.  Writing the same record again changes neither row nor counter.
-- record  The whole record, JSON as `heloscope read --json` prints it.  The other columns are what is
--         filtered, sorted, summed or shown in tables; record stands last, so that a scan need not read it.
-- Keys    Natural keys leave the sensor out: if a sensor is renamed its hosts stay the same hosts.  Where
--         several sensors meet in one data base, (sensor, seq) is the key.

-- What the store knows of itself.  'seq': the last number given out.
CREATE TABLE meta (
	name  TEXT PRIMARY KEY,
	value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Each run of the sensor: a live run, or one `heloscope read`.
CREATE TABLE runs (
	seq        INTEGER PRIMARY KEY,
	sensor     TEXT NOT NULL,
	run        INTEGER NOT NULL,          -- its start, ns
	started_ns INTEGER NOT NULL,          -- first packet
	now_ns     INTEGER NOT NULL,          -- latest packet
	sources    TEXT NOT NULL,             -- interfaces or files
	live       INTEGER NOT NULL,
	UNIQUE (sensor, run)
) STRICT;

-- What a run counted: packets, drops, gaps, …  (sensor/counters.h has the names.)
CREATE TABLE counters (
	seq    INTEGER PRIMARY KEY,
	sensor TEXT NOT NULL,
	run    INTEGER NOT NULL,
	name   TEXT NOT NULL,
	value  INTEGER NOT NULL,
	UNIQUE (sensor, run, name)
) STRICT;

-- What of it tells loss, by five minutes of packet time (sensor/loss.h).  The rows of a run sum up to its counters; rows of
-- the same time, of several runs or sensors, add up.
CREATE TABLE loss (
	seq                INTEGER PRIMARY KEY,
	sensor             TEXT NOT NULL,
	run                INTEGER NOT NULL,
	start_ns           INTEGER NOT NULL,  -- a multiple of 300 s
	covered_ms         INTEGER NOT NULL,  -- of it, in which packets were read
	packets            INTEGER NOT NULL,
	packets_dropped    INTEGER NOT NULL,  -- by the kernel
	packets_if_dropped INTEGER NOT NULL,  -- by the interface
	packets_cut        INTEGER NOT NULL,
	segments           INTEGER NOT NULL,
	stream_bytes       INTEGER NOT NULL,
	gaps               INTEGER NOT NULL,
	gap_bytes          INTEGER NOT NULL,  -- never delivered by the mirror
	gap_bytes_late     INTEGER NOT NULL,
	streams            INTEGER NOT NULL,
	streams_one_sided  INTEGER NOT NULL,
	fragments_dropped  INTEGER NOT NULL,
	decap_unknown      INTEGER NOT NULL,
	UNIQUE (sensor, run, start_ns)
) STRICT;
CREATE INDEX loss_start ON loss (start_ns);

-- Sessions.  open = 1: a snapshot of one that goes on, replaced by later ones.
CREATE TABLE sessions (
	seq             INTEGER PRIMARY KEY,
	sensor          TEXT NOT NULL,
	session         TEXT NOT NULL UNIQUE,  -- 16 hex digits
	open            INTEGER NOT NULL,
	start_ns        INTEGER NOT NULL,
	end_ns          INTEGER NOT NULL,
	client          TEXT NOT NULL,
	client_key      BLOB NOT NULL,
	client_port     INTEGER NOT NULL,
	server          TEXT NOT NULL,
	server_key      BLOB NOT NULL,
	server_port     INTEGER NOT NULL,
	direction       TEXT NOT NULL,         -- outbound, inbound, internal, external, unknown
	visibility      TEXT NOT NULL,         -- content, envelope, flow
	helo            TEXT NOT NULL,
	banner          TEXT NOT NULL,
	encrypted       INTEGER NOT NULL,      -- went on, or began, under TLS
	tls             TEXT NOT NULL,         -- version
	auth            TEXT NOT NULL,         -- mechanism
	auth_result     TEXT NOT NULL,
	client_software TEXT NOT NULL,
	server_software TEXT NOT NULL,
	dialect         TEXT NOT NULL,
	community_id    TEXT NOT NULL,
	bytes_client    INTEGER NOT NULL,
	bytes_server    INTEGER NOT NULL,
	gap_bytes       INTEGER NOT NULL,      -- never delivered by the mirror
	close           TEXT NOT NULL,
	mails           INTEGER NOT NULL,
	refusals        INTEGER NOT NULL,      -- 4xx and 5xx replies
	class           TEXT NOT NULL,         -- of the refusal that says most: one that names a list, else the last
	list            TEXT NOT NULL,
	anomalies       TEXT NOT NULL,         -- names, joined by spaces
	record          TEXT NOT NULL,         -- without its mails
	protocol        TEXT NOT NULL DEFAULT '' -- smtp, lmtp, '' (not known), or what is spoken on a mail port instead
) STRICT;
-- By key, so that they serve networks, too.  Mails of a host are found through its sessions: addresses come in no order, and
-- each index on them costs a page written at random per row.
CREATE INDEX sessions_client ON sessions (client_key, start_ns);
CREATE INDEX sessions_server ON sessions (server_key, start_ns);
-- By time.  Lists newest first test their filters on this index alone: it grows at its end, so that its width costs little.
CREATE INDEX sessions_start ON sessions
	(start_ns, end_ns, encrypted, tls, protocol, server_port, class, list, client_key, server_key);
-- Few values, each growing at its end.
CREATE INDEX sessions_port ON sessions (server_port, start_ns);
CREATE INDEX sessions_tls ON sessions (tls, start_ns);

-- Mails.  client, server: those of the session, repeated for filters.
CREATE TABLE mails (
	seq           INTEGER PRIMARY KEY,
	sensor        TEXT NOT NULL,
	session       TEXT NOT NULL,
	number        INTEGER NOT NULL,        -- 1, 2, … within the session
	start_ns      INTEGER NOT NULL,
	end_ns        INTEGER NOT NULL,
	client        TEXT NOT NULL,
	client_key    BLOB NOT NULL,
	server        TEXT NOT NULL,
	server_key    BLOB NOT NULL,
	server_port   INTEGER NOT NULL,
	direction     TEXT NOT NULL,
	mail_from     TEXT NOT NULL,           -- '' is <>
	from_domain   TEXT NOT NULL,           -- of mail_from
	rcpt          TEXT NOT NULL,           -- the first recipient
	rcpts         INTEGER NOT NULL,
	rcpts_refused INTEGER NOT NULL,        -- rejected, 5xx
	rcpts_waiting INTEGER NOT NULL,        -- deferred, 4xx
	outcome       TEXT NOT NULL,
	code          INTEGER NOT NULL,
	class         TEXT NOT NULL,
	list          TEXT NOT NULL,
	queue_id      TEXT NOT NULL,           -- that the server gave it
	bytes         INTEGER NOT NULL,
	score         REAL NOT NULL,
	rules         TEXT NOT NULL,           -- that matched, joined by spaces
	labels        TEXT NOT NULL,           -- joined by spaces
	header_from   TEXT NOT NULL,
	subject       TEXT NOT NULL,
	message_id    TEXT NOT NULL,
	mailer        TEXT NOT NULL,
	php_script    TEXT NOT NULL,
	record        TEXT NOT NULL,
	text_key      TEXT NOT NULL DEFAULT '', -- digest of its text: similar.near, or else similar.text
	UNIQUE (session, number)
) STRICT;
CREATE INDEX mails_text ON mails (text_key, start_ns) WHERE text_key <> '';
-- By time, wide as that of sessions is.
CREATE INDEX mails_start ON mails
	(start_ns, end_ns, outcome, class, list, server_port, client_key, server_key, from_domain);
CREATE INDEX mails_outcome ON mails (outcome, start_ns);
CREATE INDEX mails_class ON mails (class, start_ns);
CREATE INDEX mails_domain ON mails (from_domain COLLATE NOCASE, start_ns);
CREATE INDEX mails_rcpt_domain ON mails (substr(rcpt, instr(rcpt, '@') + 1) COLLATE NOCASE, start_ns);

-- Which rules matched a mail: an index over mails.rules, so without a seq of its own.  mail: mails.seq.
CREATE TABLE hits (
	rule TEXT NOT NULL,
	mail INTEGER NOT NULL,
	PRIMARY KEY (rule, mail)
) STRICT, WITHOUT ROWID;

-- Every queue identity that a mail is known by: the server's, and those in its Received fields.  For `heloscope match`.
CREATE TABLE queue_ids (
	queue_id TEXT NOT NULL,
	mail     INTEGER NOT NULL,
	PRIMARY KEY (queue_id, mail)
) STRICT, WITHOUT ROWID;

-- Refusals, the evidence for a complaint: one row per session and kind of refusal, with the first reply as a sample.
CREATE TABLE evidence (
	seq         INTEGER PRIMARY KEY,
	sensor      TEXT NOT NULL,
	session     TEXT NOT NULL,
	command     TEXT NOT NULL,             -- that was answered: RCPT, data-end, greeting, …
	code        INTEGER NOT NULL,          -- 4xx, 5xx
	class       TEXT NOT NULL,
	list        TEXT NOT NULL,             -- that the reply names, or ''
	first_ns    INTEGER NOT NULL,
	last_ns     INTEGER NOT NULL,
	count       INTEGER NOT NULL,
	client      TEXT NOT NULL,
	client_key  BLOB NOT NULL,
	client_port INTEGER NOT NULL,
	server      TEXT NOT NULL,
	server_key  BLOB NOT NULL,
	server_port INTEGER NOT NULL,
	helo        TEXT NOT NULL,
	enhanced    TEXT NOT NULL,
	quoted      TEXT NOT NULL,             -- the address that the reply says is blocked, or ''
	text        TEXT NOT NULL,
	UNIQUE (session, command, code, class, list)
) STRICT;
CREATE INDEX evidence_first ON evidence (first_ns, class, list, server_port, client_key, server_key);
CREATE INDEX evidence_client ON evidence (client_key, class, first_ns);
CREATE INDEX evidence_server ON evidence (server_key, first_ns);
CREATE INDEX evidence_list ON evidence (list, first_ns) WHERE list <> '';
CREATE INDEX evidence_class ON evidence (class, first_ns);

-- The verdict on each host.
CREATE TABLE hosts (
	seq              INTEGER PRIMARY KEY,
	sensor           TEXT NOT NULL,
	host             TEXT NOT NULL UNIQUE,
	host_key         BLOB NOT NULL,
	name             TEXT NOT NULL,
	role             TEXT NOT NULL,
	verdict          TEXT NOT NULL,
	verdict_rank     INTEGER NOT NULL,     -- order of the words, worst highest
	verdict_since_ns INTEGER NOT NULL,
	risk             REAL NOT NULL,        -- 0..1
	visibility       TEXT NOT NULL,
	first_ns         INTEGER NOT NULL,
	last_ns          INTEGER NOT NULL,
	cause            TEXT NOT NULL,        -- the most likely one, or ''
	confidence       REAL NOT NULL,        -- of that cause
	listed_on        TEXT NOT NULL,        -- lists that name it as far as seen, joined by ", "
	sessions         INTEGER NOT NULL,
	mails            INTEGER NOT NULL,
	rcpts            INTEGER NOT NULL,
	accepted         INTEGER NOT NULL,     -- recipients
	rejected         INTEGER NOT NULL,
	deferred         INTEGER NOT NULL,
	summary          TEXT NOT NULL,        -- one sentence
	record           TEXT NOT NULL
) STRICT;

-- Lists of hosts are sorted and filtered on this one; the rows themselves are long.
CREATE INDEX hosts_list ON hosts
	(risk DESC, host_key, verdict, verdict_rank, cause, role, host, name, sessions, mails, rcpts, rejected, deferred, first_ns, last_ns,
	listed_on, summary);
-- Hosts of one verdict or cause in the order of that list, how many there are, and their keys for lists of sessions.
CREATE INDEX hosts_verdict ON hosts (verdict, risk DESC, host_key, verdict_rank, first_ns, last_ns);
CREATE INDEX hosts_cause ON hosts (cause, risk DESC, host_key, first_ns, last_ns);

-- Aggregates per host and hour.  packed: the collector's own form (sensor/host/aggregate.h), from which verdicts follow.
CREATE TABLE host_hours (
	seq       INTEGER PRIMARY KEY,
	sensor    TEXT NOT NULL,
	host      TEXT NOT NULL,
	hour_ns   INTEGER NOT NULL,
	sessions  INTEGER NOT NULL,
	mails     INTEGER NOT NULL,
	rcpts     INTEGER NOT NULL,
	accepted  INTEGER NOT NULL,
	rejected  INTEGER NOT NULL,
	deferred  INTEGER NOT NULL,
	listed    INTEGER NOT NULL,            -- replies that name a list
	score_max REAL NOT NULL,               -- highest score of a mail in that hour
	counts    TEXT NOT NULL,               -- all numbers, JSON {"name":value}
	packed    BLOB NOT NULL,
	UNIQUE (host, hour_ns)
) STRICT;
-- All hosts by hour, without touching the packed form.
CREATE INDEX host_hours_hour ON host_hours
	(hour_ns, sessions, mails, rcpts, accepted, rejected, deferred, listed, score_max);

-- The same of all hosts together, for the overview; kept by the triggers below, whoever writes or deletes.
CREATE TABLE hour_sums (
	hour_ns   INTEGER PRIMARY KEY,
	sessions  INTEGER NOT NULL,
	mails     INTEGER NOT NULL,
	rcpts     INTEGER NOT NULL,
	accepted  INTEGER NOT NULL,
	rejected  INTEGER NOT NULL,
	deferred  INTEGER NOT NULL,
	listed    INTEGER NOT NULL,
	score_max REAL NOT NULL
) STRICT;
CREATE TRIGGER hours_sum AFTER INSERT ON host_hours BEGIN
	INSERT INTO hour_sums VALUES (NEW.hour_ns, NEW.sessions, NEW.mails, NEW.rcpts, NEW.accepted, NEW.rejected, NEW.deferred,
		NEW.listed, NEW.score_max)
		ON CONFLICT (hour_ns) DO UPDATE SET sessions = sessions + excluded.sessions, mails = mails + excluded.mails,
		rcpts = rcpts + excluded.rcpts, accepted = accepted + excluded.accepted, rejected = rejected + excluded.rejected,
		deferred = deferred + excluded.deferred, listed = listed + excluded.listed,
		score_max = max(score_max, excluded.score_max);
END;
CREATE TRIGGER hours_sum_other AFTER UPDATE ON host_hours BEGIN
	UPDATE hour_sums SET sessions = sessions + NEW.sessions - OLD.sessions, mails = mails + NEW.mails - OLD.mails,
		rcpts = rcpts + NEW.rcpts - OLD.rcpts, accepted = accepted + NEW.accepted - OLD.accepted,
		rejected = rejected + NEW.rejected - OLD.rejected, deferred = deferred + NEW.deferred - OLD.deferred,
		listed = listed + NEW.listed - OLD.listed, score_max = max(score_max, NEW.score_max)
		WHERE hour_ns = NEW.hour_ns;
END;
CREATE TRIGGER hours_sum_less AFTER DELETE ON host_hours BEGIN
	UPDATE hour_sums SET sessions = sessions - OLD.sessions, mails = mails - OLD.mails, rcpts = rcpts - OLD.rcpts,
		accepted = accepted - OLD.accepted, rejected = rejected - OLD.rejected, deferred = deferred - OLD.deferred,
		listed = listed - OLD.listed WHERE hour_ns = OLD.hour_ns;
	DELETE FROM hour_sums WHERE hour_ns = OLD.hour_ns
		AND NOT EXISTS (SELECT 1 FROM host_hours h WHERE h.hour_ns = OLD.hour_ns);
END;

-- Lists that were seen to refuse a host; kept when the verdict has forgotten them.  One that came back after its end is
-- another row.
CREATE TABLE listings (
	seq      INTEGER PRIMARY KEY,
	sensor   TEXT NOT NULL,
	host     TEXT NOT NULL,
	host_key BLOB NOT NULL,
	list     TEXT NOT NULL,
	since_ns INTEGER NOT NULL,
	last_ns  INTEGER NOT NULL,             -- last refusal that names it
	until_ns INTEGER NOT NULL,             -- 0 = no sign yet that it is over
	count    INTEGER NOT NULL,
	server   TEXT NOT NULL,                -- that said so first
	reply    TEXT NOT NULL,
	kind     TEXT NOT NULL DEFAULT 'list', -- list (public), reputation (a provider's own), throttle
	ended_by TEXT NOT NULL DEFAULT '',     -- why until_ns is known
	servers  TEXT NOT NULL DEFAULT '',     -- all that said so, joined by spaces
	UNIQUE (host, list, kind, since_ns)
) STRICT;
CREATE INDEX listings_since ON listings (since_ns);

-- Who answers on which port.
CREATE TABLE services (
	seq      INTEGER PRIMARY KEY,
	sensor   TEXT NOT NULL,
	host     TEXT NOT NULL,
	host_key BLOB NOT NULL,
	port     INTEGER NOT NULL,
	first_ns INTEGER NOT NULL,
	last_ns  INTEGER NOT NULL,
	name     TEXT NOT NULL DEFAULT '',     -- of the port: smtp, http, …; '' = none
	UNIQUE (host, port)
) STRICT;

CREATE INDEX services_key ON services (host_key, port);

-- What an operator should know.
CREATE TABLE events (
	seq     INTEGER PRIMARY KEY,
	sensor  TEXT NOT NULL,
	time_ns INTEGER NOT NULL,
	kind    TEXT NOT NULL,
	text    TEXT NOT NULL,
	UNIQUE (time_ns, kind, text)
) STRICT;

-- Each change of a host's verdict, kept as long as the evidence: what alerts are made of.  before = '' at the first verdict.
-- A word that did not last until its batch was committed is no change.
CREATE TABLE changes (
	seq      INTEGER PRIMARY KEY,
	sensor   TEXT NOT NULL,
	host     TEXT NOT NULL,
	host_key BLOB NOT NULL,
	time_ns  INTEGER NOT NULL,             -- since when the new word holds
	noted_ns INTEGER NOT NULL,             -- latest time of the packets when it was noted
	before   TEXT NOT NULL,
	verdict  TEXT NOT NULL,
	risk     REAL NOT NULL,
	cause    TEXT NOT NULL,
	summary  TEXT NOT NULL,
	live     INTEGER NOT NULL              -- noted by a live run: only these are told
) STRICT;
CREATE INDEX changes_host ON changes (host, seq);
CREATE INDEX changes_noted ON changes (noted_ns, seq);

-- What became of telling one target of one change.  change: changes.seq; the smallest one of a target is where it begins.
-- A state other than waiting is final.  An attempt is noted before it is made: waiting, and no error yet.
CREATE TABLE deliveries (
	seq      INTEGER PRIMARY KEY,
	sensor   TEXT NOT NULL,
	change   INTEGER NOT NULL,
	target   TEXT NOT NULL,                -- its name in the configuration
	state    TEXT NOT NULL,                -- waiting, done, suppressed (quiet time), given-up
	attempts INTEGER NOT NULL,
	time_ns  INTEGER NOT NULL,             -- of the last attempt, of the clock
	next_ns  INTEGER NOT NULL,             -- of the next one; 0 = none
	error    TEXT NOT NULL,
	UNIQUE (change, target)
) STRICT;
CREATE INDEX deliveries_waiting ON deliveries (target, change) WHERE state = 'waiting';

-- What blocklists answered, and what was predicted at that time.
CREATE TABLE lookups (
	seq       INTEGER PRIMARY KEY,
	sensor    TEXT NOT NULL,
	host      TEXT NOT NULL,
	host_key  BLOB NOT NULL,
	list      TEXT NOT NULL,
	zone      TEXT NOT NULL,
	time_ns   INTEGER NOT NULL,
	answer    TEXT NOT NULL,               -- clear, listed, error
	codes     TEXT NOT NULL,               -- addresses of the answer, joined by spaces, or what went wrong
	predicted REAL NOT NULL,               -- probability from causes alone
	verdict   TEXT NOT NULL,
	UNIQUE (host, list, time_ns)
) STRICT;
CREATE INDEX lookups_time ON lookups (time_ns);

-- What people did with the report, one row each, in the order in which it came: seq says that, time_ns is of the web
-- server's clock.  Rows are never changed.
CREATE TABLE audit (
	seq       INTEGER PRIMARY KEY,
	sensor    TEXT NOT NULL,
	id        TEXT NOT NULL UNIQUE,        -- 32 hex digits, random: the same entry twice is one row
	time_ns   INTEGER NOT NULL,
	user      TEXT NOT NULL,               -- '' = nobody has a name here
	from_addr TEXT NOT NULL,               -- of the browser
	kind      TEXT NOT NULL,               -- acknowledge, assign, note, mute, resolve, reopen; look, export, …
	host      TEXT NOT NULL,               -- '' = not about one
	host_key  BLOB NOT NULL,
	object    TEXT NOT NULL,               -- what was looked at or taken
	text      TEXT NOT NULL,               -- a note, what was done, or to whom it was given
	until_ns  INTEGER NOT NULL             -- mute: until then; 0 = no longer
) STRICT;
CREATE INDEX audit_time ON audit (time_ns);
CREATE INDEX audit_host ON audit (host, seq) WHERE host <> '';

-- The case of a host: what its entries in audit add up to.  Made with them, in the same batch.
CREATE TABLE cases (
	seq            INTEGER PRIMARY KEY,
	sensor         TEXT NOT NULL,
	host           TEXT NOT NULL UNIQUE,
	host_key       BLOB NOT NULL,
	state          TEXT NOT NULL,          -- new, acknowledged, resolved
	since_ns       INTEGER NOT NULL,       -- since when it is in that state
	since_seq      INTEGER NOT NULL,       -- audit.seq of the entry that made it so
	assignee       TEXT NOT NULL,          -- '' = nobody
	muted_until_ns INTEGER NOT NULL,       -- no alerts before then; 0 = not muted
	muted_by       TEXT NOT NULL,
	opened_ns      INTEGER NOT NULL,       -- its first entry
	changed_ns     INTEGER NOT NULL,       -- its latest entry
	changed_by     TEXT NOT NULL,
	note           TEXT NOT NULL           -- the latest one, or what was done in the end
) STRICT;

-- Sums by day of what sessions and mails hold, for the overview; kept by the triggers below, whoever writes or deletes.
-- Sessions of another protocol than SMTP are left out.
CREATE TABLE day_sums (
	day           INTEGER PRIMARY KEY,     -- start_ns / 86400 s
	sessions      INTEGER NOT NULL,
	encrypted     INTEGER NOT NULL,        -- of them
	last_ns       INTEGER NOT NULL,        -- latest end of a session
	mails         INTEGER NOT NULL,
	rcpts         INTEGER NOT NULL,
	rcpts_refused INTEGER NOT NULL
) STRICT;
CREATE TRIGGER sessions_sum AFTER INSERT ON sessions WHEN NEW.protocol IN ('', 'smtp', 'lmtp') BEGIN
	INSERT INTO day_sums VALUES (NEW.start_ns / 86400000000000, 1, NEW.encrypted, NEW.end_ns, 0, 0, 0)
		ON CONFLICT (day) DO UPDATE SET sessions = sessions + 1, encrypted = encrypted + excluded.encrypted,
		last_ns = max(last_ns, excluded.last_ns);
END;
CREATE TRIGGER sessions_sum_less AFTER DELETE ON sessions WHEN OLD.protocol IN ('', 'smtp', 'lmtp') BEGIN
	UPDATE day_sums SET sessions = sessions - 1, encrypted = encrypted - OLD.encrypted
		WHERE day = OLD.start_ns / 86400000000000;
END;
CREATE TRIGGER sessions_sum_other AFTER UPDATE ON sessions BEGIN
	UPDATE day_sums SET sessions = sessions - 1, encrypted = encrypted - OLD.encrypted
		WHERE day = OLD.start_ns / 86400000000000 AND OLD.protocol IN ('', 'smtp', 'lmtp');
	INSERT INTO day_sums SELECT NEW.start_ns / 86400000000000, 1, NEW.encrypted, NEW.end_ns, 0, 0, 0
		WHERE NEW.protocol IN ('', 'smtp', 'lmtp')
		ON CONFLICT (day) DO UPDATE SET sessions = sessions + 1, encrypted = encrypted + excluded.encrypted,
		last_ns = max(last_ns, excluded.last_ns);
END;
CREATE TRIGGER mails_sum AFTER INSERT ON mails BEGIN
	INSERT INTO day_sums VALUES (NEW.start_ns / 86400000000000, 0, 0, 0, 1, NEW.rcpts, NEW.rcpts_refused)
		ON CONFLICT (day) DO UPDATE SET mails = mails + 1, rcpts = rcpts + excluded.rcpts,
		rcpts_refused = rcpts_refused + excluded.rcpts_refused;
END;
CREATE TRIGGER mails_sum_less AFTER DELETE ON mails BEGIN
	UPDATE day_sums SET mails = mails - 1, rcpts = rcpts - OLD.rcpts, rcpts_refused = rcpts_refused - OLD.rcpts_refused
		WHERE day = OLD.start_ns / 86400000000000;
END;

-- ---- sums that pages read instead of the mails, kept as these come in; without numbers of their own, as they follow from the mails ----
-- Retention deletes a row by its last mail (an hour by its time): what is left of it may count mails that are gone.

-- What was said last of a rule that hit.
CREATE TABLE rules (
	rule     TEXT PRIMARY KEY,
	points   REAL NOT NULL,
	place    TEXT NOT NULL,                -- file:line
	why      TEXT NOT NULL,                -- sentence
	source   TEXT NOT NULL,
	noted_ns INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Rules by hour; rule '' = every mail, judged or not.
CREATE TABLE rule_hours (
	hour_ns   INTEGER NOT NULL,
	rule      TEXT NOT NULL,
	mails     INTEGER NOT NULL,
	hits      INTEGER NOT NULL,            -- a rule may match a mail several times
	score_sum REAL NOT NULL,               -- of the mails' scores
	first_ns  INTEGER NOT NULL,
	last_ns   INTEGER NOT NULL,
	PRIMARY KEY (hour_ns, rule)
) STRICT, WITHOUT ROWID;

-- Hosts on whose mails a rule hit.
CREATE TABLE rule_hosts (
	rule      TEXT NOT NULL,
	host      TEXT NOT NULL,
	host_key  BLOB NOT NULL,
	mails     INTEGER NOT NULL,
	score_sum REAL NOT NULL,
	first_ns  INTEGER NOT NULL,
	last_ns   INTEGER NOT NULL,
	PRIMARY KEY (rule, host)
) STRICT, WITHOUT ROWID;

-- Domains of envelope senders, in lower case; a bounce has none.
CREATE TABLE domains (
	domain        TEXT PRIMARY KEY,
	mails         INTEGER NOT NULL,
	hosts         INTEGER NOT NULL,        -- that sent as it
	rcpts         INTEGER NOT NULL,
	rcpts_refused INTEGER NOT NULL,
	score_sum     REAL NOT NULL,
	score_max     REAL NOT NULL,
	first_ns      INTEGER NOT NULL,
	last_ns       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX domains_mails ON domains (mails, domain);

-- Which host sent as which domain.
CREATE TABLE senders (
	domain        TEXT NOT NULL,
	host          TEXT NOT NULL,
	host_key      BLOB NOT NULL,
	mails         INTEGER NOT NULL,
	rcpts         INTEGER NOT NULL,
	rcpts_refused INTEGER NOT NULL,
	score_sum     REAL NOT NULL,
	score_max     REAL NOT NULL,
	first_ns      INTEGER NOT NULL,
	last_ns       INTEGER NOT NULL,
	PRIMARY KEY (domain, host)
) STRICT, WITHOUT ROWID;
CREATE INDEX senders_host ON senders (host, domain);

-- Mails of the same digest (mails.text_key).  Campaigns are put together from these when they are asked for (query_campaigns.c).
CREATE TABLE campaign_texts (
	text          TEXT PRIMARY KEY,        -- 16 hex digits: near; 32: exact, of a text too short for the other
	mails         INTEGER NOT NULL,
	hosts         INTEGER NOT NULL,
	senders       INTEGER NOT NULL,        -- of envelopes
	rcpts         INTEGER NOT NULL,
	rcpts_refused INTEGER NOT NULL,
	score_sum     REAL NOT NULL,
	score_max     REAL NOT NULL,
	first_ns      INTEGER NOT NULL,
	last_ns       INTEGER NOT NULL,
	accepted      INTEGER NOT NULL,        -- mails
	rejected      INTEGER NOT NULL,
	deferred      INTEGER NOT NULL,
	subject       TEXT NOT NULL,           -- of the earliest mail, which is the sample
	session       TEXT NOT NULL,
	number        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX campaign_texts_size ON campaign_texts (hosts DESC, mails DESC, text);

-- Who sent it (kind 'host': an address), and as whom ('sender': of the envelope).
CREATE TABLE campaign_members (
	text     TEXT NOT NULL,
	kind     TEXT NOT NULL,
	name     TEXT NOT NULL,
	mails    INTEGER NOT NULL,
	first_ns INTEGER NOT NULL,
	last_ns  INTEGER NOT NULL,
	PRIMARY KEY (text, kind, name)
) STRICT, WITHOUT ROWID;
