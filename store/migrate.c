#include "store/migrate.h"

#include <stdio.h>

#include "store/store.h"

/* A change of the schema: edit schema.sql, raise the version, and add the step { 2, 3, "what",
 * "ALTER TABLE …" } for stores that are out there.  A step may be several rows, one a purpose: they
 * are one transaction.  tests/unit/store holds the two against each other. */
#define SCHEMA_VERSION 5

static const char loss_by_interval[] =
	"CREATE TABLE loss (seq INTEGER PRIMARY KEY, sensor TEXT NOT NULL, run INTEGER NOT NULL,"
	" start_ns INTEGER NOT NULL, covered_ms INTEGER NOT NULL, packets INTEGER NOT NULL,"
	" packets_dropped INTEGER NOT NULL, packets_if_dropped INTEGER NOT NULL,"
	" packets_cut INTEGER NOT NULL, segments INTEGER NOT NULL, stream_bytes INTEGER NOT NULL,"
	" gaps INTEGER NOT NULL, gap_bytes INTEGER NOT NULL, gap_bytes_late INTEGER NOT NULL,"
	" streams INTEGER NOT NULL, streams_one_sided INTEGER NOT NULL,"
	" fragments_dropped INTEGER NOT NULL, decap_unknown INTEGER NOT NULL,"
	" UNIQUE (sensor, run, start_ns)) STRICT;"
	"CREATE INDEX loss_start ON loss (start_ns)";

static const char protocols[] =
	"ALTER TABLE sessions ADD COLUMN protocol TEXT NOT NULL DEFAULT '';"
	"DROP INDEX sessions_start;"
	"CREATE INDEX sessions_start ON sessions (start_ns, end_ns, encrypted, protocol)";

static const char changes_and_lookups[] =
	"ALTER TABLE listings RENAME TO listings_3;"
	"CREATE TABLE listings (seq INTEGER PRIMARY KEY, sensor TEXT NOT NULL, host TEXT NOT "
	"NULL, host_key BLOB NOT NULL, list TEXT NOT NULL, since_ns INTEGER NOT NULL, last_ns "
	"INTEGER NOT NULL, until_ns INTEGER NOT NULL, count INTEGER NOT NULL, server TEXT NOT "
	"NULL, reply TEXT NOT NULL, kind TEXT NOT NULL DEFAULT 'list', ended_by TEXT NOT NULL "
	"DEFAULT '', servers TEXT NOT NULL DEFAULT '', UNIQUE (host, list, kind, since_ns)) "
	"STRICT;"
	"INSERT INTO listings SELECT seq, sensor, host, host_key, list, since_ns, last_ns, "
	"until_ns, count, server, reply, 'list', '', server FROM listings_3;"
	"DROP TABLE listings_3;"
	"ALTER TABLE services ADD COLUMN name TEXT NOT NULL DEFAULT '';"
	"CREATE TABLE changes (seq INTEGER PRIMARY KEY, sensor TEXT NOT NULL, host TEXT "
	"NOT NULL, host_key BLOB NOT NULL, time_ns INTEGER NOT NULL, noted_ns INTEGER "
	"NOT NULL, before TEXT NOT NULL, verdict TEXT NOT NULL, risk REAL NOT NULL, "
	"cause TEXT NOT NULL, summary TEXT NOT NULL, live INTEGER NOT NULL) STRICT;"
	"CREATE INDEX changes_host ON changes (host, seq);"
	"CREATE TABLE deliveries (seq INTEGER PRIMARY KEY, sensor TEXT NOT NULL, change "
	"INTEGER NOT NULL, target TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER "
	"NOT NULL, time_ns INTEGER NOT NULL, next_ns INTEGER NOT NULL, error TEXT NOT "
	"NULL, UNIQUE (change, target)) STRICT;"
	"CREATE INDEX deliveries_waiting ON deliveries (target, change) WHERE state = 'waiting';"
	"CREATE TABLE lookups (seq INTEGER PRIMARY KEY, sensor TEXT NOT NULL, host TEXT "
	"NOT NULL, host_key BLOB NOT NULL, list TEXT NOT NULL, zone TEXT NOT NULL, "
	"time_ns INTEGER NOT NULL, answer TEXT NOT NULL, codes TEXT NOT NULL, predicted "
	"REAL NOT NULL, verdict TEXT NOT NULL, UNIQUE (host, list, time_ns)) STRICT;"
	"CREATE INDEX lookups_time ON lookups (time_ns)";

static const char audit_and_cases[] =
	"CREATE TABLE audit (seq INTEGER PRIMARY KEY, sensor TEXT NOT NULL, id TEXT NOT NULL "
	"UNIQUE, time_ns INTEGER NOT NULL, user TEXT NOT NULL, from_addr TEXT NOT NULL, kind TEXT "
	"NOT NULL, host TEXT NOT NULL, host_key BLOB NOT NULL, object TEXT NOT NULL, text TEXT "
	"NOT NULL, until_ns INTEGER NOT NULL) STRICT;"
	"CREATE INDEX audit_time ON audit (time_ns);"
	"CREATE INDEX audit_host ON audit (host, seq) WHERE host <> '';"
	"CREATE TABLE cases (seq INTEGER PRIMARY KEY, sensor TEXT NOT NULL, host TEXT NOT NULL "
	"UNIQUE, host_key BLOB NOT NULL, state TEXT NOT NULL, since_ns INTEGER NOT NULL, "
	"since_seq INTEGER NOT NULL, assignee TEXT NOT NULL, muted_until_ns INTEGER NOT NULL, "
	"muted_by TEXT NOT NULL, opened_ns INTEGER NOT NULL, changed_ns INTEGER NOT NULL, "
	"changed_by TEXT NOT NULL, note TEXT NOT NULL) STRICT";

const struct migration migrations[] = {
	{ 0, SCHEMA_VERSION, "a new store", store_schema_sql },
	{ 1, 2, "loss by interval", loss_by_interval },
	{ 2, 3, "streams that are not SMTP", protocols },
	{ 3, 4, "changes of verdicts, what they were told to, look-ups", changes_and_lookups },
	{ 4, 5, "what people do, and cases", audit_and_cases },
	{ 4, 5, "sums of rules, domains and texts", migrate_sums },
	{ 4, 5, "indexes of lists, sums by day", migrate_lists },
	{ 4, 5, "sums by hour, indexes of what is new", migrate_range },
};
const size_t migrations_count = sizeof migrations / sizeof *migrations;

int
store_schema_version(void)
{
	return SCHEMA_VERSION;
}

int
migrate_version(struct db *db, const char *path, int newest, int *version, struct err *err)
{
	int64_t application, stored, tables;

	if (db_number(db, "PRAGMA application_id", &application, err) < 0 ||
		db_number(db, "PRAGMA user_version", &stored, err) < 0 ||
		db_number(db, "SELECT count(*) FROM sqlite_schema", &tables, err) < 0)
		return -1;
	if (application != STORE_APPLICATION_ID && (application != 0 || tables != 0))
		return err_set(err,
			"%s is the data base of another program: name another file with --store",
			path);
	if (stored > newest)
		return err_set(err,
			"%s has schema version %d, and this heloscope knows up to version %d: use "
			"the newer heloscope that "
			"wrote it, or name another file with --store",
			path, (int)stored, newest);
	*version = (int)stored;
	return 0;
}

static int
run_rows(struct db *db, const struct migration *steps, size_t count, int version, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		if (steps[i].from == version && db_run(db, steps[i].sql, err) != 0)
			return -1;
	}
	return 0;
}

/* All rows that begin at the version of `to`. */
static int
migrate_step(struct db *db, const struct migration *steps, size_t count, const struct migration *to,
	struct err *err)
{
	char marks[128];

	snprintf(marks, sizeof marks,
		"PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
		STORE_APPLICATION_ID, to->to);
	if (db_run(db, "BEGIN IMMEDIATE", err) == 0 &&
		run_rows(db, steps, count, to->from, err) == 0 && db_run(db, marks, err) == 0)
		return 0;
	if (db_in_transaction(db))
		db_run(db, "ROLLBACK", &(struct err){ 0 });
	return -1;
}

static const struct migration *
step_from(const struct migration *steps, size_t count, int version)
{
	for (size_t i = 0; i < count; i++) {
		if (steps[i].from == version)
			return &steps[i];
	}
	return NULL;
}

int
migrate_run(struct db *db, const struct migration *steps, size_t count, int newest, struct err *err)
{
	int64_t version;

	if (db_number(db, "PRAGMA user_version", &version, err) < 0)
		return -1;
	while (version < newest) {
		const struct migration *step = step_from(steps, count, (int)version);

		if (step == NULL)
			return err_set(err, "no way is known from schema version %d to %d",
				(int)version, newest);
		if (migrate_step(db, steps, count, step, err) != 0)
			return -1;
		version = step->to;
	}
	return 0;
}
