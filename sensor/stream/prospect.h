/* Streams on ports that are not watched, until their first words say whether they are SMTP
 * (opening.h): then they are followed from their beginning, as if the port were watched.  For this
 * folder alone.
 *
 * Input:  every packet of every other port.  One that is of no stream of ours and does not begin as
 *         SMTP might costs a look at its ports, flags and first bytes, and a SYN one place in a
 *         table.
 * Memory: of handshakes, which tell where both sides begin, a fixed table (as many as streams, at
 * most LIMIT_HANDSHAKES, for a minute); of what may be SMTP, at most LIMIT_PROSPECTS streams with
 * LIMIT_PROSPECT_BYTES each, the oldest of which goes first. */
#ifndef HELOSCOPE_STREAM_PROSPECT_H
#define HELOSCOPE_STREAM_PROSPECT_H

#include "sensor/stream/stream_table.h"

struct prospects;

/* For a table of that many streams. */
struct prospects *prospects_new(int streams);
void prospects_free(struct prospects *p); /* NULL does nothing */

/* The packet is of a port that has streams of ours, or begins one, or may. */
bool prospect_concerns(const struct stream_table *t, const struct packet *p);
bool prospect_has_port(const struct stream_table *t, const struct packet *p);
/* A packet of no stream of ours: remembers a handshake; a new stream in FLOW_PROSPECT if it may be
 * SMTP, else NULL. */
struct flow *prospect_add(struct stream_table *t, const struct packet *p,
	const struct flow_key *key, uint64_t hash, bool src_is_low);
/* Any packet of a stream in FLOW_PROSPECT: is kept, and what is kept is judged. */
void prospect_packet(
	struct stream_table *t, struct flow *f, enum side from, const struct packet *p);
/* A stream on such a port is freed. */
void prospect_forget(struct stream_table *t, const struct flow *f);

#endif
