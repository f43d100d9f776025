/* heloscope's own tests: for each a message that hits and one that does not; and the shapes that
 * tests in C are written with. */
#include "unit/score/eval_test.h"

#include "sensor/base/ptime.h"
#include "sensor/score/eval_shape.h"

#define END "\ntext\n"
#define MIXED "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
#define HOP(from, by, time)                                                                        \
	"Received: from " from " (" from " [203.0.113.5]) by " by                                  \
	" (Postfix) with ESMTP id 12345; Thu, 12 Jun 2008 " time " +0000\n"
#define REPORT                                                                                     \
	"Content-Type: multipart/report; report-type=delivery-status; "                            \
	"boundary=b\n\n--b\n\nx\n--b\n"
#define STATUS                                                                                     \
	"Content-Type: message/delivery-status\n\nReporting-MTA: dns; x.y\n\nFinal-Recipient: "    \
	"rfc822; a@b.c\n"

/* The session began at 2008-06-12T12:00:00Z, its client is mail.client.example [203.0.113.9], its
 * recipients are one x@site.example and two y@site.example. */
static const struct eval_row own_rows[] = {
	{ "date_invalid()", "Date: yesterday\n" END, true, NULL, NULL },
	{ "date_invalid()", "X: y\n" END, false, NULL, NULL },
	{ "date_loose()", "Date: Jun 12 2008 10:00:00 +0000\n" END, true, NULL, NULL },
	{ "date_loose()", "Date: Thu, 12 Jun 2008 10:00:00 +0000\n" END, false, NULL, NULL },
	{ "date_fault('weekday-wrong')", "Date: Mon, 12 Jun 2008 10:00:00 +0000\n" END, true, NULL,
		NULL },
	{ "date_fault('weekday-wrong')", "Date: Thu, 12 Jun 2008 10:00:00 +0000\n" END, false, NULL,
		NULL },
	{ "date_before(24)", "Date: Tue, 10 Jun 2008 10:00:00 +0000\n" END, true, NULL, "a@b.c" },
	{ "date_before(24)", "Date: Thu, 12 Jun 2008 10:00:00 +0000\n" END, false, NULL, "a@b.c" },
	{ "date_after(24)", "Date: Sat, 14 Jun 2008 10:00:00 +0000\n" END, true, NULL, "a@b.c" },
	{ "date_after(24)", "X: y\n" END, false, NULL, "a@b.c" },
	{ "duplicate_unique()", "Subject: a\nSubject: b\n" END, true, NULL, NULL },
	{ "duplicate_unique()", "X-Subject: a\nX-Subject: b\n" END, false, NULL, NULL },
	{ "helo_is_target()", "X: y\n" END, false, NULL, "a@b.c" },
	{ "helo_address_differs()", "X: y\n" END, false, NULL, "a@b.c" },
	{ "body_starts_with_header(2)", "X: y\n\nSubject: a\nTo: b\n", true, NULL, NULL },
	{ "body_starts_with_header(2)", "X: y\n\nSubject: a\nhello\n", false, NULL, NULL },
	{ "injected_header()", "Bcc: a@b.c, d@e.f\n" END, true, NULL, NULL },
	{ "injected_header()", "From: a@b.c%0ABcc: d@e.f\n" END, true, NULL, NULL },
	{ "injected_header()", "Subject: a\r\nFrom: x@y.z\nSubject: b\r\n\r\ntext\r\n", true, NULL,
		NULL },
	{ "injected_header()", "Subject: 100%0d\nBcc:\n" END, false, NULL, NULL },
	{ "list_fields_incomplete()", "Precedence: list\n" END, true, NULL, NULL },
	{ "list_fields_incomplete()", "List-Id: x.y\n" END, true, NULL, NULL },
	{ "list_fields_incomplete()", "List-Id: <x.y>\nList-Post: <mailto:x@y>\n" END, false, NULL,
		NULL },
	{ "list_fields_incomplete()", "List-Unsubscribe: <mailto:x@y>\n" END, false, NULL, NULL },
	{ "auto_reply_with_sender()", "Auto-Submitted: auto-replied\n" END, true, NULL, "a@b.c" },
	{ "auto_reply_with_sender()", "Auto-Submitted: auto-replied\n" END, false, NULL, "" },
	{ "auto_reply_with_sender()", "Auto-Submitted: auto-generated\n" END, false, NULL,
		"a@b.c" },
};

static const struct eval_row people_rows[] = {
	{ "recipients_sorted(3)", "To: a@b.c, b@b.c\nCc: c@b.c\n" END, true, NULL, NULL },
	{ "recipients_sorted(3)", "To: b@b.c, a@b.c\nCc: c@b.c\n" END, false, NULL, NULL },
	{ "recipients_alike(3)", "To: anab@b.c, anac@b.c, anad@x.y\n" END, true, NULL, NULL },
	{ "recipients_alike(3)", "To: anab@b.c, anac@b.c, bobd@x.y\n" END, false, NULL, NULL },
	{ "recipients_at_least(3)", "X: y\n" END, true, NULL, NULL },
	{ "recipients_at_least(4)", "X: y\n" END, false, NULL, NULL },
	{ "recipients_unlike_envelope(1)", "To: z@site.example\n" END, true, NULL, "a@b.c" },
	{ "recipients_unlike_envelope(1)", "To: x@site.example\n" END, false, NULL, "a@b.c" },
	{ "from_unlike_envelope()", "From: a@one.example\n" END, true, NULL, "a@two.example" },
	{ "from_unlike_envelope()", "From: a@one.example\n" END, false, NULL, "a@m.one.example" },
	{ "from_unlike_envelope()", "From: a@w.one.co.uk\n" END, false, NULL, "a@m.one.co.uk" },
	{ "from_name_is_address()", "From: \"b@one.example\" <a@two.example>\n" END, true, NULL,
		NULL },
	{ "from_name_is_address()", "From: \"b@one.example\" <a@one.example>\n" END, false, NULL,
		NULL },
	{ "from_name_spoofs_domain()", "From: \"www.bank.com support\" <a@two.example>\n" END, true,
		NULL, NULL },
	{ "from_name_spoofs_domain()", "From: \"bank.com support\" <a@mail.bank.com>\n" END, false,
		NULL, NULL },
	{ "from_name_spoofs_domain()", "From: \"J. R. Smith\" <a@mail.bank.com>\n" END, false, NULL,
		NULL },
	{ "from_several()", "From: a@b.c, d@e.f\n" END, true, NULL, NULL },
	{ "from_several()", "From: a@b.c, d@e.f\nSender: a@b.c\n" END, false, NULL, NULL },
	{ "reply_to_differs()", "From: a@one.example\nReply-To: a@two.example\n" END, true, NULL,
		NULL },
	{ "reply_to_differs()", "From: a@one.example\nReply-To: b@m.one.example\n" END, false, NULL,
		NULL },
	{ "to_equals_from()", "From: a@b.c\nTo: A@b.c\n" END, true, NULL, NULL },
	{ "to_equals_from()", "From: a@b.c\nTo: a@b.c, d@e.f\n" END, false, NULL, NULL },
};

static const struct eval_row received_rows[] = {
	{ "received_at_least(2)", "Received: a\nReceived: b\n" END, true, NULL, NULL },
	{ "received_at_least(2)", "Received: a\n" END, false, NULL, NULL },
	{ "received_backwards(30)",
		HOP("b.example", "c.example", "09:00:00") HOP("a.example", "b.example", "10:00:00")
			END,
		true, NULL, NULL },
	{ "received_backwards(90)",
		HOP("b.example", "c.example", "09:00:00") HOP("a.example", "b.example", "10:00:00")
			END,
		false, NULL, NULL },
	{ "received_loop()",
		HOP("b.example", "c.example", "10:00:03") HOP("c.example", "b.example", "10:00:02")
			HOP("a.example", "c.example", "10:00:01") END,
		true, NULL, NULL },
	{ "received_loop()",
		HOP("b.example", "c.example", "10:00:03") HOP("a.example", "b.example", "10:00:02")
			END,
		false, NULL, NULL },
	{ "received_gaps(1)",
		HOP("x.other.example", "c.example", "10:00:03")
			HOP("a.example", "b.example", "10:00:02") END,
		true, NULL, NULL },
	{ "received_gaps(1)",
		HOP("b.example", "c.example", "10:00:03") HOP("a.example", "b.example", "10:00:02")
			END,
		false, NULL, NULL },
	{ "received_by_unlike_server()", HOP("a.example", "mx.other.example", "10:00:02") END, true,
		NULL, "a@b.c" },
	{ "received_by_unlike_server()", HOP("a.example", "mx.client.example", "10:00:02") END,
		false, NULL, "a@b.c" },
	{ "received_unreadable(1)", "Received: from nobody knows what\n" END, true, NULL, NULL },
	{ "received_unreadable(1)", HOP("a.example", "b.example", "10:00:02") END, false, NULL,
		NULL },
};

static const struct eval_row part_rows[] = {
	{ "body_8bit_undeclared()", "X: y\n\n\xe4\n", true, NULL, NULL },
	{ "body_8bit_undeclared()", "Content-Type: text/plain; charset=iso-8859-1\n\n\xe4\n", false,
		NULL, NULL },
	{ "multipart_broken()", "Content-Type: multipart/mixed\n\nx\n", true, NULL, NULL },
	{ "multipart_broken()", MIXED "\nx\n--b--\n", false, NULL, NULL },
	{ "part_fault('not-closed')", MIXED "\nx\n", true, NULL, NULL },
	{ "part_fault('not-closed')", MIXED "\nx\n--b--\n", false, NULL, NULL },
	{ "part_fault('no such word')", MIXED "\nx\n", false, NULL, NULL },
	{ "parts_at_least('image/*', 1)", MIXED "Content-Type: image/png\n\nx\n--b--\n", true, NULL,
		NULL },
	{ "parts_at_least('image/*', 2)", MIXED "Content-Type: image/png\n\nx\n--b--\n", false,
		NULL, NULL },
	{ "attachment_named('\\.exe$')",
		MIXED "Content-Type: application/octet-stream; name=a.exe\n\nx\n--b--\n", true,
		NULL, NULL },
	{ "attachment_named('\\.exe$')",
		MIXED "Content-Type: application/octet-stream; name=exe.txt\n\nx\n--b--\n", false,
		NULL, NULL },
	{ "text_hidden(3)", "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nYWJj\n",
		true, NULL, NULL },
	{ "text_hidden(3)", "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nYeRj\n",
		false, NULL, NULL },
	{ "shorter_than(10)", "X: y\n\nx\n", true, NULL, NULL },
	{ "shorter_than(10)", "X: y\n\n1234567890\n", false, NULL, NULL },
	{ "bounce_malformed()", REPORT STATUS "\n--b--\n", true, NULL, "" },
	{ "bounce_malformed()", REPORT STATUS "Action: failed\nStatus: 5.1.1\n--b--\n", false, NULL,
		"" },
	{ "bounce_malformed()", REPORT STATUS "Action: failed\nStatus: 5.1.1\n--b--\n", true, NULL,
		"a@b.c" },
	{ "bounce_malformed()", MIXED "\nx\n--b--\n", false, NULL, NULL },
};

static const struct eval_row program_rows[] = {
	{ "mailer_contradicts_message_id()",
		"X-Mailer: Apple Mail (2.752)\nMessage-ID: <4A2B.40@pc>\n" END, true, NULL, NULL },
	{ "mailer_contradicts_message_id()",
		"X-Mailer: Apple Mail (2.752)\nMessage-ID: "
		"<ABCD1234-1234-1234-1234-123456789ABC@site.example>\n" END,
		false, NULL, NULL },
	{ "mailer_contradicts_message_id()",
		"X-Mailer: Apple Mail (2.752)\nMessage-ID: "
		"<20080612100000.AB1234@site.example>\n" END,
		false, NULL, NULL },
	{ "mailer_contradicts_message_id()", "X-Mailer: Own 1\nMessage-ID: <x@y>\n" END, false,
		NULL, NULL },
	{ "boundary_contradicts_mailer()",
		"X-Mailer: Microsoft Outlook Express 6.00\nContent-Type: multipart/mixed; "
		"boundary=abc\n\n--abc\n\nx\n--abc--\n",
		true, NULL, NULL },
	{ "boundary_contradicts_mailer()",
		"X-Mailer: Microsoft Outlook Express 6.00\nContent-Type: multipart/mixed; "
		"boundary=\"----=_NextPart_000_0001\"\n\n------=_NextPart_000_0001\n\nx\n",
		false, NULL, NULL },
	{ "mailer_contradicts_dialect()", "User-Agent: Mozilla Thunderbird 2.0\n" END, false, NULL,
		"a@b.c" },
};

static const struct eval_row text_rows[] = {
	{ "subject_spaced()", "Subject: buy V I A G R A now\n" END, true, NULL, NULL },
	{ "subject_spaced()", "Subject: L.O.T.T.O\n" END, true, NULL, NULL },
	{ "subject_spaced()", "Subject: Plan B or C\n" END, false, NULL, NULL },
	{ "subject_encoded_needlessly()", "Subject: =?utf-8?B?aGVsbG8=?=\n" END, true, NULL, NULL },
	{ "subject_encoded_needlessly()", "Subject: =?utf-8?Q?caf=C3=A9?=\n" END, false, NULL,
		NULL },
	{ "html_hidden_text(10)",
		"Content-Type: text/html\n\n<p>x</p><div "
		"style=\"display:none\">aaaaaaaaaaaaaaaa</div>\n",
		true, NULL, NULL },
	{ "html_hidden_text(10)", "Content-Type: text/html\n\n<p>aaaaaaaaaaaaaaaaaaaaaaa</p>\n",
		false, NULL, NULL },
	{ "html_tiny_text(10)",
		"Content-Type: text/html\n\n<p>x</p><span "
		"style=\"font-size:1px\">aaaaaaaaaaaaaaaa</span>\n",
		true, NULL, NULL },
	{ "html_tiny_text(10)", "Content-Type: text/html\n\n<p>aaaaaaaaaaaaaaaaaaaaaaa</p>\n",
		false, NULL, NULL },
	{ "html_link_mismatch()",
		"Content-Type: text/html\n\n<a "
		"href=\"http://evil.com/\">http://www.bank.com/</a>\n",
		true, NULL, NULL },
	{ "html_link_mismatch()",
		"Content-Type: text/html\n\n<a "
		"href=\"http://go.bank.com/\">http://www.bank.com/</a>\n",
		false, NULL, NULL },
	{ "url_numeric()", "X: y\n\nhttp://203.0.113.7/x\n", true, NULL, NULL },
	{ "url_numeric()", "X: y\n\nhttp://site.com/203.0.113.7\n", false, NULL, NULL },
	{ "url_domain_unlike_from()", "From: a@one.com\n\nhttp://two.com/\n", true, NULL, NULL },
	{ "url_domain_unlike_from()", "From: a@one.com\n\nhttp://two.com/ http://www.one.com/\n",
		false, NULL, NULL },
	{ "urls_at_least(2)", "X: y\n\nhttp://a.com/ http://b.com/\n", true, NULL, NULL },
	{ "urls_at_least(2)", "X: y\n\nhttp://a.com/\n", false, NULL, NULL },
	{ "message_id_domain_unlike_from()", "From: a@one.com\nMessage-ID: <1@two.com>\n" END, true,
		NULL, NULL },
	{ "message_id_domain_unlike_from()", "From: a@one.com\nMessage-ID: <1@two.com>\n" END,
		false, NULL, "x@two.com" },
	{ "message_id_domain_unlike_from()", "From: a@one.com\nMessage-ID: <1@m.one.com>\n" END,
		false, NULL, NULL },
};

static const struct eval_row fault_rows[] = {
	{ "address_fault('From', 'no-at')", "From: root\n" END, true, NULL, NULL },
	{ "address_fault('From', 'no-at')", "From: root@pc\nTo: root\n" END, false, NULL, NULL },
	{ "encoded_word_fault('Subject', 'base64-damaged')", "Subject: =?utf-8?B?a*bc=?=\n" END,
		true, NULL, NULL },
	{ "encoded_word_fault('Subject')", "Subject: =?utf-8?Q?caf=C3=A9?=\n" END, false, NULL,
		NULL },
	{ "encoded_word_fault('Subject')", "Subject: =?no-such-set?Q?caf=C3=A9?=\n" END, true, NULL,
		NULL },
	{ "message_id_shape('no-at')", "Message-ID: <123456>\n" END, true, NULL, NULL },
	{ "message_id_shape('no-at')", "Message-ID: <123456@b.c>\n" END, false, NULL, NULL },
	{ "message_id_shape('exim')", "Message-ID: <E1GzVLs-0002Oz-7b@mail.example>\n" END, true,
		NULL, NULL },
};

static void
run(const struct eval_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct eval_case c;
		eval_case_init(&c, rows[i].message, rows[i].settings, rows[i].envelope);
		c.mail.start = ptime_days(2008, 6, 12) * 86400 * PTIME_SECOND + 12 * PTIME_HOUR;
		if (eval_call(&c, rows[i].call) != rows[i].hits)
			fail_msg("%s %s:\n%s", rows[i].call, rows[i].hits ? "does not hit" : "hits",
				rows[i].message);
		eval_case_release(&c);
	}
}

static void
test_own(void **state)
{
	(void)state;
	run(ROWS(own_rows));
	run(ROWS(people_rows));
	run(ROWS(received_rows));
	run(ROWS(part_rows));
	run(ROWS(program_rows));
	run(ROWS(text_rows));
	run(ROWS(fault_rows));
	eval_rows_cover(evals_own_received, ROWS(received_rows));
	eval_rows_cover(evals_own_parts, ROWS(part_rows));
	eval_rows_cover(evals_own_text, ROWS(text_rows));
	eval_rows_cover(evals_own_fault, ROWS(fault_rows));
}

/* What only a session can show. */
static void
test_session(void **state)
{
	(void)state;
	struct eval_case c;
	eval_case_init(&c, "User-Agent: Mozilla Thunderbird 2.0\n" END, NULL, "a@other.example");
	c.session.helo_name = "site.example";
	assert_true(eval_call(&c, "helo_is_target()"));
	c.session.helo_name = "[203.0.113.8]";
	assert_true(eval_call(&c, "helo_address_differs()"));
	c.session.helo_name = "[203.0.113.9]";
	assert_false(eval_call(&c, "helo_address_differs()"));
	c.session.client_software = "Python smtplib";
	assert_true(eval_call(&c, "mailer_contradicts_dialect()"));
	c.session.client_software = "Thunderbird";
	assert_false(eval_call(&c, "mailer_contradicts_dialect()"));
	eval_case_release(&c);
}

static const struct {
	const char *text, *shape;
	bool found;
} shapes[] = {
	{ "from a.b.c by", "from *.c by", true },
	{ "from a.b.c by", "from +.d by", false },
	{ "x [192.0.2.1] y", "[~]", false },
	{ "x [192.0.2.1] y", " [[]~[]] ", true },
	{ "x [1921.0.2.1] y", "[[]~[]]", false },
	{ "id 123 Jan", "# ??? ", false },
	{ "id 123 Jan ", "# ??? ", true },
	{ "rly-ab12.mx", "rly-&&%%.", true },
	{ "rly-ab1x.mx", "rly-&&%%.", false },
	{ "juno.com", "!juno!", true },
	{ "xjuno.com", "!juno!", false },
	{ "from a\nby b", "from`by", false },
	{ "from a, by b", "from`by", true },
	{ "a_b9", "^", true },
	{ "--", "^", false },
	{ "", "x", false },
	{ "", "*", true },
};

static void
test_shapes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
		if (shape_find(slice_str(shapes[i].text), shapes[i].shape) != shapes[i].found)
			fail_msg("'%s' in '%s'", shapes[i].shape, shapes[i].text);
	assert_true(shape_ifind(SLICE("HELO Mail"), "helo mail"));
	assert_false(shape_starts(SLICE("xfrom"), "from"));
	assert_true(shape_glob(SLICE("Ana@mail.site.example"), SLICE("*@*.site.?xample")));
	assert_false(shape_glob(SLICE("ana@site.example"), SLICE("*@*.site.example")));
	assert_true(shape_glob(SLICE(""), SLICE("*")));
	assert_false(shape_glob(SLICE(""), SLICE("?")));
}

/* Every hole takes every byte: the search gives up. */
static void
test_shape_slow(void **state)
{
	(void)state;
	static uint8_t text[65536];
	memset(text, 'a', sizeof text);
	assert_false(shape_find(slice_of(text, sizeof text), "a*a*a*a*b"));
	assert_false(shape_glob(slice_of(text, sizeof text), SLICE("*a*a*a*b")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own),
		cmocka_unit_test(test_session),
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_shape_slow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
