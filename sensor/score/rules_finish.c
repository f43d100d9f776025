/* After the last file: which definitions count, what is said of them, what they name. */
#include <stdlib.h>
#include <string.h>

#include "sensor/score/plan.h"
#include "sensor/score/rule_reader.h"

#define META_DEPTH 32	  /* metas that name each other */
#define TRIAL_POINTS 0.01 /* of "T_NAME", a rule on trial, without a score line */

static int
no_room(struct err *err)
{
	return err_set(err, "the rules need more than %d bytes", LIMIT_RULE_MEMORY);
}

/* ---- names ---- */

static int
compare_names(const void *a, const void *b, void *ctx)
{
	const struct rules *r = ctx;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	int d = strcmp(r->rules[x].name, r->rules[y].name);
	return d != 0 ? d : (x > y) - (x < y);
}

static void
sort_names(struct rules *r)
{
	for (size_t i = 0; i < r->rules_count; i++)
		r->by_name[i] = i;
	qsort_r(r->by_name, r->rules_count, sizeof *r->by_name, compare_names, r);
}

size_t
rules_find(const struct rules *r, struct slice name)
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

/* Those that are marked go; the order of the others stays. */
static void
compact(struct rules *r, const bool *gone)
{
	size_t n = 0;
	for (size_t i = 0; i < r->rules_count; i++)
		if (!gone[i])
			r->rules[n++] = r->rules[i];
	r->rules_count = n;
	sort_names(r);
}

/* Of several definitions the last one counts. */
static int
drop_redefined(struct rules *r, struct err *err)
{
	bool *gone = arena_array(&r->arena, r->rules_count + 1, sizeof *gone);
	r->by_name = arena_array(&r->arena, r->rules_count + 1, sizeof *r->by_name);
	if (gone == NULL || r->by_name == NULL)
		return no_room(err);
	sort_names(r);
	for (size_t i = 1; i < r->rules_count; i++) {
		const struct rule *first = &r->rules[r->by_name[i - 1]];
		const struct rule *second = &r->rules[r->by_name[i]];
		if (strcmp(first->name, second->name) != 0)
			continue;
		gone[r->by_name[i - 1]] = true;
		if (first->kind == RULE_EVAL && first->net)
			continue; /* `urirhssub NAME …` and `body NAME eval:…` belong together */
		rules_notice(r,
			(struct rule_notice){ .kind = RULE_NOTICE_TWICE,
				.text = arena_printf(&r->arena,
					"is defined already at %s:%d: the later one counts",
					first->file, first->line),
				.file = second->file,
				.line = second->line,
				.column = 1,
				.stock = second->stock },
			slice_str(second->name));
	}
	compact(r, gone);
	return 0;
}

/* ---- what is said of rules ---- */

static void
note_no_rule(struct rules *r, const struct attribute *a)
{
	rules_notice(r,
		(struct rule_notice){ .kind = RULE_NOTICE_NO_RULE,
			.text = "is no rule here",
			.file = a->file,
			.line = a->line,
			.stock = a->stock },
		a->name);
}

static int
apply_attributes(struct rules *r, struct err *err)
{
	for (size_t i = 0; i < r->attributes_count; i++) {
		const struct attribute *a = &r->attributes[i];
		struct err inner = { "" };
		size_t rule = rules_find(r, a->name);
		if (rule == r->rules_count) {
			note_no_rule(r, a);
			continue;
		}
		r->applied = a;
		r->fault = 0;
		if (a->apply(r, &r->rules[rule], a->value, &inner) == 0)
			continue;
		if (!a->stock)
			return err_set(err, "%s:%d:%zu: %s", a->file, a->line, a->column + r->fault,
				inner.text);
		rules_notice(r,
			(struct rule_notice){ .kind = RULE_NOTICE_MISTAKE,
				.text = inner.text,
				.file = a->file,
				.line = a->line,
				.column = a->column + r->fault,
				.stock = true },
			slice_str(arena_printf(&r->arena, "%s:%d", a->file, a->line)));
	}
	for (size_t i = 0; i < r->rules_count; i++) {
		struct rule *rule = &r->rules[i];
		if (!rule->scored && slice_starts(slice_str(rule->name), SLICE("T_")))
			rule->score = TRIAL_POINTS;
		if (!rule->scored && rule->nice)
			rule->score = -rule->score;
		rule->off = rule->score == 0 && *rule->label == '\0';
	}
	return 0;
}

/* ---- what cannot be decided here ---- */

/* Tests that look something up, or know what they were taught. */
static const char *const network[] = { "check_rbl", "check_uridnsbl", "check_for_spf_",
	"check_for_def_spf_", "check_dkim_", "check_for_dkim_", "check_for_def_dkim_", "check_arc_",
	"check_dmarc_", "check_dcc", "check_pyzor", "check_razor2", "check_hashbl_", "check_bayes",
	"check_from_in_auto_", "check_senders_reputation", "check_dns_sender", "check_asn",
	"short_url" };

static bool
is_network(const struct rule *rule)
{
	if (rule->kind == RULE_EVAL && rule->net)
		return true;
	for (size_t i = 0; rule->left_out != NULL && i < sizeof network / sizeof *network; i++)
		if (slice_starts(slice_str(rule->left_out), slice_str(network[i])))
			return true;
	return false;
}

static void
leave_out(struct rules *r, struct rule *rule, struct rule_notice notice, const char *subject)
{
	notice.file = rule->file;
	notice.line = rule->line;
	notice.stock = rule->stock;
	if (notice.column == 0)
		notice.column = 1;
	rules_notice(r, notice, slice_str(subject));
	rule->left_out = notice.text;
}

static void
find_unknown_tests(struct rules *r)
{
	for (size_t i = 0; i < r->rules_count; i++) {
		struct rule *rule = &r->rules[i];
		const char *test = rule->left_out != NULL ? rule->left_out
				   : rule->eval != NULL	  ? rule->eval->name
							  : rule->word;
		struct rule_notice notice = { .kind = RULE_NOTICE_NETWORK,
			.text = "would ask the network, or needs to be taught" };
		if (is_network(rule)) {
			leave_out(r, rule, notice, test);
		} else if (rule->left_out != NULL) {
			notice.kind = RULE_NOTICE_TEST;
			notice.text = arena_printf(&r->arena, "eval:%s is not known here", test);
			leave_out(r, rule, notice, test);
		}
	}
}

static int
take_left_out(struct rules *r, struct err *err)
{
	bool *gone = arena_array(&r->arena, r->rules_count + 1, sizeof *gone);
	for (size_t i = 0; gone != NULL && i < r->rules_count; i++) {
		gone[i] = r->rules[i].left_out != NULL;
		struct rule *to = !gone[i] ? NULL : ARENA_PUSH(&r->arena, r->left_out, LIMIT_RULES);
		if (to != NULL)
			*to = r->rules[i];
	}
	if (gone == NULL)
		return no_room(err);
	compact(r, gone);
	return 0;
}

/* ---- expressions ---- */

static struct pattern *
compile(struct rules *r, struct rule *rule, enum replace_how how, struct arena *scratch,
	struct err *err)
{
	struct slice expression = rule->regex.expression;
	char flags[REGEX_FLAGS + 1];
	if (rule->replaces && replace_tags_apply(&r->tags, expression, rule->regex.flags[0] == '\0',
				      how, scratch, &expression, err) < 0)
		return NULL;
	struct slice replaced = expression;
	if (rule_regex_translate(&rule->regex, expression, scratch, &expression, flags, err) < 0)
		return NULL;
	struct pattern *p = pattern_new(r->patterns, expression, slice_str(flags), err);
	bool as_written = !rule->replaces && expression.ptr == replaced.ptr;
	if (p == NULL && as_written) {
		struct slice good = slice_take(expression, patterns_fault(r->patterns));
		rule->column += good.len;
		for (size_t i = 0; i < good.len; i++) /* written with a backslash */
			rule->column += good.ptr[i] == '#';
	}
	return p;
}

/* "%{NAME}": what another rule's (?<NAME>…) matched. */
static bool
has_captured(struct slice s)
{
	size_t at = slice_find(s, SLICE("%{"));
	return at + 2 < s.len && s.ptr[at + 2] >= 'A' && s.ptr[at + 2] <= 'Z' &&
	       (at == 0 || s.ptr[at - 1] != '\\');
}

static int
compile_one(struct rules *r, struct rule *rule, struct arena *scratch, struct err *err)
{
	struct err inner = { "" };
	if (has_captured(rule->regex.expression)) {
		struct rule_notice notice = { .kind = RULE_NOTICE_TEST,
			.text = "%{NAME}, what another rule has matched, is not known here" };
		leave_out(r, rule, notice, "%{NAME}");
		return 0;
	}
	rule->pattern = compile(r, rule, REPLACE_INLINE, scratch, &inner);
	if (rule->pattern == NULL && rule->replaces) {
		struct err again = { "" };
		rule->pattern = compile(r, rule, REPLACE_DEFINE, scratch, &again);
	}
	if (rule->pattern != NULL) {
		if (rule->kind == RULE_EVAL)
			rule->arguments.pattern = rule->pattern;
		return 0;
	}
	if (!rule->stock)
		return err_set(
			err, "%s:%d:%zu: %s", rule->file, rule->line, rule->column, inner.text);
	struct rule_notice notice = { .kind = RULE_NOTICE_MISTAKE,
		.column = rule->column,
		.text = arena_string(&r->arena, slice_str(inner.text)) };
	leave_out(r, rule, notice, rule->name);
	return 0;
}

static int
compile_all(struct rules *r, struct err *err)
{
	struct arena scratch;
	int bad = 0;
	arena_init(&scratch, 16 * REPLACE_MAX);
	for (size_t i = 0; bad == 0 && i < r->rules_count; i++) {
		struct rule *rule = &r->rules[i];
		if (rule->regex.expression.ptr == NULL || rule->left_out != NULL)
			continue;
		bad = compile_one(r, rule, &scratch, err);
		arena_reset(&scratch);
	}
	arena_release(&scratch);
	return bad;
}

/* ---- metas ---- */

struct naming {
	const struct rules *rules;
	const char *self;
};

static struct slice
next_name(void *ctx, size_t n)
{
	const struct naming *names = ctx;
	const struct rules *r = names->rules;
	if (n >= r->rules_count)
		return SLICE_EMPTY;
	const char *name = r->rules[r->by_name[n]].name;
	return slice_str(strcmp(name, names->self) == 0 ? "-" : name);
}

static bool
was_left_out(const struct rules *r, struct slice name)
{
	for (size_t i = 0; i < r->left_out_count; i++)
		if (slice_eq(slice_str(r->left_out[i].name), name))
			return true;
	return false;
}

/* A name that is no rule, or of one that is off, counts as 0. */
static int
resolve_names(struct rules *r, struct rule *rule, struct err *err)
{
	struct naming names = { r, rule->name };
	if (expr_expand(&rule->expr, next_name, &names, &r->arena, err) < 0)
		return -1;
	for (size_t s = 0; s < rule->expr.steps_count; s++) {
		struct expr_step *step = &rule->expr.steps[s];
		if (step->op != EXPR_NAME)
			continue;
		step->rule = rules_find(r, step->name);
		if (step->rule < r->rules_count && !r->rules[step->rule].off)
			continue;
		if (step->rule == r->rules_count && !was_left_out(r, step->name) &&
			!slice_eq(step->name, SLICE("local_tests_only")))
			rules_notice(r,
				(struct rule_notice){ .kind = RULE_NOTICE_NAME,
					.text = arena_printf(&r->arena,
						"in %s is no rule: it counts as 0", rule->name),
					.file = rule->file,
					.line = rule->line,
					.stock = rule->stock },
				step->name);
		step->op = EXPR_NUMBER;
		step->number = slice_eq(step->name, SLICE("local_tests_only"));
	}
	return 0;
}

/* What a meta needs follows from what its rules need. True if something changed. */
static bool
settle_one(struct rules *r, size_t i, unsigned *depth)
{
	struct rule *rule = &r->rules[i];
	bool moved = false;
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
	return moved;
}

/* A circle, or more than META_DEPTH deep: a mistake. */
static int
too_deep(struct rules *r, struct rule *rule, unsigned *depth, struct err *err)
{
	static const char text[] = "names itself by way of others, or more than %d deep";
	if (!rule->stock)
		return err_set(err,
			"%s:%d:1: %s names itself by way of others, or more than %d "
			"deep",
			rule->file, rule->line, rule->name, META_DEPTH);
	rules_notice(r,
		(struct rule_notice){ .kind = RULE_NOTICE_MISTAKE,
			.text = arena_printf(&r->arena, text, META_DEPTH),
			.file = rule->file,
			.line = rule->line,
			.column = 1,
			.stock = true },
		slice_str(rule->name));
	rule->expr.steps_count = 0; /* counts as 0 */
	memset(depth, 0, r->rules_count * sizeof *depth);
	return 0;
}

/* Going META_DEPTH rounds over all metas settles every chain of that length. */
static int
settle_metas(struct rules *r, struct err *err)
{
	unsigned *depth = arena_array(&r->arena, r->rules_count + 1, sizeof *depth);
	bool moved = true;
	if (depth == NULL)
		return no_room(err);
	while (moved) {
		moved = false;
		for (size_t i = 0; i < r->rules_count; i++) {
			moved = settle_one(r, i, depth) || moved;
			if (depth[i] > META_DEPTH && too_deep(r, &r->rules[i], depth, err) < 0)
				return -1;
		}
	}
	return 0;
}

int
rules_finish(struct rules *r, struct err *err)
{
	if (drop_redefined(r, err) < 0 || apply_attributes(r, err) < 0)
		return -1;
	find_unknown_tests(r);
	if ((!r->only_hosts && compile_all(r, err) < 0) || take_left_out(r, err) < 0)
		return -1;
	if (rules_take_hosts(r, err) < 0)
		return -1;
	sort_names(r);
	for (size_t i = 0; i < r->rules_count; i++)
		if (r->rules[i].kind == RULE_META && resolve_names(r, &r->rules[i], err) < 0)
			return -1;
	if (settle_metas(r, err) < 0)
		return -1;
	/* matches against absent fields, which needs the expressions */
	if (!r->only_hosts)
		r->plan = plan_new(r);
	return r->arena.full ? no_room(err) : 0;
}
