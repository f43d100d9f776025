/* Lists that rule files give to tests: growing, shrinking, groups, wildcards, older names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sensor/score/settings.h"

static const char *const lines[] = { "freemail_domains a.example B.example",
	"freemail_domains c.example a.example", "freemail_whitelist x@a.example",
	"enlist_uri_host (BAD) bad.example", "blacklist_uri_host worse.example",
	"enlist_uri_host (BAD) gone.example", "delist_uri_host gone.example",
	"whitelist_from *@good.example ?@one.example", "unwhitelist_from ?@one.example",
	"def_whitelist_from_rcvd *@paypal.example paypal.example", "util_rb_2tld co.uk",
	"clear_util_rb", "util_rb_2tld com.br", "required_score 4.5", "required_score 6",
	"fns_check 1", "parse_dkim_uris yes" };

static const struct {
	const char *list, *group, *word;
	bool has, matches;
} rows[] = {
	{ "freemail_domains", "", "A.EXAMPLE", true, true },
	{ "freemail_domains", "", "b.example", true, true },
	{ "freemail_domains", "", "d.example", false, false },
	{ "freemail_domains", "X", "a.example", false, false },
	{ "freemail_welcomelist", "", "x@a.example", true, true },
	{ "enlist_uri_host", "BAD", "bad.example", true, true },
	{ "enlist_uri_host", "bad", "bad.example", true, true },
	{ "enlist_uri_host", "BLOCK", "worse.example", true, true },
	{ "enlist_uri_host", "BAD", "gone.example", false, false },
	{ "welcomelist_from", "", "ana@good.example", false, true },
	{ "welcomelist_from", "", "ana@good.example.org", false, false },
	{ "welcomelist_from", "", "a@one.example", false, false },
	{ "def_welcomelist_from_rcvd", "", "x@paypal.example", false, true },
	{ "util_rb_2tld", "", "co.uk", false, false },
	{ "util_rb_2tld", "", "com.br", true, true },
};

static void
test_lists(void **state)
{
	(void)state;
	struct arena arena;
	struct slice out;
	arena_init(&arena, 1 << 20);
	struct settings *s = settings_new(&arena);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct slice rest = slice_str(lines[i]), word = slice_split(&rest, ' ');
		struct err err = { "" };
		if (settings_line(s, word, rest, &err) != 1)
			fail_msg("%s: %s", lines[i], err.text);
	}
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice group = slice_str(rows[i].group), word = slice_str(rows[i].word);
		if (settings_has(s, rows[i].list, group, word) != rows[i].has ||
			settings_matches(s, rows[i].list, group, word) != rows[i].matches)
			fail_msg("%s %s %s", rows[i].list, rows[i].group, rows[i].word);
	}
	assert_true(settings_word(s, "freemail_domains", SLICE_EMPTY, 2, &out));
	assert_true(slice_eq(out, SLICE("c.example")));
	assert_false(settings_word(s, "freemail_domains", SLICE_EMPTY, 3, &out));
	assert_true(settings_word(s, "def_welcomelist_from_rcvd", SLICE_EMPTY, 0, &out));
	assert_true(slice_eq(out, SLICE("*@paypal.example paypal.example")));
	assert_true(settings_number(s, "required_score", 5) > 5.9);
	assert_true(settings_number(s, "parse_dkim_uris", 0) > 0.9);
	assert_true(settings_number(s, "fns_extrachars", 50) > 49.9);
	assert_int_equal(settings_line(s, SLICE("shoes"), SLICE("x"), &(struct err){ "" }), 0);
	assert_false(settings_has(NULL, "freemail_domains", SLICE_EMPTY, SLICE("x")));
	arena_release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_lists) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
