#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <stdio.h>

#include <cmocka.h>

#include "sensor/base/ptime.h"
#include "tests/unit/base/edge.h"

#define COUNT_OF(rows) (sizeof(rows) / sizeof((rows)[0]))

/* Seconds from `date -u -d ... +%s`. */
static const struct {
	const char *in;
	int64_t seconds, ns;
	const char *out; /* NULL = refused */
} rows[] = {
	{ "2008-06-12T03:04:05Z", 1213239845, 0, "2008-06-12T03:04:05.000000Z" },
	{ "2008-06-12t03:04:05z", 1213239845, 0, "2008-06-12T03:04:05.000000Z" },
	{ "2008-06-12 03:04:05Z", 1213239845, 0, "2008-06-12T03:04:05.000000Z" },
	{ "2008-06-12", 1213228800, 0, "2008-06-12T00:00:00.000000Z" },
	{ "2008-06-12T03:04:05.5Z", 1213239845, 500000000, "2008-06-12T03:04:05.500000Z" },
	{ "2008-06-12T03:04:05.123456789Z", 1213239845, 123456789, "2008-06-12T03:04:05.123456Z" },
	{ "2008-06-12T03:04:05.1234567899999Z", 1213239845, 123456789,
		"2008-06-12T03:04:05.123456Z" },
	{ "2008-06-12T00:04:05-03:00", 1213239845, 0, "2008-06-12T03:04:05.000000Z" },
	{ "2008-06-12T08:34:05+05:30", 1213239845, 0, "2008-06-12T03:04:05.000000Z" },
	{ "2008-06-11T23:34:05-03:30", 1213239845, 0, "2008-06-12T03:04:05.000000Z" },
	{ "1969-12-31T23:59:59Z", -1, 0, "1969-12-31T23:59:59.000000Z" },
	{ "1969-12-31T23:59:59.999999Z", -1, 999999000, "1969-12-31T23:59:59.999999Z" },
	{ "1900-03-01T00:00:00Z", -2203891200, 0, "1900-03-01T00:00:00.000000Z" },
	{ "1970-01-01T00:00:00Z", 0, 0, "" },
	{ "2000-02-29", 951782400, 0, "2000-02-29T00:00:00.000000Z" },
	{ "2024-02-29", 1709164800, 0, "2024-02-29T00:00:00.000000Z" },
	{ "2023-12-31T23:59:60Z", 1704067200, 0, "2024-01-01T00:00:00.000000Z" },
	{ "1700-01-01", -8520336000, 0, "1700-01-01T00:00:00.000000Z" },
	{ "2262-04-11T23:47:16Z", 9223372036, 0, "2262-04-11T23:47:16.000000Z" },
	{ "2262-04-11T23:47:17Z", 0, 0, NULL }, /* beyond int64_t */
	{ "1677-09-21T00:00:00Z", 0, 0, NULL },
	{ "9999-12-31T23:59:59Z", 0, 0, NULL },
	{ "0000-01-01", 0, 0, NULL },
	{ "2023-02-29", 0, 0, NULL },
	{ "1900-02-29", 0, 0, NULL },
	{ "2023-00-10", 0, 0, NULL },
	{ "2023-13-10", 0, 0, NULL },
	{ "2023-04-31", 0, 0, NULL },
	{ "2023-04-00", 0, 0, NULL },
	{ "2023-4-01", 0, 0, NULL },
	{ "23-04-01", 0, 0, NULL },
	{ "2023-04-01T24:00:00Z", 0, 0, NULL },
	{ "2023-04-01T23:60:00Z", 0, 0, NULL },
	{ "2023-04-01T23:00:61Z", 0, 0, NULL },
	{ "2023-04-01T23:00:00", 0, 0, NULL }, /* no offset */
	{ "2023-04-01T23:00Z", 0, 0, NULL },
	{ "2023-04-01T23:00:00.Z", 0, 0, NULL },
	{ "2023-04-01T23:00:00+24:00", 0, 0, NULL },
	{ "2023-04-01T23:00:00+01:60", 0, 0, NULL },
	{ "2023-04-01T23:00:00+0100", 0, 0, NULL },
	{ "2023-04-01T23:00:00Zx", 0, 0, NULL },
	{ "2023-04-01x", 0, 0, NULL },
	{ "", 0, 0, NULL },
	{ "now", 0, 0, NULL },
};

static void
parses_and_formats(void **state)
{
	struct edge edge = edge_new();
	char text[PTIME_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int64_t t = 0;
		print_message("%s\n", rows[i].in);
		int result = ptime_parse(edge_copy(edge, slice_str(rows[i].in)), &t);
		assert_int_equal(result, rows[i].out ? 0 : -1);
		if (!rows[i].out)
			continue;
		assert_true(t == rows[i].seconds * PTIME_SECOND + rows[i].ns);
		assert_string_equal(ptime_format(t, text), rows[i].out);
	}
	edge_free(edge);
}

/* No front of a date-time is a time, but the date alone. */
static void
fronts_are_refused(void **state)
{
	struct slice whole = SLICE("2008-06-12T03:04:05.123456+01:00");
	struct edge edge = edge_new();
	int64_t t;

	(void)state;
	for (size_t n = 0; n < whole.len; n++)
		assert_int_equal(
			ptime_parse(edge_copy(edge, slice_take(whole, n)), &t), n == 10 ? 0 : -1);
	assert_int_equal(ptime_parse(edge_copy(edge, whole), &t), 0);
	edge_free(edge);
}

/* Four hundred years day by day: each day follows the last one, and is written as the date that it
 * was made from. */
static void
calendar(void **state)
{
	static const unsigned days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t want = ptime_days(1700, 1, 1);

	(void)state;
	assert_int_equal(ptime_days(1970, 1, 1), 0);
	assert_int_equal(ptime_days(2000, 3, 1), 11017);
	assert_int_equal(ptime_days(0, 3, 1), -719468);
	for (int y = 1700; y < 2100; y++) {
		bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
		for (unsigned m = 1; m <= 12; m++) {
			for (unsigned d = 1; d <= days[m - 1] + (m == 2 && leap); d++, want++) {
				char text[PTIME_TEXT_MAX], date[PTIME_TEXT_MAX];
				assert_int_equal(ptime_days(y, m, d), want);
				snprintf(date, sizeof(date), "%04d-%02u-%02uT00:00:00.001000Z", y,
					m, d);
				ptime_format(want * PTIME_DAY + PTIME_MS, text);
				assert_string_equal(text, date);
			}
		}
	}
}

static void
extremes(void **state)
{
	char text[PTIME_TEXT_MAX];

	(void)state;
	assert_string_equal(ptime_format(INT64_MAX, text), "2262-04-11T23:47:16.854775Z");
	assert_string_equal(ptime_format(INT64_MIN, text), "1677-09-21T00:12:43.145224Z");
	assert_string_equal(ptime_format(-1, text), "1969-12-31T23:59:59.999999Z");
	assert_string_equal(ptime_format(0, text), "");
}

static void
hours(void **state)
{
	(void)state;
	assert_true(ptime_hour(0) == 0);
	assert_true(ptime_hour(PTIME_HOUR - 1) == 0);
	assert_true(ptime_hour(PTIME_HOUR) == PTIME_HOUR);
	assert_true(ptime_hour(-1) == -PTIME_HOUR);
	assert_true(ptime_hour(-PTIME_HOUR) == -PTIME_HOUR);
	assert_true(ptime_hour(1213239845 * PTIME_SECOND) == 1213239600 * PTIME_SECOND);
	assert_true(ptime_hour(INT64_MIN) == INT64_MIN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_and_formats),
		cmocka_unit_test(fronts_are_refused),
		cmocka_unit_test(calendar),
		cmocka_unit_test(extremes),
		cmocka_unit_test(hours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
