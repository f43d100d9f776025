/* What charts are drawn with; for the files of charts alone. */
#ifndef HELOSCOPE_WEB_CHART_INNER_H
#define HELOSCOPE_WEB_CHART_INNER_H

#include "web/html.h"

/* Units of the view box, across. */
enum { CHART_WIDTH = 760, CHART_LEFT = 52, CHART_PLOT = 696, CHART_LABEL = 34 };

/* A drawing in a box that scrolls where it is narrow: two elements to close. */
void chart_begin(struct html *h, const char *label, const char *title, int width, int height);
/* The same with links in it: what is an image as a whole has no parts that take the focus. */
void chart_begin_linked(
	struct html *h, const char *label, const char *title, int width, int height);
void chart_rect(struct html *h, const char *class, double x, double y, double width, double height);
void chart_line(struct html *h, const char *class, double x1, double y1, double x2, double y2);
/* `anchor`: "start" or "end". */
void chart_label(struct html *h, const char *anchor, double x, double y, const char *text);
/* "03:00", or "06-12": with_date, and in steps of a day and more. */
const char *chart_step_label(struct arena *arena, int64_t t, int64_t step, bool with_date);
/* "5 minutes", "hour", "2 days" */
const char *chart_step_name(struct html *h, int64_t step);
/* Ticks and times below y, within <g class="axis">. */
void chart_time_axis(struct html *h, int64_t from, int64_t step, size_t count, double y);
void chart_legend_item(struct html *h, const char *class, const char *text);

#endif
