/* A value with encoded words, and its bytes in a character set that its first line names: UTF-8
 * comes out, and not much more than went in. */
#include <string.h>

#include "fuzz/check.h"
#include "sensor/base/text.h"
#include "sensor/mail/encoded_word.h"
#include "sensor/mail/header.h"

static struct charsets *
open_sets(void)
{
	static struct charsets *kept; /* opening them takes longer than all else */
	if (kept == NULL)
		kept = charsets_new();
	return kept;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct charsets *charsets = open_sets();
	struct slice input = slice_take(slice_of(data, size), LIMIT_HEADER_BLOCK), rest = input;
	unsigned faults = 0;
	bool high;
	arena_init(&arena, LIMIT_MAIL_MEMORY);
	struct slice got = header_decoded(input, charsets, &arena, &faults);
	check(charset_is_utf8(got, &high));
	check(got.len <= 8 * input.len);
	check(text_is_clean(slice_str(header_text(input, charsets, &arena))));
	struct slice name = slice_split(&rest, '\n');
	got = charset_to_utf8(charsets, name, rest, &arena, &faults);
	check(charset_is_utf8(got, &high) && got.len <= 8 * rest.len + 8);
	got = charset_text(charsets, name, rest, &arena, &faults);
	check(charset_is_utf8(got, &high));
	arena_release(&arena);
	return 0;
}
