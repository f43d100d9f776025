#include "web/api.h"

#include <inttypes.h>
#include <string.h>

#include "sensor/base/json.h"
#include "sensor/base/ptime.h"
#include "web/health.h"
#include "web/page.h"

static const struct api_call calls[] = {
	{ "/api/1", "The calls that there are, and the version of the program.", "index", { NULL },
		TYPE_JSON },
	{ "/api/1/summary",
		"Sums of all hosts, how many have which verdict, and how far the sensor can see.",
		"summary", { NULL }, TYPE_JSON },
	{ "/api/1/sensor", "What the sensor says of itself: state, loss, and every counter.",
		"sensor", { NULL }, TYPE_JSON },
	{ "/api/1/hours", "Numbers by hour, of one host or of all, oldest first.", "hours",
		{ "host", "since", "until" }, TYPE_JSON },
	{ "/api/1/host/{address}",
		"The record of one host: verdict, causes, lists, listings, services, advice.",
		"record", { NULL }, TYPE_JSON },
	{ "/api/1/session/{session}", "The record of one session with its mails.", "record",
		{ NULL }, TYPE_JSON },
	{ "/api/1/mail/{session}/{number}",
		"The record of one mail, with every rule that matched it.", "record", { NULL },
		TYPE_JSON },
	{ "/api/1/live",
		"Server-sent events: \"changed\" whenever the store has something new, at most "
		"once a second.",
		"events", { NULL }, "text/event-stream" },
	{ "/api/1/openapi.json", "This description.", "description", { NULL }, TYPE_JSON },
};

const struct api_call *
api_call_at(size_t i)
{
	return i < sizeof calls / sizeof *calls ? &calls[i] : NULL;
}

bool
api_asked(const struct request *r)
{
	if (r->uri.segments_count > 0) {
		return strcmp(r->uri.segments[0], "api") == 0;
	}
	return slice_starts(r->target, SLICE("/api/")); /* what could not be taken apart */
}

void
api_problem(struct answer *a, unsigned status, const char *title, const char *detail)
{
	struct json j;

	buf_clear(&a->body);
	a->status = status;
	a->type = TYPE_PROBLEM;
	a->cache = "no-store";
	a->disposition = NULL;
	a->fixed = SLICE_EMPTY;
	json_init(&j, &a->body);
	json_object(&j);
	json_key(&j, "status");
	json_int(&j, status);
	json_key(&j, "title");
	json_string(&j, title);
	json_key(&j, "detail");
	json_string(&j, detail);
	json_object_end(&j);
	buf_byte(&a->body, '\n');
}

static struct json
begin(struct answer *a)
{
	struct json j;

	a->type = TYPE_JSON;
	json_init(&j, &a->body);
	json_object(&j);
	return j;
}

/* What a reader may not see is masked in the finished text: whatever key it stands behind. */
static void
end_line(struct request *r, struct answer *a)
{
	buf_byte(&a->body, '\n');

	struct slice shown = viewer_json(&r->viewer, &r->arena, buf_slice(&a->body));

	if (shown.ptr != a->body.ptr) {
		buf_clear(&a->body);
		buf_add(&a->body, shown);
	}
}

static void
finish(struct request *r, struct answer *a, struct json *j)
{
	json_object_end(j);
	end_line(r, a);
}

static void
put_int(struct json *j, const char *key, int64_t value)
{
	json_key(j, key);
	json_int(j, value);
}

static void
put_text(struct json *j, const char *key, const char *value)
{
	json_key(j, key);
	json_string(j, value);
}

static void
put_time(struct json *j, const char *key, int64_t t)
{
	char text[PTIME_TEXT_MAX];

	put_text(j, key, t == 0 ? NULL : ptime_format(t, text));
}

/* ---- tables ---- */

struct listing_rows {
	struct json *json;
	const struct table *table;
	struct buf row;
	size_t subject; /* of a column that readers are not shown; columns_count = none */
};

static bool
add_row(void *ctx, const struct cell *cells)
{
	struct listing_rows *rows = ctx;
	struct cell shown[64];
	size_t count = rows->table->columns_count;

	if (count > sizeof shown / sizeof *shown) {
		return false;
	}
	memcpy(shown, cells, count * sizeof *shown);
	if (rows->subject < count) {
		shown[rows->subject].null = true;
	}
	buf_clear(&rows->row);
	table_json_row(rows->table, shown, &rows->row);
	json_raw_trusted(rows->json, slice_trim(buf_slice(&rows->row)));
	return true;
}

static void
put_next(struct json *j, struct request *r, const struct view *view,
	const struct table_extent *extent)
{
	const struct param set[] = { { "page",
		arena_printf(&r->arena, "%" PRId64, view->page + 1) } };
	int64_t end = view->filter.offset + view->rows;
	/* Rows beyond what was put into order are in none. */
	int64_t last = extent->sorted != 0 && extent->sorted < extent->count ? extent->sorted
									     : extent->count;
	bool more = end < last || (extent->more && extent->sorted == 0);

	put_text(j, "next",
		more ? url_with(&r->arena,
			       url_path(&r->arena, "api", "1", r->uri.segments[2], NULL), &r->uri,
			       set, 1)
		     : NULL);
}

void
api_table(struct request *r, struct answer *a)
{
	struct err err = { "" };
	struct view view;
	struct table_extent extent;
	const struct table *table = table_find(r->uri.segments[2]);

	if (table == NULL) {
		api_problem(a, 404, "Not found", "There is no such call: /api/1 lists them.");
		return;
	}
	if (view_of_request(r, table, &view, &err) != 0) {
		api_problem(a, 400, "Bad request", err.text);
		return;
	}
	if (table_extent(r->reader.store, table, &view.filter, &extent, &err) != 0) {
		page_store_error(r, a, err.text);
		return;
	}
	view.filter.extent = &extent;
	struct json j = begin(a);
	const struct column *subject =
		r->viewer.access < ACCESS_ANALYST ? table_column(table, "subject") : NULL;
	struct listing_rows rows = { .json = &j,
		.table = table,
		.subject = subject != NULL ? (size_t)(subject - table->columns)
					   : table->columns_count };
	put_text(&j, "table", table->name);
	put_int(&j, "page", view.page);
	put_int(&j, "rows", view.rows);
	put_int(&j, "count", extent.count);
	json_key(&j, "count_is_least");
	json_bool(&j, extent.more);
	put_time(&j, "looked_back_to", extent.back_to);
	put_int(&j, "sorted", extent.sorted);
	put_next(&j, r, &view, &extent);
	json_key(&j, "items");
	json_array(&j);
	buf_init(&rows.row, PAGE_MAX);
	int rc = table_query(r->reader.store, table, &view.filter, add_row, &rows, &err);
	buf_release(&rows.row);
	if (rc != 0) {
		page_store_error(r, a, err.text);
		return;
	}
	json_array_end(&j);
	finish(r, a, &j);
}

/* ---- records ---- */

void
api_record(struct request *r, struct answer *a)
{
	struct err err = { "" };
	struct addr host;
	int64_t number = 0;
	const char *kind = r->uri.segments[2], *id = r->uri.segments[3];
	int rc = 0;

	if (strcmp(kind, "host") == 0 && addr_parse(slice_str(id), &host) != 0) {
		api_problem(a, 400, "Bad request", "After /api/1/host/ comes an IP address.");
		return;
	}
	if (strcmp(kind, "host") == 0) {
		rc = query_host(r->reader.store, host, &a->body, &err);
	} else if (strcmp(kind, "session") == 0) {
		rc = query_session(r->reader.store, id, &a->body, &err);
	} else if (slice_number(slice_str(r->uri.segments[4]), &number) == 0 &&
		   number <= INT32_MAX) {
		rc = query_mail(r->reader.store, id, (int)number, &a->body, &err);
	}
	if (rc < 0) {
		page_store_error(r, a, err.text);
	} else if (rc == 0) {
		api_problem(a, 404, "Not found",
			"There is no such record here: it may be older than what is kept.");
	} else {
		a->type = TYPE_JSON;
		end_line(r, a);
	}
}

/* ---- summary, sensor, hours ---- */

static void
put_health(struct json *j, const struct health *health)
{
	json_key(j, "blind");
	json_bool(j, health->blind);
	json_key(j, "notes");
	json_array(j);
	for (size_t i = 0; i < health->count; i++) {
		json_object(j);
		json_key(j, "blind");
		json_bool(j, health->notes[i].blind);
		put_text(j, "text", health->notes[i].text);
		json_object_end(j);
	}
	json_array_end(j);
}

void
api_summary(struct request *r, struct answer *a)
{
	struct err err = { "" };
	struct store_totals t;
	const struct health_seen *s = health_load(r->reader.store, r->now, &r->arena, &err);

	if (s == NULL || query_totals(r->reader.store, &t, &err) != 0) {
		page_store_error(r, a, err.text);
		return;
	}
	struct json j = begin(a);
	put_int(&j, "hosts", t.hosts);
	json_key(&j, "verdicts");
	json_object(&j);
	for (int v = VERDICTS - 1; v >= 0; v--) {
		put_int(&j, verdict_word((enum verdict)v), t.hosts_by_verdict[v]);
	}
	json_object_end(&j);
	put_int(&j, "sessions", t.sessions);
	put_int(&j, "sessions_encrypted", t.sessions_encrypted);
	put_int(&j, "mails", t.mails);
	put_int(&j, "rcpts", t.rcpts);
	put_int(&j, "rcpts_refused", t.rcpts_refused);
	put_time(&j, "first", t.first);
	put_time(&j, "last", t.last);
	json_key(&j, "sight");
	json_object(&j);
	put_text(&j, "state", health_word(s->known ? &s->state : NULL, r->now));
	put_health(&j, &s->health);
	json_object_end(&j);
	finish(r, a, &j);
}

void
api_sensor(struct request *r, struct answer *a)
{
	struct err err = { "" };
	const struct health_seen *s = health_load(r->reader.store, r->now, &r->arena, &err);

	if (s == NULL) {
		page_store_error(r, a, err.text);
		return;
	}
	struct json j = begin(a);
	put_text(&j, "state", health_word(s->known ? &s->state : NULL, r->now));
	put_text(&j, "sensor", s->known ? s->state.sensor : NULL);
	put_text(&j, "sources", s->known ? s->state.sources : NULL);
	json_key(&j, "live");
	json_bool(&j, s->state.live);
	put_time(&j, "run", s->state.run);
	put_time(&j, "first_packet", s->state.started);
	put_time(&j, "last_packet", s->state.now);
	put_health(&j, &s->health);
	json_key(&j, "counters");
	json_object(&j);
	for (int i = 0; i < COUNTERS_COUNT; i++) {
		put_int(&j, counter_name((enum counter)i), s->state.counters.value[i]);
	}
	json_object_end(&j);
	finish(r, a, &j);
}

struct hour_rows {
	struct json *json;
	int64_t count;
};

static void
add_hour(void *ctx, const struct hour_row *row)
{
	struct hour_rows *rows = ctx;
	struct json *j = rows->json;

	if (rows->count++ >= API_HOURS_MAX) {
		return;
	}
	json_object(j);
	put_time(j, "hour", row->hour);
	put_int(j, "sessions", row->sessions);
	put_int(j, "mails", row->mails);
	put_int(j, "rcpts", row->rcpts);
	put_int(j, "accepted", row->accepted);
	put_int(j, "rejected", row->rejected);
	put_int(j, "deferred", row->deferred);
	put_int(j, "listed", row->listed);
	json_key(j, "score_max");
	json_double(j, row->score_max);
	json_object_end(j);
}

void
api_hours(struct request *r, struct answer *a)
{
	struct err err = { "" };
	struct view view;
	char text[ADDR_TEXT_MAX];

	if (view_of_request(r, table_find("hosts"), &view, &err) != 0) {
		api_problem(a, 400, "Bad request", err.text);
		return;
	}
	struct json j = begin(a);
	struct hour_rows rows = { .json = &j };
	put_text(&j, "host",
		view.filter.host.family == ADDR_NONE ? NULL : addr_format(view.filter.host, text));
	json_key(&j, "hours");
	json_array(&j);
	if (query_hours(r->reader.store, view.filter.host, view.filter.since, view.filter.until,
		    add_hour, &rows, &err) != 0) {
		page_store_error(r, a, err.text);
		return;
	}
	json_array_end(&j);
	json_key(&j, "cut");
	json_bool(&j, rows.count > API_HOURS_MAX);
	finish(r, a, &j);
}

/* ---- what there is ---- */

void
api_index(struct request *r, struct answer *a)
{
	const struct api_call *call;
	const struct table *table;
	struct json j = begin(a);

	put_text(&j, "program", "heloscope");
	put_text(&j, "version", r->version);
	put_text(&j, "description", "/api/1/openapi.json");
	json_key(&j, "calls");
	json_array(&j);
	for (size_t i = 0; (call = api_call_at(i)) != NULL; i++) {
		json_string(&j, call->path);
	}
	for (size_t i = 0; (table = table_at(i)) != NULL; i++) {
		json_string(&j, arena_printf(&r->arena, "/api/1/%s", table->name));
	}
	json_array_end(&j);
	finish(r, a, &j);
}

void
api_description(struct request *r, struct answer *a)
{
	a->type = TYPE_JSON;
	api_describe(&a->body, r->version);
}
