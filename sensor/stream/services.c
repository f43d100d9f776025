#include "sensor/stream/services.h"

#include <string.h>

#include "sensor/base/hash.h"
#include "sensor/base/ptime.h"

enum { SERVICES_SLOTS = 4096 };

/* Of the clock, so that the minutes that are told do not depend on where a capture begins. */
#define MINUTE (60 * PTIME_SECOND)

struct slot {
	struct endpoint server;
	int64_t told;
};

struct services {
	struct slot slots[SERVICES_SLOTS];
};

struct services *
services_new(void)
{
	struct services *s = must_alloc(sizeof *s);
	memset(s, 0, sizeof *s);
	return s;
}

void
services_free(struct services *s)
{
	free(s);
}

bool
services_due(struct services *s, struct endpoint server, int64_t time)
{
	/* The slot is chosen without a key: the order of what is told may not change from run to
	 * run. */
	uint64_t hash = hash_stable(server.addr.bytes, sizeof server.addr.bytes) + server.port;
	struct slot *slot = &s->slots[hash % SERVICES_SLOTS];
	if (slot->server.port == server.port && addr_eq(slot->server.addr, server.addr) &&
		time / MINUTE == slot->told / MINUTE)
		return false;
	*slot = (struct slot){ server, time };
	return true;
}
