/* HTML: what is shown, what is hidden, what is counted. */
#include "sensor/mail/html_color.h"
#include "sensor/mail/html_entity.h"
#include "sensor/mail/html_link.h"
#include "unit/mail/mail_test.h"

struct row {
	const char *html, *text, *hidden;
};

static const struct row rows[] = {
	{ "plain", "plain", "" },
	{ "a  \n b", "a b", "" },
	{ "a<br>b", "a\nb", "" },
	{ "a<br/>b<BR />c", "a\nb\nc", "" },
	{ "a <br> b", "a\nb", "" },
	{ "a<p>b</p>c", "a\n\nb\n\nc", "" },
	{ "<table><tr><td>a</td><td>b</td></tr></table>", " a  b ", "" },
	{ "<ul><li>a<li>b</ul>", " a b", "" },
	{ "a<b>b</b>c", "abc", "" },
	/* references */
	{ "&lt;&amp;&quot;&apos;", "<&\"'", "" },
	{ "&eacute;&euro;", "\xc3\xa9\xe2\x82\xac", "" },
	{ "&#65;&#x42;&#67", "ABC", "" },
	{ "&ampx &copyleft &foo; &hellip", "&x \xc2\xa9left &foo; &hellip", "" },
	{ "a&nbsp;b", "a b", "" },
	{ "&#55555555;&#xd800;", "\xef\xbf\xbd\xef\xbf\xbd", "" },
	{ "& &; &# &#;", "& &; &# &#;", "" },
	/* tags that are none, or never end */
	{ "a < b", "a < b", "" },
	{ "a <1> b", "a <1> b", "" },
	{ "a <b", "a ", "" },
	{ "a <a href=\"x>b", "a ", "" },
	{ "a<>b", "a<>b", "" },
	{ "x < y <", "x < y ", "" },
	/* comments and declarations */
	{ "a<!-- b -->c", "ac", "" },
	{ "a<!-- b -- >c", "ac", "" },
	{ "a<!-- b > c", "a c", "" },
	{ "a<!x>b<!>c<!DOCTYPE html \"d>e\">f", "abcf", "" },
	{ "a<?php echo?>b", "ab", "" },
	{ "a<![CDATA[<b>&amp;]]>c", "a<b>&amp;c", "" },
	{ "a<![if !vml]>b<![endif]>c", "abc", "" },
	/* elements that hold no markup */
	{ "a<script>if (a<b) x</script>b", "ab", "" },
	{ "a<style>p { }</style>b", "ab", "" },
	{ "a<script>never ends", "a", "" },
	{ "<title>a<b></title>c", "\n\na<b>\n\nc", "" },
	{ "<title>never <b>ends", "\n\nnever\n\nends", "" },
	{ "<textarea>a<b>", "a<b>", "" },
	{ "<xmp>a<b></xmp>c", "\n\na<b>\n\nc", "" },
	/* hidden */
	{ "a<font color=white>b</font>c", "abc", "b" },
	{ "a<font color=\"#fefefe\">b</font>c", "abc", "b" },
	{ "a<font color=#FFF>b</font>c", "abc", "b" },
	{ "a<font color=gray>b</font>c", "abc", "" },
	{ "a<span style='color:#fff'>b</span>c", "abc", "b" },
	{ "a<span style='color:rgb(255, 255, 255)'>b</span>c", "abc", "b" },
	{ "a<span style='background:url(x) black'>b</span>c", "abc", "b" },
	{ "a<span style='background-color:#000;color:lime'>b</span>c", "abc", "" },
	{ "a<span style='color: transparent'>b</span>c", "abc", "b" },
	{ "a<div style='display:none'>b</div>c", "a\nb\nc", "b" },
	{ "a<div style='display: none'><p>b</p><p style='display:block'>d</p></div>c",
		"a\n\n\nb\n\n\n\nd\n\n\nc", "b" },
	{ "a<span style='visibility:hidden'>b</span>c", "abc", "b" },
	{ "a<font size=1>b</font>c", "abc", "b" },
	{ "a<font size=-2>b</font>c", "abc", "b" },
	{ "a<small><small>b</small></small>c", "abc", "b" },
	{ "a<span style='font-size:1px'>b</span>c", "abc", "b" },
	{ "a<span style='FONT-SIZE: 0'>b</span>c", "abc", "b" },
	{ "a<span style='font-size:12px'>b</span>c", "abc", "" },
	{ "a<span style='opacity:0'>b</span>c", "abc", "b" },
	{ "a<span style='mso-hide:all'>b</span>c", "abc", "b" },
	{ "a<div style='text-indent:-9999px'>b</div>c", "a\nb\nc", "b" },
	/* left open */
	{ "<table><tr><td><font color=white>a<td>b</table>", " a b", "a" },
	{ "</p></font></b>a", "\n\na", "" },
	/* curly quotes are straight ones */
	{ "\xe2\x80\x9cquoted\xe2\x80\x9d", "\"quoted\"", "" },
};

static void
render(void *ctx, struct slice html, struct arena *arena)
{
	struct html_facts f;
	(void)ctx;
	html_render(html, arena, &f);
	assert_true(f.text_visible <= f.text_length && f.text.len <= html.len + 8);
}

static void
test_rows(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, LIMIT_MAIL_MEMORY);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct html_facts f;
		arena_reset(&arena);
		html_render(slice_str(rows[i].html), &arena, &f);
		if (!slice_eq(f.text, slice_str(rows[i].text)) ||
			!slice_eq(f.hidden, slice_str(rows[i].hidden)))
			fail_msg("%s: [%.*s] hidden [%.*s]", rows[i].html, (int)f.text.len,
				(const char *)f.text.ptr, (int)f.hidden.len,
				(const char *)f.hidden.ptr);
		on_every_beginning(slice_str(rows[i].html), render, NULL);
	}
	arena_release(&arena);
}

#define ALL_KINDS                                                                                  \
	"<!DOCTYPE html><html><head><title>A &amp; B</title>"                                      \
	"<meta http-equiv=Content-Type content='text/html; charset=koi8-r'></head>"                \
	"<body background=http://b.example/bg.gif><!-- one --><p>c<b>d</b>"                        \
	"<img src=http://i.example/a.png width=10 height=50%>"                                     \
	"<a href='http://a.example/x'>click <img src=//i.example/b.png></a></font>"                \
	"<form action=mailto:x@y.example></form><font face='!!'>e</font><zzz><o:p>f</o:p>"

static void
test_facts(void **state)
{
	(void)state;
	struct arena arena;
	struct html_facts f;
	int32_t balance;
	arena_init(&arena, LIMIT_MAIL_MEMORY);
	html_render(SLICE(ALL_KINDS), &arena, &f);
	assert_int_equal(f.length, sizeof ALL_KINDS - 1);
	assert_int_equal(f.image_area, 10 * 300);
	assert_int_equal(f.tags, 23);
	assert_int_equal(f.elements, 22);
	assert_int_equal(f.closed_extra, 1);
	assert_int_equal(f.obfuscation, 3);
	assert_true(f.form_mailto && f.face_bad && !f.embeds && !f.low_contrast);
	assert_true(html_tag_seen(&f, SLICE("body"), &balance) && balance == 1);
	assert_true(html_tag_seen(&f, SLICE("head"), &balance) && balance == 0);
	assert_true(html_tag_seen(&f, SLICE("zzz"), &balance) && balance == 1);
	assert_false(html_tag_seen(&f, SLICE("yyy"), &balance));
	assert_true(f.titles_count == 1 && slice_eq(f.titles[0], SLICE("A & B")));
	assert_true(f.comments_count == 1 && slice_eq(f.comments[0], SLICE("<!-- one -->")));
	assert_true(f.anchors_count == 1 && slice_eq(f.anchors[0], SLICE("click <img>\n")));
	assert_true(f.charsets_count == 1 && slice_eq(f.charsets[0], SLICE("koi8-r")));
	arena_release(&arena);
}

/* Links: "tag uri[anchor]" and "|" for each. */
static const struct {
	const char *html, *links;
} links[] = {
	{ "<a href=http://a.example>x</a>", "a http://a.example[x]|" },
	{ "<a href=' http://a.example '>x</a>y", "a http://a.example[x]|" },
	{ "<a>x</a>", " [x]|" },
	{ "<a href=http://a.example>x</a><a href=http://a.example>y</a>",
		"a http://a.example[x][y]|" },
	{ "<area href=b><link href=c><iframe src=d></iframe><script src=e></script>",
		"area b|link c|iframe d|script e|" },
	{ "<base href=http://a.example/d/index.html><a href=../x?y#z>t</a>",
		"base http://a.example/d/index.html|a http://a.example/x?y#z| ../x?y#z[t]|" },
	{ "<base href=http><base href=http:><a href=x>t</a>",
		"base http|base http:|a http:/x| x[t]|" },
	{ "<a href=//www.a.example/./b/../c>t</a>",
		"a http://www.a.example/c| //www.a.example/./b/../c[t]|" },
	{ "<meta http-equiv=refresh content='0; URL = http://a.example/ ; x'>",
		"meta http://a.example/|" },
	{ "<td background=x.gif>", "td x.gif|" },
	{ "<a class=b/href=http://a.example>x</a>", " [x]|" },
	{ "<a c/href=http://a.example>x</a>", "a http://a.example[x]|" },
	{ "<a href=\"http://\xef\xbb\xbf"
	  "a.example\">x</a>",
		"a http://a.example[x]|" },
	{ "<a href='http://a.example/?b=1&amp;c'>x</a>", "a http://a.example/?b=1&c[x]|" },
};

static const char *
links_text(const struct html_facts *f, struct arena *arena)
{
	const char *text = "";
	for (size_t i = 0; i < f->links_count; i++) {
		const struct html_link *l = &f->links[i];
		const char *tag = "";
		for (size_t n = 0; html_link_tag(n) != NULL; n++)
			if (l->tags >> n & 1)
				tag = html_link_tag(n);
		text = arena_printf(
			arena, "%s%s %.*s", text, tag, (int)l->uri.len, (const char *)l->uri.ptr);
		for (size_t k = 0; k < l->anchors_count; k++)
			text = arena_printf(arena, "%s[%.*s]", text, (int)l->anchors[k].len,
				(const char *)l->anchors[k].ptr);
		text = arena_printf(arena, "%s|", text);
	}
	return text;
}

static void
test_links(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, LIMIT_MAIL_MEMORY);
	for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
		struct html_facts f;
		arena_reset(&arena);
		html_render(slice_str(links[i].html), &arena, &f);
		const char *text = links_text(&f, &arena);
		if (strcmp(text, links[i].links) != 0)
			fail_msg("%s: %s", links[i].html, text);
	}
	arena_release(&arena);
}

static const struct {
	const char *value;
	uint32_t color;
} colors[] = {
	{ "white", 0xffffff },
	{ " LightGoldenRodYellow ", 0xfafad2 },
	{ "#123456", 0x123456 },
	{ "#1234567", 0x123456 },
	{ "#abc", 0xaabbcc },
	{ "#abcd", 0xaabbcc },
	{ "#a", 0xaa0000 },
	{ "#", COLOR_EMPTY },
	{ "123456", COLOR_INVALID },
	{ "rgb(1,2,3)", 0x010203 },
	{ "nocolor", COLOR_INVALID },
	{ "", COLOR_INVALID },
};

static void
test_colors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof colors / sizeof *colors; i++)
		if (html_color(slice_str(colors[i].value)) != colors[i].color)
			fail_msg("%s: %x", colors[i].value, html_color(slice_str(colors[i].value)));
	assert_true(html_color_near(0xffffff, 0xfafafa));
	assert_false(html_color_near(0xffffff, 0xe0e0e0));
	assert_true(html_color_near(COLOR_INVALID, COLOR_INVALID));
}

/* Megabytes of one thing stay within the memory of a mail. */
static void
test_floods(void **state)
{
	static const char *const floods[] = { "<", "&", "<a href=x>", "<font>", "<!--", "<td>",
		"<title>", "a<b>", "<p style=\"color:red;\">", "\xe2\x80\x9c", "</x>" };
	(void)state;
	size_t size = LIMIT_MAIL_KEPT;
	char *text = must_alloc(size);
	for (size_t i = 0; i < sizeof floods / sizeof *floods; i++) {
		struct arena arena;
		struct html_facts f;
		size_t length = strlen(floods[i]);
		for (size_t n = 0; n < size; n++)
			text[n] = floods[i][n % length];
		arena_init(&arena, LIMIT_MAIL_MEMORY);
		html_render(slice_of(text, size), &arena, &f);
		assert_true(f.links_count <= LIMIT_HTML_ITEMS);
		arena_release(&arena);
	}
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_colors),
		cmocka_unit_test(test_floods),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
