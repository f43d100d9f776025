/* UDP (RFC 768), and the tunnels in it.
 *
 * Taken beyond the standards: nobody asks whether the tunnel's ends were configured for it.  What
 * goes to a port of the table and looks like its tunnel is taken for it; all else is UDP. */
#include "sensor/decap/layer.h"

typedef bool looks_like(struct slice s, size_t wire);

/* VXLAN and Geneve say by themselves whether they are (their parsers end as UDP). */
static looks_like looks_gtp, looks_teredo, looks_gre, looks_mpls;

/* IANA service-names-port-numbers. */
static const struct udp_tunnel {
	uint16_t port;
	bool both; /* ways: answers come from the port */
	enum layer layer;
	looks_like *looks; /* NULL: always */
} tunnels[] = {
	{ 4790, false, LAYER_VXLAN_GPE, NULL }, { 6081, false, LAYER_GENEVE, NULL },
	{ 2152, false, LAYER_GTP, looks_gtp }, { 1701, true, LAYER_L2TP, looks_l2tp },
	{ 3544, true, LAYER_TEREDO, looks_teredo },
	{ 4754, false, LAYER_GRE, looks_gre },	 /* RFC 8086 */
	{ 6635, false, LAYER_MPLS, looks_mpls }, /* RFC 7510 */
};

static bool
is_vxlan_port(const struct decap_config *config, uint16_t port)
{
	if (config->vxlan_ports_count == 0)
		return port == 4789 || port == 8472;
	for (size_t i = 0; i < config->vxlan_ports_count; i++)
		if (config->vxlan_ports[i] == port)
			return true;
	return false;
}

static enum layer
tunnel_of(const struct walk *w, uint16_t src, uint16_t dst)
{
	if (is_vxlan_port(w->config, dst))
		return LAYER_VXLAN;
	for (size_t i = 0; i < sizeof tunnels / sizeof tunnels[0]; i++) {
		const struct udp_tunnel *t = &tunnels[i];
		if ((t->port == dst || (t->both && t->port == src)) &&
			(!t->looks || t->looks(w->rest, w->wire)))
			return t->layer;
	}
	return LAYER_NONE;
}

/* Length 0: a super-packet of segmentation offloading, or a jumbogram (RFC 2675 4). */
enum layer
udp_parse(struct walk *w)
{
	const uint8_t *h = walk_take(w, 8);

	if (!h)
		return walk_malformed(w, "UDP header cut");
	uint16_t length = be16(h + 4);
	if (length != 0 && length < 8)
		return walk_malformed(w, "UDP length below 8");
	if (length != 0)
		walk_clip(w, length - 8u);
	enum layer next = tunnel_of(w, be16(h), be16(h + 2));
	return next ? next : walk_not_tcp(w, "UDP");
}

/* RFC 7348 5: the I flag must be set. */
enum layer
vxlan_parse(struct walk *w)
{
	const uint8_t *h = walk_take(w, 8);

	return h && h[0] & 8 ? LAYER_ETHERNET : walk_not_tcp(w, "UDP");
}

/* draft-ietf-nvo3-vxlan-gpe 3.1: version 0; the P flag says that the last byte of the first word
 * names what follows. */
enum layer
vxlan_gpe_parse(struct walk *w)
{
	static const struct way protocols[] = {
		{ 1, LAYER_IPV4, NULL },
		{ 2, LAYER_IPV6, NULL },
		{ 3, LAYER_ETHERNET, NULL },
		{ 5, LAYER_MPLS, NULL },
	};
	const uint8_t *h = walk_take(w, 8);

	if (!h || !(h[0] & 8) || h[0] & 0x30)
		return walk_not_tcp(w, "UDP");
	if (!(h[0] & 4))
		return LAYER_ETHERNET;
	return WALK_ON(w, protocols, h[3], "VXLAN-GPE protocol %u");
}

/* RFC 8926 3.4: version 0, options in words, ethertype.  Control packets carry no frame. */
enum layer
geneve_parse(struct walk *w)
{
	const uint8_t *h = walk_take(w, 8);

	if (!h || h[0] >> 6 != 0 || h[1] & 0x80)
		return walk_not_tcp(w, "UDP");
	if (!walk_take(w, 4 * (h[0] & 0x3fu)))
		return walk_malformed(w, "Geneve options cut");
	return ethertype_next(w, be16(h + 2));
}

enum { GTP_VERSION = 0xf8, GTP_USER_1 = 0x30, GTP_EXTENDED = 4, GTP_FIELDS = 7, GTP_PDU = 255 };

/* 3GPP TS 29.281 5.1: version 1, protocol type 1, a bit of zero; the length is of all behind the
 * first 8 bytes. */
static bool
looks_gtp(struct slice s, size_t wire)
{
	return s.len >= 8 && (s.ptr[0] & GTP_VERSION) == GTP_USER_1 && be16(s.ptr + 2) + 8u == wire;
}

/* 5.1: flags, message, length, tunnel; sequence, number of the packet and next extension, if one of
 * the three is flagged.  5.2.1: an extension has its length in words, and ends with the next one's
 * type. */
enum layer
gtp_parse(struct walk *w)
{
	const uint8_t *h = walk_take(w, 8);

	if (!h)
		return walk_malformed(w, "GTP-U header cut");
	if (h[1] != GTP_PDU)
		return walk_not_tcp(w, "GTP-U signalling");
	const uint8_t *fields = h[0] & GTP_FIELDS ? walk_take(w, 4) : NULL;
	if (h[0] & GTP_FIELDS && !fields)
		return walk_malformed(w, "GTP-U header cut");
	uint8_t next = h[0] & GTP_EXTENDED ? fields[3] : 0;
	while (next != 0) {
		size_t len = w->rest.len ? w->rest.ptr[0] * 4u : 0;
		const uint8_t *extension = len ? walk_take(w, len) : NULL;
		if (!extension)
			return walk_malformed(w, "GTP-U extension cut");
		next = extension[len - 1];
	}
	return payload_next(w, "GTP-U payload of kind %u");
}

enum { TEREDO_AUTHENTICATION = 1, TEREDO_ORIGIN = 0 };

/* RFC 4380 5.1.1: maybe an authentication (lengths of a name and a value, these, a nonce of 8
 * bytes, a byte), maybe an origin (port and address).  Bytes up to IPv6. */
static size_t
teredo_header(struct slice s)
{
	size_t at = 0;

	if (s.len >= 4 && be16(s.ptr) == TEREDO_AUTHENTICATION)
		at = 13u + s.ptr[2] + s.ptr[3];
	if (s.len >= at + 8 && be16(s.ptr + at) == TEREDO_ORIGIN)
		at += 8;
	return at;
}

/* RFC 4380 2.6: one end has an address of the prefix 2001::/32, or asks for one from a link-local
 * one. */
static bool
looks_teredo(struct slice s, size_t wire)
{
	size_t at = teredo_header(s);

	if (s.len < at + 40 || !looks_ip(slice_skip(s, at), wire - at))
		return false;
	const uint8_t *h = s.ptr + at;
	return h[0] >> 4 == 6 && (be32(h + 8) == 0x20010000 || be32(h + 24) == 0x20010000 ||
					 (be32(h + 8) & 0xffc00000) == 0xfe800000);
}

enum layer
teredo_parse(struct walk *w)
{
	return walk_take(w, teredo_header(w->rest)) ? LAYER_IPV6
						    : walk_malformed(w, "Teredo header cut");
}

/* RFC 2784, RFC 2890: version 0, reserved bits of zero, a type that we know. */
static bool
looks_gre(struct slice s, size_t wire)
{
	(void)wire;
	return s.len >= 4 && (be16(s.ptr) & 0x4fff) == 0 && ethertype_known(be16(s.ptr + 2));
}

/* A stack of labels that ends, before a payload that we know. */
static bool
looks_mpls(struct slice s, size_t wire)
{
	for (int labels = 0; labels < 8 && s.len >= 4; labels++) {
		bool bottom = s.ptr[2] & 1;

		s = slice_skip(s, 4);
		wire -= 4;
		if (bottom)
			return looks_ip(s, wire) || looks_ethernet(s, wire) ||
			       (wire > 4 && looks_ethernet(slice_skip(s, 4), wire - 4));
	}
	return false;
}
