#include "sensor/host/facts.h"

#include <math.h>

/* Results of cron and batch systems go to their owners. */
#define INNOCENT_DOMAINS 10

/* A theta of 0 or 1 would let one mail decide for ever. */
static double
theta_within(double theta)
{
	return theta < 0.001 ? 0.001 : theta > 0.999 ? 0.999 : theta;
}

double
facts_ratio(const struct sprt *test, int64_t bad, int64_t all)
{
	const double one = theta_within(test->theta1), zero = theta_within(test->theta0);
	const double per_bad = log(one / zero);
	const double per_good = log((1 - one) / (1 - zero));

	return (double)bad * per_bad + (double)(all - bad) * per_good;
}

double
facts_upper(const struct sprt *test)
{
	return log((1 - test->beta) / test->alpha);
}

double
facts_lower(const struct sprt *test)
{
	return log(test->beta / (1 - test->alpha));
}

bool
facts_innocent(const struct facts *f)
{
	const int64_t *n = f->sum->sums;
	int64_t own = n[SUM_mails_scored] - n[SUM_passed_scored];

	return f->distinct[SKETCH_domains] <= INNOCENT_DOMAINS || n[SUM_mails_judged] * 2 >= own;
}

bool
facts_answers(const struct facts *f, int32_t port)
{
	for (size_t i = 0; i < f->services_count; i++) {
		if (f->services[i].port == port)
			return true;
	}
	return false;
}

enum role
facts_role_given(const struct facts *f)
{
	for (size_t i = 0; i < f->config->roles_count; i++) {
		if (network_has(f->config->roles[i].net, f->ip))
			return f->config->roles[i].role;
	}
	return ROLE_UNKNOWN;
}

/* Mails and spam among them: the innocent kinds only when they go to too many to be what they say.
 */
static void
judged_of(const struct aggregate *a, bool innocent, int64_t *judged, int64_t *spam)
{
	*judged = innocent ? a->sums[SUM_mails_judged]
			   : a->sums[SUM_mails_scored] - a->sums[SUM_passed_scored];
	*spam = a->sums[innocent ? SUM_mails_spam : SUM_mails_over];
}

static void
find_peak(struct facts *f)
{
	for (size_t i = 0; i < f->hours_count; i++) {
		const struct aggregate *a = f->hours[i].aggregate;

		if (a->sums[SUM_rcpts] > f->peak_rcpts) {
			f->peak_rcpts = a->sums[SUM_rcpts];
			f->peak_hour = f->hours[i].hour;
		}
	}
}

/* A thousand good mails must not buy fifty bad ones: the run of hours whose summed ratio is highest
 * is asked by itself (Page).  It may begin in any hour, so the bound grows by the logarithm of
 * their number, which keeps the chance of a false alarm that of one test (Bonferroni).  A run that
 * would begin with a ratio below 0 is better without that beginning (Kadane). */
static void
find_burst(struct facts *f)
{
	const struct sprt *test = &f->config->content;
	double highest = f->bound + log((double)(f->hours_count > 0 ? f->hours_count : 1));
	int64_t from = 0, spam = 0, judged = 0;

	for (size_t i = 0; i < f->hours_count; i++) {
		int64_t hour_spam, hour_judged;
		double ratio;

		judged_of(f->hours[i].aggregate, facts_innocent(f), &hour_judged, &hour_spam);
		if (judged == 0 || facts_ratio(test, spam, judged) <= 0) {
			from = f->hours[i].hour;
			spam = judged = 0;
		}
		spam += hour_spam;
		judged += hour_judged;
		ratio = facts_ratio(test, spam, judged);
		if (hour_spam == 0 || spam < BURST_SPAM || ratio < highest)
			continue;
		highest = ratio;
		f->burst_from = from;
		f->burst_to = f->hours[i].hour;
		f->burst_spam = spam;
		f->burst_judged = judged;
	}
}

/* One bad sender drowns among the good ones of a mail server, so each is tested by itself. Spam
 * without a known total is left out: the two sets keep the same names, unless one of them holds
 * more names than fit. */
static struct culprit
find_culprit(const struct facts *f, enum names_kind spam_kind, enum names_kind all_kind)
{
	const struct names *spam = &f->sum->names[spam_kind], *all = &f->sum->names[all_kind];
	struct culprit worst = { NULL, 0, 0 };

	for (size_t i = 0; i < spam->count; i++) {
		const struct named *one = &spam->items[i], *total = names_find(all, one->text);
		double ratio = total != NULL
				       ? facts_ratio(&f->config->content, one->count, total->count)
				       : 0;

		if (ratio > worst.ratio)
			worst = (struct culprit){ one, total->count, ratio };
	}
	return worst;
}

void
facts_work_out(struct facts *f)
{
	const struct sprt *content = &f->config->content;

	for (size_t i = 0; i < SKETCHES; i++)
		f->distinct[i] = sketch_estimate(&f->sum->sketches[i]);
	f->bound = facts_upper(content);
	judged_of(f->sum, facts_innocent(f), &f->judged, &f->spam);
	f->ratio = facts_ratio(content, f->spam, f->judged);
	find_burst(f);
	find_peak(f);
	f->sender = find_culprit(f, NAMES_sender_spam, NAMES_sender);
	f->script = find_culprit(f, NAMES_script_spam, NAMES_script);
	f->speaker = find_culprit(f, NAMES_speaker_spam, NAMES_speaker);
	f->origin = find_culprit(f, NAMES_origin_spam, NAMES_origin);
	listings_build(f);
	passage_build(f);
	flow_build(f);
}
