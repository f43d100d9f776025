/* What a reader shows of a part, as UTF-8.
 *
 * Source: RFC 2046 4.1, RFC 2854; which parts are shown as text is what SpamAssassin 4 and most
 *         readers do: text/html and files named .htm, .html, .shtml as HTML; other text/ but
 *         calendars and vCards as plain text.
 * Input:  a decoded part, hostile.
 * Output: shown, text, PART_CHARSET_UNKNOWN, PART_CHARSET_DAMAGED.  The character set is that of the
 *         header, else of a meta tag at the front of HTML, else guessed (charset_text()).
 * Memory: the caller's arena, or the part's own bytes where nothing changes. */
#ifndef HELOSCOPE_MAIL_PART_TEXT_H
#define HELOSCOPE_MAIL_PART_TEXT_H

#include "sensor/mail/message.h"

void part_text(struct message_part *p, struct charsets *charsets, struct arena *arena);

#endif
