#include "web/query_words.h"

#include <string.h>

#include "sensor/base/addr.h"
#include "sensor/base/buf.h"
#include "sensor/base/chars.h"

/* A word as it stands in the text, and how far it goes. */
struct reading {
	const char *at;
	struct arena *arena;
	struct query_word *word;
	struct err *err;
};

static int
refuse(const struct reading *r, const char *what)
{
	return err_set(r->err, "the filter's word %zu (at character %zu): %s", r->word->number,
		r->word->at, what);
}

static bool
is_key_byte(char c)
{
	return chars_is((uint8_t)c, CHAR_ALPHA) || c == '-' || c == '_';
}

/* How long the key in front of a colon is; 0 = the word has none. */
static size_t
key_length(const char *text)
{
	size_t n = 0;

	while (text[n] != '\0' && text[n] != ' ' && text[n] != ':' && text[n] != '"')
		n++;
	return text[n] == ':' ? n : 0;
}

/* "2001:db8::1", "::1/128": people paste them as they are. */
static bool
is_address(const char *text)
{
	struct network n;
	size_t len = strcspn(text, " ");

	return network_parse(slice_of(text, len), &n) == 0;
}

static int
read_key(struct reading *r)
{
	size_t n = key_length(r->at);

	if (*r->at == ':' && !is_address(r->at))
		return refuse(r, "there is no key before the colon; quotes make it text");
	if (n == 0 || is_address(r->at))
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (!is_key_byte(r->at[i]))
			return refuse(r, "what stands before the colon is no key; quotes around "
					 "the word make it text");
	}
	if (*r->at == '-')
		return refuse(r, "a filter with - in front (all but this) is not known here: name "
				 "what you want to see");

	char *key = arena_string(r->arena, slice_of(r->at, n));

	for (char *p = key; *p != '\0'; p++)
		*p = (char)chars_lower((uint8_t)*p);
	r->word->key = key;
	r->at += n + 1;
	return 0;
}

/* From the quote on. */
static int
read_quoted(struct reading *r)
{
	size_t n = 0;
	char *value = arena_alloc(r->arena, strlen(r->at) + 1);

	if (value == NULL)
		return refuse(r, "it is too long");
	for (r->at++; *r->at != '"'; r->at++) {
		if (*r->at == '\\' && (r->at[1] == '"' || r->at[1] == '\\'))
			r->at++;
		if (*r->at == '\0')
			return refuse(r, "its quote is not closed");
		value[n++] = *r->at;
	}
	r->at++;
	r->word->value = value;
	return *r->at == '\0' || *r->at == ' '
		       ? 0
		       : refuse(r, "a space is missing after its closing quote");
}

static int
read_word(struct reading *r)
{
	if (read_key(r) != 0)
		return -1;
	if (*r->at == '"') {
		if (read_quoted(r) != 0)
			return -1;
	} else {
		size_t n = strcspn(r->at, " ");

		r->word->value = arena_string(r->arena, slice_of(r->at, n));
		r->at += n;
	}
	/* A key without a value is left to who knows what it wants. */
	return r->word->key == NULL && r->word->value[0] == '\0' ? refuse(r, "it is empty") : 0;
}

/* Characters, not bytes: those that begin one in UTF-8. */
static size_t
characters(const char *from, const char *to)
{
	size_t n = 0;

	for (; from < to; from++)
		n += ((uint8_t)*from & 0xc0) != 0x80;
	return n;
}

int
query_words_parse(const char *text, struct arena *arena, struct query_words *out, struct err *err)
{
	struct reading r = { .at = text, .arena = arena, .err = err };

	*out = (struct query_words){ 0 };
	for (;;) {
		r.at += strspn(r.at, " ");
		if (*r.at == '\0')
			return 0;
		if (out->count == QUERY_WORDS_MAX)
			return err_set(err, "the filter has more than %d words", QUERY_WORDS_MAX);
		r.word = &out->words[out->count++];
		*r.word = (struct query_word){ .number = out->count,
			.at = characters(text, r.at) + 1 };
		if (read_word(&r) != 0)
			return -1;
	}
}

static bool
needs_quotes(const char *key, const char *value)
{
	return value[0] == '\0' || strpbrk(value, " \"\\") != NULL ||
	       (key == NULL && strchr(value, ':') != NULL && !is_address(value));
}

void
query_word_write(struct buf *out, const char *key, const char *value)
{
	if (out->len > 0)
		buf_byte(out, ' ');
	if (key != NULL)
		buf_printf(out, "%s:", key);
	if (!needs_quotes(key, value)) {
		buf_str(out, value);
		return;
	}
	buf_byte(out, '"');
	for (const char *p = value; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			buf_byte(out, '\\');
		buf_byte(out, (uint8_t)*p);
	}
	buf_byte(out, '"');
}
