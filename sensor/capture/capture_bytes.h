/* The bytes of a capture file, from its start, uncompressed while they are read.
 *
 * Input:  a file, pipe or other source, plain or compressed; hostile.  Decompression streams, so
 *         that what a small file swells to costs time and no memory.
 * Output: bytes in a window that moves forward; or the same as a FILE, for libpcap.
 *         A source that grows (`growing`) has no end but only nothing for now.
 * Memory: the window of BYTES_WINDOW, the decoder's state (gzip 32 KiB, zstd at most 128 MiB). */
#ifndef HELOSCOPE_CAPTURE_CAPTURE_BYTES_H
#define HELOSCOPE_CAPTURE_CAPTURE_BYTES_H

#include <stdio.h>

#include "sensor/base/err.h"
#include "sensor/base/slice.h"

enum { BYTES_WINDOW = 1 << 20 }; /* bytes; bytes_need() takes no more */

/* A compression format; its state follows behind the struct. */
struct decoder {
	/* Eats from the front of `in` and puts up to `size` bytes at `out`: how many in *made.
	 * 0, or -1 and err when the data is damaged. */
	int (*decode)(struct decoder *d, struct slice *in, uint8_t *out, size_t size, size_t *made,
		struct err *err);
	/* Whether the data may end where it has been eaten. */
	bool (*whole)(const struct decoder *d);
	void (*free)(struct decoder *d);
};
struct decoder *decoder_gzip(void); /* RFC 1952, members one after another (capture_zlib.c) */
struct decoder *decoder_zstd(void); /* RFC 8878 (capture_zstd.c) */

struct bytes {
	int fd; /* -1 = none */
	bool regular;
	bool growing;
	bool patient;	 /* growing: wait for bytes while the file is opened */
	bool ended;	 /* no more will come */
	bool starved;	 /* the FILE was told an end that is none */
	int64_t size;	 /* of the file; 0 = unknown (pipe) */
	int64_t taken;	 /* read from fd */
	int64_t to_skip; /* asked by bytes_skip() and not there yet */
	uint8_t *window;
	size_t mark, begin, end; /* of the window: kept from, next, behind the last */
	struct decoder *decoder; /* NULL = plain */
	uint8_t *packed;	 /* compressed bytes that wait for the decoder */
	size_t packed_begin, packed_end;
	FILE *stream;	   /* bytes_stream() */
	struct err damage; /* of the compressed data, or of reading */
};

/* Takes over fd. */
void bytes_init(struct bytes *b, int fd, bool growing);
/* What comes from here on, what waits in the window included, is decoded. */
void bytes_decode(struct bytes *b, struct decoder *d);
void bytes_release(struct bytes *b);

/* True when the next n bytes are there (bytes_rest); false at the end, at damage, or for now. */
bool bytes_need(struct bytes *b, size_t n);
struct slice bytes_rest(const struct bytes *b);
void bytes_eat(struct bytes *b, size_t n);
/* Eats n bytes that may be many, as they come. */
void bytes_skip(struct bytes *b, int64_t n);
/* How many bytes of the file itself have been used. */
int64_t bytes_done(const struct bytes *b);

/* A FILE that reads from here; fclose() leaves the bytes alone.  NULL: no memory. */
FILE *bytes_stream(struct bytes *b);
/* The FILE can go back to the mark, if not more than the window was read since. */
void bytes_mark(struct bytes *b);
void bytes_back(struct bytes *b);

#endif
