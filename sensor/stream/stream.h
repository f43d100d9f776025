/* TCP streams from packets: libnids, fed so that nothing a mirror port does costs a byte (owner:
 * stream_nids.c).
 *
 * Source: RFC 9293 (TCP); libnids 1.26; RFC 7915 for the idea of IPv4 stand-ins of IPv6 addresses.
 * Input:  struct packet, checked by decap, but sequence numbers and order are the attacker's.
 * Output: events in causal order per stream: open, (data | gap)*, close.  Data of one side is in
 * sequence; a reply is never delivered before the bytes that it acknowledges, unless these are a
 * declared gap. Memory: LIMIT_STREAMS streams, LIMIT_QUEUED_ALL bytes waiting, LIMIT_ALIASES
 * stand-in addresses. libnids is full of statics: one `struct stream_table` per process, and all
 * calls from one thread. */
#ifndef HELOSCOPE_STREAM_STREAM_H
#define HELOSCOPE_STREAM_STREAM_H

#include "sensor/base/err.h"
#include "sensor/counters.h"
#include "sensor/decap/packet.h"
#include "sensor/record.h"

enum side { SIDE_CLIENT, SIDE_SERVER };

/* What is known of a stream when it opens; vlan and layer as in its first packet. */
struct stream_info {
	struct endpoint client, server;
	int64_t start; /* first packet, ns */
	bool midstream;
	uint16_t vlan[PACKET_VLANS];
	uint8_t vlan_count;
	uint8_t layer[PACKET_LAYERS];
	uint8_t layer_count;
};

/* What no sound sender does.  The receiver's choice is made as Linux makes it. */
enum stream_anomaly {
	STREAM_CHANGED, /* sent again with other bytes: the first copy counts */
	STREAM_URGENT,	/* a byte out of band (RFC 6093): the receiver's program does not read it */
	STREAM_STALE, /* a segment with an old timestamp (RFC 7323 5.3): the receiver dropped it */
};

struct stream_handler {
	void *ctx;
	/* Returns what the other calls get as `stream`. */
	void *(*open)(void *ctx, const struct stream_info *info);
	void (*data)(void *ctx, void *stream, enum side from, struct slice bytes, int64_t time);
	/* `bytes` of side `from` were never delivered by the mirror. */
	void (*gap)(void *ctx, void *stream, enum side from, int64_t bytes, int64_t time);
	/* May be NULL. */
	void (*anomaly)(void *ctx, void *stream, enum side from, enum stream_anomaly what);
	/* Last event; one_sided: one side sent no packet that was seen. */
	void (*close)(void *ctx, void *stream, enum close_reason why, bool one_sided, int64_t time);
	/* Somebody answered a SYN with SYN-ACK, on any port, or has a stream on a watched one; at
	 * most once a minute. May be NULL. */
	void (*service)(void *ctx, struct endpoint server, int64_t time);
	/* An HTTP POST to a port that is not watched, with any_port: the path alone, any bytes
	 * (post.h), until it returns. May be NULL. */
	void (*post)(void *ctx, struct endpoint server, int64_t time, struct slice path);
};

struct stream_config {
	uint16_t ports[16]; /* servers' ports that are followed */
	size_t ports_count;
	bool any_port;	 /* …and streams on other ports whose first words say SMTP (opening.h) */
	int64_t idle_ns; /* a silent stream is closed (timeout) after this */
	int streams;	 /* table size */
};

/* The port is one of those. */
bool stream_watches(const struct stream_config *config, uint16_t port);

/* Config with the defaults: ports 25, 465, 587, 2525, and SMTP on any other; idle 10 min;
 * LIMIT_STREAMS. */
struct stream_config stream_config_default(void);

struct stream_table;

/* NULL and err, if libnids will not start. */
struct stream_table *stream_table_new(const struct stream_config *config,
	const struct stream_handler *handler, struct counters *counters, struct err *err);
void stream_packet(struct stream_table *t, const struct packet *packet);
/* Time goes on without packets (live). */
void stream_tick(struct stream_table *t, int64_t now);
/* Closes what is open (eof), in the order of the last packet. */
void stream_finish(struct stream_table *t);
int64_t stream_open_count(const struct stream_table *t);
void stream_table_free(struct stream_table *t);

#endif
