#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/smtp/reply_class.h"
#include "sensor/smtp/reply_fold.h"

/* U+00C0..U+017F without their accents, in lower case. */
static const char latin[] = "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty"
			    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllll"
			    "nnnnnn nnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

struct folding {
	struct slice in;
	size_t at;
	char *out;
	size_t len, max;
};

static void
put(struct folding *f, char c)
{
	bool blank = c == ' ' && (f->len == 0 || f->out[f->len - 1] == ' ');
	if (!blank && f->len < f->max)
		f->out[f->len++] = c;
}

static int
peek(const struct folding *f, size_t ahead)
{
	return f->at + ahead < f->in.len ? f->in.ptr[f->at + ahead] : -1;
}

/* A byte of UTF-8 behind the first. */
static bool
is_tail(int c)
{
	return c >= 0x80 && c < 0xc0;
}

/* Two bytes of UTF-8.  Cyrillic: the capitals stand 32 before the small letters, U+0400..U+040F 80.
 */
static void
put_pair(struct folding *f, unsigned high, unsigned low)
{
	unsigned point = (high & 0x1f) << 6 | (low & 0x3f);
	if (point >= 0xc0 && point < 0x180) {
		put(f, latin[point - 0xc0]);
		return;
	}
	if (point == 0xa0) {
		put(f, ' ');
		return;
	}
	if (point >= 0x410 && point < 0x430)
		point += 32;
	else if (point >= 0x400 && point < 0x410)
		point += 80;
	put(f, (char)(0xc0 | point >> 6));
	put(f, (char)(0x80 | (point & 0x3f)));
}

static int
hex_pair(const struct folding *f, size_t ahead)
{
	if (peek(f, ahead) != '=' || peek(f, ahead + 1) < 0 || peek(f, ahead + 2) < 0)
		return -1;
	int high = chars_hex((uint8_t)peek(f, ahead + 1));
	int low = chars_hex((uint8_t)peek(f, ahead + 2));
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* RFC 2045 6.7, only what cannot be meant otherwise: "?ip=20.1.2.3" is no space.  Returns the bytes
 * that were taken. */
static size_t
quoted_printable(struct folding *f)
{
	int c = hex_pair(f, 0);
	int next = hex_pair(f, 3);
	if (c == '=') {
		put(f, '=');
		return 3;
	}
	if (c >= 0xc3 && c < 0xe0 && next >= 0x80 && next < 0xc0) {
		put_pair(f, (unsigned)c, (unsigned)next);
		return 6;
	}
	return 0;
}

static void
put_high(struct folding *f, int c)
{
	if (c >= 0xc2 && c < 0xe0 && is_tail(peek(f, 1))) {
		put_pair(f, (unsigned)c, (unsigned)peek(f, 1));
		f->at += 2;
	} else if (c == 0xe2 && peek(f, 1) == 0x80 && (peek(f, 2) & 0xfe) == 0x98) {
		put(f, '\''); /* U+2018, U+2019 */
		f->at += 3;
	} else if (c >= 0xe0 && is_tail(peek(f, 1))) {
		do {
			put(f, (char)peek(f, 0));
			f->at++;
		} while (is_tail(peek(f, 0)));
	} else {
		put(f, c >= 0xc0 ? latin[c - 0xc0] : ' '); /* ISO 8859-1 */
		f->at++;
	}
}

/* The code of the reply, and an enhanced one behind it, at the start of a line or, from those who
 * join lines by spaces, of a word. */
static bool
skip_code(struct folding *f, int code, bool line)
{
	struct slice rest = slice_skip(f->in, f->at);
	struct slice enhanced, text;
	int found;
	bool hyphen = rest.len > 3 && rest.ptr[3] == '-';
	reply_split(rest, &found, &enhanced, &text);
	if (found == 0 || (found != code && !(line && (code == 0 || hyphen))))
		return false;
	f->at = (size_t)(text.ptr - f->in.ptr);
	return text.len < rest.len;
}

/* The length of a line's end: LF, CRLF, or " / ". */
static size_t
line_end(const struct folding *f)
{
	if (peek(f, 0) == '\n')
		return 1;
	if (peek(f, 0) == '\r' && peek(f, 1) == '\n')
		return 2;
	return peek(f, 0) == ' ' && peek(f, 1) == '/' && peek(f, 2) == ' ' ? 3 : 0;
}

/* Only an enhanced code, as some repeat it in front of each line. */
static void
skip_enhanced(struct folding *f)
{
	struct slice rest = slice_skip(f->in, f->at);
	size_t n = slice_index(rest, ' ');
	bool digits = n >= 5 && n <= 9 && (rest.ptr[0] == '4' || rest.ptr[0] == '5') &&
		      rest.ptr[1] == '.';
	size_t dots = 0;
	for (size_t i = 0; i < n && digits; i++) {
		dots += rest.ptr[i] == '.';
		digits = rest.ptr[i] == '.' || chars_is(rest.ptr[i], CHAR_DIGIT);
	}
	if (digits && dots == 2)
		f->at += n;
}

static void
fold_byte(struct folding *f)
{
	int c = peek(f, 0);
	size_t quoted = c == '=' ? quoted_printable(f) : 0;
	if (quoted > 0) {
		f->at += quoted;
	} else if (c >= 0x80) {
		put_high(f, c);
	} else {
		put(f, chars_is((uint8_t)c, CHAR_CTL) ? ' ' : (char)chars_lower((uint8_t)c));
		f->at++;
	}
}

size_t
reply_fold(struct slice text, int code, bool glue, char *out, size_t max)
{
	struct folding f = { .in = text, .out = out, .max = max };
	while (f.at < text.len && f.len < max) {
		size_t end = line_end(&f);
		bool blank = chars_is((uint8_t)peek(&f, 0), CHAR_SPACE);
		f.at += end > 0 ? end : blank;
		if (end > 0 && !skip_code(&f, code, true))
			skip_enhanced(&f);
		if (end > 0 ? !glue : blank)
			put(&f, ' ');
		if (end == 0 && blank)
			skip_code(&f, code, false);
		else if (end == 0)
			fold_byte(&f);
	}
	while (f.len > 0 && out[f.len - 1] == ' ')
		f.len--;
	out[f.len] = '\0';
	return f.len;
}
