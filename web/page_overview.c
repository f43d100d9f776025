/* The overview: can the sensor see, which hosts are in trouble and why, what is new, how the sensor
 * does. */
#include "web/page_overview.h"

#include <string.h>

#include "sensor/base/ptime.h"
#include "web/route.h"

/* ---- what is asked of the store ---- */

static bool
is_trouble(const char *verdict)
{
	enum verdict v;
	return verdict_parse(slice_str(verdict), &v) == 0 && v >= VERDICT_WATCH;
}

static bool
keep_host(void *ctx, struct slice json)
{
	struct overview *o = ctx;
	struct doc *doc;
	if (doc_parse(json, &doc, o->err) != 0) {
		return false;
	}
	if (!is_trouble(node_text(doc_root(doc), "verdict"))) {
		doc_free(doc);
		return true;
	}
	o->hosts[o->hosts_count++] = doc;
	return o->hosts_count < OVERVIEW_RANKED;
}

static void
add_hour(void *ctx, const struct hour_row *row)
{
	struct overview *o = ctx;
	series_add(&o->series, row);
	if (row->hour + PTIME_HOUR <= o->since) {
		return; /* the chart begins earlier than the range */
	}
	o->sums.hour = row->hour;
	o->sums.sessions += row->sessions;
	o->sums.mails += row->mails;
	o->sums.rcpts += row->rcpts;
	o->sums.accepted += row->accepted;
	o->sums.rejected += row->rejected;
	o->sums.deferred += row->deferred;
}

static int
load_state(struct request *r, struct overview *o)
{
	struct store *s = r->reader.store;
	int rc = query_state(s, &o->state, &r->arena, o->err);
	if (rc < 0 || query_totals(s, &o->totals, o->err) != 0 ||
		loss_day_load(&o->loss, s, o->err) != 0) {
		return -1;
	}
	o->has_state = rc == 1;
	health_of(&o->health, o->has_state ? &o->state : NULL, &o->loss, r->now, &r->arena);
	return 0;
}

static void
set_range(struct overview *o)
{
	int64_t last = o->totals.last > o->state.now ? o->totals.last : o->state.now;
	o->has_range = o->view.filter.since != 0 || o->view.filter.until != 0;
	o->until = o->view.filter.until != 0 ? o->view.filter.until : last;
	o->since = o->view.filter.since != 0 ? o->view.filter.since : o->until - OVERVIEW_USUAL;
	if (!o->has_range && o->since < o->totals.first) {
		o->since = o->totals.first;
	}
	/* whatever was asked for, the chart ends where there is something */
	int64_t end = o->until < last || last == 0 ? o->until : last;
	series_init(&o->series, o->since, end > o->since ? end - 1 : o->since, 24, SERIES_STEPS);
}

/* Of all hosts the sums are known already. */
static int
load_verdicts(struct store *s, struct overview *o)
{
	const struct range_question seen = { .since = o->view.filter.since,
		.until = o->view.filter.until };
	if (o->has_range) {
		return query_verdicts(s, &seen, o->verdicts, o->err);
	}
	memcpy(o->verdicts, o->totals.hosts_by_verdict, sizeof o->verdicts);
	return 0;
}

static int
load(struct request *r, struct overview *o)
{
	struct store *s = r->reader.store;
	if (load_state(r, o) != 0) {
		return -1;
	}
	set_range(o);
	struct filter filter = o->view.filter;
	filter.sort = "risk";
	filter.descending = true;
	filter.limit = OVERVIEW_RANKED;
	filter.offset = 0;
	if (query_hours(s, (struct addr){ 0 }, o->series.from, o->view.filter.until, add_hour, o,
		    o->err) != 0 ||
		load_verdicts(s, o) != 0 ||
		query_records(s, table_find("hosts"), &filter, keep_host, o, o->err) != 0) {
		return -1;
	}
	sight_of(&o->sight, o->has_state ? &o->state : NULL, &o->health,
		!o->has_range || o->sums.sessions + o->sums.mails > 0, r->now);
	return o->err->text[0] != '\0' ? -1 : 0;
}

const char *
overview_url(struct request *r, const char *path, const char *name, const char *value)
{
	const struct param set[] = { { "range", uri_param(&r->uri, "range") },
		{ "since", uri_param(&r->uri, "since") }, { "until", uri_param(&r->uri, "until") },
		{ name, value } };
	return url_with(&r->arena, path, NULL, set, name != NULL ? 4 : 3);
}

/* ---- whether it can be believed ---- */

static void
add_sight(struct html *h, const struct overview *o)
{
	enum sight_word first = sight_first(&o->sight);
	if (first == SIGHTS) {
		return;
	}
	h_class(h, "div", o->sight.blind ? "banner bad sight" : "banner warn sight");
	h_attr(h, "role", "alert");
	h_element(h, "h2", NULL, T(h, sight_title(first)));
	h_element(h, "p", NULL, T(h, sight_text(first)));
	h_open(h, "ul");
	for (size_t i = first + 1; i < SIGHTS; i++) {
		/* of loss the lines below say more */
		if (o->sight.is[i] && i != SIGHT_LOSSY) {
			h_element(h, "li", NULL, T(h, sight_title((enum sight_word)i)));
		}
	}
	for (size_t i = 0; i < o->health.count && o->health.notes[i].blind; i++) {
		h_element(h, "li", NULL, TS(h, o->health.notes[i].text));
	}
	h_close(h);
	h_open(h, "p");
	h_link(h, "/sensor", T(h, "What the sensor counted"));
	h_close_n(h, 2);
}

/* ---- tiles ---- */

struct tile {
	const char *label, *value, *note, *tone, *url;
};

static void
add_tile(struct html *h, const struct tile *t)
{
	h_class(h, "div", "card tile");
	h_element(h, "h2", NULL, t->label);
	h_class(h, "p", t->tone == NULL ? "figure" : arena_printf(h->arena, "figure %s", t->tone));
	h_link(h, t->url, t->value);
	h_close(h);
	h_element(h, "p", "note", t->note);
	h_close(h);
}

/* A zero that nobody could have seen is no number. */
static const char *
count_words(struct html *h, const struct overview *o, int64_t n)
{
	return n == 0 && !o->sight.zero_known ? "–" : part_number(h, n);
}

static const char *
share_words(struct html *h, const struct overview *o, int64_t part, int64_t whole)
{
	return part == 0 && !o->sight.zero_known ? "–"
						 : part_percent(h, (double)part, (double)whole);
}

static void
add_host_tiles(struct html *h, struct request *r, const struct overview *o)
{
	int64_t listed = o->verdicts[VERDICT_LISTED], likely = o->verdicts[VERDICT_LIKELY];
	add_tile(h, &(struct tile){ T(h, "Listed now"), count_words(h, o, listed),
			    T(h, "remote servers name a blocklist"), listed > 0 ? "bad" : NULL,
			    overview_url(r, "/hosts", "verdict", "listed") });
	add_tile(h, &(struct tile){ T(h, "Likely to be listed"), count_words(h, o, likely),
			    h_words(h, T(h, "%s throttled, %s to watch"),
				    count_words(h, o, o->verdicts[VERDICT_THROTTLED]),
				    count_words(h, o, o->verdicts[VERDICT_WATCH])),
			    likely > 0 ? "bad" : NULL,
			    overview_url(r, "/hosts", "verdict", "likely") });
}

/* Its tone follows its own number, whatever else the sensor is blind for. */
static void
add_loss_tile(struct html *h, const struct overview *o)
{
	const int64_t *count = o->state.counters.value;
	int64_t dropped = count[COUNTER_packets_dropped] + count[COUNTER_packets_if_dropped];
	int64_t all = count[COUNTER_packets] + dropped;
	double lost = loss_share(dropped, count[COUNTER_packets]);
	add_tile(h, &(struct tile){ T(h, "Packets lost"), all > 0 ? part_percent(h, lost, 1) : "–",
			    all > 0 ? h_words(h, T(h, "%s of %s"), part_number(h, dropped),
					      part_number(h, all))
				    : T(h, "no packet was seen"),
			    all == 0 || lost > HEALTH_LOSS_LIMIT ? "bad" : NULL, "/loss" });
}

static void
add_tiles(struct html *h, struct request *r, const struct overview *o)
{
	int64_t known = o->sums.accepted + o->sums.rejected + o->sums.deferred;
	h_class(h, "div", "tiles");
	add_host_tiles(h, r, o);
	add_tile(h, &(struct tile){ T(h, "Mails seen"), count_words(h, o, o->sums.mails),
			    h_words(h, T(h, "%s recipients in %s sessions"),
				    count_words(h, o, o->sums.rcpts),
				    count_words(h, o, o->sums.sessions)),
			    NULL, overview_url(r, "/mails", NULL, NULL) });
	add_tile(h, &(struct tile){ T(h, "Recipients refused"),
			    share_words(h, o, o->sums.rejected, known),
			    h_words(h, T(h, "%s of %s"), count_words(h, o, o->sums.rejected),
				    count_words(h, o, known)),
			    NULL, overview_url(r, "/evidence", NULL, NULL) });
	add_loss_tile(h, o);
	h_close(h);
}

/* ---- the page ---- */

static void
add_head(struct html *h, const struct overview *o)
{
	char since[PTIME_TEXT_MAX], until[PTIME_TEXT_MAX];
	h_class(h, "div", "title");
	h_element(h, "h1", NULL, T(h, "Which hosts are listed, or about to be"));
	if (o->totals.first != 0) {
		ptime_format(o->since, since);
		ptime_format(o->until, until);
		h_class(h, "p", "note");
		h_format(h, T(h, "%.10s %.5s to %.10s %.5s UTC"), since, since + 11, until,
			until + 11);
		h_close(h);
	}
	h_close(h);
}

static int
write_overview(struct html *h, struct request *r, const struct overview *o)
{
	add_head(h, o);
	add_sight(h, o);
	add_tiles(h, r, o);
	if (overview_hosts(h, r, o) != 0 || overview_news(h, r, o) != 0) {
		return -1;
	}
	h_class(h, "div", "columns");
	part_section(h, "activity", T(h, "What became of the recipients"));
	chart_series(h, &o->series, T(h, "Recipients of all hosts"));
	h_close(h);
	overview_sensor(h, r, o);
	h_close(h);
	return 0;
}

void
page_overview(struct request *r, struct answer *a)
{
	struct html h;
	struct err err = { "" };
	struct overview *o = arena_alloc(&r->arena, sizeof *o);
	o->err = &err;
	if (view_of_request(r, table_find("hosts"), &o->view, &err) != 0) {
		page_error(r, a, 400, err.text);
		return;
	}
	page_begin(&h, r, a, T(r, "Overview"));
	if (load(r, o) != 0 || write_overview(&h, r, o) != 0) {
		page_store_error(r, a, err.text);
	} else {
		page_end(&h, r);
	}
	for (size_t i = 0; i < o->hosts_count; i++) {
		doc_free(o->hosts[i]);
	}
}
