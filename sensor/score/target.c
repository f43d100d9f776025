#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/text.h"
#include "sensor/score/target.h"

static const struct {
	const char *name;
	const char *fields[3];
} composed[] = {
	{ "ToCc", { "To", "Cc" } },
	{ "MESSAGEID", { "Message-ID", "X-Message-ID", "Resent-Message-ID" } },
};

static const struct {
	const char *name;
	enum target_part part;
} parts[] = {
	{ "raw", TARGET_RAW },
	{ "addr", TARGET_ADDR },
	{ "name", TARGET_NAME },
};

static int
parse_part(struct slice text, struct target *out, struct err *err)
{
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (slice_eq(text, slice_str(parts[i].name))) {
			out->part = parts[i].part;
			return 0;
		}
	return err_set(err, "':%.*s': use :raw, :addr or :name", (int)slice_take(text, 40).len,
		(const char *)text.ptr);
}

int
target_parse(struct slice text, struct arena *arena, struct target *out, struct err *err)
{
	struct slice rest = text, field = slice_split(&rest, ':');
	*out = (struct target){ .part = TARGET_TEXT };
	if (field.len + 1 <= text.len && parse_part(rest, out, err) < 0)
		return -1;
	for (size_t i = 0; i < field.len; i++)
		if (!chars_is(field.ptr[i], CHAR_TOKEN))
			return err_set(err, "'%.*s' is no name of a header field",
				(int)slice_take(field, 40).len, (const char *)field.ptr);
	if (field.len == 0)
		return err_set(err, "a header field is expected");
	out->name = arena_string(arena, field);
	out->fields[0] = out->name;
	out->all = strcmp(out->name, "ALL") == 0;
	out->envelope_from = strcmp(out->name, "EnvelopeFrom") == 0;
	for (size_t i = 0; i < sizeof composed / sizeof *composed; i++)
		if (strcmp(out->name, composed[i].name) == 0)
			memcpy(out->fields, composed[i].fields, sizeof composed[i].fields);
	return 0;
}

bool
target_eq(const struct target *a, const struct target *b)
{
	return a->part == b->part && a->delivered == b->delivered && strcmp(a->name, b->name) == 0;
}

static struct slice
without_quotes(struct slice s)
{
	if (s.len >= 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"')
		return slice_take(slice_skip(s, 1), s.len - 2);
	return s;
}

static struct slice
one_value(enum target_part part, struct slice value, struct arena *arena)
{
	struct slice found = SLICE_EMPTY;
	switch (part) {
	case TARGET_TEXT:
		return slice_str(header_text(value, arena));
	case TARGET_RAW:
		return value;
	case TARGET_ADDR:
		header_addresses(value, &found, 1);
		return found;
	case TARGET_NAME:
		found = slice_str(header_text(header_display_name(value), arena));
		return without_quotes(found);
	}
	return found;
}

/* Two slices and a line end between them, in the arena. */
static struct slice
join(struct slice a, struct slice b, struct arena *arena)
{
	uint8_t *out = arena_alloc(arena, a.len + b.len + 1);
	if (out == NULL)
		return a;
	memcpy(out, a.ptr, a.len);
	out[a.len] = '\n';
	memcpy(out + a.len + 1, b.ptr, b.len);
	return slice_of(out, a.len + b.len + 1);
}

#define VALUES_MAX 64 /* fields of one name that are looked at: a loop's Received */

struct slice
target_value(const struct target *t, const struct rule_input *in, bool *present)
{
	const struct message *m = t->delivered ? in->delivered : in->message;
	*present = true;
	if (t->all)
		return m->header;
	if (t->envelope_from)
		return slice_str(in->mail->mail_from);
	struct slice out = SLICE_EMPTY;
	bool first_only = t->part == TARGET_ADDR || t->part == TARGET_NAME;
	size_t count = 0;
	for (size_t f = 0; t->fields[f] != NULL; f++) {
		const struct header_field *field;
		for (size_t n = 0;
			count < VALUES_MAX && (field = message_field(m, t->fields[f], n)) != NULL;
			n++, count++) {
			struct slice value = one_value(t->part, field->value, in->arena);
			if (count > 0 && first_only)
				break;
			out = count == 0 ? value : join(out, value, in->arena);
		}
	}
	*present = count > 0;
	return out;
}
