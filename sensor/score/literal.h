/* What every match of a regular expression contains: words of which one must be in the text, or
 * sets of bytes that its first places must be of.  Where neither is there, nobody needs to look for
 * the rest.
 *
 * Input:  a tree (regex_tree.h).
 * Output: always on the safe side: a text without any of the words, or without such places, cannot
 *         match.  Nothing useful found (words that are everywhere, none at all) is said so.
 * Memory: the caller's arena. */
#ifndef HELOSCOPE_SCORE_LITERAL_H
#define HELOSCOPE_SCORE_LITERAL_H

#include "sensor/score/regex_tree.h"

#define LITERALS_MAX 256  /* words of one expression */
#define LITERAL_LENGTH 16 /* bytes of one that are looked at */
#define PLACES_MAX 6

struct literals {
	struct slice *words; /* lower case; at least 3 bytes each */
	size_t count;
	double rate; /* how many a byte of ordinary text, about */
};

struct places {
	struct byte_set sets[PLACES_MAX]; /* one behind the other in the text */
	double rate;			  /* as above */
};

/* False if there are none worth looking for. */
bool literals_find(const struct regex_node *tree, struct arena *arena, struct literals *out);
bool places_find(const struct regex_node *tree, struct places *out);

#endif
