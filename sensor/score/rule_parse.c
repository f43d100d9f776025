/* Lines that define a rule. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/text.h"
#include "sensor/score/list_rule.h"
#include "sensor/score/rule_reader.h"

#define SHOWN(s) (int)slice_take((s), 60).len, (const char *)(s).ptr
#define ARGUMENT_NUMBER 32 /* bytes */
#define LIST_NAME_MAX 64   /* bytes */

static int
at_end(struct reader *rd, struct slice rest)
{
	rest = slice_trim(rest);
	return rest.len == 0
		       ? 0
		       : reader_fail(rd, rest.ptr, "'%.*s' is too much at the end", SHOWN(rest));
}

static size_t
column_of(const struct reader *rd, struct slice at)
{
	return reader_column(rd, at.ptr);
}

/* The rest of the line is a regular expression; compiled when all files are read. */
static int
take_regex(struct reader *rd, struct slice rest, struct rule *rule)
{
	size_t at;
	if (rule_regex_take(rest, false, &rule->regex, &at, &rd->err) < 0)
		return rest.len == 0 ? reader_fault(rd, rd->text.ptr + rd->text.len)
				     : reader_fault(rd, rest.ptr + at);
	rule->column = column_of(rd, rule->regex.expression);
	rule->regex.expression = arena_copy(&rd->rules->arena, rule->regex.expression);
	return 0;
}

/* =~ or !~ */
static int
take_match_operator(struct reader *rd, struct slice *rest, struct rule *rule)
{
	*rest = slice_trim(*rest);
	rule->negate = slice_starts(*rest, SLICE("!~"));
	if (!rule->negate && !slice_starts(*rest, SLICE("=~")))
		return reader_fail(rd, rest->ptr, "=~ or !~ is expected, not '%.*s'",
			(int)slice_take(*rest, 8).len, (const char *)rest->ptr);
	rule->needs_whole = rule->negate;
	*rest = slice_trim(slice_skip(*rest, 2));
	return 0;
}

static int
set_target(struct reader *rd, struct slice text, struct rule *rule)
{
	struct rules *r = rd->rules;
	struct target target;
	if (target_parse(text, &r->arena, &target, &rd->err) < 0)
		return reader_fault(rd, text.ptr);
	target.delivered = rule->delivered;
	rule->needs_message = !target.envelope_from;
	for (size_t i = 0; i < r->targets_count; i++)
		if (target_eq(&r->targets[i], &target)) {
			rule->target = i;
			return 0;
		}
	struct target *to = ARENA_PUSH(&r->arena, r->targets, LIMIT_RULES);
	if (to == NULL)
		return reader_fail(rd, NULL, "too many rules");
	*to = target;
	rule->target = r->targets_count - 1;
	return 0;
}

static int
parse_number(struct slice text, double *out)
{
	char copy[ARGUMENT_NUMBER];
	char *end;
	if (text.len == 0 || text.len >= sizeof copy)
		return -1;
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	*out = strtod(copy, &end);
	return *end != '\0' || !isfinite(*out) ? -1 : 0;
}

/* ---- eval:NAME(arguments) ---- */

/* Of a quoted word: where its closing quote is, one before "," or the end; or the length. */
static size_t
quote_end(struct slice s)
{
	for (size_t i = 1; i < s.len; i++) {
		struct slice behind = slice_trim(slice_skip(s, i + 1));
		if (s.ptr[i] == s.ptr[0] && (behind.len == 0 || behind.ptr[0] == ','))
			return i;
	}
	return s.len;
}

/* Of /…/i or qr{…}i: likewise. */
static size_t
regex_end(struct slice s)
{
	for (size_t i = 1; i < s.len; i++)
		if (s.ptr[i] == ',' || i + 1 == s.len) {
			struct slice one = slice_trim(slice_take(s, i + (s.ptr[i] != ',')));
			struct rule_regex regex;
			struct err ignored = { "" };
			size_t at;
			if (rule_regex_take(one, false, &regex, &at, &ignored) == 0)
				return one.len;
		}
	return s.len;
}

static int
add_argument(struct reader *rd, struct slice word, struct rule *rule)
{
	struct eval_arguments *a = &rule->arguments;
	if (a->count == EVAL_ARGUMENTS)
		return reader_fail(rd, word.ptr, "more than %d arguments", EVAL_ARGUMENTS);
	if (parse_number(word, &a->numbers[a->count]) < 0)
		a->numbers[a->count] = NAN;
	if (rule->eval != NULL && rule->eval->pattern == a->count + 1) {
		size_t at;
		if (rule_regex_take(word, true, &rule->regex, &at, &rd->err) < 0)
			return reader_fault(rd, word.ptr + at);
		rule->column = column_of(rd, rule->regex.expression);
		rule->regex.expression = arena_copy(&rd->rules->arena, rule->regex.expression);
	}
	a->words[a->count++] = slice_str(arena_string(&rd->rules->arena, word));
	return 0;
}

static int
take_arguments(struct reader *rd, struct slice rest, struct rule *rule)
{
	for (rest = slice_trim(rest); rest.len > 0; rest = slice_trim(rest)) {
		struct slice word;
		if (rest.ptr[0] == '\'' || rest.ptr[0] == '"') {
			size_t end = quote_end(rest);
			if (end == rest.len)
				return reader_fail(
					rd, rest.ptr, "there is no closing %c", rest.ptr[0]);
			word = slice_skip(slice_take(rest, end), 1);
			rest = slice_trim(slice_skip(rest, end + 1));
		} else {
			bool regex = rest.ptr[0] == '/' || slice_starts(rest, SLICE("qr"));
			size_t end = regex ? regex_end(rest) : slice_index(rest, ',');
			word = slice_trim(slice_take(rest, end));
			rest = slice_trim(slice_skip(rest, end));
		}
		if (add_argument(rd, word, rule) < 0)
			return -1;
		if (rest.len > 0 && rest.ptr[0] != ',')
			return reader_fail(rd, rest.ptr, "',' is expected between arguments");
		rest = slice_skip(rest, 1);
	}
	return 0;
}

/* What is not known is a rule all the same, so that what is said of it by name is said of
 * something. */
static int
parse_eval(struct reader *rd, struct slice text, struct rule *rule)
{
	struct slice rest = slice_trim(text), name = slice_trim(slice_split(&rest, '('));
	bool whole = rest.len > 0 && rest.ptr[rest.len - 1] == ')';
	rule->kind = RULE_EVAL;
	rule->needs_message = rule->needs_whole = true;
	if (!rule_name_good(name) || !whole)
		return reader_fail(rd, text.ptr,
			"eval:NAME(…): a name is expected, and parentheses at the end");
	rule->eval = eval_find(name);
	if (take_arguments(rd, slice_take(rest, rest.len - 1), rule) < 0)
		return -1;
	if (rule->eval == NULL) {
		rule->left_out = arena_printf(
			&rd->rules->arena, "%.*s", (int)name.len, (const char *)name.ptr);
		return 0;
	}
	size_t count = rule->arguments.count;
	if (count > rule->eval->most && rule->eval->most == 0)
		return reader_fail(rd, text.ptr, "eval:%s takes nothing", rule->eval->name);
	if (count > rule->eval->most)
		return reader_fail(rd, text.ptr, "eval:%s takes at most %zu arguments",
			rule->eval->name, rule->eval->most);
	if (count < rule->eval->least)
		return reader_fail(rd, text.ptr, "eval:%s needs %zu arguments", rule->eval->name,
			rule->eval->least);
	return 0;
}

/* eval:… or rbleval:… at the front. */
static bool
is_eval(struct slice *rest)
{
	if (slice_starts(*rest, SLICE("rbleval:")))
		*rest = slice_skip(*rest, 3);
	if (!slice_starts(*rest, SLICE("eval:")))
		return false;
	*rest = slice_skip(*rest, 5);
	return true;
}

/* ---- kinds ---- */

/* "[if-unset: value]" at the end. */
static struct slice
take_if_unset(struct reader *rd, struct slice rest, struct rule *rule)
{
	size_t at = slice_find(rest, SLICE("[if-unset:"));
	if (at >= rest.len || at == 0 || rest.ptr[rest.len - 1] != ']' ||
		!chars_is(rest.ptr[at - 1], CHAR_SPACE))
		return rest;
	struct slice value = slice_skip(slice_take(rest, rest.len - 1), at + 10);
	rule->if_unset = arena_string(&rd->rules->arena, slice_trim(value));
	return slice_trim(slice_take(rest, at));
}

/* Up to a space or an operator. */
static struct slice
take_field(struct slice *rest)
{
	size_t n = 0;
	while (n < rest->len && !chars_is(rest->ptr[n], CHAR_SPACE) && rest->ptr[n] != '=' &&
		rest->ptr[n] != '!')
		n++;
	struct slice field = slice_take(*rest, n);
	*rest = slice_trim(slice_skip(*rest, n));
	if (field.len > 1 && field.ptr[field.len - 1] == ':')
		field = slice_take(field, field.len - 1);
	return field;
}

static int
parse_header(struct reader *rd, struct slice rest, struct rule *rule)
{
	if (is_eval(&rest))
		return parse_eval(rd, rest, rule);
	struct slice field = take_field(&rest);
	if (field.len == 0)
		return reader_fail(rd, rest.ptr, "a header field is expected");
	if (slice_starts(field, SLICE("exists:"))) {
		rule->kind = RULE_EXISTS;
		return set_target(rd, slice_skip(field, 7), rule) < 0 ? -1 : at_end(rd, rest);
	}
	rule->kind = RULE_HEADER;
	if (set_target(rd, field, rule) < 0 || take_match_operator(rd, &rest, rule) < 0)
		return -1;
	return take_regex(rd, take_if_unset(rd, rest, rule), rule);
}

static int
parse_mimeheader(struct reader *rd, struct slice rest, struct rule *rule)
{
	if (parse_header(rd, rest, rule) < 0)
		return -1;
	if (rule->kind != RULE_HEADER)
		return reader_fail(rd, rest.ptr, "mimeheader: FIELD =~ /…/ is expected");
	rule->kind = RULE_MIMEHEADER;
	rule->needs_message = true;
	return 0;
}

static int
parse_text(struct reader *rd, struct slice rest, struct rule *rule, enum rule_kind kind)
{
	rule->arguments.rawbody = kind == RULE_RAWBODY;
	if (kind != RULE_URI && is_eval(&rest))
		return parse_eval(rd, rest, rule);
	rule->kind = kind;
	rule->needs_message = true;
	return take_regex(rd, rest, rule);
}

static int
parse_body(struct reader *rd, struct slice rest, struct rule *rule)
{
	return parse_text(rd, rest, rule, RULE_BODY);
}

static int
parse_rawbody(struct reader *rd, struct slice rest, struct rule *rule)
{
	return parse_text(rd, rest, rule, RULE_RAWBODY);
}

static int
parse_full(struct reader *rd, struct slice rest, struct rule *rule)
{
	return parse_text(rd, rest, rule, RULE_FULL);
}

static int
parse_uri(struct reader *rd, struct slice rest, struct rule *rule)
{
	return parse_text(rd, rest, rule, RULE_URI);
}

/* needs_message and needs_whole follow from the rules named, once all are read. */
static int
parse_meta(struct reader *rd, struct slice rest, struct rule *rule)
{
	struct slice inside = rest;
	rule->kind = RULE_META;
	if (rest.len > 1 && rest.ptr[0] == '(' && rest.ptr[rest.len - 1] == ')' &&
		slice_trim(slice_skip(slice_take(inside, rest.len - 1), 1)).len == 0)
		rest = SLICE("0"); /* "()": set by somebody else, which is nobody here */
	struct slice copy = arena_copy(&rd->rules->arena, rest);
	rule->formula = copy;
	rule->column = column_of(rd, inside);
	if (expr_parse(copy, &rd->rules->arena, &rule->expr, &rd->err) < 0)
		return reader_fault(rd, inside.ptr == NULL ? rd->text.ptr + rd->text.len
							   : inside.ptr + rule->expr.fault);
	return 0;
}

static int
take_compare(struct reader *rd, struct slice *rest, struct rule *rule)
{
	static const struct {
		const char *text;
		enum compare compare;
	} words[] = { { "<=", COMPARE_LESS_EQUAL }, { ">=", COMPARE_GREATER_EQUAL },
		{ "==", COMPARE_EQUAL }, { "!=", COMPARE_UNEQUAL }, { "<", COMPARE_LESS },
		{ ">", COMPARE_GREATER } };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (slice_starts(*rest, slice_str(words[i].text))) {
			rule->compare = words[i].compare;
			*rest = slice_trim(slice_skip(*rest, strlen(words[i].text)));
			if (parse_number(*rest, &rule->number) == 0)
				return 0;
			return reader_fail(rd, rest->ptr == NULL ? rd->text.ptr : rest->ptr,
				"'%.*s' is no number", SHOWN(*rest));
		}
	return reader_fail(
		rd, rest->ptr, "< <= == != >= or > is expected, not '%.*s'", SHOWN(*rest));
}

static int
parse_session(struct reader *rd, struct slice rest, struct rule *rule)
{
	size_t end = 0;
	while (end < rest.len && strchr(" \t=!<>", rest.ptr[end]) == NULL)
		end++;
	struct slice name = slice_take(rest, end);
	rest = slice_trim(slice_skip(rest, end));
	rule->kind = RULE_SESSION;
	rule->field = session_field_find(name);
	if (rule->field == NULL)
		return reader_fail(rd, name.ptr,
			"'%.*s' is not known of a session: 'heloscope rules fields' lists what is",
			SHOWN(name));
	if (rule->field->number != NULL)
		return take_compare(rd, &rest, rule);
	if (take_match_operator(rd, &rest, rule) < 0 || take_regex(rd, rest, rule) < 0)
		return -1;
	rule->needs_whole = false;
	return 0;
}

static int
parse_fault(struct reader *rd, struct slice rest, struct rule *rule)
{
	struct slice name = rule_word(&rest);
	rule->kind = RULE_FAULT;
	rule->needs_message = rule->needs_whole = true;
	if (fault_test_parse(name, &rd->rules->arena, &rule->fault, &rd->err) < 0)
		return reader_fault(rd, name.ptr);
	return at_end(rd, rest);
}

/* Names are resolved once all are read: host_rule.c. */
static int
parse_host(struct reader *rd, struct slice rest, struct rule *rule)
{
	if (parse_meta(rd, rest, rule) < 0)
		return -1;
	rule->kind = RULE_HOST;
	return 0;
}

/* list NAME as it is shown */
static int
parse_list(struct reader *rd, struct slice rest, struct rule *rule)
{
	rule->kind = RULE_LIST;
	if (rest.len == 0)
		return reader_fail(rd, rest.ptr, "the list's name as it is shown is expected");
	list_begin(rule, text_clean(&rd->rules->arena, rest, LIST_NAME_MAX));
	return 0;
}

/* Words of plugins that ask the network: the name is that of a rule that is left out. */
static int
parse_network(struct reader *rd, struct slice rest, struct rule *rule)
{
	(void)rest;
	(void)rd;
	rule->kind = RULE_EVAL;
	rule->net = true;
	return 0;
}

static const struct kind {
	const char *word;
	int (*parse)(struct reader *rd, struct slice rest, struct rule *rule);
} kinds[] = {
	{ "header", parse_header },
	{ "body", parse_body },
	{ "meta", parse_meta },
	{ "rawbody", parse_rawbody },
	{ "full", parse_full },
	{ "uri", parse_uri },
	{ "mimeheader", parse_mimeheader },
	{ "session", parse_session },
	{ "fault", parse_fault },
	{ "host", parse_host },
	{ "list", parse_list },
	{ "askdns", parse_network },
	{ "uridnsbl", parse_network },
	{ "uridnssub", parse_network },
	{ "urirhsbl", parse_network },
	{ "urirhssub", parse_network },
	{ "urinsrhsbl", parse_network },
	{ "urinsrhssub", parse_network },
	{ "urifullnsrhsbl", parse_network },
	{ "urifullnsrhssub", parse_network },
};

int
rule_line(struct reader *rd, struct slice word, struct slice rest)
{
	const struct kind *kind = NULL;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds && kind == NULL; i++)
		if (slice_eq(word, slice_str(kinds[i].word)))
			kind = &kinds[i];
	if (kind == NULL)
		return 0;
	struct slice name = rule_word(&rest);
	struct rule rule = { .word = kind->word,
		.file = rd->file,
		.line = rd->line,
		.stock = rd->stock,
		.delivered = rd->delivered,
		.describe = "",
		.source = "",
		.label = "",
		.cure = "",
		.score = 1.0 };
	if (!rule_name_good(name))
		return reader_fail(rd, name.len > 0 ? name.ptr : rd->text.ptr + rd->text.len,
			"a rule's name is expected (letters, digits, '_'), not '%.*s'",
			(int)slice_take(name, 40).len, (const char *)name.ptr);
	if (rest.len == 0)
		rest = slice_skip(rd->text, rd->text.len);
	if (kind->parse(rd, rest, &rule) < 0)
		return -1;
	rule.name = arena_string(&rd->rules->arena, name);
	rule.definition = arena_copy(&rd->rules->arena, rest);
	rule.hidden = slice_starts(name, SLICE("__"));
	struct rule *to = ARENA_PUSH(&rd->rules->arena, rd->rules->rules, LIMIT_RULES);
	if (to == NULL)
		return reader_fail(rd, NULL, "too many rules (at most %d)", LIMIT_RULES);
	*to = rule;
	return 1;
}
