#include "web/chart.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sensor/base/json.h"
#include "sensor/base/ptime.h"
#include "web/chart_inner.h"

/* Units of the view box of the chart of recipients. */
enum { HEIGHT = 250, TOP = 12, PLOT_HEIGHT = 190 };

static const struct {
	const char *class, *title;
} kinds[SERIES_KINDS] = {
	[SERIES_REJECTED] = { "rejected", N_("refused") },
	[SERIES_DEFERRED] = { "deferred", N_("put off") },
	[SERIES_ACCEPTED] = { "accepted", N_("accepted") },
	[SERIES_UNKNOWN] = { "unseen", N_("outcome not seen") },
};

/* A box that scrolls where it is narrow. */
static void
box(struct html *h, const char *label)
{
	h_class(h, "div", "scroll");
	h_attr(h, "tabindex", "0");
	h_attr(h, "role", "region");
	h_attr(h, "aria-label", label);
}

static void
drawing(struct html *h, const char *role, const char *title, int width, int height)
{
	h_class(h, "svg", "chart");
	h_attr(h, "viewBox", arena_printf(h->arena, "0 0 %d %d", width, height));
	h_attr(h, "role", role);
	h_element(h, "title", NULL, title);
}

void
chart_begin(struct html *h, const char *label, const char *title, int width, int height)
{
	box(h, label);
	drawing(h, "img", title, width, height);
}

void
chart_begin_linked(struct html *h, const char *label, const char *title, int width, int height)
{
	box(h, label);
	drawing(h, "group", title, width, height);
}

void
chart_rect(struct html *h, const char *class, double x, double y, double width, double height)
{
	h_class(h, "rect", class);
	h_attr_real(h, "x", x);
	h_attr_real(h, "y", y);
	h_attr_real(h, "width", width);
	h_attr_real(h, "height", height);
	h_close(h);
}

void
chart_line(struct html *h, const char *class, double x1, double y1, double x2, double y2)
{
	h_class(h, "line", class);
	h_attr_real(h, "x1", x1);
	h_attr_real(h, "y1", y1);
	h_attr_real(h, "x2", x2);
	h_attr_real(h, "y2", y2);
	h_close(h);
}

void
chart_label(struct html *h, const char *anchor, double x, double y, const char *text)
{
	h_class(h, "text", anchor);
	h_attr_real(h, "x", x);
	h_attr_real(h, "y", y);
	h_str(h, text);
	h_close(h);
}

const char *
chart_step_label(struct arena *arena, int64_t t, int64_t step, bool with_date)
{
	char text[PTIME_TEXT_MAX];
	ptime_format(t, text);
	if (with_date || step >= PTIME_DAY) {
		return arena_printf(arena, "%.5s", text + 5);
	}
	return arena_printf(arena, "%.5s", text + 11);
}

/* Steps between two times that are written out, at most eight of them: below an hour they stand at
 * round times. */
static size_t
tick_distance(int64_t step, size_t count)
{
	static const int64_t minutes[] = { 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440 };
	for (size_t i = 0; step < PTIME_HOUR && i < sizeof minutes / sizeof minutes[0]; i++) {
		int64_t distance = minutes[i] * 60 * PTIME_SECOND;
		if (distance % step == 0 && distance * 8 >= (int64_t)count * step) {
			return (size_t)(distance / step);
		}
	}
	return (count + 7) / 8;
}

void
chart_time_axis(struct html *h, int64_t from, int64_t step, size_t count, double y)
{
	double width = (double)CHART_PLOT / (double)count;
	size_t every = tick_distance(step, count), first = 0;
	int64_t distance = (int64_t)every * step;
	if (step < PTIME_HOUR) {
		first = (size_t)((distance - from % distance) % distance / step);
	}
	for (size_t i = first; i < count; i += every) {
		int64_t t = from + (int64_t)i * step;
		double x = CHART_LEFT + width * (double)i;
		bool new_day = i == first || t / PTIME_DAY != (t - distance) / PTIME_DAY;
		chart_line(h, "tick", x, y, x, y + 5);
		if (x > CHART_WIDTH - CHART_LABEL) {
			break; /* its words would be cut */
		}
		chart_label(h, "start", x, y + 18, chart_step_label(h->arena, t, step, false));
		if (new_day && step < PTIME_DAY) {
			chart_label(
				h, "start", x, y + 33, chart_step_label(h->arena, t, step, true));
		}
	}
}

static void
series_axes(struct html *h, const struct series *s, int64_t top, int lines)
{
	h_class(h, "g", "axis");
	for (int i = 0; i <= lines; i++) {
		double y = TOP + PLOT_HEIGHT - PLOT_HEIGHT * (double)i / lines;
		chart_line(h, i == 0 ? "base" : "grid", CHART_LEFT, y, CHART_LEFT + CHART_PLOT, y);
		chart_label(h, "end", CHART_LEFT - 8, y + 4,
			arena_printf(h->arena, "%" PRId64, top / lines * i));
	}
	chart_time_axis(h, s->from, s->step, s->count, TOP + PLOT_HEIGHT);
	h_close(h);
}

/* What a step holds, in words: the tool tip, and what a screen reader says. */
static const char *
step_words(struct html *h, const struct series *s, size_t i)
{
	const struct series_step *step = &s->steps[i];
	char text[PTIME_TEXT_MAX];
	ptime_format(s->from + (int64_t)i * s->step, text);
	return h_words(h,
		T(h, "%.10s %.5s: %" PRId64 " mails; recipients: %" PRId64 " accepted, %" PRId64
		     " put off, %" PRId64 " refused, %" PRId64 " not seen; %" PRId64
		     " replies name a list"),
		text, text + 11, step->mails, step->rcpts[SERIES_ACCEPTED],
		step->rcpts[SERIES_DEFERRED], step->rcpts[SERIES_REJECTED],
		step->rcpts[SERIES_UNKNOWN], step->listed);
}

/* One step as a stack of bars in the box (x, top, width, height). */
static void
stack(struct html *h, const struct series_step *step, double scale, const double box[4])
{
	double y = box[1] + box[3];
	for (size_t k = 0; k < SERIES_KINDS; k++) {
		double height = box[3] * (double)step->rcpts[k] / scale;
		if (step->rcpts[k] == 0) {
			continue;
		}
		height = height < 1 ? 1
				    : height; /* one refusal among thousands must still be seen */
		y -= height;
		chart_rect(h, kinds[k].class, box[0], y, box[2], height);
	}
}

static void
series_bars(struct html *h, const struct series *s, int64_t top)
{
	double width = (double)CHART_PLOT / (double)s->count;
	for (size_t i = 0; i < s->count; i++) {
		double x = CHART_LEFT + width * (double)i;
		if (series_total(&s->steps[i]) == 0 && s->steps[i].mails == 0) {
			continue;
		}
		h_class(h, "g", "step");
		h_element(h, "title", NULL, step_words(h, s, i));
		chart_rect(h, "hit", x, TOP, width, PLOT_HEIGHT);
		stack(h, &s->steps[i], (double)top,
			(double[]){ x + width * 0.1, TOP, width * 0.8, PLOT_HEIGHT });
		if (s->steps[i].listed > 0) {
			h_class(h, "circle", "listed");
			h_attr_real(h, "cx", x + width / 2);
			h_attr_int(h, "cy", TOP - 5);
			h_attr_int(h, "r", 4);
			h_close(h);
		}
		h_close(h);
	}
}

void
chart_legend_item(struct html *h, const char *class, const char *text)
{
	h_open(h, "li");
	h_class(h, "svg", "key");
	h_attr(h, "viewBox", "0 0 10 10");
	h_attr(h, "aria-hidden", "true");
	chart_rect(h, class, 0, 0, 10, 10);
	h_close(h);
	h_str(h, text);
	h_close(h);
}

const char *
chart_step_name(struct html *h, int64_t step)
{
	int64_t hours = step / PTIME_HOUR;
	if (hours == 0) {
		return h_words(h, T(h, "%" PRId64 " minutes"), step / (60 * PTIME_SECOND));
	}
	if (hours == 1) {
		return T(h, "hour");
	}
	return hours < 24    ? h_words(h, T(h, "%" PRId64 " hours"), hours)
	       : hours == 24 ? T(h, "day")
			     : h_words(h, T(h, "%" PRId64 " days"), hours / 24);
}

/* The numbers of the steps as JSON, for a script: {"from": s, "step": s, "rejected": […], …}. */
static const char *
series_values(struct html *h, const struct series *s)
{
	struct buf out;
	struct json j;
	buf_init(&out, 64 * 1024);
	json_init(&j, &out);
	json_object(&j);
	json_key(&j, "from");
	json_int(&j, s->from / PTIME_SECOND);
	json_key(&j, "step");
	json_int(&j, s->step / PTIME_SECOND);
	for (size_t k = 0; k < SERIES_KINDS; k++) {
		json_key(&j, kinds[k].class);
		json_array(&j);
		for (size_t i = 0; i < s->count; i++) {
			json_int(&j, s->steps[i].rcpts[k]);
		}
		json_array_end(&j);
	}
	json_object_end(&j);
	const char *text = arena_string(h->arena, buf_slice(&out));
	buf_release(&out);
	return text;
}

void
chart_series(struct html *h, const struct series *s, const char *title)
{
	int lines;
	int64_t top = series_scale(series_peak(s), &lines);
	box(h, title);
	h_attr(h, "data-values", series_values(h, s));
	drawing(h, "img", title, CHART_WIDTH, HEIGHT);
	h_element(h, "desc", NULL,
		h_words(h,
			T(h, "Recipients per %s, stacked: refused, put off, accepted, not seen. "
			     "The highest step has %" PRId64 "."),
			chart_step_name(h, s->step), series_peak(s)));
	series_axes(h, s, top, lines);
	series_bars(h, s, top);
	h_close_n(h, 2);
	h_class(h, "ul", "legend");
	for (size_t k = 0; k < SERIES_KINDS; k++) {
		chart_legend_item(h, kinds[k].class, T(h, kinds[k].title));
	}
	chart_legend_item(h, "listed", T(h, "a reply named a list"));
	h_open(h, "li");
	h_format(h, T(h, "recipients per %s"), chart_step_name(h, s->step));
	h_close_n(h, 2);
}

void
chart_spark(struct html *h, const struct series *s, const char *title)
{
	double width = 120.0 / (double)s->count;
	int64_t peak = series_peak(s);
	h_class(h, "svg", "spark");
	h_attr(h, "viewBox", "0 0 120 28");
	h_attr(h, "role", "img");
	h_element(h, "title", NULL, title);
	chart_line(h, "base", 0, 27.5, 120, 27.5);
	for (size_t i = 0; i < s->count; i++) {
		if (series_total(&s->steps[i]) > 0) {
			stack(h, &s->steps[i], (double)peak,
				(double[]){ width * ((double)i + 0.1), 1, width * 0.8, 26 });
		}
	}
	h_close(h);
}

/* ---- listings ---- */

static const struct {
	const char *word, *title, *class;
} listing_kinds[] = {
	{ "list", N_("public list"), "rejected" },
	{ "reputation", N_("a provider's reputation"), "deferred" },
	{ "throttle", N_("rate limit"), "accent" },
};
enum { KINDS = sizeof listing_kinds / sizeof listing_kinds[0] };

static size_t
kind_row(const char *word)
{
	for (size_t i = 1; i < KINDS; i++) {
		if (strcmp(word, listing_kinds[i].word) == 0) {
			return i;
		}
	}
	return 0;
}

const char *
chart_listing_kind(const char *word)
{
	return listing_kinds[kind_row(word)].title;
}

const struct node *
chart_listing_at(const struct node *host, size_t at)
{
	for (size_t kind = 0; kind < KINDS; kind++) {
		for (size_t i = 0; i < node_count(host, "listings"); i++) {
			const struct node *listing = node_item(host, "listings", i);
			if (kind_row(node_text(listing, "kind")) == kind && at-- == 0) {
				return listing;
			}
		}
	}
	return NULL;
}
