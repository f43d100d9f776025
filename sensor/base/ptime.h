/* Packet time: nanoseconds since 1970 UTC, int64_t.  It comes from the packet (or, live and idle, from the caller), never from here. */
#ifndef HELOSCOPE_BASE_PTIME_H
#define HELOSCOPE_BASE_PTIME_H

#include "sensor/base/slice.h"

#define PTIME_US INT64_C(1000)
#define PTIME_MS INT64_C(1000000)
#define PTIME_SECOND INT64_C(1000000000)
#define PTIME_HOUR (3600 * PTIME_SECOND)
#define PTIME_DAY (24 * PTIME_HOUR)

#define PTIME_TEXT_MAX 40

/* RFC 3339 UTC with microseconds, "2008-06-12T03:04:05.000000Z"; "" for 0.  Returns out. */
const char *ptime_format(int64_t t, char out[PTIME_TEXT_MAX]);
/* RFC 3339 date or date-time with offset or Z; a date alone is midnight UTC; "now-1h" style is the caller's.  0 or -1. */
int ptime_parse(struct slice text, int64_t *out);
/* Civil date to days since 1970-01-01 (proleptic Gregorian). */
int64_t ptime_days(int year, unsigned month, unsigned day);
/* Start of the UTC hour. */
int64_t ptime_hour(int64_t t);

#endif
