#include "sensor/base/chars.h"
#include "sensor/base/ptime.h"
#include "sensor/mail/message.h"

/* date-time = [ day-of-week "," ] day month year hour ":" minute [ ":" second ] zone [CFWS]   (RFC
 * 5322 3.3, obsolete forms 4.3)
 *
 * Accepted beyond it, and then not strict: "Jun 12" for "12 Jun" and the year at the end (ctime of
 * scripts), hyphens between the parts of the date, a zone that is missing or unknown (UTC), a
 * weekday that is wrong, one-digit hours. */

struct date {
	int year;
	unsigned month, day, hour, minute, second;
	int zone_minutes;
	int weekday; /* 0 = Sunday; -1 = not given */
	bool strict, have_day, have_year, have_time, have_zone;
};

static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
	"Oct", "Nov", "Dec" };
static const char *const weekdays[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };

/* obs-zone (RFC 5322 4.3), and UTC, which many programs write. */
static const struct {
	const char *name;
	int minutes;
	bool strict;
} zones[] = {
	{ "UT", 0, true },
	{ "GMT", 0, true },
	{ "UTC", 0, false },
	{ "Z", 0, true },
	{ "EST", -300, true },
	{ "EDT", -240, true },
	{ "CST", -360, true },
	{ "CDT", -300, true },
	{ "MST", -420, true },
	{ "MDT", -360, true },
	{ "PST", -480, true },
	{ "PDT", -420, true },
};

static int
word_index(struct slice word, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (slice_ieq(word, slice_str(list[i])))
			return (int)i;
	return -1;
}

/* Next run of one kind: letters, digits, or a sign with its digits; comments and blanks are
 * skipped; else one byte. */
static struct slice
token_next(struct slice *rest)
{
	for (unsigned depth = 0; rest->len > 0; *rest = slice_skip(*rest, 1)) {
		uint8_t c = rest->ptr[0];
		if (c == '(')
			depth++;
		else if (c == ')' && depth > 0)
			depth--;
		else if (depth == 0 && !chars_is(c, CHAR_SPACE) && c != '\r' && c != '\n')
			break;
	}
	if (rest->len == 0)
		return SLICE_EMPTY;
	size_t n = 1;
	unsigned kind = CHAR_DIGIT;
	if (chars_is(rest->ptr[0], CHAR_ALPHA))
		kind = CHAR_ALPHA;
	else if (!chars_is(rest->ptr[0], CHAR_DIGIT) && rest->ptr[0] != '+' && rest->ptr[0] != '-')
		kind = 0;
	while (n < rest->len && chars_is(rest->ptr[n], kind))
		n++;
	struct slice token = slice_take(*rest, n);
	*rest = slice_skip(*rest, n);
	return token;
}

static int
take_zone_number(struct date *d, struct slice token)
{
	int64_t value;
	if (slice_number(slice_skip(token, 1), &value) < 0)
		return token.len == 1 ? 0 : -1; /* a lone hyphen between date parts */
	if (!d->have_time) {
		/* "12-Jun-2008": the hyphen stuck to the year */
		if (d->have_year || token.ptr[0] != '-' || value > 9999)
			return -1;
		d->year = (int)value;
		d->have_year = true;
		d->strict = false;
		return 0;
	}
	if (d->have_zone || token.len != 5)
		d->strict = false;
	if (value % 100 > 59 || value > 1400) /* beyond +1400 no place lives */
		return -1;
	int minutes = (int)(value / 100 * 60 + value % 100);
	d->zone_minutes = token.ptr[0] == '-' ? -minutes : minutes;
	d->have_zone = true;
	return 0;
}

static int
take_word(struct date *d, struct slice word)
{
	int i = word_index(word, months, 12);
	if (i >= 0 && d->month == 0) {
		d->month = (unsigned)i + 1;
		d->strict = d->strict && d->have_day;
		return 0;
	}
	i = word_index(word, weekdays, 7);
	if (i >= 0 && d->weekday < 0) {
		d->weekday = i;
		return 0;
	}
	for (size_t z = 0; d->have_time && !d->have_zone && z < sizeof zones / sizeof *zones; z++)
		if (slice_ieq(word, slice_str(zones[z].name))) {
			d->zone_minutes = zones[z].minutes;
			d->strict = d->strict && zones[z].strict;
			d->have_zone = true;
			return 0;
		}
	d->strict = false;
	return d->have_time ? 0 : -1; /* after the time an unknown zone, before it not a date */
}

static int
take_time(struct date *d, struct slice hour, struct slice *rest)
{
	unsigned *const to[] = { &d->hour, &d->minute, &d->second };
	const int64_t most[] = { 23, 59, 60 };
	struct slice token = hour;
	for (size_t i = 0; i < 3; i++) {
		int64_t value;
		if (slice_number(token, &value) < 0 || value > most[i] || token.len > 2)
			return -1;
		if (token.len != 2)
			d->strict = false;
		*to[i] = (unsigned)value;
		if (rest->len == 0 || rest->ptr[0] != ':')
			break;
		*rest = slice_skip(*rest, 1);
		token = token_next(rest);
	}
	d->have_time = true;
	return 0;
}

static int
take_number(struct date *d, struct slice token, struct slice *rest)
{
	int64_t value;
	if (slice_number(token, &value) < 0 || token.len > 4)
		return -1;
	if (!d->have_time && rest->len > 0 && rest->ptr[0] == ':')
		return take_time(d, token, rest);
	if (!d->have_day && token.len <= 2) {
		d->day = (unsigned)value;
		d->have_day = true;
		return 0;
	}
	if (d->have_year || d->month == 0)
		return -1;
	d->strict = d->strict && !d->have_time;
	d->year = (int)value;
	if (token.len == 2) /* obs-year (4.3) */
		d->year += value < 50 ? 2000 : 1900;
	else if (token.len == 3)
		d->year += 1900;
	d->have_year = true;
	return 0;
}

static unsigned
month_days(int year, unsigned month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap ? 1U : 0U);
}

static int
date_finish(struct date *d, int64_t *out)
{
	if (!d->have_day || !d->have_year || !d->have_time || d->month == 0 || d->year < 1970 ||
		d->year > 2200 || d->day == 0 || d->day > month_days(d->year, d->month))
		return -1;
	int64_t days = ptime_days(d->year, d->month, d->day);
	if (d->weekday >= 0 && (days + 4) % 7 != d->weekday) /* 1970-01-01 was a Thursday */
		d->strict = false;
	d->strict = d->strict && d->have_zone;
	int64_t minutes = days * 1440 + (int64_t)d->hour * 60 + d->minute - d->zone_minutes;
	*out = (minutes * 60 + d->second) * PTIME_SECOND;
	return 0;
}

int
header_date(struct slice value, int64_t *out, bool *strict)
{
	struct date d = { .weekday = -1, .strict = true };
	struct slice rest = slice_take(value, LIMIT_HEADER_TEXT);
	*strict = false;
	for (;;) {
		struct slice token = token_next(&rest);
		int bad = 0;
		if (token.len == 0)
			break;
		if (chars_is(token.ptr[0], CHAR_ALPHA))
			bad = take_word(&d, token);
		else if (chars_is(token.ptr[0], CHAR_DIGIT))
			bad = take_number(&d, token, &rest);
		else if (token.ptr[0] == '+' || token.ptr[0] == '-')
			bad = take_zone_number(&d, token);
		else if (token.ptr[0] != ',' || d.weekday < 0 || d.have_day)
			d.strict = false;
		if (bad < 0)
			return -1;
	}
	if (date_finish(&d, out) < 0)
		return -1;
	*strict = d.strict;
	return 0;
}
