/* Which changes are told to which target, when, and what becomes of it; without files, sockets or a clock.
 *
 * Input:  the store's view (struct alert_store), time, and the results of attempts.
 * Output: deliveries for the store, attempts to be made (struct alert_ways), events.
 * Memory: LIMIT_ALERTS_UNSTORED deliveries on their way to the store, and what is being told.
 *
 * Nothing lost: what counts is the store.  A change of which it knows no final delivery is looked at again and again, by whichever
 * alerter runs; a delivery that does not show up in the store is sent again.
 * Nothing doubled: an attempt is made when the store shows that it was noted.  The note says until when it may last, so an
 * alerter that comes after one that died does not begin another before; the attempts of the one that died go on (they are processes
 * of their own) and note their result themselves.
 * What remains: where the alerter and its attempt both end between the sending and the note (a power cut, everything killed at
 * once), or the collector and then the alerter die before a result is committed, nobody knows whether it was sent, and it is sent
 * again, with the same id. */
#ifndef HELOSCOPE_ALERT_ALERTER_H
#define HELOSCOPE_ALERT_ALERTER_H

#include "sensor/alert/alert.h"
#include "sensor/counters.h"

/* Reads of the store; all 0 or more as said, or -1 and err. */
struct alert_store {
	void *ctx;
	int (*waiting)(void *ctx, const struct change_question *q,
		void (*fn)(void *fn_ctx, const struct change_waiting *w), void *fn_ctx,
		struct err *err);
	/* 1 = *from is where that target begins; 0 = it is new, *from = the newest change that was noted before `before`. */
	int (*from)(void *ctx, const char *target, int64_t before, int64_t *from, struct err *err);
	int (*newest)(void *ctx, int64_t *seq, struct err *err);
	/* 1 = state, attempts, time and next of d->change and d->target; 0 = nothing is known. */
	int (*delivery)(void *ctx, struct delivery *d, struct err *err);
	/* 1 = the host's record, in the arena. */
	int (*host)(void *ctx, struct addr host, struct arena *arena, struct host_record *out,
		struct err *err);
};

/* An attempt that is to be made now. */
struct alert_attempt {
	size_t number; /* of those at once: for alerter_ended() */
	const struct alert_target *target;
	const struct alert *alert;
};

struct alert_ways {
	void *ctx;
	void (*note)(void *ctx, const struct delivery *d); /* to the store, some time */
	/* 0, or -1: it cannot be begun now, and is tried again. */
	int (*begin)(void *ctx, const struct alert_attempt *attempt);
	void (*event)(void *ctx, int64_t time, const char *text);
};

struct alerter_config {
	const char *sensor, *report;
	const struct alert_target *targets;
	size_t targets_count;
	const struct alert_store *store;
	const struct alert_ways *ways;
	int64_t started; /* of the run: to a target that is new, changes are told that were noted since */
};

struct alerter;

struct alerter *alerter_new(const struct alerter_config *config, struct counters *counters);
void alerter_free(struct alerter *a);
/* Looks at the store, notes, begins. 0, or -1 and err when the store cannot be read: then the next call does. */
int alerter_work(struct alerter *a, int64_t now, struct err *err);
/* The attempt of that number ended at `now`. */
void alerter_ended(
	struct alerter *a, size_t number, const struct alert_result *result, int64_t now);
/* Calls fn with what the store is to know of an attempt that ended so: one delivery for each of its changes.  For the process that
 * makes the attempt, as well as for us. */
void alert_results(const struct alert *alert, const char *target, const struct alert_result *result,
	int64_t now, void (*fn)(void *ctx, const struct delivery *d), void *ctx);

#endif
