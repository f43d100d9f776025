/* What pages are made from: the sensor's sight, series for charts, records as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sensor/base/ptime.h"
#include "web/doc.h"
#include "web/health.h"
#include "web/series.h"

#define NOW (INT64_C(1213326000) * PTIME_SECOND) /* 2008-06-13 03:00 UTC */

/* ---- sight ---- */

struct value {
	enum counter counter;
	int64_t value;
};

static const struct {
	const char *name;
	bool never_ran, live;
	int64_t silent_s;
	struct value values[4];
	bool blind;
	const char *says; /* in the first note; NULL = no note at all */
} sights[] = {
	{ "never ran", .never_ran = true, .blind = true, .says = "No sensor has written" },
	{ "no packet", .blind = true, .says = "No packet was seen at all" },
	{ "no mail", .values = { { COUNTER_packets, 1000 } }, .blind = true,
		.says = "no mail traffic" },
	{ "all well", .live = true,
		.values = { { COUNTER_packets, 1000 }, { COUNTER_streams, 10 },
			{ COUNTER_stream_bytes, 9000 } } },
	{ "drops of exactly 1 %", .values = { { COUNTER_packets, 9900 }, { COUNTER_streams, 10 },
					  { COUNTER_packets_dropped, 100 } } },
	{ "drops above 1 %",
		.values = { { COUNTER_packets, 9800 }, { COUNTER_streams, 10 },
			{ COUNTER_packets_dropped, 200 } },
		.blind = true, .says = "2.0 % of the packets were dropped by the kernel" },
	{ "interface drops",
		.values = { { COUNTER_packets, 900 }, { COUNTER_streams, 10 },
			{ COUNTER_packets_if_dropped, 100 } },
		.blind = true,
		.says = "10.0 % of the packets were dropped by the network interface" },
	{ "gaps",
		.values = { { COUNTER_packets, 900 }, { COUNTER_streams, 10 },
			{ COUNTER_stream_bytes, 98 }, { COUNTER_gap_bytes, 2 } },
		.blind = true, .says = "2.0 % of the bytes never came" },
	{ "one direction",
		.values = { { COUNTER_packets, 900 }, { COUNTER_streams, 10 },
			{ COUNTER_streams_one_sided, 10 } },
		.blind = true, .says = "100.0 % of the streams were seen in one direction only" },
	{ "all encrypted",
		.values = { { COUNTER_packets, 900 }, { COUNTER_streams, 10 },
			{ COUNTER_sessions, 10 }, { COUNTER_sessions_encrypted, 9 } },
		.says = "90.0 % of the sessions go on under TLS" },
	{ "silent while live", .live = true, .silent_s = 301,
		.values = { { COUNTER_packets, 900 }, { COUNTER_streams, 10 } }, .blind = true,
		.says = "No packet has come for 5 minutes" },
	{ "old but from a file", .silent_s = 86400,
		.values = { { COUNTER_packets, 900 }, { COUNTER_streams, 10 } } },
	{ "store errors",
		.values = { { COUNTER_packets, 900 }, { COUNTER_streams, 10 },
			{ COUNTER_store_errors, 3 } },
		.blind = true,
		.says = "Writes that the store refused (what they held is missing here): 3." },
	{ "blind notes come first",
		.values = { { COUNTER_packets, 900 }, { COUNTER_restarts_worker, 1 } },
		.blind = true, .says = "Packets came" },
};

static void
blindness_is_said(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof sights / sizeof sights[0]; i++) {
		struct arena a;
		struct health h;
		struct sensor_state s = { .sensor = "t",
			.now = NOW - sights[i].silent_s * PTIME_SECOND,
			.live = sights[i].live };
		arena_init(&a, 1u << 16);
		for (size_t k = 0; k < 4; k++) {
			if (sights[i].values[k].value != 0) {
				s.counters.value[sights[i].values[k].counter] =
					sights[i].values[k].value;
			}
		}
		health_of(&h, sights[i].never_ran ? NULL : &s, NULL, NOW, &a);
		if (h.blind != sights[i].blind || (h.count > 0) != (sights[i].says != NULL)) {
			fail_msg("%s: blind %d, %zu notes: %s", sights[i].name, h.blind, h.count,
				h.count > 0 ? h.notes[0].text : "");
		}
		if (sights[i].says != NULL && strstr(h.notes[0].text, sights[i].says) == NULL) {
			fail_msg("%s: says %s", sights[i].name, h.notes[0].text);
		}
		arena_release(&a);
	}
}

/* Intervals, newest first: bytes lost and seen, packets dropped and read. */
static const struct {
	const char *name;
	int64_t sum_lost; /* of 100 MB since the start */
	struct {
		int64_t lost, seen, dropped, packets;
	} intervals[3];
	const char *says;
} bursts[] = {
	{ "all well", 0, { { 0, 5000000, 0, 20000 }, { 9000, 5000000, 0, 20000 } }, NULL },
	{ "too few bytes to be judged", 0, { { 9000, 10000, 0, 20 }, { 0, 5000000, 0, 20000 } },
		NULL },
	{ "the latest", 0, { { 100000, 900000, 0, 20000 }, { 0, 5000000, 0, 20000 } },
		"In the latest five minutes (2008-06-13 03:00–03:05), 10.0 % of the bytes never "
		"came" },
	{ "one before", 0, { { 0, 5000000, 0, 20000 }, { 100000, 4900000, 0, 20000 } },
		"In the five minutes at worst (2008-06-13 02:55–03:00), 2.0 % of the bytes "
		"never came" },
	{ "one before, over", 0, { { 0, 5000000, 0, 20000 }, { 100000, 4900000, 0, 20000 } },
		"silently. In the latest: 0.0 %." },
	{ "the kernel", 0, { { 0, 5000000, 4000, 16000 } },
		"20.0 % of the packets were dropped by the kernel" },
	{ "always, and it is over", 3000000,
		{ { 0, 5000000, 0, 20000 }, { 500000, 4500000, 0, 20000 },
			{ 0, 5000000, 0, 20000 } },
		"2.9 % of the bytes never came from the mirror port. A mirror of more traffic than "
		"its port can carry loses packets silently. Five minutes at worst: 10.0 % "
		"(2008-06-13 02:55–03:00), the latest: 0.0 %." },
	{ "always, in one interval", 3000000, { { 0, 5000000, 0, 20000 } },
		"2.9 % of the bytes never came" },
};

static void
a_burst_is_said_beside_the_sum(void **state)
{
	(void)state;
	static struct loss_day day;
	for (size_t i = 0; i < sizeof bursts / sizeof bursts[0]; i++) {
		struct arena a;
		struct health h;
		struct sensor_state s = { .sensor = "t", .now = NOW, .live = true };
		arena_init(&a, 1u << 16);
		COUNT_BY(&s.counters, packets, 1000000);
		COUNT_BY(&s.counters, streams, 1000);
		COUNT_BY(&s.counters, stream_bytes, 100000000);
		COUNT_BY(&s.counters, gap_bytes, bursts[i].sum_lost);
		day.count = 0;
		for (size_t k = 0; k < 3 && bursts[i].intervals[k].packets > 0; k++) {
			struct loss_interval *interval = &day.intervals[day.count++];
			*interval = (struct loss_interval){ .start = loss_start(NOW) -
								     (int64_t)k * LOSS_INTERVAL };
			COUNT_BY(&interval->counters, gap_bytes, bursts[i].intervals[k].lost);
			COUNT_BY(&interval->counters, stream_bytes, bursts[i].intervals[k].seen);
			COUNT_BY(&interval->counters, packets, bursts[i].intervals[k].packets);
			COUNT_BY(&interval->counters, packets_dropped,
				bursts[i].intervals[k].dropped);
		}
		health_of(&h, &s, &day, NOW, &a);
		if (h.blind != (bursts[i].says != NULL) || h.count > 1) {
			fail_msg("%s: blind %d, %zu notes", bursts[i].name, h.blind, h.count);
		}
		if (bursts[i].says != NULL && strstr(h.notes[0].text, bursts[i].says) == NULL) {
			fail_msg("%s: says %s", bursts[i].name, h.notes[0].text);
		}
		arena_release(&a);
	}
}

static void
every_fault_has_room(void **state)
{
	(void)state;
	struct arena a;
	struct health h;
	struct sensor_state s = { .sensor = "t", .now = 0, .live = true };
	arena_init(&a, 1u << 16);
	for (int i = 0; i < COUNTERS_COUNT; i++) {
		s.counters.value[i] = 1000;
	}
	health_of(&h, &s, NULL, NOW, &a);
	assert_true(h.count > 10 && h.count <= HEALTH_NOTES_MAX);
	for (size_t i = 1; i < h.count; i++) {
		assert_true(h.notes[i - 1].blind || !h.notes[i].blind);
	}
	assert_string_equal(health_word(NULL, NOW), "never ran");
	assert_string_equal(health_word(&s, NOW), "silent");
	assert_string_equal(health_word(&s, PTIME_SECOND), "running");
	s.live = false;
	assert_string_equal(health_word(&s, NOW), "ended");
	arena_release(&a);
}

/* ---- series ---- */

static void
steps_fit(void **state)
{
	(void)state;
	static const struct {
		int64_t hours;
		size_t count;
		int64_t step_hours;
	} rows[] = { { 0, 24, 1 }, { 1, 24, 1 }, { 23, 24, 1 }, { 24, 25, 1 }, { 95, 96, 1 },
		{ 96, 49, 2 }, { 24 * 7, 85, 2 }, { 24 * 30, 61, 12 }, { 24 * 365, 54, 168 },
		{ 24 * 365 * 20, 96, 672 } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct series s;
		series_init(&s, NOW - rows[i].hours * PTIME_HOUR, NOW, 24, SERIES_STEPS);
		if (s.step != rows[i].step_hours * PTIME_HOUR || s.count > SERIES_STEPS ||
			s.count + 1 < rows[i].count || s.count > rows[i].count + 1) {
			fail_msg("%d hours: %zu steps of %d hours", (int)rows[i].hours, s.count,
				(int)(s.step / PTIME_HOUR));
		}
		assert_true(
			s.from + (int64_t)s.count * s.step > NOW); /* the latest hour is within */
		assert_true(s.from % s.step == 0);
	}
}

static void
hours_are_gathered(void **state)
{
	(void)state;
	struct series s;
	int lines;
	series_init(&s, NOW - 30 * PTIME_HOUR, NOW, 24, 36);
	const struct hour_row last = { .hour = NOW,
		.mails = 3,
		.rcpts = 10,
		.accepted = 4,
		.rejected = 3,
		.deferred = 1,
		.listed = 1 };
	const struct hour_row before = { .hour = s.from - PTIME_HOUR, .rcpts = 100 };
	const struct hour_row after = { .hour = NOW + 2 * PTIME_DAY, .rcpts = 100 };
	series_add(&s, &last);
	series_add(&s, &last);
	series_add(&s, &before);
	series_add(&s, &after);
	const struct series_step *step = &s.steps[s.count - 1];
	assert_int_equal(series_peak(&s), 20);
	assert_int_equal(series_total(step), 20);
	assert_int_equal(step->rcpts[SERIES_UNKNOWN], 4);
	assert_int_equal(step->mails, 6);
	assert_int_equal(step->listed, 2);
	static const int64_t peaks[][2] = { { 0, 4 }, { 1, 4 }, { 5, 8 }, { 9, 10 }, { 11, 20 },
		{ 21, 40 }, { 280, 400 }, { 9999, 10000 } };
	for (size_t i = 0; i < sizeof peaks / sizeof peaks[0]; i++) {
		assert_int_equal(series_scale(peaks[i][0], &lines), peaks[i][1]);
		assert_int_equal(peaks[i][1] % lines, 0);
	}
	assert_true(series_scale(INT64_MAX, &lines) > 0);
}

static void
intervals_fit_into_a_chart(void **state)
{
	(void)state;
	static const struct {
		int64_t minutes[4]; /* before NOW, newest first */
		size_t want_count;
		int64_t want_step; /* minutes */
	} rows[] = {
		{ { 0, -1 }, 12, 5 },
		{ { 0, 5, 10, -1 }, 12, 5 },
		{ { 0, 287 * 5, -1 }, 288, 5 },
		{ { 0, 288 * 5, -1 }, 145, 10 },
		{ { 0, 3 * 1440, -1 }, 145, 30 },
		{ { 0, 365 * 1440, -1 }, 53, 7 * 1440 },
		{ { 0, INT64_C(38) * 365 * 1440, -1 }, 39, 364 * 1440 },
	};
	static struct loss_day day;
	static struct loss_steps steps;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t packets = 0;
		day.count = 0;
		for (size_t k = 0; k < 4 && rows[i].minutes[k] >= 0; k++) {
			day.intervals[day.count] = (struct loss_interval){
				.start = NOW - rows[i].minutes[k] * 60 * PTIME_SECOND
			};
			COUNT(&day.intervals[day.count++].counters, packets);
		}
		loss_steps_of(&steps, &day);
		assert_true(steps.count >= 12 && steps.count <= LOSS_STEPS);
		assert_true(steps.from % steps.step == 0);
		for (size_t k = 0; k < steps.count; k++) {
			packets += steps.steps[k].counters.value[COUNTER_packets];
			assert_int_equal(
				steps.steps[k].start, steps.from + (int64_t)k * steps.step);
		}
		assert_int_equal(packets, day.count); /* none is left out */
		assert_int_equal(steps.count, rows[i].want_count);
		assert_int_equal(steps.step, rows[i].want_step * 60 * PTIME_SECOND);
	}
	day.count = 0;
	loss_steps_of(&steps, &day);
	assert_int_equal(steps.count, 0);
}

/* ---- records ---- */

static void
records_are_read_leniently(void **state)
{
	(void)state;
	static const char json[] = "{\"a\":{\"b\":\"x\",\"n\":7,\"r\":0.5,\"t\":true},\"l\":["
				   "\"one\",2],\"time\":\"2008-06-13T03:00:00.000000Z\","
				   "\"counts\":{\"z\":1,\"y\":2},\"null\":null}";
	struct doc *d = NULL;
	struct err err = { "" };
	assert_int_equal(doc_parse(slice_str(json), &d, &err), 0);
	const struct node *n = doc_root(d);
	assert_string_equal(node_text(n, "a.b"), "x");
	assert_int_equal(node_int(n, "a.n"), 7);
	assert_true(node_real(n, "a.r") > 0.49 && node_real(n, "a.n") > 6.9);
	assert_true(node_bool(n, "a.t"));
	assert_int_equal(node_time(n, "time"), NOW);
	assert_int_equal(node_count(n, "l"), 2);
	assert_string_equal(node_text(node_item(n, "l", 0), ""), "one");
	/* Missing, of another type, or beneath nothing. */
	assert_string_equal(node_text(n, "a.n"), "");
	assert_string_equal(node_text(n, "a.b.c"), "");
	assert_string_equal(node_text(n, "null"), "");
	assert_int_equal(node_int(n, "nope.nope"), 0);
	assert_int_equal(node_count(n, "a"), 0);
	assert_null(node_item(n, "l", 2));
	assert_int_equal(node_time(n, "a.b"), 0);
	assert_string_equal(node_text(NULL, "a"), "");
	void *place = NULL;
	const char *key;
	const struct node *value;
	assert_true(node_pair(node_get(n, "counts"), &place, &key, &value));
	assert_string_equal(key, "z");
	assert_true(node_pair(node_get(n, "counts"), &place, &key, &value));
	assert_int_equal(node_int(value, ""), 2);
	assert_false(node_pair(node_get(n, "counts"), &place, &key, &value));
	place = NULL;
	assert_false(node_pair(node_get(n, "nope"), &place, &key, &value));
	doc_free(d);
	doc_free(NULL);
	d = NULL;
	for (size_t i = 0; i < strlen(json); i++) {
		assert_int_equal(doc_parse(slice_of(json, i), &d, &err), -1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blindness_is_said),
		cmocka_unit_test(a_burst_is_said_beside_the_sum),
		cmocka_unit_test(intervals_fit_into_a_chart),
		cmocka_unit_test(every_fault_has_room),
		cmocka_unit_test(steps_fit),
		cmocka_unit_test(hours_are_gathered),
		cmocka_unit_test(records_are_read_leniently),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
