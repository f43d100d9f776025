/* Digests of the last segments of one side, to tell a retransmission from one with other bytes.
 * For this folder alone.
 *
 * Memory: fixed.  A retransmission is compared where it covers a whole segment that is remembered;
 * a single byte is not: keep-alives carry any (RFC 9293 3.8.4). */
#ifndef HELOSCOPE_STREAM_SENT_H
#define HELOSCOPE_STREAM_SENT_H

#include "sensor/base/slice.h"

enum { SENT_KEPT = 16 };

struct sent {
	struct sent_segment {
		uint32_t seq, len, digest; /* len 0 = free */
	} ring[SENT_KEPT];
	uint32_t turn;
};

void sent_add(struct sent *s, uint32_t seq, struct slice payload);
bool sent_differs(const struct sent *s, uint32_t seq, struct slice payload);

#endif
