/* The words of rule files: what each of them does, what is a mistake and where, what is read over.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/score/rule_text.h"

static const char mail[] =
	"From: \"Ana\" <ana@example.edu>\nTo: bob@example.net\n"
	"Subject: Cheap V1agra now, m4n and a #1 {price}\nX-Odd: one\nX-Odd: two\n"
	"Content-Type: text/plain; charset=utf-8\n\n"
	"visit http://www.example.com/x?a=1 today\n\nna\xc3\xafve 50% off a/b\\c\n";

#define ON "body __ON /visit/\n"
#define OFF "body __OFF /tea time/\n"

/* Of each row the rule A hits, or not. */
static const struct {
	const char *text;
	bool hits;
} rows[] = {
	/* comments, spaces, case of words */
	{ "  body\tA   /visit/ # words\n", true },
	{ "# body A /visit/\nmeta A 0\n", false },
	{ "header A Subject =~ /a \\#1/\n", true },
	{ "header A Subject =~ m{a \\#1}x # with x the rest is a comment\n", true },
	{ "BODY A /visit/\n", true },
	{ "replace-tag X visit\nbody A /<X>/\nreplace-rules A\n", true },
	/* delimiters and flags */
	{ "body A m{visit}\n", true },
	{ "body A m!visit!\n", true },
	{ "body A m,http://www\\.example\\,?,\n", true },
	{ "body A m(v(i)sit)\n", true },
	{ "body A m[vis[i]t]\n", true },
	{ "body A m<visit>\n", true },
	{ "body A m|visit\\|x|\n", false },
	{ "body A m|a/b|\n", true },
	{ "body A qr/visit/\n", true },
	{ "body A /a\\/b/\n", true },
	{ "body A /VISIT/i\n", true },
	{ "body A /VISIT/goi\n", true },
	{ "body A / v i s i t /x\n", true },
	{ "body A /v.sit\\b.*today$/ims\n", true },
	{ "body A /[v]isit(?\\#a comment)/\n", true },
	{ "body A /(vi)(?:s)it/n\n", true },
	/* what Perl writes and PCRE2 does not know */
	{ "body A /na\\x{ef}ve/\n", false },
	{ "body A /na\\x{c3}\\x{af}ve/\n", true },
	{ "body A /na\\N{U+00EF}ve|\\N{U+76}isit/\n", true },
	{ "body A /price/\nbody A /\\x{1F600}|visit/\n", true },
	{ "body A /(?a)visit/\n", true },
	{ "body A /(?^ui:VISIT)/\n", true },
	{ "body A /vi\\z|visit\\Z|off a.b.c\\z/\n", false },
	{ "header A X-Odd =~ /two\\n?\\z/\n", true },
	{ "body A /vis++it/\n", true },
	{ "body A /(?<name>v)isit/\n", true },
	{ "header A From:addr =~ /^ana\\@example/\n", true },
	{ "header A From:addr =~ /^ana@example/\n", true },
	{ "body A /50% off$|50% off/\n", true },
	{ "body A /na\xc3\xafve/\n", true },
	{ "header A Subject =~ /[[:digit:]]agra/\n", true },
	{ "header A Subject =~ /\\{price\\}/\n", true },
	{ "header A Subject =~ /{price}/\n", true },
	/* header */
	{ "header A X-Odd =~ /two/\n", true },
	{ "header A X-Odd:first =~ /two/\n", false },
	{ "header A From:addr=~/^ana/\n", true },
	{ "header A From: =~ /Ana/\n", true },
	{ "header A Missing !~ /x/\n", true },
	{ "header A Missing =~ /^none$/ [if-unset: none]\n", true },
	{ "header A exists:X-Odd\n", true },
	{ "header A exists:X-Even\n", false },
	{ "header A To =~ /[if-unset: x]/\n", true },
	{ "header A ALL =~ /^X-Odd: two/m\n", true },
	{ "mimeheader A Content-Type =~ /utf-8/\n", true },
	{ "mimeheader A Content-Type !~ /utf-8/\n", false },
	{ "mimeheader A Content-Type:raw =~ /^text/\n", true },
	{ "rawbody A /^na/m\n", true },
	{ "full A /^Subject: Cheap/m\n", true },
	{ "uri A /example\\.com/\n", true },
	/* meta */
	{ ON OFF "meta A __ON && !__OFF\n", true },
	{ ON OFF "meta A (__ON + __OFF) == 1\n", true },
	{ ON "meta A __ON * 3 - 2 >= 1\n", true },
	{ ON "meta A 5 % 3 == 2 && (6 & 3) == 2 && (6 | 1) == 7 && (6 ^ 2) == 4\n", true },
	{ ON "meta A -1 < 0 && +1 > 0 && - - 1 == 1\n", true },
	{ ON OFF "meta A rules_matching(__O*) == 1\n", true },
	{ ON OFF "meta A rules_matching(__O?) == 1\n", true },
	{ ON OFF "meta A rules_matching( __NO* ) >= 1\n", false },
	{ "meta A ()\n", false },
	{ "meta A 1\n", true },
	{ "meta A local_tests_only\n", true },
	{ "meta A !__NOWHERE\n", true },
	{ ON "score __ON 0\nmeta A __ON\n", false },
	{ ON "tflags __ON net\nmeta A __ON\n", true },
	/* conditions */
	{ "if (version >= 3.004)\nbody A /visit/\nendif\n", true },
	{ "if (version < 4.000000)\nbody A /visit/\nendif\n", false },
	{ "if !(version < 4)\nbody A /visit/\nelse\nmeta A 0\nendif\n", true },
	{ "ifplugin Mail::SpamAssassin::Plugin::MIMEHeader\nbody A /visit/\nendif\n", true },
	{ "ifplugin Mail::SpamAssassin::Plugin::DCC\nbody A /visit/\nendif # DCC\n", false },
	{ "loadplugin Mail::SpamAssassin::Plugin::DCC\n"
	  "if plugin(Mail::SpamAssassin::Plugin::DCC) && "
	  "!plugin ( Mail::SpamAssassin::Plugin::MIMEHeader )\nbody A /visit/\nendif\n",
		true },
	{ "if can(Mail::SpamAssassin::Conf::feature_bug6558_free)\nbody A /visit/\nendif\n", true },
	{ "if can(Mail::SpamAssassin::Conf::feature_of_later)\nbody A /visit/\nendif\n", false },
	{ "if has(Mail::SpamAssassin::Plugin::BodyEval::has_check_body_length)\nbody A /visit/\n"
	  "endif\n",
		true },
	{ "if can(Mail::SpamAssassin::Plugin::DKIM::has_arc)\nbody A /visit/\nendif\n", false },
	{ "enable_compat welcomelist_blocklist\n"
	  "if can(Mail::SpamAssassin::Conf::compat_welcomelist_blocklist)\nbody A /visit/\nendif\n",
		true },
	{ "if local_tests_only && perl_version > 5.01\nbody A /visit/\nendif\n", true },
	{ "if 0\nif 1\nbody A /visit/\nelse\nbody A /visit/\nendif\nelse\nmeta A 0\nendif\n",
		false },
	{ "if 0\nmeta A 0\nelsif 1\nbody A /visit/\nelsif 1\nmeta A 0\nelse\nmeta A 0\nendif\n",
		true },
	{ "if 0\nwords that are none\nbody A /(/\nendif\nbody A /visit/\n", true },
	{ "require_version 4.000001\nrequire_version @@VERSION@@\nbody A /visit/\n", true },
	{ "require_version 2.4\nbody A /visit/\n", false },
	{ "lang de body A /visit/\n", false },
	{ "lang en body A /visit/\n", true },
	/* redefinition, tags, scores */
	{ "body A /tea/\nbody A /visit/\n", true },
	{ "body A /visit/\nbody A /tea/\n", false },
	{ "replace_tag V [v\\d]\nreplace_tag I (?:i|1)\nheader A Subject =~ /<V><I>agra/i\n"
	  "replace_rules A\n",
		true },
	{ "header A Subject =~ /<V><I>agra/i\nreplace_tag V [v]\nreplace_tag I 1\n"
	  "replace_rules A B\n",
		true },
	{ "header A Subject =~ /<V>1agra/i\nreplace_tag V v\n", false },
	{ "replace_inter W \\W?\nreplace_post P {1,2}\nreplace_pre B \\b\nreplace_tag M m\n"
	  "replace_tag N [n4]\nheader A Subject =~ /<inter W><post P><M><N><N>/\nreplace_rules A\n",
		true },
	{ "replace_start [\nreplace_end ]\nreplace_tag M m\nheader A Subject =~ /[M]4n/\n"
	  "replace_rules A\n",
		true },
	{ "replace_tag X <Y>sit\nreplace_tag Y vi\nbody A /<X>/\nreplace_rules A\n", true },
	{ "body A /visit/\nscore A 0\n", false },
	{ "body A /visit/\nscore A 1\nscore A (-1)\n", false },
	{ "body A /visit/\nscore A 0 1 0 1\n", false },
	{ "body A /visit/\ntflags A nosubject multiple maxhits=3 net nice\npriority A -10\n",
		true },
	{ "body A /Cheap/\n", true },
	/* session, fault, view */
	{ "session A mail_from =~ /edu$/\n", true },
	{ "session A transfer=~/data/\n", true },
	{ "session A pauses == 0\n", true },
	{ "session A mails>=0\n", true },
	{ "fault A bare-lf\n", true },
	{ "fault A X-Odd:bare-lf\n", true },
	{ "fault A part:epilogue\n", false },
	{ "view sent\nheader A From =~ /Ana/\n", true },
	/* words without a meaning here */
	{ "report x\nclear_report_template\nunsafe_report y\nadd_header all X y\nreport_safe 1\n"
	  "bayes_ignore_header X\nreuse A\ndns_available no\nuse_bayes 0\nrequired_score 5\n"
	  "test A ok visit\nrewrite_header Subject x\nbody A /visit/\n",
		true },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err err = { "" };
		struct tried t;
		struct rules *r = rules_of_text(rows[i].text, false, &err);
		if (r == NULL)
			fail_msg("%s: %s", rows[i].text, err.text);
		try_rules(r, mail, &t);
		if (has_hit(&t, "A") != rows[i].hits)
			fail_msg("%s: %s", rows[i].text, rows[i].hits ? "no hit" : "hits");
		arena_release(&t.arena);
		rules_free(r);
	}
}

/* Mistakes: the place, and what is said.  In a stock set each is a notice with the same words. */
static const struct {
	const char *text, *says;
} wrong[] = {
	{ "body A /a(b/\n", "f.cf:1:12: regular expression, at byte 4: missing closing" },
	{ "  body A /x\\#(/\n", "f.cf:1:15: regular expression" },
	{ "body A\n", "f.cf:1:7: a regular expression is expected" },
	{ "body A visit\n", "f.cf:1:8: a regular expression is expected" },
	{ "body A /visit\n", "f.cf:1:14: the regular expression has no closing '/'" },
	{ "body A m{visit\n", "has no closing '}'" },
	{ "body A /visit/ 3\n", "f.cf:1:16: '3' is too much at the end" },
	{ "body A /visit/e\n", "f.cf:1:15: flag 'e'" },
	{ "body A m,a,b,\n", "f.cf:1:11: ',' inside of the expression is written \\," },
	{ "body A /x(?{ 1 })/\n", "would run Perl" },
	{ "body A /x(??{ 1 })/\n", "would run Perl" },
	{ "body A /[\\x{263a}]/\n", "\\x{263A} is more than a byte" },
	{ "body A /\\x{zz}/\n", "hexadecimal digits" },
	{ "body 1A /x/\n", "f.cf:1:6: a rule's name is expected" },
	{ "body A-B /x/\n", "f.cf:1:6: a rule's name is expected" },
	{ "body\n", "f.cf:1:5: a rule's name is expected" },
	{ "header A =~ /x/\n", "f.cf:1:10: a header field is expected" },
	{ "header A Subject /x/\n", "f.cf:1:18: =~ or !~ is expected" },
	{ "header A Subject:odd =~ /x/\n", "f.cf:1:10: " },
	{ "header A exists:X-Y z\n", "f.cf:1:21: 'z' is too much" },
	{ "mimeheader A exists:X-Y\n", "mimeheader: FIELD" },
	{ "header A eval:bare name\n", "a name is expected, and parentheses" },
	{ "header A eval:foo('x)\n", "f.cf:1:19: there is no closing '" },
	{ "header A eval:foo('x' y)\n", "f.cf:1:19: there is no closing '" },
	{ "header A eval:date_invalid(3)\n", "takes nothing" },
	{ "meta A (B && C\n", "f.cf:1:15: '(' without ')'" },
	{ "meta A B C\n", "f.cf:1:10: an operator is expected at 'C'" },
	{ "meta A B and C\n", "f.cf:1:10: an operator is expected" },
	{ "meta A B &&\n", "f.cf:1:12: the expression ends where" },
	{ "meta A B @ C\n", "f.cf:1:10: an operator" },
	{ "meta A\n", "the expression ends where" },
	{ "meta A rules_matching\n", "parentheses are expected" },
	{ "meta A B\nmeta B A\n", "names itself by way of others" },
	{ "session A shoes > 1\n", "f.cf:1:11: 'shoes' is not known of a session" },
	{ "session A rcpts > many\n", "f.cf:1:19: 'many' is no number" },
	{ "session A rcpts =~ /x/\n", "f.cf:1:17: < <= == != >= or >" },
	{ "fault A bones\n", "f.cf:1:9: 'bones' is no fault" },
	{ "host A shoes > 1\n", "f.cf:1:8: A names shoes" },
	{ "body A /x/\nscore A x\n", "f.cf:2:9: score A: 'x' is no number" },
	{ "body A /x/\nscore A 1 2\n", "one number or four" },
	{ "body A /x/\nscore A 5000\n", "no number up to 1000" },
	{ "score A\n", "f.cf:1:8: score: something is expected" },
	{ "describe 1 x\n", "f.cf:1:10: a rule's name" },
	{ "body A /x/\nlabel A two words\n", "one word" },
	{ "body A /x/\npriority A high\n", "no whole number" },
	{ "body A /x/\ntflags A maxhits=x\n", "maxhits=N" },
	{ "if (version > 3\nendif\n", "f.cf:1:16: '(' without ')'" },
	{ "if shoes\nendif\n", "f.cf:1:4: 'shoes': use version" },
	{ "if\nendif\n", "a condition is expected" },
	{ "body A /x/\nif 1\nbody B /y/\n", "f.cf:2:1: there is no endif for this if" },
	{ "endif\n", "there is no if for it" },
	{ "else\n", "there is no if for it" },
	{ "if 1\nendif x\n", "f.cf:2:7: 'x' is too much" },
	{ "test A maybe x\n", "test NAME ok|fail TEXT" },
	{ "replace_tag X\n", "what it stands for" },
	{ "replace_rules A-B\n", "'A-B' is no rule's name" },
	{ "view both\n", "f.cf:1:6: view is 'sent' or 'delivered'" },
	{ "include x.cf\n", "f.cf:1:9: include works in files alone" },
	{ "freemail_domains\n", "something is expected after freemail_domains" },
	{ "enlist_uri_host (X example.com\n", "a group is written (NAME)" },
	{ "loadplugin\n", "a plugin's name is expected" },
};

static bool
has_notice(const struct rules *r, enum rule_notice_kind kind, const char *text)
{
	for (size_t i = 0; i < rules_notices_count(r); i++)
		if (rules_notice_at(r, i)->kind == kind &&
			(strstr(rules_notice_at(r, i)->text, text) != NULL ||
				strstr(rules_notice_at(r, i)->subject, text) != NULL))
			return true;
	return false;
}

static void
test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct err err = { "" };
		struct rules *r = rules_of_text(wrong[i].text, false, &err);
		if (r != NULL || strstr(err.text, wrong[i].says) == NULL)
			fail_msg("%s: %s", wrong[i].text, r != NULL ? "taken" : err.text);
	}
}

static void
test_stock(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct err err = { "" };
		char text[400];
		struct tried t;
		snprintf(text, sizeof text, "body Z /visit/\n%s%s", wrong[i].text,
			strncmp(wrong[i].text, "if", 2) == 0 ? "" : "body Y /today/\n");
		struct rules *r = rules_of_text(text, true, &err);
		if (r == NULL)
			fail_msg("%s: %s", text, err.text);
		if (strncmp(wrong[i].text, "host", 4) != 0 &&
			!has_notice(r, RULE_NOTICE_MISTAKE, ""))
			fail_msg("%s: no notice", text);
		try_rules(r, mail, &t);
		if (!has_hit(&t, "Z"))
			fail_msg("%s: another rule is lost", text);
		arena_release(&t.arena);
		rules_free(r);
	}
}

/* What is read over: said once, with its first place and how often. */
static const struct {
	const char *text, *subject;
	enum rule_notice_kind kind;
	int line;
	size_t times;
} notices[] = {
	{ "shoes 1\nShoes 2\n", "shoes", RULE_NOTICE_WORD, 1, 2 },
	{ "body A /x/\nheader B eval:no_such(1, 'a,b')\nbody C eval:no_such()\n", "no_such",
		RULE_NOTICE_TEST, 2, 2 },
	{ "loadplugin Mail::Own::Plugin /x.pm\n", "Mail::Own::Plugin", RULE_NOTICE_PLUGIN, 1, 1 },
	{ "header A eval:check_rbl('x', 'y.example.')\ntflags A net\n", "check_rbl",
		RULE_NOTICE_NETWORK, 1, 1 },
	{ "urirhssub A x. A 2\nbody A eval:check_uridnsbl('A')\ntflags A net\n", "check_uridnsbl",
		RULE_NOTICE_NETWORK, 2, 1 },
	{ "askdns A x TXT /y/\n", "askdns", RULE_NOTICE_NETWORK, 1, 1 },
	{ "meta A B + B + C\n", "B", RULE_NOTICE_NAME, 1, 2 },
	{ "body A /x/\n\nbody A /y/\n", "A", RULE_NOTICE_TWICE, 3, 1 },
	{ "score A 1\ndescribe A x\n", "A", RULE_NOTICE_NO_RULE, 1, 2 },
	{ "\nrequire_version 3\nshoes\n", "f.cf", RULE_NOTICE_FILE, 2, 1 },
	{ "header __T To:addr =~ /(?<TO>.*)/\nuri A /%{TO}/\n", "%{NAME}", RULE_NOTICE_TEST, 2, 1 },
};

static void
test_notices(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof notices / sizeof *notices; i++) {
		struct err err = { "" };
		struct rules *r = rules_of_text(notices[i].text, false, &err);
		if (r == NULL)
			fail_msg("%s: %s", notices[i].text, err.text);
		size_t n = 0;
		while (n < rules_notices_count(r) &&
			(rules_notice_at(r, n)->kind != notices[i].kind ||
				strcmp(rules_notice_at(r, n)->subject, notices[i].subject) != 0))
			n++;
		if (n == rules_notices_count(r))
			fail_msg("%s: not said", notices[i].text);
		if (rules_notice_at(r, n)->line != notices[i].line ||
			rules_notice_at(r, n)->times != notices[i].times)
			fail_msg("%s: line %d, %zu times", notices[i].text,
				rules_notice_at(r, n)->line, rules_notice_at(r, n)->times);
		rules_free(r);
	}
}

static double
points(const struct rules *r, const char *name)
{
	return r->rules[rules_find(r, slice_str(name))].score;
}

static void
test_said_of_rules(void **state)
{
	(void)state;
	struct err err = { "" };
	struct rules *r = rules_of_text(
		"score B 2\nscore B (+0.5)\nbody A /x/\nbody B /x/\nbody T_C /x/\nbody D /x/\n"
		"tflags D nice\nbody E /x/\nscore E 1 2 3 4\ntflags E multiple maxhits=7\n"
		"tflags B net\ntflags B nosubject\npriority B -5\nview sent\nbody F /x/\n"
		"view delivered\nbody G /x/\nlang en describe A yes\nlang de describe A nein\n",
		false, &err);
	assert_non_null(r);
	assert_true(points(r, "A") > 0.99 && points(r, "A") < 1.01);
	assert_true(points(r, "B") > 2.49 && points(r, "B") < 2.51);
	assert_true(points(r, "T_C") > 0.009 && points(r, "T_C") < 0.011);
	assert_true(points(r, "D") < -0.99);
	assert_true(points(r, "E") < 1.01);
	const struct rule *b = &r->rules[rules_find(r, SLICE("B"))];
	const struct rule *e = &r->rules[rules_find(r, SLICE("E"))];
	assert_true(e->multiple && e->maxhits == 7);
	assert_true(!b->net && b->no_subject && b->priority == -5);
	assert_false(r->rules[rules_find(r, SLICE("F"))].delivered);
	assert_true(r->rules[rules_find(r, SLICE("G"))].delivered);
	assert_string_equal(r->rules[rules_find(r, SLICE("A"))].describe, "yes");
	rules_free(r);
}

/* Arguments of tests: quotes, commas and parentheses inside of them, expressions. */
static void
test_arguments(void **state)
{
	(void)state;
	static const char *const want[] = { "a, b", "(c)", "it's", "12", "1.2.3.4", "", "qr/x,y/i",
		"/d(e),f/" };
	struct err err = { "" };
	struct rules *r =
		rules_of_text("header A eval:nothing('a, b', \"(c)\", \"it's\", 12 ,1.2.3.4"
			      ", '', qr/x,y/i, /d(e),f/)\n",
			false, &err);
	if (r == NULL)
		fail_msg("%s", err.text);
	assert_int_equal(r->left_out_count, 1);
	const struct eval_arguments *a = &r->left_out[0].arguments;
	assert_int_equal(a->count, sizeof want / sizeof *want);
	for (size_t i = 0; i < a->count; i++)
		assert_string_equal((const char *)a->words[i].ptr, want[i]);
	assert_true(a->numbers[3] > 11.9 && a->numbers[3] < 12.1);
	rules_free(r);
}

/* Host rules: on counts, and on each other. */
static void
test_hosts(void **state)
{
	(void)state;
	struct err err = { "" };
	struct rules *r = rules_of_text(
		"host __MANY mails > 10\nhost SHARE rejected / rcpts >= 0.5 && __MANY\n"
		"describe SHARE Half of its recipients are refused\nscore SHARE 2\n"
		"meta QUIET !__MANY && !SHARE\nhost LISTS listed_on_rbl >= 1\nbody B /x/\n"
		"meta M B || 0\n",
		false, &err);
	if (r == NULL)
		fail_msg("%s", err.text);
	assert_int_equal(r->hosts_count, 4);
	assert_int_equal(r->rules_count, 2);
	double numbers[HOST_NUMBERS_COUNT] = { 0 };
	struct host_record host = { .counts_count = 0 };
	struct arena arena;
	arena_init(&arena, 65536);
	rules_judge_host(r, numbers, &host, &arena);
	assert_int_equal(host.causes_count, 1);
	assert_string_equal(host.causes[0].evidence[0], "QUIET (rule QUIET, 1.0 points)");
	host.causes_count = 0;
	for (size_t i = 0; i < HOST_NUMBERS_COUNT; i++)
		numbers[i] = 20; /* everything */
	rules_judge_host(r, numbers, &host, &arena);
	assert_int_equal(host.causes[0].evidence_count, 2);
	assert_string_equal(host.causes[0].evidence[0],
		"Half of its recipients are refused (rule SHARE, 2.0 points)");
	arena_release(&arena);
	rules_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_stock),
		cmocka_unit_test(test_notices),
		cmocka_unit_test(test_said_of_rules),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_hosts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
