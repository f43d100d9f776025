/* From a captured frame to a TCP packet: link layers, VLANs, tunnels, IPv4, IPv6, fragments, TCP header.
 *
 * Source: IEEE 802.3, 802.1Q, 802.1ad; LINKTYPE_LINUX_SLL/SLL2, NULL, LOOP, RAW (tcpdump.org/linktypes); RFC 791, 8200, 9293;
 *         each layer's row in decap.c names its own.
 * Input:  frames, hostile.  Nothing is read beyond the captured bytes; nesting stops at LIMIT_DECAP_DEPTH.
 * Output: struct packet with checked header lengths; what is not understood is counted, by layer and value.
 * Memory: fragments wait in the decap, at most LIMIT_FRAGMENT_BYTES; slices in the packet live until the next decap_packet(). */
#ifndef HELOSCOPE_DECAP_DECAP_H
#define HELOSCOPE_DECAP_DECAP_H

#include "sensor/capture/capture.h"
#include "sensor/counters.h"
#include "sensor/decap/packet.h"

struct decap;

struct decap_config {
	bool verify_checksums; /* false: wrong TCP checksums are counted and accepted */
};

struct decap *decap_new(const struct decap_config *config, struct counters *counters);
void decap_free(struct decap *d);

/* 1 = *out is a TCP packet; 0 = nothing to follow (not TCP, fragment that waits, not understood, malformed: counted);
 * `why`, if not NULL, is then set to a short reason ("ARP", "ethertype 0x88cc", "IPv4 header cut") for `show packets`. */
int decap_packet(struct decap *d, const struct frame *frame, struct packet *out, const char **why);

/* "ethernet", "802.1q", "ipv4", "ipv6", … for packet.layer[]. */
const char *layer_name(uint8_t layer);
/* True if the link type is one that decap knows. */
bool decap_knows(int linktype);
/* What was not understood so far: calls fn for each (layer, value, times), bounded. */
void decap_unknown(const struct decap *d, void (*fn)(void *ctx, const char *layer, uint32_t value, int64_t times), void *ctx);

#endif
