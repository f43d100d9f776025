/* Any bytes as a capture file, plain, gzip'd, by zstd, pcap and pcapng: every frame lies within the
 * file (if it is plain), and the end is said once.  The same bytes as a file that grows give the
 * same frames. */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sensor/capture/capture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FRAMES_MAX = 10000 }; /* a bomb is read no further */

static bool
packed(const uint8_t *data, size_t size)
{
	return size >= 2 && (data[0] == 0x1f || data[0] == 0x28 || data[0] == 0x50);
}

static uint64_t
read_all(struct capture *c, size_t size, struct err *err)
{
	struct frame frame;
	uint64_t frames = 0;
	size_t bytes = 0;
	int status = 1;

	while (frames < FRAMES_MAX && (status = capture_next(c, &frame, err)) == 1) {
		assert(frame.number == ++frames);
		assert(frame.time >= 0 && frame.time <= CAPTURE_TIME_MAX);
		assert(frame.data.len <= frame.wire_len);
		assert(frame.interface >= 0);
		bytes += frame.data.len;
		assert(bytes <= size);
	}
	if (frames < FRAMES_MAX) {
		assert((status < 0) == (*err->text != '\0'));
		assert(capture_next(c, &frame, err) == 0);
	}
	return frames;
}

static void
read_growing(const char *path, uint64_t want, size_t size)
{
	struct err err = { "" };
	struct capture *c;
	struct frame frame;
	uint64_t frames = 0;

	if (capture_open_growing(path, &c, &err) != 1)
		return;
	while (frames < FRAMES_MAX && capture_next(c, &frame, &err) == 1)
		frames++;
	capture_grown(c);
	err.text[0] = '\0';
	if (frames < FRAMES_MAX && !capture_ended(c))
		assert(capture_next(c, &frame, &err) <= 0);
	assert(frames == want);
	capture_close(c);
	(void)size;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = { "" };
	struct capture *c;
	char path[64];
	int fd = memfd_create("capture", MFD_CLOEXEC);

	assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (capture_open_file(path, &c, &err) == 0) {
		assert(*err.text == '\0');
		uint64_t frames = read_all(c, packed(data, size) ? SIZE_MAX : size, &err);
		err.text[0] = '\0';
		capture_refuse_linktype(c, &err);
		assert(*err.text);
		capture_close(c);
		read_growing(path, frames, size);
	} else {
		assert(strstr(err.text, path));
	}
	close(fd);
	return 0;
}
