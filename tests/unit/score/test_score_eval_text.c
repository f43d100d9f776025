/* SpamAssassin's tests on text, HTML and links, each on a mail where it hits and one where not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/score/rule_text.h"

#define PLAIN "Subject: sub\r\n\r\n"
#define PAGE "Subject: sub\r\nContent-Type: text/html\r\n\r\n"
#define BOTH(text, html)                                                                           \
	"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\n" text                  \
	"\r\n--b\r\nContent-Type: text/html\r\n\r\n" html "\r\n--b--\r\n"
#define TLDS "util_rb_tld com net\nutil_rb_2tld co.com\n"

static const struct {
	const char *rules; /* one of them named A */
	const char *hit, *miss;
} rows[] = {
	{ "body A eval:check_body_length(10)", PLAIN "12345678\r\n", PLAIN "1234567890\r\n" },
	{ "body A eval:check_blank_line_ratio('50','90','4')", PLAIN "a\r\n\r\n\r\n\r\n",
		PLAIN "a\r\n\r\n\r\n" },
	{ "body A eval:tvd_vertical_words('0','10')", PLAIN "aaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbb\r\n",
		PLAIN "a b c d e f\r\n" },
	{ "body A eval:check_stock_info('2')", PLAIN "Company: A\r\nSymbol : B\r\n",
		PLAIN "Company: A\r\nCompany: B\r\nName: C\r\n" },
	{ "body A eval:multipart_alternative_difference('50', '100')",
		BOTH("one two", "<p>three four five one"), BOTH("one two", "<p>one two three") },
	{ "body A eval:multipart_alternative_difference('99', '100')", BOTH("one", "<img src=x>"),
		BOTH("one", "<p>one") },
	{ "body A eval:multipart_alternative_difference_count('1', '1')",
		BOTH("one two three", "<p>one two"), BOTH("one two", "<p>one two") },

	{ "body A eval:html_test('html')", PAGE "a", PLAIN "<p>a" },
	{ "body A eval:html_test('font_low_contrast')", PAGE "<font color=white>a",
		PAGE "<font color=red>a" },
	{ "body A eval:html_test('font_invalid_color')", PAGE "<font color=nocolor>a",
		PAGE "<font color=red>a" },
	{ "body A eval:html_test('font_face_bad')", PAGE "<font face='a!'>a",
		PAGE "<font face='Arial, \"Times New Roman\"'>a" },
	{ "body A eval:html_test('form_action_mailto')", PAGE "<form action=mailto:a>",
		PAGE "<form action=a>" },
	{ "body A eval:html_test('embeds')", PAGE "<embed src=a>", PAGE "<img src=a>" },
	{ "body A eval:html_range('length', '0', '10')", PAGE "123456789", PAGE "12345678901" },
	{ "body A eval:html_range('max_size', '5', 'inf')", PAGE "<font size=6>a",
		PAGE "<font size=5>a" },
	{ "body A eval:html_range('closed_extra_ratio', '0.4', 'inf')", PAGE "<b></b></b></b>",
		PAGE "<b></b>" },
	{ "body A eval:html_range('bad_tag_ratio', '0.40', '0.60')", PAGE "<b></b><x></x>",
		PAGE "<b></b>" },
	{ "body A eval:html_range('non_element_ratio', '0.40', '0.60')", PAGE "<b><x>",
		PAGE "<b><b><x><y><z>" },
	{ "body A eval:html_range('obfuscation_ratio', '.3', '.6')", PAGE "a<b>b</b> c",
		PAGE "a <b>b</b> c" },
	{ "body A eval:html_eval('length', '< 4')", PAGE "abc", PAGE "abcd" },
	{ "body A eval:html_tag_exists('center')", PAGE "<CENTER>", PAGE "<b>" },
	{ "body A eval:html_tag_balance('body', '!= 0')", PAGE "<body>", PAGE "<body></body>" },
	{ "body A eval:html_image_only('0', '40')", PAGE "<img src=a>", PAGE "<b>a</b>" },
	{ "body A eval:html_image_ratio('0', '0.1')", PAGE "abc<img width=100 height=100>",
		PAGE "abc<img width=1 height=1>" },
	{ "body A eval:html_text_match('comment', '<!(?!-).{0,6}>')", PAGE "<!abc>",
		PAGE "<!-- abc -->" },
	{ "body A eval:html_text_match('anchor', '<img>')", PAGE "<a><img></a>",
		PAGE "<a></a><img>" },
	{ "body A eval:html_text_match('title', '^.{3}$')", PAGE "<title>abc</title>",
		PAGE "<title>abcd</title>" },
	{ "body A eval:html_text_match('script', 'x')", PAGE "<script>x</script>", PAGE "x" },
	{ "body A eval:html_title_subject_ratio('2')", PAGE "<title>123456789</title>",
		PAGE "<title>12345678</title>" },
	{ "body A eval:html_charset_faraway()\nok_locales en",
		PAGE "<meta http-equiv=content-type content='a; charset=euc-kr'>",
		PAGE "<meta http-equiv=content-type content='a; charset=utf-8'>" },
	{ "body A eval:check_iframe_src()", PAGE "<iframe src=a></iframe>",
		PAGE "<iframe></iframe>" },

	{ TLDS "body A eval:check_https_http_mismatch('1','10')",
		PAGE "<a href=http://a.com>https://b.com/</a>",
		PAGE "<a href=http://x.a.com>https://a.com/</a>" },
	{ TLDS "body A eval:check_https_http_mismatch('1','2')",
		PAGE "<a href=http://a.com>https://b.com/</a>",
		PAGE "<a href=http://a.com>https://b.com/</a><a href=http://c.com>c</a>" },
	{ "body A eval:check_https_ip_mismatch()", PAGE "<a href=http://1.2.3.4/>https://b.com</a>",
		PAGE "<a href=http://1.2.3.4/>https://1.2.3.4/</a>" },
	{ TLDS "enlist_uri_host (L) b.com !c.b.com\nbody A eval:check_uri_host_listed('L')",
		PLAIN "http://a.b.com/", PLAIN "http://c.b.com/ http://a.com/" },
	{ TLDS "blocklist_uri_host b.com\nbody A eval:check_uri_host_in_blocklist()",
		PLAIN "http://b.com/", PLAIN "mailto:a@b.com" },
	{ TLDS "welcomelist_uri_host b.com\nbody A eval:check_uri_host_in_welcomelist()",
		PLAIN "b.com/x", PLAIN "b.net/x" },
	{ TLDS "uri A m{^http://www\\.a\\.com/$}", PLAIN "http://%77ww.a.com/",
		PLAIN "http://www.a.com/x" },
};

static bool
hits(const struct rules *r, const char *mail)
{
	struct tried t;
	try_rules(r, mail, &t);
	bool hit = has_hit(&t, "A");
	arena_release(&t.arena);
	return hit;
}

static void
test_rows(void **state)
{
	size_t wrong = 0;
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err err = { "" };
		struct rules *r = rules_of_text(rows[i].rules, true, &err);
		if (r == NULL)
			fail_msg("%s: %s", rows[i].rules, err.text);
		bool hit = hits(r, rows[i].hit), miss = !hits(r, rows[i].miss);
		rules_free(r);
		if (!hit || !miss)
			print_error("%s: %s\n", rows[i].rules,
				hit ? "hits what it must not" : "misses");
		wrong += !hit || !miss;
	}
	assert_int_equal(wrong, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
