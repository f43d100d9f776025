/* Dates of a message, and how wrong they are.
 *
 * Source: RFC 5322 3.3, obsolete forms 4.3; what programs write instead.
 * Input:  a field's value, hostile; the first LIMIT_HEADER_TEXT bytes.
 * Output: the time in UTC wherever it can be told at all, and what is wrong, as bits. */
#ifndef HELOSCOPE_MAIL_HEADER_DATE_H
#define HELOSCOPE_MAIL_HEADER_DATE_H

#include "sensor/mail/message.h"

enum date_fault {
	DATE_UNREADABLE = 1 << 0,    /* no time can be told */
	DATE_WEEKDAY_WRONG = 1 << 1, /* another day of the week */
	DATE_WEEKDAY_ODD = 1 << 2,   /* no word of the grammar: "Thursday", "Qui" */
	DATE_YEAR_SHORT = 1 << 3,    /* two or three digits (4.3) */
	DATE_YEAR_ABSURD = 1 << 4,   /* before 1970 or after 2200 */
	DATE_ZONE_ABSENT = 1 << 5,
	DATE_ZONE_OBSOLETE = 1 << 6, /* GMT, EST, … (4.3) */
	DATE_ZONE_UNKNOWN = 1 << 7,  /* any other word, and military letters */
	DATE_ZONE_ABSURD = 1 << 8,   /* beyond +1400, -1200, or minutes beyond 59 */
	DATE_ZONE_ODD = 1 << 9,	     /* "+02:00", "-3", "GMT+2" */
	DATE_DAY_ABSURD = 1 << 10,   /* 0, 32, 30 Feb */
	DATE_TIME_ABSURD = 1 << 11,  /* hours or minutes beyond 23 and 59, seconds beyond 60 */
	DATE_LEAP_SECOND = 1 << 12,  /* :60 */
	DATE_NO_SECONDS = 1 << 13,   /* allowed, and rare */
	DATE_NO_TIME = 1 << 14,
	DATE_ORDER = 1 << 15,	    /* month before day, year at the end: ctime(3), RFC 3339 */
	DATE_DIGITS = 1 << 16,	    /* one or three where two are wanted, but in the day */
	DATE_PUNCTUATION = 1 << 17, /* hyphens, dots, commas where there are none */
	DATE_COMMENT = 1 << 18,	    /* behind the zone: allowed; the usual name of a zone */
	DATE_COMMENT_INSIDE = 1 << 19,
	DATE_JUNK = 1 << 20, /* more behind it, or words in it that mean nothing */
	DATE_AM_PM = 1 << 21,
	DATE_MONTH_ODD = 1 << 22,  /* "June", "Sept", a number */
	DATE_NAME_CASE = 1 << 23,  /* "THU", "jun" */
	DATE_NO_WEEKDAY = 1 << 24, /* allowed, and rare */
	DATE_WEEKDAY_NO_COMMA = 1 << 25,
};
/* Those that RFC 5322 3.3 allows; any other makes a date not strict. */
#define DATE_ALLOWED                                                                               \
	(DATE_NO_SECONDS | DATE_COMMENT | DATE_NO_WEEKDAY | DATE_LEAP_SECOND | DATE_YEAR_SHORT |   \
		DATE_ZONE_OBSOLETE)

struct date_value {
	int64_t time; /* ns, UTC; 0 if unreadable */
	int zone;     /* minutes east of UTC; 0 if absent */
	unsigned faults;
};

/* False if unreadable. */
bool header_date_read(struct slice value, struct date_value *out);
/* "weekday-wrong", …; "" for what is none. */
const char *date_fault_name(enum date_fault fault);

#endif
