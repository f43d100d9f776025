/* Versions of the schema, and the way from each to the newest.
 *
 * Input:  a file of any version, or of another program: PRAGMA application_id and user_version say
 * which. Output: a file of the newest version.  Each step is one transaction: a step that fails
 * leaves the file as it was. */
#ifndef HELOSCOPE_STORE_MIGRATE_H
#define HELOSCOPE_STORE_MIGRATE_H

#include "store/db.h"

/* "HELO" in ASCII; `file` and the sqlite3 shell show it. */
#define STORE_APPLICATION_ID 0x48454c4f

struct migration {
	int from, to; /* rows of one `from` have one `to`, and are one step */
	const char *what;
	const char *sql;
};

/* The steps of this program. From 0, an empty file, schema.sql leads straight to the newest
 * version. */
extern const struct migration migrations[];
extern const size_t migrations_count;
/* Of the step from 4 to 5: indexes of lists, sums by day. */
extern const char migrate_lists[];
/* Of the step from 4 to 5: sums by hour, indexes of what is new. */
extern const char migrate_range[];
/* Of the step from 4 to 5: sums of rules, domains, texts. */
extern const char migrate_sums[];
/* schema.sql as it was when the program was built. */
extern const char store_schema_sql[];

/* 0 and the version of the file (0 = empty); -1: another program's, or newer than `newest`. */
int migrate_version(struct db *db, const char *path, int newest, int *version, struct err *err);
/* Walks the steps from the file's version to `newest`. 0 or -1. */
int migrate_run(
	struct db *db, const struct migration *steps, size_t count, int newest, struct err *err);

#endif
