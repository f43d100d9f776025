/* Sets of bytes that have a name in regular expressions: \w, [:alpha:].
 *
 * Source: pcre2pattern(3), with the tables of the C locale. */
#ifndef HELOSCOPE_SCORE_REGEX_CLASS_H
#define HELOSCOPE_SCORE_REGEX_CLASS_H

#include "sensor/base/slice.h"

struct byte_set {
	uint64_t bits[4];
};

static inline bool
byte_set_has(const struct byte_set *s, uint8_t c)
{
	return (s->bits[c >> 6] >> (c & 63) & 1) != 0;
}

static inline void
byte_set_add(struct byte_set *s, uint8_t c)
{
	s->bits[c >> 6] |= (uint64_t)1 << (c & 63);
}

void byte_set_range(struct byte_set *s, unsigned from, unsigned to);
/* Adds other, or all that is not in it. */
void byte_set_join(struct byte_set *s, const struct byte_set *other, bool negate);
/* Adds the other case of every ASCII letter in it. */
void byte_set_caseless(struct byte_set *s);
/* Adds what a name stands for: "w" of \w (its capital, and "N", for all else), "alpha" of
 * [:alpha:].  False if there is no such name. */
bool byte_set_named(struct byte_set *s, struct slice name, bool negate);

#endif
