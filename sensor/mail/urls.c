#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/mail/urls.h"

static bool
url_byte(uint8_t c)
{
	return c > ' ' && c < 0x7f && strchr("<>\"'`{}|\\^", c) == NULL;
}

/* Punctuation at the end belongs to the sentence. */
static bool
sentence_byte(uint8_t c)
{
	return strchr(".,;:!?)]*_", c) != NULL;
}

static bool
url_known(const struct message *m, struct slice url)
{
	for (size_t i = 0; i < m->urls_count; i++)
		if (slice_eq(m->urls[i], url))
			return true;
	return false;
}

/* Adds the address at the front of s; returns its length, or 0 when there is no room for it. */
static size_t
url_add(struct message *m, struct slice s, size_t scheme, struct arena *arena)
{
	size_t n = scheme;
	while (n < s.len && n < LIMIT_HEADER_TEXT && url_byte(s.ptr[n]))
		n++;
	struct slice url = slice_take(s, n);
	while (url.len > scheme && sentence_byte(url.ptr[url.len - 1]))
		url.len--;
	if (url.len == scheme || !chars_is(url.ptr[scheme], CHAR_ALPHA | CHAR_DIGIT))
		return n;
	if (url_known(m, url))
		return n;
	struct slice *item = ARENA_PUSH(arena, m->urls, LIMIT_URLS);
	if (item == NULL) {
		m->cut = true;
		return 0;
	}
	*item = url;
	return n;
}

/* Length of "http://", "https://" or "www." at the front, or 0. */
static size_t
scheme_length(struct slice s)
{
	if (slice_istarts(s, SLICE("http://")))
		return 7;
	if (slice_istarts(s, SLICE("https://")))
		return 8;
	return slice_istarts(s, SLICE("www.")) ? 4 : 0;
}

static void
text_scan(struct message *m, struct slice text, struct arena *arena)
{
	for (size_t i = 0, n; i < text.len; i += n) {
		uint8_t c = text.ptr[i] | 0x20;
		bool starts = (c == 'h' || c == 'w') &&
			      (i == 0 || !chars_is(text.ptr[i - 1], CHAR_ALPHA | CHAR_DIGIT));
		struct slice here = slice_skip(text, i);
		size_t scheme = starts ? scheme_length(here) : 0;
		n = scheme > 0 ? url_add(m, here, scheme, arena) : 1;
		if (n == 0)
			return;
	}
}

void
urls_collect(struct message *m, struct arena *arena)
{
	for (size_t i = 0; i < m->parts_count; i++) {
		const struct message_part *p = &m->parts[i];
		if (slice_starts(slice_str(p->type), SLICE("text/")) && !p->attachment)
			text_scan(m, p->decoded, arena);
	}
}
