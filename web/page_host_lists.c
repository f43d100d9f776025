/* Of a host's page: what remote servers and look-ups say of it. */
#include <string.h>

#include "web/chart.h"
#include "web/chart_lists.h"
#include "web/page_host.h"

enum { SERVERS_SHOWN = 4, LISTINGS_SHOWN = 60, LOOK_UPS = 300 };

static void
add_servers(struct html *h, const struct node *listing)
{
	size_t count = node_count(listing, "servers");
	h_class(h, "td", "servers");
	if (count == 0 && node_text(listing, "server")[0] == '\0') {
		h_str(h, T(h, "a look-up"));
	}
	if (count == 0) {
		part_host_link(h, node_text(listing, "server"));
	}
	for (size_t i = 0; i < count && i < SERVERS_SHOWN; i++) {
		part_host_link(h, node_text(node_item(listing, "servers", i), ""));
		h_str(h, " ");
	}
	if (count > SERVERS_SHOWN) {
		h_class(h, "span", "note");
		h_format(h, TN(h, "and %zu more", "and %zu more", (int64_t)(count - SERVERS_SHOWN)),
			count - SERVERS_SHOWN);
		h_close(h);
	}
	h_close(h);
}

static void
add_until(struct html *h, const struct node *listing)
{
	h_class(h, "td", "until");
	if (node_time(listing, "until") != 0) {
		part_time(h, node_time(listing, "until"));
		h_element(h, "span", "name", TS(h, node_text(listing, "ended_by")));
	} else if (strcmp(node_text(listing, "kind"), "list") == 0) {
		h_str(h, T(h, "still listed as far as seen"));
	} else {
		h_str(h, T(h, "still so as far as seen"));
	}
	h_close(h);
}

static void
add_listing_row(struct html *h, const struct host_page *p, const struct node *listing)
{
	const char *list = node_text(listing, "list");
	h_open(h, "tr");
	h_class(h, "td", "text");
	h_link(h, host_filter_url(p, "/evidence", "list", list), part_short(h, list));
	h_element(h, "span", "name", T(h, chart_listing_kind(node_text(listing, "kind"))));
	h_close(h);
	h_class(h, "td", "time");
	part_time(h, node_time(listing, "since"));
	h_close(h);
	h_class(h, "td", "time");
	part_time(h, node_time(listing, "last"));
	h_close(h);
	add_until(h, listing);
	h_class(h, "td", "num");
	h_int(h, node_int(listing, "count"));
	h_close(h);
	add_servers(h, listing);
	h_class(h, "td", "long");
	h_element(h, "q", NULL, part_long(h, node_text(listing, "reply")));
	h_close_n(h, 2);
}

/* ---- look-ups ---- */

struct look_ups {
	struct arena *arena;
	struct look_up items[LOOK_UPS];
	size_t count;
};

static bool
keep_look_up(void *ctx, const struct cell *cells)
{
	struct look_ups *l = ctx;
	const struct table *t = table_find("lookups");
	struct slice answer = cells[table_column(t, "answer") - t->columns].text;
	if (!slice_eq(answer, SLICE("error"))) {
		l->items[l->count++] = (struct look_up){
			.list = arena_string(
				l->arena, cells[table_column(t, "list") - t->columns].text),
			.listed = slice_eq(answer, SLICE("listed")),
			.time = cells[table_column(t, "time") - t->columns].integer,
		};
	}
	return l->count < LOOK_UPS;
}

static void
add_table(struct html *h, const struct host_page *p)
{
	static const char *const heads[] = { N_("List"), N_("Since"), N_("Last named"),
		N_("Over since"), N_("#Replies"), N_("Said by"), N_("In these words"), NULL };
	size_t count = node_count(p->host, "listings");
	if (count == 0) {
		return;
	}
	part_table(h, T(h, "Listings"), heads);
	for (size_t i = 0; i < count && i < LISTINGS_SHOWN; i++) {
		add_listing_row(h, p, chart_listing_at(p->host, i));
	}
	part_table_end(h);
	if (count > LISTINGS_SHOWN) {
		h_open(h, "p");
		h_link(h, host_filter_url(p, "/listings", NULL, NULL),
			h_words(h, T(h, "All %zu listings"), count));
		h_close(h);
	}
}

int
host_listings(struct html *h, const struct host_page *p)
{
	struct look_ups *l = arena_alloc(h->arena, sizeof *l);
	const struct filter filter = { .host = p->addr,
		.since = p->view.filter.since,
		.until = p->view.filter.until,
		.sort = "time",
		.descending = true,
		.limit = LOOK_UPS };
	l->arena = h->arena;
	l->count = 0;
	if (table_query(p->r->reader.store, table_find("lookups"), &filter, keep_look_up, l,
		    p->err) != 0) {
		return -1;
	}
	struct chart_lists chart = { .host = p->host,
		.look_ups = l->items,
		.look_ups_count = l->count,
		.from = node_time(p->host, "first"),
		.until = node_time(p->host, "last") };
	if (p->view.filter.since != 0 || p->view.filter.until != 0) {
		chart.from = p->since;
		chart.until = p->until;
	}
	h_class(h, "section", "card");
	h_attr(h, "id", "listings");
	h_class(h, "div", "title");
	h_element(h, "h2", NULL, T(h, "What remote servers say of it"));
	page_downloads(h, table_find("listings"), NULL, p->text);
	h_close(h);
	if (chart_lists_rows(&chart) == 0) {
		h_element(h, "p", "note",
			T(h, "No server named a list, and no look-up was made, as far as seen."));
		h_close(h);
		return 0;
	}
	h_element(h, "p", "note",
		T(h, "A public list refuses it at all who ask that list. A reputation is what one "
		     "provider thinks of it, a rate limit how one slows it down: others do not "
		     "know "
		     "of either."));
	chart_lists(h, &chart);
	add_table(h, p);
	h_close(h);
	return 0;
}
