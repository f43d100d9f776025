/* pcapng files in which interfaces differ, and blocks of every kind. */
#include "unit/capture/images.h"

#include "sensor/base/ptime.h"
#include "sensor/limits.h"

enum { SECONDS = 1213200000, ETHERNET = 1, COOKED = 113, RAW_IN_FILES = 101, RAW = 12 };

static const struct slice data = SLICE("sixteen and some bytes");

/* An option: code, length, value, padding. */
static void
option(struct image *m, uint16_t code, struct slice value)
{
	image_number(m, code, 2);
	image_number(m, value.len, 2);
	image_bytes(m, value);
	image_number(m, 0, (4 - value.len % 4) % 4);
}

/* An interface with options in any order; returns nothing but the block. */
static void
interface(struct image *m, uint16_t linktype, uint32_t snaplen, struct slice resolution,
	struct slice offset)
{
	size_t start = m->len;

	image_u32(m, 1);
	image_u32(m, 0);
	image_number(m, linktype, 2);
	image_number(m, 0, 2);
	image_u32(m, snaplen);
	option(m, 2, SLICE("eth0")); /* if_name */
	if (offset.len > 0)
		option(m, 14, offset);
	if (resolution.len > 0)
		option(m, 9, resolution);
	image_u32(m, 0);
	size_t len = m->len + 4 - start;
	image_u32(m, len);
	struct image length = { .big = m->big };
	image_u32(&length, len);
	memcpy(m->bytes + start + 4, length.bytes, 4);
}

static void
block(struct image *m, uint32_t type, struct slice body)
{
	image_u32(m, type);
	image_u32(m, body.len + 12);
	image_bytes(m, body);
	image_u32(m, body.len + 12);
}

static void
simple_packet(struct image *m, struct slice bytes, uint32_t wire)
{
	size_t padding = (4 - bytes.len % 4) % 4;

	image_u32(m, 3);
	image_u32(m, 16 + bytes.len + padding);
	image_u32(m, wire);
	image_bytes(m, bytes);
	image_number(m, 0, padding);
	image_u32(m, 16 + bytes.len + padding);
}

/* 4.5 of the draft's appendix: the packet block that is obsolete. */
static void
old_packet(struct image *m, uint16_t interface_id, uint64_t ticks, struct slice bytes)
{
	size_t padding = (4 - bytes.len % 4) % 4;

	image_u32(m, 2);
	image_u32(m, 32 + bytes.len + padding);
	image_number(m, interface_id, 2);
	image_number(m, 7, 2);
	image_u32(m, ticks >> 32);
	image_u32(m, ticks);
	image_u32(m, bytes.len);
	image_u32(m, bytes.len);
	image_bytes(m, bytes);
	image_number(m, 0, padding);
	image_u32(m, 32 + bytes.len + padding);
}

static struct capture *
open_image(const struct image *m, struct image_file *file)
{
	struct err err = { "" };
	struct capture *c;

	*file = image_open(image_slice(m));
	if (capture_open_file(file->path, &c, &err) != 0)
		fail_msg("%s", err.text);
	return c;
}

static void
want_frame(struct capture *c, int interface_id, int linktype, int64_t time)
{
	struct err err = { "" };
	struct frame frame;

	if (capture_next(c, &frame, &err) != 1)
		fail_msg("%s", err.text);
	assert_int_equal(frame.interface, interface_id);
	assert_int_equal(frame.linktype, linktype);
	assert_int_equal(frame.time, time);
	assert_true(slice_eq(frame.data, data));
}

static void
want_end(struct capture *c)
{
	struct err err = { "" };
	struct frame frame;

	assert_int_equal(capture_next(c, &frame, &err), 0);
	assert_string_equal(err.text, "");
	assert_true(capture_ended(c));
}

/* Interfaces of three link types and snaplens, blocks of all kinds between, a second section. */
static void
test_interfaces_differ(void **state)
{
	static const uint8_t far_offset[8] = { 100 };
	(void)state;

	for (int big = 0; big < 2; big++) {
		struct image m = { .big = big };
		struct image_file file;
		struct slice nothing = SLICE_EMPTY;

		pcapng_section(&m);
		interface(&m, ETHERNET, 65535, nothing, nothing);
		pcapng_packet(&m, 0, SECONDS * UINT64_C(1000000) + 5, data, 99);
		block(&m, 4, SLICE("names of hosts.."));
		interface(&m, COOKED, 262144, SLICE("\x09"), nothing);
		interface(&m, RAW_IN_FILES, 0, SLICE("\x8a"),
			big ? nothing : slice_of(far_offset, 8)); /* 2^-10; 100 s later */
		pcapng_packet(&m, 1, SECONDS * UINT64_C(1000000000) + 7, data, 99);
		block(&m, 0x80001234, SLICE("somebody's own.."));
		pcapng_packet(&m, 2, SECONDS * UINT64_C(1024) + 512, data, 99);
		old_packet(&m, 0, SECONDS * UINT64_C(1000000) + 9, data);
		simple_packet(&m, data, (uint32_t)data.len);
		m.big = !big;
		pcapng_section(&m);
		interface(&m, RAW_IN_FILES, 96, nothing, nothing);
		pcapng_packet(&m, 0, SECONDS * UINT64_C(1000000) + 11, data, 99);
		block(&m, 5, SLICE("statistics......"));

		struct capture *c = open_image(&m, &file);
		assert_int_equal(capture_linktype(c, 0), ETHERNET);
		want_frame(c, 0, ETHERNET, SECONDS * PTIME_SECOND + 5000);
		want_frame(c, 1, COOKED, SECONDS * PTIME_SECOND + 7);
		assert_int_equal(capture_linktype(c, 1), COOKED);
		assert_int_equal(capture_linktype(c, 2), RAW);
		assert_int_equal(capture_linktype(c, 3), -1);
		want_frame(
			c, 2, RAW, (SECONDS + (big ? 0 : 100)) * PTIME_SECOND + PTIME_SECOND / 2);
		want_frame(c, 0, ETHERNET, SECONDS * PTIME_SECOND + 9000);
		want_frame(c, 0, ETHERNET, SECONDS * PTIME_SECOND + 9000); /* has no time */
		want_frame(c, 0, RAW, SECONDS * PTIME_SECOND + 11000);
		want_end(c);
		capture_close(c);
		image_close(file);
	}
}

static void
test_resolutions(void **state)
{
	static const struct {
		uint8_t resolution;
		uint64_t ticks;
		int64_t want;
	} rows[] = {
		{ 0, 5, 5 * PTIME_SECOND },
		{ 3, 5001, 5 * PTIME_SECOND + PTIME_MS },
		{ 9, 5000000001, 5 * PTIME_SECOND + 1 },
		{ 12, 5000000000999, 5 * PTIME_SECOND },
		{ 127, UINT64_MAX, 0 },
		{ 0x80, 5, 5 * PTIME_SECOND },
		{ 0x80 | 20, 5 << 20 | 1 << 19, 5 * PTIME_SECOND + PTIME_SECOND / 2 },
		{ 0xff, UINT64_MAX, 0 },
		{ 0, UINT64_MAX, CAPTURE_TIME_MAX },
	};
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct image m = { .big = false };
		struct image_file file;

		pcapng_section(&m);
		interface(&m, ETHERNET, 0, slice_of(&rows[i].resolution, 1), SLICE_EMPTY);
		pcapng_packet(&m, 0, rows[i].ticks, data, 99);
		struct capture *c = open_image(&m, &file);
		want_frame(c, 0, ETHERNET, rows[i].want);
		capture_close(c);
		image_close(file);
	}
}

/* A simple packet is as long as the first interface's snaplen lets it. */
static void
test_simple_packet_cut(void **state)
{
	struct err err = { "" };
	struct image m = { .big = false };
	struct image_file file;
	struct frame frame;
	(void)state;

	pcapng_section(&m);
	interface(&m, ETHERNET, (uint32_t)data.len, SLICE_EMPTY, SLICE_EMPTY);
	simple_packet(&m, data, 1500);
	struct capture *c = open_image(&m, &file);
	assert_int_equal(capture_next(c, &frame, &err), 1);
	assert_int_equal(frame.data.len, data.len);
	assert_int_equal(frame.wire_len, 1500);
	assert_int_equal(capture_cut(c).frames, 1);
	assert_int_equal(capture_cut(c).snaplen, data.len);
	capture_close(c);
	image_close(file);
}

/* What is wrong behind one good packet, and the words for it. */
static const struct {
	struct slice block; /* little-endian */
	const char *want;
} faults[] = {
	{ SLICE("\x06\0\0\0\x0b\0\0\0...."), "a block of absurd length" },
	{ SLICE("\x06\0\0\0\x22\0\0\0............................"), "a block of absurd length" },
	{ SLICE("\x06\0\0\0\xf0\xff\xff\xff...."), "a block of absurd length" },
	{ SLICE("\x01\0\0\0\x0c\0\0\0\x0c\0\0\0"), "the description of an interface is cut" },
	{ SLICE("\x09\0\0\0\x0c\0\0\0\x10\0\0\0"), "a block whose lengths differ" },
	{ SLICE("\x06\0\0\0\x20\0\0\0\x09\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x20\0\0\0"),
		"a packet of an interface that is not described" },
	{ SLICE("\x06\0\0\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x05\0\0\0\x05\0\0\0\x20\0\0\0"),
		"a packet longer than its block" },
	{ SLICE("\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a\x02\0\0\0........\x1c\0\0\0"),
		"an unknown version of pcapng" },
	{ SLICE("\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1b\x01\0\0\0........\x1c\0\0\0"),
		"a section without a byte order" },
};

static void
test_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		struct err err = { "" };
		struct image m = { .big = false };
		struct image_file file;
		struct frame frame;
		char words[128];

		pcapng_section(&m);
		pcapng_interface(&m, ETHERNET, 6);
		pcapng_packet(&m, 0, SECONDS * UINT64_C(1000000), data, 99);
		image_bytes(&m, faults[i].block);
		struct capture *c = open_image(&m, &file);
		want_frame(c, 0, ETHERNET, SECONDS * PTIME_SECOND);
		assert_int_equal(capture_next(c, &frame, &err), -1);
		snprintf(words, sizeof words, ": damaged after packet 1 (%s)", faults[i].want);
		if (!strstr(err.text, words))
			fail_msg("%zu: \"%s\" and not \"%s\"", i, err.text, words);
		want_end(c);
		capture_close(c);
		image_close(file);
	}
}

/* More interfaces than are kept: said, and what came before is there. */
static void
test_too_many_interfaces(void **state)
{
	struct err err = { "" };
	struct frame frame;
	struct capture *c;
	struct image m = { .big = false };
	struct image_file file;
	int fd;
	(void)state;

	pcapng_section(&m);
	file = image_open(image_slice(&m));
	fd = file.fd;
	m.len = 0;
	pcapng_interface(&m, ETHERNET, 6);
	for (int i = 0; i <= LIMIT_INTERFACES; i++)
		assert_int_equal(write(fd, m.bytes, m.len), m.len);
	assert_int_equal(capture_open_file(file.path, &c, &err), 0);
	assert_int_equal(capture_next(c, &frame, &err), -1);
	assert_non_null(strstr(err.text, "too many interfaces"));
	capture_close(c);
	image_close(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interfaces_differ),
		cmocka_unit_test(test_resolutions),
		cmocka_unit_test(test_simple_packet_cut),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_too_many_interfaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
