#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "sensor/base/addr.h"
#include "tests/unit/base/edge.h"

#define COUNT_OF(rows) (sizeof(rows) / sizeof((rows)[0]))

/* Text in, text out: NULL = refused. */
static const struct {
	const char *name;
	struct slice in;
	const char *want;
} rows[] = {
	{ "IPv4", SLICE("200.136.80.4"), "200.136.80.4" },
	{ "IPv4, edges", SLICE("0.0.0.0"), "0.0.0.0" },
	{ "broadcast", SLICE("255.255.255.255"), "255.255.255.255" },
	{ "octet too large", SLICE("1.2.3.256"), NULL },
	{ "three octets", SLICE("1.2.3"), NULL },
	{ "leading zero", SLICE("01.2.3.4"), NULL },
	{ "blank", SLICE(" 1.2.3.4"), NULL },
	{ "empty", SLICE(""), NULL },
	{ "brackets", SLICE("[::1]"), NULL },
	{ "NUL behind", SLICE("1.2.3.4\0"), NULL },
	{ "NUL inside", SLICE("1.2.3.4\0x"), NULL },
	{ "zone", SLICE("fe80::1%eth0"), NULL },
	{ "too long", SLICE("00000000000000000000000000000000000000000000000001"), NULL },
	/* RFC 5952 */
	{ "1, 4.1 leading zeros", SLICE("2001:0db8::0001"), "2001:db8::1" },
	{ "4.2.1 shorten as much as possible", SLICE("2001:db8:0:0:0:0:2:1"), "2001:db8::2:1" },
	{ "4.2.2 one 16-bit field", SLICE("2001:db8:0:1:1:1:1:1"), "2001:db8:0:1:1:1:1:1" },
	{ "4.2.2 not even if written so", SLICE("2001:db8::1:1:1:1:1"), "2001:db8:0:1:1:1:1:1" },
	{ "4.2.3 the longest run", SLICE("2001:0:0:1:0:0:0:1"), "2001:0:0:1::1" },
	{ "4.2.3 the first of equals", SLICE("2001:db8:0:0:1:0:0:1"), "2001:db8::1:0:0:1" },
	{ "4.3 lower case", SLICE("2001:DB8:AAAA:BBBB:CCCC:DDDD:EEEE:AAA1"),
		"2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaa1" },
	{ "unspecified", SLICE("::"), "::" },
	{ "loopback", SLICE("0:0:0:0:0:0:0:1"), "::1" },
	{ "zeros at the end", SLICE("2001:db8:0:0:0:0:0:0"), "2001:db8::" },
	{ "zeros before the last", SLICE("1:2:3:4:5:6:0:0"), "1:2:3:4:5:6::" },
	{ "one zero at the end", SLICE("1:2:3:4:5:6:7::"), "1:2:3:4:5:6:7:0" },
	{ "no zeros", SLICE("1:2:3:4:5:6:7:8"), "1:2:3:4:5:6:7:8" },
	{ "longest", SLICE("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255"),
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	{ "inner zeros of a field", SLICE("2001:db8::1000:100:10"), "2001:db8::1000:100:10" },
	{ "two gaps", SLICE("1::2::3"), NULL },
	{ "nine fields", SLICE("1:2:3:4:5:6:7:8:9"), NULL },
	/* RFC 4291 2.5.5.2 */
	{ "mapped", SLICE("::ffff:192.0.2.1"), "192.0.2.1" },
	{ "mapped in hex", SLICE("::FFFF:c000:0201"), "192.0.2.1" },
	{ "nearly mapped", SLICE("::fffe:c000:201"), "::fffe:c000:201" },
};

static void
parses_and_formats(void **state)
{
	struct edge edge = edge_new();
	char text[ADDR_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct addr a = { .family = 99 };
		print_message("%s\n", rows[i].name);
		int result = addr_parse(edge_copy(edge, rows[i].in), &a);
		assert_int_equal(result, rows[i].want ? 0 : -1);
		assert_string_equal(addr_format(a, text), rows[i].want ? rows[i].want : "");
		if (!rows[i].want)
			assert_int_equal(a.family, ADDR_NONE);
	}
	edge_free(edge);
}

/* What is written is read back as the same address, in every pattern of zero fields. */
static void
round_trip(void **state)
{
	(void)state;
	for (unsigned pattern = 0; pattern < 256; pattern++) {
		uint8_t bytes[16] = { 0 };
		char text[ADDR_TEXT_MAX];
		struct addr back;
		for (unsigned i = 0; i < 8; i++)
			if (pattern >> i & 1)
				bytes[2 * i + (i & 1)] = (uint8_t)(0xF0 >> i);
		struct addr a = addr_v6(bytes);
		assert_int_equal(addr_parse(slice_str(addr_format(a, text)), &back), 0);
		assert_true(addr_eq(a, back));
	}
}

static struct addr
addr(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(slice_str(text), &a), 0);
	return a;
}

static void
compares(void **state)
{
	const struct addr none = { .family = ADDR_NONE };

	(void)state;
	assert_true(addr_eq(addr_v4_number(0xC8885004), addr("200.136.80.4")));
	assert_true(addr_eq(addr_v4((const uint8_t[]){ 1, 2, 3, 4 }), addr("1.2.3.4")));
	assert_true(addr_cmp(addr("1.2.3.4"), addr("1.2.3.5")) < 0);
	assert_true(addr_cmp(addr("255.0.0.0"), addr("::1")) < 0);
	assert_true(addr_cmp(addr("2001:db8::2"), addr("2001:db8::1")) > 0);
	assert_true(addr_cmp(none, addr("0.0.0.0")) < 0);
	assert_false(addr_eq(none, addr("0.0.0.0")));
	assert_true(addr_eq(none, none));
}

static void
networks(void **state)
{
	static const struct {
		const char *in;
		const char *want; /* NULL = refused */
		int bits;
		const char *has, *has_not;
	} nets[] = {
		{ "200.136.80.0/20", "200.136.80.0", 20, "200.136.95.255", "200.136.96.0" },
		{ "200.136.80.4/20", "200.136.80.0", 20, "200.136.80.0", "200.136.79.255" },
		{ "192.0.2.7", "192.0.2.7", 32, "192.0.2.7", "192.0.2.6" },
		{ "0.0.0.0/0", "0.0.0.0", 0, "255.1.2.3", "::" },
		{ "128.0.0.0/1", "128.0.0.0", 1, "192.0.2.1", "127.255.255.255" },
		{ "2001:db8::/32", "2001:db8::", 32, "2001:db8:ffff::1", "2001:db9::" },
		{ "2001:db8::1/127", "2001:db8::", 127, "2001:db8::1", "2001:db8::2" },
		{ "2001:db8::5", "2001:db8::5", 128, "2001:db8::5", "2001:db8::4" },
		{ "::/0", "::", 0, "2001:db8::", "1.2.3.4" },
		{ "::ffff:192.0.2.9/120", "192.0.2.0", 24, "192.0.2.1", "192.0.3.1" },
		{ "::ffff:192.0.2.9/90", NULL, 0, NULL, NULL },
		{ "1.2.3.4/33", NULL, 0, NULL, NULL },
		{ "::/129", NULL, 0, NULL, NULL },
		{ "1.2.3.4/", NULL, 0, NULL, NULL },
		{ "1.2.3.4/-1", NULL, 0, NULL, NULL },
		{ "1.2.3.4/0000000024", NULL, 0, NULL, NULL },
		{ "1.2.3.4/24/8", NULL, 0, NULL, NULL },
		{ "1.2.3/24", NULL, 0, NULL, NULL },
		{ "", NULL, 0, NULL, NULL },
	};
	char text[ADDR_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(nets); i++) {
		struct network n;
		print_message("%s\n", nets[i].in);
		assert_int_equal(network_parse(slice_str(nets[i].in), &n), nets[i].want ? 0 : -1);
		if (!nets[i].want)
			continue;
		assert_string_equal(addr_format(n.addr, text), nets[i].want);
		assert_int_equal(n.bits, nets[i].bits);
		assert_true(network_has(n, addr(nets[i].has)));
		assert_false(network_has(n, addr(nets[i].has_not)));
	}
	const struct network none = { .bits = 0 };
	assert_false(network_has(none, (struct addr){ .family = ADDR_NONE }));
	assert_string_equal(
		addr_format(network_of(addr("192.0.2.77"), 24, 64).addr, text), "192.0.2.0");
	assert_string_equal(addr_format(network_of(addr("2001:db8:1:2:3::"), 24, 64).addr, text),
		"2001:db8:1:2::");
	assert_int_equal(network_of(addr("192.0.2.77"), 200, 64).bits, 32);
}

static void
special(void **state)
{
	static const char *const yes[] = { "0.1.2.3", "10.255.255.255", "100.64.0.1", "127.0.0.1",
		"169.254.1.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.0.1",
		"198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.1.1.1",
		"240.0.0.1", "255.255.255.255", "::", "::1", "64:ff9b:1::1", "100::1", "2001:2::1",
		"2001:1f::1", "2001:db8::25", "3fff:fff::1", "5f00::1", "fc00::1", "fdff::1",
		"fe80::1", "febf::1", "fec0::1", "ff02::1" };
	static const char *const no[] = { "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255",
		"100.128.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.1", "198.17.255.255",
		"198.20.0.0", "200.136.80.4", "223.255.255.255", "::2", "64:ff9b::1",
		"100:0:0:1::1", "2001:db7::1", "2001:20::1", "2001:4860::1", "2a00::1", "3ffe::1" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(yes); i++) {
		print_message("%s\n", yes[i]);
		assert_true(addr_is_special(addr(yes[i])));
	}
	for (size_t i = 0; i < COUNT_OF(no); i++) {
		print_message("%s\n", no[i]);
		assert_false(addr_is_special(addr(no[i])));
	}
	assert_true(addr_is_special((struct addr){ .family = ADDR_NONE }));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_and_formats),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(compares),
		cmocka_unit_test(networks),
		cmocka_unit_test(special),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
