#include "sensor/base/ptime.h"

#include "sensor/base/chars.h"

/* Both conversions: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms". The year begins in
 * March, so that the leap day is its last one; an era is 400 years, 146,097 days. */
int64_t
ptime_days(int year, unsigned month, unsigned day)
{
	int64_t y = month <= 2 ? (int64_t)year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year =
		(153 * (month > 2 ? (int64_t)month - 3 : (int64_t)month + 9) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

struct date {
	int64_t year;
	unsigned month, day;
};

static struct date
date_of(int64_t days)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t day_of_era = days - era * 146097;
	int64_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t m = (5 * day_of_year + 2) / 153;
	unsigned month = (unsigned)(m < 10 ? m + 3 : m - 9);

	return (struct date){ year_of_era + era * 400 + (month <= 2), month,
		(unsigned)(day_of_year - (153 * m + 2) / 5 + 1) };
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int64_t
ptime_hour(int64_t t)
{
	int64_t into = t % PTIME_HOUR;

	/* Only in the first hour that int64_t holds (year 1677) would the start be below INT64_MIN.
	 */
	if (into < 0)
		into += PTIME_HOUR;
	return t < INT64_MIN + into ? INT64_MIN : t - into;
}

static char *
put(char *p, int64_t v, int width, char after)
{
	for (int i = width - 1; i >= 0; i--) {
		p[i] = (char)('0' + v % 10);
		v /= 10;
	}
	p[width] = after;
	return p + width + 1;
}

const char *
ptime_format(int64_t t, char out[PTIME_TEXT_MAX])
{
	char *p = out;

	if (t != 0) {
		int64_t days = floor_div(t, PTIME_DAY);
		/* In unsigned arithmetic: days * PTIME_DAY may lie below INT64_MIN. */
		int64_t into = (int64_t)((uint64_t)t - (uint64_t)days * (uint64_t)PTIME_DAY);
		int64_t seconds = into / PTIME_SECOND;
		struct date d = date_of(days);

		p = put(p, d.year, 4, '-');
		p = put(p, d.month, 2, '-');
		p = put(p, d.day, 2, 'T');
		p = put(p, seconds / 3600, 2, ':');
		p = put(p, seconds / 60 % 60, 2, ':');
		p = put(p, seconds % 60, 2, '.');
		p = put(p, into % PTIME_SECOND / PTIME_US, 6, 'Z');
	}
	*p = '\0';
	return out;
}

/* Exactly n digits off the front of *s. */
static int
digits(struct slice *s, size_t n, int64_t *v)
{
	if (s->len < n || slice_number(slice_take(*s, n), v) < 0)
		return -1;
	*s = slice_skip(*s, n);
	return 0;
}

static int
one_of(struct slice *s, const char *set)
{
	if (s->len == 0 || slice_index(slice_str(set), s->ptr[0]) == slice_str(set).len)
		return -1;
	*s = slice_skip(*s, 1);
	return 0;
}

/* full-date = date-fullyear "-" date-month "-" date-mday */
static int
parse_date(struct slice *s, int64_t *days)
{
	static const uint8_t month_days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t y, m, d;

	if (digits(s, 4, &y) < 0 || one_of(s, "-") < 0 || digits(s, 2, &m) < 0 ||
		one_of(s, "-") < 0 || digits(s, 2, &d) < 0 || m < 1 || m > 12)
		return -1;
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
	if (d < 1 || d > month_days[m - 1] + (m == 2 && leap))
		return -1;
	*days = ptime_days((int)y, (unsigned)m, (unsigned)d);
	return 0;
}

/* time-secfrac = "." 1*DIGIT; digits beyond the nanosecond are dropped. */
static int
parse_fraction(struct slice *s, int64_t *ns)
{
	size_t n = 0;

	*ns = 0;
	if (one_of(s, ".") < 0)
		return 0;
	for (; n < s->len && chars_is(s->ptr[n], CHAR_DIGIT); n++)
		if (n < 9)
			*ns = *ns * 10 + (s->ptr[n] - '0');
	if (n == 0)
		return -1;
	for (size_t i = n; i < 9; i++)
		*ns *= 10;
	*s = slice_skip(*s, n);
	return 0;
}

/* time-offset = "Z" / ("+" / "-") time-hour ":" time-minute */
static int
parse_offset(struct slice *s, int64_t *seconds)
{
	int64_t h, m;

	*seconds = 0;
	if (one_of(s, "Zz") == 0)
		return 0;
	int64_t sign = s->len && s->ptr[0] == '-' ? -1 : 1;
	if (one_of(s, "+-") < 0 || digits(s, 2, &h) < 0 || one_of(s, ":") < 0 ||
		digits(s, 2, &m) < 0 || h > 23 || m > 59)
		return -1;
	*seconds = sign * (h * 3600 + m * 60);
	return 0;
}

int
ptime_parse(struct slice text, int64_t *out)
{
	struct slice s = text;
	int64_t days, h = 0, m = 0, sec = 0, ns = 0, offset = 0;

	if (parse_date(&s, &days) < 0)
		return -1;
	if (s.len) {
		/* RFC 3339 5.6 allows a space for the T. Second 60 is a leap second, the next
		 * minute's first. */
		if (one_of(&s, "Tt ") < 0 || digits(&s, 2, &h) < 0 || one_of(&s, ":") < 0 ||
			digits(&s, 2, &m) < 0 || one_of(&s, ":") < 0 || digits(&s, 2, &sec) < 0 ||
			parse_fraction(&s, &ns) < 0 || parse_offset(&s, &offset) < 0)
			return -1;
		if (s.len || h > 23 || m > 59 || sec > 60)
			return -1;
	}
	int64_t seconds = days * 86400 + h * 3600 + m * 60 + sec - offset;
	if (__builtin_mul_overflow(seconds, PTIME_SECOND, out) ||
		__builtin_add_overflow(*out, ns, out)) {
		*out = 0;
		return -1;
	}
	return 0;
}
