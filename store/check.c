#include <stdio.h>
#include <string.h>

#include "sensor/base/buf.h"
#include "store/inside.h"
#include "store/migrate.h"

/* What must be so in a sound store, as the number of rows where it is not. */
static const struct {
	const char *what, *sql;
} rules[] = {
	{ "rows that break a reference or a rule of their table",
		"SELECT count(*) FROM pragma_foreign_key_check" },
	{ "sessions whose record is not JSON",
		"SELECT count(*) FROM sessions WHERE NOT json_valid(record)" },
	{ "mails whose record is not JSON",
		"SELECT count(*) FROM mails WHERE NOT json_valid(record)" },
	{ "hosts whose record is not JSON",
		"SELECT count(*) FROM hosts WHERE NOT json_valid(record)" },
	{ "rule hits of mails that are not there",
		"SELECT count(*) FROM hits WHERE mail NOT IN (SELECT seq FROM mails)" },
	{ "queue ids of mails that are not there",
		"SELECT count(*) FROM queue_ids WHERE mail NOT IN (SELECT seq FROM mails)" },
	{ "cases without an entry of theirs that made them what they are",
		"SELECT count(*) FROM cases c WHERE NOT EXISTS (SELECT 1 FROM audit a"
		" WHERE a.host = c.host AND a.seq = c.since_seq)" },
	{ "sums by day that are not those of the sessions and mails",
		"SELECT (SELECT ifnull(sum(mails), 0) FROM day_sums) <> (SELECT count(*) FROM "
		"mails)"
		" OR (SELECT ifnull(sum(sessions), 0) FROM day_sums) <> (SELECT count(*) FROM "
		"sessions WHERE protocol IN ('', 'smtp', 'lmtp'))" },
	{ "sums by hour that are not those of the hosts",
		"SELECT (SELECT ifnull(sum(mails), 0) FROM hour_sums)"
		" <> (SELECT ifnull(sum(mails), 0) FROM host_hours)" },
	{ "tables with numbers beyond the counter",
		"SELECT count(*) FROM (SELECT max(seq) AS last FROM sessions UNION ALL SELECT "
		"max(seq) FROM mails"
		" UNION ALL SELECT max(seq) FROM hosts UNION ALL SELECT max(seq) FROM host_hours"
		" UNION ALL SELECT max(seq) FROM evidence UNION ALL SELECT max(seq) FROM listings"
		" UNION ALL SELECT max(seq) FROM services UNION ALL SELECT max(seq) FROM events"
		" UNION ALL SELECT max(seq) FROM runs UNION ALL SELECT max(seq) FROM counters"
		" UNION ALL SELECT max(seq) FROM loss UNION ALL SELECT max(seq) FROM changes"
		" UNION ALL SELECT max(seq) FROM deliveries UNION ALL SELECT max(seq) FROM "
		"lookups UNION ALL SELECT max(seq) FROM audit UNION ALL SELECT max(seq) FROM cases)"
		" WHERE last > ifnull((SELECT value FROM meta WHERE name = 'seq'), 0)" },
};

/* Each table and index with its columns, one line, in order. */
static const char shape_sql[] =
	"SELECT m.type || ' ' || m.name || ' (' || CASE m.type"
	" WHEN 'index' THEN (SELECT group_concat(i.name, ', ') FROM pragma_index_info(m.name) i)"
	" WHEN 'trigger' THEN m.tbl_name"
	" ELSE (SELECT group_concat(t.name || ' ' || t.type, ', ') FROM pragma_table_info(m.name) "
	"t)"
	" END || ')' FROM sqlite_schema m WHERE m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
	" ORDER BY m.name";

struct checking {
	struct db *db;
	void (*line)(void *ctx, const char *text);
	void *ctx;
	int faults;
};

static void
report_fault(struct checking *c, const char *text)
{
	c->faults++;
	c->line(c->ctx, text);
}

/* SQLite's own: pages, order of indexes, NOT NULL and UNIQUE. */
static int
check_pages(struct checking *c, struct err *err)
{
	struct db_statement *st = db_prepare(c->db, "PRAGMA integrity_check(100)", err);
	struct buf text;
	int got;

	if (st == NULL)
		return -1;
	buf_init(&text, 4096);
	while ((got = db_step(st, err)) == 1) {
		if (slice_eq(db_text(st, 0), SLICE("ok")))
			continue;
		buf_clear(&text);
		buf_add(&text, db_text(st, 0));
		report_fault(c, buf_cstr(&text));
	}
	buf_release(&text);
	db_free(st);
	return got;
}

static int
check_rules(struct checking *c, struct err *err)
{
	char text[256];
	int64_t rows;

	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		if (db_number(c->db, rules[i].sql, &rows, err) < 0)
			return -1;
		if (rows == 0)
			continue;
		snprintf(text, sizeof text, "%s: %lld", rules[i].what, (long long)rows);
		report_fault(c, text);
	}
	return 0;
}

static int
read_shape(struct db *db, struct buf *out, struct err *err)
{
	struct db_statement *st = db_prepare(db, shape_sql, err);
	int got;

	if (st == NULL)
		return -1;
	while ((got = db_step(st, err)) == 1) {
		buf_add(out, db_text(st, 0));
		buf_byte(out, '\n');
	}
	db_free(st);
	return got;
}

/* Says what is in one and not in the other. */
static void
compare_shapes(struct checking *c, struct slice from, struct slice in, const char *said)
{
	while (from.len != 0) {
		struct slice thing = slice_split(&from, '\n');
		char text[4096];

		if (slice_find(in, thing) != in.len)
			continue;
		snprintf(text, sizeof text, "%s: %.*s", said, (int)thing.len,
			(const char *)thing.ptr);
		report_fault(c, text);
	}
}

static int
check_schema(struct checking *c, struct err *err)
{
	struct buf stored, ours;
	struct db *model;
	int done = -1;

	if (db_open("the schema", DB_MEMORY, &model, err) != 0)
		return -1;
	buf_init(&stored, 65536);
	buf_init(&ours, 65536);
	if (db_run(model, store_schema_sql, err) == 0 && read_shape(model, &ours, err) == 0 &&
		read_shape(c->db, &stored, err) == 0) {
		compare_shapes(
			c, buf_slice(&ours), buf_slice(&stored), "missing, or of another shape");
		compare_shapes(c, buf_slice(&stored), buf_slice(&ours), "not of the schema");
		done = 0;
	}
	buf_release(&stored);
	buf_release(&ours);
	db_close(model);
	return done;
}

int
store_check(const char *path, void (*line)(void *ctx, const char *text), void *ctx, struct err *err)
{
	struct checking c = { .line = line, .ctx = ctx };
	struct store *s;

	if (store_open_reader(path, &s, err) != 0)
		return -1;
	c.db = s->db;
	db_patience(c.db, 0);

	int done = check_pages(&c, err);

	/* On damaged pages the other questions would only repeat it. */
	if (done == 0 && c.faults == 0)
		done = check_schema(&c, err);
	if (done == 0 && c.faults == 0)
		done = check_rules(&c, err);
	store_close(s);
	return done != 0 ? -1 : c.faults != 0;
}
