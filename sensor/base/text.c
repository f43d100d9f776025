#include "sensor/base/text.h"

#include <stdio.h>
#include <string.h>

#include "sensor/base/chars.h"

static const char ellipsis[] = "…";
enum { ELLIPSIS = sizeof(ellipsis) - 1 };

/* Characters that show nothing, or turn others around: a stored text must not look like another one
 * (Unicode TR36 3.5; general category Cf, the line separators, and the blank Hangul letters). */
static const struct {
	uint32_t first, last;
} invisible[] = {
	{ 0x00AD, 0x00AD }, /* soft hyphen */
	{ 0x034F, 0x034F }, /* combining grapheme joiner */
	{ 0x061C, 0x061C }, /* Arabic letter mark */
	{ 0x115F, 0x1160 }, /* Hangul fillers */
	{ 0x180B, 0x180E }, /* Mongolian selectors and vowel separator */
	{ 0x200B, 0x200F }, /* zero width space and joiners, left-to-right and right-to-left mark */
	{ 0x2028, 0x202E }, /* line and paragraph separator, bidirectional embedding and override */
	{ 0x2060, 0x206F }, /* word joiner, invisible operators, bidirectional isolates */
	{ 0x3164, 0x3164 }, /* Hangul filler */
	{ 0xFE00, 0xFE0F }, /* variation selectors */
	{ 0xFEFF, 0xFEFF }, /* byte order mark */
	{ 0xFFA0, 0xFFA0 }, /* half-width Hangul filler */
	{ 0xFFF9, 0xFFFB }, /* interlinear annotation */
	{ 0xE0000, 0xE0FFF }, /* tags, variation selectors */
};

static bool
is_invisible(uint32_t rune)
{
	for (size_t i = 0; i < sizeof(invisible) / sizeof(invisible[0]); i++)
		if (rune >= invisible[i].first && rune <= invisible[i].last)
			return true;
	return false;
}

/* Rows of the table in RFC 3629 4: what the first byte allows as the second. */
size_t
text_utf8(struct slice s, uint32_t *rune)
{
	if (s.len == 0)
		return 0;
	uint8_t c = s.ptr[0];
	if (c < 0x80) {
		*rune = c;
		return 1;
	}
	if (c < 0xC2 || c > 0xF4) /* C0, C1: overlong; F5..: beyond U+10FFFF */
		return 0;
	size_t n = c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
	if (s.len < n)
		return 0;
	uint8_t low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;  /* overlong */
	uint8_t high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF; /* surrogates; beyond U+10FFFF */
	if (s.ptr[1] < low || s.ptr[1] > high)
		return 0;
	uint32_t v = c & (0x7Fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s.ptr[i] & 0xC0) != 0x80)
			return 0;
		v = v << 6 | (s.ptr[i] & 0x3Fu);
	}
	*rune = v;
	return n;
}

static size_t
plain_front(struct slice s)
{
	size_t n = 0;

	while (n < s.len && !chars_is(s.ptr[n], CHAR_CTL | CHAR_HIGH))
		n++;
	return n;
}

/* A valid character that may stand as it is: its length, else 0. */
static size_t
visible_char(struct slice s, uint32_t *rune)
{
	size_t n = text_utf8(s, rune);

	if (n == 0 || *rune < 0x20 || (*rune >= 0x7F && *rune < 0xA0)) /* C0, DEL, C1 */
		return 0;
	return is_invisible(*rune) ? 0 : n;
}

bool
text_is_clean(struct slice s)
{
	uint32_t rune;

	for (;;) {
		s = slice_skip(s, plain_front(s));
		if (s.len == 0)
			return true;
		size_t n = visible_char(s, &rune);
		if (n == 0)
			return false;
		s = slice_skip(s, n);
	}
}

struct writer {
	char *out; /* NULL: only measure */
	size_t len, max;
	size_t edge; /* last edge of a character after which the ellipsis still fits */
	bool cut;
};

static void
put_bytes(struct writer *w, struct slice s)
{
	if (w->out && s.len)
		memcpy(w->out + w->len, s.ptr, s.len);
	w->len += s.len;
}

/* A character or an escape: whole or not at all. */
static void
put_unit(struct writer *w, struct slice unit)
{
	if (unit.len > w->max - w->len) {
		w->cut = true;
		return;
	}
	put_bytes(w, unit);
	if (w->len + ELLIPSIS <= w->max)
		w->edge = w->len;
}

/* Printable ASCII, which may be cut anywhere. */
static void
put_plain(struct writer *w, struct slice run)
{
	size_t limit = w->max > ELLIPSIS ? w->max - ELLIPSIS : 0;
	size_t before = w->len;

	w->cut = run.len > w->max - w->len;
	put_bytes(w, slice_take(run, w->max - w->len));
	if (before <= limit)
		w->edge = w->len < limit ? w->len : limit;
}

static void
put_escaped(struct writer *w, struct slice *s)
{
	char text[16];
	uint32_t rune;
	size_t n = text_utf8(*s, &rune);
	bool control = n && rune < 0xA0;

	/* A C1 control is two bytes in UTF-8: each is shown. */
	if (n == 0 || control) {
		n = 1;
		(void)snprintf(text, sizeof(text), "\\x%02x", s->ptr[0]);
	} else {
		(void)snprintf(text, sizeof(text), "\\u{%04x}", (unsigned)rune);
	}
	put_unit(w, slice_str(text));
	*s = slice_skip(*s, n);
}

static size_t
clean(char *out, size_t max, struct slice s)
{
	struct writer w = { .out = out, .max = max };
	uint32_t rune;

	while (s.len && !w.cut) {
		size_t n = plain_front(s);
		if (n) {
			put_plain(&w, slice_take(s, n));
			s = slice_skip(s, n);
		} else if ((n = visible_char(s, &rune)) != 0) {
			put_unit(&w, slice_take(s, n));
			s = slice_skip(s, n);
		} else {
			put_escaped(&w, &s);
		}
	}
	if (w.cut && max >= ELLIPSIS) {
		w.len = w.edge;
		put_bytes(&w, slice_of(ellipsis, ELLIPSIS));
	}
	return w.len;
}

const char *
text_clean(struct arena *a, struct slice s, size_t max)
{
	if (s.len <= max && plain_front(s) == s.len)
		return arena_string(a, s);
	size_t len = clean(NULL, max, s);
	char *out = arena_alloc(a, len + 1);
	if (!out)
		return "";
	/* With the length as the maximum the cut falls on the same edge, and nothing is written
	 * beyond it on the way. */
	(void)clean(out, len, s);
	return out;
}

size_t
text_clean_into(char *out, size_t size, struct slice s)
{
	if (size == 0)
		return 0;
	size_t len = clean(out, size - 1, s);
	out[len] = '\0';
	return len;
}
