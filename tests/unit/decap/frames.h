/* Frames made by hand from words: "eth vlan:80 ipv4 tcp", outermost first.
 *
 * They are built from the inside out, so that each header knows the length of what it carries, and
 * says of itself how the header around it has to name it.  The TCP segment is always the same:
 * 40000 -> 25, sequence 0x01020304, acknowledgement 0x0a0b0c0d, and FRAMES_PAYLOAD. */
#ifndef HELOSCOPE_TESTS_FRAMES_H
#define HELOSCOPE_TESTS_FRAMES_H

#include "unit/decap/frames_tags.h"
#include "unit/decap/frames_tunnels.h"

/* ---- one function per word; n is the number after its colon ---- */

static inline void
push_tcp(struct made *m, unsigned n)
{
	static const uint8_t options[] = { 2, 4, 5, 0xb4, 1, 3, 3, 7 };
	uint8_t *h;

	push_bytes(m, FRAMES_PAYLOAD, sizeof FRAMES_PAYLOAD - 1);
	if (n) /* tcp:1 is a SYN with options */
		push_bytes(m, options, sizeof options);
	h = push(m, 20);
	put16(h, 40000);
	put16(h + 2, 25);
	put32(h + 4, 0x01020304);
	put32(h + 8, 0x0a0b0c0d);
	h[12] = n ? 0x70 : 0x50;
	h[13] = n ? 0x02 : 0x18;
	put16(h + 14, 0x1000);
	m->protocol = 6;
	m->tcp = m->at;
}

/* The checksum of the innermost segment, once its addresses are known. */
static inline void
fill_tcp_sum(struct made *m, const uint8_t *addresses, size_t n)
{
	size_t len = MADE_MAX - m->tcp;
	uint32_t sum = 6 + (uint32_t)len;

	if (m->tcp == 0)
		return;
	for (size_t i = 0; i < n; i += 2)
		sum += (uint32_t)addresses[i] << 8 | addresses[i + 1];
	put16(m->room + m->tcp + 16, 0);
	put16(m->room + m->tcp + 16, sum16(m->room + m->tcp, len, sum));
	m->tcp = 0;
}

static inline void
push_udp(struct made *m, unsigned port)
{
	size_t len = made_slice(m).len + 8;
	uint8_t *h = push(m, 8);

	put16(h, 50000);
	put16(h + 2, port);
	put16(h + 4, len);
	m->protocol = 17;
}

/* ipv4:0 plain; 1 with options; 2 with total length 0. */
static inline void
push_ipv4(struct made *m, unsigned n)
{
	static const uint8_t src[] = { 192, 0, 2, 1 }, dst[] = { 198, 51, 100, 2 };
	size_t header = n == 1 ? 24 : 20;
	size_t total = made_slice(m).len + header;
	uint8_t *h = push(m, header);

	h[0] = n == 1 ? 0x46 : 0x45;
	put16(h + 2, n == 2 ? 0 : total);
	h[8] = 64;
	h[9] = m->protocol;
	memcpy(h + 12, src, 4);
	memcpy(h + 16, dst, 4);
	if (n == 1)
		memset(h + 20, 1, 4);
	put16(h + 10, sum16(h, header, 0));
	fill_tcp_sum(m, h + 12, 8);
	m->type = 0x0800;
	m->protocol = 4;
	m->ppp = 0x0021;
}

/* ipv6:0 plain; 1 with payload length 0; 2 from 2001::1, of Teredo. */
static inline void
push_ipv6(struct made *m, unsigned n)
{
	size_t len = n == 1 ? 0 : made_slice(m).len;
	uint8_t *h = push(m, 40);

	h[0] = 0x60;
	put16(h + 4, len);
	h[6] = m->protocol;
	h[7] = 64;
	put32(h + 8, n == 2 ? 0x20010000 : 0x20010db8);
	put32(h + 24, 0x20010db8);
	h[23] = 1;
	h[39] = 2;
	fill_tcp_sum(m, h + 8, 32);
	m->type = 0x86dd;
	m->protocol = 41;
	m->ppp = 0x0057;
}

/* ext:P is an extension header of protocol number P, 16 bytes long. */
static inline void
push_ext(struct made *m, unsigned protocol)
{
	uint8_t *h = push(m, 16);

	h[0] = m->protocol;
	h[1] = protocol == 51 ? 2 : 1; /* RFC 4302 counts 4 bytes, RFC 8200 8 */
	m->protocol = (uint8_t)protocol;
}

static inline void
push_atomic(struct made *m, unsigned n)
{
	uint8_t *h = push(m, 8);

	h[0] = m->protocol;
	put32(h + 4, n);
	m->protocol = 44;
}

static inline void
push_eth(struct made *m, unsigned n)
{
	uint8_t *h = push(m, 14);

	put32(h, (size_t)n << 24 | 0x00163e01); /* eth:N begins with byte N */
	put32(h + 6, 0x00163e02);
	put16(h + 12, m->type);
	m->type = 0x6558;
	m->protocol = 97;
}

/* snap:0 is an Ethernet frame with a length, LLC and SNAP; snap:1 of another OUI that carries
 * types. */
static inline void
push_snap(struct made *m, unsigned n)
{
	const uint8_t h[8] = { 0xaa, 0xaa, 3, 0, 0, n ? 0xf8 : 0, (uint8_t)(m->type >> 8),
		(uint8_t)m->type };

	push_bytes(m, h, sizeof h);
	m->type = (uint16_t)made_slice(m).len;
}

static inline void
push_vlan(struct made *m, unsigned id)
{
	uint8_t *h = push(m, 4);

	put16(h, 0x6000 | id);
	put16(h + 2, m->type);
	m->type = 0x8100;
}

static inline void
push_qinq(struct made *m, unsigned id)
{
	push_vlan(m, id);
	m->type = 0x88a8;
}

static inline void
push_old_qinq(struct made *m, unsigned id)
{
	push_vlan(m, id);
	m->type = 0x9100;
}

static inline void
push_sll(struct made *m, unsigned n)
{
	uint8_t *h = push(m, 16);

	put16(h, n);
	put16(h + 2, 1);
	put16(h + 14, m->type);
}

static inline void
push_sll2(struct made *m, unsigned n)
{
	uint8_t *h = push(m, 20);

	put16(h, m->type);
	put32(h + 4, n);
}

/* null:F little-endian, loop:F big-endian, of address family F. */
static inline void
push_null(struct made *m, unsigned family)
{
	push(m, 4)[0] = (uint8_t)family;
}

static inline void
push_loop(struct made *m, unsigned family)
{
	push(m, 4)[3] = (uint8_t)family;
}

/* ppp:0 plain; 1 with address and control; 2 with a protocol field of one byte. */
static inline void
push_ppp(struct made *m, unsigned n)
{
	if (n == 2)
		push(m, 1)[0] = (uint8_t)m->ppp;
	else
		put16(push(m, 2), m->ppp);
	if (n == 1)
		put16(push(m, 2), 0xff03);
	m->type = 0x880b;
}

static inline void
push_pppoe(struct made *m, unsigned session)
{
	size_t len = made_slice(m).len;
	uint8_t *h = push(m, 6);

	h[0] = 0x11;
	put16(h + 2, session);
	put16(h + 4, len);
	m->type = 0x8864;
}

static inline void
push_hdlc(struct made *m, unsigned n)
{
	uint8_t *h = push(m, 4);

	h[0] = n ? 0x8f : 0x0f;
	put16(h + 2, m->type);
}

/* mpls:L is label L; only the innermost has the bottom bit, and it is known by what it carries. */
static inline void
push_mpls(struct made *m, unsigned label)
{
	size_t bottom = m->type != 0x8847;

	put32(push(m, 4), (size_t)label << 12 | bottom << 8 | 64);
	m->type = 0x8847;
	m->protocol = 137;
	m->ppp = 0x0281;
}

static inline void
push_control(struct made *m, unsigned n)
{
	put32(push(m, 4), n);
}

/* gre:0 bare; 1 with checksum, key and sequence; 2 PPTP's, with key, sequence, acknowledgement. */
static inline void
push_gre(struct made *m, unsigned n)
{
	static const uint16_t flags[] = { 0, 0xb000, 0x3081 };

	if (n)
		push(m, 12);
	uint8_t *h = push(m, 4);
	put16(h, flags[n]);
	put16(h + 2, m->type);
	m->protocol = 47;
}

static inline void
push_erspan(struct made *m, unsigned n)
{
	uint8_t *h;

	if (n == 1)
		m->type = 0x88be;
	if (n == 2)
		push(m, 8)[0] = 0x10;
	if (n == 3) {
		push(m, 8); /* platform part */
		h = push(m, 12);
		h[0] = 0x20;
		h[11] = 1;
	}
	m->type = n == 3 ? 0x22eb : 0x88be;
}

static inline void
push_etherip(struct made *m, unsigned n)
{
	put16(push(m, 2), 0x3000 | n);
	m->protocol = 97;
}

static inline void
push_vxlan(struct made *m, unsigned vni)
{
	uint8_t *h = push(m, 8);

	h[0] = 8;
	put32(h + 4, (size_t)vni << 8);
}

static inline void
push_geneve(struct made *m, unsigned words)
{
	push(m, 4 * (size_t)words);
	uint8_t *h = push(m, 8);
	h[0] = (uint8_t)words;
	put16(h + 2, m->type);
}

/* llc is SNAP as in 802.11, without Ethernet's length. */
static inline void
push_llc(struct made *m, unsigned n)
{
	push_snap(m, n);
}

/* type:T stands for any header with ethertype T; proto:P for any IP payload. */
static inline void
push_type(struct made *m, unsigned type)
{
	push(m, 8);
	m->type = (uint16_t)type;
}

static inline void
push_proto(struct made *m, unsigned protocol)
{
	push(m, 16);
	m->protocol = (uint8_t)protocol;
}

static const struct {
	const char *word;
	void (*push)(struct made *m, unsigned n);
} frame_words[] = {
	{ "tcp", push_tcp },
	{ "udp", push_udp },
	{ "ipv4", push_ipv4 },
	{ "ipv6", push_ipv6 },
	{ "ext", push_ext },
	{ "atomic", push_atomic },
	{ "eth", push_eth },
	{ "snap", push_snap },
	{ "vlan", push_vlan },
	{ "qinq", push_qinq },
	{ "q9100", push_old_qinq },
	{ "sll", push_sll },
	{ "sll2", push_sll2 },
	{ "null", push_null },
	{ "loop", push_loop },
	{ "ppp", push_ppp },
	{ "pppoe", push_pppoe },
	{ "hdlc", push_hdlc },
	{ "mpls", push_mpls },
	{ "control", push_control },
	{ "gre", push_gre },
	{ "erspan", push_erspan },
	{ "etherip", push_etherip },
	{ "vxlan", push_vxlan },
	{ "geneve", push_geneve },
	{ "pbb", push_pbb },
	{ "vntag", push_vntag },
	{ "etag", push_etag },
	{ "cmd", push_cmd },
	{ "fabricpath", push_fabricpath },
	{ "macsec", push_macsec },
	{ "nflog", push_nflog },
	{ "radiotap", push_radiotap },
	{ "ppi", push_ppi },
	{ "llc", push_llc },
	{ "llc6", push_llc6 },
	{ "wifi", push_wifi },
	{ "gpe", push_gpe },
	{ "gtp", push_gtp },
	{ "teredo", push_teredo },
	{ "l2tp", push_l2tp },
	{ "l2tp3", push_l2tp3 },
	{ "fill", push_fill },
	{ "wccp", push_wccp },
	{ "type", push_type },
	{ "proto", push_proto },
};

static inline void
made_word(struct made *m, struct slice word)
{
	struct slice name = slice_split(&word, ':');
	int64_t n = 0;

	if (word.len)
		assert_int_equal(slice_number(word, &n), 0);
	for (size_t i = 0; i < sizeof frame_words / sizeof frame_words[0]; i++) {
		if (slice_eq(name, slice_str(frame_words[i].word))) {
			frame_words[i].push(m, (unsigned)n);
			return;
		}
	}
	fail_msg("no such word: %.*s", (int)name.len, (const char *)name.ptr);
}

/* The frame of a script; words are read from the last to the first. */
static inline void
make_frame(struct made *m, const char *script)
{
	struct slice left = slice_str(script);

	*m = (struct made){ .at = MADE_MAX };
	while (left.len) {
		size_t at = left.len;
		while (at > 0 && left.ptr[at - 1] != ' ')
			at--;
		made_word(m, slice_skip(left, at));
		left = slice_take(left, at ? at - 1 : 0);
	}
}

static inline struct frame
frame_of(int linktype, struct slice data)
{
	return (struct frame){
		.time = INT64_C(1213200000000000000),
		.number = 1,
		.linktype = linktype,
		.wire_len = (uint32_t)data.len,
		.data = data,
	};
}

#endif
