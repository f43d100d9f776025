/* HTTP POSTs on ports that carry no mail: which bytes are one, what is told of it, how often, and
 * that a stream of SMTP beside it is none the worse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "talk_packets.inc"

#include "sensor/limits.h"
#include "sensor/stream/post.h"
#include "unit/base/edge.h"

#define VERSION " HTTP/1.1\r\nHost: www\r\n\r\nname=secret"

static const struct row {
	const char *name, *payload, *want;
} rows[] = {
	{ "a form", "POST /contact.php" VERSION, "/contact.php" },
	{ "HTTP/1.0", "POST /a HTTP/1.0\r\n\r\n", "/a" },
	{ "bare line feed", "POST /a HTTP/1.0\n\n", "/a" },
	{ "the root", "POST /" VERSION, "/" },
	{ "a query", "POST /a.php?token=secret" VERSION, "/a.php" },
	{ "a fragment", "POST /a.php#secret" VERSION, "/a.php" },
	{ "a parameter", "POST /a;jsessionid=secret" VERSION, "/a" },
	{ "the line goes on behind the query", "POST /a.php?token=secr", "/a.php" },
	{ "the line goes on behind the version", "POST /a.php HTTP/1.1", "/a.php" },
	{ "the path may go on", "POST /a.ph", "" },
	{ "the version may come", "POST /a.php ", "" },
	{ "the path ends the line", "POST /a.php\r\n\r\n", "" },
	{ "HTTP/0.9", "POST /a.php HTTP/0.9\r\n", "" },
	{ "HTTP/2 has no such line", "POST /a.php HTTP/2\r\n", "" },
	{ "the version stands in the next line", "POST /a.php x\r\nA: HTTP/1.1\r\n", "" },
	{ "to a proxy", "POST http://mx.example:25/" VERSION, "" },
	{ "no path", "POST " VERSION, "" },
	{ "another method", "PUT /a" VERSION, "" },
	{ "lower case", "post /a" VERSION, "" },
	{ "PROXY", "PROXY TCP4 192.0.2.1 192.0.2.2 1 80\r\n", "" },
	{ "a word", "POSTER /a" VERSION, "" },
	{ "a control", "POST /a\tb" VERSION, "/a" },
	{ "nothing", "", "" },
};

static void
paths(void **state)
{
	struct edge edge = edge_new();
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice payload = slice_str(rows[i].payload), want = slice_str(rows[i].want);
		struct slice got = post_path(edge_copy(edge, payload));
		if (!slice_eq(got, want))
			fail_msg("%s: %.*s", rows[i].name, (int)got.len, (const char *)got.ptr);
		for (size_t n = 0; n < payload.len; n++) {
			got = post_path(edge_copy(edge, slice_take(payload, n)));
			if (got.len > 0 && !slice_eq(got, want))
				fail_msg("%s, %zu bytes: %.*s", rows[i].name, n, (int)got.len,
					(const char *)got.ptr);
		}
	}
	edge_free(edge);
}

/* A path beyond the limit is cut there, whether its end is seen or not. */
static void
long_path(void **state)
{
	char request[1400];
	(void)state;

	memset(request, 'x', sizeof request);
	memcpy(request, "POST /", 6);
	assert_int_equal(post_path(slice_of(request, sizeof request)).len, LIMIT_POST_PATH);
	assert_int_equal(post_path(slice_of(request, 5 + LIMIT_POST_PATH)).len, LIMIT_POST_PATH);
	assert_int_equal(post_path(slice_of(request, 4 + LIMIT_POST_PATH)).len, 0);
	memcpy(request + 900, VERSION, sizeof VERSION - 1);
	assert_int_equal(post_path(slice_of(request, sizeof request)).len, LIMIT_POST_PATH);
}

/* ---- in streams ---- */

static void
expect(struct talk *t, const char *posts)
{
	(void)talk_run(t);
	assert_string_equal(t->posts, posts);
	assert_int_equal(t->opens, 0);
	talk_release(t);
	free(t);
}

static struct talk *
web(uint16_t port)
{
	struct talk *t = malloc(sizeof *t);

	talk_init(t, port % 2);
	t->end[SIDE_SERVER].port = port;
	talk_syn(t);
	return t;
}

static void
told(void **state)
{
	struct talk *t = web(80);
	(void)state;

	talk_say(t, SIDE_CLIENT, "POST /a?x HTTP/1.1\r\n\r\nb");
	talk_say(t, SIDE_SERVER, "HTTP/1.1 200 OK\r\n\r\n");
	talk_say(t, SIDE_CLIENT, "GET /b HTTP/1.1\r\n\r\n");
	talk_say(t, SIDE_SERVER, "HTTP/1.1 200 OK\r\n\r\n");
	talk_say(t, SIDE_CLIENT, "POST /c HTTP/1.1\r\n\r\nb");
	talk_fin(t);
	expect(t, "80/a 80/c ");
}

/* What a mirror sends twice, and what a sender sends again, is one; in whatever order. */
static void
doubled(void **state)
{
	(void)state;
	for (int back = 0; back < 2; back++) {
		struct talk *t = web(8081);
		talk_say(t, SIDE_CLIENT, "POST /a HTTP/1.1\r\n\r\n");
		talk_say(t, SIDE_SERVER, "HTTP/1.1 200 OK\r\n\r\n");
		talk_say(t, SIDE_CLIENT, "POST /a HTTP/1.1\r\n\r\n");
		talk_fin(t);
		for (size_t i = 0, count = t->count; i < count; i++)
			talk_insert(t, back ? 0 : t->count, &t->packets[back ? 2 * i : i]);
		expect(t, "8081/a 8081/a ");
	}
}

/* On a mail port the dialogue speaks for itself. */
static void
watched(void **state)
{
	struct talk *t = web(25);
	(void)state;

	talk_say(t, SIDE_CLIENT, "POST /a HTTP/1.1\r\n\r\n");
	talk_fin(t);
	(void)talk_run(t);
	assert_string_equal(t->posts, "");
	talk_release(t);
	free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths),
		cmocka_unit_test(long_path),
		cmocka_unit_test(told),
		cmocka_unit_test(doubled),
		cmocka_unit_test(watched),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
