/* Loss by interval: what the counters that tell loss grew by in each five minutes of packet time.
 *
 * There are two kinds.  Packets that reached this machine and were dropped before they were read:
 * the kernel and the interface count them.  And bytes that the mirror never delivered: the ends
 * of a stream acknowledge them, and nobody saw them (gaps).
 * Intervals of the same time add up: those of several workers, runs and sensors. */
#ifndef HELOSCOPE_LOSS_H
#define HELOSCOPE_LOSS_H

#include "sensor/base/ptime.h"
#include "sensor/counters.h"

#define LOSS_INTERVAL (300 * PTIME_SECOND)
#define LOSS_INTERVALS_OF_A_DAY 288
/* Fewer bytes make no worst interval: one lost segment would be much of them. */
#define LOSS_BYTES_LEAST 30000

/* One row per counter that is kept by interval, X(with, counter, title, note).  Columns of the
 * store, of its exports and of pages come from it; `with` is handed through to X. */
#define LOSS_COUNTERS(X, with)                                                                     \
	X(with, packets, "Packets", "read from the capture")                                       \
	X(with, packets_dropped, "Dropped by kernel", "packets, before they could be read")        \
	X(with, packets_if_dropped, "Dropped by interface", "packets")                             \
	X(with, packets_cut, "Packets cut", "captured shorter than they were (snaplen too small)") \
	X(with, segments, "Segments", "of TCP, to or from a watched port")                         \
	X(with, stream_bytes, "Bytes seen", "rebuilt from streams")                                \
	X(with, gaps, "Holes", "in streams, that the mirror never delivered")                      \
	X(with, gap_bytes, "Bytes lost", "in those holes")                                         \
	X(with, gap_bytes_late, "Bytes late", "that came after they had been taken for lost")      \
	X(with, streams, "Streams", "of TCP that were followed")                                   \
	X(with, streams_one_sided, "One-sided", "streams of which one side was never seen")        \
	X(with, fragments_dropped, "Fragments lost", "of IP, that never made a datagram")          \
	X(with, decap_unknown, "Not understood", "packets with a layer that is not understood")

struct loss_interval {
	int64_t start;		  /* ns, a multiple of LOSS_INTERVAL */
	int64_t covered;	  /* ns of it in which packets were read; summed over runs */
	struct counters counters; /* how much they grew; only LOSS_COUNTERS are kept */
};

int64_t loss_start(int64_t time);
/* of and to may cover different times: the start stays that of `to`. */
void loss_add(struct loss_interval *to, const struct loss_interval *of);

/* Shares, 0 to 1; 0 where nothing was seen. */
double loss_share(int64_t part, int64_t rest);	 /* part / (part + rest); rest below 0 is 0 */
double loss_of_mirror(const struct counters *c); /* bytes */
double loss_of_kernel(const struct counters *c); /* packets */

/* Intervals taken together. */
struct loss_sum {
	int64_t intervals;
	struct loss_interval total; /* from the first of them on */
	struct loss_interval worst; /* most lost in the mirror; start < 0 = none is large enough */
};
void loss_sum_init(struct loss_sum *s);
void loss_sum_add(struct loss_sum *s, const struct loss_interval *interval);

#define LOSS_WORDS_MAX 160
/* "mirror loss: 0.3 % of the bytes (worst 5 minutes: 2.1 % at 2008-06-12 14:05)". Returns out. */
const char *loss_words(const struct loss_sum *s, char out[LOSS_WORDS_MAX]);

#endif
