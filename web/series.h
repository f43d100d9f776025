/* Hourly numbers gathered into a fixed number of steps, for charts.  Pure.
 *
 * Memory: a struct of the caller's. */
#ifndef HELOSCOPE_WEB_SERIES_H
#define HELOSCOPE_WEB_SERIES_H

#include "store/query.h"

#define SERIES_STEPS 96

enum series_kind {
	SERIES_REJECTED,
	SERIES_DEFERRED,
	SERIES_ACCEPTED,
	SERIES_UNKNOWN,
	SERIES_KINDS
}; /* of recipients, from the bottom up */

struct series_step {
	int64_t rcpts[SERIES_KINDS];
	int64_t mails, listed;
	double score_max; /* the highest of its hours */
};

struct series {
	int64_t from, step; /* ns */
	size_t count;
	struct series_step steps[SERIES_STEPS];
};

/* The shortest steps of whole hours, days or weeks with which [since, until] fits into `most` (at
 * most SERIES_STEPS) steps; filled up with empty steps at the front to `least`, so that an hour of
 * data does not look like a day. */
void series_init(struct series *s, int64_t since, int64_t until, size_t least, size_t most);
/* For query_hours: ctx is the series. Hours outside are ignored. */
void series_add(void *ctx, const struct hour_row *row);
int64_t series_total(const struct series_step *step); /* recipients, all kinds */
int64_t series_peak(const struct series *s);	      /* the largest total; 0 when all are empty */
/* The value of a round scale above `peak`, with 4 or 5 lines: *lines. At least 4. */
int64_t series_scale(int64_t peak, int *lines);

#endif
