/* Every layer, by frames made from words; each frame also cut and spoiled at every byte. */
#include "unit/decap/bench.h"

struct row {
	const char *script;
	int linktype;
	const char *path;
};

/* What leads to a TCP packet. */
static const struct row ways[] = {
	{ "eth ipv4 tcp", 1, "ethernet ipv4" },
	{ "eth ipv4:1 tcp", 1, "ethernet ipv4" },
	{ "eth ipv4:2 tcp", 1, "ethernet ipv4" },
	{ "eth ipv4 tcp:1", 1, "ethernet ipv4" },
	{ "eth ipv6 tcp", 1, "ethernet ipv6" },
	{ "eth ipv6:1 tcp", 1, "ethernet ipv6" },
	{ "eth ipv6 ext:0 tcp", 1, "ethernet ipv6" },
	{ "eth ipv6 ext:0 ext:43 ext:60 atomic:7 ext:51 ext:60 tcp", 1, "ethernet ipv6 ah" },
	{ "eth ipv6 ext:135 ext:139 ext:140 tcp", 1, "ethernet ipv6" },
	{ "eth ipv4 ext:51 tcp", 1, "ethernet ipv4 ah" },
	{ "eth snap ipv4 tcp", 1, "ethernet ipv4" },
	{ "eth snap:1 ipv4 tcp", 1, "ethernet ipv4" },
	{ "eth vlan:80 ipv4 tcp", 1, "ethernet 802.1q ipv4" },
	{ "eth vlan:80 snap ipv4 tcp", 1, "ethernet 802.1q ipv4" },
	{ "eth qinq:7 vlan:80 ipv6 tcp", 1, "ethernet 802.1ad 802.1q ipv6" },
	{ "eth q9100:7 q9100:9 ipv4 tcp", 1, "ethernet 802.1ad 802.1ad ipv4" },
	{ "sll ipv4 tcp", 113, "sll ipv4" },
	{ "sll:4 vlan:80 ipv6 tcp", 113, "sll 802.1q ipv6" },
	{ "sll2 ipv4 tcp", 276, "sll2 ipv4" },
	{ "sll2:3 ipv6 tcp", 276, "sll2 ipv6" },
	{ "null:2 ipv4 tcp", 0, "loopback ipv4" },
	{ "null:10 ipv6 tcp", 0, "loopback ipv6" },
	{ "null:24 ipv6 tcp", 0, "loopback ipv6" },
	{ "null:28 ipv6 tcp", 0, "loopback ipv6" },
	{ "null:30 ipv6 tcp", 0, "loopback ipv6" },
	{ "loop:2 ipv4 tcp", 0, "loopback ipv4" },
	{ "loop:2 ipv4 tcp", 108, "loopback ipv4" },
	{ "loop:24 ipv6 tcp", 108, "loopback ipv6" },
	{ "null:30 ipv6 tcp", 108, "loopback ipv6" },
	{ "ipv4 tcp", 12, "raw ipv4" },
	{ "ipv6 tcp", 14, "raw ipv6" },
	{ "ipv4 tcp", 101, "raw ipv4" },
	{ "ipv4 tcp", 228, "ipv4" },
	{ "ipv6 tcp", 229, "ipv6" },
	{ "ppp ipv4 tcp", 9, "ppp ipv4" },
	{ "ppp:1 ipv6 tcp", 50, "ppp ipv6" },
	{ "ppp:2 ipv4 tcp", 9, "ppp ipv4" },
	{ "hdlc:1 ipv4 tcp", 50, "ppp hdlc ipv4" },
	{ "hdlc ipv4 tcp", 104, "hdlc ipv4" },
	{ "pppoe:5 ppp ipv4 tcp", 51, "pppoe ppp ipv4" },
	{ "eth vlan:7 pppoe:5 ppp ipv6 tcp", 1, "ethernet 802.1q pppoe ppp ipv6" },
	{ "mpls:16 ipv4 tcp", 219, "mpls ipv4" },
	{ "eth mpls:16 mpls:17 ipv6 tcp", 1, "ethernet mpls mpls ipv6" },
	{ "eth mpls:16 control eth ipv4 tcp", 1, "ethernet mpls ethernet ipv4" },
	{ "eth mpls:16 eth ipv4 tcp", 1, "ethernet mpls ethernet ipv4" },
	{ "ppp mpls:16 ipv4 tcp", 9, "ppp mpls ipv4" },
	{ "eth ipv4 ipv4 tcp", 1, "ethernet ipv4 ipv4" },
	{ "eth ipv4 ipv6 tcp", 1, "ethernet ipv4 ipv6" },
	{ "eth ipv6 ipv4 tcp", 1, "ethernet ipv6 ipv4" },
	{ "eth ipv6 ipv6 tcp", 1, "ethernet ipv6 ipv6" },
	{ "eth ipv4 mpls:16 ipv4 tcp", 1, "ethernet ipv4 mpls ipv4" },
	{ "eth ipv4 gre ipv6 tcp", 1, "ethernet ipv4 gre ipv6" },
	{ "eth ipv6 gre:1 ipv4 tcp", 1, "ethernet ipv6 gre ipv4" },
	{ "eth ipv4 gre:1 eth vlan:9 ipv4 tcp", 1, "ethernet ipv4 gre ethernet 802.1q ipv4" },
	{ "eth ipv4 gre:2 ppp ipv4 tcp", 1, "ethernet ipv4 gre ppp ipv4" },
	{ "eth ipv4 gre erspan:1 eth ipv4 tcp", 1, "ethernet ipv4 gre ethernet ipv4" },
	{ "eth ipv4 gre:1 erspan:2 eth ipv4 tcp", 1, "ethernet ipv4 gre erspan ethernet ipv4" },
	{ "eth ipv4 gre:1 erspan:3 eth ipv4 tcp", 1, "ethernet ipv4 gre erspan ethernet ipv4" },
	{ "eth ipv4 etherip eth ipv4 tcp", 1, "ethernet ipv4 etherip ethernet ipv4" },
	{ "eth ipv4 udp:4789 vxlan:5 eth ipv6 tcp", 1, "ethernet ipv4 vxlan ethernet ipv6" },
	{ "eth ipv6 udp:8472 vxlan:5 eth ipv4 tcp", 1, "ethernet ipv6 vxlan ethernet ipv4" },
	{ "eth ipv4 udp:6081 geneve eth ipv4 tcp", 1, "ethernet ipv4 geneve ethernet ipv4" },
	{ "eth ipv4 udp:6081 geneve:3 ipv6 tcp", 1, "ethernet ipv4 geneve ipv6" },
	/* Tags between switches. */
	{ "eth q9100:1 qinq:2 vlan:3 ipv4 tcp", 1, "ethernet 802.1ad 802.1ad 802.1q ipv4" },
	{ "eth qinq:7 pbb:99 eth vlan:80 ipv4 tcp", 1,
		"ethernet 802.1ad 802.1ah ethernet 802.1q ipv4" },
	{ "eth vntag:5 vlan:80 ipv4 tcp", 1, "ethernet vn-tag 802.1q ipv4" },
	{ "eth etag:5 ipv6 tcp", 1, "ethernet 802.1br ipv6" },
	{ "eth cmd:1 ipv4 tcp", 1, "ethernet cisco metadata ipv4" },
	{ "eth vlan:3 cmd:2 ipv4 tcp", 1, "ethernet 802.1q cisco metadata ipv4" },
	{ "eth fabricpath:5 eth vlan:4 ipv4 tcp", 1, "ethernet fabricpath ethernet 802.1q ipv4" },
	{ "eth macsec ipv4 tcp", 1, "ethernet macsec ipv4" },
	{ "eth macsec:1 vlan:4 ipv6 tcp", 1, "ethernet macsec 802.1q ipv6" },
	{ "eth llc6 ipv4 tcp", 1, "ethernet ipv4" },
	/* Pseudowires without a control word, of addresses that begin as IP does. */
	{ "eth mpls:16 eth:64 ipv4 tcp", 1, "ethernet mpls ethernet ipv4" },
	{ "eth mpls:16 eth:96 vlan:7 ipv4 tcp", 1, "ethernet mpls ethernet 802.1q ipv4" },
	{ "eth mpls:16 control eth snap ipv4 tcp", 1, "ethernet mpls ethernet ipv4" },
	/* Logs of a host, wireless. */
	{ "nflog:2 ipv4 tcp", 239, "nflog ipv4" },
	{ "nflog:10 ipv6 tcp", 239, "nflog ipv6" },
	{ "nflog:102 ipv4 tcp", 239, "nflog ipv4" },
	{ "nflog:7 vlan:80 ipv6 tcp", 239, "nflog 802.1q ipv6" },
	{ "wifi llc ipv4 tcp", 105, "802.11 ipv4" },
	{ "wifi:1 llc ipv6 tcp", 105, "802.11 ipv6" },
	{ "wifi:2 llc ipv4 tcp", 105, "802.11 ipv4" },
	{ "wifi:7 llc ipv4 tcp", 105, "802.11 ipv4" },
	{ "wifi:9 llc vlan:3 ipv4 tcp", 105, "802.11 802.1q ipv4" },
	{ "radiotap wifi llc ipv4 tcp", 127, "802.11 ipv4" },
	{ "radiotap:1 wifi:1 llc ipv4 tcp", 127, "802.11 ipv4" },
	{ "radiotap:2 wifi:11 llc ipv4 tcp", 127, "802.11 ipv4" },
	{ "radiotap:4 wifi:65 llc ipv4 tcp", 127, "802.11 ipv4" },
	{ "ppi:105 wifi:1 llc ipv4 tcp", 192, "802.11 ipv4" },
	{ "ppi:1 eth vlan:3 ipv4 tcp", 192, "ethernet 802.1q ipv4" },
	{ "ppi:127 radiotap wifi llc ipv4 tcp", 192, "802.11 ipv4" },
	{ "ppp:1 ipv4 tcp", 104, "hdlc ppp ipv4" },
	/* Tunnels. */
	{ "eth ipv4 gre wccp ipv4 tcp", 1, "ethernet ipv4 gre ipv4" },
	{ "eth ipv4 gre wccp:1 ipv4 tcp", 1, "ethernet ipv4 gre ipv4" },
	{ "eth ipv4 udp:4754 gre ipv6 tcp", 1, "ethernet ipv4 gre ipv6" },
	{ "eth ipv4 udp:4754 gre:1 eth ipv4 tcp", 1, "ethernet ipv4 gre ethernet ipv4" },
	{ "eth ipv6 udp:6635 mpls:16 mpls:17 ipv4 tcp", 1, "ethernet ipv6 mpls mpls ipv4" },
	{ "eth ipv4 udp:6635 mpls:16 control eth ipv6 tcp", 1, "ethernet ipv4 mpls ethernet ipv6" },
	{ "eth ipv4 udp:4790 gpe eth ipv4 tcp", 1, "ethernet ipv4 vxlan-gpe ethernet ipv4" },
	{ "eth ipv4 udp:4790 gpe:1 ipv4 tcp", 1, "ethernet ipv4 vxlan-gpe ipv4" },
	{ "eth ipv4 udp:4790 gpe:2 ipv6 tcp", 1, "ethernet ipv4 vxlan-gpe ipv6" },
	{ "eth ipv4 udp:4790 gpe:3 eth ipv6 tcp", 1, "ethernet ipv4 vxlan-gpe ethernet ipv6" },
	{ "eth ipv4 udp:4790 gpe:5 mpls:16 ipv6 tcp", 1, "ethernet ipv4 vxlan-gpe mpls ipv6" },
	{ "eth ipv4 udp:2152 gtp ipv4 tcp", 1, "ethernet ipv4 gtp ipv4" },
	{ "eth ipv6 udp:2152 gtp:1 ipv6 tcp", 1, "ethernet ipv6 gtp ipv6" },
	{ "eth ipv4 udp:2152 gtp:2 ipv6 tcp", 1, "ethernet ipv4 gtp ipv6" },
	{ "eth ipv4 udp:2152 gtp:2 eth vlan:3 ipv4 tcp", 1,
		"ethernet ipv4 gtp ethernet 802.1q ipv4" },
	{ "eth ipv4 udp:3544 teredo ipv6:2 tcp", 1, "ethernet ipv4 teredo ipv6" },
	{ "eth ipv4 udp:3544 teredo:1 ipv6:2 tcp", 1, "ethernet ipv4 teredo ipv6" },
	{ "eth ipv4 udp:3544 teredo:2 ipv6:2 tcp", 1, "ethernet ipv4 teredo ipv6" },
	{ "eth ipv4 udp:1701 l2tp ppp ipv4 tcp", 1, "ethernet ipv4 l2tp ppp ipv4" },
	{ "eth ipv6 udp:1701 l2tp:1 ppp:1 ipv6 tcp", 1, "ethernet ipv6 l2tp ppp ipv6" },
	{ "eth ipv4 udp:1701 l2tp:3 fill:8 eth ipv4 tcp", 1, "ethernet ipv4 l2tp ethernet ipv4" },
	{ "eth ipv4 l2tp3:5 eth vlan:4 ipv4 tcp", 1, "ethernet ipv4 l2tpv3 ethernet 802.1q ipv4" },
	{ "eth ipv4 l2tp3:5 fill:4 eth ipv6 tcp", 1, "ethernet ipv4 l2tpv3 ethernet ipv6" },
	{ "eth ipv6 l2tp3:5 fill:8 eth ipv4 tcp", 1, "ethernet ipv6 l2tpv3 ethernet ipv4" },
	{ "eth ipv4 l2tp3:5 fill:12 eth ipv4 tcp", 1, "ethernet ipv4 l2tpv3 ethernet ipv4" },
	{ "eth ipv4 l2tp3:5 fill:8 ipv4 tcp", 1, "ethernet ipv4 l2tpv3 raw ipv4" },
	{ "eth ipv4 l2tp3:5 fill:4 ppp:1 ipv4 tcp", 1, "ethernet ipv4 l2tpv3 ppp ipv4" },
};

static void
check_path(const struct packet *p, const struct row *row)
{
	char path[256] = "";
	size_t at = 0;

	for (size_t i = 0; i < p->layer_count; i++)
		at += (size_t)snprintf(
			path + at, sizeof path - at, "%s%s", i ? " " : "", layer_name(p->layer[i]));
	assert_string_equal(path, row->path);
}

/* Teredo has addresses of its own. */
static void
check_address(struct packet *p, const char *script)
{
	char text[ADDR_TEXT_MAX];

	if (!strstr(script, "ipv6:2"))
		return;
	assert_string_equal(addr_format(p->src.addr, text), "2001::1");
	assert_int_equal(addr_parse(slice_str(FRAMES_SRC_V6), &p->src.addr), 0);
}

static void
test_ways(void **state)
{
	(void)state;
	struct bench b;
	struct packet p;
	const char *why;
	struct made m;

	bench_init(&b, false);
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		make_frame(&m, ways[i].script);
		assert_true(decap_knows(ways[i].linktype));
		if (run(&b, ways[i].linktype, made_slice(&m), &p, &why) != 1)
			fail_msg("%s: %s", ways[i].script, why);
		assert_string_equal(why, "TCP");
		check_path(&p, &ways[i]);
		check_address(&p, ways[i].script);
		check_segment(&p, strstr(ways[i].script, "tcp:1") != NULL);
	}
	for (size_t i = 0; i < COUNTERS_COUNT; i++)
		assert_int_equal(b.counters.value[i], 0);
	bench_release(&b);
}

/* Frames cut by the snaplen: what is taken for TCP says how much is missing, to the byte. */
static void
test_cut_by_snaplen(void **state)
{
	(void)state;
	struct bench b;
	struct packet p;
	struct made m;

	bench_init(&b, false);
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		make_frame(&m, ways[i].script);
		struct slice whole = made_slice(&m);
		for (size_t len = 0; len < whole.len; len++) {
			struct slice cut = edge_copy(b.edge, slice_take(whole, len));
			struct frame frame = frame_of(ways[i].linktype, cut);

			frame.wire_len = (uint32_t)whole.len;
			int status = decap_packet(b.decap, &frame, &p, NULL);
			if (len + PAYLOAD >= whole.len)
				assert_int_equal(status, 1);
			else if (!strstr(ways[i].script, "tcp:1"))
				assert_int_equal(status, 0);
			if (status != 1)
				continue;
			assert_int_equal(p.payload.len + p.missing, PAYLOAD);
			assert_memory_equal(p.payload.ptr, FRAMES_PAYLOAD, p.payload.len);
		}
	}
	assert_true(b.counters.value[COUNTER_decap_malformed] > 0);
	bench_release(&b);
}

/* Frames that were that short on the wire: only where no length field says more. */
static void
test_cut_on_the_wire(void **state)
{
	(void)state;
	struct bench b;
	struct packet p;
	struct made m;

	bench_init(&b, false);
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		make_frame(&m, ways[i].script);
		struct slice whole = made_slice(&m);
		bool open_end =
			strstr(ways[i].script, "ipv4:2") || strstr(ways[i].script, "ipv6:1");
		for (size_t len = 0; len < whole.len; len++) {
			int status = run(&b, ways[i].linktype, slice_take(whole, len), &p, NULL);
			assert_int_equal(status, open_end && len + PAYLOAD >= whole.len);
		}
	}
	bench_release(&b);
}

/* Any byte may be anything: no crash, no overread, never more payload than there is. */
static void
test_spoiled(void **state)
{
	(void)state;
	static const uint8_t flips[] = { 0x01, 0x04, 0x08, 0x10, 0x40, 0x80, 0xff, 0x0f };
	struct bench b;
	struct packet p;
	struct made m;

	bench_init(&b, true);
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		make_frame(&m, ways[i].script);
		size_t len = made_slice(&m).len;
		for (size_t at = 0; at < len; at++) {
			for (size_t k = 0; k < sizeof flips; k++) {
				m.room[m.at + at] ^= flips[k];
				if (run(&b, ways[i].linktype, made_slice(&m), &p, NULL) == 1) {
					assert_true(p.payload.len <= len);
					assert_true(p.missing <= UINT16_MAX);
				}
				m.room[m.at + at] ^= flips[k];
			}
		}
	}
	bench_release(&b);
}

static void
test_vlans(void **state)
{
	(void)state;
	static const struct {
		const char *script;
		uint8_t count;
		uint16_t ids[PACKET_VLANS];
	} rows[] = {
		{ "eth ipv4 tcp", 0, { 0 } },
		{ "eth vlan:4095 ipv4 tcp", 1, { 4095 } },
		{ "eth qinq:7 vlan:80 ipv4 tcp", 2, { 7, 80 } },
		{ "eth vlan:1 ipv4 udp:4789 vxlan:5 eth vlan:2 ipv4 tcp", 2, { 1, 2 } },
		{ "eth vlan:1 vlan:2 vlan:3 vlan:4 vlan:5 ipv4 tcp", 4, { 1, 2, 3, 4 } },
	};
	struct bench b;
	struct packet p;
	struct made m;

	bench_init(&b, false);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		make_frame(&m, rows[i].script);
		assert_int_equal(run(&b, ETHERNET, made_slice(&m), &p, NULL), 1);
		assert_int_equal(p.vlan_count, rows[i].count);
		assert_memory_equal(p.vlan, rows[i].ids, sizeof rows[i].ids);
	}
	bench_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ways),
		cmocka_unit_test(test_cut_by_snaplen),
		cmocka_unit_test(test_cut_on_the_wire),
		cmocka_unit_test(test_spoiled),
		cmocka_unit_test(test_vlans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
