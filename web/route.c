#include "web/route.h"

#include <string.h>

#include "web/page.h"
#include "web/site.h"

static const struct route routes[] = {
	{ .path = { NULL }, .title = N_("Overview"), .run = page_overview },
	{ .path = { "hosts" }, .title = N_("Hosts"), .run = page_table },
	{ .path = { "listings" }, .title = N_("Listings"), .run = page_table },
	{ .path = { "evidence" }, .title = N_("Evidence"), .run = page_table, .evidence = true },
	{ .path = { "mails" }, .title = N_("Mails"), .run = page_table },
	{ .path = { "sessions" }, .title = N_("Sessions"), .run = page_table },
	{ .path = { "services" }, .title = N_("Services"), .run = page_table },
	{ .path = { "loss" }, .run = page_table },
	{ .path = { "events" }, .run = page_table },
	{ .path = { "changes" }, .run = page_table },
	{ .path = { "deliveries" }, .run = page_table },
	{ .path = { "sensor" }, .title = N_("Sensor"), .run = page_sensor },
	{ .path = { "about" }, .title = N_("About"), .run = page_about, .no_store = true },
	{ .path = { "host", "*" }, .run = page_host },
	{ .path = { "session", "*" }, .run = page_session, .evidence = true },
	{ .path = { "chart", "host", "*" }, .run = chart_host },
	{ .path = { "mail", "*", "*" }, .run = page_mail, .evidence = true },
	{ .path = { "csv", "*" }, .run = download_csv, .access = ACCESS_ANALYST },
	{ .path = { "json", "*" }, .run = download_json, .access = ACCESS_ANALYST },
	{ .path = { "record", "*", "*" }, .run = download_record, .access = ACCESS_ANALYST },
	{ .path = { "complaint" },
		.run = page_complaint,
		.access = ACCESS_ANALYST,
		.post = true,
		.evidence = true },
	{ .path = { "complaint", "host", "*" },
		.run = page_letter,
		.access = ACCESS_ANALYST,
		.evidence = true },
	{ .path = { "complaint", "host", "*", "text" },
		.run = download_letter,
		.access = ACCESS_ANALYST,
		.evidence = true },
	{ .path = { "static", "*", "*" }, .run = asset_answer, .no_store = true, .open = true },
	{ .path = { "healthz" }, .run = health_answer, .no_store = true, .open = true },
};

const struct route *
route_at(size_t i)
{
	return i < sizeof routes / sizeof routes[0] ? &routes[i] : NULL;
}

static bool
route_matches(const struct route *route, const struct uri *uri)
{
	size_t count = 0;
	while (count < 4 && route->path[count] != NULL) {
		count++;
	}
	if (count != uri->segments_count) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (strcmp(route->path[i], "*") != 0 &&
			strcmp(route->path[i], uri->segments[i]) != 0) {
			return false;
		}
	}
	return true;
}

void
request_init(struct request *r, struct pool *pool, const char *version, int64_t now)
{
	*r = (struct request){ .site = &site_usual,
		.viewer = { .access = ACCESS_ADMIN, .name = "", .token = "" },
		.pool = pool,
		.version = version,
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

static void
run_route(struct request *r, const struct route *route, struct answer *a)
{
	struct err err = { "" };
	if (!route->no_store && pool_take(r->pool, &r->reader, &err) != 0) {
		page_no_data(r, a, err.text);
		return;
	}
	route->run(r, a);
	if (a->body.lost > 0) {
		page_error(r, a, 500,
			"This page is too big: narrow it with a filter, or take the CSV.");
	}
}

void
route_answer(struct request *r, struct slice target, struct answer *a)
{
	struct err err = { "" };
	const struct route *route;
	if (uri_parse(target, &r->arena, &r->uri, &err) != 0) {
		r->uri = (struct uri){ 0 };
		page_error(r, a, 400, err.text);
		return;
	}
	for (size_t i = 0; (route = route_at(i)) != NULL; i++) {
		if (route_matches(route, &r->uri)) {
			run_route(r, route, a);
			return;
		}
	}
	page_error(r, a, 404, "There is no such page.");
}
