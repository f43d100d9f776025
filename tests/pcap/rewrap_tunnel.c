/* Layers of tunnels. */
#include "rewrap_layer.h"

#include <string.h>

/* RFC 3032 2.1. */
static int
put_mpls(struct build *b)
{
	uint32_t label;
	bool bottom = b->is != IS_MPLS;

	if (bottom && b->is != IS_IPV4 && b->is != IS_IPV6 && b->is != IS_ETHERNET &&
		b->is != IS_WORD)
		return cannot(b);
	if (arg_number(b, 0xfffff, 1000, &label) < 0)
		return -1;
	put32(front(b, 4), label << 12 | (bottom ? 0x100 : 0) | 64);
	b->is = IS_MPLS;
	return 0;
}

/* RFC 4385 3: a pseudowire's control word, here with a sequence number. */
static int
put_word(struct build *b)
{
	if (b->is != IS_ETHERNET)
		return cannot(b);
	put32(front(b, 4), b->number & 0xffff);
	b->is = IS_WORD;
	return 0;
}

/* RFC 1661 2, RFC 1662 3.1. */
static int
put_ppp(struct build *b)
{
	uint16_t protocol = ppp_of(b);

	if (protocol == 0)
		return cannot(b);
	if (has_word(b, "short") && protocol < 0x100) /* RFC 1661 6.5 */
		*front(b, 1) = (uint8_t)protocol;
	else
		put16(front(b, 2), protocol);
	if (has_word(b, "hdlc"))
		put16(front(b, 2), 0xff03);
	b->is = IS_PPP;
	return 0;
}

/* RFC 2516 4. */
static int
put_pppoe(struct build *b)
{
	uint32_t len = b->p->len;

	if (b->is != IS_PPP || len > 65535)
		return cannot(b);
	uint8_t *h = front(b, 6);
	h[0] = 0x11;
	put16(h + 2, 0x1234);
	put16(h + 4, len);
	b->is = IS_PPPOE;
	return 0;
}

/* ---- IP ---- */

static int
too_long(struct build *b)
{
	return refuse(b->t, "stack: a packet of %u bytes is too long for %s: split it before",
		b->p->len, b->layer);
}

/* RFC 791; 10.99.0.1 and .2. */
static int
put_ipv4(struct build *b)
{
	uint8_t protocol = protocol_of(b);
	size_t options = has_word(b, "options") ? 8 : 0;

	if (protocol == 0)
		return cannot(b);
	if (b->p->len + options + 20 > 65535)
		return too_long(b);
	uint8_t *h = front(b, 20 + options);
	h[0] = (uint8_t)(0x45 + options / 4);
	put16(h + 4, ++b->t->ip_id);
	h[8] = 64;
	h[9] = protocol;
	put32(h + 12, 0x0a630001u + b->p->dir);
	put32(h + 16, 0x0a630002u - b->p->dir);
	memset(h + 20, 1, options);
	ip_finish(b->p);
	b->is = IS_IPV4;
	return 0;
}

/* RFC 8200; fd00::1 and ::2. */
static int
put_ipv6(struct build *b)
{
	uint8_t protocol = protocol_of(b);

	if (protocol == 0)
		return cannot(b);
	if (b->p->len > 65535)
		return too_long(b);
	uint8_t *h = front(b, 40);
	h[0] = 0x60;
	h[6] = protocol;
	h[7] = 64;
	h[8] = h[24] = 0xfd;
	h[23] = (uint8_t)(1 + b->p->dir);
	h[39] = (uint8_t)(2 - b->p->dir);
	ip_finish(b->p);
	b->is = IS_IPV6;
	return 0;
}

/* RFC 4302 2. */
static int
put_ah(struct build *b)
{
	uint8_t protocol = protocol_of(b);

	if (protocol == 0)
		return cannot(b);
	uint8_t *h = front(b, 24);
	h[0] = protocol;
	h[1] = 4;
	put32(h + 4, 256);
	put32(h + 8, b->number);
	b->is = IS_AH;
	return 0;
}

/* RFC 3378 3. */
static int
put_etherip(struct build *b)
{
	if (b->is != IS_ETHERNET)
		return cannot(b);
	front(b, 2)[0] = 0x30;
	b->is = IS_ETHERIP;
	return 0;
}

/* ---- GRE ---- */

/* RFC 2637 4.1: version 1 round PPP, the length within the key. */
static int
put_pptp(struct build *b)
{
	uint32_t len = b->p->len;
	uint8_t *h = front(b, 12);

	put16(h, 0x3001);
	put16(h + 2, 0x880b);
	put16(h + 4, len);
	put16(h + 6, 77);
	put32(h + 8, b->number);
	b->is = IS_GRE;
	return 0;
}

/* RFC 2784 2, RFC 2890 2. */
static int
put_gre(struct build *b)
{
	uint16_t type = has_word(b, "erspan1") ? 0x88be : ethertype_of(b);
	bool sum = has_word(b, "sum"), key = has_word(b, "key");
	bool sequence = has_word(b, "sequence") || b->is == IS_ERSPAN2 || b->is == IS_ERSPAN3;

	if (type == 0 || (has_word(b, "erspan1") && b->is != IS_ETHERNET))
		return cannot(b);
	if (b->is == IS_PPP)
		return put_pptp(b);
	uint8_t *h = front(b, 4 + 4 * ((size_t)sum + key + sequence)), *field = h + 4;
	put16(h, (sum ? 0x8000u : 0) | (key ? 0x2000u : 0) | (sequence ? 0x1000u : 0));
	put16(h + 2, type);
	field += sum ? 4 : 0;
	if (key) {
		put32(field, 0xc0ffee);
		field += 4;
	}
	if (sequence)
		put32(field, b->number);
	if (sum)
		put16(h + 4, sum_fold(sum_add(0, h, b->p->len)));
	b->is = IS_GRE;
	return 0;
}

/* draft-foschiano-erspan 4.2, 4.3. */
static int
put_erspan(struct build *b)
{
	uint32_t type;
	bool more = has_word(b, "platform");

	if (b->is != IS_ETHERNET)
		return cannot(b);
	if (arg_number(b, 3, 2, &type) < 0)
		return -1;
	if (type < 2)
		return refuse(b->t, "stack: erspan is 2 or 3; type 1 is gre:erspan1");
	uint8_t *h = front(b, type == 2 ? 8 : more ? 20 : 12);
	put16(h, (type - 1) << 12 | 7);
	put16(h + 2, 5);
	if (type == 3)
		put16(h + 10, more ? 1 : 0);
	b->is = type == 2 ? IS_ERSPAN2 : IS_ERSPAN3;
	return 0;
}

/* ---- UDP ---- */

static int
put_udp(struct build *b, uint16_t from, uint16_t to)
{
	uint32_t len = b->p->len + 8;

	if (len > 65535)
		return too_long(b);
	uint8_t *h = front(b, 8);
	put16(h, from);
	put16(h + 2, to);
	put16(h + 4, len);
	b->is = IS_UDP;
	return 0;
}

/* RFC 7348 5. */
static int
put_vxlan(struct build *b)
{
	uint32_t port;

	if (b->is != IS_ETHERNET)
		return cannot(b);
	if (arg_number(b, 65535, 4789, &port) < 0)
		return -1;
	uint8_t *h = front(b, 8);
	h[0] = 8;
	put32(h + 4, 5001u << 8);
	return put_udp(b, 50000, (uint16_t)port);
}

/* RFC 8926 3.4; options of `words` times 4 bytes. */
static int
put_geneve(struct build *b)
{
	uint16_t type = ethertype_of(b);
	uint32_t words;

	if (type == 0)
		return cannot(b);
	if (arg_number(b, 32, 0, &words) < 0)
		return -1;
	uint8_t *h = front(b, 8 + 4 * words);
	h[0] = (uint8_t)words;
	put16(h + 2, type);
	put32(h + 4, 5001u << 8);
	if (words > 0) {
		put16(h + 8, 0x0103);
		h[11] = (uint8_t)(words - 1);
	}
	return put_udp(b, 50000, 6081);
}

/* 3GPP TS 29.281 5.1; with `extension` the sequence fields and a header of 4 bytes, as in 5G. */
static int
put_gtpu(struct build *b)
{
	bool extension = has_word(b, "extension");
	uint32_t len = b->p->len + (extension ? 8u : 0);

	if (b->is != IS_IPV4 && b->is != IS_IPV6)
		return cannot(b);
	uint8_t *h = front(b, extension ? 16 : 8);
	h[0] = extension ? 0x34 : 0x30;
	h[1] = 255;
	put16(h + 2, len);
	put32(h + 4, 0x1234);
	if (extension) {
		h[11] = 0x85;
		h[12] = 1;
	}
	return put_udp(b, 2152, 2152);
}

/* RFC 4380 5.1.1; with `origin` an origin indication. */
static int
put_teredo(struct build *b)
{
	if (b->is != IS_IPV6)
		return cannot(b);
	if (has_word(b, "origin")) {
		uint8_t *h = front(b, 8);
		put16(h + 2, 0xabcd);
		put32(h + 4, 0x5a5a5a5a);
	}
	return b->p->dir == CLIENT ? put_udp(b, 51000, 3544) : put_udp(b, 3544, 51000);
}

/* RFC 2661 3.1: version 2, with its length; with `sequence` both counters. */
static int
put_l2tp(struct build *b)
{
	bool sequence = has_word(b, "sequence");

	if (b->is != IS_PPP)
		return cannot(b);
	uint8_t *h = front(b, sequence ? 12 : 8);
	put16(h, sequence ? 0x4802 : 0x4002);
	put16(h + 2, b->p->len);
	put16(h + 4, 7);
	put16(h + 6, 9);
	if (sequence)
		put16(h + 8, b->number & 0xffff);
	return put_udp(b, 1701, 1701);
}

/* RFC 8086, RFC 7510: the port says what is within. */
static int
put_in_udp(struct build *b)
{
	if (b->is != IS_GRE && b->is != IS_MPLS)
		return cannot(b);
	return put_udp(b, 50001, b->is == IS_GRE ? 4754 : 6635);
}

/* draft-ietf-nvo3-vxlan-gpe 3.1: the P flag, and what follows: 1 IPv4, 2 IPv6, 3 Ethernet. */
static int
put_gpe(struct build *b)
{
	if (b->is != IS_IPV4 && b->is != IS_IPV6 && b->is != IS_ETHERNET)
		return cannot(b);
	uint8_t *h = front(b, 8);
	h[0] = 0x0c;
	h[3] = b->is == IS_IPV4 ? 1 : b->is == IS_IPV6 ? 2 : 3;
	put32(h + 4, 5001u << 8);
	return put_udp(b, 50000, 4790);
}

/* RFC 3931 4.1.1, RFC 4719: over IP, a session's number, no cookie. */
static int
put_l2tpv3(struct build *b)
{
	if (b->is != IS_ETHERNET)
		return cannot(b);
	put32(front(b, 4), 0x1001);
	b->is = IS_L2TPV3;
	return 0;
}

const struct layer tunnel_layers[] = {
	{ "mpls", put_mpls, ":LABEL  a label; the innermost ends the stack" },
	{ "cw", put_word, "control word of a pseudowire; carries ethernet" },
	{ "pppoe", put_pppoe, "carries ppp" },
	{ "ppp", put_ppp, ":hdlc:short  with address and control; protocol in one byte" },
	{ "ipv4", put_ipv4, ":options" },
	{ "ipv6", put_ipv6, "" },
	{ "ah", put_ah, "authentication header" },
	{ "etherip", put_etherip, "carries ethernet" },
	{ "gre", put_gre, ":key:sequence:sum:erspan1  PPTP's round ppp" },
	{ "erspan", put_erspan, ":2|3:platform  carries ethernet" },
	{ "vxlan", put_vxlan, ":PORT  with its UDP; carries ethernet" },
	{ "geneve", put_geneve, ":WORDS  with its UDP and so many words of options" },
	{ "gtpu", put_gtpu, ":extension  with its UDP" },
	{ "teredo", put_teredo, ":origin  with its UDP; carries ipv6" },
	{ "l2tp", put_l2tp, ":sequence  with its UDP; carries ppp" },
	{ "l2tpv3", put_l2tpv3, "over ipv4 or ipv6; carries ethernet" },
	{ "gpe", put_gpe, "VXLAN-GPE, with its UDP" },
	{ "in-udp", put_in_udp, "carries gre or mpls" },
	{ NULL, NULL, NULL },
};
