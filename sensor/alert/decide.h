/* What becomes of a change at one target: told now, later, or not; and after an attempt.  Pure functions.
 *
 * A change to the line `above` or a worse word is told at once, if it is worse than what the target was told of the host last.
 * Whatever else follows waits until the quiet time since then is over, and then only the newest word is told, if it is not the
 * one that was told: so a host that got better is told once, one that goes to and fro does not ring, and the last word that the
 * target has is never older than the quiet time.  Below the line nothing is told, but that a host that was told has come back.
 *
 * Of a host that somebody has muted nothing is told before that time, nor afterwards what became of it until then: who muted it
 * looks at it.  The next change is judged as ever. */
#ifndef HELOSCOPE_ALERT_DECIDE_H
#define HELOSCOPE_ALERT_DECIDE_H

#include "sensor/alert/alert.h"
#include "sensor/base/ptime.h"

/* An attempt that failed is made again after ten seconds, then after twice as long each time, at most an hour; a change is given
 * up where an attempt fails a day or more after it was noted. */
#define ALERT_AGAIN_FIRST (10 * PTIME_SECOND)
#define ALERT_AGAIN_MAX PTIME_HOUR
#define ALERT_GIVE_UP PTIME_DAY

struct alert_decision {
	enum alert_step {
		ALERT_WAIT,	/* nothing to do or to note */
		ALERT_TELL,	/* now */
		ALERT_HOLD,	/* until then, if nothing newer comes */
		ALERT_SUPPRESS, /* for good */
	} step;
	int64_t until;	 /* of HOLD; of a SUPPRESS that follows from a mute, its end */
	const char *why; /* of HOLD and SUPPRESS */
};

struct alert_decision alert_decide(
	const struct change_waiting *w, const struct alert_target *target, int64_t now);

/* After an attempt that ended at `now`: fills state, time, next and error of *d, of which `attempts` counts this one.  The error
 * is result->reason itself. */
void alert_settle(
	const struct alert_result *result, int64_t noted, int64_t now, struct delivery *d);

#endif
