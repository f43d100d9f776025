/* From a message to its record; message files on disk; the collection that broke other parsers. */
#include "unit/mail/mail_test.h"

#include <dirent.h>

#include "sensor/base/ptime.h"
#include "sensor/mail/header.h"
#include "sensor/mail/message_file.h"
#include "sensor/mail/similar.h"
#include "sensor/mail/text.h"
#include "sensor/record_layout.h"
#include "tests/processor_time.h"

static const char mail[] = "Received: from pc (gw [192.0.2.7]) by mx with SMTP id 1 for "
			   "<rui@example.org>; Thu, 12 Jun 2008 10:15:02 -0300\r\n"
			   "From: Ana <ana@example.edu>\r\n"
			   "To: Rui Costa <rui@example.org>, root\r\n"
			   "Cc: Eva <eva@example.net>\r\n"
			   "Subject: Re: fwd: Invoice 4711 for you\r\n"
			   "Date: Thu, 12 Jun 2008 10:15:00 -0300\r\n"
			   "Message-ID: <1@pc>\r\n"
			   "X-PHP-Originating-Script: 33:form.php\r\n"
			   "User-Agent: Tool 1\r\n"
			   "List-Id: <l.example.edu>\r\n"
			   "\r\n"
			   "http://a.example/x?to=rui@example.org#f\r\n";

static void
make(struct arena *a, const char *text, bool off, struct mail_record *out)
{
	struct mail_privacy privacy = { off, SLICE("a key") };
	struct message m;
	memset(out, 0, sizeof *out);
	record_init(&layout_mail, out);
	struct mail_text shown;
	message_split(slice_str(text), NULL, a, &m);
	mail_text(&m, a, &shown);
	m.text = &shown;
	message_to_record(&m, &privacy, a, out);
}

static void
test_open(void **state)
{
	(void)state;
	struct arena a;
	struct mail_record r;
	arena_init(&a, LIMIT_MAIL_MEMORY);
	make(&a, mail, true, &r);
	assert_string_equal(r.header.from, "Ana <ana@example.edu>");
	assert_string_equal(r.header.to, "Rui Costa <rui@example.org>, root");
	assert_string_equal(r.header.subject, "Re: fwd: Invoice 4711 for you");
	assert_string_equal(r.header.php_script, "33:form.php");
	assert_string_equal(r.header.mailer, "Tool 1");
	assert_string_equal(r.header.list_id, "<l.example.edu>");
	assert_string_equal(r.urls[0], "http://a.example/x?to=rui@example.org#f");
	assert_int_equal(r.received_count, 1);
	assert_string_equal(r.received[0].ip, "192.0.2.7");
	assert_string_equal(r.received[0].for_address, "rui@example.org");
	assert_int_equal(r.parts_count, 1);
	assert_string_equal(r.parts[0].sha256,
		"edcde2fc3e25297769b16dc936d8a29b8450683a860a76ac81fa8161a7f28bf7");
	assert_false(r.cut);
	arena_release(&a);
}

static void
test_privacy(void **state)
{
	(void)state;
	struct arena a;
	struct mail_record r, cron;
	struct mail_privacy privacy = { false, SLICE("a key") };
	arena_init(&a, LIMIT_MAIL_MEMORY);
	make(&a, mail, false, &r);
	const char *rui = privacy_address(&privacy, "rui@example.org", &a);
	assert_int_equal(strlen(rui), 2 + 16 + strlen("@example.org"));
	assert_memory_equal(rui, "h-", 2);
	assert_string_equal(rui + 18, "@example.org");
	assert_ptr_equal(strstr(r.header.to, rui), r.header.to);
	assert_null(strstr(r.header.to, "Rui"));
	assert_string_equal(r.received[0].for_address, rui);
	assert_null(strstr(r.header.to, "root"));
	assert_null(strstr(r.header.cc, "eva"));
	assert_string_equal(r.header.from, "Ana <ana@example.edu>");
	assert_string_equal(r.header.subject, "");
	assert_int_equal(strlen(r.subject_key), 16);
	assert_string_equal(r.urls[0], "http://a.example/x");
	assert_string_equal(privacy_address(&privacy, "", &a), "");
	make(&a, "Subject: Cron <root@osg-ce> x\r\n\r\n", false, &cron);
	assert_string_equal(cron.header.subject, "Cron <root@osg-ce> x");
	make(&a, "Subject: Job 12 (fit) Complete\r\n\r\n", false, &cron);
	assert_string_equal(cron.header.subject, "Job 12 (fit) Complete");
	make(&a, "Subject: Job for you\r\n\r\n", false, &cron);
	assert_string_equal(cron.header.subject, "");
	make(&a, "Subject: INVOICE  8 for you\r\n\r\n", false, &cron);
	assert_string_equal(cron.subject_key, r.subject_key);
	make(&a, "Subject: invoices 8 for you\r\n\r\n", false, &cron);
	assert_string_not_equal(cron.subject_key, r.subject_key);
	arena_release(&a);
}

/* Both views of one message: as it was delivered, and as it was sent. */
static void
test_views(void **state)
{
	(void)state;
	struct arena a;
	struct message all, sent;
	struct message_trace t;
	size_t fields;
	static const uint8_t ip[] = { 192, 0, 2, 7 };
	const struct slice content = SLICE("From: a@b.c\r\nSubject:x\r\n\r\nbody");
	struct message_delivery d = { .mail_from = "a@b.c",
		.helo = "pc\r\n(x",
		.by = "mx.example.org",
		.with = "ESMTP",
		.rcpt = "r@example.org",
		.ip = addr_v4(ip),
		.time = 1213276502 * PTIME_SECOND };
	arena_init(&a, LIMIT_MAIL_MEMORY);
	struct slice whole = message_delivered(&d, content, &a, &fields);
	assert_true(slice_starts(whole, SLICE("Return-Path: <a@b.c>\r\n"
					      "Received: from pc???x (unknown [192.0.2.7])\r\n\tby "
					      "mx.example.org (Postfix) "
					      "with ESMTP id 0\r\n\tfor <r@example.org>; "
					      "Thu, 12 Jun 2008 13:15:02 +0000 (UTC)\r\nFrom: ")));
	message_split(whole, NULL, &a, &all);
	message_trace_find(&all, &a, &t);
	assert_int_equal(t.fields, fields);
	assert_int_equal(t.time, d.time);
	assert_string_equal(t.received.ip, "192.0.2.7");
	assert_true(slice_eq(t.content, content));
	message_sent_view(&all, t.fields, &sent);
	assert_true(slice_eq(sent.raw, content));
	assert_true(slice_eq(sent.header, SLICE("From: a@b.c\r\nSubject:x\r\n")));
	assert_true(slice_eq(sent.body, all.body));
	assert_null(message_field(&sent, "Received", 0));
	assert_non_null(message_field(&all, "Received", 0));
	assert_ptr_equal(message_field(&sent, "from", 0), message_field(&all, "from", 0));
	assert_int_equal(sent.faults, FAULT_NO_SPACE);
	d = (struct message_delivery){ .mail_from = "", .helo = "pc.example.org" };
	whole = message_delivered(&d, content, &a, &fields);
	assert_true(slice_starts(whole, SLICE("Return-Path: <>\r\nReceived: from pc.example.org "
					      "(pc.example.org [])\r\n\tby localhost ")));
	d = (struct message_delivery){ .helo = "pc.example.org", .rdns = "" };
	whole = message_delivered(&d, content, &a, &fields);
	assert_int_equal(fields, 1);
	assert_true(slice_starts(whole, SLICE("Received: from pc.example.org (unknown [])\r\n")));
	arena_release(&a);
}

static void
test_files(void **state)
{
	(void)state;
	struct arena a;
	struct message_trace t;
	arena_init(&a, LIMIT_MAIL_MEMORY);
	assert_true(slice_eq(
		message_file_wire(SLICE("From x\nA: 1\n\nb\n"), &a), SLICE("A: 1\r\n\r\nb\r\n")));
	assert_true(slice_eq(
		message_file_wire(SLICE("A: 1\r\n\r\nb\n"), &a), SLICE("A: 1\r\n\r\nb\n")));
	struct slice wire = SLICE("Return-Path: <a@b.c>\r\nDelivered-To: x\r\n"
				  "Received: from localhost ([127.0.0.1]) by mx with ESMTP; x\r\n"
				  "Received: from pc (gw [192.0.2.7]) by mx with SMTP id 1; Thu, "
				  "12 Jun 2008 10:15:02 -0300\r\n"
				  "Received: from other ([192.0.2.8]) by gw\r\nFrom: z\r\n\r\nb");
	message_file_trace(wire, &a, &t);
	assert_string_equal(t.mail_from, "a@b.c");
	assert_string_equal(t.received.helo, "pc");
	assert_string_equal(t.received.ip, "192.0.2.7");
	assert_int_equal(t.time / PTIME_SECOND, 1213276502);
	assert_true(slice_starts(t.content, SLICE("Received: from other")));
	assert_int_equal(t.fields, 4);
	message_file_trace(slice_skip(wire, 22), &a, &t);
	assert_null(t.mail_from);
	assert_true(slice_eq(t.content, slice_skip(wire, 22)));
	arena_release(&a);
}

/* No message, however made, may take longer in a release build; sanitizers cost ten times as much.
 */
#if defined(__SANITIZE_ADDRESS__)
#define SPLIT_MOST 1.0 /* seconds of processor time */
#else
#define SPLIT_MOST 0.05
#endif

static void
run_file(const char *path, struct arena *a)
{
	struct mail_record r;
	struct message m;
	struct mail_privacy privacy = { false, SLICE("a key") };
	FILE *f = fopen(path, "rb");
	if (f == NULL)
		return;
	uint8_t *bytes = malloc(LIMIT_MAIL_KEPT);
	size_t n = fread(bytes, 1, LIMIT_MAIL_KEPT, f);
	uint8_t *exact = malloc(n + 1); /* ASan watches its end */
	memcpy(exact, bytes, n);
	arena_reset(a);
	memset(&r, 0, sizeof r);
	record_init(&layout_mail, &r);
	double before = processor_time();
	message_split(slice_of(exact, n), NULL, a, &m);
	message_to_record(&m, &privacy, a, &r);
	if (processor_time() - before > SPLIT_MOST)
		fail_msg("%s: %.3f s", path, processor_time() - before);
	assert_true(m.header.len + m.body.len <= n);
	free(exact);
	free(bytes);
	fclose(f);
}

static void
test_torture(void **state)
{
	(void)state;
	const char *folder = SOURCE_DIR "/../shared/mail/torture";
	struct arena a;
	DIR *d = opendir(folder);
	if (d == NULL) {
		print_message("SKIPPED: no %s\n", folder);
		skip();
	}
	arena_init(&a, LIMIT_MAIL_MEMORY);
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		char path[4096];
		snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
		if (e->d_name[0] != '.')
			run_file(path, &a);
	}
	arena_release(&a);
	closedir(d);
}

/* What campaigns have in common; the subject counts for itself. */
static void
test_similar(void **state)
{
	(void)state;
	static const char text[] =
		"Dear %s,\r\n\r\nwe have %d offers for the best watches that money can buy: look "
		"at "
		"http://a.example/?%s and order one before the end of this week.\r\n";
	struct arena a;
	struct mail_record one, two, three;
	arena_init(&a, LIMIT_MAIL_MEMORY);
	make(&a,
		arena_printf(&a, "Subject: 17 offers for Ana today\r\n\r\n%s",
			arena_printf(&a, text, "Ana", 17, "ana")),
		false, &one);
	make(&a,
		arena_printf(&a, "Subject: 9 offers for Bob today\r\n\r\n%s",
			arena_printf(&a, text, "Bob Lima", 9, "bob")),
		false, &two);
	make(&a, mail, false, &three);
	assert_int_equal(strlen(one.similar.text), 32);
	assert_string_equal(one.similar.text, two.similar.text);
	assert_int_equal(similar_distance(one.similar.near, two.similar.near), 0);
	assert_true(similar_distance(one.similar.subject, two.similar.subject) < SIMILAR_BITS / 2);
	assert_string_not_equal(one.similar.text, three.similar.text);
	assert_string_equal(three.similar.near, "");
	arena_release(&a);
}

/* A file in uuencode is a part behind the one that it is in; a message without a body has none. */
static void
test_parts(void **state)
{
	(void)state;
	struct arena a;
	struct mail_record r;
	arena_init(&a, LIMIT_MAIL_MEMORY);
	make(&a, "Subject: x\r\n\r\nbegin 644 cat.txt\r\n#0V%T\r\n`\r\nend\r\n", true, &r);
	assert_int_equal(r.parts_count, 2);
	assert_string_equal(r.parts[1].name, "cat.txt");
	assert_string_equal(r.parts[1].encoding, "uuencode");
	assert_int_equal(r.parts[1].bytes, 3);
	assert_string_equal(r.parts[1].sha256,
		"48735c4fae42d1501164976afec76730b9e5fe467f680bdd8daff4bb77674045");
	make(&a, "Subject: x\r\n\r\n", true, &r);
	assert_int_equal(r.parts_count, 0);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_privacy),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_views),
		cmocka_unit_test(test_similar),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_torture),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
