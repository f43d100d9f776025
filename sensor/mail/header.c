#include "sensor/base/chars.h"
#include "sensor/mail/header.h"

#define LINE_MAX_TEXT 998 /* RFC 5322 2.1.1 */
#define CONTENT_FIELDS 16 /* Content-* fields of one part; RFC 2045 and 2183 have five */

enum line_kind {
	LINE_FIELD,
	LINE_CONTINUED,
	LINE_BLANK,
	LINE_OTHER,
};

struct splitter {
	struct slice raw;
	enum header_keep keep;
	struct arena *arena;
	struct message *out;
	struct header_field *current; /* the field that a continuation belongs to, if it is kept */
	bool any;		      /* a field was seen */
};

/* Cuts one line off the front of *rest: without its end. */
static struct slice
line_next(struct slice *rest, bool *bare_lf)
{
	size_t end = slice_index(*rest, '\n');
	struct slice line = slice_take(*rest, end);
	bool ended = end < rest->len;
	*rest = slice_skip(*rest, ended ? end + 1 : end);
	*bare_lf = false;
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	else
		*bare_lf = ended;
	return line;
}

static unsigned
byte_fault(uint8_t c)
{
	if (c >= 0x80)
		return FAULT_RAW_8BIT;
	if (c == '\t')
		return 0;
	if (c == '\r')
		return FAULT_BARE_CR;
	return c == 0 ? FAULT_NUL : FAULT_CONTROL;
}

static unsigned
line_faults(struct slice line, bool bare_lf)
{
	unsigned faults = bare_lf ? FAULT_BARE_LF : 0;
	if (line.len > LINE_MAX_TEXT)
		faults |= FAULT_LONG_LINE;
	for (size_t i = 0; i < line.len; i++)
		if (chars_is(line.ptr[i], CHAR_CTL | CHAR_HIGH))
			faults |= byte_fault(line.ptr[i]);
	return faults;
}

/* optional-field = field-name ":" …; ftext is printable but the colon (3.6.8); obs-optional allows
 * space before it (4.5.8). */
static enum line_kind
line_kind(struct slice line, size_t *colon)
{
	if (line.len == 0)
		return LINE_BLANK;
	if (chars_is(line.ptr[0], CHAR_SPACE))
		return LINE_CONTINUED;
	*colon = slice_index(line, ':');
	struct slice name = slice_trim(slice_take(line, *colon));
	if (*colon == line.len || name.len == 0)
		return LINE_OTHER;
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] == ' ' || chars_is(name.ptr[i], CHAR_SPACE | CHAR_CTL))
			return LINE_OTHER;
	return LINE_FIELD;
}

static bool
field_follows(struct slice rest)
{
	bool bare_lf;
	size_t colon;
	return rest.len > 0 && line_kind(line_next(&rest, &bare_lf), &colon) == LINE_FIELD;
}

static void
field_add(struct splitter *s, struct slice line, size_t colon, struct slice after)
{
	struct message *m = s->out;
	struct slice name = slice_take(line, colon);
	bool content = s->keep == HEADER_KEEP_CONTENT;
	s->current = NULL;
	s->any = true;
	if (chars_is(name.ptr[name.len - 1], CHAR_SPACE))
		m->faults |= FAULT_SPACE_BEFORE_COLON;
	if (content && !slice_istarts(name, SLICE("content-")))
		return;
	if ((size_t)(after.ptr - s->raw.ptr) <= LIMIT_HEADER_BLOCK)
		s->current = ARENA_PUSH(
			s->arena, m->fields, content ? CONTENT_FIELDS : LIMIT_HEADER_FIELDS);
	if (s->current == NULL) {
		m->faults |= FAULT_TOO_MANY;
		m->cut = true;
		return;
	}
	s->current->name = slice_trim(name);
	s->current->value = slice_skip(line, colon + 1);
	s->current->whole = slice_of(line.ptr, (size_t)(after.ptr - line.ptr));
}

static void
field_continue(struct splitter *s, struct slice line, struct slice after)
{
	struct header_field *f = s->current;
	if (!s->any || slice_trim(line).len == 0)
		s->out->faults |= FAULT_FOLDING;
	if (f == NULL)
		return;
	if ((size_t)(after.ptr - s->raw.ptr) > LIMIT_HEADER_BLOCK) {
		s->out->faults |= FAULT_TOO_MANY;
		s->out->cut = true;
		return;
	}
	f->value.len = (size_t)(line.ptr + line.len - f->value.ptr);
	f->whole.len = (size_t)(after.ptr - f->whole.ptr);
}

/* A line that is no field ends the header, as Postfix and sendmail have it, unless a field follows:
 * then it is one damaged line (an mbox "From " line, a subject with a line end in it), and the
 * fields after it still count. */
static bool
other_ends(struct splitter *s, struct slice line, struct slice rest)
{
	s->current = NULL;
	if (s->keep == HEADER_KEEP_CONTENT && slice_starts(line, SLICE("--")))
		return true;
	s->out->faults |= FAULT_NO_COLON;
	return !field_follows(rest);
}

void
header_split(struct slice raw, enum header_keep keep, struct arena *arena, struct message *out)
{
	struct splitter s = { .raw = raw, .keep = keep, .arena = arena, .out = out };
	struct slice rest = raw;
	while (rest.len > 0) {
		bool bare_lf;
		size_t colon = 0;
		struct slice at = rest, line = line_next(&rest, &bare_lf);
		enum line_kind kind = line_kind(line, &colon);
		if (kind == LINE_BLANK || (kind == LINE_OTHER && other_ends(&s, line, rest))) {
			out->faults |= kind == LINE_BLANK && bare_lf ? FAULT_BARE_LF : 0;
			out->header = slice_take(raw, (size_t)(at.ptr - raw.ptr));
			out->body = kind == LINE_BLANK ? rest : at;
			return;
		}
		out->faults |= line_faults(line, bare_lf);
		if (kind == LINE_FIELD)
			field_add(&s, line, colon, rest);
		else if (kind == LINE_CONTINUED)
			field_continue(&s, line, rest);
	}
	out->faults |= FAULT_NO_BLANK_LINE;
	out->header = raw;
	out->body = slice_skip(raw, raw.len);
}

const struct header_field *
message_field(const struct message *m, const char *name, size_t n)
{
	struct slice want = slice_str(name);
	for (size_t i = 0; i < m->fields_count; i++)
		if (slice_ieq(m->fields[i].name, want) && n-- == 0)
			return &m->fields[i];
	return NULL;
}

size_t
message_count(const struct message *m, const char *name)
{
	struct slice want = slice_str(name);
	size_t count = 0;
	for (size_t i = 0; i < m->fields_count; i++)
		count += slice_ieq(m->fields[i].name, want);
	return count;
}

const char *
message_fault_name(enum message_fault fault)
{
	switch (fault) {
	case FAULT_NO_COLON:
		return "no-colon";
	case FAULT_BARE_LF:
		return "bare-lf";
	case FAULT_BARE_CR:
		return "bare-cr";
	case FAULT_NUL:
		return "nul";
	case FAULT_RAW_8BIT:
		return "raw-8bit";
	case FAULT_LONG_LINE:
		return "long-line";
	case FAULT_FOLDING:
		return "folding";
	case FAULT_SPACE_BEFORE_COLON:
		return "space-before-colon";
	case FAULT_NO_BLANK_LINE:
		return "no-blank-line";
	case FAULT_TOO_MANY:
		return "too-many";
	case FAULT_CONTROL:
		return "control";
	}
	return "";
}
