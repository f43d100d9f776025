/* The MIME structure of a message: its entities as a tree, its leaves decoded.
 *
 * Source: RFC 2045, 2046 5.1 (multipart), 5.2 (message), 2183; and where a message breaks them, what
 *         SpamAssassin and most readers make of it:
 *         - the outermost boundary wins, but of a multipart in a multipart with the same one the inner;
 *         - a multipart that has no boundary parameter is text; one whose boundary never comes has one
 *           part, its content (decoded, if it says that it is encoded);
 *         - behind the last boundary nothing is looked at, nor before the first;
 *         - a part of multipart/digest without a type is a message.
 * Input:  a message whose header is split; hostile.  At most LIMIT_ENTITIES entities, LIMIT_PARTS
 *         leaves and LIMIT_PART_DEPTH containers inside each other; beyond them `cut` is set.
 * Output: message.entities in the order in which they are sent, message.parts.
 * Memory: the caller's arena.  One pass over the body, and one over what is encoded twice. */
#ifndef HELOSCOPE_MAIL_PARTS_H
#define HELOSCOPE_MAIL_PARTS_H

#include "sensor/mail/message.h"

void parts_walk(struct message *m, struct arena *arena);

#endif
