/* Dialects: one word per way of speaking, whatever is sent in it. */
#include "unit/smtp/smtp_test.h"

#include "sensor/smtp/dialect.h"

static const struct {
	const char *name;
	const char *lines; /* "+" before a command that did not wait, "." the content of a mail */
	const char *dialect;
	struct dialect_offers offers;
} rows[] = {
	{ "upper case", "EHLO a.example\nMAIL FROM:<a@b> SIZE=10\nRCPT TO:<c@d>\nDATA\nQUIT",
		"EHLO fqdn|MAIL FROM:<_> SIZE=|RCPT TO:<_>|DATA|QUIT crlf", { 0 } },
	{ "the same with other mails",
		"EHLO a.z\nMAIL FROM:<> SIZE=7\nRCPT TO:<x@y>\nRCPT "
		"TO:<v@w>\nDATA\nRSET\nNOOP\nMAIL "
		"FROM:<q@b>\nRCPT TO:<c@d> NOTIFY=NEVER\nRSET\nMAIL FROM:<q@b>\nRCPT TO:<g@h>\n"
		"DATA\nQUIT",
		"EHLO fqdn|MAIL FROM:<_> SIZE=|RCPT TO:<_>|DATA|QUIT crlf", { 0 } },
	{ "together",
		"EHLO a.example\nMAIL FROM:<a@b>\n+RCPT TO:<c@d>\n+RCPT TO:<e@f>\n+DATA\n+QUIT",
		"EHLO fqdn|MAIL FROM:<_>+RCPT TO:<_>+DATA+QUIT crlf", { .pipelining = true } },
	{ "all offered, nothing used", "EHLO a.example\nMAIL FROM:<a@b>\nRCPT TO:<c@d>\nDATA\nQUIT",
		"EHLO fqdn|MAIL FROM:<_>|RCPT TO:<_>|DATA|QUIT crlf -PIPELINING -SIZE -CHUNKING "
		"-STARTTLS",
		{ true, true, true, true } },
	{ "all offered, all used",
		"EHLO a.b\nSTARTTLS\nEHLO a.b\nMAIL FROM:<a@b> SIZE=3\n+RCPT TO:<c@d>\n+BDAT 3 "
		"LAST\nQUIT",
		"EHLO fqdn|STARTTLS|MAIL FROM:<_> SIZE=+RCPT TO:<_>+BDAT _|QUIT crlf",
		{ true, true, true, true } },
	{ "refused before it could use anything", "EHLO a.example\nQUIT", "EHLO fqdn|QUIT crlf",
		{ true, true, true, true } },
	{ "small letters", "ehlo [127.0.0.1]\nmail FROM:<a@b> size=3\nrcpt TO:<c@d>\ndata\nquit",
		"ehlo [loopback]|mail FROM:<_> size=|rcpt TO:<_>|data|quit crlf",
		{ .size = true } },
	{ "forms of names", "EHLO [192.0.2.1]\nHELO 192.0.2.1", "EHLO [ip]|HELO ip|cut crlf",
		{ 0 } },
	{ "an IPv6 literal", "EHLO [IPv6:2001:db8::1]\nHELO localhost.localdomain",
		"EHLO [ip]|HELO localhost|cut crlf", { 0 } },
	{ "odd names", "EHLO a_b..c\nHELO [x]", "EHLO odd|HELO [odd]|cut crlf", { 0 } },
	{ "no name, and two", "HELO\nEHLO a b", "HELO|EHLO bare _|cut crlf", { 0 } },
	{ "first RSET and NOOP stay",
		"EHLO a.b\nRSET\nMAIL FROM:<a@b>\nNOOP\nRCPT TO:<c@d>\nDATA\nRSET\nQUIT",
		"EHLO fqdn|RSET|MAIL FROM:<_>|NOOP|RCPT TO:<_>|DATA|QUIT crlf", { 0 } },
	{ "what is said behind the mails stays",
		"EHLO a.b\nMAIL FROM:<a@b>\nRCPT TO:<c@d>\nDATA\nRSET\nMAIL FROM:<a@b>\nRCPT "
		"TO:<c@d>\nDATA\nRSET\nQUIT",
		"EHLO fqdn|MAIL FROM:<_>|RCPT TO:<_>|DATA|RSET|QUIT crlf", { 0 } },
	{ "spaces", "EHLO  a.b\nMAIL FROM: <a@b> \nRCPT\tTO:<c@d>\nDATA \nQUIT  ",
		"EHLO\\s\\sfqdn|MAIL FROM: <_>\\s|RCPT\\tTO:<_>|DATA\\s|QUIT\\s\\s crlf", { 0 } },
	{ "in front, too", " QUIT", "\\sQUIT crlf", { 0 } },
	{ "BODY is the program's choice", "MAIL FROM:<a@b> body=8bitmime AUTH=<> ENVID=secret",
		"MAIL FROM:<_> body=8bitmime AUTH= ENVID=|cut crlf", { 0 } },
	{ "cut", "HELO a\nMAIL FROM: a@b", "HELO bare|MAIL FROM: _|cut crlf", { 0 } },
	{ "mechanisms", "EHLO a.b\nAUTH PLAIN AGEAYg==\nQUIT", "EHLO fqdn|AUTH PLAIN _|QUIT crlf",
		{ 0 } },
	{ "no mechanism", "AUTH hunter.2\nQUIT", "AUTH _|QUIT crlf", { 0 } },
	{ "one verb in two ways", "mail from: <a@b>\nMAIL FROM:<a@b>\nQUIT",
		"mail from: <_>|QUIT crlf varied", { 0 } },
	{ "parameters are no other way", "MAIL FROM:<a@b>\nMAIL FROM:<a@b> SIZE=1\nQUIT",
		"MAIL FROM:<_>|QUIT crlf", { 0 } },
	{ "a relay", "MAIL FROM:<a@b>\nRCPT TO:<c@d>\nDATA\n.Subject: x\\Received: by a\nQUIT",
		"MAIL FROM:<_>|RCPT TO:<_>|DATA|QUIT crlf relays", { 0 } },
	{ "a text is no header", "MAIL FROM:<a@b>\nDATA\n.Subject: x\\\\Received: by a\nQUIT",
		"MAIL FROM:<_>|DATA|QUIT crlf", { 0 } },
	{ "addresses do not leak",
		"MAIL FROM:<a@b> bob@x.example\nRCPT TO:bob smith@x.example\nQUIT",
		"MAIL FROM:<_> ?|RCPT TO:_ ?|QUIT crlf", { 0 } },
	{ "unknown words do not leak", "hunter2\nQUIT", "?|QUIT crlf", { 0 } },
	{ "what joins commands does not get in", "MAIL FROM:|+<a@b>\nQUIT", "MAIL FROM:_|QUIT crlf",
		{ 0 } },
};

static void
speak(struct dialect *d, struct slice rest)
{
	while (rest.len > 0) {
		struct command c;
		struct path p;
		struct slice line = slice_split(&rest, '\n');
		if (line.len > 0 && line.ptr[0] == '.') {
			char content[100];
			size_t n = line.len - 1;
			memcpy(content, line.ptr + 1, n);
			for (size_t i = 0; i < n; i++)
				content[i] = content[i] == '\\' ? '\n' : content[i];
			dialect_content(d, slice_of(content, n));
			continue;
		}
		d->unwaited = line.len > 0 && line.ptr[0] == '+';
		command_parse(slice_skip(line, d->unwaited), &c);
		path_parse(c.args, c.verb == VERB_MAIL ? "FROM" : "TO", &p);
		dialect_command(d, &c, c.verb == VERB_MAIL || c.verb == VERB_RCPT ? &p : NULL);
	}
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct dialect d = { .crlf = true };
		struct arena arena;
		arena_init(&arena, 100000);
		speak(&d, slice_str(rows[i].lines));
		const char *got = dialect_text(&d, &rows[i].offers, &arena);
		if (strcmp(got, rows[i].dialect) != 0)
			fail_msg("%s: %s", rows[i].name, got);
		arena_release(&arena);
	}
}

static void
test_line_ends(void **state)
{
	(void)state;
	struct dialect d = { .lf = true };
	struct dialect_offers none = { 0 };
	struct arena arena;
	arena_init(&arena, 100000);
	assert_string_equal(dialect_text(&d, &none, &arena), "");
	speak(&d, SLICE("QUIT"));
	assert_string_equal(dialect_text(&d, &none, &arena), "QUIT lf");
	d.crlf = true;
	assert_string_equal(dialect_text(&d, &none, &arena), "QUIT mixed");
	assert_false(dialect_is_lower(&d));
	speak(&d, SLICE("Noop"));
	assert_false(dialect_is_lower(&d));
	speak(&d, SLICE("help"));
	assert_true(dialect_is_lower(&d));
	arena_release(&arena);
}

/* More kinds than are kept are marked, and parameters without end are cut. */
static void
test_bounds(void **state)
{
	(void)state;
	struct dialect d = { .crlf = true };
	struct dialect_offers none = { 0 };
	struct arena arena;
	arena_init(&arena, 100000);
	for (enum verb v = VERB_EHLO; v < VERB_GREETING; v++) {
		char line[400] = "";
		snprintf(line, sizeof(line), "%s %0300d", verb_text(v), 1);
		speak(&d, slice_str(line));
	}
	assert_int_equal(d.count, DIALECT_KINDS);
	assert_int_equal(d.after_count, DIALECT_AFTER);
	speak(&d, SLICE("MAIL FROM:<a@b> A=1 B=1 C=1 D=1 E=1 F=1 G=1 H=1 I=1 J=1 K=1 L=1 M=1 N=1"));
	assert_true(strlen(d.kinds[3].text) < DIALECT_KIND);
	struct dialect many = { .crlf = true };
	for (enum verb v = VERB_RSET; v < VERB_GREETING; v++)
		speak(&many, slice_str(verb_text(v)));
	assert_non_null(strstr(dialect_text(&many, &none, &arena), "|..."));
	arena_release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_line_ends),
		cmocka_unit_test(test_bounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
