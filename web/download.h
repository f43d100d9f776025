/* A table as CSV or as JSON lines, row by row: never the whole in memory. */
#ifndef HELOSCOPE_WEB_DOWNLOAD_H
#define HELOSCOPE_WEB_DOWNLOAD_H

#include "web/request.h"

/* A download holds a connection, and with it a snapshot that keeps the writer from shortening its
 * log: it ends, cut, after this. */
#define DOWNLOAD_NS (INT64_C(600) * 1000000000)

#endif
