/* What every request passes through: who may ask, forged forms, the audit log, the page. */
#include "web/request.h"

#include <string.h>

#include "sensor/base/digest.h"
#include "sensor/base/text.h"
#include "web/door.h"
#include "web/fields.h"
#include "web/gzip.h"
#include "web/language.h"
#include "web/page.h"
#include "web/route.h"
#include "web/site.h"
#include "web/theme.h"

void
request_init(struct request *r, struct pool *pool, const char *version, int64_t now)
{
	*r = (struct request){ .site = &site_usual,
		.viewer = { .access = ACCESS_ADMIN, .name = "", .token = "" },
		.pool = pool,
		.version = version,
		.host = "",
		.now = now };
	arena_init(&r->arena, REQUEST_MEMORY);
}

void
request_release(struct request *r)
{
	pool_give(r->pool, &r->reader, !r->reader_failed);
	arena_release(&r->arena);
}

void
answer_init(struct answer *a)
{
	*a = (struct answer){ .status = 200, .type = TYPE_HTML, .cache = "no-store" };
	buf_init(&a->body, PAGE_MAX);
}

void
stream_free(struct stream *s)
{
	if (s != NULL) {
		s->free(s);
	}
}

/* ---- who may ---- */

/* One route serves many tables; that of the audit log is an admin's wherever it is asked for. */
static enum access
needed(const struct route *route, const struct uri *uri)
{
	for (size_t i = 0; i < uri->segments_count && i < URI_SEGMENTS_MAX; i++) {
		if (strcmp(route->path[i], "*") == 0 && strcmp(uri->segments[i], "audit") == 0) {
			return ACCESS_ADMIN;
		}
	}
	return route->open		       ? ACCESS_ANYBODY
	       : route->access > ACCESS_READER ? route->access
					       : ACCESS_READER;
}

bool
request_may(const struct request *r, const struct route *route)
{
	return r->viewer.access >= needed(route, &(struct uri){ 0 });
}

/* A link in a mail or a ticket: SameSite=Strict keeps the cookie back, so that nobody else's page
 * can ask in the name of who is signed in.  One more step, from a page of ours, brings it. */
static void
step_inside(struct request *r, struct answer *a)
{
	struct html h;
	const char *url = arena_string(&r->arena, r->target);
	page_begin(&h, r, a, T(r, "One moment"));
	h_element(&h, "h1", NULL, T(r, "One moment"));
	h_open(&h, "p");
	h_link(&h, url, T(r, "You come from another site: go on to the report"));
	h_close(&h);
	page_end(&h, r);
	a->refresh = url;
}

static void
ask_who(struct request *r, struct answer *a)
{
	bool page = r->method == METHOD_GET && field_takes_html(r->accept);
	if (!door_has_users(r->door)) {
		page_error(r, a, 403,
			T(r, "The proxy in front of this report says who may see it, and it did "
			     "not say who you are."));
	} else if (page && r->fetch_site != NULL && !field_is_own(r->fetch_site)) {
		step_inside(r, a);
	} else if (page) {
		const struct param next[] = { { "next", arena_string(&r->arena, r->target) } };
		page_error(r, a, 303, T(r, "Sign in first."));
		a->location = url_with(&r->arena, "/sign-in", NULL, next, 1);
	} else {
		page_error(
			r, a, 401, T(r, "Sign in first: at /sign-in, or by Basic authentication."));
		a->challenge = r->fetch_site == NULL; /* a browser would open a window of its own */
	}
}

static void
turn_away(struct request *r, const struct route *route, struct answer *a)
{
	if (r->viewer.access == ACCESS_ANYBODY && r->viewer.name[0] == '\0') {
		ask_who(r, a);
	} else if (r->viewer.access == ACCESS_ANYBODY) {
		page_error(r, a, 403,
			T(r, "You are known here, but nobody has said what you may see."));
	} else if (needed(route, &r->uri) == ACCESS_ADMIN) {
		page_error(r, a, 403, T(r, "Only an admin may see this."));
	} else {
		page_error(r, a, 403, T(r, "A reader may not see this: it takes an analyst."));
	}
}

/* ---- forms ---- */

static bool
is_forged(const struct request *r)
{
	const char *token = uri_param(&r->form, "token");
	return r->is_foreign || token == NULL || r->viewer.token[0] == '\0' ||
	       !secret_equal(slice_str(token), slice_str(r->viewer.token));
}

/* ---- the audit log ---- */

int
request_tell(struct request *r, const struct audit_entry *given, struct err *err)
{
	uint8_t random[(AUDIT_ID_MAX - 1) / 2];
	char id[AUDIT_ID_MAX];
	struct audit_entry entry = *given;
	if (r->site->tell == NULL) {
		return 0;
	}
	digest_random(random, sizeof random);
	entry.id = given->id != NULL ? given->id : digest_hex(random, sizeof random, id);
	entry.time = given->time != 0 ? given->time : r->now;
	entry.user = given->user != NULL ? given->user : r->viewer.name;
	entry.from = r->viewer.from;
	entry.object = given->object != NULL ? given->object : "";
	entry.text = given->text != NULL ? given->text : "";
	return r->site->tell(r->site->tell_ctx, &entry, err);
}

/* Before it is answered: what nobody notes, nobody sees. */
static int
note_look(struct request *r, const struct route *route, struct err *err)
{
	const struct audit_entry entry = {
		.kind = route->download ? AUDIT_EXPORT : AUDIT_LOOK,
		.object = text_clean(&r->arena, r->target, AUDIT_OBJECT_MAX - 1),
	};
	return request_tell(r, &entry, err);
}

/* ---- the page ---- */

static void
run_route(struct request *r, const struct route *route, struct answer *a)
{
	struct err err = { "" };
	if (!route->no_store && pool_take(r->pool, &r->reader, &err) != 0) {
		page_no_data(r, a, err.text);
		return;
	}
	/* A stream that takes the connection along has its own time. */
	struct store *store = r->reader.store;
	if (store != NULL) {
		store_deadline(store, r->query_ms);
	}
	route->run(r, a);
	if (store != NULL && (r->reader.store == store || a->stream != NULL)) {
		store_deadline(store, 0);
	}
	if (a->body.lost > 0) {
		page_error(r, a, 500,
			T(r, "This page is too big: narrow it with a filter, or take the CSV."));
	}
}

static void
answer_route(struct request *r, const struct route *route, struct answer *a)
{
	struct err err = { "" };
	if (r->method == METHOD_POST && !route->post) {
		page_error(r, a, 405, T(r, "This page can only be read."));
		a->allow = "GET, HEAD";
	} else if (r->viewer.access < needed(route, &r->uri)) {
		turn_away(r, route, a);
	} else if (r->method == METHOD_POST && is_forged(r)) {
		page_error(r, a, 403,
			T(r, "This form is not from a page of this report, or the page is too old: "
			     "load the page again, and send it anew."));
	} else if (route->evidence && note_look(r, route, &err) != 0) {
		page_error(r, a, 503,
			arena_printf(&r->arena,
				T(r, "Who looks at evidence is noted first, and that cannot be "
				     "done now: %s"),
				err.text));
	} else {
		run_route(r, route, a);
	}
}

void
route_answer(struct request *r, struct slice target, struct answer *a)
{
	struct err err = { "" };
	r->target = target;
	if (uri_parse(target, &r->arena, &r->uri, &err) != 0) {
		r->uri = (struct uri){ 0 };
		page_error(r, a, 400, err.text);
		return;
	}
	if (r->uri.authority != NULL) {
		r->target = SLICE("/");
	}
	if (language_choose(r, a) || theme_choose(r, a)) {
		return;
	}
	const struct route *route = route_find(&r->uri);
	if (route == NULL) {
		page_error(r, a, 404, T(r, "There is no such page."));
		return;
	}
	answer_route(r, route, a);
	if (a->etag != NULL && a->status == 200 && field_has_etag(r->if_none_match, a->etag)) {
		a->status = 304;
		a->fixed = SLICE_EMPTY;
		a->encoding = NULL;
		buf_clear(&a->body);
	}
}

static const char *
refusal_words(struct request *r, unsigned status)
{
	switch (status) {
	case 400:
		return T(r, "The address holds a NUL.");
	case 411:
		return T(r, "The length of the form is missing (Content-Length).");
	case 413:
		return T(r, "The form is too long.");
	case 415:
		return T(r, "Forms are read as application/x-www-form-urlencoded alone, without "
			    "files.");
	default:
		return T(r, "This can be read (GET, HEAD) or filled in (POST), nothing else.");
	}
}

void
answer_refuse(struct request *r, struct answer *a, unsigned status)
{
	page_error(r, a, status, refusal_words(r, status));
	a->allow = status == 405 ? "GET, HEAD, POST" : NULL;
}

/* ---- packing ---- */

/* A page holds a secret (the token) and repeats what the address says, so whoever makes a browser
 * ask, and sees the length of what comes back, could guess the secret bit by bit (BREACH).  Packed
 * are pages which no other site can have asked for: the browser says so, or the credential is a
 * cookie that other sites' requests do not carry; and where there is no TLS, all. Downloads and
 * assets do not repeat the address. */
static bool
may_pack(const struct request *r, const struct answer *a)
{
	bool page = strcmp(a->type, TYPE_HTML) == 0;
	return field_takes_gzip(r->accept_encoding) && a->encoding == NULL &&
	       a->fixed.ptr == NULL && (a->stream != NULL || a->body.len >= GZIP_LEAST) &&
	       strcmp(a->type, "text/event-stream") != 0 && strstr(a->type, "zip") == NULL &&
	       (!page || !r->is_tls || r->known_by == KNOWN_BY_COOKIE ||
		       field_is_own(r->fetch_site));
}

void
answer_pack(struct request *r, struct answer *a)
{
	if (!may_pack(r, a)) {
		return;
	}
	struct buf packed;
	struct stream *stream = a->stream != NULL ? gzip_stream(a->stream) : NULL;
	if (stream != NULL) {
		a->stream = stream;
		a->encoding = "gzip";
	} else if (a->stream == NULL) {
		buf_init(&packed, a->body.len);
		if (gzip_bytes(buf_slice(&a->body), &packed) == 0) {
			buf_release(&a->body);
			a->body = packed;
			a->encoding = "gzip";
		} else {
			buf_release(&packed);
		}
	}
}
