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
	{ "eth type:35020", 1, -1, 0, "LLDP", COUNTER_decap_not_tcp },
	{ "eth type:1501", 1, -1, 0, "ethertype 0x05dd", COUNTER_decap_unknown },
	{ "eth snap ipv4 tcp", 1, 14, 0x42, "spanning tree", COUNTER_decap_not_tcp },
	{ "eth snap ipv4 tcp", 1, 14, 0xe0, "IPX", COUNTER_decap_not_tcp },
	{ "eth snap ipv4 tcp", 1, 19, 0x0c, "protocols of Cisco", COUNTER_decap_not_tcp },
	{ "sll ipv4 tcp", 113, 14, 0x01, "ethertype 0x0100", COUNTER_decap_unknown },
	{ "null:7 ipv4 tcp", 0, -1, 0, "address family 7", COUNTER_decap_unknown },
	{ "ipv4 tcp", 12, 0, 0x55, "IP version 5", COUNTER_decap_unknown },
	{ "ipv4 tcp", 147, -1, 0, "link type 147", COUNTER_decap_unknown },
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
	{ "eth macsec:2 ipv4 tcp", 1, -1, 0, "encrypted MACsec", COUNTER_decap_unknown },
	{ "eth macsec ipv4 tcp", 1, 14, 0x80, "MACsec flags 0x80", COUNTER_decap_unknown },
	{ "eth cmd:1 ipv4 tcp", 1, 14, 2, "Cisco metadata of version 2", COUNTER_decap_unknown },
	{ "hdlc ipv4 tcp", 104, 0, 0x11, "HDLC address 0x11", COUNTER_decap_unknown },
	{ "hdlc type:32821", 104, -1, 0, "SLARP", COUNTER_decap_not_tcp },
	{ "mpls:16 fill:40", 219, 4, 0x10, "MPLS payload of kind 1", COUNTER_decap_unknown },
	{ "mpls:16 control:268435489 ipv4 tcp", 219, -1, 0, "MPLS control channel",
		COUNTER_decap_not_tcp },
	/* Netfilter's log. */
	{ "nflog:5 type:39321", 239, -1, 0, "ethertype 0x9999", COUNTER_decap_unknown },
	{ "nflog:5 fill:4", 239, -1, 0, "NFLOG family 5", COUNTER_decap_unknown },
	{ "nflog:2 ipv4 tcp", 239, 1, 1, "NFLOG version 1", COUNTER_decap_unknown },
	{ "nflog:2 ipv4 tcp", 239, 4, 3, "NFLOG attribute of wrong length",
		COUNTER_decap_malformed },
	{ "nflog:2 ipv4 tcp", 239, 4, 200, "NFLOG attribute of wrong length",
		COUNTER_decap_malformed },
	{ "nflog:2 ipv4 tcp", 239, 26, 3, "NFLOG without a packet", COUNTER_decap_not_tcp },
	/* Wireless. */
	{ "wifi:16 llc ipv4 tcp", 105, -1, 0, "encrypted 802.11", COUNTER_decap_unknown },
	{ "radiotap wifi:17 llc ipv4 tcp", 127, -1, 0, "encrypted 802.11", COUNTER_decap_unknown },
	{ "wifi:32 llc ipv4 tcp", 105, -1, 0, "fragment of 802.11", COUNTER_decap_unknown },
	{ "wifi:128 llc ipv4 tcp", 105, -1, 0, "802.11 without data", COUNTER_decap_not_tcp },
	{ "wifi:256 llc ipv4 tcp", 105, -1, 0, "802.11 without data", COUNTER_decap_not_tcp },
	{ "wifi llc ipv4 tcp", 105, 0, 0x0a, "802.11 version 2", COUNTER_decap_unknown },
	{ "wifi:9 llc ipv4 tcp", 105, 38, 9, "A-MSDU longer than its frame",
		COUNTER_decap_malformed },
	{ "radiotap:3 wifi llc ipv4 tcp", 127, -1, 0, "802.11 that was received wrongly",
		COUNTER_decap_not_tcp },
	{ "radiotap wifi llc ipv4 tcp", 127, 0, 1, "radiotap version 1", COUNTER_decap_unknown },
	{ "radiotap wifi llc ipv4 tcp", 127, 2, 7, "radiotap header cut", COUNTER_decap_malformed },
	{ "radiotap wifi llc ipv4 tcp", 127, 3, 7, "radiotap header cut", COUNTER_decap_malformed },
	{ "ppi:1105 wifi llc ipv4 tcp", 192, -1, 0, "802.11 that was received wrongly",
		COUNTER_decap_not_tcp },
	{ "ppi:147 wifi llc ipv4 tcp", 192, -1, 0, "PPI with link type 147",
		COUNTER_decap_unknown },
	{ "ppi:105 wifi llc ipv4 tcp", 192, 7, 0x80, "PPI with link type 2147483753",
		COUNTER_decap_unknown },
	{ "ppi:105 wifi llc ipv4 tcp", 192, 2, 7, "PPI header cut", COUNTER_decap_malformed },
	{ "ppi:105 wifi llc ipv4 tcp", 192, 0, 1, "PPI version 1", COUNTER_decap_unknown },
	/* What does not look like a tunnel on a tunnel's port is UDP. */
	{ "eth ipv4 udp:2152 gtp:3", 1, -1, 0, "GTP-U signalling", COUNTER_decap_not_tcp },
	{ "eth ipv4 udp:2152 gtp ipv4 tcp", 1, 42, 0x20, "UDP", COUNTER_decap_not_tcp },
	{ "eth ipv4 udp:2152 gtp ipv4 tcp", 1, 45, 7, "UDP", COUNTER_decap_not_tcp },
	{ "eth ipv4 udp:2152 gtp:2 ipv4 tcp", 1, 54, 0, "GTP-U extension cut",
		COUNTER_decap_malformed },
	{ "eth ipv4 udp:2152 gtp:2 ipv4 tcp", 1, 54, 99, "GTP-U extension cut",
		COUNTER_decap_malformed },
	{ "eth ipv4 udp:2152 gtp fill:60", 1, -1, 0, "GTP-U payload of kind 5",
		COUNTER_decap_unknown },
	{ "eth ipv4 udp:3544 teredo ipv6 tcp", 1, -1, 0, "UDP", COUNTER_decap_not_tcp },
	{ "eth ipv4 udp:3544 teredo:2 ipv6:2 tcp", 1, 45, 250, "UDP", COUNTER_decap_not_tcp },
	{ "eth ipv4 udp:1701 l2tp:2", 1, -1, 0, "L2TP control", COUNTER_decap_not_tcp },
	{ "eth ipv4 udp:1701 l2tp:4", 1, -1, 0, "L2TP control", COUNTER_decap_not_tcp },
	{ "eth ipv4 udp:1701 l2tp:2", 1, 42, 0xca, "UDP", COUNTER_decap_not_tcp },
	{ "eth ipv4 udp:1701 l2tp ppp ipv4 tcp", 1, 42, 0x04, "UDP", COUNTER_decap_not_tcp },
	{ "eth ipv4 udp:1701 l2tp ppp ipv4 tcp", 1, 43, 0x04, "UDP", COUNTER_decap_not_tcp },
	{ "eth ipv4 udp:1701 l2tp ppp ipv4 tcp", 1, 48, 0x77, "UDP", COUNTER_decap_not_tcp },
	{ "eth ipv4 udp:1701 l2tp:1 ppp ipv4 tcp", 1, 45, 200, "UDP", COUNTER_decap_not_tcp },
	{ "eth ipv4 udp:1701 l2tp:1 ppp ipv4 tcp", 1, 54, 9, "UDP", COUNTER_decap_not_tcp },
	{ "eth ipv4 udp:1701 l2tp:3 fill:60", 1, -1, 0, "L2TPv3 payload", COUNTER_decap_unknown },
	{ "eth ipv4 udp:1701 l2tp:3 fill:60", 1, 45, 1, "UDP", COUNTER_decap_not_tcp },
	{ "eth ipv4 l2tp3:0 fill:60", 1, -1, 0, "L2TP control", COUNTER_decap_not_tcp },
	{ "eth ipv4 l2tp3:7 fill:60", 1, -1, 0, "L2TPv3 payload", COUNTER_decap_unknown },
	/* The inner header's checksum must be right, because nothing else says that it is IP. */
	{ "eth ipv4 l2tp3:7 fill:8 ipv4 tcp", 1, 54, 9, "L2TPv3 payload", COUNTER_decap_unknown },
	{ "eth ipv4 udp:4754 gre type:39321", 1, -1, 0, "UDP", COUNTER_decap_not_tcp },
	{ "eth ipv4 udp:4754 gre ipv4 tcp", 1, 43, 1, "UDP", COUNTER_decap_not_tcp },
	{ "eth ipv4 udp:6635 mpls:16 fill:40", 1, -1, 0, "UDP", COUNTER_decap_not_tcp },
	{ "eth ipv4 udp:6635 fill:40", 1, -1, 0, "UDP", COUNTER_decap_not_tcp },
	{ "eth ipv4 udp:4790 gpe:4 fill:40", 1, -1, 0, "VXLAN-GPE protocol 4",
		COUNTER_decap_unknown },
	{ "eth ipv4 udp:4790 gpe:1 ipv4 tcp", 1, 42, 0x2c, "UDP", COUNTER_decap_not_tcp },
	{ "eth ipv4 gre fill:4", 1, -1, 0, "GRE keepalive", COUNTER_decap_not_tcp },
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
		/* A byte that was changed may make a checksum wrong, which is counted besides. */
		b.counters.value[COUNTER_checksum_bad] = 0;
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
	assert_true(u->value >= 0x3000);
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
	make_frame(&m, "eth type:12288");
	for (int round = 0; round < 2; round++) {
		for (size_t type = 0x3000; type < 0x3000 + 300; type++) {
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
	static const int unknown[] = { -1, 6, 147, 9999 };

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
