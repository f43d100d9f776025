/* What becomes of a change at one target, and after an attempt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sensor/alert/decide.h"

#define MINUTE (60 * PTIME_SECOND)
#define NOW (INT64_C(1800000000) * PTIME_SECOND)

static const struct alert_target desk = {
	.name = "desk", .above = VERDICT_THROTTLED, .quiet = 60 * MINUTE, .limit = 20 * PTIME_SECOND
};

/* told: verdict and minutes ago */
#define TOLD(verdict, ago) .told = true, .told_verdict = (verdict), .told_time = NOW - (ago)*MINUTE

static const struct {
	const char *name;
	struct change_waiting w; /* .change.verdict is below */
	enum verdict verdict;
	enum alert_step want;
	int64_t until; /* minutes from now */
} rows[] = {
	{ "a bad word is told at once", { .newest = true }, VERDICT_LISTED, ALERT_TELL, 0 },
	{ "at the line, too", { .newest = true }, VERDICT_THROTTLED, ALERT_TELL, 0 },
	{ "even if it is over already", { .newest = false }, VERDICT_LISTED, ALERT_TELL, 0 },
	{ "below the line it is not", { .newest = true }, VERDICT_WATCH, ALERT_SUPPRESS, 0 },
	{ "nor that a host is good that was not bad", { .newest = true }, VERDICT_CLEAN,
		ALERT_SUPPRESS, 0 },
	{ "worse than what was told breaks the quiet",
		{ .newest = true, TOLD(VERDICT_THROTTLED, 1) }, VERDICT_LISTED, ALERT_TELL, 0 },
	{ "better waits for its end", { .newest = true, TOLD(VERDICT_LISTED, 20) }, VERDICT_CLEAN,
		ALERT_HOLD, 40 },
	{ "and is told then", { .newest = true, TOLD(VERDICT_LISTED, 60) }, VERDICT_CLEAN,
		ALERT_TELL, 0 },
	{ "better, but bad, waits, too", { .newest = true, TOLD(VERDICT_LISTED, 20) },
		VERDICT_LIKELY, ALERT_HOLD, 40 },
	{ "a hold is noted once",
		{ .newest = true, TOLD(VERDICT_LISTED, 20), .next = NOW + 40 * MINUTE },
		VERDICT_CLEAN, ALERT_WAIT, 40 },
	{ "a newer change overtakes it", { TOLD(VERDICT_LISTED, 20), .next = NOW + 40 * MINUTE },
		VERDICT_CLEAN, ALERT_SUPPRESS, 0 },
	{ "back to the word that was told is nothing", { .newest = true, TOLD(VERDICT_LISTED, 20) },
		VERDICT_LISTED, ALERT_SUPPRESS, 0 },
	{ "after the quiet time, neither", { .newest = true, TOLD(VERDICT_LISTED, 90) },
		VERDICT_LISTED, ALERT_SUPPRESS, 0 },
	{ "better is told once", { .newest = true, TOLD(VERDICT_CLEAN, 90) }, VERDICT_WATCH,
		ALERT_SUPPRESS, 0 },
	{ "bad again after good is worse", { .newest = true, TOLD(VERDICT_CLEAN, 1) },
		VERDICT_THROTTLED, ALERT_TELL, 0 },
	{ "one that is tried is not due", { .newest = true, .attempts = 1, .next = NOW + 1 },
		VERDICT_LISTED, ALERT_WAIT, 0 },
	{ "and then it is", { .newest = true, .attempts = 1, .next = NOW }, VERDICT_LISTED,
		ALERT_TELL, 0 },
	{ "those of a digest go together", { .attempts = 1, .next = NOW, .behind = true },
		VERDICT_LISTED, ALERT_TELL, 0 },
	{ "of a muted host nothing is told", { .newest = true, .muted_until = NOW + 1 },
		VERDICT_LISTED, ALERT_SUPPRESS, 0 },
	{ "nor tried again", { .newest = true, .attempts = 1, .next = NOW, .muted_until = NOW + 1 },
		VERDICT_LISTED, ALERT_SUPPRESS, 0 },
	{ "an attempt that goes on is left alone",
		{ .newest = true, .attempts = 1, .next = NOW + 1, .muted_until = NOW + 1 },
		VERDICT_LISTED, ALERT_WAIT, 0 },
	{ "after its end the usual rules hold", { .newest = true, .muted_until = NOW },
		VERDICT_LISTED, ALERT_TELL, 0 },
	{ "who is behind one that is tried waits", { .newest = true, .behind = true },
		VERDICT_CLEAN, ALERT_WAIT, 0 },
};

static void
decisions(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct change_waiting w = rows[i].w;
		w.change.verdict = rows[i].verdict;
		struct alert_decision got = alert_decide(&w, &desk, NOW);
		if (got.step != rows[i].want ||
			((got.step == ALERT_HOLD) && got.until != NOW + rows[i].until * MINUTE))
			fail_msg("%s: step %d until %lld", rows[i].name, got.step,
				(long long)(got.until - NOW) / MINUTE);
	}
}

static void
without_quiet_time_everything_from_the_line_on_is_told(void **state)
{
	struct alert_target eager = desk;
	struct change_waiting w = { .newest = true, TOLD(VERDICT_LISTED, 0) };
	(void)state;

	eager.quiet = 0;
	w.change.verdict = VERDICT_CLEAN;
	assert_int_equal(alert_decide(&w, &eager, NOW).step, ALERT_TELL);
}

/* 10 s, then twice as long each time, at most an hour; given up after a day. */
static void
attempts_are_made_again_until_they_are_given_up(void **state)
{
	static const int want_s[] = { 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600 };
	struct alert_result failed = { ALERT_FAILED, "no route" };
	struct delivery d = { .change = 7 };
	int64_t now = NOW;
	(void)state;

	for (size_t i = 0; i < sizeof want_s / sizeof *want_s; i++) {
		d.attempts++;
		alert_settle(&failed, NOW, now, &d);
		assert_int_equal(d.state, DELIVERY_WAITING);
		assert_int_equal(d.time, now);
		assert_int_equal((d.next - now) / PTIME_SECOND, want_s[i]);
		assert_string_equal(d.error, "no route");
		now = d.next;
	}
	d.attempts = INT32_MAX;
	alert_settle(&failed, NOW, now, &d);
	assert_int_equal((d.next - now) / PTIME_SECOND, 3600);
	alert_settle(&failed, NOW, NOW + PTIME_DAY - 1, &d);
	assert_int_equal(d.state, DELIVERY_WAITING);
	alert_settle(&failed, NOW, NOW + PTIME_DAY, &d);
	assert_int_equal(d.state, DELIVERY_GIVEN_UP);
	assert_int_equal(d.next, 0);
	failed.outcome = ALERT_REFUSED;
	alert_settle(&failed, NOW, NOW + 1, &d);
	assert_int_equal(d.state, DELIVERY_GIVEN_UP);
	failed.outcome = ALERT_DELIVERED;
	alert_settle(&failed, NOW, NOW + 2 * PTIME_DAY, &d);
	assert_int_equal(d.state, DELIVERY_DONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decisions),
		cmocka_unit_test(without_quiet_time_everything_from_the_line_on_is_told),
		cmocka_unit_test(attempts_are_made_again_until_they_are_given_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
