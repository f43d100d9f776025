/* Loss by interval: counters cut by packet time, told to the sink, put into words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sensor/collector.h"
#include "sensor/limits.h"
#include "sensor/loss_meter.h"

#define S PTIME_SECOND

/* Packet time, and what is counted at it. */
struct step {
	int64_t second, packets, lost;
};

static void
take(struct loss_meter *m, struct counters *c, const struct step *step)
{
	int64_t time = step->second * S;

	if (!loss_meter_stays(m, time))
		loss_meter_move(m, c, time);
	COUNT_BY(c, packets, step->packets);
	COUNT_BY(c, gap_bytes, step->lost);
}

/* "START:PACKETS/LOST/COVERED …", seconds. */
static void
write_intervals(const struct loss_interval *at, size_t count, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < count && len < size; i++)
		len += (size_t)snprintf(out + len, size - len, "%lld:%lld/%lld/%lld ",
			(long long)(at[i].start / S),
			(long long)at[i].counters.value[COUNTER_packets],
			(long long)at[i].counters.value[COUNTER_gap_bytes],
			(long long)(at[i].covered / S));
}

static void
counters_are_cut_by_packet_time(void **state)
{
	static const struct {
		const char *name;
		struct step steps[6];
		const char *want;
	} rows[] = {
		{ "nothing", { { 0 } }, "" },
		{ "one", { { 1000, 1, 2 }, { 1010, 1, 3 } }, "900:2/5/10 " },
		{ "the last moment and the first", { { 599, 1, 0 }, { 600, 1, 7 } },
			"300:1/0/1 600:1/7/0 " },
		{ "the next follows at once", { { 590, 1, 0 }, { 620, 1, 0 }, { 630, 1, 0 } },
			"300:1/0/10 600:2/0/30 " },
		{ "hours of silence", { { 590, 1, 0 }, { 7300, 1, 0 }, { 7310, 1, 0 } },
			"300:1/0/0 7200:2/0/10 " },
		{ "time jumps back, and on",
			{ { 1000, 1, 0 }, { 2000, 1, 5 }, { 950, 1, 9 }, { 960, 1, 0 },
				{ 2010, 1, 1 } },
			"900:3/9/10 1800:2/6/0 " },
		{ "one between two", { { 1000, 1, 0 }, { 2000, 1, 0 }, { 1300, 1, 4 } },
			"900:1/0/0 1200:1/4/0 1800:1/0/0 " },
		{ "back within an interval", { { 1000, 1, 0 }, { 950, 1, 0 }, { 1020, 1, 0 } },
			"900:3/0/20 " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct loss_meter m;
		struct counters c = { { 0 } };
		char text[256];
		size_t count;

		loss_meter_init(&m);
		for (size_t k = 0; k < 6 && rows[i].steps[k].second != 0; k++)
			take(&m, &c, &rows[i].steps[k]);
		const struct loss_interval *at = loss_meter_look(&m, &c, &count);
		write_intervals(at, count, text, sizeof text);
		if (strcmp(text, rows[i].want) != 0)
			fail_msg("%s: %s, not %s", rows[i].name, text, rows[i].want);
		loss_meter_release(&m);
	}
}

static void
only_what_changed_is_told_again(void **state)
{
	static const struct step before[] = { { 1000, 1, 0 }, { 2000, 2, 0 }, { 3000, 3, 0 } };
	static const struct step back = { 2010, 5, 0 };
	struct loss_meter m;
	struct counters c = { { 0 } };
	char text[256];
	size_t count;

	(void)state;
	loss_meter_init(&m);
	for (size_t i = 0; i < 3; i++)
		take(&m, &c, &before[i]);
	(void)loss_meter_look(&m, &c, &count);
	assert_int_equal(count, 3);
	(void)loss_meter_look(&m, &c, &count);
	assert_int_equal(count, 3); /* nobody said that they were taken */
	loss_meter_told(&m);
	const struct loss_interval *at = loss_meter_look(&m, &c, &count);
	write_intervals(at, count, text, sizeof text);
	assert_string_equal(text, "3000:3/0/0 ");
	loss_meter_told(&m);
	take(&m, &c, &back);
	at = loss_meter_look(&m, &c, &count);
	write_intervals(at, count, text, sizeof text);
	assert_string_equal(text, "1800:7/0/0 3000:3/0/0 ");
	loss_meter_release(&m);
}

/* Whatever packet time does, the intervals sum up to the counters. */
static void
memory_is_bounded_and_the_sum_holds(void **state)
{
	struct loss_meter m;
	struct loss_sum sum;
	struct counters c = { { 0 } };
	size_t count;
	uint32_t noise = 1;

	(void)state;
	loss_meter_init(&m);
	for (int64_t i = 0; i < 3 * LIMIT_LOSS_INTERVALS; i++) {
		noise = noise * 1664525 + 1013904223;
		const struct step step = { i % 3 == 0 ? (int64_t)noise : (i + 1) * 301, 1, 2 };
		take(&m, &c, &step);
		assert_true(m.count <= LIMIT_LOSS_INTERVALS);
	}
	const struct loss_interval *at = loss_meter_look(&m, &c, &count);
	for (size_t i = 1; i < m.count; i++)
		assert_true(m.intervals[i - 1].start < m.intervals[i].start);
	assert_true(at >= m.intervals && at + count == m.intervals + m.count);
	loss_meter_sum(&m, &sum);
	assert_int_equal(sum.total.counters.value[COUNTER_packets], 3 * LIMIT_LOSS_INTERVALS);
	assert_int_equal(sum.total.counters.value[COUNTER_gap_bytes], 6 * LIMIT_LOSS_INTERVALS);
	assert_true(c.value[COUNTER_intervals_left] > 0);
	loss_meter_release(&m);
}

/* ---- the collector and its sink ---- */

struct told {
	char text[256];
	int64_t run;
	bool refuse;
};

static int
sink_state(void *ctx, const struct sensor_state *state, struct err *err)
{
	struct told *t = ctx;
	(void)err;
	write_intervals(state->loss, state->loss_count, t->text, sizeof t->text);
	t->run = state->run;
	return 1;
}

static int
sink_commit(void *ctx, struct err *err)
{
	struct told *t = ctx;
	return t->refuse ? err_set(err, "the disk is full") : 0;
}

static int
no_hosts(void *ctx, int64_t since, void (*fn)(void *fn_ctx, struct addr host), void *fn_ctx,
	struct err *err)
{
	(void)ctx, (void)since, (void)fn, (void)fn_ctx, (void)err;
	return 0;
}

static struct collector *
collector_on(const struct sink *sink, bool live, struct counters *counters)
{
	struct err err = { "" };
	const struct collector_config config = { .sensor = "t",
		.sources = "x",
		.live = live,
		.verdict = verdict_config_default(),
		.sink = sink };
	struct collector *c = collector_new(&config, counters, &err);

	assert_non_null(c);
	return c;
}

static void
captures_are_cut_by_their_packets_alone(void **state)
{
	struct told told = { .run = 0 };
	const struct sink sink = {
		.ctx = &told, .fetch_hosts = no_hosts, .state = sink_state, .commit = sink_commit
	};
	struct counters counters = { { 0 } };
	struct collector *c = collector_on(&sink, false, &counters);
	struct err err = { "" };

	(void)state;
	assert_int_equal(collector_time(c, 1000 * S, &err), 0);
	COUNT_BY(&counters, packets, 4);
	/* A commit says how late it is; when it comes is a matter of the clock. */
	assert_int_equal(collector_commit(c, 5000 * S, &err), 0);
	assert_string_equal(told.text, "900:4/0/0 ");
	COUNT_BY(&counters, packets, 1);
	assert_int_equal(collector_time(c, 400 * S, &err), 0);
	COUNT_BY(&counters, gap_bytes, 8);
	told.refuse = true;
	assert_int_equal(collector_commit(c, 5000 * S, &err), -1);
	told.text[0] = '\0';
	told.refuse = false;
	assert_int_equal(collector_finish(c, 5000 * S, &err), 0);
	assert_string_equal(told.text, "300:0/8/0 900:5/0/0 "); /* again, and whole */
	assert_int_equal(told.run, 1000 * S);
	collector_free(c);
}

static void
a_live_run_is_cut_by_its_commits(void **state)
{
	struct told told = { .run = 0 };
	const struct sink sink = {
		.ctx = &told, .fetch_hosts = no_hosts, .state = sink_state, .commit = sink_commit
	};
	struct counters counters = { { 0 } }, before = { { 0 } };
	struct collector *c = collector_on(&sink, true, &counters);
	struct err err = { "" };

	(void)state;
	/* A worker that another collector has heard before tells all that it counted. */
	COUNT_BY(&before, packets, 1000000);
	COUNT_BY(&counters, packets, 1000000);
	collector_before(c, &before);
	assert_int_equal(collector_commit(c, 1000 * S, &err), 0);
	COUNT_BY(&counters, packets, 3);
	assert_int_equal(collector_commit(c, 1001 * S, &err), 0);
	assert_string_equal(told.text, "900:3/0/1 ");
	COUNT_BY(&counters, packets, 2);
	assert_int_equal(collector_commit(c, 1200 * S, &err), 0);
	assert_string_equal(told.text, "900:5/0/200 1200:0/0/0 ");
	assert_int_equal(collector_commit(c, 1201 * S, &err), 0);
	assert_string_equal(told.text, "1200:0/0/1 "); /* the other is not told again */
	assert_int_equal(told.run, 1000 * S);
	collector_free(c);
}

/* ---- words ---- */

static void
loss_in_words(void **state)
{
	static const struct {
		struct loss_interval intervals[3];
		const char *want;
	} rows[] = {
#define ROW(at, lost, seen)                                                                        \
	{ .start = (at)*S,                                                                         \
		.counters.value = {                                                                \
			[COUNTER_gap_bytes] = (lost), [COUNTER_stream_bytes] = (seen) } }
		{ { ROW(0, 0, 0) }, "mirror loss: none" },
		{ { ROW(900, 0, 500000) }, "mirror loss: none" },
		{ { ROW(900, 1, 999999) }, "mirror loss: < 0.1 % of the bytes" },
		{ { ROW(900, 50000, 950000), ROW(1213279500, 500, 999500), ROW(1800, 0, 1000000) },
			"mirror loss: 1.7 % of the bytes (worst 5 minutes: 5.0 % at 1970-01-01 "
			"00:15)" },
		{ { ROW(900, 900, 100), ROW(1213279500, 20000, 980000), ROW(1800, 0, 1000000) },
			"mirror loss: 1.0 % of the bytes (worst 5 minutes: 2.0 % at 2008-06-12 "
			"14:05)" },
		{ { ROW(900, 900, 100), ROW(1200, 10, 990) }, "mirror loss: 45.5 % of the bytes" },
#undef ROW
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct loss_sum sum;
		char words[LOSS_WORDS_MAX];

		loss_sum_init(&sum);
		for (size_t k = 0; k < 3 && (k == 0 || rows[i].intervals[k].start != 0); k++)
			loss_sum_add(&sum, &rows[i].intervals[k]);
		assert_string_equal(loss_words(&sum, words), rows[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters_are_cut_by_packet_time),
		cmocka_unit_test(only_what_changed_is_told_again),
		cmocka_unit_test(memory_is_bounded_and_the_sum_holds),
		cmocka_unit_test(captures_are_cut_by_their_packets_alone),
		cmocka_unit_test(a_live_run_is_cut_by_its_commits),
		cmocka_unit_test(loss_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
