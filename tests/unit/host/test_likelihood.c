/* From rules to probabilities: what causes, servers and look-ups make of each list, with reasons
 * and what would change it. */
#include "tale.h"

#include <math.h>

#include "sensor/host/aggregate_fields.h"
#include "sensor/host/judge.h"

#define BLOCKED "554 5.7.1 blocked, says the list"

#define SERVER_A "192.0.2.25"

static const struct list_likelihood *
likelihood(const struct host_record *r, const char *list)
{
	for (size_t i = 0; i < r->lists_count; i++)
		if (strcmp(r->lists[i].list, list) == 0)
			return &r->lists[i];
	fail_msg("there is no %s", list);
	return NULL;
}

static bool
has_line(const char *const *lines, size_t count, const char *part)
{
	for (size_t i = 0; i < count; i++)
		if (strstr(lines[i], part) != NULL)
			return true;
	return false;
}

static void
assert_line(const char *const *lines, size_t count, const char *part)
{
	if (has_line(lines, count, part))
		return;
	for (size_t i = 0; i < count; i++)
		print_message("  %s\n", lines[i]);
	fail_msg("not said: %s", part);
}

#define SAYS(l, part) assert_line((l)->why, (l)->why_count, part)
#define CHANGES(l, part) assert_line((l)->change, (l)->change_count, part)

static int
in_thousandths(double p)
{
	return (int)lround(p * 1000);
}

static void
test_quiet_host(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 20; i++)
		tell_plain(&t, SERVER_A, "a@grid.example.edu", "b@example.org", 0.5);
	tale_end(&t);
	assert_true(t.host.lists_count >= 29);
	for (size_t i = 0; i < t.host.lists_count; i++) {
		assert_true(t.host.lists[i].probability < 0.03);
		assert_true(t.host.lists[i].predicted < 0.03);
		assert_int_equal(t.host.lists[i].change_count, 0);
	}
	tale_over(&t);
}

static void
tell_spam(struct tale *t, int n)
{
	for (int i = 0; i < n; i++)
		tell_plain(t, SERVER_A, "a@grid.example.edu", "b@example.org", 9);
}

static void
test_reasons_and_changes(void **state)
{
	static struct tale t;
	const struct list_likelihood *css;

	(void)state;
	tale_begin(&t);
	tell_spam(&t, 6);
	tale_end(&t);
	css = likelihood(&t.host, "Spamhaus CSS");
	assert_true(css->predicted > 0.5);
	assert_int_equal(in_thousandths(css->probability), in_thousandths(css->predicted));
	assert_string_equal(
		css->why[0], "6 of 6 mails scored 5.0 or more (rule HOST_SPAM_SENT: +5.6)");
	CHANGES(css, "without HOST_SPAM_SENT it would be 0.0");
	CHANGES(css, "stop what sends them");
	assert_false(has_line(css->change, css->change_count, "all of these"));
	CHANGES(css, "Ends by itself one or two days after the last spam");
	assert_true(likelihood(&t.host, "Backscatterer")->predicted < 0.03);
	assert_true(likelihood(&t.host, "UCEPROTECT-2")->predicted < 0.03);
	tale_over(&t);
}

/* Two that suffice alone: neither changes much, both do. */
static void
test_two_reasons(void **state)
{
	static struct tale t;
	const struct list_likelihood *xbl;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 8; i++) {
		struct session_record *s = a_session(&t, SERVER_A);
		struct mail_record *m = a_mail(&t, s, "a@grid.example.edu", 9);

		s->helo_name = "localhost";
		a_rcpt(&t, m, "b@example.org", REPLY_OK);
		tell_mail(&t, s, m);
		tell_session(&t, s);
	}
	tale_end(&t);
	xbl = likelihood(&t.host, "Spamhaus XBL");
	assert_int_equal(in_thousandths(xbl->predicted), 950);
	CHANGES(xbl, "without HOST_HELO_LOCALHOST it would be 0.71 instead of 0.95: let it greet");
	CHANGES(xbl, "without HOST_SPAM_DIRECT it would be 0.73 instead of 0.95");
	CHANGES(xbl, "without all of these it would be 0.01");
	tale_over(&t);
}

/* A server says so: certain; what the causes say of it stays what it is. */
static void
test_named_by_servers(void **state)
{
	static struct tale t;
	const struct list_likelihood *l;

	(void)state;
	tale_begin(&t);
	tell_refused(&t, SERVER_A, REPLY_LISTED, "SpamCop", BLOCKED);
	tell_refused(&t, "192.0.2.26", REPLY_LISTED, "SpamCop", BLOCKED);
	tale_end(&t);
	l = likelihood(&t.host, "SpamCop");
	assert_int_equal(in_thousandths(l->probability), 990);
	assert_true(l->predicted < 0.03);
	SAYS(l, "2 servers say so: 554 5.7.1 blocked, says the list");
	CHANGES(l, "Ends by itself 24 hours after the last report");
	assert_true(likelihood(&t.host, "Barracuda")->probability < 0.03);
	/* providers ask public lists */
	assert_true(likelihood(&t.host, "Comcast")->predicted > 0.1);
	tale_over(&t);
}

/* "Spamhaus" without saying which: one of them has it, most likely those that the causes are for.
 */
static void
test_wider_name(void **state)
{
	static struct tale t;
	double none = 1;
	static const char *const four[] = { "Spamhaus XBL", "Spamhaus CSS", "Spamhaus SBL",
		"Spamhaus PBL" };

	(void)state;
	tale_begin(&t);
	tell_refused(&t, SERVER_A, REPLY_LISTED, "Spamhaus ZEN", BLOCKED);
	tale_end(&t);
	for (size_t i = 0; i < 4; i++) {
		const struct list_likelihood *l = likelihood(&t.host, four[i]);

		assert_true(l->probability > l->predicted);
		none *= 1 - l->probability;
		SAYS(l, "1 server says so of a list that may be this one");
	}
	assert_true(none < 0.4); /* at least one of them */
	assert_int_equal(in_thousandths(likelihood(&t.host, "Spamhaus ZEN")->probability), 990);
	/* once a server says which, it is that one */
	tell_refused(&t, SERVER_A, REPLY_LISTED, "Spamhaus CSS", BLOCKED);
	tale_end(&t);
	assert_int_equal(in_thousandths(likelihood(&t.host, "Spamhaus CSS")->probability), 990);
	assert_int_equal(in_thousandths(likelihood(&t.host, "Spamhaus XBL")->probability),
		in_thousandths(likelihood(&t.host, "Spamhaus XBL")->predicted));
	tale_over(&t);
}

/* Each name in replies, and which list of ours it means. */
static const struct {
	const char *mentioned, *list;
	enum reply_class class;
} names[] = {
	{ "Spamhaus XBL", "Spamhaus XBL", REPLY_LISTED },
	{ "Spamhaus PBL", "Spamhaus PBL", REPLY_LISTED },
	{ "UCEPROTECT L1", "UCEPROTECT-1", REPLY_LISTED },
	{ "UCEPROTECT", "UCEPROTECT-1", REPLY_LISTED },
	{ "UCEPROTECT L2", "UCEPROTECT-2", REPLY_LISTED },
	{ "UCEPROTECT L3", "UCEPROTECT-3", REPLY_LISTED },
	{ "SpamRATS NoPtr", "SpamRATS", REPLY_LISTED },
	{ "Microsoft S3150", "Microsoft", REPLY_PRIVATE_REPUTATION },
	{ "Gmail", "Google", REPLY_PRIVATE_REPUTATION },
	{ "T-Online DIAL", "T-Online", REPLY_PRIVATE_REPUTATION },
	{ "AT&T", "AT&T", REPLY_PRIVATE_REPUTATION },
};

static void
test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		static struct tale t;
		struct session_record *s;

		tale_begin(&t);
		s = a_session(&t, SERVER_A);
		a_reply(&t, s, "greeting", names[i].class, names[i].mentioned, "554 5.7.1 no");
		tell_session(&t, s);
		tale_end(&t);
		for (size_t k = 0; k < t.host.lists_count; k++) {
			const struct list_likelihood *l = &t.host.lists[k];
			bool is = strcmp(l->list, names[i].list) == 0;

			if (!is && strcmp(l->list, names[i].mentioned) == 0)
				continue; /* a name that may mean several has its own line */

			if ((in_thousandths(l->probability) == 990) != is)
				fail_msg("%s: %s has %g", names[i].mentioned, l->list,
					l->probability);
		}
		tale_over(&t);
	}
}

/* ---- without tales ---- */

static double seen[HOST_NUMBERS_COUNT];

static const struct list_base one_list = {
	.id = "X", .list = "X", .mentioned = "X", .wider = "", .ends = "", .base = -3000
};

static const struct list_base *
one_base(void *ctx, size_t *count)
{
	*count = ctx != NULL;
	return &one_list;
}

static void
keep_numbers(void *ctx, const double *numbers, int64_t *sums)
{
	(void)ctx;
	(void)sums;
	memcpy(seen, numbers, sizeof seen);
}

static size_t
weigh_nothing(
	void *ctx, const double *numbers, struct arena *arena, struct list_reason *out, size_t max)
{
	(void)ctx;
	(void)numbers;
	(void)arena;
	(void)out;
	(void)max;
	return 0;
}

/* So many recipients that do not exist, of so many, so many hours ago. */
static void
add_unknown(struct aggregate *a, int64_t unknown, int64_t rcpts)
{
	aggregate_add(a, SUM_rcpts, rcpts);
	aggregate_add(a, (enum sum)(SUM_class + REPLY_USER_UNKNOWN), unknown);
}

static void
judge(struct hour_of_host *hours, size_t count, int64_t now, struct arena *arena,
	struct host_record *out)
{
	struct verdict_config config = verdict_config_default();
	int in_force = 1;
	const struct verdict_input in = { .ip = an_addr(THE_HOST),
		.hours = hours,
		.hours_count = count,
		.neighbours = { 3, 7 },
		.now = now };

	config.window_ns = 30 * PTIME_DAY;
	config.lists = (struct list_rules){ &in_force, one_base, keep_numbers, weigh_nothing };
	verdict_host(&config, &in, arena, out);
}

/* SpamCop's own examples are of reports without age; here all are new (4), or 48 hours old (1). */
static const struct {
	int64_t unknown, rcpts;
	int hours_ago;
	int points, traps_48h; /* hundredths */
} traps[] = {
	{ 2, 2, 0, 3800, 190 },	   /* 1.9 beyond 5 %: times 5, times 4 */
	{ 2, 2, 72, 950, 0 },	   /* times 5, once */
	{ 10, 20, 0, 32400, 900 }, /* 9 squared, times 4 */
	{ 10, 20, 72, 8100, 0 },   /* squared, once */
	{ 10, 20, 24, 20250, 900 },
	{ 10, 20, 200, 0, 0 },
	{ 10, 400, 0, 0, 0 }, /* not beyond the usual */
	{ 0, 400, 0, 0, 0 },
};

static void
test_trap_points(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof traps / sizeof traps[0]; i++) {
		struct aggregate *a = aggregate_new();
		struct hour_of_host hour = { NIGHT, a, NULL };
		struct host_record out;
		struct arena arena;
		/* the age is that of the middle of the hour */
		int64_t now = NIGHT + PTIME_HOUR / 2 + traps[i].hours_ago * PTIME_HOUR;

		arena_init(&arena, 8u << 20);
		add_unknown(a, traps[i].unknown, traps[i].rcpts);
		judge(&hour, 1, now, &arena, &out);
		if (lround(seen[NUMBER_trap_points] * 100) != traps[i].points ||
			lround(seen[NUMBER_traps_48h] * 100) != traps[i].traps_48h)
			fail_msg("row %zu: %g points, %g in 48 h", i, seen[NUMBER_trap_points],
				seen[NUMBER_traps_48h]);
		assert_int_equal((int)seen[NUMBER_neighbours_24], 3);
		assert_int_equal((int)seen[NUMBER_neighbours_all], 7);
		assert_int_equal((int)seen[NUMBER_active_hours], 1);
		assert_int_equal((int)seen[SUM_rcpts], (int)traps[i].rcpts);
		arena_release(&arena);
		aggregate_free(a);
	}
}

/* A look-up did not find it: less likely, for a day. */
static void
test_cleared(void **state)
{
	(void)state;
	for (int days = 0; days < 3; days += 2) {
		struct aggregate *a = aggregate_new();
		struct hour_of_host hour = { NIGHT, a, NULL };
		struct host_record out;
		struct arena arena;

		arena_init(&arena, 8u << 20);
		aggregate_name(a, NAMES_cleared, SLICE("X"), NIGHT + PTIME_SECOND);
		judge(&hour, 1, NIGHT + PTIME_HOUR + days * PTIME_DAY, &arena, &out);
		assert_int_equal(out.lists_count, 1);
		assert_int_equal(in_thousandths(out.lists[0].predicted), 47);
		assert_int_equal(in_thousandths(out.lists[0].probability), days == 0 ? 5 : 47);
		assert_int_equal(out.lists[0].why_count, days == 0 ? 1 : 0);
		arena_release(&arena);
		aggregate_free(a);
	}
}

/* Without rules nothing is predicted, and what servers say stands. */
static void
test_no_rules(void **state)
{
	static struct tale t;
	struct verdict_config config = verdict_config_default();
	struct aggregate *a = aggregate_new();
	struct hour_of_host hour = { NIGHT, a, NULL };
	const struct verdict_input in = {
		.ip = an_addr(THE_HOST), .hours = &hour, .hours_count = 1, .now = NIGHT + PTIME_HOUR
	};
	struct host_record out;

	(void)state;
	tale_begin(&t);
	tell_refused(&t, SERVER_A, REPLY_LISTED, "SpamCop", BLOCKED);
	tell_spam(&t, 6);
	for (size_t i = 0; i < t.count; i++)
		count_event(a, &t.events[i]);
	verdict_host(&config, &in, &t.arena, &out);
	assert_int_equal(out.lists_count, 1);
	assert_string_equal(out.lists[0].list, "SpamCop");
	assert_int_equal(out.verdict, VERDICT_LISTED);
	aggregate_free(a);
	arena_release(&t.arena);
}

/* No sum of thousandths has a probability so near to the border of two rounded ones that the last
 * digit of exp() could decide. */
static void
test_rounding(void **state)
{
	(void)state;
	for (int odds = -40000; odds <= 40000; odds++) {
		double scaled = 1000 / (1 + exp((double)-odds / 1000));
		double from_border = fabs(scaled - floor(scaled) - 0.5);

		if (from_border < 1e-7)
			fail_msg("%d: %.12f", odds, scaled);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quiet_host),
		cmocka_unit_test(test_reasons_and_changes),
		cmocka_unit_test(test_two_reasons),
		cmocka_unit_test(test_named_by_servers),
		cmocka_unit_test(test_wider_name),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_trap_points),
		cmocka_unit_test(test_cleared),
		cmocka_unit_test(test_no_rules),
		cmocka_unit_test(test_rounding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
