/* Segments that wait in a list of their stream, oldest first.  For this folder alone.
 *
 * Memory: counted in stream_table.queued; the callers keep the limits. */
#ifndef HELOSCOPE_STREAM_HELD_H
#define HELOSCOPE_STREAM_HELD_H

#include "sensor/stream/stream_table.h"

/* A copy of a segment, and the end of it. */
struct held_packet *held_new(struct stream_table *t, const struct segment *s);
void held_free(struct stream_table *t, struct held_packet *h);

void held_add(struct stream_table *t, struct held_list *list, const struct segment *s);
/* Takes *at out of the list; the caller frees it. */
struct held_packet *held_take(struct held_list *list, struct held_packet **at);
/* …and frees it. */
void held_drop(struct stream_table *t, struct held_list *list, struct held_packet **at);
void held_clear(struct stream_table *t, struct held_list *list);

#endif
