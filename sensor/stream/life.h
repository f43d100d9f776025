/* The life of a stream: opening, waiting for what the mirror owes, closing.  For this folder alone.
 */
#ifndef HELOSCOPE_STREAM_LIFE_H
#define HELOSCOPE_STREAM_LIFE_H

#include "sensor/stream/stream_table.h"

/* Opens the stream at libnids and for the handler; false if that cannot be (no stand-in address,
 * libnids refused). */
bool life_open(struct stream_table *t, struct flow *f);
/* After anything was fed: releases, closes or waits. */
void life_settle(struct stream_table *t, struct flow *f);
/* Begins or ends the wait of an open stream; of one that is not open yet, begins it. */
void life_wait(struct stream_table *t, struct flow *f);
void life_wait_end(struct stream_table *t, struct flow *f);
/* The wait is over; silent_too: also where only an acknowledgement says that bytes are missing. */
void life_give_up(struct stream_table *t, struct flow *f, bool silent_too);
/* Gives up what has waited long enough, in all streams. */
void life_check(struct stream_table *t);
/* Delivers and declares all that waits, then closes. */
void life_end(struct stream_table *t, struct flow *f, enum close_reason why);
void life_close(struct stream_table *t, struct flow *f, enum close_reason why);

/* Packets of the stream that end a wait early, where later bytes are here. */
enum { WAIT_PACKETS = 64 };

#endif
