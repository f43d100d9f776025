/* What to do, as rows: one step each, for a cause, a mail server's software, or a list in force.
 *
 * Output: commands that an administrator may paste: nothing from the wire ever stands in one, only
 * the host's own address. */
#ifndef HELOSCOPE_HOST_ADVICE_H
#define HELOSCOPE_HOST_ADVICE_H

#include "sensor/record.h"

struct advice_row {
	enum cause cause;     /* CAUSES = for every cause */
	const char *software; /* "" = any; else part of the software's name; the rows of one
				 software are left out where another was seen */
	const char *step;
	const char *command; /* "{ip}" is the host; "" = none */
};

/* In the order in which they are to be done. */
extern const struct advice_row advice_first[], advice_by_cause[], advice_last[];
extern const size_t advice_first_count, advice_by_cause_count, advice_last_count;

#endif
