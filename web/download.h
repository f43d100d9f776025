/* A table as CSV or as JSON lines, row by row: never the whole in memory. */
#ifndef HELOSCOPE_WEB_DOWNLOAD_H
#define HELOSCOPE_WEB_DOWNLOAD_H

#include "web/request.h"

/* A download holds a connection, and with it a snapshot that keeps the writer from shortening its
 * log: it ends, cut, after this. */
#define DOWNLOAD_NS (INT64_C(600) * 1000000000)

/* At most max bytes into out: how many, 0 = end, -1 = it broke off.  `now`: wall clock, ns. */
int64_t download_read(struct download *d, uint8_t *out, size_t max, int64_t now);
/* Gives the connection back. NULL does nothing. */
void download_free(struct download *d);

#endif
