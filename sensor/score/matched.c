#include "sensor/score/matched.h"

#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/text.h"

#define BEFORE 16	/* bytes of the value shown in front of the match */
#define LOOK_AHEAD 1024 /* bytes in which an address may end */

/* Fields whose values a record holds in clear under privacy, or that name no person; the local
 * parts of addresses in them are masked. */
static const char *const clear_fields[] = { "From", "Reply-To", "Sender", "Return-Path",
	"EnvelopeFrom", "Date", "Resent-Date", "Message-ID", "MESSAGEID", "X-Mailer", "User-Agent",
	"X-PHP-Originating-Script", "X-PHP-Script", "List-Id", "Auto-Submitted", "MIME-Version",
	"Content-Type", "Content-Transfer-Encoding", "Precedence", "X-Priority",
	"X-MSMail-Priority", "Importance" };

static bool
is_clear(const char *field)
{
	for (size_t i = 0; i < sizeof clear_fields / sizeof *clear_fields; i++)
		if (slice_ieq(slice_str(field), slice_str(clear_fields[i])))
			return true;
	return false;
}

static bool
is_local(uint8_t c)
{
	return c == '.' || c >= 0x80 || chars_is(c, CHAR_ATEXT);
}

/* Takes back what was written of a local part, with its quotes. */
static size_t
without_local(const uint8_t *out, size_t used)
{
	if (used > 0 && out[used - 1] == '"') {
		used--;
		while (used > 0 && out[used - 1] != '"')
			used--;
		return used > 0 ? used - 1 : 0;
	}
	while (used > 0 && is_local(out[used - 1]))
		used--;
	return used;
}

/* "…@example.org" for every address. */
static struct slice
masked(struct slice s, struct arena *arena)
{
	static const char ellipsis[] = "…";
	uint8_t *out = arena_alloc(arena, s.len * sizeof ellipsis);
	size_t used = 0;
	for (size_t i = 0; out != NULL && i < s.len; i++) {
		if (s.ptr[i] == '@') {
			used = without_local(out, used);
			memcpy(out + used, ellipsis, sizeof ellipsis - 1);
			used += sizeof ellipsis - 1;
		}
		out[used++] = s.ptr[i];
	}
	return out == NULL ? SLICE_EMPTY : slice_of(out, used);
}

/* The whole value where it is short; else from a little before the match on. */
static struct slice
excerpt(struct run *run, const struct run_found *found)
{
	struct slice value = found->value;
	size_t from = found->from < value.len ? found->from : value.len;
	from = value.len <= MATCHED_BYTES || from < BEFORE ? 0 : from - BEFORE;
	size_t end = from + MATCHED_BYTES;
	if (end >= value.len)
		end = value.len;
	else if (!run->in.clear) /* up to an address's "@", or the front of it would be shown */
		while (end < value.len && end < from + LOOK_AHEAD &&
			(is_local(value.ptr[end - 1]) || value.ptr[end - 1] == '"'))
			end++;
	value = slice_take(slice_skip(value, from), end - from);
	return run->in.clear ? value : masked(value, run->in.arena);
}

/* Line ends and runs of white space as one blank. */
static struct slice
one_line(struct slice s, struct arena *arena)
{
	uint8_t *out = arena_alloc(arena, s.len + 1);
	size_t used = 0;
	for (size_t i = 0; out != NULL && i < s.len; i++) {
		bool space = s.ptr[i] == ' ' || (s.ptr[i] >= '\t' && s.ptr[i] <= '\r');
		if (!space)
			out[used++] = s.ptr[i];
		else if (used > 0 && out[used - 1] != ' ')
			out[used++] = ' ';
	}
	while (used > 0 && out[used - 1] == ' ')
		used--;
	return slice_of(out, used);
}

static const char *
bounded(struct run *run, const char *text)
{
	return text_clean(run->in.arena, slice_str(text), MATCHED_BYTES);
}

static const struct run_found *
found_of(const struct run *run, uint32_t id)
{
	for (size_t i = 0; i < run->found_count; i++)
		if (run->found[i].id == id)
			return &run->found[i];
	return NULL;
}

static const char *
field_text(struct run *run, const char *field, const struct run_found *found)
{
	struct arena *a = run->in.arena;
	if (!run->in.clear && !is_clear(field))
		return arena_printf(a, "%s: %zu bytes", field, found->to - found->from);
	struct slice value = one_line(excerpt(run, found), a);
	size_t most = strlen(field) + 2 < MATCHED_BYTES ? MATCHED_BYTES - strlen(field) - 2 : 0;
	return arena_printf(a, "%s: %s", field, text_clean(a, value, most));
}

static const char *
looked_at_header(struct run *run, const struct rule *rule, const struct run_found *found)
{
	const struct target *target = &run->rules->targets[rule->target];
	const char *field = text_clean(run->in.arena, slice_str(target->name), MATCHED_BYTES / 2);
	struct run_found whole = { 0 };
	bool present = found != NULL;
	if (found == NULL && rule->kind != RULE_MIMEHEADER) {
		whole.value = target_value(target, &run->in, &present);
		whole.to = whole.value.len;
		found = &whole;
	}
	if (!present)
		return arena_printf(run->in.arena, "no %s", field);
	return field_text(run, field, found);
}

static const char *
looked_at_session(struct run *run, const struct rule *rule, const struct run_found *found)
{
	struct arena *a = run->in.arena;
	double number;
	struct slice text;
	if (rule->field->number != NULL)
		return rule->field->number(&run->in, &number)
			       ? arena_printf(a, "%s %.6g", rule->field->name, number)
			       : "";
	struct run_found whole = { 0 };
	if (found == NULL && rule->field->text(&run->in, 0, &text)) {
		whole.value = text;
		found = &whole;
	}
	if (found == NULL)
		return "";
	/* the record's own text, which privacy was done to: an address in it stays as it is there
	 */
	size_t from = found->value.len <= MATCHED_BYTES || found->from < BEFORE
			      ? 0
			      : found->from - BEFORE;
	return arena_printf(a, "%s: %s", rule->field->name,
		text_clean(a, one_line(slice_skip(found->value, from), a),
			MATCHED_BYTES - 2 - strlen(rule->field->name)));
}

/* Names of the rules that made it true; where none did, of those whose absence did. */
static const char *
looked_at_meta(struct run *run, const struct rule *rule)
{
	struct arena *a = run->in.arena;
	const struct rules *r = run->rules;
	const char *text = "";
	for (int absent = 0; absent < 2 && *text == '\0'; absent++)
		for (size_t i = 0; i < rule->expr.steps_count; i++) {
			const struct expr_step *step = &rule->expr.steps[i];
			if (step->op != EXPR_NAME || step->rule >= r->rules_count ||
				(run->values[step->rule] == 0) != (absent == 1) ||
				strlen(text) > MATCHED_BYTES)
				continue;
			text = arena_printf(a, "%s%s%s%s", text, *text == '\0' ? "" : " ",
				absent == 1 ? "!" : "", r->rules[step->rule].name);
		}
	return text;
}

static const char *
looked_at_eval(struct run *run, const struct rule *rule)
{
	const char *text = "";
	for (size_t i = 0; i < rule->arguments.count; i++)
		text = arena_printf(run->in.arena, "%s%s%s", text, i == 0 ? "" : ", ",
			arena_string(run->in.arena, rule->arguments.words[i]));
	return text;
}

/* How much of the text it was, and no more. */
static const char *
looked_at_body(struct run *run, const struct rule *rule, const struct run_found *found)
{
	if (found == NULL)
		return rule->word;
	return arena_printf(run->in.arena, "%s: %zu bytes", rule->word, found->to - found->from);
}

const char *
matched_text(struct run *run, uint32_t id)
{
	const struct rule *rule = &run->rules->rules[id];
	const struct run_found *found = found_of(run, id);
	switch (rule->kind) {
	case RULE_HEADER:
	case RULE_EXISTS:
		return bounded(run, looked_at_header(run, rule, found));
	case RULE_MIMEHEADER:
		return found == NULL ? "" : bounded(run, looked_at_header(run, rule, found));
	case RULE_BODY:
	case RULE_RAWBODY:
	case RULE_FULL:
	case RULE_URI:
		return bounded(run, looked_at_body(run, rule, found));
	case RULE_META:
		return bounded(run, looked_at_meta(run, rule));
	case RULE_SESSION:
		return bounded(run, looked_at_session(run, rule, found));
	case RULE_FAULT:
		return text_clean(run->in.arena, slice_trim(rule->definition), MATCHED_BYTES);
	case RULE_EVAL:
		return bounded(run, looked_at_eval(run, rule));
	case RULE_HOST:
	case RULE_LIST:
		break;
	}
	return "";
}
