/* What each record adds to the aggregates: sums and samples. */
#include "tale.h"

#include "sensor/host/aggregate_fields.h"

static struct tale tale;

static struct session_record *
fresh_session(void)
{
	arena_release(&tale.arena);
	tale_begin(&tale);
	return a_session(&tale, "198.51.100.25");
}

/* ---- sessions ---- */

static void
quit_said(struct session_record *s)
{
	s->dialect = "EHLO *|MAIL FROM:<_>|RCPT TO:<_>|DATA|QUIT crlf";
}

static void
quit_answered(struct session_record *s)
{
	a_reply(&tale, s, "QUIT", REPLY_OK, "", "")->code = 221;
}

static void
quit_never(struct session_record *s)
{
	s->dialect = "EHLO *|MAIL FROM:<QUITO>";
}

static void
greeting_refused(struct session_record *s)
{
	a_reply(&tale, s, "greeting", REPLY_LISTED, "SpamCop", "554 no");
}

static void
said_again(struct session_record *s)
{
	a_reply(&tale, s, "RCPT", REPLY_LISTED, "SpamCop", "550 blocked");
	a_reply(&tale, s, "DATA", REPLY_LISTED, "SpamCop",
		"All RCPT commands were rejected with this error:")
		->code = 503;
}

static void
ehlo_then_helo(struct session_record *s)
{
	a_reply(&tale, s, "EHLO", REPLY_OTHER, "", "502 what")->code = 502;
	a_reply(&tale, s, "HELO", REPLY_OK, "", "")->code = 250;
}

static void
to_port_587(struct session_record *s)
{
	s->server.port = 587;
	s->tls.used = true;
	s->estimate.basis = "tls-records";
	s->estimate.mails = 3;
	s->estimate.refusals = 2;
}

static void
to_ourselves(struct session_record *s)
{
	s->direction = DIRECTION_INTERNAL;
	s->server.port = 587;
}

static void
tls_left(struct session_record *s)
{
	s->tls.offered = true;
	s->mails_count_total = 1;
}

static void
tls_left_by_none(struct session_record *s)
{
	s->tls.offered = true;
}

static void
spfbl_point(struct session_record *s)
{
	a_reply(&tale, s, "RCPT", REPLY_PRIVATE_REPUTATION, "SPFBL", "5.7.1 SPFBL BLOCKED see …");
}

static void
spfbl_not_first(struct session_record *s)
{
	a_reply(&tale, s, "RCPT", REPLY_LISTED, "SPFBL", "5.7.1 blocked using dnsbl.spfbl.net");
}

static void
helo_inside(struct session_record *s)
{
	s->helo_name = "[192.168.1.7]";
}

static void
helo_itself(struct session_record *s)
{
	s->client.addr = an_addr("192.168.1.7");
	s->helo_name = "[192.168.1.7]";
}

static void
helo_inside_v6(struct session_record *s)
{
	s->helo_name = "[IPv6:fd00::7]";
}

static const struct {
	void (*make)(struct session_record *s);
	enum sum sum;
	int64_t want;
} sessions[] = {
	{ quit_said, SUM_sessions_quit, 1 },
	{ quit_answered, SUM_sessions_quit, 1 },
	{ quit_never, SUM_sessions_quit, 0 },
	{ greeting_refused, SUM_sessions_refused, 1 },
	{ said_again, SUM_listed, 1 },
	{ ehlo_then_helo, SUM_sessions_refused, 0 },
	{ to_port_587, SUM_sessions_outside, 1 },
	{ to_port_587, SUM_port_587, 1 },
	{ to_port_587, SUM_port_25, 0 },
	{ to_port_587, SUM_accepted_587, 3 },
	{ to_port_587, SUM_estimated_sessions, 1 },
	{ to_port_587, SUM_estimated_mails, 3 },
	{ to_port_587, SUM_estimated_refusals, 2 },
	{ to_ourselves, SUM_sessions_outside, 0 },
	{ to_ourselves, SUM_port_587, 0 },
	{ tls_left, SUM_tls_offered, 1 },
	{ tls_left, SUM_tls_unused, 1 },
	{ tls_left_by_none, SUM_tls_unused, 0 },
	{ spfbl_point, SUM_spfbl_points, 1 },
	{ spfbl_not_first, SUM_spfbl_points, 0 },
	{ helo_inside, SUM_helo_inside, 1 },
	{ helo_itself, SUM_helo_inside, 0 },
	{ helo_inside_v6, SUM_helo_inside, 1 },
};

static void
test_sessions(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof sessions / sizeof sessions[0]; i++) {
		struct session_record *s = fresh_session();
		struct aggregate *a = aggregate_new();

		print_message("row %zu\n", i);
		sessions[i].make(s);
		aggregate_session(a, s, true);
		assert_int_equal(a->sums[sessions[i].sum], sessions[i].want);
		assert_int_equal(a->minutes[MINUTES_session], 1);
		aggregate_free(a);
	}
}

/* ---- mails ---- */

static void
hop(struct mail_record *m, const char *helo, const char *ip, const char *by, const char *id)
{
	struct received *r = ARENA_PUSH(&tale.arena, m->received, LIMIT_RECEIVED);

	*r = (struct received){ .from = "",
		.helo = helo,
		.ip = ip,
		.by = by,
		.with = "ESMTP",
		.id = id,
		.date = "",
		.for_address = "" };
}

static void
hop_twice(struct mail_record *m)
{
	hop(m, "a", "", "mx.example", "A1");
	hop(m, "b", "", "lists.example", "B1");
	hop(m, "a", "", "mx.example", "A1");
}

static void
filter_and_list(struct mail_record *m)
{
	static const char *const by[] = { "mx.example", "filter.example", "mx.example",
		"lists.example", "mx.example", "localhost", "mx.example", "localhost", "localhost",
		"localhost", "localhost" };

	for (size_t i = 0; i < sizeof by / sizeof by[0]; i++)
		hop(m, "x", "", by[i], "");
}

static void
round_and_round(struct mail_record *m)
{
	for (int i = 0; i < 5; i++)
		hop(m, "x", "", "MX.example", i % 2 != 0 ? "1" : "");
	m->received[4].id = "5";
}

static void
many_hops(struct mail_record *m)
{
	for (int i = 0; i < 21; i++)
		hop(m, "x", "", "localhost", "");
}

static void
said_so(struct mail_record *m)
{
	m->outcome = OUTCOME_REJECTED;
	m->enhanced = "5.4.6";
}

static void
sorted_plain(struct mail_record *m)
{
	static const char *const to[] = { "ada@x.example", "Bob@x.example", "carl@x.example",
		"dora@x.example", "emil@x.example" };

	for (size_t i = 0; i < 5; i++)
		a_rcpt(&tale, m, to[i], REPLY_OK);
}

static void
sorted_hashed(struct mail_record *m)
{
	static const char *const to[] = { "h-9@a.example", "h-1@b.example", "h-5@c.example",
		"h-0@d.example", "h-7@e.example" };

	for (size_t i = 0; i < 5; i++)
		a_rcpt(&tale, m, to[i], REPLY_OK);
}

static void
sorted_four(struct mail_record *m)
{
	sorted_plain(m);
	m->rcpts_count = 4;
}

static void
sorted_not(struct mail_record *m)
{
	sorted_hashed(m);
	m->rcpts[4].address = "h-7@d.example";
}

static const struct {
	void (*make)(struct mail_record *m);
	enum sum sum;
	int64_t want;
} mails[] = {
	{ hop_twice, SUM_mails_loop, 1 },
	{ filter_and_list, SUM_mails_loop, 0 },
	{ round_and_round, SUM_mails_loop, 1 },
	{ many_hops, SUM_mails_loop, 1 },
	{ said_so, SUM_mails_loop, 1 },
	{ said_so, SUM_accepted_25, 0 },
	{ sorted_plain, SUM_mails_sorted, 1 },
	{ sorted_plain, SUM_accepted_25, 1 },
	{ sorted_hashed, SUM_mails_sorted, 1 },
	{ sorted_four, SUM_mails_sorted, 0 },
	{ sorted_not, SUM_mails_sorted, 0 },
};

static void
test_mails(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof mails / sizeof mails[0]; i++) {
		struct session_record *s = fresh_session();
		struct mail_record *m = a_mail(&tale, s, "a@grid.example.edu", 0);
		struct aggregate *a = aggregate_new();

		print_message("row %zu\n", i);
		mails[i].make(m);
		aggregate_mail(a, s, m, true);
		assert_int_equal(a->sums[mails[i].sum], mails[i].want);
		aggregate_free(a);
	}
}

/* Deferred and later accepted: the same name in both sets. */
static void
test_retries(void **state)
{
	struct session_record *s = fresh_session();
	struct aggregate *a = aggregate_new();
	struct mail_record *m = a_mail(&tale, s, "a@grid.example.edu", 0);

	(void)state;
	a_rcpt(&tale, m, "b@example.org", REPLY_GREYLISTED);
	a_rcpt(&tale, m, "c@example.org", REPLY_GREYLISTED);
	aggregate_mail(a, s, m, true);
	m = a_mail(&tale, s, "a@grid.example.edu", 0);
	a_rcpt(&tale, m, "c@example.org", REPLY_OK);
	aggregate_mail(a, s, m, true);
	assert_int_equal(a->names[NAMES_deferred].count, 2);
	assert_int_equal(a->names[NAMES_settled].count, 1);
	assert_non_null(
		names_find(&a->names[NAMES_deferred], a->names[NAMES_settled].items[0].text));
	assert_int_equal(a->names[NAMES_accepted_domain].count, 1);
	aggregate_free(a);
}

/* ---- proxies ---- */

static void
test_proxied(void **state)
{
	struct session_record *s;
	struct mail_record *m;
	struct aggregate *a = aggregate_new();

	(void)state;
	fresh_session();
	s = an_inbound_session(&tale, "198.51.100.66");
	s->proxy.protocol = "socks5";
	s->proxy.target = "mx.example.org:25";
	m = a_mail(&tale, s, "x@spam.example", 9);
	m->header.message_id = "<7@spam.example>";
	a_rcpt(&tale, m, "b@example.org", REPLY_OK);
	aggregate_mail(a, s, m, false);
	aggregate_session(a, s, false);
	/* the same mail leaves */
	s = a_session(&tale, "203.0.113.10");
	aggregate_mail(a, s, m, true);
	assert_int_equal(a->sums[SUM_in_proxied], 1);
	assert_int_equal(a->sums[SUM_in_proxied_mails], 1);
	assert_int_equal(a->sums[SUM_in_mails], 0);
	assert_string_equal(a->names[NAMES_proxy_target].items[0].text, "mx.example.org:25");
	assert_int_equal(a->names[NAMES_proxied].count, 1);
	assert_non_null(
		names_find(&a->names[NAMES_relay_out], a->names[NAMES_proxied].items[0].text));
	aggregate_free(a);
}

/* ---- POSTs and look-ups ---- */

static void
test_posts(void **state)
{
	struct aggregate *a = aggregate_new();
	const int64_t time = NIGHT + 125 * PTIME_SECOND;

	(void)state;
	for (int i = 0; i < 2; i++) /* the same packets twice */
		aggregate_post(a, SLICE("/form.php?to=x@example.org\x01"), time);
	aggregate_post(a, SLICE("/form.php"), time + 1);
	assert_int_equal(sketch_estimate(&a->sketches[SKETCH_in_posts]), 2);
	assert_int_equal(a->minutes[MINUTES_post], 1 << 2);
	assert_string_equal(a->names[NAMES_post].items[0].text, "/form.php");
	aggregate_free(a);
}

static void
test_lookups(void **state)
{
	struct aggregate *a = aggregate_new(), *again = aggregate_new();
	struct lookup_result l = { .host = an_addr(THE_HOST),
		.list = "SpamCop",
		.zone = "bl.spamcop.example",
		.time = NIGHT,
		.answer = LOOKUP_ERROR,
		.codes = "SERVFAIL" };
	struct buf packed;

	(void)state;
	aggregate_lookup(a, &l);
	assert_int_equal(a->first, 0);
	l.answer = LOOKUP_CLEAR;
	aggregate_lookup(a, &l);
	assert_int_equal(a->mentions.count, 0);
	assert_string_equal(a->names[NAMES_cleared].items[0].text, "SpamCop");
	l.answer = LOOKUP_LISTED;
	l.codes = "127.0.0.2";
	aggregate_lookup(a, &l);
	assert_int_equal(a->sums[SUM_looked_up], 1);
	assert_string_equal(
		a->mentions.items[0].reply, "look-up: bl.spamcop.example answers 127.0.0.2");
	assert_int_equal(a->mentions.items[0].server.family, ADDR_NONE);
	buf_init(&packed, 1u << 20);
	aggregate_pack(a, &packed);
	assert_int_equal(aggregate_unpack(again, buf_slice(&packed)), 0);
	assert_same_packed(a, again);
	buf_release(&packed);
	aggregate_free(a);
	aggregate_free(again);
}

/* Version 1 of the stored form: no minutes. */
static void
test_first_version(void **state)
{
	static const uint8_t bytes[] = { 'H', 'S', 'A', 'G', 1, 13, 0, 0, 5, 3, 0, 12, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 7, 0 };
	struct aggregate *a = aggregate_new();
	uint8_t later[sizeof bytes];

	(void)state;
	assert_int_equal(aggregate_unpack(a, slice_of(bytes, sizeof bytes)), 0);
	assert_int_equal(a->first, 5);
	assert_int_equal(a->last, 8);
	assert_int_equal(a->sums[SUM_sessions], 7);
	memcpy(later, bytes, sizeof bytes);
	later[4] = 0;
	assert_int_equal(aggregate_unpack(a, slice_of(later, sizeof later)), -1);
	aggregate_free(a);
}

static int
end(void **state)
{
	(void)state;
	arena_release(&tale.arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sessions),
		cmocka_unit_test(test_mails),
		cmocka_unit_test(test_retries),
		cmocka_unit_test(test_proxied),
		cmocka_unit_test(test_posts),
		cmocka_unit_test(test_lookups),
		cmocka_unit_test(test_first_version),
	};

	tale_begin(&tale);
	return cmocka_run_group_tests(tests, NULL, end);
}
