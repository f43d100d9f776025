#include "sensor/host/judge.h"

#include <math.h>
#include <string.h>

/* How likely a list has this host, or will have it soon: the logistic function of a base and of
 * what speaks for it.  Lists do not publish their thresholds; which observation feeds which list is
 * known (facts about lists, 1.1 to 1.7), the weights are ours: 4.5 brings a list from 2 % to above
 * one half by itself, 2.5 to 18 %. */
#define BASE_LOG_ODDS (-4.0)
#define WHY_MAX 8

/* A list's rows: names by which it is mentioned, and a wider one that may or may not mean it. */
static const struct list_row {
	const char *list, *mentioned, *wider;
} lists[] = {
	{ "Spamhaus XBL", "Spamhaus XBL", "Spamhaus" },
	{ "Spamhaus CSS", "Spamhaus CSS", "Spamhaus" },
	{ "SpamCop", "SpamCop", NULL },
	{ "Barracuda", "Barracuda", NULL },
	{ "UCEPROTECT-1", "UCEPROTECT", NULL },
	{ "PSBL", "PSBL", NULL },
	{ "Abusix", "Abusix", NULL },
	{ "SpamRATS", "SpamRATS", NULL },
	{ "Backscatterer", "Backscatterer", NULL },
	{ "Microsoft", "Microsoft", NULL },
	{ "Google", "Google", "Gmail" },
	{ "Yahoo", "Yahoo", NULL },
};
#define LISTS (sizeof lists / sizeof lists[0])

static const struct {
	const char *list;
	enum observable observable;
	double weight;
} rows[] = {
	/* hijacked hosts, proxies, HELO patterns heavily used in spam; not relays, not real mail
	   servers (1.1) */
	{ "Spamhaus XBL", OBS_SPAM, 4.5 },
	{ "Spamhaus XBL", OBS_HTTP, 4.5 },
	{ "Spamhaus XBL", OBS_BOT, 2.5 },
	{ "Spamhaus XBL", OBS_HELO_BAD, 2.5 },
	{ "Spamhaus XBL", OBS_HELO_MANY, 2.5 },
	{ "Spamhaus XBL", OBS_HELO_TARGET, 2 },
	{ "Spamhaus XBL", OBS_MAIL_SERVER, -1 },
	/* unsolicited signs, poor list hygiene, compromise, misconfigured HELO and reverse names
	   (1.1) */
	{ "Spamhaus CSS", OBS_SPAM, 4.5 },
	{ "Spamhaus CSS", OBS_SENDER_SPAM, 4.5 },
	{ "Spamhaus CSS", OBS_SCRIPT_SPAM, 4.5 },
	{ "Spamhaus CSS", OBS_PHP_FANOUT, 3 },
	{ "Spamhaus CSS", OBS_INJECTED, 3 },
	{ "Spamhaus CSS", OBS_RELAY, 3 },
	{ "Spamhaus CSS", OBS_USER_UNKNOWN, 1.5 },
	{ "Spamhaus CSS", OBS_CONTENT_REFUSED, 2 },
	{ "Spamhaus CSS", OBS_NO_RDNS, 1 },
	{ "Spamhaus CSS", OBS_HELO_BAD, 1 },
	/* traps (dead addresses weigh most), reports, relays, proxies, misdirected bounces (1.2) */
	{ "SpamCop", OBS_SPAM, 4 },
	{ "SpamCop", OBS_SENDER_SPAM, 4 },
	{ "SpamCop", OBS_SCRIPT_SPAM, 4 },
	{ "SpamCop", OBS_RELAY, 4.5 },
	{ "SpamCop", OBS_HTTP, 3 },
	{ "SpamCop", OBS_BOUNCE, 2.5 },
	{ "SpamCop", OBS_USER_UNKNOWN, 1.5 },
	/* honeypots, botnets, open relays (1.3) */
	{ "Barracuda", OBS_SPAM, 4 },
	{ "Barracuda", OBS_RELAY, 4 },
	{ "Barracuda", OBS_BOT, 2 },
	{ "Barracuda", OBS_SCRIPT_SPAM, 3 },
	/* one trap is enough without a good reverse name; forwards that break SPF (1.4) */
	{ "UCEPROTECT-1", OBS_SPAM, 3 },
	{ "UCEPROTECT-1", OBS_USER_UNKNOWN, 2 },
	{ "UCEPROTECT-1", OBS_DICTIONARY, 2.5 },
	{ "UCEPROTECT-1", OBS_NO_RDNS, 1.5 },
	{ "UCEPROTECT-1", OBS_FORWARD, 1 },
	{ "UCEPROTECT-1", OBS_UNAUTHENTICATED, 1 },
	/* one mail to a trap; bounces are filtered out (1.5) */
	{ "PSBL", OBS_SPAM, 3.5 },
	{ "PSBL", OBS_SCRIPT_SPAM, 3 },
	{ "PSBL", OBS_USER_UNKNOWN, 1.5 },
	/* compromised accounts, bots, bad web forms, open proxies; no or generic reverse name (1.5)
	 */
	{ "Abusix", OBS_SPAM, 4 },
	{ "Abusix", OBS_SENDER_SPAM, 3.5 },
	{ "Abusix", OBS_SCRIPT_SPAM, 4 },
	{ "Abusix", OBS_PHP_FANOUT, 3 },
	{ "Abusix", OBS_HTTP, 4 },
	{ "Abusix", OBS_AUTH_GUESSING, 3 },
	{ "Abusix", OBS_NO_RDNS, 1.5 },
	/* many invalid users or connections, and a bad reverse name (1.5) */
	{ "SpamRATS", OBS_USER_UNKNOWN, 2 },
	{ "SpamRATS", OBS_DICTIONARY, 3 },
	{ "SpamRATS", OBS_NO_RDNS, 2 },
	{ "SpamRATS", OBS_AUTH_GUESSING, 3 },
	/* misdirected bounces, automatic answers, sender callouts: one trap is enough (1.5) */
	{ "Backscatterer", OBS_BOUNCE, 5 },
	/* providers: their own reputation (1.6) */
	{ "Microsoft", OBS_SPAM, 4 },
	{ "Microsoft", OBS_CONTENT_REFUSED, 2 },
	{ "Microsoft", OBS_USER_UNKNOWN, 1.5 },
	{ "Microsoft", OBS_UNAUTHENTICATED, 1 },
	{ "Google", OBS_SPAM, 4 },
	{ "Google", OBS_CONTENT_REFUSED, 2 },
	{ "Google", OBS_NO_RDNS, 1.5 },
	{ "Google", OBS_UNAUTHENTICATED, 2 },
	{ "Google", OBS_THROTTLED, 1 },
	{ "Yahoo", OBS_SPAM, 4 },
	{ "Yahoo", OBS_USER_UNKNOWN, 2.5 },
	{ "Yahoo", OBS_THROTTLED, 1 },
};
#define ROWS (sizeof rows / sizeof rows[0])

#define PREDICTED_MAX 0.95 /* several observations are often of the same mails */
#define PROVEN 0.99	   /* a server says so */
#define WIDER_LOG_ODDS 3.5 /* "Spamhaus" without saying which */

static bool
contains(const char *text, const char *part)
{
	return part != NULL && slice_ifind(slice_str(text), slice_str(part)) < strlen(text);
}

/* A mention in force of that list or provider. */
static const struct mention *
find_mention(const struct facts *f, const char *part)
{
	for (size_t i = 0; i < f->sum->mentions.count; i++) {
		const struct mention *m = &f->sum->mentions.items[i];
		const struct traits *t = traits_of(m->list);

		if (m->class != REPLY_RATE_LIMITED && contains(m->list, part) &&
			t->scope == SCOPE_HOST &&
			(m->class == REPLY_LISTED ? facts_listing(f, m->list) != NULL
						  : f->now - m->last <= t->current_ns))
			return m;
	}
	return NULL;
}

static double
log_odds(const struct observed *o, const char *list)
{
	double sum = BASE_LOG_ODDS;

	for (size_t i = 0; i < ROWS; i++) {
		if (strcmp(rows[i].list, list) == 0)
			sum += rows[i].weight * o->of[rows[i].observable].strength;
	}
	return sum;
}

static double
probability_of(double odds)
{
	double p = 1 / (1 + exp(-odds));

	return p < PREDICTED_MAX ? p : PREDICTED_MAX;
}

double
judge_likelihood(const struct facts *f, const struct observed *o)
{
	double highest = 0;

	for (size_t i = 0; i < LISTS; i++) {
		double p = probability_of(log_odds(o, lists[i].list));

		if (find_mention(f, lists[i].mentioned) == NULL && p > highest)
			highest = p;
	}
	return highest;
}

static void
add_why(const struct facts *f, struct list_likelihood *l, const char *sentence)
{
	const char **line = ARENA_PUSH(f->arena, l->why, WHY_MAX);

	if (line != NULL)
		*line = sentence;
}

static void
say_mention(
	const struct facts *f, struct list_likelihood *l, const struct mention *m, const char *what)
{
	struct observation said = { 0 };

	observe_say(f, &said, "%zu server%s say%s %s: %s", m->servers.count,
		m->servers.count == 1 ? "" : "s", m->servers.count == 1 ? "s" : "", what, m->reply);
	for (size_t i = 0; i < said.said_count; i++)
		add_why(f, l, said.said[i]);
}

static void
weigh_list(const struct facts *f, const struct observed *o, const struct list_row *row,
	struct list_likelihood *l)
{
	const struct mention *exact = find_mention(f, row->mentioned);
	const struct mention *wider = exact == NULL ? find_mention(f, row->wider) : NULL;
	double odds = log_odds(o, row->list);

	if (wider != NULL)
		odds += WIDER_LOG_ODDS;
	l->list = row->list;
	l->probability = judge_round(exact != NULL ? PROVEN : probability_of(odds));
	if (exact != NULL)
		say_mention(f, l, exact, "so");
	if (wider != NULL)
		say_mention(f, l, wider, "so of a list that includes it");
	for (size_t i = 0; i < ROWS; i++) {
		const struct observation *seen = &o->of[rows[i].observable];

		if (strcmp(rows[i].list, row->list) == 0 && rows[i].weight * seen->strength > 0.2 &&
			seen->said_count > 0)
			add_why(f, l, seen->said[0]);
	}
}

/* Lists in force that have no row of their own. */
static void
add_others(const struct facts *f, struct host_record *out)
{
	for (size_t i = 0; i < f->listings_count; i++) {
		const struct listing *seen = &f->listings[i];
		struct list_likelihood *l;
		bool known = seen->until != 0;

		for (size_t k = 0; k < LISTS && !known; k++)
			known = contains(seen->list, lists[k].mentioned);
		if (known || (l = ARENA_PUSH(f->arena, out->lists, LIMIT_HOST_NAMES)) == NULL)
			continue;
		l->list = arena_string(f->arena, slice_str(seen->list));
		l->probability = PROVEN;
		add_why(f, l, arena_string(f->arena, slice_str(seen->reply)));
	}
}

/* Most likely first, else in the order they stand. */
static void
sort_lists(struct host_record *out)
{
	for (size_t i = 1; i < out->lists_count; i++) {
		struct list_likelihood l = out->lists[i];
		size_t at = i;

		for (; at > 0 && out->lists[at - 1].probability < l.probability; at--)
			out->lists[at] = out->lists[at - 1];
		out->lists[at] = l;
	}
}

void
judge_lists(const struct facts *f, const struct observed *o, struct host_record *out)
{
	for (size_t i = 0; i < LISTS; i++) {
		struct list_likelihood *l = ARENA_PUSH(f->arena, out->lists, LIMIT_HOST_NAMES);

		if (l != NULL)
			weigh_list(f, o, &lists[i], l);
	}
	add_others(f, out);
	sort_lists(out);
}
