/* Charts as SVG within the page: geometry by attributes, colours by classes, so that the content
 * security policy holds and both colour schemes work.  Every chart has a title and a description,
 * and its numbers are in a table or a tool tip too. */
#ifndef HELOSCOPE_WEB_CHART_H
#define HELOSCOPE_WEB_CHART_H

#include "web/doc.h"
#include "web/html.h"
#include "web/loss_day.h"
#include "web/series.h"

/* Recipients per step, stacked by what became of them, with axes, legend and a mark where a reply
 * named a list. */
void chart_series(struct html *h, const struct series *s, const char *title);
/* The same, 120 wide, for a row of a table. */
void chart_spark(struct html *h, const struct series *s, const char *title);
/* What was lost per step, kernel and interface in one plot, the mirror in another. */
void chart_loss(struct html *h, const struct loss_steps *s, const char *title);
/* "public list", "a provider's reputation", "rate limit": of the word in a record. */
const char *chart_listing_kind(const char *word);
/* The listing that stands at `i` when public lists come first, then reputations, then rate limits.
 */
const struct node *chart_listing_at(const struct node *host, size_t i);

#endif
