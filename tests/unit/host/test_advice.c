/* Steps and their commands: for which cause and software, that they can be pasted, and that nothing
 * hostile gets into one. */
#include "tale.h"

#include "sensor/host/advice.h"
#include "sensor/host/aggregate_fields.h"

#define SERVER_A "192.0.2.25"

/* ---- every command of the tables ---- */

static const struct {
	const struct advice_row *rows;
	const size_t *count;
} tables[] = {
	{ advice_first, &advice_first_count },
	{ advice_by_cause, &advice_by_cause_count },
	{ advice_last, &advice_last_count },
};

/* fn for each command that a shell reads, holes filled: of this family only. */
static int
each_command(bool v6, void (*fn)(void *ctx, const char *command), void *ctx)
{
	int count = 0;

	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
		for (size_t k = 0; k < *tables[i].count; k++) {
			const struct advice_row *row = &tables[i].rows[k];
			char text[1024] = "";

			if (row->command[0] == '\0' || strcmp(row->software, "Exchange") == 0)
				continue;
			if (strstr(row->command, v6 ? " ip saddr" : " ip6 saddr") != NULL ||
				strncmp(row->command, v6 ? "iptables" : "ip6tables", v6 ? 8 : 9) ==
					0)
				continue;
			for (const char *at = row->command; *at != '\0';) {
				const char *with = NULL;
				size_t len = strlen(text);

				if (strncmp(at, "{ip}", 4) == 0) {
					with = v6 ? "2001:db8::4" : "192.0.2.4";
					at += 4;
				} else if (strncmp(at, "{script}", 8) == 0) {
					with = "'contact.php'";
					at += 8;
				}
				if (with != NULL)
					snprintf(text + len, sizeof text - len, "%s", with);
				else
					snprintf(text + len, sizeof text - len, "%c", *at++);
			}
			fn(ctx, text);
			count++;
		}
	}
	return count;
}

static bool
works(const char *command)
{
	return system(command) == 0;
}

static void
check_by_shellcheck(void *ctx, const char *command)
{
	char path[] = "/tmp/heloscope-advice-XXXXXX", line[128];
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");

	(void)ctx;
	assert_non_null(file);
	/* SC2016: what stands in single quotes for another program is meant so */
	fprintf(file, "#!/bin/sh\n# shellcheck disable=SC2016\n%s\n", command);
	fclose(file);
	snprintf(line, sizeof line, "shellcheck %s", path);
	if (!works(line))
		fail_msg("shellcheck does not like: %s", command);
	unlink(path);
}

static void
test_shellcheck(void **state)
{
	(void)state;
	if (!works("command -v shellcheck >/dev/null")) {
		print_message("SKIPPED: shellcheck is not installed\n");
		skip();
	}
	assert_true(each_command(false, check_by_shellcheck, NULL) > 60);
	assert_true(each_command(true, check_by_shellcheck, NULL) > 60);
}

/* A firewall's rules are put in force, in a name space of their own.  Users are root: those of mail
 * servers may be missing here. */
static void
check_by_kernel(void *ctx, const char *command)
{
	int *applied = ctx;
	char *line, text[1024], *user;

	if (strncmp(command, "nft add", 7) != 0 && strncmp(command, "iptables -", 10) != 0 &&
		strncmp(command, "ip6tables -", 11) != 0)
		return;
	if (strstr(command, "tables -t") != NULL)
		return;
	snprintf(text, sizeof text, "%s", command);
	if ((user = strstr(text, "--uid-owner ")) != NULL)
		user += 12;
	else if ((user = strstr(text, "skuid != ")) != NULL)
		user += 9;
	if (user != NULL) {
		char rest[1024];

		snprintf(rest, sizeof rest, "%s", strchr(user, ' '));
		snprintf(user, sizeof text - (size_t)(user - text), "root%s", rest);
	}
	assert_true(asprintf(&line, "unshare -rn sh -e -c \"%s\"", text) > 0);
	if (!works(line))
		fail_msg("the kernel does not take: %s", text);
	free(line);
	++*applied;
}

static void
test_firewalls(void **state)
{
	int applied = 0;

	(void)state;
	if (!works("unshare -rn sh -c 'nft add table inet t && iptables -A OUTPUT -p tcp -j "
		   "REJECT' >/dev/null 2>&1")) {
		print_message("SKIPPED: no nft, no iptables, or no name spaces here\n");
		skip();
	}
	each_command(false, check_by_kernel, &applied);
	each_command(true, check_by_kernel, &applied);
	assert_true(applied >= 20);
}

/* Each cause has something to do, each of the six has its queue. */
static void
test_tables_are_whole(void **state)
{
	static const char *const servers[] = { "Postfix", "Exim", "Sendmail", "OpenSMTPD", "qmail",
		"Exchange" };

	(void)state;
	for (int c = CAUSE_UNKNOWN + 1; c < CAUSES; c++) {
		size_t steps = 0;

		for (size_t i = 0; i < advice_by_cause_count; i++)
			steps += advice_by_cause[i].cause == (enum cause)c;
		if (steps == 0)
			fail_msg("nothing to do about %s", cause_word((enum cause)c));
	}
	for (size_t s = 0; s < sizeof servers / sizeof servers[0]; s++) {
		bool queue = false, relay = false;

		for (size_t i = 0; i < advice_first_count; i++)
			queue |= strcmp(advice_first[i].software, servers[s]) == 0 &&
				 strstr(advice_first[i].step, "queue") != NULL;
		for (size_t i = 0; i < advice_first_count; i++)
			queue |= strcmp(advice_first[i].software, servers[s]) == 0 &&
				 strstr(advice_first[i].step, "waits") != NULL;
		for (size_t i = 0; i < advice_by_cause_count; i++)
			relay |= strcmp(advice_by_cause[i].software, servers[s]) == 0 &&
				 advice_by_cause[i].cause == CAUSE_OPEN_RELAY;
		if (!queue || !relay)
			fail_msg("%s lacks its queue or its relay", servers[s]);
	}
}

/* ---- what is told of a host ---- */

static void
tell_php(struct tale *t, const char *script, int count)
{
	for (int i = 0; i < count; i++) {
		char server[32];
		struct session_record *s;
		struct mail_record *m;

		snprintf(server, sizeof server, "203.0.113.%d", i % 200 + 1);
		s = a_session(t, server);
		m = a_mail(t, s, "www-data@grid.example.edu", 9);
		m->header.php_script = script;
		a_label(t, m, "php");
		a_rcpt(t, m, "x@v.example", REPLY_OK);
		tell_mail(t, s, m);
		tell_session(t, s);
	}
}

static bool
is_commanded(const struct host_record *r, const char *part)
{
	for (size_t i = 0; i < r->advice_count; i++) {
		if (strstr(r->advice[i].command, part) != NULL)
			return true;
	}
	return false;
}

static const struct {
	const char *script, *file; /* NULL = none that may be pasted */
} scripts[] = {
	{ "33:contact.php", "'contact.php'" },
	{ "www.example.edu/~ana/forms/contact_2.php for 203.0.113.7", "'contact_2.php'" },
	{ "33:contact.php;reboot", NULL },
	{ "33:$(reboot).php", NULL },
	{ "33:a'b.php", NULL },
	{ "33:`id`.php", NULL },
	{ "33:-rf.php", NULL },
	{ "33:.hidden.php", NULL },
	{ "33:../../etc/passwd", "'passwd'" },
	{ "33:a b.php", NULL },
	{ "33:caf\xc3\xa9.php", NULL },
	{ "33:\xe2\x80\x9e.php", NULL },
	{ "33:", NULL },
	{ "x/", NULL },
	{ "33:"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
	  "php",
		NULL },
};

static void
test_scripts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
		static struct tale t;
		char wanted[160] = " -name '";

		print_message("%s\n", scripts[i].script);
		tale_begin(&t);
		tell_php(&t, scripts[i].script, 60);
		tale_end(&t);
		if (scripts[i].file != NULL)
			snprintf(wanted, sizeof wanted, " -name %s -exec", scripts[i].file);
		else
			snprintf(wanted, sizeof wanted, "find / ");
		assert_int_equal(is_commanded(&t.host, wanted), scripts[i].file != NULL);
		assert_false(is_commanded(&t.host, "reboot"));
		assert_false(is_commanded(&t.host, "{script}"));
		assert_false(is_commanded(&t.host, "{ip}"));
		tale_over(&t);
	}
}

/* Rows of one server are left out where another was seen; where none was, the three most frequent
 * are told, and the firewall names no user but root. */
static void
test_by_software(void **state)
{
	static const struct {
		const char *software, *told, *untold;
	} rows[] = {
		{ "Postfix", "postsuper -h ALL", "exiqgrep" },
		{ "Postfix", "meta skuid != postfix", "skuid != root" },
		{ "Exim", "exiqgrep -i", "postsuper" },
		{ "Sendmail", "mailq -Ac", "postsuper" },
		{ "OpenSMTPD", "smtpctl pause mta", "postsuper" },
		{ "qmail", "qmail-qstat", "postsuper" },
		{ "Exchange", "Suspend-Queue", "postsuper" },
		{ "", "postsuper -h ALL", "skuid != postfix" },
		{ "", "exiqgrep -i", "Suspend-Queue" },
		{ "", "skuid != root", "qmail-qstat" },
		{ "smtplib", "skuid != root", "skuid != postfix" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		static struct tale t;
		struct session_record *s;

		print_message("%s\n", rows[i].software);
		tale_begin(&t);
		s = an_inbound_session(&t, "203.0.113.66");
		s->server_software = rows[i].software;
		tell_session(&t, s);
		tell_php(&t, "33:contact.php", 60);
		tale_end(&t);
		if (!is_commanded(&t.host, rows[i].told))
			fail_msg("not told: %s", rows[i].told);
		if (is_commanded(&t.host, rows[i].untold))
			fail_msg("told: %s", rows[i].untold);
		assert_true(is_commanded(
			&t.host, "heloscope match --host " THE_HOST " /var/log/mail.log"));
		tale_over(&t);
	}
}

/* Removal comes last, services that nobody needs before it; a step is told once. */
static void
test_order(void **state)
{
	static struct tale t;
	struct session_record *s;
	const struct host_record *r = &t.host;

	(void)state;
	tale_begin(&t);
	tell_php(&t, "33:contact.php", 60);
	s = a_session(&t, SERVER_A);
	a_reply(&t, s, "MAIL", REPLY_LISTED, "SpamCop", "554 blocked");
	a_reply(&t, s, "MAIL", REPLY_PRIVATE_REPUTATION, "Microsoft S3140", "550 blocked");
	tell_session(&t, s);
	t.services[t.services_count++] = (struct service){ 22, "", NIGHT, NIGHT };
	t.services[t.services_count++] = (struct service){ 3128, "", NIGHT, NIGHT };
	tale_end(&t);
	assert_true(r->advice_count > 10);
	assert_non_null(strstr(r->advice[r->advice_count - 1].step,
		"ask Microsoft S3140 for removal: https://sender.office.com/"));
	assert_non_null(strstr(r->advice[r->advice_count - 2].step, "ask SpamCop for removal"));
	assert_said(&t, "Close port 3128 (squid-http) unless somebody needs it: a proxy's port");
	assert_true(is_commanded(r, "ss -tlnp 'sport = :3128'"));
	assert_false(is_commanded(r, "'sport = :22'"));
	for (size_t i = 0; i < r->advice_count; i++) {
		for (size_t k = 0; k < i; k++)
			assert_false(strcmp(r->advice[i].command, r->advice[k].command) == 0 &&
				     (r->advice[i].command[0] != '\0' ||
					     strcmp(r->advice[i].step, r->advice[k].step) == 0));
	}
	tale_over(&t);
}

static void
test_closed_list(void **state)
{
	static struct tale t;
	struct session_record *s;

	(void)state;
	tale_begin(&t);
	s = a_session(&t, SERVER_A);
	a_reply(&t, s, "MAIL", REPLY_LISTED, "SORBS", "554 blocked");
	tell_session(&t, s);
	tale_end(&t);
	assert_said(&t, "SORBS was closed in June 2024: tell the postmaster of " SERVER_A);
	tale_over(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shellcheck),
		cmocka_unit_test(test_firewalls),
		cmocka_unit_test(test_tables_are_whole),
		cmocka_unit_test(test_scripts),
		cmocka_unit_test(test_by_software),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_closed_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
