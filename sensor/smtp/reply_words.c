#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/smtp/reply_words.h"

#define ECHO_MAX 320 /* RFC 5321 4.5.3.1: the longest address */

static bool
is_address_byte(char c)
{
	return chars_is((uint8_t)c, CHAR_ATEXT | CHAR_HIGH) || c == '.' || c == '@';
}

/* "<…>": an echo of what the client sent.  AT&T's "521< 192.0.2.10 >" is none, and has a space. */
static size_t
bracket_length(const char *text)
{
	if (text[0] != '<' || text[1] == ' ')
		return 0;
	const char *end = memchr(text, '>', strnlen(text, ECHO_MAX));
	return end == NULL ? 0 : (size_t)(end - text) + 1;
}

/* A run of address bytes with an @ inside. */
static size_t
mailbox_length(const char *text)
{
	size_t n = 0;
	size_t at = 0;
	for (; is_address_byte(text[n]); n++)
		if (text[n] == '@')
			at = n;
	return at > 0 && at + 1 < n ? n : 0;
}

static void
blank(char *text, size_t n)
{
	memset(text, ' ', n);
}

void
reply_words(struct slice text, struct reply_words *out)
{
	out->len = text.len < LIMIT_REPLY_TEXT ? text.len : LIMIT_REPLY_TEXT;
	for (size_t i = 0; i < out->len; i++) {
		uint8_t c = text.ptr[i];
		out->all[i] = chars_is(c, CHAR_CTL) ? ' ' : (char)chars_lower(c);
	}
	out->all[out->len] = '\0';
	memcpy(out->plain, out->all, out->len + 1);
	bool start = true;
	for (size_t i = 0; i < out->len;) {
		char *at = out->plain + i;
		size_t n = bracket_length(at);
		if (n == 0 && start)
			n = mailbox_length(at);
		start = !is_address_byte(*at);
		blank(at, n);
		i += n > 0 ? n : 1;
	}
}

bool
words_have(const char *text, const char *alternatives)
{
	struct slice rest = slice_str(alternatives);
	size_t len = strlen(text);
	while (rest.len > 0) {
		struct slice one = slice_split(&rest, '|');
		if (memmem(text, len, one.ptr, one.len) != NULL)
			return true;
	}
	return false;
}

const struct reply_row *
reply_rows_find(const struct reply_rows *rows, const char *text)
{
	for (size_t i = 0; i < rows->count; i++) {
		const struct reply_row *row = &rows->rows[i];
		bool hit = row->none == NULL || !words_have(text, row->none);
		for (size_t n = 0; n < 3 && row->needles[n] != NULL && hit; n++)
			hit = words_have(text, row->needles[n]);
		if (hit)
			return row;
	}
	return NULL;
}
