#include "sensor/base/csv.h"

#include <math.h>
#include <stdio.h>

#include "sensor/base/chars.h"
#include "sensor/base/json.h"
#include "sensor/base/ptime.h"
#include "sensor/base/text.h"

void
csv_init(struct csv *c, struct buf *out)
{
	*c = (struct csv){ .out = out };
}

static void
begin_cell(struct csv *c)
{
	if (c->started)
		buf_byte(c->out, ',');
	c->started = true;
}

static struct slice
skip_digits(struct slice s)
{
	while (s.len && chars_is(s.ptr[0], CHAR_DIGIT))
		s = slice_skip(s, 1);
	return s;
}

/* [sign] digits [. digits]: what a spreadsheet takes for a number and nothing else. */
static bool
is_number(struct slice s)
{
	if (s.len && (s.ptr[0] == '-' || s.ptr[0] == '+'))
		s = slice_skip(s, 1);
	struct slice rest = skip_digits(s);
	if (rest.len == s.len)
		return false;
	if (rest.len == 0)
		return true;
	s = slice_skip(rest, 1);
	return rest.ptr[0] == '.' && s.len && skip_digits(s).len == 0;
}

/* OWASP, "CSV Injection": also line feed, and the full-width forms that some locales take for the
 * ASCII ones. */
static bool
is_formula(struct slice s)
{
	static const char *const fronts[] = { "=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋",
		"－", "＠" };

	for (size_t i = 0; i < sizeof(fronts) / sizeof(fronts[0]); i++)
		if (slice_starts(s, slice_str(fronts[i])))
			return !is_number(s);
	return false;
}

static bool
needs_quotes(struct slice s)
{
	static const char specials[] = ",\"\r\n";

	for (const char *c = specials; *c; c++)
		if (slice_index(s, (uint8_t)*c) < s.len)
			return true;
	/* Some readers drop blanks at the edges of a bare cell. */
	return s.len && (chars_is(s.ptr[0], CHAR_SPACE) || chars_is(s.ptr[s.len - 1], CHAR_SPACE));
}

/* The text, quotes doubled; controls but tab and line ends, and bytes that are no UTF-8, as \xNN.
 */
static void
cell_bytes(struct buf *out, struct slice s)
{
	while (s.len) {
		uint8_t c = s.ptr[0];
		uint32_t rune;
		size_t n = text_utf8(s, &rune);
		if (n == 0 || (chars_is(c, CHAR_CTL) && c != '\t' && c != '\r' && c != '\n')) {
			buf_printf(out, "\\x%02x", c);
			n = 1;
		} else {
			if (c == '"')
				buf_byte(out, '"');
			buf_add(out, slice_take(s, n));
		}
		s = slice_skip(s, n);
	}
}

void
csv_text(struct csv *c, struct slice s)
{
	bool quotes = needs_quotes(s);

	begin_cell(c);
	if (quotes)
		buf_byte(c->out, '"');
	if (is_formula(s))
		buf_byte(c->out, '\'');
	cell_bytes(c->out, s);
	if (quotes)
		buf_byte(c->out, '"');
}

void
csv_int(struct csv *c, int64_t v)
{
	struct json j;

	begin_cell(c);
	json_init(&j, c->out);
	json_int(&j, v);
}

void
csv_real(struct csv *c, double v)
{
	struct json j;

	begin_cell(c);
	json_init(&j, c->out);
	if (isfinite(v))
		json_double(&j, v);
}

void
csv_time(struct csv *c, int64_t t)
{
	char text[PTIME_TEXT_MAX];

	begin_cell(c);
	buf_str(c->out, ptime_format(t, text));
}

void
csv_empty(struct csv *c)
{
	begin_cell(c);
}

void
csv_end(struct csv *c)
{
	buf_str(c->out, "\r\n");
	c->started = false;
}
