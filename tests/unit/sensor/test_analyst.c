/* One mail through the analyst: what it fills, what it refuses, and the collection that broke other
 * parsers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dirent.h>

#include <cmocka.h>

#include "sensor/analyst.h"
#include "sensor/base/buf.h"
#include "sensor/limits.h"
#include "sensor/record_layout.h"

static const struct rule_source rule_dirs[] = { { SOURCE_DIR "/rules", false } };

struct fixture {
	struct analyst *analyst;
	struct counters counters;
	struct arena arena;
	struct session_record session;
	struct mail_record mail;
};

static void
fixture_new(struct fixture *f)
{
	struct err err = { "" };
	struct analyst_config config = {
		.rules = rule_dirs, .rules_count = 1, .hash_key = SLICE("key")
	};
	memset(f, 0, sizeof *f);
	arena_init(&f->arena, LIMIT_MAIL_MEMORY);
	f->analyst = analyst_new(&config, &f->counters, &err);
	if (f->analyst == NULL)
		fail_msg("%s", err.text);
}

static void
fixture_free(struct fixture *f)
{
	analyst_free(f->analyst);
	arena_release(&f->arena);
}

static void
run(struct fixture *f, struct slice content)
{
	arena_reset(&f->arena);
	memset(&f->session, 0, sizeof f->session);
	memset(&f->mail, 0, sizeof f->mail);
	record_init(&layout_session, &f->session);
	record_init(&layout_mail, &f->mail);
	f->session.helo_name = "localhost";
	analyst_mail(f->analyst, &f->session, &f->mail, content, &f->arena);
}

static bool
has_hit(const struct fixture *f, const char *rule)
{
	for (size_t i = 0; i < f->mail.hits_count; i++)
		if (strcmp(f->mail.hits[i].rule, rule) == 0)
			return true;
	return false;
}

static void
test_mail(void **state)
{
	(void)state;
	struct fixture f;
	fixture_new(&f);
	run(&f, SLICE("From: a@b.example\r\nX-PHP-Originating-Script: 0:x.php\r\n\r\nhi\r\n"));
	assert_true(has_hit(&f, "HDR_NO_DATE"));
	assert_true(has_hit(&f, "HELO_LOCALHOST"));
	assert_string_equal(f.mail.header.php_script, "0:x.php");
	assert_string_equal(f.mail.labels[0], "php");
	assert_true(f.mail.score > 0);
	assert_false(f.mail.refused);
	fixture_free(&f);
}

static void
test_no_content(void **state)
{
	(void)state;
	struct fixture f;
	fixture_new(&f);
	run(&f, SLICE_EMPTY);
	assert_false(has_hit(&f, "HDR_NO_DATE"));
	assert_true(has_hit(&f, "HELO_LOCALHOST"));
	assert_false(f.mail.refused);
	assert_string_equal(f.mail.header.subject, "");
	fixture_free(&f);
}

static void
test_too_large(void **state)
{
	(void)state;
	struct fixture f;
	char *big = calloc(1, LIMIT_MAIL_KEPT + 1);
	fixture_new(&f);
	run(&f, slice_of(big, LIMIT_MAIL_KEPT + 1));
	assert_true(f.mail.refused);
	assert_int_equal(f.counters.value[COUNTER_mails_refused], 1);
	assert_true(has_hit(&f, "HELO_LOCALHOST"));
	run(&f, slice_of(big, LIMIT_MAIL_KEPT));
	assert_false(f.mail.refused);
	fixture_free(&f);
	free(big);
}

static void
test_bad_rules(void **state)
{
	(void)state;
	struct err err = { "" };
	struct counters counters = { 0 };
	const struct rule_source nowhere[] = { { SOURCE_DIR "/no-such-folder", false } };
	struct analyst_config config = { .rules = nowhere, .rules_count = 1 };
	assert_null(analyst_new(&config, &counters, &err));
	assert_non_null(strstr(err.text, "no-such-folder"));
	analyst_free(NULL);
}

static void
test_torture(void **state)
{
	(void)state;
	const char *folder = SOURCE_DIR "/../shared/mail/torture";
	struct fixture f;
	DIR *d = opendir(folder);
	if (d == NULL) {
		print_message("SKIPPED: no %s\n", folder);
		skip();
	}
	fixture_new(&f);
	uint8_t *bytes = malloc(LIMIT_MAIL_KEPT);
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		char path[4096];
		snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
		FILE *file = e->d_name[0] == '.' ? NULL : fopen(path, "rb");
		if (file == NULL)
			continue;
		run(&f, slice_of(bytes, fread(bytes, 1, LIMIT_MAIL_KEPT, file)));
		assert_false(f.mail.refused);
		fclose(file);
	}
	free(bytes);
	closedir(d);
	fixture_free(&f);
}

/* A mail that the dialogue has cut was counted there; one that is cut here is counted here. */
static void
cut_once(void **state)
{
	struct fixture f;
	(void)state;

	fixture_new(&f);
	record_init(&layout_mail, &f.mail);
	record_init(&layout_session, &f.session);
	f.mail.cut = true;
	analyst_mail(f.analyst, &f.session, &f.mail, SLICE("Subject: x\r\n\r\nx\r\n"), &f.arena);
	assert_true(f.mail.cut);
	assert_int_equal(f.counters.value[COUNTER_mails_cut], 0);

	struct buf many;
	buf_init(&many, LIMIT_MAIL_KEPT);
	for (int i = 0; i < LIMIT_HEADER_FIELDS + 1; i++)
		buf_str(&many, "X: y\r\n");
	run(&f, buf_slice(&many));
	assert_true(f.mail.cut);
	assert_int_equal(f.counters.value[COUNTER_mails_cut], 1);
	buf_release(&many);
	fixture_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_once),
		cmocka_unit_test(test_mail),
		cmocka_unit_test(test_no_content),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_bad_rules),
		cmocka_unit_test(test_torture),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
