#include "sensor/mail/similar_fold.h"

#include <stddef.h>

/* U+00C0 to U+017F: the letter below the accent; "." is punctuation. */
static const char latin[] = "aaaaaaaceeeeiiiidnooooo.ouuuuytsaaaaaaaceeeeiiiidnooooo.ouuuuyty"
			    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
			    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

/* Lower-case letters that look like Latin ones. */
static const struct {
	uint16_t rune;
	char as;
} alike[] = {
	{ 0x0251, 'a' },
	{ 0x0261, 'g' },
	{ 0x0269, 'i' },
	{ 0x028F, 'y' },
	{ 0x03B1, 'a' }, /* Greek */
	{ 0x03B2, 'b' },
	{ 0x03B5, 'e' },
	{ 0x03B7, 'n' },
	{ 0x03B9, 'i' },
	{ 0x03BA, 'k' },
	{ 0x03BD, 'v' },
	{ 0x03BF, 'o' },
	{ 0x03C1, 'p' },
	{ 0x03C4, 't' },
	{ 0x03C5, 'u' },
	{ 0x03C7, 'x' },
	{ 0x03F2, 'c' },
	{ 0x03F3, 'j' },
	{ 0x0430, 'a' }, /* Cyrillic */
	{ 0x0432, 'b' },
	{ 0x0435, 'e' },
	{ 0x043A, 'k' },
	{ 0x043C, 'm' },
	{ 0x043D, 'h' },
	{ 0x043E, 'o' },
	{ 0x0440, 'p' },
	{ 0x0441, 'c' },
	{ 0x0442, 't' },
	{ 0x0443, 'y' },
	{ 0x0445, 'x' },
	{ 0x0451, 'e' },
	{ 0x0455, 's' },
	{ 0x0456, 'i' },
	{ 0x0458, 'j' },
	{ 0x04BB, 'h' },
	{ 0x04CF, 'l' },
	{ 0x0501, 'd' },
	{ 0x051B, 'q' },
	{ 0x051D, 'w' },
};

/* Runs that are all one thing. */
static const struct {
	uint32_t first, last, as;
} runs[] = {
	{ 0x0080, 0x00A9, FOLD_GAP },
	{ 0x00AB, 0x00AC, FOLD_GAP },
	{ 0x00AD, 0x00AD, FOLD_NOTHING }, /* soft hyphen */
	{ 0x00AE, 0x00B4, FOLD_GAP },
	{ 0x00B6, 0x00B9, FOLD_GAP },
	{ 0x00BB, 0x00BF, FOLD_GAP },
	{ 0x0300, 0x036F, FOLD_NOTHING }, /* accents that combine */
	{ 0x061C, 0x061C, FOLD_NOTHING },
	{ 0x0660, 0x0669, FOLD_DIGIT },
	{ 0x06F0, 0x06F9, FOLD_DIGIT },
	{ 0x0966, 0x096F, FOLD_DIGIT },
	{ 0x115F, 0x1160, FOLD_NOTHING },
	{ 0x17B4, 0x17B5, FOLD_NOTHING },
	{ 0x180B, 0x180E, FOLD_NOTHING },
	{ 0x2000, 0x200A, FOLD_GAP },
	{ 0x200B, 0x200F, FOLD_NOTHING },
	{ 0x2010, 0x2027, FOLD_GAP },
	{ 0x2028, 0x2029, FOLD_GAP },
	{ 0x202A, 0x202E, FOLD_NOTHING },
	{ 0x202F, 0x205F, FOLD_GAP },
	{ 0x2060, 0x206F, FOLD_NOTHING },
	{ 0x2070, 0x2089, FOLD_DIGIT },
	{ 0x2190, 0x245F, FOLD_GAP },
	{ 0x2500, 0x27FF, FOLD_GAP },
	{ 0x3000, 0x3003, FOLD_GAP },
	{ 0x3008, 0x3020, FOLD_GAP },
	{ 0x3164, 0x3164, FOLD_NOTHING },
	{ 0xFE00, 0xFE0F, FOLD_NOTHING },
	{ 0xFEFF, 0xFEFF, FOLD_NOTHING },
	{ 0xFFA0, 0xFFA0, FOLD_NOTHING },
	{ 0xFFF9, 0xFFFD, FOLD_NOTHING },
	{ 0x1F000, 0x1FAFF, FOLD_GAP },
	{ 0xE0000, 0xE0FFF, FOLD_NOTHING },
};

static uint32_t
ascii(uint32_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c + ('a' - 'A');
	if (c >= '0' && c <= '9')
		return FOLD_DIGIT;
	return c >= 'a' && c <= 'z' ? c : FOLD_GAP;
}

/* Alphabets that were made for other purposes: full width, mathematical, in circles. */
static uint32_t
decorated(uint32_t rune)
{
	if (rune >= 0xFF01 && rune <= 0xFF5E)
		return ascii(rune - 0xFF01 + '!');
	if (rune >= 0x1D400 && rune <= 0x1D6A3)
		return 'a' + (rune - 0x1D400) % 26;
	if (rune >= 0x1D7CE && rune <= 0x1D7FF)
		return FOLD_DIGIT;
	if (rune >= 0x24B6 && rune <= 0x24E9)
		return 'a' + (rune - 0x24B6) % 26;
	return rune >= 0x1F130 && rune <= 0x1F149 ? 'a' + rune - 0x1F130 : 0;
}

static uint32_t
lower(uint32_t rune)
{
	if (rune >= 0x0391 && rune <= 0x03A9)
		return rune + 0x20;
	if (rune >= 0x0410 && rune <= 0x042F)
		return rune + 0x20;
	if (rune >= 0x0400 && rune <= 0x040F)
		return rune + 0x50;
	if ((rune >= 0x0460 && rune <= 0x052F && rune != 0x0482) ||
		(rune >= 0x1E00 && rune <= 0x1EFF))
		return rune | 1;
	return rune;
}

uint32_t
similar_fold_rune(uint32_t rune)
{
	if (rune < 0x80)
		return ascii(rune);
	if (rune >= 0x00C0 && rune <= 0x017F) {
		uint32_t c = (uint32_t)latin[rune - 0x00C0];
		return c == '.' ? FOLD_GAP : c;
	}
	uint32_t plain = decorated(rune);
	if (plain != 0)
		return plain;
	for (size_t i = 0; i < sizeof runs / sizeof *runs && runs[i].first <= rune; i++)
		if (rune <= runs[i].last)
			return runs[i].as;
	rune = lower(rune);
	for (size_t i = 0; i < sizeof alike / sizeof *alike && alike[i].rune <= rune; i++)
		if (alike[i].rune == rune)
			return (uint32_t)alike[i].as;
	return rune;
}
