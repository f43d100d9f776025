/* Words of frames.h: tags between switches, logs of a host, wireless. */
#ifndef HELOSCOPE_TESTS_FRAMES_TAGS_H
#define HELOSCOPE_TESTS_FRAMES_TAGS_H

#include "unit/decap/frames_made.h"

/* ---- tags ---- */

static inline void
push_pbb(struct made *m, unsigned service)
{
	put32(push(m, 4), service);
	m->type = 0x88e7;
}

/* A tag of n bytes between two types. */
static inline uint8_t *
push_tag(struct made *m, size_t n, uint16_t type)
{
	uint16_t inner = m->type;
	uint8_t *h = push(m, n + 2);

	put16(h + n, inner);
	m->type = type;
	return h;
}

static inline void
push_vntag(struct made *m, unsigned n)
{
	put32(push_tag(m, 4, 0x8926), n);
}

static inline void
push_etag(struct made *m, unsigned n)
{
	put32(push_tag(m, 6, 0x893f), n);
}

/* cmd:N has N words of options. */
static inline void
push_cmd(struct made *m, unsigned words)
{
	put16(push_tag(m, 2 + 4 * (size_t)words, 0x8909), 0x0100 | words);
}

static inline void
push_fabricpath(struct made *m, unsigned tree)
{
	put16(push(m, 2), (size_t)tree << 6 | 32);
	m->type = 0x8903;
}

/* macsec:0 plain; 1 with a channel; 2 encrypted. */
static inline void
push_macsec(struct made *m, unsigned n)
{
	static const uint8_t flags[] = { 0, 0x20, 0x0c };

	push_tag(m, n == 1 ? 14 : 6, 0x88e5)[0] = flags[n];
}

/* ---- what hosts and wireless cards log ---- */

static inline void
put_host16(uint8_t *p, uint16_t value, bool swapped)
{
	value = swapped ? __builtin_bswap16(value) : value;
	memcpy(p, &value, sizeof value);
}

/* nflog:F of family F in our order of bytes, F + 100 in the other. */
static inline void
push_nflog(struct made *m, unsigned family)
{
	size_t len = made_slice(m).len;
	bool swapped = family >= 100;
	uint8_t *h = push(m, 4 + 8 + 12 + 4);

	h[0] = (uint8_t)(family % 100);
	put_host16(h + 4, 8, swapped);
	put_host16(h + 6, 1, swapped); /* type of the hardware's header */
	put16(h + 8, m->type);
	put_host16(h + 12, 9, swapped); /* a prefix of 5 bytes, padded to 8 */
	put_host16(h + 14, 10, swapped);
	put_host16(h + 24, (uint16_t)(len + 4), swapped);
	put_host16(h + 26, 9, swapped);
}

static inline void
put_little(uint8_t *p, uint32_t value, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

/* radiotap:0 bare; 1 with time and flags; 2 the same behind three words of bits; 3 received
 * wrongly; 4 padded; 5 with a checksum; 6 with one, behind two words. */
static inline void
push_radiotap(struct made *m, unsigned n)
{
	static const uint8_t flags[] = { 0, 0, 0, 0x40, 0x20, 0x10, 0x10 };
	size_t words = n == 2 ? 3 : n == 6 ? 2 : 1;
	size_t fields = (4 + 4 * words + 7) / 8 * 8;
	size_t len = n ? fields + 9 : 8;
	uint8_t *h = push(m, len);

	put_little(h + 2, (uint32_t)len, 2);
	for (size_t i = 0; i < words; i++)
		put_little(h + 4 + 4 * i, (n && !i ? 3 : 0) | (i + 1 < words ? 1u << 31 : 0), 4);
	if (n)
		h[fields + 8] = flags[n];
}

/* ppi:L of link type L; L + 1000 with a bad checksum, L + 2000 with a good one. */
static inline void
push_ppi(struct made *m, unsigned linktype)
{
	uint8_t *h = push(m, 8 + 24);

	put_little(h + 2, 32, 2);
	put_little(h + 4, linktype % 1000, 4);
	put_little(h + 8, 2, 2);
	put_little(h + 10, 20, 2);
	put_little(h + 20, linktype / 1000 == 1 ? 5 : linktype / 1000 ? 1 : 0, 2);
}

/* llc6 is IP without SNAP: RFC 948. */
static inline void
push_llc6(struct made *m, unsigned n)
{
	push_bytes(m, (const uint8_t[]){ 6, 6, (uint8_t)(n ? n : 3) }, 3);
	m->type = (uint16_t)made_slice(m).len;
}

enum { W_QOS = 1, W_FOUR = 2, W_ORDER = 4, W_AGGREGATE = 8, W_PROTECTED = 16, W_FRAGMENT = 32 };
enum { W_PADDED = 64, W_EMPTY = 128, W_CONTROL = 256, W_MORE = 512 };

static inline void
push_aggregate(struct made *m, bool more)
{
	size_t len = made_slice(m).len;
	uint8_t *h = push(m, 14);

	put16(h + 12, len);
	if (!more)
		return;
	/* Another one behind it: the bytes move to the front. */
	push(m, 40);
	memmove(m->room + m->at, m->room + m->at + 40, len + 14);
	memset(m->room + m->at + len + 14, 0xaa, 40);
	m->tcp = 0;
}

/* wifi:BITS, of those above. */
static inline void
push_wifi(struct made *m, unsigned bits)
{
	if (bits & (W_AGGREGATE | W_MORE))
		push_aggregate(m, bits & W_MORE);
	size_t quality = bits & W_FOUR ? 30 : 24;
	size_t len = quality + (bits & W_QOS ? 2 : 0) + (bits & W_ORDER ? 4 : 0);
	uint8_t *h = push(m, bits & W_PADDED ? (len + 3) / 4 * 4 : len);

	h[0] = (uint8_t)(8 | (bits & W_QOS ? 0x80 : 0) | (bits & W_EMPTY ? 0x40 : 0));
	if (bits & W_CONTROL)
		h[0] = 0xb4;
	h[1] = (uint8_t)(1 | (bits & W_FOUR ? 2 : 0) | (bits & W_ORDER ? 0x80 : 0) |
			 (bits & W_PROTECTED ? 0x40 : 0));
	h[22] = bits & W_FRAGMENT ? 1 : 0x50;
	if (bits & (W_AGGREGATE | W_MORE))
		h[quality] = 0x80;
}

#endif
