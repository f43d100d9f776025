/* Link layers: what a capture file's link type says a frame begins with. */
#include "sensor/decap/decap.h"
#include "sensor/decap/layer.h"

/* tcpdump.org/linktypes; numbers as libpcap's DLT_… gives them. */
static const struct {
	int linktype;
	enum layer layer;
} linktypes[] = {
	{ 1, LAYER_ETHERNET }, /* EN10MB */
	{ 113, LAYER_SLL },    /* LINUX_SLL */
	{ 276, LAYER_SLL2 },   /* LINUX_SLL2 */
	{ 0, LAYER_LOOPBACK }, /* NULL */
	{ 108, LAYER_LOOPBACK },
	{ 12, LAYER_RAW },
	{ 14, LAYER_RAW },  /* OpenBSD's */
	{ 101, LAYER_RAW }, /* the number in files */
	{ 228, LAYER_IPV4 },
	{ 229, LAYER_IPV6 },
	{ 9, LAYER_PPP },
	{ 50, LAYER_PPP },   /* PPP_SERIAL */
	{ 51, LAYER_PPPOE }, /* PPP_ETHER */
	{ 104, LAYER_HDLC }, /* C_HDLC */
	{ 219, LAYER_MPLS },
};

/* IANA ieee-802-numbers; IEEE 802.1Q table 9-1. */
static const struct way ethertypes[] = {
	{ 0x0800, LAYER_IPV4, NULL },
	{ 0x86dd, LAYER_IPV6, NULL },
	{ 0x8100, LAYER_VLAN, NULL },	      /* 802.1Q */
	{ 0x88a8, LAYER_SERVICE_VLAN, NULL }, /* 802.1ad */
	{ 0x9100, LAYER_SERVICE_VLAN, NULL }, /* QinQ before 802.1ad */
	{ 0x9200, LAYER_SERVICE_VLAN, NULL },
	{ 0x8847, LAYER_MPLS, NULL }, /* RFC 3032 */
	{ 0x8848, LAYER_MPLS, NULL }, /* RFC 5332 */
	{ 0x8864, LAYER_PPPOE, NULL },
	{ 0x880b, LAYER_PPP, NULL },	  /* in GRE: RFC 2637 */
	{ 0x6558, LAYER_ETHERNET, NULL }, /* in GRE, Geneve: RFC 1701, 8926 */
	{ 0x88be, LAYER_ERSPAN, NULL },
	{ 0x22eb, LAYER_ERSPAN, NULL },
	{ 0x0806, LAYER_NONE, "ARP" },
	{ 0x8035, LAYER_NONE, "RARP" },
	{ 0x8863, LAYER_NONE, "PPPoE discovery" },
};

enum layer
layer_of_linktype(int linktype)
{
	for (size_t i = 0; i < sizeof linktypes / sizeof linktypes[0]; i++)
		if (linktypes[i].linktype == linktype)
			return linktypes[i].layer;
	return LAYER_NONE;
}

bool
decap_knows(int linktype)
{
	return layer_of_linktype(linktype) != LAYER_NONE;
}

enum layer
ethertype_next(struct walk *w, uint16_t type)
{
	return WALK_ON(w, ethertypes, type, "ethertype 0x%04x");
}

/* IEEE 802.3 3.2.6: from 0x600 on a type, up to 1500 a length, and LLC follows. */
static enum layer
type_or_length(struct walk *w, uint16_t value)
{
	if (value > 1500)
		return ethertype_next(w, value);
	walk_clip(w, value);
	return LAYER_LLC;
}

enum layer
ethernet_parse(struct walk *w)
{
	const uint8_t *h = walk_take(w, 14);

	return h ? type_or_length(w, be16(h + 12)) : walk_malformed(w, "Ethernet header cut");
}

/* Stands after the outer type: tag control information, then the inner type. */
enum layer
vlan_parse(struct walk *w)
{
	const uint8_t *h = walk_take(w, 4);

	if (!h)
		return walk_malformed(w, "VLAN tag cut");
	if (w->out->vlan_count < PACKET_VLANS)
		w->out->vlan[w->out->vlan_count++] = be16(h) & 0x0fff;
	return type_or_length(w, be16(h + 2));
}

/* IEEE 802.2; SNAP of IEEE 802, used for IP by RFC 1042.  0000f8 is the OUI of bridged tunnels
 * (802.1H). */
enum layer
llc_parse(struct walk *w)
{
	const uint8_t *h = walk_take(w, 3);

	if (!h)
		return walk_malformed(w, "LLC header cut");
	if (h[0] == 0x42)
		return walk_not_tcp(w, "spanning tree");
	if (h[0] != 0xaa || h[1] != 0xaa || h[2] != 3)
		return walk_unknown(w, h[0], "LLC SAP 0x%02x");
	const uint8_t *snap = walk_take(w, 5);
	if (!snap)
		return walk_malformed(w, "SNAP header cut");
	uint32_t oui = be32(snap) >> 8;
	if (oui != 0 && oui != 0x0000f8)
		return walk_unknown(w, oui, "SNAP OUI 0x%06x");
	return ethertype_next(w, be16(snap + 3));
}

/* Linux cooked: the protocol is an ethertype, or below 0x600 one of Linux's own numbers. */
static enum layer
cooked_next(struct walk *w, uint16_t protocol)
{
	return protocol == 4 ? LAYER_LLC : ethertype_next(w, protocol);
}

enum layer
sll_parse(struct walk *w)
{
	const uint8_t *h = walk_take(w, 16);

	return h ? cooked_next(w, be16(h + 14)) : walk_malformed(w, "cooked header cut");
}

enum layer
sll2_parse(struct walk *w)
{
	const uint8_t *h = walk_take(w, 20);

	return h ? cooked_next(w, be16(h)) : walk_malformed(w, "cooked header cut");
}

/* NULL is in the byte order of the machine that captured, LOOP in network order; both orders are
 * taken for both.  AF_INET6 differs: 10 Linux, 24 NetBSD and OpenBSD, 28 FreeBSD, 30 macOS. */
enum layer
loopback_parse(struct walk *w)
{
	static const struct way families[] = {
		{ 2, LAYER_IPV4, NULL },
		{ 10, LAYER_IPV6, NULL },
		{ 24, LAYER_IPV6, NULL },
		{ 28, LAYER_IPV6, NULL },
		{ 30, LAYER_IPV6, NULL },
	};
	const uint8_t *h = walk_take(w, 4);

	if (!h)
		return walk_malformed(w, "loopback header cut");
	uint32_t family = be32(h);
	if (family > 0xffff)
		family = __builtin_bswap32(family);
	return WALK_ON(w, families, family, "address family %u");
}

enum layer
version_next(struct walk *w, const char *unknown)
{
	if (w->rest.len == 0)
		return walk_malformed(w, "empty packet");
	uint8_t version = w->rest.ptr[0] >> 4;
	if (version == 4)
		return LAYER_IPV4;
	if (version == 6)
		return LAYER_IPV6;
	return walk_unknown(w, version, unknown);
}

enum layer
raw_parse(struct walk *w)
{
	return version_next(w, "IP version %u");
}

/* Cisco HDLC: address, control, ethertype. */
enum layer
hdlc_parse(struct walk *w)
{
	const uint8_t *h = walk_take(w, 4);

	return h ? ethertype_next(w, be16(h + 2)) : walk_malformed(w, "HDLC header cut");
}
