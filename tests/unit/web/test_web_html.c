/* The writer of HTML: nothing that it is given can become markup, and everything that is opened is
 * closed. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "unit/base/edge.h"
#include "web/html.h"

struct fixture {
	struct arena arena;
	struct buf buf;
	struct html html;
};

static void
begin(struct fixture *f)
{
	arena_init(&f->arena, 4u << 20);
	buf_init(&f->buf, 1u << 20);
	h_init(&f->html, &f->buf, &f->arena);
}

static void
end(struct fixture *f)
{
	buf_release(&f->buf);
	arena_release(&f->arena);
}

static const struct {
	const char *in;
	size_t len; /* 0 = strlen */
	const char *want;
} texts[] = {
	{ "", 0, "" }, { "plain", 0, "plain" },
	{ "<script>alert('x')</script>", 0, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" },
	{ "a & b &amp; \"q\"", 0, "a &amp; b &amp;amp; &quot;q&quot;" },
	{ "caf\xc3\xa9", 0, "caf\xc3\xa9" }, { "\xff<", 0, "\\xff&lt;" },
	{ "\xc3<", 0, "\\xc3&lt;" },	 /* half a character must not eat the < */
	{ "\xc0\xbc", 0, "\\xc0\\xbc" }, /* an overlong < */
	{ "a\0<b", 4, "a\\x00&lt;b" }, { "a\x1b[31m\r\n", 0, "a\\x1b[31m\\x0d\\x0a" },
	{ "\xe2\x80\xae"
	  "evil",
		0, "\\u{202e}evil" }, /* right-to-left override */
};

static void
text_and_attributes_are_escaped(void **state)
{
	(void)state;
	struct edge edge = edge_new();
	assert_non_null(edge.pages);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		size_t len = texts[i].len > 0 ? texts[i].len : strlen(texts[i].in);
		struct fixture f;
		begin(&f);
		h_text(&f.html, edge_copy(edge, slice_of(texts[i].in, len)));
		assert_string_equal(buf_cstr(&f.buf), texts[i].want);
		if (texts[i].len == 0) {
			buf_clear(&f.buf);
			h_open(&f.html, "a");
			h_attr(&f.html, "title", texts[i].in);
			h_close(&f.html);
			assert_string_equal(buf_cstr(&f.buf),
				arena_printf(&f.arena, "<a title=\"%s\"></a>", texts[i].want));
		}
		end(&f);
	}
	edge_free(edge);
}

static void
elements_nest(void **state)
{
	(void)state;
	struct fixture f;
	begin(&f);
	h_class(&f.html, "td", "num");
	h_open(&f.html, "b");
	h_int(&f.html, -1234567);
	h_close(&f.html);
	h_open(&f.html, "input");
	h_attr_int(&f.html, "value", 5);
	h_close(&f.html);
	h_element(&f.html, "i", NULL, "<");
	h_close(&f.html);
	assert_string_equal(buf_cstr(&f.buf),
		"<td class=\"num\"><b>-1,234,567</b><input value=\"5\"><i>&lt;</i></td>");
	assert_int_equal(f.html.depth, 0);
	end(&f);
}

static void
numbers_are_grouped(void **state)
{
	(void)state;
	static const struct {
		int64_t in;
		const char *want;
	} rows[] = { { 0, "0" }, { 999, "999" }, { 1000, "1,000" }, { -999, "-999" },
		{ -1000, "-1,000" }, { 100000, "100,000" },
		{ INT64_MIN, "-9,223,372,036,854,775,808" } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fixture f;
		begin(&f);
		h_int(&f.html, rows[i].in);
		assert_string_equal(buf_cstr(&f.buf), rows[i].want);
		end(&f);
	}
}

static void
links_stay_here(void **state)
{
	(void)state;
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "/host/192.0.2.1", "/host/192.0.2.1" },
		{ "/", "/" },
		{ "#main", "#main" },
		{ "/a?b=1&c=\"", "/a?b=1&amp;c=&quot;" },
		{ "javascript:alert(1)", "#" },
		{ "http://evil.example/", "#" },
		{ "//evil.example/", "#" },
		{ "/\\evil.example/", "#" },
		{ "", "#" },
		{ " /x", "#" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fixture f;
		begin(&f);
		h_link(&f.html, rows[i].in, "x");
		assert_string_equal(buf_cstr(&f.buf),
			arena_printf(&f.arena, "<a href=\"%s\">x</a>", rows[i].want));
		end(&f);
	}
}

static void
long_text_ends_with_a_mark(void **state)
{
	(void)state;
	struct fixture f;
	begin(&f);
	char *text = arena_alloc(&f.arena, HTML_TEXT_MAX + 100);
	memset(text, '<', HTML_TEXT_MAX + 50);
	h_str(&f.html, text);
	assert_true(f.buf.len <= (HTML_TEXT_MAX + 4) * 4);
	assert_memory_equal(f.buf.ptr + f.buf.len - 3, "…", 3);
	buf_clear(&f.buf);
	h_format(&f.html, "%s|%d", "a<b", 7);
	assert_string_equal(buf_cstr(&f.buf), "a&lt;b|7");
	end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_and_attributes_are_escaped),
		cmocka_unit_test(elements_nest),
		cmocka_unit_test(numbers_are_grouped),
		cmocka_unit_test(links_stay_here),
		cmocka_unit_test(long_text_ends_with_a_mark),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
