#include "sensor/host/observe.h"

#include <inttypes.h>
#include <string.h>

#define N(name) (f->sum->sums[SUM_##name])

static void
say_burst(const struct facts *f, struct observation *o)
{
	char from[OBSERVED_TIME], to[OBSERVED_TIME];

	if (f->burst_from == f->burst_to)
		observe_say(f, o,
			"in the hour of %s %" PRId64 " of %" PRId64 " mails scored 5.0 or more",
			observe_time(f->burst_from, from), f->burst_spam, f->burst_judged);
	else
		observe_say(f, o,
			"in the hours from %s to %s %" PRId64 " of %" PRId64
			" mails scored 5.0 or more",
			observe_time(f->burst_from, from), observe_time(f->burst_to, to),
			f->burst_spam, f->burst_judged);
}

/* Spam among much other mail, or of which the rules know only some: the test alone, which asks
 * between a fifth and nine tenths, would let it pass.  Of an ordinary host's mail a hundredth or
 * two is taken for spam. */
static double
some_spam(int64_t spam, int64_t judged)
{
	return 0.9 * ramp(share_of(spam, judged), 0.02, 0.3) * ramp((double)spam, 4, 12);
}

void
observe_spam(const struct facts *f, struct observation *o)
{
	const struct named *rule = names_top(&f->sum->names[NAMES_rule]);
	double some;

	if (f->spam == 0)
		return;
	o->strength = ramp(f->ratio, 0, f->bound);
	if (o->strength < 1)
		o->strength *= 0.8;
	some = some_spam(f->spam, f->judged);
	o->strength = some > o->strength ? some : o->strength;
	if (f->burst_from != 0)
		o->strength = 1;
	observe_say(f, o, "%" PRId64 " of %" PRId64 " mails scored 5.0 or more, the highest %.1f",
		f->spam, f->judged, (double)f->sum->score_max / 1000);
	if (f->burst_from != 0 && f->burst_judged < f->judged)
		say_burst(f, o);
	if (rule != NULL)
		observe_say(f, o, "the rule that hit most of them is %s (%" PRId64 " times)",
			rule->text, rule->count);
}

/* The test for one of many; 0 with too few to say. */
static double
culprit_strength(const struct facts *f, const struct culprit *c)
{
	if (c->spam == NULL || c->spam->count < CULPRIT_SPAM)
		return 0;
	return ramp(c->ratio, 0, f->bound);
}

void
observe_sender_spam(const struct facts *f, struct observation *o)
{
	const struct culprit *c = &f->sender;

	o->strength = culprit_strength(f, c);
	if (o->strength <= 0)
		return;
	/* at a host that only sends, its one sender says no more than its mails do */
	if (f->server_like < 0.5)
		o->strength *= 0.3;
	observe_say(f, o, "%" PRId64 " of the %" PRId64 " mails from <%s> scored 5.0 or more",
		c->spam->count, c->judged, c->spam->text);
}

void
observe_script_spam(const struct facts *f, struct observation *o)
{
	const struct culprit *c = &f->script;

	if (c->spam == NULL)
		return;
	o->strength = ramp(c->ratio, 0, f->bound);
	observe_say(f, o,
		"%" PRId64 " of the %" PRId64 " mails by the PHP script %s scored 5.0 or more",
		c->spam->count, c->judged, c->spam->text);
}

void
observe_speaker_spam(const struct facts *f, struct observation *o)
{
	const struct culprit *c = &f->speaker;
	size_t speakers = f->sum->names[NAMES_speaker].count;

	/* the only one: its spam is the host's */
	if (speakers < 2)
		return;
	o->strength = culprit_strength(f, c);
	if (o->strength > 0)
		observe_say(f, o,
			"%" PRId64 " of the %" PRId64
			" mails of the client that greets as %s scored 5.0 or more; %zu others "
			"speak through this address",
			c->spam->count, c->judged, c->spam->text, speakers - 1);
}

void
observe_passes_spam(const struct facts *f, struct observation *o)
{
	const struct culprit *c = &f->origin;

	o->strength = culprit_strength(f, c);
	if (o->strength > 0)
		observe_say(f, o,
			"%" PRId64 " of the %" PRId64
			" mails that it sends on for %s scored 5.0 or more: the host to mend is %s",
			c->spam->count, c->judged, c->spam->text, c->spam->text);
	/* four in a row convict; what is known are the same Message-IDs on both hops */
	if (o->strength > 0 || f->handed_in < CULPRIT_SPAM)
		return;
	o->strength = 0.8;
	observe_say(f, o,
		"at least %" PRId64
		" of its mails of 5.0 or more were handed in by %s: the host to mend is %s",
		f->handed_in, f->handed_in_by, f->handed_in_by);
}

void
observe_behind_spam(const struct facts *f, struct observation *o)
{
	const struct named *by = names_top(&f->sum->names[NAMES_passed_by]);
	const double ratio = facts_ratio(&f->config->content, N(behind_spam), N(behind_judged));

	if (N(behind_spam) == 0)
		return;
	o->strength = ramp(ratio, 0, f->bound);
	if (some_spam(N(behind_spam), N(behind_judged)) > o->strength)
		o->strength = some_spam(N(behind_spam), N(behind_judged));
	observe_say(f, o,
		"%" PRId64 " of %" PRId64 " of its mails that %s sent on scored 5.0 or more",
		N(behind_spam), N(behind_judged), by != NULL ? by->text : "another host");
}

void
observe_template(const struct facts *f, struct observation *o)
{
	const int64_t domains = f->distinct[SKETCH_domains], texts = f->distinct[SKETCH_texts];
	const int64_t named = N(mails_list) + N(mails_batch) + N(mails_bounce) + N(mails_auto);
	double one_text, of_spam;

	if (N(mails_scored) == 0)
		return;
	/* a text without words has no digest */
	one_text = texts == 0 ? 0
			      : ramp(1 - share_of(texts, N(mails_scored)), 0.7, 0.95) *
					ramp((double)N(mails_scored), 5, 20) *
					(1 - ramp(share_of(named, N(mails_scored)), 0, 0.5));
	of_spam = ramp((double)f->template_mails, 3, 8) *
		  ramp(share_of(f->template_mails, f->spam), 0.5, 0.9);
	o->strength = (one_text > of_spam ? one_text : of_spam) * ramp((double)domains, 3, 12);
	if (o->strength <= 0)
		return;
	observe_say(f, o,
		"%" PRId64 " mails have %" PRId64 " different texts and go to %" PRId64
		" domains, without saying that they are of a list",
		N(mails_scored), texts, domains);
	if (f->template_mails > 1)
		observe_say(f, o, "%" PRId64 " mails of 5.0 or more have nearly the same text",
			f->template_mails);
}

static int64_t
label_count(const struct facts *f, const char *label)
{
	const struct named *found = names_find(&f->sum->names[NAMES_label], label);

	return found != NULL ? found->count : 0;
}

void
observe_account(const struct facts *f, struct observation *o)
{
	int64_t stolen = label_count(f, "account"), webmail = label_count(f, "webmail");
	double by_web = ramp((double)webmail, 0, 4) * ramp(share_of(webmail, N(mails)), 0, 0.5) *
			ramp(share_of(f->spam, f->judged), 0.2, 0.6);

	o->strength = ramp((double)stolen, 0, 4);
	if (by_web > o->strength)
		o->strength = by_web;
	if (stolen > 0)
		observe_say(f, o,
			"%" PRId64
			" mails were sent with a right password to masses, to the dead, or after "
			"guessing",
			stolen);
	if (by_web > 0)
		observe_say(f, o,
			"%" PRId64 " mails were written in a webmail, and %" PRId64 " of %" PRId64
			" scored 5.0 or more",
			webmail, f->spam, f->judged);
}
