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

#define LITERALS_MAX 2048 /* words of one expression */
#define LITERAL_LENGTH 16 /* bytes of one that are looked at */
#define PLACES_MAX 8
#define PLACES_SETS 160 /* of one expression */

struct places {
	struct byte_set sets[PLACES_MAX]; /* one behind the other in the text */
};

/* One of the words, or one of the places: an expression of several alternatives may have both. */
struct needs {
	struct slice *words; /* lower case; at least 3 bytes each */
	size_t words_count;
	struct places *places;
	size_t places_count;
	double rate;  /* how often one of them is in a byte of ordinary text, about */
	size_t times; /* so often, at places that differ */
};

/* False if there is nothing worth looking for. */
bool needs_find(const struct regex_node *tree, struct arena *arena, struct needs *out);

#endif
