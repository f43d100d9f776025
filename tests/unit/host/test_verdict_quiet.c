/* Causes without spam: jobs, people at the keyboard, lists, forwards, bounces, wrong names. */
#include "story.h"

static void
test_forwarding(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	tell_gateway(&t, "ana@grid.example.edu", "ana@freemail.example", 30);
	tale_end(&t);
	assert_verdict(&t, VERDICT_CLEAN);
	assert_first_cause(&t, CAUSE_FORWARDING);
	tale_over(&t);
}

static void
test_backscatter(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 80; i++) {
		struct mail_record *m =
			tell_plain(&t, SERVER_A, "", numbered(&t, "x@v%d.example", i), 0.5);

		a_label(&t, m, "bounce");
	}
	tale_end(&t);
	assert_first_cause(&t, CAUSE_BACKSCATTER);
	assert_verdict(&t, VERDICT_LIKELY);
	assert_string_equal(t.host.lists[0].list, "Backscatterer");
	tale_over(&t);
}

static void
test_throttled(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 40; i++) {
		struct session_record *s = a_session(&t, SERVER_A);
		struct mail_record *m = a_mail(&t, s, "news@grid.example.edu", 0);

		m->header.list_id = "news.grid.example.edu";
		a_label(&t, m, "list");
		a_rcpt(&t, m, numbered(&t, "r%d@freemail.example", i),
			i % 4 == 0 ? REPLY_RATE_LIMITED : REPLY_OK);
		tell_mail(&t, s, m);
		tell_session(&t, s);
	}
	tale_end(&t);
	assert_verdict(&t, VERDICT_THROTTLED);
	assert_first_cause(&t, CAUSE_MAILING_LIST);
	assert_said(&t, "news.grid.example.edu");
	tale_over(&t);
}

static void
test_batch_host(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 30; i++) {
		struct session_record *s = a_session(&t, SERVER_A);
		struct mail_record *m = a_mail(&t, s, "root@node01.local", 6.5); /* odd headers */

		s->helo_name = "node01";
		a_label(&t, m, "batch");
		a_rcpt(&t, m, numbered(&t, "phys%d@example.edu", i % 3), REPLY_OK);
		tell_mail(&t, s, m);
		tell_session(&t, s);
	}
	tale_end(&t);
	assert_true(t.host.verdict == VERDICT_WATCH || t.host.verdict == VERDICT_CLEAN);
	assert_first_cause(&t, CAUSE_BATCH_JOBS);
	tale_over(&t);
}

/* Nothing is wrong with the mails of jobs but their number. */
static void
test_batch_by_number(void **state)
{
	static struct tale t;

	(void)state;
	for (int n = 30; n <= 120; n += 90) {
		tale_begin(&t);
		for (int i = 0; i < n; i++) {
			struct session_record *s = a_session(&t, SERVER_A);
			struct mail_record *m = a_mail(&t, s, "root@log.grid.example.edu", 0);

			a_label(&t, m, "batch");
			a_rcpt(&t, m, "admin@example.edu", REPLY_OK);
			tell_mail(&t, s, m);
			tell_session(&t, s);
		}
		tale_end(&t);
		assert_verdict(&t, n == 30 ? VERDICT_CLEAN : VERDICT_WATCH);
		assert_first_cause(&t, CAUSE_BATCH_JOBS);
		tale_over(&t);
	}
}

/* Spam that calls itself a job's result, to everybody. */
static void
test_batch_in_name_only(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 100; i++) {
		struct mail_record *m = tell_plain(&t, numbered(&t, "203.%d.113.5", i),
			"slurm@x.example", numbered(&t, "x@v%d.example", i), 9);

		a_label(&t, m, "batch");
	}
	tale_end(&t);
	assert_verdict(&t, VERDICT_LIKELY);
	assert_first_cause(&t, CAUSE_SPAM_BOT);
	tale_over(&t);
}

static void
test_hand_typed(void **state)
{
	static struct tale t;
	struct session_record *s;
	struct mail_record *m;

	(void)state;
	tale_begin(&t);
	s = a_session(&t, SERVER_A);
	m = a_mail(&t, s, "ana@grid.example.edu", 7.9);
	s->helo_name = "foo";
	an_anomaly(&t, s, "hand-typed");
	an_anomaly(&t, s, "early-talker");
	a_label(&t, m, "hand-typed");
	a_rcpt(&t, m, "bill@example.net", REPLY_OK);
	tell_mail(&t, s, m);
	tell_session(&t, s);
	tale_end(&t);
	assert_verdict(&t, VERDICT_WATCH);
	assert_first_cause(&t, CAUSE_HAND_TYPED);
	tale_over(&t);
}

static void
test_callouts(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 60; i++) {
		struct session_record *s = a_session(&t, far_server(&t, i));
		struct mail_record *m = a_mail(&t, s, "", 0);

		s->client_software = "Exim";
		m->bytes = 0;
		m->transfer = TRANSFER_NONE;
		m->outcome = OUTCOME_ABORTED;
		a_rcpt(&t, m, numbered(&t, "x@v%d.example", i), REPLY_OK);
		tell_mail(&t, s, m);
		tell_session(&t, s);
	}
	tale_end(&t);
	assert_first_cause(&t, CAUSE_BACKSCATTER);
	assert_said(&t, "60 times <> asked for a recipient and sent nothing: sender callouts");
	tale_over(&t);
}

static void
test_automatic_answers(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 60; i++)
		a_label(&t,
			tell_plain(&t, SERVER_A, "ana@grid.example.edu",
				numbered(&t, "x@v%d.example", i), 0.5),
			"auto-reply");
	tale_end(&t);
	assert_first_cause(&t, CAUSE_BACKSCATTER);
	tale_over(&t);
}

/* Greets as localhost, and nobody minds: worth a look, whatever a list may think of it. */
static void
test_helo_localhost(void **state)
{
	static struct tale t;

	(void)state;
	for (int round = 0; round < 2; round++) {
		tale_begin(&t);
		for (int i = 0; i < 30; i++) {
			struct session_record *s = a_session(&t, SERVER_A);
			struct mail_record *m = a_mail(&t, s, "a@grid.example.edu", 0.5);

			s->helo_name = "localhost.localdomain";
			a_rcpt(&t, m, "x@example.org",
				round == 1 && i % 3 == 0 ? REPLY_NO_RDNS_HELO : REPLY_OK);
			tell_mail(&t, s, m);
			tell_session(&t, s);
		}
		tale_end(&t);
		assert_verdict(&t, round == 0 ? VERDICT_WATCH : VERDICT_LIKELY);
		assert_first_cause(&t, CAUSE_MISCONFIGURED_MTA);
		assert_said(&t, "30 of 30 sessions greet with no name of a mail server, as "
				"localhost.localdomain");
		tale_over(&t);
	}
}

static void
test_loop(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 30; i++) {
		struct mail_record *m =
			tell_plain(&t, SERVER_A, "a@grid.example.edu", "list@example.org", 0.5);

		for (int k = 0; k < 24; k++) {
			struct received *r = ARENA_PUSH(&t.arena, m->received, 64);

			*r = (struct received){ .by = numbered(&t, "mx%d.example.org", k % 2),
				.from = numbered(&t, "mx%d.example.org", (k + 1) % 2),
				.helo = "",
				.ip = "",
				.with = "",
				.id = "",
				.date = "",
				.for_address = "" };
		}
	}
	tale_end(&t);
	assert_first_cause(&t, CAUSE_MISCONFIGURED_MTA);
	assert_said(&t, "30 mails go round");
	tale_over(&t);
}

/* Of a job's mails half are put off before their content, and the node greets as localhost: the
 * jobs are the cause, the name is what to mend. */
static void
test_deferred_batch(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 90; i++) {
		struct session_record *s = a_session(&t, SERVER_A);
		struct mail_record *m = a_mail(&t, s, "root@grid.example.edu", 1);

		s->helo_name = "localhost";
		if (i % 3 != 0) {
			m->bytes = 0;
			m->outcome = OUTCOME_DEFERRED;
			a_rcpt(&t, m, "phys@example.edu", REPLY_NO_RDNS_HELO);
		} else {
			a_label(&t, m, "batch");
			a_rcpt(&t, m, "phys@example.edu", REPLY_OK);
		}
		tell_mail(&t, s, m);
		tell_session(&t, s);
	}
	tale_end(&t);
	assert_first_cause(&t, CAUSE_BATCH_JOBS);
	assert_true(has_cause(&t.host, CAUSE_MISCONFIGURED_MTA, 0.3));
	tale_over(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forwarding),
		cmocka_unit_test(test_backscatter),
		cmocka_unit_test(test_throttled),
		cmocka_unit_test(test_batch_host),
		cmocka_unit_test(test_batch_by_number),
		cmocka_unit_test(test_batch_in_name_only),
		cmocka_unit_test(test_hand_typed),
		cmocka_unit_test(test_callouts),
		cmocka_unit_test(test_automatic_answers),
		cmocka_unit_test(test_helo_localhost),
		cmocka_unit_test(test_loop),
		cmocka_unit_test(test_deferred_batch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
