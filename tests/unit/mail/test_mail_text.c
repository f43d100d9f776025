/* Text of a mail as rules look at it. */
#include "sensor/mail/text_links.h"
#include "sensor/mail/text_space.h"
#include "unit/mail/mail_test.h"

#define MIXED "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
#define HTML "--b\r\nContent-Type: text/html\r\n\r\n"

/* Pieces, each in brackets. */
static const struct {
	const char *name, *mail, *body, *raw;
} rows[] = {
	{ "subject first", "Subject: a  b\r\n\r\nc\r\n", "[a  b\n][c ]", "[c\n]" },
	{ "no subject", "A: 1\r\n\r\nc", "[\n][c]", "[c]" },
	{ "the last of two", "Subject: a\r\nSubject: b\r\n\r\nc", "[b\n][c]", "[c]" },
	{ "encoded", "Subject: =?utf-8?q?=C3=A9?=\r\n\r\nc", "[\xc3\xa9\n][c]", "[c]" },
	{ "white space", "A: 1\r\n\r\na \t\r\n b\r\n\r\nc\r\n \r\n\r\nd  \r\n",
		"[\n][a b\n][c\n][d ]", "[a \t\n b\n\nc\n \n\nd  \n]" },
	{ "blanks round a paragraph's end", "A: 1\r\n\r\na \r\n\r\n b", "[\n][a \n][ b]",
		"[a \n\n b]" },
	{ "Unicode's white space",
		"Content-Type: text/plain; charset=utf-8\r\n\r\n"
		"a\xc2\xa0\xe3\x80\x80 b\xe2\x80\xa8"
		"c",
		"[\n][a b c]",
		"[a\xc2\xa0\xe3\x80\x80 b\xe2\x80\xa8"
		"c]" },
	{ "two parts", MIXED "--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n", "[\n][one two]",
		"[one][two]" },
	{ "a picture between",
		MIXED "--b\r\n\r\none\r\n--b\r\nContent-Type: image/png\r\n\r\n"
		      "x\r\n--b\r\n\r\ntwo\r\n--b--\r\n",
		"[\n][one\n][two]", "[one][two]" },
	{ "HTML", MIXED HTML "<p>a<b>b</b><br>c<!-- d -->\r\n--b--\r\n", "[\n][\n][ab c]",
		"[<p>a<b>b</b><br>c<!-- d -->]" },
	{ "HTML by its name", "Content-Type: application/x; name=a.html\r\n\r\na<br>b", "[\n][a b]",
		"[a<br>b]" },
	{ "any text", "Content-Type: text/x-thing\r\n\r\na", "[\n][a]", "[a]" },
	{ "an invitation", "Content-Type: text/calendar\r\n\r\na", "[\n]", "" },
	{ "a card", "Content-Type: text/x-vcard\r\n\r\na", "[\n]", "[a]" },
	{ "a report", "Content-Type: message/delivery-status\r\n\r\na", "[\n]", "[a]" },
	{ "character set", "Content-Type: text/plain; charset=iso-8859-1\r\n\r\n\xe9",
		"[\n][\xc3\xa9]", "[\xe9]" },
};

static const char *
pieces_text(const struct text_pieces *text, struct arena *arena)
{
	const char *all = "";
	size_t length = 0;
	for (size_t i = 0; i < text->pieces_count; i++) {
		struct slice s = text->pieces[i];
		length += s.len;
		all = arena_printf(
			arena, "%s[%.*s]", all, (int)s.len, s.len > 0 ? (const char *)s.ptr : "");
	}
	assert_int_equal(length, text->all.len);
	return all;
}

static void
run(void *ctx, struct slice mail, struct arena *arena)
{
	struct message m;
	struct mail_text text;
	(void)ctx;
	message_split(mail, NULL, arena, &m);
	mail_text(&m, arena, &text);
	mail_text_links(&text, &m, NULL, arena);
	assert_true(text.body.pieces_count > 0 && text.body.pieces[0].len > 0);
}

static void
test_rows(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, LIMIT_MAIL_MEMORY);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct message m;
		arena_reset(&arena);
		on_every_beginning(slice_str(rows[i].mail), run, NULL);
		message_split(slice_str(rows[i].mail), NULL, &arena, &m);
		const char *body = pieces_text(&m.text->body, &arena);
		const char *raw = pieces_text(&m.text->raw, &arena);
		if (strcmp(body, rows[i].body) != 0 || strcmp(raw, rows[i].raw) != 0)
			fail_msg("%s: %s %s", rows[i].name, body, raw);
	}
	arena_release(&arena);
}

/* A mail of n bytes of body: `fill` again and again. */
static void
long_mail(struct message *m, const char *fill, size_t n, struct arena *arena)
{
	static const char head[] = "A: 1\r\n\r\n";
	char *mail = arena_alloc(arena, sizeof head + n);
	memcpy(mail, head, sizeof head - 1);
	for (size_t i = 0; i < n; i++)
		mail[sizeof head - 1 + i] = fill[i % strlen(fill)];
	message_split(slice_of(mail, sizeof head - 1 + n), NULL, arena, m);
}

static void
test_lengths(void **state)
{
	(void)state;
	struct arena arena;
	struct message m;
	arena_init(&arena, 2 * (size_t)LIMIT_MAIL_MEMORY);
	long_mail(&m, "abcdefg ", 5000, &arena);
	assert_int_equal(m.text->body.pieces[1].len, 2048);
	assert_int_equal(m.text->raw.pieces_count, 2);
	assert_int_equal(m.text->raw.pieces[0].len, 2056);
	long_mail(&m, "abcdefgh", 5000, &arena);
	assert_int_equal(m.text->body.pieces[1].len, 2048);
	assert_int_equal(m.text->raw.pieces[0].len, 2049);
	long_mail(&m, "abcdefghijklmno\n", 100000, &arena);
	assert_int_equal(m.text->body.all.len, 1 + 50016);
	assert_false(m.text->cut);
	long_mail(&m, "abcdefghijklmno\n", LIMIT_MAIL_KEPT, &arena);
	assert_int_equal(m.text->raw.all.len, 500016);
	long_mail(&m, "\n", 5000, &arena);
	assert_int_equal(m.text->raw.all.len, 21);
	long_mail(&m, "a\n\n", LIMIT_MAIL_KEPT, &arena);
	assert_true(m.text->body.pieces_count == LIMIT_RULE_PIECES && m.text->cut);
	arena_release(&arena);
}

/* Links: "raw from: cleaned" and "|" for each. */
static const struct {
	const char *mail, *links;
} links[] = {
	{ "A: 1\r\n\r\nwww.example.com and example.com",
		"http://www.example.com parsed,schemeless,: http://www.example.com |"
		"http://example.com parsed,schemeless,unlinked,: http://example.com |" },
	{ "A: 1\r\n\r\na@example.com x@y.notld http://b.notld",
		"mailto:a@example.com parsed,schemeless,: mailto:a@example.com |" },
	{ "A: 1\r\n\r\nhttp://%77ww.example.com/",
		"http://%77ww.example.com/ parsed,: http://%77ww.example.com/ "
		"http://www.example.com/ |" },
	{ "Content-Type: text/html\r\n\r\n<a href=http://a.com>http://a.com</a><img src=x.gif>",
		"http://a.com parsed,a,: http://a.com |x.gif img,: x.gif http://x.gif |" },
	{ "DKIM-Signature: v=1; d = example.com; s=x\r\n\r\na",
		"domainkeys:example.com domainkeys,: |" },
};

static const char *
link_text(const struct text_link *l, struct arena *arena)
{
	const char *text = arena_printf(arena, "%.*s ", (int)l->raw.len, (const char *)l->raw.ptr);
	for (size_t n = 0; link_from_name(n) != NULL; n++)
		if (l->from >> n & 1)
			text = arena_printf(arena, "%s%s,", text, link_from_name(n));
	text = arena_printf(arena, "%s: ", text);
	for (size_t i = 0; i < l->cleaned_count; i++)
		text = arena_printf(arena, "%s%.*s ", text, (int)l->cleaned[i].len,
			(const char *)l->cleaned[i].ptr);
	return text;
}

static void
test_links(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, LIMIT_MAIL_MEMORY);
	for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
		struct message m;
		struct mail_text text;
		const char *all = "";
		arena_reset(&arena);
		message_split(slice_str(links[i].mail), NULL, &arena, &m);
		text = *m.text;
		mail_text_links(&text, &m, NULL, &arena);
		for (size_t k = 0; k < text.links_count; k++)
			all = arena_printf(&arena, "%s%s|", all, link_text(&text.links[k], &arena));
		if (strcmp(all, links[i].links) != 0)
			fail_msg("%s: %s", strrchr(links[i].mail, '\n') + 1, all);
	}
	arena_release(&arena);
}

static void
test_space(void **state)
{
	(void)state;
	assert_int_equal(text_space(SLICE(" "), false), 1);
	assert_int_equal(text_space(SLICE("\xc2\xa0"), true), 2);
	assert_int_equal(text_space(SLICE("\xc2\xa0"), false), 0);
	assert_int_equal(text_space(SLICE("\xe2\x80\x8a"), true), 3);
	assert_int_equal(text_space(SLICE("\xe2\x80\x8b"), true), 0);
	assert_int_equal(text_space(SLICE("\xe2\x80"), true), 0);
	assert_int_equal(text_characters(SLICE("a\xc3\xa9\xe2\x82\xac")), 3);
	assert_true(text_has_8bit(SLICE("0123456789\x80")) && !text_has_8bit(SLICE("0123456789")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_space),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
