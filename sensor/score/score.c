#include <math.h>
#include <string.h>

#include "sensor/score/rules.h"

enum decided { OPEN, MISS, HIT };

struct value {
	struct slice text;
	bool known, present;
};

/* One mail against all rules: each rule and each header value is worked out at most once. */
struct run {
	const struct rules *rules;
	struct rule_input in;
	struct counters *counters;
	uint8_t *decided;     /* enum decided, per rule */
	struct value *values; /* per target */
	bool whole;	      /* no bytes of the message were lost */
};

static bool
match(struct run *run, const struct pattern *pattern, struct slice subject)
{
	enum pattern_result found = pattern_match(run->rules->patterns, pattern, subject);
	if (found == PATTERN_GAVE_UP)
		COUNT(run->counters, rules_gave_up);
	return found == PATTERN_HIT;
}

static const struct value *
header_value(struct run *run, size_t target)
{
	struct value *v = &run->values[target];
	if (!v->known)
		v->text = target_value(&run->rules->targets[target], &run->in, &v->present);
	v->known = true;
	return v;
}

static bool
test_header(struct run *run, const struct rule *rule)
{
	const struct value *v = header_value(run, rule->target);
	struct slice text = v->text;
	if (!v->present && rule->if_unset != NULL)
		text = slice_str(rule->if_unset);
	else if (!v->present)
		return rule->negate;
	return match(run, rule->pattern, text) != rule->negate;
}

static bool
match_pieces(struct run *run, const struct pattern *pattern, const struct text_pieces *text)
{
	for (size_t i = 0; i < text->pieces_count; i++)
		if (match(run, pattern, text->pieces[i]))
			return true;
	return false;
}

static bool
test_uri(struct run *run, const struct rule *rule)
{
	const struct mail_text *text = input_text(&run->in);
	for (size_t i = 0; i < text->uris_count; i++)
		if (match(run, rule->pattern, text->uris[i]))
			return true;
	return false;
}

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
		if (match(run, rule->pattern, text))
			return !rule->negate;
	return rule->negate && n > 0;
}

static bool decide(struct run *run, size_t i);

static double
meta_operand(void *ctx, size_t rule)
{
	return decide(ctx, rule) ? 1 : 0;
}

static bool
test(struct run *run, const struct rule *rule)
{
	switch (rule->kind) {
	case RULE_HEADER:
		return test_header(run, rule);
	case RULE_EXISTS:
		return header_value(run, rule->target)->present;
	case RULE_BODY:
		return match_pieces(run, rule->pattern, &input_text(&run->in)->body);
	case RULE_URI:
		return test_uri(run, rule);
	case RULE_META: /* recursion: settle_metas() let no chain longer than META_DEPTH through */
		return expr_value(&rule->expr, meta_operand, run) != 0;
	case RULE_SESSION:
		return test_session(run, rule);
	case RULE_FAULT:
		return fault_test(&rule->fault, run->in.message);
	case RULE_EVAL:
		return rule->eval->test(&run->in, &rule->arguments);
	case RULE_RAWBODY:
		return match_pieces(run, rule->pattern, &input_text(&run->in)->raw);
	case RULE_FULL:
		return match(run, rule->pattern, run->in.delivered->raw);
	case RULE_MIMEHEADER:
	case RULE_HOST:
		return false;
	}
	return false;
}

static bool
decide(struct run *run, size_t i)
{
	const struct rule *rule = &run->rules->rules[i];
	if (run->decided[i] != OPEN)
		return run->decided[i] == HIT;
	bool possible = (!rule->needs_message || run->in.message != NULL) &&
			(!rule->needs_whole || run->whole);
	run->decided[i] = possible && test(run, rule) ? HIT : MISS;
	return run->decided[i] == HIT;
}

static void
label_add(struct run *run, struct mail_record *mail, const char *label)
{
	for (size_t i = 0; i < mail->labels_count; i++)
		if (strcmp(mail->labels[i], label) == 0)
			return;
	const char **item = ARENA_PUSH(run->in.arena, mail->labels, LIMIT_RULES);
	if (item != NULL)
		*item = label;
}

static void
hit_add(struct run *run, struct mail_record *mail, const struct rule *rule)
{
	struct hit *hit = ARENA_PUSH(run->in.arena, mail->hits, LIMIT_RULES);
	if (hit == NULL) {
		mail->cut = true;
		return;
	}
	hit->rule = rule->name;
	hit->score = rule->hidden ? 0 : rule->score;
	hit->source = rule->source;
	hit->times = 1;
	hit->why = *rule->describe != '\0' ? rule->describe : rule->name;
	mail->score += hit->score;
	if (*rule->label != '\0')
		label_add(run, mail, rule->label);
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
	struct run run = {
		.rules = r, .in = *in, .counters = counters, .whole = is_whole(in->message, mail)
	};
	struct rule_input_kept kept = { 0 };
	run.in.patterns = r->patterns;
	run.in.kept = &kept;
	run.decided = arena_array(in->arena, r->rules_count + 1, sizeof *run.decided);
	run.values = arena_array(in->arena, r->targets_count + 1, sizeof *run.values);
	if (run.decided == NULL || run.values == NULL) {
		mail->cut = true;
		return;
	}
	for (size_t i = 0; i < r->rules_count; i++) {
		const struct rule *rule = &r->rules[i];
		bool off = rule->score == 0 && *rule->label == '\0';
		if ((rule->hidden ? in->parts : !off) && decide(&run, i))
			hit_add(&run, mail, rule);
	}
	mail->score =
		round(mail->score * 1000) / 1000; /* sums of tenths, without their binary tails */
}
