/* Guesses: what a packet looks like whose header does not say what it carries.
 *
 * A guess that is wrong costs a packet that was not TCP a wrong counter, or, if the bytes are made
 * for it, gives whoever made them what an ordinary packet gives too. */
#include "sensor/decap/layer.h"

static bool
looks_ipv4(struct slice s, size_t wire)
{
	if (s.len < 20 || s.ptr[0] >> 4 != 4)
		return false;
	size_t header = (s.ptr[0] & 15) * 4u;
	size_t total = be16(s.ptr + 2);
	return header >= 20 && (total == 0 || total >= header) && total <= wire;
}

static bool
looks_ipv6(struct slice s, size_t wire)
{
	return s.len >= 40 && s.ptr[0] >> 4 == 6 && 40u + be16(s.ptr + 4) <= wire;
}

bool
looks_ip(struct slice s, size_t wire)
{
	return looks_ipv4(s, wire) || looks_ipv6(s, wire);
}

bool
looks_exactly_ip(struct slice s, size_t wire)
{
	if (!looks_ipv4(s, wire))
		return looks_ipv6(s, wire);
	size_t header = (s.ptr[0] & 15) * 4u;
	return s.len >= header && checksum_right(checksum_words(0, s.ptr, header / 4));
}

bool
looks_ethernet(struct slice s, size_t wire)
{
	if (s.len < 14)
		return false;
	uint16_t type = be16(s.ptr + 12);
	if (type <= 1500) /* a length: SNAP, or a bridge's */
		return s.len >= 17 && type + 14u <= wire &&
		       ((s.ptr[14] == 0xaa && s.ptr[15] == 0xaa) || s.ptr[14] == 0x42);
	if ((type == 0x0800 || type == 0x86dd) && s.len >= 54)
		return looks_ip(slice_skip(s, 14), wire - 14);
	return ethertype_known(type);
}

bool
looks_exactly_ethernet(struct slice s, size_t wire)
{
	size_t at = 12;

	while (s.len >= at + 6 && (be16(s.ptr + at) == 0x8100 || be16(s.ptr + at) == 0x88a8))
		at += 4;
	if (s.len < at + 6)
		return false;
	uint16_t type = be16(s.ptr + at);
	if (type == 0x0806)
		return be32(s.ptr + at + 2) == 0x00010800;
	return (type == 0x0800 || type == 0x86dd) &&
	       looks_exactly_ip(slice_skip(s, at + 2), wire - at - 2);
}

bool
looks_ppp(struct slice s)
{
	if (s.len >= 4 && be16(s.ptr) == 0xff03)
		s = slice_skip(s, 2);
	return s.len >= 2 && ppp_known(be16(s.ptr));
}

/* The surer guesses first: there are addresses of Ethernet that begin as IP does. */
enum layer
payload_next(struct walk *w, const char *unknown)
{
	if (looks_exactly_ethernet(w->rest, w->wire))
		return LAYER_ETHERNET;
	if (looks_ip(w->rest, w->wire))
		return version_next(w, unknown);
	/* A pseudowire's control word begins with four bits of zero. */
	if (w->rest.len > 4 && w->rest.ptr[0] >> 4 == 0 &&
		looks_ethernet(slice_skip(w->rest, 4), w->wire - 4)) {
		walk_take(w, 4);
		return LAYER_ETHERNET;
	}
	if (looks_ethernet(w->rest, w->wire))
		return LAYER_ETHERNET;
	return version_next(w, unknown);
}
