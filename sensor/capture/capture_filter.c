#include "sensor/capture/capture_filter.h"

/* Registers of the machine: A; X = where the header begins that is looked at; and memory: */
enum {
	MEM_IP,	     /* X at the innermost IP header */
	MEM_VERSION, /* of it */
	MEM_TYPE,    /* an ethertype while X moves */
	MEM_SUM,
	MEM_WORD,
};

/* Places to jump to; all jumps go forward. OUTER and INNER: the outermost frame, and the one inside
 * what is looked through. */
enum { OUTER, INNER, LEVELS };
enum label {
	TO_IP4,			      /* + level */
	TO_IP6 = TO_IP4 + LEVELS,     /* + level */
	TO_REST = TO_IP6 + LEVELS,    /* + level: A = an ethertype that is none of IP or a tag */
	TO_TAG = TO_REST + LEVELS,    /* + level: one of a row, used again and again */
	TO_VERSION = TO_TAG + LEVELS, /* IP by its first half byte */
	TO_MPLS,
	TO_MPLS_END,
	TO_PPPOE,
	TO_PBB,
	TO_GRE,
	TO_ERSPAN,
	TO_ETHERNET, /* inner */
	TO_ETHERNET_4,
	TO_ETHERNET_8,
	TO_ETHERNET_12,
	TO_ETHERNET_20,
	TO_LLC,
	TO_TCP,
	TO_UDP,
	TO_PASS, /* by the addresses at MEM_IP */
	TO_SIX,
	TO_MIX,
	TO_OTHER, /* without addresses */
	TO_DROP,
	TO_ACCEPT,
};

struct assembly {
	struct sock_filter *out;
	size_t len, max;
	uint8_t pending[CAPTURE_FILTER_MAX]; /* 1 = a jump to the label in k */
	const struct capture_filter *filter;
};

static void
put(struct assembly *a, uint16_t code, uint8_t jt, uint8_t jf, uint32_t k)
{
	if (a->len < a->max)
		a->out[a->len] = (struct sock_filter){ code, jt, jf, k };
	a->len++;
}

static void
op(struct assembly *a, int code, uint32_t k)
{
	put(a, (uint16_t)code, 0, 0, k);
}

static void
go(struct assembly *a, int label)
{
	if (a->len < a->max)
		a->pending[a->len] = 1;
	op(a, BPF_JMP | BPF_JA, (uint32_t)label);
}

static void
here(struct assembly *a, int label)
{
	/* All jumps to it stand before, so they can be set now; a label may be used anew. */
	for (size_t i = 0; i < a->len && i < a->max; i++) {
		if (a->pending[i] && a->out[i].k == (uint32_t)label) {
			a->pending[i] = 0;
			a->out[i].k = (uint32_t)(a->len - i - 1);
		}
	}
}

/* Conditional jumps reach 255 instructions: over one that reaches all. */
static void
go_if(struct assembly *a, int test, uint32_t k, int label)
{
	put(a, (uint16_t)(BPF_JMP | test | BPF_K), 0, 1, k);
	go(a, label);
}

static void
go_unless(struct assembly *a, int test, uint32_t k, int label)
{
	put(a, (uint16_t)(BPF_JMP | test | BPF_K), 1, 0, k);
	go(a, label);
}

static void
load(struct assembly *a, int size, uint32_t at)
{
	op(a, BPF_LD | BPF_IND | size, at);
}

/* X moves on; A is lost. */
static void
advance(struct assembly *a, uint32_t n)
{
	op(a, BPF_MISC | BPF_TXA, 0);
	op(a, BPF_ALU | BPF_ADD | BPF_K, n);
	op(a, BPF_MISC | BPF_TAX, 0);
}

/* Fewer than n bytes from X on: nothing can be read there.  A is lost.  (A load beyond the end
 * would drop the packet, and nobody would count it.) */
static void
need(struct assembly *a, uint32_t n, int label)
{
	op(a, BPF_LD | BPF_LEN | BPF_W, 0);
	op(a, BPF_ALU | BPF_SUB | BPF_X, 0);
	go_unless(a, BPF_JGE, n, label);
}

static void
go_if_one_of(struct assembly *a, const uint16_t *values, size_t count, int label)
{
	for (size_t i = 0; i < count; i++)
		go_if(a, BPF_JEQ, values[i], label);
}

/* What may be dropped goes there, if anything is to be dropped. */
static int
useless(const struct assembly *a, int otherwise)
{
	return a->filter->ports_only ? TO_DROP : otherwise;
}

/* ---- links ---- */

/* A = an ethertype, X behind it. */
static void
ethertype(struct assembly *a, int level)
{
	static const uint16_t tags[] = { 0x8100, 0x88a8, 0x9100, 0x9200 };
	enum { TAGS_MAX = 3 };

	for (int depth = 0;; depth++) {
		go_if(a, BPF_JEQ, 0x0800, TO_IP4 + level);
		go_if(a, BPF_JEQ, 0x86dd, TO_IP6 + level);
		if (depth == TAGS_MAX)
			break;
		go_if_one_of(a, tags, sizeof tags / sizeof *tags, TO_TAG + level);
		go(a, TO_REST + level);
		here(a, TO_TAG + level);
		need(a, 4, TO_OTHER);
		load(a, BPF_H, 2);
		op(a, BPF_ST, MEM_TYPE);
		advance(a, 4);
		op(a, BPF_LD | BPF_MEM, MEM_TYPE);
	}
	here(a, TO_REST + level);
}

/* The ethertypes that decap knows for never TCP. */
static const uint16_t useless_types[] = { 0x0806, 0x8035, 0x88cc, 0x8809, 0x8808, 0x888e, 0x8902,
	0x88f7, 0x9000, 0x8137, 0x809b, 0x80f3, 0x8906, 0x8914, 0x8863 };

static void
other_types(struct assembly *a, int level)
{
	if (level == OUTER) {
		go_if(a, BPF_JEQ, 0x8847, TO_MPLS);
		go_if(a, BPF_JEQ, 0x8848, TO_MPLS);
		go_if(a, BPF_JEQ, 0x8864, TO_PPPOE);
		go_if(a, BPF_JEQ, 0x88e7, TO_PBB);
	}
	go_unless(a, BPF_JGT, 1500, TO_LLC);
	go_if_one_of(a, useless_types, sizeof useless_types / sizeof *useless_types,
		useless(a, TO_OTHER));
	go(a, TO_OTHER);
}

static void
ethernet(struct assembly *a, int level)
{
	need(a, 14, TO_OTHER);
	load(a, BPF_H, 12);
	op(a, BPF_ST, MEM_TYPE);
	advance(a, 14);
	op(a, BPF_LD | BPF_MEM, MEM_TYPE);
	ethertype(a, level);
	other_types(a, level);
}

static void
half_byte(struct assembly *a)
{
	load(a, BPF_B, 0);
	op(a, BPF_ALU | BPF_RSH | BPF_K, 4);
}

static void
version(struct assembly *a)
{
	here(a, TO_VERSION);
	need(a, 1, TO_OTHER);
	half_byte(a);
	go_if(a, BPF_JEQ, 4, TO_IP4);
	go_if(a, BPF_JEQ, 6, TO_IP6);
	go(a, TO_OTHER);
}

/* The start of a frame of each link type. */
static void
begin(struct assembly *a, enum capture_link link)
{
	op(a, BPF_LDX | BPF_IMM, 0);
	switch (link) {
	case CAPTURE_LINK_ETHERNET:
		ethernet(a, OUTER);
		return;
	case CAPTURE_LINK_COOKED:
		/* What this host sends with a tag in the frame is given from behind the tag on. */
		op(a, BPF_LD | BPF_ABS | BPF_B, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE));
		go_if(a, BPF_JEQ, 4 /* PACKET_OUTGOING */, TO_VERSION);
		op(a, BPF_LD | BPF_ABS | BPF_H, (uint32_t)(SKF_AD_OFF + SKF_AD_PROTOCOL));
		ethertype(a, OUTER);
		other_types(a, OUTER);
		version(a);
		return;
	case CAPTURE_LINK_RAW:
		version(a);
		return;
	}
}

/* ---- what is looked through ---- */

/* Up to four labels; below the last one IP, or an Ethernet frame with or without a control word
 * (sensor/decap/guess.c). */
static void
mpls(struct assembly *a)
{
	enum { LABELS_MAX = 4 };

	here(a, TO_MPLS);
	for (int i = 0; i < LABELS_MAX; i++) {
		need(a, 5, TO_OTHER);
		load(a, BPF_B, 2);
		op(a, BPF_ST, MEM_TYPE);
		advance(a, 4);
		op(a, BPF_LD | BPF_MEM, MEM_TYPE);
		go_if(a, BPF_JSET, 1, TO_MPLS_END);
	}
	go(a, TO_OTHER);
	here(a, TO_MPLS_END);
	half_byte(a);
	go_if(a, BPF_JEQ, 4, TO_IP4 + INNER);
	go_if(a, BPF_JEQ, 6, TO_IP6 + INNER);
	go_unless(a, BPF_JEQ, 0, TO_ETHERNET);
	need(a, 18, TO_OTHER);
	load(a, BPF_H, 16);
	go_if(a, BPF_JEQ, 0x0800, TO_ETHERNET_4);
	go_if(a, BPF_JEQ, 0x86dd, TO_ETHERNET_4);
	go_if(a, BPF_JEQ, 0x8100, TO_ETHERNET_4);
	go_if(a, BPF_JEQ, 0x88a8, TO_ETHERNET_4);
	go(a, TO_ETHERNET);
}

static void
pppoe(struct assembly *a)
{
	here(a, TO_PPPOE);
	need(a, 8, TO_OTHER);
	load(a, BPF_H, 6);
	op(a, BPF_ST, MEM_TYPE);
	advance(a, 8);
	op(a, BPF_LD | BPF_MEM, MEM_TYPE);
	go_if(a, BPF_JEQ, 0x0021, TO_IP4 + INNER);
	go_if(a, BPF_JEQ, 0x0057, TO_IP6 + INNER);
	go(a, TO_OTHER);
	here(a, TO_PBB);
	need(a, 4, TO_OTHER);
	go(a, TO_ETHERNET_4);
}

/* X at the header of GRE.  Mirrors send ERSPAN, each direction perhaps from another switch: so the
 * frame inside counts.  Of every other GRE tunnel the outer addresses do. */
static void
gre(struct assembly *a)
{
	here(a, TO_GRE);
	need(a, 24, TO_PASS);
	load(a, BPF_H, 2);
	go_if(a, BPF_JEQ, 0x88be, TO_ERSPAN);
	go_if(a, BPF_JEQ, 0x22eb, TO_ERSPAN);
	go(a, TO_PASS);
	here(a, TO_ERSPAN);
	load(a, BPF_H, 0);
	go_if(a, BPF_JSET, 0xe000, TO_PASS); /* checksum, routing, key: nobody sends them */
	go_unless(a, BPF_JSET, 0x1000, TO_ETHERNET_4); /* no sequence: type I */
	advance(a, 8);
	half_byte(a);
	go_if(a, BPF_JEQ, 1, TO_ETHERNET_8); /* type II */
	go_unless(a, BPF_JEQ, 2, TO_PASS);
	load(a, BPF_B, 10);
	go_if(a, BPF_JSET, 0x7c, TO_PASS); /* no Ethernet frame inside */
	load(a, BPF_B, 11);
	go_if(a, BPF_JSET, 1, TO_ETHERNET_20); /* type III, with a platform's part */
	go(a, TO_ETHERNET_12);
}

static void
inner_ethernet(struct assembly *a)
{
	here(a, TO_ETHERNET_20);
	advance(a, 8);
	here(a, TO_ETHERNET_12);
	advance(a, 4);
	here(a, TO_ETHERNET_8);
	advance(a, 4);
	here(a, TO_ETHERNET_4);
	advance(a, 4);
	here(a, TO_ETHERNET);
	ethernet(a, INNER);
}

/* ---- IP ---- */

/* The protocols that decap knows for never TCP. */
static const uint16_t useless_protocols[] = { 1, 2, 46, 50, 58, 59, 88, 89, 103, 112, 113, 132 };

static void
remember_ip(struct assembly *a, uint32_t ip_version)
{
	op(a, BPF_STX, MEM_IP);
	op(a, BPF_LD | BPF_IMM, ip_version);
	op(a, BPF_ST, MEM_VERSION);
}

static void
protocol(struct assembly *a, int level)
{
	go_if(a, BPF_JEQ, 6, TO_TCP);
	go_if(a, BPF_JEQ, 17, TO_UDP);
	if (level == OUTER)
		go_if(a, BPF_JEQ, 47, TO_GRE);
	go_if_one_of(a, useless_protocols, sizeof useless_protocols / sizeof *useless_protocols,
		useless(a, TO_PASS));
	go(a, TO_PASS);
}

/* Every fragment passes: only the first one says what it is of. */
static void
ip4(struct assembly *a, int level)
{
	here(a, TO_IP4 + level);
	need(a, 20, TO_OTHER);
	remember_ip(a, 4);
	load(a, BPF_H, 6);
	go_if(a, BPF_JSET, 0x3fff, TO_PASS);
	load(a, BPF_B, 9);
	op(a, BPF_ST, MEM_TYPE);
	load(a, BPF_B, 0);
	op(a, BPF_ALU | BPF_AND | BPF_K, 15);
	op(a, BPF_ALU | BPF_LSH | BPF_K, 2);
	op(a, BPF_ALU | BPF_ADD | BPF_X, 0);
	op(a, BPF_MISC | BPF_TAX, 0);
	op(a, BPF_LD | BPF_MEM, MEM_TYPE);
	protocol(a, level);
}

static void
ip6(struct assembly *a, int level)
{
	here(a, TO_IP6 + level);
	need(a, 40, TO_OTHER);
	remember_ip(a, 6);
	load(a, BPF_B, 6);
	op(a, BPF_ST, MEM_TYPE);
	advance(a, 40);
	op(a, BPF_LD | BPF_MEM, MEM_TYPE);
	protocol(a, level);
}

static void
ports(struct assembly *a, const uint16_t *list, size_t count)
{
	for (uint32_t at = 0; at <= 2; at += 2) {
		load(a, BPF_H, at);
		go_if_one_of(a, list, count, TO_PASS);
	}
}

/* X at a TCP header.  The words by which sensor/stream/opening.c finds SMTP on other ports, and
 * post.c an HTTP POST; a frame too short for them has none. */
static void
opening_words(struct assembly *a)
{
	static const uint32_t exact[] = { 0x32323020 /* "220 " */, 0x3232302d /* "220-" */,
		0x434f4e4e /* CONN */, 0x50524f58 /* PROX */, 0x0d0a0d0a /* PROXY v2 */,
		0x504f5354 /* POST */ };
	static const uint32_t lower[] = { 0x65686c6f /* ehlo */, 0x68656c6f /* helo */,
		0x6c686c6f /* lhlo */, 0x6d61696c /* mail */ };
	const struct capture_filter *f = a->filter;

	load(a, BPF_B, 12);
	op(a, BPF_ALU | BPF_AND | BPF_K, 0xf0);
	op(a, BPF_ALU | BPF_RSH | BPF_K, 2);
	op(a, BPF_ALU | BPF_ADD | BPF_X, 0);
	op(a, BPF_MISC | BPF_TAX, 0);
	need(a, 3, TO_DROP);
	load(a, BPF_H, 0);
	for (uint32_t methods = 1; methods <= 4; methods++)
		go_if(a, BPF_JEQ, 0x0500 | methods, TO_PASS); /* SOCKS5 */
	need(a, 4, TO_DROP);
	load(a, BPF_W, 0);
	for (size_t i = 0; i < f->ports_count; i++)
		go_if(a, BPF_JEQ, 0x04010000u | f->ports[i], TO_PASS); /* SOCKS4 */
	for (size_t i = 0; i < sizeof exact / sizeof *exact; i++)
		go_if(a, BPF_JEQ, exact[i], TO_PASS);
	op(a, BPF_ALU | BPF_OR | BPF_K, 0x20202020);
	for (size_t i = 0; i < sizeof lower / sizeof *lower; i++)
		go_if(a, BPF_JEQ, lower[i], TO_PASS);
}

static void
transport(struct assembly *a)
{
	/* sensor/decap/udp.c */
	static const uint16_t tunnels[] = { 4790, 6081, 2152, 1701, 3544, 4754, 6635 };
	const struct capture_filter *f = a->filter;

	here(a, TO_TCP);
	if (f->ports_only) {
		need(a, 14, TO_PASS);
		ports(a, f->ports, f->ports_count);
		if (f->learned_count > 0)
			ports(a, f->learned, f->learned_count);
		load(a, BPF_B, 13);
		op(a, BPF_ALU | BPF_AND | BPF_K, 0x12); /* SYN and ACK */
		go_if(a, BPF_JEQ, 0x12, TO_PASS);
		if (f->any_port)
			opening_words(a);
		go(a, TO_DROP);
	}
	here(a, TO_UDP);
	if (f->ports_only) {
		need(a, 4, TO_PASS);
		ports(a, f->udp_ports, f->udp_ports_count);
		ports(a, tunnels, sizeof tunnels / sizeof *tunnels);
		go(a, TO_DROP);
	}
}

/* ---- shares ---- */

static void
hash4(struct assembly *a)
{
	op(a, BPF_LDX | BPF_MEM, MEM_IP);
	load(a, BPF_W, 12);
	op(a, BPF_ST, MEM_SUM);
	load(a, BPF_W, 16);
	op(a, BPF_LDX | BPF_MEM, MEM_SUM);
	op(a, BPF_ALU | BPF_XOR | BPF_X, 0);
	go(a, TO_MIX);
}

static void
hash6(struct assembly *a)
{
	op(a, BPF_LD | BPF_IMM, 0);
	op(a, BPF_ST, MEM_SUM);
	for (uint32_t at = 8; at < 40; at += 4) {
		op(a, BPF_LDX | BPF_MEM, MEM_IP);
		load(a, BPF_W, at);
		op(a, BPF_LDX | BPF_MEM, MEM_SUM);
		op(a, BPF_ALU | BPF_XOR | BPF_X, 0);
		op(a, BPF_ST, MEM_SUM);
	}
}

/* The sum in A is the same for both directions; neighbours among addresses are spread. */
static void
mix(struct assembly *a)
{
	static const struct {
		uint32_t factor, shift;
	} rounds[] = { { 0x9e3779b1, 15 }, { 0x85ebca77, 13 } };

	for (size_t i = 0; i < sizeof rounds / sizeof *rounds; i++) {
		op(a, BPF_ALU | BPF_MUL | BPF_K, rounds[i].factor);
		op(a, BPF_MISC | BPF_TAX, 0);
		op(a, BPF_ALU | BPF_RSH | BPF_K, rounds[i].shift);
		op(a, BPF_ALU | BPF_XOR | BPF_X, 0);
	}
	op(a, BPF_ALU | BPF_MOD | BPF_K, a->filter->shares);
}

static void
shares(struct assembly *a)
{
	const struct capture_filter *f = a->filter;

	here(a, TO_PASS);
	if (f->shares > 1) {
		op(a, BPF_LD | BPF_MEM, MEM_VERSION);
		go_if(a, BPF_JEQ, 6, TO_SIX);
		hash4(a);
		here(a, TO_SIX);
		hash6(a);
		here(a, TO_MIX);
		mix(a);
		go_if(a, BPF_JEQ, f->share, TO_ACCEPT);
		go(a, TO_DROP);
	}
	here(a, TO_OTHER);
	if (f->shares <= 1 || f->share == 0)
		go(a, TO_ACCEPT);
	here(a, TO_DROP);
	op(a, BPF_RET | BPF_K, 0);
	here(a, TO_ACCEPT);
}

/* 802.2: only SNAP carries IP. */
static void
llc(struct assembly *a)
{
	here(a, TO_LLC);
	if (!a->filter->ports_only)
		go(a, TO_OTHER);
	need(a, 2, TO_OTHER);
	load(a, BPF_H, 0);
	go_if(a, BPF_JEQ, 0xaaaa, TO_OTHER);
	go(a, TO_DROP);
}

size_t
capture_filter_build(
	const struct capture_filter *f, enum capture_link link, struct sock_filter *out, size_t max)
{
	struct assembly a = {
		.out = out, .max = max < CAPTURE_FILTER_MAX ? max : CAPTURE_FILTER_MAX, .filter = f
	};

	begin(&a, link);
	mpls(&a);
	pppoe(&a);
	ip4(&a, OUTER);
	ip6(&a, OUTER);
	gre(&a);
	inner_ethernet(&a);
	ip4(&a, INNER);
	ip6(&a, INNER);
	llc(&a);
	transport(&a);
	shares(&a);
	return a.len <= a.max ? a.len : 0;
}
