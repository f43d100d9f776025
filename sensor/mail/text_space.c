#include "sensor/mail/text_space.h"

#include <string.h>

static size_t
wide_space(struct slice s)
{
	if (s.len >= 2 && s.ptr[0] == 0xc2)
		return s.ptr[1] == 0x85 || s.ptr[1] == 0xa0 ? 2 : 0;
	if (s.len < 3)
		return 0;
	unsigned rune = (s.ptr[0] & 0xfU) << 12 | (s.ptr[1] & 0x3fU) << 6 | (s.ptr[2] & 0x3fU);
	if ((s.ptr[0] & 0xf0) != 0xe0)
		return 0;
	bool space = rune == 0x1680 || (rune >= 0x2000 && rune <= 0x200a) || rune == 0x2028 ||
		     rune == 0x2029 || rune == 0x202f || rune == 0x205f || rune == 0x3000;
	return space ? 3 : 0;
}

size_t
text_space(struct slice s, bool wide)
{
	uint8_t c = s.len > 0 ? s.ptr[0] : 'x';
	if (c == ' ' || (c >= '\t' && c <= '\r'))
		return 1;
	return wide && c >= 0x80 ? wide_space(s) : 0;
}

size_t
text_characters(struct slice s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.len; i++)
		n += (s.ptr[i] & 0xc0) != 0x80;
	return n;
}

bool
text_has_8bit(struct slice s)
{
	size_t i = 0;
	for (uint64_t word; i + sizeof word <= s.len; i += sizeof word) {
		memcpy(&word, s.ptr + i, sizeof word);
		if (word & 0x8080808080808080U)
			return true;
	}
	for (; i < s.len; i++)
		if (s.ptr[i] & 0x80)
			return true;
	return false;
}
