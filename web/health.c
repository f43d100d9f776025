#include "web/health.h"

#include <inttypes.h>

#include "sensor/base/ptime.h"
#include "web/texts.h"

/* Shares that are too large. `inside`: the whole counts the part already.  `least`: an interval
 * with less of the whole is not judged by itself, or a handful of packets would ring the bell; 0 =
 * not kept by interval. */
static const struct share {
	enum counter part, whole;
	bool inside;
	double limit;
	int64_t least;
	bool blind;
	const char *text;
} shares[] = {
	{ COUNTER_packets_dropped, COUNTER_packets, false, HEALTH_LOSS_LIMIT, 10000, true,
		"of the packets were dropped by the kernel before they could be read. Use a larger "
		"buffer or more workers ([capture] buffer_mib, workers), or a faster machine." },
	{ COUNTER_packets_if_dropped, COUNTER_packets, false, HEALTH_LOSS_LIMIT, 10000, true,
		"of the packets were dropped by the network interface. Look at its ring size "
		"(ethtool -g) and at the mirror port's load." },
	{ COUNTER_gap_bytes, COUNTER_stream_bytes, false, HEALTH_LOSS_LIMIT, 1000000, true,
		"of the bytes never came from the mirror port. A mirror of more traffic than its "
		"port can carry loses packets silently." },
	{ COUNTER_streams_one_sided, COUNTER_streams, true, 0.10, 50, true,
		"of the streams were seen in one direction only. Mirror both directions, and every "
		"path that mail takes." },
	{ COUNTER_decap_malformed, COUNTER_packets, true, 0.01, 0, true,
		"of the packets have broken headers and were not looked at." },
	{ COUNTER_decap_unknown, COUNTER_packets, true, 0.10, 10000, true,
		"of the packets are in an encapsulation that is not understood." },
	{ COUNTER_packets_cut, COUNTER_packets, true, HEALTH_LOSS_LIMIT, 10000, true,
		"of the packets were captured shorter than they were. Capture with a larger "
		"snaplen (tcpdump -s 0)." },
	{ COUNTER_streams_refused, COUNTER_streams, false, 0.01, 0, true,
		"of the streams were not followed because the table was full. Raise [capture] "
		"streams." },
	{ COUNTER_sessions_encrypted, COUNTER_sessions, true, 0.50, 0, false,
		"of the sessions go on under TLS: of those, only names, addresses, sizes and times "
		"can be seen." },
};

/* Things that should not happen at all. */
static const struct {
	enum counter counter;
	bool blind;
	const char *text;
} faults[] = {
	{ COUNTER_store_errors, true,
		"Writes that the store refused (what they held is missing here)" },
	{ COUNTER_frames_lost, true, "Messages between the sensor's processes that were lost" },
	{ COUNTER_aliases_full, true, "IPv6 packets that could not be followed" },
	{ COUNTER_packets_damaged, false, "Records of capture files that could not be read" },
	{ COUNTER_rules_refused, false,
		"New rules that had a mistake: those read before stay in force" },
	{ COUNTER_restarts_worker, false, "Restarts of the capture worker" },
	{ COUNTER_restarts_analyst, false, "Restarts of the analyst" },
	{ COUNTER_restarts_collector, false, "Restarts of the collector" },
	{ COUNTER_restarts_web, false, "Restarts of the web process" },
	{ COUNTER_restarts_lookup, false, "Restarts of the process that asks blocklists" },
	{ COUNTER_restarts_alerter, false,
		"Restarts of the process that tells changes of verdicts" },
	{ COUNTER_alerts_failed, false, "Attempts to tell a change of a verdict that failed" },
	{ COUNTER_streams_evicted, false, "Streams given up because the table was full" },
	{ COUNTER_mails_refused, false, "Mails that could not be parsed and have no score" },
	{ COUNTER_hosts_forgotten, false, "Hosts dropped from memory because the table was full" },
};

static double
share_of(const struct share *s, const struct counters *c)
{
	int64_t part = c->value[s->part], whole = c->value[s->whole];
	return loss_share(part, s->inside ? whole - part : whole);
}

static void
add(struct health *h, bool blind, const char *text)
{
	if (h->count == HEALTH_NOTES_MAX) {
		return;
	}
	size_t at = h->count++;
	for (; blind && at > 0 && !h->notes[at - 1].blind; at--) {
		h->notes[at] = h->notes[at - 1];
	}
	h->notes[at] = (struct health_note){ blind, text };
	h->blind = h->blind || blind;
}

static bool
is_silent(const struct sensor_state *state, int64_t now)
{
	return state->live && now - state->now > HEALTH_SILENT_NS;
}

const char *
health_word(const struct sensor_state *state, int64_t now)
{
	if (state == NULL) {
		return N_("never ran");
	}
	return !state->live ? N_("ended") : is_silent(state, now) ? N_("silent") : N_("running");
}

static void
add_sight(struct health *h, const struct sensor_state *state, int64_t now, struct arena *arena)
{
	const int64_t *value = state->counters.value;
	if (value[COUNTER_packets] == 0) {
		add(h, true,
			"No packet was seen at all: nothing is known about any host. Check the "
			"mirror port and the interface.");
	} else if (value[COUNTER_streams] == 0) {
		add(h, true,
			"Packets came, but no mail traffic among them. Check which VLANs and "
			"directions are mirrored.");
	}
	if (is_silent(state, now)) {
		add(h, true,
			arena_printf(arena,
				"No packet has come for %" PRId64
				" minutes: the mirror port or the sensor is down. What follows is "
				"what was seen before.",
				(now - state->now) / (60 * PTIME_SECOND)));
	}
}

/* ---- by interval ---- */

/* Of the intervals that are large enough to be judged. */
struct extremes {
	size_t count;
	const struct loss_interval *worst, *latest;
};

static struct extremes
extremes_of(const struct share *s, const struct loss_day *day)
{
	struct extremes e = { .count = 0 };
	for (size_t i = 0; day != NULL && s->least > 0 && i < day->count; i++) {
		const struct loss_interval *interval = &day->intervals[i];
		const struct counters *c = &interval->counters;
		int64_t whole = c->value[s->whole] + (s->inside ? 0 : c->value[s->part]);
		if (whole < s->least) {
			continue;
		}
		e.latest = e.count++ == 0 ? interval : e.latest;
		if (e.worst == NULL || share_of(s, c) > share_of(s, &e.worst->counters)) {
			e.worst = interval;
		}
	}
	return e;
}

/* "2008-06-12 14:05–14:10" */
static const char *
span_words(struct arena *arena, const struct loss_interval *interval)
{
	char from[PTIME_TEXT_MAX], until[PTIME_TEXT_MAX];
	ptime_format(interval->start, from);
	ptime_format(interval->start + LOSS_INTERVAL, until);
	return arena_printf(arena, "%.10s %.5s–%.5s", from, from + 11, until + 11);
}

/* It was too much all the time: when it was worst, and whether it is over. */
static const char *
always_words(struct arena *arena, const struct share *s, double share, const struct extremes *e)
{
	if (e->count < 2) {
		return arena_printf(arena, "%.1f %% %s", 100 * share, s->text);
	}
	return arena_printf(arena,
		"%.1f %% %s Five minutes at worst: %.1f %% (%s), the latest: %.1f %%.", 100 * share,
		s->text, 100 * share_of(s, &e->worst->counters), span_words(arena, e->worst),
		100 * share_of(s, &e->latest->counters));
}

/* It was too much for a time only. */
static const char *
once_words(struct arena *arena, const struct share *s, const struct extremes *e)
{
	double worst = 100 * share_of(s, &e->worst->counters);
	const char *span = span_words(arena, e->worst);
	if (e->worst == e->latest) {
		return arena_printf(
			arena, "In the latest five minutes (%s), %.1f %% %s", span, worst, s->text);
	}
	return arena_printf(arena,
		"In the five minutes at worst (%s), %.1f %% %s In the latest: %.1f %%.", span,
		worst, s->text, 100 * share_of(s, &e->latest->counters));
}

/* A sum hides what happens now, and an hour of blindness a month ago: the worst and the latest
 * interval stand beside it. */
static void
add_share(struct health *h, const struct share *s, const struct counters *sum,
	const struct loss_day *day, struct arena *arena)
{
	double share = share_of(s, sum);
	struct extremes e = extremes_of(s, day);
	if (share > s->limit) {
		add(h, s->blind, always_words(arena, s, share, &e));
	} else if (e.count > 0 && share_of(s, &e.worst->counters) > s->limit) {
		add(h, s->blind, once_words(arena, s, &e));
	}
}

void
health_of(struct health *out, const struct sensor_state *state, const struct loss_day *day,
	int64_t now, struct arena *arena)
{
	*out = (struct health){ .count = 0 };
	if (state == NULL) {
		add(out, true,
			"No sensor has written to this store yet: nothing is known about any "
			"host.");
		return;
	}
	add_sight(out, state, now, arena);
	for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
		add_share(out, &shares[i], &state->counters, day, arena);
	}
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		int64_t n = state->counters.value[faults[i].counter];
		if (n > 0) {
			add(out, faults[i].blind,
				arena_printf(arena, "%s: %" PRId64 ".", faults[i].text, n));
		}
	}
}

struct health_seen *
health_load(struct store *s, int64_t now, struct arena *arena, struct err *err)
{
	struct health_seen *seen = arena_alloc(arena, sizeof *seen);
	int rc = query_state(s, &seen->state, arena, err);

	if (rc < 0 || loss_day_load(&seen->loss, s, err) != 0) {
		return NULL;
	}
	seen->known = rc == 1;
	health_of(&seen->health, seen->known ? &seen->state : NULL, &seen->loss, now, arena);
	return seen;
}
