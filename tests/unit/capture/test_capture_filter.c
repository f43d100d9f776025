/* The kernel's filter, run by libpcap's machine on frames made by hand: what passes, and that every
 * frame of a connection is of one worker's share. */
#include "unit/capture/images.h"

#include <pcap/pcap.h>

#include "sensor/capture/capture_filter.h"

enum { SHARES = 5, PASS = 4711 };

static const uint16_t ports[] = { 25, 587 }, udp_ports[] = { 4789 };

static bool
passes(struct capture_filter f, enum capture_link link, struct slice frame)
{
	struct sock_filter program[CAPTURE_FILTER_MAX + 1];
	struct bpf_insn insns[CAPTURE_FILTER_MAX + 1];
	size_t len = capture_filter_build(&f, link, program, CAPTURE_FILTER_MAX);

	assert_true(len > 0);
	program[len] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, PASS);
	memcpy(insns, program, (len + 1) * sizeof *insns);
	assert_true(bpf_validate(insns, (int)len + 1));
	u_int got = bpf_filter(insns, frame.ptr, (u_int)frame.len, (u_int)frame.len);
	assert_true(got == 0 || got == PASS);
	return got == PASS;
}

static const struct capture_filter only_ports = { .ports_only = true,
	.ports = ports,
	.ports_count = 2,
	.udp_ports = udp_ports,
	.udp_ports_count = 1,
	.shares = 1 };

/* The one share that a frame is of; -1 = of none; more than one fails. */
static int
share_of(bool ports_only, enum capture_link link, struct slice frame)
{
	int share = -1;

	for (unsigned i = 0; i < SHARES; i++) {
		struct capture_filter f = only_ports;
		f.ports_only = ports_only;
		f.share = i;
		f.shares = SHARES;
		if (!passes(f, link, frame))
			continue;
		assert_int_equal(share, -1);
		share = (int)i;
	}
	return share;
}

/* ---- frames ---- */

struct flow {
	uint8_t client, server; /* last byte of their addresses */
	uint16_t port;		/* of the server */
	bool back;		/* from the server */
	uint8_t flags;
};

static void
tcp(struct image *m, const struct flow *f)
{
	image_number(m, f->back ? f->port : 40000, 2);
	image_number(m, f->back ? 40000 : f->port, 2);
	image_u32(m, 1);
	image_u32(m, 2);
	image_number(m, 0x5000u | f->flags, 2);
	image_number(m, 0, 6);
}

static void
ip4(struct image *m, const struct flow *f, uint8_t protocol, uint16_t fragment, size_t len)
{
	image_number(m, 0x4500, 2);
	image_number(m, 20 + len, 2);
	image_number(m, 7, 2);
	image_number(m, fragment, 2);
	image_number(m, 64u << 8 | protocol, 2);
	image_number(m, 0, 2);
	image_u32(m, 0xc0000200u | (f->back ? f->server : f->client));
	image_u32(m, 0xc0000200u | (f->back ? f->client : f->server));
}

static void
ip6(struct image *m, const struct flow *f, uint8_t next, size_t len)
{
	image_u32(m, 0x60000000);
	image_number(m, len, 2);
	image_number(m, (uint16_t)(next << 8 | 64), 2);
	image_number(m, 0x20010db8, 8);
	image_number(m, f->back ? f->server : f->client, 8);
	image_number(m, 0x20010db8, 8);
	image_number(m, f->back ? f->client : f->server, 8);
}

static void
macs(struct image *m, const struct flow *f)
{
	image_number(m, f->back ? 1 : 2, 6);
	image_number(m, f->back ? 2 : 1, 6);
}

/* What stands before IP, by name; each ends with the ethertype of IPv4 or IPv6. */
enum wrap {
	PLAIN,
	VLAN,
	QINQ,
	TRIPLE,
	MPLS,
	MPLS3,
	PSEUDOWIRE,
	PPPOE,
	PBB,
	ERSPAN1,
	ERSPAN2,
	ERSPAN3,
	WRAPS
};

static void
gre(struct image *m, const struct flow *f, uint16_t flags, uint16_t type)
{
	/* Each direction from another switch. */
	const struct flow outer = { f->back ? 201 : 202, 203, 0, false, 0 };

	image_number(m, 0x0800, 2);
	ip4(m, &outer, 47, 0, 100);
	image_number(m, flags, 2);
	image_number(m, type, 2);
	if (flags & 0x1000)
		image_u32(m, 9);
}

static void
wrap(struct image *m, const struct flow *f, enum wrap w, uint16_t type)
{
	const uint16_t id = f->back ? 100 : 200; /* differs by direction */

	m->big = true;
	macs(m, f);
	if (w == VLAN || w == TRIPLE)
		image_u32(m, 0x81000000u | id);
	if (w == TRIPLE)
		image_u32(m, 0x91000000u | id);
	if (w == QINQ)
		image_u32(m, 0x88a80000u | id);
	if (w == QINQ || w == TRIPLE)
		image_u32(m, 0x81000000u | id);
	if (w == MPLS || w == MPLS3 || w == PSEUDOWIRE)
		image_number(m, 0x8847, 2);
	for (int i = 0; w == MPLS3 && i < 2; i++)
		image_u32(m, (uint32_t)id << 12);
	if (w == MPLS || w == MPLS3 || w == PSEUDOWIRE)
		image_u32(m, (uint32_t)id << 12 | 0x100);
	if (w == PSEUDOWIRE)
		image_u32(m, 0);
	if (w == PBB)
		image_number(m, 0x88e700000000 | id, 6);
	if (w == PPPOE) {
		image_number(m, 0x88641100, 4);
		image_u32(m, 100);
		image_number(m, type == 0x0800 ? 0x0021 : 0x0057, 2);
	}
	if (w == ERSPAN1)
		gre(m, f, 0, 0x88be);
	if (w == ERSPAN2) {
		gre(m, f, 0x1000, 0x88be);
		image_number(m, 0x1000000000000000, 8);
	}
	if (w == ERSPAN3) {
		gre(m, f, 0x1000, 0x22eb);
		image_number(m, 0x2000000000000000, 8);
		image_u32(m, 0);
	}
	if (w == PSEUDOWIRE || w == PBB || w >= ERSPAN1)
		macs(m, f);
	if (w != MPLS && w != MPLS3 && w != PPPOE)
		image_number(m, type, 2);
}

static struct image
frame_of(enum wrap w, bool six, const struct flow *f)
{
	struct image m = { .big = true };

	wrap(&m, f, w, six ? 0x86dd : 0x0800);
	if (six)
		ip6(&m, f, 6, 20);
	else
		ip4(&m, f, 6, 0, 20);
	tcp(&m, f);
	return m;
}

/* ---- tests ---- */

/* The words that reveal SMTP elsewhere, behind options of TCP, in every wrapping; nothing else. */
static void
test_words(void **state)
{
	static const struct {
		const char *words;
		size_t len;
		bool passes;
	} rows[] = {
		{ "220 mx", 6, true }, { "220-mx", 6, true }, { "2200", 4, false },
		{ "220", 3, false }, { "EHLO a", 6, true }, { "helo a", 6, true },
		{ "LhLo a", 6, true }, { "MAIL FROM:", 10, true }, { "CONNECT a:25", 12, true },
		{ "connect", 7, false }, { "PROXY TCP4", 10, true },
		{ "\r\n\r\n\0\r\nQUIT\n", 12, true }, { "\5\1\0", 3, true },
		{ "\5\2\0\2", 4, true }, { "\5\0\0", 3, false },
		{ "\4\1\0\31\300\0\2\1\0", 9, true }, { "\4\1\0\120\300\0\2\1\0", 9, false },
		{ "GET / HTTP/1.1", 14, false }, { "POST / HTTP/1.1", 15, true },
		{ "post / HTTP/1.1", 15, false }, { "", 0, false },
		{ "\0\0\0\0\0\0", 6, false }, /* padding */
	};
	struct flow flow = { 1, 2, 8025, false, 0x10 };
	struct capture_filter f = only_ports;
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (int options = 0; options < 2; options++) {
			struct image m = { .big = true };
			wrap(&m, &flow, (enum wrap)(i % WRAPS), 0x0800);
			ip4(&m, &flow, 6, 0, 20 + 12 * (size_t)options + rows[i].len);
			tcp(&m, &flow);
			if (options) {
				m.bytes[m.len - 8] = 0x80;
				image_u32(&m, 0x0101080a);
				image_number(&m, 0x3232302032323020, 8); /* "220 220 " */
			}
			for (size_t k = 0; k < rows[i].len; k++)
				image_number(&m, (uint8_t)rows[i].words[k], 1);
			f.any_port = true;
			if (passes(f, CAPTURE_LINK_ETHERNET, image_slice(&m)) != rows[i].passes)
				fail_msg("row %zu, options %d", i, options);
			f.any_port = false;
			assert_false(passes(f, CAPTURE_LINK_ETHERNET, image_slice(&m)));
		}
	}
}

/* A port that was learned passes whole, in both directions. */
static void
test_learned(void **state)
{
	static const uint16_t learned[] = { 2526 };
	struct capture_filter f = only_ports;
	(void)state;

	for (int back = 0; back < 2; back++) {
		struct flow flow = { 1, 2, 2526, back, 0x10 };
		struct image m = frame_of(PLAIN, back, &flow);
		f.learned_count = 0;
		assert_false(passes(f, CAPTURE_LINK_ETHERNET, image_slice(&m)));
		f.learned = learned;
		f.learned_count = 1;
		assert_true(passes(f, CAPTURE_LINK_ETHERNET, image_slice(&m)));
	}
}

static void
test_ports(void **state)
{
	static const struct {
		uint16_t port;
		uint8_t flags;
		bool want;
	} rows[] = {
		{ 25, 0x10, true },
		{ 587, 0x02, true },
		{ 443, 0x10, false },
		{ 443, 0x02, false },
		{ 443, 0x12, true },
		{ 443, 0x19, false },
		{ 40001, 0x04, false },
	};
	(void)state;

	for (int w = 0; w < WRAPS; w++) {
		for (size_t i = 0; i < 4 * sizeof rows / sizeof rows[0]; i++) {
			bool six = i & 1, back = i & 2;
			struct flow f = { 5, 25, rows[i / 4].port, back, rows[i / 4].flags };
			struct image m = frame_of((enum wrap)w, six, &f);

			if (passes(only_ports, CAPTURE_LINK_ETHERNET, image_slice(&m)) !=
				rows[i / 4].want)
				fail_msg("wrap %d, IPv%d, port %d, flags %02x", w, six ? 6 : 4,
					f.port, f.flags);
		}
	}
}

/* Both directions, all wrappings and fragments of two hosts are one share, and many pairs of
 * neighbours are spread over all. */
static void
test_shares(void **state)
{
	(void)state;
	for (int six = 0; six < 2; six++) {
		int shares[SHARES] = { 0 };
		enum { PAIRS = 200 };

		for (uint8_t client = 0; client < PAIRS; client++) {
			struct flow f = { client, 222, 25, false, 0x10 };
			struct image m = frame_of(PLAIN, six, &f);
			int want = share_of(true, CAPTURE_LINK_ETHERNET, image_slice(&m));

			assert_true(want >= 0);
			shares[want]++;
			for (int w = 0; client < 5 && w < 2 * WRAPS; w++) {
				f.back = w & 1;
				m = frame_of((enum wrap)(w / 2), six, &f);
				int got = share_of(w & 2, CAPTURE_LINK_ETHERNET, image_slice(&m));
				if (got != want)
					fail_msg("IPv%d wrap %d %s: share %d, not %d", six ? 6 : 4,
						w / 2, f.back ? "back" : "", got, want);
			}
			for (int first = 0; !six && first < 2; first++) {
				struct image fragment = { .big = true };
				wrap(&fragment, &f, VLAN, 0x0800);
				ip4(&fragment, &f, 6, first ? 0x2000 : 0x0010, 8);
				image_number(&fragment, 0, 8);
				assert_int_equal(share_of(true, CAPTURE_LINK_ETHERNET,
							 image_slice(&fragment)),
					want);
			}
			/* Without a link header it is the same. */
			m = frame_of(PLAIN, six, &f);
			struct slice ip = slice_skip(image_slice(&m), 14);
			assert_int_equal(share_of(true, CAPTURE_LINK_RAW, ip), want);
		}
		for (int i = 0; i < SHARES; i++)
			assert_in_range(shares[i], PAIRS / SHARES / 2, PAIRS / SHARES * 2);
	}
}

/* Frames without ports: what is of no use, what is a tunnel, what nobody knows. */
static void
test_others(void **state)
{
	static const struct {
		const char *name;
		struct slice frame; /* behind the MAC addresses */
		bool want;
	} rows[] = {
		{ "ARP", SLICE("\x08\x06\0\1\x08\0\6\4\0\1"), false },
		{ "LLDP", SLICE("\x88\xcc\2\7"), false },
		{ "spanning tree", SLICE("\0\x26\x42\x42\3\0\0\0\0\0"), false },
		{ "SNAP", SLICE("\0\x26\xaa\xaa\3\0\0\0\x08\0\x45"), true },
		{ "unknown ethertype", SLICE("\x99\x99...."), true },
		{ "five tags", SLICE("\x81\0\0\1\x81\0\0\1\x81\0\0\1\x81\0\0\1\x81\0\0\1\x08\0"),
			true },
		{ "tag cut", SLICE("\x81\0\0"), true },
		{ "IPv4 cut", SLICE("\x08\0\x45\0\0"), true },
		{ "IPv6 cut", SLICE("\x86\xdd\x60\0\0"), true },
		{ "MPLS cut", SLICE("\x88\x47\0\0\1"), true },
		{ "nothing", SLICE(""), true },
	};
	static const struct {
		uint8_t protocol;
		uint16_t port;
		bool want;
	} inner[] = {
		{ 1, 0, false },
		{ 47, 0, true },
		{ 4, 0, true },
		{ 41, 0, true },
		{ 97, 0, true },
		{ 115, 0, true },
		{ 137, 0, true },
		{ 50, 0, false },
		{ 51, 0, true },
		{ 200, 0, true },
		{ 17, 53, false },
		{ 17, 4789, true },
		{ 17, 6081, true },
		{ 17, 2152, true },
		{ 17, 3544, true },
		{ 17, 1701, true },
		{ 17, 443, false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct image m = { .big = true };
		image_number(&m, 0, 8);
		image_u32(&m, 0);
		image_bytes(&m, rows[i].frame);
		bool got = passes(only_ports, CAPTURE_LINK_ETHERNET, image_slice(&m));
		if (got != rows[i].want)
			fail_msg("%s %s", rows[i].name, got ? "passes" : "is dropped");
		assert_int_equal(share_of(false, CAPTURE_LINK_ETHERNET, image_slice(&m)), 0);
	}
	for (size_t i = 0; i < 2 * sizeof inner / sizeof inner[0]; i++) {
		struct flow f = { 1, 2, inner[i / 2].port, i & 1, 0 };
		struct image m = { .big = true };
		wrap(&m, &f, VLAN, 0x0800);
		ip4(&m, &f, inner[i / 2].protocol, 0, 20);
		tcp(&m, &f);
		bool got = passes(only_ports, CAPTURE_LINK_ETHERNET, image_slice(&m));
		if (got != inner[i / 2].want)
			fail_msg("IP protocol %d, port %d %s", inner[i / 2].protocol, f.port,
				got ? "passes" : "is dropped");
		assert_true(share_of(false, CAPTURE_LINK_ETHERNET, image_slice(&m)) >= 0);
	}
}

/* Every frame cut at every length is of exactly one share: none is lost without being counted. */
static void
test_cut(void **state)
{
	(void)state;
	for (int w = 0; w < WRAPS; w++) {
		struct flow f = { 7, 8, 25, false, 0x10 };
		struct image m = frame_of((enum wrap)w, w & 1, &f);

		for (size_t len = 0; len <= m.len; len++)
			assert_true(share_of(false, CAPTURE_LINK_ETHERNET,
					    slice_take(image_slice(&m), len)) >= 0);
	}
}

static void
test_too_long(void **state)
{
	struct sock_filter program[100];
	(void)state;

	assert_int_equal(capture_filter_build(&only_ports, CAPTURE_LINK_ETHERNET, program, 100), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_learned),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
