/* Frames that lead nowhere: the reason, the counter, and that nothing grows by them. */
#include "unit/decap/bench.h"

#include "sensor/limits.h"

/* What leads nowhere: the reason, and the counter that it adds to.  One byte may be changed. */
static const struct {
	const char *script;
	int linktype;
	int at; /* of the byte that is changed; -1 = none */
	uint8_t byte;
	const char *why;
	enum counter counter;
} ends[] = {
	{ "eth type:2054", 1, -1, 0, "ARP", COUNTER_decap_not_tcp },
	{ "eth type:34915", 1, -1, 0, "PPPoE discovery", COUNTER_decap_not_tcp },
	{ "eth type:35020", 1, -1, 0, "ethertype 0x88cc", COUNTER_decap_unknown },
	{ "eth type:1501", 1, -1, 0, "ethertype 0x05dd", COUNTER_decap_unknown },
	{ "eth snap ipv4 tcp", 1, 14, 0x42, "spanning tree", COUNTER_decap_not_tcp },
	{ "eth snap ipv4 tcp", 1, 14, 0xe0, "LLC SAP 0xe0", COUNTER_decap_unknown },
	{ "eth snap ipv4 tcp", 1, 19, 0x0c, "SNAP OUI 0x00000c", COUNTER_decap_unknown },
	{ "sll ipv4 tcp", 113, 14, 0x01, "ethertype 0x0100", COUNTER_decap_unknown },
	{ "null:7 ipv4 tcp", 0, -1, 0, "address family 7", COUNTER_decap_unknown },
	{ "ipv4 tcp", 12, 0, 0x55, "IP version 5", COUNTER_decap_unknown },
	{ "ipv4 tcp", 105, -1, 0, "link type 105", COUNTER_decap_unknown },
	{ "eth ipv4 udp:53 proto:1", 1, -1, 0, "UDP", COUNTER_decap_not_tcp },
	{ "eth ipv4 udp:4789 eth ipv4 tcp", 1, -1, 0, "UDP", COUNTER_decap_not_tcp },
	{ "eth ipv4 udp:6081 geneve eth ipv4 tcp", 1, 43, 0x80, "UDP", COUNTER_decap_not_tcp },
	{ "eth ipv4 udp:53 proto:1", 1, 39, 7, "UDP length below 8", COUNTER_decap_malformed },
	{ "eth ipv4 proto:1", 1, -1, 0, "ICMP", COUNTER_decap_not_tcp },
	{ "eth ipv6 proto:58", 1, -1, 0, "ICMPv6", COUNTER_decap_not_tcp },
	{ "eth ipv6 ext:0 proto:59", 1, -1, 0, "no next header", COUNTER_decap_not_tcp },
	{ "eth ipv4 proto:253", 1, -1, 0, "IP protocol 253", COUNTER_decap_unknown },
	/* Headers of IPv6 do not stand in IPv4. */
	{ "eth ipv4 ext:0 tcp", 1, -1, 0, "IP protocol 0", COUNTER_decap_unknown },
	{ "eth ipv4 atomic tcp", 1, -1, 0, "IP protocol 44", COUNTER_decap_unknown },
	{ "eth ipv4 tcp", 1, 14, 0x65, "IPv4 with another version", COUNTER_decap_malformed },
	{ "eth ipv4 tcp", 1, 14, 0x44, "IPv4 lengths too small", COUNTER_decap_malformed },
	{ "eth ipv4 tcp", 1, 17, 19, "IPv4 lengths too small", COUNTER_decap_malformed },
	{ "eth ipv4 tcp", 1, 17, 64, "IPv4 longer than its frame", COUNTER_decap_malformed },
	{ "eth ipv6 tcp", 1, 14, 0x45, "IPv6 with another version", COUNTER_decap_malformed },
	{ "eth ipv6 tcp", 1, 18, 1, "IPv6 longer than its frame", COUNTER_decap_malformed },
	{ "eth ipv6 ext:60 tcp", 1, 55, 9, "IPv6 extension header cut", COUNTER_decap_malformed },
	{ "eth ipv4 ext:51 tcp", 1, 35, 99, "authentication header cut", COUNTER_decap_malformed },
	{ "eth ipv4 tcp", 1, 46, 0x4f, "TCP header of wrong length", COUNTER_decap_malformed },
	{ "eth ipv4 tcp", 1, 46, 0xbf, "TCP header of wrong length", COUNTER_decap_malformed },
	{ "eth ipv4 gre ipv4 tcp", 1, 34, 0x40, "GRE flags 0x4000", COUNTER_decap_unknown },
	{ "eth ipv4 gre ipv4 tcp", 1, 35, 0x02, "GRE flags 0x0002", COUNTER_decap_unknown },
	{ "eth ipv4 gre:2 type:0", 1, 17, 36, "PPTP acknowledgement", COUNTER_decap_not_tcp },
	{ "eth ipv4 gre:1 erspan:3 eth ipv4 tcp", 1, 60, 0x0c, "ERSPAN frame type 3",
		COUNTER_decap_unknown },
	{ "eth ipv4 gre:1 erspan:2 eth ipv4 tcp", 1, 50, 0x70, "ERSPAN version 7",
		COUNTER_decap_unknown },
	{ "eth ipv4 etherip eth ipv4 tcp", 1, 34, 0x20, "EtherIP version 2",
		COUNTER_decap_unknown },
	{ "eth pppoe:1 ppp ipv4 tcp", 1, 15, 0xa7, "PPPoE discovery", COUNTER_decap_not_tcp },
	{ "eth pppoe:1 ppp ipv4 tcp", 1, 14, 0x12, "PPPoE version and type 0x12",
		COUNTER_decap_unknown },
	{ "ppp ipv4 tcp", 9, 0, 0xc0, "LCP", COUNTER_decap_not_tcp },
	{ "ppp ipv4 tcp", 9, 0, 0x40, "PPP protocol 0x4021", COUNTER_decap_unknown },
	{ "mpls:16 ipv4 tcp", 219, 4, 0x95, "MPLS payload of kind 9", COUNTER_decap_unknown },
	{ "eth ipv4 ipv4 ipv4 ipv4 ipv4 ipv4 ipv4 ipv4 ipv4 ipv4 ipv4 ipv4 ipv4 ipv4 ipv4 ipv4 tcp",
		1, -1, 0, "too many layers", COUNTER_decap_malformed },
	{ "eth ipv6 ext:0 ext:0 ext:0 ext:0 ext:0 ext:0 ext:0 ext:0 ext:0 ext:0 ext:0 ext:0 ext:0 "
	  "ext:0 tcp",
		1, -1, 0, "too many layers", COUNTER_decap_malformed },
};

static void
test_ends(void **state)
{
	(void)state;
	struct packet p;
	const char *why;
	struct made m;

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		struct bench b;

		bench_init(&b, false);
		make_frame(&m, ends[i].script);
		if (ends[i].at >= 0)
			m.room[m.at + (size_t)ends[i].at] = ends[i].byte;
		int status = run(&b, ends[i].linktype, made_slice(&m), &p, &why);
		if (status != 0 || strcmp(why, ends[i].why) != 0)
			fail_msg("%s: %d \"%s\" and not \"%s\"", ends[i].script, status, why,
				ends[i].why);
		for (size_t c = 0; c < COUNTERS_COUNT; c++)
			assert_int_equal(b.counters.value[c], c == ends[i].counter);
		bench_release(&b);
	}
}

static void
note_unknown(void *ctx, const struct decap_unknown *u)
{
	int64_t *sums = ctx;
	char what[64];

	sums[0]++;
	sums[1] += u->times;
	if (strcmp(u->layer, "others") == 0) {
		sums[2] = u->times;
		return;
	}
	assert_string_equal(u->layer, "ethernet");
	assert_true(u->value >= 0x2000);
	snprintf(what, sizeof what, "ethertype 0x%04x", u->value);
	assert_string_equal(u->what, what);
}

static void
test_unknown_is_bounded(void **state)
{
	(void)state;
	struct bench b;
	struct packet p;
	struct made m;
	int64_t sums[3] = { 0 };

	bench_init(&b, false);
	make_frame(&m, "eth type:8192");
	for (int round = 0; round < 2; round++) {
		for (size_t type = 0x2000; type < 0x2000 + 300; type++) {
			put16(m.room + m.at + 12, type);
			assert_int_equal(run(&b, ETHERNET, made_slice(&m), &p, NULL), 0);
		}
	}
	assert_int_equal(decap_unknown(b.decap, 0, note_unknown, sums), 257);
	assert_int_equal(sums[0], 257);
	assert_int_equal(sums[1], 600);
	assert_int_equal(sums[2], 88);
	assert_int_equal(b.counters.value[COUNTER_decap_unknown], 600);
	/* Only what is new since the last time. */
	assert_int_equal(decap_unknown(b.decap, 250, note_unknown, sums), 257);
	assert_int_equal(sums[0], 257 + 7);
	assert_int_equal(decap_unknown(b.decap, 257, note_unknown, sums), 257);
	assert_int_equal(sums[0], 257 + 7);
	bench_release(&b);
}

/* Lengths of 4 GB in a record's header do not become gaps of 4 GB in a stream. */
static void
test_absurd_wire_length(void **state)
{
	(void)state;
	struct bench b;
	struct packet p;
	struct made m;

	bench_init(&b, false);
	make_frame(&m, "eth ipv4:2 tcp");
	struct frame frame = frame_of(ETHERNET, made_slice(&m));
	frame.wire_len = UINT32_MAX;
	assert_int_equal(decap_packet(b.decap, &frame, &p, NULL), 1);
	assert_true(p.missing > 0 && p.missing <= LIMIT_SNAPLEN);
	/* And a record that says less than it has. */
	frame.wire_len = 1;
	assert_int_equal(decap_packet(b.decap, &frame, &p, NULL), 1);
	check_segment(&p, false);
	bench_release(&b);
}

/* Such an address is never valid on the wire, and would turn the packet into IPv4 half way. */
static void
test_mapped_address(void **state)
{
	(void)state;
	struct bench b;
	struct packet p;
	const char *why;
	struct made m;

	bench_init(&b, false);
	for (size_t at = 22; at <= 38; at += 16) { /* source, destination */
		make_frame(&m, "eth ipv6 tcp");
		memset(m.room + m.at + at, 0, 10);
		put16(m.room + m.at + at + 10, 0xffff);
		assert_int_equal(run(&b, ETHERNET, made_slice(&m), &p, &why), 0);
		assert_string_equal(why, "IPv6 with a mapped IPv4 address");
	}
	bench_release(&b);
}

static void
test_names(void **state)
{
	(void)state;
	static const int unknown[] = { -1, 6, 105, 127, 147, 9999 };

	for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
		assert_false(decap_knows(unknown[i]));
	for (int layer = 0; layer < 256; layer++)
		assert_true(*layer_name((uint8_t)layer));
	assert_string_equal(layer_name(255), "unknown");
	decap_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_unknown_is_bounded),
		cmocka_unit_test(test_absurd_wire_length),
		cmocka_unit_test(test_mapped_address),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
