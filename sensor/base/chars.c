#include "sensor/base/chars.h"

enum {
	LETTER = CHAR_ALPHA | CHAR_ATEXT | CHAR_TOKEN,
	HEX_LETTER = LETTER | CHAR_HEX,
	DIGIT = CHAR_DIGIT | CHAR_HEX | CHAR_ATEXT | CHAR_TOKEN,
	/* RFC 5322 3.2.3 has "/", "=" and "?" in atext; RFC 2045 5.1 keeps them out of a token and
	   has "." in it. */
	BOTH = CHAR_ATEXT | CHAR_TOKEN,
};

const uint8_t chars_table[256] = {
	[0 ... 8] = CHAR_CTL,
	['\t'] = CHAR_CTL | CHAR_SPACE,
	[10 ... 31] = CHAR_CTL,
	[' '] = CHAR_SPACE,
	['!'] = BOTH,
	['#' ... '\''] = BOTH,
	['*'] = BOTH,
	['+'] = BOTH,
	['-'] = BOTH,
	['.'] = CHAR_TOKEN,
	['/'] = CHAR_ATEXT,
	['0' ... '9'] = DIGIT,
	['='] = CHAR_ATEXT,
	['?'] = CHAR_ATEXT,
	['A' ... 'F'] = HEX_LETTER,
	['G' ... 'Z'] = LETTER,
	['^' ... '`'] = BOTH,
	['a' ... 'f'] = HEX_LETTER,
	['g' ... 'z'] = LETTER,
	['{' ... '~'] = BOTH,
	[127] = CHAR_CTL,
	[128 ... 255] = CHAR_HIGH,
};

int
chars_hex(uint8_t c)
{
	if (chars_is(c, CHAR_DIGIT))
		return c - '0';
	return chars_is(c, CHAR_HEX) ? chars_lower(c) - 'a' + 10 : -1;
}
