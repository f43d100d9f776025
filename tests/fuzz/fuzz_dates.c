/* A value of Date: a time within the calendar, or none and a reason. */
#include "fuzz/check.h"
#include "sensor/base/ptime.h"
#include "sensor/mail/header_date.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct date_value d;
	int64_t time = 0;
	bool strict;
	bool readable = header_date_read(slice_of(data, size), &d);
	check(readable == ((d.faults & DATE_UNREADABLE) == 0));
	check(d.time >= 0 && d.time <= (ptime_days(2201, 1, 1) + 7) * PTIME_DAY);
	check(readable || d.time == 0);
	if (header_date(slice_of(data, size), &time, &strict) == 0)
		check(readable && time == d.time);
	return 0;
}
