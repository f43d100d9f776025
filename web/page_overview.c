/* The overview: can the sensor see, how bad is it, and which hosts first. */
#include "web/page.h"

#include <inttypes.h>
#include <string.h>

#include "sensor/base/ptime.h"
#include "web/chart.h"
#include "web/health.h"
#include "web/route.h"

enum { RANKED = 25, SPARK_STEPS = 36 };

struct overview {
	struct sensor_state state;
	bool has_state;
	struct store_totals totals;
	struct loss_day loss;
	struct health health;
	struct series series;
	struct doc *hosts[RANKED]; /* riskiest first */
	size_t hosts_count;
	struct err *err;
};

/* ---- what is asked of the store ---- */

static bool
keep_host(void *ctx, struct slice json)
{
	struct overview *o = ctx;
	if (doc_parse(json, &o->hosts[o->hosts_count], o->err) != 0) {
		return false;
	}
	o->hosts_count++;
	return o->hosts_count < RANKED;
}

static int
load(struct request *r, struct overview *o)
{
	struct store *s = r->reader.store;
	const struct filter filter = { .sort = "risk", .descending = true, .limit = RANKED };
	int rc = query_state(s, &o->state, &r->arena, o->err);
	if (rc < 0 || query_totals(s, &o->totals, o->err) != 0) {
		return -1;
	}
	o->has_state = rc == 1;
	if (loss_day_load(&o->loss, s, o->err) != 0) {
		return -1;
	}
	health_of(&o->health, o->has_state ? &o->state : NULL, &o->loss, r->now, &r->arena);
	int64_t last = o->totals.last, since = last - 7 * PTIME_DAY;
	series_init(&o->series, since > o->totals.first ? since : o->totals.first, last, 24,
		SERIES_STEPS);
	if (query_hours(s, (struct addr){ 0 }, o->series.from, 0, series_add, &o->series, o->err) !=
		0) {
		return -1;
	}
	if (query_records(s, table_find("hosts"), &filter, keep_host, o, o->err) != 0) {
		return -1;
	}
	return o->err->text[0] != '\0' ? -1 : 0;
}

/* ---- banner and tiles ---- */

static void
add_banner(struct html *h, const struct health *health)
{
	if (!health->blind) {
		return;
	}
	h_class(h, "div", "banner bad");
	h_attr(h, "role", "alert");
	h_element(h, "strong", NULL,
		"The sensor does not see everything. A host that looks clean here may not be.");
	h_open(h, "ul");
	for (size_t i = 0; i < health->count && health->notes[i].blind; i++) {
		h_element(h, "li", NULL, health->notes[i].text);
	}
	h_close_n(h, 2);
}

static void
add_tiles(struct html *h, const struct overview *o)
{
	struct arena *a = h->arena;
	const struct store_totals *t = &o->totals;
	const int64_t *count = o->state.counters.value;
	int64_t listed = t->hosts_by_verdict[VERDICT_LISTED],
		likely = t->hosts_by_verdict[VERDICT_LIKELY];
	int64_t dropped = count[COUNTER_packets_dropped] + count[COUNTER_packets_if_dropped];
	double lost = loss_share(dropped, count[COUNTER_packets]);
	h_class(h, "div", "tiles");
	part_tile(h, "Listed now", part_number(a, listed), "remote servers name a blocklist",
		listed > 0 ? "bad" : NULL);
	part_tile(h, "Likely to be listed", part_number(a, likely),
		arena_printf(a, "%s throttled, %s to watch",
			part_number(a, t->hosts_by_verdict[VERDICT_THROTTLED]),
			part_number(a, t->hosts_by_verdict[VERDICT_WATCH])),
		likely > 0 ? "bad" : NULL);
	part_tile(h, "Mails seen", part_number(a, t->mails),
		arena_printf(a, "%s recipients in %s sessions", part_number(a, t->rcpts),
			part_number(a, t->sessions)),
		NULL);
	part_tile(h, "Recipients refused",
		part_percent(a, (double)t->rcpts_refused, (double)t->rcpts),
		arena_printf(
			a, "%s of %s", part_number(a, t->rcpts_refused), part_number(a, t->rcpts)),
		NULL);
	part_tile(h, "Packets lost",
		o->has_state ? part_percent(a, lost, count[COUNTER_packets] > 0 ? 1 : 0) : "–",
		arena_printf(a, "%s of %s", part_number(a, dropped),
			part_number(a, count[COUNTER_packets] + dropped)),
		o->health.blind ? "bad" : NULL);
	h_close(h);
}

/* ---- the sensor ---- */

/* "0.3 % (worst 5 minutes: 2.1 %)"; "" when no interval is known. */
static const char *
mirror_words(struct arena *arena, const struct loss_day *day)
{
	struct loss_sum sum;
	loss_sum_init(&sum);
	for (size_t i = 0; i < day->count; i++) {
		loss_sum_add(&sum, &day->intervals[i]);
	}
	if (day->count == 0) {
		return "";
	}
	const char *whole = part_percent(arena, loss_of_mirror(&sum.total.counters), 1);
	if (sum.intervals == 1 || sum.worst.start < 0) {
		return whole;
	}
	return arena_printf(arena, "%s (worst 5 minutes: %s)", whole,
		part_percent(arena, loss_of_mirror(&sum.worst.counters), 1));
}

static void
add_sensor(struct html *h, const struct overview *o, int64_t now)
{
	struct arena *a = h->arena;
	const int64_t *count = o->state.counters.value;
	part_section(h, "sensor", "The sensor");
	h_class(h, "p", "state");
	h_element(h, "span", arena_printf(a, "badge %s", o->health.blind ? "listed" : "clean"),
		health_word(o->has_state ? &o->state : NULL, now));
	if (o->has_state) {
		h_format(h, " %s, reading %s", o->state.sensor, o->state.sources);
	}
	h_close(h);
	h_class(h, "dl", "facts");
	if (o->has_state) {
		part_fact_time(h, "Last packet", o->state.now);
		part_fact_time(h, "First packet", o->state.started);
		part_fact_count(h, "Packets", count[COUNTER_packets]);
		part_fact_count(h, "Dropped",
			count[COUNTER_packets_dropped] + count[COUNTER_packets_if_dropped]);
		part_fact(h, "Holes in streams",
			arena_printf(a, "%s (%s)", part_number(a, count[COUNTER_gaps]),
				part_bytes(a, count[COUNTER_gap_bytes])));
	}
	part_fact(h, "Lost in the mirror", mirror_words(a, &o->loss));
	part_fact(h, "Encrypted sessions",
		part_percent(a, (double)o->totals.sessions_encrypted, (double)o->totals.sessions));
	h_close(h);
	if (o->health.count > 0) {
		h_class(h, "ul", "notes");
		for (size_t i = 0; i < o->health.count; i++) {
			if (!o->health.notes[i].blind) {
				h_element(h, "li", NULL, o->health.notes[i].text);
			}
		}
		h_close(h);
	}
	h_open(h, "p");
	h_link(h, "/sensor", "All counters");
	h_close_n(h, 2);
}

/* ---- the ranking ---- */

/* Those in force: public lists, or what single providers think by themselves. */
static const char *
named_by(struct arena *arena, const struct node *host, bool public)
{
	const char *text = "";
	for (size_t i = 0; i < node_count(host, "listings"); i++) {
		const struct node *listing = node_item(host, "listings", i);
		if (node_time(listing, "until") == 0 &&
			(strcmp(node_text(listing, "kind"), "list") == 0) == public) {
			text = arena_printf(arena, "%s%s%s", text, text[0] != '\0' ? ", " : "",
				node_text(listing, "list"));
		}
	}
	return text;
}

static void
add_named(struct html *h, const struct node *host)
{
	const char *own = named_by(h->arena, host, false);
	h_class(h, "td", "text");
	h_str(h, named_by(h->arena, host, true));
	if (own[0] != '\0') {
		h_element(h, "span", "name", arena_printf(h->arena, "providers: %s", own));
	}
	h_close(h);
}

static int
add_spark(struct html *h, struct request *r, const struct overview *o, const struct node *host,
	struct err *err)
{
	struct addr addr;
	struct series series;
	if (addr_parse(slice_str(node_text(host, "ip")), &addr) != 0) {
		return 0;
	}
	series_init(&series, o->totals.last - (SPARK_STEPS - 1) * PTIME_HOUR, o->totals.last,
		SPARK_STEPS, SPARK_STEPS);
	if (query_hours(r->reader.store, addr, series.from, 0, series_add, &series, err) != 0) {
		return -1;
	}
	chart_spark(h, &series,
		arena_printf(h->arena, "Recipients of %s per hour, last 36 hours",
			node_text(host, "ip")));
	return 0;
}

static int
add_host(struct html *h, struct request *r, const struct overview *o, const struct node *host)
{
	int64_t rejected = node_int(host, "counts.rejected");
	int64_t known =
		rejected + node_int(host, "counts.accepted") + node_int(host, "counts.deferred");
	h_open(h, "tr");
	h_open(h, "td");
	part_verdict(h, node_text(host, "verdict"));
	h_close(h);
	h_class(h, "td", "num risk");
	h_format(h, "%.0f %%", 100 * node_real(host, "risk"));
	part_meter(h, node_real(host, "risk"), "rejected");
	h_close(h);
	h_class(h, "td", "who");
	h_class(h, "a", "code");
	h_url(h, "href", url_path(h->arena, "host", node_text(host, "ip"), NULL));
	h_str(h, node_text(host, "ip"));
	h_close(h);
	h_element(h, "span", "name", node_text(host, "name"));
	h_close(h);
	h_element(h, "td", "long", node_text(host, "summary"));
	add_named(h, host);
	h_class(h, "td", "num");
	h_int(h, node_int(host, "counts.mails"));
	h_close(h);
	h_element(h, "td", "num", part_percent(h->arena, (double)rejected, (double)known));
	h_open(h, "td");
	int rc = add_spark(h, r, o, host, o->err);
	h_close_n(h, 2);
	return rc;
}

static int
add_ranking(struct html *h, struct request *r, const struct overview *o)
{
	static const char *const heads[] = { "Verdict", "#Risk", "Host", "Why",
		"Lists that name it", "#Mails", "#Refused", "Last 36 h", NULL };
	int rc = 0;
	h_class(h, "section", "card");
	h_class(h, "div", "title");
	h_element(h, "h2", NULL, "Hosts by risk");
	if ((int64_t)o->hosts_count < o->totals.hosts) {
		h_link(h, "/hosts",
			arena_printf(
				h->arena, "All %s hosts", part_number(h->arena, o->totals.hosts)));
	}
	page_downloads(h, table_find("hosts"), NULL, NULL);
	h_close(h);
	if (o->hosts_count == 0) {
		h_element(h, "p", "note",
			"No host of yours has sent mail that the sensor saw. See above whether it "
			"could see any.");
		h_close(h);
		return 0;
	}
	part_table(h, "Hosts by risk", heads);
	for (size_t i = 0; i < o->hosts_count && rc == 0; i++) {
		rc = add_host(h, r, o, doc_root(o->hosts[i]));
	}
	part_table_end(h);
	h_close(h);
	return rc;
}

static int
write_overview(struct html *h, struct request *r, const struct overview *o)
{
	char first[PTIME_TEXT_MAX], last[PTIME_TEXT_MAX];
	h_class(h, "div", "title");
	h_element(h, "h1", NULL, "Which hosts are listed, or about to be");
	if (o->totals.first != 0) {
		h_class(h, "p", "note");
		h_format(h, "%.10s to %.10s · %s hosts sent mail",
			ptime_format(o->totals.first, first), ptime_format(o->totals.last, last),
			part_number(h->arena, o->totals.hosts));
		h_close(h);
	}
	h_close(h);
	add_banner(h, &o->health);
	add_tiles(h, o);
	if (add_ranking(h, r, o) != 0) {
		return -1;
	}
	h_class(h, "div", "columns");
	part_section(h, "activity", "What became of the recipients");
	chart_series(h, &o->series, "Recipients of all hosts");
	h_close(h);
	add_sensor(h, o, r->now);
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
	page_begin(&h, r, a, "Overview");
	if (load(r, o) != 0 || write_overview(&h, r, o) != 0) {
		page_store_error(r, a, err.text);
	} else {
		page_end(&h, r);
	}
	for (size_t i = 0; i < o->hosts_count; i++) {
		doc_free(o->hosts[i]);
	}
}
