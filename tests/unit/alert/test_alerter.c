/* Each change arrives once, whoever dies. */
#include "unit/alert/world.h"

#define ID(n) "test-" #n "0-6b49d20"

static void
a_change_is_told_once_to_each_target_that_wants_it(void **state)
{
	struct world *w = world_new();
	(void)state;

	w->targets_count = 2;
	alerter_free(w->alerter);
	start(w);
	change(w, 9, VERDICT_LIKELY);
	pass(w, 3);
	assert_int_equal(end_runs(w, ALERT_DELIVERED), 1);
	want_told(w, "desk:" ID(1) "0;");
	pass(w, 100);
	change(w, 9, VERDICT_LISTED);
	pass(w, 5);
	assert_int_equal(end_runs(w, ALERT_DELIVERED), 2);
	pass(w, 10000);
	assert_int_equal(end_runs(w, ALERT_DELIVERED), 0);
	assert_int_equal(w->counters.value[COUNTER_alerts_sent], 3);
	assert_int_equal(w->counters.value[COUNTER_alerts_failed], 0);
	world_free(w);
}

static void
what_was_before_the_target_is_not_told(void **state)
{
	struct world *w = world_new();
	(void)state;

	w->now -= MINUTE;
	change(w, 8, VERDICT_LISTED);
	w->now += MINUTE;
	change(w, 9, VERDICT_LISTED);
	kill_alerter(w); /* before it has noted anything */
	pass(w, 3);
	end_runs(w, ALERT_DELIVERED);
	pass(w, 3);
	assert_int_equal(w->runs_count, 1);
	assert_int_equal(w->runs[0].seq[0], 20);
	world_free(w);
}

static void
back_to_better_is_told_after_the_quiet_time(void **state)
{
	struct world *w = world_new();
	(void)state;

	change(w, 9, VERDICT_LISTED);
	pass(w, 3);
	assert_int_equal(end_runs(w, ALERT_DELIVERED), 1);
	pass(w, 60);
	change(w, 9, VERDICT_CLEAN);
	pass(w, 60);
	change(w, 9, VERDICT_LISTED);
	pass(w, 60);
	change(w, 9, VERDICT_WATCH);
	pass(w, 60);
	assert_int_equal(w->runs_count, 1);
	assert_int_equal(row_of(w, 20, "desk", true)->d.state, DELIVERY_SUPPRESSED);
	assert_int_equal(row_of(w, 30, "desk", true)->d.state, DELIVERY_SUPPRESSED);
	assert_int_equal(row_of(w, 40, "desk", true)->d.state, DELIVERY_WAITING);
	kill_alerter(w);
	pass(w, 3600);
	assert_int_equal(end_runs(w, ALERT_DELIVERED), 1);
	assert_int_equal(w->runs[1].seq[0], 40);
	pass(w, 10000);
	assert_int_equal(w->runs_count, 2);
	world_free(w);
}

static void
a_failure_is_tried_again_with_the_same_id(void **state)
{
	struct world *w = world_new();
	(void)state;

	change(w, 9, VERDICT_LISTED);
	pass(w, 3);
	assert_int_equal(end_runs(w, ALERT_FAILED), 1);
	pass(w, 8);
	assert_int_equal(end_runs(w, ALERT_FAILED), 0);
	pass(w, 6);
	assert_int_equal(end_runs(w, ALERT_FAILED), 1);
	kill_alerter(w);
	pass(w, 25);
	assert_int_equal(end_runs(w, ALERT_DELIVERED), 1);
	pass(w, 10000);
	assert_int_equal(w->runs_count, 3);
	assert_string_equal(w->runs[0].id, w->runs[2].id);
	assert_int_equal(w->counters.value[COUNTER_alerts_failed], 2);
	world_free(w);
}

static void
what_is_refused_is_given_up_and_said(void **state)
{
	struct world *w = world_new();
	(void)state;

	change(w, 9, VERDICT_LISTED);
	pass(w, 3);
	end_runs(w, ALERT_REFUSED);
	pass(w, 10000);
	assert_int_equal(w->runs_count, 1);
	assert_int_equal(row_of(w, 10, "desk", true)->d.state, DELIVERY_GIVEN_UP);
	assert_string_equal(buf_cstr(&w->events), "[alert desk] was not told of 192.0.2.9: no;");
	world_free(w);
}

/* An attempt takes two seconds. How many were delivered in this one. */
static size_t
pass_second(struct world *w)
{
	struct alert_result result;
	size_t delivered = 0;

	pass(w, 1);
	for (size_t i = 0; i < w->runs_count; i++) {
		struct attempt_made *run = &w->runs[i];
		if (run->runs && w->now - run->began >= 2 * PTIME_SECOND) {
			end_run(w, run, ALERT_DELIVERED);
			delivered++;
		} else if (run->again != 0 && w->now >= run->again) {
			note_result(w, run, &result);
			run->again = 0;
		}
	}
	return delivered;
}

/* The alerter dies in one second, the collector in another, and is away for two: told once. But
 * where both die before the result is committed, nobody knows of it, and it is told again. */
static void
deaths_in_each_state(void **state)
{
	(void)state;
	for (int dies = 0; dies < 6; dies++) {
		for (int gone = 0; gone < 8; gone++) {
			struct world *w = world_new();
			size_t delivered = 0, want = gone == 4 && dies >= 4 ? 2 : 1;
			pass(w, 2);
			change(w, 9, VERDICT_LISTED);
			for (int i = 0; i < 120; i++) {
				if (i == dies)
					kill_alerter(w);
				if (i == gone)
					forget_uncommitted(w);
				w->away = i >= gone && i < gone + 2;
				delivered += pass_second(w);
			}
			if (delivered != want)
				fail_msg("alerter dies at %d, collector at %d: told %zu times",
					dies, gone, delivered);
			assert_int_equal(row_of(w, 10, "desk", true)->d.state, DELIVERY_DONE);
			world_free(w);
		}
	}
}

/* An attempt that outlives its alerter notes its result itself: nobody makes a second one. */
static void
an_attempt_outlives_its_alerter(void **state)
{
	struct world *w = world_new();
	(void)state;

	change(w, 9, VERDICT_LISTED);
	pass(w, 3);
	assert_int_equal(w->runs_count, 1);
	kill_alerter(w);
	pass(w, 20);
	assert_int_equal(w->runs_count, 1);
	end_runs(w, ALERT_DELIVERED);
	pass(w, 1000);
	assert_int_equal(w->runs_count, 1);
	world_free(w);
}

/* Everything ends at once: it is told again, with the same id. */
static void
an_attempt_of_which_nobody_knows_is_made_again(void **state)
{
	struct world *w = world_new();
	(void)state;

	change(w, 9, VERDICT_LISTED);
	pass(w, 3);
	w->runs[0].runs = false;
	kill_alerter(w);
	pass(w, 40);
	assert_int_equal(end_runs(w, ALERT_DELIVERED), 1);
	assert_string_equal(w->runs[0].id, w->runs[1].id);
	assert_int_equal(w->runs[1].attempt, 2);
	world_free(w);
}

static void
a_storm_is_a_digest_and_stays_the_same_one(void **state)
{
	struct world *w = world_new();
	(void)state;

	pass(w, 2);
	for (int i = 0; i < LIMIT_ALERTS_SINGLE + 12; i++)
		change(w, i + 1, VERDICT_LIKELY);
	pass(w, 5);
	assert_int_equal(w->runs_count, 1);
	assert_int_equal(w->runs[0].count, LIMIT_ALERTS_SINGLE + 12);
	end_runs(w, ALERT_FAILED);
	for (int i = 0; i < LIMIT_ALERTS_SINGLE + 5; i++)
		change(w, 100 + i, VERDICT_LIKELY);
	pass(w, 40);
	assert_int_equal(w->runs_count, 3);
	assert_int_equal(end_runs(w, ALERT_DELIVERED), 2);
	assert_int_equal(w->runs[1].count, LIMIT_ALERTS_SINGLE + 5);
	assert_string_equal(w->runs[0].id, w->runs[2].id);
	pass(w, 1000);
	assert_int_equal(w->runs_count, 3);
	assert_int_equal(w->counters.value[COUNTER_alerts_sent], 2 * LIMIT_ALERTS_SINGLE + 17);
	world_free(w);
}

/* What was told one by one stays so, even where all of it is due at once. */
static void
what_failed_one_by_one_is_tried_one_by_one(void **state)
{
	struct world *w = world_new();
	(void)state;

	pass(w, 2);
	change(w, 1, VERDICT_LIKELY);
	change(w, 2, VERDICT_LIKELY);
	pass(w, 3);
	assert_int_equal(w->runs_count, 2);
	end_runs(w, ALERT_FAILED);
	kill_alerter(w);
	w->now += MINUTE;
	pass(w, 5);
	assert_int_equal(end_runs(w, ALERT_DELIVERED), 2);
	assert_string_equal(w->runs[0].id, w->runs[2].id);
	assert_string_equal(w->runs[1].id, w->runs[3].id);
	world_free(w);
}

static void
few_at_once_and_one_host_after_the_other(void **state)
{
	struct world *w = world_new();
	(void)state;

	pass(w, 2);
	for (int i = 0; i < LIMIT_ALERTS_SINGLE - 1; i++)
		change(w, i + 1, VERDICT_LIKELY);
	change(w, 1, VERDICT_LISTED);
	pass(w, 5);
	assert_int_equal(w->runs_count, LIMIT_ALERTS_AT_ONCE);
	for (int i = 0; i < 5; i++) {
		end_runs(w, ALERT_DELIVERED);
		pass(w, 5);
	}
	assert_int_equal(w->runs_count, LIMIT_ALERTS_SINGLE);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_change_is_told_once_to_each_target_that_wants_it),
		cmocka_unit_test(what_was_before_the_target_is_not_told),
		cmocka_unit_test(back_to_better_is_told_after_the_quiet_time),
		cmocka_unit_test(a_failure_is_tried_again_with_the_same_id),
		cmocka_unit_test(what_is_refused_is_given_up_and_said),
		cmocka_unit_test(deaths_in_each_state),
		cmocka_unit_test(an_attempt_outlives_its_alerter),
		cmocka_unit_test(an_attempt_of_which_nobody_knows_is_made_again),
		cmocka_unit_test(a_storm_is_a_digest_and_stays_the_same_one),
		cmocka_unit_test(what_failed_one_by_one_is_tried_one_by_one),
		cmocka_unit_test(few_at_once_and_one_host_after_the_other),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
