#include <stddef.h>
#include <stdlib.h>
#include <zlib.h>

#include "web/gzip.h"

enum { WINDOW_GZIP = 15 + 16, MEMORY = 8, LEVEL_PAGE = 1, LEVEL_STREAM = 4, BLOCK = 32 * 1024 };

int
gzip_bytes(struct slice in, struct buf *out)
{
	z_stream z = { .zalloc = NULL };
	uint8_t block[4096];
	int rc;
	if (in.len > UINT32_MAX || deflateInit2(&z, LEVEL_PAGE, Z_DEFLATED, WINDOW_GZIP, MEMORY,
					   Z_DEFAULT_STRATEGY) != Z_OK) {
		return -1;
	}
	union { /* zlib takes a pointer to non-const, and only reads it */
		const uint8_t *in;
		uint8_t *out;
	} bytes = { .in = in.ptr };
	z.next_in = bytes.out;
	z.avail_in = (uInt)in.len;
	do {
		z.next_out = block;
		z.avail_out = sizeof block;
		rc = deflate(&z, Z_FINISH);
		buf_add(out, slice_of(block, sizeof block - z.avail_out));
	} while (rc == Z_OK);
	deflateEnd(&z);
	return rc == Z_STREAM_END && out->lost == 0 ? 0 : -1;
}

struct packed {
	struct stream stream;
	struct stream *inner;
	z_stream z;
	bool inner_ended, ended;
	uint8_t block[BLOCK];
};

static struct packed *
packed_of(struct stream *s)
{
	return (struct packed *)((char *)s - offsetof(struct packed, stream));
}

/* 0, or -1: the inner one broke off, and what it made must not look whole. */
static int
refill(struct packed *p, int64_t now)
{
	int64_t n = p->inner->read(p->inner, p->block, sizeof p->block, now);
	if (n < 0) {
		return -1;
	}
	p->inner_ended = n == 0;
	p->z.next_in = p->block;
	p->z.avail_in = (uInt)n;
	return 0;
}

static int64_t
packed_read(struct stream *s, uint8_t *out, size_t max, int64_t now)
{
	struct packed *p = packed_of(s);
	p->z.next_out = out;
	p->z.avail_out = (uInt)(max < BLOCK ? max : BLOCK);
	uInt room = p->z.avail_out;
	while (!p->ended && p->z.avail_out == room) {
		if (p->z.avail_in == 0 && !p->inner_ended && refill(p, now) != 0) {
			return -1;
		}
		int rc = deflate(&p->z, p->inner_ended ? Z_FINISH : Z_NO_FLUSH);
		if (rc == Z_STREAM_ERROR) {
			return -1;
		}
		p->ended = rc == Z_STREAM_END;
	}
	return (int64_t)(room - p->z.avail_out);
}

static void
packed_free(struct stream *s)
{
	struct packed *p = packed_of(s);
	deflateEnd(&p->z);
	stream_free(p->inner);
	free(p);
}

struct stream *
gzip_stream(struct stream *inner)
{
	struct packed *p = must_alloc(sizeof *p);
	*p = (struct packed){ .stream = { packed_read, packed_free }, .inner = inner };
	if (deflateInit2(&p->z, LEVEL_STREAM, Z_DEFLATED, WINDOW_GZIP, MEMORY,
		    Z_DEFAULT_STRATEGY) != Z_OK) {
		free(p);
		return NULL;
	}
	return &p->stream;
}
