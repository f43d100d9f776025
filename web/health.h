/* How far the report can be believed: what the sensor's own counters say about its sight.  Pure,
 * but for health_load.
 *
 * An empty page must never look clean when the sensor is blind.
 * Memory: texts in the caller's arena. */
#ifndef HELOSCOPE_WEB_HEALTH_H
#define HELOSCOPE_WEB_HEALTH_H

#include "web/loss_day.h"

#define HEALTH_LOSS_LIMIT                                                                          \
	0.01 /* share of packets or bytes above which the sensor is called blind */
#define HEALTH_NOTES_MAX 24
#define HEALTH_SILENT_NS                                                                           \
	(INT64_C(300) *                                                                            \
		1000000000) /* a live sensor without a packet for so long is blind or dead */

struct health_note {
	bool blind; /* hosts may look better than they are; else a thing to know */
	const char *text;
};

struct health {
	struct health_note notes[HEALTH_NOTES_MAX]; /* the blind ones first */
	size_t count;
	bool blind;
};

/* state NULL: no sensor ever wrote to this store.  `day`: the newest intervals, NULL = none are
 * known. `now`: wall clock. */
void health_of(struct health *out, const struct sensor_state *state, const struct loss_day *day,
	int64_t now, struct arena *arena);
/* What the newest run says of itself, and how far that can be believed. */
struct health_seen {
	bool known; /* a sensor has written to the store */
	struct sensor_state state;
	struct loss_day loss;
	struct health health;
};
/* Asks the store. In the arena; NULL and err when it cannot be read. */
struct health_seen *health_load(struct store *s, int64_t now, struct arena *arena, struct err *err);
/* "running", "silent", "ended" or "never ran". */
const char *health_word(const struct sensor_state *state, int64_t now);

#endif
