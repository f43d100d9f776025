#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sensor/base/chars.h"

/* The classes written out as their RFCs write them; every byte is held against them. */
static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
static const char digits[] = "0123456789";
static const char atext_specials[] = "!#$%&'*+-/=?^_`{|}~"; /* RFC 5322 3.2.3 */
static const char tspecials[] = "()<>@,;:\\\"/[]?=";	    /* RFC 2045 5.1 */
static const char hex[] = "0123456789abcdefABCDEF";

static bool
in(const char *set, int c)
{
	return c != 0 && strchr(set, c) != NULL;
}

static void
every_byte(void **state)
{
	(void)state;
	for (int i = 0; i < 256; i++) {
		uint8_t c = (uint8_t)i;
		bool ctl = i < 32 || i == 127;
		assert_int_equal(chars_is(c, CHAR_ALPHA), in(letters, i));
		assert_int_equal(chars_is(c, CHAR_DIGIT), in(digits, i));
		assert_int_equal(chars_is(c, CHAR_HEX), in(hex, i));
		assert_int_equal(chars_is(c, CHAR_ATEXT),
			in(letters, i) || in(digits, i) || in(atext_specials, i));
		assert_int_equal(chars_is(c, CHAR_SPACE), i == ' ' || i == '\t');
		assert_int_equal(chars_is(c, CHAR_CTL), ctl);
		assert_int_equal(chars_is(c, CHAR_HIGH), i >= 128);
		assert_int_equal(
			chars_is(c, CHAR_TOKEN), !ctl && i < 128 && i != ' ' && !in(tspecials, i));
	}
}

static void
folds_and_values(void **state)
{
	(void)state;
	assert_int_equal(chars_lower('A'), 'a');
	assert_int_equal(chars_lower('Z'), 'z');
	assert_int_equal(chars_lower('['), '[');
	assert_int_equal(chars_lower('@'), '@');
	assert_int_equal(chars_lower(0xC4), 0xC4);
	assert_int_equal(chars_hex('0'), 0);
	assert_int_equal(chars_hex('9'), 9);
	assert_int_equal(chars_hex('a'), 10);
	assert_int_equal(chars_hex('F'), 15);
	assert_int_equal(chars_hex('g'), -1);
	assert_int_equal(chars_hex(0), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte),
		cmocka_unit_test(folds_and_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
