/* Character classes of RFC 5321 / RFC 5322 (ASCII only, locale-free). */
#ifndef HELOSCOPE_BASE_CHARS_H
#define HELOSCOPE_BASE_CHARS_H

#include <stdbool.h>
#include <stdint.h>

enum {
	CHAR_ALPHA = 1,
	CHAR_DIGIT = 2,
	CHAR_ATEXT = 4,	 /* RFC 5322 3.2.3 */
	CHAR_SPACE = 8,	 /* space and tab */
	CHAR_CTL = 16,	 /* 0..31 and 127 */
	CHAR_HIGH = 32,	 /* 128..255 */
	CHAR_TOKEN = 64, /* RFC 2045 5.1 */
	CHAR_HEX = 128,
};

extern const uint8_t chars_table[256];

static inline bool
chars_is(uint8_t c, unsigned classes)
{
	return (chars_table[c] & classes) != 0;
}

/* What C's isspace() has, and Perl's \s: space, tab, line ends, vertical tab, form feed. */
static inline bool
chars_is_white(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* What an expression's \w has: letters, digits, '_'. */
static inline bool
chars_is_word(uint8_t c)
{
	return chars_is(c, CHAR_ALPHA | CHAR_DIGIT) || c == '_';
}

static inline uint8_t
chars_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

/* 0..15, or -1. */
int chars_hex(uint8_t c);

#endif
