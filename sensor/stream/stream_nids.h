/* libnids, and the globals that it forces: everything that touches nids.h is in stream_nids.c.  For
 * this folder alone.
 *
 * What goes in is made here: a clean IPv4 and TCP header without options, the largest window, and
 * an acknowledgement that never overtakes what was delivered.  Nothing of a captured header reaches
 * libnids but sequence numbers, FIN and payload. */
#ifndef HELOSCOPE_STREAM_STREAM_NIDS_H
#define HELOSCOPE_STREAM_STREAM_NIDS_H

#include "sensor/stream/flow.h"

enum { NIDS_SEGMENT_MAX = 60000 }; /* bytes of payload in one fed segment */

/* Called, synchronously, while a segment is fed. */
struct nids_events {
	void *ctx;
	void (*bytes)(void *ctx, struct flow *f, enum side from, struct slice bytes);
	void (*closed)(void *ctx, struct flow *f, enum close_reason why);
};

int nids_start(
	int streams, const struct nids_events *events, struct counters *counters, struct err *err);
void nids_stop(void);

/* Shows libnids a handshake, so that it follows f from both sides' base on. 0, or -1 if it did not
 * take it. */
int nids_open(struct flow *f, int64_t time);
/* One segment; acknowledges what was delivered of the other side. */
void nids_segment(struct flow *f, enum side from, uint32_t seq, uint8_t flags, struct slice payload,
	int64_t time);
/* n bytes that nobody saw, from seq on. */
void nids_filler(struct flow *f, enum side from, uint32_t seq, size_t n, int64_t time);
/* Frees libnids' stream, if it still has it. */
void nids_forget(struct flow *f);

#endif
