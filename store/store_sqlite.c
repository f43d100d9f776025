#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sensor/base/arena.h"
#include "sensor/base/buf.h"

/* Virtual machine steps between two looks at the clock: some 0.1 ms. */
#define STEPS_BETWEEN_LOOKS 4096
/* For the moments in which a checkpoint or a recovery holds the file. */
#define BUSY_MS 5000
#define PATH_BYTES 4096

struct db {
	sqlite3 *handle;
	char *path;
	int patience_ms;
	int64_t give_up_ms; /* of the monotonic clock; 0 = never */
	bool has_deadline;  /* give_up_ms is for everything, not for a step */
};

struct db_statement {
	sqlite3_stmt *handle;
	struct db *db;
};

/* What a result code means to a person; the file stands before it, the library's own words after.
 */
static const struct {
	int code;
	const char *words;
} fault_words[] = {
	{ SQLITE_NOTADB, "is not a heloscope store, not even a data base: "
			 "name another file with --store, or move this one away" },
	{ SQLITE_CORRUPT, "is damaged: `heloscope db check` says where; "
			  "move it and its -wal file aside, then start anew or from a backup" },
	{ SQLITE_FULL, "cannot grow because its disk is full; nothing of this batch was written: "
		       "make room, or keep less ([store] in the configuration)" },
	{ SQLITE_READONLY, "may not be written: "
			   "check owner and mode of the file and of its folder" },
	{ SQLITE_CANTOPEN, "cannot be opened: "
			   "check that file and folder are there and who may use them" },
	{ SQLITE_BUSY, "is being written by another program: "
		       "stop that one, or name another file with --store" },
	{ SQLITE_IOERR, "could not be read or written: look at the disk (dmesg)" },
	{ SQLITE_INTERRUPT, "took too long to answer: "
			    "ask for less (a host, a shorter time, a lower limit)" },
};

static const char *
words_of(int code)
{
	for (size_t i = 0; i < sizeof fault_words / sizeof *fault_words; i++) {
		if (fault_words[i].code == code)
			return fault_words[i].words;
	}
	return "has a fault";
}

static int
fail(struct db *db, struct err *err)
{
	int code = sqlite3_errcode(db->handle) & 0xff;

	/* Disk full while the shared memory file grows comes as an I/O error. */
	if (code == SQLITE_IOERR && sqlite3_system_errno(db->handle) == ENOSPC)
		code = SQLITE_FULL;
	return err_set(err, "%s %s (%s)", db->path, words_of(code), sqlite3_errmsg(db->handle));
}

static int64_t
monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int
out_of_patience(void *ctx)
{
	const struct db *db = ctx;

	return db->give_up_ms != 0 && monotonic_ms() > db->give_up_ms;
}

static void
start_waiting(struct db *db)
{
	if (db->patience_ms != 0 && !db->has_deadline)
		db->give_up_ms = monotonic_ms() + db->patience_ms;
}

void
db_deadline(struct db *db, int milliseconds)
{
	db->has_deadline = milliseconds != 0;
	if (db->has_deadline)
		db->give_up_ms = monotonic_ms() + milliseconds;
}

void
db_patience(struct db *db, int milliseconds)
{
	db->patience_ms = milliseconds;
	db->give_up_ms = 0;
	sqlite3_progress_handler(
		db->handle, STEPS_BETWEEN_LOOKS, milliseconds != 0 ? out_of_patience : NULL, db);
}

static bool
has_wal(const char *path)
{
	char wal[PATH_BYTES];
	struct stat file;

	snprintf(wal, sizeof wal, "%s-wal", path);
	return stat(wal, &file) == 0 && file.st_size != 0; /* a reader leaves an empty one */
}

/* SQLite rounds a file up to whole pages, and reads zeros where the last one was cut
 * (fileformat2.html 1.3.2).  The file may not be opened to look: closing it again would drop the
 * locks of every other connection of this process (howtocorrupt.html 2.2), and a writer that takes
 * itself for the last one would take the WAL away below them. */
static bool
ends_within_a_page(struct db *db)
{
	struct err err = { "" };
	struct stat file;
	int64_t page = 0;

	return stat(db->path, &file) == 0 && db_number(db, "PRAGMA page_size", &page, &err) == 1 &&
	       page > 0 && file.st_size % page != 0;
}

/* In WAL mode even a reader needs the -shm file, and makes it if it can.  Where it cannot (a store
 * on a read-only disk, another user's folder) and no writer has left a -wal file, the file itself
 * is all there is: "immutable". */
static int
open_as_it_stands(struct db *db)
{
	struct buf uri;

	if (has_wal(db->path))
		return SQLITE_CANTOPEN;
	buf_init(&uri, PATH_BYTES * 3);
	buf_str(&uri, "file:");
	for (const char *p = db->path; *p != '\0'; p++) {
		if (strchr("?#%", *p) != NULL)
			buf_printf(&uri, "%%%02x", (unsigned)*p);
		else
			buf_byte(&uri, (uint8_t)*p);
	}
	buf_str(&uri, "?immutable=1");
	sqlite3_close_v2(db->handle);

	int rc = sqlite3_open_v2(
		buf_cstr(&uri), &db->handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);

	buf_release(&uri);
	return rc;
}

static int
open_handle(struct db *db, enum db_mode mode)
{
	static const int flags[] = {
		[DB_WRITE] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
		[DB_READ] = SQLITE_OPEN_READONLY,
		[DB_MEMORY] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
	};
	const char *file = mode == DB_MEMORY ? ":memory:" : db->path;
	int rc = sqlite3_open_v2(file, &db->handle, flags[mode], NULL);

	if (rc != SQLITE_OK)
		return rc;
	sqlite3_busy_timeout(db->handle, BUSY_MS);
	/* A file may come from anywhere: nothing in it may run or be trusted. */
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_exec(db->handle, "PRAGMA cell_size_check = ON", NULL, NULL, NULL);
	/* The file is not touched before the first read. */
	rc = sqlite3_exec(db->handle, "PRAGMA schema_version", NULL, NULL, NULL);
	if (mode == DB_READ && (rc == SQLITE_CANTOPEN || rc == SQLITE_READONLY))
		rc = open_as_it_stands(db);
	return rc;
}

int
db_open(const char *path, enum db_mode mode, struct db **out, struct err *err)
{
	struct db *db = must_alloc(sizeof *db);

	*db = (struct db){ .path = strdup(path) };
	*out = NULL;

	bool whole = mode != DB_MEMORY && !has_wal(path); /* a WAL may still bring the rest */

	if (open_handle(db, mode) != SQLITE_OK) {
		fail(db, err);
		db_close(db);
		return -1;
	}
	if (whole && ends_within_a_page(db)) {
		err_set(err, "%s %s (its last page is cut)", path, words_of(SQLITE_CORRUPT));
		db_close(db);
		return -1;
	}
	*out = db;
	return 0;
}

#define FUNCTION_BYTES_MAX (16 * 1024 * 1024)

static void
run_function(sqlite3_context *context, int count, sqlite3_value **values)
{
	const struct db_function *f = sqlite3_user_data(context);
	struct db_values args = { 0 };
	struct err err = { "" };
	struct buf out;

	for (int i = 0; i < count && i < DB_ARGUMENTS; i++) {
		const uint8_t *text = sqlite3_value_text(values[i]);
		args.values[i].integer = sqlite3_value_int64(values[i]);
		if (text != NULL)
			args.values[i].text =
				slice_of(text, (size_t)sqlite3_value_bytes(values[i]));
	}
	buf_init(&out, FUNCTION_BYTES_MAX);
	if (f->run(f->ctx, &args, &out, &err) != 0)
		sqlite3_result_error(context, err.text, -1);
	else if (out.lost > 0)
		sqlite3_result_error_toobig(context);
	else
		sqlite3_result_text(context, buf_cstr(&out), -1, SQLITE_TRANSIENT);
	buf_release(&out);
}

int
db_define(struct db *db, struct db_function *f, struct err *err)
{
	int done = sqlite3_create_function_v2(db->handle, f->name, f->arguments,
		SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, f, run_function, NULL, NULL,
		NULL);

	return done == SQLITE_OK ? 0 : fail(db, err);
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	sqlite3_close_v2(db->handle);
	free(db->path);
	free(db);
}

int
db_run(struct db *db, const char *sql, struct err *err)
{
	start_waiting(db);
	return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : fail(db, err);
}

int
db_number(struct db *db, const char *sql, int64_t *out, struct err *err)
{
	struct db_statement *st = db_prepare(db, sql, err);

	if (st == NULL)
		return -1;

	int got = db_step(st, err);

	if (got == 1)
		*out = db_int(st, 0);
	db_free(st);
	return got;
}

bool
db_in_transaction(const struct db *db)
{
	return sqlite3_get_autocommit(db->handle) == 0;
}

int64_t
db_changes(const struct db *db)
{
	return sqlite3_changes64(db->handle);
}

int
db_copy(struct db *db, const char *to, struct err *err)
{
	struct db *copy;

	if (db_open(to, DB_WRITE, &copy, err) != 0)
		return -1;

	/* All pages in one step: a writer would make a copy in several steps start again and again.
	 */
	sqlite3_backup *backup = sqlite3_backup_init(copy->handle, "main", db->handle, "main");
	int rc = backup == NULL ? SQLITE_ERROR : sqlite3_backup_step(backup, -1);

	sqlite3_backup_finish(backup);
	if (rc != SQLITE_DONE)
		fail(sqlite3_errcode(copy->handle) != SQLITE_OK ? copy : db, err);
	db_close(copy);
	return rc == SQLITE_DONE ? 0 : -1;
}

struct db_statement *
db_prepare(struct db *db, const char *sql, struct err *err)
{
	sqlite3_stmt *handle;

	if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, NULL) !=
		SQLITE_OK) {
		fail(db, err);
		return NULL;
	}

	struct db_statement *st = must_alloc(sizeof *st);

	*st = (struct db_statement){ .handle = handle, .db = db };
	return st;
}

void
db_free(struct db_statement *st)
{
	if (st == NULL)
		return;
	sqlite3_finalize(st->handle);
	free(st);
}

const char *
db_sql(struct db_statement *st)
{
	return sqlite3_sql(st->handle);
}

void
db_bind_int(struct db_statement *st, int at, int64_t v)
{
	sqlite3_bind_int64(st->handle, at, v);
}

void
db_bind_real(struct db_statement *st, int at, double v)
{
	sqlite3_bind_double(st->handle, at, v);
}

void
db_bind_text(struct db_statement *st, int at, const char *text)
{
	sqlite3_bind_text(st->handle, at, text, -1, SQLITE_STATIC);
}

void
db_bind_slice(struct db_statement *st, int at, struct slice text)
{
	sqlite3_bind_text64(
		st->handle, at, (const char *)text.ptr, text.len, SQLITE_STATIC, SQLITE_UTF8);
}

void
db_bind_blob(struct db_statement *st, int at, struct slice bytes)
{
	/* A NULL pointer would be SQL's NULL. */
	sqlite3_bind_blob64(st->handle, at, bytes.len == 0 ? (const void *)"" : bytes.ptr,
		bytes.len, SQLITE_TRANSIENT);
}

void
db_bind_copy(struct db_statement *st, int at, const char *text)
{
	sqlite3_bind_text(st->handle, at, text, -1, SQLITE_TRANSIENT);
}

int
db_place(struct db_statement *st, const char *name)
{
	return sqlite3_bind_parameter_index(st->handle, name);
}

int
db_step(struct db_statement *st, struct err *err)
{
	start_waiting(st->db);

	int rc = sqlite3_step(st->handle);

	if (rc == SQLITE_ROW)
		return 1;
	return rc == SQLITE_DONE ? 0 : fail(st->db, err);
}

void
db_reset(struct db_statement *st)
{
	sqlite3_reset(st->handle);
}

int
db_columns(struct db_statement *st)
{
	return sqlite3_column_count(st->handle);
}

bool
db_null(struct db_statement *st, int column)
{
	return sqlite3_column_type(st->handle, column) == SQLITE_NULL;
}

int64_t
db_int(struct db_statement *st, int column)
{
	return sqlite3_column_int64(st->handle, column);
}

double
db_real(struct db_statement *st, int column)
{
	return sqlite3_column_double(st->handle, column);
}

struct slice
db_text(struct db_statement *st, int column)
{
	const void *text = sqlite3_column_text(st->handle, column);

	return slice_of(text, (size_t)sqlite3_column_bytes(st->handle, column));
}

struct slice
db_blob(struct db_statement *st, int column)
{
	const void *bytes = sqlite3_column_blob(st->handle, column);

	return slice_of(bytes, (size_t)sqlite3_column_bytes(st->handle, column));
}
