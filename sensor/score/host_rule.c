/* Rules on what is known of a host: `host NAME rejected / rcpts > 0.3 && servers >= 5`.
 *
 * One mail does not know its host, so these are decided by the host stage; what they name is either
 * a number of the host (host_number.h) or another host rule. */
#include <string.h>

#include "sensor/score/rule_reader.h"

#define EVIDENCE_MAX 64 /* sentences of one cause */

/* ---- after reading ---- */

/* Host rules, and metas that name one. */
static void
mark(const struct rules *r, bool *host)
{
	bool moved = true;
	while (moved) {
		moved = false;
		for (size_t i = 0; i < r->rules_count; i++) {
			const struct rule *rule = &r->rules[i];
			bool is = rule->kind == RULE_HOST;
			for (size_t s = 0; !is && s < rule->expr.steps_count; s++) {
				const struct expr_step *step = &rule->expr.steps[s];
				size_t other = step->op == EXPR_NAME ? rules_find(r, step->name)
								     : r->rules_count;
				is = other < r->rules_count && host[other];
			}
			moved = moved || (is && !host[i]);
			host[i] = is || host[i];
		}
	}
}

size_t
rules_host_find(const struct rules *r, struct slice name, size_t before)
{
	for (size_t i = 0; i < before; i++)
		if (slice_eq(slice_str(r->hosts[i].name), name))
			return HOST_NUMBERS_COUNT + i;
	size_t number = host_number_find(name);
	return number < HOST_NUMBERS_COUNT ? number : SIZE_MAX;
}

/* A rule of hosts names numbers, and rules of hosts that stand before it: so there are no circles.
 * A step's `rule` is a number, or behind HOST_NUMBERS_COUNT a rule. */
static int
resolve(struct rules *r, size_t at, struct err *err)
{
	struct rule *rule = &r->hosts[at];
	for (size_t s = 0; s < rule->expr.steps_count; s++) {
		struct expr_step *step = &rule->expr.steps[s];
		if (step->op != EXPR_NAME)
			continue;
		step->rule = rules_host_find(r, step->name, at);
		if (step->rule != SIZE_MAX)
			continue;
		if (!rule->stock)
			return err_set(err,
				"%s:%d:%zu: %s names %.*s, which is neither counted per host nor a "
				"host rule before it",
				rule->file, rule->line,
				rule->formula.ptr == NULL
					? 1
					: rule->column +
						  (size_t)(step->name.ptr - rule->formula.ptr),
				rule->name, (int)step->name.len, (const char *)step->name.ptr);
		step->op = EXPR_NUMBER;
		step->number = 0;
	}
	return 0;
}

/* The rules that are asked on mails stay; 0 or -1 as there is room for the others. */
static int
take(struct rules *r, const bool *host, struct err *err)
{
	size_t kept = 0;
	for (size_t i = 0; i < r->rules_count; i++) {
		const struct rule *rule = &r->rules[i];
		bool list = rule->kind == RULE_LIST;
		if (!host[i] && !list) {
			r->rules[kept++] = *rule;
			continue;
		}
		struct rule *to = list ? ARENA_PUSH(&r->arena, r->lists, LIMIT_LISTS)
				       : ARENA_PUSH(&r->arena, r->hosts, LIMIT_HOST_RULES);
		if (to == NULL)
			return err_set(err, "%s:%d:1: more than %d %s", rule->file, rule->line,
				list ? LIMIT_LISTS : LIMIT_HOST_RULES,
				list ? "lists" : "rules of hosts");
		*to = *rule;
	}
	r->rules_count = kept;
	return 0;
}

int
rules_take_hosts(struct rules *r, struct err *err)
{
	bool *host = arena_array(&r->arena, r->rules_count + 1, sizeof *host);
	if (host == NULL)
		return err_set(err, "the rules need more than %d bytes", LIMIT_RULE_MEMORY);
	mark(r, host);
	if (take(r, host, err) < 0)
		return -1;
	for (size_t i = 0; i < r->hosts_count; i++)
		if (resolve(r, i, err) < 0)
			return -1;
	return rules_finish_lists(r, err);
}

/* ---- on a host ---- */

struct judging {
	const double *numbers;
	const double *values; /* of the rules before */
};

static double
operand(void *ctx, size_t which)
{
	const struct judging *j = ctx;
	return which < HOST_NUMBERS_COUNT ? j->numbers[which]
					  : j->values[which - HOST_NUMBERS_COUNT];
}

void
rules_host_values(const struct rules *r, const double *numbers, double *values)
{
	struct judging j = { numbers, values };
	for (size_t i = 0; i < r->hosts_count; i++)
		values[i] = expr_value(&r->hosts[i].expr, operand, &j);
}

static struct cause_found *
first_cause(struct host_record *record, struct arena *arena)
{
	if (record->causes_count > 0)
		return &record->causes[0];
	struct cause_found *found = ARENA_PUSH(arena, record->causes, CAUSES);
	if (found != NULL)
		found->cause = CAUSE_UNKNOWN;
	return found;
}

void
rules_judge_host(const struct rules *r, const double *numbers, struct host_record *record,
	struct arena *arena)
{
	double values[LIMIT_HOST_RULES];
	if (r == NULL)
		return;
	rules_host_values(r, numbers, values);
	for (size_t i = 0; i < r->hosts_count; i++) {
		const struct rule *rule = &r->hosts[i];
		/* what it weighs is said with the lists */
		if (values[i] == 0 || rule->hidden || rule->off || rule->weights_count > 0)
			continue;
		struct cause_found *cause = first_cause(record, arena);
		const char **line =
			cause == NULL ? NULL : ARENA_PUSH(arena, cause->evidence, EVIDENCE_MAX);
		if (line != NULL)
			*line = arena_printf(arena, "%s (rule %s, %.1f points)",
				rule_sentence(rule, numbers, values, arena), rule->name,
				rule->score);
	}
}
