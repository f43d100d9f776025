/* What pages and exports ask: filters, order, pages, records, sums. */
#include "tests/recipient_sample.h"
#include "unit/store/fixture.h"

#include "store/inside.h"
#include "store/query_tables.h"

#define S PTIME_SECOND

/* Three hosts, three sessions, three mails. */
static void
fill(struct fixture *f)
{
	struct err err = { 0 };
	struct session_record s[] = {
		session_sample("000000000000000a", "192.0.2.10", "198.51.100.1", T0),
		session_sample("000000000000000b", "192.0.2.9", "198.51.100.1", T0 + 100 * S),
		session_sample("000000000000000c", "2001:db8::9", "198.51.100.2", T0 + 200 * S),
	};
	struct mail_record m[] = {
		mail_sample(s[0].id, 1, T0),
		mail_sample(s[1].id, 1, T0 + 100 * S),
		mail_sample(s[1].id, 2, T0 + 101 * S),
	};
	struct recipient rcpts[] = {
		recipient_sample("a@example.net", 250, "", REPLY_OK, DISPOSITION_ACCEPTED),
		recipient_sample(
			"b@example.net", 550, "5.1.1", REPLY_USER_UNKNOWN, DISPOSITION_REJECTED),
		recipient_sample(
			"c@example.net", 451, "4.7.1", REPLY_GREYLISTED, DISPOSITION_DEFERRED),
	};
	struct reply listed =
		reply_sample("RCPT", 554, REPLY_LISTED, "Spamhaus ZEN", "blocked", T0 + 100 * S);
	struct hit hit = { "PHP_FORM", 5.5, "why", "", 1, "", "" };
	struct host_record h[] = {
		host_sample("192.0.2.10", VERDICT_CLEAN, 0.1),
		host_sample("192.0.2.9", VERDICT_LISTED, 1),
		host_sample("2001:db8::9", VERDICT_WATCH, 0.4),
	};
	struct cause_found cause = { .cause = CAUSE_WEB_FORM, .confidence = 0.75 };
	const char *evidence[] = { "one sentence", "another" };
	struct cause_found second = { .cause = CAUSE_BATCH_JOBS, .confidence = 0.25 };
	struct cause_found causes[2];
	struct list_likelihood lists[] = {
		{ .list = "Spamhaus ZEN", .probability = 1, .why = evidence, .why_count = 1 }
	};
	struct advice advice[] = { { "fix the form", "grep -r mail" }, { "then ask", "" } };
	struct count counts[] = { { "mails", 2 }, { "rcpts", 5 } };

	cause.evidence = evidence;
	cause.evidence_count = 2;
	causes[0] = cause;
	causes[1] = second;
	h[1].causes = causes;
	h[1].causes_count = 2;
	h[1].lists = lists;
	h[1].lists_count = 1;
	h[1].advice = advice;
	h[1].advice_count = 2;
	h[1].counts = counts;
	h[1].counts_count = 2;
	s[1].replies = &listed;
	s[1].replies_count = 1;
	s[2].tls.used = true;
	s[2].server.port = 587;
	m[1].rcpts = rcpts;
	m[1].rcpts_count = 3;
	m[1].rcpts_cut = 4;
	m[2].hits = &hit;
	m[2].hits_count = 1;
	m[2].outcome = OUTCOME_REJECTED;
	m[2].header.subject = "100 off er";
	for (size_t i = 0; i < 3; i++) {
		f->sink.mail(f->sink.ctx, &s[i < 1 ? 0 : 1], &m[i], &err);
		f->sink.session(f->sink.ctx, &s[i], &err);
		f->sink.host(f->sink.ctx, &h[i], &err);
	}
	f->sink.service(f->sink.ctx, (struct endpoint){ h[1].ip, 8080 }, T0, T0, &err);
	f->sink.event(f->sink.ctx, T0, "restart", "the analyst was started again", &err);
	assert_string_equal(err.text, "");
	fixture_loss(f, 1, T0, 12);
	fixture_loss(f, 2, T0, 8);
	fixture_loss(f, 2, T0 + LOSS_INTERVAL, 0);
	fixture_commit(f);
}

static struct network
network(const char *text)
{
	struct network n;

	assert_int_equal(network_parse(slice_str(text), &n), 0);
	return n;
}

static void
count_names(void *ctx, struct slice name)
{
	assert_true(name.len > 0);
	++*(int *)ctx;
}

static void
names_are_listed_once(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	int lists = 0, rules = 0;

	(void)state;
	fixture_begin(&f);
	fill(&f);
	assert_int_equal(query_names(f.store, NAMES_LISTS, 10, count_names, &lists, &err), 0);
	assert_int_equal(query_names(f.store, NAMES_RULES, 10, count_names, &rules, &err), 0);
	assert_int_equal(lists, 1);
	assert_int_equal(rules, 1);
	assert_int_equal(query_names(f.store, NAMES_RULES, 0, count_names, &rules, &err), 0);
	assert_int_equal(rules, 1);
	fixture_end(&f);
}

static void
tables_know_their_filters(void **state)
{
	(void)state;
	assert_true(table_has_filter(table_find("hosts"), "net"));
	assert_true(table_has_filter(table_find("hosts"), "text"));
	assert_false(table_has_filter(table_find("hosts"), "tls"));
	assert_true(table_has_filter(table_find("mails"), "tls"));
	assert_false(table_has_filter(table_find("events"), "host"));
	assert_false(table_has_filter(table_find("events"), "limit"));
}

struct filter_row {
	const char *table;
	struct filter filter;
	int64_t want;
};

static void
check_rows(const struct filter_row *rows, size_t count)
{
	struct fixture f;

	fixture_begin(&f);
	fill(&f);
	for (size_t i = 0; i < count; i++) {
		int64_t got = rows_of(f.store, rows[i].table, &rows[i].filter);

		if (got != rows[i].want)
			fail_msg("row %zu, %s: %lld, not %lld", i, rows[i].table, (long long)got,
				(long long)rows[i].want);
	}
	fixture_end(&f);
}

static void
each_filter_leaves_what_it_says(void **state)
{
	const struct filter_row rows[] = {
		{ "hosts", { .port = 0 }, 3 },
		{ "hosts", { .host = address("2001:db8::9") }, 1 },
		{ "hosts", { .verdict = "listed" }, 1 },
		{ "hosts", { .cause = "web-form" }, 1 },
		{ "hosts", { .cause = "open-relay" }, 0 },
		{ "hosts", { .class = "listed-on-rbl" }, 1 },
		{ "hosts", { .port = 8080 }, 1 },
		{ "hosts", { .since = T0 + 2 * PTIME_HOUR }, 0 },
		{ "hosts", { .text = "192.0.2" }, 2 },
		{ "hosts", { .text = "192_0" }, 0 },
		{ "sessions", { .port = 0 }, 3 },
		{ "sessions", { .host = address("198.51.100.1") }, 2 },
		{ "sessions", { .host = address("192.0.2.9") }, 1 },
		{ "sessions", { .since = T0 + 150 * S }, 1 },
		{ "sessions", { .until = T0 + 150 * S }, 2 },
		{ "sessions", { .verdict = "watch" }, 1 },
		{ "sessions", { .cause = "web-form" }, 1 },
		{ "sessions", { .list = "Spamhaus ZEN" }, 1 },
		{ "sessions", { .list = "" }, 0 },
		{ "sessions", { .rule = "PHP_FORM" }, 1 },
		{ "sessions", { .class = "listed-on-rbl" }, 1 },
		{ "sessions", { .session = "000000000000000c" }, 1 },
		{ "sessions", { .outcome = "rejected" }, 1 },
		{ "sessions", { .port = 587 }, 1 },
		{ "mails", { .port = 0 }, 3 },
		{ "mails", { .host = address("192.0.2.9") }, 2 },
		{ "mails", { .rule = "PHP_FORM" }, 1 },
		{ "mails", { .rule = "' OR 1 --" }, 0 },
		{ "mails", { .outcome = "accepted" }, 2 },
		{ "mails", { .list = "Spamhaus ZEN" }, 2 },
		{ "mails", { .session = "000000000000000b", .outcome = "rejected" }, 1 },
		{ "mails", { .text = "100% OFF_" }, 2 },
		{ "mails", { .text = "\\" }, 0 },
		{ "mails", { .port = 25 }, 3 },
		{ "services", { .port = 8080 }, 1 },
		{ "services", { .verdict = "clean" }, 0 },
		{ "evidence", { .verdict = "listed" }, 1 },
		{ "evidence", { .class = "greylisted" }, 0 },
		{ "evidence", { .cause = "web-form" }, 1 },
		{ "loss", { .port = 0 }, 2 },
		{ "loss", { .since = T0 }, 1 },
		{ "loss", { .until = T0 }, 1 },
		{ "events", { .port = 0 }, 1 },
		{ "events", { .text = "analyst" }, 1 },
		{ "events", { .until = T0 }, 0 },
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof *rows);
}

static void
networks_domains_and_words_are_filters(void **state)
{
	const struct filter_row rows[] = {
		{ "hosts", { .net = network("192.0.2.0/24") }, 2 },
		{ "hosts", { .net = network("192.0.2.9/32") }, 1 },
		{ "hosts", { .net = network("2001:db8::/33") }, 1 },
		{ "hosts", { .net = network("0.0.0.0/0") }, 2 },
		{ "hosts", { .words = { "192.0", ".9" }, .words_count = 2 }, 1 },
		{ "sessions", { .net = network("192.0.2.8/31") }, 1 },
		{ "sessions", { .net = network("198.51.100.0/30") }, 3 },
		{ "sessions", { .domain = "HEAD.example.org" }, 2 },
		{ "sessions", { .domain = "ample.org" }, 0 },
		{ "sessions", { .tls = "yes" }, 1 },
		{ "sessions", { .tls = "no" }, 2 },
		{ "sessions", { .tls = "TLS 1.2" }, 0 },
		{ "mails", { .net = network("192.0.2.9/32") }, 2 },
		{ "mails", { .domain = "HEAD.example.org" }, 3 },
		{ "mails", { .domain = "example.org" }, 0 },
		{ "mails", { .tls = "no" }, 3 },
		{ "mails", { .tls = "yes" }, 0 },
		{ "evidence", { .tls = "no" }, 1 },
		{ "evidence", { .domain = "example.org" }, 1 },
		{ "evidence", { .net = network("192.0.2.0/24") }, 1 },
		{ "services", { .net = network("192.0.2.0/24") }, 1 },
		{ "abuse", { .port = 0 }, 2 },
		{ "abuse", { .host = address("192.0.2.10") }, 1 },
		{ "abuse", { .verdict = "clean" }, 1 },
		{ "abuse", { .verdict = "listed", .cause = "web-form" }, 1 },
		{ "abuse", { .verdict = "listed", .since = T0 + 100000 * S }, 0 },
		{ "abuse", { .verdict = "listed", .until = T0 }, 0 },
		{ "abuse", { .list = "SpamCop" }, 0 },
		{ "listings", { .kind = "list" }, 0 },
		{ "events", { .kind = "restart" }, 1 },
		{ "events", { .kind = "gap" }, 0 },
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof *rows);
}

/* Every filter at once, every column as the order, both ways: all SQL that the parts can make is
 * valid. */
static void
every_question_can_be_asked(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	const struct table *t;

	(void)state;
	fixture_begin(&f);
	fill(&f);
	for (size_t i = 0; (t = table_at(i)) != NULL; i++) {
		assert_ptr_equal(table_find(t->name), t);
		for (size_t c = 0; c < t->columns_count * 2; c++) {
			const struct filter filter = { .host = address("192.0.2.9"),
				.since = 1,
				.until = 2,
				.verdict = "a",
				.cause = "b",
				.list = "c",
				.rule = "d",
				.class = "e",
				.session = "f",
				.outcome = "g",
				.text = "h",
				.port = 25,
				.sort = t->columns[c / 2].name,
				.descending = c % 2 != 0,
				.limit = 10,
				.offset = 5,
				.change = 3 };
			struct table_cursor *cursor;
			const struct cell *cells;

			assert_int_equal(table_open(f.store, t, &filter, &cursor, &err), 0);
			assert_int_equal(table_next(cursor, &cells, &err), 0);
			table_close(cursor);
		}
	}
	for (int i = 0; i < STATEMENTS_COUNT; i++)
		assert_non_null(store_statement(f.store, (enum statement)i, &err));
	assert_null(table_find("meta"));

	struct table_cursor *cursor;

	assert_int_equal(table_open(f.store, table_find("hosts"),
				 &(struct filter){ .sort = "1; DROP TABLE hosts" }, &cursor, &err),
		-1);
	assert_non_null(strstr(err.text, "no column"));
	fixture_end(&f);
}

static bool
add_first_cell(void *ctx, const struct cell *cells)
{
	char *text = ctx;
	size_t len = strlen(text);

	snprintf(text + len, 128 - len, "%.*s ", (int)cells[0].text.len,
		(const char *)cells[0].text.ptr);
	return strstr(text, "stop") == NULL;
}

static void
order_and_pages(void **state)
{
	const struct {
		struct filter filter;
		const char *want;
	} rows[] = {
		{ { .port = 0 }, "192.0.2.9 2001:db8::9 192.0.2.10 " },
		{ { .sort = "host" }, "192.0.2.9 192.0.2.10 2001:db8::9 " },
		{ { .sort = "host", .descending = true }, "2001:db8::9 192.0.2.10 192.0.2.9 " },
		{ { .sort = "verdict" }, "192.0.2.10 2001:db8::9 192.0.2.9 " },
		{ { .sort = "mails", .descending = true }, "192.0.2.9 192.0.2.10 2001:db8::9 " },
		{ { .sort = "host", .limit = 1, .offset = 1 }, "192.0.2.10 " },
		{ { .sort = "host", .offset = 2 }, "2001:db8::9 " },
		{ { .limit = 2, .offset = 3 }, "" },
	};
	struct fixture f;
	struct err err = { 0 };

	(void)state;
	fixture_begin(&f);
	fill(&f);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[128] = "";

		assert_int_equal(table_query(f.store, table_find("hosts"), &rows[i].filter,
					 add_first_cell, text, &err),
			0);
		assert_string_equal(text, rows[i].want);
	}

	char text[128] = "stop: ";

	assert_int_equal(table_query(f.store, table_find("hosts"), &(struct filter){ 0 },
				 add_first_cell, text, &err),
		0);
	assert_string_equal(text, "stop: 192.0.2.9 ");
	fixture_end(&f);
}

static bool
add_record(void *ctx, struct slice json)
{
	buf_add(ctx, json);
	buf_byte(ctx, '\n');
	return true;
}

static void
records_come_as_json(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct buf out;

	(void)state;
	fixture_begin(&f);
	fill(&f);
	buf_init(&out, 1 << 20);
	assert_int_equal(query_host(f.store, address("192.0.2.9"), &out, &err), 1);
	assert_true(slice_starts(buf_slice(&out), SLICE("{\"type\":\"host\"")));
	assert_int_equal(query_host(f.store, address("192.0.2.99"), &out, &err), 0);
	buf_clear(&out);
	assert_int_equal(
		query_records(f.store, table_find("sessions"),
			&(struct filter){ .host = address("192.0.2.9") }, add_record, &out, &err),
		0);
	assert_true(slice_starts(buf_slice(&out), SLICE("{\"type\":\"session\"")));
	assert_non_null(strstr(buf_cstr(&out), "\"number\":1"));
	assert_non_null(strstr(buf_cstr(&out), "\"number\":2"));
	buf_clear(&out);
	assert_int_equal(query_records(f.store, table_find("mails"),
				 &(struct filter){ .sort = "start" }, add_record, &out, &err),
		0);
	assert_true(slice_starts(buf_slice(&out), SLICE("{\"session\":\"000000000000000a\"")));
	assert_int_equal(query_records(f.store, table_find("events"), &(struct filter){ 0 },
				 add_record, &out, &err),
		-1);
	buf_release(&out);
	fixture_end(&f);
}

static void
a_host_as_a_struct(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct arena arena;
	struct host_record h;

	(void)state;
	fixture_begin(&f);
	fill(&f);
	arena_init(&arena, 1 << 20);
	assert_int_equal(query_host_record(f.store, address("192.0.2.99"), &arena, &h, &err), 0);
	assert_int_equal(query_host_record(f.store, address("192.0.2.9"), &arena, &h, &err), 1);
	assert_int_equal(h.verdict, VERDICT_LISTED);
	assert_float_equal(h.risk, 1, 1e-9);
	assert_string_equal(h.summary, "because of this");
	assert_int_equal(h.counts_count, 2);
	assert_string_equal(h.counts[1].name, "rcpts");
	assert_int_equal(h.counts[1].value, 5);
	assert_int_equal(h.causes_count, 2);
	assert_int_equal(h.causes[0].cause, CAUSE_WEB_FORM);
	assert_int_equal(h.causes[0].evidence_count, 2);
	assert_string_equal(h.causes[0].evidence[1], "another");
	assert_int_equal(h.causes[1].cause, CAUSE_BATCH_JOBS);
	assert_int_equal(h.causes[1].evidence_count, 0);
	assert_int_equal(h.lists_count, 1);
	assert_string_equal(h.lists[0].why[0], "one sentence");
	assert_int_equal(h.advice_count, 2);
	assert_string_equal(h.advice[0].command, "grep -r mail");
	assert_int_equal(h.services[0].port, 8080);
	arena_release(&arena);
	fixture_end(&f);
}

static bool
take_loss(void *ctx, const struct cell *cells)
{
	const struct table *t = table_find("loss");
	char *text = ctx;
	size_t len = strlen(text);
	const struct cell *mirror = &cells[table_column(t, "mirror_loss") - t->columns],
			  *kernel = &cells[table_column(t, "kernel_loss") - t->columns];

	snprintf(text + len, 128 - len, "%lld %s%.2f %s%.2f; ",
		(long long)cells[table_column(t, "packets") - t->columns].integer,
		mirror->null ? "null " : "", mirror->real, kernel->null ? "null " : "",
		kernel->real);
	return true;
}

static void
loss_has_shares_where_something_was_seen(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	char text[128] = "";

	(void)state;
	fixture_begin(&f);
	fill(&f);
	assert_int_equal(table_query(f.store, table_find("loss"), &(struct filter){ 0 }, take_loss,
				 text, &err),
		0);
	assert_string_equal(text, "0 null 0.00 null 0.00; 20 0.10 0.00; ");
	fixture_end(&f);
}

static void
totals(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct store_totals t;

	(void)state;
	fixture_begin(&f);
	assert_int_equal(query_totals(f.store, &t, &err), 0);
	assert_int_equal(t.sessions, 0);
	fill(&f);
	assert_int_equal(query_totals(f.store, &t, &err), 0);
	assert_int_equal(t.hosts, 3);
	assert_int_equal(t.hosts_by_verdict[VERDICT_LISTED], 1);
	assert_int_equal(t.sessions, 3);
	assert_int_equal(t.sessions_encrypted, 1);
	assert_int_equal(t.mails, 3);
	assert_int_equal(t.rcpts, 7);
	assert_int_equal(t.rcpts_refused, 1);
	assert_int_equal(t.first, T0);
	assert_int_equal(t.last, T0 + 201 * S);
	assert_true(t.file_bytes > 0);

	/* Another protocol on a mail port is kept, and in no sum. */
	struct session_record other =
		session_sample("00000000000000ff", "192.0.2.9", "198.51.100.1", T0 - S);
	other.protocol = "ftp";
	assert_int_equal(f.sink.session(f.sink.ctx, &other, &err), 1);
	fixture_commit(&f);
	assert_int_equal(query_totals(f.store, &t, &err), 0);
	assert_int_equal(t.sessions, 3);
	assert_int_equal(t.first, T0);
	fixture_end(&f);
}

static void
add_queued(void *ctx, const struct queued_mail *mail)
{
	char *text = ctx;
	size_t len = strlen(text);

	snprintf(text + len, 128 - len, "%.*s:%d ", (int)mail->session.len,
		(const char *)mail->session.ptr, mail->number);
}

static void
mails_by_queue_id(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	char text[128] = "";

	(void)state;
	fixture_begin(&f);
	fill(&f);
	assert_int_equal(query_queue_id(f.store, SLICE("4F1A2B3C4D"), add_queued, text, &err), 3);
	assert_string_equal(text, "000000000000000a:1 000000000000000b:1 000000000000000b:2 ");
	assert_int_equal(query_queue_id(f.store, SLICE("4F1A2B3C4"), add_queued, text, &err), 0);
	fixture_end(&f);
}

static void
a_reader_sees_commits_and_writes_nothing(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct store *reader;

	(void)state;
	fixture_begin(&f);
	assert_int_equal(store_open_reader(f.path, &reader, &err), 0);
	assert_int_equal(rows_of(reader, "hosts", &(struct filter){ 0 }), 0);
	fill(&f);
	assert_int_equal(rows_of(reader, "hosts", &(struct filter){ 0 }), 3);

	struct sink sink = store_sink(reader);
	struct host_record h = host_sample("192.0.2.77", VERDICT_CLEAN, 0);

	assert_int_equal(sink.host(sink.ctx, &h, &err), -1);
	assert_non_null(strstr(err.text, "may not be written"));
	store_close(reader);
	fixture_end(&f);
}

static void
a_reader_gives_up_after_a_while(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct store *reader;
	int64_t n;

	(void)state;
	fixture_begin(&f);
	assert_int_equal(store_open_reader(f.path, &reader, &err), 0);
	db_patience(reader->db, 50);
	assert_int_equal(db_number(reader->db,
				 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
				 "SELECT count(*) FROM n",
				 &n, &err),
		-1);
	assert_non_null(strstr(err.text, "took too long"));
	err = (struct err){ 0 };
	assert_int_equal(db_number(reader->db, "SELECT 7", &n, &err), 1);
	store_close(reader);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_filter_leaves_what_it_says),
		cmocka_unit_test(networks_domains_and_words_are_filters),
		cmocka_unit_test(names_are_listed_once),
		cmocka_unit_test(tables_know_their_filters),
		cmocka_unit_test(every_question_can_be_asked),
		cmocka_unit_test(order_and_pages),
		cmocka_unit_test(records_come_as_json),
		cmocka_unit_test(a_host_as_a_struct),
		cmocka_unit_test(loss_has_shares_where_something_was_seen),
		cmocka_unit_test(totals),
		cmocka_unit_test(mails_by_queue_id),
		cmocka_unit_test(a_reader_sees_commits_and_writes_nothing),
		cmocka_unit_test(a_reader_gives_up_after_a_while),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
