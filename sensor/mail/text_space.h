/* White space of text in UTF-8.
 *
 * Source: Unicode's White_Space property; without `wide` that of ASCII alone. */
#ifndef HELOSCOPE_MAIL_TEXT_SPACE_H
#define HELOSCOPE_MAIL_TEXT_SPACE_H

#include "sensor/base/slice.h"

/* Bytes of the white space character at the front of s (1 to 3), or 0. */
size_t text_space(struct slice s, bool wide);
/* Could c begin one?  For loops that want to be quick. */
static inline bool
text_space_maybe(uint8_t c)
{
	return c <= ' ' || c == 0xc2 || (c >= 0xe1 && c <= 0xe3);
}
/* Number of characters: bytes that continue none. */
size_t text_characters(struct slice s);
/* Is there a byte beyond ASCII? */
bool text_has_8bit(struct slice s);

#endif
