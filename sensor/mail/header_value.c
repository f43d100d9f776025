#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/text.h"
#include "sensor/mail/encoded_word.h"
#include "sensor/mail/header.h"

/* Raw bytes looked at for one clean value: encoded words take up to four times their text. */
#define VALUE_RAW_MAX (4 * LIMIT_HEADER_TEXT)

struct slice
header_unfold_into(struct slice value, uint8_t *out, size_t size)
{
	size_t used = 0;
	bool fold = false;
	for (size_t i = 0; i < value.len && used < size; i++) {
		uint8_t c = value.ptr[i];
		bool crlf = c == '\r' && i + 1 < value.len && value.ptr[i + 1] == '\n';
		if (c == '\n' || crlf || (fold && chars_is(c, CHAR_SPACE))) {
			fold = true;
			continue;
		}
		if (fold && used + 1 < size)
			out[used++] = ' ';
		fold = false;
		out[used++] = c == '\t' ? ' ' : c;
	}
	return slice_trim(slice_of(out, used));
}

const char *
header_unfold(struct slice value, struct arena *arena)
{
	uint8_t buffer[VALUE_RAW_MAX];
	return text_clean(
		arena, header_unfold_into(value, buffer, sizeof buffer), LIMIT_HEADER_TEXT);
}

const char *
header_text(struct slice value, struct charsets *charsets, struct arena *arena)
{
	uint8_t buffer[VALUE_RAW_MAX];
	unsigned faults = 0;
	struct slice text = header_unfold_into(value, buffer, sizeof buffer);
	return text_clean(arena, encoded_words(text, charsets, arena, &faults), LIMIT_HEADER_TEXT);
}

struct slice
header_decoded(struct slice value, struct charsets *charsets, struct arena *arena, unsigned *faults)
{
	uint8_t *buffer = arena_alloc(arena, value.len);
	if (buffer == NULL)
		return SLICE_EMPTY;
	struct slice text = header_unfold_into(value, buffer, value.len);
	return encoded_words(text, charsets, arena, faults);
}

const char *
message_text(const struct message *m, const char *name, struct arena *arena)
{
	const struct header_field *f = message_field(m, name, 0);
	return f == NULL ? "" : header_text(f->value, m->charsets, arena);
}
