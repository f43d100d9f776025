#include "sensor/host/facts.h"

#include <math.h>

#define THETA_SPAM 0.9	/* share of spam among the mails of a spamming host */
#define THETA_CLEAN 0.2 /* and of an ordinary one, scoring errors included */

/* Results of cron and batch systems go to their owners. */
#define INNOCENT_DOMAINS 10

double
facts_ratio(int64_t spam, int64_t judged)
{
	const double per_spam = log(THETA_SPAM / THETA_CLEAN);
	const double per_clean = log((1 - THETA_SPAM) / (1 - THETA_CLEAN));

	return (double)spam * per_spam + (double)(judged - spam) * per_clean;
}

bool
facts_innocent(const struct facts *f)
{
	return f->distinct[SKETCH_domains] <= INNOCENT_DOMAINS;
}

/* Mails and spam among them: the innocent kinds only when they go to too many to be what they say.
 */
static void
judged_of(const struct aggregate *a, bool innocent, int64_t *judged, int64_t *spam)
{
	*judged = a->sums[innocent ? SUM_mails_judged : SUM_mails_scored];
	*spam = a->sums[innocent ? SUM_mails_spam : SUM_mails_over];
}

static void
find_burst(struct facts *f)
{
	double highest = RATIO_BOUND;

	for (size_t i = 0; i < f->hours_count; i++) {
		const struct aggregate *a = f->hours[i].aggregate;
		int64_t judged, spam;

		if (a->sums[SUM_rcpts] > f->peak_rcpts) {
			f->peak_rcpts = a->sums[SUM_rcpts];
			f->peak_hour = f->hours[i].hour;
		}
		judged_of(a, facts_innocent(f), &judged, &spam);
		if (spam < BURST_SPAM || facts_ratio(spam, judged) < highest)
			continue;
		highest = facts_ratio(spam, judged);
		f->burst_hour = f->hours[i].hour;
		f->burst_spam = spam;
		f->burst_judged = judged;
	}
}

/* One bad sender drowns among the good ones of a mail server, so each is tested by itself. Spam
 * without a known total is left out: the two sets keep the same names, unless one of them holds
 * more names than fit. */
static struct culprit
find_culprit(const struct names *spam, const struct names *all)
{
	struct culprit worst = { NULL, 0, 0 };

	for (size_t i = 0; i < spam->count; i++) {
		const struct named *one = &spam->items[i], *total = names_find(all, one->text);
		double ratio = total != NULL ? facts_ratio(one->count, total->count) : 0;

		if (ratio > worst.ratio)
			worst = (struct culprit){ one, total->count, ratio };
	}
	return worst;
}

const struct listing *
facts_listing(const struct facts *f, const char *list)
{
	for (size_t i = 0; i < f->listings_count; i++) {
		const struct listing *l = &f->listings[i];

		if (l->until == 0 && slice_eq(slice_str(l->list), slice_str(list)))
			return l;
	}
	return NULL;
}

void
facts_work_out(struct facts *f)
{
	for (size_t i = 0; i < SKETCHES; i++)
		f->distinct[i] = sketch_estimate(&f->sum->sketches[i]);
	judged_of(f->sum, facts_innocent(f), &f->judged, &f->spam);
	f->ratio = facts_ratio(f->spam, f->judged);
	find_burst(f);
	f->sender = find_culprit(&f->sum->names[NAMES_sender_spam], &f->sum->names[NAMES_sender]);
	f->script = find_culprit(&f->sum->names[NAMES_script_spam], &f->sum->names[NAMES_script]);
	listings_build(f);
	passage_build(f);
}
