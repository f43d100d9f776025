/* Mails and the highest score by time, below each other on one axis, as SVG; the same numbers as
 * JSON. */
#ifndef HELOSCOPE_WEB_CHART_HOURS_H
#define HELOSCOPE_WEB_CHART_HOURS_H

#include "web/html.h"
#include "web/series.h"

#define CHART_SCORE_LIMIT 5.0 /* what counts as spam */

/* url: where a step leads (NULL = nowhere). */
void chart_hours(struct html *h, const struct series *s, const char *title,
	const char *(*url)(void *ctx, int64_t from, int64_t until), void *ctx);

#endif
