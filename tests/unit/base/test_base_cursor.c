#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "sensor/base/cursor.h"
#include "tests/unit/base/edge.h"

static const uint8_t bytes[] = { 0x01, 0x02, 0x03, 0x04, 0xFF, 0xFE, 0xFD, 0xFC };

static void
reads_each_width(void **state)
{
	struct slice all = slice_of(bytes, sizeof(bytes));
	struct cursor c;

	(void)state;
	c = cursor_of(all);
	assert_int_equal(cursor_u8(&c), 0x01);
	assert_int_equal(cursor_be16(&c), 0x0203);
	assert_int_equal(cursor_be24(&c), 0x04FFFE);
	assert_int_equal(cursor_le16(&c), 0xFCFD);
	assert_int_equal(c.rest.len, 0);
	c = cursor_of(all);
	assert_int_equal(cursor_be32(&c), 0x01020304);
	assert_int_equal(cursor_le32(&c), 0xFCFDFEFF);
	c = cursor_of(all);
	assert_true(cursor_be64(&c) == UINT64_C(0x01020304FFFEFDFC));
	c = cursor_of(all);
	cursor_skip(&c, 6);
	assert_true(slice_eq(cursor_bytes(&c, 2), SLICE("\xFD\xFC")));
	assert_true(slice_eq(cursor_bytes(&c, 0), SLICE("")));
	assert_false(c.bad);
}

/* A read beyond the end gives nothing, and after it even one that would fit gives nothing. */
static void
latches(void **state)
{
	struct edge edge = edge_new();
	struct cursor c = cursor_of(edge_copy(edge, slice_of(bytes, 3)));

	(void)state;
	assert_int_equal(cursor_be32(&c), 0);
	assert_true(c.bad);
	assert_int_equal(cursor_u8(&c), 0);
	assert_int_equal(cursor_bytes(&c, 0).len, 0);
	assert_true(c.bad);

	c = cursor_of(edge_copy(edge, slice_of(bytes, 3)));
	cursor_skip(&c, SIZE_MAX);
	assert_true(c.bad);

	c = cursor_of(SLICE_EMPTY);
	assert_false(c.bad);
	assert_int_equal(cursor_u8(&c), 0);
	assert_true(c.bad);
	edge_free(edge);
}

/* Every length of input against every width of read. */
static void
never_beyond(void **state)
{
	struct edge edge = edge_new();

	(void)state;
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		for (size_t n = 0; n <= sizeof(bytes) + 1; n++) {
			struct cursor c = cursor_of(edge_copy(edge, slice_of(bytes, len)));
			struct slice got = cursor_bytes(&c, n);
			assert_int_equal(c.bad, n > len);
			assert_true(slice_eq(got, n > len ? SLICE_EMPTY : slice_of(bytes, n)));
		}
	}
	edge_free(edge);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_each_width),
		cmocka_unit_test(latches),
		cmocka_unit_test(never_beyond),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
