/* Words of frames.h: tunnels in UDP, L2TP, WCCP. */
#ifndef HELOSCOPE_TESTS_FRAMES_TUNNELS_H
#define HELOSCOPE_TESTS_FRAMES_TUNNELS_H

#include "unit/decap/frames_made.h"

/* ---- tunnels in UDP ---- */

/* gpe:P of next protocol P; 0 = without the flag. */
static inline void
push_gpe(struct made *m, unsigned protocol)
{
	uint8_t *h = push(m, 8);

	h[0] = protocol ? 0x0c : 8;
	h[3] = (uint8_t)protocol;
}

/* gtp:0 bare; 1 with a sequence; 2 with two extensions; 3 a message that is no packet. */
static inline void
push_gtp(struct made *m, unsigned n)
{
	uint8_t *h;

	if (n == 2) {
		h = push(m, 12);
		h[0] = 2; /* words; the type of the next one at the end */
		h[7] = 0x85;
		h[8] = 1;
	}
	if (n == 1 || n == 2)
		push(m, 4)[3] = n == 2 ? 0xc0 : 0;
	size_t len = made_slice(m).len;
	h = push(m, 8);
	h[0] = (uint8_t)(0x30 | (n == 1 ? 2 : n == 2 ? 4 : 0));
	h[1] = n == 3 ? 26 : 255;
	put16(h + 2, len);
	put32(h + 4, 77);
}

/* teredo:0 bare; 1 an origin; 2 an authentication too.  The addresses become those of Teredo. */
static inline void
push_teredo(struct made *m, unsigned n)
{
	if (n >= 1)
		push(m, 8);
	if (n == 2) {
		uint8_t *h = push(m, 13 + 3 + 5);
		h[1] = 1;
		h[2] = 3;
		h[3] = 5;
	}
}

/* l2tp:0 bare; 1 with length, sequence and offset; 2 control; 3 version 3; 4 its control. */
static inline void
push_l2tp(struct made *m, unsigned n)
{
	static const uint16_t flags[] = { 0x0002, 0x4a02, 0xc802, 0x0003, 0xc803 };
	size_t len = made_slice(m).len;

	if (n == 1)
		push(m, 4 + 2 + 3)[5] = 3; /* sequence, offset of 3 bytes */
	size_t header = n == 0 ? 6 : n == 2 || n == 4 ? 12 : 8;
	uint8_t *h = push(m, header);
	put16(h, flags[n]);
	if (n == 1)
		put16(h + 2, len + 17);
	if (n == 2 || n == 4)
		put16(h + 2, len + 12);
	if (n == 3)
		put32(h + 4, 99);
	if (n == 0)
		put32(h + 2, 0x00070009);
}

/* l2tp3:S is session S in IP. */
static inline void
push_l2tp3(struct made *m, unsigned session)
{
	put32(push(m, 4), session);
	m->protocol = 115;
}

/* fill:N is N bytes of 0x55: cookies. */
static inline void
push_fill(struct made *m, unsigned n)
{
	memset(push(m, n), 0x55, n);
}

/* wccp:0 is version 1, 1 version 2. */
static inline void
push_wccp(struct made *m, unsigned n)
{
	if (n)
		push(m, 4);
	m->type = 0x883e;
}

#endif
