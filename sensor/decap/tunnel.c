/* Tunnels, but those in UDP: headers that carry another packet or frame. */
#include "sensor/decap/layer.h"

/* RFC 1661; IANA ppp-numbers. */
static const struct way ppp_protocols[] = {
	{ 0x0021, LAYER_IPV4, NULL },
	{ 0x0057, LAYER_IPV6, NULL },
	{ 0x0281, LAYER_MPLS, NULL },
	{ 0x8021, LAYER_NONE, "IPCP" },
	{ 0x8057, LAYER_NONE, "IPv6CP" },
	{ 0xc021, LAYER_NONE, "LCP" },
	{ 0xc023, LAYER_NONE, "PAP" },
	{ 0xc223, LAYER_NONE, "CHAP" },
	{ 0x80fd, LAYER_NONE, "CCP" },
	{ 0x8281, LAYER_NONE, "MPLSCP" },
};

bool
ppp_known(uint16_t protocol)
{
	for (size_t i = 0; i < sizeof ppp_protocols / sizeof ppp_protocols[0]; i++)
		if (ppp_protocols[i].value == protocol)
			return true;
	return false;
}

/* RFC 1661 2 and 6.5: the protocol field may be one byte, which is then odd.  RFC 1662 3.1: address
 * and control, ff 03, may stand before it; Cisco's serial lines put 0f 00 or 8f 00 and an ethertype
 * there. */
enum layer
ppp_parse(struct walk *w)
{
	const uint8_t *h = w->rest.ptr;

	if (w->rest.len < 2)
		return walk_malformed(w, "PPP header cut");
	if ((h[0] == 0x0f || h[0] == 0x8f) && h[1] == 0)
		return LAYER_HDLC;
	if (h[0] == 0xff && h[1] == 3)
		walk_take(w, 2);
	if (w->rest.len >= 1 && w->rest.ptr[0] & 1)
		return WALK_ON(w, ppp_protocols, *walk_take(w, 1), "PPP protocol 0x%04x");
	h = walk_take(w, 2);
	if (!h)
		return walk_malformed(w, "PPP protocol cut");
	return WALK_ON(w, ppp_protocols, be16(h), "PPP protocol 0x%04x");
}

/* RFC 2516 4: version and type 0x11, code 0 for a session's packets, session, length. */
enum layer
pppoe_parse(struct walk *w)
{
	const uint8_t *h = walk_take(w, 6);

	if (!h)
		return walk_malformed(w, "PPPoE header cut");
	if (h[0] != 0x11)
		return walk_unknown(w, h[0], "PPPoE version and type 0x%02x");
	if (h[1] != 0)
		return walk_not_tcp(w, "PPPoE discovery");
	walk_clip(w, be16(h + 4));
	return LAYER_PPP;
}

/* RFC 3032 2.1: 20 bits of label, 3 of class, the bottom-of-stack bit, a time to live.  Nothing
 * says what the bottom carries.  RFC 4928 3: 4 and 6 in the first half byte are IP, 1 is a control
 * channel (RFC 4385 5); 0 is a pseudowire's control word (RFC 4385 3) or, as any other, the first
 * half of a MAC address. */
enum layer
mpls_parse(struct walk *w)
{
	const uint8_t *h = walk_take(w, 4);

	if (!h)
		return walk_malformed(w, "MPLS label cut");
	if (!(h[2] & 1))
		return LAYER_MPLS;
	if (w->rest.len >= 4 && (be32(w->rest.ptr) & 0xffff0000) == 0x10000000)
		return walk_not_tcp(w, "MPLS control channel");
	return payload_next(w, "MPLS payload of kind %u");
}

enum { GRE_CHECKSUM = 0x8000, GRE_ROUTING = 0x4000, GRE_KEY = 0x2000, GRE_SEQUENCE = 0x1000 };
enum { GRE_ACK = 0x0080 }; /* version 1 only */

/* draft-wilson-wrec-wccp-v2 4.12: version 2 has 4 bytes before the packet, version 1 none. */
static enum layer
wccp_next(struct walk *w)
{
	if (!looks_ip(w->rest, w->wire) && w->rest.len > 4)
		walk_take(w, 4);
	return LAYER_IPV4;
}

/* RFC 2784 2, RFC 2890 2; version 1: RFC 2637 4.1.  Source routes of RFC 1701 are not followed. */
enum layer
gre_parse(struct walk *w)
{
	const uint8_t *h = walk_take(w, 4);

	if (!h)
		return walk_malformed(w, "GRE header cut");
	uint16_t flags = be16(h);
	uint16_t type = be16(h + 2);
	unsigned version = flags & 7;
	if (version > 1 || flags & GRE_ROUTING)
		return walk_unknown(w, flags, "GRE flags 0x%04x");
	size_t fields = flags & GRE_CHECKSUM ? 4 : 0;
	fields += flags & GRE_KEY ? 4 : 0;
	fields += flags & GRE_SEQUENCE ? 4 : 0;
	fields += version == 1 && flags & GRE_ACK ? 4 : 0;
	if (!walk_take(w, fields))
		return walk_malformed(w, "GRE header cut");
	/* ERSPAN type I has no header of its own, and is told from type II by this flag alone. */
	if (type == 0x88be && !(flags & GRE_SEQUENCE))
		return LAYER_ETHERNET;
	/* An acknowledgement of PPTP carries nothing. */
	if (version == 1 && w->wire == 0)
		return walk_not_tcp(w, "PPTP acknowledgement");
	if (type == 0x883e)
		return wccp_next(w);
	if (type == 0)
		return walk_not_tcp(w, "GRE keepalive");
	return ethertype_next(w, type);
}

/* draft-foschiano-erspan: type II is version 1 with 8 bytes, type III version 2 with 12 and, if the
 * last bit says so, 8 more.  The T bit says that the frame was cut. */
enum layer
erspan_parse(struct walk *w)
{
	const uint8_t *h = walk_take(w, 8);

	if (!h)
		return walk_malformed(w, "ERSPAN header cut");
	w->shortened = h[2] & 4;
	if (h[0] >> 4 == 1)
		return LAYER_ETHERNET;
	if (h[0] >> 4 != 2)
		return walk_unknown(w, h[0] >> 4, "ERSPAN version %u");
	h = walk_take(w, 4);
	if (!h || (h[3] & 1 && !walk_take(w, 8)))
		return walk_malformed(w, "ERSPAN header cut");
	unsigned frame_type = h[2] >> 2 & 0x1f;
	if (frame_type == 0)
		return LAYER_ETHERNET;
	return frame_type == 2 ? LAYER_RAW : walk_unknown(w, frame_type, "ERSPAN frame type %u");
}

/* RFC 3378 3: version 3, 12 bits of zero. */
enum layer
etherip_parse(struct walk *w)
{
	const uint8_t *h = walk_take(w, 2);

	if (!h)
		return walk_malformed(w, "EtherIP header cut");
	return h[0] >> 4 == 3 ? LAYER_ETHERNET : walk_unknown(w, h[0] >> 4, "EtherIP version %u");
}
