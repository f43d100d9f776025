/* A decap with its counters, and frames put into it so that each ends where memory does. */
#ifndef HELOSCOPE_TESTS_DECAP_BENCH_H
#define HELOSCOPE_TESTS_DECAP_BENCH_H

#include "unit/base/edge.h"
#include "unit/decap/frames.h"

enum { ETHERNET = 1, PAYLOAD = sizeof FRAMES_PAYLOAD - 1 };

struct bench {
	struct counters counters;
	struct decap *decap;
	struct edge edge;
};

static inline void
bench_init(struct bench *b, bool verify)
{
	const struct decap_config config = { .verify_checksums = verify };

	*b = (struct bench){ .edge = edge_new() };
	assert_non_null(b->edge.pages);
	b->decap = decap_new(&config, &b->counters);
}

static inline void
bench_release(struct bench *b)
{
	decap_free(b->decap);
	edge_free(b->edge);
}

/* The frame ends where memory does. */
static inline int
run(struct bench *b, int linktype, struct slice data, struct packet *out, const char **why)
{
	struct frame frame = frame_of(linktype, edge_copy(b->edge, data));

	return decap_packet(b->decap, &frame, out, why);
}

/* The innermost addresses and the segment are the same in all rows. */
static inline void
check_segment(const struct packet *p, bool syn)
{
	char text[ADDR_TEXT_MAX];
	bool v4 = p->src.addr.family == ADDR_V4;

	assert_string_equal(addr_format(p->src.addr, text), v4 ? FRAMES_SRC_V4 : FRAMES_SRC_V6);
	assert_string_equal(addr_format(p->dst.addr, text), v4 ? FRAMES_DST_V4 : FRAMES_DST_V6);
	assert_int_equal(p->src.port, 40000);
	assert_int_equal(p->dst.port, 25);
	assert_int_equal(p->seq, 0x01020304);
	assert_int_equal(p->ack, 0x0a0b0c0d);
	assert_int_equal(p->window, 0x1000);
	assert_int_equal(p->flags, syn ? PACKET_SYN : PACKET_ACK | PACKET_PSH);
	assert_int_equal(p->window_scale, syn ? 7 : -1);
	assert_int_equal(p->missing, 0);
	assert_int_equal(p->payload.len, PAYLOAD);
	assert_memory_equal(p->payload.ptr, FRAMES_PAYLOAD, PAYLOAD);
}

#endif
