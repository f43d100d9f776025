#include "web/shell.h"

#include <string.h>

#include "web/page.h"
#include "web/route.h"

/* The order of the pages; a row without a route is not shown.  `key`: after g, for scripts.  The
 * others stand behind "More", and on narrow screens all but `narrow` do. */
static const struct {
	const char *segment, *title, *key;
	bool front, narrow;
} places[] = {
	{ "", N_("Overview"), "o", true, false },
	{ "hosts", N_("Hosts"), "h", true, true },
	{ "listings", N_("Listings"), "l", true, false },
	{ "evidence", N_("Evidence"), "e", true, false },
	{ "mails", N_("Mails"), "m", true, false },
	{ "sessions", N_("Sessions"), "s", true, false },
	{ "domains", N_("Domains"), "d", true, false },
	{ "campaigns", N_("Campaigns"), "c", true, false },
	{ "rules", N_("Rules"), "r", true, false },
	{ "services", N_("Services"), "v", true, false },
	{ "cases", N_("Cases"), "k", true, false },
	{ "sensor", N_("Sensor"), "n", true, false },
	{ "about", N_("About"), "a", true, false },
	{ "complaint", N_("Complaints"), NULL, false, false },
	{ "changes", N_("Changes"), NULL, false, false },
	{ "deliveries", N_("Alerts"), NULL, false, false },
	{ "lookups", N_("Look-ups"), NULL, false, false },
	{ "abuse", N_("Abuse"), NULL, false, false },
	{ "loss", N_("Loss"), NULL, false, false },
	{ "events", N_("Events"), NULL, false, false },
	{ "audit", N_("Audit log"), NULL, false, false },
};
#define PLACES (sizeof places / sizeof *places)

static bool
is_open_to(const struct request *r, const char *segment)
{
	struct uri uri = { 0 };
	if (segment[0] != '\0') {
		uri.segments[uri.segments_count++] = segment;
	}
	const struct route *route = route_find(&uri);
	return route != NULL && request_may(r, route);
}

/* Whether what the filter box says means something there, too. */
static bool
takes_filter(struct request *r, const char *segment)
{
	struct view view;
	struct err err;
	struct uri uri = { 0 };
	const struct table *table = table_find(segment[0] != '\0' ? segment : "hosts");
	const char *q = uri_param(&r->uri, "q");
	if (table == NULL || q == NULL) {
		return false;
	}
	uri.params[uri.params_count++] = (struct param){ "q", q };
	return view_parse(&uri, table, r->now, &r->arena, &view, &err) == 0 &&
	       view_check(r, table, &view, &err) == 0;
}

static const char *
place_url(struct request *r, const char *segment)
{
	const struct param set[] = { { "range", uri_param(&r->uri, "range") },
		{ "since", uri_param(&r->uri, "since") }, { "until", uri_param(&r->uri, "until") },
		{ "q", takes_filter(r, segment) ? uri_param(&r->uri, "q") : NULL } };
	return url_with(&r->arena, segment[0] != '\0' ? url_path(&r->arena, segment, NULL) : "/",
		NULL, set, 4);
}

static void
place_link(struct html *h, struct request *r, size_t i, const char *class)
{
	const char *here = r->uri.segments_count > 0 ? r->uri.segments[0] : "";
	h_open(h, "a");
	h_url(h, "href", place_url(r, places[i].segment));
	if (class != NULL) {
		h_attr(h, "class", class);
	}
	if (places[i].key != NULL && (class == NULL || strcmp(class, "narrow") != 0)) {
		h_attr(h, "data-key", places[i].key);
	}
	if (strcmp(places[i].segment, here) == 0) {
		h_attr(h, "aria-current", "page");
	}
	h_str(h, T(h, places[i].title));
	h_close(h);
}

void
shell_navigation(struct html *h, struct request *r)
{
	h_class(h, "nav", "pages");
	h_attr(h, "aria-label", T(h, "Pages"));
	for (size_t i = 0; i < PLACES; i++) {
		if (places[i].front && is_open_to(r, places[i].segment)) {
			place_link(h, r, i, places[i].narrow ? NULL : "wide");
		}
	}
	h_class(h, "details", "menu");
	h_element(h, "summary", NULL, T(h, "More"));
	h_class(h, "div", "sheet");
	for (size_t i = 0; i < PLACES; i++) {
		if (!places[i].narrow && is_open_to(r, places[i].segment)) {
			place_link(h, r, i, places[i].front ? "narrow" : NULL);
		}
	}
	h_close_n(h, 3);
}
