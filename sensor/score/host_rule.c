/* Rules on what is counted of a host: `host NAME rejected / rcpts > 0.3 && servers >= 5`.
 *
 * One mail does not know its host, so these are decided by the host stage; what they name is either
 * a count (sensor/host/count_fields.h) or another host rule. */
#include <string.h>

#include "sensor/host/count_fields.h"
#include "sensor/score/rule_reader.h"

#define EVIDENCE_MAX 64 /* sentences of one cause */

/* In the order of a host record's counts{}. */
static const char *const sums[] = {
#define X(name, text) #name,
	AGGREGATE_SUMS(X)
#undef X
};
static const char *const sketches[] = {
#define X(name, text) #name,
	AGGREGATE_SKETCHES(X)
#undef X
};
#define SUMS (sizeof sums / sizeof *sums)
#define SKETCHES (sizeof sketches / sizeof *sketches)
#define COUNTS (SUMS + REPLY_CLASSES + SKETCHES + 1)

static const char *
count_name(size_t i)
{
	if (i < SUMS)
		return sums[i];
	i -= SUMS;
	if (i < REPLY_CLASSES)
		return reply_class_word((enum reply_class)i);
	i -= REPLY_CLASSES;
	return i < SKETCHES ? sketches[i] : "score_max";
}

/* A name as an expression can have it: "listed_on_rbl". */
static bool
is_count(struct slice name, const char *count)
{
	struct slice words = slice_str(count);
	if (words.len != name.len)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] != (words.ptr[i] == '-' ? '_' : words.ptr[i]))
			return false;
	return true;
}

/* Index of the count, or COUNTS. */
static size_t
count_find(struct slice name)
{
	size_t i = 0;
	while (i < COUNTS && !is_count(name, count_name(i)))
		i++;
	return i;
}

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

static size_t
host_find(const struct rules *r, struct slice name, size_t before)
{
	size_t i = 0;
	while (i < before && !slice_eq(slice_str(r->hosts[i].name), name))
		i++;
	return i;
}

/* A rule of hosts names counts, and rules of hosts that stand before it: so there are no circles. A
 * step's `rule` is a count, or behind COUNTS a rule. */
static int
resolve(struct rules *r, size_t at, struct err *err)
{
	struct rule *rule = &r->hosts[at];
	for (size_t s = 0; s < rule->expr.steps_count; s++) {
		struct expr_step *step = &rule->expr.steps[s];
		if (step->op != EXPR_NAME)
			continue;
		size_t other = host_find(r, step->name, at);
		step->rule = other < at ? COUNTS + 1 + other : count_find(step->name);
		if (step->rule != COUNTS)
			continue;
		if (!rule->stock)
			return err_set(err,
				"%s:%d:1: %s names %.*s, which is neither counted per host nor a "
				"host "
				"rule before it",
				rule->file, rule->line, rule->name, (int)step->name.len,
				(const char *)step->name.ptr);
		step->op = EXPR_NUMBER;
		step->number = 0;
	}
	return 0;
}

int
rules_take_hosts(struct rules *r, struct err *err)
{
	bool *host = arena_array(&r->arena, r->rules_count + 1, sizeof *host);
	size_t kept = 0;
	if (host == NULL)
		return err_set(err, "the rules need more than %d bytes", LIMIT_RULE_MEMORY);
	mark(r, host);
	for (size_t i = 0; i < r->rules_count; i++) {
		struct rule *to = host[i] ? ARENA_PUSH(&r->arena, r->hosts, LIMIT_RULES) : NULL;
		if (to != NULL)
			*to = r->rules[i];
		else
			r->rules[kept++] = r->rules[i];
	}
	r->rules_count = kept;
	for (size_t i = 0; i < r->hosts_count; i++)
		if (resolve(r, i, err) < 0)
			return -1;
	return 0;
}

/* ---- on a host ---- */

struct judging {
	const struct host_record *record;
	const double *values; /* of the rules before */
};

static double
operand(void *ctx, size_t which)
{
	const struct judging *j = ctx;
	if (which > COUNTS)
		return j->values[which - COUNTS - 1];
	return which < j->record->counts_count ? (double)j->record->counts[which].value : 0;
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

static void
add_evidence(struct host_record *record, const struct rule *rule, struct arena *arena)
{
	struct cause_found *cause = first_cause(record, arena);
	const char **line = cause == NULL ? NULL : ARENA_PUSH(arena, cause->evidence, EVIDENCE_MAX);
	if (line != NULL)
		*line = arena_printf(arena, "%s (rule %s, %.1f points)",
			*rule->describe != '\0' ? rule->describe : rule->name, rule->name,
			rule->score);
}

void
rules_judge_host(const struct rules *r, struct host_record *record, struct arena *arena)
{
	double *values = r == NULL || r->hosts_count == 0
				 ? NULL
				 : arena_array(arena, r->hosts_count, sizeof *values);
	struct judging j = { record, values };
	for (size_t i = 0; values != NULL && i < r->hosts_count; i++) {
		const struct rule *rule = &r->hosts[i];
		values[i] = expr_value(&rule->expr, operand, &j);
		if (values[i] != 0 && !rule->hidden && !rule->off)
			add_evidence(record, rule, arena);
	}
}
