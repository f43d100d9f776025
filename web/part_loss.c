/* The section of /sensor about loss: a chart, the two kinds in words, and the intervals as a table.
 */
#include "web/page.h"

#include "web/chart.h"
#include "web/health.h"

static void
add_words(struct html *h)
{
	h_class(h, "div", "prose");
	h_open(h, "p");
	h_element(h, "strong", NULL, T(h, "Dropped packets"));
	h_str(h, " ");
	h_str(h,
		T(h, "reached this machine, and it was too slow for them: give the kernel a larger "
		     "buffer or the sensor more workers ([capture] buffer_mib, workers); if the "
		     "interface drops them, look at its ring (ethtool -g)."));
	h_close(h);
	h_open(h, "p");
	h_element(h, "strong", NULL, T(h, "Bytes lost in the mirror"));
	h_str(h, " ");
	h_str(h, T(h, "never reached it: one end of a stream confirmed them, and nobody here saw "
		      "them. The switch copies more than the mirror port can carry, or not every "
		      "path: mirror fewer ports or VLANs, or into a faster port. Nothing on this "
		      "machine mends that. Sessions and mails with such holes are marked."));
	h_close_n(h, 2);
}

/* A zero steps back, so that the others can be found. */
static void
number_cell(struct html *h, int64_t value, const char *text)
{
	h_element(h, "td", value == 0 ? "num zero" : "num", text);
}

static void
share_cell(struct html *h, double share, bool seen, double limit)
{
	h_element(h, "td",
		!seen || share <= 0 ? "num zero"
		: share > limit	    ? "num bad"
				    : "num",
		seen ? part_percent(h, share, 1) : "–");
}

static void
add_row(struct html *h, const struct loss_interval *interval)
{
	const struct counters *c = &interval->counters;
	int64_t packets = c->value[COUNTER_packets], dropped = c->value[COUNTER_packets_dropped];
	int64_t refused = c->value[COUNTER_packets_if_dropped];
	int64_t seen = c->value[COUNTER_stream_bytes], lost = c->value[COUNTER_gap_bytes];
	int64_t streams = c->value[COUNTER_streams], half = c->value[COUNTER_streams_one_sided];
	h_open(h, "tr");
	h_class(h, "td", "time");
	part_time(h, interval->start);
	h_close(h);
	number_cell(h, packets, part_number(h, packets));
	number_cell(h, dropped, part_number(h, dropped));
	share_cell(h, loss_of_kernel(c), packets + dropped > 0, HEALTH_LOSS_LIMIT);
	number_cell(h, refused, part_number(h, refused));
	number_cell(h, seen, part_bytes(h, seen));
	number_cell(h, lost, part_bytes(h, lost));
	share_cell(h, loss_of_mirror(c), seen + lost > 0, HEALTH_LOSS_LIMIT);
	share_cell(h, loss_share(half, streams - half), streams > 0, 1);
	h_close(h);
}

void
part_loss(struct html *h, const struct loss_day *day)
{
	static const char *const heads[] = { N_("From"), N_("#Packets"), N_("#Dropped by kernel"),
		N_("#Share"), N_("#By interface"), N_("#Bytes seen"), N_("#Bytes lost"),
		N_("#Lost in the mirror"), N_("#One-sided"), NULL };
	const struct table *table = table_find("loss");
	h_class(h, "section", "card");
	h_attr(h, "id", "loss");
	h_class(h, "div", "title");
	h_element(h, "h2", NULL, T(h, "Loss, by five minutes"));
	h_link(h, "/loss", T(h, "All intervals"));
	page_downloads(h, table, NULL, NULL);
	h_close(h);
	if (day->count == 0) {
		h_element(h, "p", "note",
			T(h, "No interval is stored: what was read before this version has sums "
			     "only."));
		h_close(h);
		return;
	}
	struct loss_steps *steps = arena_alloc(h->arena, sizeof *steps);
	loss_steps_of(steps, day);
	h_class(h, "div", "columns");
	h_open(h, "div");
	chart_loss(h, steps, T(h, "Loss over time"));
	h_close(h);
	add_words(h);
	h_close(h);
	h_class(h, "div", "tall");
	part_table(h, T(h, "Loss, by five minutes"), heads);
	for (size_t i = 0; i < day->count; i++) {
		add_row(h, &day->intervals[i]);
	}
	part_table_end(h);
	h_close_n(h, 2);
}
