/* Inside capture: what the kinds of sources have in common.
 *
 * A kind's own struct begins with struct capture. */
#ifndef HELOSCOPE_CAPTURE_CAPTURE_INNER_H
#define HELOSCOPE_CAPTURE_CAPTURE_INNER_H

#include "sensor/capture/capture.h"
#include "sensor/capture/capture_bytes.h"

struct capture_kind {
	int (*next)(struct capture *c, struct frame *out, struct err *err);
	int (*linktype)(const struct capture *c, size_t n);
	int (*fd)(const struct capture *c);			     /* live */
	void (*stats)(struct capture *c, struct capture_stats *out); /* live */
	void (*close)(struct capture *c); /* the kind's own things, not the struct */
};

struct capture {
	const struct capture_kind *kind;
	char *name;
	struct bytes file; /* window NULL when live */
	uint64_t frames;
	int64_t bytes; /* of those frames */
	struct capture_cut cut;
	bool ended;
};

/* A struct of `size` bytes that begins with a struct capture, zeroed but for it. */
void *capture_new(size_t size, const struct capture_kind *kind, const char *name);
/* The frame is the next of the source. */
void capture_fill(struct capture *c, int64_t time, int linktype, uint32_t wire_len,
	struct slice data, struct frame *out);
/* Seconds and nanoseconds to a frame's time; what is beyond CAPTURE_TIME_MAX is that. */
int64_t capture_time(int64_t seconds, int64_t nanoseconds);
/* "FILE: WHAT after packet 12 (DETAIL)ADVICE" and the end of the source; damage of the compressed
 * data comes first. Returns -1. */
int capture_refuse(struct capture *c, const char *what, const char *detail, const char *advice,
	struct err *err);

/* A source of a kind that begins at the front of `bytes`, which are taken over when it works.
 * 1; 0 = growing, and not all of its header is there; -1 and err. */
int pcap_file_open(struct bytes *bytes, const char *name, struct capture **out, struct err *err);
int pcapng_file_open(struct bytes *bytes, const char *name, struct capture **out, struct err *err);

#endif
