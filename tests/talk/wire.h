/* From packets to frames: the writers of tests/pcap/rewrap_*.c, of which no header may be included
 * beside those of the sensor (they have a `struct slice` of their own).
 *
 * Memory: frames stay until the process ends. */
#ifndef TESTS_TALK_WIRE_H
#define TESTS_TALK_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WIRE_FIN = 1, WIRE_SYN = 2, WIRE_RST = 4, WIRE_PSH = 8, WIRE_ACK = 16 }; /* RFC 9293 3.1 */

struct wire_packet {
	int64_t time;	 /* ns */
	size_t event;	 /* of the dialogue, that it belongs to */
	uint8_t side;	 /* who sent it: enum smtp_side */
	uint8_t flags;
	bool unseen;	 /* was on the wire, and no mirror delivered it */
	uint32_t seq, ack;
	const uint8_t *bytes; /* payload; NULL if unseen */
	size_t len;
};

struct wire_frame {
	int64_t time;
	const uint8_t *data;
	size_t len;
};

/* Who talks, and in what. */
struct wire {
	int family; /* 4 or 6 */
	uint16_t client_port, server_port;
	uint8_t host; /* last byte of the client's address */
	const char *stack; /* layers round the IP packet, as rewrap's stack=…; NULL = Ethernet */
};

#define WIRE_SERVER_V4 0xc0000219u /* 192.0.2.25 */

/* A frame for each packet that is seen, data NULL for the others; frames has room for count. */
void wire_frames(const struct wire *w, const struct wire_packet *packets, size_t count,
	struct wire_frame *frames);
/* Writes the frames as a pcap file: 0, or -1 (said on stderr). */
int wire_write(const struct wire_frame *frames, size_t count, const char *path);

#endif
