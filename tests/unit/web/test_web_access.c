/* Who may see what: every route for every role, forms, the audit log, and what readers are not
 * shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "unit/web/demo_folder.h"
#include "web/door.h"
#include "web/request.h"
#include "web/route.h"
#include "web/site.h"

#define NOW (DEMO_END + PTIME_HOUR)

struct log {
	bool refuses;
	unsigned count;
	enum audit_kind kind;
	char object[AUDIT_OBJECT_MAX];
};

static int
note(void *ctx, const struct audit_entry *entry, struct err *err)
{
	struct log *log = ctx;
	if (log->refuses) {
		return err_set(err, "the collector is away");
	}
	log->count++;
	log->kind = entry->kind;
	snprintf(log->object, sizeof log->object, "%s", entry->object);
	return 0;
}

struct asking {
	struct pool *pool;
	struct log *log; /* NULL = nobody takes entries */
	enum access access;
	bool posts, foreign;
	const char *token; /* in the form; NULL = none */
	const char *accept, *site;
	const char *location; /* out: in `text` */
	char text[512];
};

/* Status; the body in *out. */
static unsigned
ask(struct asking *q, const char *target, struct buf *out)
{
	struct request r;
	struct answer a;
	uint8_t bytes[4096];
	int64_t n;
	struct site site = site_usual;
	struct door *door = door_new(users_new());
	request_init(&r, q->pool, "test", NOW);
	answer_init(&a);
	site.tell = q->log != NULL ? note : NULL;
	site.tell_ctx = q->log;
	r.site = &site;
	r.door = door;
	r.viewer = (struct viewer){ .access = q->access,
		.name = q->access != ACCESS_ANYBODY ? "alice" : "",
		.token = "good" };
	r.method = q->posts ? METHOD_POST : METHOD_GET;
	r.is_foreign = q->foreign;
	r.accept = q->accept;
	r.fetch_site = q->site;
	if (q->token != NULL) {
		r.form.params[r.form.params_count++] = (struct param){ "token", q->token };
	}
	route_answer(&r, slice_str(target), &a);
	buf_clear(out);
	buf_add(out, a.fixed.ptr != NULL ? a.fixed : buf_slice(&a.body));
	unsigned status = a.status;
	snprintf(q->text, sizeof q->text, "%s",
		a.location != NULL  ? a.location
		: a.refresh != NULL ? a.refresh
				    : "");
	q->location = q->text;
	while (a.stream != NULL && (n = a.stream->read(a.stream, bytes, sizeof bytes, NOW)) > 0) {
		buf_add(out, slice_of(bytes, (size_t)n));
	}
	stream_free(a.stream);
	buf_release(&a.body);
	request_release(&r);
	door_free(door);
	return status;
}

static bool
has(const struct buf *b, const char *text)
{
	return slice_find(buf_slice(b), slice_str(text)) < b->len;
}

/* Of the demo's texts; a page that refuses repeats its own address, which tells nobody anything. */
static bool
holds_data(const struct buf *b)
{
	return has(b, "contact.php") || has(b, "blocked using") || has(b, "helo-no-dot");
}

/* Something of the demo for each "*". */
static const char *
target_of(const struct route *route, char out[256])
{
	size_t used = 0;
	const char *kind = route->path[0] != NULL ? route->path[0] : "";
	out[0] = '/';
	out[1] = '\0';
	for (size_t i = 0; i < URI_SEGMENTS_MAX && route->path[i] != NULL; i++) {
		const char *part = route->path[i], *before = i > 0 ? route->path[i - 1] : "";
		if (strcmp(part, "*") == 0) {
			part = strcmp(before, "session") == 0 || strcmp(kind, "mail") == 0
				       ? (i == 2 ? "1" : DEMO_SESSION)
			       : strcmp(before, "csv") == 0 || strcmp(before, "json") == 0
				       ? "hosts"
				       : "192.0.2.23";
		}
		used += (size_t)snprintf(out + used, 256 - used, "/%s", part);
	}
	return out;
}

/* It waits for what comes. */
static bool
is_live(const struct route *route)
{
	return route->path[0] != NULL && route->path[1] != NULL && route->path[2] != NULL &&
	       strcmp(route->path[2], "live") == 0;
}

static void
every_route_for_every_role(void **state)
{
	(void)state;
	struct buf b;
	struct pool *pool = pool_new(path);
	const struct route *route;
	char target[256];
	unsigned closed = 0;
	buf_init(&b, PAGE_MAX);
	for (size_t i = 0; (route = route_at(i)) != NULL; i++) {
		if (is_live(route)) {
			continue;
		}
		enum access least = route->open			    ? ACCESS_ANYBODY
				    : route->access > ACCESS_READER ? route->access
								    : ACCESS_READER;
		for (int access = ACCESS_ANYBODY; access <= ACCESS_ADMIN; access++) {
			struct asking q = {
				.pool = pool, .access = (enum access)access, .posts = false
			};
			unsigned status = ask(&q, target_of(route, target), &b);
			bool refused =
				status == 401 || (status == 403 && (enum access)access < least);
			if (refused != ((enum access)access < least)) {
				fail_msg("%s as %s: %u", target, access_word((enum access)access),
					status);
			}
			if (refused && holds_data(&b)) {
				fail_msg("%s as %s: refused, but shown", target,
					access_word((enum access)access));
			}
			closed += refused;
		}
	}
	assert_true(closed > 20);
	buf_release(&b);
	pool_free(pool);
}

static void
strangers_are_led_to_the_form(void **state)
{
	(void)state;
	struct buf b;
	struct pool *pool = pool_new(path);
	buf_init(&b, PAGE_MAX);
	struct asking q = { .pool = pool, .access = ACCESS_ANYBODY, .accept = "text/html" };
	assert_int_equal(ask(&q, "/hosts?verdict=listed", &b), 303);
	assert_string_equal(q.location, "/sign-in?next=%2Fhosts%3Fverdict%3Dlisted");
	/* from another site the cookie stays behind: once more, from here */
	q.site = "cross-site";
	assert_int_equal(ask(&q, "/hosts?verdict=listed", &b), 200);
	assert_string_equal(q.location, "/hosts?verdict=listed");
	assert_false(has(&b, "192.0.2.23"));
	q.site = NULL;
	q.accept = "application/json";
	assert_int_equal(ask(&q, "/json/hosts", &b), 401);
	assert_int_equal(ask(&q, "/sign-in", &b), 200);
	assert_int_equal(ask(&q, "/healthz", &b), 200);
	/* the audit log is an admin's by every way */
	q.access = ACCESS_ANALYST;
	assert_int_equal(ask(&q, "/audit", &b), 403);
	assert_int_equal(ask(&q, "/csv/audit", &b), 403);
	assert_int_equal(ask(&q, "/export/csv/audit", &b), 403);
	assert_int_equal(ask(&q, "/api/1/audit", &b), 403);
	q.access = ACCESS_ADMIN;
	assert_int_equal(ask(&q, "/csv/audit", &b), 200);
	buf_release(&b);
	pool_free(pool);
}

static void
forms_need_a_token(void **state)
{
	(void)state;
	struct buf b;
	struct pool *pool = pool_new(path);
	const struct route *route;
	char target[256];
	unsigned posts = 0;
	buf_init(&b, PAGE_MAX);
	for (size_t i = 0; (route = route_at(i)) != NULL; i++) {
		struct asking q = {
			.pool = pool, .access = ACCESS_ADMIN, .posts = true, .token = "good"
		};
		target_of(route, target);
		unsigned status = ask(&q, target, &b);
		assert_true(route->post ? status != 403 && status != 405 : status == 405);
		q.token = NULL;
		assert_int_equal(ask(&q, target, &b), route->post ? 403 : 405);
		q.token = "goo";
		assert_int_equal(ask(&q, target, &b), route->post ? 403 : 405);
		q.token = "good";
		q.foreign = true;
		assert_int_equal(ask(&q, target, &b), route->post ? 403 : 405);
		posts += route->post;
	}
	assert_true(posts >= 3);
	buf_release(&b);
	pool_free(pool);
}

static void
evidence_is_noted_first(void **state)
{
	(void)state;
	struct buf b;
	struct pool *pool = pool_new(path);
	const struct route *route;
	char target[256];
	unsigned noted = 0;
	buf_init(&b, PAGE_MAX);
	for (size_t i = 0; (route = route_at(i)) != NULL; i++) {
		struct log log = { .count = 0 };
		struct asking q = { .pool = pool, .log = &log, .access = ACCESS_ADMIN };
		if (!route->evidence) {
			continue;
		}
		target_of(route, target);
		assert_int_not_equal(ask(&q, target, &b), 503);
		assert_true(log.count >= 1);
		if (log.count == 1) {
			assert_int_equal(log.kind, route->download ? AUDIT_EXPORT : AUDIT_LOOK);
			assert_string_equal(log.object, target);
		}
		log.refuses = true;
		assert_int_equal(ask(&q, target, &b), 503);
		assert_false(holds_data(&b));
		assert_true(has(&b, "the collector is away"));
		noted++;
	}
	assert_true(noted >= 6);
	buf_release(&b);
	pool_free(pool);
}

/* ---- what readers are not shown ---- */

static bool
is_local_byte(uint8_t c)
{
	return c > ' ' && c < 0x7f && strchr("<>()[],;:\"'&=/\\|{}#?%", c) == NULL;
}

/* Local parts, longer than two bytes, of whatever looks like an address in what an analyst may take
 * along. */
static size_t
collect(const struct buf *b, char (*out)[64], size_t count, size_t max)
{
	for (size_t i = 0; i + 1 < b->len; i++) {
		size_t begin = i;
		if (b->ptr[i] != '@' || !is_local_byte(b->ptr[i + 1])) {
			continue;
		}
		while (begin > 0 && is_local_byte(b->ptr[begin - 1])) {
			begin--;
		}
		if (i - begin < 3 || i - begin > 60 || count == max) {
			continue;
		}
		char text[64];
		snprintf(
			text, sizeof text, "%.*s@", (int)(i - begin), (const char *)b->ptr + begin);
		bool known = false;
		for (size_t k = 0; k < count && !known; k++) {
			known = strcmp(out[k], text) == 0;
		}
		if (!known) {
			memcpy(out[count++], text, sizeof text);
		}
	}
	return count;
}

static void
readers_see_no_address(void **state)
{
	(void)state;
	static char locals[2000][64];
	static const char *const sources[] = { "/json/mails", "/json/sessions", "/json/evidence",
		"/json/hosts", "/record/session/" DEMO_SESSION, "/record/host/192.0.2.23" };
	struct buf b;
	struct pool *pool = pool_new(path);
	const struct route *route;
	char target[256];
	size_t count = 0;
	buf_init(&b, PAGE_MAX);
	struct asking analyst = { .pool = pool, .access = ACCESS_ANALYST };
	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
		assert_int_equal(ask(&analyst, sources[i], &b), 200);
		count = collect(&b, locals, count, 2000);
	}
	assert_true(count >= 3);
	struct asking reader = { .pool = pool, .access = ACCESS_READER };
	for (size_t i = 0; (route = route_at(i)) != NULL; i++) {
		if (is_live(route)) {
			continue;
		}
		(void)ask(&reader, target_of(route, target), &b);
		for (size_t k = 0; k < count; k++) {
			if (has(&b, locals[k])) {
				fail_msg("%s shows %s", target, locals[k]);
			}
		}
		if (has(&b, "HYPERLINK")) {
			fail_msg("%s shows a subject", target);
		}
	}
	buf_release(&b);
	pool_free(pool);
}

/* A switch leads back to its page, never to another server. */
static void
switches_stay_here(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{ "/hosts?theme=dark", "/hosts" },
		{ "/hosts?lang=pt-BR&q=x", "/hosts?q=x" },
		{ "//evil.example?theme=dark", "/" },
		{ "//evil.example/x?lang=pt-BR", "/" },
		{ "/%2Fevil.example?lang=en", "/%2Fevil.example" },
		{ "/%5Cevil.example?theme=light", "/%5Cevil.example" },
	};
	struct buf b;
	struct pool *pool = pool_new(path);
	buf_init(&b, PAGE_MAX);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct asking q = { .pool = pool, .access = ACCESS_READER };
		assert_int_equal(ask(&q, rows[i][0], &b), 303);
		assert_string_equal(q.location, rows[i][1]);
	}
	buf_release(&b);
	pool_free(pool);
}

/* What is masked is not found by asking for it, either. */
static void
readers_find_no_address(void **state)
{
	(void)state;
	static const struct {
		const char *target;
		unsigned reader, analyst;
	} rows[] = {
		{ "/mails?text=alice", 400, 200 },
		{ "/mails?q=alice", 400, 200 },
		{ "/mails?q=outcome:rejected", 200, 200 },
		{ "/mails?sort=rcpt", 400, 200 },
		{ "/mails?sort=header_from", 400, 200 },
		{ "/mails?sort=score", 200, 200 },
		{ "/campaigns?text=alice", 400, 200 },
		{ "/listings?text=alice", 400, 200 },
		{ "/cases?q=alice", 400, 200 },
		{ "/api/1/mails?text=alice", 400, 200 },
		{ "/api/1/mails?sort=subject", 400, 200 },
		{ "/hosts?text=example", 200, 200 },
		{ "/sessions?q=example", 200, 200 },
	};
	struct buf b;
	struct pool *pool = pool_new(path);
	struct asking reader = { .pool = pool, .access = ACCESS_READER };
	struct asking analyst = { .pool = pool, .access = ACCESS_ANALYST };
	buf_init(&b, PAGE_MAX);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unsigned got = ask(&reader, rows[i].target, &b);
		if (got != rows[i].reader) {
			fail_msg("%s: %u for a reader", rows[i].target, got);
		}
		got = ask(&analyst, rows[i].target, &b);
		if (got != rows[i].analyst) {
			fail_msg("%s: %u for an analyst", rows[i].target, got);
		}
	}
	assert_int_equal(ask(&reader, "/mails", &b), 200);
	assert_false(has(&b, "sort=subject"));
	assert_false(has(&b, "name=\"text\""));
	assert_int_equal(ask(&analyst, "/mails", &b), 200);
	assert_true(has(&b, "sort=subject") && has(&b, "name=\"text\""));
	buf_release(&b);
	pool_free(pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_route_for_every_role),
		cmocka_unit_test(strangers_are_led_to_the_form),
		cmocka_unit_test(forms_need_a_token),
		cmocka_unit_test(evidence_is_noted_first),
		cmocka_unit_test(readers_see_no_address),
		cmocka_unit_test(switches_stay_here),
		cmocka_unit_test(readers_find_no_address),
	};
	return cmocka_run_group_tests(tests, make_store, drop_store);
}
