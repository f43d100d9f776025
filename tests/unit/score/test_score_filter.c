/* What the matches of an expression must contain, and that the filter finds all who may match. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sensor/limits.h"
#include "sensor/score/pattern.h"
#include "sensor/score/prefilter.h"
#include "sensor/score/regex_effort.h"

/* words: joined by "|", in the order found; "+N": and so many places; "" = nothing is known. */
static const struct {
	const char *expression, *flags, *words;
} rows[] = {
	{ "viagra", "", "viagra" },
	{ "ViAgRa", "", "viagra" },
	{ "VIAGRA", "i", "viagra" },
	{ "\\bclick here\\b", "", "click here" },
	{ "unsub(?:scribe)?", "", "unsub" },
	{ "(?:lottery|jackpot)", "", "lottery|jackpot" },
	{ "(?i:lottery)|jackpot", "", "lottery|jackpot" },
	{ "^From:.*lottery", "m", "lottery" },
	{ "jackpo+t", "", "jackpo" },
	{ "x{3}y", "", "xxxy" },
	{ "qu[ix]z", "", "quiz|quxz" },
	{ "jackpot?", "", "jackpo" },
	{ "jackpot*", "", "jackpo" },
	{ "jack(?=pot)pot", "", "jackpot" },
	{ "(?!no)jackpot", "", "jackpot" },
	{ "(?<name>jackpot)", "", "jackpot" },
	{ "(?#jackpot)lottery", "", "lottery" },
	{ "jack \\# pot # c", "x", "jack#pot" },
	{ "\\x6aackpot", "", "jackpot" },
	{ "j\\.a\\\\ck", "", "j.a\\ck" },
	{ "(?&a)z(?(DEFINE)(?<a>jackpot))", "", "jackpotz" },
	{ "jackpot|", "", "" },
	{ "(?:jackpot)?", "", "" },
	{ "[a-z]+", "", "" },
	{ "\\S", "", "" },
	{ "(.)\\1", "", "" },
	{ "(?(1)jackpot)", "", "" },
	{ "[a-z][0-9][a-z]\\d", "", "+1" },
	{ "jackpot|[a-z]\\d[a-z]\\d", "", "jackpot+1" },
};

static void
describe(const struct needs *n, char *out, size_t size)
{
	size_t used = 0;
	*out = '\0';
	for (size_t i = 0; i < n->words_count; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%.*s", i > 0 ? "|" : "",
			(int)n->words[i].len, (const char *)n->words[i].ptr);
	if (n->places_count > 0)
		snprintf(out + used, size - used, "+%zu", n->places_count);
}

static void
test_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err err = { "" };
		struct patterns *shared = patterns_new();
		struct pattern *p = pattern_new(
			shared, slice_str(rows[i].expression), slice_str(rows[i].flags), &err);
		char found[512] = "";
		if (p != NULL && pattern_needs(p) != NULL)
			describe(pattern_needs(p), found, sizeof found);
		if (strcmp(found, rows[i].words) != 0)
			fail_msg("%s: '%s', not '%s' %s", rows[i].expression, found, rows[i].words,
				err.text);
		pattern_free(p);
		patterns_free(shared);
	}
}

/* ---- the filter ---- */

static const struct {
	const char *expression, *text;
	bool tried;
} tries[] = {
	{ "jackpot", "the JackPot is yours", true }, { "jackpot", "the jackpo", false },
	{ "jackpot", "jackpot", true }, { "xyz", "xyz", true }, { "xyz", "wxyz", true },
	{ "xyz", "xy", false }, { "xyz", "", false },
	{ "(?:jackpot ){3}", "jackpot jackpot jackpot ", true },
	{ "(?:home.{1,3}){3}", "home. home", false },
	{ "(?:home.{1,3}){3}", "home. home, home!", true },
	{ "[vV][i1][a@][g9]", "buy v1@9", true }, { "[vV][i1][a@][g9]", "buy v1@", false },
	{ "[vV][i1][a@][g9]", "v", false }, { "\\S", "", true }, /* nothing is known */
};

static void
test_filter(void **state)
{
	(void)state;
	struct prefilter_scratch scratch;
	prefilter_scratch_init(&scratch);
	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
		struct err err = { "" };
		struct patterns *shared = patterns_new();
		struct pattern *p =
			pattern_new(shared, slice_str(tries[i].expression), SLICE(""), &err);
		struct prefilter *f = prefilter_new();
		assert_non_null(p);
		prefilter_add(f, 7, pattern_needs(p));
		prefilter_finish(f);
		prefilter_scan(f, slice_str(tries[i].text), &scratch);
		if (scratch.found_count != tries[i].tried)
			fail_msg("%s in '%s': %zu", tries[i].expression, tries[i].text,
				scratch.found_count);
		prefilter_free(f);
		pattern_free(p);
		patterns_free(shared);
	}
	prefilter_scratch_release(&scratch);
}

/* ---- work ---- */

static const struct {
	const char *expression, *counted;
} counts[] = {
	{ "(a+)+b", "(?C1)(a+(?C1))+(?C1)b" },
	{ "a{2,9}b", "(?C1)a{2,9}(?C1)b" },
	{ "a{3}b?", "(?C1)a{3}b?" },
	{ "(?:x|y){3}", "(?C1)(?:x|y){3}" },
	{ "a{2}{3,}", "(?C1)a{2}{3,}(?C1)" },
	{ "[+*]\\+(?:a|b)*+c", "(?C1)[+*]\\+(?:a|b)*+(?C1)c" },
};

static void
test_callouts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		struct arena arena;
		arena_init(&arena, 1 << 20);
		struct regex_node *tree =
			regex_tree(slice_str(counts[i].expression), SLICE(""), &arena);
		assert_non_null(tree);
		regex_count(tree);
		struct slice found = regex_counted(slice_str(counts[i].expression), tree, &arena);
		if (!slice_eq(found, slice_str(counts[i].counted)))
			fail_msg("%s: %.*s", counts[i].expression, (int)found.len,
				(const char *)found.ptr);
		arena_release(&arena);
	}
}

/* A match that would take for ever ends, and the next one is matched as if nothing had been. */
static void
test_limits(void **state)
{
	(void)state;
	static const char *const hard[] = { "^(a+)+$", "^(?:a|aa)+$", "(?:a*)*b", "(a|a?)+c",
		"(?:.*a){12}", "^(.*?,){11}P", "(x+x+)+y|^(a+)+$" };
	static char text[3000];
	memset(text, 'a', sizeof text - 2);
	text[sizeof text - 2] = '!';
	struct patterns *shared = patterns_new();
	for (size_t i = 0; i < sizeof hard / sizeof *hard; i++) {
		struct err err = { "" };
		struct pattern *p = pattern_new(shared, slice_str(hard[i]), SLICE(""), &err);
		assert_non_null(p);
		patterns_begin(shared, LIMIT_RULE_STEPS);
		enum pattern_result first = pattern_match(shared, p, slice_str(text));
		uint64_t steps = patterns_steps(shared);
		assert_true(steps <= LIMIT_REGEX_STEPS + 100000);
		patterns_begin(shared, LIMIT_RULE_STEPS);
		assert_int_equal(pattern_match(shared, p, slice_str(text)), first);
		assert_true(patterns_steps(shared) == steps);
		pattern_free(p);
	}
	patterns_free(shared);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_callouts),
		cmocka_unit_test(test_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
