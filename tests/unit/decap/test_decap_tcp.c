/* The TCP header: options and checksums. */
#include "unit/decap/bench.h"

#include "sensor/decap/layer.h"

/* RFC 7323 2.2, 2.3: counts in a SYN only, at most 14; options that make no sense end the list. */
static void
test_window_scale(void **state)
{
	(void)state;
	static const struct {
		uint8_t options[8];
		uint8_t flags;
		int8_t want;
	} rows[] = {
		{ { 3, 3, 7, 0 }, PACKET_SYN, 7 },
		{ { 3, 3, 7, 0 }, PACKET_SYN | PACKET_ACK, 7 },
		{ { 3, 3, 7, 0 }, PACKET_ACK, -1 },
		{ { 1, 1, 3, 3, 0 }, PACKET_SYN, 0 },
		{ { 1, 1, 1, 1, 1, 3, 3, 200 }, PACKET_SYN, 14 },
		{ { 2, 4, 5, 0xb4, 1, 3, 3, 9 }, PACKET_SYN, 9 },
		{ { 3, 3, 15, 0 }, PACKET_SYN, 14 },
		{ { 0, 3, 3, 7 }, PACKET_SYN, -1 },
		{ { 2, 0, 3, 3, 7 }, PACKET_SYN, -1 },
		{ { 2, 99, 3, 3, 7 }, PACKET_SYN, -1 },
		{ { 1, 1, 1, 1, 1, 1, 3, 3 }, PACKET_SYN, -1 },
		{ { 1, 1, 1, 1, 1, 1, 1, 3 }, PACKET_SYN, -1 },
		{ { 3, 2, 3, 4, 9, 0, 0, 0 }, PACKET_SYN, -1 },
	};
	struct bench b;
	struct packet p;
	struct made m;

	bench_init(&b, false);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		make_frame(&m, "eth ipv4 tcp:1");
		uint8_t *tcp = m.room + m.at + 34;
		tcp[13] = rows[i].flags;
		memcpy(tcp + 20, rows[i].options, sizeof rows[i].options);
		assert_int_equal(run(&b, ETHERNET, made_slice(&m), &p, NULL), 1);
		assert_int_equal(p.window_scale, rows[i].want);
		assert_int_equal(p.payload.len, PAYLOAD);
	}
	bench_release(&b);
}

static void
test_checksums(void **state)
{
	(void)state;
	static const char *const scripts[] = { "eth ipv4 tcp", "eth ipv6 tcp", "eth ipv4 tcp:1",
		"eth ipv4 ipv6 tcp", "eth ipv6 ext:0 tcp", "eth ipv4 udp:4789 vxlan:5 eth ipv4 tcp",
		"eth ipv4 gre ipv4 tcp" };
	struct bench lax, strict;
	struct packet p;
	const char *why;
	struct made m;

	bench_init(&lax, false);
	bench_init(&strict, true);
	for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
		make_frame(&m, scripts[i]);
		assert_int_equal(run(&strict, ETHERNET, made_slice(&m), &p, &why), 1);
		/* A frame that was cut cannot be verified, and passes. */
		struct frame frame = frame_of(ETHERNET, made_slice(&m));
		frame.data.len--;
		assert_int_equal(decap_packet(strict.decap, &frame, &p, NULL), 1);
		m.room[MADE_MAX - 1] ^= 1;
		assert_int_equal(run(&lax, ETHERNET, made_slice(&m), &p, &why), 1);
		assert_int_equal(lax.counters.value[COUNTER_checksum_bad], i + 1);
		assert_int_equal(run(&strict, ETHERNET, made_slice(&m), &p, &why), 0);
		assert_string_equal(why, "TCP checksum");
		assert_int_equal(strict.counters.value[COUNTER_checksum_bad], i + 1);
	}
	make_frame(&m, "eth ipv4 tcp");
	m.room[m.at + 22] ^= 1; /* time to live */
	assert_int_equal(run(&strict, ETHERNET, made_slice(&m), &p, &why), 0);
	assert_string_equal(why, "IPv4 checksum");
	/* Both wrong: counted once. */
	m.room[MADE_MAX - 1] ^= 1;
	int64_t before = lax.counters.value[COUNTER_checksum_bad];
	assert_int_equal(run(&lax, ETHERNET, made_slice(&m), &p, &why), 1);
	assert_int_equal(lax.counters.value[COUNTER_checksum_bad], before + 1);
	/* Behind a routing header the final destination counts, which is not here. */
	make_frame(&m, "eth ipv6 ext:43 tcp");
	assert_int_equal(run(&strict, ETHERNET, made_slice(&m), &p, &why), 1);
	bench_release(&lax);
	bench_release(&strict);
}

/* The sum against the plain one of RFC 1071, for every length and beginning. */
static void
test_sum(void **state)
{
	(void)state;
	uint8_t bytes[300];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 151 + 200);
	for (size_t from = 0; from < 8; from++) {
		for (size_t len = 2; from + len < sizeof bytes; len++) {
			uint8_t *at = bytes + from;
			uint8_t kept[2] = { at[0], at[1] };

			put16(at, 0);
			put16(at, sum16(at, len, 0));
			assert_true(checksum_right(checksum_add(0, slice_of(at, len))));
			at[len - 1] ^= 4;
			assert_false(checksum_right(checksum_add(0, slice_of(at, len))));
			at[len - 1] ^= 4;
			memcpy(at, kept, 2);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sum),
		cmocka_unit_test(test_window_scale),
		cmocka_unit_test(test_checksums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
