/* What the collector does to a store: batches, snapshots, the same records twice. */
#include "unit/store/fixture.h"

#include "store/inside.h"

static int
give_session(struct fixture *f, const struct session_record *s)
{
	struct err err = { 0 };
	int got = f->sink.session(f->sink.ctx, s, &err);

	assert_string_equal(err.text, "");
	return got;
}

static int
give_mail(struct fixture *f, const struct session_record *s, const struct mail_record *m)
{
	struct err err = { 0 };
	int got = f->sink.mail(f->sink.ctx, s, m, &err);

	assert_string_equal(err.text, "");
	return got;
}

static void
snapshot_is_replaced_by_its_end(void **state)
{
	struct fixture f;
	struct session_record s =
		session_sample("0000000000000001", "192.0.2.1", "198.51.100.1", T0);

	(void)state;
	fixture_begin(&f);
	s.open = true;
	assert_int_equal(give_session(&f, &s), 0);
	s.bytes_client = 7;
	assert_int_equal(give_session(&f, &s), 0);
	s.open = false;
	assert_int_equal(give_session(&f, &s), 1);
	assert_int_equal(give_session(&f, &s), 0);
	/* A snapshot that comes late changes nothing. */
	s.open = true;
	assert_int_equal(give_session(&f, &s), 0);
	fixture_commit(&f);
	assert_int_equal(rows_of(f.store, "sessions", &(struct filter){ 0 }), 1);

	struct buf json;
	struct err err = { 0 };

	buf_init(&json, 65536);
	assert_int_equal(query_session(f.store, s.id, &json, &err), 1);
	assert_null(strstr(buf_cstr(&json), "\"open\":true"));
	buf_release(&json);
	fixture_end(&f);
}

static void
mails_are_taken_once_and_stand_in_their_session(void **state)
{
	struct fixture f;
	struct session_record s =
		session_sample("00000000000000aa", "192.0.2.1", "198.51.100.1", T0);
	struct mail_record one = mail_sample(s.id, 1, T0), two = mail_sample(s.id, 2, T0 + 5);
	struct err err = { 0 };
	struct buf json;

	(void)state;
	fixture_begin(&f);
	assert_int_equal(give_mail(&f, &s, &one), 1);
	assert_int_equal(give_mail(&f, &s, &two), 1);
	assert_int_equal(give_mail(&f, &s, &one), 0);
	/* A session may come with its mails; they are not stored twice. */
	s.mails = &one;
	s.mails_count = 1;
	assert_int_equal(give_session(&f, &s), 1);
	fixture_commit(&f);
	buf_init(&json, 65536);
	assert_int_equal(query_session(f.store, s.id, &json, &err), 1);

	const char *first = strstr(
		buf_cstr(&json), "\"mails\":[{\"session\":\"00000000000000aa\",\"number\":1");

	assert_non_null(first);
	assert_non_null(strstr(first, "},{\"session\":\"00000000000000aa\",\"number\":2"));
	assert_non_null(strstr(first, "}],"));
	buf_clear(&json);
	assert_int_equal(query_mail(f.store, s.id, 2, &json, &err), 1);
	assert_int_equal(query_mail(f.store, s.id, 3, &json, &err), 0);
	assert_int_equal(query_session(f.store, "nothing", &json, &err), 0);
	buf_release(&json);
	fixture_end(&f);
}

static void
refusals_become_evidence_by_kind(void **state)
{
	struct fixture f;
	struct session_record s =
		session_sample("00000000000000ab", "192.0.2.1", "198.51.100.1", T0);
	struct reply replies[] = {
		reply_sample("greeting", 220, REPLY_OK, "", "hello", T0),
		reply_sample("RCPT", 550, REPLY_USER_UNKNOWN, "", "no such user a", T0 + 1),
		reply_sample("RCPT", 550, REPLY_USER_UNKNOWN, "", "no such user b", T0 + 2),
		reply_sample("RCPT", 554, REPLY_LISTED, "Spamhaus ZEN", "blocked", T0 + 3),
		reply_sample("RCPT", 550, REPLY_USER_UNKNOWN, "", "no such user c", T0 + 4),
	};

	(void)state;
	fixture_begin(&f);
	s.replies = replies;
	s.replies_count = 3;
	s.open = true;
	assert_int_equal(give_session(&f, &s), 0);
	s.replies_count = 5;
	s.open = false;
	assert_int_equal(give_session(&f, &s), 1);
	fixture_commit(&f);
	assert_int_equal(rows_of(f.store, "evidence", &(struct filter){ 0 }), 2);
	assert_int_equal(
		rows_of(f.store, "evidence", &(struct filter){ .list = "Spamhaus ZEN" }), 1);

	struct table_cursor *c;
	const struct cell *cells;
	const struct table *t = table_find("evidence");
	struct err err = { 0 };
	struct filter unknown = { .class = "user-unknown" };

	assert_int_equal(table_open(f.store, t, &unknown, &c, &err), 0);
	assert_int_equal(table_next(c, &cells, &err), 1);
	assert_int_equal(cells[table_column(t, "count") - t->columns].integer, 3);
	assert_int_equal(cells[table_column(t, "timestamp_first") - t->columns].integer, T0 + 1);
	assert_int_equal(cells[table_column(t, "timestamp_last") - t->columns].integer, T0 + 4);
	assert_true(slice_eq(cells[table_column(t, "reply") - t->columns].text,
		SLICE("550 5.7.1 no such user a")));
	assert_int_equal(table_next(c, &cells, &err), 0);
	table_close(c);
	fixture_end(&f);
}

static void
collect_hour(void *ctx, int64_t hour, struct slice packed)
{
	char *out = ctx;
	size_t len = strlen(out);

	snprintf(out + len, 64 - len, "%lld:%.*s ", (long long)((hour - T0) / PTIME_HOUR),
		(int)packed.len, (const char *)packed.ptr);
}

static void
collect_host(void *ctx, struct addr host)
{
	char *out = ctx, text[ADDR_TEXT_MAX];
	size_t len = strlen(out);

	snprintf(out + len, 64 - len, "%s ", addr_format(host, text));
}

static void
collect_row(void *ctx, const struct hour_row *row)
{
	struct hour_row *sum = ctx;

	sum->mails += row->mails;
	sum->listed += row->listed;
	sum->score_max = row->score_max > sum->score_max ? row->score_max : sum->score_max;
}

static void
hours_are_replaced_and_come_back_in_order(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct addr a = address("192.0.2.1"), b = address("2001:db8::1");
	const struct count plain[] = { { "mails", 3 }, { "listed", 1 }, { "score_max", 7500 } };
	char text[64] = "";
	struct hour_row sum = { 0 };

	(void)state;
	fixture_begin(&f);
	assert_int_equal(
		f.sink.host_hour(f.sink.ctx, a, T0 + PTIME_HOUR, SLICE("second"), plain, 3, &err),
		1);
	assert_int_equal(f.sink.host_hour(f.sink.ctx, a, T0, SLICE("old"), plain, 3, &err), 1);
	assert_int_equal(f.sink.host_hour(f.sink.ctx, a, T0, SLICE("first"), plain, 3, &err), 1);
	assert_int_equal(f.sink.host_hour(f.sink.ctx, a, T0, SLICE("first"), plain, 3, &err), 0);
	assert_int_equal(f.sink.host_hour(f.sink.ctx, b, T0, SLICE(""), plain, 3, &err), 1);
	fixture_commit(&f);
	assert_int_equal(f.sink.fetch_hours(f.sink.ctx, a, collect_hour, text, &err), 0);
	assert_string_equal(text, "0:first 1:second ");
	text[0] = '\0';
	assert_int_equal(f.sink.fetch_hosts(f.sink.ctx, T0, collect_host, text, &err), 0);
	assert_string_equal(text, "192.0.2.1 2001:db8::1 ");
	text[0] = '\0';
	assert_int_equal(f.sink.fetch_hosts(f.sink.ctx, T0 + 1, collect_host, text, &err), 0);
	assert_string_equal(text, "192.0.2.1 ");
	assert_int_equal(
		query_hours(f.store, (struct addr){ 0 }, 0, 0, collect_row, &sum, &err), 0);
	assert_int_equal(sum.mails, 9);
	assert_int_equal(sum.listed, 3);
	assert_float_equal(sum.score_max, 7.5, 1e-9);
	sum = (struct hour_row){ 0 };
	assert_int_equal(query_hours(f.store, a, T0, T0 + PTIME_HOUR, collect_row, &sum, &err), 0);
	assert_int_equal(sum.mails, 3);
	fixture_end(&f);
}

static void
listings_and_services_remember_the_first_time(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct host_record h = host_sample("192.0.2.1", VERDICT_LISTED, 1);
	struct listing listing = { .list = "SpamCop",
		.since = T0,
		.last = T0 + 10 * PTIME_SECOND,
		.reply = "blocked",
		.server = address("198.51.100.1"),
		.count = 2 };
	struct host_record got;
	struct arena arena;

	(void)state;
	fixture_begin(&f);
	h.listings = &listing;
	h.listings_count = 1;
	assert_int_equal(f.sink.host(f.sink.ctx, &h, &err), 1);
	assert_int_equal(f.sink.host(f.sink.ctx, &h, &err), 0);
	/* The verdict's window has moved on. */
	listing.since = T0 + 5 * PTIME_SECOND;
	listing.last = T0 + 20 * PTIME_SECOND;
	assert_int_equal(f.sink.host(f.sink.ctx, &h, &err), 1);
	assert_int_equal(f.sink.service(f.sink.ctx, (struct endpoint){ h.ip, 80 },
				 T0 + 5 * PTIME_SECOND, T0 + 6 * PTIME_SECOND, &err),
		1);
	assert_int_equal(f.sink.service(f.sink.ctx, (struct endpoint){ h.ip, 80 },
				 T0 + 1 * PTIME_SECOND, T0 + 2 * PTIME_SECOND, &err),
		1);
	assert_int_equal(f.sink.service(f.sink.ctx, (struct endpoint){ h.ip, 80 },
				 T0 + 3 * PTIME_SECOND, T0 + 6 * PTIME_SECOND, &err),
		0);
	fixture_commit(&f);
	arena_init(&arena, 65536);
	assert_int_equal(query_host_record(f.store, h.ip, &arena, &got, &err), 1);
	assert_int_equal(got.listings_count, 1);
	assert_int_equal(got.listings[0].since, T0);
	assert_int_equal(got.listings[0].last, T0 + 20 * PTIME_SECOND);
	assert_int_equal(got.services_count, 1);
	assert_int_equal(got.services[0].first, T0 + 1 * PTIME_SECOND);
	assert_int_equal(got.services[0].last, T0 + 6 * PTIME_SECOND);
	assert_string_equal(got.services[0].name, "http");
	/* It ended, and came again: a new listing. */
	listing = (struct listing){ .list = "SpamCop",
		.since = T0 + 5 * PTIME_SECOND,
		.last = T0 + 20 * PTIME_SECOND,
		.until = T0 + 30 * PTIME_SECOND,
		.reply = "blocked",
		.count = 2 };
	assert_int_equal(f.sink.host(f.sink.ctx, &h, &err), 1);
	listing = (struct listing){ .list = "SpamCop",
		.since = T0 + 90 * PTIME_SECOND,
		.last = T0 + 95 * PTIME_SECOND,
		.reply = "blocked",
		.count = 1 };
	assert_int_equal(f.sink.host(f.sink.ctx, &h, &err), 1);
	fixture_commit(&f);
	assert_int_equal(query_host_record(f.store, h.ip, &arena, &got, &err), 1);
	assert_int_equal(got.listings_count, 2);
	assert_int_equal(got.listings[0].since, T0);
	assert_int_equal(got.listings[0].until, T0 + 30 * PTIME_SECOND);
	assert_int_equal(got.listings[1].since, T0 + 90 * PTIME_SECOND);
	assert_int_equal(got.listings[1].until, 0);
	arena_release(&arena);
	fixture_end(&f);
}

static void
state_is_that_of_the_run_that_spoke_last(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct arena arena;
	struct sensor_state said = { .sensor = "test",
		.started = T0,
		.now = T0 + 5,
		.run = 1,
		.sources = "a.pcap" },
			    got;

	(void)state;
	fixture_begin(&f);
	arena_init(&arena, 65536);
	assert_int_equal(query_state(f.store, &got, &arena, &err), 0);
	COUNT_BY(&said.counters, packets, 12);
	assert_int_equal(f.sink.state(f.sink.ctx, &said, &err), 1);
	said.run = 2;
	said.live = true;
	said.sources = "eth0";
	COUNT_BY(&said.counters, gaps, 3);
	assert_int_equal(f.sink.state(f.sink.ctx, &said, &err), 1);
	said.now++;
	assert_int_equal(f.sink.state(f.sink.ctx, &said, &err), 1);
	assert_int_equal(f.sink.state(f.sink.ctx, &said, &err), 0);
	fixture_commit(&f);
	assert_int_equal(query_state(f.store, &got, &arena, &err), 1);
	assert_int_equal(got.run, 2);
	assert_int_equal(got.now, T0 + 6);
	assert_true(got.live);
	assert_string_equal(got.sources, "eth0");
	assert_memory_equal(&got.counters, &said.counters, sizeof got.counters);
	arena_release(&arena);
	fixture_end(&f);
}

static void
collect_interval(void *ctx, const struct loss_interval *interval)
{
	char *out = ctx;
	size_t len = strlen(out);
	const int64_t *value = interval->counters.value;

	snprintf(out + len, 256 - len, "%lld:%lld/%lld/%lld/%lld ",
		(long long)((interval->start - loss_start(T0)) / LOSS_INTERVAL),
		(long long)value[COUNTER_packets], (long long)value[COUNTER_gap_bytes],
		(long long)(interval->covered / PTIME_SECOND), (long long)value[COUNTER_mails]);
}

/* A run's interval is told whole each time; those of several runs add up. */
static void
loss_is_replaced_within_a_run_and_added_over_runs(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	char text[256] = "";
	int64_t seq;

	(void)state;
	fixture_begin(&f);
	fixture_loss(&f, 1, T0, 10);
	fixture_loss(&f, 1, T0 + LOSS_INTERVAL, 7);
	fixture_loss(&f, 1, T0, 15);
	fixture_loss(&f, 2, T0, 100);
	fixture_loss(&f, 2, T0 + 5 * LOSS_INTERVAL, 1);
	fixture_commit(&f);
	assert_int_equal(query_loss(f.store, 288, collect_interval, text, &err), 0);
	assert_string_equal(text, "5:1/1/1/0 1:7/7/7/0 0:115/115/115/0 ");
	text[0] = '\0';
	assert_int_equal(query_loss(f.store, 2, collect_interval, text, &err), 0);
	assert_string_equal(text, "5:1/1/1/0 1:7/7/7/0 ");

	seq = f.store->seq;
	fixture_loss(&f, 2, T0, 100);
	assert_int_equal(f.store->seq, seq);
	fixture_loss(&f, 2, T0, 101);
	assert_int_equal(f.store->seq, seq + 1);
	fixture_end(&f);
}

/* Everything once, with refusals, hits and received fields. */
static void
put_everything(struct fixture *f)
{
	struct err err = { 0 };
	struct session_record s =
		session_sample("00000000000000ac", "192.0.2.1", "198.51.100.1", T0);
	struct mail_record m = mail_sample(s.id, 1, T0);
	struct hit hits[] = { { "PHP_FORM", 3.5, "why", "", 1, "", "" }, { "NO_DATE", 1, "why", "", 1, "", "" } };
	struct received received = { "a", "a", "192.0.2.1", "b", "ESMTP", "1abcDE-000abc-XY", "",
		"" };
	struct reply reply = reply_sample("MAIL", 451, REPLY_GREYLISTED, "", "later", T0);
	struct host_record h = host_sample("192.0.2.1", VERDICT_WATCH, 0.25);
	struct listing listing = {
		.list = "SORBS", .since = T0, .last = T0, .reply = "no", .count = 1
	};
	const struct count plain = { "mails", 1 };
	struct sensor_state state = {
		.sensor = "test", .started = T0, .now = T0 + 1, .run = T0, .sources = "x.pcap"
	};

	s.replies = &reply;
	s.replies_count = 1;
	m.hits = hits;
	m.hits_count = 2;
	m.received = &received;
	m.received_count = 1;
	h.listings = &listing;
	h.listings_count = 1;
	give_mail(f, &s, &m);
	give_session(f, &s);
	f->sink.host(f->sink.ctx, &h, &err);
	f->sink.host_hour(f->sink.ctx, h.ip, T0, SLICE("packed"), &plain, 1, &err);
	fixture_loss(f, T0 + 1, T0, 12);
	f->sink.service(f->sink.ctx, s.server, T0, T0, &err);
	f->sink.state(f->sink.ctx, &state, &err);
	f->sink.event(f->sink.ctx, T0, "gap", "a hole", &err);
	assert_string_equal(err.text, "");
	fixture_commit(f);
}

static char *
dump_of(const char *path)
{
	char command[256];
	static const size_t size = 1 << 20;
	char *text = calloc(1, size);

	snprintf(command, sizeof command, "sqlite3 -readonly %s .dump 2>/dev/null", path);

	FILE *pipe = popen(command, "r");

	assert_non_null(pipe);
	assert_true(fread(text, 1, size - 1, pipe) < size - 1);
	pclose(pipe);
	return text;
}

static void
the_same_again_changes_nothing(void **state)
{
	struct fixture f;

	(void)state;
	if (system("command -v sqlite3 >/dev/null") != 0) {
		print_message("SKIPPED: the sqlite3 shell is not here\n");
		skip();
	}
	fixture_begin(&f);
	put_everything(&f);

	char *first = dump_of(f.path);

	put_everything(&f);
	store_close(f.store);
	fixture_open(&f);
	put_everything(&f);

	char *again = dump_of(f.path);

	assert_non_null(strstr(first, "PHP_FORM"));
	assert_string_equal(first, again);
	free(first);
	free(again);
	fixture_end(&f);
}

static void
what_is_not_committed_is_not_there(void **state)
{
	struct fixture f;
	struct session_record s =
		session_sample("00000000000000ad", "192.0.2.1", "198.51.100.1", T0);

	(void)state;
	fixture_begin(&f);
	give_session(&f, &s);
	store_close(f.store);
	fixture_open(&f);
	assert_int_equal(rows_of(f.store, "sessions", &(struct filter){ 0 }), 0);
	fixture_end(&f);
}

/* The file may not grow: the write that fails takes the whole batch with it, and says so until the
 * commit. */
static void
a_batch_is_whole_or_not_at_all(void **state)
{
	struct fixture f;
	struct err err = { 0 }, again = { 0 };
	char id[17];
	int i = 0;

	(void)state;
	fixture_begin(&f);
	put_everything(&f);
	assert_int_equal(db_run(f.store->db, "PRAGMA max_page_count = 100", &err), 0);
	for (;; i++) {
		snprintf(id, sizeof id, "%016x", (unsigned)i);

		struct session_record s = session_sample(id, "192.0.2.1", "198.51.100.1", T0);

		if (f.sink.session(f.sink.ctx, &s, &err) < 0)
			break;
	}
	assert_true(i > 10);
	assert_non_null(strstr(err.text, "nothing of this batch was written"));

	/* The rest of the batch is refused in the same words, up to its commit; then a new one
	 * begins. */
	struct host_record h = host_sample("192.0.2.9", VERDICT_CLEAN, 0);

	assert_int_equal(f.sink.host(f.sink.ctx, &h, &again), -1);
	assert_string_equal(again.text, err.text);
	assert_int_equal(f.sink.commit(f.sink.ctx, &again), -1);
	assert_int_equal(rows_of(f.store, "sessions", &(struct filter){ 0 }), 1);
	err = (struct err){ 0 };
	assert_int_equal(db_run(f.store->db, "PRAGMA max_page_count = 100000", &err), 0);
	assert_int_equal(f.sink.host(f.sink.ctx, &h, &err), 1);
	fixture_commit(&f);
	assert_int_equal(rows_of(f.store, "hosts", &(struct filter){ 0 }), 2);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(snapshot_is_replaced_by_its_end),
		cmocka_unit_test(mails_are_taken_once_and_stand_in_their_session),
		cmocka_unit_test(refusals_become_evidence_by_kind),
		cmocka_unit_test(hours_are_replaced_and_come_back_in_order),
		cmocka_unit_test(listings_and_services_remember_the_first_time),
		cmocka_unit_test(state_is_that_of_the_run_that_spoke_last),
		cmocka_unit_test(loss_is_replaced_within_a_run_and_added_over_runs),
		cmocka_unit_test(the_same_again_changes_nothing),
		cmocka_unit_test(what_is_not_committed_is_not_there),
		cmocka_unit_test(a_batch_is_whole_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
