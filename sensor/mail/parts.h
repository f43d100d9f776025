/* The MIME structure of a message: its leaves, decoded.
 *
 * Source: RFC 2045, 2046 5.1 (multipart), 5.2 (message), 2183.
 * Input:  a message whose header is split; hostile.  At most LIMIT_PARTS entities and
 *         LIMIT_PART_DEPTH open boundaries; beyond them `cut` is set.
 * Output: message.parts in order.
 * Memory: the caller's arena. */
#ifndef HELOSCOPE_MAIL_PARTS_H
#define HELOSCOPE_MAIL_PARTS_H

#include "sensor/mail/message.h"

void parts_walk(struct message *m, struct arena *arena);

#endif
