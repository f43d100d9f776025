/* Opening, migrating, checking, pruning, copying. */
#include "unit/store/fixture.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include "store/inside.h"
#include "store/migrate.h"

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void
run_sql(const char *path, const char *sql)
{
	struct db *db;
	struct err err = { 0 };

	assert_int_equal(db_open(path, DB_WRITE, &db, &err), 0);
	if (db_run(db, sql, &err) != 0)
		fail_msg("%s", err.text);
	db_close(db);
}

static void
assert_refused(const char *path, const char *words)
{
	struct err err = { 0 };
	struct store *s;

	assert_int_equal(store_open(path, "test", &s, &err), -1);
	assert_null(s);
	if (strstr(err.text, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", err.text, words);
}

/* Connections of one process share their locks: one that comes and goes may not take those of the
 * others along, or a writer that ends takes the WAL away below them. */
static void
a_reader_that_opens_leaves_the_locks_of_others(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct store *readers[2];
	char wal[128];
	int status;

	(void)state;
	fixture_begin(&f);
	store_close(f.store);
	f.store = NULL;
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(store_open_reader(f.path, &readers[i], &err), 0);
	pid_t writer = fork();
	if (writer == 0) {
		run_sql(f.path, "INSERT INTO meta VALUES ('other', 1)");
		_exit(0);
	}
	assert_int_equal(waitpid(writer, &status, 0), writer);
	assert_int_equal(status, 0);
	snprintf(wal, sizeof wal, "%s-wal", f.path);
	assert_int_equal(access(wal, F_OK), 0);
	for (size_t i = 0; i < 2; i++)
		store_close(readers[i]);
	fixture_end(&f);
}

static void
a_new_store_is_of_the_newest_version_and_alone(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	char name[128];
	int64_t n;

	(void)state;
	fixture_begin(&f);
	assert_int_equal(db_number(f.store->db, "PRAGMA user_version", &n, &err), 1);
	assert_int_equal(n, store_schema_version());
	assert_int_equal(db_number(f.store->db, "PRAGMA application_id", &n, &err), 1);
	assert_int_equal(n, STORE_APPLICATION_ID);
	assert_int_equal(
		db_number(f.store->db,
			"SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'", &n,
			&err),
		1);
	assert_int_equal(n, 1);
	store_close(f.store);
	f.store = NULL;
	snprintf(name, sizeof name, "%s.lock", f.path);
	assert_int_equal(access(name, F_OK), -1);
	snprintf(name, sizeof name, "%s-wal", f.path);
	assert_int_equal(access(name, F_OK), -1);
	fixture_end(&f);
}

static void
wrong_files_are_refused_in_words_and_left_alone(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct store *s;
	char path[128], text[64] = "";

	(void)state;
	fixture_begin(&f);
	snprintf(path, sizeof path, "%s/none/heloscope.db", f.folder);
	assert_refused(path, "there is no folder");
	assert_refused(f.folder, "is a folder");
	snprintf(path, sizeof path, "%s/text.db", f.folder);
	write_file(path, "This is a text of more than a hundred bytes, which no data base begins "
			 "with, however one looks "
			 "at it. And some more of it.");
	assert_refused(path, "not even a data base");
	snprintf(path, sizeof path, "%s/other.db", f.folder);
	run_sql(path, "CREATE TABLE passwords (a)");
	assert_refused(path, "another program");
	assert_int_equal(store_open_reader(path, &s, &err), -1);
	assert_non_null(strstr(err.text, "another program"));
	err = (struct err){ 0 };
	snprintf(path, sizeof path, "%s/absent.db", f.folder);
	assert_int_equal(store_open_reader(path, &s, &err), -1);
	assert_non_null(strstr(err.text, "there is no store"));
	assert_int_equal(access(path, F_OK), -1);
	err = (struct err){ 0 };
	write_file(path, "");
	assert_int_equal(store_open_reader(path, &s, &err), -1);
	assert_non_null(strstr(err.text, "is empty"));
	snprintf(path, sizeof path, "ls %s | grep -c -e lock -e wal", f.folder);

	FILE *pipe = popen(path, "r");

	assert_non_null(fgets(text, sizeof text, pipe));
	pclose(pipe);
	assert_string_equal(text, "2\n"); /* those of the store that is open */
	fixture_end(&f);
}

static void
a_newer_store_is_refused_with_both_versions(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct store *s;
	char words[80];
	int from, to;

	(void)state;
	fixture_begin(&f);
	store_close(f.store);
	f.store = NULL;
	run_sql(f.path, "PRAGMA user_version = 42");
	snprintf(words, sizeof words,
		"has schema version 42, and this heloscope knows up to version %d",
		store_schema_version());
	assert_refused(f.path, words);
	assert_refused(f.path, "use the newer heloscope");
	assert_int_equal(store_open_reader(f.path, &s, &err), -1);
	assert_non_null(strstr(err.text, "version 42"));
	err = (struct err){ 0 };
	assert_int_equal(store_migrate(f.path, &from, &to, &err), -1);
	fixture_end(&f);
}

/* A made-up history of the schema: version 0 with one table, then a column, then an index. */
static const struct migration made_up[] = {
	{ 1, 2, "an index", "CREATE INDEX cats_name ON cats (name)" },
	{ 1, 2, "in the same step, birds", "CREATE TABLE birds (name TEXT)" },
	{ 0, 1, "a column", "ALTER TABLE cats ADD COLUMN age INTEGER NOT NULL DEFAULT 3" },
};
static const struct migration made_up_broken[] = {
	{ 0, 1, "a column", "ALTER TABLE cats ADD COLUMN age INTEGER NOT NULL DEFAULT 3" },
	{ 1, 2, "the first row works", "CREATE TABLE dogs (name TEXT)" },
	{ 1, 2, "the second does not", "INSERT INTO nowhere VALUES (1)" },
};

static int64_t
number(struct db *db, const char *sql)
{
	struct err err = { 0 };
	int64_t n = -1;

	if (db_number(db, sql, &n, &err) != 1)
		fail_msg("%s", err.text);
	return n;
}

static void
an_old_store_walks_to_the_newest(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct db *db;
	char path[128];

	(void)state;
	fixture_begin(&f);
	snprintf(path, sizeof path, "%s/old.db", f.folder);
	run_sql(path, "PRAGMA application_id = 1212501071; CREATE TABLE cats (name TEXT); INSERT "
		      "INTO cats VALUES ('Mia')");
	assert_int_equal(db_open(path, DB_WRITE, &db, &err), 0);

	/* The step that fails leaves the version before it, whole. */
	assert_int_equal(migrate_run(db, made_up_broken, 3, 2, &err), -1);
	assert_non_null(strstr(err.text, "nowhere"));
	assert_int_equal(number(db, "PRAGMA user_version"), 1);
	assert_int_equal(number(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'dogs'"), 0);
	assert_int_equal(number(db, "SELECT age FROM cats WHERE name = 'Mia'"), 3);

	err = (struct err){ 0 };
	assert_int_equal(migrate_run(db, made_up, 3, 2, &err), 0);
	assert_int_equal(number(db, "PRAGMA user_version"), 2);
	assert_int_equal(
		number(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'cats_name'"), 1);
	assert_int_equal(number(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'birds'"), 1);
	assert_int_equal(migrate_run(db, made_up, 3, 2, &err), 0);
	assert_int_equal(migrate_run(db, made_up, 3, 3, &err), -1);
	assert_non_null(strstr(err.text, "no way is known"));
	db_close(db);
	fixture_end(&f);
}

static void
collect_line(void *ctx, const char *text)
{
	char *out = ctx;
	size_t len = strlen(out);

	snprintf(out + len, 4096 - len, "%s\n", text);
}

/* A store as that version made it, with a run and a listing in it. */
static void
make_old(const char *path, int version)
{
	static const char *const listing[] = {
		[1] = "INSERT INTO listings VALUES (3, 't', '192.0.2.1', x'04c0000201', 'PSBL', 1, "
		      "2, 0, 3, '192.0.2.2', 'blocked')",
		[4] = "INSERT INTO listings VALUES (3, 't', '192.0.2.1', x'04c0000201', 'PSBL', 1, "
		      "2, 0, 3, '192.0.2.2', 'blocked', 'list', '', '192.0.2.2');"
		      "INSERT INTO changes VALUES (4, 't', '192.0.2.1', x'04c0000201', 1, 1, '', "
		      "'listed', 0.9, '', 'because', 1);"
		      "UPDATE meta SET value = 4",
	};
	char *sql = NULL, name[128];
	size_t size = 0;

	snprintf(name, sizeof name, SOURCE_DIR "/tests/unit/store/schema-%d.sql", version);

	FILE *file = fopen(name, "r");

	assert_non_null(file);
	assert_true(getdelim(&sql, &size, '\0', file) > 0);
	fclose(file);
	snprintf(name, sizeof name, "PRAGMA application_id = 1212501071; PRAGMA user_version = %d",
		version);
	run_sql(path, name);
	run_sql(path, sql);
	run_sql(path, "INSERT INTO runs VALUES (1, 't', 5, 5, 6, 'old.pcap', 0);"
		      "INSERT INTO counters VALUES (2, 't', 5, 'packets', 99);"
		      "INSERT INTO meta VALUES ('seq', 3)");
	run_sql(path, listing[version]);
	free(sql);
}

/* From that version to the newest; `check` holds it against schema.sql. */
static void
walk_from(const char *folder, int version)
{
	struct err err = { 0 };
	struct store *s;
	struct sensor_state got;
	struct arena arena;
	char path[128], text[4096] = "";
	int from, to;

	snprintf(path, sizeof path, "%s/old-%d.db", folder, version);
	make_old(path, version);
	assert_int_equal(store_open_reader(path, &s, &err), -1);
	assert_non_null(strstr(err.text, "heloscope db migrate"));
	err = (struct err){ 0 };
	assert_int_equal(store_migrate(path, &from, &to, &err), 0);
	assert_int_equal(from, version);
	assert_int_equal(to, store_schema_version());
	if (store_check(path, collect_line, text, &err) != 0)
		fail_msg("%s%s", text, err.text);
	arena_init(&arena, 65536);
	assert_int_equal(store_open_reader(path, &s, &err), 0);
	assert_int_equal(query_state(s, &got, &arena, &err), 1);
	assert_int_equal(got.counters.value[COUNTER_packets], 99);
	assert_int_equal(rows_of(s, "listings", &(struct filter){ .list = "PSBL" }), 1);
	store_close(s);
	arena_release(&arena);
}

/* Both ways, a new store and every step from an older version, lead to what schema.sql says. */
static void
each_way_leads_to_the_schema(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	int from, to;

	(void)state;
	fixture_begin(&f);
	assert_int_equal(migrations[0].from, 0);
	assert_int_equal(migrations[0].to, store_schema_version());
	store_close(f.store);
	f.store = NULL;
	assert_int_equal(store_migrate(f.path, &from, &to, &err), 0);
	assert_int_equal(from, store_schema_version());
	assert_int_equal(to, store_schema_version());
	walk_from(f.folder, 1);
	walk_from(f.folder, 4);
	fixture_end(&f);
}

static void
check_finds_what_is_wrong(void **state)
{
	const struct {
		const char *damage, *want;
	} rows[] = {
		{ "INSERT INTO hits VALUES ('X', 99)",
			"rule hits of mails that are not there: 1\n" },
		{ "DROP INDEX lookups_time",
			"missing, or of another shape: index lookups_time (time_ns)\n" },
		{ "DROP TRIGGER mails_sum",
			"missing, or of another shape: trigger mails_sum (mails)\n" },
		{ "INSERT INTO day_sums VALUES (1, 0, 0, 0, 1, 0, 0)",
			"sums by day that are not those of the sessions and mails: 1\n" },
		{ "ALTER TABLE events ADD COLUMN x INTEGER",
			"missing, or of another shape: table events" },
		{ "CREATE TABLE extra (a INTEGER)",
			"not of the schema: table extra (a INTEGER)\n" },
		{ "UPDATE meta SET value = 0", "tables with numbers beyond the counter: 2\n" },
		{ "UPDATE hosts SET record = '{'", "hosts whose record is not JSON: 1\n" },
	};
	struct fixture f;
	struct err err = { 0 };
	struct host_record h = host_sample("192.0.2.1", VERDICT_CLEAN, 0);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[4096] = "";

		fixture_begin(&f);
		assert_int_equal(f.sink.host(f.sink.ctx, &h, &err), 1);
		fixture_commit(&f);
		assert_int_equal(store_check(f.path, collect_line, text, &err), 0);
		assert_string_equal(text, "");
		run_sql(f.path, rows[i].damage);
		assert_int_equal(store_check(f.path, collect_line, text, &err), 1);
		if (strstr(text, rows[i].want) == NULL)
			fail_msg("\"%s\" does not say \"%s\"", text, rows[i].want);
		fixture_end(&f);
	}
}

static void
retention_takes_what_is_old(void **state)
{
	const struct store_retention keep = {
		.sessions_days = 2, .hours_days = 30, .evidence_days = 0
	};
	struct fixture f;
	struct err err = { 0 };
	struct session_record old =
		session_sample("000000000000000a", "192.0.2.1", "198.51.100.1", T0);
	struct session_record fresh =
		session_sample("000000000000000b", "192.0.2.1", "198.51.100.1", T0 + 3 * PTIME_DAY);
	struct mail_record mails[] = { mail_sample(old.id, 1, old.start),
		mail_sample(fresh.id, 1, fresh.start) };
	struct reply reply = reply_sample("RCPT", 550, REPLY_OTHER, "", "no", T0);
	struct hit hit = { "RULE", 1, "", "", 1, "", "" };
	int64_t rows, n;

	(void)state;
	fixture_begin(&f);
	old.replies = &reply;
	old.replies_count = 1;
	for (size_t i = 0; i < 2; i++) {
		mails[i].hits = &hit;
		mails[i].hits_count = 1;
		assert_int_equal(
			f.sink.mail(f.sink.ctx, i == 0 ? &old : &fresh, &mails[i], &err), 1);
		assert_int_equal(f.sink.session(f.sink.ctx, i == 0 ? &old : &fresh, &err), 1);
	}
	assert_int_equal(
		f.sink.host_hour(f.sink.ctx, old.client.addr, T0, SLICE("x"), NULL, 0, &err), 1);
	fixture_loss(&f, 1, T0, 1);
	assert_int_equal(store_prune(f.store, &keep, T0 + 4 * PTIME_DAY, &rows, &err), 0);
	assert_int_equal(rows, 2);
	assert_int_equal(rows_of(f.store, "sessions", &(struct filter){ 0 }), 1);
	assert_int_equal(rows_of(f.store, "evidence", &(struct filter){ 0 }), 1);
	assert_int_equal(
		db_number(f.store->db,
			"SELECT (SELECT count(*) FROM hits) + (SELECT count(*) FROM queue_ids) + "
			"(SELECT count(*) FROM host_hours)",
			&n, &err),
		1);
	assert_int_equal(n, 3);
	assert_int_equal(rows_of(f.store, "loss", &(struct filter){ 0 }), 1);
	assert_int_equal(store_prune(f.store, &keep, T0 + 31 * PTIME_DAY, &rows, &err), 0);
	assert_int_equal(rows, 4);
	assert_int_equal(rows_of(f.store, "loss", &(struct filter){ 0 }), 0);
	/* What went comes back when it is read again: the store is a cache of the captures. */
	assert_int_equal(f.sink.session(f.sink.ctx, &old, &err), 1);
	fixture_end(&f);
}

static void
a_backup_is_a_store_and_overwrites_nothing(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct store *copy;
	struct host_record h = host_sample("192.0.2.1", VERDICT_CLEAN, 0);
	char path[128], text[4096] = "";

	(void)state;
	fixture_begin(&f);
	snprintf(path, sizeof path, "%s/copy.db", f.folder);
	assert_int_equal(f.sink.host(f.sink.ctx, &h, &err), 1);
	fixture_commit(&f);
	assert_int_equal(store_backup(f.path, path, &err), 0);
	assert_int_equal(store_open_reader(path, &copy, &err), 0);
	assert_int_equal(rows_of(copy, "hosts", &(struct filter){ 0 }), 1);
	store_close(copy);
	assert_int_equal(store_check(path, collect_line, text, &err), 0);
	assert_int_equal(store_backup(f.path, path, &err), -1);
	assert_non_null(strstr(err.text, "there already"));
	err = (struct err){ 0 };
	snprintf(path, sizeof path, "%s/none/copy.db", f.folder);
	assert_int_equal(store_backup(f.path, path, &err), -1);
	assert_non_null(strstr(err.text, "cannot be made"));
	fixture_end(&f);
}

static void
a_second_writer_is_refused_by_name(void **state)
{
	struct fixture f;
	char words[64];

	(void)state;
	fixture_begin(&f);
	snprintf(
		words, sizeof words, "is being written by process %d (test_upkeep)", (int)getpid());

	pid_t child = fork();

	if (child == 0) {
		struct err err = { 0 };
		struct store *s;

		_exit(store_open(f.path, "test", &s, &err) == -1 && strstr(err.text, words) != NULL
				? 0
				: 1);
	}

	int status;

	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_store_is_of_the_newest_version_and_alone),
		cmocka_unit_test(a_reader_that_opens_leaves_the_locks_of_others),
		cmocka_unit_test(wrong_files_are_refused_in_words_and_left_alone),
		cmocka_unit_test(a_newer_store_is_refused_with_both_versions),
		cmocka_unit_test(an_old_store_walks_to_the_newest),
		cmocka_unit_test(each_way_leads_to_the_schema),
		cmocka_unit_test(check_finds_what_is_wrong),
		cmocka_unit_test(retention_takes_what_is_old),
		cmocka_unit_test(a_backup_is_a_store_and_overwrites_nothing),
		cmocka_unit_test(a_second_writer_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
