/* Changes of verdicts: one for each word that was committed; who waits for which; what is kept. */
#include "unit/store/fixture.h"

#include "store/inside.h"

static void
judge(struct fixture *f, const char *host, enum verdict verdict)
{
	struct host_record h;
	struct err err = { 0 };

	memset(&h, 0, sizeof h);
	record_init(&layout_host, &h);
	h.sensor = "test";
	h.ip = address(host);
	h.verdict = verdict;
	h.verdict_since = T0;
	h.last = T0;
	h.risk = 0.5;
	h.summary = "because of it";
	if (f->sink.host(f->sink.ctx, &h, &err) < 0)
		fail_msg("%s", err.text);
}

static void
commit(struct fixture *f, int64_t now, bool live)
{
	const struct sensor_state state = {
		.sensor = "test", .started = T0, .now = now, .run = T0, .sources = "x", .live = live
	};
	struct err err = { 0 };

	if (f->sink.state(f->sink.ctx, &state, &err) < 0)
		fail_msg("%s", err.text);
	fixture_commit(f);
}

static void
deliver(struct fixture *f, int64_t change, const char *target, enum delivery_state state,
	int attempts, int64_t time, int64_t next)
{
	const struct delivery d = { change, target, state, attempts, time, next, "" };
	struct err err = { 0 };

	if (f->sink.delivery(f->sink.ctx, &d, &err) < 0)
		fail_msg("%s", err.text);
	fixture_commit(f);
}

static bool
add_change(void *ctx, const struct cell *cells)
{
	const struct table *t = table_find("changes");
	struct buf *out = ctx;

#define CELL(name) cells[table_column(t, name) - t->columns]
	buf_printf(out, "%.*s>%.*s%s ", (int)CELL("before").text.len,
		(const char *)CELL("before").text.ptr, (int)CELL("verdict").text.len,
		(const char *)CELL("verdict").text.ptr, CELL("live").integer ? "" : "(read)");
	return true;
}

static void
want_changes(struct fixture *f, const char *host, const char *want)
{
	const struct filter filter = { .host = address(host), .sort = "change" };
	struct err err = { 0 };
	struct buf out;

	buf_init(&out, 4096);
	assert_int_equal(
		table_query(f->store, table_find("changes"), &filter, add_change, &out, &err), 0);
	assert_string_equal(buf_cstr(&out), want);
	buf_release(&out);
}

static void
a_word_that_was_committed_is_a_change(void **state)
{
	struct fixture f;

	(void)state;
	fixture_begin(&f);
	judge(&f, "192.0.2.9", VERDICT_UNKNOWN);
	judge(&f, "192.0.2.9", VERDICT_WATCH);
	commit(&f, T0, true);
	want_changes(&f, "192.0.2.9", ">watch ");
	judge(&f, "192.0.2.9", VERDICT_WATCH);
	commit(&f, T0, true);
	want_changes(&f, "192.0.2.9", ">watch ");
	/* to and fro within one batch is nothing; a way to another word is one step */
	judge(&f, "192.0.2.9", VERDICT_LISTED);
	judge(&f, "192.0.2.9", VERDICT_WATCH);
	commit(&f, T0, true);
	want_changes(&f, "192.0.2.9", ">watch ");
	judge(&f, "192.0.2.9", VERDICT_LIKELY);
	judge(&f, "192.0.2.9", VERDICT_WATCH);
	judge(&f, "192.0.2.9", VERDICT_LISTED);
	commit(&f, T0, false);
	want_changes(&f, "192.0.2.9", ">watch watch>listed(read) ");
	/* what was not committed is not there */
	judge(&f, "192.0.2.9", VERDICT_CLEAN);
	store_close(f.store);
	fixture_open(&f);
	want_changes(&f, "192.0.2.9", ">watch watch>listed(read) ");
	judge(&f, "192.0.2.9", VERDICT_CLEAN);
	commit(&f, T0, true);
	want_changes(&f, "192.0.2.9", ">watch watch>listed(read) listed>clean ");
	fixture_end(&f);
}

/* "HOST>VERDICT attempts[ newest][ behind][ told WORD]; " */
static void
add_waiting(void *ctx, const struct change_waiting *w)
{
	char host[ADDR_TEXT_MAX];

	buf_printf(ctx, "%s>%s %d%s%s", addr_format(w->change.host, host),
		verdict_word(w->change.verdict), (int)w->attempts, w->newest ? " newest" : "",
		w->behind ? " behind" : "");
	if (w->told)
		buf_printf(ctx, " told %s", verdict_word(w->told_verdict));
	buf_str(ctx, "; ");
}

static void
want_waiting(struct fixture *f, int64_t after, int64_t now, const char *want)
{
	const struct change_question q = { "desk", after, now, 10 },
				     one = { "desk", after, now, 1 };
	struct err err = { 0 };
	struct buf out, first;

	buf_init(&out, 4096);
	assert_int_equal(query_changes_waiting(f->store, &q, add_waiting, &out, &err), 0);
	assert_string_equal(buf_cstr(&out), want);
	/* the oldest comes first, whatever it waits for */
	buf_init(&first, 4096);
	assert_int_equal(query_changes_waiting(f->store, &one, add_waiting, &first, &err), 0);
	assert_memory_equal(buf_cstr(&out), buf_cstr(&first), first.len);
	assert_int_equal(first.len > 0, out.len > 0);
	buf_release(&first);
	buf_release(&out);
}

static int64_t
newest(struct fixture *f)
{
	struct err err = { 0 };
	int64_t seq;

	assert_int_equal(query_changes_newest(f->store, &seq, &err), 0);
	return seq;
}

static void
changes_wait_until_their_delivery_is_final(void **state)
{
	struct fixture f;
	int64_t first, second, third;

	(void)state;
	fixture_begin(&f);
	judge(&f, "192.0.2.8", VERDICT_WATCH);
	commit(&f, T0, false); /* read from a file: nobody is told */
	judge(&f, "192.0.2.9", VERDICT_LISTED);
	commit(&f, T0, true);
	first = newest(&f);
	want_waiting(&f, 0, T0, "192.0.2.9>listed 0 newest; ");
	want_waiting(&f, first, T0, "");
	deliver(&f, first, "other", DELIVERY_DONE, 1, T0, 0);
	want_waiting(&f, 0, T0, "192.0.2.9>listed 0 newest; ");
	deliver(&f, first, "desk", DELIVERY_WAITING, 1, T0, T0 + 10);
	want_waiting(&f, 0, T0 + 9, "");
	want_waiting(&f, first, T0 + 10, "192.0.2.9>listed 1 newest; ");
	judge(&f, "192.0.2.9", VERDICT_CLEAN);
	commit(&f, T0, true);
	second = newest(&f);
	want_waiting(&f, 0, T0, "192.0.2.9>listed 1; 192.0.2.9>clean 0 newest behind; ");
	deliver(&f, first, "desk", DELIVERY_DONE, 1, T0 + 1, 0);
	want_waiting(&f, 0, T0, "192.0.2.9>clean 0 newest told listed; ");
	/* what is final stays, whatever comes later */
	deliver(&f, first, "desk", DELIVERY_WAITING, 9, T0 + 2, T0 + 2);
	want_waiting(&f, 0, T0 + 9, "192.0.2.9>clean 0 newest told listed; ");
	deliver(&f, second, "desk", DELIVERY_WAITING, 0, T0, T0 + 60);
	want_waiting(&f, 0, T0 + 59, "");
	judge(&f, "192.0.2.9", VERDICT_WATCH);
	commit(&f, T0, true);
	third = newest(&f);
	want_waiting(&f, second, T0 + 59,
		"192.0.2.9>clean 0 told listed; 192.0.2.9>watch 0 newest told listed; ");
	deliver(&f, second, "desk", DELIVERY_SUPPRESSED, 0, T0, 0);
	deliver(&f, third, "desk", DELIVERY_GIVEN_UP, 3, T0, 0);
	want_waiting(&f, 0, T0 + 99, "");
	fixture_end(&f);
}

static void
a_target_begins_where_it_was_new(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct delivery d = { .target = "desk" };
	int64_t from;

	(void)state;
	fixture_begin(&f);
	assert_int_equal(query_changes_from(f.store, "desk", T0, &from, &err), 0);
	assert_int_equal(from, 0);
	judge(&f, "192.0.2.8", VERDICT_WATCH);
	commit(&f, T0, true);
	judge(&f, "192.0.2.9", VERDICT_WATCH);
	commit(&f, T0 + 5, true);
	assert_int_equal(query_changes_from(f.store, "desk", T0 + 5, &from, &err), 0);
	assert_true(from > 0 && from < newest(&f));
	d.change = from;
	assert_int_equal(query_delivery(f.store, &d, &err), 0);
	deliver(&f, from, "desk", DELIVERY_SUPPRESSED, 0, T0 + 7, 0);
	deliver(&f, newest(&f), "desk", DELIVERY_WAITING, 2, T0 + 8, T0 + 9);
	assert_int_equal(query_changes_from(f.store, "desk", 0, &from, &err), 1);
	assert_int_equal(from, d.change);
	d.change = newest(&f);
	assert_int_equal(query_delivery(f.store, &d, &err), 1);
	assert_int_equal(d.state, DELIVERY_WAITING);
	assert_int_equal(d.attempts, 2);
	assert_int_equal(d.time, T0 + 8);
	assert_int_equal(d.next, T0 + 9);
	fixture_end(&f);
}

/* With the evidence; but a change goes before what became of it, and a target stays known. */
static void
old_changes_go_and_are_not_told_again(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	const struct store_retention keep = { .evidence_days = 10 };
	int64_t rows, from;

	(void)state;
	fixture_begin(&f);
	for (int i = 0; i < 3; i++) {
		judge(&f, "192.0.2.9", i % 2 == 0 ? VERDICT_LISTED : VERDICT_CLEAN);
		commit(&f, T0 + i * PTIME_DAY, true);
		deliver(&f, newest(&f), "desk", DELIVERY_DONE, 1, T0 + i * PTIME_DAY, 0);
	}
	assert_int_equal(store_prune(f.store, &keep, T0 + 11 * PTIME_DAY, &rows, &err), 0);
	want_changes(&f, "192.0.2.9", "listed>clean clean>listed ");
	want_waiting(&f, 0, T0 + PTIME_DAY, "");
	assert_int_equal(rows_of(f.store, "deliveries", &(struct filter){ 0 }), 2);
	assert_int_equal(store_prune(f.store, &keep, T0 + 99 * PTIME_DAY, &rows, &err), 0);
	want_changes(&f, "192.0.2.9", "");
	assert_int_equal(query_changes_from(f.store, "desk", T0, &from, &err), 1);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_word_that_was_committed_is_a_change),
		cmocka_unit_test(changes_wait_until_their_delivery_is_final),
		cmocka_unit_test(a_target_begins_where_it_was_new),
		cmocka_unit_test(old_changes_go_and_are_not_told_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
