/* Fingers on a keyboard: single bytes with pauses between them, and backspaces.
 *
 * Source: telnet in character mode sends a segment per key; 30 ms to 3 s lie between the keys of a
 * person. */
#ifndef HELOSCOPE_SMTP_TYPING_H
#define HELOSCOPE_SMTP_TYPING_H

#include "sensor/base/ptime.h"

#define TYPING_BYTES 3 /* at most, of one keystroke: CR LF, or a character of UTF-8 */
#define TYPING_PAUSE_MIN (30 * PTIME_MS)
#define TYPING_PAUSE_MAX (3 * PTIME_SECOND)

struct typing {
	int64_t last; /* time of the client's last segment */
	bool alone;   /* that segment was small and came after a pause */
	int32_t keys; /* segments that look like a keystroke: a pause before and behind them */
	int32_t backspaces;
};

/* A segment of the client. */
static inline void
typing_segment(struct typing *t, size_t bytes, int64_t time)
{
	int64_t pause = time - t->last;
	bool paused = t->last != 0 && pause >= TYPING_PAUSE_MIN && pause <= TYPING_PAUSE_MAX;
	if (t->alone && paused && t->keys < INT32_MAX)
		t->keys++;
	t->alone = bytes <= TYPING_BYTES && paused;
	t->last = time;
}

static inline bool
typing_by_hand(const struct typing *t)
{
	return t->keys >= 10 || (t->keys >= 3 && t->backspaces > 0) || t->backspaces >= 2;
}

#endif
