#include "sensor/ipc.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "sensor/base/hash.h"
#include "sensor/limits.h"

/* Header: cookie (16), type (4), length (4), hash (8). */
enum { AT_TYPE = 16, AT_LENGTH = 20, AT_HASH = 24, CHUNK = 65536 };

const char *
process_word(enum process p)
{
	static const char *const words[PROCESSES] = { "supervisor", "worker", "analyst",
		"collector", "web", "lookup", "alerter" };
	return (unsigned)p < PROCESSES ? words[p] : "unknown";
}

/* ---- writing ---- */

static int
write_all(int fd, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

int
ipc_write(int fd, const struct ipc_cookie *cookie, enum ipc_type type, struct slice payload)
{
	uint8_t first[4096]; /* PIPE_BUF: the header and what fits behind it, in one write */
	uint32_t type_le = htole32((uint32_t)type), length_le = htole32((uint32_t)payload.len);
	size_t fits = sizeof first - IPC_HEADER;

	if (payload.len > LIMIT_FRAME) {
		errno = EMSGSIZE;
		return -1;
	}
	uint64_t hash_le = htole64(hash_stable(payload.ptr, payload.len));
	if (fits > payload.len)
		fits = payload.len;
	memcpy(first, cookie->bytes, IPC_COOKIE);
	memcpy(first + AT_TYPE, &type_le, 4);
	memcpy(first + AT_LENGTH, &length_le, 4);
	memcpy(first + AT_HASH, &hash_le, 8);
	if (fits > 0)
		memcpy(first + IPC_HEADER, payload.ptr, fits);
	if (write_all(fd, first, IPC_HEADER + fits) < 0)
		return -1;
	return fits == payload.len ? 0 : write_all(fd, payload.ptr + fits, payload.len - fits);
}

/* ---- reading ---- */

void
ipc_reader_init(struct ipc_reader *r, int fd, const struct ipc_cookie *cookie)
{
	memset(r, 0, sizeof *r);
	r->fd = fd;
	r->cookie = *cookie;
	buf_init(&r->payload, LIMIT_FRAME);
	buf_init(&r->again, LIMIT_FRAME);
}

void
ipc_reader_release(struct ipc_reader *r)
{
	buf_release(&r->payload);
	buf_release(&r->again);
}

/* Bytes read (> 0), 0 = none yet, -1 = the end. */
static ssize_t
take(struct ipc_reader *r, uint8_t *out, size_t want)
{
	if (r->again.len > 0) {
		size_t n = want < r->again.len ? want : r->again.len;
		memcpy(out, r->again.ptr, n);
		buf_eat(&r->again, n);
		return (ssize_t)n;
	}
	for (;;) {
		ssize_t n = read(r->fd, out, want);
		if (n > 0)
			return n;
		if (n == 0)
			return -1;
		if (errno == EAGAIN)
			return 0;
		if (errno != EINTR)
			return -1;
	}
}

static void
count_lost(struct ipc_reader *r)
{
	if (!r->lost_place)
		r->lost++;
	r->lost_place = true;
}

/* Drops bytes from the front of the header until it begins with the cookie, or with as much of the
 * cookie as is there. */
static void
align_header(struct ipc_reader *r)
{
	size_t skip = 0;

	for (; skip < r->header_len; skip++) {
		size_t have = r->header_len - skip;
		if (have > IPC_COOKIE)
			have = IPC_COOKIE;
		if (memcmp(r->header + skip, r->cookie.bytes, have) == 0)
			break;
	}
	if (skip == 0)
		return;
	count_lost(r);
	r->header_len -= skip;
	memmove(r->header, r->header + skip, r->header_len);
}

static uint32_t
header_u32(const struct ipc_reader *r, size_t at)
{
	uint32_t v;
	memcpy(&v, r->header + at, sizeof v);
	return le32toh(v);
}

/* A header that cannot be one: go on behind its cookie. */
static void
refuse_header(struct ipc_reader *r)
{
	count_lost(r);
	r->header_len -= IPC_COOKIE;
	memmove(r->header, r->header + IPC_COOKIE, r->header_len);
	align_header(r);
}

/* 1 = a header that can be one. */
static int
read_header(struct ipc_reader *r)
{
	for (;;) {
		while (r->header_len < IPC_HEADER) {
			ssize_t n = take(r, r->header + r->header_len, IPC_HEADER - r->header_len);
			if (n <= 0)
				return (int)n;
			r->header_len += (size_t)n;
			align_header(r);
		}
		if (header_u32(r, AT_TYPE) < IPC_TYPES && header_u32(r, AT_LENGTH) <= LIMIT_FRAME)
			return 1;
		refuse_header(r);
	}
}

/* The frame was cut where `at` bytes of its payload had come: what follows is read again. */
static void
cut_frame(struct ipc_reader *r, size_t at)
{
	struct slice rest = slice_skip(buf_slice(&r->payload), at);
	struct buf again;

	count_lost(r);
	buf_init(&again, LIMIT_FRAME);
	buf_add(&again, rest);
	buf_add(&again, buf_slice(&r->again));
	buf_release(&r->again);
	r->again = again;
	r->header_len = 0;
	buf_clear(&r->payload);
}

/* 1 = all of it is there. A cookie inside the payload is the next frame of a writer who came after
 * one who died in this frame. */
static int
read_payload(struct ipc_reader *r, size_t length)
{
	uint8_t chunk[CHUNK];

	while (r->payload.len < length) {
		size_t want = length - r->payload.len, from = r->payload.len;
		ssize_t n = take(r, chunk, want < sizeof chunk ? want : sizeof chunk);
		if (n <= 0)
			return (int)n;
		buf_add(&r->payload, slice_of(chunk, (size_t)n));
		from = from > IPC_COOKIE ? from - IPC_COOKIE : 0;
		const uint8_t *cookie = memmem(
			r->payload.ptr + from, r->payload.len - from, r->cookie.bytes, IPC_COOKIE);
		if (cookie == NULL)
			continue;
		cut_frame(r, (size_t)(cookie - r->payload.ptr));
		return 2;
	}
	return 1;
}

static bool
payload_is_whole(const struct ipc_reader *r)
{
	uint64_t hash;
	memcpy(&hash, r->header + AT_HASH, sizeof hash);
	return le64toh(hash) == hash_stable(r->payload.ptr, r->payload.len);
}

int
ipc_next(struct ipc_reader *r, struct ipc_frame *out)
{
	/* The frame told last is done with. */
	if (r->header_len == IPC_HEADER && r->payload.len == header_u32(r, AT_LENGTH)) {
		r->header_len = 0;
		buf_clear(&r->payload);
	}
	for (;;) {
		int rc = read_header(r);
		if (rc == 1)
			rc = read_payload(r, header_u32(r, AT_LENGTH));
		if (rc < 0 && r->header_len > 0)
			count_lost(r);
		if (rc <= 0)
			return rc;
		if (rc == 2)
			continue;
		if (payload_is_whole(r))
			break;
		/* The end of the payload may be the front of the next frame's cookie. */
		size_t tail = r->payload.len < IPC_COOKIE ? r->payload.len : IPC_COOKIE - 1;
		cut_frame(r, r->payload.len - tail);
	}
	r->lost_place = false;
	*out = (struct ipc_frame){ (enum ipc_type)header_u32(r, AT_TYPE), buf_slice(&r->payload) };
	return 1;
}

bool
ipc_between(const struct ipc_reader *r)
{
	return r->header_len == 0 && r->again.len == 0;
}
