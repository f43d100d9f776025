#include <math.h>
#include <string.h>

#include "sensor/score/matched.h"
#include "sensor/score/score_run.h"

/* ---- what a rule comes to ---- */

void
run_hit(struct run *run, uint32_t id, double value)
{
	const struct rule *rule = &run->rules->rules[id];
	const struct plan *plan = run->rules->plan;
	if ((rule->needs_message && run->in.message == NULL) || (rule->needs_whole && !run->whole))
		return;
	run->values[id] = value;
	for (size_t i = plan->dependents_of[id]; i < plan->dependents_of[id + 1]; i++)
		run->marks[plan->dependents[i]] |= MARK_TOUCHED;
}

void
run_found(struct run *run, uint32_t id, struct slice text)
{
	const struct rule *rule = &run->rules->rules[id];
	if (rule->hidden ? !run->in.parts : rule->off)
		return;
	struct run_found *found = ARENA_PUSH(run->in.arena, run->found, LIMIT_RULES);
	if (found == NULL)
		return;
	*found = (struct run_found){ .id = id, .value = text };
	pattern_found(run->in.patterns, &found->from, &found->to);
}

void
run_gave_up(struct run *run, uint32_t id)
{
	if ((run->marks[id] & MARK_GAVE_UP) != 0 || patterns_exhausted(run->in.patterns))
		return;
	run->marks[id] |= MARK_GAVE_UP;
	COUNT(run->counters, rules_gave_up);
	const char **name = ARENA_PUSH(run->in.arena, run->mail->gave_up, LIMIT_RULES);
	if (name != NULL)
		*name = run->rules->rules[id].name;
}

/* ---- rules that look at no text, or at one by themselves ---- */

static bool
compare(enum compare how, double a, double b)
{
	switch (how) {
	case COMPARE_LESS:
		return a < b;
	case COMPARE_LESS_EQUAL:
		return a <= b;
	case COMPARE_EQUAL:
		return a == b;
	case COMPARE_UNEQUAL:
		return a != b;
	case COMPARE_GREATER_EQUAL:
		return a >= b;
	case COMPARE_GREATER:
		return a > b;
	}
	return false;
}

static bool
test_session(struct run *run, const struct rule *rule)
{
	double number;
	struct slice text;
	if (rule->field->number != NULL)
		return rule->field->number(&run->in, &number) &&
		       compare(rule->compare, number, rule->number);
	size_t n = 0;
	for (; rule->field->text(&run->in, n, &text); n++)
		if (pattern_match(run->in.patterns, rule->pattern, text) == PATTERN_HIT) {
			if (!rule->negate)
				run_found(run, (uint32_t)(rule - run->rules->rules), text);
			return !rule->negate;
		}
	return rule->negate && n > 0;
}

static bool
test_other(struct run *run, const struct rule *rule)
{
	const struct message *m = rule->delivered ? run->in.delivered : run->in.message;
	switch (rule->kind) {
	case RULE_SESSION:
		return test_session(run, rule);
	case RULE_FAULT:
		return fault_test(&rule->fault, m);
	case RULE_EVAL:
		return rule->eval->test(&run->in, &rule->arguments);
	case RULE_HEADER:
	case RULE_EXISTS:
	case RULE_BODY:
	case RULE_RAWBODY:
	case RULE_FULL:
	case RULE_URI:
	case RULE_MIMEHEADER:
	case RULE_META:
	case RULE_HOST:
	case RULE_LIST:
		break;
	}
	return false;
}

static void
run_others(struct run *run)
{
	const struct id_list *list = &run->rules->plan->others;
	for (size_t i = 0; i < list->count; i++) {
		const struct rule *rule = &run->rules->rules[list->ids[i]];
		size_t gave_up = patterns_gave_up(run->in.patterns);
		if (rule->needs_message && run->in.message == NULL)
			continue;
		bool hit = test_other(run, rule);
		if (patterns_gave_up(run->in.patterns) != gave_up)
			run_gave_up(run, list->ids[i]);
		else if (hit)
			run_hit(run, list->ids[i], 1);
	}
}

/* ---- metas ---- */

static double
meta_operand(void *ctx, size_t rule)
{
	const struct run *run = ctx;
	return rule < run->rules->rules_count ? run->values[rule] : 0;
}

static void
run_meta(struct run *run, uint32_t id)
{
	const struct rule *rule = &run->rules->rules[id];
	double value = expr_value(&rule->expr, meta_operand, run);
	if (value != 0 && !isnan(value))
		run_hit(run, id, value > 0 ? value : 1);
}

/* A meta of which no rule has hit is what it was when the rules were read. */
static void
run_metas(struct run *run)
{
	const struct plan *plan = run->rules->plan;
	bool all = run->in.message == NULL || !run->whole;
	for (size_t i = 0; i < plan->metas.count; i++) {
		uint32_t id = plan->metas.ids[i];
		if (all || plan->defaults[id] != 0 || (run->marks[id] & MARK_TOUCHED) != 0)
			run_meta(run, id);
	}
}

/* ---- what is kept of it ---- */

static void
label_add(struct run *run, const char *label)
{
	struct mail_record *mail = run->mail;
	for (size_t i = 0; i < mail->labels_count; i++)
		if (strcmp(mail->labels[i], label) == 0)
			return;
	const char **item = ARENA_PUSH(run->in.arena, mail->labels, LIMIT_RULES);
	if (item != NULL)
		*item = label;
}

/* "20-headers.cf:123": the file's own name. */
static const char *
place_of(const struct rule *rule, struct arena *arena)
{
	const char *slash = strrchr(rule->file, '/');
	return arena_printf(arena, "%s:%d", slash != NULL ? slash + 1 : rule->file, rule->line);
}

static void
hit_add(struct run *run, uint32_t id, double value)
{
	const struct rule *rule = &run->rules->rules[id];
	struct mail_record *mail = run->mail;
	struct hit *hit = ARENA_PUSH(run->in.arena, mail->hits, LIMIT_RULES);
	if (hit == NULL) {
		mail->cut = true;
		return;
	}
	hit->rule = rule->name;
	hit->score = rule->hidden ? 0 : rule->score;
	hit->source = rule->source;
	hit->times = rule->multiple && value < INT32_MAX ? (int32_t)value : 1;
	hit->why = *rule->describe != '\0' ? rule->describe : rule->name;
	hit->where = place_of(rule, run->in.arena);
	hit->matched = matched_text(run, id);
	mail->score += hit->score;
	if (*rule->label != '\0')
		label_add(run, rule->label);
}

/* In the order of the rule files. */
static void
collect(struct run *run)
{
	for (size_t i = 0; i < run->rules->rules_count; i++) {
		const struct rule *rule = &run->rules->rules[i];
		if (run->values[i] != 0 && (rule->hidden ? run->in.parts : !rule->off))
			hit_add(run, (uint32_t)i, run->values[i]);
	}
	/* sums of tenths, without their binary tails */
	run->mail->score = round(run->mail->score * 1000) / 1000;
}

static void
say_exhausted(struct run *run)
{
	if (!patterns_exhausted(run->in.patterns))
		return;
	COUNT(run->counters, rules_gave_up);
	const char **name = ARENA_PUSH(run->in.arena, run->mail->gave_up, LIMIT_RULES);
	if (name != NULL)
		*name = GAVE_UP_BUDGET;
}

/* Where bytes are missing, what is absent may have been among them. */
static bool
is_whole(const struct message *m, const struct mail_record *mail)
{
	bool broken_off = mail->outcome == OUTCOME_ABORTED && m != NULL &&
			  (m->faults & FAULT_NO_BLANK_LINE) != 0;
	return mail->gap == 0 && !broken_off;
}

void
rules_score(const struct rules *r, const struct rule_input *in, struct mail_record *mail,
	struct counters *counters)
{
	struct rule_input_kept kept = { 0 };
	struct run run = { .rules = r,
		.in = *in,
		.mail = mail,
		.counters = counters,
		.whole = is_whole(in->message, mail) };
	run.in.settings = r->settings;
	run.in.patterns = r->patterns;
	run.in.kept = &kept;
	run.values = arena_array(in->arena, r->rules_count + 1, sizeof *run.values);
	run.marks = arena_array(in->arena, r->rules_count + 1, sizeof *run.marks);
	if (run.values == NULL || run.marks == NULL) {
		mail->cut = true;
		return;
	}
	patterns_begin(r->patterns, r->unfiltered ? UINT64_MAX : LIMIT_RULE_STEPS);
	run_headers(&run);
	run_others(&run);
	if (in->message != NULL)
		run_texts(&run);
	run_metas(&run);
	collect(&run);
	say_exhausted(&run);
}
