/* The signs that no cause shows alone, roles, and who stands behind an address. */
#include "story.h"

/* A minute of a loud bot: nothing is refused, nothing is seen but flows. */
static void
test_minute_of_fan_out(void **state)
{
	static struct tale t;

	(void)state;
	for (int server = 0; server < 2; server++) {
		tale_begin(&t);
		for (int i = 0; i < 60; i++) {
			struct session_record *s = a_session(&t, far_server(&t, i));

			s->visibility = VISIBILITY_FLOW;
			tell_session(&t, s);
		}
		if (server == 1)
			tell_gateway(&t, "ana@grid.example.edu", "ana@grid.example.edu", 5);
		tale_end(&t);
		assert_verdict(&t, server == 1 ? VERDICT_CLEAN : VERDICT_WATCH);
		assert_first_cause(&t, server == 1 ? CAUSE_UNKNOWN : CAUSE_SPAM_BOT);
		if (server == 0) {
			assert_said(&t, "minutes, and is no mail server");
			assert_int_equal(t.host.visibility, VISIBILITY_FLOW);
		}
		tale_over(&t);
	}
}

/* At its provider's server, and at those of its friends: people, not a bot. */
static void
test_no_fan_out_at_submission(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 60; i++) {
		struct session_record *s = a_session(&t, far_server(&t, i));

		s->server.port = 587;
		s->visibility = VISIBILITY_FLOW;
		tell_session(&t, s);
	}
	tale_end(&t);
	assert_true(t.host.verdict <= VERDICT_CLEAN);
	tale_over(&t);
}

static void
tell_deferred(struct tale *t, int i)
{
	struct session_record *s = a_session(t, far_server(t, i));
	struct mail_record *m = a_mail(t, s, "u@grid.example.edu", 0);

	m->outcome = OUTCOME_DEFERRED;
	m->bytes = 0;
	a_rcpt(t, m, numbered(t, "x@g%d.example", i), REPLY_GREYLISTED);
	tell_mail(t, s, m);
	tell_session(t, s);
}

/* What was deferred comes again from a mail server, never from a bot; in the first two hours nobody
 * can say. */
static void
test_no_retry(void **state)
{
	static struct tale t;
	const struct {
		bool again;
		int hours;
		bool said;
	} rows[] = { { false, 4, true }, { false, 1, false }, { true, 4, false } };

	(void)state;
	for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
		tale_begin(&t);
		for (int i = 0; i < 20; i++)
			tell_deferred(&t, i);
		for (int i = 0; i < 5; i++)
			tell_plain(&t, SERVER_A, "u@grid.example.edu", "x@example.org", 8);
		for (int i = 0; i < 20 && rows[row].again; i++)
			tell_plain(&t, far_server(&t, i), "u@grid.example.edu",
				numbered(&t, "x@g%d.example", i), 0);
		t.now += rows[row].hours * PTIME_HOUR;
		tale_end(&t);
		if (rows[row].said)
			assert_said(&t, "20 of 20 mails that were deferred more than two hours ago "
					"were never tried again");
		else
			assert_null(strstr(all_words(&t, &t.host), "never tried again"));
		tale_over(&t);
	}
}

/* One text in slightly different words, to everybody. */
static void
test_template(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 20; i++) {
		struct mail_record *m = tell_plain(&t, SERVER_A,
			numbered(&t, "u%d@bank.example", i), numbered(&t, "x@v%d.example", i), 8);

		m->similar.text = numbered(&t, "%032x", i);
		m->similar.near = numbered(&t, "ffff0000ffff000%x", i % 4);
	}
	tale_end(&t);
	assert_first_cause(&t, CAUSE_SPAM_BOT);
	assert_said(&t, "20 mails of 5.0 or more have nearly the same text");
	tale_over(&t);
}

/* A bot among nine good clients of one address. */
static void
test_bot_behind_nat(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	t.config.nat = &(struct network){ an_addr(THE_HOST), 32 };
	t.config.nat_count = 1;
	for (int i = 0; i < 300; i++) {
		bool bot = i % 10 == 9;
		struct session_record *s = a_session(&t, bot ? far_server(&t, i) : SERVER_A);
		struct mail_record *m =
			a_mail(&t, s, numbered(&t, "p%d@example.org", i % 10), bot ? 8 : 0.4);

		s->helo_name = bot ? "WIN-7F3K" : numbered(&t, "[192.168.1.%d]", i % 10 + 2);
		a_rcpt(&t, m, numbered(&t, "x@d%d.example", i), REPLY_OK);
		tell_mail(&t, s, m);
		tell_session(&t, s);
	}
	tale_end(&t);
	assert_first_cause(&t, CAUSE_SPAM_BOT);
	assert_in_range(t.host.clients, 9, 11);
	assert_said(&t,
		"30 of the 30 mails of the client that greets as WIN-7F3K scored 5.0 or more; "
		"9 others speak through this address");
	tale_over(&t);
}

/* The smarthost names the host behind it, and that host has the cause. */
static void
test_smarthost_and_guest(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	tell_gateway(&t, "ana@grid.example.edu", "ana@grid.example.edu", 20);
	tell_people(&t, 100);
	for (int i = 0; i < 30; i++) {
		struct session_record *s = a_session(&t, far_server(&t, i));
		struct mail_record *m = a_mail(&t, s, numbered(&t, "u%d@bank.example", i), 8);

		a_rcpt(&t, m, numbered(&t, "x@v%d.example", i), REPLY_OK);
		tell_passed(&t, s, m, i % 3 == 0 ? "200.136.80.7" : "200.136.80.9");
		tell_session(&t, s);
	}
	tale_end(&t);
	assert_int_equal(t.host.behind_count, 2);
	assert_true(addr_eq(t.host.behind[0].ip, an_addr("200.136.80.9")));
	assert_int_equal(t.host.behind[0].mails, 20);
	assert_int_equal(t.host.behind[0].spam, 20);
	assert_int_equal(t.host.behind[1].spam, 10);
	assert_true(t.host.verdict >= VERDICT_WATCH);
	assert_non_null(strstr(t.host.summary, "the host to mend is 200.136.80.9"));
	assert_true(!has_cause(&t.host, CAUSE_SPAM_BOT, 0.2));
	tale_over(&t);

	tale_begin(&t);
	for (int i = 0; i < 20; i++) {
		struct session_record *s = a_session(&t, far_server(&t, i));
		struct mail_record *m = a_mail(&t, s, numbered(&t, "u%d@bank.example", i), 8);

		s->client.addr = an_addr("200.136.80.25");
		if (i == 0)
			a_label(&t, m, "list");
		a_rcpt(&t, m, numbered(&t, "x@v%d.example", i), REPLY_OK);
		tell_behind(&t, s, m);
	}
	tale_end(&t);
	assert_first_cause(&t, CAUSE_SPAM_BOT);
	assert_int_equal(t.host.verdict, VERDICT_LIKELY);
	assert_said(&t, "About to get its relay 200.136.80.25 listed");
	assert_said(&t, "1 of 20 mails are of mailing lists");
	assert_said(&t, "20 of 20 of its mails that 200.136.80.25 sent on scored 5.0 or more");
	tale_over(&t);
}

/* A smarthost that writes no Received field: the Message-IDs came in from a host of ours. */
static void
test_smarthost_without_received(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 20; i++) {
		const char *id = numbered(&t, "<%d@bank.example>", i);

		for (int out = 0; out < 2; out++) {
			struct session_record *s = out ? a_session(&t, far_server(&t, i))
						       : an_inbound_session(&t, "200.136.80.9");
			struct mail_record *m = a_mail(&t, s, "a@bank.example", 8);

			s->direction = out ? DIRECTION_OUTBOUND : DIRECTION_INTERNAL;
			m->header.message_id = id;
			a_rcpt(&t, m, numbered(&t, "x@v%d.example", i), REPLY_OK);
			tell_mail(&t, s, m);
			tell_session(&t, s);
		}
	}
	tale_end(&t);
	assert_said(&t,
		"at least 20 of its mails of 5.0 or more were handed in by 200.136.80.9: the "
		"host to mend is 200.136.80.9");
	assert_true(!has_cause(&t.host, CAUSE_SPAM_BOT, 0.2));
	tale_over(&t);
}

/* The administrator's word stands above what was seen. */
static void
test_roles_as_configured(void **state)
{
	static struct tale t;
	static const enum role roles[] = { ROLE_UNKNOWN, ROLE_MTA, ROLE_WEB, ROLE_PROXY,
		ROLE_SUBMISSION };

	(void)state;
	for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
		const struct role_given given[] = {
			{ { an_addr("200.136.81.0"), 24 }, ROLE_WEB },
			{ { an_addr("200.136.80.0"), 24 }, roles[i] },
			{ { an_addr("200.136.0.0"), 16 }, ROLE_CLIENT },
		};

		tale_begin(&t);
		t.config.roles = given;
		t.config.roles_count = i == 0 ? 1 : 3;
		tell_plain(&t, SERVER_A, "u@grid.example.edu", "x@example.org", 0);
		tale_end(&t);
		assert_int_equal(t.host.role, i == 0 ? ROLE_CLIENT : roles[i]);
		tale_over(&t);
	}
}

/* Small ones: each is said, by its number. */
static void
test_spfbl_and_sorted(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 12; i++) {
		struct session_record *s = a_session(&t, SERVER_A);
		struct mail_record *m = a_mail(&t, s, "u@grid.example.edu", 8);
		struct reply *r = a_reply(&t, s, "RCPT", REPLY_OTHER, "SPFBL",
			"550 5.7.1 SPFBL permanently blocked.");

		r->enhanced = "5.7.1";
		for (int k = 0; k < 6; k++)
			a_rcpt(&t, m, numbered(&t, "%c@v.example", 'a' + k), REPLY_OK);
		tell_mail(&t, s, m);
		tell_session(&t, s);
	}
	tale_end(&t);
	assert_said(&t, "12 mails name five recipients or more in the order of the alphabet");
	tale_over(&t);
}

/* A server whose mail nobody sees, and that is taken over for an hour. */
static void
test_hour_of_refusals(void **state)
{
	static struct tale t;

	(void)state;
	for (int bad = 0; bad < 2; bad++) {
		tale_begin(&t);
		for (int i = 0; i < 300; i++) {
			tell_encrypted(&t, far_server(&t, i % 9), i % 8 != 0, i % 8 == 0);
			t.now += 4 * 60 * PTIME_SECOND;
		}
		t.now = (t.now / PTIME_HOUR + 1) * PTIME_HOUR;
		for (int i = 0; i < 60; i++)
			tell_encrypted(&t, far_server(&t, i % 4), i % 3 == 0 || bad == 0,
				i % 3 != 0 && bad == 1);
		tale_end(&t);
		assert_verdict(&t, bad == 1 ? VERDICT_WATCH : VERDICT_UNKNOWN);
		if (bad == 1)
			assert_said(&t, "40 of 60 tries whose content nobody saw were refused");
		tale_over(&t);
	}
}

/* One refusal by a list of neighbourhoods is worth a look, three are more. */
static void
test_network_list(void **state)
{
	static struct tale t;

	(void)state;
	for (int n = 1; n <= 3; n += 2) {
		tale_begin(&t);
		for (int i = 0; i < n; i++)
			tell_listed_reply(&t, SERVER_A, "UCEPROTECT L3", THE_HOST);
		tell_gateway(&t, "ana@grid.example.edu", "ana@grid.example.edu", 20);
		tale_end(&t);
		assert_verdict(&t, n == 1 ? VERDICT_WATCH : VERDICT_THROTTLED);
		tale_over(&t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_minute_of_fan_out),
		cmocka_unit_test(test_no_fan_out_at_submission),
		cmocka_unit_test(test_no_retry),
		cmocka_unit_test(test_template),
		cmocka_unit_test(test_bot_behind_nat),
		cmocka_unit_test(test_smarthost_and_guest),
		cmocka_unit_test(test_smarthost_without_received),
		cmocka_unit_test(test_roles_as_configured),
		cmocka_unit_test(test_spfbl_and_sorted),
		cmocka_unit_test(test_hour_of_refusals),
		cmocka_unit_test(test_network_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
