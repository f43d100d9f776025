/* Content transfer encodings undone, and what is wrong with them.
 *
 * Source: RFC 2045 6.7 (quoted-printable), 6.8 (base64); and where these are broken, what readers do:
 *         bytes outside of the alphabet are passed over, missing padding is supplied, data behind
 *         padding goes on, "=" without two hex digits stays.
 * Input:  the content of one part, as sent, hostile.
 * Output: the bytes; the input itself where the encoding changes nothing, or the arena is full.
 * Memory: the caller's arena, at most the length of the input. */
#ifndef HELOSCOPE_MAIL_PART_DECODE_H
#define HELOSCOPE_MAIL_PART_DECODE_H

#include "sensor/mail/message.h"

/* encoding in lower case; *faults gets PART_BASE64_DAMAGED, PART_QP_DAMAGED, PART_QP_LONG_LINE,
 * PART_ENCODING_UNKNOWN, PART_8BIT_UNDECLARED, PART_NUL. */
struct slice part_decode(
	struct slice encoding, struct slice in, struct arena *arena, unsigned *faults);
/* True of base64 and quoted-printable. */
bool part_is_encoded(struct slice encoding);

#endif
