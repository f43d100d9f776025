/* What the pages of one rule, one domain, one campaign have in common: figures out of a row of the
 * store's tables, and rows of other tables below. */
#ifndef HELOSCOPE_WEB_PART_SUMS_H
#define HELOSCOPE_WEB_PART_SUMS_H

#include "web/page.h"

#define SUMS_ROWS 25 /* of a table below */

/* The first row that a filter gives, texts in the arena: 1, 0 = none, -1. */
int sums_row(struct request *r, const struct table *table, const struct filter *filter,
	const struct cell **out, struct err *err);
/* A cell by the name of its column; of text, never NULL. */
const struct cell *sums_cell(
	const struct table *table, const struct cell *cells, const char *column);
/* A tile for each of the columns; names end at NULL. */
void sums_tiles(struct html *h, const struct table *table, const struct cell *cells,
	const char *const *names);

/* The heading of such a page: what it is about, and which one. */
void sums_heading(struct html *h, const char *what, const char *name);

struct sums_part {
	const char *id, *title, *table;
	const char *all; /* where all rows are, a URL; NULL = nowhere */
};
/* A section with the first rows of a filter. 0, or -1 and err. */
int sums_section(struct html *h, struct request *r, const struct sums_part *part,
	struct filter filter, struct err *err);
/* The range of the request, or a page of the error: 0 or -1. */
int sums_view(struct request *r, struct answer *a, const struct table *table, struct view *out);

#endif
