/* Whole pages and downloads, on a made store, without HTTP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "unit/web/demo_folder.h"
#include "web/download.h"
#include "web/request.h"

#define NOW (DEMO_END + PTIME_HOUR)

/* Status; the body in *out. A download is read in pieces of `piece` bytes. */
static unsigned
ask(struct pool *pool, const char *target, size_t piece, struct buf *out)
{
	struct request r;
	struct answer a;
	uint8_t bytes[4096];
	int64_t n;
	request_init(&r, pool, "test", NOW);
	answer_init(&a);
	route_answer(&r, slice_str(target), &a);
	buf_clear(out);
	buf_add(out, a.fixed.ptr != NULL ? a.fixed : buf_slice(&a.body));
	unsigned status = a.status;
	buf_release(&a.body);
	request_release(&r); /* before the download ends, as over HTTP */
	while (a.stream != NULL && (n = a.stream->read(a.stream, bytes, piece, NOW)) > 0) {
		buf_add(out, slice_of(bytes, (size_t)n));
	}
	stream_free(a.stream);
	return status;
}

static bool
has(const struct buf *b, const char *text)
{
	return slice_find(buf_slice(b), slice_str(text)) < b->len;
}

static const struct {
	const char *target;
	unsigned status;
	const char *has, *lacks;
} pages[] = {
	{ "/", 200, "192.0.2.23", "The sensor does not see everything" },
	{ "/", 200, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;amp;", "<script>" },
	{ "/", 200, "providers: Microsoft S3140", "S3140, Yahoo" },
	{ "/hosts", 200, "href=\"/host/2001:db8:12::77\"", "<script>" },
	{ "/hosts?verdict=likely", 200, "192.0.2.140", "192.0.2.23" },
	{ "/hosts?sort=risk&order=asc", 200, "aria-sort=\"ascending\"", NULL },
	{ "/hosts?verdict=throttled&list=x", 200, "No row passes this filter", NULL },
	{ "/sessions", 200, "1 – 50 of 161", NULL },
	{ "/sessions?page=4", 200, "151 – 161 of 161", NULL },
	{ "/sessions?page=5", 200, "beyond the last of 161", NULL },
	{ "/sessions?host=192.0.2.23&sort=start", 200, "name=\"sort\" value=\"start\"", NULL },
	{ "/host/192.0.2.23", 200, "blocked using zen.spamhaus.org", "<script>" },
	{ "/host/192.0.2.23", 200, "still listed as far as seen", "NaN" },
	{ "/host/192.0.2.23", 200, "still so as far as seen", NULL },
	{ "/host/192.0.2.23", 200, "accepted by 198.51.100.26", NULL },
	{ "/host/192.0.2.23", 200, "a provider&#39;s reputation", NULL },
	{ "/host/192.0.2.23", 200, "rate limit", NULL },
	{ "/host/192.0.2.23", 200, "without CSS_SCRIPT it would be 0.12", NULL },
	{ "/host/192.0.2.23", 200, "91 % by what it does alone", NULL },
	{ "/host/192.0.2.23", 200, "And 2 lists below 5 %", "Backscatterer" },
	{ "/host/192.0.2.23", 200, "Who would be cut off", NULL },
	{ "/host/192.0.2.23", 200, "often a proxy: see who may use it", NULL },
	{ "/host/192.0.2.25", 200, "href=\"/host/192.0.2.23\"", "clients speak" },
	{ "/host/2001:db8:12::77", 200, "About 214 clients speak through this address", NULL },
	{ "/listings?host=192.0.2.23", 200, "who still asks it should not", "<script>" },
	{ "/services", 200, "smtp", NULL },
	{ "/host/192.0.2.91", 200, "Too little was seen", "NaN" },
	{ "/host/198.51.100.25", 200, "There is no verdict on this address", NULL },
	{ "/host/203.0.113.99", 200, "No session with this address", NULL },
	{ "/host/x", 400, "an IP address", NULL },
	{ "/session/" DEMO_SESSION, 200, "helo-no-dot", "<script>" },
	{ "/session/0000000000000003", 200,
		"mails taken: about 3, refusals: about 0; by the lengths of TLS records",
		"<script>" },
	{ "/session/0000000000000003", 200, "12,345 from the client, 7 from the server", NULL },
	{ "/session/0000000000000003", 200, "client: unknown_ca", NULL },
	{ "/session/0000000000000003", 200, "mx.example.net, ", NULL },
	{ "/session/0000000000000004", 200, "Dialect", "stimated" },
	{ "/session/nope", 404, "no such session", NULL },
	{ "/session/%27%20OR%201=1", 404, "no such session", NULL },
	{ "/mail/" DEMO_SESSION "/1", 200, "user-unknown", "<script>" },
	{ "/mail/" DEMO_SESSION "/1", 200, "&quot;&gt;&lt;img src=x onerror=alert(1)&gt;.zip",
		"<img" },
	{ "/mail/" DEMO_SESSION "/2", 200, "&lt;&gt; (a bounce", NULL },
	{ "/mail/" DEMO_SESSION "/3", 404, "no such mail", NULL },
	{ "/mail/" DEMO_SESSION "/99999999999", 400, "number of a mail", NULL },
	{ "/sensor", 200, "packets that the kernel dropped", "<script>" },
	{ "/sensor", 200, "lost in the mirror: 62.0 kB (0.8 %)", "NaN" },
	{ "/sensor", 200, "dropped by the kernel: 54 (0.4 %)", "No interval is stored" },
	{ "/sensor", 200, "one end of a stream confirmed them", NULL },
	{ "/", 200, "(worst 5 minutes: 0.8 %)", NULL },
	{ "/loss?sort=mirror_loss&order=desc&rows=1", 200, "62,000", NULL },
	{ "/loss?verdict=listed", 400, "cannot be filtered by verdict", NULL },
	{ "/about", 200, "Never the text of a mail", NULL },
	{ "/healthz", 200, "ok\n", "<" },
	{ "/nope", 404, "no such page", NULL },
	{ "/csv/nope", 404, "no such table", NULL },
	{ "/hosts?text=%00", 400, "control characters", NULL },
	{ "/services?session=1", 400, "cannot be filtered by session", NULL },
	{ "/hosts?%3Cscript%3E=1", 400, "there is no parameter &lt;script&gt;", "<script>" },
};

static void
pages_say_what_they_should(void **state)
{
	(void)state;
	struct pool *pool = pool_new(path);
	struct buf b;
	buf_init(&b, PAGE_MAX);
	for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
		unsigned status = ask(pool, pages[i].target, 4096, &b);
		if (status != pages[i].status) {
			fail_msg("%s: status %u: %.300s", pages[i].target, status, buf_cstr(&b));
		}
		if (!has(&b, pages[i].has)) {
			fail_msg("%s lacks: %s\n%.3000s", pages[i].target, pages[i].has,
				buf_cstr(&b));
		}
		if (pages[i].lacks != NULL && has(&b, pages[i].lacks)) {
			fail_msg("%s has: %s", pages[i].target, pages[i].lacks);
		}
		if (has(&b, " style=") || has(&b, "href=\"http") || has(&b, "\"#\"")) {
			fail_msg("%s has an inline style, or a link to elsewhere", pages[i].target);
		}
	}
	buf_release(&b);
	pool_free(pool);
}

static void
downloads_are_whole_in_any_pieces(void **state)
{
	(void)state;
	static const char *const targets[] = { "/csv/mails", "/csv/hosts?verdict=likely",
		"/json/sessions", "/csv/events", "/csv/loss" };
	static const size_t pieces[] = { 1, 7, 4096 };
	struct pool *pool = pool_new(path);
	struct buf whole, b;
	buf_init(&whole, PAGE_MAX);
	buf_init(&b, PAGE_MAX);
	for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
		assert_int_equal(ask(pool, targets[i], 4096, &whole), 200);
		for (size_t k = 0; k < sizeof pieces / sizeof pieces[0]; k++) {
			assert_int_equal(ask(pool, targets[i], pieces[k], &b), 200);
			assert_true(slice_eq(buf_slice(&whole), buf_slice(&b)));
		}
		assert_int_equal(whole.ptr[whole.len - 1], '\n');
	}
	assert_int_equal(ask(pool, "/csv/mails", 4096, &b), 200);
	assert_true(has(&b, "\"'=HYPERLINK(\"\"http://198.51.100.9/\"\",\"\"win\"\")\""));
	buf_release(&whole);
	buf_release(&b);
	pool_free(pool);
}

static void
downloads_have_an_end(void **state)
{
	(void)state;
	struct pool *pool = pool_new(path);
	struct request r;
	struct answer a;
	uint8_t bytes[64];
	request_init(&r, pool, "test", NOW);
	answer_init(&a);
	route_answer(&r, SLICE("/csv/mails"), &a);
	buf_release(&a.body);
	request_release(&r);
	assert_int_equal(a.stream->read(a.stream, bytes, sizeof bytes, NOW), sizeof bytes);
	int64_t n, rest = 0;
	while ((n = a.stream->read(a.stream, bytes, sizeof bytes, NOW + DOWNLOAD_NS + 1)) > 0) {
		rest += n;
	}
	assert_int_equal(n, -1); /* cut, and seen to be cut */
	assert_true(rest < 1024);
	stream_free(a.stream);
	pool_free(pool);
}

static void
connections_are_bounded_and_come_back(void **state)
{
	(void)state;
	struct pool *pool = pool_new(path);
	struct answer a[POOL_MAX];
	struct buf b;
	buf_init(&b, PAGE_MAX);
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < POOL_MAX; i++) {
			struct request r;
			request_init(&r, pool, "test", NOW);
			answer_init(&a[i]);
			route_answer(&r, SLICE("/csv/hosts"), &a[i]);
			assert_non_null(a[i].stream);
			buf_release(&a[i].body);
			request_release(&r);
		}
		assert_int_equal(ask(pool, "/hosts", 4096, &b), 503);
		assert_true(has(&b, "try again in a moment"));
		for (size_t i = 0; i < POOL_MAX; i++) {
			stream_free(a[i].stream);
		}
		assert_int_equal(ask(pool, "/hosts", 4096, &b), 200);
	}
	buf_release(&b);
	pool_free(pool);
}

static void
a_store_may_come_and_go(void **state)
{
	(void)state;
	struct buf b;
	struct pool *pool = pool_new(path);
	char away[sizeof path + 16];
	snprintf(away, sizeof away, "%s.away", path);
	buf_init(&b, PAGE_MAX);
	assert_int_equal(ask(pool, "/", 4096, &b), 200);
	assert_int_equal(rename(path, away), 0);
	assert_int_equal(ask(pool, "/", 4096, &b), 503);
	assert_true(has(&b, "No data yet") && has(&b, "heloscope read"));
	assert_int_equal(ask(pool, "/healthz", 4096, &b), 503);
	assert_int_equal(ask(pool, "/about", 4096, &b), 200);
	assert_int_equal(rename(away, path), 0);
	assert_int_equal(ask(pool, "/", 4096, &b), 200);
	buf_release(&b);
	pool_free(pool);
}

/* A store without anything in it must not look like a campus without trouble. */
static void
an_empty_store_is_not_clean(void **state)
{
	(void)state;
	char empty[sizeof path + 16];
	struct store *store;
	struct err err = { "" };
	struct buf b;
	snprintf(empty, sizeof empty, "%s/empty.db", folder);
	assert_int_equal(store_open(empty, "t", &store, &err), 0);
	store_close(store);
	struct pool *pool = pool_new(empty);
	buf_init(&b, PAGE_MAX);
	assert_int_equal(ask(pool, "/", 4096, &b), 200);
	assert_true(has(&b, "No sensor has ever written to this store."));
	assert_true(has(&b, "No sensor has written to this store yet"));
	assert_int_equal(ask(pool, "/sensor", 4096, &b), 200);
	assert_int_equal(ask(pool, "/mails", 4096, &b), 200);
	assert_true(has(&b, "Nothing is stored here yet"));
	buf_release(&b);
	pool_free(pool);
	static const char *const ends[] = { "", "-wal", "-shm", ".lock" };
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		char name[sizeof empty + 16];
		snprintf(name, sizeof name, "%s%s", empty, ends[i]);
		unlink(name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_say_what_they_should),
		cmocka_unit_test(downloads_are_whole_in_any_pieces),
		cmocka_unit_test(downloads_have_an_end),
		cmocka_unit_test(connections_are_bounded_and_come_back),
		cmocka_unit_test(a_store_may_come_and_go),
		cmocka_unit_test(an_empty_store_is_not_clean),
	};
	return cmocka_run_group_tests(tests, make_store, drop_store);
}
