/* Who is asked when: a resolver of our own answers, and time is made up. */
#include "unit/lookup/fixture.h"

#include "sensor/base/ptime.h"
#include "sensor/lookup/lookup.h"
#include "sensor/lookup/question.h"

#define SECOND PTIME_SECOND
#define START (INT64_C(1700000000) * SECOND)

struct world {
	struct lookup *l;
	struct counters counters;
	int64_t now;
	/* By the name that is asked: the answer; "?" = none comes. */
	struct {
		const char *name, *answer;
	} records[16];
	char log[65536]; /* questions */
	char said[8192]; /* results */
	char told[4096]; /* events */
	char zone[64];	 /* of the last result */
	struct {
		unsigned slot;
		const char *answer;
		bool due;
	} coming[LOOKUP_SLOTS];
};

static void __attribute__((format(printf, 3, 4)))
add(char *out, size_t size, const char *format, ...)
{
	size_t used = strlen(out);
	va_list args;

	va_start(args, format);
	vsnprintf(out + used, size - used, format, args);
	va_end(args);
}

static int
world_ask(void *ctx, unsigned slot, const char *name)
{
	struct world *w = ctx;

	add(w->log, sizeof w->log, "%s\n", name);
	w->coming[slot].answer = "";
	for (size_t i = 0; i < 16 && w->records[i].name != NULL; i++)
		if (strcmp(w->records[i].name, name) == 0)
			w->coming[slot].answer = w->records[i].answer;
	w->coming[slot].due = w->coming[slot].answer[0] != '-';
	return w->coming[slot].due ? 0 : -1;
}

static void
world_cancel(void *ctx, unsigned slot)
{
	struct world *w = ctx;
	w->coming[slot].due = false;
}

static void
world_result(void *ctx, const struct lookup_result *r)
{
	static const char *const words[] = { "clear", "listed", "error" };
	struct world *w = ctx;
	char host[ADDR_TEXT_MAX];

	add(w->said, sizeof w->said, "%s %s %s%s%s", addr_format(r->host, host), r->list,
		words[r->answer], r->codes[0] != '\0' ? " " : "", r->codes);
	if (r->predicted >= 0)
		add(w->said, sizeof w->said, " (%.2f)", r->predicted);
	add(w->said, sizeof w->said, "\n");
	snprintf(w->zone, sizeof w->zone, "%s", r->zone);
}

static void
world_event(void *ctx, const char *text)
{
	struct world *w = ctx;
	add(w->told, sizeof w->told, "%s\n", text);
}

static void
begin(struct world *w, const struct lookup_config *config)
{
	const struct lookup_calls calls = { w, world_ask, world_cancel, world_result, world_event };

	w->l = lookup_new(config, &calls, &w->counters);
	if (w->now == 0)
		w->now = START;
}

static void
want(struct world *w, const char *const *hosts)
{
	static const struct lookup_prediction predictions[] = { { "Spamhaus XBL", 0.75 },
		{ "A", 0.25 } };

	lookup_hosts_begin(w->l);
	for (; *hosts != NULL; hosts++) {
		struct lookup_host host = { addr_of(*hosts), VERDICT_WATCH, predictions, 2 };
		lookup_hosts_add(w->l, &host);
	}
	lookup_hosts_end(w->l, w->now);
}

/* Lets time pass; answers come at once. */
static void
pass(struct world *w, int64_t seconds)
{
	int64_t end = w->now + seconds * SECOND;

	while (w->now < end) {
		int64_t next = lookup_step(w->l, w->now);
		for (unsigned i = 0; i < LOOKUP_SLOTS; i++) {
			if (!w->coming[i].due || w->coming[i].answer[0] == '?')
				continue;
			struct dns_answer a = answer(w->coming[i].answer);
			w->coming[i].due = false;
			lookup_answered(w->l, i, &a, w->now);
		}
		w->now = next < end ? next : end;
	}
}

static size_t
lines(const char *text)
{
	size_t n = 0;
	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

static const struct lookup_zone one_zone[] = { { "A", "a.test" } };
static const struct lookup_config ordinary = { one_zone, 1, 60, PTIME_HOUR, false };
static const char *const one_host[] = { "200.136.80.4", NULL };

#define SOUND                                                                                      \
	{                                                                                          \
		"2.0.0.127.a.test", "127.0.0.2"                                                    \
	}

static void
a_listing(void **state)
{
	struct world w = { .records = { SOUND, { "4.80.136.200.a.test", "127.0.0.7" } } };

	(void)state;
	begin(&w, &ordinary);
	want(&w, one_host);
	pass(&w, 600);
	assert_string_equal(w.log, "1.0.0.127.a.test\n2.0.0.127.a.test\n4.80.136.200.a.test\n");
	assert_string_equal(w.said, "200.136.80.4 A listed 127.0.0.7 (0.25)\n");
	assert_string_equal(w.told, "");
	assert_int_equal(w.counters.value[COUNTER_lookups], 3);
	assert_true(lookup_done(w.l, w.now));
	/* The test is an hour old: it is made again before the listing is believed again. */
	w.log[0] = w.said[0] = '\0';
	pass(&w, 3100);
	assert_string_equal(w.log,
		"4.80.136.200.a.test\n1.0.0.127.a.test\n2.0.0.127.a.test\n4.80.136.200.a.test\n");
	assert_int_equal(lines(w.said), 1);
	lookup_free(w.l);
}

static void
several_lists_of_a_zone(void **state)
{
	static const struct lookup_zone zen[] = { { "Spamhaus ZEN", "zen.spamhaus.org" } };
	const struct lookup_config config = { zen, 1, 60, PTIME_HOUR, false };
	struct world w = { .records = { { "2.0.0.127.zen.spamhaus.org", "127.0.0.2 127.0.0.4" },
				   { "4.80.136.200.zen.spamhaus.org", "127.0.0.4 127.0.0.10" } } };

	(void)state;
	begin(&w, &config);
	want(&w, one_host);
	pass(&w, 60);
	assert_string_equal(w.said,
		"200.136.80.4 Spamhaus SBL clear\n200.136.80.4 Spamhaus CSS clear\n"
		"200.136.80.4 Spamhaus XBL listed 127.0.0.4 (0.75)\n"
		"200.136.80.4 Spamhaus DROP clear\n200.136.80.4 Spamhaus PBL listed 127.0.0.10\n");
	/* In none of them: not in the whole, either. */
	w.said[0] = '\0';
	w.records[1].answer = "";
	pass(&w, 3600);
	assert_int_equal(lines(w.said), 6);
	assert_non_null(strstr(w.said, "200.136.80.4 Spamhaus ZEN clear\n"));
	lookup_free(w.l);
}

/* The rules call it by another name than replies do. */
/* A customer's key is in the question, and nowhere else. */
static void
a_key(void **state)
{
	static const struct lookup_zone zen[] = { { "Spamhaus ZEN", "k3y.zen.dq.spamhaus.net" } };
	const struct lookup_config config = { zen, 1, 60, PTIME_HOUR, false };
	struct world w = { .records = { { "4.80.136.200.k3y.zen.dq.spamhaus.net", "127.0.0.4" } } };
	struct lookup_result before = { .host = addr_of("200.136.80.4"),
		.list = "Spamhaus XBL",
		.zone = "zen.dq.spamhaus.net",
		.codes = "" };

	(void)state;
	begin(&w, &config);
	assert_string_equal(lookup_zone_at(w.l, 0)->zone, "zen.dq.spamhaus.net");
	want(&w, one_host);
	pass(&w, 60);
	assert_string_equal(w.log,
		"1.0.0.127.k3y.zen.dq.spamhaus.net\n2.0.0.127.k3y.zen.dq.spamhaus.net\n"
		"4.80.136.200.k3y.zen.dq.spamhaus.net\n");
	assert_non_null(strstr(w.told, "(zen.dq.spamhaus.net) does not list"));
	assert_null(strstr(w.told, "k3y"));
	assert_string_equal(w.zone, "zen.dq.spamhaus.net");
	/* What was stored under that name is known again. */
	w.log[0] = '\0';
	before.time = w.now + PTIME_HOUR;
	lookup_known(w.l, &before);
	pass(&w, 3600);
	assert_string_equal(w.log, "");
	lookup_free(w.l);
}

static void
another_name(void **state)
{
	static const struct lookup_zone zone[] = { { "UCEPROTECT L1", "dnsbl-1.uceprotect.net" } };
	static const struct lookup_prediction prediction[] = { { "UCEPROTECT-1", 0.5 } };
	const struct lookup_config config = { zone, 1, 60, PTIME_HOUR, false };
	const struct lookup_host host = { addr_of("200.136.80.4"), VERDICT_WATCH, prediction, 1 };
	struct world w = { .records = { { "2.0.0.127.dnsbl-1.uceprotect.net", "127.0.0.2" } } };

	(void)state;
	begin(&w, &config);
	lookup_hosts_begin(w.l);
	lookup_hosts_add(w.l, &host);
	lookup_hosts_end(w.l, w.now);
	pass(&w, 60);
	assert_string_equal(w.said, "200.136.80.4 UCEPROTECT L1 clear (0.50)\n");
	lookup_free(w.l);
}

static void
a_list_of_the_world(void **state)
{
	struct world w = { .records = { SOUND, { "1.0.0.127.a.test", "127.0.0.2" },
				   { "4.80.136.200.a.test", "127.0.0.2" } } };

	(void)state;
	begin(&w, &ordinary);
	want(&w, one_host);
	pass(&w, 3000);
	assert_string_equal(w.said, "");
	assert_int_equal(lines(w.log), 1);
	assert_int_equal(lines(w.told), 1);
	assert_non_null(strstr(w.told, "lists the world"));
	/* It recovers, and is believed within the hour. */
	w.records[1].answer = "";
	pass(&w, 1200);
	assert_string_equal(w.said, "200.136.80.4 A listed 127.0.0.2 (0.25)\n");
	assert_non_null(strstr(w.told, "sound again"));
	lookup_free(w.l);
}

/* A zone that begins to list the world between two tests. */
static void
a_list_dies(void **state)
{
	struct world w = { .records = { SOUND, { "1.0.0.127.a.test", "" },
				   { "4.80.136.200.a.test", "" } } };

	(void)state;
	begin(&w, &ordinary);
	want(&w, one_host);
	pass(&w, 600);
	assert_string_equal(w.said, "200.136.80.4 A clear (0.25)\n");
	w.records[1].answer = w.records[2].answer = "127.0.0.2";
	pass(&w, 7200);
	assert_null(strstr(w.said, "listed"));
	assert_non_null(strstr(w.told, "lists the world"));
	lookup_free(w.l);
}

static void
an_emptied_list(void **state)
{
	struct world w = { .records = { { "4.80.136.201.a.test", "127.0.0.2" } } };

	(void)state;
	begin(&w, &ordinary);
	want(&w, (const char *const[]){ "200.136.80.4", "201.136.80.4", NULL });
	pass(&w, 600);
	assert_non_null(strstr(w.said, "200.136.80.4 A error not listed, and neither"));
	assert_non_null(strstr(w.said, "201.136.80.4 A listed"));
	assert_int_equal(lines(w.told), 1);
	lookup_free(w.l);
}

static void
errors_back_off(void **state)
{
	static const char *const errors[] = { "127.255.255.254", "!SERVFAIL", "!REFUSED",
		"203.0.113.80", "127.0.0.1", "?", "-" };

	(void)state;
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
		struct world w = { .records = { SOUND, { "4.80.136.200.a.test", errors[i] } } };

		begin(&w, &ordinary);
		want(&w, one_host);
		pass(&w, 3600);
		/* after 0, 1, 3, 7, 15, 31 minutes */
		if (lines(w.said) < 5 || lines(w.said) > 6 || strstr(w.said, "listed") != NULL)
			fail_msg("%s: %s", errors[i], w.said);
		assert_int_equal(w.counters.value[COUNTER_lookups_failed], lines(w.said));
		assert_non_null(strstr(w.told, "does not answer"));
		w.records[1].answer = "127.0.0.2";
		pass(&w, 7200);
		assert_non_null(strstr(w.said, "listed 127.0.0.2"));
		assert_non_null(strstr(w.told, "answers again"));
		lookup_free(w.l);
	}
}

/* A host of which a list says what it may not say keeps nobody from being asked about. */
static void
an_odd_answer(void **state)
{
	struct world w = { .records = { SOUND, { "4.80.136.200.a.test", "127.0.0.1" } } };

	(void)state;
	begin(&w, &ordinary);
	want(&w, (const char *const[]){ "200.136.80.4", "200.136.80.5", "200.136.80.6", NULL });
	pass(&w, 70);
	assert_int_equal(lines(w.said), 3);
	assert_non_null(strstr(w.said, "200.136.80.5 A clear"));
	assert_non_null(strstr(w.said, "200.136.80.6 A clear"));
	assert_string_equal(w.told, "");
	lookup_free(w.l);
}

/* The rate is held over time, and no second sees more than its share. */
static void
the_rate(void **state)
{
	static const struct lookup_zone two[] = { { "A", "a.test" }, { "B", "b.test" } };
	const struct lookup_config config = { two, 2, 30, PTIME_DAY, false };
	struct world w = { .records = { SOUND, { "2.0.0.127.b.test", "127.0.0.2" } } };
	char text[40][16];
	const char *hosts[41] = { NULL };

	(void)state;
	for (int i = 0; i < 40; i++) {
		snprintf(text[i], sizeof text[i], "200.1.1.%d", i);
		hosts[i] = text[i];
	}
	begin(&w, &config);
	want(&w, hosts);
	for (int second = 0; second < 60; second++) {
		size_t before = lines(w.log);
		pass(&w, 1);
		assert_true(lines(w.log) - before <= 1);
	}
	assert_int_equal(lines(w.log), 30);
	pass(&w, 3600);
	assert_int_equal(lines(w.log), 84); /* 40 hosts, 2 zones, 2 tests each */
	assert_int_equal(lines(w.said), 80);
	lookup_free(w.l);
}

static void
a_restart(void **state)
{
	struct world w = { .records = { SOUND, { "4.80.136.200.a.test", "127.0.0.7" } } };
	struct lookup_result before = { .host = addr_of("200.136.80.4"),
		.list = "A",
		.zone = "A.test",
		.codes = "",
		.answer = LOOKUP_CLEAR };

	(void)state;
	begin(&w, &ordinary);
	before.time = w.now - 600 * SECOND;
	lookup_known(w.l, &before);
	want(&w, one_host);
	pass(&w, 2900);
	assert_string_equal(w.log, "");
	assert_int_equal(lookup_due(w.l, w.now), 0);
	pass(&w, 300);
	assert_int_equal(lines(w.log), 3);
	lookup_free(w.l);
}

static void
ipv6(void **state)
{
	static const struct lookup_zone two[] = { { "A", "a.test" },
		{ "SpamCop", "bl.spamcop.net" } };
	const struct lookup_config config = { two, 2, 60, PTIME_HOUR, false };
	char listed[QUESTION_NAME_MAX], host[QUESTION_NAME_MAX];
	struct world w = { .records = { { listed, "127.0.0.2" }, { host, "127.0.0.3" } } };

	(void)state;
	question_name(question_test_listed(ADDR_V6), "a.test", listed);
	question_name(addr_of("2600::25"), "a.test", host);
	begin(&w, &config);
	want(&w, (const char *const[]){ "2600::25", "fd00::1", "10.0.0.1", NULL });
	pass(&w, 600);
	assert_string_equal(w.said, "2600::25 A listed 127.0.0.3 (0.25)\n");
	assert_int_equal(lines(w.log), 3); /* SpamCop has no IPv6, and private ones are not asked */
	lookup_free(w.l);
}

/* By hand: each host once, a silent zone is given up. */
static void
one_pass(void **state)
{
	static const struct lookup_zone two[] = { { "A", "a.test" }, { "B", "b.test" } };
	const struct lookup_config config = { two, 2, 600, PTIME_HOUR, true };
	struct world w = { .records = { SOUND, { "1.0.0.127.b.test", "?" },
				   { "4.80.136.200.a.test", "!SERVFAIL" } } };

	(void)state;
	begin(&w, &config);
	want(&w, (const char *const[]){ "200.136.80.4", "200.136.80.5", NULL });
	pass(&w, 120);
	assert_true(lookup_done(w.l, w.now));
	assert_string_equal(w.said, "200.136.80.4 A error SERVFAIL (0.25)\n"
				    "200.136.80.5 A clear (0.25)\n");
	assert_non_null(strstr(w.told, "(b.test) does not answer: no answer within 10 s"));
	lookup_free(w.l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_listing),
		cmocka_unit_test(several_lists_of_a_zone),
		cmocka_unit_test(a_key),
		cmocka_unit_test(another_name),
		cmocka_unit_test(a_list_of_the_world),
		cmocka_unit_test(a_list_dies),
		cmocka_unit_test(an_emptied_list),
		cmocka_unit_test(errors_back_off),
		cmocka_unit_test(an_odd_answer),
		cmocka_unit_test(the_rate),
		cmocka_unit_test(a_restart),
		cmocka_unit_test(ipv6),
		cmocka_unit_test(one_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
