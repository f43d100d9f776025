/* Good hosts that must not alarm. */
#include "story.h"

static void
test_gateway_is_no_relay(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	tell_gateway(&t, "ana@grid.example.edu", "ana@grid.example.edu", 30);
	tale_end(&t);
	assert_verdict(&t, VERDICT_CLEAN);
	assert_int_equal(first_cause(&t.host), CAUSE_UNKNOWN);
	assert_int_equal(t.host.role, ROLE_MTA);
	tale_over(&t);
}

static void
test_big_mail_server(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	tell_gateway(&t, "ana@grid.example.edu", "ana@grid.example.edu", 40);
	for (int i = 0; i < 2000; i++) {
		struct session_record *s = a_session(&t, numbered(&t, "203.%d.113.5", i % 250));
		struct mail_record *m = a_mail(&t, s, numbered(&t, "u%d@grid.example.edu", i % 300),
			i % 500 == 0 ? 5.5 : 0.3);

		t.now += 40 * PTIME_SECOND;
		s->client_software = "Postfix";
		a_rcpt(&t, m, numbered(&t, "x@v%d.example", i % 400),
			i % 50 == 0   ? REPLY_USER_UNKNOWN
			: i % 40 == 1 ? REPLY_GREYLISTED
				      : REPLY_OK);
		tell_mail(&t, s, m);
		tell_session(&t, s);
	}
	tale_end(&t);
	assert_verdict(&t, VERDICT_CLEAN);
	assert_int_equal(t.host.role, ROLE_MTA);
	assert_true(t.host.risk < 0.1);
	assert_first_cause(&t, CAUSE_UNKNOWN);
	assert_int_equal(t.host.advice_count, 0);
	tale_over(&t);
}

static void
test_greylisting_alone(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 60; i++) {
		struct session_record *s = a_session(&t, SERVER_A);
		struct mail_record *m = a_mail(&t, s, "u@grid.example.edu", 0);

		m->bytes = 0;
		m->outcome = OUTCOME_DEFERRED;
		a_rcpt(&t, m, "x@grey.example", REPLY_GREYLISTED);
		tell_mail(&t, s, m);
		tell_session(&t, s);
	}
	tale_end(&t);
	assert_true(t.host.verdict == VERDICT_WATCH || t.host.verdict == VERDICT_CLEAN);
	tale_over(&t);
}

static void
test_innocent_php(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 10; i++) {
		struct mail_record *m = tell_plain(
			&t, SERVER_A, "booking@grid.example.edu", "otto@example.org", 0.8);

		m->header.php_script = "33:notify.php";
		m->header.to = "otto@example.org";
		a_label(&t, m, "php");
	}
	tale_end(&t);
	assert_verdict(&t, VERDICT_CLEAN);
	assert_first_cause(&t, CAUSE_PHP_SCRIPT);
	assert_said(&t, "10 mails were sent by the PHP script notify.php");
	tale_over(&t);
}

/* VERP, the fields of a list, 4 % unknown users, to many networks, and nobody writes to it. */
static void
test_newsletter(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 1500; i++) {
		struct session_record *s = a_session(&t, far_server(&t, i % 300));
		struct mail_record *m =
			a_mail(&t, s, numbered(&t, "news+r%d=x@grid.example.edu", i), 1.2);

		s->client_software = "Postfix";
		s->dialect = "EHLO fqdn|MAIL FROM:<_> SIZE=+RCPT TO:<_>+DATA+QUIT crlf";
		m->header.list_id = "news.grid.example.edu";
		m->similar.text = "5f0c1a";
		a_label(&t, m, "list");
		a_rcpt(&t, m, numbered(&t, "r%d@freemail.example", i),
			i % 25 == 0 ? REPLY_USER_UNKNOWN : REPLY_OK);
		tell_mail(&t, s, m);
		tell_session(&t, s);
	}
	tale_end(&t);
	assert_verdict(&t, VERDICT_CLEAN);
	assert_first_cause(&t, CAUSE_MAILING_LIST);
	tale_over(&t);
}

/* Half of what it sends is greylisted at first, and comes again. */
static void
test_greylisted_and_tried_again(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	tell_gateway(&t, "ana@grid.example.edu", "ana@grid.example.edu", 10);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 100; i++) {
			struct session_record *s = a_session(&t, far_server(&t, i));
			struct mail_record *m = a_mail(&t, s, "u@grid.example.edu", 0.2);
			bool grey = round == 0 && i % 2 == 0;

			if (round == 1 && i % 2 != 0)
				continue;
			s->client_software = "Postfix";
			m->outcome = grey ? OUTCOME_DEFERRED : OUTCOME_ACCEPTED;
			m->bytes = grey ? 0 : 2000;
			a_rcpt(&t, m, numbered(&t, "x@g%d.example", i),
				grey ? REPLY_GREYLISTED : REPLY_OK);
			tell_mail(&t, s, m);
			tell_session(&t, s);
		}
		t.now += 20 * 60 * PTIME_SECOND;
	}
	t.now += 6 * PTIME_HOUR;
	tale_end(&t);
	assert_verdict(&t, VERDICT_CLEAN);
	assert_first_cause(&t, CAUSE_UNKNOWN);
	tale_over(&t);
}

/* Mail programs of people, at their provider's port of submission, with names of PCs. */
static void
test_student(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 40; i++) {
		struct session_record *s = a_session(&t, i % 2 == 0 ? SERVER_A : SERVER_B);

		s->server.port = 587;
		s->helo_name = i % 2 == 0 ? "DESKTOP-4F2A" : "[192.168.1.7]";
		s->tls.used = s->tls.offered = true;
		s->visibility = VISIBILITY_FLOW;
		s->estimate.basis = "tls-records";
		s->estimate.mails = 1;
		tell_session(&t, s);
	}
	tale_end(&t);
	assert_verdict(&t, VERDICT_UNKNOWN);
	assert_int_equal(t.host.role, ROLE_CLIENT);
	assert_first_cause(&t, CAUSE_UNKNOWN);
	tale_over(&t);
}

static void
test_monitoring(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 200; i++) {
		struct mail_record *m = tell_plain(&t, SERVER_A, "nagios@monitor.grid.example.edu",
			numbered(&t, "admin%d@grid.example.org", i % 4), 2.1);

		t.now += 7 * 60 * PTIME_SECOND;
		m->similar.text = numbered(&t, "%06x", i % 5);
		a_label(&t, m, "batch");
	}
	tale_end(&t);
	assert_verdict(&t, VERDICT_CLEAN);
	assert_first_cause(&t, CAUSE_BATCH_JOBS);
	tale_over(&t);
}

/* Confirmations of orders: one form, one customer, one mail. */
static void
test_shop(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 300; i++) {
		struct session_record *s;
		struct mail_record *m;

		t.now += 3 * 60 * PTIME_SECOND;
		tell_post(&t, "/checkout.php");
		s = a_session(&t, far_server(&t, i % 25));
		m = a_mail(&t, s, "shop@grid.example.edu", i % 60 == 0 ? 5.2 : 1.1);
		s->client_software = "Postfix";
		m->header.php_script = "33:mailer.php";
		m->header.to = numbered(&t, "customer%d@example.org", i);
		a_label(&t, m, "php");
		a_rcpt(&t, m, m->header.to, REPLY_OK);
		tell_mail(&t, s, m);
		tell_session(&t, s);
	}
	tale_end(&t);
	assert_verdict(&t, VERDICT_CLEAN);
	assert_first_cause(&t, CAUSE_PHP_SCRIPT);
	assert_true(!has_cause(&t.host, CAUSE_WEB_FORM, 0.5));
	tale_over(&t);
}

static void
test_list_server(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 200; i++) {
		struct session_record *s;
		struct mail_record *m;

		tell_through(&t, "author@example.org", "seminar@lists.grid.example.edu",
			numbered(&t, "member@m%d.example", i), i / 20);
		s = a_session(&t, far_server(&t, i % 50));
		m = a_mail(&t, s, "seminar-bounces@lists.grid.example.edu", 0.9);
		m->header.list_id = "seminar.lists.grid.example.edu";
		a_label(&t, m, "list");
		a_rcpt(&t, m, numbered(&t, "member@m%d.example", i),
			i % 40 == 0 ? REPLY_USER_UNKNOWN : REPLY_OK);
		tell_mail(&t, s, m);
		tell_session(&t, s);
	}
	tale_end(&t);
	assert_verdict(&t, VERDICT_CLEAN);
	assert_true(has_cause(&t.host, CAUSE_MAILING_LIST, 0.3));
	assert_int_equal(t.host.role, ROLE_MTA);
	tale_over(&t);
}

/* A broken clock costs each mail points, and no mail is spam for it. */
static void
test_broken_date(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 80; i++)
		tell_plain(&t, SERVER_A, "printer@grid.example.edu",
			numbered(&t, "x@d%d.example", i % 5), 3.9);
	tale_end(&t);
	assert_verdict(&t, VERDICT_CLEAN);
	assert_first_cause(&t, CAUSE_UNKNOWN);
	tale_over(&t);
}

/* What it forwards is spam now and then. */
static void
test_forwarding_server(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	tell_gateway(&t, "ana@grid.example.edu", "ana@freemail.example", 100);
	for (int i = 0; i < 4; i++)
		tell_plain(&t, SERVER_B, numbered(&t, "win%d@lottery.example", i),
			"ana@freemail.example", 9);
	tale_end(&t);
	assert_verdict(&t, VERDICT_CLEAN);
	assert_first_cause(&t, CAUSE_FORWARDING);
	tale_over(&t);
}

/* Ten people behind one address, each with a name and a program. */
static void
test_nat(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 200; i++) {
		struct session_record *s = a_session(&t, numbered(&t, "198.51.%d.25", i % 3));
		struct mail_record *m = a_mail(&t, s, numbered(&t, "p%d@example.org", i % 10), 0.4);

		s->server.port = 587;
		s->helo_name = numbered(&t, "[192.168.1.%d]", i % 10 + 2);
		s->client_software = i % 10 < 6 ? "Thunderbird" : "Apple Mail";
		a_rcpt(&t, m, numbered(&t, "x@d%d.example", i % 9), REPLY_OK);
		tell_mail(&t, s, m);
		tell_session(&t, s);
	}
	tale_end(&t);
	assert_verdict(&t, VERDICT_CLEAN);
	assert_in_range(t.host.clients, 9, 11);
	assert_first_cause(&t, CAUSE_UNKNOWN);
	tale_over(&t);
}

/* A mail server, all of it under TLS, some of it greylisted: nothing is known, nothing is wrong. */
static void
test_encrypted_mail_server(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	t.services[t.services_count++] = (struct service){ .port = 25, .first = NIGHT };
	tell_gateway(&t, "ana@grid.example.edu", "ana@grid.example.edu", 10);
	for (int i = 0; i < 400; i++)
		tell_encrypted(&t, far_server(&t, i % 90), i % 7 != 0, i % 7 == 0);
	tale_end(&t);
	assert_verdict(&t, VERDICT_UNKNOWN);
	assert_first_cause(&t, CAUSE_UNKNOWN);
	tale_over(&t);
}

/* Sends only, all of it under TLS, to everywhere within minutes: at most a reason to look. */
static void
test_encrypted_newsletter(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	t.config.roles = &(struct role_given){ .net = network_of(an_addr(THE_HOST), 32, 128),
		.role = ROLE_MTA };
	t.config.roles_count = 1;
	for (int i = 0; i < 400; i++)
		tell_encrypted(&t, far_server(&t, i % 90), 1, 0);
	tale_end(&t);
	assert_verdict(&t, VERDICT_UNKNOWN);
	assert_int_equal(t.host.role, ROLE_MTA);
	tale_over(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gateway_is_no_relay),
		cmocka_unit_test(test_big_mail_server),
		cmocka_unit_test(test_greylisting_alone),
		cmocka_unit_test(test_innocent_php),
		cmocka_unit_test(test_newsletter),
		cmocka_unit_test(test_greylisted_and_tried_again),
		cmocka_unit_test(test_student),
		cmocka_unit_test(test_monitoring),
		cmocka_unit_test(test_shop),
		cmocka_unit_test(test_list_server),
		cmocka_unit_test(test_broken_date),
		cmocka_unit_test(test_forwarding_server),
		cmocka_unit_test(test_nat),
		cmocka_unit_test(test_encrypted_mail_server),
		cmocka_unit_test(test_encrypted_newsletter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
