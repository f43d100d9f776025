/* Which pairs of bytes occur in a text, by a hash: of many needles most are told to be absent
 * without a search. */
#ifndef HELOSCOPE_SMTP_PAIRS_H
#define HELOSCOPE_SMTP_PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PAIRS_WORDS 64 /* of 64 bits */

struct pairs {
	uint64_t bits[PAIRS_WORDS];
};

static inline unsigned
pairs_hash(const char *pair)
{
	return ((unsigned)(uint8_t)pair[0] * 61 + (uint8_t)pair[1]) % (PAIRS_WORDS * 64);
}

static inline void
pairs_note(struct pairs *p, const char *text, size_t len)
{
	memset(p, 0, sizeof(*p));
	for (size_t i = 0; i + 1 < len; i++) {
		unsigned hash = pairs_hash(text + i);
		p->bits[hash / 64] |= (uint64_t)1 << (hash % 64);
	}
}

/* False: these two bytes are nowhere in the text. */
static inline bool
pairs_have(const struct pairs *p, const char *pair)
{
	unsigned hash = pairs_hash(pair);
	return (p->bits[hash / 64] >> (hash % 64) & 1) != 0;
}

#endif
