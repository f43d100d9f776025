/* The rules that Debian's package spamassassin installs, unchanged: what of them is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/unit/score/rule_text.h"

#define RULES "/usr/share/spamassassin"
#define LOCAL "/etc/spamassassin"

/* Of version 4.0.1.  Rules that would ask the network, or need to be taught, by themselves; ... */
#define NETWORK_MOST 152
/* ... and those that name tests which are not known here, or what another rule matched. */
#define OTHERS_MOST 6
#define RULES_LEAST 2750

static bool
is_folder(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void
test_stock(void **state)
{
	(void)state;
	static const struct rule_source sources[] = { { RULES, true }, { LOCAL, true } };
	struct err err = { "" };
	struct tried t;
	size_t by_kind[RULE_NOTICES] = { 0 }, network = 0, others = 0;
	if (!is_folder(RULES) || !is_folder(LOCAL)) {
		printf("SKIPPED: " RULES " is not there: the package spamassassin has it\n");
		skip();
	}
	struct rules *r = rules_load(sources, 2, &err);
	if (r == NULL)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < rules_notices_count(r); i++)
		by_kind[rules_notice_at(r, i)->kind]++;
	for (size_t i = 0; i < rules_left_out_count(r); i++) {
		struct rule_info info;
		rules_left_out(r, i, &info);
		bool net = strstr(info.left_out, "network") != NULL;
		network += net;
		others += !net;
		if (!net)
			printf("left out: %s: %s\n", info.name, info.left_out);
	}
	assert_int_equal(by_kind[RULE_NOTICE_MISTAKE], 0);
	assert_int_equal(by_kind[RULE_NOTICE_WORD], 0);
	assert_int_equal(by_kind[RULE_NOTICE_PLUGIN], 0);
	assert_int_equal(by_kind[RULE_NOTICE_FILE], 0);
	assert_in_range(network, 0, NETWORK_MOST);
	assert_in_range(others, 0, OTHERS_MOST);
	assert_in_range(rules_count(r), RULES_LEAST, LIMIT_RULES);
	try_rules(r, "From: a@example.net\nSubject: test\n\nviagra\n", &t);
	assert_true(has_hit(&t, "MISSING_DATE"));
	arena_release(&t.arena);
	rules_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_stock) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
