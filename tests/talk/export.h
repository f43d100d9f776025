/* All dialogues as one capture file, and the records that must come of it: for a test of the whole
 * program.
 *
 * Each has a client of its own and begins an hour after the one before; in between others' packets
 * go by, so that what has not ended times out.  Addresses are whole, as with --privacy off. */
#ifndef TESTS_TALK_EXPORT_H
#define TESTS_TALK_EXPORT_H

#include "talk/script.h"
#include "talk/wire.h"

struct export
{
	struct wire_frame *frames;
	size_t count, cap;
	int dialogues;
	struct buf json; /* a session a line, with its mails */
};

void export_init(struct export *x);
void export_add(struct export *x, struct talk *t);
/* 0, or -1 (said on stderr).  json NULL: only the capture. */
int export_write(struct export *x, const char *pcap, const char *json);
void export_release(struct export *x);

#endif
