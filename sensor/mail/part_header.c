#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/text.h"
#include "sensor/mail/header.h"
#include "sensor/mail/part_header.h"
#include "sensor/mail/part_parameter.h"

#define TYPE_MAX 127	   /* bytes of a media type: RFC 6838 4.2, twice 63 and the slash */
#define WORD_MAX 64	   /* of an encoding, a disposition, a character set */
#define NAME_MAX_BYTES 255 /* of a file name */
#define VALUE_RAW_MAX 4096 /* of one value */

/* field-name without white space, then perhaps white space, then the colon (RFC 5322 3.6.8, 4.5.8):
 * the index of the colon, or 0. */
static size_t
field_colon(struct slice line)
{
	size_t n = 0;
	while (n < line.len && line.ptr[n] > ' ' && line.ptr[n] < 0x7f && line.ptr[n] != ':')
		n++;
	size_t name = n;
	while (n < line.len && chars_is(line.ptr[n], CHAR_SPACE))
		n++;
	return name > 0 && n < line.len && line.ptr[n] == ':' ? n : 0;
}

static struct slice
without_line_end(struct slice line)
{
	if (line.len > 0 && line.ptr[line.len - 1] == '\n')
		line.len--;
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

static struct header_field *
field_add(struct message_entity *e, struct slice line, size_t colon, struct arena *arena)
{
	struct header_field *f = ARENA_PUSH(arena, e->fields, LIMIT_PART_FIELDS);
	if (f == NULL) {
		e->faults |= PART_CUT;
		return NULL;
	}
	f->name = slice_trim(slice_take(line, colon));
	f->value = slice_skip(without_line_end(line), colon + 1);
	f->whole = line;
	f->hash = header_name_hash(f->name);
	return f;
}

static void
field_continue(struct header_field *f, struct slice line)
{
	if (f == NULL)
		return;
	struct slice text = without_line_end(line);
	f->value.len = (size_t)(text.ptr + text.len - f->value.ptr);
	f->whole.len = (size_t)(line.ptr + line.len - f->whole.ptr);
}

enum line_kind {
	LINE_FIELD,
	LINE_CONTINUED,
	LINE_BLANK,
	LINE_OTHER,
};

static enum line_kind
line_kind(struct slice line, size_t *colon)
{
	*colon = field_colon(line);
	if (without_line_end(line).len == 0)
		return LINE_BLANK;
	if (*colon > 0)
		return LINE_FIELD;
	return chars_is(line.ptr[0], CHAR_SPACE) ? LINE_CONTINUED : LINE_OTHER;
}

struct slice
part_header_split(struct slice s, unsigned bad_most, struct arena *arena, struct message_entity *e)
{
	struct slice rest = s;
	struct header_field *current = NULL;
	unsigned bad = 0;
	bool any = false, message = bad_most > 0;
	for (struct slice line; rest.len > 0; rest = slice_skip(rest, line.len)) {
		size_t colon;
		line = slice_take(rest, slice_index(rest, '\n') + 1);
		enum line_kind kind = line_kind(line, &colon);
		if (kind == LINE_FIELD) {
			current = field_add(e, line, colon, arena);
		} else if (kind == LINE_CONTINUED && (any || message)) {
			field_continue(current, line);
		} else if (kind == LINE_OTHER && bad < bad_most &&
			   !slice_starts(line, SLICE("--"))) {
			bad++;
			current = NULL;
			e->faults |= PART_NO_HEADER;
		} else {
			e->header = slice_take(s, (size_t)(rest.ptr - s.ptr));
			bool blank = kind == LINE_BLANK;
			if (!any)
				e->faults |= blank ? PART_NO_FIELDS : PART_NO_HEADER;
			else if (!blank)
				e->faults |= PART_NO_BLANK_LINE;
			return blank ? slice_skip(rest, line.len) : rest;
		}
		any = true;
	}
	e->header = s;
	e->faults |= any ? PART_NO_BLANK_LINE : PART_NO_FIELDS;
	return rest;
}

static const char *
lower_text(struct slice s, size_t max, struct arena *arena)
{
	uint8_t out[TYPE_MAX];
	size_t n = 0;
	for (; n < s.len && n < max; n++)
		out[n] = chars_lower(s.ptr[n]);
	return text_clean(arena, slice_of(out, n), max);
}

/* The token before any parameter or comment. */
static struct slice
token(struct slice value)
{
	size_t n = 0;
	while (n < value.len && (chars_is(value.ptr[n], CHAR_TOKEN) || value.ptr[n] == '/'))
		n++;
	return slice_take(value, n);
}

/* type "/" subtype (RFC 2045 5.1); where it is neither, readers show text (5.2). */
static void
type_read(struct slice value, struct message_entity *e, struct arena *arena)
{
	struct slice type = token(value), after = slice_trim(slice_skip(value, type.len));
	size_t slash = slice_index(type, '/');
	bool good = slash > 0 && slash + 1 < type.len;
	e->typed = value.len > 0;
	if (!e->typed)
		return;
	if (good)
		e->type = lower_text(type, TYPE_MAX, arena);
	if (!good || (after.len > 0 && after.ptr[0] != ';' && after.ptr[0] != '('))
		e->faults |= PART_TYPE_DAMAGED;
}

/* The name alone: charset=\"us-ascii\" is what one generation of mailers wrote, others add
 * comments. */
static struct slice
charset_name(struct slice s)
{
	while (s.len > 0 && !chars_is(s.ptr[0], CHAR_ALPHA | CHAR_DIGIT))
		s = slice_skip(s, 1);
	size_t n = 0;
	while (n < s.len && chars_is(s.ptr[n], CHAR_TOKEN) && s.ptr[n] != '\'')
		n++;
	return slice_take(s, n);
}

static void
parameters_read(struct slice value, bool disposition, struct charsets *charsets,
	struct message_entity *e, struct arena *arena)
{
	struct part_parameters p;
	part_parameters(value, charsets, arena, &p);
	if (p.twice)
		e->faults |= PART_PARAMETER_TWICE;
	if (!disposition) {
		e->charset = lower_text(charset_name(p.charset), WORD_MAX, arena);
		e->boundary = p.boundary;
	}
	struct slice name = disposition && p.filename.len > 0 ? p.filename : p.name;
	name = name.len > 0 ? name : p.filename;
	if (name.len > 0)
		e->name = text_clean(arena, name, NAME_MAX_BYTES);
}

/* The last field of that name, unfolded into the buffer. */
static struct slice
value_of(struct message_entity *e, struct slice name, bool once, uint8_t buffer[VALUE_RAW_MAX])
{
	const struct header_field *found = NULL;
	for (size_t i = 0; i < e->fields_count; i++) {
		if (!slice_ieq(e->fields[i].name, name))
			continue;
		if (found != NULL && once)
			e->faults |= PART_FIELD_TWICE;
		found = &e->fields[i];
	}
	return found == NULL ? SLICE_EMPTY
			     : header_unfold_into(found->value, buffer, VALUE_RAW_MAX);
}

void
part_header_read(struct message_entity *e, struct charsets *charsets, struct arena *arena)
{
	uint8_t buffer[VALUE_RAW_MAX];
	e->type = "text/plain";
	e->charset = e->encoding = e->disposition = e->name = "";
	struct slice value = value_of(e, SLICE("Content-Type"), true, buffer);
	type_read(value, e, arena);
	parameters_read(value, false, charsets, e, arena);
	value = value_of(e, SLICE("Content-Disposition"), false, buffer);
	e->disposition = lower_text(token(value), WORD_MAX, arena);
	parameters_read(value, true, charsets, e, arena);
	value = value_of(e, SLICE("Content-Transfer-Encoding"), true, buffer);
	e->encoding = lower_text(token(value), WORD_MAX, arena);
}
