/* heloscope rules explain NAME: a rule, and the tree of what it is made of. */
#include <stdio.h>
#include <string.h>

#include "sensor/cli/rules_show.h"
#include "sensor/score/list_rule.h"
#include "sensor/score/rule_reader.h"

#define DEPTH_MAX 40

struct explaining {
	const struct rules *rules;
	bool *shown; /* by index of the rule */
};

static const struct rule *
find_in(const struct rule *rules, size_t count, struct slice name)
{
	for (size_t i = 0; i < count; i++)
		if (slice_eq(slice_str(rules[i].name), name))
			return &rules[i];
	return NULL;
}

/* Wherever it is. */
static const struct rule *
find(const struct rules *r, struct slice name)
{
	size_t at = rules_find(r, name);
	if (at < r->rules_count)
		return &r->rules[at];
	const struct rule *rule = find_in(r->hosts, r->hosts_count, name);
	if (rule == NULL)
		rule = find_in(r->lists, r->lists_count, name);
	return rule != NULL ? rule : find_in(r->left_out, r->left_out_count, name);
}

static bool
names(const struct rule *rule, struct slice name)
{
	for (size_t i = 0; i < rule->expr.steps_count; i++)
		if (rule->expr.steps[i].name.len > 0 && slice_eq(rule->expr.steps[i].name, name))
			return true;
	return false;
}

static void
print_users(const struct rules *r, struct slice name)
{
	const char *between = "  used by: ";
	for (size_t i = 0; i < r->rules_count; i++)
		if (names(&r->rules[i], name)) {
			printf("%s%s", between, r->rules[i].name);
			between = ", ";
		}
	for (size_t i = 0; i < r->hosts_count; i++)
		if (names(&r->hosts[i], name)) {
			printf("%s%s", between, r->hosts[i].name);
			between = ", ";
		}
	if (*between == ',')
		putchar('\n');
}

static void
print_definition(const struct rule *rule, unsigned depth)
{
	printf("%*s%s  %s  %.*s", (int)(2 * depth), "", rule->name, rule->word,
		(int)rule->definition.len, (const char *)rule->definition.ptr);
	if (rule->replaces)
		printf("  (tags replaced)");
	if (rule->kind != RULE_META && rule->kind != RULE_SESSION && rule->kind != RULE_HOST &&
		rule->kind != RULE_LIST && !rule->delivered)
		printf("  (as sent)");
	printf("  %s:%d\n", rule->file, rule->line);
	if (rule->left_out != NULL)
		printf("%*sleft out: %s\n", (int)(2 * depth) + 2, "", rule->left_out);
}

static void
print_tree(struct explaining *e, const struct rule *rule, unsigned depth)
{
	print_definition(rule, depth);
	for (size_t i = 0; depth < DEPTH_MAX && i < rule->expr.steps_count; i++) {
		struct slice name = rule->expr.steps[i].name;
		if (name.len == 0 || !rule_name_good(name))
			continue; /* an operator, or a number */
		const struct rule *part = find(e->rules, name);
		bool again = false;
		for (size_t k = 0; k < i && !again; k++)
			again = slice_eq(rule->expr.steps[k].name, name);
		if (again)
			continue;
		size_t at = rules_find(e->rules, name);
		if (part == NULL)
			printf("%*s%.*s  %s\n", (int)(2 * depth) + 2, "", (int)name.len,
				(const char *)name.ptr,
				rule->kind == RULE_HOST ? "counted per host"
							: "is no rule: counts as 0");
		else if (at < e->rules->rules_count && e->shown[at])
			printf("%*s%s  above\n", (int)(2 * depth) + 2, "", part->name);
		else
			print_tree(e, part, depth + 1);
		if (at < e->rules->rules_count)
			e->shown[at] = true;
	}
}

static void
print_flags(const struct rule *rule)
{
	if (rule->multiple)
		printf("  counts its matches%s", rule->maxhits > 0 ? "" : "\n");
	if (rule->multiple && rule->maxhits > 0)
		printf(", up to %u\n", rule->maxhits);
	if (rule->no_subject)
		printf("  does not look at the subject\n");
	if (rule->priority != 0)
		printf("  priority %d (every rule is decided here)\n", rule->priority);
	if (rule->off)
		printf("  off: it has 0 points and no label, and counts as 0 in metas\n");
	if (rule->needs_whole)
		printf("  not decided where bytes of the mail were lost\n");
}

/* What is said of a list, and which rules weigh it, heaviest first. */
static void
print_list(const struct rules *r, const struct rule *list)
{
	const struct list_base *base = &list->list;
	printf("  %s list; replies name it: %s%s%s\n", list_kind_word(base->kind), base->mentioned,
		*base->wider != '\0' ? "; may be meant by: " : "", base->wider);
	if (*base->ends != '\0')
		printf("  %s\n", base->ends);
	for (double below = 100; below > -100;) {
		double next = -100;
		for (size_t i = 0; i < r->hosts_count; i++)
			for (size_t k = 0; k < r->hosts[i].weights_count; k++) {
				const struct list_weight *w = &r->hosts[i].weights[k];
				if (!slice_eq(w->name, slice_str(list->name)))
					continue;
				if (w->weight > next && w->weight < below)
					next = w->weight;
				if (w->weight >= below && w->weight <= below)
					printf("  %+5.1f  %s  %s\n", w->weight, r->hosts[i].name,
						r->hosts[i].describe);
			}
		below = next;
	}
}

static void
print_head(const struct rule *rule)
{
	if (rule->kind == RULE_LIST)
		printf("%s  %s, base %g\n", rule->name, rule->list.list,
			(double)rule->list.base / 1000);
	else if (rule->weights_count > 0)
		printf("%s  weighs lists\n", rule->name);
	else
		printf("%s  %g points%s\n", rule->name, rule->score,
			rule->hidden ? " (a part of other rules: they are not added)" : "");
}

int
rules_show_explain(const struct rules *r, const char *name)
{
	struct arena arena;
	const struct rule *rule = find(r, slice_str(name));
	if (rule == NULL)
		return -1;
	arena_init(&arena, LIMIT_RULES + 4096);
	struct explaining e = { r, arena_array(&arena, r->rules_count + 1, sizeof *e.shown) };
	print_head(rule);
	if (*rule->describe != '\0')
		printf("  %s\n", rule->describe);
	if (*rule->label != '\0')
		printf("  label: %s\n", rule->label);
	if (*rule->source != '\0')
		printf("  source: %s\n", rule->source);
	if (*rule->cure != '\0')
		printf("  cure: %s\n", rule->cure);
	if (rule->weights_count > 0) {
		printf("  weighs: ");
		rules_print_weights(rule);
	}
	if (rule->kind == RULE_LIST)
		print_list(r, rule);
	print_flags(rule);
	print_users(r, slice_str(rule->name));
	if (e.shown != NULL)
		print_tree(&e, rule, 1);
	arena_release(&arena);
	return 0;
}
