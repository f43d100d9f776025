/* What one side of a stream delivers: segments in any order go to libnids, holes become gaps,
 * segments wait for what they acknowledge. For this folder alone. */
#ifndef HELOSCOPE_STREAM_DELIVERY_H
#define HELOSCOPE_STREAM_DELIVERY_H

#include "sensor/stream/stream_table.h"

/* libnids' callbacks (struct nids_events). */
void delivery_bytes(void *ctx, struct flow *f, enum side from, struct slice bytes);
void delivery_closed(void *ctx, struct flow *f, enum close_reason why);

/* Data or FIN of an open stream, in any order: new bytes go to libnids. */
void delivery_segment(struct stream_table *t, struct flow *f, const struct segment *s);
/* The hole of that side, if there is one, becomes a gap. */
void delivery_gap(struct stream_table *t, struct flow *f, enum side from);
/* Bytes are missing before what is here or acknowledged. */
bool delivery_has_hole(const struct flow *f, enum side s);
/* …and the receiver has them: nobody will send them again. */
bool delivery_lost(const struct flow *f, enum side s);

/* A segment of `from` with this acknowledgement would come before its cause. */
bool delivery_must_hold(const struct flow *f, enum side from, uint32_t ack);
/* …but a held segment waits for these very bytes. */
bool delivery_is_waited_for(const struct flow *f, const struct segment *s);
/* Feeds every held segment that need not wait any longer. */
void delivery_release(struct stream_table *t, struct flow *f);
/* Feeds the oldest held segment, whatever it waits for; false = none. */
bool delivery_force(struct stream_table *t, struct flow *f);

#endif
