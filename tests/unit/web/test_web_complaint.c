/* Complaints as people and machines send them: what is read out of them, which sessions they can
 * be, and the letters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "unit/web/demo_folder.h"
#include "sensor/base/digest.h"
#include "sensor/base/ptime.h"
#include "unit/base/edge.h"
#include "web/complaint.h"
#include "web/letter.h"
#include "web/site.h"

/* "KIND addresses | ports | times | message ids | queue ids" */
static const char *
describe(struct slice text, struct arena *a)
{
	struct complaint_clues c;
	char word[ADDR_TEXT_MAX], time[PTIME_TEXT_MAX];
	complaint_read(text, a, &c);
	char *out = arena_printf(a, "%s", c.kind);
	for (size_t i = 0; i < c.addresses_count; i++)
		out = arena_printf(a, "%s %s", out, addr_format(c.addresses[i], word));
	out = arena_printf(a, "%s |", out);
	for (size_t i = 0; i < c.ports_count; i++)
		out = arena_printf(a, "%s %u", out, c.ports[i]);
	out = arena_printf(a, "%s |", out);
	for (size_t i = 0; i < c.times_count; i++)
		out = arena_printf(a, "%s %.19s", out, ptime_format(c.times[i], time));
	out = arena_printf(a, "%s |", out);
	for (size_t i = 0; i < c.message_ids_count; i++)
		out = arena_printf(a, "%s %s", out, c.message_ids[i]);
	out = arena_printf(a, "%s |", out);
	for (size_t i = 0; i < c.queue_ids_count; i++)
		out = arena_printf(a, "%s %s", out, c.queue_ids[i]);
	return out;
}

#define RECEIVED                                                                                   \
	"Received: from www-forms (www-forms.example.edu [192.0.2.23])\r\n"                        \
	"\tby mx.example.net (Postfix) with ESMTP id 4F3A21C0E7\r\n"                               \
	"\tfor <a@example.net>; Fri, 13 Jun 2008 00:00:03 +0000 (UTC)\r\n"
#define MESSAGE_ID "Message-ID: <20080613000000.1234@www-forms.example.edu>\r\n"

static const struct {
	const char *name, *text, *want;
} complaints[] = {
	{ "empty", "", "text | | | |" },
	{ "a header", RECEIVED MESSAGE_ID "Date: Thu, 12 Jun 2008 21:00:00 -0300\r\n\r\n",
		"header 192.0.2.23 | | 2008-06-13T00:00:03 2008-06-13T00:00:00 | "
		"20080613000000.1234@www-forms.example.edu | 4F3A21C0E7" },
	{ "quoted in a letter",
		"Hello,\n\nyour machine spams:\n> > Received: from x (x [192.0.2.23])\n"
		"> >   by mx.example.net with ESMTP id ABCDEF1;\n> >   Fri, 13 Jun 2008 00:00:03 "
		"+0000\n",
		"header 192.0.2.23 | | 2008-06-13T00:00:03 | | ABCDEF1" },
	{ "ARF",
		"Content-Type: multipart/report; report-type=feedback-report; "
		"boundary=x\r\n\r\n--x\r\n"
		"Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nVersion: "
		"1\r\n"
		"User-Agent: Some/1\r\nSource-IP: 192.0.2.23\r\nSource-Port: 40170\r\n"
		"Arrival-Date: Fri, 13 Jun 2008 00:00:03 +0000\r\n--x\r\nContent-Type: "
		"text/rfc822-headers\r\n"
		"\r\n" MESSAGE_ID "--x--\r\n",
		"ARF 192.0.2.23 | 40170 | 2008-06-13T00:00:03 | "
		"20080613000000.1234@www-forms.example.edu |" },
	{ "X-ARF",
		"Reported-From: x@example.net\nCategory: abuse\nReport-Type: spam\nSource-Type: "
		"ipv4\n"
		"Source: 192.0.2.23\nPort: 25\nDate: 2008-06-12T21:00:03-03:00\nSchema-URL: "
		"http://example.net/s\n",
		"X-ARF 192.0.2.23 | | 2008-06-13T00:00:03 | |" },
	{ "XARF",
		"{\"xarf_version\":\"4.0.0\",\"source_identifier\":\"2001:db8:12::77\",\"source_"
		"port\":40170,"
		"\"timestamp\":\"2008-06-13T00:00:03Z\",\"message_id\":\"<a.b@example.edu>\"}",
		"XARF 2001:db8:12::77 | 40170 | 2008-06-13T00:00:03 | a.b@example.edu |" },
	{ "ARF of IPv6", "Feedback-Type: abuse\nSource-IP: IPv6:2001:db8::77\n",
		"ARF 2001:db8::77 | | | |" },
	{ "ends of words", "x10.0.0.1 and v6:2001::1", "text | | | |" },
	{ "free text",
		"Spam came from [192.0.2.23]:40170 on 2008-06-13 00:00:03, and again at Fri, 13 "
		"Jun 2008 02:00:00 +0200.",
		"text 192.0.2.23 | 40170 | 2008-06-13T00:00:03 2008-06-13T00:00:00 | |" },
	{ "times of day and loopback are no addresses",
		"at 12:34:56 from localhost (127.0.0.1), version 1.2.3", "text | | | |" },
	{ "an unfinished time", "2008-06-13 00:00:0 and 2008-06-13T00:00:03+0",
		"text | | 2008-06-13T00:00:03 | |" },
};

static void
complaints_are_read(void **state)
{
	(void)state;
	struct edge edge = edge_new();
	struct arena a;
	arena_init(&a, 64u << 20);
	for (size_t i = 0; i < sizeof complaints / sizeof *complaints; i++) {
		const char *got = describe(edge_copy(edge, slice_str(complaints[i].text)), &a);
		/* What is empty ends with a space or without one. */
		if (strcmp(got, complaints[i].want) != 0)
			fail_msg("%s: got \"%s\", want \"%s\"", complaints[i].name, got,
				complaints[i].want);
		for (size_t n = 0; n < strlen(complaints[i].text); n++)
			describe(edge_copy(edge, slice_of(complaints[i].text, n)), &a);
		arena_reset(&a);
	}
	arena_release(&a);
	edge_free(edge);
}

/* The mail that a report holds as base64. */
static void
encoded_mails_are_read(void **state)
{
	(void)state;
	static const char mail[] = RECEIVED MESSAGE_ID;
	char encoded[1024], lines[1400] = "";
	struct arena a;
	arena_init(&a, 16u << 20);
	digest_base64((const uint8_t *)mail, sizeof mail - 1, encoded);
	for (size_t i = 0; i < strlen(encoded); i += 76)
		snprintf(lines + strlen(lines), sizeof lines - strlen(lines), "%.76s\r\n",
			encoded + i);
	const char *want = " 192.0.2.23 | | 2008-06-13T00:00:03 | "
			   "20080613000000.1234@www-forms.example.edu | 4F3A21C0E7";
	const char *got = describe(slice_str(lines), &a);
	assert_string_equal(strchr(got, ' '), want);
	got = describe(
		slice_str(arena_printf(&a, "{\"evidence\":[{\"payload\":\"%s\"}]}", encoded)), &a);
	assert_string_equal(strchr(got, ' '), want);
	arena_release(&a);
}

static void
bounds_hold(void **state)
{
	(void)state;
	struct complaint_clues c;
	struct arena a;
	struct buf b;
	arena_init(&a, 64u << 20);
	buf_init(&b, 2 * COMPLAINT_BYTES);
	for (int i = 0; b.len < COMPLAINT_BYTES + 100; i++)
		buf_printf(&b, "Source-IP: 10.%d.%d.%d\nMessage-ID: <%d@x>\n", i >> 16 & 255,
			i >> 8 & 255, i & 255, i);
	complaint_read(buf_slice(&b), &a, &c);
	assert_int_equal(c.addresses_count, CLUES_MAX);
	assert_int_equal(c.message_ids_count, CLUES_MAX);
	assert_true(c.cut);
	buf_release(&b);
	arena_release(&a);
}

/* ---- sessions ---- */

/* The session 0xaa of the demo: client, port and start. */
static int64_t
demo_start(int number)
{
	return DEMO_END - (200 - number % 200) * 13 * 60 * PTIME_SECOND;
}

static void
find(const char *text, struct arena *a, struct complaint_matches *out)
{
	struct complaint_clues c;
	struct err err = { "" };
	struct store *s;
	assert_int_equal(store_open_reader(path, &s, &err), 0);
	complaint_read(slice_str(text), a, &c);
	assert_int_equal(complaint_match(s, &c, a, out, &err), 0);
	store_close(s);
}

static void
sessions_are_found(void **state)
{
	(void)state;
	struct complaint_matches m;
	struct arena a;
	char time[PTIME_TEXT_MAX];
	arena_init(&a, 16u << 20);
	ptime_format(demo_start(0xaa) + PTIME_SECOND, time);

	/* address, port and time: that one, and certain */
	find(arena_printf(&a,
		     "Feedback-Type: abuse\nSource-IP: " DEMO_HOST "\nSource-Port: %d\n%s\n",
		     40000 + 0xaa, time),
		&a, &m);
	assert_true(m.count >= 1);
	assert_string_equal(m.items[0].session, "00000000000000aa");
	assert_int_equal(m.items[0].certainty, COMPLAINT_CERTAIN);
	assert_int_equal(m.items[0].reasons & (COMPLAINT_PORT | COMPLAINT_TIME | COMPLAINT_ADDRESS),
		COMPLAINT_PORT | COMPLAINT_TIME | COMPLAINT_ADDRESS);
	/* without the port it is likely; others of the hour are possible, behind it */
	find(arena_printf(&a, DEMO_HOST " %s", time), &a, &m);
	assert_true(m.count >= 1);
	assert_string_equal(m.items[0].session, "00000000000000aa");
	assert_int_equal(m.items[0].certainty, COMPLAINT_LIKELY);
	for (size_t i = 1; i < m.count; i++)
		assert_true(m.items[i].certainty <= m.items[i - 1].certainty);
	/* a day later nothing fits */
	find(DEMO_HOST " 2009-06-12T00:00:00Z", &a, &m);
	assert_int_equal(m.count, 0);
	/* an address that is a server only has sent nothing */
	find(arena_printf(&a, "198.51.100.25 %s", time), &a, &m);
	assert_int_equal(m.count, 0);
	/* no time: the newest of the address */
	find(DEMO_HOST, &a, &m);
	assert_int_equal(m.count, COMPLAINT_MATCHES_MAX);
	assert_int_equal(m.items[0].certainty, COMPLAINT_POSSIBLE);
	/* the Message-ID makes it certain, and names the mail */
	find(arena_printf(&a,
		     DEMO_HOST " %s\nMessage-ID: <20080613000000.1234@www-forms.adm.example.edu>\n",
		     time),
		&a, &m);
	assert_int_equal(m.items[0].certainty, COMPLAINT_CERTAIN);
	assert_true(m.items[0].number > 0);
	/* the queue id alone finds mails of that id */
	find("Received: from x by mx.example.net with ESMTP id 4F3A21C0E7; Fri, 13 Jun 1997 "
	     "00:00:03 +0000",
		&a, &m);
	assert_true(m.count >= 1);
	assert_int_equal(m.items[0].certainty, COMPLAINT_POSSIBLE); /* the time speaks against it */
	assert_int_equal(m.items[0].reasons, COMPLAINT_QUEUE_ID);
	find("X-Queue-ID: 4F3A21C0E7", &a, &m);
	assert_int_equal(m.items[0].certainty, COMPLAINT_LIKELY);
	arena_release(&a);
}

/* ---- letters ---- */

static const char *
letter(const char *host, enum letter_kind kind, const char *language, const struct site *site,
	struct buf *out, int *gaps)
{
	struct request r;
	struct err err = { "" };
	struct pool *pool = pool_new(path);
	bool known;
	const struct letter l = { kind, texts_named(language, &known), demo_addr(host),
		kind != LETTER_ABUSE };
	request_init(&r, pool, "test", DEMO_END);
	r.site = site;
	assert_int_equal(pool_take(pool, &r.reader, &err), 0);
	buf_clear(out);
	assert_int_equal(letter_write(&r, &l, out, gaps, &err), 0);
	request_release(&r);
	pool_free(pool);
	return buf_cstr(out);
}

static void
letters_say_what_desks_ask_for(void **state)
{
	(void)state;
	struct site site = site_usual;
	struct buf b;
	int gaps;
	buf_init(&b, LETTER_BYTES);
	const char *text = letter(DEMO_HOST, LETTER_ABUSE, "en", &site, &b, &gaps);
	assert_int_equal(gaps, 5); /* who gets it; organisation and contact, twice each */
	static const char *const wanted[] = { "To: [", "From: [", "Source address: " DEMO_HOST,
		"Source ports, some of them: 4", "Destination ports: 25", "Protocol: TCP, SMTP",
		"First seen: 2008-06-1", "+00:00", "Sessions: ", "Service unavailable" };
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
		if (strstr(text, wanted[i]) == NULL)
			fail_msg("the letter lacks: %s\n%s", wanted[i], text);
	site.contact =
		(struct site_contact){ "Example University", "abuse@example.edu", "example.edu" };
	text = letter(DEMO_HOST, LETTER_ABUSE, "en", &site, &b, &gaps);
	assert_int_equal(gaps, 1);
	assert_non_null(strstr(text, "From: abuse@example.edu\n"));
	text = letter(DEMO_HOST, LETTER_OWNER, "en", &site, &b, &gaps);
	assert_non_null(strstr(text, "iptables -A OUTPUT"));
	assert_non_null(strstr(text, "The likely cause is: web-form"));
	text = letter(DEMO_HOST, LETTER_ANSWER, "en", &site, &b, &gaps);
	assert_non_null(strstr(text, "thank you for your complaint"));
	/* nothing from the wire can begin a line of its own, so none can look like a field of the
	 * head */
	for (const char *line = text; line != NULL; line = strchr(line + 1, '\n'))
		assert_null(strchr(line, '\r'));
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(complaints_are_read),
		cmocka_unit_test(encoded_mails_are_read),
		cmocka_unit_test(bounds_hold),
		cmocka_unit_test(sessions_are_found),
		cmocka_unit_test(letters_say_what_desks_ask_for),
	};
	return cmocka_run_group_tests(tests, make_store, drop_store);
}
