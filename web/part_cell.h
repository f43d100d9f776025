/* One cell of a table of the store: links, words in the reader's language, shares, flags. */
#ifndef HELOSCOPE_WEB_PART_CELL_H
#define HELOSCOPE_WEB_PART_CELL_H

#include "store/query.h"
#include "web/html.h"

/* The i-th column of that row; nothing for a cell that is null. */
void part_cell(struct html *h, const struct table *table, size_t i, const struct cell *cells);
/* "num", "time", "long" or "text". */
const char *part_cell_class(const struct column *column);

#endif
