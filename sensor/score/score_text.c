#include "sensor/score/score_run.h"

/* Every match from where the last one ended, up to maxhits in all texts together. */
static void
count_matches(struct run *run, const struct rule *rule, uint32_t id, struct slice text)
{
	double before = run->values[id], most = rule->maxhits > 0 ? rule->maxhits : INT32_MAX;
	double count = before;
	enum pattern_result found = PATTERN_MISS;
	size_t from = 0;
	bool again = false;
	while (count < most) {
		found = pattern_next(run->in.patterns, rule->pattern, text, &from, &again);
		if (found != PATTERN_HIT)
			break;
		if (count++ == 0)
			run_found(run, id, text);
	}
	if (found == PATTERN_GAVE_UP)
		run_gave_up(run, id);
	if (count > before)
		run_hit(run, id, count);
}

static void
try_rule(struct run *run, uint32_t id, struct slice text)
{
	const struct rule *rule = &run->rules->rules[id];
	if (rule->multiple && !rule->negate) {
		count_matches(run, rule, id, text);
		return;
	}
	if (run->values[id] != 0 || (run->marks[id] & MARK_MATCHED) != 0)
		return;
	enum pattern_result found = pattern_match(run->in.patterns, rule->pattern, text);
	if (found == PATTERN_GAVE_UP)
		run_gave_up(run, id);
	else if (found == PATTERN_HIT && rule->negate)
		run->marks[id] |= MARK_MATCHED;
	else if (found == PATTERN_HIT) {
		run_found(run, id, text);
		run_hit(run, id, 1);
	}
}

/* A text against all rules that look at it; what the filter does not find cannot match. */
static void
run_group(struct run *run, const struct plan_group *group, struct slice text)
{
	struct prefilter_scratch *scratch = &run->rules->plan->scratch;
	if (group->rules.count == 0 || patterns_exhausted(run->in.patterns))
		return;
	if (run->rules->unfiltered) {
		for (size_t i = 0; i < group->rules.count; i++)
			try_rule(run, group->rules.ids[i], text);
		return;
	}
	prefilter_scan(group->filter, text, scratch);
	for (size_t i = 0; i < scratch->found_count; i++)
		try_rule(run, scratch->found[i], text);
}

/* After the last text: rules with !~ whose expression was nowhere.  One that gave up, or was not
 * tried, is no hit. */
static void
run_negated(struct run *run, const struct plan_group *group)
{
	if (patterns_exhausted(run->in.patterns))
		return;
	for (size_t i = 0; i < group->negated.count; i++) {
		uint32_t id = group->negated.ids[i];
		if ((run->marks[id] & (MARK_MATCHED | MARK_GAVE_UP)) == 0)
			run_hit(run, id, 1);
	}
}

static void
hit_all(struct run *run, const struct id_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		run_hit(run, list->ids[i], 1);
}

/* ---- header ---- */

/* name_bit() of every field that is there. */
static uint64_t
names_of(const struct message *m)
{
	uint64_t bits = 0;
	for (size_t i = 0; m != NULL && i < m->fields_count; i++)
		bits |= name_bit(m->fields[i].name);
	return bits;
}

void
run_headers(struct run *run)
{
	const struct rules *r = run->rules;
	const uint64_t names[2] = { names_of(run->in.message), names_of(run->in.delivered) };
	for (size_t i = 0; i < r->targets_count; i++) {
		const struct plan_group *group = &r->plan->targets[i];
		const struct target *target = &r->targets[i];
		bool present = group->rules.count + group->present.count + group->absent.count > 0;
		if (!present || (run->in.message == NULL && !target->envelope_from))
			continue;
		struct slice value = SLICE_EMPTY;
		if (target->source == TARGET_FIELDS &&
			(r->plan->names[i] & names[target->delivered]) == 0)
			present = false;
		else
			value = target_value(target, &run->in, &present);
		hit_all(run, present ? &group->present : &group->absent);
		if (!present)
			continue;
		run_group(run, group, value);
		run_negated(run, group);
	}
}

/* ---- body, rawbody, uri, full, mimeheader ---- */

static void
run_pieces(
	struct run *run, const struct plan_group *group, const struct slice *pieces, size_t count)
{
	for (size_t i = 0; i < count; i++)
		run_group(run, group, pieces[i]);
}

/* What stands for the absent field is a value like any other here; these rules match it. */
static void
run_absent_parts(struct run *run, const struct plan_group *group)
{
	for (size_t i = 0; i < group->absent.count; i++) {
		uint32_t id = group->absent.ids[i];
		try_rule(run, id, slice_str(run->rules->rules[id].if_unset));
	}
}

static void
run_parts(struct run *run)
{
	const struct rules *r = run->rules;
	for (size_t i = 0; i < r->targets_count; i++) {
		const struct plan_group *group = &r->plan->mime[i];
		const struct target *target = &r->targets[i];
		const struct message *m = target->delivered ? run->in.delivered : run->in.message;
		for (size_t e = 0; group->rules.count > 0 && e < m->entities_count; e++) {
			bool present;
			struct slice value = target_entity_value(
				target, &m->entities[e], m->charsets, run->in.arena, &present);
			if (present)
				run_group(run, group, value);
			else
				run_absent_parts(run, group);
		}
		run_negated(run, group);
	}
}

void
run_texts(struct run *run)
{
	const struct plan *plan = run->rules->plan;
	const struct mail_text *text = input_text(&run->in);
	size_t subject = text->body.pieces_count > 0; /* the first piece is the Subject */
	run_pieces(run, &plan->uris, text->uris, text->uris_count);
	run_parts(run);
	run_pieces(run, &plan->body, text->body.pieces, text->body.pieces_count);
	run_pieces(run, &plan->body_only, text->body.pieces + subject,
		text->body.pieces_count - subject);
	run_pieces(run, &plan->raw, text->raw.pieces, text->raw.pieces_count);
	run_group(run, &plan->full[0], run->in.message->raw);
	run_group(run, &plan->full[1], run->in.delivered->raw);
}
