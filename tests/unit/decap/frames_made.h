/* A frame that is being made, from its end to its front: see frames.h. */
#ifndef HELOSCOPE_TESTS_FRAMES_MADE_H
#define HELOSCOPE_TESTS_FRAMES_MADE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sensor/decap/decap.h"

#define FRAMES_PAYLOAD "EHLO mail.example.org\r\n"
#define FRAMES_SRC_V4 "192.0.2.1"
#define FRAMES_DST_V4 "198.51.100.2"
#define FRAMES_SRC_V6 "2001:db8::1"
#define FRAMES_DST_V6 "2001:db8::2"

enum { MADE_MAX = 4096 };

struct made {
	uint8_t room[MADE_MAX]; /* filled from its end */
	size_t at;
	uint16_t type;	  /* how Ethernet names what is on top */
	uint8_t protocol; /* how IP does */
	uint16_t ppp;	  /* how PPP does */
	size_t tcp;	  /* where the segment is that waits for addresses to be summed with */
};

static inline struct slice
made_slice(const struct made *m)
{
	return slice_of(m->room + m->at, MADE_MAX - m->at);
}

static inline uint8_t *
push(struct made *m, size_t n)
{
	assert_true(n <= m->at);
	m->at -= n;
	return memset(m->room + m->at, 0, n);
}

static inline void
push_bytes(struct made *m, const void *bytes, size_t n)
{
	memcpy(push(m, n), bytes, n);
}

static inline void
put16(uint8_t *p, size_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static inline void
put32(uint8_t *p, size_t value)
{
	put16(p, value >> 16);
	put16(p + 2, value);
}

static inline uint16_t
sum16(const uint8_t *p, size_t n, uint32_t sum)
{
	for (size_t i = 0; i < n; i++)
		sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

#endif
