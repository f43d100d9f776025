/* Captures compressed by gzip and zstd: whole, cut everywhere, damaged, swollen; and files that
 * grow while they are read. */
#include "unit/capture/images.h"

#include <zlib.h>
#include <zstd.h>

#include "sensor/base/ptime.h"

enum { SECONDS = 1213200000, ETHERNET = 1, FRAMES = 40, PACKED_MAX = 1 << 16 };

static const struct slice data = SLICE("some forty bytes of a frame, more or less");

enum packing { GZIP, GZIP_MEMBERS, ZSTD, ZSTD_FRAMES, PACKINGS };
static const char *const names[PACKINGS] = { "gzip", "gzip members", "zstd", "zstd frames" };

static size_t
gzip(struct slice in, uint8_t *out, size_t size)
{
	z_stream z = { .next_in = (uint8_t *)(uintptr_t)in.ptr,
		.avail_in = (uInt)in.len,
		.next_out = out,
		.avail_out = (uInt)size };

	assert_int_equal(
		deflateInit2(&z, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return size - z.avail_out;
}

static size_t
zstd(struct slice in, uint8_t *out, size_t size)
{
	size_t n = ZSTD_compress(out, size, in.ptr, in.len, 3);

	assert_false(ZSTD_isError(n));
	return n;
}

/* In one piece, or in two that follow each other. */
static size_t
pack(enum packing how, struct slice in, uint8_t *out)
{
	size_t (*packer)(struct slice, uint8_t *, size_t) = how < ZSTD ? gzip : zstd;

	if (how == GZIP || how == ZSTD)
		return packer(in, out, PACKED_MAX);
	size_t n = packer(slice_take(in, in.len / 2), out, PACKED_MAX);
	return n + packer(slice_skip(in, in.len / 2), out + n, PACKED_MAX - n);
}

static void
make_image(struct image *m, bool ng)
{
	*m = (struct image){ .big = false };
	if (ng) {
		pcapng_section(m);
		pcapng_interface(m, ETHERNET, 6);
	} else {
		pcap_header(m, 0xa1b2c3d4, ETHERNET);
	}
	for (uint32_t i = 0; i < FRAMES; i++) {
		if (ng)
			pcapng_packet(m, 0, (SECONDS + i) * UINT64_C(1000000), data, 99);
		else
			pcap_record(m, SECONDS + i, 0, data, 99);
	}
}

/* Frames until the end or damage (*status), and whether they were ours; -1 = not even opened. */
static int
read_frames(struct slice bytes, int *status, bool *right, struct err *err)
{
	struct image_file file = image_open(bytes);
	struct capture *c;
	struct frame frame;
	int n = -1;

	*status = 0;
	*right = true;
	if (capture_open_file(file.path, &c, err) == 0) {
		for (n = 0; (*status = capture_next(c, &frame, err)) == 1; n++)
			*right = *right && frame.time == (SECONDS + n) * PTIME_SECOND &&
				 slice_eq(frame.data, data);
		assert_int_equal(capture_next(c, &frame, err), 0);
		capture_close(c);
	}
	image_close(file);
	return n;
}

static int
count_frames(struct slice bytes, int *status, struct err *err)
{
	bool right;
	int n = read_frames(bytes, status, &right, err);

	assert_true(right);
	return n;
}

static void
test_whole_and_cut(void **state)
{
	static uint8_t packed[PACKED_MAX];
	(void)state;

	for (int how = 0; how < PACKINGS; how++) {
		for (int ng = 0; ng < 2; ng++) {
			struct err err = { "" };
			struct image m;
			int status, last = -1;

			make_image(&m, ng);
			size_t len = pack((enum packing)how, image_slice(&m), packed);
			int frames = count_frames(slice_of(packed, len), &status, &err);
			if (frames != FRAMES || status != 0)
				fail_msg("%s: %d frames, %s", names[how], frames, err.text);
			for (size_t cut = 4; cut < len; cut++) {
				struct err words = { "" };
				frames = count_frames(slice_of(packed, cut), &status, &words);
				assert_true(frames >= last); /* never fewer than a shorter one */
				last = frames;
				/* Cut between two members it is whole, if a frame ends there. */
				bool said = words.text[0] != '\0';
				if (!said)
					fail_msg("%s cut at %zu: no word", names[how], cut);
			}
			/* zstd gives nothing of a block that is cut, and here one is all. */
			assert_true(how == ZSTD || last >= FRAMES / 2 - 1);
		}
	}
}

/* A byte that is wrong: said, if it is not of gzip's header, which holds a time and other things
 * that nobody needs.  (zstd's own check is an option of who compresses.) */
static void
test_damaged(void **state)
{
	enum { GZIP_HEADER = 10 };
	static uint8_t packed[PACKED_MAX];
	(void)state;

	for (int how = 0; how < PACKINGS; how++) {
		struct image m;

		make_image(&m, false);
		size_t len = pack((enum packing)how, image_slice(&m), packed);
		for (size_t at = 4; at < len; at++) {
			struct err err = { "" };
			int status;
			bool right;

			packed[at] ^= 0x55;
			(void)read_frames(slice_of(packed, len), &status, &right, &err);
			packed[at] ^= 0x55;
			if (how == GZIP && at >= GZIP_HEADER)
				assert_true(err.text[0] != '\0');
		}
	}
}

static void
test_words(void **state)
{
	static uint8_t packed[PACKED_MAX];
	struct err err = { "" };
	struct image m;
	int status;
	(void)state;

	make_image(&m, false);
	size_t len = pack(GZIP, image_slice(&m), packed);
	memcpy(packed + len, "garbage", 7);
	assert_int_equal(count_frames(slice_of(packed, len + 7), &status, &err), FRAMES);
	assert_int_equal(status, -1);
	assert_non_null(strstr(err.text, ": damaged after packet 40 (behind the gzip data come"));
	memset(packed + len, 0, 512); /* as on tapes */
	assert_int_equal(count_frames(slice_of(packed, len + 512), &status, &err), FRAMES);
	assert_int_equal(status, 0);

	/* Twice compressed, and something else inside. */
	err.text[0] = '\0';
	uint8_t twice[PACKED_MAX];
	size_t n = gzip(slice_of(packed, len), twice, sizeof twice);
	assert_int_equal(count_frames(slice_of(twice, n), &status, &err), -1);
	assert_non_null(strstr(err.text, ": gzip'd, and inside that again"));
	err.text[0] = '\0';
	n = zstd(SLICE("no capture"), twice, sizeof twice);
	assert_int_equal(count_frames(slice_of(twice, n), &status, &err), -1);
	assert_non_null(strstr(err.text, ": not a capture: begins with 6e 6f 20 63"));
	err.text[0] = '\0';
	n = gzip(SLICE(""), twice, sizeof twice);
	assert_int_equal(count_frames(slice_of(twice, n), &status, &err), -1);
	assert_non_null(strstr(err.text, ": empty (0 bytes)"));
}

/* Half a gigabyte of zeros behind one frame: no memory, and one word. */
static void
test_bomb(void **state)
{
	enum { ZEROS = 1 << 20, TIMES = 512 };
	uint8_t *zeros = calloc(1, ZEROS), *packed = malloc(ZEROS);
	struct err err = { "" };
	struct image m = { .big = false };
	int status;
	(void)state;

	pcap_header(&m, 0xa1b2c3d4, ETHERNET);
	pcap_record(&m, SECONDS, 0, data, 99);
	pcap_record(&m, SECONDS + 1, 0, SLICE_EMPTY, 0);
	m.len -= 8; /* its length: absurd */
	image_u32(&m, UINT32_MAX);
	image_u32(&m, UINT32_MAX);
	size_t len = zstd(image_slice(&m), packed, ZEROS);
	size_t more = zstd(slice_of(zeros, ZEROS), packed + len, ZEROS - len);
	for (int i = 1; i < TIMES; i++)
		memcpy(packed + len + (size_t)i * more, packed + len, more);
	assert_int_equal(count_frames(slice_of(packed, len + TIMES * more), &status, &err), 1);
	assert_int_equal(status, -1);
	free(zeros);
	free(packed);
}

/* ---- growing ---- */

/* Every byte of the file comes alone; a frame is there with its last byte, and not before. */
static void
test_growing(void **state)
{
	static uint8_t packed[PACKED_MAX];
	(void)state;

	for (int kind = 0; kind < 4; kind++) {
		struct err err = { "" };
		struct image m;
		struct frame frame;
		struct capture *c = NULL;
		struct image_file file = image_open(SLICE_EMPTY);
		int frames = 0, opened = 0;

		make_image(&m, kind & 1);
		struct slice all = image_slice(&m);
		if (kind & 2)
			all = slice_of(packed, pack(GZIP, all, packed));
		for (size_t i = 0; i < all.len; i++) {
			assert_int_equal(write(file.fd, all.ptr + i, 1), 1);
			if (!opened && (opened = capture_open_growing(file.path, &c, &err)) < 0)
				fail_msg("%s", err.text);
			if (!opened)
				continue;
			int more;
			while ((more = capture_next(c, &frame, &err)) == 1) {
				assert_int_equal(frame.number, ++frames);
				assert_true(slice_eq(frame.data, data));
			}
			if (more < 0)
				fail_msg("%s", err.text);
			assert_false(capture_ended(c));
		}
		assert_int_equal(frames, FRAMES);
		/* What there is now is all: half a record more is damage, nothing is the end. */
		if (kind < 2) {
			assert_int_equal(write(file.fd, "\1\1\1\1\1", 5), 5);
			assert_int_equal(capture_next(c, &frame, &err), 0);
			capture_grown(c);
			assert_int_equal(capture_next(c, &frame, &err), -1);
			assert_non_null(strstr(err.text, ": cut short after packet 40 ("));
		} else {
			capture_grown(c);
			assert_int_equal(capture_next(c, &frame, &err), 0);
		}
		assert_true(capture_ended(c));
		capture_close(c);
		image_close(file);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_and_cut),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_bomb),
		cmocka_unit_test(test_growing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
