#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sensor/score/expr.h"

static const struct {
	const char *text;
	double want;
	bool absence;
} rows[] = {
	{ "1", 1, false },
	{ "A", 1, false },
	{ "Z", 0, false },
	{ "1 + 2 * 3", 7, false },
	{ "(1+2)*3", 9, false },
	{ "8 - 3 - 2", 3, true },
	{ "8/4/2", 1, false },
	{ "1/0", 0, false },
	{ "A && Z", 0, false },
	{ "A || Z && Z", 1, false },
	{ "!Z", 1, true },
	{ "!!A", 1, true },
	{ "!(A && Z)", 1, true },
	{ "!A + 1", 1, true },
	{ "A + B > 1", 1, true },
	{ "(A + B + Z) >= 3", 0, true },
	{ "2 == 2 && 1 != 2", 1, true },
	{ "1 <= 1 && !(1 < 1)", 1, true },
	{ "((((A))))", 1, false },
	{ ".5 * 4", 2, false },
	{ "min(3, 1 + 1)", 2, true },
	{ "max(A + B, min(5, 4))", 4, true },
	{ "max (Z, 0)", 0, true },
	{ "ramp(5, 0, 10) * 2", 1, true },
	{ "ramp(1, 2, 3) + ramp(9, 2, 3)", 1, true },
	{ "ramp(2, 2, 2) + ramp(3, 2, 2)", 1, true },
	{ "ramp((1 + 1), (2 - 1), max(3, 2)) == .5", 1, true },
	{ "log(1)", 0, true },
	{ "log(8) / log(2)", 2.079442 / 0.693147, true },
	{ "log(0) + log(-3)", 0, true },
	{ "-min(1, 2)", -1, true },
	{ "!min(0, 2)", 1, true },
	{ "ramp", 0, false },
	/* no infinity, no NaN */
	{ "99999999999999999999999999999999999999999999999999999999999999999999999999999999 * "
	  "99999999999999999999999999999999999999999999999999999999999999999999999999999999 == "
	  "99999999999999999999999999999999999999999999999999999999999999999999999999999999 * "
	  "99999999999999999999999999999999999999999999999999999999999999999999999999999998",
		1, true },
	{ "0 / 0 + 1 / 0 + 5 % 0 + log(0 / 0)", 0, true },
};

static const struct {
	const char *text, *says;
} wrong[] = {
	{ "", "ends where" },
	{ "A &&", "ends where" },
	{ "A B", "operator" },
	{ "(A", "without ')'" },
	{ "A)", "without '('" },
	{ "()", "expected at ')'" },
	{ "&& A", "expected at" },
	{ "1.2.3", "no number" },
	{ "A !B", "operator" },
	{ "\xe9", "expected at" },
	{ "min(1)", "min() takes 2 values, not 1" },
	{ "log(1, 2)", "log() takes 1 value, not 2" },
	{ "ramp(1, 2)", "ramp() takes 3 values, not 2" },
	{ "min()", "expected at ')'" },
	{ "min(1, )", "expected at ')'" },
	{ "min(1, 2", "without ')'" },
	{ "(1, 2)", "',' separates" },
	{ "1, 2", "',' separates" },
	{ "min((1, 2))", "',' separates" },
	{ "average(1, 2)", "operator" },
};

/* Rules by letter: A and B hit. */
static double
value(void *ctx, size_t rule)
{
	const struct expr *e = ctx;
	(void)e;
	return rule == 'A' || rule == 'B';
}

static void
test_values(void **state)
{
	(void)state;
	struct arena a;
	struct err err = { "" };
	struct expr e;
	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (expr_parse(slice_str(rows[i].text), &a, &e, &err) < 0)
			fail_msg("%s: %s", rows[i].text, err.text);
		for (size_t s = 0; s < e.steps_count; s++)
			if (e.steps[s].op == EXPR_NAME)
				e.steps[s].rule = e.steps[s].name.ptr[0];
		double got = expr_value(&e, value, &e);
		if (got < rows[i].want || got > rows[i].want || e.absence != rows[i].absence)
			fail_msg("%s: %g, absence %d", rows[i].text, got, e.absence);
	}
	arena_release(&a);
}

static void
test_wrong(void **state)
{
	(void)state;
	struct arena a;
	struct expr e;
	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct err err = { "" };
		assert_int_equal(expr_parse(slice_str(wrong[i].text), &a, &e, &err), -1);
		if (strstr(err.text, wrong[i].says) == NULL)
			fail_msg("'%s': %s", wrong[i].text, err.text);
	}
	arena_release(&a);
}

static void
test_limits(void **state)
{
	(void)state;
	struct arena a;
	struct expr e;
	struct err err = { "" };
	static char text[20000];
	arena_init(&a, 1 << 20);
	memset(text, '(', 100);
	assert_int_equal(expr_parse(slice_of(text, 100), &a, &e, &err), -1);
	assert_non_null(strstr(err.text, "deep"));
	for (size_t i = 0; i + 2 <= sizeof text; i += 2)
		memcpy(text + i, "1+", 2);
	err.text[0] = '\0';
	assert_int_equal(expr_parse(slice_of(text, sizeof text - 1), &a, &e, &err), -1);
	assert_non_null(strstr(err.text, "long"));
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
