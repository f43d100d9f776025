/* Date against the Received fields (SpamAssassin's HeaderEval: check_for_shifted_date,
 * check_outlook_message_id). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/ptime.h"
#include "sensor/score/eval_fields.h"
#include "sensor/score/eval_shape.h"

#define RECEIVED_DATES 64 /* Received fields that are looked at */

static size_t
digits(struct slice s, size_t at)
{
	size_t n = at;
	while (n < s.len && chars_is(s.ptr[n], CHAR_DIGIT))
		n++;
	return n - at;
}

static size_t
word(struct slice s, size_t at)
{
	size_t n = at;
	while (n < s.len && s.ptr[n] > ' ')
		n++;
	return n - at;
}

/* "12 Jun 2008 03:04:05 +0000": its length, or 0. */
static size_t
date_length(struct slice s)
{
	size_t at = digits(s, 0);
	if (at == 0 || at >= s.len || s.ptr[at] != ' ' || word(s, at + 1) != 3)
		return 0;
	at += 4;
	for (const char *behind = "  ::"; *behind != '\0'; behind++) {
		if (at >= s.len || s.ptr[at] != *behind)
			return 0;
		at++;
		size_t n = digits(s, at);
		if (n == 0)
			return 0;
		at += n;
	}
	size_t zone = at < s.len && s.ptr[at] == ' ' ? word(s, at + 1) : 0;
	return zone == 0 ? 0 : at + 1 + zone;
}

/* Words of a date; commas are white space. */
struct words {
	struct slice items[24];
	size_t count;
};

static void
split(struct slice s, struct words *out)
{
	out->count = 0;
	for (size_t i = 0; i < s.len && out->count < 24;) {
		size_t start = i;
		while (i < s.len && s.ptr[i] > ' ' && s.ptr[i] != ',')
			i++;
		if (i > start)
			out->items[out->count++] = slice_take(slice_skip(s, start), i - start);
		i += i == start;
	}
}

static bool
is_number(struct slice s, size_t least, size_t most, int64_t *out)
{
	return s.len >= least && s.len <= most && digits(s, 0) == s.len &&
	       slice_number(s, out) == 0;
}

static unsigned
month_of(struct slice s)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	for (unsigned i = 0; s.len == 3 && i < 12; i++)
		if (slice_ieq(s, slice_of(names + (size_t)3 * i, 3)))
			return i + 1;
	return 0;
}

/* "12 Jun 2008" anywhere, else "Jun 12 03:04:05 2008", else "12 Jun 08". */
static bool
take_day(const struct words *w, int64_t *year, unsigned *month, int64_t *day)
{
	for (int form = 0; form < 3; form++)
		for (size_t i = 0; i + 2 < w->count; i++) {
			bool ctime = form == 1;
			*month = month_of(w->items[ctime ? i : i + 1]);
			if (*month == 0 || (ctime && i + 3 >= w->count) ||
				!is_number(w->items[ctime ? i + 1 : i], 1, 9, day))
				continue;
			if (!is_number(w->items[ctime ? i + 3 : i + 2], form == 2 ? 2 : 4,
				    form == 2 ? 3 : 4, year))
				continue;
			if (form == 2) /* two digits, or what a program made of 1900 + 102 */
				*year += *year < 50 ? 2000 : 1900;
			return true;
		}
	return false;
}

/* "03:04:05" or "3:04": seconds of the day, each part at most its most. */
static int64_t
take_time(const struct words *w)
{
	for (size_t i = 0; i < w->count; i++) {
		struct slice rest = w->items[i];
		int64_t part[3] = { 0, 0, 0 };
		size_t n = 0;
		bool good = slice_index(rest, ':') < rest.len;
		for (; good && rest.len > 0 && n < 3; n++)
			good = is_number(slice_split(&rest, ':'), n == 0 ? 1 : 2, 2, &part[n]);
		if (!good || rest.len > 0 || n < 2)
			continue;
		static const int64_t most[] = { 23, 59, 59 };
		for (size_t k = 0; k < 3; k++)
			part[k] = part[k] > most[k] ? most[k] : part[k];
		return (part[0] * 60 + part[1]) * 60 + part[2];
	}
	return 0;
}

/* Names of zones in the mails of the west; minutes east. */
static const struct {
	const char *name;
	int minutes;
} zones[] = { { "NDT", -150 }, { "AST", -240 }, { "ADT", -180 }, { "NST", -210 }, { "EST", -300 },
	{ "EDT", -240 }, { "CST", -360 }, { "CDT", -300 }, { "MST", -420 }, { "MDT", -360 },
	{ "PST", -480 }, { "PDT", -420 }, { "HST", -600 }, { "AKST", -540 }, { "AKDT", -480 },
	{ "HADT", -540 }, { "HAST", -600 }, { "BST", 60 }, { "IST", 60 }, { "WEST", 60 },
	{ "CET", 60 }, { "CEST", 120 }, { "EET", 120 }, { "EEST", 180 }, { "MSK", 180 },
	{ "MSD", 240 }, { "MET", 60 }, { "MEZ", 60 }, { "MEST", 120 }, { "MESZ", 120 },
	{ "JST", 540 }, { "KST", 540 }, { "IDT", 180 }, { "EAST", 600 }, { "NZST", 720 },
	{ "NZDT", 780 } };

/* "+0200", however absurd, as seconds; else the first word of capitals, if it is a zone's. */
static int64_t
take_zone(const struct words *w)
{
	for (size_t i = 0; i < w->count; i++) {
		int64_t value;
		struct slice s = w->items[i];
		if (s.len != 5 || (s.ptr[0] != '+' && s.ptr[0] != '-') ||
			!is_number(slice_skip(s, 1), 4, 4, &value))
			continue;
		int64_t seconds = (value / 100 * 60 + value % 100) * 60;
		return s.ptr[0] == '-' ? -seconds : seconds;
	}
	for (size_t i = 0; i < w->count; i++) {
		struct slice s = w->items[i];
		if (s.len > 2 && s.ptr[0] == '(' && s.ptr[s.len - 1] == ')')
			s = slice_take(slice_skip(s, 1), s.len - 2);
		size_t capitals = 0;
		while (capitals < s.len && s.ptr[capitals] >= 'A' && s.ptr[capitals] <= 'Z')
			capitals++;
		if (capitals != s.len || s.len < 2 || s.len > 4)
			continue;
		for (size_t k = 0; k < sizeof zones / sizeof *zones; k++)
			if (slice_eq(s, slice_str(zones[k].name)))
				return (int64_t)zones[k].minutes * 60;
		return 0;
	}
	return 0;
}

/* Seconds since 1970 UTC, read as SpamAssassin reads dates: more than header_date_read() takes, and
 * what is beyond a limit is the limit. */
static bool
read_date(struct slice value, int64_t *out)
{
	struct words w;
	int64_t year, day;
	unsigned month;
	split(value, &w);
	if (!take_day(&w, &year, &month, &day))
		return false;
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	int64_t most = month == 2 ? (leap ? 29 : 28)
				  : 31 - (month == 4 || month == 6 || month == 9 || month == 11);
	if (day > most) {
		day = 1;
		year += month == 12;
		month = month == 12 ? 1 : month + 1;
	}
	year = year > 2037 ? 2037 : year < 1970 ? 1970 : year;
	*out = ptime_days((int)year, month, (unsigned)day) * 86400 + take_time(&w) - take_zone(&w);
	if (*out < 0)
		*out = 0;
	return day > 0;
}

/* The first date in a Received field. */
static bool
received_date(struct slice value, int64_t *out)
{
	for (size_t i = 0; i + 1 < value.len; i++) {
		if (value.ptr[i] != ' ' && value.ptr[i] != '\t')
			continue;
		struct slice rest = slice_skip(value, i + 1);
		size_t n = date_length(rest);
		if (n == 0) {
			rest = slice_skip(rest, 1);
			n = date_length(rest);
		}
		if (n > 0)
			return read_date(slice_take(rest, n), out);
	}
	return false;
}

/* The topmost fields that only say that fetchmail brought it are left out. */
static size_t
fetchmail_fields(const struct target_values *received)
{
	static const char *const local[] = { "!from localhost ", "!from localhost\n",
		"!from + *!127.0.0.1!", "!from + + *!127.0.0.1!", "qmail # invoked by uid #",
		NULL };
	size_t n = received->items_count > 0 && shape_find_any(received->items[0], local);
	if (n < received->items_count &&
		shape_find(received->items[n], "!by localhost with ^ (fetchmail-%"))
		return n + 1;
	return 0;
}

static bool
date_of_header(const struct rule_input *in, int64_t *out)
{
	static const char *const names[] = { "Resent-Date", "Date" };
	for (size_t i = 0; i < 2; i++) {
		struct target_values values;
		target_get_all(in, names[i], &values);
		for (size_t k = 0; k < values.items_count; k++)
			if (read_date(values.items[k], out))
				return true;
	}
	return false;
}

static const struct date_facts *
date_facts(const struct rule_input *in)
{
	struct date_facts *f = &eval_kept(in)->dates;
	if (f->known)
		return f;
	f->known = true;
	f->has_date = date_of_header(in, &f->date);
	struct target_values received;
	int64_t differences[RECEIVED_DATES];
	size_t count = 0;
	target_get_all(in, "Received", &received);
	for (size_t i = fetchmail_fields(&received);
		i < received.items_count && count < RECEIVED_DATES; i++) {
		int64_t time;
		if (received_date(received.items[i], &time))
			differences[count++] = f->date - time;
	}
	/* the oldest field may have been made with the message: no difference says nothing */
	if (count > 1 && differences[count - 1] == 0)
		count--;
	for (size_t i = 0; f->has_date && i < count; i++)
		if (i == 0 || llabs(differences[i]) < llabs(f->difference))
			f->difference = differences[i];
	return f;
}

/* check_for_shifted_date(least, most): hours from the closest Received field to Date; 'undef' is no
 * bound. */
static bool
test_shifted(const struct rule_input *in, const struct eval_arguments *arguments)
{
	double hours = (double)date_facts(in)->difference / 3600;
	double least = eval_number(arguments, 0, -INFINITY);
	double most = eval_number(arguments, 1, INFINITY);
	return hours >= least && hours < most;
}

/* Outlook Express puts the upper 32 bits of the time (100 ns since 1601) into its Message-IDs. */
static int64_t
outlook_token(int64_t seconds)
{
	const int64_t from_1601 = INT64_C(11644473600);
	return (int64_t)(((double)seconds + (double)from_1601) * 1e7 / 4294967296.0);
}

/* check_outlook_message_id(): such a Message-ID that neither Date nor Received explains. */
static bool
test_outlook_id(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	enum { TOLERATED = 250 }; /* units of 2^32 * 100 ns: 30 hours */
	struct slice id = field_get(in, "MESSAGEID");
	int64_t token = 0, time = 0;
	size_t dollars = 0, hex = 0;
	for (size_t i = 1; i < 31 && i < id.len; i++)
		if (i == 13 || i == 22)
			dollars += id.ptr[i] == '$';
		else if (chars_is(id.ptr[i], CHAR_DIGIT) || (id.ptr[i] >= 'a' && id.ptr[i] <= 'f'))
			hex++;
	if (id.len < 32 || id.ptr[0] != '<' || id.ptr[31] != '@' || dollars != 2 || hex != 28)
		return false;
	for (size_t i = 5; i < 13; i++)
		token = token * 16 + chars_hex(id.ptr[i]);
	if (!read_date(field_get(in, "Date"), &time))
		time = 0;
	if (llabs(token - outlook_token(time)) < TOLERATED)
		return false;
	if (!received_date(field_get(in, "Received"), &time))
		time = 0;
	return llabs(token - outlook_token(time)) >= TOLERATED;
}

const struct eval evals_date[] = {
	{ "check_for_shifted_date", 2, 2, 0, test_shifted },
	{ "check_outlook_message_id", 0, 0, 0, test_outlook_id },
	{ NULL, 0, 0, 0, NULL },
};
