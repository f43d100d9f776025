/* Rules from text: what is refused and how it is said; what hits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sensor/mail/message_file.h"
#include "sensor/record_layout.h"
#include "sensor/score/rules.h"

static const struct {
	const char *text, *says;
} wrong[] = {
	{ "header A Subject =~ /(/\n",
		"f.cf:1:23: regular expression, at byte 2: missing closing" },
	{ "\n# c\nheader A Subject =~ /x\n",
		"f.cf:3:23: the regular expression has no closing '/'" },
	{ "header A Subject =~ x\n", "f.cf:1:21: a regular expression is expected" },
	{ "header A Subject =~ /x/q\n", "flag 'q'" },
	{ "header A Subject =~ /x/ y\n", "'y' is too much" },
	{ "header A Subject == /x/\n", "=~ or !~ is expected, not '== /x/'" },
	{ "header A Sub,ject =~ /x/\n", "no name of a header field" },
	{ "header A Subject:base64 =~ /x/\n", ":base64" },
	{ "header A eval:date_invalid(3)\n", "takes nothing" },
	{ "header A eval:date_before\n", "parentheses" },
	{ "header 1A Subject =~ /x/\n", "rule's name" },
	{ "header\n", "rule's name" },
	{ "session A shoe_size > 3\n", "is not known of a session" },
	{ "session A rcpts =~ /x/\n", "< <= == != >= or >" },
	{ "session A rcpts > many\n", "'many' is no number" },
	{ "fault A no-bones\n", "no fault" },
	{ "meta A B &&\n", "ends where" },
	{ "body A /x/\nscore A much\n", "f.cf:2:9: score A: 'much'" },
	{ "body A /x/\nscore A 1 2\n", "one number or four" },
	{ "body A /x/\nscore A 1 2 3 4 5\n", "one number or four" },
	{ "body A /x/\nscore A nan\n", "no number" },
	{ "body A /x/\nscore A\n", "something is expected" },
	{ "body A /x/\nlabel A two words\n", "one word" },
	{ "meta A B\nmeta B A\n", "names itself" },
	{ "meta A !A\n", "names itself" },
};

static struct rules *
load(const char *text, struct err *err)
{
	struct rules *r = rules_new();
	if (rules_read(r, "f.cf", slice_str(text), err) == 0 && rules_finish(r, err) == 0)
		return r;
	rules_free(r);
	return NULL;
}

static void
test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct err err = { "" };
		struct rules *r = load(wrong[i].text, &err);
		if (r != NULL || strstr(err.text, wrong[i].says) == NULL)
			fail_msg("%s: %s", wrong[i].text, err.text);
	}
}

static const char mail[] =
	"Received: one\r\nReceived: two\r\nFrom: \"Ana, L\" <ana@example.edu>\r\n"
	"To: a@b.c\r\nCc: d@e.f\r\nSubject: =?utf-8?Q?caf=C3=A9?=\r\n  x\r\n"
	"X-Empty:\r\n\r\nvisit http://203.0.113.7/ # now\r\n";

/* One rule named A, on the mail above; the hits are "A" or "". */
static const struct {
	const char *rule;
	bool hits;
} rows[] = {
	{ "header A Subject =~ /^café +x$/", true },
	{ "header A Subject =~ /^CAF/i", true },
	{ "header A Subject =~ /^CAF/", false },
	{ "header A Subject:raw =~ /=C3=A9\\?=\\n  x$/", true },
	{ "header A Subject !~ /tea/", true },
	{ "header A Missing !~ /tea/", true },
	{ "header A Missing =~ /^$/", true },
	{ "header A Missing =~ /./", false },
	{ "header A Missing =~ /^tea$/ [if-unset: tea]", true },
	{ "header A Missing !~ /^tea$/ [if-unset: tea]", false },
	{ "header A X-Empty =~ /^$/", true },
	{ "header A exists:x-empty", true },
	{ "header A exists:Missing", false },
	{ "header A From:addr =~ /^ana@example.edu$/", true },
	{ "header A From:name =~ /^Ana, L$/", true },
	{ "header A Received =~ /^two$/m", true },
	{ "header A Received =~ /one\\ntwo/", true },
	{ "header A ToCc =~ /a@b.c\\nd@e.f/", true },
	{ "header A ALL =~ m{^Cc: d}m", true },
	{ "view sent\nheader A EnvelopeFrom =~ /^bob@/", true },
	{ "header A MESSAGEID =~ /./", false },
	{ "body A /visit\\s+http/", true },
	{ "body A m,http://203,", true },
	{ "body A m{\\d{3}\\.0}", true },
	{ "body A /\\# now/", true },
	{ "uri A m{^http://203}", true },
	{ "uri A /ftp/", false },
	{ "fault A bare-lf", false },
	{ "header A eval:urls_at_least(1)", true },
	{ "header A eval:urls_at_least(2)", false },
	{ "header A eval:received_at_least()", true },
	{ "body A eval:shorter_than(1000)", true },
	{ "session A helo_name =~ /^pc$/", true },
	{ "session A helo_name !~ /^pc$/", false },
	{ "session A helo_name !~ /^x$/", true },
	{ "session A banner !~ /x/", false },
	{ "session A anomaly =~ /^bare-lf$/", true },
	{ "session A rcpts == 2", true },
	{ "session A rcpts_refused > 0", true },
	{ "session A rcpt =~ /^y@/", true },
	{ "session A server_port == 25", true },
	{ "session A client_port == 0", false },
	{ "session A mail_from =~ /^bob@b.example$/", true },
	{ "session A transfer =~ /data/", true },
	{ "session A client_ip =~ /^192\\.0\\.2\\.7$/", true },
	{ "meta A __T && !__F\nbody __T /visit/\nbody __F /tea/", true },
	{ "meta A __T + __F > 1\nbody __T /visit/\nbody __F /tea/", false },
	{ "body A /visit/\nscore A 0", false },
	{ "body A /visit/\nscore A 0\nlabel A x", true },
};

struct fixture {
	struct arena arena;
	struct session_record session;
	struct mail_record mail;
	struct message message;
	struct counters counters;
	struct anomaly_seen anomaly;
	struct recipient rcpts[2];
};

static void
fixture_fill(struct fixture *f, const char *text)
{
	struct mail_privacy privacy = { true, SLICE_EMPTY };
	memset(f, 0, sizeof *f);
	arena_init(&f->arena, LIMIT_MAIL_MEMORY);
	record_init(&layout_session, &f->session);
	record_init(&layout_mail, &f->mail);
	f->session.helo_name = "pc";
	f->session.server.port = 25;
	addr_parse(SLICE("192.0.2.7"), &f->session.client.addr);
	f->anomaly = (struct anomaly_seen){ "bare-lf", 1, "" };
	f->session.anomalies = &f->anomaly;
	f->session.anomalies_count = 1;
	record_init(&layout_recipient, &f->rcpts[0]);
	f->rcpts[1] = f->rcpts[0];
	f->rcpts[0].address = "x@y.z";
	f->rcpts[1].address = "y@y.z";
	f->rcpts[1].disposition = DISPOSITION_REJECTED;
	f->mail.rcpts = f->rcpts;
	f->mail.rcpts_count = 2;
	f->mail.mail_from = "bob@b.example";
	f->mail.transfer = TRANSFER_DATA;
	message_split(slice_str(text), NULL, &f->arena, &f->message);
	message_to_record(&f->message, &privacy, &f->arena, &f->mail);
}

static void
judge(const struct rules *r, const struct session_record *session, const struct message *message,
	struct fixture *f)
{
	const struct rule_input in = { .session = session,
		.message = message,
		.delivered = message,
		.mail = &f->mail,
		.arena = &f->arena };
	rules_score(r, &in, &f->mail, &f->counters);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err err = { "" };
		struct fixture f;
		struct rules *r = load(rows[i].rule, &err);
		if (r == NULL)
			fail_msg("%s: %s", rows[i].rule, err.text);
		fixture_fill(&f, mail);
		judge(r, &f.session, &f.message, &f);
		if ((f.mail.hits_count == 1) != rows[i].hits)
			fail_msg("%s: %zu hits", rows[i].rule, f.mail.hits_count);
		arena_release(&f.arena);
		rules_free(r);
	}
}

/* Order, sentences, sums, labels, overrides from later lines. */
static void
test_explanation(void **state)
{
	(void)state;
	struct err err = { "" };
	struct fixture f;
	struct rules *r = load("score Z 9\nscore A 0.1\n"
			       "body Z /visit/\ndescribe Z The last letter\nlabel Z x\n"
			       "body A /now/\nlabel A x\nscore Z 0.2 7 7 7\nbody __H /now/\n",
		&err);
	struct rule_info info;
	assert_non_null(r);
	fixture_fill(&f, mail);
	judge(r, NULL, &f.message, &f);
	assert_int_equal(f.mail.hits_count, 2);
	assert_string_equal(f.mail.hits[0].rule, "Z");
	assert_string_equal(f.mail.hits[0].why, "The last letter");
	assert_string_equal(f.mail.hits[1].rule, "A");
	assert_string_equal(f.mail.hits[1].why, "A");
	assert_true(f.mail.score > 0.2999 && f.mail.score < 0.3001);
	assert_int_equal(f.mail.labels_count, 1);
	rules_info(r, 0, &info);
	assert_string_equal(info.kind, "body");
	assert_string_equal(info.file, "f.cf");
	assert_int_equal(info.line, 3);
	assert_int_equal(rules_count(r), 3);
	rules_free(r);
	arena_release(&f.arena);
}

/* What each kind of rule looked at; under privacy, and without. */
static void
test_matched(void **state)
{
	(void)state;
	static const char letter[] =
		"From: \"Ann B\" <ann.b@a.example>\r\n"
		"To: rui.x@y.example\r\n"
		"Subject: buy\r\n  the <script>\x01 pills\r\n"
		"Message-ID: <1.\"ann b\"@a.example>\r\n"
		"X-Mailer: "
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa Bulk 1.0 "
		"z@x.example\r\n"
		"\r\nA secret word for rui.x@y.example\r\n";
	static const struct {
		const char *rule, *clear, *private; /* private NULL = the same */
	} cases[] = {
		{ "header H Subject =~ /pills/", "Subject: buy the <script>\\x01 pills",
			"Subject: 5 bytes" },
		{ "header H From =~ /Ann/", "From: \"Ann B\" <ann.b@a.example>",
			"From: \"Ann B\" <…@a.example>" },
		{ "header H Message-ID =~ /^</", "Message-ID: <1.\"ann b\"@a.example>",
			"Message-ID: <1.…@a.example>" },
		{ "header H To:addr =~ /rui/", "To: rui.x@y.example", "To: 3 bytes" },
		{ "header H exists:X-Mailer", NULL, NULL },
		{ "header H X-Mailer =~ /Bulk/", "X-Mailer: aaaaaaaaaaaaaaa Bulk 1.0 z@x.example",
			"X-Mailer: aaaaaaaaaaaaaaa Bulk 1.0 …@x.example" },
		{ "header H Subject !~ /tea/", "Subject: buy the <script>\\x01 pills",
			"Subject: 24 bytes" },
		{ "header H Cc !~ /tea/ [if-unset: x]", NULL, NULL },
		{ "body H /secret word/", "body: 11 bytes", NULL },
		{ "rawbody H /secret/", "rawbody: 6 bytes", NULL },
		{ "full H /secret word/", "full: 11 bytes", NULL },
		{ "session H helo_name =~ /pc/", "helo_name: pc", NULL },
		{ "session H rcpts > 1", "rcpts 2", NULL },
		{ "body __A /secret/\nbody __B /absent/\nmeta H __A || __B", "__A", NULL },
		{ "body __B /absent/\nmeta H !__B", "!__B", NULL },
	};
	for (size_t i = 0; i < 2 * (sizeof cases / sizeof *cases); i++) {
		struct err err = { "" };
		struct fixture f;
		const char *wanted = cases[i / 2].clear;
		struct rules *r = load(cases[i / 2].rule, &err);
		if (r == NULL)
			fail_msg("%s: %s", cases[i / 2].rule, err.text);
		fixture_fill(&f, letter);
		const struct rule_input in = { .session = &f.session,
			.message = &f.message,
			.delivered = &f.message,
			.mail = &f.mail,
			.clear = i % 2 == 0,
			.arena = &f.arena };
		rules_score(r, &in, &f.mail, &f.counters);
		assert_int_equal(f.mail.hits_count, 1);
		const struct hit *hit = &f.mail.hits[0];
		assert_true(strncmp(hit->where, "f.cf:", 5) == 0);
		assert_true(strlen(hit->matched) <= 80);
		if (!in.clear && cases[i / 2].private != NULL)
			wanted = cases[i / 2].private;
		if (wanted != NULL && strcmp(hit->matched, wanted) != 0)
			fail_msg("%s: '%s', not '%s'", cases[i / 2].rule, hit->matched, wanted);
		if (!in.clear)
			assert_null(strstr(hit->matched, "rui.x"));
		arena_release(&f.arena);
		rules_free(r);
	}
}

/* What is absent is not held against a mail of which bytes were lost, or that has no content. */
static void
test_losses(void **state)
{
	(void)state;
	struct err err = { "" };
	struct fixture f;
	struct rules *r =
		load("header __D exists:Date\nmeta NO_DATE !__D\nbody V /visit/\n"
		     "session H helo_name =~ /pc/\nheader N Subject !~ /tea/\nmeta M __D + V\n"
		     "meta S !H || H\nfault F no-blank-line\n",
			&err);
	assert_non_null(r);
	fixture_fill(&f, mail);
	judge(r, &f.session, &f.message, &f);
	assert_int_equal(f.mail.hits_count, 6); /* all but F */
	arena_release(&f.arena);

	fixture_fill(&f, mail);
	f.mail.gap = 100;
	judge(r, &f.session, &f.message, &f);
	assert_int_equal(f.mail.hits_count, 4); /* V, H, M, S */
	assert_string_equal(f.mail.hits[0].rule, "V");
	arena_release(&f.arena);

	fixture_fill(&f, "From: a");
	f.mail.outcome = OUTCOME_ABORTED;
	judge(r, &f.session, &f.message, &f);
	assert_int_equal(f.mail.hits_count, 2); /* H, S */
	arena_release(&f.arena);

	fixture_fill(&f, "");
	judge(r, &f.session, NULL, &f);
	assert_int_equal(f.mail.hits_count, 2); /* H, S */
	arena_release(&f.arena);
	rules_free(r);
}

/* What was not judged is said: once per rule and mail, and once for all that came after the mail's
 * steps were used up. */
static void
test_gives_up(void **state)
{
	(void)state;
	struct err err = { "" };
	struct fixture f;
	char text[2000] = "Subject: x\r\n\r\n";
	struct rules *r =
		load("body E /^(a+)+$/\nheader __S Subject =~ /x/\nmeta M __S && !E\n", &err);
	assert_non_null(r);
	memset(text + strlen(text), 'a', 1000);
	memcpy(text + strlen(text), "!", 2);
	fixture_fill(&f, text);
	judge(r, NULL, &f.message, &f);
	assert_int_equal(f.mail.hits_count, 1);
	assert_string_equal(f.mail.hits[0].rule, "M");
	assert_int_equal(f.counters.value[COUNTER_rules_gave_up], 1);
	assert_int_equal(f.mail.gave_up_count, 1);
	assert_string_equal(f.mail.gave_up[0], "E");
	rules_free(r);
	arena_release(&f.arena);
}

static void
test_budget(void **state)
{
	(void)state;
	struct err err = { "" };
	struct fixture f;
	static char rules[4000], text[60000];
	int used = 0;
	for (int i = 0; i < 60; i++)
		used += snprintf(
			rules + used, sizeof rules - (size_t)used, "body R%d /^(a+)+%d$/\n", i, i);
	snprintf(rules + used, sizeof rules - (size_t)used, "header S Subject =~ /x/\n");
	struct rules *r = load(rules, &err);
	assert_non_null(r);
	size_t length = (size_t)snprintf(text, sizeof text, "Subject: x\r\n\r\n");
	for (int i = 0; i < 40; i++) {
		memset(text + length, 'a', 1000);
		length += 1000;
		for (int n = 0; n < 60; n++)
			length += (size_t)snprintf(text + length, sizeof text - length, " %d", n);
		length += (size_t)snprintf(text + length, sizeof text - length, "\r\n\r\n");
	}
	fixture_fill(&f, text);
	judge(r, NULL, &f.message, &f);
	assert_int_equal(f.mail.hits_count, 1); /* S: header rules come first */
	assert_true(f.mail.gave_up_count >= 2);
	assert_string_equal(f.mail.gave_up[f.mail.gave_up_count - 1], "budget");
	size_t count = f.mail.gave_up_count;
	arena_release(&f.arena);
	fixture_fill(&f, text); /* and the same again */
	judge(r, NULL, &f.message, &f);
	assert_int_equal(f.mail.gave_up_count, count);
	rules_free(r);
	arena_release(&f.arena);
}

static void
test_folders(void **state)
{
	(void)state;
	struct err err = { "" };
	const struct rule_source good[] = { { SOURCE_DIR "/rules", false } };
	const struct rule_source bad[] = { { SOURCE_DIR "/rules", false },
		{ SOURCE_DIR "/no-such-folder", false } };
	const struct rule_source twice[] = { { SOURCE_DIR "/rules", false },
		{ SOURCE_DIR "/rules", false } };
	struct rules *r = rules_load(good, 1, &err);
	if (r == NULL)
		fail_msg("%s", err.text);
	assert_true(rules_count(r) > 100);
	rules_free(r);
	assert_null(rules_load(bad, 2, &err));
	assert_non_null(strstr(err.text, "no-such-folder: No such file"));
	const struct rule_source none[] = { { SOURCE_DIR "/rules/corpus", false } };
	err.text[0] = '\0';
	assert_null(rules_load(none, 1, &err));
	assert_non_null(strstr(err.text, "no *.cf file"));
	err.text[0] = '\0';
	r = rules_load(twice, 2, &err);
	assert_non_null(r);
	assert_int_equal(rules_notice_at(r, 0)->kind, RULE_NOTICE_TWICE);
	rules_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_explanation),
		cmocka_unit_test(test_matched),
		cmocka_unit_test(test_losses),
		cmocka_unit_test(test_gives_up),
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_folders),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
