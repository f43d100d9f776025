/* The store: one SQLite file in WAL mode; the collector is its only writer.
 *
 * Source: schema.sql, commented; sqlite.org/wal.html.
 * Input:  records, whole and clean; a file that may be damaged, foreign or of another version.
 * Output: a struct sink for the collector, and the upkeep behind `heloscope db`.
 * Memory: 64 MiB of page cache for the writer; a store belongs to one thread at a time.
 * Every record has (sensor, seq), so that sensors can ship records to one data base later. */
#ifndef HELOSCOPE_STORE_STORE_H
#define HELOSCOPE_STORE_STORE_H

#include "sensor/sink.h"

struct store;

struct store_retention {
	int sessions_days, hours_days, evidence_days; /* 0 = for ever */
};

/* Creates the file if it is not there, migrates an older schema.  0, or -1 and err: not a data
 * base, of a newer version (says which, and to use a newer heloscope), not writable, no such
 * folder, disk full, locked by another writer. */
int store_open(const char *path, const char *sensor, struct store **out, struct err *err);
/* For serve, report, export: read-only, sees commits of the writer as they come. */
int store_open_reader(const char *path, struct store **out, struct err *err);
/* The number of the newest row that was committed: it grows with whatever is new. 0 or -1. */
int store_seq(struct store *s, int64_t *seq, struct err *err);
/* A reader's questions from now on, together, fail in words after so long; 0 = each step by itself
 * after 5 s. */
void store_deadline(struct store *s, int milliseconds);
/* What was not committed is not kept. NULL does nothing. */
void store_close(struct store *s);
/* Valid as long as the store. A write that fails ends the batch: everything up to the next commit,
 * and that commit, says the same; nothing of the batch is kept. */
struct sink store_sink(struct store *s);

/* Reads every page and every record; a line per fault. 0 sound, 1 damaged, -1. */
int store_check(
	const char *path, void (*line)(void *ctx, const char *text), void *ctx, struct err *err);
/* The versions before and after. 0, or -1 and the file is as it was. */
int store_migrate(const char *path, int *from, int *to, struct err *err);
/* Commits, then deletes what is older than the retention allows, counted from `now`, in short
 * transactions. *rows = how many records went. 0 or -1. */
int store_prune(struct store *s, const struct store_retention *keep, int64_t now, int64_t *rows,
	struct err *err);
/* A copy as of one moment, while a writer may go on; `to` must not be there. 0, or -1 and no file.
 */
int store_backup(const char *path, const char *to, struct err *err);
int store_schema_version(void);

#endif
