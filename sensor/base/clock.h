/* The clock, for processes and commands.  Stages do not ask it: time is handed to them. */
#ifndef HELOSCOPE_BASE_CLOCK_H
#define HELOSCOPE_BASE_CLOCK_H

#include <time.h>

#include "sensor/base/ptime.h"

/* ns; CLOCK_REALTIME is packet time. */
static inline int64_t
clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * PTIME_SECOND + t.tv_nsec;
}

#endif
