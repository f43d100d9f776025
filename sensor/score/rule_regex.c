#include "sensor/score/rule_regex.h"

#include <string.h>

#include "sensor/base/buf.h"
#include "sensor/base/chars.h"
#include "sensor/score/replace_tags.h"

static uint8_t
closing(uint8_t open)
{
	static const char pairs[] = "{}()[]<>";
	for (size_t i = 0; pairs[i] != '\0'; i += 2)
		if (open == (uint8_t)pairs[i])
			return (uint8_t)pairs[i + 1];
	return open;
}

static int
fail(size_t *at, size_t where)
{
	*at = where;
	return -1;
}

/* i m s x n change the meaning; the rest is for Perl's operators, or what bytes have anyway. */
static int
take_flags(struct slice text, size_t from, struct rule_regex *out, size_t *at, struct err *err)
{
	size_t n = 0;
	for (size_t i = from; i < text.len; i++) {
		uint8_t c = text.ptr[i];
		if (strchr("gcodualp", c) != NULL && c != '\0')
			continue;
		if (strchr("imsxn", c) == NULL || c == '\0' || n == REGEX_FLAGS) {
			err_set(err, "flag '%c' of a regular expression: use i, m, s, x", c);
			return fail(at, i);
		}
		out->flags[n++] = (char)c;
	}
	out->flags[n] = '\0';
	return 0;
}

/* An unescaped delimiter inside would have ended it for Perl; brackets may nest. */
static size_t
delimiter_inside(struct slice expression, uint8_t close)
{
	for (size_t i = 0; i < expression.len; i++)
		if (expression.ptr[i] == '\\')
			i++;
		else if (expression.ptr[i] == close)
			return i;
	return expression.len;
}

int
rule_regex_take(struct slice text, bool bare, struct rule_regex *out, size_t *at, struct err *err)
{
	size_t open = slice_starts(text, SLICE("qr")) ? 2 : slice_starts(text, SLICE("m")) ? 1 : 0;
	bool delimited = text.len > open && !chars_is(text.ptr[open], CHAR_ALPHA | CHAR_DIGIT) &&
			 text.ptr[open] != '_' && text.ptr[open] != '\\' &&
			 !chars_is(text.ptr[open], CHAR_SPACE) && (open > 0 || text.ptr[0] == '/');
	*out = (struct rule_regex){ .expression = text };
	if (!delimited && bare)
		return 0;
	if (!delimited) {
		err_set(err, "a regular expression is expected, as /…/ or m{…}");
		return fail(at, 0);
	}
	uint8_t close = closing(text.ptr[open]);
	size_t end = text.len;
	while (end > open + 1 && chars_is(text.ptr[end - 1], CHAR_ALPHA))
		end--;
	if (end <= open + 1 || text.ptr[end - 1] != close) {
		size_t first = delimiter_inside(slice_skip(text, open + 1), close) + open + 1;
		if (first >= text.len) {
			err_set(err, "the regular expression has no closing '%c'", close);
			return fail(at, text.len);
		}
		first++;
		while (first < text.len && chars_is(text.ptr[first], CHAR_ALPHA))
			first++;
		struct slice rest = slice_trim(slice_skip(text, first));
		err_set(err, "'%.*s' is too much at the end", (int)slice_take(rest, 60).len,
			(const char *)rest.ptr);
		return fail(at, (size_t)(rest.ptr - text.ptr));
	}
	out->expression = slice_skip(slice_take(text, end - 1), open + 1);
	size_t inside = close == text.ptr[open] ? delimiter_inside(out->expression, close)
						: out->expression.len;
	if (inside < out->expression.len) {
		err_set(err, "'%c' inside of the expression is written \\%c", close, close);
		return fail(at, open + 1 + inside);
	}
	return take_flags(text, end, out, at, err);
}

/* ---- to PCRE2 ---- */

struct translation {
	struct slice in;
	struct buf *out;
	size_t i;
	bool brackets; /* inside of [ ] */
	bool changed;
	struct err *err;
};

static void
put_utf8(struct translation *t, uint32_t c)
{
	static const char *const open[] = { "", "(?:" };
	uint8_t bytes[4];
	size_t n = 0;
	if (c < 0x800)
		bytes[n++] = (uint8_t)(0xc0 | c >> 6);
	else if (c < 0x10000)
		bytes[n++] = (uint8_t)(0xe0 | c >> 12);
	else
		bytes[n++] = (uint8_t)(0xf0 | c >> 18);
	if (c >= 0x10000)
		bytes[n++] = (uint8_t)(0x80 | (c >> 12 & 63));
	if (c >= 0x800)
		bytes[n++] = (uint8_t)(0x80 | (c >> 6 & 63));
	bytes[n++] = (uint8_t)(0x80 | (c & 63));
	buf_str(t->out, open[n > 1]);
	for (size_t i = 0; i < n; i++)
		buf_printf(t->out, "\\x%02X", bytes[i]);
	buf_str(t->out, n > 1 ? ")" : "");
}

/* \x{…} and \N{U+…}: text is bytes here, so what is beyond a byte is written as UTF-8 has it. */
static int
take_code(struct translation *t, size_t digits)
{
	struct slice rest = slice_skip(t->in, t->i + digits);
	size_t close = slice_index(rest, '}');
	uint32_t code = 0;
	bool good = close > 0 && close < rest.len && close <= 8;
	for (size_t n = 0; good && n < close; n++) {
		good = chars_hex(rest.ptr[n]) >= 0;
		code = good ? code << 4 | (uint32_t)chars_hex(rest.ptr[n]) : 0;
	}
	if (!good || code > 0x10ffff)
		return err_set(t->err, "\\x{…} and \\N{U+…} have hexadecimal digits, up to 10FFFF");
	if (code > 0xff && t->brackets)
		return err_set(t->err,
			"\\x{%X} is more than a byte, which [ ] cannot have: use (?:…|…)", code);
	t->changed = true;
	if (code <= 0xff)
		buf_printf(t->out, "\\x%02X", code);
	else
		put_utf8(t, code);
	t->i += digits + close + 1;
	return 0;
}

static int
take_escape(struct translation *t)
{
	struct slice rest = slice_skip(t->in, t->i);
	if (slice_starts(rest, SLICE("\\x{")))
		return take_code(t, 3);
	if (slice_starts(rest, SLICE("\\N{U+")))
		return take_code(t, 5);
	buf_add(t->out, slice_take(rest, 2));
	t->i += rest.len < 2 ? rest.len : 2;
	return 0;
}

/* "(?aui:" : what PCRE2 does not know of the flags is what bytes have anyway. */
static int
take_group(struct translation *t)
{
	struct slice rest = slice_skip(t->in, t->i);
	size_t n = 2;
	bool odd = false;
	if (slice_starts(rest, SLICE("(?{")) || slice_starts(rest, SLICE("(??{")))
		return err_set(t->err, "(?{…}) would run Perl: not allowed in a rule");
	if (slice_starts(rest, SLICE("(?#"))) {
		size_t end = slice_index(rest, ')');
		buf_add(t->out, slice_take(rest, end + 1));
		t->i += slice_take(rest, end + 1).len;
		return 0;
	}
	while (n < rest.len && rest.ptr[n] != '\0' && strchr("^-imsxnaludp", rest.ptr[n]) != NULL)
		odd = strchr("aludp", rest.ptr[n++]) != NULL || odd;
	if (!odd || n >= rest.len || (rest.ptr[n] != ':' && rest.ptr[n] != ')')) {
		buf_byte(t->out, '(');
		t->i++;
		return 0;
	}
	t->changed = true;
	buf_str(t->out, "(?");
	for (size_t k = 2; k < n; k++)
		if (strchr("aludp", rest.ptr[k]) == NULL)
			buf_byte(t->out, rest.ptr[k]);
	t->i += n;
	return 0;
}

static int
take_one(struct translation *t)
{
	uint8_t c = t->in.ptr[t->i];
	if (c == '\\')
		return take_escape(t);
	if (!t->brackets && c == '(' && t->i + 1 < t->in.len && t->in.ptr[t->i + 1] == '?')
		return take_group(t);
	buf_byte(t->out, c);
	t->i++;
	if (t->brackets && c == ']')
		t->brackets = false;
	else if (t->brackets && c == '[' && t->i < t->in.len && t->in.ptr[t->i] == ':') {
		struct slice name = slice_skip(t->in, t->i); /* [:alpha:] */
		size_t end = slice_find(name, SLICE(":]"));
		if (end < name.len) {
			buf_add(t->out, slice_take(name, end + 2));
			t->i += end + 2;
		}
	} else if (!t->brackets && c == '[') {
		t->brackets = true;
		if (t->i < t->in.len && t->in.ptr[t->i] == '^')
			buf_byte(t->out, t->in.ptr[t->i++]);
		if (t->i < t->in.len && t->in.ptr[t->i] == ']') /* the first is a member */
			buf_byte(t->out, t->in.ptr[t->i++]);
	}
	return 0;
}

/* n and xx go to the front: the others are options of pattern_new(). */
static void
put_flags(struct translation *t, const char *given, char flags[REGEX_FLAGS + 1])
{
	size_t n = 0, x = 0;
	bool plain = false;
	for (const char *f = given; *f != '\0'; f++) {
		x += *f == 'x';
		plain = plain || *f == 'n';
		if (strchr("ims", *f) != NULL || (*f == 'x' && x == 1))
			flags[n++] = *f;
	}
	flags[n] = '\0';
	if (plain || x > 1)
		buf_printf(t->out, "(?%s%s)", plain ? "n" : "", x > 1 ? "xx" : "");
	t->changed = plain || x > 1;
}

int
rule_regex_translate(const struct rule_regex *in, struct slice expression, struct arena *arena,
	struct slice *out, char flags[REGEX_FLAGS + 1], struct err *err)
{
	struct buf work;
	struct translation t = { .in = expression, .out = &work, .err = err };
	int bad = 0;
	buf_init(&work, 2 * REPLACE_MAX);
	put_flags(&t, in->flags, flags);
	while (bad == 0 && t.i < t.in.len)
		bad = take_one(&t);
	if (bad == 0 && work.lost > 0)
		bad = err_set(err, "the expression is too long");
	*out = t.changed ? arena_copy(arena, buf_slice(&work)) : expression;
	buf_release(&work);
	return bad;
}
