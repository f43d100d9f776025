#include "sensor/score/host_number.h"

#include <assert.h>
#include <stdio.h>

#define ONE_WORD "recipients and other replies"

/* In the order of enum host_number; a reply class has no name of its own here. */
static const struct {
	const char *name, *text;
} before[] = {
#define X(name, text) { #name, text },
	AGGREGATE_SUMS(X)
#undef X
}, behind[] = {
#define X(name, text) { #name, text },
	AGGREGATE_SKETCHES(X)
#undef X
	{ "score_max", "highest score of a mail, thousandths" },
#define X(name, text) { #name, text },
	HOST_NUMBERS(X)
#undef X
#define X(name, function, concern, basis, text) { "sign_" #function, text },
	OBSERVABLES(X)
#undef X
};
#define BEFORE (sizeof before / sizeof *before)
#define BEHIND (sizeof behind / sizeof *behind)
static_assert(BEFORE + REPLY_CLASSES + BEHIND == HOST_NUMBERS_COUNT, "the places of list_rules.h");

static const char *
word_of(size_t place)
{
	if (place < BEFORE)
		return before[place].name;
	place -= BEFORE;
	return place < REPLY_CLASSES ? reply_class_word((enum reply_class)place)
				     : behind[place - REPLY_CLASSES].name;
}

struct slice
host_number_name(size_t place, char *out, size_t size)
{
	int n = snprintf(out, size, "%s", word_of(place));

	for (char *c = out; n > 0 && *c != '\0'; c++)
		if (*c == '-')
			*c = '_';
	return slice_str(out);
}

const char *
host_number_text(size_t place)
{
	if (place < BEFORE)
		return before[place].text;
	place -= BEFORE;
	return place < REPLY_CLASSES ? ONE_WORD : behind[place - REPLY_CLASSES].text;
}

size_t
host_number_find(struct slice name)
{
	char word[64];
	size_t i = 0;

	while (i < HOST_NUMBERS_COUNT && !slice_eq(host_number_name(i, word, sizeof word), name))
		i++;
	return i;
}
