/* The table of streams: find, order by age, expire, evict.  For this folder alone. */
#ifndef HELOSCOPE_STREAM_STREAM_TABLE_H
#define HELOSCOPE_STREAM_STREAM_TABLE_H

#include "sensor/stream/flow.h"
#include "sensor/stream/stream_nids.h"

struct flow_list {
	struct flow *first, *last; /* least recently used first */
};

struct stream_table {
	struct stream_config config;
	struct stream_handler handler;
	struct counters *counters;
	struct nids_events events;
	struct alias_table *aliases;
	struct services *services;
	struct timewait *timewait;
	struct prospects *prospects;		   /* NULL: only watched ports */
	struct posts *posts;			   /* NULL: nobody asks for them */
	struct flow *flows;			   /* uthash by key */
	struct flow_list lists[FLOW_STATES];	   /* by enum flow_state */
	struct flow *waiting_first, *waiting_last; /* oldest first */
	int64_t now;				   /* packet time */
	int64_t queued;				   /* bytes that wait, in all streams */
	int64_t open;				   /* streams in FLOW_OPEN */
};

/* The key of a packet's stream; true = its sender is the smaller endpoint. */
bool stream_table_key(const struct packet *p, struct flow_key *key);
/* The stream of a packet and the side that sent it; a new one for a SYN or for data on a watched
 * port, or for what may be SMTP on another; NULL = not ours, or of a stream that has ended. */
struct flow *stream_table_find(struct stream_table *t, const struct packet *p, enum side *from);
/* A new stream in that state, of which `p` is the first packet; NULL = it is late, of one that has
 * ended.  The server's port is not watched: `elsewhere`. */
struct flow_start {
	const struct flow_key *key;
	uint64_t hash;
	bool src_is_low, elsewhere;
	enum side from;
	enum flow_state state;
};
struct flow *stream_table_add(
	struct stream_table *t, const struct packet *p, const struct flow_start *start);
/* The packet is late, of a stream that has ended; if it is of a new one on its ports, that one is
 * forgotten. */
bool stream_table_is_late(
	struct stream_table *t, const struct packet *p, uint64_t hash, bool src_is_low);
void stream_table_touch(struct stream_table *t, struct flow *f);
void stream_table_move(struct stream_table *t, struct flow *f, enum flow_state to);
/* A new stream on the ports of an ended one. */
void stream_table_renew(
	struct stream_table *t, struct flow *f, const struct packet *p, enum side from);
void stream_table_drop_aliases(struct stream_table *t, struct flow *f);
void stream_table_expire(struct stream_table *t);
/* Frees the streams in FLOW_CLOSED, and remembers them for a while. */
void stream_table_reap(struct stream_table *t);
void stream_table_clear(struct stream_table *t);

/* In begin.c: the wait for the handshake is over. */
void stream_begin(struct stream_table *t, struct flow *f);
/* In stream.c: who answers a SYN, or has a stream; and the end of one that is open. */
void stream_note_service(struct stream_table *t, struct endpoint server);
void stream_give_up(struct stream_table *t, struct flow *f, enum close_reason why);

#endif
