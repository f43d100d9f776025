#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "sensor/base/text.h"
#include "tests/unit/base/edge.h"

#define COUNT_OF(rows) (sizeof(rows) / sizeof((rows)[0]))

static const struct {
	const char *name;
	struct slice in;
	const char *want;
} rows[] = {
	{ "empty", SLICE(""), "" },
	{ "plain", SLICE("550 5.7.1 no ~!"), "550 5.7.1 no ~!" },
	{ "umlaut", SLICE("gr\xC3\xBC\xC3\x9F"), "grüß" },
	{ "three bytes", SLICE("\xE2\x82\xAC 5"), "€ 5" },
	{ "four bytes", SLICE("\xF0\x9F\x93\xA7"), "📧" },
	{ "last character", SLICE("\xF4\x8F\xBF\xBF"), "\xF4\x8F\xBF\xBF" },
	{ "NUL", SLICE("a\0b"), "a\\x00b" },
	{ "line ends and tab", SLICE("a\r\n\tb"), "a\\x0d\\x0a\\x09b" },
	{ "escape sequence", SLICE("\033[2J\x7F"), "\\x1b[2J\\x7f" },
	{ "C1 control in UTF-8", SLICE("\xC2\x85\xC2\x9B"), "\\xc2\\x85\\xc2\\x9b" },
	{ "first after C1", SLICE("\xC2\xA0"), "\xC2\xA0" },
	{ "Latin-1", SLICE("gr\xFC\xDF"), "gr\\xfc\\xdf" },
	{ "lone continuation", SLICE("\x80\xBF"), "\\x80\\xbf" },
	{ "overlong slash, 2", SLICE("\xC0\xAF"), "\\xc0\\xaf" },
	{ "overlong, 2, last", SLICE("\xC1\xBF"), "\\xc1\\xbf" },
	{ "overlong slash, 3", SLICE("\xE0\x80\xAF"), "\\xe0\\x80\\xaf" },
	{ "overlong, 3, last", SLICE("\xE0\x9F\xBF"), "\\xe0\\x9f\\xbf" },
	{ "overlong, 4, last", SLICE("\xF0\x8F\xBF\xBF"), "\\xf0\\x8f\\xbf\\xbf" },
	{ "surrogate, first", SLICE("\xED\xA0\x80"), "\\xed\\xa0\\x80" },
	{ "surrogate, last", SLICE("\xED\xBF\xBF"), "\\xed\\xbf\\xbf" },
	{ "before surrogates", SLICE("\xED\x9F\xBF"), "\xED\x9F\xBF" },
	{ "beyond Unicode", SLICE("\xF4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80" },
	{ "five bytes", SLICE("\xF8\x88\x80\x80\x80"), "\\xf8\\x88\\x80\\x80\\x80" },
	{ "FE FF", SLICE("\xFE\xFF"), "\\xfe\\xff" },
	{ "cut after 1 of 2", SLICE("a\xC3"), "a\\xc3" },
	{ "cut after 2 of 3", SLICE("\xE2\x82"), "\\xe2\\x82" },
	{ "cut after 3 of 4", SLICE("\xF0\x9F\x93"), "\\xf0\\x9f\\x93" },
	{ "cut by a letter", SLICE("\xE2\x82z\xE2\x82\xAC"), "\\xe2\\x82z€" },
	{ "right-to-left override", SLICE("exe\xE2\x80\xAEgpj"), "exe\\u{202e}gpj" },
	{ "isolate", SLICE("\xE2\x81\xA6x\xE2\x81\xA9"), "\\u{2066}x\\u{2069}" },
	{ "zero width space", SLICE("a\xE2\x80\x8B\xE2\x80\x8D"), "a\\u{200b}\\u{200d}" },
	{ "line separator", SLICE("\xE2\x80\xA8"), "\\u{2028}" },
	{ "soft hyphen", SLICE("\xC2\xAD"), "\\u{00ad}" },
	{ "byte order mark", SLICE("\xEF\xBB\xBFx"), "\\u{feff}x" },
	{ "tag", SLICE("\xF3\xA0\x80\x81"), "\\u{e0001}" },
};

static void
cleans(void **state)
{
	struct edge edge = edge_new();
	struct arena arena;

	(void)state;
	arena_init(&arena, 100000);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct slice in = edge_copy(edge, rows[i].in);
		char out[256];
		print_message("%s\n", rows[i].name);
		assert_string_equal(text_clean(&arena, in, 255), rows[i].want);
		assert_int_equal(text_clean_into(out, sizeof(out), in), strlen(rows[i].want));
		assert_string_equal(out, rows[i].want);
		/* Clean is what needs no cleaning, and cleaning is done once. */
		bool same = slice_eq(slice_str(rows[i].want), rows[i].in);
		assert_int_equal(text_is_clean(in), same);
		assert_true(text_is_clean(slice_str(out)));
	}
	arena_release(&arena);
	edge_free(edge);
}

static void
cuts_at_edges(void **state)
{
	static const struct {
		const char *in;
		size_t max;
		const char *want;
	} cuts[] = {
		{ "hello", 5, "hello" },
		{ "hello", 4, "h…" },
		{ "hello", 3, "…" },
		{ "hello", 2, "he" }, /* no room for the mark */
		{ "hello", 0, "" },
		{ "grüße", 7, "grüße" },
		{ "grüße", 6, "gr…" },
		{ "grüßer", 7, "grü…" },
		{ "€€€", 9, "€€€" },
		{ "€€€", 8, "€…" },
		{ "€€€", 5, "…" },
		{ "€€€", 2, "" },
		{ "ab\001", 6, "ab\\x01" },
		{ "ab\001", 5, "ab…" },
		{ "\001\001", 7, "\\x01…" },
		{ "\001\001", 6, "…" },
		{ "a\001bcdefgh", 8, "a\\x01…" },
		{ "a\001bcdefgh", 9, "a\\x01b…" },
	};
	struct arena arena;

	(void)state;
	arena_init(&arena, 100000);
	for (size_t i = 0; i < COUNT_OF(cuts); i++) {
		char out[16];
		struct slice in = slice_str(cuts[i].in);
		print_message("%s, %zu\n", cuts[i].want, cuts[i].max);
		assert_string_equal(text_clean(&arena, in, cuts[i].max), cuts[i].want);
		assert_int_equal(text_clean_into(out, cuts[i].max + 1, in), strlen(cuts[i].want));
		assert_string_equal(out, cuts[i].want);
	}
	assert_int_equal(text_clean_into(NULL, 0, SLICE("x")), 0);
	arena_release(&arena);
}

/* Every text of the rows, cut at every length: clean, within the length, and a front of the whole.
 */
static void
cuts_everywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		for (size_t size = 1; size < 60; size++) {
			char out[64];
			memset(out, '#', sizeof(out));
			size_t len = text_clean_into(out, size, rows[i].in);
			assert_true(len < size);
			assert_int_equal(len, strlen(out));
			assert_int_equal(out[size], '#');
			assert_true(text_is_clean(slice_str(out)));
		}
	}
}

static void
full_arena_gives_nothing(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, 8);
	assert_string_equal(text_clean(&arena, SLICE("123456789"), 100), "");
	assert_string_equal(text_clean(&arena, SLICE("\xFF\xFF\xFF"), 100), "");
	assert_true(arena.full);
	arena_release(&arena);
}

static void
decodes(void **state)
{
	uint32_t rune = 0;

	(void)state;
	assert_int_equal(text_utf8(SLICE("A"), &rune), 1);
	assert_int_equal(rune, 'A');
	assert_int_equal(text_utf8(SLICE("\xC3\xBC!"), &rune), 2);
	assert_int_equal(rune, 0xFC);
	assert_int_equal(text_utf8(SLICE("\xE2\x82\xAC"), &rune), 3);
	assert_int_equal(rune, 0x20AC);
	assert_int_equal(text_utf8(SLICE("\xF0\x9F\x93\xA7"), &rune), 4);
	assert_int_equal(rune, 0x1F4E7);
	assert_int_equal(text_utf8(SLICE_EMPTY, &rune), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cleans),
		cmocka_unit_test(cuts_at_edges),
		cmocka_unit_test(cuts_everywhere),
		cmocka_unit_test(full_arena_gives_nothing),
		cmocka_unit_test(decodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
