/* The newest day of loss by five minutes (sensor/loss.h), and the same gathered into steps for a
 * chart.  Pure, but for loss_day_load.
 *
 * Memory: structs of the caller's, some 100 kB each. */
#ifndef HELOSCOPE_WEB_LOSS_DAY_H
#define HELOSCOPE_WEB_LOSS_DAY_H

#include "sensor/loss.h"
#include "store/query.h"

/* Of live packets a day; of captures, which may have lain apart, as many intervals as a day has. */
struct loss_day {
	size_t count;
	struct loss_interval intervals[LOSS_INTERVALS_OF_A_DAY]; /* newest first */
};

/* 0, or -1 and err. */
int loss_day_load(struct loss_day *day, struct store *s, struct err *err);

#define LOSS_STEPS LOSS_INTERVALS_OF_A_DAY

struct loss_steps {
	int64_t from, step; /* ns */
	size_t count;	    /* 0 = there are no intervals */
	struct loss_interval steps[LOSS_STEPS];
};

/* The shortest steps, of five minutes or more, into which all intervals fit; an hour at least. */
void loss_steps_of(struct loss_steps *out, const struct loss_day *day);
/* Whether packets were read, or lost, in it. */
bool loss_was_on(const struct loss_interval *interval);

#endif
