/* Header blocks: their fields as sent, in order, and what is wrong with them.
 *
 * Source: RFC 5322 2.2, 3.6, 3.6.8, 4.5.8; RFC 6532 3.2.
 * Input:  wire bytes, hostile; fields are stored up to LIMIT_HEADER_FIELDS within
 *         LIMIT_HEADER_BLOCK; the block's end is found anyway.
 * Output: header, body, fields and faults of a struct message; fields are slices of the input.
 * Memory: the list of fields, in the arena. */
#ifndef HELOSCOPE_MAIL_HEADER_H
#define HELOSCOPE_MAIL_HEADER_H

#include "sensor/mail/message.h"

void header_split(struct slice raw, struct arena *arena, struct message *out);
/* Of a field's name, in any case. */
uint32_t header_name_hash(struct slice name);
/* The message without its first fields, which the receiving server wrote: a view, in which all but
 * raw, header, fields and faults is the delivered message's own. */
void message_sent_view(const struct message *delivered, size_t trace_fields, struct message *sent);
/* Value in out (size bytes, clipped): a fold is one space, ends are trimmed, tabs are spaces; bytes
 * else as sent. */
struct slice header_unfold_into(struct slice value, uint8_t *out, size_t size);
/* Value without folding as UTF-8, encoded words decoded, all of it, controls included; *faults gets
 * bits of enum word_fault (encoded_word.h). */
struct slice header_decoded(
	struct slice value, struct charsets *charsets, struct arena *arena, unsigned *faults);

#endif
