#include <stdlib.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/score/plan.h"

/* ---- lists ---- */

static void
list_add(struct id_list *list, size_t id)
{
	if (list->count == list->cap) {
		list->cap = list->cap == 0 ? 8 : 2 * list->cap;
		list->ids = must_realloc(list->ids, list->cap * sizeof *list->ids);
	}
	list->ids[list->count++] = (uint32_t)id;
}

static void *
zeroed(size_t n, size_t size)
{
	void *p = must_alloc((n + 1) * size);
	memset(p, 0, (n + 1) * size);
	return p;
}

static void
group_free(struct plan_group *g)
{
	free(g->rules.ids);
	free(g->negated.ids);
	free(g->present.ids);
	free(g->absent.ids);
	prefilter_free(g->filter);
}

void
plan_free(struct plan *p, size_t targets)
{
	if (p == NULL)
		return;
	struct plan_group *const groups[] = { &p->body, &p->body_only, &p->raw, &p->uris,
		&p->full[0], &p->full[1] };
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
		group_free(groups[i]);
	for (size_t i = 0; i < targets; i++) {
		group_free(&p->targets[i]);
		group_free(&p->mime[i]);
	}
	free(p->targets);
	free(p->mime);
	free(p->names);
	free(p->others.ids);
	free(p->metas.ids);
	free(p->defaults);
	free(p->dependents_of);
	free(p->dependents);
	prefilter_scratch_release(&p->scratch);
	free(p);
}

/* ---- rules to their texts ---- */

/* What is worth nothing to anybody, is decided elsewhere, or would ask the network. */
static bool
never_run(const struct rule *rule)
{
	return rule->off || rule->kind == RULE_HOST || rule->kind == RULE_LIST ||
	       (rule->kind == RULE_EVAL && (rule->net || rule->eval == NULL));
}

uint64_t
name_bit(struct slice name)
{
	uint32_t hash = 2166136261U;
	for (size_t i = 0; i < name.len; i++)
		hash = (hash ^ chars_lower(name.ptr[i])) * 16777619U;
	return (uint64_t)1 << (hash >> 26);
}

static void
group_add(struct plan_group *g, const struct rule *rule, size_t id)
{
	list_add(&g->rules, id);
	if (rule->negate)
		list_add(&g->negated, id);
	if (g->filter == NULL)
		g->filter = prefilter_new();
	prefilter_add(g->filter, (uint32_t)id, pattern_needs(rule->pattern));
}

/* An absent field is matched here, once for all mails.  A rule on the parts of a mail looks at many
 * fields, and !~ is said of all of them together. */
static void
header_add(const struct rules *r, struct plan_group *g, const struct rule *rule, size_t id)
{
	bool negate = rule->negate && rule->kind == RULE_HEADER;
	const char *text = rule->if_unset != NULL ? rule->if_unset : "";
	patterns_begin(r->patterns, LIMIT_RULE_STEPS);
	bool match = pattern_match(r->patterns, rule->pattern, slice_str(text)) == PATTERN_HIT;
	if (match != negate)
		list_add(&g->absent, id);
	group_add(g, rule, id);
}

static void
place(const struct rules *r, struct plan *p, const struct rule *rule, size_t id)
{
	switch (rule->kind) {
	case RULE_HEADER:
		header_add(r, &p->targets[rule->target], rule, id);
		break;
	case RULE_EXISTS:
		list_add(rule->negate ? &p->targets[rule->target].absent
				      : &p->targets[rule->target].present,
			id);
		break;
	case RULE_MIMEHEADER:
		header_add(r, &p->mime[rule->target], rule, id);
		break;
	case RULE_BODY:
		group_add(rule->no_subject ? &p->body_only : &p->body, rule, id);
		break;
	case RULE_RAWBODY:
		group_add(&p->raw, rule, id);
		break;
	case RULE_URI:
		group_add(&p->uris, rule, id);
		break;
	case RULE_FULL:
		group_add(&p->full[rule->delivered], rule, id);
		break;
	case RULE_SESSION:
	case RULE_FAULT:
	case RULE_EVAL:
		list_add(&p->others, id);
		break;
	case RULE_META:
	case RULE_HOST:
	case RULE_LIST:
		break;
	}
}

static void
finish_group(struct plan_group *g)
{
	if (g->filter != NULL)
		prefilter_finish(g->filter);
}

static void
place_all(const struct rules *r, struct plan *p)
{
	for (size_t i = 0; i < r->rules_count; i++)
		if (!never_run(&r->rules[i]))
			place(r, p, &r->rules[i], i);
	finish_group(&p->body);
	finish_group(&p->body_only);
	finish_group(&p->raw);
	finish_group(&p->uris);
	finish_group(&p->full[0]);
	finish_group(&p->full[1]);
	for (size_t i = 0; i < r->targets_count; i++) {
		finish_group(&p->targets[i]);
		finish_group(&p->mime[i]);
		for (const char *const *f = r->targets[i].fields; *f != NULL; f++)
			p->names[i] |= name_bit(slice_str(*f));
	}
}

/* ---- metas ---- */

static bool
is_meta(const struct rules *r, const struct expr_step *step)
{
	return step->op == EXPR_NAME && step->rule < r->rules_count &&
	       r->rules[step->rule].kind == RULE_META;
}

/* How many metas stand under each; rules_finish() has seen to it that there is no circle. */
static unsigned
depths(const struct rules *r, unsigned *depth)
{
	unsigned deepest = 0;
	bool moved = true;
	while (moved) {
		moved = false;
		for (size_t i = 0; i < r->rules_count; i++) {
			const struct expr *e = &r->rules[i].expr;
			for (size_t s = 0; r->rules[i].kind == RULE_META && s < e->steps_count;
				s++) {
				if (!is_meta(r, &e->steps[s]) || depth[i] > depth[e->steps[s].rule])
					continue;
				depth[i] = depth[e->steps[s].rule] + 1;
				deepest = depth[i] > deepest ? depth[i] : deepest;
				moved = true;
			}
		}
	}
	return deepest;
}

struct defaults {
	const struct plan *plan;
	size_t rules;
};

static double
default_of(void *ctx, size_t rule)
{
	const struct defaults *d = ctx;
	return rule < d->rules ? d->plan->defaults[rule] : 0;
}

static void
plan_meta(const struct rules *r, struct plan *p, size_t i)
{
	const struct rule *rule = &r->rules[i];
	struct defaults d = { p, r->rules_count };
	list_add(&p->metas, i);
	p->defaults[i] = expr_value(&rule->expr, default_of, &d);
}

/* Of each rule the metas that name it. */
static void
link_dependents(const struct rules *r, struct plan *p)
{
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < r->rules_count; i++) {
			const struct expr *e = &r->rules[i].expr;
			for (size_t s = 0; r->rules[i].kind == RULE_META && s < e->steps_count;
				s++) {
				size_t named = e->steps[s].rule;
				if (e->steps[s].op != EXPR_NAME || named >= r->rules_count)
					continue;
				if (pass == 0)
					p->dependents_of[named + 1]++;
				else
					p->dependents[p->dependents_of[named]++] = (uint32_t)i;
			}
		}
		for (size_t i = 0; i < r->rules_count && pass == 0; i++)
			p->dependents_of[i + 1] += p->dependents_of[i];
		if (pass == 0)
			p->dependents = zeroed(p->dependents_of[r->rules_count], sizeof(uint32_t));
	}
	/* filling has moved each to where the next begins */
	memmove(p->dependents_of + 1, p->dependents_of, r->rules_count * sizeof *p->dependents_of);
	p->dependents_of[0] = 0;
}

static void
plan_metas(const struct rules *r, struct plan *p)
{
	unsigned *depth = zeroed(r->rules_count, sizeof *depth);
	unsigned deepest = depths(r, depth);
	for (unsigned d = 0; d <= deepest; d++)
		for (size_t i = 0; i < r->rules_count; i++)
			if (r->rules[i].kind == RULE_META && depth[i] == d)
				plan_meta(r, p, i);
	free(depth);
	link_dependents(r, p);
}

struct plan *
plan_new(const struct rules *r)
{
	struct plan *p = zeroed(1, sizeof *p);
	p->targets = zeroed(r->targets_count, sizeof *p->targets);
	p->mime = zeroed(r->targets_count, sizeof *p->mime);
	p->names = zeroed(r->targets_count, sizeof *p->names);
	p->defaults = zeroed(r->rules_count, sizeof *p->defaults);
	p->dependents_of = zeroed(r->rules_count + 1, sizeof *p->dependents_of);
	prefilter_scratch_init(&p->scratch);
	place_all(r, p);
	plan_metas(r, p);
	return p;
}
