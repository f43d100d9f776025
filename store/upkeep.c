#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "sensor/base/ptime.h"
#include "store/columns_cases.h"
#include "store/inside.h"
#include "store/migrate.h"

/* ---- retention ---- */

enum keep { KEEP_SESSIONS, KEEP_HOURS, KEEP_EVIDENCE };

/* Rows of one transaction: some 100 ms, so that the sensor's writes are not held up. */
#define PRUNE_BATCH "5000"
#define OLDEST(table, key, time)                                                                   \
	"DELETE FROM " table " WHERE " key " IN (SELECT " key " FROM " table " WHERE " time        \
	" < ? LIMIT " PRUNE_BATCH ")"

/* What goes, and by which of the three times.  A mail goes before its keys, which then lead
 * nowhere; a change before what became of it, or it would be told again.  The newest row of a
 * target stays: it says that the target is not a new one. */
static const struct {
	enum keep keep;
	const char *sql;
} prunings[] = {
	{ KEEP_SESSIONS, OLDEST("mails", "seq", "start_ns") },
	{ KEEP_SESSIONS, OLDEST("sessions", "seq", "start_ns") },
	{ KEEP_EVIDENCE, OLDEST("evidence", "seq", "first_ns") },
	{ KEEP_EVIDENCE, OLDEST("listings", "seq", "last_ns") },
	{ KEEP_EVIDENCE, OLDEST("changes", "seq", "noted_ns") },
	{ KEEP_EVIDENCE,
		"DELETE FROM deliveries WHERE seq IN (SELECT d.seq FROM deliveries d"
		" WHERE d.time_ns < ? AND NOT EXISTS (SELECT 1 FROM changes c WHERE c.seq = "
		"d.change)"
		" AND EXISTS (SELECT 1 FROM deliveries n WHERE n.target = d.target AND n.change > "
		"d.change) LIMIT " PRUNE_BATCH ")" },
	/* Entries of a case stay as long as the case, a case that is over as long as evidence. */
	{ KEEP_EVIDENCE, OLDEST("cases", "seq", "state = 'resolved' AND changed_ns") },
	{ KEEP_EVIDENCE, OLDEST("audit", "seq",
				 "(host NOT IN (SELECT host FROM cases) OR kind NOT IN (" CASE_KINDS
				 ")) AND time_ns") },
	{ KEEP_HOURS, OLDEST("lookups", "seq", "time_ns") },
	{ KEEP_HOURS, OLDEST("host_hours", "seq", "hour_ns") },
	{ KEEP_HOURS, OLDEST("hosts", "seq", "last_ns") },
	{ KEEP_HOURS, OLDEST("loss", "seq", "start_ns") },
	{ KEEP_HOURS, OLDEST("services", "seq", "last_ns") },
	{ KEEP_HOURS, OLDEST("events", "seq", "time_ns") },
};

/* Sums of what has gone; they are no records, and not counted as such. */
#define OLDEST_OF(table, key, time)                                                                \
	"DELETE FROM " table " WHERE (" key ") IN (SELECT " key " FROM " table " WHERE " time      \
	" < ? LIMIT " PRUNE_BATCH ")"
static const struct {
	enum keep keep;
	const char *sql;
} sums[] = {
	{ KEEP_SESSIONS, OLDEST_OF("campaign_texts", "text", "last_ns") },
	{ KEEP_SESSIONS, OLDEST_OF("campaign_members", "text, kind, name", "last_ns") },
	{ KEEP_HOURS, OLDEST_OF("rule_hours", "hour_ns, rule", "hour_ns") },
	{ KEEP_HOURS, OLDEST_OF("rule_hosts", "rule, host", "last_ns") },
	{ KEEP_HOURS, OLDEST_OF("domains", "domain", "last_ns") },
	{ KEEP_HOURS, OLDEST_OF("senders", "domain, host", "last_ns") },
};

/* A case goes when its host has gone; its entries are then as any. */
static const char prune_cases[] = "DELETE FROM cases WHERE host NOT IN (SELECT host FROM hosts)";
static const char prune_keys[] = "DELETE FROM hits WHERE mail NOT IN (SELECT seq FROM mails);"
				 "DELETE FROM queue_ids WHERE mail NOT IN (SELECT seq FROM mails)";

/* One kind of row, batch by batch until none is old enough. */
static int
prune_rows(struct store *s, const char *sql, int64_t before, int64_t *rows, struct err *err)
{
	struct db_statement *st = db_prepare(s->db, sql, err);
	int64_t gone;
	int got;

	if (st == NULL)
		return -1;
	db_bind_int(st, 1, before);
	do {
		got = store_step(st, err);
		gone = got == 0 ? db_changes(s->db) : 0;
		*rows += gone;
	} while (gone != 0);
	db_free(st);
	return got;
}

int
store_prune(struct store *s, const struct store_retention *keep, int64_t now, int64_t *rows,
	struct err *err)
{
	const int days[] = {
		[KEEP_SESSIONS] = keep->sessions_days,
		[KEEP_HOURS] = keep->hours_days,
		[KEEP_EVIDENCE] = keep->evidence_days,
	};
	int64_t mails_before, mails_after;

	*rows = 0;
	if (batch_commit(s, err) != 0 ||
		db_number(s->db, "SELECT count(*) FROM mails", &mails_before, err) < 0 ||
		db_run(s->db, prune_cases, err) != 0)
		return -1;
	for (size_t i = 0; i < sizeof prunings / sizeof *prunings; i++) {
		int64_t before = now - days[prunings[i].keep] * PTIME_DAY;

		if (days[prunings[i].keep] != 0 &&
			prune_rows(s, prunings[i].sql, before, rows, err) != 0)
			return -1;
	}
	for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
		int64_t before = now - days[sums[i].keep] * PTIME_DAY, ignored = 0;

		if (days[sums[i].keep] != 0 &&
			prune_rows(s, sums[i].sql, before, &ignored, err) != 0)
			return -1;
	}
	if (db_number(s->db, "SELECT count(*) FROM mails", &mails_after, err) < 0)
		return -1;
	if (mails_after != mails_before && db_run(s->db, prune_keys, err) != 0)
		return -1;
	return db_run(s->db, "PRAGMA incremental_vacuum", err);
}

/* ---- migrate, backup ---- */

int
store_migrate(const char *path, int *from, int *to, struct err *err)
{
	struct store *s;
	struct db *db;

	*to = store_schema_version();
	if (db_open(path, DB_READ, &db, err) != 0)
		return -1;

	int known = migrate_version(db, path, *to, from, err);

	db_close(db);
	if (known != 0 || store_open(path, "", &s, err) != 0)
		return -1;
	store_close(s);
	return 0;
}

int
store_backup(const char *path, const char *to, struct err *err)
{
	struct store *s;
	int fd;

	if (store_open_reader(path, &s, err) != 0)
		return -1;
	fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (fd < 0) {
		if (errno == EEXIST)
			err_set(err,
				"%s is there already: a backup overwrites nothing, name a new file",
				to);
		else
			err_set(err, "%s cannot be made: %s", to, strerror(errno));
		store_close(s);
		return -1;
	}
	close(fd);
	db_patience(s->db, 0);

	int copied = db_copy(s->db, to, err);

	store_close(s);
	if (copied != 0)
		unlink(to);
	return copied;
}
