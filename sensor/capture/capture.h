/* Captured frames, from files, standard input and interfaces, by libpcap (owner: capture_pcap.c).
 *
 * Source: pcap (microsecond and nanosecond), pcapng; draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.
 * Input:  capture files, hostile: any bytes.  A damaged or cut file gives every frame before the damage.
 * Output: struct frame, in the order captured.
 * Memory: frame data belongs to libpcap and lives until the next capture_next(). */
#ifndef HELOSCOPE_CAPTURE_CAPTURE_H
#define HELOSCOPE_CAPTURE_CAPTURE_H

#include <stdio.h>

#include "sensor/base/err.h"
#include "sensor/base/slice.h"

struct frame {
	int64_t time;	   /* ns since 1970 UTC */
	uint64_t number;   /* 1, 2, … within its source */
	int linktype;	   /* DLT_… of libpcap */
	int interface;	   /* index of the source, from 0 */
	uint32_t wire_len; /* bytes on the wire; data.len may be less */
	struct slice data; /* as captured */
};

struct capture; /* one file or one interface */

struct capture_stats {
	int64_t received, dropped, if_dropped; /* packets, since the start; kernel's words */
};

struct capture_live_options {
	int snaplen;	      /* bytes */
	int buffer_bytes;     /* kernel ring; 0 = 64 MiB */
	bool promiscuous;
	const char *filter;   /* BPF text or NULL */
};

/* All: 0 and *out, or -1 and err in full words: the file or interface, what is wrong, what to do.
 * "-" is standard input.  Empty file, not a capture, unknown link type and no permission each have their own words. */
int capture_open_file(const char *path, struct capture **out, struct err *err);
int capture_open_live(const char *interface, const struct capture_live_options *options, struct capture **out, struct err *err);

/* 1 = a frame; 0 = end of file, or (live) nothing for now; -1 = the source is damaged or gone: err says after which frame
 * ("FILE: cut short after packet 1234 (…)"); everything before it was delivered, and the next call returns 0. */
int capture_next(struct capture *c, struct frame *out, struct err *err);
/* File descriptor to poll (live), or -1. */
int capture_fd(const struct capture *c);
/* How far a file has been read, for progress: bytes read and size (0 = unknown). */
void capture_progress(const struct capture *c, int64_t *done, int64_t *size);
void capture_stats(struct capture *c, struct capture_stats *out);
const char *capture_name(const struct capture *c);
void capture_close(struct capture *c); /* NULL does nothing */

#endif
