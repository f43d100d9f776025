#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/score/rules.h"

#define SHOWN(s) (int)slice_take((s), 60).len, (const char *)(s).ptr

struct slice
rule_word(struct slice *rest)
{
	*rest = slice_trim(*rest);
	size_t n = 0;
	while (n < rest->len && !chars_is(rest->ptr[n], CHAR_SPACE))
		n++;
	struct slice word = slice_take(*rest, n);
	*rest = slice_trim(slice_skip(*rest, n));
	return word;
}

static uint8_t
closing(uint8_t open)
{
	static const char pairs[] = "{}()[]<>";
	for (size_t i = 0; pairs[i] != '\0'; i += 2)
		if (open == (uint8_t)pairs[i])
			return (uint8_t)pairs[i + 1];
	return open;
}

/* Where the expression that begins with its delimiter ends: the closing one, or the length of s.  A
 * backslash keeps a delimiter from counting, and brackets nest, as in Perl. */
static size_t
expression_end(struct slice s)
{
	uint8_t open = s.ptr[0], close = closing(open);
	size_t depth = 1;
	for (size_t n = 1; n < s.len; n++) {
		uint8_t c = s.ptr[n];
		if (c == '\\')
			n++;
		else if (c == close && --depth == 0)
			return n;
		else if (c == open && open != close)
			depth++;
	}
	return s.len;
}

/* "/…/flags" or "m{…}flags" at the front of *rest. */
static int
take_pattern(struct rules *r, struct slice *rest, struct rule *rule, struct err *err)
{
	struct slice s = *rest;
	if (s.len > 0 && s.ptr[0] == 'm')
		s = slice_skip(s, 1);
	if (s.len == 0 || chars_is(s.ptr[0], CHAR_ALPHA | CHAR_DIGIT | CHAR_SPACE) ||
		(s.len == rest->len && s.ptr[0] != '/'))
		return err_set(err, "a regular expression is expected, as /…/ or m{…}");
	size_t n = expression_end(s);
	if (n >= s.len)
		return err_set(
			err, "the regular expression has no closing '%c'", closing(s.ptr[0]));
	struct slice expression = slice_skip(slice_take(s, n), 1);
	s = slice_skip(s, n + 1);
	size_t flags = 0;
	while (flags < s.len && chars_is(s.ptr[flags], CHAR_ALPHA))
		flags++;
	rule->pattern = pattern_new(r->patterns, expression, slice_take(s, flags), err);
	*rest = slice_trim(slice_skip(s, flags));
	return rule->pattern == NULL ? -1 : 0;
}

static int
at_end(struct slice rest, struct err *err)
{
	if (slice_trim(rest).len == 0)
		return 0;
	return err_set(err, "'%.*s' is too much at the end", SHOWN(rest));
}

static int
take_match_operator(struct slice *rest, struct rule *rule, struct err *err)
{
	struct slice op = rule_word(rest);
	rule->negate = slice_eq(op, SLICE("!~"));
	if (!rule->negate && !slice_eq(op, SLICE("=~")))
		return err_set(err, "=~ or !~ is expected, not '%.*s'", SHOWN(op));
	rule->needs_whole = rule->negate;
	return 0;
}

static int
set_target(struct rules *r, struct slice text, struct rule *rule, struct err *err)
{
	struct target target;
	if (target_parse(text, &r->arena, &target, err) < 0)
		return -1;
	rule->needs_message = !target.envelope_from;
	for (size_t i = 0; i < r->targets_count; i++)
		if (target_eq(&r->targets[i], &target)) {
			rule->target = i;
			return 0;
		}
	struct target *to = ARENA_PUSH(&r->arena, r->targets, LIMIT_RULES);
	if (to == NULL)
		return err_set(err, "too many rules");
	*to = target;
	rule->target = r->targets_count - 1;
	return 0;
}

static int
parse_number(struct slice text, double *out, struct err *err)
{
	char copy[32];
	char *end;
	text = slice_trim(text);
	if (text.len == 0 || text.len >= sizeof copy)
		return err_set(err, "a number is expected, not '%.*s'", SHOWN(text));
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	*out = strtod(copy, &end);
	if (*end != '\0' || !isfinite(*out))
		return err_set(err, "'%s' is no number", copy);
	return 0;
}

/* A word of an eval's parentheses without its quotes. */
static int
take_argument(struct rules *r, struct slice word, struct rule *rule, struct err *err)
{
	struct eval_arguments *a = &rule->arguments;
	struct err ignored;
	word = slice_trim(word);
	if (word.len >= 2 && (word.ptr[0] == '\'' || word.ptr[0] == '"') &&
		word.ptr[word.len - 1] == word.ptr[0])
		word = slice_take(slice_skip(word, 1), word.len - 2);
	if (a->count == rule->eval->most)
		return err_set(err, "eval:%s takes at most %zu arguments", rule->eval->name,
			rule->eval->most);
	a->words[a->count] = arena_copy(&r->arena, word);
	if (parse_number(word, &a->numbers[a->count], &ignored) < 0)
		a->numbers[a->count] = NAN;
	a->count++;
	return 0;
}

/* eval:name() or eval:name(12, 'word') */
static int
parse_eval(struct rules *r, struct slice text, struct rule *rule, struct err *err)
{
	struct slice rest = text, name = slice_split(&rest, '(');
	rule->kind = RULE_EVAL;
	rule->needs_message = rule->needs_whole = true;
	rule->eval = eval_find(name);
	if (rule->eval == NULL)
		return err_set(err, "eval:%.*s: there is no such test", SHOWN(name));
	if (rest.len == 0 || rest.ptr[rest.len - 1] != ')')
		return err_set(
			err, "eval:%s: parentheses are expected at the end", rule->eval->name);
	rest = slice_trim(slice_take(rest, rest.len - 1));
	while (rest.len > 0)
		if (take_argument(r, slice_split(&rest, ','), rule, err) < 0)
			return -1;
	if (rule->arguments.count < rule->eval->least)
		return err_set(
			err, "eval:%s needs %zu arguments", rule->eval->name, rule->eval->least);
	return 0;
}

/* [if-unset: value] */
static int
take_if_unset(struct rules *r, struct slice rest, struct rule *rule, struct err *err)
{
	if (rest.len == 0)
		return 0;
	if (!slice_starts(rest, SLICE("[if-unset:")) || rest.ptr[rest.len - 1] != ']')
		return at_end(rest, err);
	rest = slice_skip(rest, SLICE("[if-unset:").len);
	rule->if_unset = arena_string(&r->arena, slice_trim(slice_take(rest, rest.len - 1)));
	return 0;
}

static int
parse_header(struct rules *r, struct slice rest, struct rule *rule, struct err *err)
{
	struct slice what = rule_word(&rest);
	if (slice_starts(what, SLICE("eval:")) && what.len > 5)
		return parse_eval(r, slice_skip(what, 5), rule, err) < 0 ? -1 : at_end(rest, err);
	if (slice_starts(what, SLICE("exists:"))) {
		rule->kind = RULE_EXISTS;
		return set_target(r, slice_skip(what, 7), rule, err) < 0 ? -1 : at_end(rest, err);
	}
	rule->kind = RULE_HEADER;
	if (set_target(r, what, rule, err) < 0 || take_match_operator(&rest, rule, err) < 0 ||
		take_pattern(r, &rest, rule, err) < 0)
		return -1;
	return take_if_unset(r, rest, rule, err);
}

static int
parse_body(struct rules *r, struct slice rest, struct rule *rule, struct err *err)
{
	if (slice_starts(rest, SLICE("eval:")))
		return parse_header(r, rest, rule, err);
	rule->kind = RULE_BODY;
	rule->needs_message = true;
	return take_pattern(r, &rest, rule, err) < 0 ? -1 : at_end(rest, err);
}

static int
parse_uri(struct rules *r, struct slice rest, struct rule *rule, struct err *err)
{
	rule->kind = RULE_URI;
	rule->needs_message = true;
	return take_pattern(r, &rest, rule, err) < 0 ? -1 : at_end(rest, err);
}

/* needs_message and needs_whole follow from the rules named, once all are read. */
static int
parse_meta(struct rules *r, struct slice rest, struct rule *rule, struct err *err)
{
	rule->kind = RULE_META;
	return expr_parse(arena_copy(&r->arena, rest), &r->arena, &rule->expr, err);
}

static int
take_compare(struct slice *rest, struct rule *rule, struct err *err)
{
	static const struct {
		const char *text;
		enum compare compare;
	} words[] = { { "<", COMPARE_LESS }, { "<=", COMPARE_LESS_EQUAL }, { "==", COMPARE_EQUAL },
		{ "!=", COMPARE_UNEQUAL }, { ">=", COMPARE_GREATER_EQUAL },
		{ ">", COMPARE_GREATER } };
	struct slice word = rule_word(rest);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (slice_eq(word, slice_str(words[i].text))) {
			rule->compare = words[i].compare;
			return 0;
		}
	return err_set(err, "< <= == != >= or > is expected, not '%.*s'", SHOWN(word));
}

static int
parse_session(struct rules *r, struct slice rest, struct rule *rule, struct err *err)
{
	struct slice name = rule_word(&rest);
	rule->kind = RULE_SESSION;
	rule->field = session_field_find(name);
	if (rule->field == NULL)
		return err_set(err, "'%.*s' is not known of a session; known are %s", SHOWN(name),
			session_field_names(&r->arena));
	if (rule->field->number != NULL)
		return take_compare(&rest, rule, err) < 0 ? -1
							  : parse_number(rest, &rule->number, err);
	if (take_match_operator(&rest, rule, err) < 0 || take_pattern(r, &rest, rule, err) < 0)
		return -1;
	rule->needs_whole = false;
	return at_end(rest, err);
}

static int
parse_fault(struct rules *r, struct slice rest, struct rule *rule, struct err *err)
{
	(void)r;
	struct slice name = rule_word(&rest);
	rule->kind = RULE_FAULT;
	rule->needs_message = rule->needs_whole = true;
	for (int bit = 0; *message_fault_name((enum message_fault)(1 << bit)) != '\0'; bit++)
		if (slice_eq(name, slice_str(message_fault_name((enum message_fault)(1 << bit))))) {
			rule->fault = (enum message_fault)(1 << bit);
			return at_end(rest, err);
		}
	return err_set(err, "'%.*s' is no fault of a header", SHOWN(name));
}

static const struct {
	const char *word;
	int (*parse)(struct rules *r, struct slice rest, struct rule *rule, struct err *err);
} kinds[] = {
	{ "header", parse_header },
	{ "body", parse_body },
	{ "uri", parse_uri },
	{ "meta", parse_meta },
	{ "session", parse_session },
	{ "fault", parse_fault },
};

int
rule_parse(
	struct rules *r, struct slice kind, struct slice rest, struct rule *rule, struct err *err)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (slice_eq(kind, slice_str(kinds[i].word)))
			return kinds[i].parse(r, rest, rule, err);
	return err_set(err, "'%.*s' is no word of this language", SHOWN(kind));
}
