#include "sensor/host/judge.h"

#include <inttypes.h>
#include <stdio.h>

#include "sensor/base/ptime.h"

/* Where the sentence of each word comes from: the first of these observations that says something,
 * else the first cause's evidence, else whatever is a concern. */
static const struct {
	enum verdict verdict;
	enum observable observable;
} order[] = {
	{ VERDICT_LISTED, OBS_PASSES_SPAM },
	{ VERDICT_LIKELY, OBS_PASSES_SPAM },
	{ VERDICT_WATCH, OBS_PASSES_SPAM },
	{ VERDICT_THROTTLED, OBS_PRIVATE },
	{ VERDICT_THROTTLED, OBS_THROTTLED },
	{ VERDICT_THROTTLED, OBS_NETWORK_LISTED },
	{ VERDICT_WATCH, OBS_DELISTED },
};

/* What a network engineer calls it. */
static const char *const cause_texts[CAUSES] = {
	[CAUSE_OPEN_RELAY] = "an open mail relay",
	[CAUSE_OPEN_PROXY] = "an open proxy",
	[CAUSE_WEB_FORM] = "an abused web form",
	[CAUSE_PHP_SCRIPT] = "a PHP script",
	[CAUSE_SPAM_BOT] = "malware that sends spam",
	[CAUSE_COMPROMISED_ACCOUNT] = "a stolen account",
	[CAUSE_BATCH_JOBS] = "mail of jobs",
	[CAUSE_HAND_TYPED] = "mail typed by hand",
	[CAUSE_MAILING_LIST] = "a mailing list",
	[CAUSE_BACKSCATTER] = "bounces and automatic answers to strangers",
	[CAUSE_FORWARDING] = "forwarding",
	[CAUSE_DICTIONARY_ATTACK] = "guessing of addresses or passwords",
	[CAUSE_MISCONFIGURED_MTA] = "a badly configured mail server",
};

/* Of equals the first. */
static const char *
strongest_of(const struct observed *o)
{
	const struct observation *best = NULL;

	for (size_t i = 0; i < OBS_COUNT; i++) {
		const struct observation *seen = &o->of[i];

		if (observable_is_concern((enum observable)i) && seen->said_count > 0 &&
			(best == NULL || seen->strength > best->strength))
			best = seen;
	}
	return best != NULL ? best->said[0] : "several small things add up";
}

static const char *
concern_of(const struct observed *o, const struct host_record *r)
{
	for (size_t i = 0; i < OBS_COUNT; i++) {
		if (o->of[i].strength >= CONCERN_FROM && o->of[i].said_count > 0 &&
			observable_is_concern((enum observable)i))
			return o->of[i].said[0];
	}
	if (o->of[OBS_GREYLISTED].said_count > 0)
		return o->of[OBS_GREYLISTED].said[0];
	/* small things that add up to a list */
	if (r->lists_count > 0 && r->lists[0].why_count > 0)
		return r->lists[0].why[0];
	return strongest_of(o);
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
	if (r->verdict == VERDICT_LISTED && o->of[OBS_LISTED].said_count > 0)
		return o->of[OBS_LISTED].said[0];
	return concern_of(o, r);
}

/* "Spamhaus ZEN (37 refusals by 4 servers), SpamCop (1 refusal by 1 server)" */
static void
listed_by(const struct facts *f, char *out, size_t size)
{
	const char *before = "";
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < f->listings_count && len < size; i++) {
		const struct listing *l = &f->listings[i];

		if (l->until != 0 || l->kind != LISTING_PUBLIC)
			continue;
		len += (size_t)snprintf(out + len, size - len, "%s", before);
		if (len < size && l->servers_count > 0)
			len += (size_t)snprintf(out + len, size - len,
				"%s (%" PRId64 " refusal%s by %zu server%s)", l->list, l->count,
				l->count == 1 ? "" : "s", l->servers_count,
				l->servers_count == 1 ? "" : "s");
		else if (len < size)
			len += (size_t)snprintf(out + len, size - len, "%s", l->list);
		before = ", ";
	}
}

static enum list_kind
kind_of(const struct facts *f, const char *list)
{
	const struct list_rules *rules = &f->config->lists;
	size_t count = 0;
	const struct list_base *bases =
		rules->bases != NULL ? rules->bases(rules->ctx, &count) : NULL;

	for (size_t i = 0; i < count; i++) {
		if (slice_eq(slice_str(bases[i].list), slice_str(list)))
			return bases[i].kind;
	}
	return LIST_PUBLIC;
}

static const struct list_likelihood *
most_likely(const struct facts *f, const struct host_record *r, enum list_kind kind)
{
	const struct list_likelihood *best = NULL;

	for (size_t i = 0; i < r->lists_count; i++) {
		const struct list_likelihood *l = &r->lists[i];

		if (l->predicted >= LIKELY_FROM && kind_of(f, l->list) == kind &&
			(best == NULL || l->predicted > best->predicted))
			best = l;
	}
	return best;
}

/* The list that is expected most for what the host did: "About to be listed by SpamCop (87 %)"; a
 * provider, should it send there, if no list is; or the smarthost that will be listed for it. */
static void
likely_by(const struct facts *f, const struct host_record *r, char *out, size_t size)
{
	const struct list_likelihood *list = most_likely(f, r, LIST_PUBLIC);
	const struct list_likelihood *provider = most_likely(f, r, LIST_PROVIDER);
	const struct named *by = names_top(&f->sum->names[NAMES_passed_by]);

	if (list != NULL)
		snprintf(out, size, "About to be listed by %s (%.0f %%)", list->list,
			100 * list->predicted);
	else if (provider != NULL)
		snprintf(out, size, "About to be refused wherever it sends to %s (%.0f %%)",
			provider->list, 100 * provider->predicted);
	else if (by != NULL)
		snprintf(out, size, "About to get its relay %s listed", by->text);
	else
		snprintf(out, size, "About to be listed");
}

/* Why nothing more can be said, or how much was seen. */
static void
say_seen(const struct facts *f, const struct host_record *r, char *out, size_t size)
{
	const int64_t *n = f->sum->sums;
	char now[OBSERVED_TIME];

	if (f->hours_count == 0) {
		snprintf(out, size, "Nothing was seen of it in the %" PRId64 " days before %s",
			f->config->window_ns / PTIME_DAY, observe_time(f->now, now));
		return;
	}
	snprintf(out, size,
		"%s: mails %" PRId64 ", recipients %" PRId64 ", encrypted sessions %" PRId64
		" of %" PRId64,
		r->verdict == VERDICT_CLEAN ? "Nothing stands out"
					    : "Too little was seen to judge it",
		n[SUM_mails], n[SUM_rcpts], n[SUM_sessions_encrypted], n[SUM_sessions]);
}

void
judge_summary(const struct facts *f, const struct observed *o, struct host_record *out)
{
	char names[OBSERVED_TEXT * 2], listed[OBSERVED_TEXT * 2 + 16], likely[128],
		since[OBSERVED_TIME];
	const char *const starts[VERDICTS] = {
		[VERDICT_UNKNOWN] = "",
		[VERDICT_CLEAN] = "",
		[VERDICT_WATCH] = "Worth a look",
		[VERDICT_THROTTLED] = "Slowed down or refused by providers, on no list of single "
				      "hosts as far as seen",
		[VERDICT_LIKELY] = likely,
		[VERDICT_LISTED] = listed,
	};
	char text[OBSERVED_TEXT * 2];

	listed_by(f, names, sizeof names);
	snprintf(listed, sizeof listed, "Listed by %s", names);
	likely_by(f, out, likely, sizeof likely);
	observe_time(out->verdict_since, since);
	if (out->verdict == VERDICT_UNKNOWN || out->verdict == VERDICT_CLEAN)
		say_seen(f, out, text, sizeof text);
	else if (out->causes_count > 0)
		snprintf(text, sizeof text, "%s since %s; it seems to be %s (%s): %s",
			starts[out->verdict], since, cause_texts[out->causes[0].cause],
			cause_word(out->causes[0].cause), sentence_of(o, out));
	else
		snprintf(text, sizeof text, "%s since %s: %s", starts[out->verdict], since,
			sentence_of(o, out));
	out->summary = arena_string(f->arena, names_clip(slice_str(text), OBSERVED_TEXT - 1));
}
