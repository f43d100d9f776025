#include <string.h>

#include "sensor/base/addr.h"
#include "sensor/base/chars.h"
#include "sensor/score/eval_kept.h"
#include "sensor/score/target.h"
#include "sensor/score/target_address.h"
#include "sensor/score/target_text.h"

/* Composed names and names that are no field; the first of each pair is exact, as in SpamAssassin.
 */
static const struct {
	const char *name;
	bool exact; /* "all" is a field of that name */
	enum target_source source;
	bool skip_empty;
	const char *fields[4];
} composed[] = {
	{ "ALL", true, TARGET_ALL, false, { NULL } },
	{ "ALL-TRUSTED", true, TARGET_ALL_TRUSTED, false, { NULL } },
	{ "ALL-UNTRUSTED", true, TARGET_ALL_UNTRUSTED, false, { NULL } },
	{ "ALL-INTERNAL", true, TARGET_ALL_INTERNAL, false, { NULL } },
	{ "ALL-EXTERNAL", true, TARGET_ALL_EXTERNAL, false, { NULL } },
	{ "EnvelopeFrom", false, TARGET_ENVELOPE_FROM, false, { NULL } },
	{ "X-Spam-Relays-Trusted", false, TARGET_RELAYS_TRUSTED, false, { NULL } },
	{ "X-Spam-Relays-Untrusted", false, TARGET_RELAYS_UNTRUSTED, false, { NULL } },
	{ "X-Spam-Relays-Internal", false, TARGET_RELAYS_INTERNAL, false, { NULL } },
	{ "X-Spam-Relays-External", false, TARGET_RELAYS_EXTERNAL, false, { NULL } },
	{ "ToCc", false, TARGET_FIELDS, false, { "To", "Cc" } },
	{ "MESSAGEID", true, TARGET_FIELDS, true,
		{ "X-Message-Id", "Resent-Message-Id", "X-Original-Message-ID", "Message-Id" } },
};

static void
set_addr(struct target *t)
{
	t->part = TARGET_ADDR;
}

static void
set_name(struct target *t)
{
	t->part = TARGET_NAME;
}

static void
set_raw(struct target *t)
{
	t->raw = true;
}

static void
set_host(struct target *t)
{
	if (t->net != TARGET_DOMAIN)
		t->net = TARGET_HOST;
}

static void
set_domain(struct target *t)
{
	t->net = TARGET_DOMAIN;
}

static void
set_ip(struct target *t)
{
	if (t->net == TARGET_NET_NONE)
		t->net = TARGET_IP;
}

static void
set_revip(struct target *t)
{
	if (t->net == TARGET_NET_NONE || t->net == TARGET_IP)
		t->net = TARGET_REVIP;
}

static void
set_first(struct target *t)
{
	t->pick = TARGET_FIRST;
}

static void
set_last(struct target *t)
{
	t->pick = TARGET_LAST;
}

static const struct {
	const char *name;
	void (*set)(struct target *t);
} modifiers[] = {
	{ "raw", set_raw },
	{ "addr", set_addr },
	{ "name", set_name },
	{ "host", set_host },
	{ "domain", set_domain },
	{ "ip", set_ip },
	{ "revip", set_revip },
	{ "first", set_first },
	{ "last", set_last },
};

static int
parse_modifier(struct slice text, struct target *out, struct err *err)
{
	for (size_t i = 0; i < sizeof modifiers / sizeof *modifiers; i++)
		if (slice_eq(text, slice_str(modifiers[i].name))) {
			modifiers[i].set(out);
			return 0;
		}
	return err_set(err,
		"':%.*s': use :raw, :addr, :name, :host, :domain, :ip, :revip, :first or :last",
		(int)slice_take(text, 40).len, (const char *)text.ptr);
}

static void
resolve(struct target *out)
{
	struct slice name = slice_str(out->name);
	out->fields[0] = out->name;
	for (size_t i = 0; i < sizeof composed / sizeof *composed; i++) {
		struct slice want = slice_str(composed[i].name);
		if (composed[i].exact ? !slice_eq(name, want) : !slice_ieq(name, want))
			continue;
		out->source = composed[i].source;
		out->skip_empty = composed[i].skip_empty;
		memcpy(out->fields, composed[i].fields, sizeof composed[i].fields);
	}
	out->envelope_from = out->source == TARGET_ENVELOPE_FROM;
	if (out->part == TARGET_TEXT && out->raw)
		out->part = TARGET_RAW;
}

int
target_parse(struct slice text, struct arena *arena, struct target *out, struct err *err)
{
	struct slice rest = text, field = slice_split(&rest, ':');
	*out = (struct target){ .part = TARGET_TEXT };
	for (bool more = field.len < text.len; more;) {
		more = slice_index(rest, ':') < rest.len;
		if (parse_modifier(slice_split(&rest, ':'), out, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < field.len; i++)
		if (!chars_is(field.ptr[i], CHAR_TOKEN))
			return err_set(err, "'%.*s' is no name of a header field",
				(int)slice_take(field, 40).len, (const char *)field.ptr);
	if (field.len == 0)
		return err_set(err, "a header field is expected");
	out->name = arena_string(arena, field);
	resolve(out);
	return 0;
}

bool
target_eq(const struct target *a, const struct target *b)
{
	return a->part == b->part && a->raw == b->raw && a->net == b->net && a->pick == b->pick &&
	       a->delivered == b->delivered && strcmp(a->name, b->name) == 0;
}

static void
push(struct target_values *out, struct slice value, struct arena *arena)
{
	struct slice *to = ARENA_PUSH(arena, out->items, TARGET_VALUES);
	if (to != NULL)
		*to = value;
}

static void
fields_values(const struct target *t, const struct message *m, struct arena *arena,
	struct target_values *out)
{
	bool raw = t->part != TARGET_TEXT;
	for (size_t f = 0; t->fields[f] != NULL; f++) {
		struct slice name = slice_str(t->fields[f]);
		for (size_t i = 0; i < m->fields_count && out->items_count < TARGET_VALUES; i++) {
			if (!slice_ieq(m->fields[i].name, name))
				continue;
			if (t->skip_empty && slice_trim(m->fields[i].value).len == 0)
				continue;
			push(out,
				raw ? target_text_raw(m->fields[i].value, arena)
				    : target_text_decoded(&m->fields[i], m->charsets, arena),
				arena);
		}
	}
}

/* Which fields of ALL-…: of the message as delivered, Received fields counted from the top. */
struct range {
	size_t from, to; /* fields behind the from-th Received field, up to and with the to-th */
};

static struct range
range_of(enum target_source source, const struct rule_input *in)
{
	const struct relays *r = input_relays(in);
	size_t trusted = r->trusted_fields, internal = r->internal_fields;
	switch (source) {
	case TARGET_ALL_TRUSTED:
		return (struct range){ 0, trusted + 1 };
	case TARGET_ALL_INTERNAL:
		return (struct range){ 0, internal + 1 };
	case TARGET_ALL_UNTRUSTED:
		return (struct range){ trusted + 1, SIZE_MAX };
	case TARGET_ALL_EXTERNAL:
		return (struct range){ internal + 1, SIZE_MAX };
	case TARGET_ALL:
	case TARGET_FIELDS:
	case TARGET_ENVELOPE_FROM:
	case TARGET_RELAYS_TRUSTED:
	case TARGET_RELAYS_UNTRUSTED:
	case TARGET_RELAYS_INTERNAL:
	case TARGET_RELAYS_EXTERNAL:
		break;
	}
	return (struct range){ 0, SIZE_MAX };
}

static void
header_values(const struct target *t, const struct rule_input *in, struct target_values *out)
{
	const struct message *m = t->delivered ? in->delivered : in->message;
	struct range range = range_of(t->source, in);
	size_t received = 0;
	for (size_t i = 0; i < m->fields_count && out->items_count < TARGET_VALUES; i++) {
		const struct header_field *f = &m->fields[i];
		received += slice_ieq(f->name, SLICE("Received"));
		bool last = received == range.to;
		if (received >= range.from)
			push(out,
				t->raw ? target_text_raw(f->whole, in->arena)
				       : target_text_field(f, m->charsets, in->arena),
				in->arena);
		if (last)
			break;
	}
}

static void
source_values(const struct target *t, const struct rule_input *in, struct target_values *out)
{
	const struct message *m = t->delivered ? in->delivered : in->message;
	struct slice value;
	if (t->source == TARGET_ENVELOPE_FROM) {
		if (target_envelope_from(in, t->delivered, &value))
			push(out, value, in->arena);
		return;
	}
	if (m == NULL)
		return;
	switch (t->source) {
	case TARGET_FIELDS:
		fields_values(t, m, in->arena, out);
		return;
	case TARGET_RELAYS_TRUSTED:
		push(out, slice_str(input_relays(in)->trusted), in->arena);
		return;
	case TARGET_RELAYS_UNTRUSTED:
		push(out, slice_str(input_relays(in)->untrusted), in->arena);
		return;
	case TARGET_RELAYS_INTERNAL:
		push(out, slice_str(input_relays(in)->internal), in->arena);
		return;
	case TARGET_RELAYS_EXTERNAL:
		push(out, slice_str(input_relays(in)->external), in->arena);
		return;
	case TARGET_ALL:
	case TARGET_ALL_TRUSTED:
	case TARGET_ALL_UNTRUSTED:
	case TARGET_ALL_INTERNAL:
	case TARGET_ALL_EXTERNAL:
		header_values(t, in, out);
		return;
	case TARGET_ENVELOPE_FROM:
		return;
	}
}

static void
pick_one(enum target_pick pick, struct target_values *values)
{
	if (pick == TARGET_EVERY || values->items_count == 0)
		return;
	if (pick == TARGET_LAST)
		values->items[0] = values->items[values->items_count - 1];
	values->items_count = 1;
}

static void
mailbox_values(const struct target *t, struct charsets *charsets, struct arena *arena,
	struct target_values *values)
{
	struct target_mailboxes boxes = { 0 };
	for (size_t i = 0; i < values->items_count; i++)
		target_mailboxes(values->items[i], arena, &boxes);
	*values = (struct target_values){ 0 };
	for (size_t i = 0; i < boxes.items_count; i++) {
		const struct target_mailbox *b = &boxes.items[i];
		if (t->part == TARGET_ADDR && b->address.len > 0)
			push(values, b->address, arena);
		else if (t->part == TARGET_NAME && b->has_name)
			push(values, t->raw ? b->name : target_text_name(b->name, charsets, arena),
				arena);
	}
}

static void
net_values(const struct target *t, const struct rule_input *in, struct target_values *values)
{
	size_t kept = 0;
	for (size_t i = 0; i < values->items_count; i++) {
		struct slice value = values->items[i], found = SLICE_EMPTY;
		if (t->net == TARGET_IP || t->net == TARGET_REVIP)
			found = target_text_ip(value, t->net == TARGET_REVIP, in->arena);
		else
			found = target_text_host(value, t->part == TARGET_ADDR);
		if (t->net == TARGET_DOMAIN)
			found = target_text_domain(in, found);
		if (found.len > 0)
			values->items[kept++] = found;
	}
	values->items_count = kept;
}

void
target_values(const struct target *t, const struct rule_input *in, struct target_values *out)
{
	const struct message *m = t->delivered ? in->delivered : in->message;
	*out = (struct target_values){ 0 };
	source_values(t, in, out);
	pick_one(t->pick, out);
	if (t->part == TARGET_ADDR || t->part == TARGET_NAME)
		mailbox_values(t, m == NULL ? NULL : m->charsets, in->arena, out);
	if (t->net != TARGET_NET_NONE)
		net_values(t, in, out);
}

static struct slice
joined(const struct target_values *values, struct arena *arena)
{
	if (values->items_count == 0)
		return SLICE_EMPTY;
	struct slice first = values->items[0];
	if (values->items_count == 1)
		return first;
	bool ends = first.len > 0 && first.ptr[first.len - 1] == '\n';
	size_t size = values->items_count, n = 0;
	for (size_t i = 0; i < values->items_count; i++)
		size += values->items[i].len;
	uint8_t *out = arena_alloc(arena, size);
	for (size_t i = 0; out != NULL && i < values->items_count; i++) {
		if (values->items[i].len > 0)
			memcpy(out + n, values->items[i].ptr, values->items[i].len);
		n += values->items[i].len;
		if (!ends && i + 1 < values->items_count)
			out[n++] = '\n';
	}
	return out == NULL ? first : slice_of(out, n);
}

struct slice
target_value(const struct target *t, const struct rule_input *in, bool *present)
{
	struct target_values values;
	target_values(t, in, &values);
	*present = values.items_count > 0;
	return joined(&values, in->arena);
}

/* As in a part's header SpamAssassin keeps it: without the white space behind the colon. */
static struct slice
without_front(struct slice value)
{
	while (value.len > 1 && (value.ptr[0] == '\n' || chars_is(value.ptr[0], CHAR_SPACE)))
		value = slice_skip(value, 1);
	return value;
}

struct slice
target_entity_value(const struct target *t, const struct message_entity *entity,
	struct charsets *charsets, struct arena *arena, bool *present)
{
	struct target_values values = { 0 };
	const struct message m = {
		.fields = entity->fields, .fields_count = entity->fields_count, .charsets = charsets
	};
	struct target plain = *t;
	plain.part = t->raw ? TARGET_RAW : TARGET_TEXT;
	if (t->source == TARGET_ALL)
		for (size_t i = 0; i < m.fields_count; i++)
			push(&values,
				t->raw ? target_text_raw(m.fields[i].whole, arena)
				       : target_text_field(&m.fields[i], m.charsets, arena),
				arena);
	else
		fields_values(&plain, &m, arena, &values);
	*present = values.items_count > 0;
	if (t->source == TARGET_ALL)
		return joined(&values, arena);
	pick_one(TARGET_LAST, &values);
	return without_front(joined(&values, arena));
}

static void
literal_values(const struct rule_input *in, const char *name, bool delivered, struct target *t,
	struct target_values *out)
{
	struct err ignored;
	if (target_parse(slice_str(name), in->arena, t, &ignored) < 0)
		*t = (struct target){ .name = "", .fields = { "" } };
	t->delivered = delivered;
	target_values(t, in, out);
}

void
target_get_all(const struct rule_input *in, const char *name, struct target_values *out)
{
	struct target t;
	literal_values(in, name, true, &t, out);
}

void
target_get_all_sent(const struct rule_input *in, const char *name, struct target_values *out)
{
	struct target t;
	literal_values(in, name, false, &t, out);
}

static struct slice
scalar_value(const struct rule_input *in, const char *name, bool delivered, bool *present)
{
	struct target t;
	struct target_values values;
	literal_values(in, name, delivered, &t, &values);
	*present = values.items_count > 0;
	if (t.net == TARGET_NET_NONE && t.part != TARGET_ADDR && t.part != TARGET_NAME)
		return joined(&values, in->arena);
	return *present ? values.items[0] : SLICE_EMPTY;
}

static struct slice
get(const struct rule_input *in, const char *name, bool delivered, bool *present)
{
	struct eval_kept *kept = eval_kept(in);
	for (size_t i = 0; i < kept->values_count; i++)
		if (kept->values[i].delivered == delivered &&
			strcmp(kept->values[i].name, name) == 0) {
			*present = kept->values[i].present;
			return kept->values[i].value;
		}
	struct slice value = scalar_value(in, name, delivered, present);
	if (kept->values_count < EVAL_KEPT_VALUES)
		kept->values[kept->values_count++] =
			(struct eval_kept_value){ name, delivered, value, *present };
	return value;
}

struct slice
target_get(const struct rule_input *in, const char *name, bool *present)
{
	return get(in, name, true, present);
}

struct slice
target_get_sent(const struct rule_input *in, const char *name, bool *present)
{
	return get(in, name, false, present);
}
