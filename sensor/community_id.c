#include "sensor/community_id.h"

#include <string.h>

#include "sensor/base/digest.h"

enum { PROTOCOL_TCP = 6 };

const char *
community_id(struct endpoint a, struct endpoint b, struct arena *arena)
{
	size_t width = a.addr.family == ADDR_V4 ? 4 : 16;
	int order = memcmp(a.addr.bytes, b.addr.bytes, width);
	bool a_first = order < 0 || (order == 0 && a.port < b.port);
	const struct endpoint *first = a_first ? &a : &b, *second = a_first ? &b : &a;
	uint8_t key[2 + 16 + 16 + 2 + 4] = { 0 }, digest[DIGEST_SHA1];
	char text[2 + 4 * ((DIGEST_SHA1 + 2) / 3) + 1] = "1:";
	uint8_t *p = key + 2; /* the seed, 0 */

	memcpy(p, first->addr.bytes, width);
	memcpy(p + width, second->addr.bytes, width);
	p += 2 * width;
	*p++ = PROTOCOL_TCP;
	*p++ = 0;
	*p++ = (uint8_t)(first->port >> 8);
	*p++ = (uint8_t)first->port;
	*p++ = (uint8_t)(second->port >> 8);
	*p++ = (uint8_t)second->port;
	digest_sha1(slice_of(key, (size_t)(p - key)), digest);
	digest_base64(digest, sizeof digest, text + 2);
	return arena_string(arena, slice_str(text));
}
