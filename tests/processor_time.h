/* Processor time of this process, in seconds. */
#ifndef HELOSCOPE_TESTS_PROCESSOR_TIME_H
#define HELOSCOPE_TESTS_PROCESSOR_TIME_H

#include <time.h>

static inline double
processor_time(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

#endif
