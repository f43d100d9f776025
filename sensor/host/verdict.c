#include "sensor/host/verdict.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sensor/base/ptime.h"
#include "sensor/host/judge.h"

/* "clean" needs sight: three mails without spam bring the sequential test to its lower bound; ten
 * recipients where only envelopes are seen; and at least half of the sessions not hidden by TLS. */
#define SEEN_MAILS 3
#define SEEN_RCPTS 10
#define SEEN_SHARE 0.5

/* Strength of something bad that is enough without a cause. */
#define HARM_ALONE 0.5

/* The sequential test has decided on what was sent on for it: as likely as by spam of its own. */
#define BEHIND_LIKELY 0.9

#define JOB_FLOOD 60 /* recipients an hour */

#define SCRATCH_MAX (4u << 20) /* bytes */

struct verdict_config
verdict_config_default(void)
{
	/* Duan et al. for content.  Over refusals: of 200 good hosts of generated days whose mail
	 * is encrypted (tests/campus) none has a ratio above 3.7, with up to two fifths refused by
	 * greylisting and joe-jobs; of 50 culprits two thirds are beyond the bound of 4.6. */
	return (struct verdict_config){ .window_ns = 7 * PTIME_DAY,
		.sensor = "",
		.content = { .alpha = 0.01, .beta = 0.01, .theta1 = 0.9, .theta0 = 0.2 },
		.refusals = { .alpha = 0.01, .beta = 0.01, .theta1 = 0.6, .theta0 = 0.1 } };
}

static bool
is_seen_enough(const struct facts *f)
{
	const int64_t *n = f->sum->sums;
	int64_t open = n[SUM_sessions] - n[SUM_sessions_encrypted];

	/* a mail may be known before its session has ended */
	if (n[SUM_sessions] > 0 && share_of(open, n[SUM_sessions]) < SEEN_SHARE)
		return false;
	/* the test over mails leans to spam */
	if (f->ratio > 0)
		return false;
	return n[SUM_mails_scored] >= SEEN_MAILS || n[SUM_rcpts] >= SEEN_RCPTS;
}

static bool
is_concern(const struct observed *o)
{
	for (size_t i = 0; i < OBS_COUNT; i++) {
		if (observable_is_concern((enum observable)i) && o->of[i].strength >= CONCERN_FROM)
			return true;
	}
	return false;
}

/* Jobs, people at the keyboard, lists, forwards and wrong names annoy; while nothing bad leaves and
 * nobody refuses it, they are no reason to expect a listing. */
static bool
is_harmless(const struct facts *f, const struct observed *o)
{
	switch (judge_first_cause(f, o)) {
	case CAUSE_BATCH_JOBS:
	case CAUSE_HAND_TYPED:
	case CAUSE_MAILING_LIST:
	case CAUSE_FORWARDING:
	case CAUSE_MISCONFIGURED_MTA:
		return judge_harm(o) < CONCERN_FROM;
	case CAUSE_UNKNOWN:
		/* a few refusals of which nobody knows where they come from */
		return judge_harm(o) < HARM_ALONE;
	case CAUSE_OPEN_RELAY:
	case CAUSE_OPEN_PROXY:
	case CAUSE_WEB_FORM:
	case CAUSE_PHP_SCRIPT:
	case CAUSE_SPAM_BOT:
	case CAUSE_COMPROMISED_ACCOUNT:
	case CAUSE_BACKSCATTER:
	case CAUSE_DICTIONARY_ATTACK:
	case CAUSES:
		break;
	}
	return false;
}

/* Spam that a smarthost sends on has the smarthost listed; the host to be mended is this one. */
static double
likelihood_of(const struct facts *f, const struct observed *o)
{
	double own = judge_likelihood(f, o);
	double behind = o->of[OBS_BEHIND_SPAM].strength >= 1 ? BEHIND_LIKELY : 0;

	return own > behind ? own : behind;
}

/* Mail of jobs in masses is what providers slow down (Google 4.7.28), whatever it says. */
static bool
is_job_flood(const struct facts *f, const struct observed *o)
{
	return o->of[OBS_BATCH].strength >= 0.5 && f->peak_rcpts >= JOB_FLOOD;
}

static enum verdict
word_of(const struct facts *f, const struct observed *o, double likelihood)
{
	if (o->of[OBS_LISTED].strength > 0)
		return VERDICT_LISTED;
	if (likelihood >= LIKELY_FROM && !is_harmless(f, o))
		return VERDICT_LIKELY;
	if (o->of[OBS_PRIVATE].strength >= THROTTLED_FROM ||
		o->of[OBS_THROTTLED].strength >= THROTTLED_FROM ||
		o->of[OBS_NETWORK_LISTED].strength >= THROTTLED_FROM)
		return VERDICT_THROTTLED;
	if (likelihood >= WATCH_FROM || is_concern(o) || is_job_flood(f, o) ||
		/* greylisting at scale says that nobody knows this sender, and no more */
		o->of[OBS_GREYLISTED].strength >= THROTTLED_FROM)
		return VERDICT_WATCH;
	return is_seen_enough(f) ? VERDICT_CLEAN : VERDICT_UNKNOWN;
}

/* Where in its band of risk a host stands. */
static double
risk_of(enum verdict verdict, const struct facts *f, const struct observed *o, double likelihood)
{
	static const struct {
		double base, span;
	} bands[VERDICTS] = {
		[VERDICT_CLEAN] = { 0.01, 0.09 },
		[VERDICT_UNKNOWN] = { 0.10, 0.10 },
		[VERDICT_WATCH] = { 0.20, 0.24 },
		[VERDICT_THROTTLED] = { 0.45, 0.15 },
		[VERDICT_LIKELY] = { 0.60, 0.24 },
		[VERDICT_LISTED] = { 0.85, 0.15 },
	};
	double within = likelihood;

	if (verdict == VERDICT_LISTED)
		within = 0.5 * likelihood + 0.5 * ramp((double)f->sum->sums[SUM_listed], 0, 50);
	if (verdict == VERDICT_WATCH && o->of[OBS_TYPED].strength > within)
		within = o->of[OBS_TYPED].strength * 0.5;
	return judge_round(bands[verdict].base + bands[verdict].span * within);
}

static bool
in_window(const struct verdict_config *config, int64_t hour, int64_t now)
{
	return hour + PTIME_HOUR > now - config->window_ns;
}

/* The word on the first hours, `count` of them, as at the end of the last. */
static enum verdict
word_then(const struct facts *f, struct aggregate *sum, size_t count, struct arena *scratch)
{
	struct facts then = { .config = f->config,
		.ip = f->ip,
		.now = f->hours[count - 1].hour + PTIME_HOUR,
		.hours = f->hours,
		.hours_count = count,
		.services = f->services,
		.services_count = f->services_count,
		.neighbours = f->neighbours,
		.hour_networks = f->hour_networks,
		.sum = sum,
		.quiet = true,
		.arena = scratch };
	struct observed o;
	enum verdict word;

	facts_work_out(&then);
	observe(&then, &o);
	word = word_of(&then, &o, likelihood_of(&then, &o));
	arena_reset(scratch);
	return word;
}

/* The hour since which the word is `last`, over growing prefixes of the hours. */
static int64_t
find_since(const struct facts *f, enum verdict last)
{
	struct arena scratch;
	struct aggregate *sum = aggregate_new();
	int64_t since = 0;
	enum verdict before = VERDICTS;
	size_t summed = 0;

	arena_init(&scratch, SCRATCH_MAX);
	for (size_t i = 0; i < f->hours_count; i++) {
		enum verdict unkept = VERDICTS;
		enum verdict *word = f->hours[i].word != NULL ? f->hours[i].word : &unkept;

		if (i + 1 == f->hours_count)
			word = &last;
		for (; *word == VERDICTS && summed <= i; summed++)
			aggregate_merge(sum, f->hours[summed].aggregate);
		if (*word == VERDICTS)
			*word = word_then(f, sum, i + 1, &scratch);
		if (*word != before)
			since = f->hours[i].hour;
		before = *word;
	}
	arena_release(&scratch);
	aggregate_free(sum);
	return since;
}

static void
copy_services(const struct facts *f, struct host_record *r)
{
	for (size_t i = 0; i < f->services_count; i++) {
		struct service *s = ARENA_PUSH(f->arena, r->services, UINT16_MAX + 1);

		if (s == NULL)
			return;
		*s = f->services[i];
		s->name = service_name(s->port);
	}
}

static void
copy_counts(const struct facts *f, struct host_record *r)
{
	size_t room = SUMS + SKETCHES + 1;

	r->counts = arena_array(f->arena, room, sizeof *r->counts);
	r->counts_cap = r->counts != NULL ? room : 0;
	r->counts_count = aggregate_counts(f->sum, r->counts, r->counts_cap);
}

/* What was seen of most sessions; of equals the less. */
static enum visibility
mostly_seen(const struct facts *f)
{
	const int64_t *n = f->sum->sums;
	int64_t content = n[SUM_sessions_content], envelope = n[SUM_sessions_envelope];
	int64_t flow = n[SUM_sessions_flow];

	if (content + envelope + flow == 0)
		return n[SUM_mails_scored] > 0 ? VISIBILITY_CONTENT
		       : n[SUM_rcpts] > 0      ? VISIBILITY_ENVELOPE
					       : VISIBILITY_FLOW;
	if (content > envelope && content > flow)
		return VISIBILITY_CONTENT;
	return envelope > flow ? VISIBILITY_ENVELOPE : VISIBILITY_FLOW;
}

/* What the verdict rests on: the strongest sign that is a concern; for "clean" the test over mails,
 * where there were enough; else what was mostly seen. */
static enum visibility
visibility_of(const struct facts *f, const struct observed *o, enum verdict verdict)
{
	double strongest = 0;
	enum visibility basis = mostly_seen(f);

	if (verdict == VERDICT_LISTED)
		return VISIBILITY_ENVELOPE;
	if (verdict == VERDICT_UNKNOWN)
		return basis;
	if (verdict == VERDICT_CLEAN)
		return f->sum->sums[SUM_mails_scored] >= SEEN_MAILS ? VISIBILITY_CONTENT
								    : VISIBILITY_ENVELOPE;
	for (size_t i = 0; i < OBS_COUNT; i++) {
		if (!observable_is_concern((enum observable)i) || o->of[i].strength <= strongest)
			continue;
		strongest = o->of[i].strength;
		basis = observable_basis((enum observable)i);
	}
	return basis;
}

/* Most spam first, then most mails, then by address. */
static void
add_behind(const struct facts *f, struct host_record *r)
{
	const struct names *all = &f->sum->names[NAMES_origin];

	for (size_t i = 0; i < all->count; i++) {
		const struct named *spam =
			names_find(&f->sum->names[NAMES_origin_spam], all->items[i].text);
		struct host_behind one = { .mails = all->items[i].count,
			.spam = spam != NULL ? spam->count : 0 };
		size_t at;

		if (addr_parse(slice_str(all->items[i].text), &one.ip) < 0 ||
			ARENA_PUSH(f->arena, r->behind, LIMIT_HOST_NAMES) == NULL)
			continue;
		for (at = r->behind_count - 1; at > 0; at--) {
			const struct host_behind *before = &r->behind[at - 1];

			if (before->spam > one.spam ||
				(before->spam == one.spam && before->mails > one.mails) ||
				(before->spam == one.spam && before->mails == one.mails &&
					addr_cmp(before->ip, one.ip) < 0))
				break;
			r->behind[at] = *before;
		}
		r->behind[at] = one;
	}
}

static void
fill_record(const struct facts *f, struct host_record *r)
{
	struct observed o;
	const struct named *name = names_top(&f->sum->names[NAMES_helo]);
	double likelihood;

	observe(f, &o);
	likelihood = likelihood_of(f, &o);
	r->verdict = word_of(f, &o, likelihood);
	r->verdict_since = find_since(f, r->verdict);
	r->risk = risk_of(r->verdict, f, &o, likelihood);
	r->visibility = visibility_of(f, &o, r->verdict);
	r->role = judge_role(f, &o);
	r->first = f->sum->first;
	/* the hour began before its first packet */
	if (r->verdict_since < r->first)
		r->verdict_since = r->first;
	/* the hour began before its first packet */
	r->last = f->sum->last;
	r->clients = f->clients;
	r->name = arena_string(f->arena, slice_str(name != NULL ? name->text : ""));
	copy_counts(f, r);
	judge_causes(f, &o, r);
	judge_lists(f, &o, r);
	listings_copy(f, r);
	copy_services(f, r);
	add_behind(f, r);
	judge_cut_off(f, r);
	judge_advice(f, r);
	judge_summary(f, &o, r);
	judge_rules(f, &o, r);
}

void
verdict_host(const struct verdict_config *config, const struct verdict_input *in,
	struct arena *arena, struct host_record *out)
{
	struct facts f = { .config = config,
		.ip = in->ip,
		.now = in->now,
		.hours = in->hours,
		.hours_count = in->hours_count,
		.services = in->services,
		.services_count = in->services_count,
		.neighbours = in->neighbours,
		.sum = aggregate_new(),
		.arena = arena };

	while (f.hours_count > 0 && !in_window(config, f.hours[0].hour, in->now)) {
		f.hours++;
		f.hours_count--;
	}
	for (size_t i = 0; i < f.hours_count; i++)
		aggregate_merge(f.sum, f.hours[i].aggregate);
	*out = (struct host_record){ .sensor = arena_string(arena, slice_str(config->sensor)),
		.ip = in->ip };
	facts_work_out(&f);
	fill_record(&f, out);
	aggregate_free(f.sum);
}
