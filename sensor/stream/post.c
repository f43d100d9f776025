#include "sensor/stream/post.h"

#include <string.h>

#include "sensor/base/hash.h"
#include "sensor/base/ptime.h"
#include "sensor/limits.h"

/* A mirror's doubles come within milliseconds, a sender's within its retransmission timer. */
#define REMEMBERED (60 * PTIME_SECOND)

enum { SLOTS = 4096 };

struct slot {
	uint64_t hash; /* of ports, addresses and sequence number; 0 = free */
	int64_t time;
};

struct posts {
	struct slot slots[SLOTS];
};

struct posts *
posts_new(void)
{
	struct posts *p = must_alloc(sizeof *p);

	memset(p, 0, sizeof *p);
	return p;
}

void
posts_free(struct posts *p)
{
	free(p);
}

/* The version behind the target.  Where the line goes on beyond the segment, or is cut off, it is
 * not seen: a path that is whole for us will do. */
static bool
is_request(struct slice behind, bool whole)
{
	size_t end = slice_index(behind, '\n');
	struct slice line = slice_take(behind, end);

	return slice_find(line, SLICE(" HTTP/1.")) < line.len || (whole && end == behind.len);
}

struct slice
post_path(struct slice payload)
{
	static const struct slice method = SLICE("POST ");
	struct slice target = slice_skip(payload, method.len);
	size_t len = 0;

	if (!slice_starts(payload, method) || target.len == 0 || target.ptr[0] != '/')
		return SLICE_EMPTY;
	while (len < target.len && len < LIMIT_POST_PATH && target.ptr[len] > ' ' &&
		strchr(";?#", target.ptr[len]) == NULL)
		len++;
	struct slice behind = slice_skip(target, len);
	bool whole = len == LIMIT_POST_PATH || (behind.len > 0 && behind.ptr[0] > ' ');

	return is_request(behind, whole) ? slice_take(target, len) : SLICE_EMPTY;
}

bool
posts_due(struct posts *p, const struct packet *packet)
{
	struct {
		struct addr src, dst;
		uint16_t src_port, dst_port;
		uint32_t seq;
	} key;

	memset(&key, 0, sizeof key);
	memcpy(&key.src.bytes, packet->src.addr.bytes, sizeof key.src.bytes);
	memcpy(&key.dst.bytes, packet->dst.addr.bytes, sizeof key.dst.bytes);
	key.src_port = packet->src.port;
	key.dst_port = packet->dst.port;
	key.seq = packet->seq;
	/* As in services.c: what is told may not change from run to run. */
	uint64_t hash = hash_stable(&key, sizeof key);
	struct slot *slot = &p->slots[hash % SLOTS];
	if (slot->hash == hash && packet->time - slot->time < REMEMBERED)
		return false;
	*slot = (struct slot){ hash, packet->time };
	return true;
}
