/* Made TCP conversations for the stream tests: a script of lines becomes packets, a test bends the
 * packets, and what comes out of the stream stage is written down as one string: "C:EHLO a|S:250
 * ok|C~12|close fin". */
#ifndef TESTS_UNIT_STREAM_TALK_PACKETS_H
#define TESTS_UNIT_STREAM_TALK_PACKETS_H

#include "sensor/base/buf.h"
#include "sensor/base/ptime.h"
#include "sensor/stream/stream.h"

enum { TALK_PACKETS = 4000 };

struct talk {
	struct packet packets[TALK_PACKETS];
	size_t count;
	uint32_t next[2];
	uint32_t acked[2]; /* what the other side has acknowledged so far */
	struct endpoint end[2];
	int64_t time, step; /* of the next packet; between packets */
	struct counters counters;
	struct stream_table *table;
	struct buf log; /* the events */
	int last;	/* side of the last data event, so that events of one side run together */
	int64_t data_bytes[2], gap_bytes[2];
	int opens, closes, services;
	int anomalies[3]; /* by enum stream_anomaly */
	char posts[256];  /* each as "80/path " */
};

void talk_init(struct talk *t, bool v6);
void talk_release(struct talk *t);
/* Adds packets. */
void talk_packet(struct talk *t, enum side from, uint8_t flags, struct slice payload);
void talk_syn(struct talk *t); /* the three of the handshake */
void talk_say(struct talk *t, enum side from,
	const char *text);     /* one segment, and the other's acknowledgement */
void talk_fin(struct talk *t); /* both sides close */
/* Moves packet i to place j. */
void talk_move(struct talk *t, size_t i, size_t j);
void talk_remove(struct talk *t, size_t i);
void talk_insert(struct talk *t, size_t i, const struct packet *p);
/* Feeds all packets (their times made rising again), finishes, and returns the log. */
const char *talk_run(struct talk *t);

#endif
