/* A TCP packet after decapsulation: what the stream stage consumes. Plain values and slices into
 * the frame. */
#ifndef HELOSCOPE_DECAP_PACKET_H
#define HELOSCOPE_DECAP_PACKET_H

#include "sensor/base/addr.h"

enum {
	PACKET_FIN = 1,
	PACKET_SYN = 2,
	PACKET_RST = 4,
	PACKET_PSH = 8,
	PACKET_ACK = 16,
	PACKET_URG = 32
};
enum { PACKET_VLANS = 4, PACKET_LAYERS = 16 };

struct packet {
	int64_t time;	 /* ns */
	uint64_t number; /* of the frame in its source */
	struct endpoint src, dst;
	uint32_t seq, ack;
	uint8_t flags; /* PACKET_… */
	uint16_t window;
	int8_t window_scale; /* option of a SYN; -1 = absent */
	bool timestamped;    /* RFC 7323 3: timestamp is the sender's */
	uint16_t urgent;     /* pointer, with PACKET_URG */
	uint32_t timestamp;
	struct slice payload;	     /* TCP payload that was captured */
	uint32_t missing;	     /* payload bytes beyond the snaplen */
	uint16_t vlan[PACKET_VLANS]; /* VLAN ids, outermost first */
	uint8_t vlan_count;
	uint8_t layer[PACKET_LAYERS]; /* path, outermost first: see layer_name() */
	uint8_t layer_count;
};

#endif
