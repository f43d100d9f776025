#include "sensor/host/observe.h"

#include <inttypes.h>

#include "sensor/base/ptime.h"

/* of the recipients of an ordinary server */
#define USUAL_UNKNOWN 0.05

#define PROVIDER_CURRENT (7 * PTIME_DAY)

static int64_t
class_count(const struct facts *f, enum reply_class class)
{
	return f->sum->sums[SUM_class + class];
}

/* Everything that could have been refused: recipients, and sessions for what is said to the
 * session. */
static int64_t
tries(const struct facts *f)
{
	return f->sum->sums[SUM_rcpts] + f->sum->sums[SUM_sessions_failed];
}

static const char *
plural(int64_t n)
{
	return n == 1 ? "" : "s";
}

static void
say_mention(const struct facts *f, struct observation *o, const struct mention *m, const char *verb)
{
	char since[OBSERVED_TIME], server[ADDR_TEXT_MAX];
	int64_t servers = (int64_t)m->servers.count;
	const char *list = traits_is_list(m->list) ? m->list : "a list without saying which";

	if (m->rcpts > 0) {
		observe_say(f, o,
			"%" PRId64 " recipient%s refused by %" PRId64
			" server%s that name%s %s%s, since %s; "
			"%s said: %s",
			m->rcpts, plural(m->rcpts), servers, plural(servers),
			servers == 1 ? "s" : "", list, verb, observe_time(m->since, since),
			addr_format(m->server, server), m->reply);
		return;
	}
	observe_say(f, o,
		"%" PRId64 " refusal%s by %" PRId64
		" server%s that name%s %s%s, since %s; %s said: %s",
		m->count, plural(m->count), servers, plural(servers), servers == 1 ? "s" : "", list,
		verb, observe_time(m->since, since), addr_format(m->server, server), m->reply);
}

/* In the order in which they began, as the time line has them. */
static void
observe_lists(const struct facts *f, struct observation *o, enum scope scope)
{
	for (size_t i = 0; i < f->listings_count; i++) {
		const struct listing *l = &f->listings[i];

		if (l->kind != LISTING_PUBLIC || l->until != 0 ||
			traits_of(l->list)->scope != scope)
			continue;
		o->strength = 1;
		for (size_t k = 0; k < f->sum->mentions.count; k++) {
			const struct mention *m = &f->sum->mentions.items[k];

			if (m->class == REPLY_LISTED &&
				slice_eq(slice_str(m->list), slice_str(l->list)))
				say_mention(f, o, m, "");
		}
	}
}

void
observe_listed(const struct facts *f, struct observation *o)
{
	observe_lists(f, o, SCOPE_HOST);
}

void
observe_network_listed(const struct facts *f, struct observation *o)
{
	int64_t n = 0;

	observe_lists(f, o, SCOPE_NETWORK);
	for (size_t i = 0; i < f->listings_count; i++) {
		if (f->listings[i].until == 0 && f->listings[i].kind == LISTING_PUBLIC &&
			traits_of(f->listings[i].list)->scope == SCOPE_NETWORK)
			n = n + f->listings[i].count;
	}
	/* a stubborn receiver now and then: nobody delists a host for its neighbours */
	if (n > 0 && n < 3)
		o->strength = 0.4;
}

void
observe_delisted(const struct facts *f, struct observation *o)
{
	for (size_t i = 0; i < f->listings_count; i++) {
		const struct listing *l = &f->listings[i];
		char since[OBSERVED_TIME], until[OBSERVED_TIME];

		if (l->kind != LISTING_PUBLIC || l->until == 0 || l->until <= l->last)
			continue;
		o->strength = 0.4;
		observe_say(f, o, "%s named it from %s to %s", l->list,
			observe_time(l->since, since), observe_time(l->until, until));
	}
}

void
observe_private(const struct facts *f, struct observation *o)
{
	int64_t n = 0;

	for (size_t i = 0; i < f->sum->mentions.count; i++) {
		const struct mention *m = &f->sum->mentions.items[i];
		bool unnamed = m->class == REPLY_LISTED && !traits_is_list(m->list) &&
			       traits_of(m->list)->scope == SCOPE_HOST;

		if ((m->class != REPLY_PRIVATE_REPUTATION && !unnamed) ||
			f->now - m->last > PROVIDER_CURRENT)
			continue;
		n = n + m->count;
		say_mention(f, o, m,
			m->class == REPLY_PRIVATE_REPUTATION ? " (its own reputation)" : "");
	}
	/* a big server meets a stubborn receiver now and then */
	if (n > 0)
		o->strength = n >= 3 || share_of(n, tries(f)) >= 0.05 ? 1 : 0.4;
}

/* "12 of 240 recipients" for the classes that count by share. */
static void
say_share(const struct facts *f, struct observation *o, int64_t n, const char *what)
{
	observe_say(f, o, "%" PRId64 " of %" PRId64 " recipients and refused sessions %s (%.1f %%)",
		n, tries(f), what, 100 * share_of(n, tries(f)));
}

void
observe_throttled(const struct facts *f, struct observation *o)
{
	int64_t n = class_count(f, REPLY_RATE_LIMITED);
	const struct mentions *all = &f->sum->mentions;

	if (n == 0)
		return;
	o->strength = n >= 3 ? ramp(share_of(n, tries(f)), 0.005, 0.05) : 0.1;
	say_share(f, o, n, "met a rate limit");
	for (size_t i = 0; i < all->count; i++) {
		if (all->items[i].class == REPLY_RATE_LIMITED && all->items[i].list[0] != '\0')
			say_mention(f, o, &all->items[i], " (rate limit)");
	}
}

void
observe_greylisted(const struct facts *f, struct observation *o)
{
	int64_t n = class_count(f, REPLY_GREYLISTED);

	if (n == 0)
		return;
	o->strength = n >= 20 ? ramp(share_of(n, tries(f)), 0.2, 0.6) : 0.05;
	say_share(f, o, n, "were greylisted");
}

void
observe_no_rdns(const struct facts *f, struct observation *o)
{
	int64_t n = class_count(f, REPLY_NO_RDNS_HELO);

	if (n == 0)
		return;
	o->strength = ramp(share_of(n, tries(f)), 0, 0.2) * ramp((double)n, 0, 3);
	say_share(f, o, n, "were refused for the host's reverse name or its HELO");
}

void
observe_content_refused(const struct facts *f, struct observation *o)
{
	int64_t n = class_count(f, REPLY_CONTENT_SPAM);

	if (n == 0)
		return;
	o->strength = ramp(share_of(n, tries(f)), 0, 0.1) * ramp((double)n, 0, 5);
	say_share(f, o, n, "were refused as spam for what the mail says");
}

void
observe_user_unknown(const struct facts *f, struct observation *o)
{
	int64_t n = class_count(f, REPLY_USER_UNKNOWN);

	if (n == 0)
		return;
	o->strength = ramp(share_of(n, tries(f)), USUAL_UNKNOWN, 0.25) * ramp((double)n, 2, 10);
	say_share(f, o, n, "do not exist where they were sent");
}

/* More than one refusal in each session, and hardly any mail: what guessing looks like under TLS.
 * At one server it takes several, or each of its acceptances may have been misread for two. */
static double
guesses_unseen(const struct facts *f)
{
	const int64_t *n = f->sum->sums;
	int64_t refused = n[SUM_estimated_refusals], sessions = n[SUM_estimated_sessions];
	double low;

	if (sessions == 0)
		return 0;
	low = estimates_agree(f) < 1 ? 2.5 : 1.1;
	return ramp((double)refused / (double)sessions, low, 2 * low) *
	       ramp((double)refused, 10, 30) *
	       ramp(share_of(refused, refused + n[SUM_estimated_mails]), 0.7, 0.9);
}

void
observe_dictionary(const struct facts *f, struct observation *o)
{
	int64_t n = class_count(f, REPLY_USER_UNKNOWN), probes = f->sum->sums[SUM_vrfy];
	double unknown = ramp(share_of(n, tries(f)), 0.4, 0.7) * ramp((double)n, 10, 30);
	double asked = ramp((double)probes, 3, 20), unseen = guesses_unseen(f);

	o->strength = unknown > asked ? unknown : asked;
	if (unknown > 0)
		observe_say(f, o,
			"%" PRId64 " of %" PRId64 " recipients tried do not exist, %" PRId64
			" were accepted: addresses are being guessed",
			n, f->sum->sums[SUM_rcpts], f->sum->sums[SUM_accepted]);
	if (asked > 0)
		observe_say(f, o, "%" PRId64 " VRFY or EXPN commands asked for addresses", probes);
	if (unseen <= o->strength)
		return;
	o->strength = unseen;
	observe_say(f, o,
		"%" PRId64 " refusals in %" PRId64
		" encrypted sessions, by the length of what was said, and %" PRId64
		" mails: addresses are being guessed",
		f->sum->sums[SUM_estimated_refusals], f->sum->sums[SUM_estimated_sessions],
		f->sum->sums[SUM_estimated_mails]);
}

void
observe_unauthenticated(const struct facts *f, struct observation *o)
{
	int64_t n = class_count(f, REPLY_AUTH_FAIL);

	if (n == 0)
		return;
	o->strength = ramp(share_of(n, tries(f)), 0, 0.1);
	say_share(f, o, n, "were refused because SPF, DKIM, DMARC or AUTH failed");
}

void
observe_relay_refused(const struct facts *f, struct observation *o)
{
	int64_t n = class_count(f, REPLY_RELAY_DENIED);

	if (n == 0)
		return;
	o->strength = ramp(share_of(n, tries(f)), 0, 0.2);
	say_share(f, o, n, "were refused because the server does not relay for this host");
}

void
observe_callout(const struct facts *f, struct observation *o)
{
	const int64_t n = f->sum->sums[SUM_callouts], mails = f->sum->sums[SUM_mails];

	if (n == 0)
		return;
	o->strength = ramp((double)n, 2, 11) * ramp(share_of(n, mails), 0.02, 0.2) *
		      ramp((double)f->distinct[SKETCH_domains], 1, 5);
	observe_say(f, o,
		"%" PRId64 " times <> asked for a recipient and sent nothing: sender callouts", n);
}

void
observe_spfbl(const struct facts *f, struct observation *o)
{
	const int64_t n = f->sum->sums[SUM_spfbl_points];

	if (n == 0)
		return;
	/* SPFBL lets go below 25 % of negative points */
	o->strength = ramp(share_of(n, tries(f)), 0, 0.25) * ramp((double)n, 0, 3);
	observe_say(f, o, "%" PRId64 " refusals by which SPFBL gives a negative point each", n);
}

void
observe_traps(const struct facts *f, struct observation *o)
{
	const int64_t n = class_count(f, REPLY_USER_UNKNOWN);
	const double beyond = (double)n - USUAL_UNKNOWN * (double)tries(f);

	/* two reports list at SpamCop, and from six on traps count squared */
	o->strength = ramp(beyond, 1, 6);
	if (o->strength > 0)
		observe_say(f, o,
			"%" PRId64
			" recipients do not exist, %.0f more than is usual: traps are such "
			"addresses",
			n, beyond);
}

void
observe_looked_up(const struct facts *f, struct observation *o)
{
	const int64_t n = f->sum->sums[SUM_looked_up];

	if (n == 0)
		return;
	o->strength = 1;
	observe_say(f, o, "%" PRId64 " look-up%s found it on a list", n, plural(n));
}
