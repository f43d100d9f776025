/* Cuts running counters into intervals of packet time (sensor/loss.h).
 *
 * Input:  packet time, which may go back (a file after another), and counters that run on.
 * Output: the intervals; what counters grew by between two looks belongs to the interval that
 * packet time was in, so that the sum of all intervals is the counters, always. Memory:
 * LIMIT_LOSS_INTERVALS.  When they are full the older half is put out; where packet time goes back
 * to one of those, its loss is added to the oldest that is left, and that is counted. */
#ifndef HELOSCOPE_LOSS_METER_H
#define HELOSCOPE_LOSS_METER_H

#include "sensor/loss.h"

struct loss_meter {
	struct loss_interval *intervals; /* by time */
	size_t count;
	size_t open;		 /* the one that packet time is in */
	size_t changed;		 /* the first that grew since loss_meter_told; count = none */
	int64_t from, until;	 /* packet time since the last look */
	bool put_out;		 /* there were older ones */
	struct loss_sum gone;	 /* those */
	struct counters counted; /* as of the last look */
};

void loss_meter_init(struct loss_meter *m);
void loss_meter_release(struct loss_meter *m);

/* What others counted before this meter began: it is in their counters, and in no interval. */
void loss_meter_before(struct loss_meter *m, const struct counters *counters);

/* Whether packet time is still in the open interval; it is noted then. */
static inline bool
loss_meter_stays(struct loss_meter *m, int64_t time)
{
	if (m->count == 0 ||
		(uint64_t)(time - m->intervals[m->open].start) >= (uint64_t)LOSS_INTERVAL)
		return false;
	if (time > m->until)
		m->until = time;
	return true;
}
/* Whether loss_meter_move may put intervals out: they should be told before. */
bool loss_meter_full(const struct loss_meter *m);
/* Looks at the counters, then opens the interval of `time`. */
void loss_meter_move(struct loss_meter *m, struct counters *counters, int64_t time);

/* Looks at the counters; the intervals from the first that grew since loss_meter_told on.  They
 * live until the next call. */
const struct loss_interval *loss_meter_look(
	struct loss_meter *m, const struct counters *counters, size_t *count);
void loss_meter_told(struct loss_meter *m);

/* All intervals, also those that were put out. */
void loss_meter_sum(const struct loss_meter *m, struct loss_sum *out);

#endif
