#include "web/chart_lists.h"

#include <string.h>

#include "sensor/base/ptime.h"
#include "sensor/base/text.h"
#include "web/chart.h"
#include "web/chart_inner.h"

enum { ROW = 34, WIDTH = 740, BOTTOM = 22, NAME_MAX_BYTES = 60 };

struct rows {
	const char *names[CHART_LISTS_MAX]; /* public lists, reputations, rate limits, then those
					       only looked up */
	size_t count;
};

static void
keep(struct rows *rows, const char *name)
{
	for (size_t i = 0; i < rows->count; i++) {
		if (strcmp(rows->names[i], name) == 0) {
			return;
		}
	}
	if (rows->count < CHART_LISTS_MAX) {
		rows->names[rows->count++] = name;
	}
}

static struct rows
rows_of(const struct chart_lists *c)
{
	struct rows rows = { .count = 0 };
	for (size_t i = 0; i < node_count(c->host, "listings"); i++) {
		keep(&rows, node_text(chart_listing_at(c->host, i), "list"));
	}
	for (size_t i = 0; i < c->look_ups_count; i++) {
		keep(&rows, c->look_ups[i].list);
	}
	return rows;
}

size_t
chart_lists_rows(const struct chart_lists *c)
{
	return rows_of(c).count;
}

static double
place_of(const struct chart_lists *c, int64_t time)
{
	double x = WIDTH * (double)(time - c->from) / (double)(c->until - c->from);
	return x < 0 ? 0 : x > WIDTH - 4 ? WIDTH - 4 : x;
}

static const char *
class_of(const char *kind, bool lasting)
{
	if (!lasting) {
		return "past";
	}
	return strcmp(kind, "reputation") == 0 ? "deferred"
	       : strcmp(kind, "throttle") == 0 ? "accent"
					       : "rejected";
}

static void
add_listing(struct html *h, const struct chart_lists *c, const struct node *listing, double top)
{
	int64_t since = node_time(listing, "since"), end = node_time(listing, "until"),
		last = node_time(listing, "last");
	bool lasting = end == 0;
	const char *kind = node_text(listing, "kind");
	char a[PTIME_TEXT_MAX], b[PTIME_TEXT_MAX];
	if (since > c->until || (!lasting && end < c->from)) {
		return;
	}
	double x1 = place_of(c, since), x2 = lasting ? WIDTH : place_of(c, end);
	x2 = x2 < x1 + 4 ? x1 + 4 : x2;
	h_open(h, "g");
	h_open(h, "title");
	h_format(h,
		lasting ? T(h, "%s, %s: since %.16s, last named %.16s, no sign yet that it is over")
			: T(h, "%s, %s: since %.16s, last named %.16s, over"),
		node_text(listing, "list"), T(h, chart_listing_kind(kind)), ptime_format(since, a),
		ptime_format(last, b));
	h_close(h);
	chart_rect(h, class_of(kind, lasting), x1, top + 19, x2 - x1, 8);
	h_close(h);
}

static void
add_look_up(struct html *h, const struct chart_lists *c, const struct look_up *l, double top)
{
	char text[PTIME_TEXT_MAX];
	if (l->time < c->from || l->time > c->until) {
		return;
	}
	h_class(h, "circle", l->listed ? "look-up listed" : "look-up clear");
	h_attr_real(h, "cx", place_of(c, l->time) + 2);
	h_attr_real(h, "cy", top + 23);
	h_attr_int(h, "r", 4);
	h_open(h, "title");
	h_format(h,
		l->listed ? T(h, "%s: a look-up of %.16s found it")
			  : T(h, "%s: a look-up of %.16s did not find it"),
		l->list, ptime_format(l->time, text));
	h_close_n(h, 2);
}

/* "99 %" at the end of the row, where the list's likelihood is known. */
static void
add_likelihood(struct html *h, const struct chart_lists *c, const char *name, double top)
{
	for (size_t i = 0; i < node_count(c->host, "lists"); i++) {
		const struct node *list = node_item(c->host, "lists", i);
		if (strcmp(node_text(list, "list"), name) == 0) {
			chart_label(h, "end", WIDTH, top + 13,
				h_words(h, T(h, "%.0f %% likely"),
					100 * node_real(list, "probability")));
		}
	}
}

static void
add_row(struct html *h, const struct chart_lists *c, const char *name, double top)
{
	chart_label(h, "start", 0, top + 13, text_clean(h->arena, slice_str(name), NAME_MAX_BYTES));
	add_likelihood(h, c, name, top);
	chart_rect(h, "track", 0, top + 19, WIDTH, 8);
	for (size_t i = 0; i < node_count(c->host, "listings"); i++) {
		const struct node *listing = node_item(c->host, "listings", i);
		if (strcmp(node_text(listing, "list"), name) == 0) {
			add_listing(h, c, listing, top);
		}
	}
	for (size_t i = 0; i < c->look_ups_count; i++) {
		if (strcmp(c->look_ups[i].list, name) == 0) {
			add_look_up(h, c, &c->look_ups[i], top);
		}
	}
}

static void
add_legend(struct html *h, const struct chart_lists *c)
{
	static const char *const kinds[] = { "list", "reputation", "throttle" };
	h_class(h, "ul", "legend");
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		chart_legend_item(h, class_of(kinds[i], true), T(h, chart_listing_kind(kinds[i])));
	}
	chart_legend_item(h, "past", T(h, "over"));
	if (c->look_ups_count > 0) {
		h_element(h, "li", NULL,
			T(h, "a dot is a look-up: full where it found the host, hollow where it "
			     "did "
			     "not"));
	}
	h_close(h);
}

void
chart_lists(struct html *h, const struct chart_lists *c)
{
	const struct rows rows = rows_of(c);
	struct chart_lists span = *c;
	char a[PTIME_TEXT_MAX], b[PTIME_TEXT_MAX];
	double bottom = (double)(ROW * rows.count);
	span.until = c->until <= c->from ? c->from + PTIME_HOUR : c->until;
	chart_begin(h, T(h, "Time line of listings and look-ups"),
		T(h, "When remote servers named a list, and when a list was asked"), WIDTH,
		(int)(ROW * rows.count + BOTTOM));
	h_element(h, "desc", NULL, T(h, "One row per list; the table below has the same times."));
	for (size_t i = 0; i < rows.count; i++) {
		add_row(h, &span, rows.names[i], (double)(ROW * i));
	}
	h_class(h, "g", "axis");
	chart_label(h, "start", 0, bottom + 14,
		h_words(h, "%.10s %.5s", ptime_format(span.from, a), a + 11));
	chart_label(h, "end", WIDTH, bottom + 14,
		h_words(h, "%.10s %.5s", ptime_format(span.until, b), b + 11));
	h_close_n(h, 3);
	add_legend(h, c);
}
