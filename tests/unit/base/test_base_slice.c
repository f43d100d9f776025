#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "sensor/base/slice.h"
#include "tests/unit/base/edge.h"

#define COUNT_OF(rows) (sizeof(rows) / sizeof((rows)[0]))

static void
compares(void **state)
{
	(void)state;
	assert_true(slice_eq(SLICE("abc"), slice_str("abc")));
	assert_true(slice_eq(SLICE_EMPTY, SLICE("")));
	assert_true(slice_eq(slice_str(NULL), SLICE_EMPTY));
	assert_false(slice_eq(SLICE("abc"), SLICE("abd")));
	assert_false(slice_eq(SLICE("abc"), SLICE("ab")));
	assert_true(slice_ieq(SLICE("Rcpt To"), SLICE("RCPT to")));
	/* Only letters fold: "[" and "{", "@" and "`" are 32 apart, too. */
	assert_false(slice_ieq(SLICE("[@"), SLICE("{`")));
	assert_false(slice_ieq(SLICE("\xC4"), SLICE("\xE4")));
}

static void
finds(void **state)
{
	static const struct {
		const char *name;
		struct slice in, needle;
		size_t exact, folded;
	} rows[] = {
		{ "front", SLICE("abcabc"), SLICE("abc"), 0, 0 },
		{ "middle", SLICE("xxabx"), SLICE("ab"), 2, 2 },
		{ "end", SLICE("xxab"), SLICE("ab"), 2, 2 },
		{ "other case", SLICE("xxAB"), SLICE("ab"), 4, 2 },
		{ "none", SLICE("xxab"), SLICE("abc"), 4, 4 },
		{ "longer needle", SLICE("ab"), SLICE("abc"), 2, 2 },
		{ "empty needle", SLICE("ab"), SLICE(""), 0, 0 },
		{ "empty both", SLICE(""), SLICE(""), 0, 0 },
		{ "nothing in nothing", { NULL, 0 }, SLICE("a"), 0, 0 },
		{ "NUL", SLICE("a\0b"), SLICE("\0b"), 1, 1 },
	};
	struct edge edge = edge_new();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct slice in = edge_copy(edge, rows[i].in);
		print_message("%s\n", rows[i].name);
		assert_int_equal(slice_find(in, rows[i].needle), rows[i].exact);
		assert_int_equal(slice_ifind(in, rows[i].needle), rows[i].folded);
	}
	assert_int_equal(slice_index(SLICE("a:b:"), ':'), 1);
	assert_int_equal(slice_index(SLICE("ab"), ':'), 2);
	assert_int_equal(slice_index(SLICE_EMPTY, ':'), 0);
	edge_free(edge);
}

static void
front_and_end(void **state)
{
	(void)state;
	assert_true(slice_starts(SLICE("EHLO x"), SLICE("EHLO")));
	assert_false(slice_starts(SLICE("ehlo x"), SLICE("EHLO")));
	assert_false(slice_starts(SLICE("EH"), SLICE("EHLO")));
	assert_true(slice_istarts(SLICE("ehlo x"), SLICE("EHLO")));
	assert_true(slice_istarts(SLICE("x"), SLICE_EMPTY));
	assert_true(slice_iends(SLICE("a.EXE"), SLICE(".exe")));
	assert_false(slice_iends(SLICE("exe"), SLICE(".exe")));
	assert_true(slice_eq(slice_take(SLICE("abc"), 2), SLICE("ab")));
	assert_true(slice_eq(slice_take(SLICE("abc"), 9), SLICE("abc")));
	assert_true(slice_eq(slice_skip(SLICE("abc"), 2), SLICE("c")));
	assert_true(slice_eq(slice_skip(SLICE("abc"), SIZE_MAX), SLICE("")));
	assert_true(slice_eq(slice_skip(SLICE_EMPTY, 1), SLICE("")));
	assert_true(slice_eq(slice_trim(SLICE(" \t\r\n a b \r\n")), SLICE("a b")));
	assert_true(slice_eq(slice_trim(SLICE(" \r\n")), SLICE("")));
}

static void
splits(void **state)
{
	struct slice rest = SLICE("a,,b");

	(void)state;
	assert_true(slice_eq(slice_split(&rest, ','), SLICE("a")));
	assert_true(slice_eq(slice_split(&rest, ','), SLICE("")));
	assert_true(slice_eq(rest, SLICE("b")));
	assert_true(slice_eq(slice_split(&rest, ','), SLICE("b")));
	assert_int_equal(rest.len, 0);
	assert_true(slice_eq(slice_split(&rest, ','), SLICE("")));
}

static void
numbers(void **state)
{
	static const struct {
		struct slice in;
		int result;
		int64_t want;
	} rows[] = {
		{ SLICE("0"), 0, 0 },
		{ SLICE("007"), 0, 7 },
		{ SLICE("999999999999999999"), 0, INT64_C(999999999999999999) },
		{ SLICE("1000000000000000000"), -1, -1 },
		{ SLICE(""), -1, -1 },
		{ SLICE("-1"), -1, -1 },
		{ SLICE("+1"), -1, -1 },
		{ SLICE(" 1"), -1, -1 },
		{ SLICE("1x"), -1, -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int64_t v = -1;
		assert_int_equal(slice_number(rows[i].in, &v), rows[i].result);
		assert_int_equal(v, rows[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares),
		cmocka_unit_test(finds),
		cmocka_unit_test(front_and_end),
		cmocka_unit_test(splits),
		cmocka_unit_test(numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
