#include "sensor/cli/report_calibration.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "sensor/base/arena.h"
#include "sensor/base/json.h"

#define BINS 10
#define LISTS_MAX 256
#define MEMORY (16u << 20)
#define Z95 1.959964 /* of the normal distribution, 95 % in the middle */
/* Below these a score says more about chance than about the predictions; both are ours: with 30
 * answers a share of one half is known to 17 points either way. */
#define ENOUGH 30
#define ENOUGH_OF_EACH 5

struct bin {
	int64_t count, listed;
	double predicted; /* sum */
};

struct calibration {
	const char *list; /* NULL = all of them */
	struct bin bins[BINS];
	double squares; /* of what was predicted less what came */
};

struct calibrations {
	struct arena arena;
	struct calibration all;
	struct calibration *lists;
	size_t lists_count, lists_cap;
	int64_t unpredicted; /* answers of lists that no rule weighs */
};

/* ---- sums ---- */

static void
add(struct calibration *c, double predicted, bool listed)
{
	int at = (int)(predicted * BINS);
	struct bin *bin = &c->bins[at < BINS ? at : BINS - 1];
	double off = predicted - (listed ? 1 : 0);

	bin->count++;
	bin->listed += listed;
	bin->predicted += predicted;
	c->squares += off * off;
}

/* They come list by list. */
static void
add_answer(void *ctx, const struct lookup_result *r)
{
	struct calibrations *all = ctx;
	struct calibration *last = all->lists_count > 0 ? &all->lists[all->lists_count - 1] : NULL;

	if (!(r->predicted >= 0 && r->predicted <= 1)) {
		all->unpredicted++;
		return;
	}
	if (last == NULL || strcmp(last->list, r->list) != 0) {
		last = ARENA_PUSH(&all->arena, all->lists, LISTS_MAX);
		if (last == NULL)
			return;
		last->list = arena_string(&all->arena, slice_str(r->list));
	}
	add(last, r->predicted, r->answer == LOOKUP_LISTED);
	add(&all->all, r->predicted, r->answer == LOOKUP_LISTED);
}

struct score {
	int64_t count, listed;
	double base;	    /* share that was listed */
	double brier;	    /* 0 best, 1 worst */
	double brier_base;  /* of one who always says the base; Murphy's uncertainty */
	double skill;	    /* 1 best, 0 no better than that one; NAN = no telling */
	double reliability; /* Murphy: 0 best, how far the bins are off */
	double resolution;  /* Murphy: how well they tell apart; the more the better */
	bool enough;
};

static double
share(double part, int64_t whole)
{
	return whole > 0 ? part / (double)whole : 0;
}

static struct score
score_of(const struct calibration *c)
{
	struct score s = { 0 };

	for (size_t i = 0; i < BINS; i++) {
		s.count += c->bins[i].count;
		s.listed += c->bins[i].listed;
	}
	s.base = share((double)s.listed, s.count);
	s.brier = share(c->squares, s.count);
	s.brier_base = s.base * (1 - s.base);
	s.skill = s.brier_base > 0 ? 1 - s.brier / s.brier_base : NAN;
	for (size_t i = 0; i < BINS; i++) {
		const struct bin *b = &c->bins[i];
		double off = share(b->predicted, b->count) - share((double)b->listed, b->count);
		double apart = share((double)b->listed, b->count) - s.base;

		s.reliability += share((double)b->count * off * off, s.count);
		s.resolution += share((double)b->count * apart * apart, s.count);
	}
	s.enough = s.count >= ENOUGH && s.listed >= ENOUGH_OF_EACH &&
		   s.count - s.listed >= ENOUGH_OF_EACH;
	return s;
}

static void
wilson(const struct bin *b, double *low, double *high)
{
	double n = (double)b->count, p = share((double)b->listed, b->count), z2 = Z95 * Z95;
	double middle = (p + z2 / (2 * n)) / (1 + z2 / n);
	double half = Z95 / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n));

	*low = middle - half > 0 ? middle - half : 0;
	*high = middle + half < 1 ? middle + half : 1;
}

/* ---- text ---- */

static void
print_bins(const struct paper *p, const struct calibration *c)
{
	fprintf(p->out, "  predicted     answers   mean   listed   95 %% interval\n");
	for (size_t i = 0; i < BINS; i++) {
		const struct bin *b = &c->bins[i];
		double low, high;

		if (b->count == 0)
			continue;
		wilson(b, &low, &high);
		fprintf(p->out,
			"  %3zu to %3zu %%  %8" PRId64
			"  %3.0f %%    %3.0f %%   %3.0f to %3.0f %%\n",
			i * 100 / BINS, (i + 1) * 100 / BINS, b->count,
			100 * share(b->predicted, b->count),
			100 * share((double)b->listed, b->count), 100 * low, 100 * high);
	}
}

static void
print_score(const struct paper *p, const struct calibration *c)
{
	struct score s = score_of(c);
	char text[400];

	paper_head(p, c->list != NULL ? c->list : "All lists");
	print_bins(p, c);
	snprintf(text, sizeof text,
		"Brier score %.3f (0 is best); always saying %.0f %% gives %.3f; reliability %.3f, "
		"resolution %.3f.",
		s.brier, 100 * s.base, s.brier_base, s.reliability, s.resolution);
	paper_text(p, 2, "", text);
	if (!s.enough)
		snprintf(text, sizeof text,
			"Too few to tell: %" PRId64 " answers, %" PRId64
			" of them listed; a score means something from %d answers with %d of each "
			"kind on.",
			s.count, s.listed, ENOUGH, ENOUGH_OF_EACH);
	else
		snprintf(text, sizeof text, "Skill %.2f: %s.", s.skill,
			s.skill <= 0	? "no better than always saying that share"
			: s.skill < 0.2 ? "a little better than always saying that share"
					: "better than always saying that share");
	paper_text(p, 2, "", text);
}

static void
print_text(const struct paper *p, const struct calibrations *all)
{
	char text[200];

	if (all->lists_count == 0)
		fprintf(p->out, "No answer of a blocklist with a prediction is stored: `heloscope "
				"lookup` asks, "
				"and `heloscope run` with [lookup] enabled = yes.\n");
	for (size_t i = 0; i < all->lists_count; i++)
		print_score(p, &all->lists[i]);
	if (all->lists_count > 0)
		print_score(p, &all->all);
	fputc('\n', p->out);
	if (all->lists_count > 0)
		paper_text(p, 0, "",
			"The last answer of each host, list and day, errors left out, against what "
			"was "
			"predicted from causes alone.  Only hosts from [lookup] above on were "
			"asked "
			"about: of the others this says nothing.");
	snprintf(text, sizeof text,
		"%" PRId64 " answers of lists that no rule predicts are left out.",
		all->unpredicted);
	if (all->unpredicted > 0)
		paper_text(p, 0, "", text);
}

/* ---- JSON ---- */

static void
key_double(struct json *j, const char *key, double v)
{
	json_key(j, key);
	json_double(j, v);
}

static void
key_int(struct json *j, const char *key, int64_t v)
{
	json_key(j, key);
	json_int(j, v);
}

static void
json_bins(struct json *j, const struct calibration *c)
{
	json_key(j, "bins");
	json_array(j);
	for (size_t i = 0; i < BINS; i++) {
		const struct bin *b = &c->bins[i];
		double low, high;

		if (b->count == 0)
			continue;
		wilson(b, &low, &high);
		json_object(j);
		key_double(j, "from", (double)i / BINS);
		key_double(j, "to", (double)(i + 1) / BINS);
		key_int(j, "answers", b->count);
		key_int(j, "listed", b->listed);
		key_double(j, "predicted", share(b->predicted, b->count));
		key_double(j, "observed", share((double)b->listed, b->count));
		key_double(j, "low", low);
		key_double(j, "high", high);
		json_object_end(j);
	}
	json_array_end(j);
}

static void
json_score(struct json *j, const struct calibration *c)
{
	struct score s = score_of(c);

	json_object(j);
	if (c->list != NULL) {
		json_key(j, "list");
		json_string(j, c->list);
	}
	key_int(j, "answers", s.count);
	key_int(j, "listed", s.listed);
	key_double(j, "base_rate", s.base);
	key_double(j, "brier", s.brier);
	key_double(j, "brier_base", s.brier_base);
	key_double(j, "skill", s.skill); /* not finite: null */
	key_double(j, "reliability", s.reliability);
	key_double(j, "resolution", s.resolution);
	key_double(j, "uncertainty", s.brier_base);
	json_key(j, "enough");
	json_bool(j, s.enough);
	json_bins(j, c);
	json_object_end(j);
}

static void
print_json(const struct paper *p, const struct calibrations *all)
{
	struct buf out;
	struct json j;

	buf_init(&out, MEMORY);
	json_init(&j, &out);
	json_object(&j);
	json_key(&j, "type");
	json_string(&j, "calibration");
	json_key(&j, "lists");
	json_array(&j);
	for (size_t i = 0; i < all->lists_count; i++)
		json_score(&j, &all->lists[i]);
	json_array_end(&j);
	json_key(&j, "all");
	json_score(&j, &all->all);
	key_int(&j, "unpredicted", all->unpredicted);
	json_object_end(&j);
	fprintf(p->out, "%s\n", buf_cstr(&out));
	buf_release(&out);
}

int
report_calibration(
	const struct paper *paper, struct store *store, int64_t since, bool json, struct err *err)
{
	struct calibrations all;

	memset(&all, 0, sizeof all);
	arena_init(&all.arena, MEMORY);
	int rc = query_lookups_daily(store, since, add_answer, &all, err);
	if (rc == 0 && json)
		print_json(paper, &all);
	else if (rc == 0)
		print_text(paper, &all);
	arena_release(&all.arena);
	return rc;
}
