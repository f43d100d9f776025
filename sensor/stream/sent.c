#include "sensor/stream/sent.h"

#include "sensor/base/hash.h"

static uint32_t
digest(struct slice bytes)
{
	return (uint32_t)hash_keyed(bytes.ptr, bytes.len);
}

void
sent_add(struct sent *s, uint32_t seq, struct slice payload)
{
	if (payload.len < 2)
		return;
	s->ring[s->turn++ % SENT_KEPT] =
		(struct sent_segment){ seq, (uint32_t)payload.len, digest(payload) };
}

bool
sent_differs(const struct sent *s, uint32_t seq, struct slice payload)
{
	for (size_t i = 0; i < SENT_KEPT; i++) {
		const struct sent_segment *one = &s->ring[i];
		uint32_t offset = one->seq - seq;

		if (one->len == 0 || offset > payload.len || payload.len - offset < one->len)
			continue;
		if (digest(slice_take(slice_skip(payload, offset), one->len)) != one->digest)
			return true;
	}
	return false;
}
