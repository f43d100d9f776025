#include "sensor/score/regex_class.h"

/* Pairs of first and last byte. */
#define RANGES(text) text, sizeof(text) - 1

static const struct {
	const char *name, *ranges;
	size_t length;
} classes[] = {
	{ "w", RANGES("09AZ__az") },
	{ "d", RANGES("09") },
	{ "s", RANGES("\t\r  ") },
	{ "h", RANGES("\t\t  \xa0\xa0") },
	{ "v", RANGES("\n\r\x85\x85") },
	{ "n", RANGES("\n\n") },
	{ "alpha", RANGES("AZaz") },
	{ "alnum", RANGES("09AZaz") },
	{ "ascii", RANGES("\0\x7f") },
	{ "blank", RANGES("\t\t  ") },
	{ "cntrl", RANGES("\0\x1f\x7f\x7f") },
	{ "digit", RANGES("09") },
	{ "graph", RANGES("!~") },
	{ "lower", RANGES("az") },
	{ "print", RANGES(" ~") },
	{ "punct", RANGES("!/:@[`{~") },
	{ "space", RANGES("\t\r  ") },
	{ "upper", RANGES("AZ") },
	{ "word", RANGES("09AZ__az") },
	{ "xdigit", RANGES("09AFaf") },
};

void
byte_set_range(struct byte_set *s, unsigned from, unsigned to)
{
	for (unsigned c = from; c <= to; c++)
		byte_set_add(s, (uint8_t)c);
}

void
byte_set_join(struct byte_set *s, const struct byte_set *other, bool negate)
{
	for (size_t i = 0; i < 4; i++)
		s->bits[i] |= negate ? ~other->bits[i] : other->bits[i];
}

void
byte_set_caseless(struct byte_set *s)
{
	for (unsigned c = 'a'; c <= 'z'; c++)
		if (byte_set_has(s, (uint8_t)c) || byte_set_has(s, (uint8_t)(c - 32))) {
			byte_set_add(s, (uint8_t)c);
			byte_set_add(s, (uint8_t)(c - 32));
		}
}

bool
byte_set_named(struct byte_set *s, struct slice name, bool negate)
{
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
		struct byte_set one = { { 0 } };
		if (!slice_eq(name, slice_str(classes[i].name)))
			continue;
		for (size_t r = 0; r < classes[i].length; r += 2)
			byte_set_range(&one, (uint8_t)classes[i].ranges[r],
				(uint8_t)classes[i].ranges[r + 1]);
		byte_set_join(s, &one, negate);
		return true;
	}
	return false;
}
