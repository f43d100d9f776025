/* A capture file before its format is read: opened, looked at, decompressed.
 *
 * Source: the magic numbers of draft-ietf-opsawg-pcap 4 and draft-ietf-opsawg-pcapng 4.1, of
 *         RFC 1952 and RFC 8878, and those of formats that people give us by mistake.
 * Input:  a path of the user; the bytes of the file are hostile.  What is compressed is known by
 *         its first bytes, not by its name.
 * Output: bytes that begin like a capture file. */
#ifndef HELOSCOPE_CAPTURE_CAPTURE_FILE_H
#define HELOSCOPE_CAPTURE_CAPTURE_FILE_H

#include "sensor/capture/capture_bytes.h"

enum capture_format { CAPTURE_PCAP, CAPTURE_PCAPNG };

/* The path, or "standard input" for "-". */
const char *capture_file_name(const char *path);
/* 1, *out and *format; 0 = growing, and too short to be known by now; -1 and err. */
int capture_file_open(const char *path, bool growing, struct bytes *out,
	enum capture_format *format, struct err *err);

#endif
