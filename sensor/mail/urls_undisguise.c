/* Names of hosts that are written so that programs do not find them. */
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/mail/domain.h"
#include "sensor/mail/urls.h"

#define TLD_LEAST 3 /* letters of a name behind "dot": shorter ones are words too often */

struct undo {
	struct slice in;
	uint8_t *out;
	size_t n;
};

static bool
is_name(uint8_t c)
{
	return chars_is(c, CHAR_ALPHA | CHAR_DIGIT);
}

/* Bytes of a character without width: zero width space and joiners, soft hyphen, word joiner. */
static size_t
widthless(struct slice s)
{
	static const char *const marks[] = { "\xe2\x80\x8b", "\xe2\x80\x8c", "\xe2\x80\x8d",
		"\xc2\xad", "\xe2\x81\xa0", "\xef\xbb\xbf" };
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (slice_starts(s, slice_str(marks[i])))
			return strlen(marks[i]);
	return 0;
}

/* Full stops of other scripts, and what is put in brackets or words for one. */
static size_t
stop_length(struct slice s)
{
	static const char *const stops[] = { "\xe3\x80\x82", "\xef\xbc\x8e", "\xef\xbd\xa1", "[.]",
		"(.)", "{.}", "[dot]", "(dot)", "{dot}", " [dot] ", " (dot) ", " [.] ", " (.) " };
	for (size_t i = 0; i < sizeof stops / sizeof *stops; i++)
		if (slice_istarts(s, slice_str(stops[i])))
			return strlen(stops[i]);
	return 0;
}

/* " dot com", " . com": the length of what stands for the dot. */
static size_t
spaced_stop(struct slice s)
{
	static const char *const stops[] = { " dot ", " . " };
	for (size_t i = 0; i < sizeof stops / sizeof *stops; i++) {
		if (!slice_istarts(s, slice_str(stops[i])))
			continue;
		struct slice rest = slice_skip(s, strlen(stops[i]));
		uint8_t tld[DOMAIN_MOST];
		size_t n = 0;
		while (n < rest.len && n < 24 && chars_is(rest.ptr[n], CHAR_ALPHA)) {
			tld[n] = chars_lower(rest.ptr[n]);
			n++;
		}
		if (n >= TLD_LEAST && domain_psl_known(slice_of(tld, n)))
			return strlen(stops[i]);
	}
	return 0;
}

static bool
behind_name(const struct undo *u)
{
	return u->n > 0 && is_name(u->out[u->n - 1]);
}

/* Undoes the disguise at the front; returns how many bytes it took, or 0. */
static size_t
undo_one(struct undo *u, struct slice here)
{
	uint8_t c = here.ptr[0];
	size_t n = 0;
	if ((c | 0x20) == 'h' &&
		(slice_istarts(here, SLICE("hxxp://")) || slice_istarts(here, SLICE("hxxps://")))) {
		memcpy(u->out + u->n, "http", 4);
		u->n += 4;
		return 4;
	}
	if (c >= 0x80 && (n = widthless(here)) > 0)
		return n;
	if ((c >= 0x80 || c == '[' || c == '(' || c == '{' || c == ' ') && behind_name(u))
		n = stop_length(here);
	if (n == 0 && c == ' ' && behind_name(u))
		n = spaced_stop(here);
	if (n == 0 || n >= here.len || !is_name(here.ptr[n]))
		return 0;
	u->out[u->n++] = '.';
	return n;
}

/* Could a disguise begin here?  Blanks do only in front of "." and "dot". */
static bool
suspicious(struct slice s, size_t i)
{
	uint8_t c = s.ptr[i], next = i + 1 < s.len ? s.ptr[i + 1] : 0;
	if (c == ' ')
		return next == '.' || next == '[' || next == '(' || (next | 0x20) == 'd';
	if ((c | 0x20) == 'h')
		return (next | 0x20) == 'x';
	return c == '[' || c == '(' || c == '{' || c == 0xe2 || c == 0xc2 || c == 0xe3 || c == 0xef;
}

/* What ends a sentence is no part of a name: "example dot com, …". */
static uint8_t
sentence_blank(struct slice s, size_t i)
{
	bool last = i + 1 == s.len || s.ptr[i + 1] <= ' ';
	return last && s.ptr[i] != '\0' && strchr(",;!?)", s.ptr[i]) != NULL ? ' ' : s.ptr[i];
}

struct slice
urls_undisguise(struct slice text, struct arena *arena)
{
	struct undo u = { .in = text };
	bool any = false;
	size_t i = 0;
	for (; i < text.len; i++) {
		size_t used = 0;
		if (!suspicious(text, i)) {
			if (u.out != NULL)
				u.out[u.n++] = sentence_blank(text, i);
			continue;
		}
		if (u.out == NULL) {
			u.out = arena_alloc(arena, text.len + 1);
			if (u.out == NULL)
				return text;
			memcpy(u.out, text.ptr, i);
			u.n = i;
		}
		used = undo_one(&u, slice_skip(text, i));
		if (used == 0)
			u.out[u.n++] = text.ptr[i];
		else
			i += used - 1;
		any = any || used > 0;
	}
	return any ? slice_of(u.out, u.n) : text;
}
