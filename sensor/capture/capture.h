/* Captured frames: interfaces and pcap files by libpcap (owner: capture_pcap.c), pcapng files by a
 * reader of our own (capture_pcapng.c), because libpcap stops where interfaces differ.
 *
 * Source: draft-ietf-opsawg-pcap (microseconds and nanoseconds), draft-ietf-opsawg-pcapng.
 * Input:  capture files, hostile: any bytes; plain, or compressed by gzip or zstd.  A damaged or
 * cut file gives every frame before the damage.  Accepted beyond the drafts: what libpcap reads
 *         besides (the pcap of old Linux kernels, swapped lengths, seconds before 1970 as seconds
 *         after 2038).
 * Output: struct frame, in the order captured.
 * Memory: frame data belongs to the capture and lives until the next capture_next(). */
#ifndef HELOSCOPE_CAPTURE_CAPTURE_H
#define HELOSCOPE_CAPTURE_CAPTURE_H

#include "sensor/base/err.h"
#include "sensor/base/slice.h"
#include "sensor/capture/capture_filter.h"

struct frame {
	int64_t time;	 /* ns since 1970 UTC; from 0 to CAPTURE_TIME_MAX, whatever a file says */
	uint64_t number; /* 1, 2, … within its source */
	int linktype;	 /* DLT_… of libpcap */
	int interface; /* number within its source; of live sources 0, numbered by who reads several
			*/
	uint32_t wire_len; /* bytes on the wire; data.len may be less, never more */
	struct slice data; /* as captured */
};

/* The year 2200: far enough, and time spans can be added to it without overflow. */
#define CAPTURE_TIME_MAX INT64_C(7258118400000000000)

struct capture; /* one file or one interface */

struct capture_stats {
	/* Packets that passed the filter since the start, in the kernel's words, those dropped
	 * after it among them; of a file: frames read, 0, 0. */
	int64_t received, dropped, if_dropped;
};

struct capture_live_options {
	int snaplen;	  /* bytes; 0 = LIMIT_SNAPLEN */
	int buffer_bytes; /* kernel ring; 0 = 64 MiB */
	bool promiscuous;
	int delay_ms;	    /* the kernel keeps a frame at most as long; 0 = 100 */
	const char *filter; /* BPF text or NULL */
	/* What the kernel hands over, or NULL: everything.  With a text, only its share counts. */
	const struct capture_filter *kernel;
};

/* All: 0 and *out, or -1 and err in full words: the file or interface, what is wrong, what to do.
 * "-" is standard input.  Missing, no permission, a folder, empty, compressed and not a capture
 * each have their own words. */
int capture_open_file(const char *path, struct capture **out, struct err *err);
int capture_open_live(const char *interface, const struct capture_live_options *options,
	struct capture **out, struct err *err);

/* Another kernel's filter in the place of the one that an interface was opened with; of frames that
 * wait in its ring nothing changes.  Needs no right but the socket.  0, or -1 and err: then the old
 * one stays. */
int capture_live_filter(struct capture *c, const struct capture_filter *filter, struct err *err);

/* A file that is still written (or standard input): 1 and *out; 0 = it is too short by now to be
 * known, try again; -1 and err.  Its capture_next() gives 0 where nothing more is there for now; a
 * half-written record is waited for.  capture_grown(): what is there now is all of it. */
int capture_open_growing(const char *path, struct capture **out, struct err *err);
void capture_grown(struct capture *c);
/* True when capture_next() will give nothing any more. */
bool capture_ended(const struct capture *c);

/* The n-th of the link types (DLT_… of libpcap) known by now, -1 = there are no more; a pcapng file
 * may have several, or none yet.  After opening, who hands the frames on asks whether one of them
 * is understood (decap_knows), and if not, capture_refuse_linktype() puts the file, the link type's
 * number and name and what to do into err, and returns -1. */
int capture_linktype(const struct capture *c, size_t n);
int capture_refuse_linktype(const struct capture *c, struct err *err);

/* 1 = a frame; 0 = end of file, or (live) nothing for now; -1 = the source is damaged or gone: err
 * says after which frame ("FILE: cut short after packet 1234 (…)"); everything before it was
 * delivered, and the next call returns 0.
 * An interface that goes down is -1 once; its frames follow when it comes up again. */
int capture_next(struct capture *c, struct frame *out, struct err *err);
/* File descriptor to poll (live), or -1.  A poll should time out within a second: that an interface
 * went down shows only in the next capture_next(). */
int capture_fd(const struct capture *c);
/* How far a file has been read, for progress: bytes read and size (0 = unknown). */
void capture_progress(const struct capture *c, int64_t *done, int64_t *size);
void capture_stats(struct capture *c, struct capture_stats *out);
/* Frames that were captured shorter than they were on the wire. */
struct capture_cut {
	int64_t frames;
	size_t snaplen; /* bytes; the longest of those frames */
};
struct capture_cut capture_cut(const struct capture *c);
/* The path, the interface, or "standard input". */
const char *capture_name(const struct capture *c);
void capture_close(struct capture *c); /* NULL does nothing */

#endif
