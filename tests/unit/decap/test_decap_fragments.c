/* IP fragments: a row is a list of pieces of one datagram, in the order in which they come. */
#include <assert.h>

#include "unit/decap/frames.h"

#include "sensor/base/ptime.h"
#include "sensor/limits.h"
#include "unit/base/edge.h"

enum {
	RAW = 12,
	WHOLE = 43
}; /* bytes of the TCP segment that is cut up: 20 of header, 23 of payload */

static_assert(WHOLE == 20 + sizeof FRAMES_PAYLOAD - 1, "the segment");

struct piece {
	size_t offset, len;
	bool more;
	bool evil; /* other bytes than the segment's */
};

struct row {
	const char *name;
	struct piece pieces[8];
	int complete_v4, complete_v6; /* the piece that completes the datagram, from 0; -1 = none */
	int dropped_v4, dropped_v6;   /* fragments, at the end */
};

#define M true
#define L false

static const struct row rows[] = {
	{ "in order", { { 0, 24, M, 0 }, { 24, 19, L, 0 } }, 1, 1, 0, 0 },
	{ "reversed", { { 24, 19, L, 0 }, { 0, 24, M, 0 } }, 1, 1, 0, 0 },
	{ "smallest",
		{ { 0, 8, M, 0 }, { 8, 8, M, 0 }, { 16, 8, M, 0 }, { 24, 8, M, 0 }, { 32, 8, M, 0 },
			{ 40, 3, L, 0 } },
		5, 5, 0, 0 },
	{ "shuffled",
		{ { 32, 8, M, 0 }, { 8, 8, M, 0 }, { 40, 3, L, 0 }, { 0, 8, M, 0 }, { 24, 8, M, 0 },
			{ 16, 8, M, 0 } },
		5, 5, 0, 0 },
	{ "exact double", { { 0, 24, M, 0 }, { 0, 24, M, 0 }, { 24, 19, L, 0 } }, 2, 2, 0, 0 },
	{ "double of the last", { { 24, 19, L, 0 }, { 24, 19, L, 0 }, { 0, 24, M, 0 } }, 2, 2, 0,
		0 },
	{ "last missing", { { 0, 24, M, 0 }, { 24, 16, M, 0 } }, -1, -1, 2, 2 },
	{ "first missing", { { 24, 19, L, 0 }, { 8, 16, M, 0 } }, -1, -1, 2, 2 },
	{ "middle missing", { { 0, 8, M, 0 }, { 24, 19, L, 0 } }, -1, -1, 2, 2 },
	/* As Linux: what lies wholly in others is dropped, what lies partly in others with other
	 * bytes takes the datagram with it. */
	{ "evil after good", { { 0, 24, M, 0 }, { 8, 16, M, 1 }, { 24, 19, L, 0 } }, 2, 2, 1, 1 },
	{ "evil double", { { 0, 24, M, 0 }, { 0, 24, M, 1 }, { 24, 19, L, 0 } }, 2, 2, 1, 1 },
	{ "evil double of the last", { { 24, 19, L, 0 }, { 24, 19, L, 1 }, { 0, 24, M, 0 } }, 2, 2,
		1, 1 },
	{ "evil across the end", { { 24, 19, L, 0 }, { 8, 24, M, 1 }, { 0, 24, M, 0 } }, -1, -1, 3,
		3 },
	{ "evil across the front", { { 0, 16, M, 1 }, { 0, 24, M, 0 }, { 24, 19, L, 0 } }, -1, -1,
		3, 3 },
	/* A mirror that sees both sides of a router that cuts again: all bytes are equal. */
	{ "cut again",
		{ { 0, 24, M, 0 }, { 0, 16, M, 0 }, { 16, 8, M, 0 }, { 24, 8, M, 0 },
			{ 24, 19, L, 0 } },
		4, 4, 0, 0 },
	{ "cut in other places",
		{ { 0, 16, M, 0 }, { 8, 24, M, 0 }, { 0, 24, M, 0 }, { 24, 19, L, 0 } }, 3, 3, 0,
		0 },
	{ "across the end", { { 24, 19, L, 0 }, { 8, 24, M, 0 }, { 0, 8, M, 0 } }, 2, 2, 0, 0 },
	/* Doubles that come after the datagram was complete. */
	{ "each twice", { { 0, 24, M, 0 }, { 0, 24, M, 0 }, { 24, 19, L, 0 }, { 24, 19, L, 0 } }, 2,
		2, 0, 0 },
	{ "late double of the first", { { 24, 19, L, 0 }, { 0, 24, M, 0 }, { 0, 24, M, 0 } }, 1, 1,
		0, 0 },
	/* Ends that contradict each other. */
	{ "beyond the end", { { 24, 19, L, 0 }, { 40, 8, M, 1 }, { 0, 24, M, 0 } }, -1, -1, 3, 3 },
	{ "second end", { { 24, 19, L, 0 }, { 24, 8, L, 1 }, { 0, 24, M, 0 } }, -1, -1, 3, 3 },
	{ "end before others",
		{ { 0, 24, M, 0 }, { 24, 16, M, 0 }, { 24, 8, L, 1 }, { 40, 3, L, 0 } }, -1, -1, 4,
		4 },
	/* IPv4 drops the odd bytes, IPv6 the fragment. */
	{ "odd length", { { 0, 20, M, 0 }, { 0, 24, M, 0 }, { 24, 19, L, 0 } }, 2, 2, 0, 1 },
	{ "odd and evil", { { 0, 20, M, 1 }, { 0, 24, M, 0 }, { 24, 19, L, 0 } }, -1, 2, 3, 1 },
	{ "odd and empty", { { 0, 24, M, 0 }, { 40, 3, M, 1 }, { 24, 19, L, 0 } }, 2, 2, 1, 1 },
	/* Refused by themselves; the others are not harmed. */
	{ "empty", { { 0, 24, M, 0 }, { 48, 0, L, 1 }, { 24, 19, L, 0 } }, 2, 2, 1, 1 },
	{ "beyond 65535", { { 65528, 8, L, 1 }, { 0, 24, M, 0 }, { 24, 19, L, 0 } }, 2, 2, 1, 1 },
};

struct bench {
	struct counters counters;
	struct decap *decap;
	struct edge edge;
	int64_t time;
};

static void
bench_init(struct bench *b)
{
	const struct decap_config config = { .verify_checksums = false };

	*b = (struct bench){ .edge = edge_new(), .time = INT64_C(1213200000) * PTIME_SECOND };
	assert_non_null(b->edge.pages);
	b->decap = decap_new(&config, &b->counters);
}

static void
bench_release(struct bench *b)
{
	decap_free(b->decap);
	edge_free(b->edge);
}

static int64_t
dropped(const struct bench *b)
{
	return b->counters.value[COUNTER_fragments_dropped];
}

/* A fragment of the segment, as a raw IP packet. */
static void
make_fragment(struct made *m, bool v6, uint32_t id, const struct piece *piece)
{
	struct made whole;
	uint8_t *h;

	make_frame(&whole, v6 ? "ipv6 tcp" : "ipv4 tcp");
	struct slice segment = slice_skip(made_slice(&whole), v6 ? 40 : 20);
	*m = (struct made){ .at = MADE_MAX, .protocol = 6 };
	uint8_t *data = push(m, piece->len);
	if (piece->offset < WHOLE && !piece->evil)
		memcpy(data, segment.ptr + piece->offset, piece->len);
	else
		memset(data, 0xee, piece->len);
	if (v6) {
		push_atomic(m, id);
		h = m->room + m->at;
		put16(h + 2, piece->offset | piece->more);
		push_ipv6(m, 0);
		return;
	}
	push_ipv4(m, 0);
	h = m->room + m->at;
	put16(h + 4, id);
	put16(h + 6, piece->offset / 8 | (piece->more ? 0x2000u : 0));
	put16(h + 10, 0);
	put16(h + 10, sum16(h, 20, 0));
}

static int
run(struct bench *b, struct slice data, struct packet *out, const char **why)
{
	struct frame frame = frame_of(RAW, edge_copy(b->edge, data));

	frame.time = b->time;
	return decap_packet(b->decap, &frame, out, why);
}

static int
run_piece(struct bench *b, bool v6, uint32_t id, const struct piece *piece)
{
	struct made m;
	struct packet p;
	const char *why;

	make_fragment(&m, v6, id, piece);
	int status = run(b, made_slice(&m), &p, &why);
	if (status == 1) {
		assert_int_equal(p.seq, 0x01020304);
		assert_int_equal(p.dst.port, 25);
		assert_int_equal(p.missing, 0);
		assert_int_equal(p.payload.len, WHOLE - 20);
		assert_memory_equal(p.payload.ptr, FRAMES_PAYLOAD, WHOLE - 20);
	} else {
		assert_non_null(strstr(why, "fragment"));
	}
	return status;
}

static void
run_row(const struct row *row, bool v6)
{
	struct bench b;
	int complete = v6 ? row->complete_v6 : row->complete_v4;
	int pieces = 0;

	bench_init(&b);
	for (int i = 0; i < 8 && (row->pieces[i].len || row->pieces[i].offset); i++, pieces++)
		if (run_piece(&b, v6, 77, &row->pieces[i]) != (i == complete))
			fail_msg("%s, IPv%d: piece %d", row->name, v6 ? 6 : 4, i);
	assert_int_equal(b.counters.value[COUNTER_fragments], pieces);
	assert_int_equal(b.counters.value[COUNTER_decap_malformed], 0);
	decap_free(b.decap);
	b.decap = NULL;
	if (dropped(&b) != (v6 ? row->dropped_v6 : row->dropped_v4))
		fail_msg("%s, IPv%d: %d dropped", row->name, v6 ? 6 : 4, (int)dropped(&b));
	bench_release(&b);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		run_row(&rows[i], false);
		run_row(&rows[i], true);
	}
}

static const struct piece first = { 0, 24, true, false }, last = { 24, 19, false, false };

/* Datagrams differ by their identification, addresses and, in IPv4, protocol. */
static void
test_apart(void **state)
{
	(void)state;
	struct bench b;
	struct made m;
	struct packet p;

	bench_init(&b);
	for (int v6 = 0; v6 < 2; v6++) {
		assert_int_equal(run_piece(&b, v6, 1, &first), 0);
		assert_int_equal(run_piece(&b, v6, 2, &last), 0);
		make_fragment(&m, v6, 1, &last);
		m.room[m.at + (v6 ? 39 : 19)] ^= 1; /* destination */
		assert_int_equal(run(&b, made_slice(&m), &p, NULL), 0);
		make_fragment(&m, v6, 1, &last);
		m.room[m.at + (v6 ? 40 : 9)] = 17;
		/* In IPv6 the first fragment alone says what the datagram carries. */
		assert_int_equal(run(&b, made_slice(&m), &p, NULL), v6);
		assert_int_equal(run_piece(&b, v6, 1, &last), v6 ? 0 : 1);
		make_fragment(&m, v6, 3, &last);
		m.room[m.at + (v6 ? 40 : 9)] = 17;
		assert_int_equal(run(&b, made_slice(&m), &p, NULL), 0);
		assert_int_equal(run_piece(&b, v6, 3, &first), v6);
		assert_int_equal(run_piece(&b, v6, 2, &first), 1);
	}
	bench_release(&b);
}

static void
test_expiry(void **state)
{
	(void)state;
	struct bench b;

	bench_init(&b);
	assert_int_equal(run_piece(&b, false, 1, &first), 0);
	b.time += 30 * PTIME_SECOND;
	assert_int_equal(run_piece(&b, false, 1, &last), 1);
	assert_int_equal(run_piece(&b, true, 1, &first), 0);
	b.time += 30 * PTIME_SECOND + 1;
	assert_int_equal(run_piece(&b, true, 1, &last), 0);
	assert_int_equal(dropped(&b), 1);
	/* A little back is disorder, and more is another file. */
	b.time -= PTIME_SECOND;
	assert_int_equal(run_piece(&b, true, 1, &first), 1);
	assert_int_equal(run_piece(&b, true, 2, &first), 0);
	b.time -= PTIME_HOUR;
	assert_int_equal(run_piece(&b, true, 2, &last), 0);
	assert_int_equal(dropped(&b), 2);
	bench_release(&b);
}

/* The oldest goes first. */
static void
test_many_datagrams(void **state)
{
	(void)state;
	struct bench b;

	bench_init(&b);
	for (uint32_t id = 0; id <= LIMIT_FRAGMENT_SETS; id++)
		assert_int_equal(run_piece(&b, false, id, &first), 0);
	assert_int_equal(dropped(&b), 1);
	assert_int_equal(run_piece(&b, false, LIMIT_FRAGMENT_SETS, &last), 1);
	assert_int_equal(run_piece(&b, false, 1, &last), 1);
	assert_int_equal(run_piece(&b, false, 0, &last), 0);
	bench_release(&b);
}

/* Each claims 64 KiB by its offset. */
static void
test_many_bytes(void **state)
{
	(void)state;
	static const struct piece far = { 65520, 8, true, true };
	const uint32_t fit = LIMIT_FRAGMENT_BYTES / 65536;
	struct bench b;

	bench_init(&b);
	for (uint32_t id = 0; id < fit; id++)
		assert_int_equal(run_piece(&b, true, id, &far), 0);
	assert_int_equal(dropped(&b), 0);
	for (uint32_t id = fit; id < 3 * fit; id++)
		assert_int_equal(run_piece(&b, true, id, &far), 0);
	assert_int_equal(dropped(&b), 2 * fit);
	bench_release(&b);
}

/* Fragments that the snaplen has cut, in either order: the front up to the first hole is used, and
 * the rest is missing. */
static void
test_cut(void **state)
{
	(void)state;
	struct bench b;

	for (uint32_t id = 0; id < 4 * 30; id++) {
		bool v6 = id & 1, backwards = id & 2, cut_last = id % 30 < 19;
		size_t cut = cut_last ? id % 30 : id % 30 - 19; /* bytes that are missing */
		struct packet p;

		bench_init(&b);
		for (int i = 0; i < 2; i++) {
			bool is_last = i ^ backwards;
			struct made m;

			make_fragment(&m, v6, id, is_last ? &last : &first);
			struct frame frame = frame_of(RAW, made_slice(&m));
			if (is_last == cut_last)
				frame.data.len -= cut;
			frame.data = edge_copy(b.edge, frame.data);
			int status = decap_packet(b.decap, &frame, &p, NULL);
			/* Without the whole TCP header there is nothing to follow. */
			assert_int_equal(status, i && (cut_last || cut <= 4));
		}
		if (cut_last || cut <= 4) {
			size_t there = cut_last ? WHOLE - 20 - cut : cut ? 4 - cut : WHOLE - 20;
			assert_int_equal(p.payload.len, there);
			assert_int_equal(p.payload.len + p.missing, WHOLE - 20);
			assert_memory_equal(p.payload.ptr, FRAMES_PAYLOAD, there);
		}
		assert_int_equal(dropped(&b), 0);
		bench_release(&b);
	}
}

/* A mirror that delivers everything twice: the whole datagram once or twice, whatever the order. */
static void
test_twice(void **state)
{
	(void)state;
	static const struct piece *const orders[][4] = { { &first, &first, &last, &last },
		{ &first, &last, &first, &last }, { &last, &last, &first, &first },
		{ &first, &last, &last, &first } };
	struct bench b;

	bench_init(&b);
	for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
		for (int v6 = 0; v6 < 2; v6++) {
			int whole = 0;
			for (size_t k = 0; k < 4; k++)
				whole += run_piece(&b, v6, (uint32_t)i, orders[i][k]);
			assert_in_range(whole, 1, 2);
		}
	}
	decap_finish(b.decap);
	assert_int_equal(dropped(&b), 0);
	/* After a second, the same identification is another datagram. */
	assert_int_equal(run_piece(&b, false, 0, &first), 0);
	b.time += 2 * PTIME_SECOND;
	assert_int_equal(run_piece(&b, false, 0, &last), 1);
	b.time += 2 * PTIME_SECOND;
	assert_int_equal(run_piece(&b, false, 0, &last), 0);
	decap_finish(b.decap);
	assert_int_equal(dropped(&b), 1);
	decap_finish(b.decap);
	assert_int_equal(dropped(&b), 1);
	bench_release(&b);
}

/* RFC 4963: the identification came again before the rest of the first datagram did, and two are
 * mixed up.  The receiver sees by the checksum, and so do we, even where wrong ones are accepted.
 */
static void
test_mixed_up(void **state)
{
	(void)state;
	static const struct piece evil = { 24, 19, false, true };
	struct bench b;

	for (int v6 = 0; v6 < 2; v6++) {
		struct made m;
		struct packet p;
		const char *why;

		bench_init(&b);
		assert_int_equal(run_piece(&b, v6, 5, &first), 0);
		make_fragment(&m, v6, 5, &evil);
		assert_int_equal(run(&b, made_slice(&m), &p, &why), 0);
		assert_string_equal(why, "TCP checksum");
		assert_int_equal(b.counters.value[COUNTER_checksum_bad], 1);
		bench_release(&b);
	}
}

/* What a whole tunnel packet carries is no fragment any more: a wrong checksum in it is accepted.
 */
static void
test_inner_sum(void **state)
{
	(void)state;
	struct bench b;
	struct made inner;

	bench_init(&b);
	make_frame(&inner, "ipv4 tcp");
	inner.room[MADE_MAX - 1] ^= 1;
	struct slice whole = made_slice(&inner);
	for (size_t at = 0; at < whole.len; at += 32) {
		struct slice part = slice_take(slice_skip(whole, at), 32);
		bool more = at + part.len < whole.len;
		struct made m = { .at = MADE_MAX };
		struct packet p;

		push_bytes(&m, part.ptr, part.len);
		m.protocol = 4;
		push_atomic(&m, 3);
		put16(m.room + m.at + 2, at | more);
		push_ipv6(&m, 0);
		assert_int_equal(run(&b, made_slice(&m), &p, NULL), !more);
	}
	assert_int_equal(b.counters.value[COUNTER_checksum_bad], 1);
	bench_release(&b);
}

/* But a host leaves the checksum to its card, and a tool cuts such a capture into fragments. */
static void
test_left_to_card(void **state)
{
	(void)state;
	struct bench b;

	bench_init(&b);
	for (int v6 = 0; v6 < 2; v6++) {
		struct packet p;
		struct made m;
		uint32_t sum = 6 + WHOLE;

		make_frame(&m, v6 ? "ipv6 tcp" : "ipv4 tcp");
		const uint8_t *addresses = m.room + m.at + (v6 ? 8 : 12);
		for (int i = 0; i < (v6 ? 32 : 8); i += 2)
			sum += (uint32_t)addresses[i] << 8 | addresses[i + 1];
		sum = (sum & 0xffff) + (sum >> 16);
		make_fragment(&m, v6, 9, &first);
		put16(m.room + m.at + (v6 ? 48 : 20) + 16, sum);
		assert_int_equal(run(&b, made_slice(&m), &p, NULL), 0);
		make_fragment(&m, v6, 9, &last);
		assert_int_equal(run(&b, made_slice(&m), &p, NULL), 1);
		assert_int_equal(b.counters.value[COUNTER_checksum_bad], v6 + 1);
	}
	bench_release(&b);
}

/* Two fragmented layers in one another: IPv6 fragments that carry IPv4 fragments. */
static void
test_nested(void **state)
{
	(void)state;
	struct bench b;
	struct packet p;

	bench_init(&b);
	for (int i = 0; i < 2; i++) {
		struct made inner;

		make_fragment(&inner, false, 9, i ? &last : &first);
		struct slice packet = made_slice(&inner);
		for (size_t at = 0; at < packet.len; at += 16) {
			struct made m = { .at = MADE_MAX };
			struct slice part = slice_take(slice_skip(packet, at), 16);
			bool more = at + part.len < packet.len;

			push_bytes(&m, part.ptr, part.len);
			m.protocol = 4;
			push_atomic(&m, 100 + (unsigned)i);
			put16(m.room + m.at + 2, at | more);
			push_ipv6(&m, 0);
			assert_int_equal(run(&b, made_slice(&m), &p, NULL), i && !more);
		}
	}
	assert_int_equal(p.payload.len, WHOLE - 20);
	assert_memory_equal(p.payload.ptr, FRAMES_PAYLOAD, WHOLE - 20);
	assert_int_equal(p.src.addr.family, ADDR_V4);
	assert_int_equal(dropped(&b), 0);
	bench_release(&b);
}

/* Fragments of any kind in any order, by a generator with a fixed seed: bounded, and all are
 * counted. */
static void
test_any(void **state)
{
	(void)state;
	struct bench b;
	uint32_t seed = 2008;
	int64_t made = 0;

	bench_init(&b);
	for (int i = 0; i < 200000; i++) {
		uint32_t r[4];

		for (int k = 0; k < 4; k++)
			r[k] = (seed = seed * 1664525 + 1013904223) >> 8;
		const struct piece piece = {
			.offset = 8 * (r[0] % (r[1] % 50 ? 8 : 8192)),
			.len = r[1] % 4 ? 8 * (1 + r[2] % 5) : r[2] % 60,
			.more = r[3] % 4 != 0,
			.evil = true,
		};
		struct made m;
		struct packet p;

		make_fragment(&m, r[3] & 64, r[3] >> 8 & 0xff, &piece);
		run(&b, made_slice(&m), &p, NULL);
		made += piece.offset || piece.more;
		b.time += r[0] % 16 * PTIME_MS;
	}
	assert_true(dropped(&b) > 0 && dropped(&b) < made);
	assert_int_equal(b.counters.value[COUNTER_fragments], made);
	bench_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_apart),
		cmocka_unit_test(test_expiry),
		cmocka_unit_test(test_many_datagrams),
		cmocka_unit_test(test_many_bytes),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_mixed_up),
		cmocka_unit_test(test_inner_sum),
		cmocka_unit_test(test_left_to_card),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
