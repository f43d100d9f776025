/* The inside of a store, for store/ alone: the handle, its prepared statements, the batch.
 *
 * A batch begins with the first write and ends with commit.  A write that fails ends it at once:
 * everything until the next commit is refused with the same words, so that a batch is in the store
 * whole or not at all. */
#ifndef HELOSCOPE_STORE_INSIDE_H
#define HELOSCOPE_STORE_INSIDE_H

#include "sensor/base/buf.h"
#include "store/db.h"
#include "store/lock.h"
#include "store/statements.h"
#include "store/store.h"

/* The longest JSON of one record: a session with all its mails. */
#define RECORD_BYTES_MAX (256 * 1024 * 1024)

#define RULES_SAID 1024

struct store {
	struct db *db;
	char *path;
	char *sensor;
	struct lock lock;				 /* of the writer */
	struct db_statement *prepared[STATEMENTS_COUNT]; /* as they are first used */
	bool in_batch;
	bool failed;	    /* the batch was given up; until the next commit */
	struct err failure; /* why */
	int64_t seq;	    /* last number given out */
	int64_t seq_stored; /* as of the last commit */
	struct buf record;  /* JSON of the record at hand */
	struct buf words;   /* names joined for one cell */
	struct db_function campaigns;
	/* A reader's last answer of that function: pages ask twice, and many ask the same. */
	struct campaigns_kept {
		bool may; /* of readers: what a writer has just written is seen at once */
		int64_t since, until, made; /* made: CLOCK_MONOTONIC; 0 = nothing is kept */
		char digest[72];
		struct buf json;
	} kept;
	uint64_t
		rules_said[RULES_SAID]; /* what the rules said last, as hashes: not written again */
};

/* Prepared, reset, ready to be bound. NULL and err. */
struct db_statement *store_statement(struct store *s, enum statement which, struct err *err);
/* Steps a statement that gives no rows. 0 or -1. */
int store_step(struct db_statement *st, struct err *err);

/* campaigns(since, until, digest) for tables: a JSON array (query_campaigns.c). */
int campaigns_function(void *ctx, const struct db_values *args, struct buf *out, struct err *err);

/* Several statements that must see one state. store_look begins (0 or -1), store_looked ends. */
int store_look(struct store *s, bool *began, struct err *err);
void store_looked(struct store *s, bool began);

/* Before the first write of a call: 0, or -1 when there is no batch to write into. */
int batch_begin(struct store *s, struct err *err);
/* Gives up the batch for the reason in err; returns -1. */
int batch_give_up(struct store *s, const struct err *err);
int batch_commit(struct store *s, struct err *err);

/* The records (put_*.c): 1 = a row was written, 0 = nothing new, -1. */
int put_session(struct store *s, const struct session_record *session, struct err *err);
int put_mail(struct store *s, const struct session_record *session, const struct mail_record *mail,
	struct err *err);
/* What a new mail adds to the sums of its rules, domain and text (put_sums.c). 0 or -1. */
int put_sums(struct store *s, const struct session_record *session, const struct mail_record *mail,
	struct err *err);
/* What mails of one text have in common: the near digest, or where there is none the exact one; "".
 */
const char *mail_text_key(const struct mail_record *mail);
int put_host(struct store *s, const struct host_record *host, struct err *err);
/* A row where the verdict is another word than in the last batch; before the host's own row. */
int put_change(struct store *s, const struct host_record *host, const char *cause, struct err *err);
/* The changes of this batch were noted at that time. */
int put_changes_noted(struct store *s, int64_t now, bool live, struct err *err);
int put_delivery(struct store *s, const struct delivery *delivery, struct err *err);
int put_hour(struct store *s, struct addr host, int64_t hour, struct slice packed,
	const struct count *plain, size_t plain_count, struct err *err);
int put_service(
	struct store *s, struct endpoint server, int64_t first, int64_t last, struct err *err);
int put_state(struct store *s, const struct sensor_state *state, struct err *err);
int put_lookup(struct store *s, const struct lookup_result *lookup, struct err *err);
/* An entry, and the case of its host that follows from it. */
int put_audit(struct store *s, const struct audit_entry *entry, struct err *err);
int put_event(struct store *s, int64_t time, const char *kind, const char *text, struct err *err);

#endif
