/* How a stream begins: SYNs, in any order with the first data, and again on the same ports.  For
 * this folder alone. */
#ifndef HELOSCOPE_STREAM_BEGIN_H
#define HELOSCOPE_STREAM_BEGIN_H

#include "sensor/stream/stream_table.h"

/* A SYN or SYN-ACK of a stream that has not begun. */
void begin_syn(struct stream_table *t, struct flow *f, enum side from, const struct packet *p);
/* Any other packet of one. */
void begin_packet(struct stream_table *t, struct flow *f, enum side from, const struct packet *p);

/* A handshake said where a side begins. */
void begin_base(struct flow *f, enum side side, uint32_t base);
/* A stream of which the first packets were kept (held), because nobody knew whether it is ours. */
void begin_kept(struct stream_table *t, struct flow *f);

/* A SYN or SYN-ACK of an open stream: a repetition, the start that came late, or what a new stream
 * on the same ports asks for. */
void begin_late_syn(struct flow *f, enum side from, const struct packet *p);
/* Whether this packet of an open stream shows that its ports have a new one… */
bool begin_is_reuse(const struct flow *f, enum side from, const struct packet *p);
/* …which takes its place, and has not begun. */
void begin_reuse(struct stream_table *t, struct flow *f, const struct packet *p);

#endif
