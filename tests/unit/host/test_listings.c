/* The time line of listings: when each begins, who says so, and what ends it; and what is known of
 * the lists by name. */
#include "tale.h"

#include "sensor/host/aggregate_fields.h"
#include "sensor/host/traits.h"

#define SERVER_A "192.0.2.25"
#define SERVER_B "198.51.100.25"
#define MINUTE (60 * PTIME_SECOND)
#define REFUSED "554 5.7.1 refused, says the server"

static void
tell_accepted(struct tale *t, const char *server)
{
	tell_plain(t, server, "a@grid.example.edu", "b@example.org", 0);
}

static void
check(struct tale *t, size_t i, enum listing_kind kind, const char *list, const char *ended_by)
{
	const struct listing *l = &t->host.listings[i];

	assert_true(i < t->host.listings_count);
	assert_int_equal(l->kind, kind);
	assert_string_equal(l->list, list);
	if (strncmp(l->ended_by, ended_by, strlen(ended_by)) != 0 ||
		(ended_by[0] == '\0') != (l->ended_by[0] == '\0'))
		fail_msg("%s ended by '%s' instead of '%s'", list, l->ended_by, ended_by);
	assert_int_equal(l->until == 0, ended_by[0] == '\0');
}

/* ---- how long a mention holds ---- */

static const struct {
	const char *list;
	enum reply_class class;
	int hours; /* until it lapses */
	const char *ended_by;
} rules[] = {
	{ "Spamhaus CSS", REPLY_LISTED, 48, "expired: 48 h after the last spam" },
	{ "SpamCop", REPLY_LISTED, 24, "expired: 24 h after the last report" },
	{ "UCEPROTECT L1", REPLY_LISTED, 168, "expired: 7 days after the last abuse" },
	{ "Abusix", REPLY_LISTED, 125, "expired: 5.2 days after it was last seen" },
	{ "blocklist.de", REPLY_LISTED, 48, "expired: 48 h after the last attack" },
	{ "Backscatterer", REPLY_LISTED, 28 * 24, "expired: 4 weeks after the last bounce" },
	{ "Spamhaus XBL", REPLY_LISTED, 168, "not named for 7 days" },
	{ "Microsoft S3140", REPLY_PRIVATE_REPUTATION, 168, "not named for 7 days" },
	{ "GoDaddy", REPLY_PRIVATE_REPUTATION, 24, "expired: an hour to a day" },
	{ "Gmail", REPLY_PRIVATE_REPUTATION, 168, "not named for 7 days" },
	{ "Yahoo", REPLY_RATE_LIMITED, 24, "expired: a day after the last time" },
	{ "bl.example.net", REPLY_LISTED, 168, "not named for 7 days" },
};

/* An hour before the rule's end it is in force, an hour behind it is over. */
static void
test_each_list_lapses_by_its_rule(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		static struct tale t;
		int64_t last;

		print_message("%s\n", rules[i].list);
		for (int over = 0; over < 2; over++) {
			tale_begin(&t);
			tell_refused(&t, SERVER_A, rules[i].class, rules[i].list, REFUSED);
			last = t.now + PTIME_SECOND / 2;
			t.now += (rules[i].hours + (over ? 1 : -1)) * PTIME_HOUR;
			t.window = 40 * PTIME_DAY;
			tale_end(&t);
			assert_int_equal(t.host.listings_count, 1);
			check(&t, 0, t.host.listings[0].kind, rules[i].list,
				over ? rules[i].ended_by : "");
			assert_int_equal(t.host.listings[0].last, last);
			if (over)
				assert_int_equal(t.host.listings[0].until,
					last + rules[i].hours * PTIME_HOUR);
			tale_over(&t);
		}
	}
}

/* CSS counts from the last spam, not from the last refusal. */
static void
test_spam_keeps_it_alive(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	tell_refused(&t, SERVER_A, REPLY_LISTED, "Spamhaus CSS", REFUSED);
	t.now += 40 * PTIME_HOUR;
	for (int i = 0; i < 10; i++)
		tell_plain(&t, SERVER_B, "a@grid.example.edu", "b@example.org", 9);
	t.now += 40 * PTIME_HOUR;
	tale_end(&t);
	check(&t, 0, LISTING_PUBLIC, "Spamhaus CSS", "");
	tale_over(&t);
}

/* ---- kinds ---- */

static void
test_kinds_stand_apart(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	tell_refused(&t, SERVER_A, REPLY_LISTED, "SpamCop", REFUSED);
	tell_refused(&t, SERVER_A, REPLY_PRIVATE_REPUTATION, "Microsoft S3140", REFUSED);
	tell_refused(&t, SERVER_B, REPLY_RATE_LIMITED, "Yahoo", REFUSED);
	tell_refused(&t, SERVER_B, REPLY_LISTED, "unnamed", REFUSED);
	tell_refused(&t, SERVER_B, REPLY_LISTED, "Spamhaus DBL", REFUSED);
	tell_refused(&t, SERVER_B, REPLY_GREYLISTED, "Gmail", REFUSED);
	tale_end(&t);
	assert_int_equal(t.host.listings_count, 4);
	check(&t, 0, LISTING_PUBLIC, "SpamCop", "");
	check(&t, 1, LISTING_REPUTATION, "Microsoft S3140", "");
	check(&t, 2, LISTING_THROTTLE, "Yahoo", "");
	check(&t, 3, LISTING_REPUTATION, "unnamed", "");
	assert_verdict(&t, VERDICT_LISTED);
	assert_null(strstr(t.host.summary, "Microsoft"));
	tale_over(&t);
}

static void
test_a_reputation_is_no_listing(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 5; i++)
		tell_refused(&t, SERVER_A, REPLY_PRIVATE_REPUTATION, "Microsoft S3140", REFUSED);
	tale_end(&t);
	assert_verdict(&t, VERDICT_THROTTLED);
	check(&t, 0, LISTING_REPUTATION, "Microsoft S3140", "");
	assert_int_equal(t.host.listings[0].count, 5);
	tale_over(&t);
}

/* A list that answers no more: the receiver's configuration is stale. */
static void
test_closed_lists(void **state)
{
	static const char *const closed[] = { "SORBS", "NiX Spam", "NJABL", "AHBL" };

	(void)state;
	for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++) {
		static struct tale t;

		tale_begin(&t);
		tell_refused(&t, SERVER_A, REPLY_LISTED, closed[i], REFUSED);
		tale_end(&t);
		assert_true(t.host.verdict == VERDICT_UNKNOWN || t.host.verdict == VERDICT_WATCH);
		check(&t, 0, LISTING_PUBLIC, closed[i], "no listing: ");
		assert_non_null(strstr(t.host.listings[0].ended_by, " was closed in "));
		tale_over(&t);
	}
}

/* ---- ends ---- */

static void
test_every_server_is_named(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	tell_refused(&t, "203.0.113.200", REPLY_LISTED, "SpamCop", REFUSED);
	tell_refused(&t, "203.0.113.9", REPLY_LISTED, "SpamCop", REFUSED);
	t.now += 2 * PTIME_HOUR;
	tell_refused(&t, "2001:db8::25", REPLY_LISTED, "SpamCop", REFUSED);
	tale_end(&t);
	assert_int_equal(t.host.listings_count, 1);
	assert_int_equal(t.host.listings[0].servers_count, 3);
	assert_string_equal(t.host.listings[0].servers[0], "203.0.113.9");
	assert_string_equal(t.host.listings[0].servers[1], "203.0.113.200");
	assert_string_equal(t.host.listings[0].servers[2], "2001:db8::25");
	assert_string_equal(t.host.listings[0].reply, "554 5.7.1 refused, says the server");
	assert_true(addr_eq(t.host.listings[0].server, an_addr("203.0.113.200")));
	assert_int_equal(t.host.listings[0].count, 3);
	tale_over(&t);
}

static void
test_servers_are_bounded(void **state)
{
	static struct tale t;
	char server[32];

	(void)state;
	tale_begin(&t);
	for (int i = 1; i < 200; i++) {
		snprintf(server, sizeof server, "203.0.113.%d", i);
		tell_refused(&t, server, REPLY_LISTED, "SpamCop", REFUSED);
	}
	tale_end(&t);
	assert_int_equal(t.host.listings[0].servers_count, LIMIT_HOST_NAMES);
	assert_int_equal(t.host.listings[0].count, 199);
	tale_over(&t);
}

static void
test_accepted_again_says_by_whom(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	tell_refused(&t, SERVER_A, REPLY_LISTED, "Spamhaus XBL", REFUSED);
	tell_refused(&t, SERVER_A, REPLY_RATE_LIMITED, "Yahoo", REFUSED);
	t.now += 5 * MINUTE;
	tell_accepted(&t, SERVER_B); /* never named it */
	t.now += 5 * MINUTE;
	tell_accepted(&t, SERVER_A);
	tale_end(&t);
	check(&t, 0, LISTING_PUBLIC, "Spamhaus XBL", "accepted by " SERVER_A);
	check(&t, 1, LISTING_THROTTLE, "Yahoo", "accepted by " SERVER_A);
	assert_int_equal(t.host.listings[0].until, t.now + PTIME_SECOND / 2);
	tale_over(&t);
}

/* Refused and accepted in turn, within the minute: it is on the list all the time, across the edge
 * of an hour too. */
static void
test_in_the_same_minute(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	t.now += 55 * MINUTE;
	for (int i = 0; i < 20; i++) {
		tell_refused(&t, SERVER_A, REPLY_LISTED, "Spamhaus XBL", REFUSED);
		t.now += 10 * PTIME_SECOND;
		tell_accepted(&t, SERVER_A);
		t.now += 20 * PTIME_SECOND;
	}
	tale_end(&t);
	assert_int_equal(t.host.listings_count, 1);
	assert_int_equal(t.host.listings[0].count, 20);
	check(&t, 0, LISTING_PUBLIC, "Spamhaus XBL", "");
	assert_verdict(&t, VERDICT_LISTED);
	tale_over(&t);
}

/* On, off and on again: two entries, each with its own server and count. */
static void
test_a_restart_is_a_new_entry(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	tell_refused(&t, SERVER_A, REPLY_LISTED, "SpamCop", REFUSED);
	t.now += 3 * PTIME_HOUR;
	tell_accepted(&t, SERVER_A);
	t.now += 3 * PTIME_HOUR;
	tell_refused(&t, SERVER_B, REPLY_LISTED, "SpamCop", REFUSED);
	tell_refused(&t, SERVER_B, REPLY_LISTED, "SpamCop", REFUSED);
	t.now += 30 * PTIME_HOUR;
	tell_refused(&t, SERVER_B, REPLY_LISTED, "SpamCop", REFUSED);
	tale_end(&t);
	assert_int_equal(t.host.listings_count, 3);
	check(&t, 0, LISTING_PUBLIC, "SpamCop", "accepted by " SERVER_A);
	check(&t, 1, LISTING_PUBLIC, "SpamCop", "expired: 24 h");
	check(&t, 2, LISTING_PUBLIC, "SpamCop", "");
	assert_int_equal(t.host.listings[1].count, 2);
	assert_int_equal(t.host.listings[1].servers_count, 1);
	assert_string_equal(t.host.listings[1].servers[0], SERVER_B);
	tale_over(&t);
}

/* ---- what a look-up says ---- */

static const struct {
	const char *listed, *cleared;
	bool ends;
} cleared[] = {
	{ "Spamhaus XBL", "Spamhaus XBL", true },
	{ "Spamhaus XBL", "Spamhaus ZEN", true },
	{ "Spamhaus ZEN", "Spamhaus XBL", false },
	{ "SpamCop", "Spamhaus ZEN", false },
};

static void
test_a_look_up_ends_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cleared / sizeof cleared[0]; i++) {
		static struct tale t;
		const struct verdict_config config = verdict_config_default();
		struct aggregate *a;
		struct hour_of_host hour = { NIGHT, NULL, NULL };

		print_message("%s %s\n", cleared[i].listed, cleared[i].cleared);
		tale_begin(&t);
		tell_refused(&t, SERVER_A, REPLY_LISTED, cleared[i].listed, REFUSED);
		a = count_in_order(&t, NIGHT);
		aggregate_name(
			a, NAMES_cleared, slice_str(cleared[i].cleared), NIGHT + 30 * MINUTE);
		hour.aggregate = a;
		verdict_host(&config,
			&(struct verdict_input){ .ip = an_addr(THE_HOST),
				.hours = &hour,
				.hours_count = 1,
				.now = NIGHT + PTIME_HOUR },
			&t.arena, &t.host);
		check(&t, 0, LISTING_PUBLIC, cleared[i].listed,
			cleared[i].ends ? "a look-up found it clear" : "");
		aggregate_free(a);
		tale_over(&t);
	}
}

/* A look-up that finds it is a listing that no server named; one that does not ends it. */
static void
test_a_look_up_begins_it(void **state)
{
	static struct tale t;
	const struct verdict_config config = verdict_config_default();
	struct aggregate *a = aggregate_new();
	const struct hour_of_host hour = { NIGHT, a, NULL };
	struct lookup_result result = { .host = an_addr(THE_HOST),
		.list = "PSBL",
		.zone = "psbl.surriel.com",
		.codes = "127.0.0.2",
		.answer = LOOKUP_LISTED,
		.time = NIGHT + MINUTE };

	(void)state;
	tale_begin(&t);
	aggregate_lookup(a, &result);
	for (int over = 0; over < 2; over++) {
		verdict_host(&config,
			&(struct verdict_input){ .ip = an_addr(THE_HOST),
				.hours = &hour,
				.hours_count = 1,
				.now = NIGHT + PTIME_HOUR },
			&t.arena, &t.host);
		assert_int_equal(t.host.listings_count, 1);
		check(&t, 0, LISTING_PUBLIC, "PSBL", over ? "a look-up found it clear" : "");
		assert_int_equal(t.host.listings[0].servers_count, 0);
		assert_int_equal(t.host.listings[0].server.family, ADDR_NONE);
		assert_non_null(strstr(t.host.listings[0].reply, "127.0.0.2"));
		result.answer = LOOKUP_CLEAR;
		result.time += 30 * MINUTE;
		aggregate_lookup(a, &result);
	}
	aggregate_free(a);
	tale_over(&t);
}

/* ---- lists by name ---- */

static char *
file_text(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = calloc(1, 1 << 20);

	assert_non_null(file);
	assert_non_null(text);
	assert_true(fread(text, 1, (1 << 20) - 1, file) > 1000);
	fclose(file);
	return text;
}

/* Each list that replies are searched for has a row here on purpose: what stands last in each row
 * of the table of names. */
static void
test_each_list_in_replies_is_known(void **state)
{
	char *text = file_text(SOURCE_DIR "/sensor/smtp/reply_lists.c");
	char *end = strstr(text, "const operators[]"), name[64];
	int count = 0;

	(void)state;
	assert_non_null(end);
	for (const char *at = text; (at = strstr(at, "\", \"")) != NULL && at < end; at += 4) {
		size_t len = strcspn(at + 4, "\"");

		snprintf(name, sizeof name, "%.*s", (int)len, at + 4);
		count++;
		if (!traits_known(name))
			fail_msg("%s has no row in traits.c", name);
	}
	assert_true(count > 100);
	free(text);
}

/* And each provider: the second field of a row of marks. */
static void
test_each_provider_in_replies_is_known(void **state)
{
	char *text = file_text(SOURCE_DIR "/sensor/smtp/reply_marks.c"), name[64];
	int count = 0;

	(void)state;
	for (const char *at = text; (at = strstr(at, "{ REPLY_")) != NULL; at++) {
		const char *quote = strchr(at, '"');
		size_t len = strcspn(quote + 1, "\"");

		snprintf(name, sizeof name, "%.*s", (int)len, quote + 1);
		if (len == 0)
			continue;
		count++;
		if (!traits_known(name))
			fail_msg("%s has no row in traits.c", name);
	}
	assert_true(count > 40);
	free(text);
}

/* Whoever calls his own list by another's name does not get that one's page. */
static void
test_names_that_only_look_alike(void **state)
{
	static const char *const names[] = { "", "unnamed", "spamcop.example.net",
		"Microsoft.example", "sorbs.example", "country.example", "recipient-list.example" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		assert_false(traits_known(names[i]));
		assert_int_equal(traits_of(names[i])->scope, SCOPE_HOST);
	}
	assert_int_equal(traits_of("Spamhaus ZEN")->scope, SCOPE_HOST);
	assert_int_equal(traits_of("UCEPROTECT L3")->scope, SCOPE_NETWORK);
	assert_int_equal(traits_of("Microsoft 365 customer block list")->scope, SCOPE_OTHER);
	assert_true(traits_is_list("PSBL"));
	assert_false(traits_is_list("SORBS"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_list_lapses_by_its_rule),
		cmocka_unit_test(test_spam_keeps_it_alive),
		cmocka_unit_test(test_kinds_stand_apart),
		cmocka_unit_test(test_a_reputation_is_no_listing),
		cmocka_unit_test(test_closed_lists),
		cmocka_unit_test(test_every_server_is_named),
		cmocka_unit_test(test_servers_are_bounded),
		cmocka_unit_test(test_accepted_again_says_by_whom),
		cmocka_unit_test(test_in_the_same_minute),
		cmocka_unit_test(test_a_restart_is_a_new_entry),
		cmocka_unit_test(test_a_look_up_ends_it),
		cmocka_unit_test(test_a_look_up_begins_it),
		cmocka_unit_test(test_each_list_in_replies_is_known),
		cmocka_unit_test(test_each_provider_in_replies_is_known),
		cmocka_unit_test(test_names_that_only_look_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
