/* Stories: what was seen of one host, and what must be said of it. */
#include "tale.h"

#define SERVER_A "192.0.2.25"
#define SERVER_B "198.51.100.25"

static const char *
numbered(struct tale *t, const char *format, int i)
{
	char text[128];

	snprintf(text, sizeof text, format, i);
	return arena_string(&t->arena, slice_str(text));
}

static void
tell_php_mail(struct tale *t, const char *script, int i, double score)
{
	struct session_record *s = a_session(t, numbered(t, "203.0.113.%d", i % 200 + 1));
	struct mail_record *m = a_mail(t, s, "www-data@osg-ce.grid.example.edu", score);
	struct hit *hit = ARENA_PUSH(&t->arena, m->hits, 8);

	*hit = (struct hit){ "PHP_FORM_ABUSED", score, "a form", "", 1 };
	m->header.php_script = script;
	m->header.to = "webmaster@grid.example.edu";
	a_label(t, m, "php");
	a_rcpt(t, m, numbered(t, "victim@v%d.example", i), REPLY_OK);
	tell_mail(t, s, m);
	tell_session(t, s);
}

/* ---- the incident ---- */

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
tell_listed_reply(struct tale *t, const char *server, const char *list, const char *quoted)
{
	struct session_record *s = a_session(t, server);
	struct mail_record *m = a_mail(t, s, "someone@grid.example.edu", 0);
	struct reply *r = a_reply(t, s, "RCPT", REPLY_LISTED, list,
		"554 5.7.1 Service unavailable; Client host blocked using zen.spamhaus.org");

	if (quoted != NULL)
		r->quoted = an_addr(quoted);
	m->outcome = OUTCOME_REJECTED;
	m->bytes = 0;
	a_rcpt(t, m, "friend@example.org", REPLY_LISTED);
	tell_mail(t, s, m);
	tell_session(t, s);
}

static void
test_the_night_of_2008(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 12; i++) {
		struct mail_record *m = tell_plain(
			&t, SERVER_A, "root@osg-ce.grid.example.edu", "boss@grid.example.org", 1.5);

		a_label(&t, m, "batch");
	}
	t.now += PTIME_HOUR;
	for (int i = 0; i < 60; i++)
		tell_php_mail(&t, "33:contact.php", i, 7);
	t.now += PTIME_HOUR;
	for (int i = 0; i < 37; i++)
		tell_listed_reply(
			&t, numbered(&t, "203.0.113.%d", i % 4 + 1), "Spamhaus ZEN", THE_HOST);
	tale_end(&t);
	assert_verdict(&t, VERDICT_LISTED);
	assert_first_cause(&t, CAUSE_WEB_FORM);
	assert_said(&t, "Listed by Spamhaus ZEN; cause, it seems: web-form");
	assert_said(&t, "37 recipients refused by 4 servers that name Spamhaus ZEN");
	assert_said(&t, "ask Spamhaus ZEN for removal: https://check.spamhaus.org/");
	assert_said(&t, "iptables -I FORWARD -s 200.136.80.4 ");
	assert_int_equal(t.host.listings_count, 1);
	assert_int_equal(t.host.listings[0].count, 37);
	assert_int_equal(t.host.listings[0].until, 0);
	assert_int_equal(t.host.verdict_since, NIGHT + 2 * PTIME_HOUR);
	tale_over(&t);
}

/* ---- listings ---- */

static void
test_one_refusal_is_enough(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	tell_listed_reply(&t, SERVER_A, "SpamCop", NULL);
	tale_end(&t);
	assert_verdict(&t, VERDICT_LISTED);
	assert_string_equal(t.host.lists[0].list, "SpamCop");
	tale_over(&t);
}

static void
test_greeting_names_a_list(void **state)
{
	static struct tale t;
	struct session_record *s;

	(void)state;
	tale_begin(&t);
	s = a_session(&t, SERVER_A);
	s->helo_name = "";
	a_reply(&t, s, "greeting", REPLY_LISTED, "Barracuda",
		"554 blocked using b.barracudacentral.org");
	tell_session(&t, s);
	tale_end(&t);
	assert_verdict(&t, VERDICT_LISTED);
	assert_said(&t, "1 refusal by 1 server that names Barracuda");
	tale_over(&t);
}

/* Each must not be listed: somebody else's address, a list of domains, a list of neighbours, a list
 * without a name. */
static const struct {
	const char *list, *quoted;
	enum reply_class class;
	enum verdict want;
} not_listed[] = {
	{ "Spamhaus ZEN", "192.0.2.99", REPLY_LISTED, VERDICT_UNKNOWN },
	{ "Spamhaus DBL", NULL, REPLY_LISTED, VERDICT_UNKNOWN },
	{ "SURBL", NULL, REPLY_CONTENT_SPAM, VERDICT_UNKNOWN },
	{ "UCEPROTECT L3", THE_HOST, REPLY_LISTED, VERDICT_THROTTLED },
	{ "", THE_HOST, REPLY_LISTED, VERDICT_THROTTLED },
	{ "unnamed", THE_HOST, REPLY_LISTED, VERDICT_THROTTLED },
	{ "Microsoft S3140", NULL, REPLY_PRIVATE_REPUTATION, VERDICT_THROTTLED },
};

static void
test_not_listed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof not_listed / sizeof not_listed[0]; i++) {
		static struct tale t;
		struct session_record *s;
		struct reply *r;

		print_message("%s %s\n", not_listed[i].list,
			not_listed[i].quoted != NULL ? not_listed[i].quoted : "-");
		tale_begin(&t);
		s = a_session(&t, SERVER_A);
		r = a_reply(&t, s, "MAIL", not_listed[i].class, not_listed[i].list, "550 refused");
		if (not_listed[i].quoted != NULL)
			r->quoted = an_addr(not_listed[i].quoted);
		tell_session(&t, s);
		tale_end(&t);
		if (not_listed[i].class == REPLY_CONTENT_SPAM)
			assert_int_not_equal(t.host.verdict, VERDICT_LISTED);
		else
			assert_verdict(&t, not_listed[i].want);
		tale_over(&t);
	}
}

static void
test_accepted_again(void **state)
{
	static struct tale t;
	int64_t again;

	(void)state;
	tale_begin(&t);
	tell_listed_reply(&t, SERVER_A, "Spamhaus XBL", THE_HOST);
	t.now += 5 * PTIME_HOUR;
	tell_plain(
		&t, SERVER_B, "a@grid.example.edu", "b@example.net", 0); /* never used the list */
	t.now += 5 * PTIME_HOUR;
	for (int i = 0; i < 5; i++)
		tell_plain(&t, SERVER_A, "a@grid.example.edu", "b@example.org", 0);
	again = t.now - 4 * PTIME_SECOND + PTIME_SECOND / 2;
	tale_end(&t);
	assert_verdict(&t, VERDICT_WATCH);
	assert_int_equal(t.host.listings_count, 1);
	assert_int_equal(t.host.listings[0].until, again);
	assert_said(&t, "Spamhaus XBL named it from 2008-06-12 00:00 UTC to 2008-06-12 10:00 UTC");
	tale_over(&t);
}

static void
test_listed_twice(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	tell_listed_reply(&t, SERVER_A, "Spamhaus XBL", THE_HOST);
	t.now += 2 * PTIME_HOUR;
	tell_plain(&t, SERVER_A, "a@grid.example.edu", "b@example.org", 0);
	t.now += 2 * PTIME_HOUR;
	tell_listed_reply(&t, SERVER_A, "Spamhaus XBL", THE_HOST);
	tale_end(&t);
	assert_verdict(&t, VERDICT_LISTED);
	assert_int_equal(t.host.listings_count, 2);
	assert_true(t.host.listings[0].until > 0 && t.host.listings[1].until == 0);
	assert_int_equal(t.host.verdict_since, NIGHT + 4 * PTIME_HOUR);
	tale_over(&t);
}

static void
test_listing_lapses(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	tell_listed_reply(&t, SERVER_A, "SpamCop", THE_HOST);
	t.now += 3 * PTIME_DAY; /* SpamCop lets go a day after the last report */
	tale_end(&t);
	assert_verdict(&t, VERDICT_WATCH);
	assert_true(t.host.listings[0].until > 0);
	tale_over(&t);
}

static void
test_window_ends(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	tell_listed_reply(&t, SERVER_A, "Backscatterer", THE_HOST);
	t.now += 9 * PTIME_DAY;
	tale_end(&t);
	assert_verdict(&t, VERDICT_UNKNOWN);
	assert_int_equal(t.host.listings_count, 0);
	tale_over(&t);
}

/* ---- the other causes ---- */

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

/* A gateway takes mail for its own domain and hands it to a provider, and forwards some. */
static void
tell_gateway(struct tale *t, const char *rcpt_in, const char *rcpt_out, int count)
{
	for (int i = 0; i < count; i++) {
		struct session_record *in = an_inbound_session(t, "203.0.113.66"),
				      *out = a_session(t, SERVER_B);
		struct mail_record *came = a_mail(t, in, "friend@example.org", 0);
		struct mail_record *left = a_mail(t, out, "friend@example.org", 0);

		came->header.message_id = left->header.message_id =
			numbered(t, "<%d@example.org>", i);
		a_rcpt(t, came, rcpt_in, REPLY_OK);
		a_rcpt(t, left, rcpt_out, REPLY_OK);
		tell_mail(t, in, came);
		tell_session(t, in);
		tell_mail(t, out, left);
		tell_session(t, out);
	}
}

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

/* ---- innocent contrasts ---- */

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
test_encrypted_only(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 200; i++) {
		struct session_record *s = a_session(&t, SERVER_A);

		s->tls.used = true;
		s->visibility = VISIBILITY_FLOW;
		tell_session(&t, s);
	}
	for (int i = 0; i < 5; i++)
		tell_plain(&t, SERVER_B, "u@grid.example.edu", "x@example.org", 0);
	tale_end(&t);
	assert_verdict(&t, VERDICT_UNKNOWN);
	assert_said(&t, "encrypted sessions 200 of 205");
	tale_over(&t);
}

static void
test_little_seen(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	tell_plain(&t, SERVER_B, "u@grid.example.edu", "x@example.org", 0);
	tale_end(&t);
	assert_verdict(&t, VERDICT_UNKNOWN);
	tale_over(&t);
}

static void
test_nothing_seen(void **state)
{
	static struct tale t;

	(void)state;
	tale_begin(&t);
	tale_end(&t);
	assert_verdict(&t, VERDICT_UNKNOWN);
	assert_int_equal(t.host.verdict_since, 0);
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

/* Hostile names: long, with percent signs and quotes; no sentence grows beyond its bound, no
 * command carries them. */
static void
test_hostile_script_name(void **state)
{
	static struct tale t;
	static char name[4000];

	(void)state;
	memset(name, 'A', sizeof name - 1);
	memcpy(name, "33:%s%n$(reboot)'\";", 19);
	tale_begin(&t);
	for (int i = 0; i < 50; i++)
		tell_php_mail(&t, name, i, 9);
	tale_end(&t);
	for (size_t i = 0; i < t.host.causes_count; i++) {
		for (size_t k = 0; k < t.host.causes[i].evidence_count; k++)
			assert_true(strlen(t.host.causes[i].evidence[k]) < 400);
	}
	for (size_t i = 0; i < t.host.advice_count; i++)
		assert_null(strstr(t.host.advice[i].command, "reboot"));
	tale_over(&t);
}

/* An IPv6 host gets rules of its family, and only those. */
static void
test_rules_by_family(void **state)
{
	static struct tale t;
	struct verdict_config config = verdict_config_default();
	struct hour_of_host hour = { NIGHT, NULL };
	struct aggregate *a;
	const char *words;

	(void)state;
	tale_begin(&t);
	for (int i = 0; i < 20; i++)
		tell_plain(&t, SERVER_A, numbered(&t, "u%d@x.example", i),
			numbered(&t, "x@v%d.example", i), 9);
	a = count_in_order(&t, NIGHT);
	hour.aggregate = a;
	verdict_host(&config,
		&(struct verdict_input){ .ip = an_addr("2001:db8::4"),
			.hours = &hour,
			.hours_count = 1,
			.now = t.now },
		&t.arena, &t.host);
	words = all_words(&t, &t.host);
	assert_non_null(strstr(words, "forward ip6 saddr 2001:db8::4 tcp"));
	assert_non_null(strstr(words, "ip6tables -I FORWARD -s 2001:db8::4 "));
	assert_null(strstr(words, " iptables "));
	assert_null(strstr(words, "ip saddr"));
	aggregate_free(a);
	tale_over(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_php_form_is_abused),
		cmocka_unit_test(test_the_night_of_2008),
		cmocka_unit_test(test_one_refusal_is_enough),
		cmocka_unit_test(test_greeting_names_a_list),
		cmocka_unit_test(test_not_listed),
		cmocka_unit_test(test_accepted_again),
		cmocka_unit_test(test_listed_twice),
		cmocka_unit_test(test_listing_lapses),
		cmocka_unit_test(test_window_ends),
		cmocka_unit_test(test_open_relay),
		cmocka_unit_test(test_gateway_is_no_relay),
		cmocka_unit_test(test_forwarding),
		cmocka_unit_test(test_open_proxy),
		cmocka_unit_test(test_spam_bot),
		cmocka_unit_test(test_compromised_account),
		cmocka_unit_test(test_backscatter),
		cmocka_unit_test(test_dictionary),
		cmocka_unit_test(test_throttled),
		cmocka_unit_test(test_batch_host),
		cmocka_unit_test(test_batch_in_name_only),
		cmocka_unit_test(test_hand_typed),
		cmocka_unit_test(test_big_mail_server),
		cmocka_unit_test(test_greylisting_alone),
		cmocka_unit_test(test_encrypted_only),
		cmocka_unit_test(test_little_seen),
		cmocka_unit_test(test_nothing_seen),
		cmocka_unit_test(test_innocent_php),
		cmocka_unit_test(test_hostile_script_name),
		cmocka_unit_test(test_rules_by_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
