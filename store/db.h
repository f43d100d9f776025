/* What the store needs of a data base: open, run, bind, step, read cells.  Implemented in
 * store_sqlite.c alone.
 *
 * Source: sqlite.org/c3ref, wal.html; SQLite 3.37 or newer.
 * Input:  SQL is ours, from statements.h and query_tables.c; values are always bound.
 * Output: cells; faults as sentences that name the file and say what to do.
 * Memory: a handle and its statements belong to one thread at a time. */
#ifndef HELOSCOPE_STORE_DB_H
#define HELOSCOPE_STORE_DB_H

#include "sensor/base/buf.h"
#include "sensor/base/err.h"
#include "sensor/base/slice.h"

struct db;
struct db_statement;

enum db_mode {
	DB_WRITE, /* creates the file if it is not there */
	DB_READ, /* never writes; where even the folder may not be written, as it stands on the disk
		  */
	DB_MEMORY, /* an empty one in memory; path only names it */
};

int db_open(const char *path, enum db_mode mode, struct db **out, struct err *err);
void db_close(struct db *db); /* NULL does nothing; statements must be freed before */
/* A step or run that takes longer than this fails; 0 = waits for ever (the start). */
void db_patience(struct db *db, int milliseconds);
/* Everything from now on together, instead of each step; 0 = each step again. */
void db_deadline(struct db *db, int milliseconds);

/* One or more statements without rows: 0 or -1. */
int db_run(struct db *db, const char *sql, struct err *err);
/* The first cell of the first row: 1, 0 = no row, -1. */
int db_number(struct db *db, const char *sql, int64_t *out, struct err *err);
/* Whether a transaction is open: a full disk may have ended it. */
bool db_in_transaction(const struct db *db);
/* Rows that the last insert, update or delete wrote. */
int64_t db_changes(const struct db *db);
/* Every page into a new file, as of one moment. 0 or -1. */
int db_copy(struct db *db, const char *to, struct err *err);

/* NULL and err when the SQL is wrong or the schema is not ours. */
struct db_statement *db_prepare(struct db *db, const char *sql, struct err *err);
void db_free(struct db_statement *st); /* NULL does nothing */
const char *db_sql(struct db_statement *st); /* its text, for tests of how it is answered */

/* A function of SQL, the same for the same arguments within a statement.  Values: text, or a whole
 * number; what is neither is 0 and "". `fn` appends its text to out: 0, or -1 and err. */
#define DB_ARGUMENTS 4
struct db_value {
	struct slice text;
	int64_t integer;
};
struct db_values {
	struct db_value values[DB_ARGUMENTS];
};
struct db_function {
	const char *name;
	int arguments;
	int (*run)(void *ctx, const struct db_values *args, struct buf *out, struct err *err);
	void *ctx;
};
/* *f lives as long as db. 0 or -1. */
int db_define(struct db *db, struct db_function *f, struct err *err);

/* Parameters count from 1. Text must live until db_reset or db_free, but for db_bind_copy; blobs
 * are copied. */
void db_bind_int(struct db_statement *st, int at, int64_t v);
void db_bind_real(struct db_statement *st, int at, double v);
void db_bind_text(struct db_statement *st, int at, const char *text);
void db_bind_slice(struct db_statement *st, int at, struct slice text);
void db_bind_blob(struct db_statement *st, int at, struct slice bytes);
void db_bind_copy(struct db_statement *st, int at, const char *text);
/* Place of ":name", 0 if the statement has none. */
int db_place(struct db_statement *st, const char *name);

/* 1 = a row, 0 = done, -1. */
int db_step(struct db_statement *st, struct err *err);
/* Ready to be bound and stepped anew. */
void db_reset(struct db_statement *st);

/* Cells of the row, from 0; slices live until the next step, reset or free. */
int db_columns(struct db_statement *st); /* how many */
bool db_null(struct db_statement *st, int column);
int64_t db_int(struct db_statement *st, int column);
double db_real(struct db_statement *st, int column);
struct slice db_text(struct db_statement *st, int column);
struct slice db_blob(struct db_statement *st, int column);

#endif
