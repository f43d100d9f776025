/* One TCP stream as the adapter sees it: what is known of each side, what waits, and its libnids
 * stream.  For this folder alone. */
#ifndef HELOSCOPE_STREAM_FLOW_H
#define HELOSCOPE_STREAM_FLOW_H

#include "sensor/base/hash.h"
#include "sensor/stream/sent.h"
#include "sensor/stream/spans.h"
#include "sensor/stream/stream.h"

struct tcp_stream; /* libnids */

struct flow_key {
	uint8_t low[16], high[16]; /* the two addresses, the smaller endpoint first */
	uint16_t low_port, high_port;
	uint8_t family, zero[3];
};

/* Data or a FIN, in any order. */
struct segment {
	int64_t time; /* of its packet */
	enum side from;
	uint32_t seq, ack;
	uint32_t missing; /* bytes behind the payload that the capture has cut off */
	uint8_t flags;
	struct slice payload;
};

/* The number behind everything that it carries. */
static inline uint32_t
segment_end(const struct segment *s)
{
	return s->seq + (uint32_t)s->payload.len + s->missing + (s->flags & PACKET_FIN ? 1 : 0);
}

static inline struct segment
segment_of(const struct packet *p, enum side from)
{
	return (struct segment){ .time = p->time,
		.from = from,
		.seq = p->seq,
		.ack = p->ack,
		.missing = p->missing,
		.flags = p->flags,
		.payload = p->payload };
}

/* The number behind everything that the packet carries; equal to p->seq: nothing. */
static inline uint32_t
packet_end(const struct packet *p)
{
	return p->seq + (uint32_t)p->payload.len + p->missing + (p->flags & PACKET_FIN ? 1 : 0);
}

/* A segment that waits: until the bytes that it acknowledges have come (held), until nothing else
 * comes in its place (doubtful), or for the answer to a SYN (syn_data). */
struct held_packet {
	struct held_packet *next;
	struct segment segment;
	uint8_t payload[];
};

struct held_list {
	struct held_packet *first;
	size_t count;
};

struct half {
	bool seen; /* a packet of this side was captured */
	bool base_known;
	bool base_sure; /* a SYN said it */
	bool acked_known;
	bool fin_known;	     /* its FIN was captured; fin_seq is valid */
	bool fin_done;	     /* …and everything before it is delivered */
	bool absent;	     /* the mirror does not deliver this side: do not wait for it */
	bool stamped;	     /* its SYN had a timestamp: newest_stamp is valid */
	bool urgent;	     /* the byte at urgent_seq is out of band */
	int8_t window_scale; /* of its SYN; -1 = unknown */
	uint32_t base;	     /* sequence number of the first byte of data */
	uint32_t next;	/* sequence number that is delivered next (a delivered FIN counts one) */
	uint32_t told;	/* gaps up to here are told; beyond next where only an acknowledgement
			   says that these bytes were sent: they may come yet */
	uint32_t acked; /* highest acknowledgement by the other side */
	uint32_t said;	/* highest number that it said itself to have sent, in a bare packet */
	uint32_t fin_seq;
	uint32_t gap_end; /* next < gap_end while a filler is fed */
	uint32_t ack_fed; /* last acknowledgement of this side's bytes that libnids was shown */
	uint32_t window;  /* bytes, scaled, as this side last advertised */
	uint32_t newest_stamp; /* timestamp of the newest segment in order */
	uint32_t urgent_seq;
	struct spans ahead; /* beyond the hole, held by libnids */
	struct spans cut;   /* of the segments seen, what the capture has cut off */
	int64_t queued;	    /* bytes ahead */
};

/* Where the next byte is expected, or told lost. */
static inline uint32_t
half_front(const struct half *h)
{
	return seq_before(h->next, h->told) ? h->told : h->next;
}

enum flow_state {
	FLOW_EMBRYO,
	FLOW_OPEN,
	FLOW_CLOSED,
	FLOW_PROSPECT, /* on a port that is not watched: its first words will tell (prospect.h) */
	FLOW_STATES,
};

/* What every packet needs stands first, and stays in few cache lines. */
struct flow {
	UT_hash_handle hh;
	struct flow_key key;
	uint64_t hash; /* of the key */
	enum flow_state state;
	bool client_is_low;
	bool syn_seen;	    /* a SYN or SYN-ACK of it */
	bool nids_gone;	    /* libnids has freed its stream */
	bool reset_pending; /* an RST came, of reset_from at reset_seq: stragglers may follow */
	bool reuse;	    /* a SYN with another number came: reuse_seq */
	bool opened;	    /* …for the handler, or refused: its late packets are to be known */
	uint16_t elsewhere; /* the server's port, if it is not watched; else 0 */
	enum side reset_from;
	uint32_t reset_seq;
	uint32_t reuse_seq;
	int64_t last;	     /* time of the last packet */
	int64_t listed;	     /* …when it was put at the end of its list */
	struct half half[2]; /* by enum side */
	struct tcp_stream *nids;
	void *user; /* the handler's */
	struct held_list held, doubtful;
	struct held_packet *syn_data; /* of the client's SYN */
	int64_t waiting;	      /* since when something waits; 0 = nothing */
	uint32_t waiting_packets;     /* of this stream since then */
	uint8_t waits;		      /* how often the wait was renewed */
	enum close_reason why;	      /* set by libnids' callback */
	uint32_t alias[2];	      /* libnids' addresses, host order; 0 = none taken */
	struct flow *prev, *next;     /* list by last packet, oldest first */
	struct flow *waiting_prev, *waiting_next; /* list by waiting */
	struct sent sent[2];			  /* by enum side */
	struct stream_info info;
};

static inline enum side
other_side(enum side s)
{
	return s == SIDE_CLIENT ? SIDE_SERVER : SIDE_CLIENT;
}

#endif
