/* Addresses, dates, Received. */
#include "unit/mail/mail_test.h"

#include "sensor/base/ptime.h"

struct address_row {
	const char *name, *value, *want; /* addresses, each with "|" after it */
	const char *display;
};

static const struct address_row addresses[] = {
	{ "bare", "a@b.c", "a@b.c|", "" },
	{ "brackets", "Ana <a@b.c>", "a@b.c|", "Ana" },
	{ "quoted comma", "\"Lima, Ana\" <a@b.c>, d@e.f", "a@b.c|d@e.f|", "\"Lima, Ana\"" },
	{ "comment", "a@b.c (Ana, of course)", "a@b.c|", "" },
	{ "comment in comment", "(x (y) z) a@b.c", "a@b.c|", "" },
	{ "group", "Friends: a@b.c, Bob <d@e.f>;, g@h.i", "a@b.c|d@e.f|g@h.i|", "" },
	{ "empty group", "undisclosed-recipients:;", "", "" },
	{ "nested groups", "g:g:g:g:a@b.c", "a@b.c|", "" },
	{ "no domain", "root (Cron Daemon)", "root|", "" },
	{ "route", "<@x.y,@z:a@b.c>", "a@b.c|", "" },
	{ "quoted local part", "\"a b\"@c.d", "\"a b\"@c.d|", "" },
	{ "escaped quote", "\"a\\\"b\" <c@d.e>", "c@d.e|", "\"a\\\"b\"" },
	{ "folded", "a@b.c,\r\n\td@e.f", "a@b.c|d@e.f|", "" },
	{ "empty", "<>", "", "" },
	{ "words without brackets", "Ana Lima a@b.c", "a@b.c|", "" },
	{ "bracket never closed", "Ana <a@b.c", "a@b.c|", "Ana" },
	{ "quote never closed", "\"Ana <a@b.c>", "a@b.c|", "Ana" },
	{ "semicolons", "a@b.c; d@e.f", "a@b.c|d@e.f|", "" },
	{ "nothing", " \r\n ", "", "" },
};

static void
scan(void *ctx, struct slice s, struct arena *arena)
{
	const struct address_row *row = ctx;
	struct slice list[8];
	const char *got = "";
	size_t n = header_addresses(s, list, 8);
	for (size_t i = 0; i < n; i++)
		got = arena_printf(
			arena, "%s%.*s|", got, (int)list[i].len, (const char *)list[i].ptr);
	struct slice name = header_display_name(s);
	if (s.len < strlen(row->value))
		return;
	if (strcmp(got, row->want) != 0 || !slice_eq(name, slice_str(row->display)))
		fail_msg("%s: %s, name '%.*s'", row->name, got, (int)name.len,
			(const char *)name.ptr);
}

static void
test_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
		struct address_row row = addresses[i];
		on_every_beginning(slice_str(row.value), scan, &row);
	}
}

/* What overflows the stack of recursive parsers. */
static void
test_deep(void **state)
{
	(void)state;
	size_t n = 1000000;
	char *text = malloc(n);
	struct slice out[4];
	for (size_t i = 0; i < n; i++)
		text[i] = "g:"[i % 2];
	assert_int_equal(header_addresses(slice_of(text, n), out, 4), 0);
	memset(text, '(', n);
	assert_int_equal(header_addresses(slice_of(text, n), out, 4), 0);
	memset(text, '<', n);
	assert_true(header_addresses(slice_of(text, n), out, 4) <= 1);
	memset(text, ',', n);
	assert_int_equal(header_addresses(slice_of(text, n), out, 4), 0);
	for (size_t i = 0; i < n; i++)
		text[i] = "a,"[i % 2];
	assert_int_equal(header_addresses(slice_of(text, n), out, 4), 4);
	free(text);
}

struct date_row {
	const char *value, *want; /* RFC 3339, "" = unreadable */
	bool strict;
};

static const struct date_row dates[] = {
	{ "Thu, 12 Jun 2008 10:15:00 -0300", "2008-06-12T13:15:00.000000Z", true },
	{ "12 Jun 2008 10:15 +0545", "2008-06-12T04:30:00.000000Z", true },
	{ " Thu, 12 Jun 2008\r\n\t10:15:00 -0300 (BRT)", "2008-06-12T13:15:00.000000Z", true },
	{ "Thu, 12 Jun 08 10:15:00 GMT", "2008-06-12T10:15:00.000000Z", true },
	{ "Thu, 12 Jun 108 10:15:00 EST", "2008-06-12T15:15:00.000000Z", true },
	{ "29 Feb 2008 00:00:00 +0000", "2008-02-29T00:00:00.000000Z", true },
	{ "Fri, 12 Jun 2008 10:15:00 -0300", "2008-06-12T13:15:00.000000Z", false },
	{ "Thu, 12 Jun 2008 10:15:00", "2008-06-12T10:15:00.000000Z", false },
	{ "Thu, 12 Jun 2008 10:15:00 BRT", "2008-06-12T13:15:00.000000Z", false },
	{ "Thu Jun 12 10:15:00 2008", "2008-06-12T10:15:00.000000Z", false },
	{ "12-Jun-2008 10:15:00 +0000", "2008-06-12T10:15:00.000000Z", false },
	{ "Thu, 12 Jun 2008 9:15:00 -0300", "2008-06-12T12:15:00.000000Z", false },
	{ "30 Feb 2008 00:00:00 +0000", "", false },
	{ "12 Jun 2008 25:15:00 +0000", "", false },
	{ "12 Jun 2008 10:15:00 +1900", "", false },
	{ "12 Jun 0102 10:15:00 +0000", "", false },
	{ "12 Jun 99999 10:15:00 +0000", "", false },
	{ "99999999999999999999 Jun 2008 10:15:00", "", false },
	{ "today", "", false },
	{ "12 Jun 2008", "", false },
	{ "((((", "", false },
	{ "", "", false },
};

static void
read_date(void *ctx, struct slice s, struct arena *arena)
{
	(void)arena;
	const struct date_row *row = ctx;
	int64_t t = 0;
	bool strict;
	char text[PTIME_TEXT_MAX];
	int result = header_date(s, &t, &strict);
	if (s.len < strlen(row->value))
		return;
	const char *got = result < 0 ? "" : ptime_format(t, text);
	if (strcmp(got, row->want) != 0 || strict != row->strict)
		fail_msg("'%s': %s %s", row->value, got, strict ? "strict" : "loose");
}

static void
test_dates(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
		struct date_row row = dates[i];
		on_every_beginning(slice_str(row.value), read_date, &row);
	}
}

struct received_row {
	const char *name, *value;
	const char *want; /* from helo ip by with id date */
};

static const struct received_row received[] = {
	{ "Postfix",
		"from pc.lab (gw.example.edu [192.0.2.7])\r\n\tby mx.example.org (Postfix) with "
		"ESMTP id 4C1A\r\n\tfor <a@b.c>; Thu, 12 Jun 2008 10:15:02 -0300 (BRT)",
		"gw.example.edu|pc.lab|192.0.2.7|mx.example.org|ESMTP|4C1A|Thu, 12 Jun 2008 "
		"10:15:02 -0300 (BRT)" },
	{ "Postfix, unknown", "from pc (unknown [IPv6:2001:db8::7]) by mx with SMTP id 1; x",
		"pc|pc|2001:db8::7|mx|SMTP|1|x" },
	{ "Exim",
		"from gw.example.edu ([192.0.2.7] helo=pc.lab) by mx with esmtp (Exim 4.9) id 1I; "
		"x",
		"gw.example.edu|pc.lab|192.0.2.7|mx|esmtp|1I|x" },
	{ "Exim, no name", "from [192.0.2.7] (helo=pc.lab) by mx with smtp id 1I; x",
		"[192.0.2.7]|pc.lab|192.0.2.7|mx|smtp|1I|x" },
	{ "qmail", "from unknown (HELO pc.lab) (192.0.2.7) by mx with SMTP; x",
		"unknown|pc.lab|192.0.2.7|mx|SMTP||x" },
	{ "Sendmail",
		"from pc.lab (gw.example.edu [192.0.2.7] (may be forged)) by mx (8.12/8) with SMTP "
		"id l3; x",
		"gw.example.edu|pc.lab|192.0.2.7|mx|SMTP|l3|x" },
	{ "local", "by mx (Postfix, from userid 33) id 4C; x", "|||mx||4C|x" },
	{ "not that", "hello", "||||||" },
	{ "parentheses without end", "from a (((( by b; x", "a|a|||||x" },
};

static void
read_received(void *ctx, struct slice s, struct arena *arena)
{
	const struct received_row *row = ctx;
	struct received r;
	header_received(s, arena, &r);
	const char *got = arena_printf(
		arena, "%s|%s|%s|%s|%s|%s|%s", r.from, r.helo, r.ip, r.by, r.with, r.id, r.date);
	if (s.len == strlen(row->value) && strcmp(got, row->want) != 0)
		fail_msg("%s: %s", row->name, got);
}

static void
test_received(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof received / sizeof *received; i++) {
		struct received_row row = received[i];
		on_every_beginning(slice_str(row.value), read_received, &row);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_received),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
