/* Of a host's page: mails, refusals and the highest score by time, with links that zoom; the same
 * numbers as JSON for a script
 * (/chart/host/ADDR). */
#include <inttypes.h>

#include "sensor/base/json.h"
#include "sensor/base/ptime.h"
#include "web/chart.h"
#include "web/chart_hours.h"
#include "web/page_host.h"
#include "web/route.h"

#define HOURS_MAX 2400 /* of JSON: a hundred days, the newest */

/* ---- links ---- */

static const char *
step_url(void *ctx, int64_t from, int64_t until)
{
	return host_range_url(ctx, from, until, "#activity");
}

static void
add_zoom(struct html *h, const struct host_page *p)
{
	static const struct {
		const char *title;
		int64_t span;
	} zooms[] = {
		{ N_("Hour"), PTIME_HOUR },
		{ N_("Day"), PTIME_DAY },
		{ N_("Week"), 7 * PTIME_DAY },
		{ N_("Month"), 30 * PTIME_DAY },
	};
	int64_t span = p->until - p->since;
	h_class(h, "p", "zoom");
	h_link(h, host_range_url(p, p->since - span, p->since, "#activity"), T(h, "← Earlier"));
	for (size_t i = 0; i < sizeof zooms / sizeof zooms[0]; i++) {
		h_str(h, " ");
		h_link(h, host_range_url(p, p->until - zooms[i].span, p->until, "#activity"),
			T(h, zooms[i].title));
	}
	h_str(h, " ");
	h_link(h, host_range_url(p, 0, 0, "#activity"), T(h, "Usual"));
	if (p->until < node_time(p->host, "last")) {
		h_str(h, " ");
		h_link(h, host_range_url(p, p->until, p->until + span, "#activity"),
			T(h, "Later →"));
	}
	h_close(h);
}

int
host_time(struct html *h, const struct host_page *p)
{
	struct series *series = arena_alloc(h->arena, sizeof *series);
	char since[PTIME_TEXT_MAX], until[PTIME_TEXT_MAX];
	struct host_page *ctx = arena_alloc(h->arena, sizeof *ctx);
	*ctx = *p;
	series_init(series, p->since, p->until - 1, 24, SERIES_STEPS);
	if (query_hours(p->r->reader.store, p->addr, series->from, p->until, series_add, series,
		    p->err) != 0) {
		return -1;
	}
	h_class(h, "section", "card");
	h_attr(h, "id", "activity");
	h_class(h, "div", "title");
	h_element(h, "h2", NULL, T(h, "Mails, refusals and scores"));
	ptime_format(p->since, since);
	ptime_format(p->until, until);
	h_class(h, "p", "note");
	h_format(h, T(h, "%.10s %.5s to %.10s %.5s UTC"), since, since + 11, until, until + 11);
	h_close_n(h, 2);
	add_zoom(h, p);
	h_class(h, "div", "plot");
	const struct param range[] = { { "since", h_words(h, "%.19sZ", since) },
		{ "until", h_words(h, "%.19sZ", until) } };
	h_url(h, "data-src",
		url_with(h->arena, url_path(h->arena, "chart", "host", p->text, NULL), NULL, range,
			2));
	h_open(h, "div");
	chart_series(h, series, h_words(h, T(h, "Recipients of %s"), p->text));
	h_close(h);
	h_open(h, "div");
	chart_hours(h, series, h_words(h, T(h, "Mails and scores of %s"), p->text), step_url, ctx);
	h_close_n(h, 3);
	return 0;
}

/* ---- the same as JSON ---- */

static void
add_hour(void *ctx, const struct hour_row *row)
{
	struct json *j = ctx;
	json_object(j);
	json_key(j, "time");
	json_int(j, row->hour / PTIME_SECOND);
	json_key(j, "mails");
	json_int(j, row->mails);
	json_key(j, "rcpts");
	json_int(j, row->rcpts);
	json_key(j, "accepted");
	json_int(j, row->accepted);
	json_key(j, "rejected");
	json_int(j, row->rejected);
	json_key(j, "deferred");
	json_int(j, row->deferred);
	json_key(j, "listed");
	json_int(j, row->listed);
	json_key(j, "score_max");
	json_double(j, row->score_max);
	json_object_end(j);
}

/* Until when: as asked, else the latest packet. 0, or -1 and err. */
static int
end_of(struct request *r, const struct view *view, int64_t *end, struct err *err)
{
	struct sensor_state state;
	int rc = view->filter.until != 0 ? 0 : query_state(r->reader.store, &state, &r->arena, err);
	*end = rc == 1 ? state.now + 1 : view->filter.until != 0 ? view->filter.until : r->now;
	return rc < 0 ? -1 : 0;
}

struct hours {
	struct addr host;
	int64_t since, until;
};

static int
write_hours(struct store *s, const struct hours *hours, struct json *j, struct err *err)
{
	json_object(j);
	json_key(j, "since");
	json_int(j, hours->since / PTIME_SECOND);
	json_key(j, "until");
	json_int(j, hours->until / PTIME_SECOND);
	json_key(j, "hours");
	json_array(j);
	if (query_hours(s, hours->host, ptime_hour(hours->since), hours->until, add_hour, j, err) !=
		0) {
		return -1;
	}
	json_array_end(j);
	json_object_end(j);
	return 0;
}

void
chart_host(struct request *r, struct answer *a)
{
	struct err err = { "" };
	struct view view;
	struct hours hours;
	struct json j;
	if (addr_parse(slice_str(r->uri.segments[2]), &hours.host) != 0) {
		page_error(r, a, 400, T(r, "After /chart/host/ comes an IP address."));
		return;
	}
	if (view_of_request(r, table_find("sessions"), &view, &err) != 0) {
		page_error(r, a, 400, err.text);
		return;
	}
	a->type = TYPE_JSON;
	json_init(&j, &a->body);
	if (end_of(r, &view, &hours.until, &err) != 0) {
		page_store_error(r, a, err.text);
		return;
	}
	int64_t first = hours.until - HOURS_MAX * PTIME_HOUR;
	hours.since = view.filter.since > first ? view.filter.since : first;
	if (write_hours(r->reader.store, &hours, &j, &err) != 0) {
		page_store_error(r, a, err.text);
	}
}
