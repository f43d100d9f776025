/* The filter box: its words, the filters they make together with parameters, and what is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sensor/base/ptime.h"
#include "web/params.h"
#include "web/query_words.h"

#define NOW (INT64_C(1213326000) * PTIME_SECOND) /* 2008-06-13 03:00 UTC */

/* "[key|value]" each, or "!" and the words. */
static const char *
describe(const char *text, struct arena *a)
{
	struct query_words words;
	struct err err = { "" };
	const char *out = "";
	if (query_words_parse(text, a, &words, &err) != 0) {
		return arena_printf(a, "!%s", err.text);
	}
	for (size_t i = 0; i < words.count; i++) {
		const struct query_word *w = &words.words[i];
		assert_int_equal(w->number, i + 1);
		out = arena_printf(a, "%s[%s|%s]", out, w->key != NULL ? w->key : "", w->value);
	}
	return out;
}

static void
words_are_taken_apart(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "", "" },
		{ "   ", "" },
		{ "a", "[|a]" },
		{ " a  b ", "[|a][|b]" },
		{ "host:192.0.2.1", "[host|192.0.2.1]" },
		{ "Host:192.0.2.1", "[host|192.0.2.1]" },
		{ "host:2001:db8::1 x", "[host|2001:db8::1][|x]" },
		{ "2001:db8::1", "[|2001:db8::1]" },
		{ "::1", "[|::1]" },
		{ "list:\"Spamhaus ZEN\" x", "[list|Spamhaus ZEN][|x]" },
		{ "\"a:b c\"", "[|a:b c]" },
		{ "\"a\\\"b\\\\c\\d\"", "[|a\"b\\c\\d]" },
		{ "host:", "[host|]" },
		{ "list:\"\"", "[list|]" },
		{ "a\"b", "[|a\"b]" },
		{ "text:\"é ü\"", "[text|é ü]" },
		{ "-x", "[|-x]" },
		{ "\"\"", "!the filter's word 1 (at character 1): it is empty" },
		{ "x :y",
			"!the filter's word 2 (at character 3): there is no key before the colon" },
		{ "é \"x", "!the filter's word 2 (at character 3): its quote is not closed" },
		{ "list:\"x\\\"",
			"!the filter's word 1 (at character 1): its quote is not closed" },
		{ "list:\"x\"y", "!the filter's word 1 (at character 1): a space is missing" },
		{ "-host:192.0.2.1",
			"!the filter's word 1 (at character 1): a filter with - in front" },
		{ "12:30", "!the filter's word 1 (at character 1): what stands before the colon" },
		{ "a b http://x", "[|a][|b][http|//x]" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct arena a;
		arena_init(&a, 1u << 20);
		const char *got = describe(rows[i].text, &a), *want = rows[i].want;
		if (want[0] == '!' ? strncmp(got, want, strlen(want)) != 0
				   : strcmp(got, want) != 0) {
			fail_msg("%s: got \"%s\", want \"%s\"", rows[i].text, got, want);
		}
		arena_release(&a);
	}
}

static void
words_are_written_so_that_they_are_read_again(void **state)
{
	(void)state;
	static const char *const keys[] = { "list", NULL };
	static const char *const values[] = { "a", "a b", "a\"b", "\\", "a:b", "::1", "é", "\"",
		"-a:b" };
	for (size_t k = 0; k < 2; k++) {
		for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
			struct arena a;
			struct buf b;
			arena_init(&a, 1u << 20);
			buf_init(&b, 1000);
			query_word_write(&b, "x", "y");
			query_word_write(&b, keys[k], values[i]);
			assert_string_equal(describe(buf_cstr(&b), &a),
				arena_printf(&a, "[x|y][%s|%s]", keys[k] != NULL ? keys[k] : "",
					values[i]));
			buf_release(&b);
			arena_release(&a);
		}
	}
}

static void
too_many_words_are_refused(void **state)
{
	(void)state;
	struct arena a;
	struct buf b;
	arena_init(&a, 1u << 20);
	buf_init(&b, 1000);
	for (int i = 0; i < QUERY_WORDS_MAX; i++) {
		buf_str(&b, "a ");
	}
	assert_int_equal(describe(buf_cstr(&b), &a)[0], '[');
	buf_str(&b, "a");
	assert_string_equal(describe(buf_cstr(&b), &a), "!the filter has more than 32 words");
	buf_release(&b);
	arena_release(&a);
}

static int
view_of(const char *table, const char *target, struct arena *a, struct view *view, struct err *err)
{
	struct uri uri;
	return uri_parse(slice_str(target), a, &uri, err) == 0
		       ? view_parse(&uri, table_find(table), NOW, a, view, err)
		       : -1;
}

static void
words_and_parameters_make_one_filter(void **state)
{
	(void)state;
	struct arena a;
	struct view v;
	struct err err = { "" };
	char text[ADDR_TEXT_MAX];
	arena_init(&a, 1u << 20);
	assert_int_equal(
		view_of("sessions",
			"/sessions?port=25&host=192.0.2.1&q=host:192.0.2.1+net:2001:db8::/32+"
			"verdict:LISTED+domain:example.com+tls:%22TLS+1.2%22+range:day+"
			"list:%22Spamhaus+ZEN%22+two+%22big+words%22",
			&a, &v, &err),
		0);
	assert_string_equal(addr_format(v.filter.host, text), "192.0.2.1");
	assert_string_equal(addr_format(v.filter.net.addr, text), "2001:db8::");
	assert_int_equal(v.filter.net.bits, 32);
	assert_string_equal(v.filter.verdict, "listed");
	assert_string_equal(v.filter.domain, "example.com");
	assert_string_equal(v.filter.tls, "TLS 1.2");
	assert_string_equal(v.filter.list, "Spamhaus ZEN");
	assert_string_equal(v.range, "day");
	assert_int_equal(v.filter.since, NOW - PTIME_DAY);
	assert_int_equal(v.filter.port, 25);
	assert_int_equal(v.filter.words_count, 2);
	assert_string_equal(v.filter.words[0], "two");
	assert_string_equal(v.filter.words[1], "big words");
	assert_int_equal(view_of("sessions", "/sessions?range=all&since=24h", &a, &v, &err), 0);
	assert_null(v.range);
	assert_int_equal(v.filter.since, NOW - PTIME_DAY);
	arena_release(&a);
}

static void
what_is_wrong_is_named_with_its_place(void **state)
{
	(void)state;
	static const struct {
		const char *target, *want; /* words in the refusal */
	} rows[] = {
		{ "/hosts?q=x+verdcit:listed", "the filter's word 2 (at character 3): there is no "
					       "key verdcit; keys are: host, "
					       "net, range, since, until, verdict" },
		{ "/hosts?q=verdict:guilty",
			"word 1 (at character 1): verdict=guilty: it should be" },
		{ "/hosts?q=host:",
			"word 1 (at character 1): host: lacks its value: an IP address" },
		{ "/hosts?q=net:1.2.3.4/99", "net=1.2.3.4/99: it should be a network" },
		{ "/hosts?q=tls:no",
			"the table hosts cannot be filtered by tls, but by: host, net" },
		{ "/hosts?tls=no", "the table hosts cannot be filtered by tls, but by: host, net" },
		{ "/sessions?q=tls:maybe", "tls=maybe: it should be yes, no, or a version" },
		{ "/sessions?q=sort:risk", "there is no key sort; keys are: host" },
		{ "/sessions?q=page:1", "there is no key page" },
		{ "/sessions?q=q:1", "there is no key q" },
		{ "/sessions?host=192.0.2.1&q=host:192.0.2.2",
			"host is given twice: 192.0.2.1 and 192.0.2.2" },
		{ "/sessions?q=port:25+port:26", "word 2 (at character 9): port is given twice" },
		{ "/sessions?q=range:day&since=24h", "range and since are both given" },
		{ "/sessions?range=week&until=2008-06-12", "range and until are both given" },
		{ "/sessions?range=year",
			"range=year: it should be hour, day, week, month or all" },
		{ "/sessions?q=a+b+c+d+e+f+g+h+i",
			"word 9 (at character 17): more than 8 words of text" },
		{ "/sessions?q=%22x", "its quote is not closed" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct arena a;
		struct view v;
		struct err err = { "" };
		char table[32];
		arena_init(&a, 1u << 20);
		snprintf(table, sizeof table, "%.*s", (int)strcspn(rows[i].target + 1, "?"),
			rows[i].target + 1);
		if (view_of(table, rows[i].target, &a, &v, &err) == 0) {
			fail_msg("%s was accepted", rows[i].target);
		}
		if (strstr(err.text, rows[i].want) == NULL) {
			fail_msg("%s: said \"%s\", want \"%s\"", rows[i].target, err.text,
				rows[i].want);
		}
		arena_release(&a);
	}
}

static void
count_value(void *ctx, struct slice value)
{
	assert_true(value.len > 0);
	++*(int *)ctx;
}

/* Every key has what help and completion show; its example is accepted where it is no name. */
static void
keys_describe_themselves(void **state)
{
	(void)state;
	const struct view_param *p;
	size_t at = 0, keys = 0;
	while ((p = filter_key_next(table_find("sessions"), &at)) != NULL) {
		struct err err = { "" };
		int values = 0;
		keys++;
		assert_non_null(p->title);
		assert_non_null(p->hint);
		assert_non_null(p->wanted);
		assert_ptr_equal(view_param_find(slice_str(p->name)), p);
		if (p->names == NAMES_NONE) {
			assert_int_equal(filter_values(p, NULL, 3, count_value, &values, &err), 0);
			assert_int_equal(values, p->word != NULL ? 3 : 0);
		}
	}
	assert_int_equal(keys, 16); /* all but kind */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_taken_apart),
		cmocka_unit_test(words_are_written_so_that_they_are_read_again),
		cmocka_unit_test(too_many_words_are_refused),
		cmocka_unit_test(words_and_parameters_make_one_filter),
		cmocka_unit_test(what_is_wrong_is_named_with_its_place),
		cmocka_unit_test(keys_describe_themselves),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
