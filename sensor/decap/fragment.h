/* IP fragments put together again, IPv4 and IPv6.
 *
 * Source: RFC 791 3.2, RFC 8200 4.5, RFC 5722 (overlaps).
 * Input:  fragments, hostile.  Refused: empty ones; ones that reach beyond 65535 bytes or beyond
 *         the end of their datagram; ones that are not the last and whose length is not a
 *         multiple of 8; ones that were not captured whole.
 *         Accepted beyond the standards: fragments however small, as receivers do.
 * Output: whole datagrams.  Where IPv4 fragments overlap, the bytes that came first stay.  An
 *         IPv6 datagram with an overlap is dropped with all its fragments, those to come too; an
 *         exact double is no overlap.
 * Memory: at most LIMIT_FRAGMENT_SETS datagrams and LIMIT_FRAGMENT_BYTES bytes, oldest dropped
 *         first.  A datagram waits for 30 s of packet time (as in Linux; RFC 1122 3.3.2 has 60
 *         to 120). */
#ifndef HELOSCOPE_DECAP_FRAGMENT_H
#define HELOSCOPE_DECAP_FRAGMENT_H

#include "sensor/base/addr.h"
#include "sensor/counters.h"

struct fragment {
	struct addr src, dst;
	uint32_t id;
	uint8_t protocol; /* IPv6: the next header, which counts only in the first fragment */
	uint32_t offset;  /* bytes */
	bool more;
	bool cut; /* data is not all of it */
	struct slice data;
	int64_t time; /* ns */
};

struct datagram {
	struct slice data;
	uint8_t protocol;
};

struct fragments;

/* Counts `fragments` and `fragments_dropped`. */
struct fragments *fragments_new(struct counters *counters);
/* What still waits is counted as dropped, and released. */
void fragments_finish(struct fragments *f);
void fragments_free(struct fragments *f);
/* 1 and *out, which lives until fragments_forget(); 0 = waits; -1 = dropped.  Then *why is a
 * reason. */
int fragments_add(
	struct fragments *f, const struct fragment *piece, struct datagram *out, const char **why);
/* Releases the datagrams given out. */
void fragments_forget(struct fragments *f);

#endif
