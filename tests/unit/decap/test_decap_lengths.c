/* Lengths that are not what they seem: padding, checksums at the end, frames that were shortened
 * before they came, super-packets beyond 64 kB; and ports that the configuration names. */
#include "unit/decap/bench.h"

#include "sensor/limits.h"

/* What no length counts is no payload. */
static void
test_padding(void **state)
{
	(void)state;
	static const struct {
		const char *script;
		int linktype;
		size_t padding;
	} rows[] = {
		{ "eth ipv4 tcp", 1, 18 },
		{ "eth ipv6 tcp", 1, 18 },
		{ "eth vlan:3 pppoe:1 ppp ipv4 tcp", 1, 18 },
		{ "eth snap ipv4 tcp", 1, 18 },
		{ "eth snap ipv4:2 tcp", 1, 18 },
		{ "eth pppoe:1 ppp ipv6:1 tcp", 1, 18 },
		/* The integrity check of MACsec. */
		{ "eth macsec ipv4 tcp", 1, 16 },
		/* Checksums of 802.11, where IP does not say how long it is. */
		{ "radiotap:5 wifi llc ipv4:2 tcp", 127, 4 },
		{ "radiotap:6 wifi llc ipv4:2 tcp", 127, 4 },
		{ "ppi:2105 wifi llc ipv6:1 tcp", 192, 4 },
		{ "radiotap:5 wifi:9 llc ipv4 tcp", 127, 4 },
		{ "eth ipv4 udp:1701 l2tp:1 ppp ipv4:2 tcp", 1, 18 },
	};
	struct bench b;
	struct packet p;
	struct made m;

	bench_init(&b, false);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t padded[256];

		make_frame(&m, rows[i].script);
		struct slice frame = made_slice(&m);
		memset(padded, 0xee, sizeof padded);
		memcpy(padded, frame.ptr, frame.len);
		frame = slice_of(padded, frame.len + rows[i].padding);
		assert_int_equal(run(&b, rows[i].linktype, frame, &p, NULL), 1);
		check_segment(&p, false);
		assert_int_equal(b.counters.value[COUNTER_decap_unknown], 0);
	}
	bench_release(&b);
}

/* The first frame of an aggregate is followed, the second counted. */
static void
test_aggregate(void **state)
{
	(void)state;
	struct bench b;
	struct packet p;
	struct made m;

	bench_init(&b, false);
	make_frame(&m, "wifi:521 llc ipv4:2 tcp");
	assert_int_equal(run(&b, 105, made_slice(&m), &p, NULL), 1);
	check_segment(&p, false);
	assert_int_equal(b.counters.value[COUNTER_decap_unknown], 1);
	bench_release(&b);
}

/* Netfilter's range and the T bit of ERSPAN: cut, and only IP says how much there was. */
static void
test_shortened(void **state)
{
	(void)state;
	static const struct {
		const char *script;
		int linktype;
		int flag; /* byte that gets bit 4 */
		int want;
	} rows[] = {
		{ "eth ipv4 gre:1 erspan:2 eth ipv4 tcp", 1, 52, 1 },
		{ "eth ipv4 gre:1 erspan:2 eth vlan:7 ipv6 tcp", 1, 52, 1 },
		{ "eth ipv4 gre:1 erspan:3 eth ipv4 tcp", 1, 52, 1 },
		{ "eth ipv4 gre:1 erspan:2 eth ipv4 tcp", 1, -1, 0 },
		/* Only the outer packet may be longer than what is there. */
		{ "eth ipv4 gre:1 erspan:2 eth ipv4 ipv4 tcp", 1, 52, 1 },
	};
	struct bench b;
	struct packet p;

	bench_init(&b, true);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (size_t cut = 1; cut <= PAYLOAD; cut++) {
			struct made m;

			make_frame(&m, rows[i].script);
			uint8_t *ip = m.room + m.at + 14;
			if (rows[i].flag >= 0)
				m.room[m.at + (size_t)rows[i].flag] |= 4;
			put16(ip + 2, made_slice(&m).len - 14 - cut);
			put16(ip + 10, 0);
			put16(ip + 10, sum16(ip, 20, 0));
			struct slice frame = made_slice(&m);
			frame.len -= cut;
			assert_int_equal(run(&b, 1, frame, &p, NULL), rows[i].want);
			if (!rows[i].want)
				continue;
			assert_int_equal(p.payload.len, PAYLOAD - cut);
			assert_int_equal(p.missing, cut);
		}
	}
	bench_release(&b);
}

/* Only the outermost packet may be longer than what is there: it says how long those in it can be.
 */
static void
test_shortened_once(void **state)
{
	(void)state;
	struct bench b;
	struct packet p;
	const char *why;
	struct made m;

	bench_init(&b, false);
	make_frame(&m, "eth ipv4 gre:1 erspan:2 eth ipv4 ipv4 tcp");
	m.room[m.at + 52] |= 4;
	assert_int_equal(run(&b, ETHERNET, made_slice(&m), &p, &why), 1);
	m.room[m.at + 58 + 14 + 20 + 3] += 8;
	assert_int_equal(run(&b, ETHERNET, made_slice(&m), &p, &why), 0);
	assert_string_equal(why, "IPv4 longer than its frame");
	bench_release(&b);
}

/* Netfilter copied less than there was. */
static void
test_range(void **state)
{
	(void)state;
	struct bench b;
	struct packet p;

	bench_init(&b, false);
	for (size_t cut = 1; cut <= PAYLOAD; cut++) {
		struct made m;

		make_frame(&m, "nflog:2 ipv4 tcp");
		struct slice frame = made_slice(&m);
		put_host16(m.room + m.at + 24, (uint16_t)(frame.len - 24 - cut), false);
		frame.len -= cut;
		assert_int_equal(run(&b, 239, frame, &p, NULL), 1);
		assert_int_equal(p.payload.len, PAYLOAD - cut);
		assert_int_equal(p.missing, cut);
	}
	bench_release(&b);
}

enum { BIG = 70000 };

/* Linux shows such to captures on a host: IPv4 of length 0, IPv6 of length 0 with a jumbo option
 * (RFC 2675) or without. */
static void
test_super_packets(void **state)
{
	(void)state;
	static const struct {
		const char *script;
		size_t jumbo;	/* offset of the option; 0 = none */
		uint32_t less;	/* than it should say */
		size_t trailer; /* bytes behind the packet */
		const char *why;
	} rows[] = {
		{ "eth ipv4:2 tcp", 0, 0, 0, "TCP" },
		{ "eth ipv6:1 tcp", 0, 0, 0, "TCP" },
		{ "eth ipv6:1 ext:0 tcp", 56, 0, 0, "TCP" },
		{ "eth ipv6:1 ext:0 tcp", 56, 0, 4, "TCP" },
		{ "eth ipv4:2 udp:4789 vxlan:1 eth ipv6:1 ext:0 tcp", 106, 0, 0, "TCP" },
		{ "eth ipv6:1 ext:0 tcp", 56, 10000, 0, "IPv6 jumbo option without need" },
		{ "eth ipv6 ext:0 tcp", 56, 0, 0, "IPv6 jumbo option without need" },
		{ "eth ipv6:1 ext:0 tcp", 56, (uint32_t)-1, 0, "IPv6 longer than its frame" },
	};
	const struct decap_config config = { .verify_checksums = false };
	uint8_t *room = calloc(1, BIG);

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct counters counters = { { 0 } };
		struct decap *d = decap_new(&config, &counters);
		struct made m;
		struct packet p;
		const char *why;

		make_frame(&m, rows[i].script);
		struct slice frame = made_slice(&m);
		size_t header = frame.len - PAYLOAD, payload = BIG - header - rows[i].trailer;
		memset(room, 0x61, BIG);
		memcpy(room, frame.ptr, frame.len);
		if (rows[i].jumbo) {
			uint8_t *option = room + rows[i].jumbo;
			put16(option, 0xc204);
			put32(option + 2,
				BIG - rows[i].trailer - (rows[i].jumbo - 2) - rows[i].less);
		}
		if (strstr(rows[i].script, "udp")) /* a super-packet's length */
			put16(room + 38, 0);
		struct frame whole = frame_of(1, slice_of(room, BIG));
		int status = decap_packet(d, &whole, &p, &why);
		assert_string_equal(why, rows[i].why);
		if (status == 1) {
			assert_int_equal(p.payload.len, payload);
			assert_int_equal(p.missing, 0);
			assert_int_equal(p.dst.port, 25);
		}
		decap_free(d);
	}
	free(room);
}

/* VXLAN on the ports of the configuration, and then on no other. */
static void
test_ports(void **state)
{
	(void)state;
	static const struct {
		const char *script;
		int by_default, by_config;
	} rows[] = {
		{ "eth ipv4 udp:4789 vxlan:5 eth ipv4 tcp", 1, 0 },
		{ "eth ipv4 udp:8472 vxlan:5 eth ipv4 tcp", 1, 1 },
		{ "eth ipv4 udp:443 vxlan:5 eth ipv4 tcp", 0, 1 },
		{ "eth ipv4 udp:444 vxlan:5 eth ipv4 tcp", 0, 0 },
	};
	const struct decap_config config = { .vxlan_ports = { 8472, 443 }, .vxlan_ports_count = 2 };
	struct bench plain, chosen;
	struct packet p;
	struct made m;

	bench_init(&plain, false);
	bench_init(&chosen, false);
	decap_free(chosen.decap);
	chosen.decap = decap_new(&config, &chosen.counters);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		make_frame(&m, rows[i].script);
		assert_int_equal(
			run(&plain, ETHERNET, made_slice(&m), &p, NULL), rows[i].by_default);
		assert_int_equal(
			run(&chosen, ETHERNET, made_slice(&m), &p, NULL), rows[i].by_config);
	}
	bench_release(&plain);
	bench_release(&chosen);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_aggregate),
		cmocka_unit_test(test_shortened),
		cmocka_unit_test(test_shortened_once),
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_super_packets),
		cmocka_unit_test(test_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
