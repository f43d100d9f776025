/* Dates: the time, and how wrong they are. */
#include "unit/mail/mail_test.h"

#include "sensor/base/ptime.h"
#include "sensor/mail/header_date.h"

#define D(x) DATE_##x

static const struct row {
	const char *value, *want; /* RFC 3339 without fraction, "" = unreadable */
	unsigned faults;
} rows[] = {
	{ "Thu, 12 Jun 2008 10:15:00 -0300", "2008-06-12T13:15:00", 0 },
	{ "12 Jun 2008 10:15:00 -0300", "2008-06-12T13:15:00", D(NO_WEEKDAY) },
	{ "Thu, 12 Jun 2008 10:15 -0300", "2008-06-12T13:15:00", D(NO_SECONDS) },
	{ "Thu, 12 Jun 2008 10:15:00 -0300 (BRT)", "2008-06-12T13:15:00", D(COMMENT) },
	{ "Thu, (x) 12 Jun 2008 10:15:00 -0300", "2008-06-12T13:15:00", D(COMMENT_INSIDE) },
	{ "Fri, 12 Jun 2008 10:15:00 -0300", "2008-06-12T13:15:00", D(WEEKDAY_WRONG) },
	{ "Thursday, 12 Jun 2008 10:15:00 -0300", "2008-06-12T13:15:00", D(WEEKDAY_ODD) },
	{ "Qui, 12 Jun 2008 10:15:00 -0300", "2008-06-12T13:15:00",
		D(WEEKDAY_ODD) | D(PUNCTUATION) },
	{ "Thu 12 Jun 2008 10:15:00 -0300", "2008-06-12T13:15:00", D(WEEKDAY_NO_COMMA) },
	{ "THU, 12 jun 2008 10:15:00 -0300", "2008-06-12T13:15:00", D(NAME_CASE) },
	{ "Thu, 12 June 2008 10:15:00 -0300", "2008-06-12T13:15:00", D(MONTH_ODD) },
	{ "Thu, 12 Jun 08 10:15:00 -0300", "2008-06-12T13:15:00", D(YEAR_SHORT) },
	{ "Thu, 12 Jun 108 10:15:00 -0300", "2008-06-12T13:15:00", D(YEAR_SHORT) },
	{ "Sun, 12 Jun 98 10:15:00 -0300", "1998-06-12T13:15:00",
		D(YEAR_SHORT) | D(WEEKDAY_WRONG) },
	{ "Thu, 12 Jun 2008 10:15:00", "2008-06-12T10:15:00", D(ZONE_ABSENT) },
	{ "Thu, 12 Jun 2008 10:15:00 GMT", "2008-06-12T10:15:00", D(ZONE_OBSOLETE) },
	{ "Thu, 12 Jun 2008 10:15:00 EST", "2008-06-12T15:15:00", D(ZONE_OBSOLETE) },
	{ "Thu, 12 Jun 2008 10:15:00 CEST", "2008-06-12T08:15:00", D(ZONE_UNKNOWN) },
	{ "Thu, 12 Jun 2008 10:15:00 XYZ", "2008-06-12T10:15:00", D(ZONE_UNKNOWN) },
	{ "Thu, 12 Jun 2008 10:15:00 (CEST)", "2008-06-12T08:15:00", D(ZONE_ABSENT) | D(COMMENT) },
	{ "Thu, 12 Jun 2008 10:15:00 +1900", "2008-06-11T15:15:00", D(ZONE_ABSURD) },
	{ "Thu, 12 Jun 2008 10:15:00 -0370", "2008-06-12T14:25:00", D(ZONE_ABSURD) },
	{ "Thu, 12 Jun 2008 10:15:00 +2:00", "2008-06-12T10:15:00", D(ZONE_ODD) | D(JUNK) },
	{ "Thu, 12 Jun 2008 10:15:00 +02:00", "2008-06-12T10:15:00", D(ZONE_ODD) },
	{ "Thu, 12 Jun 2008 10:15:00 GMT+2", "2008-06-12T10:15:00",
		D(ZONE_OBSOLETE) | D(ZONE_ODD) },
	{ "Thu, 12 Jun 2008 10:15:00-0300", "2008-06-12T10:15:00", D(ZONE_ODD) },
	{ "Sun, 30 Feb 2008 10:15:00 +0000", "2008-03-01T10:15:00",
		D(DAY_ABSURD) | D(WEEKDAY_WRONG) },
	{ "32 Dec 2008 10:15:00 +0000", "2009-01-01T10:15:00", D(DAY_ABSURD) | D(NO_WEEKDAY) },
	{ "0 Jun 2008 10:15:00 +0000", "2008-06-01T10:15:00", D(DAY_ABSURD) | D(NO_WEEKDAY) },
	{ "Thu, 12 Jun 2008 25:15:00 +0000", "2008-06-12T23:15:00", D(TIME_ABSURD) },
	{ "Thu, 12 Jun 2008 10:15:60 +0000", "2008-06-12T10:15:59", D(LEAP_SECOND) },
	{ "Thu, 12 Jun 2008 10:15:61 +0000", "2008-06-12T10:15:59", D(TIME_ABSURD) },
	{ "Thu, 12 Jun 2008 9:15:00 +0000", "2008-06-12T09:15:00", D(DIGITS) },
	{ "Thu, 12 Jun 2008", "2008-06-12T00:00:00", D(NO_TIME) },
	{ "Thu Jun 12 10:15:00 2008", "2008-06-12T10:15:00",
		D(ORDER) | D(ZONE_ABSENT) | D(WEEKDAY_NO_COMMA) },
	{ "2008-06-12T10:15:00Z", "2008-06-12T10:15:00",
		D(ORDER) | D(MONTH_ODD) | D(ZONE_OBSOLETE) | D(NO_WEEKDAY) },
	{ "2008-06-12 10:15:00 +02:00", "2008-06-12T08:15:00",
		D(ORDER) | D(MONTH_ODD) | D(ZONE_ODD) | D(NO_WEEKDAY) },
	{ "12-Jun-2008 10:15:00 +0000", "2008-06-12T10:15:00", D(PUNCTUATION) | D(NO_WEEKDAY) },
	{ "Thu, 12 Jun 2008 10:15:00 PM +0000", "2008-06-12T10:15:00", D(AM_PM) },
	{ "Thu, 12 Jun 2008 10:15:00 +0000 x", "2008-06-12T10:15:00", D(JUNK) },
	{ "Thu, 12 Jun 2008 10:15:00 +0000 +0000", "2008-06-12T10:15:00", D(JUNK) },
	{ "Thu, 12 Jun 2008 10:15:00.123 +0000", "2008-06-12T10:15:00", D(JUNK) },
	{ "12 Jun 1902 10:15:00 +0000", "1970-06-12T10:15:00", D(YEAR_ABSURD) | D(NO_WEEKDAY) },
	{ "12 Jun 9999 10:15:00 +0000", "2200-06-12T10:15:00", D(YEAR_ABSURD) | D(NO_WEEKDAY) },
	{ "12 Jun 99999 10:15:00 +0000", "", D(UNREADABLE) },
	{ "12 06 2008 10:15:00", "", D(UNREADABLE) | D(JUNK) },
	{ "12 Jun 2008 10:: +02:999999999999999999999", "2008-06-12T10:59:00",
		D(TIME_ABSURD) | D(NO_SECONDS) | D(DIGITS) | D(ZONE_ODD) | D(JUNK) |
			D(NO_WEEKDAY) },
	{ "today", "", D(UNREADABLE) | D(WEEKDAY_ODD) },
	{ "", "", D(UNREADABLE) },
};

static void
read_date(void *ctx, struct slice s, struct arena *arena)
{
	const struct row *row = ctx;
	struct date_value d;
	char text[PTIME_TEXT_MAX] = "";
	(void)arena;
	bool readable = header_date_read(s, &d);
	assert_int_equal(readable, (d.faults & DATE_UNREADABLE) == 0);
	assert_true(readable || d.time == 0);
	if (s.len < strlen(row->value))
		return;
	if (readable)
		ptime_format(d.time, text);
	if (strncmp(text, row->want, 19) != 0 || d.faults != row->faults)
		fail_msg("'%s': %s faults %x", row->value, text, d.faults);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct row row = rows[i];
		on_every_beginning(slice_str(row.value), read_date, &row);
	}
	for (unsigned bit = 0; bit < 32; bit++)
		assert_int_equal(*date_fault_name((enum date_fault)(1U << bit)) != '\0', bit <= 25);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
