#include "sensor/base/json.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

#include "sensor/base/chars.h"
#include "sensor/base/text.h"

enum { DEPTH_MAX = 32 };

void
json_init(struct json *j, struct buf *out)
{
	*j = (struct json){ .out = out };
}

static uint32_t
depth_bit(const struct json *j)
{
	return j->depth ? UINT32_C(1) << (j->depth - 1) : 0;
}

/* Before each value: the comma, unless it stands behind its key or is the first. */
static void
begin_value(struct json *j)
{
	if (j->after_key)
		j->after_key = false;
	else if (j->has_items & depth_bit(j))
		buf_byte(j->out, ',');
	j->has_items |= depth_bit(j);
}

static void
open(struct json *j, char bracket)
{
	begin_value(j);
	assert(j->depth < DEPTH_MAX);
	j->depth++;
	j->has_items &= ~depth_bit(j);
	buf_byte(j->out, (uint8_t)bracket);
}

static void
close(struct json *j, char bracket)
{
	assert(j->depth > 0 && !j->after_key);
	j->depth--;
	buf_byte(j->out, (uint8_t)bracket);
}

void
json_object(struct json *j)
{
	open(j, '{');
}

void
json_object_end(struct json *j)
{
	close(j, '}');
}

void
json_array(struct json *j)
{
	open(j, '[');
}

void
json_array_end(struct json *j)
{
	close(j, ']');
}

/* How much of the front needs no escape: RFC 8259 7 asks for one at the quote, the backslash and
 * C0; DEL is escaped too. */
static size_t
plain_front(struct slice s)
{
	uint32_t rune;
	size_t n = 0;

	while (n < s.len) {
		uint8_t c = s.ptr[n];
		if (c == '"' || c == '\\' || chars_is(c, CHAR_CTL))
			break;
		size_t step = c < 0x80 ? 1 : text_utf8(slice_skip(s, n), &rune);
		if (step == 0)
			break;
		n += step;
	}
	return n;
}

static void
escape(struct buf *out, uint8_t c)
{
	static const char shorthand[128] = { ['"'] = '"',
		['\\'] = '\\',
		['\b'] = 'b',
		['\f'] = 'f',
		['\n'] = 'n',
		['\r'] = 'r',
		['\t'] = 't' };
	static const char hex[] = "0123456789abcdef";

	if (c < 0x80 && shorthand[c]) {
		buf_byte(out, '\\');
		buf_byte(out, (uint8_t)shorthand[c]);
		return;
	}
	/* A byte that is no UTF-8 is shown as clean text shows it: \xNN. */
	buf_str(out, c < 0x80 ? "\\u00" : "\\\\x");
	buf_byte(out, (uint8_t)hex[c >> 4]);
	buf_byte(out, (uint8_t)hex[c & 0xF]);
}

static void
quoted(struct buf *out, struct slice s)
{
	buf_byte(out, '"');
	for (;;) {
		size_t n = plain_front(s);
		buf_add(out, slice_take(s, n));
		s = slice_skip(s, n);
		if (s.len == 0)
			break;
		escape(out, s.ptr[0]);
		s = slice_skip(s, 1);
	}
	buf_byte(out, '"');
}

void
json_key(struct json *j, const char *key)
{
	begin_value(j);
	quoted(j->out, slice_str(key));
	buf_byte(j->out, ':');
	j->after_key = true;
}

void
json_text(struct json *j, struct slice s)
{
	begin_value(j);
	quoted(j->out, s);
}

void
json_string(struct json *j, const char *s)
{
	if (s)
		json_text(j, slice_str(s));
	else
		json_null(j);
}

void
json_int(struct json *j, int64_t v)
{
	uint8_t digits[20];
	size_t at = sizeof(digits);
	uint64_t rest = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	do {
		digits[--at] = (uint8_t)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (v < 0)
		digits[--at] = '-';
	begin_value(j);
	buf_add(j->out, slice_of(digits + at, sizeof(digits) - at));
}

void
json_double(struct json *j, double v)
{
	char text[32];

	if (!isfinite(v)) {
		json_null(j);
		return;
	}
	if (v > -1e6 && v < 1e6 && v == (double)(int)v) { /* also turns -0 into 0 */
		json_int(j, (int)v);
		return;
	}
	/* printf takes the decimal point from the locale. */
	int n = snprintf(text, sizeof(text), "%.6g", v);
	for (int i = 0; i < n; i++)
		if (text[i] == ',')
			text[i] = '.';
	json_raw_trusted(j, slice_str(text));
}

void
json_bool(struct json *j, bool v)
{
	json_raw_trusted(j, v ? SLICE("true") : SLICE("false"));
}

void
json_null(struct json *j)
{
	json_raw_trusted(j, SLICE("null"));
}

void
json_raw_trusted(struct json *j, struct slice s)
{
	begin_value(j);
	buf_add(j->out, s);
}
