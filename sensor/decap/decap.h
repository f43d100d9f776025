/* From a captured frame to a TCP packet: links, VLANs, tunnels, IPv4, IPv6, fragments, TCP header.
 *
 * Source: IEEE 802.3, 802.2, 802.1Q (with ad and ah), 802.1AE, 802.1BR, 802.11;
 * tcpdump.org/linktypes; RFC 791, 8200, 2675, 9293; the rows of the tables in link.c, tunnel.c,
 * udp.c and ip.c, and the parsers beside them, name their own. Input:  frames, hostile.  Nothing is
 * read beyond the captured bytes; the way of a frame ends after LIMIT_DECAP_DEPTH layers, IPv6
 * extension headers included. Accepted beyond the standards, because captures have it: IP of length
 * 0 (segmentation offloading), wrong checksums, frames cut by the snaplen anywhere after the TCP
 * header, TCP options that make no sense, IPv6 extension headers in any order, tunnels that nobody
 * configured.  The .c files say more. Not followed, but counted: what is encrypted or compressed
 * (802.11, MACsec, IPComp), the second and further frames of an A-MSDU, fragments of 802.11, GRE
 * with source routes, multilink PPP. Output: struct packet with checked header lengths; what is not
 * understood is counted, by layer and value.  Counted here: decap_*, fragments*, checksum_bad.
 * Memory: fragments wait in the decap, at most LIMIT_FRAGMENT_BYTES; slices in the packet live
 *         until the next decap_packet().  No frame but a fragment causes an allocation. */
#ifndef HELOSCOPE_DECAP_DECAP_H
#define HELOSCOPE_DECAP_DECAP_H

#include "sensor/capture/capture.h"
#include "sensor/counters.h"
#include "sensor/decap/packet.h"

struct decap;

enum { DECAP_PORTS_MAX = 16 };

struct decap_config {
	/* Wrong IPv4 and TCP checksums, in tunnels too, are counted; true: and the packet is
	 * dropped. False is for captures on a host that sends: its network card fills them in
	 * later. */
	bool verify_checksums;
	/* UDP ports of VXLAN; none: 4789 and Linux's 8472. */
	uint16_t vxlan_ports[DECAP_PORTS_MAX];
	size_t vxlan_ports_count;
};

/* The counters must outlive the decap. */
struct decap *decap_new(const struct decap_config *config, struct counters *counters);
/* No frame comes any more: fragments that still wait are counted as dropped. */
void decap_finish(struct decap *d);
void decap_free(struct decap *d); /* does it too, if nobody has */

/* 1 = *out is a TCP packet; 0 = nothing to follow (not TCP, fragment that waits, not understood,
 * malformed: counted).  `why`, if not NULL, is set to a short reason, which lives until the next
 * decap_packet(): "ARP", "ethertype 0x88cc", "IPv4 header cut". */
int decap_packet(struct decap *d, const struct frame *frame, struct packet *out, const char **why);

/* "ethernet", "802.1q", "ipv4", "ipv6", … for packet.layer[]. */
const char *layer_name(uint8_t layer);
/* True if the link type is one that decap knows. */
bool decap_knows(int linktype);
/* A kind of thing that was not understood. */
struct decap_unknown {
	const char *layer; /* that named it: "ethernet"; "others" beyond DECAP_UNKNOWN_MAX kinds */
	const char *what;  /* "ethertype 0x8137"; lives as long as the callback runs */
	uint32_t value;	   /* 0x8137 */
	int64_t times;
};
typedef void decap_unknown_fn(void *ctx, const struct decap_unknown *unknown);

enum { DECAP_UNKNOWN_MAX = 256 };

/* What was not understood so far, in the order first seen; beyond DECAP_UNKNOWN_MAX kinds they come
 * together as one more.  The first `from` are left out: who keeps the number that is returned, and
 * gives it the next time, hears only of new kinds. */
size_t decap_unknown(const struct decap *d, size_t from, decap_unknown_fn *fn, void *ctx);

#endif
