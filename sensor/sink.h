/* Where records go: the collector's only way out.  The store implements it (store/store.h), tests
 * implement it in memory.
 *
 * All calls: 0 or more as said, -1 and err when the sink refused (disk full, busy, damaged).
 * Nothing is durable before commit. Records are whole: the caller keeps them, the sink copies what
 * it needs. */
#ifndef HELOSCOPE_SINK_H
#define HELOSCOPE_SINK_H

#include "sensor/base/err.h"
#include "sensor/loss.h"
#include "sensor/record.h"
#include "sensor/record_audit.h"

struct sensor_state {
	const char *sensor;
	int64_t started, now;	  /* packet time of the first and of the latest packet */
	struct counters counters; /* since the start of this run */
	int64_t run;		  /* identity of the run: start, ns */
	const char *sources;	  /* interfaces or files, joined by spaces */
	bool live;
	/* On the way to the sink: intervals of this run, each whole; those that did not change may
	 * be among them. */
	const struct loss_interval *loss;
	size_t loss_count;
};

#define LOOKUP_NOT_PREDICTED (-1.0)

/* What a blocklist answered when it was asked about a host, and what was predicted then. */
struct lookup_result {
	struct addr host;
	const char *list, *zone;
	int64_t time;
	enum lookup_answer { LOOKUP_CLEAR, LOOKUP_LISTED, LOOKUP_ERROR } answer;
	const char *codes;    /* "127.0.0.4 127.0.0.10", or what went wrong */
	double predicted;     /* list_likelihood.predicted at that time; below 0: it was not */
	enum verdict verdict; /* of the host at that time */
};

/* "clear", "listed", "error"; out of range "clear". */
const char *lookup_answer_word(enum lookup_answer v);
/* 0 and *out, or -1. */
int lookup_answer_parse(struct slice word, enum lookup_answer *out);

/* What became of telling one target of one change of a verdict. */
struct delivery {
	int64_t change;	    /* seq of the change */
	const char *target; /* its name in the configuration */
	enum delivery_state {
		DELIVERY_WAITING,
		DELIVERY_DONE,
		DELIVERY_SUPPRESSED,
		DELIVERY_GIVEN_UP
	} state;
	int32_t attempts;
	int64_t time, next; /* of the last attempt; of the next one, 0 = none */
	const char *error;  /* of the last attempt, or "" */
};

struct sink {
	void *ctx;
	/* A session, or (open = true) a snapshot that a later call with the same id replaces.
	 * 1 = the first time that this session is seen ended; 0 = a snapshot, or a session that was
	 * known as ended already. */
	int (*session)(void *ctx, const struct session_record *session, struct err *err);
	/* 1 = new; 0 = known already (same session and number). `session` is as known so far. */
	int (*mail)(void *ctx, const struct session_record *session, const struct mail_record *mail,
		struct err *err);
	/* Replaces the record of that host.  Where its verdict is another word than before, a
	 * change is written with it. */
	int (*host)(void *ctx, const struct host_record *host, struct err *err);
	/* Replaces the aggregate of (host, hour); `plain` are the numbers for charts and filters.
	 */
	int (*host_hour)(void *ctx, struct addr host, int64_t hour, struct slice packed,
		const struct count *plain, size_t plain_count, struct err *err);
	/* Calls fn for each stored hour of the host, oldest first. */
	int (*fetch_hours)(void *ctx, struct addr host,
		void (*fn)(void *fn_ctx, int64_t hour, struct slice packed), void *fn_ctx,
		struct err *err);
	/* Calls fn for each host of which an hour since `since` is stored. */
	int (*fetch_hosts)(void *ctx, int64_t since, void (*fn)(void *fn_ctx, struct addr host),
		void *fn_ctx, struct err *err);
	/* Who answers on which port; first and last time are merged with what is stored. */
	int (*service)(
		void *ctx, struct endpoint server, int64_t first, int64_t last, struct err *err);
	/* Calls fn for each stored service of the host.  NULL = none are kept. */
	int (*fetch_services)(void *ctx, struct addr host,
		void (*fn)(void *fn_ctx, int32_t port, int64_t first, int64_t last), void *fn_ctx,
		struct err *err);
	int (*lookup)(void *ctx, const struct lookup_result *lookup, struct err *err);
	/* Replaces what is known of that change and target. */
	int (*delivery)(void *ctx, const struct delivery *delivery, struct err *err);
	/* What somebody did with the report, and with it the state of a case; one that is known by
	 * its id already is passed over. */
	int (*audit)(void *ctx, const struct audit_entry *entry, struct err *err);
	int (*state)(void *ctx, const struct sensor_state *state, struct err *err);
	/* Something that an operator should know: kind "restart", "damage", "gap", "store", …; text
	 * in full words. */
	int (*event)(void *ctx, int64_t time, const char *kind, const char *text, struct err *err);
	/* Ends the batch: all of the above since the last commit, or none. */
	int (*commit)(void *ctx, struct err *err);
};

#endif
