/* How likely a list has this host, or will have it soon: the logistic function of a base and of
 * what rules add to it (list_rules.h).  Lists do not publish their thresholds; which observation
 * feeds which list is known, the weights are the rules' own, and say why.
 *
 * Log-odds are whole thousandths, so a sum is the same in any order and on every machine, and none
 * of the probabilities lies near the border of two rounded ones
 * (tests/unit/host/test_likelihood.c). */
#include "sensor/host/judge.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/ptime.h"

#define WHY_MAX 8
#define CHANGE_MAX 5
#define WHAT_IF_MAX 3	   /* reasons that are taken away, one at a time */
#define WHY_FROM 200	   /* thousandths: 0.2 changes 50 % to 55 % */
#define CHANGE_FROM 0.05   /* probability below which nothing needs to change */
#define PREDICTED_MAX 0.95 /* several observations are often of the same mails */
#define PROVEN 0.99	   /* a server or a look-up says so */
#define CLEARED (-2200)	   /* a look-up did not find it: ninefold less */
#define CLEARED_NS PTIME_DAY
#define REASONS LIMIT_HOST_RULES

/* ---- numbers ---- */

/* Ordinary servers meet up to so many recipients that do not exist. */
#define UNKNOWN_USUAL 0.05
#define TRAPS_SQUARED_FROM 6

static_assert((int)NUMBER_OTHERS == (int)SUMS + (int)SKETCHES + 1, "the places of list_rules.h");
static_assert((int)NUMBER_SIGNS + (int)OBS_COUNT == (int)HOST_NUMBERS_COUNT, "likewise");

/* SpamCop (facts about lists, 1.2): reports count 4 when new, 1 at 48 hours, nothing after a week.
 */
static double
freshness(double age_hours)
{
	return age_hours > 168 ? 0 : 4 - 3 * ramp(age_hours, 0, 48);
}

static double
age_of(const struct facts *f, size_t hour)
{
	int64_t age = f->now - f->hours[hour].hour - PTIME_HOUR / 2;

	return age > 0 ? (double)age / (double)PTIME_HOUR : 0;
}

/* Nobody but a list knows its traps.  An address that does not exist is what comes closest, as far
 * as there are more of them than an ordinary server meets; fewer than 6 hits count 5 times, more
 * squared. */
static void
count_traps(const struct facts *f, double *numbers)
{
	const int64_t unknown = f->sum->sums[SUM_class + REPLY_USER_UNKNOWN];
	const int64_t rcpts = f->sum->sums[SUM_rcpts];
	double kept, traps = 0, fresh = 0;

	if (unknown == 0)
		return;
	kept = 1 - UNKNOWN_USUAL * (double)rcpts / (double)unknown;
	for (size_t i = 0; kept > 0 && i < f->hours_count; i++) {
		double n =
			kept * (double)f->hours[i].aggregate->sums[SUM_class + REPLY_USER_UNKNOWN];
		double age = n > 0 ? age_of(f, i) : 0;

		traps += age <= 168 ? n : 0;
		fresh += n * freshness(age);
		numbers[NUMBER_traps_48h] += age <= 48 ? n : 0;
	}
	/* fresh / traps is the mean weight */
	numbers[NUMBER_trap_points] = traps < TRAPS_SQUARED_FROM ? 5 * fresh : traps * fresh;
}

static void
fill_numbers(const struct facts *f, const struct observed *o, double *numbers)
{
	double *sketches = numbers + SUMS;

	memset(numbers, 0, HOST_NUMBERS_COUNT * sizeof *numbers);
	for (size_t i = 0; i < SUMS; i++)
		numbers[i] = (double)f->sum->sums[i];
	for (size_t i = 0; i < SKETCHES; i++)
		sketches[i] = (double)f->distinct[i];
	sketches[SKETCHES] = (double)f->sum->score_max;
	numbers[NUMBER_neighbours_24] = f->neighbours.in_24;
	numbers[NUMBER_neighbours_all] = f->neighbours.in_all;
	numbers[NUMBER_active_hours] = (double)f->hours_count;
	count_traps(f, numbers);
	for (size_t i = 0; i < OBS_COUNT; i++)
		numbers[NUMBER_SIGNS + i] = o->of[i].strength;
}

void
judge_rules(const struct facts *f, const struct observed *o, struct host_record *out)
{
	const struct verdict_config *config = f->config;
	double numbers[HOST_NUMBERS_COUNT];

	if (config->rules == NULL)
		return;
	fill_numbers(f, o, numbers);
	config->rules(config->rules_ctx, numbers, out, f->arena);
}

/* ---- lists and what others say of them ---- */

/* The rules that are in force, once for all lists of one host. */
struct weighing {
	const struct facts *f;
	const struct list_base *bases;
	size_t count; /* of them */
	int64_t sums[LIMIT_LISTS];
	double numbers[HOST_NUMBERS_COUNT];
};

static void
weighing_begin(struct weighing *w, const struct facts *f, const struct observed *o)
{
	const struct list_rules *rules = &f->config->lists;

	w->f = f;
	w->count = 0;
	w->bases = rules->bases != NULL ? rules->bases(rules->ctx, &w->count) : NULL;
	assert(w->count <= LIMIT_LISTS);
	if (w->count == 0)
		return;
	for (size_t i = 0; i < w->count; i++)
		w->sums[i] = w->bases[i].base;
	fill_numbers(f, o, w->numbers);
	rules->add(rules->ctx, w->numbers, w->sums);
}

static double
probability_of(int64_t log_odds)
{
	double p = 1 / (1 + exp((double)-log_odds / 1000));

	return p < PREDICTED_MAX ? p : PREDICTED_MAX;
}

/* One of "A | B" is the name, or words at its front or inside: "Spamhaus SBL" is not what
 * "Spamhaus SBL/XBL" says. */
static bool
is_named(const char *name, const char *alternatives)
{
	struct slice text = slice_str(name);

	for (struct slice rest = slice_str(alternatives); rest.len > 0;) {
		struct slice part = slice_trim(slice_split(&rest, '|'));
		size_t at = part.len > 0 ? slice_ifind(text, part) : text.len;

		if (at < text.len && (at + part.len == text.len || name[at + part.len] == ' '))
			return true;
	}
	return false;
}

static const struct listing *
find_in(const struct listing *items, size_t count, const char *names, enum scope scope)
{
	for (size_t i = 0; i < count; i++) {
		const struct listing *l = &items[i];

		if (l->until == 0 && l->kind != LISTING_THROTTLE && is_named(l->list, names) &&
			traits_of(l->list)->scope == scope)
			return l;
	}
	return NULL;
}

/* What is in force of that list or provider. */
static const struct listing *
find_listing(const struct facts *f, const char *names, enum list_kind kind)
{
	enum scope scope = kind == LIST_NETWORK ? SCOPE_NETWORK : SCOPE_HOST;
	const struct listing *l = find_in(f->listings, f->listings_count, names, scope);

	return l != NULL ? l : find_in(f->others, f->others_count, names, scope);
}

static const struct listing *
exact_listing(const struct facts *f, const struct list_base *base)
{
	return find_listing(f, base->mentioned, base->kind);
}

double
judge_likelihood(const struct facts *f, const struct observed *o)
{
	struct weighing w;
	double highest = 0;

	weighing_begin(&w, f, o);
	for (size_t i = 0; i < w.count; i++) {
		double p = probability_of(w.sums[i]);

		/* the neighbourhood's lists say nothing of what this host did */
		if (p > highest && w.bases[i].kind != LIST_NETWORK &&
			exact_listing(f, &w.bases[i]) == NULL)
			highest = p;
	}
	return highest;
}

/* ---- sentences ---- */

static void
add_why(const struct facts *f, struct list_likelihood *l, const char *sentence)
{
	const char **line = ARENA_PUSH(f->arena, l->why, WHY_MAX);

	if (line != NULL)
		*line = sentence;
}

static void
add_change(const struct facts *f, struct list_likelihood *l, const char *sentence)
{
	const char **line = ARENA_PUSH(f->arena, l->change, CHANGE_MAX);

	if (line != NULL)
		*line = sentence;
}

static void
say_listing(const struct facts *f, struct list_likelihood *l, const struct listing *seen,
	const char *what)
{
	bool one = seen->servers_count == 1;

	/* a look-up is nobody's refusal */
	if (seen->servers_count == 0)
		add_why(f, l, arena_string(f->arena, slice_str(seen->reply)));
	else
		add_why(f, l,
			arena_printf(f->arena, "%zu server%s say%s %s: %s", seen->servers_count,
				one ? "" : "s", one ? "s" : "", what, seen->reply));
}

/* Strongest first, else in the order of the rules; those of one list. */
static size_t
reasons_of(const struct list_reason *all, size_t count, size_t list,
	const struct list_reason *out[REASONS])
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		size_t at = n;

		if (all[i].list != list)
			continue;
		for (; at > 0 && llabs(out[at - 1]->log_odds) < llabs(all[i].log_odds); at--)
			out[at] = out[at - 1];
		out[at] = &all[i];
		n++;
	}
	return n;
}

static void
say_reasons(const struct facts *f, struct list_likelihood *l,
	const struct list_reason *const *reasons, size_t count)
{
	for (size_t i = 0; i < count && llabs(reasons[i]->log_odds) >= WHY_FROM; i++)
		add_why(f, l,
			arena_printf(f->arena, "%s (rule %s: %+.1f)", reasons[i]->why,
				reasons[i]->rule, (double)reasons[i]->log_odds / 1000));
}

/* What each of the strongest reasons makes of it, how it goes away, and what is left without all of
 * them. */
static void
say_changes(const struct facts *f, struct list_likelihood *l,
	const struct list_reason *const *reasons, size_t count, int64_t sum)
{
	int64_t rest = sum;
	size_t said = 0;

	for (size_t i = 0; i < count && said < WHAT_IF_MAX; i++) {
		const struct list_reason *r = reasons[i];

		if (r->log_odds < WHY_FROM)
			continue;
		said++;
		rest -= r->log_odds;
		add_change(f, l,
			arena_printf(f->arena, "without %s it would be %.2f instead of %.2f%s%s",
				r->rule, probability_of(sum - r->log_odds), probability_of(sum),
				r->cure[0] != '\0' ? ": " : "", r->cure[0] != '\0' ? r->cure : ""));
	}
	if (said > 1)
		add_change(f, l,
			arena_printf(f->arena, "without all of these it would be %.2f",
				probability_of(rest)));
}

/* ---- one list ---- */

static const struct named *
find_cleared(const struct facts *f, const struct list_base *base)
{
	const struct names *cleared = &f->sum->names[NAMES_cleared];

	for (size_t i = 0; i < cleared->count; i++)
		if (f->now - cleared->items[i].last <= CLEARED_NS &&
			is_named(cleared->items[i].text, base->mentioned))
			return &cleared->items[i];
	return NULL;
}

/* "Spamhaus" without saying which: at least one of the lists of that name has it.  0 = one of them
 * is named itself, which explains it. */
static double
any_of_them(const struct weighing *w, const char *wider)
{
	double none = 1;

	for (size_t i = 0; i < w->count; i++) {
		if (strcmp(w->bases[i].wider, wider) != 0)
			continue;
		if (exact_listing(w->f, &w->bases[i]) != NULL)
			return 0;
		none *= 1 - probability_of(w->sums[i]);
	}
	return 1 - none;
}

static double
say_wider(
	const struct weighing *w, const struct list_base *base, struct list_likelihood *l, double p)
{
	const struct listing *seen = find_listing(w->f, base->wider, base->kind);
	double any = seen != NULL ? any_of_them(w, base->wider) : 0;

	if (any <= 0)
		return p;
	say_listing(w->f, l, seen, "so of a list that may be this one");
	return fmin(p / any, PROVEN);
}

/* What servers and look-ups say. */
static void
say_others(const struct weighing *w, size_t i, struct list_likelihood *l)
{
	const struct list_base *base = &w->bases[i];
	const struct listing *exact = exact_listing(w->f, base);
	const struct named *cleared = find_cleared(w->f, base);
	double p = probability_of(w->sums[i]);
	char time[OBSERVED_TIME];

	if (exact != NULL) {
		say_listing(w->f, l, exact, "so");
		p = PROVEN;
	} else if (cleared != NULL) {
		p = probability_of(w->sums[i] + CLEARED);
		add_why(w->f, l,
			arena_printf(w->f->arena, "a look-up of %s did not find it there",
				observe_time(cleared->last, time)));
	} else if (base->wider[0] != '\0') {
		p = say_wider(w, base, l, p);
	}
	l->probability = judge_round(p);
}

static void
weigh_list(const struct weighing *w, size_t i, const struct list_reason *all, size_t all_count,
	struct list_likelihood *l)
{
	const struct list_reason *reasons[REASONS];
	const struct list_base *base = &w->bases[i];
	size_t count = reasons_of(all, all_count, i, reasons);

	/* the rules may be read again while the record lives */
	l->list = arena_string(w->f->arena, slice_str(base->list));
	l->predicted = judge_round(probability_of(w->sums[i]));
	say_others(w, i, l);
	say_reasons(w->f, l, reasons, count);
	if (l->predicted < CHANGE_FROM && l->probability < CHANGE_FROM)
		return;
	say_changes(w->f, l, reasons, count, w->sums[i]);
	if (base->ends[0] != '\0')
		add_change(w->f, l, arena_string(w->f->arena, slice_str(base->ends)));
}

/* Lists in force that the rules do not know. */
static void
add_others(const struct weighing *w, struct host_record *out)
{
	const struct facts *f = w->f;

	for (size_t i = 0; i < f->listings_count; i++) {
		const struct listing *seen = &f->listings[i];
		struct list_likelihood *l;
		bool known = seen->until != 0;

		for (size_t k = 0; k < w->count && !known; k++)
			known = is_named(seen->list, w->bases[k].mentioned);
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
	const struct list_rules *rules = &f->config->lists;
	struct list_reason reasons[REASONS];
	struct weighing w;
	size_t count = 0;

	weighing_begin(&w, f, o);
	if (w.count > 0)
		count = rules->weigh(rules->ctx, w.numbers, f->arena, reasons, REASONS);
	for (size_t i = 0; i < w.count; i++) {
		struct list_likelihood *l = ARENA_PUSH(f->arena, out->lists, LIMIT_HOST_NAMES);

		if (l != NULL)
			weigh_list(&w, i, reasons, count, l);
	}
	add_others(&w, out);
	sort_lists(out);
}
