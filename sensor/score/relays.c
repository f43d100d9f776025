#include "sensor/score/relays.h"

void
relays_read(const struct message *delivered, struct arena *arena, struct relays *out)
{
	(void)delivered;
	(void)arena;
	*out = (struct relays){ .trusted = "", .untrusted = "", .internal = "", .external = "" };
}
