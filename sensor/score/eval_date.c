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

/* Seconds since 1970 of the first date in a Received field. */
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
		bool strict;
		if (n > 0 && header_date(slice_take(rest, n), out, &strict) == 0) {
			*out /= PTIME_SECOND;
			return true;
		}
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
		bool strict;
		target_get_all(in, names[i], &values);
		for (size_t k = 0; k < values.items_count; k++)
			if (header_date(slice_trim(values.items[k]), out, &strict) == 0) {
				*out /= PTIME_SECOND;
				return true;
			}
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
	bool strict;
	if (header_date(slice_trim(field_get(in, "Date")), &time, &strict) == 0)
		time /= PTIME_SECOND;
	else
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
