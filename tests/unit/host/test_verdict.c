/* The words: what a verdict is, since when, what it rests on. */
#include "story.h"

#include <math.h>

#include "sensor/host/facts.h"

static void
test_the_night_of_2008(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 12; i++) {
		struct mail_record *m = tell_plain(
			&t, SERVER_A, "root@osg-ce.grid.example.edu", "boss@grid.example.org", 1.5);

		a_label(&t, m, "batch");
	}
	t.now += PTIME_HOUR;
	for (int i = 0; i < 60; i++)
		tell_php_mail(&t, "33:contact.php", i, 7);
	t.now += PTIME_HOUR;
	for (int i = 0; i < 37; i++)
		tell_listed_reply(
			&t, numbered(&t, "203.0.113.%d", i % 4 + 1), "Spamhaus ZEN", THE_HOST);
	tale_end(&t);
	assert_verdict(&t, VERDICT_LISTED);
	assert_first_cause(&t, CAUSE_WEB_FORM);
	assert_said(&t, "Listed by Spamhaus ZEN (37 refusals by 4 servers) since 2008-06-12 02:00 "
			"UTC; it seems to be an "
			"abused web form");
	assert_said(&t, "37 refusals by 4 servers");
	assert_said(&t, "ask Spamhaus ZEN for removal: https://check.spamhaus.org/");
	assert_said(&t, "iptables -I FORWARD -s 200.136.80.4 ");
	assert_int_equal(t.host.listings_count, 1);
	assert_int_equal(t.host.listings[0].count, 37);
	assert_int_equal(t.host.listings[0].until, 0);
	assert_int_equal(t.host.verdict_since, NIGHT + 2 * PTIME_HOUR);
	tale_over(&t);
}

static void
test_one_refusal_is_enough(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	t.now += 17 * 60 * PTIME_SECOND;
	tell_listed_reply(&t, SERVER_A, "SpamCop", NULL);
	tale_end(&t);
	assert_verdict(&t, VERDICT_LISTED);
	/* the first packet, not the beginning of its hour */
	assert_true(t.host.first > ptime_hour(t.host.first));
	assert_int_equal(t.host.verdict_since, t.host.first);
	assert_string_equal(t.host.lists[0].list, "SpamCop");
	tale_over(&t);
}

static void
test_greeting_names_a_list(void **state)
{
	static struct tale t;
	struct session_record *s;

	(void)state;
	tale_begin(&t);
	s = a_session(&t, SERVER_A);
	s->helo_name = "";
	a_reply(&t, s, "greeting", REPLY_LISTED, "Barracuda",
		"554 blocked using b.barracudacentral.org");
	tell_session(&t, s);
	tale_end(&t);
	assert_verdict(&t, VERDICT_LISTED);
	assert_said(&t, "1 refusal by 1 server that names Barracuda");
	tale_over(&t);
}

/* Each must not be listed: somebody else's address, a list of domains, a list of neighbours, a list
 * without a name. */
static const struct {
	const char *list, *quoted;
	enum reply_class class;
	enum verdict want;
} not_listed[] = {
	{ "Spamhaus ZEN", "192.0.2.99", REPLY_LISTED, VERDICT_UNKNOWN },
	{ "Spamhaus DBL", NULL, REPLY_LISTED, VERDICT_UNKNOWN },
	{ "SURBL", NULL, REPLY_CONTENT_SPAM, VERDICT_UNKNOWN },
	{ "UCEPROTECT L3", THE_HOST, REPLY_LISTED, VERDICT_WATCH },
	{ "", THE_HOST, REPLY_LISTED, VERDICT_THROTTLED },
	{ "unnamed", THE_HOST, REPLY_LISTED, VERDICT_THROTTLED },
	{ "Microsoft S3140", NULL, REPLY_PRIVATE_REPUTATION, VERDICT_THROTTLED },
};

static void
test_not_listed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof not_listed / sizeof not_listed[0]; i++) {
		static struct tale t;
		struct session_record *s;
		struct reply *r;

		print_message("%s %s\n", not_listed[i].list,
			not_listed[i].quoted != NULL ? not_listed[i].quoted : "-");
		tale_begin(&t);
		s = a_session(&t, SERVER_A);
		r = a_reply(&t, s, "MAIL", not_listed[i].class, not_listed[i].list, "550 refused");
		if (not_listed[i].quoted != NULL)
			r->quoted = an_addr(not_listed[i].quoted);
		tell_session(&t, s);
		tale_end(&t);
		if (not_listed[i].class == REPLY_CONTENT_SPAM)
			assert_int_not_equal(t.host.verdict, VERDICT_LISTED);
		else
			assert_verdict(&t, not_listed[i].want);
		tale_over(&t);
	}
}

static void
test_accepted_again(void **state)
{
	static struct tale t;
	int64_t again;

	(void)state;
	tale_begin(&t);
	tell_listed_reply(&t, SERVER_A, "Spamhaus XBL", THE_HOST);
	t.now += 5 * PTIME_HOUR;
	tell_plain(
		&t, SERVER_B, "a@grid.example.edu", "b@example.net", 0); /* never used the list */
	t.now += 5 * PTIME_HOUR;
	for (int i = 0; i < 5; i++)
		tell_plain(&t, SERVER_A, "a@grid.example.edu", "b@example.org", 0);
	again = t.now - 4 * PTIME_SECOND + PTIME_SECOND / 2;
	tale_end(&t);
	assert_verdict(&t, VERDICT_WATCH);
	assert_int_equal(t.host.listings_count, 1);
	assert_int_equal(t.host.listings[0].until, again);
	assert_said(&t, "Spamhaus XBL named it from 2008-06-12 00:00 UTC to 2008-06-12 10:00 UTC");
	tale_over(&t);
}

static void
test_listed_twice(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	tell_listed_reply(&t, SERVER_A, "Spamhaus XBL", THE_HOST);
	t.now += 2 * PTIME_HOUR;
	tell_plain(&t, SERVER_A, "a@grid.example.edu", "b@example.org", 0);
	t.now += 2 * PTIME_HOUR;
	tell_listed_reply(&t, SERVER_A, "Spamhaus XBL", THE_HOST);
	tale_end(&t);
	assert_verdict(&t, VERDICT_LISTED);
	assert_int_equal(t.host.listings_count, 2);
	assert_true(t.host.listings[0].until > 0 && t.host.listings[1].until == 0);
	assert_int_equal(t.host.verdict_since, NIGHT + 4 * PTIME_HOUR);
	tale_over(&t);
}

static void
test_listing_lapses(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	tell_listed_reply(&t, SERVER_A, "SpamCop", THE_HOST);
	t.now += 3 * PTIME_DAY; /* SpamCop lets go a day after the last report */
	tale_end(&t);
	assert_verdict(&t, VERDICT_WATCH);
	assert_true(t.host.listings[0].until > 0);
	tale_over(&t);
}

static void
test_window_ends(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	tell_listed_reply(&t, SERVER_A, "Backscatterer", THE_HOST);
	t.now += 9 * PTIME_DAY;
	tale_end(&t);
	assert_verdict(&t, VERDICT_UNKNOWN);
	assert_non_null(strstr(t.host.summary, "Nothing was seen of it in the 7 days before "));
	assert_int_equal(t.host.listings_count, 0);
	tale_over(&t);
}

static void
test_encrypted_only(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 200; i++) {
		struct session_record *s = a_session(&t, SERVER_A);

		s->tls.used = true;
		s->visibility = VISIBILITY_FLOW;
		tell_session(&t, s);
	}
	for (int i = 0; i < 5; i++)
		tell_plain(&t, SERVER_B, "u@grid.example.edu", "x@example.org", 0);
	tale_end(&t);
	assert_verdict(&t, VERDICT_UNKNOWN);
	assert_said(&t, "encrypted sessions 200 of 205");
	tale_over(&t);
}

static void
test_little_seen(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	tell_plain(&t, SERVER_B, "u@grid.example.edu", "x@example.org", 0);
	tale_end(&t);
	assert_verdict(&t, VERDICT_UNKNOWN);
	tale_over(&t);
}

static void
test_nothing_seen(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	tale_end(&t);
	assert_verdict(&t, VERDICT_UNKNOWN);
	assert_int_equal(t.host.verdict_since, 0);
	tale_over(&t);
}

/* Hostile names: long, with percent signs and quotes; no sentence grows beyond its bound, no
 * command carries them. */
static void
test_hostile_script_name(void **state)
{
	static struct tale t;
	static char name[4000];

	(void)state;
	memset(name, 'A', sizeof name - 1);
	memcpy(name, "33:%s%n$(reboot)'\";", 19);
	tale_begin(&t);
	for (int i = 0; i < 50; i++)
		tell_php_mail(&t, name, i, 9);
	tale_end(&t);
	for (size_t i = 0; i < t.host.causes_count; i++) {
		for (size_t k = 0; k < t.host.causes[i].evidence_count; k++)
			assert_true(strlen(t.host.causes[i].evidence[k]) < 400);
	}
	for (size_t i = 0; i < t.host.advice_count; i++)
		assert_null(strstr(t.host.advice[i].command, "reboot"));
	tale_over(&t);
}

/* An IPv6 host gets rules of its family, and only those. */
static void
test_rules_by_family(void **state)
{
	static struct tale t;
	struct verdict_config config = verdict_config_default();
	struct hour_of_host hour = { NIGHT, NULL, NULL };
	struct aggregate *a;
	const char *words;

	(void)state;
	tale_begin(&t);
	config.lists = repository_lists();
	for (int i = 0; i < 20; i++)
		tell_plain(&t, SERVER_A, numbered(&t, "u%d@x.example", i),
			numbered(&t, "x@v%d.example", i), 9);
	a = count_in_order(&t, NIGHT);
	hour.aggregate = a;
	verdict_host(&config,
		&(struct verdict_input){ .ip = an_addr("2001:db8::4"),
			.hours = &hour,
			.hours_count = 1,
			.now = t.now },
		&t.arena, &t.host);
	words = all_words(&t, &t.host);
	assert_non_null(strstr(words, "forward ip6 saddr 2001:db8::4 tcp"));
	assert_non_null(strstr(words, "ip6tables -I FORWARD -s 2001:db8::4 "));
	assert_null(strstr(words, " iptables "));
	assert_null(strstr(words, "ip saddr"));
	aggregate_free(a);
	tale_over(&t);
}

/* Most sessions under TLS, and something to worry about: watched, never clean. */
static void
test_encrypted_is_never_clean(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 60; i++)
		tell_encrypted(&t, SERVER_A, 1, 0);
	for (int i = 0; i < 50; i++)
		tell_plain(&t, SERVER_B, "u@grid.example.edu", "x@example.org", 0);
	tale_end(&t);
	assert_verdict(&t, VERDICT_UNKNOWN);
	assert_int_equal(t.host.visibility, VISIBILITY_FLOW);
	tale_over(&t);
}

static void
test_rests_on_flows(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 30; i++)
		tell_encrypted(&t, far_server(&t, i % 4), i % 3 == 0, 1);
	tale_end(&t);
	assert_verdict(&t, VERDICT_WATCH);
	assert_int_equal(t.host.visibility, VISIBILITY_FLOW);
	assert_said(&t, "30 of 40 tries whose content nobody saw were refused");
	assert_said(&t, "30 refusals were in encrypted sessions, by the length of what was said");
	tale_over(&t);
}

/* One server may word its acceptances as others word refusals: lengths tell nothing then. */
static void
test_one_server_misread(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 40; i++)
		tell_encrypted(&t, SERVER_A, 0, 2);
	tale_end(&t);
	assert_verdict(&t, VERDICT_UNKNOWN);
	assert_int_equal(t.host.causes_count, 0);
	tale_over(&t);
}

static void
test_rests_on_content(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 5; i++)
		tell_plain(&t, SERVER_A, "u@grid.example.edu", "x@example.org", 8);
	tale_end(&t);
	assert_verdict(&t, VERDICT_LIKELY);
	assert_int_equal(t.host.visibility, VISIBILITY_CONTENT);
	tale_over(&t);
}

/* A thousand good mails do not buy fifty bad ones. */
static void
test_turns_bad(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 1000; i++) {
		tell_plain(&t, SERVER_A, numbered(&t, "u%d@grid.example.edu", i % 30),
			numbered(&t, "x@d%d.example", i % 9), 0.3);
		t.now += 5 * 60 * PTIME_SECOND;
	}
	t.now = (t.now / PTIME_HOUR + 1) * PTIME_HOUR;
	for (int i = 0; i < 50; i++)
		tell_plain(&t, SERVER_A, numbered(&t, "u%d@grid.example.edu", i),
			numbered(&t, "x@d%d.example", i % 9), 7);
	tale_end(&t);
	assert_verdict(&t, VERDICT_LIKELY);
	assert_int_equal(t.host.verdict_since, ptime_hour(t.now));
	assert_said(&t, " 50 of 50 mails scored 5.0 or more");
	tale_over(&t);
}

/* The sentence: what, by whom, since when, why. */
static void
test_summary(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 60; i++)
		tell_php_mail(&t, "33:contact.php", i, 8.5);
	tale_end(&t);
	/* which list, and how likely, is for the rules to say */
	assert_memory_equal(t.host.summary, "About to be listed by ", 22);
	assert_non_null(strstr(t.host.summary,
		" since 2008-06-12 00:00 UTC; it seems to be an abused web form (web-form): 60 of "
		"60 mails by PHP went to others than their To field says"));
	tale_over(&t);
}

/* ---- Wald's arithmetic ---- */

static void
assert_near(double value, double want)
{
	if (fabs(value - want) > 1e-5)
		fail_msg("%.6f, not %.6f", value, want);
}

static void
test_four_in_a_row(void **state)
{
	const struct verdict_config c = verdict_config_default();

	(void)state;
	assert_near(facts_upper(&c.content), 4.59512);	      /* ln(0.99 / 0.01) */
	assert_near(facts_lower(&c.content), -4.59512);	      /* ln(0.01 / 0.99) */
	assert_near(facts_ratio(&c.content, 1, 1), 1.50408);  /* ln(0.9 / 0.2) */
	assert_near(facts_ratio(&c.content, 0, 1), -2.07944); /* ln(0.1 / 0.8) */
	assert_true(facts_ratio(&c.content, 4, 4) >= facts_upper(&c.content));
	assert_true(facts_ratio(&c.content, 3, 3) < facts_upper(&c.content));
	assert_true(facts_ratio(&c.content, 0, 3) <= facts_lower(&c.content));
	assert_true(facts_ratio(&c.content, 0, 2) > facts_lower(&c.content));
	/* one good mail among them costs two more bad ones */
	assert_true(facts_ratio(&c.content, 4, 5) < facts_upper(&c.content));
	assert_true(facts_ratio(&c.content, 5, 6) >= facts_upper(&c.content));
	/* the gentler one: ten refusals of ten, and of fourteen; a quarter is nothing */
	assert_true(facts_ratio(&c.refusals, 10, 10) >= facts_upper(&c.refusals));
	assert_true(facts_ratio(&c.refusals, 10, 14) >= facts_upper(&c.refusals));
	assert_true(facts_ratio(&c.refusals, 25, 100) < 0);
	/* order does not matter: sums of parts are the ratio of the whole */
	assert_near(facts_ratio(&c.content, 7, 20),
		facts_ratio(&c.content, 5, 8) + facts_ratio(&c.content, 2, 12));
}

static void
test_parameters_are_used(void **state)
{
	static struct tale t;

	(void)state;
	for (int round = 0; round < 2; round++) {
		tale_begin(&t);
		if (round == 1)
			t.config.content.alpha = 1e-9; /* bound 20.7: fourteen in a row */
		for (int i = 0; i < 6; i++)
			tell_plain(&t, SERVER_A, "u@grid.example.edu", "x@example.org", 8);
		tale_end(&t);
		assert_verdict(&t, round == 0 ? VERDICT_LIKELY : VERDICT_WATCH);
		tale_over(&t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_night_of_2008),
		cmocka_unit_test(test_one_refusal_is_enough),
		cmocka_unit_test(test_greeting_names_a_list),
		cmocka_unit_test(test_not_listed),
		cmocka_unit_test(test_accepted_again),
		cmocka_unit_test(test_listed_twice),
		cmocka_unit_test(test_listing_lapses),
		cmocka_unit_test(test_window_ends),
		cmocka_unit_test(test_encrypted_only),
		cmocka_unit_test(test_little_seen),
		cmocka_unit_test(test_nothing_seen),
		cmocka_unit_test(test_hostile_script_name),
		cmocka_unit_test(test_rules_by_family),
		cmocka_unit_test(test_encrypted_is_never_clean),
		cmocka_unit_test(test_rests_on_flows),
		cmocka_unit_test(test_one_server_misread),
		cmocka_unit_test(test_rests_on_content),
		cmocka_unit_test(test_turns_bad),
		cmocka_unit_test(test_summary),
		cmocka_unit_test(test_four_in_a_row),
		cmocka_unit_test(test_parameters_are_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
