#include "web/sight.h"

#include "web/texts.h"

static const struct {
	const char *title, *text;
	bool zero_known, blind;
} rows[SIGHTS] = {
	[SIGHT_NEVER] = { N_("No sensor has ever written to this store."),
		N_("Nothing is known about any host: that none is named here is no good news. Let "
		   "a "
		   "sensor watch a mirror port (heloscope run), or read a capture (heloscope "
		   "read)."),
		false, true },
	[SIGHT_NO_PACKETS] = { N_("The sensor runs, but has not seen a single packet."),
		N_("Nothing is known about any host: that none is named here is no good news. Look "
		   "at "
		   "the mirror port, the cable and the name of the interface."),
		false, true },
	[SIGHT_NO_MAIL] = { N_("Packets come in, but no mail is among them."),
		N_("Nothing is known about any host: that none is named here is no good news. Look "
		   "at "
		   "which VLANs and directions are mirrored, and at which ports are watched."),
		false, true },
	[SIGHT_SILENT] = { N_("The sensor is silent: no packet comes in any more."),
		N_("The mirror port or the sensor is down. What stands here is what was seen "
		   "before; "
		   "hosts that have begun to send since then are missing."),
		false, true },
	[SIGHT_ONE_WAY] = { N_("Most of the traffic is seen in one direction only."),
		N_("What servers answer, or what clients say, is missing: refusals and listings "
		   "may "
		   "stay unseen. Mirror both directions, and every path that mail takes."),
		false, true },
	[SIGHT_ENCRYPTED] = { N_("Nearly all sessions are encrypted."),
		N_("Of them only names, addresses, sizes and times are seen: most refusals, and "
		   "all "
		   "texts that name a list, stay hidden. A host that looks clean here may be "
		   "listed; "
		   "look-ups of blocklists can tell."),
		false, true },
	[SIGHT_LOSSY] = { N_("The sensor does not see everything."),
		N_("A host that looks clean here may not be."), true, true },
	[SIGHT_EMPTY] = { N_("Nothing was seen in this range of time."),
		N_("No host sent mail then, or the sensor did not run. Take a wider range, or look "
		   "at "
		   "when packets were read."),
		false, false },
};

static bool
is_at_least(int64_t part, int64_t whole, double share)
{
	return whole > 0 && (double)part >= share * (double)whole;
}

void
sight_of(struct sight *out, const struct sensor_state *state, const struct health *health,
	bool seen, int64_t now)
{
	*out = (struct sight){ .zero_known = true };
	out->is[SIGHT_NEVER] = state == NULL;
	out->is[SIGHT_LOSSY] = health->blind;
	if (state != NULL) {
		const int64_t *n = state->counters.value;
		out->is[SIGHT_NO_PACKETS] = n[COUNTER_packets] == 0;
		out->is[SIGHT_NO_MAIL] = n[COUNTER_packets] > 0 && n[COUNTER_streams] == 0;
		out->is[SIGHT_SILENT] = state->live && now - state->now > HEALTH_SILENT_NS;
		out->is[SIGHT_ONE_WAY] = is_at_least(
			n[COUNTER_streams_one_sided], n[COUNTER_streams], SIGHT_ONE_WAY_FROM);
		out->is[SIGHT_ENCRYPTED] = is_at_least(
			n[COUNTER_sessions_encrypted], n[COUNTER_sessions], SIGHT_ENCRYPTED_FROM);
	}
	/* without anything at all, the first reason says it */
	out->is[SIGHT_EMPTY] = !seen && !out->is[SIGHT_NEVER] && !out->is[SIGHT_NO_PACKETS] &&
			       !out->is[SIGHT_NO_MAIL];
	for (size_t i = 0; i < SIGHTS; i++) {
		out->blind = out->blind || (out->is[i] && rows[i].blind);
		out->zero_known = out->zero_known && (!out->is[i] || rows[i].zero_known);
	}
}

enum sight_word
sight_first(const struct sight *s)
{
	size_t i = 0;
	while (i < SIGHTS && !s->is[i]) {
		i++;
	}
	return (enum sight_word)i;
}

const char *
sight_title(enum sight_word w)
{
	return rows[w].title;
}

const char *
sight_text(enum sight_word w)
{
	return rows[w].text;
}
