#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "sensor/base/csv.h"
#include "tests/unit/base/edge.h"

#define COUNT_OF(rows) (sizeof(rows) / sizeof((rows)[0]))

static void
cells(void **state)
{
	static const struct {
		const char *name;
		struct slice in;
		const char *want;
	} rows[] = {
		{ "empty", SLICE(""), "" },
		{ "plain", SLICE("mail.example.org"), "mail.example.org" },
		{ "comma", SLICE("a,b"), "\"a,b\"" },
		{ "quote", SLICE("say \"no\""), "\"say \"\"no\"\"\"" },
		{ "line end", SLICE("a\r\nb"), "\"a\r\nb\"" },
		{ "lone LF", SLICE("a\nb"), "\"a\nb\"" },
		{ "blank at the edge", SLICE(" a"), "\" a\"" },
		{ "umlaut", SLICE("gr\xC3\xBC\xC3\x9F"), "grüß" },
		{ "no UTF-8", SLICE("gr\xFC"), "gr\\xfc" },
		{ "NUL", SLICE("a\0b"), "a\\x00b" },
		{ "escape", SLICE("\033[0m"), "\\x1b[0m" },
		{ "formula", SLICE("=1+1"), "'=1+1" },
		{ "formula with quotes", SLICE("=cmd|\"/C calc\"!A0"),
			"\"'=cmd|\"\"/C calc\"\"!A0\"" },
		{ "formula with comma", SLICE("=SUM(1,2)"), "\"'=SUM(1,2)\"" },
		{ "minus", SLICE("-cmd"), "'-cmd" },
		{ "plus", SLICE("+49 123"), "'+49 123" },
		{ "at", SLICE("@x"), "'@x" },
		{ "tab", SLICE("\t=1"), "\"'\t=1\"" },
		{ "CR", SLICE("\r=1"), "\"'\r=1\"" },
		{ "LF", SLICE("\n=1"), "\"'\n=1\"" },
		{ "full-width",
			SLICE("\xEF\xBC\x9D"
			      "1"),
			"'＝1" },
		{ "inside", SLICE("a=1"), "a=1" },
		{ "negative", SLICE("-5"), "-5" },
		{ "negative real", SLICE("-12.25"), "-12.25" },
		{ "positive", SLICE("+5"), "+5" },
		{ "sum", SLICE("-5+1"), "'-5+1" },
		{ "two points", SLICE("-1.2.3"), "'-1.2.3" },
		{ "point at the end", SLICE("-1."), "'-1." },
		{ "no digits", SLICE("-.5"), "'-.5" },
		{ "exponent", SLICE("-1e5"), "'-1e5" },
		{ "sign alone", SLICE("-"), "'-" },
		{ "equals number", SLICE("=5"), "'=5" },
	};
	struct edge edge = edge_new();
	struct buf out;
	struct csv c;

	(void)state;
	buf_init(&out, 10000);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		print_message("%s\n", rows[i].name);
		buf_clear(&out);
		csv_init(&c, &out);
		csv_text(&c, edge_copy(edge, rows[i].in));
		assert_string_equal(buf_cstr(&out), rows[i].want);
	}
	buf_release(&out);
	edge_free(edge);
}

static void
lines(void **state)
{
	struct buf out;
	struct csv c;

	(void)state;
	buf_init(&out, 10000);
	csv_init(&c, &out);
	csv_text(&c, SLICE("a"));
	csv_int(&c, -5);
	csv_real(&c, 0.5);
	csv_real(&c, __builtin_nan(""));
	csv_time(&c, INT64_C(1213239845000001000));
	csv_time(&c, 0);
	csv_empty(&c);
	csv_end(&c);
	csv_empty(&c);
	csv_text(&c, SLICE("b"));
	csv_end(&c);
	assert_string_equal(buf_cstr(&out), "a,-5,0.5,,2008-06-12T03:04:05.000001Z,,\r\n,b\r\n");
	buf_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells),
		cmocka_unit_test(lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
