#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/mail/header.h"

#define LINE_MAX_TEXT 998 /* RFC 5322 2.1.1 */
#define FIELDS_FIRST 32	  /* room at the start; most mails have fewer */
#define CONTINUED_MOST 16 /* lines behind a damaged one that are looked at for a field */

enum line_kind {
	LINE_FIELD,
	LINE_CONTINUED,
	LINE_BLANK,
	LINE_OTHER,
};

struct line {
	struct slice text; /* without its end */
	unsigned faults;
	bool bare_lf;
};

struct splitter {
	struct slice raw;
	struct arena *arena;
	struct message *out;
	struct header_field *current; /* the field that a continuation belongs to, if it is kept */
	bool any;		      /* a field was seen */
	unsigned seen;		      /* bits of the rows of known[] */
};

/* RFC 5322 3.6 and RFC 2045: at most one of each.  The first four every reader is shown, and every
 * program writes as here. */
static const struct known {
	const char *name;
	uint8_t len;
} known[] = { { "From", 4 }, { "To", 2 }, { "Subject", 7 }, { "Date", 4 }, { "Cc", 2 },
	{ "Bcc", 3 }, { "Sender", 6 }, { "Reply-To", 8 }, { "Message-ID", 10 },
	{ "In-Reply-To", 11 }, { "References", 10 }, { "MIME-Version", 12 }, { "Content-Type", 12 },
	{ "Content-Transfer-Encoding", 25 } };
#define SHOWN 4
#define SHOWN_BITS ((1U << SHOWN) - 1)

/* ---- lines ---- */

/* How many bytes at the front are neither controls nor beyond ASCII: eight at a time. */
static size_t
plain_front(struct slice s)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones * 0x80;
	size_t n = 0;
	for (uint64_t x; n + 8 <= s.len; n += 8) {
		memcpy(&x, s.ptr + n, 8);
		uint64_t below = (x - ones * 0x20) & ~x; /* < 0x20 */
		uint64_t above = x + ones;		 /* > 0x7E */
		if (((below | above | x) & high) != 0)
			break;
	}
	while (n < s.len && !chars_is(s.ptr[n], CHAR_CTL | CHAR_HIGH))
		n++;
	return n;
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

/* Cuts one line off the front of *rest. */
static struct line
line_next(struct slice *rest)
{
	struct line line = { .faults = 0 };
	size_t n = 0, len = rest->len;
	for (;; n++) {
		n += plain_front(slice_skip(*rest, n));
		if (n == len)
			break;
		uint8_t c = rest->ptr[n];
		if (c == '\n')
			break;
		if (c != '\r' || n + 1 == len || rest->ptr[n + 1] != '\n')
			line.faults |= byte_fault(c);
	}
	line.text = slice_take(*rest, n);
	bool ended = n < len;
	*rest = slice_skip(*rest, ended ? n + 1 : n);
	if (ended && n > 0 && line.text.ptr[n - 1] == '\r')
		line.text.len--;
	else
		line.bare_lf = ended;
	if (line.bare_lf)
		line.faults |= FAULT_BARE_LF;
	if (line.text.len > LINE_MAX_TEXT)
		line.faults |= FAULT_LONG_LINE;
	return line;
}

/* optional-field = field-name ":" …; ftext is printable but the colon (3.6.8); obs-optional allows
 * space before it (4.5.8). */
static enum line_kind
line_kind(struct slice line, size_t *colon)
{
	size_t n = 0;
	if (line.len == 0)
		return LINE_BLANK;
	if (chars_is(line.ptr[0], CHAR_SPACE))
		return LINE_CONTINUED;
	while (n < line.len && line.ptr[n] != ':' && !chars_is(line.ptr[n], CHAR_SPACE | CHAR_CTL))
		n++;
	size_t name = n;
	while (n < line.len && chars_is(line.ptr[n], CHAR_SPACE))
		n++;
	if (name == 0 || n == line.len || line.ptr[n] != ':')
		return LINE_OTHER;
	*colon = n;
	return LINE_FIELD;
}

/* Continuations of what is no field are passed over. */
static bool
field_follows(struct slice rest)
{
	size_t colon;
	enum line_kind kind = LINE_CONTINUED;
	for (int i = 0; rest.len > 0 && kind == LINE_CONTINUED && i < CONTINUED_MOST; i++)
		kind = line_kind(line_next(&rest).text, &colon);
	return kind == LINE_FIELD;
}

/* ---- fields ---- */

/* Letters of both cases are alike when bit 5 is set; what else becomes alike is told apart where
 * names are compared. */
uint32_t
header_name_hash(struct slice name)
{
	const uint64_t lower = UINT64_C(0x2020202020202020);
	uint64_t first = 0, last = 0;
	if (name.len >= 8) {
		memcpy(&first, name.ptr, 8);
		memcpy(&last, name.ptr + name.len - 8, 8);
	} else {
		for (size_t i = 0; i < name.len; i++)
			first = first << 8 | name.ptr[i];
	}
	uint64_t mixed = (first | lower) * UINT64_C(0x9E3779B97F4A7C15) ^
			 ((last | lower) + name.len) * UINT64_C(0xC2B2AE3D27D4EB4F);
	return (uint32_t)(mixed >> 32);
}

/* What is wrong with a name, and with its being there again. */
static unsigned
name_faults(struct splitter *s, struct slice name)
{
	unsigned faults = 0;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		struct slice as = slice_of(known[i].name, known[i].len);
		if (as.len != name.len || (as.ptr[0] | 0x20) != (name.ptr[0] | 0x20) ||
			!slice_ieq(name, as))
			continue;
		if ((s->seen & 1U << i) != 0)
			faults |= FAULT_DOUBLED;
		if (i < SHOWN && !slice_eq(name, as))
			faults |= FAULT_NAME_CASE;
		s->seen |= 1U << i;
		return faults;
	}
	if ((s->seen & SHOWN_BITS) != 0 && slice_ieq(name, SLICE("Received")))
		faults |= FAULT_RECEIVED_LATE;
	return faults;
}

static unsigned
field_faults(struct splitter *s, struct slice line, size_t colon, struct slice name)
{
	unsigned faults = name_faults(s, name);
	if (name.len != colon)
		faults |= FAULT_SPACE_BEFORE_COLON;
	if (colon + 1 < line.len && !chars_is(line.ptr[colon + 1], CHAR_SPACE))
		faults |= FAULT_NO_SPACE;
	return faults;
}

/* What can be said only when the whole field is there. */
static void
field_end(struct splitter *s)
{
	struct header_field *f = s->current;
	bool high;
	if (f == NULL)
		return;
	if ((f->faults & FAULT_RAW_8BIT) != 0 && !charset_is_utf8(f->whole, &high))
		f->faults |= FAULT_NOT_UTF8;
	if ((f->faults & FAULT_RAW_8BIT) != 0 && (charset_is_utf8(f->name, &high), high))
		f->faults |= FAULT_NAME_8BIT;
	if (slice_trim(f->value).len == 0)
		f->faults |= FAULT_EMPTY;
	s->out->faults |= f->faults;
	s->current = NULL;
}

static void
field_add(struct splitter *s, const struct line *line, size_t colon, struct slice after)
{
	struct message *m = s->out;
	struct slice name = slice_trim(slice_take(line->text, colon));
	s->any = true;
	if ((size_t)(after.ptr - s->raw.ptr) <= LIMIT_HEADER_BLOCK)
		s->current = ARENA_PUSH(s->arena, m->fields, LIMIT_HEADER_FIELDS);
	if (s->current == NULL) {
		m->outside |= line->faults | FAULT_TOO_MANY;
		m->cut = true;
		return;
	}
	struct header_field *f = s->current;
	f->name = name;
	f->value = slice_skip(line->text, colon + 1);
	f->whole = slice_of(line->text.ptr, (size_t)(after.ptr - line->text.ptr));
	f->faults = line->faults | field_faults(s, line->text, colon, name);
	f->hash = header_name_hash(name);
	m->names |= UINT64_C(1) << (f->hash % 64);
}

static void
field_continue(struct splitter *s, const struct line *line, struct slice after)
{
	struct header_field *f = s->current;
	unsigned faults = line->faults;
	if (!s->any || slice_trim(line->text).len == 0)
		faults |= FAULT_FOLDING;
	if (f == NULL) {
		s->out->outside |= faults;
		return;
	}
	f->faults |= faults;
	if ((size_t)(after.ptr - s->raw.ptr) > LIMIT_HEADER_BLOCK) {
		s->out->outside |= FAULT_TOO_MANY;
		s->out->cut = true;
		return;
	}
	f->value.len = (size_t)(line->text.ptr + line->text.len - f->value.ptr);
	f->whole.len = (size_t)(after.ptr - f->whole.ptr);
}

/* A line that is no field ends the header, as Postfix and sendmail have it, unless a field follows:
 * then it is one damaged line (an mbox "From " line, a subject with a line end in it), and the
 * fields after it still count.  A line of two dashes is a boundary: the fields after it are a
 * part's. */
static bool
other_ends(struct splitter *s, const struct line *line, struct slice rest)
{
	bool high;
	bool boundary = slice_starts(line->text, SLICE("--"));
	s->out->outside |= FAULT_NO_COLON;
	if (boundary || !field_follows(rest)) {
		s->out->outside |= FAULT_BODY_AT_ONCE;
		return true;
	}
	s->out->outside |= line->faults;
	if (slice_starts(line->text, SLICE("From ")) || slice_starts(line->text, SLICE(">From ")))
		s->out->outside |= FAULT_FROM_LINE;
	if ((line->faults & FAULT_RAW_8BIT) != 0 && !charset_is_utf8(line->text, &high))
		s->out->outside |= FAULT_NOT_UTF8;
	return false;
}

/* The blocks of *out, where the header ends before `body` and its last line begins at `at`. */
static void
split_end(struct splitter *s, struct slice at, struct slice body)
{
	struct message *m = s->out;
	field_end(s);
	m->header = slice_take(s->raw, (size_t)(at.ptr - s->raw.ptr));
	m->body = body;
	m->faults |= m->outside;
}

void
header_split(struct slice raw, struct arena *arena, struct message *out)
{
	struct splitter s = { .raw = raw, .arena = arena, .out = out };
	struct slice rest = raw;
	out->fields = arena_array(arena, FIELDS_FIRST, sizeof *out->fields);
	out->fields_cap = out->fields == NULL ? 0 : FIELDS_FIRST;
	while (rest.len > 0) {
		size_t colon = 0;
		struct slice at = rest;
		struct line line = line_next(&rest);
		enum line_kind kind = line_kind(line.text, &colon);
		if (kind != LINE_CONTINUED)
			field_end(&s);
		if (kind == LINE_BLANK || (kind == LINE_OTHER && other_ends(&s, &line, rest))) {
			out->outside |= kind == LINE_BLANK && line.bare_lf ? FAULT_BARE_LF : 0;
			split_end(&s, at, kind == LINE_BLANK ? rest : at);
			return;
		}
		if (kind == LINE_FIELD)
			field_add(&s, &line, colon, rest);
		else if (kind == LINE_CONTINUED)
			field_continue(&s, &line, rest);
	}
	out->outside |= FAULT_NO_BLANK_LINE;
	split_end(&s, rest.len > 0 ? rest : slice_skip(raw, raw.len), slice_skip(raw, raw.len));
}

void
message_sent_view(const struct message *delivered, size_t trace_fields, struct message *sent)
{
	*sent = *delivered;
	if (trace_fields > sent->fields_count)
		trace_fields = sent->fields_count;
	if (trace_fields == 0)
		return;
	const struct slice last = sent->fields[trace_fields - 1].whole;
	size_t bytes = (size_t)(last.ptr + last.len - sent->raw.ptr);
	sent->raw = slice_skip(sent->raw, bytes);
	sent->header = slice_skip(sent->header, bytes);
	sent->fields += trace_fields;
	sent->fields_count -= trace_fields;
	sent->fields_cap = sent->fields_count;
	sent->faults = sent->outside;
	for (size_t i = 0; i < sent->fields_count; i++)
		sent->faults |= sent->fields[i].faults;
}

const struct header_field *
message_field(const struct message *m, const char *name, size_t n)
{
	struct slice want = slice_str(name);
	uint32_t hash = header_name_hash(want);
	if ((m->names >> (hash % 64) & 1) == 0)
		return NULL;
	for (size_t i = 0; i < m->fields_count; i++)
		if (m->fields[i].hash == hash && slice_ieq(m->fields[i].name, want) && n-- == 0)
			return &m->fields[i];
	return NULL;
}

size_t
message_count(const struct message *m, const char *name)
{
	struct slice want = slice_str(name);
	uint32_t hash = header_name_hash(want);
	size_t count = 0;
	for (size_t i = 0; i < m->fields_count; i++)
		count += m->fields[i].hash == hash && slice_ieq(m->fields[i].name, want);
	return count;
}

const char *
message_fault_name(enum message_fault fault)
{
	static const char *const names[] = { "no-colon", "bare-lf", "bare-cr", "nul", "raw-8bit",
		"long-line", "folding", "space-before-colon", "no-blank-line", "too-many",
		"control", "not-utf8", "empty", "doubled", "no-space", "name-case", "name-8bit",
		"from-line", "received-late", "body-at-once" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if ((unsigned)fault == 1U << i)
			return names[i];
	return "";
}
