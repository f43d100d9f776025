/* Of the overview: the hosts in trouble, and those that are fine in one line. */
#include <string.h>

#include "sensor/base/ptime.h"
#include "sensor/base/text.h"
#include "web/page_overview.h"
#include "web/part_host.h"

enum { SPARK_STEPS = 36, LISTS_SHOWN = 4 };
#define SPARK_USUAL (SPARK_STEPS * PTIME_HOUR)
#define SPARK_MAX (7 * PTIME_DAY) /* of 25 hosts, each a question */

/* Those in force: public lists, or what single providers think by themselves. */
static const char *
named_by(struct html *h, const struct node *host, bool public)
{
	const char *text = "";
	size_t named = 0;
	for (size_t i = 0; i < node_count(host, "listings"); i++) {
		const struct node *listing = node_item(host, "listings", i);
		if (node_time(listing, "until") != 0 ||
			(strcmp(node_text(listing, "kind"), "list") == 0) != public) {
			continue;
		}
		if (named++ < LISTS_SHOWN) {
			text = arena_printf(h->arena, "%s%s%s", text, text[0] != '\0' ? ", " : "",
				part_short(h, node_text(listing, "list")));
		}
	}
	return named <= LISTS_SHOWN
		       ? text
		       : h_words(h, T(h, "%s and %zu more"), text, named - LISTS_SHOWN);
}

static void
add_named(struct html *h, const struct node *host)
{
	const char *own = named_by(h, host, false);
	h_class(h, "td", "text");
	h_str(h, named_by(h, host, true));
	if (own[0] != '\0') {
		h_element(h, "span", "name", h_words(h, T(h, "providers: %s"), own));
	}
	h_close(h);
}

static int
add_spark(struct html *h, struct request *r, const struct overview *o, const struct node *host)
{
	struct addr addr;
	struct series series;
	if (addr_parse(slice_str(node_text(host, "ip")), &addr) != 0) {
		return 0;
	}
	int64_t span = o->has_range ? o->until - o->since : SPARK_USUAL;
	span = span > SPARK_MAX ? SPARK_MAX : span < SPARK_USUAL ? SPARK_USUAL : span;
	series_init(&series, o->until - span, o->until - 1, SPARK_STEPS, SPARK_STEPS);
	if (query_hours(r->reader.store, addr, series.from, o->until, series_add, &series,
		    o->err) != 0) {
		return -1;
	}
	chart_spark(
		h, &series, h_words(h, T(h, "Recipients of %s, by time"), node_text(host, "ip")));
	return 0;
}

/* What people made of it so far, below the verdict. */
static int
add_case(struct html *h, struct request *r, const struct overview *o, const struct node *host)
{
	struct host_case *c = arena_alloc(h->arena, sizeof *c);
	struct addr addr;
	int rc = addr_parse(slice_str(node_text(host, "ip")), &addr) != 0
			 ? 0
			 : query_case(r->reader.store, addr, c, o->err);
	if (rc < 0) {
		return -1;
	}
	h_class(h, "span", "name case");
	if (rc == 0) {
		h_str(h, T(h, "nobody is on it"));
	} else {
		h_str(h, c->came_back ? T(h, "resolved, and worse since")
				      : T(h, case_state_word(c->state)));
		if (c->assignee[0] != '\0') {
			h_str(h, ": ");
			h_element(h, "bdi", NULL, c->assignee);
		}
	}
	h_close(h);
	return 0;
}

static int
add_host(struct html *h, struct request *r, const struct overview *o, const struct node *host)
{
	int64_t rejected = node_int(host, "counts.rejected");
	int64_t known =
		rejected + node_int(host, "counts.accepted") + node_int(host, "counts.deferred");
	const char *cause = node_text(node_item(host, "causes", 0), "cause");
	h_open(h, "tr");
	h_open(h, "td");
	part_verdict(h, node_text(host, "verdict"));
	if (add_case(h, r, o, host) != 0) {
		return -1;
	}
	h_close(h);
	h_class(h, "td", "num risk");
	h_format(h, "%.0f %%", 100 * node_real(host, "risk"));
	part_meter(h, node_real(host, "risk"), "rejected");
	h_close(h);
	h_class(h, "td", "who");
	part_host_link(h, node_text(host, "ip"));
	h_element(h, "span", "name", part_short(h, node_text(host, "name")));
	h_close(h);
	h_class(h, "td", "long");
	if (cause[0] != '\0') {
		h_element(h, "strong", "cause", T(h, cause_sentence(cause)));
		h_str(h, " ");
	}
	h_element(h, "span", "summary", TS(h, part_long(h, node_text(host, "summary"))));
	h_close(h);
	add_named(h, host);
	h_class(h, "td", "num count");
	h_int(h, node_int(host, "counts.mails"));
	h_close(h);
	h_element(h, "td", "num count", part_percent(h, (double)rejected, (double)known));
	h_open(h, "td");
	int rc = add_spark(h, r, o, host);
	h_close_n(h, 2);
	return rc;
}

/* Hosts that nothing was found of: those that were seen well, and those that were not. */
static void
add_fine(struct html *h, struct request *r, const struct overview *o)
{
	int64_t clean = o->verdicts[VERDICT_CLEAN], unknown = o->verdicts[VERDICT_UNKNOWN];
	if (clean + unknown == 0) {
		return;
	}
	h_class(h, "p", "note fine");
	if (clean > 0) {
		h_link(h, overview_url(r, "/hosts", "verdict", "clean"),
			h_words(h, TN(h, "%s host looks clean", "%s hosts look clean", clean),
				part_number(h, clean)));
		h_str(h, unknown > 0 ? " · " : "");
	}
	if (unknown > 0) {
		h_link(h, overview_url(r, "/hosts", "verdict", "unknown"),
			h_words(h,
				TN(h, "%s host was seen too little to be judged",
					"%s hosts were seen too little to be judged", unknown),
				part_number(h, unknown)));
	}
	if (o->sight.blind) {
		h_str(h, " · ");
		h_str(h, T(h, "the sensor does not see everything: they may be in trouble, too"));
	}
	h_close(h);
}

static const char *
nobody_words(struct html *h, const struct overview *o)
{
	int64_t all = 0;
	for (size_t i = 0; i < VERDICTS; i++) {
		all += o->verdicts[i];
	}
	if (!o->sight.zero_known) {
		return T(h, "No host can be named, as the sensor could not see: see above.");
	}
	return all == 0 ? T(h, "No host of yours has sent mail that the sensor saw.")
			: T(h, "No host is in trouble, as far as the sensor saw.");
}

int
overview_hosts(struct html *h, struct request *r, const struct overview *o)
{
	static const char *const heads[] = { N_("Verdict"), N_("#Risk"), N_("Host"), N_("Why"),
		N_("Lists that name it"), N_("#Mails"), N_("#Refused"), N_("Trend"), NULL };
	int64_t trouble = 0, all = 0;
	int rc = 0;
	for (size_t i = 0; i < VERDICTS; i++) {
		all += o->verdicts[i];
		trouble += i >= VERDICT_WATCH ? o->verdicts[i] : 0;
	}
	h_class(h, "section", "card trouble");
	h_attr(h, "id", "hosts");
	h_class(h, "div", "title");
	h_element(h, "h2", NULL, T(h, "Hosts in trouble"));
	if (all > 0) {
		h_link(h, overview_url(r, "/hosts", NULL, NULL),
			(int64_t)o->hosts_count < trouble
				? h_words(h, T(h, "The first %zu of %s; all hosts"), o->hosts_count,
					  part_number(h, trouble))
				: h_words(h, TN(h, "All %s host", "All %s hosts", all),
					  part_number(h, all)));
	}
	page_downloads(h, table_find("hosts"), NULL, NULL);
	h_close(h);
	if (o->hosts_count == 0) {
		h_element(h, "p", "note", nobody_words(h, o));
	} else {
		part_table(h, T(h, "Hosts in trouble"), heads);
		for (size_t i = 0; i < o->hosts_count && rc == 0; i++) {
			rc = add_host(h, r, o, doc_root(o->hosts[i]));
		}
		part_table_end(h);
	}
	add_fine(h, r, o);
	h_close(h);
	return rc;
}
