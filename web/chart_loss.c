/* Loss by interval: two plots over one axis of time, packets that were dropped above, bytes that
 * the mirror lost below. */
#include "web/chart.h"

#include <inttypes.h>

#include "web/chart_inner.h"
#include "web/health.h"
#include "web/page.h"

enum { HEIGHT = 300, PLOT = 92, DROPPED_TOP = 24, MIRROR_TOP = 152, STRIP = 4 };

/* Scales are in hundredths of a percent. */
enum { LEAST_SCALE = 200 };

struct plot {
	const char *title;
	double top;
	struct {
		const char *class;
		enum counter part, rest;
	} stack[2]; /* from the bottom up */
	size_t stack_count;
};

static const struct plot plots[] = {
	{ N_("dropped, of all packets"), DROPPED_TOP,
		{ { "kernel", COUNTER_packets_dropped, COUNTER_packets },
			{ "interface", COUNTER_packets_if_dropped, COUNTER_packets } },
		2 },
	{ N_("lost in the mirror, of all bytes"), MIRROR_TOP,
		{ { "mirror", COUNTER_gap_bytes, COUNTER_stream_bytes } }, 1 },
};
#define PLOTS (sizeof plots / sizeof plots[0])

static double
share_of(const struct plot *p, size_t k, const struct loss_interval *step)
{
	const int64_t *value = step->counters.value;
	return loss_share(value[p->stack[k].part], value[p->stack[k].rest]);
}

static int64_t
scale_of(const struct plot *p, const struct loss_steps *s, int *lines)
{
	double peak = 0;
	for (size_t i = 0; i < s->count; i++) {
		double sum = 0;
		for (size_t k = 0; k < p->stack_count; k++) {
			sum += share_of(p, k, &s->steps[i]);
		}
		peak = sum > peak ? sum : peak;
	}
	int64_t whole = (int64_t)(10000 * peak);
	return series_scale(whole > LEAST_SCALE ? whole : LEAST_SCALE, lines);
}

static void
add_axes(struct html *h, const struct plot *p, int64_t scale, int lines)
{
	double bottom = p->top + PLOT, limit = 10000 * HEALTH_LOSS_LIMIT / (double)scale;
	h_class(h, "g", "axis");
	chart_label(h, "start", CHART_LEFT, p->top - 10, T(h, p->title));
	for (int i = 0; i <= lines; i++) {
		double y = bottom - PLOT * (double)i / lines;
		chart_line(h, i == 0 ? "base" : "grid", CHART_LEFT, y, CHART_LEFT + CHART_PLOT, y);
		chart_label(h, "end", CHART_LEFT - 8, y + 4,
			h_words(h, "%g %%", (double)(scale / lines * i) / 100));
	}
	chart_line(h, "limit", CHART_LEFT, bottom - PLOT * limit, CHART_LEFT + CHART_PLOT,
		bottom - PLOT * limit);
	h_close(h);
}

static const char *
step_words(struct html *h, const struct loss_interval *step)
{
	const int64_t *value = step->counters.value;
	char text[PTIME_TEXT_MAX];
	ptime_format(step->start, text);
	return h_words(h,
		T(h, "%.10s %.5s: %s packets; dropped by the kernel: %s (%s), by the interface: "
		     "%s; lost in the mirror: %s (%s)"),
		text, text + 11, part_number(h, value[COUNTER_packets]),
		part_number(h, value[COUNTER_packets_dropped]),
		part_percent(h, loss_of_kernel(&step->counters), 1),
		part_number(h, value[COUNTER_packets_if_dropped]),
		part_bytes(h, value[COUNTER_gap_bytes]),
		part_percent(h, loss_of_mirror(&step->counters), 1));
}

static void
add_stack(struct html *h, const struct plot *p, const struct loss_interval *step, int64_t scale,
	const double across[2])
{
	double y = p->top + PLOT;
	for (size_t k = 0; k < p->stack_count; k++) {
		double height = PLOT * 10000 * share_of(p, k, step) / (double)scale;
		if (height <= 0) {
			continue;
		}
		height = height < 1 ? 1 : height; /* what is lost at all must be seen */
		y -= height;
		chart_rect(h, p->stack[k].class, across[0], y, across[1], height);
	}
}

static void
add_steps(struct html *h, const struct loss_steps *s, const int64_t *scales)
{
	double width = (double)CHART_PLOT / (double)s->count;
	for (size_t i = 0; i < s->count; i++) {
		double x = CHART_LEFT + width * (double)i;
		const double across[2] = { x + width * 0.1, width * 0.8 };
		if (!loss_was_on(&s->steps[i])) {
			continue;
		}
		h_class(h, "g", "step");
		h_element(h, "title", NULL, step_words(h, &s->steps[i]));
		chart_rect(h, "hit", x, DROPPED_TOP, width, MIRROR_TOP + PLOT - DROPPED_TOP);
		chart_rect(h, "on", x, MIRROR_TOP + PLOT + 2, width, STRIP);
		for (size_t p = 0; p < PLOTS; p++) {
			add_stack(h, &plots[p], &s->steps[i], scales[p], across);
		}
		h_close(h);
	}
}

static void
add_legend(struct html *h, const struct loss_steps *s)
{
	h_class(h, "ul", "legend");
	chart_legend_item(h, "kernel", T(h, "dropped by the kernel"));
	chart_legend_item(h, "interface", T(h, "dropped by the interface"));
	chart_legend_item(h, "mirror", T(h, "lost in the mirror"));
	chart_legend_item(h, "on", T(h, "packets came"));
	h_open(h, "li");
	h_format(h, T(h, "per %s; dashed: %g %%, above it this page warns"),
		chart_step_name(h, s->step), 100 * HEALTH_LOSS_LIMIT);
	h_close_n(h, 2);
}

void
chart_loss(struct html *h, const struct loss_steps *s, const char *title)
{
	int64_t scales[PLOTS];
	chart_begin(h, title, title, CHART_WIDTH, HEIGHT);
	h_element(h, "desc", NULL, T(h, "The table below has the same numbers."));
	for (size_t p = 0; p < PLOTS; p++) {
		int lines;
		scales[p] = scale_of(&plots[p], s, &lines);
		add_axes(h, &plots[p], scales[p], lines);
	}
	h_class(h, "g", "axis");
	chart_time_axis(h, s->from, s->step, s->count, MIRROR_TOP + PLOT + STRIP + 2);
	h_close(h);
	add_steps(h, s, scales);
	h_close_n(h, 2);
	add_legend(h, s);
}
