/* Capture files of every kind, whole, cut and damaged; and the words for what cannot be read. */
#include "unit/capture/images.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "sensor/base/ptime.h"

static const struct slice datas[] = { SLICE("one frame of sixteen"), SLICE("second"), SLICE("3.") };

enum { FRAMES = 3, SECONDS = 1213200000, ETHERNET = 1 };

/* Three frames, a second and 123 456 us (or 123 456 789 ns) apart. */
static const struct format {
	const char *name;
	uint32_t magic; /* of pcap; 0 = pcapng */
	bool big;
	bool nanoseconds;
} formats[] = {
	{ "pcap", 0xa1b2c3d4, false, false },
	{ "pcap, big-endian", 0xa1b2c3d4, true, false },
	{ "pcap, nanoseconds", 0xa1b23c4d, false, true },
	{ "pcap, nanoseconds, big-endian", 0xa1b23c4d, true, true },
	{ "pcapng", 0, false, false },
	{ "pcapng, big-endian", 0, true, false },
	{ "pcapng, nanoseconds", 0, false, true },
	{ "pcapng, nanoseconds, big-endian", 0, true, true },
};

static int64_t
fraction_of(const struct format *f)
{
	return f->nanoseconds ? 123456789 : 123456;
}

static int64_t
time_of(const struct format *f, int frame)
{
	return (SECONDS + frame) * PTIME_SECOND + fraction_of(f) * (f->nanoseconds ? 1 : PTIME_US);
}

/* ends[i] is where frame i ends in the file. */
static void
make_image(struct image *m, const struct format *f, size_t ends[FRAMES])
{
	*m = (struct image){ .big = f->big };
	if (f->magic) {
		pcap_header(m, f->magic, ETHERNET);
	} else {
		pcapng_section(m);
		pcapng_interface(m, ETHERNET, f->nanoseconds ? 9 : 6);
	}
	for (uint32_t i = 0; i < FRAMES; i++) {
		uint32_t wire = (uint32_t)datas[i].len + i;
		uint64_t tick = f->nanoseconds ? 1000000000 : 1000000;

		if (f->magic)
			pcap_record(m, SECONDS + i, (uint32_t)fraction_of(f), datas[i], wire);
		else
			pcapng_packet(m, 0, (SECONDS + i) * tick + (uint64_t)fraction_of(f),
				datas[i], wire);
		ends[i] = m->len;
	}
}

static void
check_frame(const struct frame *frame, const struct format *f, int i)
{
	assert_int_equal(frame->time, time_of(f, i));
	assert_int_equal(frame->number, i + 1);
	assert_int_equal(frame->linktype, ETHERNET);
	assert_int_equal(frame->interface, 0);
	assert_int_equal(frame->wire_len, datas[i].len + (size_t)i);
	assert_true(slice_eq(frame->data, datas[i]));
}

static void
test_formats(void **state)
{
	(void)state;
	for (size_t k = 0; k < sizeof formats / sizeof formats[0]; k++) {
		struct err err = { "" };
		struct image m;
		size_t ends[FRAMES];
		struct capture *c;
		struct frame frame;
		struct capture_stats stats;
		int64_t done, size;

		make_image(&m, &formats[k], ends);
		struct image_file file = image_open(image_slice(&m));
		if (capture_open_file(file.path, &c, &err) != 0)
			fail_msg("%s: %s", formats[k].name, err.text);
		assert_string_equal(capture_name(c), file.path);
		assert_int_equal(capture_linktype(c, 0), ETHERNET);
		assert_int_equal(capture_fd(c), -1);
		for (int i = 0; i < FRAMES; i++) {
			assert_int_equal(capture_next(c, &frame, &err), 1);
			check_frame(&frame, &formats[k], i);
			capture_progress(c, &done, &size);
			assert_int_equal(done, ends[i]);
			assert_int_equal(size, m.len);
		}
		assert_int_equal(capture_next(c, &frame, &err), 0);
		assert_int_equal(capture_next(c, &frame, &err), 0);
		assert_string_equal(err.text, "");
		capture_stats(c, &stats);
		assert_int_equal(stats.received, FRAMES);
		assert_int_equal(stats.dropped, 0);
		capture_close(c);
		image_close(file);
	}
	capture_close(NULL);
}

/* How many frames a cut file gives; it must end with -1 once, unless it was cut between frames. */
static int
read_cut(struct slice bytes, const struct format *f, struct err *err, int *damaged)
{
	struct image_file file = image_open(bytes);
	struct capture *c;
	struct frame frame;
	int frames = -1; /* not even opened */

	*damaged = 0;
	if (capture_open_file(file.path, &c, err) == 0) {
		int status;
		for (frames = 0; (status = capture_next(c, &frame, err)) == 1; frames++)
			check_frame(&frame, f, frames);
		*damaged = status;
		assert_int_equal(capture_next(c, &frame, err), 0);
		capture_close(c);
	}
	image_close(file);
	return frames;
}

static void
test_cut_everywhere(void **state)
{
	(void)state;
	for (size_t k = 0; k < sizeof formats / sizeof formats[0]; k++) {
		struct image m;
		size_t ends[FRAMES];
		size_t header = formats[k].magic ? 24 : 28; /* pcapng: a section */

		make_image(&m, &formats[k], ends);
		for (size_t len = 0; len < m.len; len++) {
			struct err err = { "" };
			int damaged, want = len < header ? -1 : 0;
			bool between = len == header || (!formats[k].magic && len == 60);
			char words[64];

			for (int i = 0; i < FRAMES; i++) {
				want += len >= ends[i];
				between = between || len == ends[i];
			}
			int frames = read_cut(
				slice_take(image_slice(&m), len), &formats[k], &err, &damaged);
			if (frames != want)
				fail_msg("%s cut at %zu: %d frames, %s", formats[k].name, len,
					frames, err.text);
			assert_int_equal(damaged, frames >= 0 && !between ? -1 : 0);
			if (frames > 0)
				snprintf(words, sizeof words, ": cut short after packet %d (",
					frames);
			else
				snprintf(words, sizeof words, ": cut short before its first");
			if (damaged)
				assert_non_null(strstr(err.text, words));
		}
	}
}

static void
test_absurd_length(void **state)
{
	(void)state;
	static const uint32_t lengths[] = { UINT32_MAX, 0x80000000, 262145 };

	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		struct err err = { "" };
		struct image m;
		size_t ends[FRAMES];
		int damaged;

		make_image(&m, &formats[0], ends);
		m.len = ends[0] + 8; /* into the lengths of the second record */
		image_u32(&m, lengths[i]);
		image_u32(&m, lengths[i]);
		image_bytes(&m, datas[0]);
		assert_int_equal(read_cut(image_slice(&m), &formats[0], &err, &damaged), 1);
		assert_int_equal(damaged, -1);
		assert_non_null(strstr(err.text,
			": damaged: a record of absurd length after packet 1 (invalid packet"));
	}
}

/* Words for what is not a capture that can be read. */
static const struct {
	struct slice bytes;
	const char *want;
} refusals[] = {
	{ { NULL, 0 }, ": empty (0 bytes)" },
	{ SLICE("x"), ": not a capture: only 1 bytes" },
	{ SLICE("From: a mail\n"), ": not a capture: begins with 46 72 6f 6d; give a pcap" },
	{ SLICE("\x1f\x8b\x08\x00\x00\x00\x00\x00"),
		": damaged at its start: the compressed data is cut short" },
	{ SLICE("\x1f\x8b\x07\x00\x00\x00\x00\x00"),
		": damaged at its start: the gzip data is damaged: unknown compression method" },
	{ SLICE("\x28\xb5\x2f\xfd...."), ": damaged at its start: the zstd data is damaged: " },
	{ SLICE("BZh91AY&SY"), ": compressed by bzip2, which is not read here; decompress it "
			       "first: bunzip2" },
	{ SLICE("\xfd"
		"7zXZ\0"),
		"unxz" },
	{ SLICE("PK\3\4...."), "unzip" },
	{ SLICE("snoop\0\0\0"), "Solaris snoop capture, which is not read here; convert it: "
				"editcap" },
	{ SLICE("\xd4\xc3\xb2\xa1"), ": cut short within its file header (" },
	{ SLICE("\xd4\xc3\xb2\xa1\x09\0\x09\0................"),
		": damaged within its file header (unsupported pcap savefile version" },
	{ SLICE("\x0a\x0d\x0d\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
		" within its file header (" },
};

static void
check_refusal(const char *path, const char *want)
{
	struct err err = { "" };
	struct capture *c;

	assert_int_equal(capture_open_file(path, &c, &err), -1);
	if (!strstr(err.text, want) || !strstr(err.text, path))
		fail_msg("\"%s\" and not \"%s\"", err.text, want);
}

static void
test_refusals(void **state)
{
	(void)state;
	char path[] = "/tmp/heloscope-test-XXXXXX";

	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		struct image_file file = image_open(refusals[i].bytes);

		check_refusal(file.path, refusals[i].want);
		image_close(file);
	}
	check_refusal("/nowhere/at/all.pcap", ": there is no such file; check the path");
	check_refusal("/tmp", ": a folder; name a capture file in it");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	char below[64];
	snprintf(below, sizeof below, "%s/x", path);
	check_refusal(below, ": part of the path is not a folder");
	assert_int_equal(fchmod(fd, 0), 0);
	if (geteuid() != 0) {
		check_refusal(path, ": no permission to read it; run as");
	} else if (seteuid(65534) == 0) { /* root may read anything */
		check_refusal(path, ": no permission to read it; run as");
		assert_int_equal(seteuid(0), 0);
	}
	close(fd);
	unlink(path);
	int terminal = posix_openpt(O_RDWR | O_NOCTTY);
	if (terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0)
		check_refusal(ptsname(terminal), ": a terminal; pipe a capture in");
	close(terminal);
}

/* Standard input that is a pipe: no size, no seeking; and it stays the process's own. */
static void
test_standard_input(void **state)
{
	(void)state;
	struct err err = { "" };
	struct image m;
	size_t ends[FRAMES];
	struct capture *c;
	struct frame frame;
	int64_t done, size;
	int ends_of_pipe[2];
	int saved = dup(STDIN_FILENO);

	make_image(&m, &formats[1], ends);
	assert_int_equal(pipe(ends_of_pipe), 0);
	assert_int_equal(write(ends_of_pipe[1], m.bytes, m.len), m.len);
	close(ends_of_pipe[1]);
	assert_true(dup2(ends_of_pipe[0], STDIN_FILENO) >= 0);
	assert_int_equal(capture_open_file("-", &c, &err), 0);
	assert_string_equal(capture_name(c), "standard input");
	for (int i = 0; i < FRAMES; i++) {
		assert_int_equal(capture_next(c, &frame, &err), 1);
		check_frame(&frame, &formats[1], i);
	}
	assert_int_equal(capture_next(c, &frame, &err), 0);
	capture_progress(c, &done, &size);
	assert_int_equal(done, datas[0].len + datas[1].len + datas[2].len); /* of frames */
	assert_int_equal(size, 0);
	capture_close(c);
	/* Nothing is left in it. */
	assert_int_equal(capture_open_file("-", &c, &err), -1);
	assert_string_equal(err.text,
		"standard input: empty (0 bytes); was the capture stopped before its first packet "
		"was written?");
	if (saved >= 0)
		assert_true(dup2(saved, STDIN_FILENO) >= 0);
	close(saved);
	close(ends_of_pipe[0]);
}

static int64_t
first_time(const struct image *m)
{
	struct err err = { "" };
	struct image_file file = image_open(image_slice(m));
	struct capture *c;
	struct frame frame;

	assert_int_equal(capture_open_file(file.path, &c, &err), 0);
	assert_int_equal(capture_next(c, &frame, &err), 1);
	capture_close(c);
	image_close(file);
	return frame.time;
}

static void
test_times(void **state)
{
	(void)state;
	static const struct {
		uint32_t seconds, fraction;
		int64_t want;
	} rows[] = {
		{ 0, 0, 0 }, { 0, 999999, 999999 * PTIME_US },
		{ 1, 1000000, PTIME_SECOND }, /* no fraction of a second */
		{ 1, UINT32_MAX, PTIME_SECOND }, { 0x7fffffff, 0, 0x7fffffff * PTIME_SECOND },
		{ 0x80000000, 0, 0x80000000 * PTIME_SECOND },
		{ UINT32_MAX, 1, UINT32_MAX * PTIME_SECOND + PTIME_US }, /* 2106 */
	};
	static const uint64_t ticks[] = { UINT64_MAX, INT64_MAX, CAPTURE_TIME_MAX + UINT64_C(1) };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (int big = 0; big < 2; big++) {
			struct image m = { .big = big };

			pcap_header(&m, 0xa1b2c3d4, ETHERNET);
			pcap_record(&m, rows[i].seconds, rows[i].fraction, datas[0], 99);
			assert_int_equal(first_time(&m), rows[i].want);
		}
	}
	for (size_t i = 0; i < sizeof ticks / sizeof ticks[0]; i++) {
		for (uint8_t resolution = 6; resolution <= 9; resolution += 3) {
			struct image m = { .big = false };

			pcapng_section(&m);
			pcapng_interface(&m, ETHERNET, resolution);
			pcapng_packet(&m, 0, ticks[i], datas[0], 99);
			assert_int_equal(first_time(&m), CAPTURE_TIME_MAX);
		}
	}
}

/* A record that says it was shorter on the wire than it is here. */
static void
test_wire_length(void **state)
{
	(void)state;
	struct err err = { "" };
	struct image m = { .big = false };
	struct capture *c;
	struct frame frame;

	pcap_header(&m, 0xa1b2c3d4, ETHERNET);
	pcap_record(&m, SECONDS, 0, datas[0], 1);
	struct image_file file = image_open(image_slice(&m));
	assert_int_equal(capture_open_file(file.path, &c, &err), 0);
	assert_int_equal(capture_next(c, &frame, &err), 1);
	assert_int_equal(frame.data.len, datas[0].len);
	assert_int_equal(frame.wire_len, datas[0].len);
	capture_close(c);
	image_close(file);
}

static void
test_unknown_linktype(void **state)
{
	(void)state;
	static const struct {
		uint32_t linktype;
		const char *want;
	} rows[] = {
		{ 105, ": link type 105 (IEEE802_11, 802.11) is not understood; capture on an" },
		{ 149, ": link type 149 (without a name) is not understood; capture on an" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct err err = { "" };
		struct image m = { .big = false };
		struct capture *c;

		pcap_header(&m, 0xa1b2c3d4, rows[i].linktype);
		struct image_file file = image_open(image_slice(&m));
		assert_int_equal(capture_open_file(file.path, &c, &err), 0);
		assert_int_equal(capture_linktype(c, 0), rows[i].linktype);
		assert_int_equal(capture_refuse_linktype(c, &err), -1);
		assert_non_null(strstr(err.text, rows[i].want));
		capture_close(c);
		image_close(file);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_cut_everywhere),
		cmocka_unit_test(test_absurd_length),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_standard_input),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_wire_length),
		cmocka_unit_test(test_unknown_linktype),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
