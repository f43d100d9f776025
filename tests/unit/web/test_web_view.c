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
		health_of(&h, sights[i].never_ran ? NULL : &s, NOW, &a);
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
	health_of(&h, &s, NOW, &a);
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
		cmocka_unit_test(every_fault_has_room),
		cmocka_unit_test(steps_fit),
		cmocka_unit_test(hours_are_gathered),
		cmocka_unit_test(records_are_read_leniently),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
