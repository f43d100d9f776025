/* Every layer, by frames made from words; each frame also cut and spoiled at every byte. */
#include "unit/decap/frames.h"

#include "sensor/limits.h"
#include "unit/base/edge.h"

enum { ETHERNET = 1, RAW = 12, PAYLOAD = sizeof FRAMES_PAYLOAD - 1 };

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
};

struct bench {
	struct counters counters;
	struct decap *decap;
	struct edge edge;
};

static void
bench_init(struct bench *b, bool verify)
{
	const struct decap_config config = { .verify_checksums = verify };

	*b = (struct bench){ .edge = edge_new() };
	assert_non_null(b->edge.pages);
	b->decap = decap_new(&config, &b->counters);
}

static void
bench_release(struct bench *b)
{
	decap_free(b->decap);
	edge_free(b->edge);
}

/* The frame ends where memory does. */
static int
run(struct bench *b, int linktype, struct slice data, struct packet *out, const char **why)
{
	struct frame frame = frame_of(linktype, edge_copy(b->edge, data));

	return decap_packet(b->decap, &frame, out, why);
}

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

/* The innermost addresses and the segment are the same in all rows. */
static void
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
				if (run(&b, ways[i].linktype, made_slice(&m), &p, NULL) == 1)
					assert_true(p.payload.len + p.missing <= len);
				m.room[m.at + at] ^= flips[k];
			}
		}
	}
	bench_release(&b);
}

/* Short Ethernet frames are filled up to 60 bytes: what IP does not count is no payload. */
static void
test_padding(void **state)
{
	(void)state;
	static const char *const scripts[] = { "eth ipv4 tcp", "eth ipv6 tcp",
		"eth vlan:3 pppoe:1 ppp ipv4 tcp", "eth snap ipv4 tcp" };
	struct bench b;
	struct packet p;
	struct made m;

	bench_init(&b, false);
	for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
		uint8_t padded[256];

		make_frame(&m, scripts[i]);
		struct slice frame = made_slice(&m);
		memset(padded, 0xee, sizeof padded);
		memcpy(padded, frame.ptr, frame.len);
		assert_int_equal(run(&b, ETHERNET, slice_of(padded, frame.len + 18), &p, NULL), 1);
		check_segment(&p, false);
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
note_unknown(void *ctx, const char *layer, uint32_t value, int64_t times)
{
	int64_t *sums = ctx;

	sums[0]++;
	sums[1] += times;
	if (strcmp(layer, "others") == 0)
		sums[2] = times;
	else
		assert_true(strcmp(layer, "ethernet") == 0 && value >= 0x2000);
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
	decap_unknown(b.decap, note_unknown, sums);
	assert_int_equal(sums[0], 257);
	assert_int_equal(sums[1], 600);
	assert_int_equal(sums[2], 88);
	assert_int_equal(b.counters.value[COUNTER_decap_unknown], 600);
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

/* Writes the TCP checksum of a frame whose addresses stand just before `at`, where the segment is.
 */
static void
fill_checksum(struct made *m, size_t at, size_t addresses)
{
	uint8_t *tcp = m->room + m->at + at;
	size_t len = MADE_MAX - (m->at + at);
	uint32_t sum = 6 + (uint32_t)len;

	for (const uint8_t *p = tcp - addresses; p < tcp; p += 2)
		sum += (uint32_t)p[0] << 8 | p[1];
	put16(tcp + 16, sum16(tcp, len, sum));
}

static void
test_checksums(void **state)
{
	(void)state;
	static const struct {
		const char *script;
		size_t tcp, addresses; /* offset of the segment, bytes of addresses */
	} rows[] = { { "eth ipv4 tcp", 34, 8 }, { "eth ipv6 tcp", 54, 32 },
		{ "eth ipv4 tcp:1", 34, 8 } };
	struct bench lax, strict;
	struct packet p;
	const char *why;
	struct made m;

	bench_init(&lax, false);
	bench_init(&strict, true);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		make_frame(&m, rows[i].script);
		fill_checksum(&m, rows[i].tcp, rows[i].addresses);
		assert_int_equal(run(&strict, ETHERNET, made_slice(&m), &p, &why), 1);
		/* A frame that was cut cannot be verified, and passes. */
		struct frame frame = frame_of(ETHERNET, made_slice(&m));
		frame.data.len--;
		assert_int_equal(decap_packet(strict.decap, &frame, &p, NULL), 1);
		m.room[MADE_MAX - 1] ^= 1;
		assert_int_equal(run(&lax, ETHERNET, made_slice(&m), &p, &why), 1);
		assert_int_equal(run(&strict, ETHERNET, made_slice(&m), &p, &why), 0);
		assert_string_equal(why, "TCP checksum");
		assert_int_equal(strict.counters.value[COUNTER_checksum_bad], i + 1);
	}
	make_frame(&m, "eth ipv4 tcp");
	m.room[m.at + 22] ^= 1; /* time to live */
	assert_int_equal(run(&strict, ETHERNET, made_slice(&m), &p, &why), 0);
	assert_string_equal(why, "IPv4 checksum");
	/* Behind a routing header the final destination counts, which is not here. */
	make_frame(&m, "eth ipv6 ext:43 tcp");
	assert_int_equal(run(&strict, ETHERNET, made_slice(&m), &p, &why), 1);
	assert_int_equal(lax.counters.value[COUNTER_checksum_bad], 0);
	bench_release(&lax);
	bench_release(&strict);
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
		cmocka_unit_test(test_ways),
		cmocka_unit_test(test_cut_by_snaplen),
		cmocka_unit_test(test_cut_on_the_wire),
		cmocka_unit_test(test_spoiled),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_vlans),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_unknown_is_bounded),
		cmocka_unit_test(test_absurd_wire_length),
		cmocka_unit_test(test_window_scale),
		cmocka_unit_test(test_checksums),
		cmocka_unit_test(test_mapped_address),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
