/* What an open stream does with a packet, as a receiving host would.  For this folder alone. */
#ifndef HELOSCOPE_STREAM_RECEIVE_H
#define HELOSCOPE_STREAM_RECEIVE_H

#include "sensor/stream/stream_table.h"

/* Not a SYN. */
void receive_packet(struct stream_table *t, struct flow *f, enum side from, const struct packet *p);

#endif
