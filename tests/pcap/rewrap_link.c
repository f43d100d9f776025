/* Layers of links. */
#include "rewrap_layer.h"

#include <string.h>

const struct layer *
layer_find(const char *name)
{
	const struct layer *const tables[] = { link_layers, tunnel_layers };

	for (size_t k = 0; k < 2; k++)
		for (const struct layer *l = tables[k]; l->name; l++)
			if (strcmp(l->name, name) == 0)
				return l;
	return NULL;
}

bool
has_word(const struct build *b, const char *word)
{
	for (int i = 0; i < b->args->count; i++)
		if (strcmp(b->args->text[i], word) == 0)
			return true;
	return false;
}

int
arg_number(struct build *b, uint32_t high, uint32_t otherwise, uint32_t *out)
{
	*out = otherwise;
	return b->args->count == 0 ? 0 : number(b->t, b->args->text[0], b->layer, 0, high, out);
}

static void
little16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static void
little32(uint8_t *p, uint32_t v)
{
	little16(p, v);
	little16(p + 2, v >> 16);
}

/* 02:… is locally administered; the last byte is who it is. */
static void
put_macs(const struct build *b, uint8_t *to, uint8_t *from)
{
	to[0] = from[0] = 2;
	to[5] = b->p->dir == CLIENT ? 2 : 1;
	from[5] = b->p->dir == CLIENT ? 1 : 2;
}

/* IEEE 802.3 3.2.6: LLC stands behind a length. */
static int
type_or_length(struct build *b, uint16_t *out)
{
	*out = b->is == IS_LLC ? (uint16_t)b->p->len : ethertype_of(b);
	if (b->is == IS_LLC && b->p->len > 1500)
		return refuse(b->t, "stack: LLC takes 1500 bytes, a packet has %u: split it before",
			b->p->len);
	return *out == 0 ? cannot(b) : 0;
}

static int
put_ethernet(struct build *b)
{
	uint16_t type;

	if (type_or_length(b, &type) < 0)
		return -1;
	uint8_t *h = front(b, 14);
	put_macs(b, h, h + 6);
	put16(h + 12, type);
	b->is = IS_ETHERNET;
	return 0;
}

static int
put_tag(struct build *b, enum is is)
{
	uint16_t type;
	uint32_t id;

	if (type_or_length(b, &type) < 0 || arg_number(b, 4095, 7, &id) < 0)
		return -1;
	uint8_t *h = front(b, 4);
	put16(h, id);
	put16(h + 2, type);
	b->is = is;
	return 0;
}

static int
put_vlan(struct build *b)
{
	return put_tag(b, IS_VLAN);
}

static int
put_service(struct build *b)
{
	return put_tag(b, IS_SERVICE);
}

static int
put_qinq(struct build *b)
{
	return put_tag(b, IS_QINQ);
}

/* IEEE 802.1Q 9.7: a tag of 4 bytes, then the customer's frame. */
static int
put_pbb(struct build *b)
{
	uint32_t id;

	if (b->is != IS_ETHERNET)
		return cannot(b);
	if (arg_number(b, 0xffffff, 4711, &id) < 0)
		return -1;
	put32(front(b, 4), id);
	b->is = IS_PBB;
	return 0;
}

/* IEEE 802.2, RFC 1042. */
static int
put_llc(struct build *b)
{
	static const uint8_t snap[6] = { 0xaa, 0xaa, 3 };
	uint16_t type = ethertype_of(b);

	if (type == 0)
		return cannot(b);
	uint8_t *h = front(b, 8);
	memcpy(h, snap, sizeof snap);
	put16(h + 6, type);
	b->is = IS_LLC;
	return 0;
}

/* tcpdump.org/linktypes/LINKTYPE_LINUX_SLL, _SLL2. */
static int
put_sll(struct build *b)
{
	uint16_t type = ethertype_of(b);

	if (type == 0)
		return cannot(b);
	uint8_t *h = front(b, 16);
	put16(h, b->p->dir == CLIENT ? 4 : 0);
	put16(h + 2, 1);
	put16(h + 4, 6);
	h[6] = 2;
	put16(h + 14, type);
	b->is = IS_SLL;
	return 0;
}

static int
put_sll2(struct build *b)
{
	uint16_t type = ethertype_of(b);

	if (type == 0)
		return cannot(b);
	uint8_t *h = front(b, 20);
	put16(h, type);
	put32(h + 4, 3);
	put16(h + 8, 1);
	h[10] = b->p->dir == CLIENT ? 4 : 0;
	h[11] = 6;
	h[12] = 2;
	b->is = IS_SLL2;
	return 0;
}

/* …/LINKTYPE_NULL, _LOOP: an address family, in the byte order of who captured, or of the network.
 */
static int
put_family(struct build *b, enum is is)
{
	if (b->is != IS_IPV4 && b->is != IS_IPV6)
		return cannot(b);
	uint32_t family = b->is == IS_IPV4 ? 2 : 24;
	family = has_word(b, "linux") && b->is == IS_IPV6 ? 10 : family;
	family = has_word(b, "freebsd") && b->is == IS_IPV6 ? 28 : family;
	family = has_word(b, "macos") && b->is == IS_IPV6 ? 30 : family;
	uint8_t *h = front(b, 4);
	if (is == IS_LOOP || has_word(b, "big"))
		put32(h, family);
	else
		little32(h, family);
	b->is = is;
	return 0;
}

static int
put_null(struct build *b)
{
	return put_family(b, IS_NULL);
}

static int
put_loop(struct build *b)
{
	return put_family(b, IS_LOOP);
}

static int
put_raw(struct build *b)
{
	if (b->is != IS_IPV4 && b->is != IS_IPV6)
		return cannot(b);
	b->is = IS_RAW;
	return 0;
}

/* …/LINKTYPE_NFLOG: family, version, resource; then values with length and type in the capturing
 * machine's byte order, each filled up to 4 bytes: a header (1), a prefix (10), the payload (9). */
static int
put_nflog(struct build *b)
{
	static const uint8_t prefix[8] = "heloscp";
	uint32_t len = b->p->len, type = ethertype_of(b);

	if ((b->is != IS_IPV4 && b->is != IS_IPV6) || len > 65531)
		return cannot(b);
	if (len % 4 != 0)
		behind(b, 4 - len % 4);
	uint8_t *h = front(b, 4 + 8 + 12 + 4);
	h[0] = b->is == IS_IPV4 ? 2 : 10;
	little16(h + 4, 8);
	little16(h + 6, 1);
	put16(h + 8, type);
	little16(h + 12, 12);
	little16(h + 14, 10);
	memcpy(h + 16, prefix, sizeof prefix);
	little16(h + 24, 4 + len);
	little16(h + 26, 9);
	b->is = IS_NFLOG;
	return 0;
}

/* IEEE 802.11 9.3.2.1: a data frame to the access point, or from it; with `qos` two bytes more,
 * with `four` a fourth address between access points. */
static int
put_wifi(struct build *b)
{
	bool qos = has_word(b, "qos"), four = has_word(b, "four");

	if (b->is != IS_LLC)
		return cannot(b);
	size_t header = 24 + (four ? 6u : 0) + (qos ? 2u : 0);
	uint8_t *h = front(b, header);
	h[0] = qos ? 0x88 : 0x08;
	h[1] = four ? 3 : b->p->dir == CLIENT ? 1 : 2;
	put_macs(b, h + 4, h + 10);
	h[16] = 2;
	h[21] = 3;
	little16(h + 22, b->number << 4 & 0xffff);
	if (four) {
		h[24] = 2;
		h[29] = 4;
	}
	b->is = IS_WIFI;
	return 0;
}

/* radiotap.org: version, length, what is present; flags and a rate. */
static int
put_radiotap(struct build *b)
{
	bool fcs = has_word(b, "fcs");

	if (b->is != IS_WIFI)
		return cannot(b);
	if (fcs)
		memset(behind(b, 4), 0xfc, 4);
	uint8_t *h = front(b, 10);
	little16(h + 2, 10);
	little32(h + 4, 6);
	h[8] = fcs ? 0x10 : 0;
	h[9] = 12;
	b->is = IS_RADIOTAP;
	return 0;
}

/* CACE's PPI: version, flags, length, link type of what follows; one field of 4 bytes. */
static int
put_ppi(struct build *b)
{
	int link = link_of(b);

	if (link < 0)
		return cannot(b);
	uint8_t *h = front(b, 16);
	little16(h + 2, 16);
	little32(h + 4, (uint32_t)link);
	little16(h + 8, 30000);
	little16(h + 10, 4);
	b->is = IS_PPI;
	return 0;
}

/* Cisco's HDLC: address, control, ethertype. */
static int
put_hdlc(struct build *b)
{
	uint16_t type = ethertype_of(b);

	if (type == 0)
		return cannot(b);
	uint8_t *h = front(b, 4);
	h[0] = 0x0f;
	put16(h + 2, type);
	b->is = IS_HDLC;
	return 0;
}

const struct layer link_layers[] = {
	{ "ethernet", put_ethernet, "Ethernet II, or 802.3 round llc" },
	{ "vlan", put_vlan, ":ID  802.1Q, 0x8100" },
	{ "service", put_service, ":ID  802.1ad, 0x88a8" },
	{ "qinq", put_qinq, ":ID  0x9100" },
	{ "pbb", put_pbb, ":ID  802.1ah; carries ethernet" },
	{ "llc", put_llc, "LLC and SNAP" },
	{ "sll", put_sll, "Linux cooked" },
	{ "sll2", put_sll2, "Linux cooked, version 2" },
	{ "null", put_null, ":big:linux:freebsd:macos  BSD loopback; default little-endian" },
	{ "loop", put_loop, ":linux:freebsd:macos  OpenBSD loopback" },
	{ "raw", put_raw, "IP without link layer" },
	{ "nflog", put_nflog, "Linux NFLOG" },
	{ "wifi", put_wifi, ":qos:four  802.11; carries llc" },
	{ "radiotap", put_radiotap, ":fcs  carries wifi" },
	{ "ppi", put_ppi, "carries wifi, ethernet or another link layer" },
	{ "hdlc", put_hdlc, "Cisco HDLC" },
	{ NULL, NULL, NULL },
};
