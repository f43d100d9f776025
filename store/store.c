#include "store/inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/migrate.h"

/* A reader that takes longer would hold back the writer's checkpoints, and its person has given up.
 */
#define READER_PATIENCE_MS 5000

/* WAL: readers and the writer do not wait for each other.  NORMAL: a power cut may lose the last
 * commits, a killed process none, and neither harms the file
 * (sqlite.org/pragma.html#pragma_synchronous).  A checkpoint after 16 MiB of WAL, within the commit
 * that reaches it, is bounded work; a WAL that grew behind a slow reader is cut back to 64 MiB. */
static const char writer_settings[] = "PRAGMA auto_vacuum = INCREMENTAL;"
				      "PRAGMA journal_mode = WAL;"
				      "PRAGMA synchronous = NORMAL;"
				      "PRAGMA wal_autocheckpoint = 16384;"
				      "PRAGMA journal_size_limit = 67108864;"
				      "PRAGMA cache_size = -65536;"
				      "PRAGMA temp_store = MEMORY";

static struct store *
store_new(const char *path, const char *sensor)
{
	struct store *s = must_alloc(sizeof *s);

	*s = (struct store){ .path = strdup(path), .sensor = strdup(sensor), .lock = LOCK_NONE };
	buf_init(&s->record, RECORD_BYTES_MAX);
	buf_init(&s->words, RECORD_BYTES_MAX);
	return s;
}

void
store_deadline(struct store *s, int milliseconds)
{
	db_deadline(s->db, milliseconds);
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < STATEMENTS_COUNT; i++)
		db_free(s->prepared[i]);
	db_close(s->db);
	lock_release(&s->lock);
	buf_release(&s->record);
	buf_release(&s->words);
	buf_release(&s->kept.json);
	free(s->path);
	free(s->sensor);
	free(s);
}

struct db_statement *
store_statement(struct store *s, enum statement which, struct err *err)
{
	struct db_statement **st = &s->prepared[which];

	if (*st == NULL)
		*st = db_prepare(s->db, statement_sql[which], err);
	else
		db_reset(*st);
	return *st;
}

int
store_step(struct db_statement *st, struct err *err)
{
	int got = db_step(st, err);

	db_reset(st);
	return got < 0 ? -1 : 0;
}

int
store_look(struct store *s, bool *began, struct err *err)
{
	*began = !db_in_transaction(s->db);
	return *began ? db_run(s->db, "BEGIN", err) : 0;
}

void
store_looked(struct store *s, bool began)
{
	/* It has only read, so nothing can be lost.  COMMIT leaves cursors of this store open. */
	if (began)
		db_run(s->db, "COMMIT", &(struct err){ 0 });
}

int
store_seq(struct store *s, int64_t *seq, struct err *err)
{
	struct db_statement *st = store_statement(s, STATEMENT_SEQ_GET, err);

	if (st == NULL)
		return -1;

	int got = db_step(st, err);

	*seq = got == 1 ? db_int(st, 0) : 0;
	db_reset(st);
	return got < 0 ? -1 : 0;
}

static int
load_seq(struct store *s, struct err *err)
{
	int done = store_seq(s, &s->seq, err);

	s->seq_stored = s->seq;
	return done;
}

/* A file that was not there before and could not be made a store goes again. */
static void
remove_half_made(const char *path)
{
	static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };
	char name[4096];

	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
		unlink(name);
	}
}

static int
define_functions(struct store *s, struct err *err)
{
	s->campaigns = (struct db_function){ "campaigns", 3, campaigns_function, s };
	return db_define(s->db, &s->campaigns, err);
}

static int
open_writer(struct store *s, struct err *err)
{
	int version;

	if (db_open(s->path, DB_WRITE, &s->db, err) != 0 ||
		migrate_version(s->db, s->path, store_schema_version(), &version, err) != 0 ||
		db_run(s->db, writer_settings, err) != 0)
		return -1;
	if (migrate_run(s->db, migrations, migrations_count, store_schema_version(), err) != 0)
		return -1;
	return define_functions(s, err) != 0 ? -1 : load_seq(s, err);
}

int
store_open(const char *path, const char *sensor, struct store **out, struct err *err)
{
	struct store *s = store_new(path, sensor);
	struct stat before;

	*out = NULL;
	if (stat(path, &before) == 0 && S_ISDIR(before.st_mode)) {
		err_set(err, "%s is a folder: name a file with --store", path);
	} else if (lock_take(&s->lock, path, err) == 0) {
		bool is_new = access(path, F_OK) != 0;

		if (open_writer(s, err) == 0) {
			*out = s;
			return 0;
		}
		if (is_new) {
			db_close(s->db);
			s->db = NULL;
			remove_half_made(path);
		}
	}
	store_close(s);
	return -1;
}

static int
open_reader(struct store *s, struct err *err)
{
	int version;

	if (db_open(s->path, DB_READ, &s->db, err) != 0 ||
		migrate_version(s->db, s->path, store_schema_version(), &version, err) != 0)
		return -1;
	if (version == 0)
		return err_set(err,
			"%s is empty: `heloscope read --store %s CAPTURE` or `heloscope run` fills "
			"it",
			s->path, s->path);
	if (version < store_schema_version())
		return err_set(err,
			"%s has the older schema version %d: `heloscope db migrate --store %s` "
			"brings it to %d",
			s->path, version, s->path, store_schema_version());
	db_patience(s->db, READER_PATIENCE_MS);
	s->kept.may = true;
	return define_functions(s, err);
}

int
store_open_reader(const char *path, struct store **out, struct err *err)
{
	struct stat file;

	*out = NULL;
	if (stat(path, &file) != 0 && (errno == ENOENT || errno == ENOTDIR))
		return err_set(err,
			"there is no store %s: `heloscope read --store %s CAPTURE` or `heloscope "
			"run` makes one",
			path, path);

	struct store *s = store_new(path, "");

	if (open_reader(s, err) != 0) {
		store_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

int
batch_begin(struct store *s, struct err *err)
{
	if (s->failed)
		return err_set(err, "%s", s->failure.text);
	if (s->in_batch)
		return 0;
	if (db_run(s->db, "BEGIN IMMEDIATE", err) != 0)
		return batch_give_up(s, err);
	s->in_batch = true;
	return 0;
}

int
batch_give_up(struct store *s, const struct err *err)
{
	s->failure = *err;
	s->failed = true;
	s->in_batch = false;
	s->seq = s->seq_stored;
	memset(s->rules_said, 0, sizeof s->rules_said);
	/* SQLite ends the transaction by itself when the disk is full. */
	if (db_in_transaction(s->db))
		db_run(s->db, "ROLLBACK", &(struct err){ 0 });
	return -1;
}

static int
put_seq(struct store *s, struct err *err)
{
	if (s->seq == s->seq_stored)
		return 0;

	struct db_statement *st = store_statement(s, STATEMENT_SEQ_PUT, err);

	if (st == NULL)
		return -1;
	db_bind_int(st, 1, s->seq);
	return store_step(st, err);
}

int
batch_commit(struct store *s, struct err *err)
{
	if (s->failed) {
		s->failed = false;
		return err_set(err, "%s", s->failure.text);
	}
	if (!s->in_batch)
		return 0;
	if (put_seq(s, err) != 0 || db_run(s->db, "COMMIT", err) != 0) {
		batch_give_up(s, err);
		s->failed = false;
		return -1;
	}
	s->in_batch = false;
	s->seq_stored = s->seq;
	return 0;
}
