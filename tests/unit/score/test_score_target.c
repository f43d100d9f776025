/* What `header` rules look at, byte for byte. */
#include "unit/score/eval_test.h"

#include "sensor/score/target.h"
#include "sensor/score/target_address.h"
#include "unit/base/edge.h"

static const char mail[] = "Return-Path: <bob@relay.example>\n"
			   "Received: from a.b.example (a.b.example [203.0.113.5])\n"
			   "\tby mx.site.example (Postfix) with ESMTP id 12345;\n"
			   "\tThu, 12 Jun 2008 10:00:00 +0000\n"
			   "X-Above: 1\n"
			   "Received: from [10.0.0.7] by a.b.example with HTTP; Thu, 12 Jun 2008 "
			   "09:59:59 +0000\n"
			   "From: \"Ana, L\" <ana@mail.site.co.uk>\n"
			   "To: x@y.example, Cy (Cyrus) <c@d.example>\n"
			   "Cc: <e@f.example> <e@f.example>\n"
			   "Subject: =?utf-8?Q?caf=C3=A9?=\n  x \n"
			   "X-Name: =?iso-8859-1?Q?J=F6?= 'n' <j@n.example>, 'k l' <k@l.example>\n"
			   "X-Two: first\n"
			   "X-Two:second\n"
			   "X-Empty:\n"
			   "List-Post: =?utf-8?Q?a?=\n"
			   "Message-ID: <1@id.example>\n"
			   "X-Message-Id:\n"
			   "X-IP: [192.0.2.44], not 300.1.2.3\n"
			   "\n"
			   "text\n";

#define RELAY_1                                                                                    \
	"[ ip=203.0.113.5 rdns=a.b.example helo=a.b.example by=mx.site.example ident= envfrom= "   \
	"intl=0 id=12345 auth= msa=0 ]"

static const struct {
	const char *target, *value; /* NULL = absent */
} rows[] = {
	{ "Subject", "caf\xc3\xa9 x\n" },
	{ "subject", "caf\xc3\xa9 x\n" },
	{ "Subject:raw", " =?utf-8?Q?caf=C3=A9?=\n  x \n" },
	{ "X-Two", "first\nsecond\n" },
	{ "X-Two:raw", " first\nsecond\n" },
	{ "X-Two:first", "first\n" },
	{ "X-Two:last", "second\n" },
	{ "X-Empty", "\n" },
	{ "Missing", NULL },
	{ "List-Post", "=?utf-8?Q?a?=\n" },
	{ "From:addr", "ana@mail.site.co.uk" },
	{ "From:name", "Ana, L" },
	{ "From:addr:host", "mail.site.co.uk" },
	{ "From:addr:domain", "site.co.uk" },
	{ "From:host", "mail.site.co.uk" },
	{ "ToCc", "x@y.example, Cy (Cyrus) <c@d.example>\n<e@f.example> <e@f.example>\n" },
	{ "ToCc:addr", "x@y.example\nc@d.example\ne@f.example" },
	{ "To:name", "Cy" },
	{ "X-Name:name", "J\xc3\xb6 'n'\nk l" },
	{ "X-Name:name:raw", "=?iso-8859-1?Q?J=F6?= 'n' \n'k l' " },
	{ "MESSAGEID", "<1@id.example>\n" },
	{ "messageid", NULL },
	{ "EnvelopeFrom", "bob@relay.example" },
	{ "X-IP:ip", "192.0.2.44" },
	{ "X-IP:revip", "44.2.0.192" },
	{ "X-Spam-Relays-Trusted", "" },
	{ "X-Spam-Relays-External:first", RELAY_1
		" [ ip=10.0.0.7 rdns= helo= by=a.b.example ident= envfrom= intl=0 id= auth=HTTP "
		"msa=0 ]" },
	{ "ALL-TRUSTED",
		"Return-Path: <bob@relay.example>\n"
		"Received: from a.b.example (a.b.example [203.0.113.5]) by mx.site.example "
		"(Postfix) with ESMTP id 12345; Thu, 12 Jun 2008 10:00:00 +0000\n" },
};

static void
test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct eval_case c;
		struct target t;
		struct err err;
		bool present;
		eval_case_init(&c, mail, NULL, NULL);
		assert_int_equal(target_parse(slice_str(rows[i].target), &c.arena, &t, &err), 0);
		t.delivered = true;
		struct slice value = target_value(&t, &c.in, &present);
		if (present != (rows[i].value != NULL) ||
			!slice_eq(value, slice_str(rows[i].value)))
			fail_msg("%s: '%.*s'", rows[i].target, (int)value.len,
				(const char *)value.ptr);
		eval_case_release(&c);
	}
}

static void
test_all(void **state)
{
	(void)state;
	struct eval_case c;
	bool present;
	eval_case_init(&c, "A: =?utf-8?q?b?=\n c\nD:e\n\ntext\n", NULL, "<>");
	struct slice all = target_get(&c.in, "ALL", &present);
	assert_true(slice_eq(all, SLICE("A: b c\nD: e\n")));
	all = target_get(&c.in, "ALL:raw", &present);
	assert_true(slice_eq(all, SLICE("A: =?utf-8?q?b?=\n c\nD:e\n")));
	eval_case_release(&c);
}

static const struct {
	const char *wrong, *says;
} wrong[] = {
	{ "", "a header field is expected" },
	{ "Sub,ject", "is no name of a header field" },
	{ "Subject:", ":raw, :addr" },
	{ "Subject:base64", ":base64" },
	{ "Subject:raw:x", ":x" },
};

static void
test_wrong(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, 1 << 16);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct target t;
		struct err err = { "" };
		assert_int_equal(target_parse(slice_str(wrong[i].wrong), &arena, &t, &err), -1);
		if (strstr(err.text, wrong[i].says) == NULL)
			fail_msg("%s: %s", wrong[i].wrong, err.text);
	}
	arena_release(&arena);
}

/* name "-" = none */
static const struct {
	const char *value, *boxes;
} lists[] = {
	{ "a@b.example", "a@b.example/-" },
	{ "<a@b.example>", "a@b.example/-" },
	{ "A B <a@b.example>", "a@b.example/A B " },
	{ "\"A, \\\"B\" <a@b.example>", "a@b.example/A, \"B " },
	{ "a@b.example (A B)", "a@b.example/A B" },
	{ "A <a@b.example>, <c@d.example>", "a@b.example/A |c@d.example/-" },
	{ "A <a@b.example>; c@d.example", "a@b.example/A |c@d.example/-" },
	{ "<a@b.example>,<c@d.example>", "/-" },
	{ "<a@b.example> <a@b.example>", "a@b.example/-" },
	{ "< a@b.example >", "a@b.example/-" },
	{ "A <a@b.example> more", "a@b.example/-" },
	{ "a@b.example more", "/a@b.example more" },
	{ "\"a@b.example\"", "a@b.example/-" },
	{ "\"a@b.example\" <a@b.example>", "a@b.example/a@b.example " },
	{ "a@b@c.example", "a@b/-" },
	{ "Group: a@b.example, c@d.example;", "a@b.example/-|c@d.example/-" },
	{ "undisclosed-recipients:;", "" },
	{ "\"open <a@b.example>", "a@b.example/-" },
	{ "<>", "/-" },
	{ "root", "/root" },
	{ "\"x y\"@b.example", "\"x y\"@b.example/-" },
	{ "\"\"@b.example", "/-" },
	{ "a@[192.0.2.1]", "a@[192.0.2.1]/-" },
	{ "A <b(c)@d.example>", "b@d.example/A " },
	{ ",, a@b.example", "" },
};

static void
test_mailboxes(void **state)
{
	(void)state;
	struct edge edge = edge_new();
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		struct arena arena;
		struct slice whole = slice_str(lists[i].value);
		char got[500] = "";
		arena_init(&arena, 1 << 20);
		for (size_t n = 0; n <= whole.len; n++) {
			struct target_mailboxes boxes = { 0 };
			target_mailboxes(edge_copy(edge, slice_take(whole, n)), &arena, &boxes);
			*got = '\0';
			for (size_t k = 0; k < boxes.items_count; k++) {
				const struct target_mailbox *b = &boxes.items[k];
				snprintf(got + strlen(got), sizeof got - strlen(got), "%s%.*s/%.*s",
					k > 0 ? "|" : "", (int)b->address.len,
					(const char *)b->address.ptr,
					b->has_name ? (int)b->name.len : 1,
					b->has_name ? (const char *)b->name.ptr : "-");
			}
		}
		if (strcmp(got, lists[i].boxes) != 0)
			fail_msg("%s: %s", lists[i].value, got);
		arena_release(&arena);
	}
	edge_free(edge);
}

static const struct {
	const char *message, *from; /* NULL = nobody says */
} envelopes[] = {
	{ "Return-Path: <a@b.example>\n\n", "a@b.example" },
	{ "Received: from x.example (x.example [192.0.2.1]) by y.example (Postfix) with ESMTP id "
	  "1234\nReturn-Path: <a@b.example>\n\n",
		NULL },
	{ "X-Envelope-From: c@d.example\nReturn-Path: <a@b.example>\n\n", "c@d.example" },
	{ "Received: from x.example (x.example [192.0.2.1]) by y.example (envelope-from "
	  "<e@f.example>) with ESMTP id 1234\n\n",
		"e@f.example" },
	{ "Subject: x\n\n", NULL },
};

static void
test_envelope(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof envelopes / sizeof *envelopes; i++) {
		struct eval_case c;
		bool present;
		eval_case_init(&c, envelopes[i].message, NULL, NULL);
		struct slice from = target_get(&c.in, "EnvelopeFrom", &present);
		if (present != (envelopes[i].from != NULL) ||
			!slice_eq(from, slice_str(envelopes[i].from)))
			fail_msg("%s: %.*s", envelopes[i].message, (int)from.len,
				(const char *)from.ptr);
		eval_case_release(&c);
	}
}

static void
test_entity(void **state)
{
	(void)state;
	struct eval_case c;
	struct target t;
	struct err err;
	bool present;
	eval_case_init(&c,
		"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n"
		"X-A: 1\nX-A: 2\n\nx\n--b--\n",
		NULL, NULL);
	assert_int_equal(target_parse(SLICE("X-A"), &c.arena, &t, &err), 0);
	struct slice value =
		target_entity_value(&t, &c.message.entities[1], NULL, &c.arena, &present);
	assert_true(present && slice_eq(value, SLICE("2\n")));
	target_entity_value(&t, &c.message.entities[0], NULL, &c.arena, &present);
	assert_false(present);
	eval_case_release(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_mailboxes),
		cmocka_unit_test(test_envelope),
		cmocka_unit_test(test_entity),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
