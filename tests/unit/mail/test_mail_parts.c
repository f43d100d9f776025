/* Parts and URLs. */
#include "unit/mail/mail_test.h"

struct row {
	const char *name, *input;
	const char *parts; /* "type encoding name[decoded]" and "|" for each */
	const char *urls;  /* each with a blank after it */
};

#define MIXED "Content-Type: multipart/mixed; boundary=\"b 1\"\r\n\r\n"

static const struct row rows[] = {
	{ "plain", "A: 1\r\n\r\nhi\r\n", "text/plain  [hi\r\n]|", "" },
	{ "no body", "A: 1\r\n\r\n", "text/plain  []|", "" },
	{ "base64", "Content-Transfer-Encoding: BASE64\r\n\r\naGVsbG8=\r\n",
		"text/plain base64 [hello]|", "" },
	{ "quoted-printable", "Content-Transfer-Encoding: quoted-printable\r\n\r\na=3Db=\r\nc",
		"text/plain quoted-printable [a=bc]|", "" },
	{ "broken base64", "Content-Transfer-Encoding: base64\r\n\r\n!!!!", "text/plain base64 []|",
		"" },
	{ "unknown encoding", "Content-Transfer-Encoding: x-zip\r\n\r\nab",
		"text/plain x-zip [ab]|", "" },
	{ "two parts",
		MIXED "preamble\r\n--b 1\r\n\r\none\r\n--b 1\r\nContent-Type: "
		      "TEXT/Html\r\n\r\ntwo\r\n--b 1--\r\nepilogue",
		"text/plain  [one]|text/html  [two]|", "" },
	{ "file names",
		MIXED "--b 1\r\nContent-Type: image/png; name=a.png\r\n\r\n\r\n--b 1\r\n"
		      "Content-Disposition: attachment; "
		      "filename*=utf-8''%e2%82%ac.txt\r\n\r\nx\r\n--b 1--\r\n",
		"image/png  a.png[]|text/plain  €.txt[x]|", "" },
	{ "nested",
		MIXED "--b 1\r\nContent-Type: multipart/alternative; "
		      "boundary=i\r\n\r\n--i\r\n\r\none\r\n--i--\r\n"
		      "--b 1\r\n\r\ntwo\r\n--b 1--\r\n",
		"text/plain  [one]|text/plain  [two]|", "" },
	{ "inner one never closed",
		MIXED "--b 1\r\nContent-Type: multipart/alternative; "
		      "boundary=i\r\n\r\n--i\r\n\r\none\r\n--b 1\r\n\r\ntwo",
		"text/plain  [one]|text/plain  [two]|", "" },
	{ "message inside",
		"Content-Type: message/rfc822\r\n\r\nTo: g:g:g\r\nContent-Type: "
		"text/html\r\n\r\nin",
		"text/html  [in]|", "" },
	{ "no boundary", "Content-Type: multipart/mixed\r\n\r\nx", "text/plain  [x]|", "" },
	{ "boundary never comes", MIXED "x", "text/plain  [x]|", "" },
	{ "boundary as a beginning only", MIXED "--b 1\r\n\r\na\r\n--b 12\r\nb\r\n--b 1--\r\n",
		"text/plain  [a\r\n--b 12\r\nb]|", "" },
	{ "padding", MIXED "--b 1 \t\r\n\r\na\r\n--b 1--  \r\n", "text/plain  [a]|", "" },
	{ "lone LFs", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\na\n--b--\n",
		"text/plain  [a]|", "" },
	{ "odd type", "Content-Type: what is this\r\n\r\nx", "text/plain  [x]|", "" },
	{ "unknown character set in a name", "Content-Type: text/plain; name*=x-evil''a\r\n\r\nx",
		"text/plain  a[x]|", "" },
	{ "URLs",
		"A: 1\r\n\r\nsee http://a.example/x?y=1, (HTTPS://B.example/) <www.c.example>. "
		"http://a.example/x?y=1 xhttp://no http:// www.",
		"*", "http://a.example/x?y=1 HTTPS://B.example/ www.c.example " },
	{ "URLs in markup", "Content-Type: text/html\r\n\r\n<a href=\"http://a.example/\">b</a>",
		"*", "http://a.example/ " },
	{ "URLs decoded",
		"Content-Transfer-Encoding: quoted-printable\r\n\r\nhttp://a.ex=\r\nample/=3D1",
		"*", "http://a.example/=1 " },
	{ "URLs in text files", "Content-Disposition: attachment\r\n\r\nhttp://a.example/", "*",
		"http://a.example/ " },
};

static void
split(void *ctx, struct slice input, struct arena *arena)
{
	const struct row *row = ctx;
	struct message m;
	const char *parts = "", *urls = "";
	message_split(input, NULL, arena, &m);
	for (size_t i = 0; i < m.parts_count; i++)
		parts = arena_printf(arena, "%s%s %s %s[%.*s]|", parts, m.parts[i].type,
			m.parts[i].encoding, m.parts[i].name, (int)m.parts[i].decoded.len,
			(const char *)m.parts[i].decoded.ptr);
	for (size_t i = 0; i < m.urls_count; i++)
		urls = arena_printf(arena, "%s%.*s ", urls, (int)m.urls[i].text.len,
			(const char *)m.urls[i].text.ptr);
	if (input.len < strlen(row->input))
		return;
	if ((*row->parts != '*' && strcmp(parts, row->parts) != 0) || strcmp(urls, row->urls) != 0)
		fail_msg("%s: %s %s", row->name, parts, urls);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct row row = rows[i];
		on_every_beginning(slice_str(row.input), split, &row);
	}
}

/* Repeats text to size bytes after head, splits it, and wants it to be cut. */
static void
flood(const char *head, const char *text, size_t size)
{
	struct arena a;
	struct message m;
	size_t n = strlen(head), step = strlen(text);
	char *all = malloc(size);
	memcpy(all, head, n);
	for (; n + step <= size; n += step)
		memcpy(all + n, text, step);
	arena_init(&a, LIMIT_MAIL_MEMORY);
	message_split(slice_of(all, n), NULL, &a, &m);
	assert_true(m.cut);
	assert_true(m.parts_count <= LIMIT_PARTS);
	assert_true(m.urls_count <= LIMIT_URLS);
	assert_false(a.full);
	arena_release(&a);
	free(all);
}

static void
test_floods(void **state)
{
	(void)state;
	char urls[64];
	size_t size = LIMIT_MAIL_KEPT;
	flood("Content-Type: multipart/mixed; boundary=b\r\n\r\n", "--b\r\n\r\nx\r\n", size);
	flood("Content-Type: multipart/mixed; boundary=b\r\n\r\n",
		"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n", size);
	struct arena a;
	struct message m;
	char *text = malloc(size);
	size_t n = (size_t)snprintf(text, size, "A: 1\r\n\r\n");
	for (int i = 0; n + sizeof urls < size; i++)
		n += (size_t)snprintf(text + n, size - n, "http://h%d.example/\r\n", i);
	arena_init(&a, LIMIT_MAIL_MEMORY);
	message_split(slice_of(text, n), NULL, &a, &m);
	assert_int_equal(m.urls_count, LIMIT_URLS);
	assert_true(m.cut);
	/* messages in messages: bounded, and still quick */
	for (n = 0; n + 40 < size;)
		n += (size_t)snprintf(text + n, size - n, "Content-Type: message/rfc822\r\n\r\n");
	arena_reset(&a);
	message_split(slice_of(text, n), NULL, &a, &m);
	assert_true(m.parts_count <= 1);
	/* a parameter name of 70 bytes makes GMime's writer run for ever */
	n = (size_t)snprintf(text, size,
		"Content-Type: multipart/mixed; %070d=x; "
		"boundary=b\r\n\r\n--b\r\n\r\na\r\n--b--\r\n",
		0);
	arena_reset(&a);
	message_split(slice_of(text, n), NULL, &a, &m);
	assert_int_equal(m.parts_count, 1);
	arena_release(&a);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_floods),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
