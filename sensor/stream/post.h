/* HTTP POSTs to ports that carry no mail: a form that sends mail was asked just before it sends.  For
 * this folder alone.
 *
 * Source: RFC 9112 3 (request line), RFC 3986 3.3 (path).
 * Input:  the payload of every packet to a port that is not watched; who sends it chooses it.  One
 *         that does not begin with "POST /" costs a look at its first byte.
 * Output: the path as it was sent, without parameters (";"), query ("?") and fragment ("#"), which
 *         may carry names and secrets; nothing else of the request leaves this file.
 * Memory: a fixed table of what was told, so that a segment that comes twice is told once.
 * A request counts where a segment begins with it, as browsers and programs send it: one that is
 * sent in pieces of less than its path, and one behind another in one segment, are not seen. */
#ifndef HELOSCOPE_STREAM_POST_H
#define HELOSCOPE_STREAM_POST_H

#include "sensor/decap/packet.h"

struct posts;

struct posts *posts_new(void);
void posts_free(struct posts *p); /* NULL does nothing */

/* The first look. */
static inline bool
post_may_begin(struct slice payload)
{
	return payload.len > 0 && payload.ptr[0] == 'P';
}

/* The path of the request that the payload begins with, at most LIMIT_POST_PATH bytes of it, any
 * bytes above space; empty: it begins with none. */
struct slice post_path(struct slice payload);

/* False: this segment was told already. */
bool posts_due(struct posts *p, const struct packet *packet);

#endif
