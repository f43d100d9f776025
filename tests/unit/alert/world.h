/* A made-up world of changes, targets, a store that takes what it is told a second later, attempts, and alerters that die. */
#ifndef HELOSCOPE_TESTS_ALERT_WORLD_H
#define HELOSCOPE_TESTS_ALERT_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sensor/alert/alerter.h"
#include "sensor/base/ptime.h"
#include "sensor/limits.h"
#include "sensor/record_layout.h"

#define T0 (INT64_C(1800000000) * PTIME_SECOND)
#define MINUTE (60 * PTIME_SECOND)

enum { CHANGES_MAX = 400, ROWS_MAX = 2000, RUNS_MAX = 64, TARGETS = 2 };

struct row {
	struct delivery d;
	char error[ALERT_REASON_MAX];
	bool committed;
};

struct attempt_made {
	size_t number, target;
	int64_t began, seq[CHANGES_MAX]; /* changes */
	int32_t attempt;
	size_t count;
	char id[ALERT_ID_MAX];
	bool orphan;   /* its alerter died: */
	int64_t again; /* it says its result twice; 0 = said */
	enum alert_outcome outcome;
	bool runs;
};

struct world {
	struct change changes[CHANGES_MAX];
	bool live[CHANGES_MAX];
	size_t changes_count;
	struct row rows[ROWS_MAX]; /* the store, and what is on its way */
	size_t rows_count;
	bool away; /* the collector does not run: what is noted waits in the pipe */
	struct attempt_made runs[RUNS_MAX];
	size_t runs_count;
	struct alert_target targets[TARGETS];
	size_t targets_count;
	struct alerter *alerter;
	struct counters counters;
	int64_t now;
	struct buf told; /* "TARGET:ID,ID;" what arrived */
	struct buf events;
};

/* ---- the store ---- */

static inline struct row *
row_of(struct world *w, int64_t change, const char *target, bool committed)
{
	for (size_t i = w->rows_count; i-- > 0;)
		if (w->rows[i].d.change == change && strcmp(w->rows[i].d.target, target) == 0 &&
			(w->rows[i].committed || !committed))
			return &w->rows[i];
	return NULL;
}

/* What is on its way is taken as the store does: what is final stays. */
static inline void
commit(struct world *w)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->rows_count; i++) {
		struct row row = w->rows[i];
		struct row *old = NULL;
		for (size_t k = 0; k < kept; k++)
			if (w->rows[k].d.change == row.d.change &&
				w->rows[k].d.target == row.d.target)
				old = &w->rows[k];
		row.committed = true;
		if (old == NULL)
			w->rows[kept++] = row;
		else if (old->d.state == DELIVERY_WAITING)
			*old = row;
	}
	w->rows_count = kept;
}

static inline void
forget_uncommitted(struct world *w)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->rows_count; i++)
		if (w->rows[i].committed)
			w->rows[kept++] = w->rows[i];
	w->rows_count = kept;
}

static inline void
ask_one(struct world *w, const struct change_question *q, size_t i,
	void (*fn)(void *fn_ctx, const struct change_waiting *waiting), void *fn_ctx)
{
	const struct change *c = &w->changes[i];
	const struct row *row = row_of(w, c->seq, q->target, true);
	struct change_waiting out = { .change = *c, .newest = true };

	if (!w->live[i] || (row == NULL && c->seq <= q->after) ||
		(row != NULL && row->d.state != DELIVERY_WAITING))
		return;
	for (size_t k = i + 1; k < w->changes_count; k++)
		if (addr_eq(w->changes[k].host, c->host))
			out.newest = false;
	if (row != NULL && row->d.next > q->now && out.newest)
		return;
	for (size_t k = 0; k < w->changes_count; k++) {
		const struct row *other = row_of(w, w->changes[k].seq, q->target, true);
		if (other == NULL || !addr_eq(w->changes[k].host, c->host))
			continue;
		if (k < i && other->d.state == DELIVERY_WAITING && other->d.attempts > 0)
			out.behind = true;
		if (other->d.state != DELIVERY_DONE)
			continue;
		out.told = true;
		out.told_verdict = w->changes[k].verdict;
		out.told_time = other->d.time;
	}
	if (row != NULL) {
		out.attempts = row->d.attempts;
		out.tried = row->d.time;
		out.next = row->d.next;
	}
	fn(fn_ctx, &out);
}

static inline int
ask_waiting(void *ctx, const struct change_question *q,
	void (*fn)(void *fn_ctx, const struct change_waiting *waiting), void *fn_ctx,
	struct err *err)
{
	struct world *w = ctx;
	(void)err;

	for (size_t i = 0; i < w->changes_count; i++)
		ask_one(w, q, i, fn, fn_ctx);
	return 0;
}

static inline int
ask_from(void *ctx, const char *target, int64_t before, int64_t *from, struct err *err)
{
	const struct world *w = ctx;
	int64_t least = INT64_MAX;
	(void)err;

	for (size_t i = 0; i < w->rows_count; i++)
		if (w->rows[i].committed && strcmp(w->rows[i].d.target, target) == 0 &&
			w->rows[i].d.change < least)
			least = w->rows[i].d.change;
	*from = least;
	if (least != INT64_MAX)
		return 1;
	*from = 0;
	for (size_t i = 0; i < w->changes_count; i++)
		if (w->changes[i].noted < before)
			*from = w->changes[i].seq;
	return 0;
}

static inline int
ask_newest(void *ctx, int64_t *seq, struct err *err)
{
	const struct world *w = ctx;
	(void)err;
	*seq = w->changes_count > 0 ? w->changes[w->changes_count - 1].seq : 0;
	return 0;
}

static inline int
ask_delivery(void *ctx, struct delivery *d, struct err *err)
{
	const struct row *row = row_of(ctx, d->change, d->target, true);
	(void)err;
	if (row == NULL)
		return 0;
	*d = row->d;
	return 1;
}

static inline int
ask_host(void *ctx, struct addr host, struct arena *arena, struct host_record *out, struct err *err)
{
	(void)ctx, (void)arena, (void)err;
	memset(out, 0, sizeof *out);
	record_init(&layout_host, out);
	out->ip = host;
	return 1;
}

/* ---- the ways ---- */

static inline void
note(void *ctx, const struct delivery *d)
{
	struct world *w = ctx;

	assert_true(w->rows_count < ROWS_MAX);
	w->rows[w->rows_count++] = (struct row){ .d = *d };
}

static inline int
begin(void *ctx, const struct alert_attempt *attempt)
{
	struct world *w = ctx;
	struct attempt_made *run = &w->runs[w->runs_count++];

	assert_true(w->runs_count < RUNS_MAX);
	*run = (struct attempt_made){ .number = attempt->number,
		.target = (size_t)(attempt->target - w->targets),
		.began = w->now,
		.attempt = attempt->alert->attempt,
		.count = attempt->alert->changes_count,
		.runs = true };
	snprintf(run->id, sizeof run->id, "%s", attempt->alert->id);
	for (size_t i = 0; i < run->count; i++) {
		const struct row *row =
			row_of(w, attempt->alert->changes[i].seq, attempt->target->name, true);
		run->seq[i] = attempt->alert->changes[i].seq;
		assert_non_null(row); /* it was noted before */
		assert_int_equal(row->d.attempts, run->attempt);
	}
	return 0;
}

static inline void
tell_event(void *ctx, int64_t time, const char *text)
{
	struct world *w = ctx;
	(void)time;
	buf_printf(&w->events, "%s;", text);
}

/* ---- the world ---- */

static inline void
start(struct world *w)
{
	static struct alert_store store = { NULL, ask_waiting, ask_from, ask_newest, ask_delivery,
		ask_host };
	static struct alert_ways ways = { NULL, note, begin, tell_event };
	store.ctx = ways.ctx = w;
	const struct alerter_config config = { .sensor = "test",
		.report = "",
		.targets = w->targets,
		.targets_count = w->targets_count,
		.store = &store,
		.ways = &ways,
		.started = T0 };

	w->alerter = alerter_new(&config, &w->counters);
}

static inline struct world *
world_new(void)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	w->targets[0] = (struct alert_target){ .name = "desk",
		.above = VERDICT_THROTTLED,
		.quiet = 60 * MINUTE,
		.limit = 20 * PTIME_SECOND };
	w->targets[1] = w->targets[0];
	w->targets[1].name = "pager";
	w->targets[1].above = VERDICT_LISTED;
	w->targets_count = 1;
	w->now = T0;
	buf_init(&w->told, 65536);
	buf_init(&w->events, 65536);
	start(w);
	return w;
}

static inline void
world_free(struct world *w)
{
	alerter_free(w->alerter);
	buf_release(&w->told);
	buf_release(&w->events);
	free(w);
}

static inline void
change(struct world *w, int host, enum verdict verdict)
{
	struct change *c = &w->changes[w->changes_count];
	const uint8_t bytes[4] = { 192, 0, 2, (uint8_t)host };

	assert_true(w->changes_count < CHANGES_MAX);
	w->live[w->changes_count++] = true;
	*c = (struct change){ .seq = (int64_t)w->changes_count * 10,
		.sensor = "test",
		.host = addr_v4(bytes),
		.time = w->now,
		.noted = w->now,
		.before = "clean",
		.verdict = verdict,
		.cause = "",
		.summary = "" };
}

static inline void
look(struct world *w)
{
	struct err err = { "" };

	if (alerter_work(w->alerter, w->now, &err) < 0)
		fail_msg("%s", err.text);
}

/* Seconds in which the alerter looks and the store takes what it was told. */
static inline void
pass(struct world *w, int64_t seconds)
{
	for (int64_t i = 0; i < seconds; i++) {
		w->now += PTIME_SECOND;
		look(w);
		if (!w->away)
			commit(w);
	}
}

static inline void
note_result(struct world *w, const struct attempt_made *run, struct alert_result *result)
{
	struct change changes[CHANGES_MAX];
	const struct alert alert = {
		.changes = changes, .changes_count = run->count, .attempt = run->attempt
	};

	result->outcome = run->outcome;
	snprintf(result->reason, sizeof result->reason, "%s",
		run->outcome == ALERT_DELIVERED ? "" : "no");
	for (size_t i = 0; i < run->count; i++)
		changes[i] = w->changes[run->seq[i] / 10 - 1];
	alert_results(&alert, w->targets[run->target].name, result, w->now, note, w);
}

/* The run's end: it notes its result itself, and tells its alerter, if that lives. */
static inline void
end_run(struct world *w, struct attempt_made *run, enum alert_outcome outcome)
{
	struct alert_result result;

	w->now++;
	run->outcome = outcome;
	run->runs = false;
	run->again = run->orphan ? w->now + 3 * PTIME_SECOND : 0;
	if (outcome == ALERT_DELIVERED)
		buf_printf(&w->told, "%s:%s;", w->targets[run->target].name, run->id);
	note_result(w, run, &result);
	if (!run->orphan)
		alerter_ended(w->alerter, run->number, &result, w->now);
}

/* All that run end so; how many there were. */
static inline size_t
end_runs(struct world *w, enum alert_outcome outcome)
{
	size_t n = 0;

	for (size_t i = 0; i < w->runs_count; i++) {
		if (!w->runs[i].runs)
			continue;
		end_run(w, &w->runs[i], outcome);
		n++;
	}
	return n;
}

/* Dies; its attempts go on. */
static inline void
kill_alerter(struct world *w)
{
	alerter_free(w->alerter);
	for (size_t i = 0; i < w->runs_count; i++)
		w->runs[i].orphan = true;
	start(w);
}

static inline void
want_told(struct world *w, const char *want)
{
	assert_string_equal(buf_cstr(&w->told), want);
}

#endif
