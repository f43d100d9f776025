/* Targets of requests: what they are taken apart into, what is refused, and the filters they ask
 * for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sensor/base/ptime.h"
#include "unit/base/edge.h"
#include "web/params.h"

/* As text: segments each with a slash, then parameters; "!" and the words when it is refused. */
static const char *
describe(struct slice raw, struct arena *a)
{
	struct uri uri;
	struct err err = { "" };
	const char *text = "";
	if (uri_parse(raw, a, &uri, &err) != 0) {
		return arena_printf(a, "!%s", err.text);
	}
	if (uri.authority != NULL) {
		text = arena_printf(a, "(%s)", uri.authority);
	}
	if (uri.segments_count > URI_SEGMENTS_MAX) {
		return arena_printf(a, "%s too deep", text);
	}
	for (size_t i = 0; i < uri.segments_count; i++) {
		text = arena_printf(a, "%s/%s", text, uri.segments[i]);
	}
	for (size_t i = 0; i < uri.params_count; i++) {
		text = arena_printf(a, "%s %s=%s", text, uri.params[i].name, uri.params[i].value);
	}
	return text;
}

static const struct {
	const char *raw, *want; /* want "!…": how the refusal begins */
} targets[] = {
	{ "/", "" },
	{ "/hosts", "/hosts" },
	{ "/hosts/", "/hosts" },
	{ "/host/192.0.2.1", "/host/192.0.2.1" },
	{ "/host/2001:db8::1", "/host/2001:db8::1" },
	{ "/host/2001%3adb8%3A%3a1", "/host/2001:db8::1" },
	{ "//x", "//x" },
	{ "/a/../b", "/a/../b" }, /* names a route that is not there; there are no files */
	{ "/a/b/c/d", "/a/b/c/d" },
	{ "/a/b/c/d/e", "/a/b/c/d/e" },
	{ "/a/b/c/d/e/f", " too deep" },
	{ "/a%2fb", "/a/b" }, /* one segment: the route does not match, and "/" is escaped again in
				 links */
	{ "/t?text=a+b%20c&sort=risk", "/t text=a b c sort=risk" },
	{ "/t?text=%e2%82%ac", "/t text=€" },
	{ "/t?text=", "/t text=" },
	{ "/t?text", "/t text=" },
	{ "/t?&&text=1&", "/t text=1" },
	{ "/t?=1", "/t" },
	{ "/t?text=a=b?c/d", "/t text=a=b?c/d" },
	{ "/a+b", "/a+b" },
	{ "http://report.example:8025/hosts?x=1", "(report.example:8025)/hosts x=1" },
	{ "HTTP://h/", "(h)" },
	{ "http://h", "!the address does not begin with /" },
	{ "", "!the address does not begin with /" },
	{ "hosts", "!the address does not begin with /" },
	{ "*", "!the address does not begin with /" },
	{ "?x=1", "!the address does not begin with /" },
	{ "/%", "!a % in the address" },
	{ "/%4", "!a % in the address" },
	{ "/%4x", "!a % in the address" },
	{ "/t?text=%%41", "!a % in the address" },
	{ "/%00", "!the address holds control characters" },
	{ "/host/192.0.2.1%00.html", "!the address holds control characters" },
	{ "/t?text=a%0d%0ab", "!the address holds control characters" },
	{ "/t?%00=1", "!the address holds control characters" },
	{ "/t?text=%ff", "!the address holds control characters" },
	{ "/t?text=%c0%80", "!the address holds control characters" },
	{ "/t?text=1&text=2", "!the parameter text is given twice" },
	{ "/t?text=1&%74ext=2", "!the parameter text is given twice" },
};

static void
targets_are_taken_apart(void **state)
{
	(void)state;
	struct edge edge = edge_new();
	assert_non_null(edge.pages);
	for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
		struct arena a;
		arena_init(&a, 1u << 20);
		const char *want = targets[i].want;
		const char *got = describe(edge_copy(edge, slice_str(targets[i].raw)), &a);
		if (want[0] == '!' ? strncmp(got, want, strlen(want)) != 0
				   : strcmp(got, want) != 0) {
			fail_msg("%s: got \"%s\", want \"%s\"", targets[i].raw, got, want);
		}
		for (size_t n = 0; n < strlen(targets[i].raw);
			n++) { /* every beginning, for the sanitizers and the edge */
			describe(edge_copy(edge, slice_of(targets[i].raw, n)), &a);
		}
		arena_release(&a);
	}
	edge_free(edge);
}

static void
long_and_many_are_refused(void **state)
{
	(void)state;
	struct arena a;
	struct buf b;
	arena_init(&a, 4u << 20);
	buf_init(&b, 1u << 20);
	buf_str(&b, "/t?");
	for (int i = 0; i <= URI_PARAMS_MAX; i++) {
		buf_printf(&b, "p%d=1&", i);
	}
	assert_string_equal(describe(buf_slice(&b), &a), "!more than 32 parameters");
	buf_clear(&b);
	buf_byte(&b, '/');
	for (int i = 0; i < URI_MAX; i++) {
		buf_byte(&b, 'x');
	}
	assert_string_equal(describe(buf_slice(&b), &a), "!the address is longer than 8192 bytes");
	buf_release(&b);
	arena_release(&a);
}

/* ---- filters ---- */

#define NOW (INT64_C(1213326000) * PTIME_SECOND) /* 2008-06-13 03:00 UTC */

static int
view_of(const char *target, const char *table, struct arena *a, struct view *view, struct err *err)
{
	struct uri uri;
	if (uri_parse(slice_str(target), a, &uri, err) != 0) {
		return -1;
	}
	return view_parse(&uri, table_find(table), NOW, a, view, err);
}

static void
filters_are_read(void **state)
{
	(void)state;
	struct arena a;
	struct view v;
	struct err err = { "" };
	char text[ADDR_TEXT_MAX];
	arena_init(&a, 1u << 20);
	assert_int_equal(view_of("/hosts?verdict=listed&cause=web-form&list=Spamhaus+ZEN&sort=risk&"
				 "order=desc&page=3&rows=10",
				 "hosts", &a, &v, &err),
		0);
	assert_string_equal(v.filter.verdict, "listed");
	assert_string_equal(v.filter.cause, "web-form");
	assert_string_equal(v.filter.list, "Spamhaus ZEN");
	assert_string_equal(v.filter.sort, "risk");
	assert_true(v.filter.descending);
	assert_int_equal(v.filter.limit, 10);
	assert_int_equal(v.filter.offset, 20);
	assert_int_equal(view_of("/sessions?host=2001:db8::1&port=25&since=24h&until=2008-06-12",
				 "sessions", &a, &v, &err),
		0);
	assert_string_equal(addr_format(v.filter.host, text), "2001:db8::1");
	assert_int_equal(v.filter.port, 25);
	assert_int_equal(v.filter.since, NOW - PTIME_DAY);
	assert_int_equal(v.filter.until, NOW - 3 * PTIME_HOUR); /* with all of the 12th */
	assert_int_equal(v.filter.limit, VIEW_ROWS_USUAL);
	assert_int_equal(view_of("/mails?outcome=rejected&class=listed-on-rbl&rule=R&session=s&"
				 "text=x&since=2008-06-13T02:00:00Z",
				 "mails", &a, &v, &err),
		0);
	assert_string_equal(v.filter.outcome, "rejected");
	assert_string_equal(v.filter.class, "listed-on-rbl");
	assert_string_equal(v.filter.rule, "R");
	assert_string_equal(v.filter.session, "s");
	assert_string_equal(v.filter.text, "x");
	assert_int_equal(v.filter.since, NOW - PTIME_HOUR);
	/* What a form sends when nothing was filled in. */
	assert_int_equal(view_of("/hosts?verdict=&cause=&list=&since=&until=&text=&page=", "hosts",
				 &a, &v, &err),
		0);
	assert_null(v.filter.verdict);
	assert_null(v.filter.text);
	assert_int_equal(v.page, 1);
	arena_release(&a);
}

static void
bad_values_are_named(void **state)
{
	(void)state;
	static const struct {
		const char *target, *want;
	} rows[] = {
		{ "/hosts?host=nobody", "host=nobody: it should be an IP address" },
		{ "/hosts?host=192.0.2.0/24", "host=192.0.2.0/24: it should be an IP address" },
		{ "/hosts?verdict=guilty",
			"verdict=guilty: it should be the word for a verdict, as listed" },
		{ "/hosts?cause=x", "cause=x: it should be" },
		{ "/hosts?class=x", "class=x: it should be" },
		{ "/hosts?outcome=x", "outcome=x: it should be" },
		{ "/hosts?since=yesterday", "since=yesterday: it should be" },
		{ "/hosts?since=99999999999999999d", "since=99999999999999999d: it should be" },
		{ "/hosts?since=d", "since=d: it should be" },
		{ "/hosts?until=-1h", "until=-1h: it should be" },
		{ "/hosts?port=0", "port=0: it should be a number from 1 to 65535" },
		{ "/hosts?port=65536", "port=65536: it should be" },
		{ "/hosts?sort=nope",
			"sort=nope: it should be the name of a column of this table" },
		{ "/hosts?order=up", "order=up: it should be asc or desc" },
		{ "/hosts?page=0", "page=0: it should be a number from 1" },
		{ "/hosts?page=1000001", "page=1000001: it should be" },
		{ "/hosts?rows=501", "rows=501: it should be a number from 1 to 500" },
		{ "/hosts?colour=red", "there is no parameter colour" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct arena a;
		struct view v;
		struct err err = { "" };
		arena_init(&a, 1u << 20);
		if (view_of(rows[i].target, "hosts", &a, &v, &err) == 0) {
			fail_msg("%s was accepted", rows[i].target);
		}
		if (strncmp(err.text, rows[i].want, strlen(rows[i].want)) != 0) {
			fail_msg("%s: said \"%s\", want \"%s\"", rows[i].target, err.text,
				rows[i].want);
		}
		arena_release(&a);
	}
}

static void
addresses_are_written(void **state)
{
	(void)state;
	struct arena a;
	struct uri uri;
	struct err err = { "" };
	arena_init(&a, 1u << 20);
	assert_string_equal(url_path(&a, "host", "2001:db8::1", NULL), "/host/2001:db8::1");
	assert_string_equal(url_path(&a, "host", "../a b?c#d\"<>&%é", NULL),
		"/host/..%2Fa%20b%3Fc%23d%22%3C%3E%26%25%C3%A9");
	assert_int_equal(uri_parse(SLICE("/t?list=Spamhaus+ZEN&page=3&text="), &a, &uri, &err), 0);
	const struct param set[] = { { "page", NULL }, { "sort", "a&b" } };
	assert_string_equal(url_with(&a, "/t", &uri, set, 2), "/t?list=Spamhaus%20ZEN&sort=a%26b");
	assert_string_equal(url_with(&a, "/t", NULL, NULL, 0), "/t");
	arena_release(&a);
}

/* ---- the Host field ---- */

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(targets_are_taken_apart),
		cmocka_unit_test(long_and_many_are_refused),
		cmocka_unit_test(filters_are_read),
		cmocka_unit_test(bad_values_are_named),
		cmocka_unit_test(addresses_are_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
