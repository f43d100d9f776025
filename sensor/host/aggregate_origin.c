/* From which host of ours a mail server had a mail that it sends on.
 *
 * The topmost Received field is the sender's own, unless it writes none; everything below it was
 * there before, and is believed as far as each field was written by the host that the one above
 * names.  A forged chain can shift blame among hosts of ours, and never to the outside or from
 * there: the first address outside ends it. */
#include "sensor/host/aggregate_fields.h"

#include <string.h>

#include "sensor/host/helo.h"

#define HOPS 8 /* of filters, servers and the client; beyond that nobody is asked */

/* A field that the sender itself wrote: under the name of its HELO or one beside it, under its
 * address, or under a name that exists only inside. */
static bool
is_own_hop(const struct session_record *s, const struct received *r)
{
	struct slice by = slice_str(r->by), helo = slice_str(s->helo_name);
	struct addr address;

	if (by.len == 0)
		return false;
	if (slice_ieq(by, helo) ||
		(addr_parse(by, &address) == 0 && addr_eq(address, s->client.addr)))
		return true;
	if (helo_shape(by) == HELO_PRIVATE || helo_shape(by) == HELO_LOCALHOST)
		return true;
	return helo_shape(by) == HELO_GOOD && slice_ieq(name_owner(by), name_owner(helo));
}

/* A field that the host wrote which the field above it names. */
static bool
is_named_above(const struct received *above, const struct received *r)
{
	struct slice by = slice_str(r->by);

	return by.len > 0 &&
	       (slice_ieq(by, slice_str(above->helo)) || slice_ieq(by, slice_str(above->from)) ||
		       slice_ieq(by, slice_str(above->ip)));
}

static bool
is_loopback(struct addr a)
{
	static const uint8_t last[16] = { [15] = 1 };

	return a.family == ADDR_V4 ? a.bytes[0] == 127 : memcmp(a.bytes, last, sizeof last) == 0;
}

/* Handed over by mail, and not by a page that a person writes in: there the account is at fault. */
static bool
is_mail_hop(const struct received *r)
{
	return !slice_istarts(slice_str(r->with), SLICE("HTTP"));
}

struct addr
mail_origin(
	const struct campus *campus, const struct session_record *s, const struct mail_record *m)
{
	struct addr origin = { .family = ADDR_NONE };
	const struct received *above = NULL;

	if (campus->nets_count == 0 || !campus_has(campus, s->client.addr) ||
		s->direction == DIRECTION_INBOUND)
		return origin;
	for (size_t i = 0; i < m->received_count && i < HOPS; i++) {
		const struct received *r = &m->received[i];
		struct addr ip;

		if (above == NULL ? !is_own_hop(s, r) : !is_named_above(above, r))
			break;
		/* born there, or come from outside */
		if (addr_parse(slice_str(r->ip), &ip) < 0 || !is_mail_hop(r))
			break;
		if (above == NULL && (is_loopback(ip) || addr_eq(ip, s->client.addr)))
			continue; /* round a filter */
		if ((!campus_has(campus, ip) && !addr_is_inside(ip)) ||
			addr_eq(ip, s->client.addr) || addr_eq(ip, origin))
			break;
		origin = ip;
		/* a list's mails are the list's, and not its members' */
		if (m->header.list_id[0] != '\0')
			break;
		above = r;
	}
	return origin;
}
