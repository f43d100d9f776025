#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/text.h"
#include "sensor/score/rules.h"

#define NAME_BYTES 64	 /* of a rule */
#define SENTENCE_MAX 250 /* bytes of a description, label or source */
#define SCORE_MAX 1000.0
#define META_DEPTH 32 /* metas that name each other */

static int
apply_score(struct rules *r, struct rule *rule, struct slice value, struct err *err)
{
	(void)r;
	double scores[4];
	size_t n = 0;
	for (struct slice word; (word = rule_word(&value)).len > 0; n++) {
		char text[32];
		char *end;
		if (n == 4 || word.len >= sizeof text)
			return err_set(err, "score %s: one number or four", rule->name);
		memcpy(text, word.ptr, word.len);
		text[word.len] = '\0';
		scores[n] = strtod(text, &end);
		if (*end != '\0' || !isfinite(scores[n]) || fabs(scores[n]) > SCORE_MAX)
			return err_set(err, "score %s: '%s' is no number up to %g", rule->name,
				text, SCORE_MAX);
	}
	if (n != 1 && n != 4)
		return err_set(err, "score %s: one number or four", rule->name);
	/* SpamAssassin's four are: plain; with network tests; with Bayes; with both.  Ours is
	 * plain. */
	rule->score = scores[0];
	return 0;
}

static const char *
sentence(struct rules *r, struct slice value)
{
	return text_clean(&r->arena, value, SENTENCE_MAX);
}

static int
apply_describe(struct rules *r, struct rule *rule, struct slice value, struct err *err)
{
	(void)err;
	rule->describe = sentence(r, value);
	return 0;
}

static int
apply_source(struct rules *r, struct rule *rule, struct slice value, struct err *err)
{
	(void)err;
	rule->source = sentence(r, value);
	return 0;
}

static int
apply_label(struct rules *r, struct rule *rule, struct slice value, struct err *err)
{
	for (size_t i = 0; i < value.len; i++)
		if (!chars_is(value.ptr[i], CHAR_ALPHA | CHAR_DIGIT) && value.ptr[i] != '-')
			return err_set(
				err, "label %s: one word of letters, digits and '-'", rule->name);
	rule->label = sentence(r, value);
	return 0;
}

static const struct {
	const char *word;
	int (*apply)(struct rules *r, struct rule *rule, struct slice value, struct err *err);
} attributes[] = {
	{ "score", apply_score },
	{ "describe", apply_describe },
	{ "source", apply_source },
	{ "label", apply_label },
};

/* Puts file and line in front of what `inner` says. */
static int
fail_at(const char *file, int line, const struct err *inner, struct err *err)
{
	return err_set(err, "%s:%d: %s", file, line, inner->text);
}

static int
check_name(struct slice name, struct err *err)
{
	bool good = name.len > 0 && name.len <= NAME_BYTES && !chars_is(name.ptr[0], CHAR_DIGIT);
	for (size_t i = 0; good && i < name.len; i++)
		good = chars_is(name.ptr[i], CHAR_ALPHA | CHAR_DIGIT) || name.ptr[i] == '_';
	if (good)
		return 0;
	return err_set(err,
		"a rule's name is expected (letters, digits, '_'; at most %d), not '%.*s'",
		NAME_BYTES, (int)slice_take(name, 40).len, (const char *)name.ptr);
}

static int
attribute_add(struct rules *r, size_t which, struct attribute in, struct err *err)
{
	struct attribute *a = ARENA_PUSH(&r->arena, r->attributes, 8 * LIMIT_RULES);
	if (a == NULL)
		return err_set(err, "too many rules");
	*a = in;
	a->apply = attributes[which].apply;
	if (a->value.len == 0)
		return err_set(
			err, "%s: something is expected after the name", attributes[which].word);
	return 0;
}

static int
line_read(struct rules *r, struct slice text, const char *file, int line, struct err *err)
{
	struct slice rest = text, word = rule_word(&rest);
	if (word.len == 0)
		return 0;
	struct slice name = rule_word(&rest);
	for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
		if (!slice_eq(word, slice_str(attributes[i].word)))
			continue;
		struct attribute a = { .name = arena_copy(&r->arena, name),
			.value = arena_copy(&r->arena, rest),
			.file = file,
			.line = line };
		return check_name(name, err) < 0 ? -1 : attribute_add(r, i, a, err);
	}
	struct rule rule = {
		.file = file, .line = line, .describe = "", .source = "", .label = "", .score = 1.0
	};
	if (rule_parse(r, word, rest, &rule, err) < 0 || check_name(name, err) < 0) {
		pattern_free(rule.pattern);
		return -1;
	}
	rule.name = arena_string(&r->arena, name);
	rule.hidden = slice_starts(name, SLICE("__"));
	struct rule *to = ARENA_PUSH(&r->arena, r->rules, LIMIT_RULES);
	if (to == NULL) {
		pattern_free(rule.pattern);
		return err_set(err, "too many rules (at most %d)", LIMIT_RULES);
	}
	*to = rule;
	return 0;
}

/* '#' begins a comment, "\#" is a '#': PCRE2 reads both alike. */
static struct slice
without_comment(struct slice line)
{
	for (size_t i = 0; i < line.len; i++) {
		if (line.ptr[i] == '\\')
			i++;
		else if (line.ptr[i] == '#')
			return slice_take(line, i);
	}
	return line;
}

int
rules_read(struct rules *r, const char *file, struct slice text, struct err *err)
{
	file = arena_string(&r->arena, slice_str(file));
	for (int line = 1; text.len > 0; line++) {
		struct err inner = { "" };
		if (line_read(r, without_comment(slice_split(&text, '\n')), file, line, &inner) < 0)
			return fail_at(file, line, &inner, err);
		if (r->arena.full)
			return err_set(err, "%s:%d: the rules need more than %d bytes", file, line,
				LIMIT_RULE_MEMORY);
	}
	return 0;
}

/* ---- after the last file ---- */

static int
compare_names(const void *a, const void *b, void *ctx)
{
	const struct rules *r = ctx;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	int d = strcmp(r->rules[x].name, r->rules[y].name);
	return d != 0 ? d : (x > y) - (x < y);
}

static int
sort_names(struct rules *r, struct err *err)
{
	r->by_name = arena_array(&r->arena, r->rules_count + 1, sizeof *r->by_name);
	if (r->by_name == NULL)
		return err_set(err, "the rules need more than %d bytes", LIMIT_RULE_MEMORY);
	for (size_t i = 0; i < r->rules_count; i++)
		r->by_name[i] = i;
	qsort_r(r->by_name, r->rules_count, sizeof *r->by_name, compare_names, r);
	for (size_t i = 1; i < r->rules_count; i++) {
		const struct rule *first = &r->rules[r->by_name[i - 1]];
		const struct rule *second = &r->rules[r->by_name[i]];
		if (strcmp(first->name, second->name) == 0)
			return err_set(err, "%s:%d: %s is defined already at %s:%d", second->file,
				second->line, second->name, first->file, first->line);
	}
	return 0;
}

/* Index of the rule, or rules_count. */
static size_t
rule_find(const struct rules *r, struct slice name)
{
	size_t low = 0, high = r->rules_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct slice here = slice_str(r->rules[r->by_name[middle]].name);
		int d = memcmp(name.ptr, here.ptr, name.len < here.len ? name.len : here.len);
		if (d == 0 && name.len == here.len)
			return r->by_name[middle];
		if (d < 0 || (d == 0 && name.len < here.len))
			high = middle;
		else
			low = middle + 1;
	}
	return r->rules_count;
}

static int
apply_attributes(struct rules *r, struct err *err)
{
	for (size_t i = 0; i < r->attributes_count; i++) {
		const struct attribute *a = &r->attributes[i];
		struct err inner = { "" };
		size_t rule = rule_find(r, a->name);
		if (rule == r->rules_count)
			return err_set(err, "%s:%d: there is no rule %.*s", a->file, a->line,
				(int)a->name.len, (const char *)a->name.ptr);
		if (a->apply(r, &r->rules[rule], a->value, &inner) < 0)
			return fail_at(a->file, a->line, &inner, err);
	}
	return 0;
}

static int
resolve_names(struct rules *r, struct rule *rule, struct err *err)
{
	for (size_t s = 0; s < rule->expr.steps_count; s++) {
		struct expr_step *step = &rule->expr.steps[s];
		if (step->op != EXPR_NAME)
			continue;
		step->rule = rule_find(r, step->name);
		if (step->rule == r->rules_count)
			return err_set(err, "%s:%d: %s names %.*s, which is no rule", rule->file,
				rule->line, rule->name, (int)step->name.len,
				(const char *)step->name.ptr);
	}
	return 0;
}

/* A meta needs what its rules need.  Going META_DEPTH rounds over all metas settles every chain of
 * that length; one that has not settled then is longer, or a circle. */
static int
settle_metas(struct rules *r, struct err *err)
{
	unsigned *depth = arena_array(&r->arena, r->rules_count + 1, sizeof *depth);
	bool moved = true;
	for (unsigned round = 0; depth != NULL && moved; round++) {
		moved = false;
		for (size_t i = 0; i < r->rules_count; i++) {
			struct rule *rule = &r->rules[i];
			for (size_t s = 0; s < rule->expr.steps_count; s++) {
				const struct expr_step *step = &rule->expr.steps[s];
				if (step->op != EXPR_NAME)
					continue;
				const struct rule *other = &r->rules[step->rule];
				rule->needs_message = rule->needs_message || other->needs_message;
				rule->needs_whole = rule->needs_whole || other->needs_whole ||
						    (rule->expr.absence && other->needs_message);
				if (depth[i] <= depth[step->rule]) {
					depth[i] = depth[step->rule] + 1;
					moved = true;
				}
			}
			if (depth[i] > META_DEPTH)
				return err_set(err,
					"%s:%d: %s names itself by way of others, or more than %d "
					"deep",
					rule->file, rule->line, rule->name, META_DEPTH);
		}
	}
	return 0;
}

int
rules_finish(struct rules *r, struct err *err)
{
	if (sort_names(r, err) < 0 || apply_attributes(r, err) < 0)
		return -1;
	for (size_t i = 0; i < r->rules_count; i++)
		if (resolve_names(r, &r->rules[i], err) < 0)
			return -1;
	return settle_metas(r, err);
}
