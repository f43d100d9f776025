/* zstd by libzstd.  Its own bound on the window, 128 MiB, stays: a frame that asks for more is
 * refused, with its words. */
#include <stdlib.h>

#include <zstd.h>

#include "sensor/base/arena.h"
#include "sensor/capture/capture_bytes.h"

struct zstd {
	struct decoder decoder;
	ZSTD_DStream *stream;
	bool between; /* frames */
};

static int
decode(struct decoder *d, struct slice *in, uint8_t *out, size_t size, size_t *made,
	struct err *err)
{
	struct zstd *z = (struct zstd *)d;
	ZSTD_inBuffer input = { in->ptr, in->len, 0 };
	ZSTD_outBuffer output = { out, size, 0 };
	size_t rc = ZSTD_decompressStream(z->stream, &output, &input);

	*made = output.pos;
	*in = slice_skip(*in, input.pos);
	if (ZSTD_isError(rc))
		return err_set(err, "the zstd data is damaged: %s", ZSTD_getErrorName(rc));
	/* Nothing eaten and nothing made says nothing of where the data stands. */
	if (input.pos > 0 || output.pos > 0)
		z->between = rc == 0;
	return 0;
}

static bool
whole(const struct decoder *d)
{
	return ((const struct zstd *)d)->between;
}

static void
release(struct decoder *d)
{
	ZSTD_freeDStream(((struct zstd *)d)->stream);
	free(d);
}

struct decoder *
decoder_zstd(void)
{
	struct zstd *z = must_alloc(sizeof *z);

	*z = (struct zstd){ .decoder = { decode, whole, release }, .stream = ZSTD_createDStream() };
	if (z->stream != NULL)
		return &z->decoder;
	free(z);
	return NULL;
}
