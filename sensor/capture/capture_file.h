/* A capture file before libpcap sees it: opened, looked at, with a large read buffer.
 *
 * Source: the magic numbers of draft-ietf-opsawg-pcap 4 and draft-ietf-opsawg-pcapng 4.1, and those
 *         of formats that people give us by mistake.
 * Input:  a path of the user; the bytes of the file are hostile.
 * Memory: 1 MiB of buffer; capture_file_release() gives it back, after the FILE was closed. */
#ifndef HELOSCOPE_CAPTURE_CAPTURE_FILE_H
#define HELOSCOPE_CAPTURE_CAPTURE_FILE_H

#include <stdio.h>

#include "sensor/base/err.h"
#include "sensor/base/slice.h"

struct capture_file {
	FILE *stream; /* at byte 0 */
	char *buffer; /* of the stream: longer-lived than it */
	int64_t size; /* bytes; 0 = unknown (pipe) */
};

/* The path, or "standard input" for "-". */
const char *capture_file_name(const char *path);
/* 0 and *out, or -1 and err.  What is returned begins like a capture file that libpcap reads. */
int capture_file_open(const char *path, struct capture_file *out, struct err *err);
/* Closes the stream unless it was handed on (then NULL). */
void capture_file_release(struct capture_file *f);

#endif
