#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "sensor/base/json.h"
#include "tests/unit/base/edge.h"

#define COUNT_OF(rows) (sizeof(rows) / sizeof((rows)[0]))

static void
texts(void **state)
{
	static const struct {
		struct slice in;
		const char *want;
	} rows[] = {
		{ SLICE(""), "\"\"" },
		{ SLICE("550 no"), "\"550 no\"" },
		{ SLICE("\""), "\"\\\"\"" },
		{ SLICE("a\\b\"c"), "\"a\\\\b\\\"c\"" },
		{ SLICE("</script>"), "\"</script>\"" },
		{ SLICE("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"" },
		{ SLICE("\0x\x1F\x7F"), "\"\\u0000x\\u001f\\u007f\"" },
		{ SLICE("gr\xC3\xBC\xC3\x9F \xF0\x9F\x93\xA7"), "\"grüß 📧\"" },
		{ SLICE("gr\xFC!"), "\"gr\\\\xfc!\"" },
		{ SLICE("\xED\xA0\x80"), "\"\\\\xed\\\\xa0\\\\x80\"" },
		{ SLICE("\xC0\xAF"), "\"\\\\xc0\\\\xaf\"" },
		{ SLICE("a\xE2\x82"), "\"a\\\\xe2\\\\x82\"" },
	};
	struct edge edge = edge_new();
	struct buf out;
	struct json j;

	(void)state;
	buf_init(&out, 10000);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		buf_clear(&out);
		json_init(&j, &out);
		json_text(&j, edge_copy(edge, rows[i].in));
		assert_string_equal(buf_cstr(&out), rows[i].want);
	}
	buf_release(&out);
	edge_free(edge);
}

static void
numbers(void **state)
{
	static const struct {
		double in;
		const char *want;
	} rows[] = {
		{ 0, "0" },
		{ -0.0, "0" },
		{ 0.5, "0.5" },
		{ -12.25, "-12.25" },
		{ 0.1, "0.1" },
		{ 3.0, "3" },
		{ 123456.0, "123456" },
		{ -999999.0, "-999999" },
		{ 1.0 / 3, "0.333333" },
		{ 123456.7, "123457" },
		{ 0.00001, "1e-05" },
		{ 1e20, "1e+20" },
		{ 1e300, "1e+300" },
		{ __builtin_nan(""), "null" },
		{ __builtin_inf(), "null" },
		{ -__builtin_inf(), "null" },
	};
	struct buf out;
	struct json j;

	(void)state;
	buf_init(&out, 10000);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		buf_clear(&out);
		json_init(&j, &out);
		json_double(&j, rows[i].in);
		assert_string_equal(buf_cstr(&out), rows[i].want);
	}
	buf_clear(&out);
	json_init(&j, &out);
	json_array(&j);
	json_int(&j, 0);
	json_int(&j, -1);
	json_int(&j, 1213239845);
	json_int(&j, INT64_MAX);
	json_int(&j, INT64_MIN);
	json_array_end(&j);
	assert_string_equal(
		buf_cstr(&out), "[0,-1,1213239845,9223372036854775807,-9223372036854775808]");
	buf_release(&out);
}

static void
commas(void **state)
{
	struct buf out;
	struct json j;

	(void)state;
	buf_init(&out, 10000);
	json_init(&j, &out);
	json_object(&j);
	json_key(&j, "a");
	json_array(&j);
	json_array_end(&j);
	json_key(&j, "b\"");
	json_array(&j);
	json_bool(&j, true);
	json_bool(&j, false);
	json_null(&j);
	json_object(&j);
	json_object_end(&j);
	json_object(&j);
	json_key(&j, "x");
	json_string(&j, NULL);
	json_key(&j, "y");
	json_string(&j, "z");
	json_object_end(&j);
	json_array_end(&j);
	json_key(&j, "c");
	json_raw_trusted(&j, SLICE("{\"k\":1}"));
	json_object_end(&j);
	assert_string_equal(buf_cstr(&out), "{\"a\":[],\"b\\\"\":[true,false,null,{},{\"x\":null,"
					    "\"y\":\"z\"}],\"c\":{\"k\":1}}");
	buf_release(&out);
}

static void
nests(void **state)
{
	char want[65] = { 0 };
	struct buf out;
	struct json j;

	(void)state;
	buf_init(&out, 10000);
	json_init(&j, &out);
	memset(want, '[', 32);
	memset(want + 32, ']', 32);
	for (int i = 0; i < 32; i++)
		json_array(&j);
	for (int i = 0; i < 32; i++)
		json_array_end(&j);
	assert_string_equal(buf_cstr(&out), want);
	buf_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(numbers),
		cmocka_unit_test(commas),
		cmocka_unit_test(nests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
