/* Of the overview: how the sensor does. */
#include <inttypes.h>

#include "sensor/base/ptime.h"
#include "web/page_overview.h"

/* "0.3 % (worst 5 minutes: 2.1 %)"; "" when no interval is known. */
static const char *
mirror_words(struct html *h, const struct loss_day *day)
{
	struct loss_sum sum;
	loss_sum_init(&sum);
	for (size_t i = 0; i < day->count; i++) {
		loss_sum_add(&sum, &day->intervals[i]);
	}
	if (day->count == 0) {
		return "";
	}
	const char *whole = part_percent(h, loss_of_mirror(&sum.total.counters), 1);
	if (sum.intervals == 1 || sum.worst.start < 0) {
		return whole;
	}
	return h_words(h, T(h, "%s (worst 5 minutes: %s)"), whole,
		part_percent(h, loss_of_mirror(&sum.worst.counters), 1));
}

/* How long ago, in the unit that fits. */
static const char *
ago_words(struct html *h, int64_t then, int64_t now)
{
	int64_t seconds = now > then ? (now - then) / PTIME_SECOND : 0;
	int64_t minutes = seconds / 60, hours = minutes / 60, days = hours / 24;
	if (days > 1) {
		return arena_printf(
			h->arena, TN(h, "%" PRId64 " day ago", "%" PRId64 " days ago", days), days);
	}
	if (hours > 1) {
		return h_words(
			h, TN(h, "%" PRId64 " hour ago", "%" PRId64 " hours ago", hours), hours);
	}
	if (minutes > 1) {
		return h_words(h,
			TN(h, "%" PRId64 " minute ago", "%" PRId64 " minutes ago", minutes),
			minutes);
	}
	return h_words(
		h, TN(h, "%" PRId64 " second ago", "%" PRId64 " seconds ago", seconds), seconds);
}

static void
add_counts(struct html *h, const struct overview *o, int64_t now)
{
	const int64_t *count = o->state.counters.value;
	part_fact_time(h, T(h, "Last packet"), o->state.now);
	part_fact(h, T(h, "Lag behind the last packet"),
		o->state.live ? ago_words(h, o->state.now, now) : T(h, "none: captures were read"));
	part_fact_time(h, T(h, "First packet"), o->state.started);
	part_fact(h, T(h, "Packets"), part_number(h, count[COUNTER_packets]));
	part_fact(h, T(h, "Dropped"),
		h_words(h, T(h, "%s by the kernel, %s by the interface"),
			part_number(h, count[COUNTER_packets_dropped]),
			part_number(h, count[COUNTER_packets_if_dropped])));
	part_fact(h, T(h, "Holes in streams"),
		h_words(h, "%s (%s)", part_number(h, count[COUNTER_gaps]),
			part_bytes(h, count[COUNTER_gap_bytes])));
	part_fact(h, T(h, "Seen in one direction only"),
		h_words(h, T(h, "%s of the streams"),
			part_percent(h, (double)count[COUNTER_streams_one_sided],
				(double)count[COUNTER_streams])));
}

static void
add_notes(struct html *h, const struct health *health)
{
	if (health->count == 0) {
		return;
	}
	h_class(h, "ul", "notes");
	for (size_t i = 0; i < health->count; i++) {
		if (!health->notes[i].blind) {
			h_element(h, "li", NULL, TS(h, health->notes[i].text));
		}
	}
	h_close(h);
}

void
overview_sensor(struct html *h, struct request *r, const struct overview *o)
{
	struct arena *a = h->arena;
	int64_t written = query_written(r->reader.store);
	part_section(h, "sensor", T(h, "The sensor"));
	h_class(h, "p", "state");
	h_element(h, "span", arena_printf(a, "badge %s", o->sight.blind ? "listed" : "clean"),
		T(h, health_word(o->has_state ? &o->state : NULL, r->now)));
	if (o->has_state) {
		h_str(h, " ");
		h_format(h, T(h, "%s, reading %s"), o->state.sensor, o->state.sources);
	}
	h_close(h);
	h_class(h, "dl", "facts");
	if (o->has_state) {
		add_counts(h, o, r->now);
	}
	part_fact(h, T(h, "Lost in the mirror"), mirror_words(h, &o->loss));
	part_fact(h, T(h, "Encrypted sessions"),
		part_percent(h, (double)o->totals.sessions_encrypted, (double)o->totals.sessions));
	if (written != 0) {
		part_fact_time(h, T(h, "Store last written"), written);
	}
	h_close(h);
	add_notes(h, &o->health);
	h_open(h, "p");
	h_link(h, "/sensor", T(h, "All counters"));
	h_close_n(h, 2);
}
