/* The tree of entities: which there are, where they end, what is wrong with each. */
#include "unit/mail/mail_test.h"

struct row {
	const char *name, *input;
	/* an entity each: depth, type, "*" if inside of a message, then faults in brackets, then of
	 * a leaf its decoded content in quotes; "|" behind it */
	const char *want;
};

#define MIXED "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
#define ALTERNATIVE "Content-Type: multipart/alternative; boundary=i\r\n\r\n"
#define TEXT "Content-Type: text/plain\r\n\r\n"

static const struct row rows[] = {
	{ "plain", "A: 1\r\n\r\nx", "0text/plain'x'|" },
	{ "nothing", "", "0text/plain''|" },
	{ "two parts", MIXED "--b\r\n" TEXT "1\r\n--b\r\n\r\n2\r\n--b--\r\n",
		"0multipart/mixed|1text/plain'1'|1text/plain[no-fields]'2'|" },
	{ "not closed", MIXED "--b\r\n" TEXT "1\r\n",
		"0multipart/mixed[not-closed]|1text/plain'1\r\n'|" },
	{ "ends with an opening boundary", MIXED "--b\r\n" TEXT "1\r\n--b\r\n",
		"0multipart/mixed[not-closed]|1text/plain'1'|" },
	{ "no parameter", "Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\nx",
		"0multipart/mixed[no-boundary]'--b\r\n\r\nx'|" },
	{ "empty parameter", "Content-Type: multipart/mixed; boundary=\"\"\r\n\r\nx",
		"0multipart/mixed[no-boundary]'x'|" },
	{ "never comes", MIXED "hello",
		"0multipart/mixed[boundary-absent]|1text/plain[implied]'hello'|" },
	{ "only the last one comes", MIXED "hello\r\n--b--\r\n",
		"0multipart/mixed[boundary-absent]|1text/plain[implied]'hello'|" },
	{ "nothing in it", MIXED, "0multipart/mixed[boundary-absent]|" },
	{ "two boundaries: the first counts",
		"Content-Type: multipart/mixed; boundary=b; boundary=c\r\n\r\n--b\r\n" TEXT
		"1\r\n--c\r\n--b--",
		"0multipart/mixed[parameter-twice]|1text/plain'1\r\n--c'|" },
	{ "two types: the last counts",
		"Content-Type: text/html\r\n" MIXED "--b\r\n" TEXT "1\r\n--b--",
		"0multipart/mixed[field-twice]|1text/plain'1'|" },
	{ "a quote that never ends",
		"Content-Type: multipart/mixed; boundary=\"b\r\n\r\n--b\r\n" TEXT "1\r\n--b--",
		"0multipart/mixed|1text/plain'1'|" },
	{ "odd bytes and blanks",
		"Content-Type: multipart/mixed; boundary=\"a {b} \"\r\n\r\n--a {b} \r\n" TEXT
		"1\r\n--a {b} --",
		"0multipart/mixed[boundary-odd]|1text/plain'1'|" },
	{ "no semicolon",
		"Content-Type: multipart/mixed charset=x boundary=b\r\n\r\n--b\r\n" TEXT
		"1\r\n--b--",
		"0multipart/mixed[type-damaged]|1text/plain'1'|" },
	{ "blanks round the sign",
		"Content-Type: multipart/mixed; boundary = \"b\"\r\n\r\n--b\r\n" TEXT "1\r\n--b--",
		"0multipart/mixed|1text/plain'1'|" },
	{ "in pieces",
		"Content-Type: multipart/mixed; boundary*0=\"b\"; boundary*1=c\r\n\r\n--bc\r\n" TEXT
		"1\r\n--bc--",
		"0multipart/mixed|1text/plain'1'|" },
	{ "too long",
		"Content-Type: multipart/mixed; "
		"boundary="
		"0123456789012345678901234567890123456789012345678901234567890123456789x\r\n\r\n"
		"--0123456789012345678901234567890123456789012345678901234567890123456789x\r\n" TEXT
		"1",
		"0multipart/mixed[not-closed boundary-long]|1text/plain'1'|" },
	{ "nested",
		MIXED "--b\r\n" ALTERNATIVE "--i\r\n" TEXT "1\r\n--i--\r\n--b\r\n" TEXT
		      "2\r\n--b--",
		"0multipart/mixed|1multipart/alternative|2text/plain'1'|1text/plain'2'|" },
	{ "the outer one ends the inner",
		MIXED "--b\r\n" ALTERNATIVE "--i\r\n" TEXT "1\r\n--b\r\n" TEXT
		      "2\r\n--i--\r\n--b--",
		"0multipart/mixed|1multipart/alternative[not-closed]|2text/plain'1'|1text/"
		"plain'2\r\n--i--'|" },
	{ "a prefix",
		"Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\nContent-Type: "
		"multipart/mixed; boundary=ii\r\n\r\n--ii\r\n" TEXT "1\r\n--ii--\r\n--i\r\n" TEXT
		"2\r\n--i--",
		"0multipart/mixed|1multipart/mixed[boundary-prefix]|2text/plain'1'|1text/"
		"plain'2'|" },
	{ "the same twice: the inner wins",
		MIXED "--b\r\n" MIXED "--b\r\n" TEXT "1\r\n--b--\r\n--b\r\n" TEXT "2\r\n--b--",
		"0multipart/mixed|1multipart/mixed[boundary-doubled]|2text/plain'1'|1text/"
		"plain'2'|" },
	{ "preamble and epilogue",
		MIXED "pre\r\n--b\r\n" TEXT "1\r\n--b--\r\nepi\r\n--b\r\n" TEXT "no",
		"0multipart/mixed[epilogue]|1text/plain'1'|" },
	{ "blank epilogue", MIXED "--b\r\n" TEXT "1\r\n--b--\r\n .\r\n",
		"0multipart/mixed|1text/plain'1'|" },
	{ "no header at all", MIXED "--b\r\nfoo bar\r\n--b--",
		"0multipart/mixed|1text/plain[no-header]'foo bar'|" },
	{ "header without a blank line", MIXED "--b\r\nContent-Type: text/html\r\n<p>\r\n--b--",
		"0multipart/mixed|1text/html[no-blank-line]'<p>'|" },
	{ "header, then the boundary", MIXED "--b\r\nContent-Type: text/html\r\n--b--",
		"0multipart/mixed|1text/html[no-blank-line]''|" },
	{ "inner one without parameter",
		MIXED "--b\r\nContent-Type: multipart/alternative\r\n\r\nX: y\r\n\r\nz\r\n--b--",
		"0multipart/mixed|1multipart/alternative[no-boundary]|2text/plain[implied]'z'|" },
	{ "digest",
		"Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nContent-Type: "
		"text/html\r\n\r\nx\r\n--b--",
		"0multipart/digest|1message/rfc822[no-fields]|2text/html*'x'|" },
	{ "message inside",
		MIXED "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: in\r\n" ALTERNATIVE
		      "--i\r\n" TEXT "1\r\n--i--\r\n--b\r\n" TEXT "2\r\n--b--",
		"0multipart/mixed|1message/rfc822|2multipart/alternative*|3text/plain*'1'|1text/"
		"plain'2'|" },
	{ "message inside, empty", MIXED "--b\r\nContent-Type: message/rfc822\r\n\r\n--b--",
		"0multipart/mixed|1message/rfc822''|" },
	{ "message of text alone",
		MIXED "--b\r\nContent-Type: message/rfc822\r\n\r\nMessage removed\r\n--b--",
		"0multipart/mixed|1message/rfc822|2text/plain*[no-header no-blank-line]''|" },
	{ "message in base64",
		"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: "
		"base64\r\n\r\nQ29udGVudC1UeXBlOiB0ZXh0L2h0bWwNCg0KPGI+",
		"0message/rfc822[encoded-container]|1text/html*'<b>'|" },
	{ "message/global", "Content-Type: message/global\r\n\r\nA: 1\r\n\r\nx",
		"0message/global|1text/plain*'x'|" },
	{ "delivery-status and partial",
		MIXED "--b\r\nContent-Type: message/delivery-status\r\n\r\nA: 1\r\n\r\nB: "
		      "2\r\n--b\r\nContent-Type: message/partial\r\n\r\nC: 3\r\n--b--",
		"0multipart/mixed|1message/delivery-status'A: 1\r\n\r\nB: 2'|1message/partial'C: "
		"3'|" },
	{ "multipart in base64",
		"Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: "
		"base64\r\n\r\nLS1iDQoNCngNCi0tYi0t\r\n",
		"0multipart/mixed[encoded-container]|1text/plain[no-fields]'x'|" },
	{ "multipart that says base64, and is not",
		"Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: "
		"base64\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n",
		"0multipart/mixed[encoded-container]|1text/plain[no-fields]'x'|" },
	{ "base64 in base64",
		"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
		"Q29udGVudC1UeXBlOiBtZXNzYWdlL3JmYzgyMg0KQ29udGVudC1UcmFuc2Zlci1FbmNvZGluZzogcXVvdG"
		"VkLXByaW50YWJsZQ0KDQpBPTNBIDENCg0KPTQx",
		"0message/rfc822[encoded-container]|1message/rfc822*[encoded-container]|2text/"
		"plain*'A'|" },
	{ "no type", "Content-Type: what\r\n\r\nx", "0text/plain[type-damaged]'x'|" },
	{ "8 bit", "A: 1\r\n\r\n\xc3\xa9", "0text/plain[8bit-undeclared]'\xc3\xa9'|" },
	{ "8 bit, declared", "Content-Transfer-Encoding: 8bit\r\n\r\n\xc3\xa9",
		"0text/plain'\xc3\xa9'|" },
	{ "unknown encoding", "Content-Transfer-Encoding: x-zip\r\n\r\nx",
		"0text/plain[encoding-unknown]'x'|" },
	{ "unknown character set", "Content-Type: text/plain; charset=x-evil\r\n\r\n\xff",
		"0text/plain[8bit-undeclared charset-unknown charset-damaged]'\xff'|" },
};

static const char *
faults(unsigned bits, struct arena *arena)
{
	const char *all = "";
	for (unsigned bit = 1; bit != 0 && bit <= bits; bit <<= 1)
		if (bits & bit)
			all = arena_printf(arena, "%s%s%s", all, *all == '\0' ? "" : " ",
				part_fault_name(bit));
	return *all == '\0' ? "" : arena_printf(arena, "[%s]", all);
}

static void
split(void *ctx, struct slice input, struct arena *arena)
{
	const struct row *row = ctx;
	struct message m;
	const char *got = "";
	message_split(input, NULL, arena, &m);
	for (size_t i = 0; i < m.entities_count; i++) {
		const struct message_entity *e = &m.entities[i];
		assert_true(e->parent <= i);
		assert_true(i == 0 || e->depth == m.entities[e->parent].depth + 1);
		got = arena_printf(arena, "%s%u%s%s%s", got, e->depth, e->type,
			e->embedded ? "*" : "", faults(e->faults, arena));
		if (e->leaf) {
			const struct message_part *p = &m.parts[e->part];
			assert_int_equal(p->entity, i);
			got = arena_printf(arena, "%s'%.*s'", got, (int)p->decoded.len,
				(const char *)p->decoded.ptr);
		}
		got = arena_printf(arena, "%s|", got);
	}
	if (input.len == strlen(row->input) && strcmp(got, row->want) != 0)
		fail_msg("%s:\n%s\n%s", row->name, got, row->want);
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

/* Content of containers, fields of parts, and whose header is whose. */
static void
test_places(void **state)
{
	(void)state;
	struct arena a;
	struct message m;
	arena_init(&a, LIMIT_MAIL_MEMORY);
	message_split(SLICE("Subject: out\r\n" MIXED
			    "--b\r\nX-One: 1\r\nContent-Disposition: ATTACHMENT\r\n\r\nx\r\n"
			    "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: "
			    "in\r\n\ty\r\n\r\nz\r\n--b--\r\nq\r\n"),
		NULL, &a, &m);
	assert_int_equal(m.entities_count, 4);
	assert_ptr_equal(m.entities[0].fields, m.fields);
	assert_true(slice_eq(m.entities[0].content, m.body));
	assert_string_equal(message_text(&m, "Subject", &a), "out");
	assert_int_equal(m.entities[1].fields_count, 2);
	assert_true(slice_eq(m.entities[1].fields[0].name, SLICE("X-One")));
	assert_true(slice_eq(m.entities[1].fields[0].value, SLICE(" 1")));
	assert_string_equal(m.entities[1].disposition, "attachment");
	assert_true(m.parts[0].attachment);
	assert_true(slice_eq(m.entities[2].content, SLICE("Subject: in\r\n\ty\r\n\r\nz")));
	assert_true(slice_eq(m.entities[3].fields[0].value, SLICE(" in\r\n\ty")));
	assert_true(slice_eq(m.entities[3].fields[0].whole, SLICE("Subject: in\r\n\ty\r\n")));
	assert_true(slice_eq(m.entities[3].content, SLICE("z")));
	arena_release(&a);
}

static const struct {
	const char *header, *name, *charset;
} names[] = {
	{ "Content-Type: text/plain; name=a b.txt; charset = UTF-8 (x)", "a b.txt", "utf-8" },
	{ "Content-Type: text/plain; name=\"a;b \\\"c\\\".txt\"", "a;b \"c\".txt", "" },
	{ "Content-Type: text/plain; name=\"C:\\x\\y.txt\"", "C:\\x\\y.txt", "" },
	{ "Content-Type: text/plain; name=one\r\nContent-Disposition: inline; filename=two", "two",
		"" },
	{ "Content-Type: text/plain; name=\"=?iso-8859-1?Q?caf=E9?=.txt\"", "café.txt", "" },
	{ "Content-Type: text/plain; name=\"caf\xe9.txt\"", "café.txt", "" },
	{ "Content-Type: text/plain; name=\"caf\xc3\xa9.txt\"", "café.txt", "" },
	{ "Content-Disposition: attachment; filename*=iso-8859-1'en'caf%E9%2Etxt", "café.txt", "" },
	{ "Content-Disposition: attachment; filename=x; filename*=utf-8''%e2%82%ac", "€", "" },
	{ "Content-Disposition: attachment; filename*0*=utf-8''a%20; filename*1=\"b%20\"; "
	  "filename*3=no",
		"a b%20", "" },
	{ "Content-Disposition: attachment; filename*=utf-8''%e2%82", "�", "" },
	{ "Content-Disposition: attachment; filename*=%4", "%4", "" },
	{ "Content-Type: text/plain; name=a; name=b", "a", "" },
	{ "Content-Type: text/plain; charset=\\\"ISO-8859-1\\\"", "", "iso-8859-1" },
	{ "Content-Type: text/plain charset='us-ascii'", "", "us-ascii" },
	{ "Content-Type: text/plain;;; =; charset", "", "" },
};

static void
test_names(void **state)
{
	(void)state;
	struct arena a;
	struct message m;
	struct charsets *charsets = charsets_new();
	arena_init(&a, LIMIT_MAIL_MEMORY);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		arena_reset(&a);
		message_split(slice_str(names[i].header), charsets, &a, &m);
		if (strcmp(m.parts[0].name, names[i].name) != 0 ||
			strcmp(m.parts[0].charset, names[i].charset) != 0)
			fail_msg("%s: %s %s", names[i].header, m.parts[0].name, m.parts[0].charset);
	}
	arena_release(&a);
	charsets_free(charsets);
}

static const struct {
	const char *header, *content, *shown, *text;
} texts[] = {
	{ "text/plain; charset=iso-8859-1", "caf\xe9", "text/plain", "café" },
	{ "text/plain; charset=iso-8859-1", "caf\xc3\xa9", "text/plain", "café" },
	{ "text/plain", "caf\xe9", "text/plain", "café" },
	{ "text/enriched; charset=koi8-r", "\xf0\xd2\xc9\xd7\xc5\xd4", "text/plain", "Привет" },
	{ "text/html",
		"<html><META http-equiv=x content=\"text/html; "
		"charset=koi8-r\">\xf0\xd2\xc9\xd7\xc5\xd4",
		"text/html",
		"<html><META http-equiv=x content=\"text/html; charset=koi8-r\">Привет" },
	{ "text/html", "<meta charset='windows-1251'>\xcf\xf0\xe8\xe2\xe5\xf2", "text/html",
		"<meta charset='windows-1251'>Привет" },
	{ "text/html", "<meta charset=>x<meta name=charset>", "text/html",
		"<meta charset=>x<meta name=charset>" },
	{ "application/octet-stream; name=X.HTM", "<b>", "text/html", "<b>" },
	{ "text/calendar", "x", "", "" },
	{ "text/x-vcard", "x", "", "" },
	{ "application/pdf", "x", "", "" },
};

static void
test_texts(void **state)
{
	(void)state;
	struct arena a;
	struct message m;
	struct charsets *charsets = charsets_new();
	arena_init(&a, LIMIT_MAIL_MEMORY);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		const char *all = arena_printf(
			&a, "Content-Type: %s\r\n\r\n%s", texts[i].header, texts[i].content);
		message_split(slice_str(all), charsets, &a, &m);
		if (strcmp(m.parts[0].shown, texts[i].shown) != 0 ||
			!slice_eq(m.parts[0].text, slice_str(texts[i].text)))
			fail_msg("%s: %s %.*s", texts[i].header, m.parts[0].shown,
				(int)m.parts[0].text.len, (const char *)m.parts[0].text.ptr);
	}
	arena_release(&a);
	charsets_free(charsets);
}

static void
test_fault_names(void **state)
{
	(void)state;
	unsigned named = 0;
	for (unsigned bit = 0; bit < 32; bit++)
		named += *part_fault_name(1u << bit) != '\0';
	assert_int_equal(named, 27);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_fault_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
