/* Addresses in running text.
 *
 * A word (up to white space, quotes or brackets) is tried from each place where a link may begin:
 * with a scheme or "www." it goes to the word's end; with "@" it is mail; else it must begin with a
 * name whose top-level domain is known, and nothing but a port and a path may follow. */
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/mail/uri.h"

#define REST_MOST 2048 /* bytes behind a scheme */
#define LOCAL_MOST 251 /* on each side of "@" */
#define NAME_MOST 253
#define PORT_MOST 5

enum {
	ENDS = 1,	 /* a word */
	STARTS = 2,	 /* an address, ... */
	STARTS_NAME = 4, /* one without a scheme */
	SENTENCE = 8,	 /* punctuation at its end that is not of it */
};

/* ESC is what ISO-2022 text switches character sets with; 0xa0 is NBSP. */
static const uint8_t classes[256] = {
	['\t'] = ENDS | STARTS | STARTS_NAME,
	['\n'] = ENDS | STARTS | STARTS_NAME,
	['\v'] = ENDS | STARTS | STARTS_NAME,
	['\f'] = ENDS | STARTS | STARTS_NAME,
	['\r'] = ENDS | STARTS | STARTS_NAME,
	[0x1b] = ENDS | STARTS | STARTS_NAME,
	[' '] = ENDS | STARTS | STARTS_NAME,
	['!'] = STARTS_NAME | SENTENCE,
	['"'] = ENDS | STARTS | STARTS_NAME,
	['#'] = STARTS_NAME | SENTENCE,
	['$'] = STARTS_NAME,
	['&'] = STARTS_NAME | SENTENCE,
	['\''] = STARTS | STARTS_NAME | SENTENCE,
	['('] = STARTS | STARTS_NAME | SENTENCE,
	[')'] = STARTS_NAME | SENTENCE,
	['*'] = STARTS_NAME | SENTENCE,
	['+'] = STARTS_NAME | SENTENCE,
	[','] = STARTS | STARTS_NAME | SENTENCE,
	['-'] = SENTENCE,
	['.'] = SENTENCE,
	['/'] = STARTS_NAME,
	[':'] = STARTS_NAME | SENTENCE,
	[';'] = STARTS_NAME | SENTENCE,
	['<'] = ENDS | STARTS | STARTS_NAME,
	['='] = STARTS_NAME | SENTENCE,
	['>'] = ENDS | STARTS | STARTS_NAME,
	['?'] = STARTS_NAME | SENTENCE,
	['@'] = STARTS_NAME | SENTENCE,
	['['] = ENDS | STARTS | STARTS_NAME,
	['\\'] = STARTS_NAME,
	[']'] = ENDS | STARTS_NAME,
	['^'] = STARTS_NAME | SENTENCE,
	['_'] = SENTENCE,
	['`'] = ENDS | STARTS | STARTS_NAME,
	['{'] = ENDS | STARTS | STARTS_NAME,
	['|'] = ENDS | STARTS | STARTS_NAME,
	['}'] = ENDS | STARTS_NAME,
	['~'] = STARTS_NAME | SENTENCE,
	[0xa0] = ENDS | STARTS | STARTS_NAME,
};

static bool
is_end(uint8_t c)
{
	return (classes[c] & ENDS) != 0;
}

static bool
is_end_of_mail(uint8_t c)
{
	return c >= 0x80 || c == ',' || c == '(' || c == '\'' || is_end(c);
}

/* What is known of the word that is looked at, each found once for all places in it. */
struct word {
	struct slice text;
	size_t end;   /* of the word */
	size_t at;    /* of the first "@" not before the place; end if there is none */
	size_t stop;  /* the same of what ends mail */
	size_t begin; /* where at and stop were looked for from; SIZE_MAX = not yet */
};

static bool
may_begin(struct slice text, size_t i)
{
	if (i == 0)
		return chars_is_word(text.ptr[0]);
	uint8_t before = text.ptr[i - 1];
	bool boundary = chars_is_word(before) != chars_is_word(text.ptr[i]);
	bool iso = i >= 3 && text.ptr[i - 3] == 0x1b && text.ptr[i - 2] == '(';
	return boundary || iso || (classes[before] & STARTS) != 0;
}

/* Length of "https://", "ftp://", "www2.", "ftp." at the front, or 0. */
static size_t
scheme_length(struct slice s)
{
	static const char *const schemes[] = { "http://", "https://", "ftp://", "ftp." };
	uint8_t c = s.len > 0 ? chars_lower(s.ptr[0]) : 0;
	if (c != 'h' && c != 'f' && c != 'w')
		return 0;
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (slice_istarts(s, slice_str(schemes[i])))
			return strlen(schemes[i]);
	size_t n = 3;
	if (!slice_istarts(s, SLICE("www")))
		return 0;
	while (n < s.len && n < 5 && chars_is(s.ptr[n], CHAR_DIGIT))
		n++;
	return n < s.len && s.ptr[n] == '.' ? n + 1 : 0;
}

static size_t
scheme_end(const struct word *w, size_t i)
{
	size_t n = scheme_length(slice_take(slice_skip(w->text, i), w->end - i));
	size_t rest = w->end - i - n;
	return n > 0 && rest >= 1 && rest <= REST_MOST ? w->end : 0;
}

static void
word_look(struct word *w, size_t i)
{
	if (w->at < i || w->begin == SIZE_MAX) {
		struct slice rest = slice_take(slice_skip(w->text, i), w->end - i);
		w->at = i + slice_index(rest, '@');
	}
	if (w->stop < i || w->begin == SIZE_MAX)
		for (w->stop = i; w->stop < w->end && !is_end_of_mail(w->text.ptr[w->stop]);)
			w->stop++;
	w->begin = i;
}

static size_t
mail_end(struct word *w, size_t i)
{
	word_look(w, i);
	struct slice here = slice_take(slice_skip(w->text, i), w->end - i);
	if (slice_istarts(here, SLICE("mailto:")) && w->stop > i + 7 &&
		w->stop - i - 7 <= REST_MOST)
		return w->stop;
	size_t local = w->at - i;
	if (w->at >= w->stop || local == 0 || local > LOCAL_MOST)
		return 0;
	size_t domain = w->stop - w->at - 1;
	return domain >= 1 && domain <= LOCAL_MOST ? w->stop : 0;
}

static bool
is_name(uint8_t c)
{
	return chars_is(c, CHAR_ALPHA | CHAR_DIGIT) || c == '.' || c == '_' || c == '-';
}

/* A name with a top-level domain that is known, without the dot that may end it. */
static bool
name_known(struct slice name, const struct domain_lists *lists)
{
	const uint8_t *dot = memrchr(name.ptr, '.', name.len);
	if (dot == NULL || dot == name.ptr)
		return false;
	for (const uint8_t *c = dot + 1; c < name.ptr + name.len; c++)
		if (*c == '_')
			return false;
	return name.len <= NAME_MOST && domain_known(name, lists);
}

static size_t
name_end(const struct word *w, size_t i, const struct domain_lists *lists, struct slice *host)
{
	size_t n = i, digits = 0;
	if (i > 0 && (classes[w->text.ptr[i - 1]] & STARTS_NAME) == 0)
		return 0;
	while (n < w->end && is_name(w->text.ptr[n]))
		n++;
	if (n == i || !chars_is(w->text.ptr[i], CHAR_ALPHA | CHAR_DIGIT))
		return 0;
	*host = slice_take(slice_skip(w->text, i), n - i);
	if (n < w->end && w->text.ptr[n] == ':') {
		for (n++; n < w->end && chars_is(w->text.ptr[n], CHAR_DIGIT); n++)
			digits++;
		if (digits == 0 || digits > PORT_MOST)
			return 0;
	}
	size_t path = w->end - n;
	if (path > 0 && (w->text.ptr[n] != '/' || path < 2 || path > REST_MOST + 1))
		return 0;
	if (host->ptr[host->len - 1] == '.')
		host->len--;
	return name_known(*host, lists) ? w->end : 0;
}

/* What ends a sentence, or a bracket that was opened before the address, is not of it. */
static struct slice
sentence_cut(struct slice raw)
{
	size_t close = slice_index(raw, ')');
	if (close < raw.len && slice_index(raw, '(') > close)
		raw.len = close;
	while (raw.len > 0 && (classes[raw.ptr[raw.len - 1]] & SENTENCE) != 0)
		raw.len--;
	return raw;
}

/* Tries the word from place i on. Its end, or 0. */
static size_t
place_try(struct word *w, size_t i, const struct domain_lists *lists, struct uri_found *out)
{
	size_t end = scheme_end(w, i);
	out->kind = URI_SCHEME;
	if (end == 0) {
		end = mail_end(w, i);
		out->kind = URI_MAIL;
	}
	if (end == 0) {
		end = name_end(w, i, lists, &out->host);
		out->kind = URI_SCHEMELESS;
	}
	return end;
}

static size_t
word_end(struct slice text, size_t i)
{
	while (i < text.len && !is_end(text.ptr[i]))
		i++;
	return i;
}

bool
uri_next(struct slice text, const struct domain_lists *lists, size_t *at, struct uri_found *out)
{
	for (size_t i = *at; i < text.len; i++) {
		struct word w = { .text = text, .end = word_end(text, i), .begin = SIZE_MAX };
		struct slice word = slice_take(slice_skip(text, i), w.end - i);
		/* every address has one of them */
		bool possible = slice_index(word, '.') < word.len ||
				slice_index(word, '@') < word.len ||
				slice_index(word, ':') < word.len;
		for (; possible && i < w.end; i++) {
			size_t end = may_begin(text, i) ? place_try(&w, i, lists, out) : 0;
			if (end == 0)
				continue;
			out->raw = sentence_cut(slice_take(slice_skip(text, i), end - i));
			*at = end;
			return true;
		}
		i = w.end;
	}
	*at = text.len;
	return false;
}
