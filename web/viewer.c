#include "web/viewer.h"

static const char *const access_words[] = {
	[ACCESS_ANYBODY] = "",
	[ACCESS_READER] = "reader",
	[ACCESS_ANALYST] = "analyst",
	[ACCESS_ADMIN] = "admin",
};
#define WORDS (sizeof access_words / sizeof *access_words)

const char *
access_word(enum access a)
{
	return access_words[(size_t)a < WORDS ? (size_t)a : 0];
}

int
access_parse(struct slice word, enum access *out)
{
	for (size_t i = ACCESS_READER; i < WORDS; i++) {
		if (slice_eq(word, slice_str(access_words[i]))) {
			*out = (enum access)i;
			return 0;
		}
	}
	return -1;
}

struct slice
viewer_text(const struct viewer *v, struct arena *arena, struct slice text)
{
	(void)v, (void)arena;
	return text;
}
