/* Link layers: what a capture file's link type says a frame begins with. */
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
	{ 239, LAYER_NFLOG },
	{ 105, LAYER_WIRELESS }, /* IEEE802_11 */
	{ 127, LAYER_RADIOTAP }, /* IEEE802_11_RADIO */
	{ 192, LAYER_PPI },
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
	{ 0x88e7, LAYER_PBB, NULL },	    /* 802.1ah */
	{ 0x8926, LAYER_VNTAG, NULL },	    /* Cisco */
	{ 0x893f, LAYER_ETAG, NULL },	    /* 802.1BR */
	{ 0x8909, LAYER_METADATA, NULL },   /* Cisco TrustSec */
	{ 0x8903, LAYER_FABRICPATH, NULL }, /* Cisco */
	{ 0x88e5, LAYER_MACSEC, NULL },	    /* 802.1AE */
	{ 0x0806, LAYER_NONE, "ARP" },
	{ 0x8035, LAYER_NONE, "RARP" },
	{ 0x8863, LAYER_NONE, "PPPoE discovery" },
	{ 0x88cc, LAYER_NONE, "LLDP" },
	{ 0x8809, LAYER_NONE, "LACP" }, /* and the other slow protocols */
	{ 0x8808, LAYER_NONE, "pause" },
	{ 0x888e, LAYER_NONE, "802.1X" },
	{ 0x8902, LAYER_NONE, "802.1ag" },
	{ 0x88f7, LAYER_NONE, "PTP" },
	{ 0x9000, LAYER_NONE, "loop test" },
	{ 0x2000, LAYER_NONE, "CDP" },
	{ 0x00fe, LAYER_NONE, "CLNS" }, /* in GRE: RFC 3147 */
	{ 0xfefe, LAYER_NONE, "CLNS" }, /* in Cisco HDLC */
	{ 0x8137, LAYER_NONE, "IPX" },
	{ 0x809b, LAYER_NONE, "AppleTalk" },
	{ 0x80f3, LAYER_NONE, "AppleTalk" },
	{ 0x8906, LAYER_NONE, "FCoE" },
	{ 0x8914, LAYER_NONE, "FCoE" },
};

/* IEEE 802.2 addresses of services: the first byte. */
static const struct way saps[] = {
	{ 0x06, LAYER_IPV4, NULL }, /* RFC 948 */
	{ 0x42, LAYER_NONE, "spanning tree" },
	{ 0xfe, LAYER_NONE, "CLNS" },
	{ 0xe0, LAYER_NONE, "IPX" },
	{ 0xf0, LAYER_NONE, "NetBIOS" },
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

bool
ethertype_known(uint16_t type)
{
	for (size_t i = 0; i < sizeof ethertypes / sizeof ethertypes[0]; i++)
		if (ethertypes[i].value == type)
			return true;
	return false;
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

/* 802.1Q 9.7 (802.1ah): flags, 24 bits of service, then the customer's frame. */
enum layer
pbb_parse(struct walk *w)
{
	return walk_take(w, 4) ? LAYER_ETHERNET : walk_malformed(w, "PBB tag cut");
}

/* A tag of n bytes between the outer type and the inner one. */
static enum layer
skip_tag(struct walk *w, size_t n, const char *cut)
{
	const uint8_t *h = walk_take(w, n + 2);

	return h ? type_or_length(w, be16(h + n)) : walk_malformed(w, cut);
}

/* Of Cisco's fabric extenders: direction, interfaces of source and destination. */
enum layer
vntag_parse(struct walk *w)
{
	return skip_tag(w, 4, "VN-Tag cut");
}

/* 802.1BR 7.6 */
enum layer
etag_parse(struct walk *w)
{
	return skip_tag(w, 6, "E-Tag cut");
}

/* Of Cisco's TrustSec: version 1, length of the options in words. */
enum layer
metadata_parse(struct walk *w)
{
	const uint8_t *h = walk_take(w, 2);

	if (!h)
		return walk_malformed(w, "Cisco metadata cut");
	if (h[0] != 1)
		return walk_unknown(w, h[0], "Cisco metadata of version %u");
	return skip_tag(w, h[1] * 4u, "Cisco metadata cut");
}

/* Of Cisco, between the switches' addresses and the frame: 10 bits of tree, 6 of time to live. */
enum layer
fabricpath_parse(struct walk *w)
{
	return walk_take(w, 2) ? LAYER_ETHERNET : walk_malformed(w, "FabricPath tag cut");
}

enum { MACSEC_VERSION = 0x80, MACSEC_CHANNEL = 0x20, MACSEC_ENCRYPTED = 0x08 };

/* 802.1AE 9: flags, short length, number, maybe the channel; then the type that was there. */
enum layer
macsec_parse(struct walk *w)
{
	const uint8_t *h = walk_take(w, 6);

	if (!h)
		return walk_malformed(w, "MACsec tag cut");
	if (h[0] & MACSEC_VERSION)
		return walk_unknown(w, h[0], "MACsec flags 0x%02x");
	if (h[0] & MACSEC_ENCRYPTED)
		return walk_unknown(w, 0, "encrypted MACsec");
	return skip_tag(w, h[0] & MACSEC_CHANNEL ? 8 : 0, "MACsec tag cut");
}

/* IEEE 802.2; SNAP of IEEE 802, used for IP by RFC 1042.  0000f8 is the OUI of bridged tunnels
 * (802.1H), 00000c Cisco's, of which CDP, VTP, PVST and their like are told to be no IP. */
enum layer
llc_parse(struct walk *w)
{
	const uint8_t *h = walk_take(w, 3);

	if (!h)
		return walk_malformed(w, "LLC header cut");
	if (h[0] != 0xaa || h[1] != 0xaa || h[2] != 3)
		return WALK_ON(w, saps, h[0], "LLC SAP 0x%02x");
	const uint8_t *snap = walk_take(w, 5);
	if (!snap)
		return walk_malformed(w, "SNAP header cut");
	uint32_t oui = be32(snap) >> 8;
	if (oui == 0x00000c)
		return walk_not_tcp(w, "protocols of Cisco");
	if (oui == 0x080007)
		return walk_not_tcp(w, "AppleTalk");
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

/* Netfilter's log: family, version, resource; then attributes of a length (that of these 4 bytes
 * included), a type, and padding to 4 bytes.  Lengths and types are in the order of the host that
 * captured; libpcap turns them into ours, others may not. */
enum { NFLOG_HEADER = 1, NFLOG_PAYLOAD = 9 };

static uint16_t
host16(const uint8_t *p, bool swapped)
{
	uint16_t value;

	memcpy(&value, p, sizeof value);
	return swapped ? __builtin_bswap16(value) : value;
}

static bool
nflog_swapped(const struct walk *w)
{
	return w->rest.len >= 4 && host16(w->rest.ptr, false) > w->wire &&
	       host16(w->rest.ptr, true) <= w->wire;
}

/* `hardware` is the ethertype, if an attribute had it.  Netfilter copies as much of a packet as it
 * was told to, and nothing says that there was more. */
static enum layer
nflog_payload(struct walk *w, size_t len, unsigned family, uint16_t hardware)
{
	walk_clip(w, len);
	w->shortened = true;
	if (family == 2)
		return LAYER_IPV4;
	if (family == 10)
		return LAYER_IPV6;
	return hardware ? ethertype_next(w, hardware) : walk_unknown(w, family, "NFLOG family %u");
}

enum layer
nflog_parse(struct walk *w)
{
	const uint8_t *h = walk_take(w, 4);
	uint16_t hardware = 0;

	if (!h)
		return walk_malformed(w, "NFLOG header cut");
	if (h[1] != 0)
		return walk_unknown(w, h[1], "NFLOG version %u");
	bool swapped = nflog_swapped(w);
	for (const uint8_t *tlv; (tlv = walk_take(w, 4)) != NULL;) {
		size_t len = host16(tlv, swapped);
		uint16_t type = host16(tlv + 2, swapped) & 0x7fff;

		if (len < 4 || len - 4 > w->wire)
			return walk_malformed(w, "NFLOG attribute of wrong length");
		if (type == NFLOG_PAYLOAD)
			return nflog_payload(w, len - 4, h[0], hardware);
		if (type == NFLOG_HEADER && len >= 6 && w->rest.len >= 2)
			hardware = be16(w->rest.ptr);
		size_t padded = ((len + 3) & ~(size_t)3) - 4;
		walk_take(w, padded < w->rest.len ? padded : w->rest.len);
	}
	return w->wire < 4 ? walk_not_tcp(w, "NFLOG without a packet")
			   : walk_malformed(w, "NFLOG attribute cut");
}

/* Cisco HDLC, RFC 1547 4.3.1: address (0f, to all 8f), control 0, ethertype.  The link type is used
 * for PPP in such framing too. */
enum layer
hdlc_parse(struct walk *w)
{
	if (w->rest.len >= 2 && w->rest.ptr[0] == 0xff && w->rest.ptr[1] == 3)
		return LAYER_PPP;
	const uint8_t *h = walk_take(w, 4);
	if (!h)
		return walk_malformed(w, "HDLC header cut");
	if (h[0] != 0x0f && h[0] != 0x8f)
		return walk_unknown(w, h[0], "HDLC address 0x%02x");
	if (be16(h + 2) == 0x8035)
		return walk_not_tcp(w, "SLARP");
	return ethertype_next(w, be16(h + 2));
}
