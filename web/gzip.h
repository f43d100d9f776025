/* Answers in gzip (owner of zlib here: gzip_zlib.c).
 *
 * Source: RFC 1952.  Memory: some 270 kB while it works. */
#ifndef HELOSCOPE_WEB_GZIP_H
#define HELOSCOPE_WEB_GZIP_H

#include "web/request.h"

#define GZIP_LEAST 1024 /* bytes below which it is not worth it */

/* Appended to out. 0, or -1: it did not fit. */
int gzip_bytes(struct slice in, struct buf *out);
/* What another stream makes, packed; it owns that one. NULL: no memory, and `inner` is as it was.
 */
struct stream *gzip_stream(struct stream *inner);

#endif
