/* Whether the report can be believed at all: the states in which a sensor sees too little, in
 * words.  Pure.
 *
 * health.h has what counters say in detail; this says what it comes to: an empty page must never
 * look clean when the sensor is blind. */
#ifndef HELOSCOPE_WEB_SIGHT_H
#define HELOSCOPE_WEB_SIGHT_H

#include "web/health.h"

/* Worst first. */
enum sight_word {
	SIGHT_NEVER,	  /* no sensor ever wrote to this store */
	SIGHT_NO_PACKETS, /* it ran, and saw nothing */
	SIGHT_NO_MAIL,	  /* packets, but no stream of mail */
	SIGHT_SILENT,	  /* a live sensor, and no packet for HEALTH_SILENT_NS */
	SIGHT_ONE_WAY,	  /* most streams in one direction only */
	SIGHT_ENCRYPTED,  /* nearly all sessions under TLS */
	SIGHT_LOSSY,	  /* loss, by health.h */
	SIGHT_EMPTY,	  /* nothing within the range of time that was asked for */
	SIGHTS,
};
#define SIGHT_ONE_WAY_FROM 0.5	 /* share of streams */
#define SIGHT_ENCRYPTED_FROM 0.9 /* share of sessions */

struct sight {
	bool is[SIGHTS];
	bool blind;	 /* one of them, SIGHT_EMPTY left out */
	bool zero_known; /* a count of 0 means that there was none; else nothing is known, and it is
			    no good news */
};

/* state NULL: never ran.  `seen`: something was within the range that was asked for. */
void sight_of(struct sight *out, const struct sensor_state *state, const struct health *health,
	bool seen, int64_t now);
/* The first that holds; SIGHTS = none. */
enum sight_word sight_first(const struct sight *s);
/* What is wrong, and what it means and what to do: keys of texts.h. */
const char *sight_title(enum sight_word w);
const char *sight_text(enum sight_word w);

#endif
