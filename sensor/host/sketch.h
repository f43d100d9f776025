/* How many different things were seen, in 256 bytes: HyperLogLog with 2^8 registers.
 *
 * Source: Flajolet, Fusy, Gandouet, Meunier, "HyperLogLog: the analysis of a near-optimal
 * cardinality estimation algorithm" (2007). With 64-bit hashes its correction for large numbers is
 * not needed; the one for small numbers (linear counting) is. Output: an estimate with a standard
 * error of 1.04 / sqrt(256) = 6.5 %; below some hundred things it is nearly exact. Memory: the
 * registers come from the heap at the first thing. Adding the same thing again, merging twice, any
 * order: the same registers. */
#ifndef HELOSCOPE_HOST_SKETCH_H
#define HELOSCOPE_HOST_SKETCH_H

#include "sensor/base/buf.h"
#include "sensor/base/cursor.h"

#define SKETCH_BITS 8
#define SKETCH_REGISTERS (1 << SKETCH_BITS)

struct sketch {
	uint8_t *registers; /* NULL = nothing seen */
};

void sketch_release(struct sketch *s);
void sketch_add(struct sketch *s, struct slice thing);
void sketch_merge(struct sketch *into, const struct sketch *from);
int64_t sketch_estimate(const struct sketch *s);
/* Sparse while that is shorter. sketch_unpack fills an empty sketch: 0 or -1. */
void sketch_pack(const struct sketch *s, struct buf *out);
int sketch_unpack(struct sketch *s, struct cursor *in);

#endif
