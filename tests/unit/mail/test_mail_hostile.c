/* Inputs that broke other parsers, through everything that reads a header: none crashes, leaks
 * (LeakSanitizer looks on) or takes long.  The first three broke GMime 3.2.13, which is why it is
 * not here. */
#include "unit/mail/mail_test.h"

#include "sensor/mail/encoded_word.h"
#include "sensor/mail/header.h"
#include "sensor/mail/header_address.h"
#include "sensor/mail/header_date.h"
#include "sensor/mail/header_received.h"
#include "sensor/mail/message_file.h"
#include "sensor/mail/message_id.h"
#include "sensor/record_layout.h"
#include "tests/processor_time.h"

#define MANY 200000 /* bytes */
#ifdef __SANITIZE_ADDRESS__
#define MOST_MS 1000
#else
#define MOST_MS 50
#endif

/* All that can be asked about a field, whatever its name. */
static void
ask(const struct header_field *f, struct charsets *charsets, struct arena *a)
{
	struct mailboxes list = { 0 };
	struct slice addresses[4];
	struct date_value date;
	struct received_field received;
	struct message_id id;
	unsigned faults = 0;
	mailboxes_read(f->value, charsets, a, &list);
	header_addresses(f->value, addresses, 4);
	header_text(header_display_name(f->value), charsets, a);
	header_text(f->value, charsets, a);
	header_decoded(f->value, charsets, a, &faults);
	header_date_read(f->value, &date);
	header_received_field(f->value, a, &received);
	message_id_read(f->value, &id);
}

static void
through_everything(const char *name, struct slice text, struct charsets *charsets)
{
	const struct mail_privacy privacy = { true, SLICE("") };
	struct arena a;
	struct message m;
	struct message_trace trace;
	struct received_chain chain;
	struct mail_record record = { 0 };
	double start = 1e3 * processor_time();
	arena_init(&a, LIMIT_MAIL_MEMORY);
	record_init(&layout_mail, &record);
	message_split(text, charsets, &a, &m);
	message_to_record(&m, &privacy, &a, &record);
	message_trace_find(&m, &a, &trace);
	received_chain_read(&m, &a, &chain);
	arena_release(&a);
	message_split(text, charsets, &a, &m);
	for (size_t i = 0; i < m.fields_count && i < 8; i++)
		ask(&m.fields[i], charsets, &a);
	arena_release(&a);
	double took = 1e3 * processor_time() - start;
	if (took > MOST_MS)
		fail_msg("%s: %.0f ms", name, took);
}

/* head, then as often as it fits into MANY bytes text, then tail. */
static void
flood(const char *head, const char *text, const char *tail, struct charsets *charsets)
{
	size_t n = strlen(head), step = strlen(text), end = strlen(tail);
	char *all = malloc(MANY + end);
	memcpy(all, head, n);
	for (; n + step <= MANY; n += step)
		memcpy(all + n, text, step);
	memcpy(all + n, tail, end);
	char name[64];
	snprintf(name, sizeof name, "%.20s %.20s", head, text);
	through_everything(name, slice_of(all, n + end), charsets);
	free(all);
}

static void
test_gmime(void **state)
{
	(void)state;
	struct charsets *c = charsets_new();
	/* jstedfast/gmime#15: groups in groups overflow the stack */
	flood("To: ", "g:", "\r\n\r\nx", c);
	flood("Content-Type: message/rfc822\r\n\r\nTo: ", "g:", "\r\n\r\nx", c);
	/* #165: a parameter name of 70 to 72 bytes never returns */
	for (size_t n = 66; n <= 76; n++) {
		char name[80], text[200];
		memset(name, 'a', n);
		name[n] = '\0';
		int len = snprintf(text, sizeof text,
			"Content-Type: multipart/mixed; %s=1; "
			"boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n",
			name);
		through_everything(name, slice_of(text, (size_t)len), c);
	}
	/* #159: each malformed From leaks */
	static const char *const from[] = { "From: =?utf-8?Q?a?= <", "From: <a@b", "From: \"a",
		"From: a@", "From: @", "From: ,", "From: <@", "From: <a@[", "From: a <b@c> <d",
		"From: (a", "From: :;", "From: a:b@c", "From: <>" };
	for (size_t i = 0; i < sizeof from / sizeof *from; i++)
		for (int times = 0; times < 20; times++)
			through_everything(from[i], slice_str(from[i]), c);
	charsets_free(c);
}

static void
test_floods(void **state)
{
	(void)state;
	static const char *const texts[] = { "(", ")", "()", "<", ">", "\"", "\\", "\\\"", "a,",
		",", ";", ":", "@", "a@b,", "<a@b>", "=?", "=?utf-8?Q?a?= ", "=?utf-8?B?",
		"=?x?Q?a?=", "=?utf-8?Q?a?==?koi8-r?Q?b?=", "=?utf-7?Q?+AAA-?= ",
		"=?iso-2022-jp?B?GyRC?= ", "=?utf-8?Q?=FF?=", "=?gb18030?Q?=81?=", "[",
		"[1.2.3.4] ", "from a by b ", "; ", "1 ", "1:", "Jan ", "+", "\r\n ", "\r\n",
		"a: b\r\n", "a\r\n", "\n ", "\xff", "\xc3", " ", "\t", ".", "-", "id ",
		" with ESMTPA", "HELO ", "helo=", "IDENT:@" };
	static const char *const heads[] = { "To: ", "Received: from ", "Date: ", "Message-ID: <",
		"Subject: " };
	struct charsets *c = charsets_new();
	for (size_t h = 0; h < sizeof heads / sizeof *heads; h++)
		for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
			flood(heads[h], texts[i], "\r\n\r\nx", c);
	charsets_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gmime),
		cmocka_unit_test(test_floods),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
