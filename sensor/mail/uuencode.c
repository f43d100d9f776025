#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/mail/part_inside.h"
#include "sensor/mail/uuencode.h"

#define LINE_BYTES 45	/* of a full line */
#define BAD_IN_A_ROW 16 /* lines: then the file has ended, it seems */

static struct slice
line_next(struct slice *rest)
{
	struct slice line = slice_split(rest, '\n');
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

/* ---- uuencode ---- */

static bool
uu_digit(uint8_t c)
{
	return c >= ' ' && c <= '`';
}

static unsigned
uu_value(uint8_t c)
{
	return (c - 32u) & 63u;
}

/* Bytes that a line of data holds, or -1: its length, then four characters for three bytes; white
 * space at its end may have been lost, and a checksum may follow. */
static int
uu_length(struct slice line)
{
	if (line.len == 0 || !uu_digit(line.ptr[0]))
		return -1;
	size_t bytes = uu_value(line.ptr[0]), want = (bytes + 2) / 3 * 4 + 1;
	for (size_t i = 1; i < line.len; i++)
		if (!uu_digit(line.ptr[i]))
			return -1;
	if (line.len > want + 2 || (bytes == 0 && line.len > 2))
		return -1;
	size_t lost = line.len < want ? want - line.len : 0;
	return lost * 2 > want || bytes > LINE_BYTES + 18 ? -1 : (int)bytes;
}

static void
uu_line(struct slice line, size_t bytes, uint8_t *out)
{
	for (size_t i = 0; i < bytes; i++) {
		unsigned v[2];
		for (size_t k = 0; k < 2; k++) {
			size_t at = 1 + i / 3 * 4 + i % 3 + k;
			v[k] = at < line.len ? uu_value(line.ptr[at]) : 0;
		}
		out[i] = (uint8_t)(v[0] << (2 + 2 * (i % 3)) | v[1] >> (4 - 2 * (i % 3)));
	}
}

/* "begin" 1*SP 3*4OCTAL 1*SP name; the name, or empty. */
static struct slice
uu_begin(struct slice line)
{
	if (!slice_starts(line, SLICE("begin ")))
		return SLICE_EMPTY;
	struct slice rest = slice_trim(slice_skip(line, 6));
	size_t n = 0;
	while (n < rest.len && rest.ptr[n] >= '0' && rest.ptr[n] <= '7')
		n++;
	if (n < 3 || n > 4 || n == rest.len || !chars_is(rest.ptr[n], CHAR_SPACE))
		return SLICE_EMPTY;
	return slice_trim(slice_skip(rest, n));
}

static bool
uu_end(struct slice line)
{
	return slice_eq(slice_trim(line), SLICE("end"));
}

/* Reads lines behind "begin" into f; what is left. */
static struct slice
uu_file(struct slice rest, struct part_file *f, uint8_t *out)
{
	size_t used = 0, bad = 0;
	while (rest.len > 0) {
		struct slice before = rest, line = line_next(&rest);
		if (uu_end(line)) {
			f->content = slice_of(out, used);
			return rest;
		}
		int bytes = uu_length(line);
		if (bytes < 0) {
			f->bad++;
			if (++bad == BAD_IN_A_ROW || slice_starts(line, SLICE("begin "))) {
				rest = before;
				break;
			}
			continue;
		}
		bad = 0;
		uu_line(line, (size_t)bytes, out + used);
		used += (size_t)bytes;
	}
	f->content = slice_of(out, used);
	f->bad++; /* no end */
	return rest;
}

/* ---- yEnc ---- */

static struct slice
y_attribute(struct slice line, struct slice name)
{
	return slice_skip(line, slice_find(line, name) + name.len);
}

static int64_t
y_number(struct slice line, struct slice name)
{
	int64_t n = -1;
	struct slice digits = y_attribute(line, name);
	size_t len = 0;
	while (len < digits.len && chars_is(digits.ptr[len], CHAR_DIGIT))
		len++;
	return slice_number(slice_take(digits, len), &n) == 0 ? n : -1;
}

static size_t
y_line(struct slice line, uint8_t *out)
{
	size_t used = 0;
	for (size_t i = 0; i < line.len; i++) {
		uint8_t c = line.ptr[i];
		if (c == '=' && i + 1 < line.len)
			c = (uint8_t)(line.ptr[++i] - 64);
		out[used++] = (uint8_t)(c - 42);
	}
	return used;
}

static struct slice
y_file(struct slice rest, struct part_file *f, uint8_t *out)
{
	size_t used = 0;
	while (rest.len > 0) {
		struct slice line = line_next(&rest);
		if (slice_starts(line, SLICE("=ypart ")))
			continue;
		if (slice_starts(line, SLICE("=yend "))) {
			int64_t size = y_number(line, SLICE(" size="));
			f->bad += size >= 0 && (size_t)size != used;
			f->content = slice_of(out, used);
			return rest;
		}
		used += y_line(line, out + used);
	}
	f->content = slice_of(out, used);
	f->bad++; /* no end */
	return rest;
}

/* ---- both ---- */

/* The next line that may begin a file: what is left from it on.  all is the text that s ends. */
static struct slice
next_begin(struct slice all, struct slice s)
{
	for (;; s = slice_skip(s, 1)) {
		s = slice_skip(s, slice_find(s, SLICE("begin ")));
		if (s.len == 0)
			return s;
		size_t before = (size_t)(s.ptr - all.ptr);
		if (before == 0 || s.ptr[-1] == '\n')
			return s;
		bool yenc = before > 1 && s.ptr[-1] == 'y' && s.ptr[-2] == '=';
		if (yenc && (before == 2 || s.ptr[-3] == '\n'))
			return slice_of(s.ptr - 2, s.len + 2);
	}
}

/* Memory for all files of a text: of a line of uuencode up to half may be lost, so that it holds
 * more bytes than it is long. */
static uint8_t *
room(struct slice text, struct arena *arena)
{
	return arena_alloc(arena, text.len + text.len / 2 + LINE_BYTES);
}

void
uuencode_files(struct slice text, struct message_part *p, struct arena *arena)
{
	struct slice rest = next_begin(text, text);
	uint8_t *out = NULL;
	for (; rest.len > 0 && p->files_count < LIMIT_PART_FILES; rest = next_begin(text, rest)) {
		bool yenc = rest.ptr[0] == '=';
		struct slice from = rest, line = line_next(&rest), after = rest,
			     first = line_next(&after);
		struct slice name = yenc ? y_attribute(line, SLICE(" name=")) : uu_begin(line);
		if (name.len == 0 || (!yenc && uu_length(first) < 0 && !uu_end(first)))
			continue;
		out = out == NULL ? room(from, arena) : out;
		struct part_file *f = out == NULL ? NULL : part_file_add(p, name, arena);
		if (f == NULL)
			return;
		if (*p->inside == '\0')
			p->inside = yenc ? "yenc" : "uuencode";
		rest = yenc ? y_file(rest, f, out) : uu_file(rest, f, out);
		out += f->content.len;
	}
	if (rest.len > 0)
		p->faults |= PART_INSIDE_DAMAGED; /* more than the limit */
}
