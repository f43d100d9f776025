/* L2TP: version 2 (RFC 2661) and 3 (RFC 3931), in UDP and, version 3, in IP.
 *
 * In UDP it is believed when version, reserved bits and lengths are right, and version 2 only
 * before PPP that we know.  Version 3 does not say in its packets how long its cookie is (0, 4 or 8
 * bytes), whether a sublayer of 4 bytes follows, and what is carried: its control connection did.
 * So a frame or packet is looked for at each of the four places, which counts only if it is IP with
 * lengths and header checksum that fit, or ARP; a frame of another protocol is counted as not
 * understood. */
#include "sensor/decap/layer.h"

enum {
	L2TP_CONTROL = 0x8000,
	L2TP_LENGTH = 0x4000,
	L2TP_SEQUENCE = 0x0800,
	L2TP_OFFSET = 0x0200,
	L2TP_PRIORITY = 0x0100,
	L2TP_RESERVED = 0x34f0,
	L2TP_VERSION = 0x000f,
};

/* RFC 2661 3.1.  Bytes up to PPP, or 0 when they were not captured. */
static size_t
header_length(struct slice s, uint16_t flags)
{
	size_t at = 6u + (flags & L2TP_LENGTH ? 2 : 0) + (flags & L2TP_SEQUENCE ? 4 : 0);

	if (!(flags & L2TP_OFFSET))
		return at;
	return s.len >= at + 2 ? at + 2 + be16(s.ptr + at) : 0;
}

/* Control messages have a length and a sequence, and no offset: RFC 2661 3.1, RFC 3931 3.2.1. */
static bool
looks_control(struct slice s, size_t wire, uint16_t flags)
{
	const uint16_t fixed = L2TP_LENGTH | L2TP_SEQUENCE | L2TP_OFFSET | L2TP_PRIORITY;

	return (flags & fixed) == (L2TP_LENGTH | L2TP_SEQUENCE) && be16(s.ptr + 2) >= 12 &&
	       be16(s.ptr + 2) <= wire;
}

static bool
looks_data_2(struct slice s, size_t wire, uint16_t flags)
{
	size_t header = header_length(s, flags);

	if (header == 0 || header > s.len)
		return false;
	if (flags & L2TP_LENGTH && (be16(s.ptr + 2) < header || be16(s.ptr + 2) > wire))
		return false;
	return looks_ppp(slice_skip(s, header));
}

/* RFC 3931 4.1.2.1: flags, 16 reserved bits, session. */
static bool
looks_data_3(struct slice s, uint16_t flags)
{
	return flags == 3 && s.len >= 8 && be16(s.ptr + 2) == 0 && be32(s.ptr + 4) != 0;
}

bool
looks_l2tp(struct slice s, size_t wire)
{
	if (s.len < 6)
		return false;
	uint16_t flags = be16(s.ptr);
	unsigned version = flags & L2TP_VERSION;
	if (flags & L2TP_RESERVED || (version != 2 && version != 3))
		return false;
	if (flags & L2TP_CONTROL)
		return looks_control(s, wire, flags);
	return version == 2 ? looks_data_2(s, wire, flags) : looks_data_3(s, flags);
}

/* After the session's number. */
static enum layer
payload_3(struct walk *w)
{
	for (size_t at = 0; at <= 12 && at < w->rest.len; at += 4) {
		struct slice s = slice_skip(w->rest, at);
		size_t wire = w->wire - at;
		enum layer next = LAYER_NONE;

		if (looks_exactly_ethernet(s, wire))
			next = LAYER_ETHERNET;
		else if (looks_exactly_ip(s, wire))
			next = LAYER_RAW;
		else if (looks_ppp(s) && s.len > 4 && be16(s.ptr) == 0xff03)
			next = LAYER_PPP;
		if (next) {
			walk_take(w, at);
			return next;
		}
	}
	return walk_unknown(w, 0, "L2TPv3 payload");
}

enum layer
l2tp_parse(struct walk *w)
{
	uint16_t flags = w->rest.len >= 8 ? be16(w->rest.ptr) : L2TP_CONTROL;

	if (flags & L2TP_CONTROL)
		return walk_not_tcp(w, "L2TP control");
	if ((flags & L2TP_VERSION) == 3) {
		walk_take(w, 8);
		return payload_3(w);
	}
	if (flags & L2TP_LENGTH)
		walk_clip(w, be16(w->rest.ptr + 2));
	return walk_take(w, header_length(w->rest, flags)) ? LAYER_PPP
							   : walk_malformed(w, "L2TP header cut");
}

/* RFC 3931 4.1.1: session 0 is the control connection's. */
enum layer
l2tp3_parse(struct walk *w)
{
	const uint8_t *h = walk_take(w, 4);

	if (!h)
		return walk_malformed(w, "L2TPv3 header cut");
	return be32(h) ? payload_3(w) : walk_not_tcp(w, "L2TP control");
}
