/* The header of one MIME part, and what the Content-* fields of any header say.
 *
 * Source: RFC 2045 3, 5.1, 6.1; RFC 2183; RFC 2231; RFC 2047 for names, as programs write them.
 * Input:  a header cut at the next boundary, or fields that are split already; hostile.  Of a part's
 *         header at most LIMIT_PART_FIELDS fields are kept.
 * Output: fields as slices of the input; facts as clean text.
 * Memory: the caller's arena. */
#ifndef HELOSCOPE_MAIL_PART_HEADER_H
#define HELOSCOPE_MAIL_PART_HEADER_H

#include "sensor/mail/message.h"

/* Splits the header at the front of s into e->fields and e->header, and returns what is left: behind
 * the blank line, or from the first line that is neither a field nor a continuation.  So many of these are
 * passed over before: of a message inside MESSAGE_BAD_LINES, as SpamAssassin has it, of a part none.  Sets
 * PART_NO_FIELDS, PART_NO_HEADER, PART_NO_BLANK_LINE, PART_CUT. */
#define MESSAGE_BAD_LINES 3
struct slice part_header_split(
	struct slice s, unsigned bad_most, struct arena *arena, struct message_entity *e);

/* Fills type, charset, encoding, disposition, name, boundary and faults of an entity from its fields.
 * Of a field that is there twice the last counts, of a parameter the first, as most programs have it
 * that show mail. */
void part_header_read(
	struct message_entity *e, struct charsets *charsets, struct arena *arena);

#endif
