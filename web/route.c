#include "web/route.h"

#include <string.h>

#include "web/page.h"

static const struct route routes[] = {
	{ { NULL }, "Overview", page_overview, false },
	{ { "hosts" }, "Hosts", page_table, false },
	{ { "listings" }, "Listings", page_table, false },
	{ { "evidence" }, "Evidence", page_table, false },
	{ { "mails" }, "Mails", page_table, false },
	{ { "sessions" }, "Sessions", page_table, false },
	{ { "services" }, "Services", page_table, false },
	{ { "loss" }, NULL, page_table, false },
	{ { "events" }, NULL, page_table, false },
	{ { "changes" }, NULL, page_table, false },
	{ { "deliveries" }, NULL, page_table, false },
	{ { "sensor" }, "Sensor", page_sensor, false },
	{ { "about" }, "About", page_about, true },
	{ { "host", "*" }, NULL, page_host, false },
	{ { "session", "*" }, NULL, page_session, false },
	{ { "mail", "*", "*" }, NULL, page_mail, false },
	{ { "csv", "*" }, NULL, download_csv, false },
	{ { "json", "*" }, NULL, download_json, false },
	{ { "record", "*", "*" }, NULL, download_record, false },
	{ { "static", "*", "*" }, NULL, asset_answer, true },
	{ { "healthz" }, NULL, health_answer, true },
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
	while (count < 3 && route->path[count] != NULL) {
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
	*r = (struct request){ .pool = pool, .version = version, .now = now };
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
