/* The words of an alert: hostile texts stay where they belong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sensor/alert/alert_mail.h"
#include "sensor/alert/alert_text.h"
#include "sensor/base/ptime.h"
#include "sensor/record_layout.h"

#define T0 (INT64_C(1213240000) * PTIME_SECOND) /* 2008-06-12 03:06:40 */

static const struct alert_target relay = { .name = "noc",
	.kind = ALERT_MAIL,
	.to = "a@example.org, b@example.org",
	.from = "helo@example.org" };

struct sample {
	struct change changes[3];
	struct host_record host;
	struct cause_found cause;
	struct listing listing;
	struct advice advice[4];
	const char *evidence[1];
	struct alert alert;
	char id[ALERT_ID_MAX];
};

static struct change
change_of(int host, const char *before, enum verdict verdict)
{
	const uint8_t bytes[4] = { 192, 0, 2, (uint8_t)host };
	return (struct change){ .seq = 70 + host,
		.sensor = "gate",
		.host = addr_v4(bytes),
		.time = T0,
		.noted = T0,
		.before = before,
		.verdict = verdict,
		.risk = 0.971,
		.cause = "web-form",
		.summary = "Mail\xc3\xa9"
			   "d: a form, so it seems" };
}

/* What clean text may be, and no more: no controls, but quotes, dots, HTML and header words. */
#define HOSTILE "\"'`$(id); <script> =?utf-8?q?x?= Bcc: x@example.net \\r\\n. \xe2\x82\xac"

static void
fill(struct sample *s, size_t changes)
{
	memset(s, 0, sizeof *s);
	for (size_t i = 0; i < 3; i++)
		s->changes[i] = change_of((int)i + 1, i == 0 ? "clean" : "", VERDICT_LISTED);
	record_init(&layout_host, &s->host);
	s->evidence[0] = HOSTILE;
	s->cause = (struct cause_found){ .cause = CAUSE_WEB_FORM,
		.confidence = 0.93,
		.evidence = s->evidence,
		.evidence_count = 1 };
	s->listing = (struct listing){ .list = "Spamhaus XBL",
		.since = T0,
		.ended_by = "",
		.reply = HOSTILE,
		.server = s->changes[0].host };
	for (size_t i = 0; i < 4; i++)
		s->advice[i] = (struct advice){ i == 3 ? "the fourth" : "a step", "postqueue -p" };
	s->host.ip = s->changes[0].host;
	s->host.verdict = VERDICT_LISTED;
	s->host.name = HOSTILE;
	s->host.summary = HOSTILE;
	s->host.causes = &s->cause;
	s->host.listings = &s->listing;
	s->host.advice = s->advice;
	s->host.causes_count = s->host.listings_count = 1;
	s->host.advice_count = 4;
	s->alert = (struct alert){ .id = alert_id(s->changes, changes, s->id),
		.sensor = "gate",
		.time = T0,
		.attempt = 1,
		.changes = s->changes,
		.changes_count = changes,
		.host = changes == 1 ? &s->host : NULL,
		.report = "https://h.example.org/" };
}

static void
want_part(struct buf *b, const char *part)
{
	if (strstr(buf_cstr(b), part) == NULL)
		fail_msg("\"%s\" is not in:\n%s", part, buf_cstr(b));
}

static void
test_sentences(void **state)
{
	static const struct {
		const char *before;
		enum verdict verdict;
		const char *want;
	} rows[] = {
		{ "clean", VERDICT_LISTED, "192.0.2.9 is listed (was clean)" },
		{ "listed", VERDICT_CLEAN, "192.0.2.9 is clean again (was listed)" },
		{ "", VERDICT_LIKELY, "192.0.2.9 is likely" },
		{ "\r\nBcc: x", VERDICT_LIKELY, "192.0.2.9 is likely" }, /* no word of ours */
	};
	struct sample s;
	struct buf b;
	(void)state;

	buf_init(&b, 65536);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		fill(&s, 1);
		s.changes[0] = change_of(9, rows[i].before, rows[i].verdict);
		buf_clear(&b);
		alert_sentence(&s.alert, &b);
		assert_string_equal(buf_cstr(&b), rows[i].want);
	}
	fill(&s, 3);
	s.changes[2].verdict = VERDICT_CLEAN;
	buf_clear(&b);
	alert_sentence(&s.alert, &b);
	assert_string_equal(buf_cstr(&b), "3 verdicts changed: 2 listed, 1 clean");
	buf_release(&b);
}

static void
test_ids(void **state)
{
	struct sample s;
	char id[ALERT_ID_MAX];
	(void)state;

	fill(&s, 1);
	assert_string_equal(s.id, "gate-71-485092c0");
	assert_string_equal(alert_id(s.changes, 3, id), "gate-71-485092c0-3");
	s.changes[0].sensor = "the gate\r\n>\xc3\xa9";
	assert_string_equal(alert_id(s.changes, 1, id), "the_gate_____-71-485092c0");
}

static void
test_text(void **state)
{
	struct sample s;
	struct buf b;
	(void)state;

	fill(&s, 1);
	buf_init(&b, 65536);
	alert_text(&s.alert, &b);
	want_part(&b, "192.0.2.1 is listed (was clean).\n");
	want_part(&b, "Since: 2008-06-12 03:06 UTC\nRisk:  97 %\n");
	want_part(&b, "Spamhaus XBL, since 2008-06-12 03:06 UTC, first said by 192.0.2.1\n");
	want_part(&b, "Main cause: web-form (93 %)\n");
	want_part(&b, "  1. a step\n       postqueue -p\n");
	want_part(&b, "Report: https://h.example.org/host/192.0.2.1\n");
	want_part(&b, "alert gate-71-485092c0\n");
	assert_null(strstr(buf_cstr(&b), "the fourth"));
	/* a good word needs no steps */
	s.changes[0].verdict = VERDICT_CLEAN;
	buf_clear(&b);
	alert_text(&s.alert, &b);
	assert_null(strstr(buf_cstr(&b), "What to do"));
	want_part(&b, "Now:   listed\n");
	fill(&s, 3);
	buf_clear(&b);
	alert_text(&s.alert, &b);
	want_part(&b, "  - 192.0.2.2 is listed, web-form\n");
	want_part(&b, "Report: https://h.example.org/\n");
	buf_release(&b);
}

/* Nothing from the wire in the header, all lines short and ASCII, CRLF everywhere. */
static void
test_mail(void **state)
{
	struct sample s;
	struct buf b;
	(void)state;

	fill(&s, 1);
	buf_init(&b, 65536);
	alert_mail_write(&relay, &s.alert, &b);
	const char *text = buf_cstr(&b);
	const char *body = strstr(text, "\r\n\r\n");
	static const char header[] = "Date: Thu, 12 Jun 2008 03:06:40 +0000\r\n"
				     "From: heloscope <helo@example.org>\r\n"
				     "To: a@example.org,\r\n b@example.org\r\n"
				     "Subject: heloscope: 192.0.2.1 is listed (was clean)\r\n"
				     "Message-ID: <gate-71-485092c0@example.org>\r\n"
				     "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
				     "Content-Type: text/plain; charset=utf-8\r\n"
				     "Content-Transfer-Encoding: quoted-printable";
	assert_non_null(body);
	assert_int_equal(body - text, sizeof header - 1);
	assert_memory_equal(text, header, sizeof header - 1);
	size_t line = 0;
	for (size_t i = 0; i < b.len; i++) {
		assert_true(
			b.ptr[i] < 0x7f && (b.ptr[i] >= ' ' || strchr("\r\n", b.ptr[i]) != NULL));
		assert_true(b.ptr[i] != '\n' || b.ptr[i - 1] == '\r');
		line = b.ptr[i] == '\n' ? 0 : line + 1;
		assert_true(line <= 78);
		assert_true(line != 1 || b.ptr[i] != '.');
	}
	want_part(&b, "=E2=82=AC");
	want_part(&b, "=3D?utf-8?q?x?=3D Bcc:");
	/* plain text stays as it is */
	fill(&s, 1);
	s.changes[0].summary = "";
	s.alert.host = NULL;
	buf_clear(&b);
	alert_mail_write(&relay, &s.alert, &b);
	want_part(&b,
		"charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\n192.0.2.1 is listed");
	buf_release(&b);
}

static void
test_addresses(void **state)
{
	static const char *const bad[] = { "", "a", "@b", "a@", "a b@c", "a@b\r\nBcc: x@y", "a>@b",
		"a@b>", "\"a b\"@c", "a@-b", "a@b c", "a@\xc3\xa9" };
	(void)state;

	assert_true(alert_mail_is_address(slice_str("net.work+x@mail.example.org")));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (alert_mail_is_address(slice_str(bad[i])))
			fail_msg("'%s' is an address", bad[i]);
}

static void
test_json(void **state)
{
	struct sample s;
	struct buf b;
	(void)state;

	fill(&s, 1);
	buf_init(&b, 65536);
	alert_json(&s.alert, &b);
	want_part(&b, "{\"type\":\"alert\",\"id\":\"gate-71-485092c0\",\"sensor\":\"gate\","
		      "\"kind\":\"change\"");
	want_part(&b, "\"changes\":[{\"change\":71,\"host\":\"192.0.2.1\",\"before\":\"clean\","
		      "\"verdict\":\"listed\"");
	want_part(&b, "\"host\":{\"type\":\"host\"");
	want_part(&b, "\\\"'`$(id); <script>");
	buf_release(&b);
}

static void
add_field(void *ctx, const char *name, const char *value)
{
	assert_null(strpbrk(value, "\r\n"));
	buf_printf(ctx, "%s=%s\n", name, value);
}

static void
test_fields(void **state)
{
	struct sample s;
	struct buf b;
	(void)state;

	fill(&s, 1);
	buf_init(&b, 65536);
	alert_fields(&s.alert, add_field, &b);
	want_part(&b, "HELOSCOPE_ALERT=gate-71-485092c0\n");
	want_part(
		&b, "HELOSCOPE_HOST=192.0.2.1\nHELOSCOPE_VERDICT=listed\nHELOSCOPE_BEFORE=clean\n");
	buf_clear(&b);
	fill(&s, 3);
	alert_fields(&s.alert, add_field, &b);
	want_part(&b, "HELOSCOPE_KIND=digest\n");
	want_part(&b, "HELOSCOPE_CHANGES=3\n");
	assert_null(strstr(buf_cstr(&b), "HELOSCOPE_HOST"));
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sentences),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_mail),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_fields),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
