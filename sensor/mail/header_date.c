#include "sensor/mail/header_date.h"
#include "sensor/base/chars.h"
#include "sensor/base/ptime.h"

/* date-time = [ day-of-week "," ] day month year hour ":" minute [ ":" second ] zone [CFWS]   (RFC
 * 5322 3.3, obsolete forms 4.3)
 *
 * Words and numbers are taken in any order that leaves no doubt: "Jun 12 10:15:00 2008" (ctime of
 * scripts), "12-Jun-2008", "2008-06-12T10:15:00Z".  What is out of range is clipped as SpamAssassin
 * clips it (30 Feb is 1 Mar, hour 25 is 23), so that both tell the same time; a zone that is
 * missing or no zone's is UTC. */

#define YEAR_FIRST 1970
#define YEAR_LAST 2200
#define DIGITS_MOST 18
#define ABSURD                                                                                     \
	(DATE_UNREADABLE | DATE_DAY_ABSURD | DATE_TIME_ABSURD | DATE_ZONE_ABSURD |                 \
		DATE_YEAR_ABSURD | DATE_NO_TIME)

struct scan {
	struct slice rest;
	unsigned faults;
	int64_t year, day;
	unsigned month, hour, minute, second;
	int zone_minutes;
	int weekday; /* 0 = Sunday; -1 = not given */
	bool have_day, have_year, have_time, have_zone, have_number; /* number: as the zone */
	bool iso;						     /* the year came first */
	bool blank;	 /* white space stood before the token */
	bool commented;	 /* a comment came after the zone, or at the end */
	bool after_week; /* the last token was the weekday */
};

static const char *const months[] = { "January", "February", "March", "April", "May", "June",
	"July", "August", "September", "October", "November", "December", NULL };
static const char *const weekdays[] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday",
	"Friday", "Saturday", NULL };

/* The first eleven are of RFC 5322 4.3; the others are what people write, by minutes east of UTC.
 */
#define ZONES_OBSOLETE 11
static const struct {
	char name[5];
	int16_t minutes;
} zones[] = { { "UT", 0 }, { "GMT", 0 }, { "Z", 0 }, { "EST", -300 }, { "EDT", -240 },
	{ "CST", -360 }, { "CDT", -300 }, { "MST", -420 }, { "MDT", -360 }, { "PST", -480 },
	{ "PDT", -420 }, { "UTC", 0 }, { "NST", -210 }, { "NDT", -150 }, { "AST", -240 },
	{ "ADT", -180 }, { "HST", -600 }, { "AKST", -540 }, { "AKDT", -480 }, { "HAST", -600 },
	{ "HADT", -540 }, { "BRT", -180 }, { "BRST", -120 }, { "WET", 0 }, { "WEST", 60 },
	{ "BST", 60 }, { "IST", 60 }, { "CET", 60 }, { "MET", 60 }, { "MEZ", 60 }, { "CEST", 120 },
	{ "MEST", 120 }, { "MESZ", 120 }, { "EET", 120 }, { "EEST", 180 }, { "IDT", 180 },
	{ "MSK", 180 }, { "MSD", 240 }, { "HKT", 480 }, { "SGT", 480 }, { "PHT", 480 },
	{ "AWST", 480 }, { "JST", 540 }, { "KST", 540 }, { "ACST", 570 }, { "ACDT", 630 },
	{ "AEST", 600 }, { "AEDT", 660 }, { "NZST", 720 }, { "NZDT", 780 } };

/* ---- tokens ---- */

static bool
is_blank(uint8_t c)
{
	return chars_is(c, CHAR_SPACE) || c == '\r' || c == '\n';
}

/* Length of the run of that class at the front. */
static size_t
run(struct slice s, unsigned class)
{
	size_t n = 0;
	while (n < s.len && chars_is(s.ptr[n], class))
		n++;
	return n;
}

/* A zone that is told in a comment only: "10:15:00 (CEST)". */
static void
comment_take(struct scan *s, struct slice inside)
{
	for (size_t i = 0; i < sizeof zones / sizeof *zones && !s->have_zone; i++)
		if (s->have_time && slice_eq(inside, slice_str(zones[i].name))) {
			s->zone_minutes = zones[i].minutes;
			s->have_zone = true;
			s->faults |= DATE_ZONE_ABSENT;
		}
	s->commented = true;
}

/* Skips white space and comments. */
static void
skip_blanks(struct scan *s)
{
	size_t n = 0, depth = 0, open = 0;
	for (; n < s->rest.len; n++) {
		uint8_t c = s->rest.ptr[n];
		if (c == '\\' && depth > 0) {
			n++;
		} else if (c == '(') {
			open = depth++ == 0 ? n + 1 : open;
		} else if (c == ')' && depth > 0) {
			if (--depth == 0)
				comment_take(s, slice_of(s->rest.ptr + open, n - open));
		} else if (depth == 0 && !is_blank(c)) {
			break;
		}
	}
	s->blank = n > 0;
	s->faults |= depth > 0 ? DATE_JUNK : 0;
	s->rest = slice_skip(s->rest, n);
}

static struct slice
token_next(struct scan *s)
{
	skip_blanks(s);
	if (s->rest.len == 0)
		return SLICE_EMPTY;
	uint8_t c = s->rest.ptr[0];
	size_t n = chars_is(c, CHAR_ALPHA)   ? run(s->rest, CHAR_ALPHA)
		   : chars_is(c, CHAR_DIGIT) ? run(s->rest, CHAR_DIGIT)
					     : 1;
	struct slice token = slice_take(s->rest, n);
	s->rest = slice_skip(s->rest, n);
	return token;
}

static bool
next_is(const struct scan *s, uint8_t c)
{
	return s->rest.len > 0 && s->rest.ptr[0] == c;
}

/* ---- words ---- */

/* Which of them begins with the word, of at least three letters. */
static int
word_index(struct scan *s, struct slice word, const char *const *list, unsigned odd)
{
	for (int i = 0; word.len >= 3 && list[i] != NULL; i++) {
		struct slice full = slice_str(list[i]);
		if (!slice_istarts(full, word))
			continue;
		if (word.len > 3)
			s->faults |= odd;
		if (!slice_starts(full, word))
			s->faults |= DATE_NAME_CASE;
		return i;
	}
	return -1;
}

static bool
zone_word(struct scan *s, struct slice word)
{
	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
		if (!slice_ieq(word, slice_str(zones[i].name)))
			continue;
		s->zone_minutes = zones[i].minutes;
		s->faults |= i < ZONES_OBSOLETE ? DATE_ZONE_OBSOLETE : DATE_ZONE_UNKNOWN;
		s->have_zone = true;
		return true;
	}
	return false;
}

static void
take_word(struct scan *s, struct slice word)
{
	int i = s->month == 0 ? word_index(s, word, months, DATE_MONTH_ODD) : -1;
	if (i >= 0) {
		s->month = (unsigned)i + 1;
		s->faults |= s->have_day ? 0 : DATE_ORDER;
		return;
	}
	i = s->weekday < 0 ? word_index(s, word, weekdays, DATE_WEEKDAY_ODD) : -1;
	if (i >= 0) {
		s->weekday = i;
		s->after_week = true;
		s->faults |= s->have_day || s->month != 0 ? DATE_ORDER : 0;
		return;
	}
	if (s->iso && !s->have_time && slice_ieq(word, SLICE("T")))
		return;
	if (s->have_time && (slice_ieq(word, SLICE("AM")) || slice_ieq(word, SLICE("PM")))) {
		s->faults |= DATE_AM_PM;
		return;
	}
	if (s->have_time && !s->have_zone && zone_word(s, word))
		return;
	if (s->have_time && !s->have_zone)
		s->faults |= DATE_ZONE_UNKNOWN;
	else
		s->faults |= !s->have_day && s->month == 0 && s->weekday < 0 ? DATE_WEEKDAY_ODD
									     : DATE_JUNK;
}

/* ---- numbers ---- */

static int64_t
number_of(struct slice digits)
{
	int64_t value = INT64_MAX;
	while (digits.len > 1 && digits.ptr[0] == '0')
		digits = slice_skip(digits, 1);
	return slice_number(slice_take(digits, DIGITS_MOST + 1), &value) < 0 ? INT64_MAX : value;
}

static unsigned
clipped(struct scan *s, struct slice digits, int64_t most)
{
	int64_t value = number_of(digits);
	if (digits.len != 2)
		s->faults |= DATE_DIGITS;
	if (value > most)
		s->faults |= DATE_TIME_ABSURD;
	return (unsigned)(value > most ? most : value);
}

/* Digits behind a colon at the front; empty if there are none. */
static struct slice
colon_digits(struct scan *s)
{
	struct slice after = slice_skip(s->rest, 1);
	size_t n = next_is(s, ':') ? run(after, CHAR_DIGIT) : 0;
	if (n > 0)
		s->rest = slice_skip(after, n);
	return slice_take(after, n);
}

static void
take_time(struct scan *s, struct slice hour)
{
	s->hour = clipped(s, hour, 23);
	s->minute = clipped(s, colon_digits(s), 59);
	struct slice second = colon_digits(s);
	s->have_time = true;
	if (second.len == 0) {
		s->faults |= DATE_NO_SECONDS;
		return;
	}
	if (number_of(second) == 60)
		s->faults |= DATE_LEAP_SECOND;
	s->second = clipped(s, second, number_of(second) == 60 ? 60 : 59);
	if (s->second == 60)
		s->second = 59;
	struct slice fraction = slice_skip(s->rest, 1);
	size_t n = next_is(s, '.') ? run(fraction, CHAR_DIGIT) : 0;
	if (n > 0) { /* 10:15:00.123 */
		s->rest = slice_skip(fraction, n);
		s->faults |= DATE_JUNK;
	}
}

static void
take_year(struct scan *s, struct slice digits)
{
	s->year = number_of(digits);
	s->have_year = true;
	if (digits.len == 2 || digits.len == 3) { /* obs-year (4.3) */
		s->year += digits.len == 2 && s->year < 50 ? 2000 : 1900;
		s->faults |= DATE_YEAR_SHORT;
	}
	s->faults |= s->have_time && !s->iso ? DATE_ORDER : 0;
}

/* 2008-06-12, 2008/06/12 */
static bool
take_iso(struct scan *s, struct slice year)
{
	struct slice r = s->rest;
	if (year.len != 4 || s->have_day || s->month != 0 || r.len < 6 ||
		(r.ptr[0] != '-' && r.ptr[0] != '/') || r.ptr[3] != r.ptr[0] ||
		run(slice_skip(r, 1), CHAR_DIGIT) != 2 || run(slice_skip(r, 4), CHAR_DIGIT) != 2)
		return false;
	int64_t month = number_of(slice_of(r.ptr + 1, 2));
	if (month < 1 || month > 12)
		return false;
	s->iso = true;
	s->year = number_of(year);
	s->month = (unsigned)month;
	s->day = number_of(slice_of(r.ptr + 4, 2));
	s->have_year = s->have_day = true;
	s->faults |= DATE_ORDER | DATE_MONTH_ODD;
	s->rest = slice_skip(r, 6);
	return true;
}

static void
take_number(struct scan *s, struct slice digits)
{
	if (!s->have_time && next_is(s, ':')) {
		take_time(s, digits);
	} else if (take_iso(s, digits)) {
		return;
	} else if (!s->have_day && (s->month == 0 || digits.len <= 2)) {
		s->day = number_of(digits);
		s->have_day = true;
		if (digits.len > 2)
			s->faults |= DATE_DIGITS;
		if (s->weekday >= 0 && s->after_week)
			s->faults |= DATE_WEEKDAY_NO_COMMA;
	} else if (!s->have_year && s->month != 0) {
		take_year(s, digits);
	} else {
		s->faults |= DATE_JUNK;
	}
}

/* A sign behind the time is a zone's; before it, it ties the date together. */
static void
take_sign(struct scan *s, struct slice sign)
{
	size_t n = run(s->rest, CHAR_DIGIT);
	bool apart = s->blank;
	if (!s->have_time || n == 0) {
		s->faults |= DATE_PUNCTUATION;
		return;
	}
	struct slice digits = slice_take(s->rest, n);
	s->rest = slice_skip(s->rest, n);
	int64_t value = number_of(digits);
	bool colon = n == 2 && next_is(s, ':');
	if (colon) {
		struct slice minutes = colon_digits(s);
		value = minutes.len == 2 ? value * 100 + number_of(minutes) : INT64_MAX;
	}
	bool ends = s->rest.len == 0 || is_blank(s->rest.ptr[0]) || s->rest.ptr[0] == '(' ||
		    s->rest.ptr[0] == ',' || s->rest.ptr[0] == ';';
	if (s->have_number || (n != 4 && !colon) || !apart || !ends)
		s->faults |= s->have_number ? DATE_JUNK : DATE_ZONE_ODD;
	else if (colon)
		s->faults |= DATE_ZONE_ODD;
	if (s->have_number || value > 9999 || (!s->iso && (n != 4 || !apart)))
		return;
	bool west = sign.ptr[0] == '-';
	if (value % 100 > 59 || value > (west ? 1200 : 1400))
		s->faults |= DATE_ZONE_ABSURD;
	int minutes = (int)(value / 100 * 60 + value % 100);
	s->zone_minutes = west ? -minutes : minutes;
	s->have_number = s->have_zone = true;
}

static void
take_other(struct scan *s, struct slice token)
{
	uint8_t c = token.ptr[0];
	if (c == '+' || c == '-')
		take_sign(s, token);
	else if (c != ',' || !s->after_week)
		s->faults |= c == ',' || c == '.' || c == '/' ? DATE_PUNCTUATION : DATE_JUNK;
	s->after_week = false;
}

/* ---- the whole ---- */

static unsigned
month_days(int64_t year, unsigned month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap ? 1U : 0U);
}

/* Brings the date into the calendar. */
static void
clip(struct scan *s)
{
	if (s->year < YEAR_FIRST || s->year > YEAR_LAST) {
		s->faults |= DATE_YEAR_ABSURD;
		s->year = s->year < YEAR_FIRST ? YEAR_FIRST : YEAR_LAST;
	}
	if (s->day >= 1 && s->day <= month_days(s->year, s->month))
		return;
	s->faults |= DATE_DAY_ABSURD;
	if (s->day > 0 && ++s->month > 12) {
		s->month = 1;
		s->year++;
	}
	s->day = 1;
}

static void
finish(struct scan *s, struct date_value *out)
{
	if (!s->have_day || !s->have_year || s->month == 0 || s->year > 9999) {
		s->faults |= DATE_UNREADABLE;
		return;
	}
	clip(s);
	int64_t days = ptime_days((int)s->year, s->month, (unsigned)s->day);
	if (s->weekday >= 0 && (days + 4) % 7 != s->weekday) /* 1970-01-01 was a Thursday */
		s->faults |= DATE_WEEKDAY_WRONG;
	if (s->weekday < 0 && (s->faults & DATE_WEEKDAY_ODD) == 0)
		s->faults |= DATE_NO_WEEKDAY;
	if (!s->have_time)
		s->faults |= DATE_NO_TIME;
	else if (!s->have_zone && (s->faults & (DATE_ZONE_ODD | DATE_ZONE_UNKNOWN)) == 0)
		s->faults |= DATE_ZONE_ABSENT;
	int64_t minutes = days * 1440 + s->hour * 60 + s->minute - s->zone_minutes;
	int64_t time = (minutes * 60 + s->second) * PTIME_SECOND;
	out->time = time > 0 ? time : 0;
	out->zone = s->zone_minutes;
}

bool
header_date_read(struct slice value, struct date_value *out)
{
	struct scan s = { .rest = slice_take(value, LIMIT_HEADER_TEXT), .weekday = -1 };
	*out = (struct date_value){ 0 };
	for (struct slice token; (token = token_next(&s)).len > 0;) {
		if (s.commented)
			s.faults |= DATE_COMMENT_INSIDE;
		s.commented = false;
		if (chars_is(token.ptr[0], CHAR_ALPHA)) {
			take_word(&s, token);
		} else if (chars_is(token.ptr[0], CHAR_DIGIT)) {
			take_number(&s, token);
			s.after_week = false;
		} else {
			take_other(&s, token);
		}
	}
	s.faults |= s.commented ? DATE_COMMENT : 0;
	finish(&s, out);
	out->faults = s.faults;
	return (s.faults & DATE_UNREADABLE) == 0;
}

int
header_date(struct slice value, int64_t *out, bool *strict)
{
	struct date_value d;
	*strict = false;
	if (!header_date_read(value, &d) || (d.faults & ABSURD) != 0)
		return -1;
	*out = d.time;
	*strict = (d.faults & ~(unsigned)DATE_ALLOWED) == 0;
	return 0;
}

const char *
date_fault_name(enum date_fault fault)
{
	static const char *const names[] = { "unreadable", "weekday-wrong", "weekday-odd",
		"year-short", "year-absurd", "zone-absent", "zone-obsolete", "zone-unknown",
		"zone-absurd", "zone-odd", "day-absurd", "time-absurd", "leap-second", "no-seconds",
		"no-time", "order", "digits", "punctuation", "comment", "comment-inside", "junk",
		"am-pm", "month-odd", "name-case", "no-weekday", "weekday-no-comma" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if ((unsigned)fault == 1U << i)
			return names[i];
	return "";
}
