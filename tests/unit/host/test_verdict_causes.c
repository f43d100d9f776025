/* The causes: each by its evidence, alone and two at once. */
#include "story.h"

static void
test_php_form_is_abused(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 214; i++)
		tell_php_mail(&t, "33:contact.php", i, 8.5);
	tale_end(&t);
	assert_verdict(&t, VERDICT_LIKELY);
	assert_first_cause(&t, CAUSE_WEB_FORM);
	assert_said(&t, "214 mails were sent by the PHP script contact.php "
			"(X-PHP-Originating-Script 33:contact.php)");
	assert_said(&t, "The script to switch off and mend: 33:contact.php");
	assert_int_equal(t.host.role, ROLE_WEB);
	assert_true(t.host.risk >= 0.6);
	tale_over(&t);
}

static void
test_open_relay(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 20; i++) {
		struct session_record *in = an_inbound_session(&t, "203.0.113.66"),
				      *out = a_session(&t, SERVER_B);
		struct mail_record *came = a_mail(&t, in, "win@lottery.example", 3);
		struct mail_record *left = a_mail(&t, out, "win@lottery.example", 3);

		came->header.message_id = left->header.message_id =
			numbered(&t, "<%d@lottery.example>", i);
		a_rcpt(&t, came, numbered(&t, "x@v%d.example", i % 6), REPLY_OK);
		a_rcpt(&t, left, numbered(&t, "x@v%d.example", i % 6), REPLY_OK);
		tell_mail(&t, in, came);
		tell_session(&t, in);
		tell_mail(&t, out, left);
		tell_session(&t, out);
	}
	tale_end(&t);
	assert_first_cause(&t, CAUSE_OPEN_RELAY);
	assert_verdict(&t, VERDICT_LIKELY);
	assert_said(&t, "from lottery.example to v");
	assert_said(&t, "smtpd_relay_restrictions = permit_mynetworks");
	tale_over(&t);
}

static void
test_open_proxy(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 8; i++) {
		struct session_record *s = a_session(&t, SERVER_A);

		an_anomaly(&t, s, "http-in-smtp");
		tell_session(&t, s);
	}
	t.services[t.services_count++] = (struct service){ 3128, "", NIGHT, NIGHT };
	tale_end(&t);
	assert_first_cause(&t, CAUSE_OPEN_PROXY);
	assert_verdict(&t, VERDICT_LIKELY);
	assert_said(&t, "port 3128 answers");
	assert_int_equal(t.host.role, ROLE_PROXY);
	tale_over(&t);
}

static void
test_spam_bot(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 150; i++) {
		struct session_record *s = a_session(&t, numbered(&t, "203.%d.113.5", i));
		struct mail_record *m = a_mail(&t, s, numbered(&t, "u%d@bank.example", i), 9);

		s->helo_name = numbered(&t, "tvb%d.grid.example.edu", i % 20);
		an_anomaly(&t, s, "early-talker");
		a_rcpt(&t, m, numbered(&t, "x@v%d.example", i), REPLY_OK);
		tell_mail(&t, s, m);
		tell_session(&t, s);
	}
	tale_end(&t);
	assert_verdict(&t, VERDICT_LIKELY);
	assert_first_cause(&t, CAUSE_SPAM_BOT);
	assert_said(&t, "Spamhaus XBL 0.9");
	assert_said(&t, "chkrootkit");
	tale_over(&t);
}

static void
test_compromised_account(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	tell_gateway(&t, "ana@grid.example.edu", "ana@grid.example.edu", 30);
	for (int i = 0; i < 400; i++)
		tell_plain(&t, SERVER_A, numbered(&t, "user%d@grid.example.edu", i % 40),
			numbered(&t, "f@x%d.example", i % 50), 0.2);
	for (int i = 0; i < 60; i++) {
		struct session_record *s = an_inbound_session(&t, numbered(&t, "203.%d.113.5", i));

		s->server.port = 587;
		s->auth.mechanism = "PLAIN";
		s->auth.result = "ok";
		tell_session(&t, s);
		tell_plain(&t, SERVER_B, "victor@grid.example.edu",
			numbered(&t, "x@v%d.example", i), 7.5);
	}
	tale_end(&t);
	assert_verdict(&t, VERDICT_LIKELY);
	assert_first_cause(&t, CAUSE_COMPROMISED_ACCOUNT);
	assert_said(&t, "60 of the 60 mails from <victor@grid.example.edu> scored 5.0 or more");
	tale_over(&t);
}

static void
test_dictionary(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 20; i++) {
		struct session_record *s = a_session(&t, SERVER_A);
		struct mail_record *m = a_mail(&t, s, "a@b.example", 0);

		m->bytes = 0;
		m->transfer = TRANSFER_NONE;
		m->outcome = OUTCOME_ABORTED;
		for (int k = 0; k < 10; k++)
			a_rcpt(&t, m, numbered(&t, "a%d@example.org", k),
				k == 0 ? REPLY_OK : REPLY_USER_UNKNOWN);
		tell_mail(&t, s, m);
		tell_session(&t, s);
	}
	tale_end(&t);
	assert_first_cause(&t, CAUSE_DICTIONARY_ATTACK);
	assert_true(t.host.verdict == VERDICT_WATCH || t.host.verdict == VERDICT_LIKELY);
	tale_over(&t);
}

/* A script that somebody put there: no form, spam by its own account; the form that starts it is
 * posted just before. */
static void
test_php_script(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 30; i++) {
		struct session_record *s;
		struct mail_record *m;

		t.now += 7 * 60 * PTIME_SECOND;
		tell_post(&t, "/wp-content/uploads/x.php");
		s = a_session(&t, SERVER_A);
		m = a_mail(&t, s, "www-data@osg-ce.grid.example.edu", 8);
		m->header.php_script = "33:x.php";
		m->header.to = numbered(&t, "victim@v%d.example", i);
		a_label(&t, m, "php");
		a_rcpt(&t, m, m->header.to, REPLY_OK);
		tell_mail(&t, s, m);
		tell_session(&t, s);
	}
	tale_end(&t);
	assert_first_cause(&t, CAUSE_PHP_SCRIPT);
	assert_verdict(&t, VERDICT_LIKELY);
	assert_said(&t, "30 of the 30 mails by the PHP script 33:x.php scored 5.0 or more");
	assert_said(&t, "most often to /wp-content/uploads/x.php");
	tale_over(&t);
}

/* One domain of strangers may be one that it rightly serves; without spam it is worth a look. */
static void
test_relay_for_one_domain(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	tell_gateway(&t, "x@partner.example", "x@partner.example", 20);
	tale_end(&t);
	assert_true(t.host.verdict <= VERDICT_WATCH);
	assert_true(!has_cause(&t.host, CAUSE_OPEN_RELAY, 0.5));
	tale_over(&t);
}

/* What leaves is encrypted: strangers' mail for many domains comes in, sessions go out. */
static void
test_relay_behind_tls(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 60; i++) {
		struct session_record *in = an_inbound_session(&t, "203.0.113.66");
		struct mail_record *came = a_mail(&t, in, "win@lottery.example", 3);

		a_rcpt(&t, came, numbered(&t, "x@v%d.example", i % 20), REPLY_OK);
		tell_mail(&t, in, came);
		tell_session(&t, in);
		tell_encrypted(&t, far_server(&t, i), 1, 0);
	}
	tale_end(&t);
	assert_first_cause(&t, CAUSE_OPEN_RELAY);
	assert_said(&t, "in the same hours 60 sessions went out, 60 of them under TLS");
	tale_over(&t);
}

/* Somebody outside asked for a mail server; what left is encrypted. */
static void
test_proxy_behind_tls(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 12; i++) {
		struct session_record *in = an_inbound_session(&t, "203.0.113.66");

		in->server.port = 3128;
		in->proxy.protocol = "http-connect";
		in->proxy.target = numbered(&t, "mx%d.example.org:25", i % 2);
		tell_session(&t, in);
		tell_encrypted(&t, SERVER_A, 1, 0);
	}
	tale_end(&t);
	assert_first_cause(&t, CAUSE_OPEN_PROXY);
	assert_verdict(&t, VERDICT_LIKELY);
	assert_int_equal(t.host.role, ROLE_PROXY);
	assert_said(
		&t, "12 sessions led through this host as a proxy, most of them to mx0.example");
	assert_said(&t, "in the same 1 hours 12 sessions to mail servers went out from it");
	tale_over(&t);
}

static void
test_proxy_in_clear(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 12; i++) {
		struct session_record *in = an_inbound_session(&t, "203.0.113.66"),
				      *out = a_session(&t, SERVER_A);
		struct mail_record *came = a_mail(&t, in, "win@lottery.example", 9);
		struct mail_record *left = a_mail(&t, out, "win@lottery.example", 9);

		in->server.port = 1080;
		in->proxy.protocol = "socks5";
		in->proxy.target = "mx.example.org:25";
		came->header.message_id = left->header.message_id = numbered(&t, "<%d@l>", i);
		a_label(&t, left, "hand-typed");
		a_rcpt(&t, came, numbered(&t, "x@v%d.example", i), REPLY_OK);
		a_rcpt(&t, left, numbered(&t, "x@v%d.example", i), REPLY_OK);
		tell_mail(&t, in, came);
		tell_session(&t, in);
		tell_mail(&t, out, left);
		tell_session(&t, out);
	}
	tale_end(&t);
	assert_first_cause(&t, CAUSE_OPEN_PROXY);
	assert_verdict(&t, VERDICT_LIKELY);
	assert_said(&t, "at least 12 mails that came in so left from it again");
	/* whoever types them sits elsewhere */
	assert_false(has_cause(&t.host, CAUSE_HAND_TYPED, 0.01));
	tale_over(&t);
}

static void
test_stolen_account_of_a_client(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 20; i++) {
		struct session_record *s = a_session(&t, SERVER_A);
		struct mail_record *m = a_mail(&t, s, "victor@grid.example.edu", 7);

		s->server.port = 587;
		s->auth.mechanism = "LOGIN";
		a_label(&t, m, "account");
		a_rcpt(&t, m, numbered(&t, "x@v%d.example", i), REPLY_OK);
		tell_mail(&t, s, m);
		tell_session(&t, s);
	}
	tale_end(&t);
	assert_first_cause(&t, CAUSE_COMPROMISED_ACCOUNT);
	assert_said(&t, "20 mails were sent with a right password to masses");
	tale_over(&t);
}

static void
test_password_guessing(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 40; i++) {
		struct session_record *s = a_session(&t, far_server(&t, i % 8));

		s->server.port = 587;
		s->auth.mechanism = "LOGIN";
		s->auth.failures = 3;
		tell_session(&t, s);
	}
	tale_end(&t);
	assert_first_cause(&t, CAUSE_DICTIONARY_ATTACK);
	assert_said(&t, "120 passwords were refused by other servers");
	tale_over(&t);

	/* at one server: a mail program with an old password, or a program that guesses */
	for (int fast = 0; fast < 2; fast++) {
		tale_begin(&t);
		for (int i = 0; i < 150; i++) {
			struct session_record *s = a_session(&t, SERVER_A);

			s->server.port = 587;
			s->auth.mechanism = "LOGIN";
			s->auth.failures = 1;
			tell_session(&t, s);
			t.now += fast ? 5 * PTIME_SECOND : 300 * PTIME_SECOND;
		}
		tale_end(&t);
		assert_true(has_cause(&t.host, CAUSE_DICTIONARY_ATTACK, 0.5) == fast);
		tale_over(&t);
	}
}

static void
test_vrfy(void **state)
{
	static struct tale t;
	struct session_record *s;

	(void)state;
	tale_begin(&t);
	s = a_session(&t, SERVER_A);
	for (int i = 0; i < 40; i++)
		a_reply(&t, s, "VRFY", REPLY_USER_UNKNOWN, "", "550 no such user");
	tell_session(&t, s);
	tale_end(&t);
	assert_first_cause(&t, CAUSE_DICTIONARY_ATTACK);
	assert_said(&t, "40 VRFY or EXPN commands asked for addresses");
	tale_over(&t);
}

/* Mail is handed in from many networks under TLS: no fault by itself, the cause where most of what
 * leaves is refused. */
static void
test_account_behind_tls(void **state)
{
	static struct tale t;

	(void)state;
	for (int bad = 0; bad < 2; bad++) {
		tale_begin(&t);
		for (int i = 0; i < 60; i++) {
			struct session_record *in = an_inbound_session(&t, far_server(&t, i));

			in->server.port = 587;
			in->tls.used = true;
			in->visibility = VISIBILITY_FLOW;
			tell_session(&t, in);
			tell_encrypted(
				&t, SERVER_A, bad == 0 || i % 3 == 0, bad == 1 && i % 3 != 0);
		}
		tale_end(&t);
		assert_first_cause(&t, bad == 1 ? CAUSE_COMPROMISED_ACCOUNT : CAUSE_UNKNOWN);
		assert_int_equal(t.host.role, ROLE_SUBMISSION);
		tale_over(&t);
	}
}

/* ---- two at once ---- */

/* A node that mails its jobs' results, and has a bot. */
static void
test_jobs_and_bot(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 40; i++) {
		a_label(&t,
			tell_plain(&t, SERVER_A, "root@grid.example.edu", "boss@grid.example.org",
				1.5),
			"batch");
	}
	for (int i = 0; i < 60; i++) {
		struct session_record *s = a_session(&t, far_server(&t, i));
		struct mail_record *m = a_mail(&t, s, numbered(&t, "u%d@bank.example", i), 9);

		s->helo_name = numbered(&t, "host%d.example", i % 12);
		an_anomaly(&t, s, "early-talker");
		a_rcpt(&t, m, numbered(&t, "x@v%d.example", i), REPLY_OK);
		tell_mail(&t, s, m);
		tell_session(&t, s);
	}
	tale_end(&t);
	assert_verdict(&t, VERDICT_LIKELY);
	assert_first_cause(&t, CAUSE_SPAM_BOT);
	assert_true(has_cause(&t.host, CAUSE_BATCH_JOBS, 0.4));
	tale_over(&t);
}

/* A mail server that is an open relay and has a stolen account. */
static void
test_relay_and_account(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 20; i++) {
		const char *to = numbered(&t, "x@v%d.example", i % 6);

		tell_through(&t, "win@lottery.example", to, to, i);
	}
	tell_people(&t, 200);
	for (int i = 0; i < 40; i++)
		tell_plain(&t, SERVER_B, "victor@grid.example.edu",
			numbered(&t, "x@w%d.example", i), 7.5);
	tale_end(&t);
	assert_first_cause(&t, CAUSE_OPEN_RELAY);
	assert_true(has_cause(&t.host, CAUSE_COMPROMISED_ACCOUNT, 0.2));
	tale_over(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_php_form_is_abused),
		cmocka_unit_test(test_open_relay),
		cmocka_unit_test(test_open_proxy),
		cmocka_unit_test(test_spam_bot),
		cmocka_unit_test(test_compromised_account),
		cmocka_unit_test(test_dictionary),
		cmocka_unit_test(test_php_script),
		cmocka_unit_test(test_relay_for_one_domain),
		cmocka_unit_test(test_relay_behind_tls),
		cmocka_unit_test(test_proxy_behind_tls),
		cmocka_unit_test(test_proxy_in_clear),
		cmocka_unit_test(test_stolen_account_of_a_client),
		cmocka_unit_test(test_password_guessing),
		cmocka_unit_test(test_vrfy),
		cmocka_unit_test(test_account_behind_tls),
		cmocka_unit_test(test_jobs_and_bot),
		cmocka_unit_test(test_relay_and_account),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
