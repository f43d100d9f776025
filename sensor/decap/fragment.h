/* IP fragments put together again, IPv4 and IPv6, as the receiving host does it.
 *
 * Source: RFC 791 3.2, RFC 8200 4.5, RFC 5722 (overlaps); what Linux does since 4.20, for IPv4 as
 * for IPv6 (net/ipv4/inet_fragment.c, inet_frag_queue_insert: "ip: discard IPv4 datagrams with
 *         overlapping segments" and "net: ipv4: do not handle duplicate fragments as overlapping"):
 *         a fragment that lies wholly in what is there is dropped, the first copy stays; one that
 *         lies partly in it, or contradicts the end, takes the datagram with it.
 * Input:  fragments, hostile.  Refused by themselves: empty ones; ones that reach beyond 65535
 *         bytes; in IPv6, ones that are not the last and whose length is not a multiple of 8 (IPv4
 *         drops the odd bytes, as Linux does).
 *         Accepted beyond the standards: fragments however small, as receivers do; and overlaps of
 *         equal bytes, because a mirror may see a fragment before and after a router cut it again.
 *         Fragments shortened by the capture: the datagram is shortened at the first such hole.
 * Output: whole datagrams.  A mirror that delivers everything twice, on two VLANs or in another
 * order of doubles, gives the datagram once or twice, and nothing counts as dropped. Memory: at
 * most LIMIT_FRAGMENT_SETS datagrams and LIMIT_FRAGMENT_BYTES bytes, oldest dropped first.  A
 * datagram waits for 30 s of packet time (as in Linux; RFC 1122 3.3.2 has 60 to 120). */
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
	struct slice data;
	size_t wire;  /* bytes on the wire; data may have fewer */
	int64_t time; /* ns */
};

struct datagram {
	struct slice data;
	size_t wire; /* likewise */
	uint8_t protocol;
};

struct fragments;

/* Counts `fragments` and `fragments_dropped`. */
struct fragments *fragments_new(struct counters *counters);
/* What still waits is counted as dropped, and released. */
void fragments_finish(struct fragments *f);
void fragments_free(struct fragments *f);
/* 1 and *out, which lives until fragments_forget(); 0 = waits, or is a double; -1 = dropped.  Then
 * *why is a reason. */
int fragments_add(
	struct fragments *f, const struct fragment *piece, struct datagram *out, const char **why);
/* Releases the datagrams given out. */
void fragments_forget(struct fragments *f);

#endif
