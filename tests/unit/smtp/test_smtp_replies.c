/* Reply lines put together; texts without recipients. */
#include "unit/smtp/smtp_test.h"

#include "sensor/limits.h"
#include "sensor/smtp/privacy.h"
#include "sensor/smtp/reply_class.h"
#include "sensor/smtp/reply_lines.h"

static const struct {
	const char *name, *lines;
	const char *want; /* of the replies: code enhanced text; */
} rows[] = {
	{ "one line", "250 OK", "250  OK;" },
	{ "code alone", "354", "354  ;" },
	{ "tab", "250\tOK", "250  OK;" },
	{ "enhanced", "550 5.1.1 no", "550 5.1.1 no;" },
	{ "enhanced with a colon", "250 2.0.0: id Message accepted",
		"250 2.0.0 id Message accepted;" },
	{ "enhanced with a hash", "550 #5.7.1 no", "550 5.7.1 no;" },
	{ "enhanced in brackets", "550 [5.7.1] no", "550 5.7.1 no;" },
	{ "enhanced with a comma", "550 5.1.1, no", "550 5.1.1 no;" },
	{ "enhanced at the end", "553 sorry, not here (#5.7.1)",
		"553 5.7.1 sorry, not here (#5.7.1);" },
	{ "enhanced at the end of many words",
		"553 sorry, that domain is not in the list of mine here (#5.7.1)",
		"553 5.7.1 sorry, that domain is not in the list of mine here (#5.7.1);" },
	{ "enhanced behind a word", "550 cuda_nsu 5.1.1 no", "550 5.1.1 cuda_nsu 5.1.1 no;" },
	{ "another class in front", "550 4.7.1 no", "550 4.7.1 no;" },
	{ "another class inside", "550 host 4.7.1 no", "550  host 4.7.1 no;" },
	{ "far behind", "550 a b c d e f 5.7.1 no", "550  a b c d e f 5.7.1 no;" },
	{ "four numbers", "421 later - 4.16.55.1", "421  later - 4.16.55.1;" },
	{ "accepted", "250 ok 2.0.0 x", "250  ok 2.0.0 x;" },
	{ "a version is none", "220 1.2.3 x", "220  1.2.3 x;" },
	{ "too many digits", "550 5.1.1234 no", "550  5.1.1234 no;" },
	{ "several lines", "550-5.7.1 a\n550-5.7.1 b\n550 5.7.1 c", "550 5.7.1 a/b/c;" },
	{ "enhanced in the second", "550-a\n550 5.7.1 b", "550 5.7.1 a/b;" },
	{ "another code at the end", "250-a\n550 b", "550  a/b;" },
	{ "a line without a code inside", "550-a\nb\n550 c", "550  a/b/c;" },
	{ "no reply", "hello", "-;" },
	{ "four digits", "2500 x", "-;" },
	{ "code out of range", "050 x", "-;" },
	{ "preliminary, RFC 821", "150 x", "150  x;" },
	{ "unknown class", "650-a\n650 b", "650  a/b;" },
	{ "unknown class inside", "550-a\n650 b\n550 c", "550  a/650 b/c;" },
	{ "two replies", "250 a\n550 b", "250  a;550  b;" },
};

static void
test_rows(void **state)
{
	(void)state;
	struct edge edge = edge_new();
	assert_non_null(edge.pages);
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct reply_reader r;
		struct reply_whole whole;
		struct buf out;
		struct slice rest = slice_str(rows[i].lines), line;
		reply_reader_init(&r);
		buf_init(&out, 1000);
		while (reply_text_line(&rest, &line) == 1) {
			int got = reply_next(&r, edge_copy(edge, line), &whole);
			if (got < 0)
				buf_str(&out, "-;");
			if (got != 1)
				continue;
			buf_printf(&out, "%d %.*s ", whole.code, (int)whole.enhanced.len,
				(const char *)whole.enhanced.ptr);
			struct slice text_line;
			for (bool more = false; reply_text_line(&whole.text, &text_line) == 1;
				more = true) {
				buf_str(&out, more ? "/" : "");
				buf_add(&out, text_line);
			}
			buf_byte(&out, ';');
		}
		if (strcmp(buf_cstr(&out), rows[i].want) != 0)
			fail_msg("%s: %s", rows[i].name, buf_cstr(&out));
		buf_release(&out);
		reply_reader_release(&r);
	}
	edge_free(edge);
}

static void
test_limits(void **state)
{
	(void)state;
	struct reply_reader r;
	struct reply_whole whole;
	reply_reader_init(&r);
	for (int i = 0; i < 2 * LIMIT_REPLY_LINES; i++)
		assert_int_equal(reply_next(&r, SLICE("250-a line of some length"), &whole), 0);
	assert_int_equal(reply_next(&r, SLICE("250 end"), &whole), 1);
	assert_true(whole.cut);
	assert_true(whole.text.len <= LIMIT_REPLY_TEXT);
	reply_reader_release(&r);
}

static const struct {
	const char *text, *local;
	const char *want; /* # stands for a hash */
} privacy_rows[] = {
	{ "<bob@x.example>: no such user", "", "<#@x.example>: no such user" },
	{ "<BOB@X.example>: no such user", "", "<#@X.example>: no such user" },
	{ "mail for bob@x.example. Sorry", "", "mail for #@x.example. Sorry" },
	{ "rcpt=bob@x.example refused", "", "rcpt=#@x.example refused" },
	{ "ask postmaster@x.example", "", "ask postmaster@x.example" },
	{ "user bob unknown", "bob", "user # unknown" },
	{ "user Bob unknown", "bob", "user # unknown" },
	{ "user bobby unknown", "bob", "user bobby unknown" },
	{ "user ok unknown", "ok",
		"user ok unknown" }, /* too short to be told from a word of the text */
	{ "", "bob", "" },
};

static void
test_privacy(void **state)
{
	(void)state;
	struct privacy p = { .key = SLICE("key") };
	privacy_note(&p, SLICE("bob@x.example"));
	for (size_t i = 0; i < ROWS(privacy_rows); i++) {
		struct buf out, plain;
		buf_init(&out, 1000);
		buf_init(&plain, 1000);
		privacy_text(&p, slice_str(privacy_rows[i].text), slice_str(privacy_rows[i].local),
			&out);
		for (size_t at = 0; at < out.len;) {
			bool hash = out.len - at >= 18 && memcmp(out.ptr + at, "h-", 2) == 0;
			buf_byte(&plain, hash ? '#' : out.ptr[at]);
			at += hash ? 18 : 1;
		}
		if (strcmp(buf_cstr(&plain), privacy_rows[i].want) != 0)
			fail_msg("%s: %s", privacy_rows[i].text, buf_cstr(&out));
		buf_release(&out);
		buf_release(&plain);
	}
	privacy_release(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_privacy),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
