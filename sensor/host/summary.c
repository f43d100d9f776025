#include "sensor/host/judge.h"

#include <inttypes.h>
#include <stdio.h>

/* Where the sentence of each word comes from: the first of these observations that says something,
 * else the first cause's evidence, else whatever is a concern. */
static const struct {
	enum verdict verdict;
	enum observable observable;
} order[] = {
	{ VERDICT_LISTED, OBS_LISTED },
	{ VERDICT_THROTTLED, OBS_PRIVATE },
	{ VERDICT_THROTTLED, OBS_THROTTLED },
	{ VERDICT_THROTTLED, OBS_NETWORK_LISTED },
	{ VERDICT_WATCH, OBS_DELISTED },
};

static const char *
concern_of(const struct observed *o)
{
	for (size_t i = 0; i < OBS_COUNT; i++) {
		if (o->of[i].strength >= CONCERN_FROM && o->of[i].said_count > 0 &&
			observable_is_concern((enum observable)i))
			return o->of[i].said[0];
	}
	if (o->of[OBS_GREYLISTED].said_count > 0)
		return o->of[OBS_GREYLISTED].said[0];
	return "several small things add up";
}

static const char *
sentence_of(const struct observed *o, const struct host_record *r)
{
	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
		const struct observation *seen = &o->of[order[i].observable];

		if (order[i].verdict == r->verdict && seen->strength >= CONCERN_FROM &&
			seen->said_count > 0)
			return seen->said[0];
	}
	if (r->causes_count > 0 && r->causes[0].evidence_count > 0)
		return r->causes[0].evidence[0];
	return concern_of(o);
}

/* "Listed by Spamhaus ZEN, SpamCop" */
static void
listed_by(const struct facts *f, char *out, size_t size)
{
	const char *before = "Listed by ";
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < f->listings_count && len < size; i++) {
		if (f->listings[i].until != 0)
			continue;
		len += (size_t)snprintf(out + len, size - len, "%s%s", before, f->listings[i].list);
		before = ", ";
	}
}

void
judge_summary(const struct facts *f, const struct observed *o, struct host_record *out)
{
	char listed[OBSERVED_TEXT * 2];
	const char *const starts[VERDICTS] = {
		[VERDICT_UNKNOWN] = "Too little was seen to judge it",
		[VERDICT_CLEAN] = "Nothing stands out",
		[VERDICT_WATCH] = "Worth a look",
		[VERDICT_THROTTLED] = "Slowed down or refused by providers, on no list of single "
				      "hosts as far as seen",
		[VERDICT_LIKELY] = "About to be listed",
		[VERDICT_LISTED] = listed,
	};
	const int64_t *n = f->sum->sums;
	const char *start = starts[out->verdict];
	char text[OBSERVED_TEXT * 2];

	listed_by(f, listed, sizeof listed);
	if (out->verdict == VERDICT_UNKNOWN || out->verdict == VERDICT_CLEAN)
		snprintf(text, sizeof text,
			"%s: mails %" PRId64 ", recipients %" PRId64 ", encrypted sessions %" PRId64
			" of %" PRId64,
			start, n[SUM_mails], n[SUM_rcpts], n[SUM_sessions_encrypted],
			n[SUM_sessions]);
	else if (out->causes_count > 0)
		snprintf(text, sizeof text, "%s; cause, it seems: %s; %s", start,
			cause_word(out->causes[0].cause), sentence_of(o, out));
	else
		snprintf(text, sizeof text, "%s: %s", start, sentence_of(o, out));
	out->summary = arena_string(f->arena, names_clip(slice_str(text), OBSERVED_TEXT - 1));
}
