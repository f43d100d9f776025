#include "tests/bench/report/copies.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/inside.h"

enum { CHUNK = 3000, CHUNKS_IN_BATCH = 25, SQL_BYTES_MAX = 65536 };

/* Ids come in no order, so their indexes stay in memory.  A WAL would be written and read again. */
static const char settings[] = "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;"
			       "PRAGMA cache_size = -1500000; PRAGMA temp_store = MEMORY";

struct copies {
	struct db *db;
	struct buf sql;
	int64_t from, until;  /* seq of the part */
	int64_t number, next; /* which copy; the seq of its first row */
	int64_t spacing;
	struct err *err;
};

static int
run(struct copies *c)
{
	int rc = db_run(c->db, buf_cstr(&c->sql), c->err);

	buf_clear(&c->sql);
	return rc;
}

/* All that one statement gives, as text, behind one another. */
static int
collect(struct copies *c, const char *sql, struct buf *out)
{
	struct db_statement *st = db_prepare(c->db, sql, c->err);
	int got = -1;

	while (st != NULL && (got = db_step(st, c->err)) == 1)
		buf_add(out, db_text(st, 0));
	db_free(st);
	return got;
}

static void
add_id(struct copies *c)
{
	if (c->number == 0)
		buf_str(&c->sql, "session");
	else
		buf_printf(&c->sql, "substr(session, %lld) || substr(session, 1, %lld)",
			(long long)c->number + 1, (long long)c->number);
}

static void
add_column(struct copies *c, const char *name)
{
	size_t bytes = strlen(name);

	if (strcmp(name, "seq") == 0) {
		buf_printf(&c->sql, "seq + %lld", (long long)(c->next - c->from));
	} else if (strcmp(name, "session") == 0) {
		add_id(c);
	} else if (strcmp(name, "record") == 0) {
		buf_str(&c->sql, "replace(record, session, ");
		add_id(c);
		buf_str(&c->sql, ")");
	} else if (bytes > 3 && strcmp(name + bytes - 3, "_ns") == 0) {
		buf_printf(
			&c->sql, "%s + %lld", name, (long long)(c->number * (c->spacing / COPIES)));
	} else {
		buf_str(&c->sql, name);
	}
}

static int
copy_rows(struct copies *c, const char *table)
{
	struct db_statement *st =
		db_prepare(c->db, "SELECT name FROM pragma_table_info(?) ORDER BY cid", c->err);
	const char *joint = "";
	char name[64];
	int got = -1;

	if (st == NULL)
		return -1;
	db_bind_text(st, 1, table);
	buf_printf(&c->sql, "INSERT INTO main.%s SELECT ", table);
	for (; (got = db_step(st, c->err)) == 1; joint = ", ") {
		struct slice text = db_text(st, 0);

		snprintf(name, sizeof name, "%.*s", (int)text.len, (const char *)text.ptr);
		buf_str(&c->sql, joint);
		add_column(c, name);
	}
	db_free(st);
	buf_printf(&c->sql, " FROM part.%s WHERE seq >= %lld AND seq < %lld", table,
		(long long)c->from, (long long)c->until);
	return got < 0 ? -1 : run(c);
}

static int
copy_keys(struct copies *c, const char *table, const char *word)
{
	buf_printf(&c->sql,
		"INSERT INTO main.%s SELECT %s, mail + %lld FROM part.%s"
		" WHERE mail >= %lld AND mail < %lld",
		table, word, (long long)(c->next - c->from), table, (long long)c->from,
		(long long)c->until);
	return run(c);
}

static int
copy_chunk(struct copies *c)
{
	for (c->number = 0; c->number < COPIES; c->number++) {
		if (copy_rows(c, "sessions") != 0 || copy_rows(c, "mails") != 0 ||
			copy_rows(c, "evidence") != 0 || copy_keys(c, "hits", "rule") != 0 ||
			copy_keys(c, "queue_ids", "queue_id") != 0)
			return -1;
		c->next += c->until - c->from;
	}
	return 0;
}

static int
copy_all(struct copies *c)
{
	int64_t last = 0;

	if (db_number(c->db,
		    "SELECT max((SELECT max(seq) FROM part.sessions),"
		    " (SELECT max(seq) FROM part.mails))",
		    &last, c->err) < 0 ||
		db_run(c->db, "BEGIN", c->err) != 0)
		return -1;
	for (int chunk = 1; c->from <= last; chunk++, c->from = c->until) {
		c->until = c->from + CHUNK;
		if (copy_chunk(c) != 0)
			return -1;
		if (chunk % CHUNKS_IN_BATCH == 0 && db_run(c->db, "COMMIT; BEGIN", c->err) != 0)
			return -1;
	}
	return db_run(c->db, "COMMIT", c->err);
}

/* Copies have the same hosts, rules, domains and texts; whatever is counted is COPIES as much. */
static int
copy_sums(struct copies *c)
{
	static const char *const tables[] = { "rules", "rule_hours", "rule_hosts", "domains",
		"senders", "campaign_texts", "campaign_members", "day_sums" };
	static const char *const counted =
		"('mails', 'hits', 'score_sum', 'rcpts', 'rcpts_refused',"
		" 'accepted', 'rejected', 'deferred', 'sessions', 'encrypted')";

	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		struct buf sql, columns;
		int rc;

		buf_init(&sql, SQL_BYTES_MAX);
		buf_init(&columns, SQL_BYTES_MAX);
		buf_printf(&sql,
			"SELECT group_concat(CASE WHEN name IN %s THEN name || ' * %d' ELSE name"
			" END) FROM (SELECT name FROM pragma_table_info('%s') ORDER BY cid)",
			counted, COPIES, tables[i]);
		rc = collect(c, buf_cstr(&sql), &columns);
		buf_printf(&c->sql, "INSERT INTO main.%s SELECT %s FROM part.%s", tables[i],
			buf_cstr(&columns), tables[i]);
		buf_release(&sql);
		buf_release(&columns);
		if (rc < 0 || run(c) != 0)
			return -1;
	}
	return 0;
}

/* Without the triggers that would count each row; they come back as they were. */
static int
copy_quietly(struct copies *c)
{
	struct buf drop, create;
	int rc;

	buf_init(&drop, SQL_BYTES_MAX);
	buf_init(&create, SQL_BYTES_MAX);
	rc = collect(c,
		"SELECT 'DROP TRIGGER main.' || name || ';' FROM main.sqlite_schema"
		" WHERE type = 'trigger'",
		&drop);
	if (rc == 0)
		rc = collect(c, "SELECT sql || ';' FROM main.sqlite_schema WHERE type = 'trigger'",
			&create);
	if (rc == 0 && (rc = db_run(c->db, buf_cstr(&drop), c->err)) == 0)
		rc = copy_all(c) != 0 || copy_sums(c) != 0 ? -1 : 0;
	if (rc == 0)
		rc = db_run(c->db, buf_cstr(&create), c->err);
	buf_release(&drop);
	buf_release(&create);
	return rc;
}

int
copies_make(struct store *to, const char *part, int64_t spacing, struct err *err)
{
	struct copies c = { .db = to->db, .next = 1, .spacing = spacing, .err = err };
	int rc;

	buf_init(&c.sql, SQL_BYTES_MAX);
	buf_printf(&c.sql,
		"%s; ATTACH '%s' AS part; CREATE INDEX part.hits_mail ON hits (mail);"
		"CREATE INDEX part.queue_ids_mail ON queue_ids (mail)",
		settings, part);
	rc = run(&c) != 0 || copy_quietly(&c) != 0 ? -1 : db_run(c.db, "DETACH part", err);
	buf_release(&c.sql);
	to->seq = c.next;
	return rc;
}

int
copies_done(struct store *to, struct err *err)
{
	return db_run(to->db, "PRAGMA journal_mode = WAL", err);
}

void
copies_forget(const char *path)
{
	static const char *const suffixes[] = { "", "-wal", "-shm", ".lock" };
	char name[4096];

	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
		unlink(name);
	}
}
