/* Reply texts in one spelling, so that tables of plain lower-case words can be compared with them.
 *
 * Source: RFC 5321 4.2 (lines of a reply), RFC 3463 (codes in front of each), RFC 6531 3.7.4 (UTF-8
 * in replies); what Latin-1 servers, quoted-printable bounces and typographers make of them.
 * Input:  text of a reply, lines joined by LF or " / ", hostile.
 * Output: lower case; accents of Latin letters gone, Cyrillic in lower case; one space between
 * words; no code in front of any but the first line; never longer than `max` bytes, ends in NUL. */
#ifndef HELOSCOPE_SMTP_REPLY_FOLD_H
#define HELOSCOPE_SMTP_REPLY_FOLD_H

#include "sensor/base/slice.h"

/* `code` of the reply, 0 = unknown; `glue`: lines are put together without a space, for servers
 * that break them inside of words.  Returns the length; out has max + 1 bytes. */
size_t reply_fold(struct slice text, int code, bool glue, char *out, size_t max);

#endif
