/* Listings and look-ups of a host on one time line, a row a list, with how likely each list is now;
 * as SVG. */
#ifndef HELOSCOPE_WEB_CHART_LISTS_H
#define HELOSCOPE_WEB_CHART_LISTS_H

#include "web/doc.h"
#include "web/html.h"

#define CHART_LISTS_MAX 64 /* rows; more are in tables alone */

struct look_up {
	const char *list;
	bool listed; /* else it was not found */
	int64_t time;
};
struct chart_lists {
	const struct node *host; /* its listings, and likelihoods of lists */
	const struct look_up *look_ups;
	size_t look_ups_count;
	int64_t from, until; /* ns */
};

/* How many rows it would have; 0 = nothing to draw. */
size_t chart_lists_rows(const struct chart_lists *c);
void chart_lists(struct html *h, const struct chart_lists *c);

#endif
