/* Hosts in the store: listings that are joined, columns, and all fields as they went in. */
#include "unit/store/fixture.h"

static void
put_listings(struct fixture *f, struct host_record *h, struct listing *items, size_t count)
{
	struct err err = { 0 };

	h->listings = items;
	h->listings_count = count;
	if (f->sink.host(f->sink.ctx, h, &err) < 0)
		fail_msg("%s", err.text);
	fixture_commit(f);
}

/* What was read from the second half of the files for two listings is one when the first half has
 * come; kinds stay apart; the first reply and all servers stay. */
static void
listings_are_joined(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct host_record h = host_sample("192.0.2.1", VERDICT_LISTED, 1), got;
	const char *two[] = { "198.51.100.1", "2001:db8::25" }, *one[] = { "198.51.100.1" };
	struct listing halves[] = {
		{ "PSBL", LISTING_PUBLIC, T0 + 10, T0 + 20, T0 + 25, "accepted by 198.51.100.1",
			"first words", address("198.51.100.1"), two, 2, 2, 5 },
		{ "PSBL", LISTING_REPUTATION, T0 + 10, T0 + 20, 0, "", "own", { 0 }, one, 1, 1, 1 },
		{ "PSBL", LISTING_PUBLIC, T0 + 50, T0 + 60, 0, "", "second", { 0 }, one, 1, 1, 1 },
	};
	struct listing whole = { "PSBL", LISTING_PUBLIC, T0 + 5, T0 + 70, 0, "", "very first words",
		{ 0 }, two, 2, 2, 9 };
	struct listing later = { "PSBL", LISTING_PUBLIC, T0 + 60, T0 + 80, 0, "", "later", { 0 },
		one, 1, 1, 2 };
	struct arena arena;

	(void)state;
	fixture_begin(&f);
	arena_init(&arena, 1 << 20);
	put_listings(&f, &h, halves, 3);
	assert_int_equal(query_host_record(f.store, h.ip, &arena, &got, &err), 1);
	assert_int_equal(got.listings_count, 3);
	assert_string_equal(got.listings[0].ended_by, "accepted by 198.51.100.1");
	assert_int_equal(got.listings[0].servers_count, 2);
	assert_string_equal(got.listings[0].servers[1], "2001:db8::25");
	assert_int_equal(got.listings[1].kind, LISTING_REPUTATION);
	put_listings(&f, &h, &whole, 1);
	put_listings(&f, &h, &later, 1); /* the window has moved on */
	assert_int_equal(query_host_record(f.store, h.ip, &arena, &got, &err), 1);
	assert_int_equal(got.listings_count, 2);
	assert_int_equal(got.listings[0].since, T0 + 5);
	assert_int_equal(got.listings[0].last, T0 + 80);
	assert_int_equal(got.listings[0].count, 9);
	assert_int_equal(got.listings[0].servers_count, 2);
	assert_string_equal(got.listings[0].reply, "very first words");
	assert_int_equal(got.listings[1].kind, LISTING_REPUTATION);
	arena_release(&arena);
	fixture_end(&f);
}

static bool
check_lists(void *ctx, const struct cell *cells)
{
	const struct table *t = table_find("hosts");
	struct slice listed = cells[table_column(t, "listed_on") - t->columns].text;
	struct slice refused = cells[table_column(t, "refused_by") - t->columns].text;

	assert_true(slice_eq(listed, SLICE("SpamCop")));
	assert_true(slice_eq(refused, SLICE("Yahoo (throttle)")));
	*(bool *)ctx = true;
	return true;
}

/* The columns of hosts say what is in force: public lists in one, providers' own in another. */
static void
listed_on_means_public_lists(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	bool seen = false;
	struct host_record h = host_sample("192.0.2.1", VERDICT_LISTED, 1);
	struct listing listings[] = {
		{ .list = "SpamCop", .kind = LISTING_PUBLIC, .since = T0, .last = T0, .reply = "" },
		{ .list = "Yahoo", .kind = LISTING_THROTTLE, .since = T0, .last = T0, .reply = "" },
		{ .list = "PSBL",
			.kind = LISTING_PUBLIC,
			.since = T0,
			.last = T0,
			.until = T0 + 1,
			.reply = "" },
	};

	(void)state;
	fixture_begin(&f);
	put_listings(&f, &h, listings, 3);
	assert_int_equal(table_query(f.store, table_find("hosts"), &(struct filter){ .limit = 0 },
				 check_lists, &seen, &err),
		0);
	assert_true(seen);
	fixture_end(&f);
}

/* Each new field of a host comes back as it went in. */
static void
hosts_come_back_whole(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct host_record h = host_sample("192.0.2.1", VERDICT_LIKELY, 1), got;
	const char *change[] = { "without A: 0.1", "ends by itself; <b>" }, *why[] = { "w" };
	const char *domains[] = { "a.example", "b.example" };
	struct list_likelihood lists[] = {
		{ "PSBL", 0.9, 0.5, NULL, 0, 0, NULL, 0, 0 },
		{ "SpamCop", 0.7, 0.25, why, 1, 1, change, 2, 2 },
	};
	struct host_behind behind[] = { { address("2001:db8::7"), 10, 9 },
		{ address("192.0.2.9"), 3, 0 } };
	struct cut_off cut_off[] = { { 25, 7, 5, domains, 2, 2 }, { 0, 1, 0, NULL, 0, 0 } };
	struct arena arena;

	(void)state;
	fixture_begin(&f);
	arena_init(&arena, 1 << 20);
	h.lists = lists;
	h.lists_count = 2;
	h.behind = behind;
	h.behind_count = 2;
	h.cut_off = cut_off;
	h.cut_off_count = 2;
	h.clients = 31;
	assert_int_equal(f.sink.host(f.sink.ctx, &h, &err), 1);
	fixture_commit(&f);
	assert_int_equal(query_host_record(f.store, h.ip, &arena, &got, &err), 1);
	assert_int_equal(got.clients, 31);
	assert_int_equal(got.lists_count, 2);
	assert_true(got.lists[1].predicted > 0.24 && got.lists[1].predicted < 0.26);
	assert_int_equal(got.lists[0].change_count, 0);
	assert_int_equal(got.lists[1].change_count, 2);
	assert_string_equal(got.lists[1].change[1], "ends by itself; <b>");
	assert_int_equal(got.lists[1].why_count, 1);
	assert_int_equal(got.behind_count, 2);
	assert_true(addr_eq(got.behind[0].ip, behind[0].ip));
	assert_int_equal(got.behind[0].spam, 9);
	assert_int_equal(got.cut_off_count, 2);
	assert_int_equal(got.cut_off[0].accepted, 5);
	assert_int_equal(got.cut_off[0].domains_count, 2);
	assert_string_equal(got.cut_off[0].domains[1], "b.example");
	assert_int_equal(got.cut_off[1].port, 0);
	assert_int_equal(got.cut_off[1].domains_count, 0);
	arena_release(&arena);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(listings_are_joined),
		cmocka_unit_test(listed_on_means_public_lists),
		cmocka_unit_test(hosts_come_back_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
