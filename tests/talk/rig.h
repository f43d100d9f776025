/* A dialogue's frames through the whole way of a packet: decapsulation, streams, SMTP.
 *
 * One at a time: libnids is full of statics.  To start it takes longer than a dialogue, so it runs
 * many, each hours after the one before. */
#ifndef TESTS_TALK_RIG_H
#define TESTS_TALK_RIG_H

#include "talk/run.h"
#include "talk/wire.h"

struct rig;

struct rig *rig_new(const struct talk *t);
void rig_free(struct rig *r);
/* Frames without data were never captured. */
void rig_run(struct rig *r, const struct wire_frame *frames, size_t count, struct run *out);

#endif
