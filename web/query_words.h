/* The filter box: words separated by spaces, taken apart.  Pure.
 *
 *   host:192.0.2.1 list:"Spamhaus ZEN" "free: words" invoice
 *
 * A word with a colon is `key:value`, others are text to look for. Quotes hold spaces and colons
 * together, \" and \\ within them are a quote and a backslash. A word that is an address of IPv6 is
 * text, not a key.  -key:value (all but) is known and refused: a filter with several keys would say
 * less and less what it leaves out.
 *
 * Source: our own; the form is that of most search boxes.
 * Input:  clean UTF-8 of anybody who can reach the port.
 * Memory: the arena. */
#ifndef HELOSCOPE_WEB_QUERY_WORDS_H
#define HELOSCOPE_WEB_QUERY_WORDS_H

#include "sensor/base/arena.h"
#include "sensor/base/err.h"

#define QUERY_WORDS_MAX 32

struct query_word {
	const char *key; /* in lower case; NULL = text to look for */
	const char *value;
	size_t number; /* 1, 2, … */
	size_t at;     /* character that it begins with, from 1 */
};

struct query_words {
	struct query_word words[QUERY_WORDS_MAX];
	size_t count;
};

/* 0, or -1 and err says which word is wrong, where, and why. */
int query_words_parse(
	const char *text, struct arena *arena, struct query_words *out, struct err *err);

/* Appends ` key:value`, quoted where it must be, so that it is read as the same again. */
struct buf;
void query_word_write(struct buf *out, const char *key, const char *value);

#endif
