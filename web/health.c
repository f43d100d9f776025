#include "web/health.h"

#include <inttypes.h>

#include "sensor/base/ptime.h"

/* Shares that are too large. `inside`: the whole counts the part already. */
static const struct {
	enum counter part, whole;
	bool inside;
	double limit;
	bool blind;
	const char *text;
} shares[] = {
	{ COUNTER_packets_dropped, COUNTER_packets, false, 0.01, true,
		"of the packets were dropped by the kernel before they could be read. Use a larger "
		"buffer ([capture] buffer_mib), or a "
		"faster machine." },
	{ COUNTER_packets_if_dropped, COUNTER_packets, false, 0.01, true,
		"of the packets were dropped by the network interface. Look at its ring size "
		"(ethtool -g) and at the mirror port's load." },
	{ COUNTER_gap_bytes, COUNTER_stream_bytes, false, 0.01, true,
		"of the bytes never came from the mirror port. A mirror of more traffic than its "
		"port can carry loses packets silently." },
	{ COUNTER_streams_one_sided, COUNTER_streams, true, 0.10, true,
		"of the streams were seen in one direction only. Mirror both directions, and every "
		"path that mail takes." },
	{ COUNTER_decap_malformed, COUNTER_packets, true, 0.01, true,
		"of the packets have broken headers and were not looked at." },
	{ COUNTER_decap_unknown, COUNTER_packets, true, 0.10, true,
		"of the packets are in an encapsulation that is not understood." },
	{ COUNTER_packets_cut, COUNTER_packets, true, 0.01, true,
		"of the packets were captured shorter than they were. Capture with a larger "
		"snaplen (tcpdump -s 0)." },
	{ COUNTER_streams_refused, COUNTER_streams, false, 0.01, true,
		"of the streams were not followed because the table was full. Raise [capture] "
		"streams." },
	{ COUNTER_sessions_encrypted, COUNTER_sessions, true, 0.50, false,
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
	{ COUNTER_restarts_worker, false, "Restarts of the capture worker" },
	{ COUNTER_restarts_analyst, false, "Restarts of the analyst" },
	{ COUNTER_restarts_collector, false, "Restarts of the collector" },
	{ COUNTER_restarts_web, false, "Restarts of the web process" },
	{ COUNTER_streams_evicted, false, "Streams given up because the table was full" },
	{ COUNTER_mails_refused, false, "Mails that could not be parsed and have no score" },
	{ COUNTER_hosts_forgotten, false, "Hosts dropped from memory because the table was full" },
};

double
health_share(int64_t part, int64_t rest)
{
	double whole = (double)part + (double)rest;
	return whole > 0 ? (double)part / whole : 0;
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
		return "never ran";
	}
	return !state->live ? "ended" : is_silent(state, now) ? "silent" : "running";
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

void
health_of(struct health *out, const struct sensor_state *state, int64_t now, struct arena *arena)
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
		int64_t part = state->counters.value[shares[i].part],
			whole = state->counters.value[shares[i].whole];
		double share = health_share(part, shares[i].inside ? whole - part : whole);
		if (share > shares[i].limit) {
			add(out, shares[i].blind,
				arena_printf(arena, "%.1f %% %s", 100 * share, shares[i].text));
		}
	}
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		int64_t n = state->counters.value[faults[i].counter];
		if (n > 0) {
			add(out, faults[i].blind,
				arena_printf(arena, "%s: %" PRId64 ".", faults[i].text, n));
		}
	}
}
