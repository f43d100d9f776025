#include "web/chart_hours.h"

#include <inttypes.h>

#include "sensor/base/ptime.h"
#include "web/chart_inner.h"

enum { TOP = 14, ROW = 70, GAP = 30, HEIGHT = TOP + 2 * ROW + GAP + 40 };
#define SCORE_TOP 10.0 /* the least top of its scale */

struct drawing {
	struct html *h;
	const struct series *s;
	double width; /* of a step */
	int64_t mails_top;
	double score_top;
};

static const char *
step_words(struct html *h, const struct series *s, size_t i)
{
	const struct series_step *step = &s->steps[i];
	char text[PTIME_TEXT_MAX];
	ptime_format(s->from + (int64_t)i * s->step, text);
	return h_words(h,
		T(h, "%.10s %.5s: %" PRId64 " mails, %" PRId64
		     " recipients refused or put off; the highest score is %.1f"),
		text, text + 11, step->mails,
		step->rcpts[SERIES_REJECTED] + step->rcpts[SERIES_DEFERRED], step->score_max);
}

static void
add_axis(const struct drawing *d, double top, const char *title, const char *most)
{
	struct html *h = d->h;
	chart_line(h, "grid", CHART_LEFT, top, CHART_LEFT + CHART_PLOT, top);
	chart_line(h, "base", CHART_LEFT, top + ROW, CHART_LEFT + CHART_PLOT, top + ROW);
	chart_label(h, "end", CHART_LEFT - 8, top + 4, most);
	chart_label(h, "end", CHART_LEFT - 8, top + ROW + 4, "0");
	chart_label(h, "start", CHART_LEFT, top - 4, title);
}

static void
add_bar(const struct drawing *d, const char *class, size_t i, double bottom, double share)
{
	double height = share > 1 ? ROW : ROW * share;
	if (share <= 0) {
		return;
	}
	height = height < 1 ? 1 : height;
	chart_rect(d->h, class, CHART_LEFT + d->width * ((double)i + 0.1), bottom - height,
		d->width * 0.8, height);
}

static void
add_step(const struct drawing *d, size_t i, const char *url)
{
	const struct series_step *step = &d->s->steps[i];
	struct html *h = d->h;
	if (step->mails == 0 && series_total(step) == 0) {
		return;
	}
	if (url != NULL) {
		h_open(h, "a");
		h_url(h, "href", url);
	}
	h_class(h, "g", "step");
	h_element(h, "title", NULL, step_words(h, d->s, i));
	chart_rect(h, "hit", CHART_LEFT + d->width * (double)i, TOP, d->width, 2 * ROW + GAP);
	add_bar(d, "accepted", i, TOP + ROW, (double)step->mails / (double)d->mails_top);
	add_bar(d, step->score_max >= CHART_SCORE_LIMIT ? "rejected" : "unseen", i,
		TOP + 2 * ROW + GAP, step->score_max / d->score_top);
	h_close_n(h, url != NULL ? 2 : 1);
}

static void
measure(struct drawing *d)
{
	int64_t mails = 0;
	int lines;
	d->score_top = SCORE_TOP;
	for (size_t i = 0; i < d->s->count; i++) {
		mails = d->s->steps[i].mails > mails ? d->s->steps[i].mails : mails;
		if (d->s->steps[i].score_max > d->score_top) {
			d->score_top = d->s->steps[i].score_max;
		}
	}
	d->mails_top = series_scale(mails, &lines);
	d->width = (double)CHART_PLOT / (double)d->s->count;
}

void
chart_hours(struct html *h, const struct series *s, const char *title,
	const char *(*url)(void *ctx, int64_t from, int64_t until), void *ctx)
{
	struct drawing d = { .h = h, .s = s };
	measure(&d);
	double limit = TOP + GAP + 2 * ROW - ROW * CHART_SCORE_LIMIT / d.score_top;
	if (url != NULL) {
		chart_begin_linked(h, title, title, CHART_WIDTH, HEIGHT);
	} else {
		chart_begin(h, title, title, CHART_WIDTH, HEIGHT);
	}
	h_element(h, "desc", NULL,
		T(h, "Above the mails of each step, below the highest score of one of them; 5.0 "
		     "and "
		     "more is spam."));
	h_class(h, "g", "axis");
	add_axis(&d, TOP, T(h, "mails"), h_words(h, "%" PRId64, d.mails_top));
	add_axis(&d, TOP + ROW + GAP, T(h, "highest score"), h_words(h, "%.0f", d.score_top));
	chart_line(h, "limit", CHART_LEFT, limit, CHART_LEFT + CHART_PLOT, limit);
	chart_time_axis(h, s->from, s->step, s->count, TOP + 2 * ROW + GAP);
	h_close(h);
	for (size_t i = 0; i < s->count; i++) {
		int64_t from = s->from + (int64_t)i * s->step;
		add_step(&d, i, url != NULL ? url(ctx, from, from + s->step) : NULL);
	}
	h_close_n(h, 2);
	h_class(h, "ul", "legend");
	chart_legend_item(h, "accepted", T(h, "mails"));
	chart_legend_item(h, "rejected", T(h, "highest score, 5.0 or more"));
	chart_legend_item(h, "unseen", T(h, "highest score below 5.0"));
	h_close(h);
}
