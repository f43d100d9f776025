/* A sensor that cannot see must not look like a campus without trouble: states of the sensor, and
 * what the overview must and must not say. */
#include "unit/web/pages.h"

#include "sensor/base/ptime.h"
#include "sensor/record_layout.h"
#include "web/sight.h"

#define NOW (INT64_C(1213326000) * PTIME_SECOND) /* 2008-06-13 03:00 UTC */
#define CLEAN "No host is in trouble"
#define GREEN "badge clean"
#define BANNER "role=\"alert\""
#define LOST_BAD "figure bad\"><a href=\"/loss\">"
#define LOST_FINE "figure\"><a href=\"/loss\">0.0 %"
/* A tile whose number is a 0, instead of a dash. */
#define ZERO_LISTED "verdict=listed\">0<"
#define DASH_LISTED "verdict=listed\">–<"

/* What a sensor counted; packets below 0: it never ran. */
struct state {
	int64_t packets, dropped, streams, one_sided, sessions, encrypted;
	bool live;
	int64_t silent_s; /* since its last packet */
};

static const struct state_case {
	const char *name;
	struct state state;
	enum sight_word first;
	const char *says[4], *never[4];
} cases[] = {
	{ "never ran", { .packets = -1 }, SIGHT_NEVER,
		{ "No sensor has ever written", DASH_LISTED, BANNER, LOST_BAD },
		{ CLEAN, GREEN, ZERO_LISTED, LOST_FINE } },
	{ "ran, no packet", { .live = true }, SIGHT_NO_PACKETS,
		{ "has not seen a single packet", DASH_LISTED, BANNER, LOST_BAD },
		{ CLEAN, GREEN, ZERO_LISTED, LOST_FINE } },
	{ "packets, no mail", { .packets = 100000, .live = true }, SIGHT_NO_MAIL,
		{ "no mail is among them", DASH_LISTED, BANNER, LOST_FINE },
		{ CLEAN, GREEN, ZERO_LISTED, LOST_BAD } },
	{ "silent for ten minutes",
		{ .packets = 100000,
			.streams = 900,
			.sessions = 90,
			.live = true,
			.silent_s = 600 },
		SIGHT_SILENT, { "The sensor is silent", DASH_LISTED, BANNER, "10 minutes" },
		{ CLEAN, GREEN, ZERO_LISTED, LOST_BAD } },
	{ "one direction only",
		{ .packets = 100000,
			.streams = 900,
			.one_sided = 890,
			.sessions = 90,
			.live = true },
		SIGHT_ONE_WAY, { "in one direction only", DASH_LISTED, BANNER, LOST_FINE },
		{ CLEAN, GREEN, ZERO_LISTED, LOST_BAD } },
	{ "all encrypted",
		{ .packets = 100000,
			.streams = 900,
			.sessions = 90,
			.encrypted = 90,
			.live = true },
		SIGHT_ENCRYPTED,
		{ "Nearly all sessions are encrypted", DASH_LISTED, BANNER, LOST_FINE },
		{ CLEAN, GREEN, ZERO_LISTED, LOST_BAD } },
	{ "packets dropped",
		{ .packets = 100000,
			.dropped = 5000,
			.streams = 900,
			.sessions = 90,
			.live = true },
		SIGHT_LOSSY,
		{ "The sensor does not see everything", ZERO_LISTED, BANNER, LOST_BAD },
		{ GREEN, LOST_FINE } },
	/* the tile of packets follows its own number */
	{ "streams seen from one side, no packet lost",
		{ .packets = 100000,
			.streams = 900,
			.one_sided = 200,
			.sessions = 90,
			.live = true },
		SIGHT_LOSSY, { "The sensor does not see everything", LOST_FINE },
		{ LOST_BAD, GREEN } },
	{ "sees well", { .packets = 100000, .streams = 900, .sessions = 90, .live = true }, SIGHTS,
		{ GREEN, ZERO_LISTED, LOST_FINE }, { BANNER, DASH_LISTED, LOST_BAD } },
	{ "a capture, read long ago",
		{ .packets = 100000, .streams = 900, .sessions = 90, .silent_s = 86400 }, SIGHTS,
		{ GREEN, ZERO_LISTED, "captures were read" }, { BANNER, DASH_LISTED, LOST_BAD } },
};

static struct sensor_state
state_of(const struct state *s)
{
	struct sensor_state state = { .sensor = "edge",
		.started = NOW - PTIME_DAY,
		.now = NOW - s->silent_s * PTIME_SECOND,
		.run = NOW - PTIME_DAY,
		.sources = "eth1",
		.live = s->live };
	COUNT_BY(&state.counters, packets, s->packets);
	COUNT_BY(&state.counters, packets_dropped, s->dropped);
	COUNT_BY(&state.counters, streams, s->streams);
	COUNT_BY(&state.counters, streams_one_sided, s->one_sided);
	COUNT_BY(&state.counters, sessions, s->sessions);
	COUNT_BY(&state.counters, sessions_encrypted, s->encrypted);
	return state;
}

static void
put_state(const char *path, const struct state *s)
{
	struct store *store;
	struct err err = { "" };
	const struct sensor_state state = state_of(s);
	assert_int_equal(store_open(path, "edge", &store, &err), 0);
	struct sink sink = store_sink(store);
	if (s->packets >= 0) {
		assert_true(sink.state(sink.ctx, &state, &err) >= 0);
	}
	assert_int_equal(sink.commit(sink.ctx, &err), 0);
	store_close(store);
}

static void
blind_sensors_do_not_look_clean(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct state_case *c = &cases[i];
		struct pages p;
		pages_begin(&p);
		put_state(p.path, &c->state);
		assert_int_equal(pages_ask(&p, "/", ACCESS_READER, NOW), 200);
		for (size_t k = 0; k < 4 && c->says[k] != NULL; k++) {
			if (!pages_say(&p, c->says[k])) {
				fail_msg("%s does not say: %s\n%.6000s", c->name, c->says[k],
					buf_cstr(&p.body));
			}
		}
		for (size_t k = 0; k < 4 && c->never[k] != NULL; k++) {
			if (pages_say(&p, c->never[k])) {
				fail_msg("%s says: %s", c->name, c->never[k]);
			}
		}
		pages_end(&p);
	}
}

/* Nothing that is asked of a store that cannot be read looks like an answer. */
static void
a_store_that_cannot_be_read_is_no_clean_campus(void **state)
{
	(void)state;
	struct pages p;
	pages_begin(&p);
	assert_int_equal(pages_ask(&p, "/", ACCESS_READER, NOW), 503);
	assert_true(pages_say(&p, "Nothing can be said about any host"));
	FILE *file = fopen(p.path, "w");
	assert_non_null(file);
	fputs("this is no store", file);
	fclose(file);
	assert_int_equal(pages_ask(&p, "/", ACCESS_READER, NOW), 503);
	assert_true(pages_say(&p, "Nothing can be said about any host"));
	assert_false(pages_say(&p, CLEAN) || pages_say(&p, GREEN));
	pages_end(&p);
}

static void
the_first_reason_is_the_worst(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct state_case *c = &cases[i];
		const struct sensor_state sensor = state_of(&c->state);
		const struct sensor_state *known = c->state.packets < 0 ? NULL : &sensor;
		struct health health;
		struct sight sight;
		struct arena arena;
		arena_init(&arena, 1 << 20);
		health_of(&health, known, NULL, NOW, &arena);
		sight_of(&sight, known, &health, true, NOW);
		if (sight_first(&sight) != c->first) {
			fail_msg("%s: reason %d", c->name, (int)sight_first(&sight));
		}
		assert_int_equal(sight.blind, c->first != SIGHTS);
		sight_of(&sight, known, &health, false, NOW); /* a range without anything */
		assert_false(sight.zero_known);
		assert_int_equal(sight.is[SIGHT_EMPTY],
			known != NULL && c->first != SIGHT_NO_PACKETS && c->first != SIGHT_NO_MAIL);
		arena_release(&arena);
	}
}

/* ---- what is new ---- */

static void
put_verdict(struct sink *sink, const char *ip, enum verdict verdict, int64_t time)
{
	struct err err = { "" };
	struct host_record h;
	struct listing listing = {
		.list = "PSBL", .since = time, .last = time, .ended_by = "", .reply = "no"
	};
	struct sensor_state state = state_of(
		&(struct state){ .packets = 100000, .streams = 900, .sessions = 90, .live = true });
	memset(&h, 0, sizeof h);
	record_init(&layout_host, &h);
	h.sensor = "edge";
	assert_int_equal(addr_parse(slice_str(ip), &h.ip), 0);
	h.verdict = verdict;
	h.verdict_since = time;
	h.risk = 0.1 * verdict;
	h.first = h.last = time;
	h.summary = "because of this";
	state.now = time;
	if (verdict == VERDICT_LISTED) {
		h.listings = &listing;
		h.listings_count = 1;
	}
	assert_true(sink->host(sink->ctx, &h, &err) >= 0);
	assert_true(sink->state(sink->ctx, &state, &err) >= 0);
	assert_int_equal(sink->commit(sink->ctx, &err), 0);
}

static void
what_changed_is_told_by_range(void **state)
{
	(void)state;
	struct pages p;
	struct store *store;
	struct err err = { "" };
	pages_begin(&p);
	assert_int_equal(store_open(p.path, "edge", &store, &err), 0);
	struct sink sink = store_sink(store);
	put_verdict(&sink, "192.0.2.1", VERDICT_WATCH, NOW - 5 * PTIME_DAY);
	put_verdict(&sink, "192.0.2.2", VERDICT_LIKELY, NOW - 5 * PTIME_DAY);
	put_verdict(&sink, "2001:db8::7", VERDICT_CLEAN, NOW - 2 * PTIME_HOUR);
	put_verdict(&sink, "192.0.2.1", VERDICT_LISTED, NOW - PTIME_HOUR);
	put_verdict(&sink, "192.0.2.2", VERDICT_CLEAN, NOW - 1);
	store_close(store);
	assert_int_equal(pages_ask(&p, "/?range=day", ACCESS_READER, NOW), 200);
	assert_true(pages_say(&p, "PSBL"));
	assert_true(pages_say(&p, "id=\"worse\"") && !pages_say(&p, "No verdict got worse."));
	assert_false(pages_say(&p, "No verdict got better."));
	assert_true(pages_say(&p, "range=day\">2 hosts look clean<") ||
		    pages_say(&p, "verdict=clean\">2 hosts look clean<"));
	/* four days ago nothing changed, and nobody was seen */
	assert_int_equal(
		pages_ask(&p, "/?since=2008-06-09&until=2008-06-10", ACCESS_READER, NOW), 200);
	assert_true(pages_say(&p, "Nothing was seen in this range of time."));
	assert_false(pages_say(&p, CLEAN));
	assert_true(pages_say(&p, DASH_LISTED) ||
		    pages_say(&p, "until=2008-06-10&amp;verdict=listed\">–<"));
	assert_int_equal(pages_ask(&p, "/?since=nonsense", ACCESS_READER, NOW), 400);
	pages_end(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blind_sensors_do_not_look_clean),
		cmocka_unit_test(a_store_that_cannot_be_read_is_no_clean_campus),
		cmocka_unit_test(the_first_reason_is_the_worst),
		cmocka_unit_test(what_changed_is_told_by_range),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
