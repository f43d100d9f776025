/* Dialects: one word per way of speaking, whatever is sent in it. */
#include "unit/smtp/smtp_test.h"

#include "sensor/smtp/dialect.h"

static const struct {
	const char *name, *lines, *dialect, *client;
} rows[] = {
	{ "upper case", "EHLO a.example\nMAIL FROM:<a@b> SIZE=10\nRCPT TO:<c@d>\nDATA\nQUIT",
		"EHLO _|MAIL FROM:<_> SIZE=|RCPT TO:<_>|DATA|QUIT crlf", "" },
	{ "the same with other mails",
		"EHLO z\nMAIL FROM:<> SIZE=7\nRCPT TO:<x@y>\nRCPT TO:<v@w>\nDATA\nMAIL FROM:<q@b> "
		"SIZE=1\nRCPT TO:<c@d>\nDATA\nQUIT",
		"EHLO _|MAIL FROM:<_> SIZE=|RCPT TO:<_>|DATA|QUIT crlf", "" },
	{ "smtplib", "ehlo [127.0.0.1]\nmail FROM:<a@b> size=3\nrcpt TO:<c@d>\ndata\nquit",
		"ehlo [_]|mail FROM:<_> size=|rcpt TO:<_>|data|quit crlf", "Python smtplib" },
	{ "sendmail", "EHLO a\nMAIL From:<a@b> SIZE=3\nRCPT To:<c@d>\nDATA\nQUIT",
		"EHLO _|MAIL From:<_> SIZE=|RCPT To:<_>|DATA|QUIT crlf", "Sendmail" },
	{ "exim with chunks", "EHLO a\nMAIL FROM:<a@b> SIZE=3\nRCPT TO:<c@d>\nBDAT 3 LAST\nQUIT",
		"EHLO _|MAIL FROM:<_> SIZE=|RCPT TO:<_>|BDAT _|QUIT crlf", "Exim" },
	{ "cut", "HELO a\nMAIL FROM: a@b", "HELO _|MAIL FROM: _|cut crlf", "" },
	{ "addresses do not leak",
		"MAIL FROM:<a@b> bob@x.example\nMAIL FROM:bob smith@x.example\nQUIT",
		"MAIL FROM:<_> ?|MAIL FROM:_ ?|QUIT crlf", "" },
	{ "unknown words do not leak", "hunter2\nQUIT", "?|QUIT crlf", "" },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct dialect d = { .crlf = true };
		struct arena arena;
		struct slice rest = slice_str(rows[i].lines);
		arena_init(&arena, 100000);
		while (rest.len > 0) {
			struct command c;
			struct path p;
			command_parse(slice_split(&rest, '\n'), &c);
			path_parse(c.args, c.verb == VERB_MAIL ? "FROM" : "TO", &p);
			dialect_command(
				&d, &c, c.verb == VERB_MAIL || c.verb == VERB_RCPT ? &p : NULL);
		}
		const char *got = dialect_text(&d, &arena);
		if (strcmp(got, rows[i].dialect) != 0 ||
			strcmp(dialect_client(&d), rows[i].client) != 0)
			fail_msg("%s: %s, %s", rows[i].name, got, dialect_client(&d));
		arena_release(&arena);
	}
}

/* More kinds than are kept are marked, not kept. */
static void
test_many_kinds(void **state)
{
	(void)state;
	struct dialect d = { .crlf = true };
	struct arena arena;
	arena_init(&arena, 100000);
	for (int i = 0; i < 100; i++) {
		char line[40];
		struct command c;
		struct path p;
		snprintf(line, sizeof(line), "MAIL FROM:<a@b> K%d=1", i);
		command_parse(slice_str(line), &c);
		path_parse(c.args, "FROM", &p);
		dialect_command(&d, &c, &p);
	}
	assert_int_equal(d.count, DIALECT_KINDS);
	assert_non_null(strstr(dialect_text(&d, &arena), "|+"));
	arena_release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_many_kinds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
