#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/mail/encoded_word.h"

/* encoded-word = "=?" charset ["*" language] "?" encoding "?" encoded-text "?="   (RFC 2047 2, RFC
 * 2231 5) */

#define WORD_MOST 75 /* bytes */
#define PIECES_MOST 65536

struct word {
	struct slice charset, language, text, whole;
	bool base64;
};

/* Runs of words in one set are decoded into one buffer, and converted when something else comes. */
struct joiner {
	struct charsets *charsets;
	struct arena *arena;
	unsigned *faults;
	struct slice charset, language; /* of what is held */
	uint8_t *held;
	size_t held_len;
	size_t words; /* in it */
	bool torn;    /* one of them is no UTF-8 by itself */
	struct slice *pieces;
	size_t pieces_count, pieces_cap;
	size_t total;
};

/* ---- one word ---- */

static bool
is_charset(uint8_t c)
{
	return chars_is(c, CHAR_ALPHA | CHAR_DIGIT) || memchr("-_*.:+()", c, 8) != NULL;
}

/* At the front of s, which begins with "=?". 1, 0 = no word, -1 = a word without its end. */
static int
word_read(struct slice s, struct word *out)
{
	size_t n = 2, text;
	while (n < s.len && is_charset(s.ptr[n]))
		n++;
	if (n == 2 || n + 3 > s.len || s.ptr[n] != '?' || s.ptr[n + 2] != '?')
		return 0;
	struct slice charset = slice_of(s.ptr + 2, n - 2);
	uint8_t how = chars_lower(s.ptr[n + 1]);
	if (how != 'b' && how != 'q')
		return 0;
	text = n + 3;
	struct slice rest = slice_skip(s, text);
	n = slice_index(rest, '?');
	if (n + 1 >= rest.len || rest.ptr[n + 1] != '=')
		return -1;
	out->charset = slice_split(&charset, '*');
	out->language = charset;
	out->text = slice_take(rest, n);
	out->whole = slice_take(s, text + n + 2);
	out->base64 = how == 'b';
	return 1;
}

static int
base64_value(uint8_t c)
{
	if (chars_is(c, CHAR_DIGIT))
		return c - '0' + 52;
	if (chars_is(c, CHAR_ALPHA))
		return c >= 'a' ? c - 'a' + 26 : c - 'A';
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Bytes outside of the alphabet are passed over; nothing counts behind "=". */
static size_t
base64_decode(struct slice in, uint8_t *out, unsigned *faults)
{
	size_t n = 0, digits = 0;
	uint32_t bits = 0;
	bool ended = false;
	for (size_t i = 0; i < in.len && !ended; i++) {
		int value = base64_value(in.ptr[i]);
		ended = in.ptr[i] == '=';
		if (value < 0) {
			*faults |= ended || in.ptr[i] == ' ' ? 0 : WORD_BASE64_DAMAGED;
			continue;
		}
		bits = bits << 6 | (uint32_t)value;
		if (++digits % 4 != 1)
			out[n++] = (uint8_t)(bits >> (6 - 2 * ((digits - 1) % 4)));
	}
	if (digits % 4 == 1 || (!ended && digits % 4 != 0))
		*faults |= WORD_BASE64_DAMAGED;
	return n;
}

static size_t
q_decode(struct slice in, uint8_t *out, unsigned *faults)
{
	size_t n = 0;
	for (size_t i = 0; i < in.len; i++) {
		uint8_t c = in.ptr[i];
		if (c == '=') {
			int high = i + 1 < in.len ? chars_hex(in.ptr[i + 1]) : -1;
			int low = i + 2 < in.len ? chars_hex(in.ptr[i + 2]) : -1;
			if (high >= 0 && low >= 0) {
				c = (uint8_t)(high << 4 | low);
				i += 2;
			} else {
				*faults |= WORD_QP_DAMAGED;
			}
		} else if (c == '_') {
			c = ' ';
		}
		out[n++] = c;
	}
	return n;
}

/* ---- pieces ---- */

static void
piece_add(struct joiner *j, struct slice s)
{
	if (s.len == 0)
		return;
	struct slice *piece = ARENA_PUSH(j->arena, j->pieces, PIECES_MOST);
	if (piece == NULL)
		return;
	*piece = s;
	j->total += s.len;
}

static void
held_flush(struct joiner *j)
{
	struct slice bytes = slice_of(j->held, j->held_len);
	unsigned faults = 0;
	bool high;
	if (j->words == 0)
		return;
	struct slice text = charset_to_utf8(j->charsets, j->charset, bytes, j->arena, &faults);
	/* what was not copied by the conversion is about to be written over */
	piece_add(j, text.ptr == bytes.ptr ? arena_copy(j->arena, text) : text);
	if (faults & CHARSET_UNKNOWN)
		*j->faults |= WORD_CHARSET_UNKNOWN;
	if (faults & CHARSET_DAMAGED)
		*j->faults |= WORD_CHARSET_DAMAGED;
	if (j->torn && charset_is_utf8(bytes, &high))
		*j->faults |= WORD_SPLIT;
	j->held_len = j->words = 0;
	j->torn = false;
}

static unsigned
bytes_faults(const struct word *w, struct slice bytes)
{
	unsigned faults = 0;
	bool high = false, multibyte = slice_istarts(w->charset, SLICE("iso-2022")) ||
				       slice_istarts(w->charset, SLICE("utf-16"));
	for (size_t i = 0; i < bytes.len; i++) {
		if (chars_is(bytes.ptr[i], CHAR_CTL) && bytes.ptr[i] != '\t' && !multibyte)
			faults |= WORD_CONTROL;
		high = high || bytes.ptr[i] >= 0x80 || bytes.ptr[i] == 0x1b;
	}
	if (w->base64 && !high && !multibyte && bytes.len > 0)
		faults |= WORD_NEEDLESS;
	return faults;
}

static void
word_add(struct joiner *j, const struct word *w)
{
	bool high;
	if (j->words > 0 &&
		!(slice_ieq(j->charset, w->charset) && slice_ieq(j->language, w->language)))
		held_flush(j);
	j->charset = w->charset;
	j->language = w->language;
	uint8_t *to = j->held + j->held_len;
	size_t n = w->base64 ? base64_decode(w->text, to, j->faults)
			     : q_decode(w->text, to, j->faults);
	*j->faults |= WORD_PRESENT | bytes_faults(w, slice_of(to, n));
	j->torn = j->torn || !charset_is_utf8(slice_of(to, n), &high);
	j->held_len += n;
	j->words++;
	if (w->whole.len > WORD_MOST)
		*j->faults |= WORD_LONG;
	if (w->language.len > 0)
		*j->faults |= WORD_LANGUAGE;
	if (w->text.len == 0)
		*j->faults |= WORD_EMPTY;
	if (slice_index(w->text, ' ') < w->text.len)
		*j->faults |= WORD_SPACE;
}

static void
text_add(struct joiner *j, struct slice text)
{
	if (text.len == 0)
		return;
	held_flush(j);
	piece_add(j, text);
}

/* ---- the value ---- */

static bool
all_blank(struct slice s)
{
	return slice_trim(s).len == 0;
}

/* A word stands between white space, but in a phrase quotes and brackets are seen as well. */
static bool
touches(struct slice before, struct slice after)
{
	uint8_t last = before.len > 0 ? before.ptr[before.len - 1] : ' ';
	uint8_t next = after.len > 0 ? after.ptr[0] : ' ';
	return memchr(" \t(\"<,", last, 6) == NULL || memchr(" \t)\"<>,;", next, 8) == NULL;
}

static struct slice
joined(struct joiner *j)
{
	uint8_t *out = arena_alloc(j->arena, j->total);
	size_t n = 0;
	for (size_t i = 0; out != NULL && i < j->pieces_count; i++) {
		memcpy(out + n, j->pieces[i].ptr, j->pieces[i].len);
		n += j->pieces[i].len;
	}
	return slice_of(out, out == NULL ? 0 : n);
}

static struct slice
words_decode(struct slice value, struct joiner *j)
{
	struct slice rest = value;
	const uint8_t *from = value.ptr; /* of the text that is not added yet */
	bool after_word = false;
	j->held = arena_alloc(j->arena, value.len);
	if (j->held == NULL)
		return value;
	while (rest.len > 0) {
		struct word w;
		rest = slice_skip(rest, slice_find(rest, SLICE("=?")));
		int got = rest.len == 0 ? 0 : word_read(rest, &w);
		if (got <= 0) {
			*j->faults |= got < 0 ? WORD_NOT_CLOSED : 0;
			rest = slice_skip(rest, 1);
			continue;
		}
		struct slice text = slice_of(from, (size_t)(w.whole.ptr - from));
		if (!after_word || !all_blank(text))
			text_add(j, text);
		rest = slice_skip(rest, w.whole.len);
		if (touches(slice_of(value.ptr, (size_t)(w.whole.ptr - value.ptr)), rest))
			*j->faults |= WORD_INSIDE;
		word_add(j, &w);
		from = rest.ptr;
		after_word = true;
	}
	held_flush(j);
	text_add(j, slice_of(from, (size_t)(value.ptr + value.len - from)));
	return joined(j);
}

struct slice
encoded_words(struct slice value, struct charsets *charsets, struct arena *arena, unsigned *faults)
{
	bool high;
	bool utf8 = charset_is_utf8(value, &high);
	if (!utf8 || high)
		*faults |= WORD_RAW_8BIT | (utf8 ? 0 : WORD_RAW_NOT_UTF8);
	if (!utf8) {
		unsigned ignored = 0;
		value = charset_text(charsets, SLICE("windows-1252"), value, arena, &ignored);
	}
	if (slice_find(value, SLICE("=?")) == value.len)
		return value;
	struct joiner j = { .charsets = charsets, .arena = arena, .faults = faults };
	return words_decode(value, &j);
}

const char *
word_fault_name(enum word_fault fault)
{
	static const char *const names[] = { "charset-unknown", "charset-damaged", "base64-damaged",
		"qp-damaged", "split", "long", "inside", "space", "control", "needless", "language",
		"not-closed", "empty", "raw-8bit", "raw-not-utf8", "present" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if ((unsigned)fault == 1U << i)
			return names[i];
	return "";
}
