#include "sensor/host/judge.h"

#include <math.h>

/* Confidence of a cause: 1 - product of (1 - weight * strength) over the observations that speak
 * for it ("noisy or"), times (1 - weight * strength) for each that explains it away (weight below
 * 0).  Weights are ours, tried on the stories in tests/unit/host; how each cause looks on the wire
 * is collected in the facts about causes. */
static const struct {
	enum cause cause;
	enum observable observable;
	double weight;
} rows[] = {
	{ CAUSE_OPEN_RELAY, OBS_RELAY, 0.97 },
	{ CAUSE_OPEN_RELAY, OBS_RELAY_HINT, 0.15 },

	{ CAUSE_OPEN_PROXY, OBS_HTTP, 0.9 },
	{ CAUSE_OPEN_PROXY, OBS_PROXY_PORT, 0.45 },

	/* names the script; by itself below what is shown */
	{ CAUSE_WEB_FORM, OBS_PHP, 0.05 },
	{ CAUSE_WEB_FORM, OBS_INJECTED, 0.9 },
	{ CAUSE_WEB_FORM, OBS_PHP_FANOUT, 0.9 },

	{ CAUSE_PHP_SCRIPT, OBS_PHP, 0.6 },
	{ CAUSE_PHP_SCRIPT, OBS_SCRIPT_SPAM, 0.8 },
	{ CAUSE_PHP_SCRIPT, OBS_PHP_FANOUT, -0.2 },
	{ CAUSE_PHP_SCRIPT, OBS_INJECTED, -0.2 },

	{ CAUSE_SPAM_BOT, OBS_SPAM, 0.4 },
	{ CAUSE_SPAM_BOT, OBS_BOT, 0.6 },
	{ CAUSE_SPAM_BOT, OBS_HELO_MANY, 0.5 },
	{ CAUSE_SPAM_BOT, OBS_HELO_BAD, 0.3 },
	{ CAUSE_SPAM_BOT, OBS_HELO_TARGET, 0.4 },
	{ CAUSE_SPAM_BOT, OBS_MANY_SERVERS, 0.4 },
	{ CAUSE_SPAM_BOT, OBS_AUTH_GUESSING, 0.5 },
	{ CAUSE_SPAM_BOT, OBS_DICTIONARY, 0.2 },
	{ CAUSE_SPAM_BOT, OBS_PHP, -0.7 },
	{ CAUSE_SPAM_BOT, OBS_BATCH, -0.6 },
	{ CAUSE_SPAM_BOT, OBS_TYPED, -0.6 },
	{ CAUSE_SPAM_BOT, OBS_RELAY, -0.7 },
	{ CAUSE_SPAM_BOT, OBS_HTTP, -0.6 },
	{ CAUSE_SPAM_BOT, OBS_PROXY_PORT, -0.3 },
	{ CAUSE_SPAM_BOT, OBS_MAIL_SERVER, -0.5 },

	{ CAUSE_COMPROMISED_ACCOUNT, OBS_SENDER_SPAM, 0.7 },
	{ CAUSE_COMPROMISED_ACCOUNT, OBS_AUTH_NETWORKS, 0.5 },
	{ CAUSE_COMPROMISED_ACCOUNT, OBS_PHP, -0.7 },
	{ CAUSE_COMPROMISED_ACCOUNT, OBS_RELAY, -0.7 },

	{ CAUSE_BATCH_JOBS, OBS_BATCH, 0.9 },

	{ CAUSE_HAND_TYPED, OBS_TYPED, 0.9 },
	{ CAUSE_HAND_TYPED, OBS_BATCH, -0.5 },

	{ CAUSE_MAILING_LIST, OBS_LIST, 0.8 },

	{ CAUSE_BACKSCATTER, OBS_BOUNCE, 0.85 },

	{ CAUSE_FORWARDING, OBS_FORWARD, 0.7 },

	{ CAUSE_DICTIONARY_ATTACK, OBS_DICTIONARY, 0.85 },

	{ CAUSE_MISCONFIGURED_MTA, OBS_NO_RDNS, 0.6 },
	{ CAUSE_MISCONFIGURED_MTA, OBS_HELO_BAD, 0.4 },
	{ CAUSE_MISCONFIGURED_MTA, OBS_RELAY_REFUSED, 0.4 },
	{ CAUSE_MISCONFIGURED_MTA, OBS_UNAUTHENTICATED, 0.4 },
	{ CAUSE_MISCONFIGURED_MTA, OBS_SENDER_PRIVATE, 0.3 },
};
#define ROWS (sizeof rows / sizeof rows[0])

#define CONFIDENCE_SHOWN 0.1
#define EVIDENCE_MAX 8

double
judge_round(double value)
{
	return round(value * 1000) / 1000;
}

static double
confidence_of(const struct observed *o, enum cause cause)
{
	double against = 1, explained = 1;

	for (size_t i = 0; i < ROWS; i++) {
		double part = rows[i].weight * o->of[rows[i].observable].strength;

		if (rows[i].cause != cause)
			continue;
		if (part >= 0)
			against *= 1 - part;
		else
			explained *= 1 + part;
	}
	return judge_round((1 - against) * explained);
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

void
judge_causes(const struct facts *f, const struct observed *o, struct host_record *out)
{
	for (unsigned cause = CAUSE_UNKNOWN + 1; cause < CAUSES; cause++) {
		double confidence = confidence_of(o, (enum cause)cause);
		struct cause_found *found;

		if (confidence < CONFIDENCE_SHOWN)
			continue;
		found = place_cause(f, out, (enum cause)cause, confidence);
		for (size_t i = 0; i < ROWS && found != NULL; i++) {
			if (rows[i].cause == cause && rows[i].weight > 0 &&
				o->of[rows[i].observable].strength > 0)
				add_evidence(f, &o->of[rows[i].observable], found);
		}
	}
}
