/* What blocklists answered: stored once, read back, the last answer of a day; hosts at risk with
 * what was predicted. */
#include "unit/store/fixture.h"

static void
put(struct fixture *f, const char *host, const char *list, int64_t time, enum lookup_answer answer,
	double predicted)
{
	const struct lookup_result r = { address(host), list, "zone.test", time, answer,
		answer == LOOKUP_LISTED ? "127.0.0.2" : "", predicted, VERDICT_WATCH };
	struct err err = { 0 };

	if (f->sink.lookup(f->sink.ctx, &r, &err) < 0)
		fail_msg("%s", err.text);
}

static void
add_lookup(void *ctx, const struct lookup_result *r)
{
	char host[ADDR_TEXT_MAX];

	buf_printf(ctx, "%s %s %s %d %s %s %.2f %s\n", addr_format(r->host, host), r->list, r->zone,
		(int)((r->time - T0) / PTIME_HOUR), lookup_answer_word(r->answer), r->codes,
		r->predicted, verdict_word(r->verdict));
}

static void
answers(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct buf out;

	(void)state;
	fixture_begin(&f);
	put(&f, "192.0.2.1", "A", T0, LOOKUP_CLEAR, 0.5);
	put(&f, "192.0.2.1", "A", T0, LOOKUP_LISTED, 0.5); /* the same again: the first stays */
	put(&f, "192.0.2.1", "A", T0 + PTIME_HOUR, LOOKUP_LISTED, 0.75);
	put(&f, "192.0.2.1", "A", T0 + 2 * PTIME_HOUR, LOOKUP_ERROR, 0.75);
	put(&f, "192.0.2.1", "A", T0 + 24 * PTIME_HOUR, LOOKUP_CLEAR, 0.25);
	put(&f, "2001:db8::1", "B", T0 + PTIME_HOUR, LOOKUP_CLEAR, LOOKUP_NOT_PREDICTED);
	fixture_commit(&f);

	buf_init(&out, 65536);
	assert_int_equal(query_lookups(f.store, T0 + PTIME_HOUR, add_lookup, &out, &err), 0);
	assert_string_equal(buf_cstr(&out), "192.0.2.1 A zone.test 1 listed 127.0.0.2 0.75 watch\n"
					    "2001:db8::1 B zone.test 1 clear  -1.00 watch\n"
					    "192.0.2.1 A zone.test 2 error  0.75 watch\n"
					    "192.0.2.1 A zone.test 24 clear  0.25 watch\n");
	buf_clear(&out);
	assert_int_equal(query_lookups_daily(f.store, 0, add_lookup, &out, &err), 0);
	assert_string_equal(buf_cstr(&out), "192.0.2.1 A zone.test 1 listed 127.0.0.2 0.75 watch\n"
					    "192.0.2.1 A zone.test 24 clear  0.25 watch\n"
					    "2001:db8::1 B zone.test 1 clear  -1.00 watch\n");
	buf_release(&out);
	fixture_end(&f);
}

static void
put_risky(struct fixture *f, const char *host, double risk, int64_t last, size_t lists)
{
	struct list_likelihood l[2];
	struct host_record h;
	struct err err = { 0 };

	memset(&h, 0, sizeof h);
	memset(l, 0, sizeof l);
	record_init(&layout_host, &h);
	h.sensor = "test";
	h.ip = address(host);
	h.verdict = VERDICT_LIKELY;
	h.risk = risk;
	h.last = last;
	l[0] = (struct list_likelihood){ .list = "A", .probability = 0.99, .predicted = 0.5 };
	l[1] = (struct list_likelihood){ .list = "B \"x\"", .predicted = 0.25 };
	h.lists = l;
	h.lists_count = lists;
	if (f->sink.host(f->sink.ctx, &h, &err) < 0)
		fail_msg("%s", err.text);
}

static void
add_risky(void *ctx, const struct host_risk *h)
{
	char host[ADDR_TEXT_MAX];

	buf_printf(
		ctx, "%s %.1f %s", addr_format(h->host, host), h->risk, verdict_word(h->verdict));
	for (size_t i = 0; i < h->lists_count; i++)
		buf_printf(ctx, " %s=%.2f", h->lists[i].list, h->lists[i].predicted);
	buf_str(ctx, "\n");
}

static void
hosts_at_risk(void **state)
{
	const struct risk_question questions[] = { { 0.2, T0, 10 }, { 0.2, 0, 2 }, { 1, 0, 10 } };
	static const char *const wanted[] = { "192.0.2.2 0.9 likely\n"
					      "192.0.2.1 0.2 likely A=0.50 B \"x\"=0.25\n",
		"192.0.2.3 0.9 likely A=0.50\n192.0.2.2 0.9 likely\n", "" };
	struct fixture f;
	struct err err = { 0 };
	struct buf out;

	(void)state;
	fixture_begin(&f);
	put_risky(&f, "192.0.2.1", 0.2, T0, 2);
	put_risky(&f, "192.0.2.2", 0.9, T0 + 1, 0);
	put_risky(&f, "192.0.2.3", 0.95, T0 - 1, 1);
	put_risky(&f, "192.0.2.4", 0.1, T0, 1);
	fixture_commit(&f);
	buf_init(&out, 65536);
	for (size_t i = 0; i < 3; i++) {
		buf_clear(&out);
		assert_int_equal(query_risky(f.store, &questions[i], add_risky, &out, &err), 0);
		assert_string_equal(buf_cstr(&out), wanted[i]);
	}
	buf_release(&out);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(hosts_at_risk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
