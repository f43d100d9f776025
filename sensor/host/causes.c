#include "sensor/host/judge.h"

#include <math.h>

/* When a row counts. */
enum when {
	ALWAYS,
	HARM, /* as far as something bad leaves: what is needed for it, and is no fault by itself */
};

/* Confidence of a cause: 1 - product of (1 - weight * strength) over the observations that speak
 * for it ("noisy or"), times (1 - weight * strength) for each that explains it away (weight below
 * 0).  Weights are ours, tried on the stories in tests/unit/host; how each cause looks on the wire
 * is collected in the facts about causes. */
static const struct {
	enum cause cause;
	enum observable observable;
	double weight;
	enum when when;
} rows[] = {
	{ CAUSE_OPEN_RELAY, OBS_RELAY, 0.97, ALWAYS },
	{ CAUSE_OPEN_RELAY, OBS_RELAY_HINT, 0.6, ALWAYS },
	{ CAUSE_OPEN_RELAY, OBS_THROUGH, 0.6, HARM },
	{ CAUSE_OPEN_RELAY, OBS_PASSES_SPAM, -0.8, ALWAYS },

	{ CAUSE_OPEN_PROXY, OBS_PROXIED, 0.97, ALWAYS },
	{ CAUSE_OPEN_PROXY, OBS_HTTP, 0.9, ALWAYS },
	{ CAUSE_OPEN_PROXY, OBS_PROXY_PORT, 0.45, ALWAYS },

	/* names the script; by itself below what is shown */
	{ CAUSE_WEB_FORM, OBS_PHP, 0.05, ALWAYS },
	{ CAUSE_WEB_FORM, OBS_INJECTED, 0.9, ALWAYS },
	{ CAUSE_WEB_FORM, OBS_PHP_FANOUT, 0.9, ALWAYS },
	{ CAUSE_WEB_FORM, OBS_POSTED, 0.3, HARM },

	{ CAUSE_PHP_SCRIPT, OBS_PHP, 0.6, ALWAYS },
	{ CAUSE_PHP_SCRIPT, OBS_SCRIPT_SPAM, 0.8, ALWAYS },
	{ CAUSE_PHP_SCRIPT, OBS_POSTED, 0.2, HARM },
	{ CAUSE_PHP_SCRIPT, OBS_PHP_FANOUT, -0.2, ALWAYS },
	{ CAUSE_PHP_SCRIPT, OBS_INJECTED, -0.2, ALWAYS },

	{ CAUSE_SPAM_BOT, OBS_SPAM, 0.4, ALWAYS },
	{ CAUSE_SPAM_BOT, OBS_FAN_OUT, 0.6, ALWAYS },
	{ CAUSE_SPAM_BOT, OBS_SPEAKER_SPAM, 0.6, ALWAYS },
	{ CAUSE_SPAM_BOT, OBS_BEHIND_SPAM, 0.5, ALWAYS },
	{ CAUSE_SPAM_BOT, OBS_BOT, 0.6, ALWAYS },
	{ CAUSE_SPAM_BOT, OBS_HELO_MANY, 0.5, ALWAYS },
	{ CAUSE_SPAM_BOT, OBS_HELO_TARGET, 0.4, ALWAYS },
	{ CAUSE_SPAM_BOT, OBS_HIDDEN_REFUSALS, 0.3, ALWAYS },
	{ CAUSE_SPAM_BOT, OBS_AUTH_GUESSING, 0.4, ALWAYS },
	{ CAUSE_SPAM_BOT, OBS_MANY_SERVERS, 0.4, HARM },
	{ CAUSE_SPAM_BOT, OBS_HELO_BAD, 0.3, HARM },
	{ CAUSE_SPAM_BOT, OBS_NO_RETRY, 0.4, HARM },
	{ CAUSE_SPAM_BOT, OBS_TEMPLATE, 0.3, HARM },
	{ CAUSE_SPAM_BOT, OBS_DICTIONARY, 0.2, HARM },
	{ CAUSE_SPAM_BOT, OBS_NO_TLS, 0.1, HARM },
	{ CAUSE_SPAM_BOT, OBS_SORTED, 0.1, HARM },
	{ CAUSE_SPAM_BOT, OBS_PHP, -0.7, ALWAYS },
	{ CAUSE_SPAM_BOT, OBS_INJECTED, -0.5, ALWAYS },
	{ CAUSE_SPAM_BOT, OBS_BATCH, -0.6, ALWAYS },
	{ CAUSE_SPAM_BOT, OBS_TYPED, -0.6, ALWAYS },
	{ CAUSE_SPAM_BOT, OBS_LIST, -0.6, ALWAYS },
	{ CAUSE_SPAM_BOT, OBS_BOUNCE, -0.7, ALWAYS },
	{ CAUSE_SPAM_BOT, OBS_DICTIONARY, -0.5, ALWAYS },
	{ CAUSE_SPAM_BOT, OBS_RELAY, -0.8, ALWAYS },
	{ CAUSE_SPAM_BOT, OBS_RELAY_HINT, -0.3, ALWAYS },
	{ CAUSE_SPAM_BOT, OBS_THROUGH, -0.3, ALWAYS },
	{ CAUSE_SPAM_BOT, OBS_PROXIED, -0.8, ALWAYS },
	{ CAUSE_SPAM_BOT, OBS_HTTP, -0.6, ALWAYS },
	{ CAUSE_SPAM_BOT, OBS_PROXY_PORT, -0.3, ALWAYS },
	{ CAUSE_SPAM_BOT, OBS_SENDER_SPAM, -0.5, ALWAYS },
	{ CAUSE_SPAM_BOT, OBS_ACCOUNT, -0.5, ALWAYS },
	{ CAUSE_SPAM_BOT, OBS_PASSES_SPAM, -0.8, ALWAYS },
	{ CAUSE_SPAM_BOT, OBS_MAIL_SERVER, -0.5, ALWAYS },

	{ CAUSE_COMPROMISED_ACCOUNT, OBS_SENDER_SPAM, 0.75, ALWAYS },
	{ CAUSE_COMPROMISED_ACCOUNT, OBS_ACCOUNT, 0.7, ALWAYS },
	{ CAUSE_COMPROMISED_ACCOUNT, OBS_AUTH_NETWORKS, 0.5, HARM },
	{ CAUSE_COMPROMISED_ACCOUNT, OBS_PHP, -0.7, ALWAYS },
	{ CAUSE_COMPROMISED_ACCOUNT, OBS_RELAY, -0.7, ALWAYS },
	{ CAUSE_COMPROMISED_ACCOUNT, OBS_PROXIED, -0.7, ALWAYS },
	{ CAUSE_COMPROMISED_ACCOUNT, OBS_PASSES_SPAM, -0.6, ALWAYS },

	{ CAUSE_BATCH_JOBS, OBS_BATCH, 0.9, ALWAYS },

	{ CAUSE_HAND_TYPED, OBS_TYPED, 0.9, ALWAYS },
	{ CAUSE_HAND_TYPED, OBS_BATCH, -0.5, ALWAYS },

	{ CAUSE_MAILING_LIST, OBS_LIST, 0.8, ALWAYS },

	{ CAUSE_BACKSCATTER, OBS_BOUNCE, 0.85, ALWAYS },
	{ CAUSE_BACKSCATTER, OBS_CALLOUT, 0.7, ALWAYS },

	{ CAUSE_FORWARDING, OBS_FORWARD, 0.7, ALWAYS },
	{ CAUSE_FORWARDING, OBS_RELAY, -0.7, ALWAYS },

	{ CAUSE_DICTIONARY_ATTACK, OBS_DICTIONARY, 0.85, ALWAYS },
	{ CAUSE_DICTIONARY_ATTACK, OBS_AUTH_GUESSING, 0.6, ALWAYS },
	{ CAUSE_DICTIONARY_ATTACK, OBS_SORTED, 0.1, HARM },
	{ CAUSE_DICTIONARY_ATTACK, OBS_BOUNCE, -0.5, ALWAYS },
	{ CAUSE_DICTIONARY_ATTACK, OBS_CALLOUT, -0.3, ALWAYS },

	{ CAUSE_MISCONFIGURED_MTA, OBS_NO_RDNS, 0.6, ALWAYS },
	{ CAUSE_MISCONFIGURED_MTA, OBS_LOOP, 0.75, ALWAYS },
	{ CAUSE_MISCONFIGURED_MTA, OBS_HELO_BAD, 0.4, ALWAYS },
	{ CAUSE_MISCONFIGURED_MTA, OBS_HELO_BAD, 0.7, HARM },
	{ CAUSE_MISCONFIGURED_MTA, OBS_RELAY_REFUSED, 0.4, ALWAYS },
	{ CAUSE_MISCONFIGURED_MTA, OBS_UNAUTHENTICATED, 0.4, ALWAYS },
	{ CAUSE_MISCONFIGURED_MTA, OBS_SENDER_PRIVATE, 0.3, ALWAYS },
	{ CAUSE_MISCONFIGURED_MTA, OBS_BATCH, -0.4, ALWAYS },
	{ CAUSE_MISCONFIGURED_MTA, OBS_SPAM, -0.5, ALWAYS },
	{ CAUSE_MISCONFIGURED_MTA, OBS_FAN_OUT, -0.4, ALWAYS },
	{ CAUSE_MISCONFIGURED_MTA, OBS_BOT, -0.5, ALWAYS },
};
#define ROWS (sizeof rows / sizeof rows[0])

/* By these something bad leaves, whatever the reason. */
static const enum observable harms[] = { OBS_SPAM, OBS_SENDER_SPAM, OBS_SCRIPT_SPAM,
	OBS_SPEAKER_SPAM, OBS_PASSES_SPAM, OBS_BEHIND_SPAM, OBS_HIDDEN_REFUSALS, OBS_FAN_OUT,
	OBS_BOT, OBS_RELAY, OBS_PROXIED, OBS_HTTP, OBS_DICTIONARY, OBS_INJECTED, OBS_ACCOUNT,
	OBS_LISTED, OBS_PRIVATE, OBS_NO_RDNS, OBS_CONTENT_REFUSED, OBS_USER_UNKNOWN, OBS_SPFBL };

#define CONFIDENCE_SHOWN 0.1
#define EVIDENCE_MAX 8

double
judge_round(double value)
{
	return round(value * 1000) / 1000;
}

double
judge_harm(const struct observed *o)
{
	double harm = 0;

	for (size_t i = 0; i < sizeof harms / sizeof harms[0]; i++) {
		if (o->of[harms[i]].strength > harm)
			harm = o->of[harms[i]].strength;
	}
	return harm;
}

/* What explains a cause away does so as far as the spam is its own: a host may have PHP and a bot.
 */
static double
explaining(const struct facts *f, const struct observed *o, enum observable which)
{
	const int64_t *n = f->sum->sums;

	if (n[SUM_mails_over] > 0 && which == OBS_PHP)
		return share_of(n[SUM_mails_php_spam], n[SUM_mails_over]);
	if (n[SUM_mails_spam] > 0 && (which == OBS_BATCH || which == OBS_TYPED))
		return o->of[which].strength *
		       share_of(n[SUM_mails_over] - n[SUM_mails_spam], n[SUM_mails_over]);
	return o->of[which].strength;
}

static double
confidence_of(const struct facts *f, const struct observed *o, enum cause cause)
{
	double against = 1, explained = 1;
	const double harm = judge_harm(o);

	for (size_t i = 0; i < ROWS; i++) {
		double weight = rows[i].weight;

		if (rows[i].cause != cause)
			continue;
		if (weight < 0)
			explained *= 1 + weight * explaining(f, o, rows[i].observable);
		else
			against *= 1 - weight * o->of[rows[i].observable].strength *
					       (rows[i].when == HARM ? harm : 1);
	}
	return judge_round((1 - against) * explained);
}

enum cause
judge_first_cause(const struct facts *f, const struct observed *o)
{
	enum cause first = CAUSE_UNKNOWN;
	double highest = CONFIDENCE_SHOWN;

	for (unsigned cause = CAUSE_UNKNOWN + 1; cause < CAUSES; cause++) {
		double confidence = confidence_of(f, o, (enum cause)cause);

		/* of equals the first, as place_cause keeps them */
		if (confidence < highest || (first != CAUSE_UNKNOWN && confidence <= highest))
			continue;
		highest = confidence;
		first = (enum cause)cause;
	}
	return first;
}

static void
add_evidence(const struct facts *f, const struct observation *seen, struct cause_found *found)
{
	for (size_t i = 0; i < seen->said_count; i++) {
		const char **line = ARENA_PUSH(f->arena, found->evidence, EVIDENCE_MAX);

		if (line != NULL)
			*line = seen->said[i];
	}
}

/* Keeps the list in order: most likely first. */
static struct cause_found *
place_cause(const struct facts *f, struct host_record *out, enum cause cause, double confidence)
{
	struct cause_found *last = ARENA_PUSH(f->arena, out->causes, CAUSES);
	size_t at = out->causes_count;

	if (last == NULL)
		return NULL;
	for (at--; at > 0 && out->causes[at - 1].confidence < confidence; at--)
		out->causes[at] = out->causes[at - 1];
	out->causes[at] = (struct cause_found){ .cause = cause, .confidence = confidence };
	return &out->causes[at];
}

/* The rows of one cause, strongest first, so that the sentences that fit are the best ones. */
static size_t
evidence_order(const struct observed *o, enum cause cause, size_t order[ROWS])
{
	size_t count = 0;

	for (size_t i = 0; i < ROWS; i++) {
		double part = rows[i].weight * o->of[rows[i].observable].strength;
		size_t at = count;

		/* two rows of one sign have the same sentences */
		if (rows[i].cause != cause || part <= 0 ||
			(i > 0 && rows[i - 1].cause == cause &&
				rows[i - 1].observable == rows[i].observable))
			continue;
		for (; at > 0 && rows[order[at - 1]].weight *
						 o->of[rows[order[at - 1]].observable].strength <
					 part;
			at--)
			order[at] = order[at - 1];
		order[at] = i;
		count++;
	}
	return count;
}

void
judge_causes(const struct facts *f, const struct observed *o, struct host_record *out)
{
	size_t order[ROWS];

	for (unsigned cause = CAUSE_UNKNOWN + 1; cause < CAUSES; cause++) {
		double confidence = confidence_of(f, o, (enum cause)cause);
		struct cause_found *found;
		size_t count;

		if (confidence < CONFIDENCE_SHOWN)
			continue;
		found = place_cause(f, out, (enum cause)cause, confidence);
		count = evidence_order(o, (enum cause)cause, order);
		for (size_t i = 0; i < count && found != NULL; i++)
			add_evidence(f, &o->of[rows[order[i]].observable], found);
	}
}
