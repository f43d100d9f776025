/* The page of a host: what it explains, what it links to, who sees what; hosts with too much of
 * everything. */
#include "unit/web/pages.h"

#include "sensor/base/ptime.h"
#include "sensor/record_layout.h"
#include "store/query.h"
#include "web/doc.h"
#include "web/part_host.h"

#define T0 (INT64_C(1213228800) * PTIME_SECOND) /* 2008-06-12 00:00 UTC */
#define NOW (T0 + 3 * PTIME_HOUR)
#define HOST "2001:db8::1"
#define ATTACKER "203.0.113.5"
#define SERVER "198.51.100.1"
#define NAME_BYTES 65536
enum { MANY = 60 };

static struct addr
address(const char *text)
{
	struct addr a;
	assert_int_equal(addr_parse(slice_str(text), &a), 0);
	return a;
}

static void
must(int rc, const struct err *err)
{
	if (rc < 0) {
		fail_msg("%s", err->text);
	}
}

static void
put_session(struct sink *sink, const struct session_record *like, const char *id, int64_t start)
{
	struct err err = { "" };
	struct session_record s = *like;
	s.id = id;
	s.start = start;
	s.end = start + PTIME_SECOND;
	must(sink->session(sink->ctx, &s, &err), &err);
}

static struct session_record
session_between(const char *client, const char *server)
{
	struct session_record s;
	memset(&s, 0, sizeof s);
	record_init(&layout_session, &s);
	s.sensor = "edge";
	s.client = (struct endpoint){ address(client), 40000 };
	s.server = (struct endpoint){ address(server), 25 };
	s.protocol = "smtp";
	s.helo_name = "pc.example";
	s.dialect = "d0c5";
	s.client_software = "Postfix";
	return s;
}

static void
put_sessions(struct sink *sink)
{
	struct session_record s = session_between(HOST, SERVER);
	struct reply no = { "RCPT", 550, "5.1.1", REPLY_USER_UNKNOWN, "", "no such user <b>", T0,
		{ 0 } };
	put_session(sink, &s, "0000000000000001", T0 + PTIME_HOUR);
	s.replies = &no;
	s.replies_count = s.replies_cap = 1;
	put_session(sink, &s, "0000000000000002", T0 + 2 * PTIME_HOUR);
	s = session_between(ATTACKER, HOST);
	s.auth.result = "fail";
	s.replies = &no;
	s.replies_count = s.replies_cap = 1;
	put_session(sink, &s, "0000000000000003", T0 + 2 * PTIME_HOUR);
}

static void
put_hours(struct sink *sink)
{
	struct err err = { "" };
	for (int i = 0; i < 3; i++) {
		const struct count plain[] = { { "mails", 10 + i }, { "rcpts", 20 },
			{ "accepted", 15 }, { "rejected", 5 }, { "score_max", 6100 + i } };
		must(sink->host_hour(sink->ctx, address(HOST), T0 + i * PTIME_HOUR, SLICE("x"),
			     plain, sizeof plain / sizeof plain[0], &err),
			&err);
	}
}

/* A host with too much of everything. */
static void
put_host(struct sink *sink, struct arena *a)
{
	struct err err = { "" };
	struct host_record h;
	char *name = arena_alloc(a, NAME_BYTES + 1);
	memset(name, 'n', NAME_BYTES);
	name[NAME_BYTES] = '\0';
	memset(&h, 0, sizeof h);
	record_init(&layout_host, &h);
	h.sensor = "edge";
	h.ip = address(HOST);
	h.verdict = VERDICT_LIKELY;
	h.risk = 0.77;
	h.first = T0;
	h.last = T0 + 2 * PTIME_HOUR;
	h.summary = name;
	h.name = name;
	for (int i = 0; i < MANY; i++) {
		struct cause_found *c = ARENA_PUSH(a, h.causes, MANY);
		struct list_likelihood *l = ARENA_PUSH(a, h.lists, MANY);
		*c = (struct cause_found){ .cause = CAUSE_SPAM_BOT, .confidence = 0.5 };
		*ARENA_PUSH(a, c->evidence, 9) =
			"the rule that hit most of them is BAD_RULE (7 times)";
		*ARENA_PUSH(a, c->evidence, 9) =
			"9 of 12 mails scored 5.0 or more, the highest 9.1";
		*ARENA_PUSH(a, c->evidence, 9) =
			"12 of 20 recipients tried do not exist, 3 were accepted";
		*ARENA_PUSH(a, c->evidence, 9) =
			"at least 9 of its mails of 5.0 or more were handed in by 192.0.2.9: the "
			"host to mend is 192.0.2.9";
		*ARENA_PUSH(a, c->evidence, 9) = "3 refusals by 1 server that names List 7, since "
						 "2008-06-12; 198.51.100.1 said: no";
		*l = (struct list_likelihood){
			.list = arena_printf(a, "List %d", i), .probability = 0.9, .predicted = 0.9
		};
		*ARENA_PUSH(a, l->why, 9) = "mails went to traps (rule TRAPS: +2.3)";
		*ARENA_PUSH(a, l->why, 9) = "it retries (or so) (rule RETRY: -0.4)";
		*ARENA_PUSH(a, l->why, 9) = "a sentence (rule without a number)";
		*ARENA_PUSH(a, h.listings, MANY) = (struct listing){ .list = l->list,
			.since = T0,
			.last = T0 + PTIME_HOUR,
			.ended_by = "",
			.reply = name,
			.server = address(SERVER),
			.count = 3 };
		*ARENA_PUSH(a, h.services, MANY) = (struct service){ 1000 + i, "", T0, T0 };
	}
	*ARENA_PUSH(a, h.advice, 1) = (struct advice){ "Do this.", "rm -i '<x>' && true" };
	must(sink->host(sink->ctx, &h, &err), &err);
}

static void
put_all(const char *path)
{
	struct err err = { "" };
	struct store *store;
	struct arena a;
	const struct sensor_state state = {
		.sensor = "edge", .started = T0, .now = NOW, .run = T0, .sources = "a.pcap"
	};
	const struct lookup_result look_up = { .host = address(HOST),
		.list = "Only asked",
		.zone = "z",
		.time = T0 + PTIME_HOUR,
		.answer = LOOKUP_CLEAR,
		.codes = "",
		.predicted = 0.5,
		.verdict = VERDICT_LIKELY };
	arena_init(&a, 16 << 20);
	must(store_open(path, "edge", &store, &err), &err);
	struct sink sink = store_sink(store);
	put_host(&sink, &a);
	put_hours(&sink);
	put_sessions(&sink);
	must(sink.lookup(sink.ctx, &look_up, &err), &err);
	must(sink.state(sink.ctx, &state, &err), &err);
	must(sink.commit(sink.ctx, &err), &err);
	store_close(store);
	arena_release(&a);
}

static const struct {
	const char *name, *target;
	enum access access;
	unsigned status;
	const char *has, *lacks;
} cases[] = {
	{ "the band of the word", "/host/" HOST, ACCESS_READER, 200,
		"stands for a risk from 60 to 84 %", NULL },
	{ "what a sign adds", "/host/" HOST, ACCESS_READER, 200, ">+2.3<", "(rule TRAPS" },
	{ "what a sign takes away, brackets in its words", "/host/" HOST, ACCESS_READER, 200,
		"it retries (or so) <span class=\"name code\">RETRY</span></span><span "
		"class=\"num\">-0.4<",
		NULL },
	{ "brackets that are no rule", "/host/" HOST, ACCESS_READER, 200,
		"a sentence (rule without a number)", NULL },
	{ "lists beyond the first", "/host/" HOST, ACCESS_READER, 200, "48 more lists", NULL },
	{ "causes beyond the first", "/host/" HOST, ACCESS_READER, 200, "54 less likely causes",
		NULL },
	{ "the mails of a rule", "/host/" HOST, ACCESS_READER, 200,
		"/mails?host=2001:db8::1&amp;rule=BAD_RULE", NULL },
	{ "mails by score", "/host/" HOST, ACCESS_READER, 200,
		"/mails?host=2001:db8::1&amp;sort=score", NULL },
	{ "refusals by class", "/host/" HOST, ACCESS_ANALYST, 200,
		"/evidence?host=2001:db8::1&amp;class=user-unknown", NULL },
	{ "refusals by list", "/host/" HOST, ACCESS_ANALYST, 200,
		"/evidence?host=2001:db8::1&amp;list=List%207", NULL },
	{ "no refusals for a reader", "/host/" HOST, ACCESS_READER, 200, "id=\"why\"",
		"/evidence?" },
	{ "the host to mend", "/host/" HOST, ACCESS_READER, 200, "href=\"/host/192.0.2.9\"", NULL },
	{ "a list that was only asked", "/host/" HOST, ACCESS_READER, 200,
		"Only asked: a look-up of 2008-06-12T01:00", NULL },
	{ "a command is text, in a box of its own", "/host/" HOST, ACCESS_READER, 200,
		"<pre class=\"command\" tabindex=\"0\"><code>rm -i &#39;&lt;x&gt;&#39; &amp;&amp; "
		"true</code></pre>",
		NULL },
	{ "servers it spoke to", "/host/" HOST, ACCESS_READER, 200, "id=\"peers\"", "<b>" },
	{ "names and dialects", "/host/" HOST, ACCESS_READER, 200, "<code>d0c5</code>", NULL },
	{ "how far these look", "/host/" HOST, ACCESS_READER, 200,
		"Of 2 sessions, from 2008-06-12 01:00 to 2008-06-12 02:00 UTC", NULL },
	{ "numbers for a script", "/host/" HOST, ACCESS_READER, 200,
		"data-src=\"/chart/host/"
		"2001:db8::1?since=2008-06-12T00:00:00Z&amp;until=2008-06-12T03:00:00Z\"",
		NULL },
	{ "a step leads into itself", "/host/" HOST, ACCESS_READER, 200,
		"/host/"
		"2001:db8::1?since=2008-06-12T01:00:00Z&amp;until=2008-06-12T02:00:00Z#activity",
		NULL },
	{ "the range is kept in links", "/host/" HOST "?since=2008-06-12T01:30:00Z", ACCESS_READER,
		200, "/mails?host=2001:db8::1&amp;since=2008-06-12T01:30:00Z&amp;rule=BAD_RULE",
		NULL },
	{ "the range holds for peers", "/host/" HOST "?since=2008-06-12T01:30:00Z", ACCESS_READER,
		200, "Of 1 session, from 2008-06-12 02:00", NULL },
	{ "a reader hands nothing on", "/host/" HOST, ACCESS_READER, 200, "id=\"why\"",
		"/record/host/" },
	{ "an analyst does", "/host/" HOST, ACCESS_ANALYST, 200,
		"href=\"/complaint/host/2001:db8::1\"", NULL },
	{ "in every format that knows hosts", "/host/" HOST, ACCESS_ANALYST, 200,
		"href=\"/export/bundle/host/2001:db8::1\"", "/export/csv/host" },
	{ "who attacks us", "/host/" ATTACKER, ACCESS_ANALYST, 200,
		"1 of the recipients that it tried do not exist", "id=\"why\"" },
	{ "passwords that were refused", "/host/" ATTACKER, ACCESS_READER, 200,
		"In 1 sessions a password was refused", "/complaint/host" },
	{ "a complaint about him", "/host/" ATTACKER, ACCESS_ANALYST, 200,
		"href=\"/complaint/host/" ATTACKER "\"", NULL },
	{ "a server outside", "/host/" SERVER, ACCESS_ANALYST, 200,
		"It opened no session to a host of yours", "/complaint/host" },
	{ "who spoke to it", "/host/" SERVER, ACCESS_READER, 200, "Hosts that spoke to it", NULL },
	{ "what it refused", "/host/" SERVER, ACCESS_READER, 200, "What it refused", "<b>" },
	{ "a range that cannot be", "/host/" HOST "?since=x", ACCESS_READER, 400, "since", NULL },
	{ "no address", "/chart/host/x", ACCESS_READER, 400, "IP address", NULL },
};

static void
pages_of_hosts_say_and_link(void **state)
{
	(void)state;
	struct pages p;
	pages_begin(&p);
	put_all(p.path);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		unsigned status = pages_ask(&p, cases[i].target, cases[i].access, NOW);
		if (status != cases[i].status || !pages_say(&p, cases[i].has)) {
			fail_msg("%s: %u\n%.60000s", cases[i].name, status, buf_cstr(&p.body));
		}
		if (cases[i].lacks != NULL && pages_say(&p, cases[i].lacks)) {
			fail_msg("%s: has %s", cases[i].name, cases[i].lacks);
		}
	}
	pages_end(&p);
}

/* 64 kB in a name are cut where rows are short; 60 of everything make a page, not a book. */
static void
too_much_is_cut(void **state)
{
	(void)state;
	struct pages p;
	struct slice rest;
	char cut[PART_LONG_MAX + 1];
	pages_begin(&p);
	put_all(p.path);
	memset(cut, 'n', sizeof cut);
	assert_int_equal(pages_ask(&p, "/", ACCESS_READER, NOW), 200);
	rest = buf_slice(&p.body);
	assert_int_equal(slice_find(rest, slice_of(cut, sizeof cut)), rest.len);
	assert_true(rest.len < 100000);
	assert_int_equal(pages_ask(&p, "/host/" HOST, ACCESS_READER, NOW), 200);
	rest = buf_slice(&p.body);
	assert_int_equal(slice_find(rest, slice_of(cut, sizeof cut)), rest.len);
	assert_true(rest.len < 2000000);
	pages_end(&p);
}

static void
hours_are_json_for_a_script(void **state)
{
	(void)state;
	struct pages p;
	struct doc *doc;
	struct err err = { "" };
	pages_begin(&p);
	put_all(p.path);
	assert_int_equal(pages_ask(&p, "/chart/host/" HOST, ACCESS_READER, NOW), 200);
	assert_int_equal(doc_parse(buf_slice(&p.body), &doc, &err), 0);
	assert_int_equal(node_count(doc_root(doc), "hours"), 3);
	const struct node *hour = node_item(doc_root(doc), "hours", 2);
	assert_int_equal(node_int(hour, "time"), (T0 + 2 * PTIME_HOUR) / PTIME_SECOND);
	assert_int_equal(node_int(hour, "mails"), 12);
	assert_int_equal(node_int(hour, "rejected"), 5);
	assert_true(node_real(hour, "score_max") > 6.1);
	doc_free(doc);
	assert_int_equal(pages_ask(&p,
				 "/chart/host/" HOST
				 "?since=2008-06-12T01:00:00Z&until=2008-06-12T02:00:00Z",
				 ACCESS_READER, NOW),
		200);
	assert_int_equal(doc_parse(buf_slice(&p.body), &doc, &err), 0);
	assert_int_equal(node_count(doc_root(doc), "hours"), 1);
	doc_free(doc);
	/* a range of years is cut to what a chart can show */
	assert_int_equal(
		pages_ask(&p, "/chart/host/" HOST "?since=1980-01-01", ACCESS_READER, NOW), 200);
	assert_int_equal(doc_parse(buf_slice(&p.body), &doc, &err), 0);
	assert_true(node_int(doc_root(doc), "since") > (NOW - 101 * PTIME_DAY) / PTIME_SECOND);
	doc_free(doc);
	pages_end(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_of_hosts_say_and_link),
		cmocka_unit_test(too_much_is_cut),
		cmocka_unit_test(hours_are_json_for_a_script),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
