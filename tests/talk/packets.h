/* The packets that a dialogue would be on a wire: handshake, segments, acknowledgements, close.
 *
 * A side that says nothing in the file is never seen: its packets are `unseen`, as are those of
 * "! gap".  Each side acknowledges all that the other has sent so far, so that the order of the
 * file is the order of cause and effect.
 * Memory: the struct's own, until packets_free; bytes are the dialogue's. */
#ifndef TESTS_TALK_PACKETS_H
#define TESTS_TALK_PACKETS_H

#include "talk/script.h"
#include "talk/wire.h"

/* What is one segment. */
enum packets_cut {
	CUT_TURNS, /* what a side says until the other speaks, as far as a packet can hold it */
	CUT_LINES,
	CUT_BYTES,
};

struct packets {
	struct wire_packet *list;
	size_t count, cap;
	uint8_t *own; /* bytes that are not the dialogue's */
	size_t own_len;
};

void packets_make(const struct talk *t, enum packets_cut cut, struct packets *out);
void packets_free(struct packets *p);
/* With another copy of each segment behind it, in which every byte is another; `late`: behind the
 * packet that follows it, too. */
void packets_double_changed(struct packets *p, bool late);

#endif
