/* Any bytes as a capture file: every frame lies within the file, and the end is said once. */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sensor/capture/capture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_all(struct capture *c, size_t size)
{
	struct err err = { "" };
	struct frame frame;
	uint64_t frames = 0;
	size_t bytes = 0;
	int status;

	while ((status = capture_next(c, &frame, &err)) == 1) {
		assert(frame.number == ++frames);
		assert(frame.time >= 0 && frame.time <= CAPTURE_TIME_MAX);
		assert(frame.data.len <= frame.wire_len);
		bytes += frame.data.len;
		assert(bytes <= size);
	}
	assert((status < 0) == (*err.text != '\0'));
	assert(capture_next(c, &frame, &err) == 0);
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
		read_all(c, size);
		capture_refuse_linktype(c, &err);
		assert(*err.text);
		capture_close(c);
	} else {
		assert(strstr(err.text, path));
	}
	close(fd);
	return 0;
}
