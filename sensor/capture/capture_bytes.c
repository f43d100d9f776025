#include "sensor/capture/capture_bytes.h"

#include <errno.h>
#include <poll.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sensor/base/arena.h"

enum { STREAM_BUFFER = 1 << 16 };

void
bytes_init(struct bytes *b, int fd, bool growing)
{
	struct stat st;

	*b = (struct bytes){ .fd = fd, .growing = growing, .patient = true };
	b->regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	b->size = b->regular ? (int64_t)st.st_size : 0;
	b->window = must_alloc(BYTES_WINDOW);
}

void
bytes_release(struct bytes *b)
{
	if (b->window == NULL)
		return;
	if (b->fd >= 0)
		close(b->fd);
	if (b->decoder != NULL)
		b->decoder->free(b->decoder);
	free(b->window);
	free(b->packed);
	*b = (struct bytes){ .fd = -1 };
}

void
bytes_decode(struct bytes *b, struct decoder *d)
{
	b->decoder = d;
	b->packed = b->window;
	b->packed_begin = b->begin;
	b->packed_end = b->end;
	b->window = must_alloc(BYTES_WINDOW);
	b->mark = b->begin = b->end = 0;
}

/* ---- reading ---- */

/* Whether a pipe that grows may be read without waiting. */
static bool
ready(const struct bytes *b)
{
	struct pollfd in = { .fd = b->fd, .events = POLLIN };

	if (b->regular || !b->growing)
		return true;
	return poll(&in, 1, b->patient ? -1 : 0) > 0;
}

/* Bytes from the file: > 0; 0 = none, and whether none will come stands in b->ended. */
static size_t
take_raw(struct bytes *b, uint8_t *out, size_t size)
{
	while (ready(b)) {
		ssize_t n = read(b->fd, out, size);
		if (n > 0) {
			b->taken += n;
			return (size_t)n;
		}
		if (n < 0 && errno == EAGAIN) {
			struct pollfd in = { .fd = b->fd, .events = POLLIN };
			if (b->growing)
				return 0;
			(void)poll(&in, 1, -1);
			continue;
		}
		if (n < 0 && errno == EINTR && !b->growing)
			continue;
		if (n < 0 && errno != EINTR)
			err_set(&b->damage, "cannot be read: %s", strerror(errno));
		b->ended = n < 0 ? errno != EINTR : !b->growing || !b->regular;
		return 0;
	}
	return 0;
}

static size_t
take_decoded(struct bytes *b, uint8_t *out, size_t size)
{
	for (;;) {
		struct slice in =
			slice_of(b->packed + b->packed_begin, b->packed_end - b->packed_begin);
		size_t made = 0, before = in.len;
		int rc = b->decoder->decode(b->decoder, &in, out, size, &made, &b->damage);

		b->packed_begin = b->packed_end - in.len;
		b->ended = rc < 0;
		if (made > 0 || rc < 0)
			return made; /* what came before the damage */
		if (in.len > 0 && in.len < before)
			continue;
		b->packed_begin = 0;
		b->packed_end = take_raw(b, b->packed, BYTES_WINDOW);
		if (b->packed_end > 0)
			continue;
		if (b->ended && !b->decoder->whole(b->decoder))
			err_set(&b->damage, "the compressed data is cut short");
		return 0;
	}
}

static bool
fill(struct bytes *b)
{
	if (b->ended)
		return false;
	if (b->end == BYTES_WINDOW && b->mark == 0)
		b->mark = b->begin; /* more than can be kept */
	if (b->mark > 0) {
		memmove(b->window, b->window + b->mark, b->end - b->mark);
		b->begin -= b->mark;
		b->end -= b->mark;
		b->mark = 0;
	}
	uint8_t *out = b->window + b->end;
	size_t size = BYTES_WINDOW - b->end;
	size_t n = size == 0		? 0
		   : b->decoder == NULL ? take_raw(b, out, size)
					: take_decoded(b, out, size);

	b->end += n;
	return n > 0;
}

bool
bytes_need(struct bytes *b, size_t n)
{
	while (b->to_skip > 0) {
		size_t have = b->end - b->begin;
		if (have == 0 && !fill(b))
			return false;
		have = b->end - b->begin;
		if ((int64_t)have > b->to_skip)
			have = (size_t)b->to_skip;
		bytes_eat(b, have);
		b->to_skip -= (int64_t)have;
	}
	while (b->end - b->begin < n)
		if (!fill(b))
			return false;
	return true;
}

struct slice
bytes_rest(const struct bytes *b)
{
	return slice_of(b->window + b->begin, b->end - b->begin);
}

void
bytes_eat(struct bytes *b, size_t n)
{
	b->begin += n;
	b->mark = b->begin;
}

void
bytes_skip(struct bytes *b, int64_t n)
{
	b->to_skip += n;
}

/* Bytes that the FILE has read ahead: glibc's own fields, which no function tells. */
static size_t
stream_ahead(const struct bytes *b)
{
	return (size_t)(b->stream->_IO_read_end - b->stream->_IO_read_ptr);
}

int64_t
bytes_done(const struct bytes *b)
{
	size_t waiting = b->decoder == NULL ? b->end - b->begin : b->packed_end - b->packed_begin;

	if (b->stream != NULL && b->decoder == NULL)
		waiting += stream_ahead(b);
	return b->taken - (int64_t)waiting;
}

/* ---- as a FILE ---- */

static ssize_t
stream_read(void *cookie, char *out, size_t size)
{
	struct bytes *b = cookie;

	/* Nobody goes back in a file that does not grow: no need to keep a copy. */
	if (b->begin == b->end && b->decoder == NULL && !b->growing && !b->ended)
		return (ssize_t)take_raw(b, (uint8_t *)out, size);
	if (b->begin == b->end && !fill(b)) {
		b->starved = !b->ended;
		return 0;
	}
	size_t n = b->end - b->begin < size ? b->end - b->begin : size;
	memcpy(out, b->window + b->begin, n);
	b->begin += n;
	return (ssize_t)n;
}

FILE *
bytes_stream(struct bytes *b)
{
	static const cookie_io_functions_t functions = { .read = stream_read };

	b->stream = fopencookie(b, "rb", functions);
	/* Without a buffer, glibc reads such a stream byte by byte: 60 times slower.  And nobody
	 * else reads it, so it need not be locked each time. */
	if (b->stream != NULL) {
		setvbuf(b->stream, NULL, _IOFBF, STREAM_BUFFER);
		__fsetlocking(b->stream, FSETLOCKING_BYCALLER);
	}
	return b->stream;
}

void
bytes_mark(struct bytes *b)
{
	b->mark = b->begin - stream_ahead(b);
	b->starved = false;
}

void
bytes_back(struct bytes *b)
{
	__fpurge(b->stream);
	clearerr(b->stream);
	b->begin = b->mark;
	b->starved = false;
}
