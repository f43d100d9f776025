/* gzip by zlib: the format of `tcpdump -z gzip`, and of most captures that are sent by mail. */
#include <stdlib.h>
#include <string.h>

#define ZLIB_CONST /* its input is not written to */
#include <zlib.h>

#include "sensor/base/arena.h"
#include "sensor/capture/capture_bytes.h"

enum { GZIP_ALONE = 16 /* added to the window bits: zlib.h, inflateInit2 */ };

struct gzip {
	struct decoder decoder;
	z_stream z;
	bool between; /* members */
};

/* RFC 1952 2.2: members follow one another; and as gzip does, zeros behind the last one (tapes,
 * blocks) are nothing. */
static int
begin_member(struct gzip *g, struct slice *in, struct err *err)
{
	while (in->len > 0 && in->ptr[0] == 0)
		*in = slice_skip(*in, 1);
	if (in->len == 0)
		return 0;
	if (in->ptr[0] != 0x1f)
		return err_set(err, "behind the gzip data come bytes that are not gzip");
	g->between = false;
	return inflateReset(&g->z) == Z_OK ? 0 : err_set(err, "zlib cannot begin anew");
}

static int
decode(struct decoder *d, struct slice *in, uint8_t *out, size_t size, size_t *made,
	struct err *err)
{
	struct gzip *g = (struct gzip *)d;

	*made = 0;
	if (g->between && begin_member(g, in, err) < 0)
		return -1;
	if (g->between || in->len == 0)
		return 0;
	g->z.next_in = in->ptr;
	g->z.avail_in = (uInt)in->len;
	g->z.next_out = out;
	g->z.avail_out = (uInt)size;
	int rc = inflate(&g->z, Z_NO_FLUSH);
	*made = size - g->z.avail_out;
	*in = slice_skip(*in, in->len - g->z.avail_in);
	g->between = rc == Z_STREAM_END;
	if (rc == Z_OK || rc == Z_STREAM_END || rc == Z_BUF_ERROR)
		return 0;
	return err_set(
		err, "the gzip data is damaged: %s", g->z.msg != NULL ? g->z.msg : "no words");
}

static bool
whole(const struct decoder *d)
{
	return ((const struct gzip *)d)->between;
}

static void
release(struct decoder *d)
{
	inflateEnd(&((struct gzip *)d)->z);
	free(d);
}

struct decoder *
decoder_gzip(void)
{
	struct gzip *g = must_alloc(sizeof *g);

	*g = (struct gzip){ .decoder = { decode, whole, release } };
	if (inflateInit2(&g->z, MAX_WBITS + GZIP_ALONE) == Z_OK)
		return &g->decoder;
	free(g);
	return NULL;
}
