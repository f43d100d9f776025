/* Blocklists as rules name them, and what host rules add to their log-odds. */
#include "sensor/score/list_rule.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/text.h"
#include "sensor/score/rule_reader.h"

#define SENTENCE_MAX 250     /* bytes, before numbers are in it */
#define WEIGHT_MAX 20.0	     /* log-odds; 5 is a hundredfold, 20 is beyond doubt */
#define BASE_LOG_ODDS (-4.6) /* one in a hundred */
#define WEIGHTS_MAX 32	     /* of one rule */
#define PIECES_MAX 32	     /* of one sentence */

static int64_t
thousandths(double log_odds)
{
	double bounded = fmax(-WEIGHT_MAX, fmin(WEIGHT_MAX, log_odds));

	return (int64_t)rint(bounded * 1000);
}

/* ---- what is said of them ---- */

static int
wrong_at(struct rules *r, struct slice value, struct slice at)
{
	r->fault = at.ptr == NULL ? value.len : (size_t)(at.ptr - value.ptr);
	return -1;
}

static int
take_number(struct slice word, double *out)
{
	char text[32];
	char *end;

	if (word.len == 0 || word.len >= sizeof text)
		return -1;
	memcpy(text, word.ptr, word.len);
	text[word.len] = '\0';
	*out = strtod(text, &end);
	return *end != '\0' || !isfinite(*out) || fabs(*out) > WEIGHT_MAX ? -1 : 0;
}

static int
only_hosts(const struct rule *rule, const char *word, struct err *err)
{
	if (rule->kind == RULE_HOST || rule->kind == RULE_META)
		return 0;
	return err_set(err, "%s %s: only host rules have it", word, rule->name);
}

static int
only_lists(const struct rule *rule, const char *word, struct err *err)
{
	return rule->kind == RULE_LIST ? 0
				       : err_set(err, "%s %s: that is no list", word, rule->name);
}

int
apply_cure(struct rules *r, struct rule *rule, struct slice value, struct err *err)
{
	if (only_hosts(rule, "cure", err) < 0)
		return -1;
	rule->cure = text_clean(&r->arena, value, SENTENCE_MAX);
	return 0;
}

/* A later line of the same list replaces its weight, as a site's own file does. */
static struct list_weight *
weight_of(struct rules *r, struct rule *rule, struct slice list)
{
	for (size_t i = 0; i < rule->weights_count; i++)
		if (slice_eq(rule->weights[i].name, list))
			return &rule->weights[i];
	return ARENA_PUSH(&r->arena, rule->weights, WEIGHTS_MAX);
}

int
apply_weigh(struct rules *r, struct rule *rule, struct slice value, struct err *err)
{
	struct slice rest = value;

	if (only_hosts(rule, "weigh", err) < 0)
		return -1;
	for (struct slice list; (list = rule_word(&rest)).len > 0;) {
		struct slice number = rule_word(&rest);
		size_t at = rules_find(r, list);
		double weight;

		if (at == r->rules_count || r->rules[at].kind != RULE_LIST) {
			wrong_at(r, value, list);
			return err_set(err, "weigh %s: '%.*s' is no list", rule->name,
				(int)slice_take(list, 40).len, (const char *)list.ptr);
		}
		if (take_number(number, &weight) < 0) {
			wrong_at(r, value, number);
			return err_set(err, "weigh %s: '%.*s' is no number up to %g", rule->name,
				(int)slice_take(number, 40).len, (const char *)number.ptr,
				WEIGHT_MAX);
		}
		struct list_weight *to = weight_of(r, rule, list);
		if (to == NULL)
			return err_set(
				err, "weigh %s: more than %d lists", rule->name, WEIGHTS_MAX);
		*to = (struct list_weight){ .name = list, .weight = weight };
	}
	return 0;
}

int
apply_list_mention(struct rules *r, struct rule *rule, struct slice value, struct err *err)
{
	if (only_lists(rule, "list_mention", err) < 0)
		return -1;
	rule->list.mentioned = text_clean(&r->arena, value, SENTENCE_MAX);
	return 0;
}

int
apply_list_wider(struct rules *r, struct rule *rule, struct slice value, struct err *err)
{
	if (only_lists(rule, "list_wider", err) < 0)
		return -1;
	rule->list.wider = text_clean(&r->arena, value, SENTENCE_MAX);
	return 0;
}

int
apply_list_ends(struct rules *r, struct rule *rule, struct slice value, struct err *err)
{
	if (only_lists(rule, "list_ends", err) < 0)
		return -1;
	rule->list.ends = text_clean(&r->arena, value, SENTENCE_MAX);
	return 0;
}

static const char *const kinds[LIST_KINDS] = {
	[LIST_PUBLIC] = "public",
	[LIST_NETWORK] = "network",
	[LIST_PROVIDER] = "provider",
};

int
apply_list_kind(struct rules *r, struct rule *rule, struct slice value, struct err *err)
{
	(void)r;
	if (only_lists(rule, "list_kind", err) < 0)
		return -1;
	for (size_t i = 0; i < LIST_KINDS; i++)
		if (slice_eq(value, slice_str(kinds[i]))) {
			rule->list.kind = (enum list_kind)i;
			return 0;
		}
	return err_set(err, "list_kind %s: public, network or provider, not '%.*s'", rule->name,
		(int)slice_take(value, 40).len, (const char *)value.ptr);
}

int
apply_list_base(struct rules *r, struct rule *rule, struct slice value, struct err *err)
{
	double base;

	(void)r;
	if (only_lists(rule, "list_base", err) < 0)
		return -1;
	if (take_number(value, &base) < 0)
		return err_set(err, "list_base %s: '%.*s' is no number up to %g", rule->name,
			(int)slice_take(value, 40).len, (const char *)value.ptr, WEIGHT_MAX);
	rule->list.base = thousandths(base);
	return 0;
}

const char *
list_kind_word(enum list_kind kind)
{
	return kinds[kind];
}

void
list_begin(struct rule *rule, const char *shown)
{
	rule->list = (struct list_base){ .list = shown,
		.mentioned = shown,
		.wider = "",
		.ends = "",
		.base = thousandths(BASE_LOG_ODDS) };
}

/* ---- after reading ---- */

/* "{NAME}" or "{NAME%}" at the front. */
static bool
take_brace(struct slice *rest, struct slice *name, bool *percent)
{
	size_t end = slice_index(*rest, '}');

	if (rest->len == 0 || rest->ptr[0] != '{' || end == rest->len)
		return false;
	*name = slice_skip(slice_take(*rest, end), 1);
	*percent = name->len > 0 && name->ptr[name->len - 1] == '%';
	if (*percent)
		*name = slice_take(*name, name->len - 1);
	*rest = slice_skip(*rest, end + 1);
	return true;
}

static int
wrong_sentence(const struct rule *rule, size_t at, struct slice name, struct err *err)
{
	return err_set(err,
		"%s:%d:%zu: the sentence of %s names {%.*s}, which is neither counted per host nor "
		"a host rule",
		rule->described.file, rule->described.line, rule->described.column + at, rule->name,
		(int)slice_take(name, 40).len, (const char *)name.ptr);
}

static int
cut_sentence(struct rules *r, struct rule *rule, struct err *err)
{
	const char *start = rule->describe;

	for (struct slice rest = slice_str(start); rest.len > 0;) {
		struct sentence_piece piece = { .number = SIZE_MAX };
		size_t at = slice_index(rest, '{');
		struct slice name;

		piece.words = slice_take(rest, at);
		rest = slice_skip(rest, at);
		at = (size_t)((const char *)rest.ptr - start);
		if (take_brace(&rest, &name, &piece.percent)) {
			piece.number = rules_host_find(r, name, r->hosts_count);
			if (piece.number == SIZE_MAX)
				return wrong_sentence(rule, at, name, err);
		} else if (rest.len > 0) {
			return wrong_sentence(rule, at, rest, err);
		}
		struct sentence_piece *to = ARENA_PUSH(&r->arena, rule->pieces, PIECES_MAX);
		if (to == NULL)
			return err_set(err, "%s:%d:1: %s: more than %d numbers",
				rule->described.file, rule->described.line, rule->name, PIECES_MAX);
		*to = piece;
	}
	return 0;
}

static size_t
base_find(const struct rules *r, struct slice name)
{
	size_t i = 0;

	while (i < r->lists_count && !slice_eq(slice_str(r->lists[i].name), name))
		i++;
	return i;
}

int
rules_finish_lists(struct rules *r, struct err *err)
{
	r->bases = arena_array(&r->arena, r->lists_count + 1, sizeof *r->bases);
	if (r->bases == NULL)
		return err_set(err, "the rules need more than %d bytes", LIMIT_RULE_MEMORY);
	for (size_t i = 0; i < r->lists_count; i++) {
		r->bases[i] = r->lists[i].list;
		r->bases[i].id = r->lists[i].name;
		r->bases[i].description = r->lists[i].describe;
		r->bases[i].source = r->lists[i].source;
	}
	for (size_t i = 0; i < r->hosts_count; i++) {
		struct rule *rule = &r->hosts[i];
		struct err inner = { "" };

		for (size_t k = 0; k < rule->weights_count; k++)
			rule->weights[k].list = base_find(r, rule->weights[k].name);
		if (cut_sentence(r, rule, &inner) == 0)
			continue;
		if (!rule->stock)
			return err_set(err, "%s", inner.text);
		rule->pieces_count = 0;
	}
	return 0;
}

/* ---- on a host ---- */

/* Whole numbers as they are, others with two digits. */
static void
add_number(struct buf *out, double value, bool percent)
{
	if (percent)
		value *= 100;
	if (value == rint(value) && fabs(value) < 1e15)
		buf_printf(out, "%.0f", value);
	else
		buf_printf(out, percent ? "%.1f" : "%.2f", value);
	if (percent)
		buf_printf(out, " %%");
}

const char *
rule_sentence(
	const struct rule *rule, const double *numbers, const double *values, struct arena *arena)
{
	struct buf out;
	const char *sentence;

	if (rule->pieces_count == 0)
		return *rule->describe != '\0' ? rule->describe : rule->name;
	buf_init(&out, 8 * SENTENCE_MAX);
	for (size_t i = 0; i < rule->pieces_count; i++) {
		const struct sentence_piece *p = &rule->pieces[i];

		buf_add(&out, p->words);
		if (p->number != SIZE_MAX)
			add_number(&out,
				p->number < HOST_NUMBERS_COUNT
					? numbers[p->number]
					: values[p->number - HOST_NUMBERS_COUNT],
				p->percent);
	}
	sentence = arena_string(arena, buf_slice(&out));
	buf_release(&out);
	return sentence;
}

static const struct rules *
in_force(void *ctx)
{
	const struct rules *const *r = ctx;

	return *r;
}

static const struct list_base *
bases_of(void *ctx, size_t *count)
{
	const struct rules *r = in_force(ctx);

	*count = r == NULL ? 0 : r->lists_count;
	return r == NULL ? NULL : r->bases;
}

static void
add(void *ctx, const double *numbers, int64_t *sums)
{
	const struct rules *r = in_force(ctx);
	double values[LIMIT_HOST_RULES];

	if (r == NULL)
		return;
	rules_host_values(r, numbers, values);
	for (size_t i = 0; i < r->hosts_count; i++) {
		const struct rule *rule = &r->hosts[i];

		for (size_t k = 0; values[i] != 0 && !rule->off && k < rule->weights_count; k++)
			sums[rule->weights[k].list] +=
				thousandths(values[i] * rule->weights[k].weight);
	}
}

static size_t
weigh(void *ctx, const double *numbers, struct arena *arena, struct list_reason *out, size_t max)
{
	const struct rules *r = in_force(ctx);
	double values[LIMIT_HOST_RULES];
	size_t n = 0;

	if (r == NULL)
		return 0;
	rules_host_values(r, numbers, values);
	for (size_t i = 0; i < r->hosts_count; i++) {
		const struct rule *rule = &r->hosts[i];
		const char *why = NULL;

		for (size_t k = 0; values[i] != 0 && !rule->off && k < rule->weights_count; k++) {
			int64_t adds = thousandths(values[i] * rule->weights[k].weight);

			if (adds == 0 || n == max)
				continue;
			if (why == NULL && arena != NULL)
				why = rule_sentence(rule, numbers, values, arena);
			out[n++] = (struct list_reason){ .list = rule->weights[k].list,
				.log_odds = adds,
				.rule = rule->name,
				.source = rule->source,
				.why = why,
				.cure = rule->cure };
		}
	}
	return n;
}

struct list_rules
rules_of_lists(const struct rules **rules)
{
	return (struct list_rules){ .ctx = rules, .bases = bases_of, .add = add, .weigh = weigh };
}
