/* The table of clients against recordings of the programs: no program may be called by another's
 * name, and segments change no word.  Prints the confusion matrix; with DIALECTS=1 in the
 * environment each dialogue's word, too. */
#include "unit/smtp/smtp_test.h"

#include <unistd.h>

#include "sensor/base/ptime.h"
#include "sensor/smtp/clients.h"
#include "sensor/smtp/session.h"

#define PROGRAMS 60
#define NAMES 60

struct block {
	char program[60], offers[20], what[20];
	struct smtp_session *session, *bytewise; /* the same dialogue, in other segments */
	int64_t time;
};

static struct {
	const char *programs[PROGRAMS], *names[NAMES];
	int count[PROGRAMS][NAMES];
	size_t programs_count, names_count;
} matrix;

static size_t
index_of(const char **list, size_t *count, const char *word)
{
	size_t i = 0;
	while (i < *count && strcmp(list[i], word) != 0)
		i++;
	assert_true(i < PROGRAMS);
	if (i == *count)
		list[(*count)++] = strdup(word);
	return i;
}

/* "\r", "\n", "\xNN". */
static size_t
unescape(const char *text, uint8_t *out)
{
	size_t n = 0;
	for (; *text != '\0' && *text != '\n'; text++) {
		unsigned byte;
		if (*text != '\\') {
			out[n++] = (uint8_t)*text;
		} else if (text[1] == 'x' && sscanf(text + 2, "%2x", &byte) == 1) {
			out[n++] = (uint8_t)byte;
			text += 3;
		} else {
			text++;
			out[n++] = *text == 'r' ? '\r' : *text == 'n' ? '\n' : (uint8_t)*text;
		}
	}
	return n;
}

static void
feed_one(struct smtp_session *session, enum smtp_side from, struct slice bytes, int64_t time)
{
	struct smtp_mail mail;
	while (smtp_session_data(session, from, &bytes, time, &mail) == 1)
		;
}

static void
feed(struct block *b, enum smtp_side from, struct slice bytes)
{
	b->time += 2 * PTIME_MS;
	feed_one(b->session, from, bytes, b->time);
	for (size_t i = 0; i < bytes.len; i++)
		feed_one(b->bytewise, from, slice_take(slice_skip(bytes, i), 1), b->time);
}

static void
end(struct smtp_session *session, int64_t time)
{
	struct smtp_mail mail;
	while (smtp_session_end(session, CLOSE_FIN, time, &mail) == 1)
		;
}

static void
finish(struct block *b)
{
	if (b->session == NULL)
		return;
	end(b->session, b->time);
	end(b->bytewise, b->time);
	const struct session_record *r = smtp_session_record(b->session);
	size_t program = index_of(matrix.programs, &matrix.programs_count, b->program);
	size_t name = index_of(matrix.names, &matrix.names_count, r->client_software);
	matrix.count[program][name]++;
	if (getenv("DIALECTS") != NULL)
		printf("%s\t%s\t%s\t%s\t%s\n", b->program, b->offers, b->what, r->client_software,
			r->dialect);
	/* A family names its members. */
	if (r->client_software[0] != '\0' && strstr(r->client_software, b->program) == NULL)
		fail_msg("%s is called %s: %s", b->program, r->client_software, r->dialect);
	assert_string_equal(smtp_session_record(b->bytewise)->dialect, r->dialect);
	smtp_session_free(b->session);
	smtp_session_free(b->bytewise);
	b->session = NULL;
}

static void
line_of(struct block *b, const char *line, struct counters *counters)
{
	static uint8_t bytes[65536];
	static const struct smtp_config config = { .privacy_off = true };
	if (line[0] == '#') {
		finish(b);
		if (sscanf(line, "# %59[^,], %19[^,], %19[a-z]", b->program, b->offers, b->what) ==
			3) {
			b->session = smtp_session_new(&config, counters);
			b->bytewise = smtp_session_new(&config, counters);
		}
	} else if (b->session != NULL && line[0] != '\n') {
		size_t n = unescape(line + 2, bytes);
		feed(b, line[0] == '>' ? SMTP_CLIENT : SMTP_SERVER, slice_of(bytes, n));
	}
}

static void
print_matrix(void)
{
	printf("%-22s", "recorded \\ called");
	for (size_t n = 0; n < matrix.names_count; n++)
		printf(" [%zu]", n);
	printf("\n");
	for (size_t p = 0; p < matrix.programs_count; p++) {
		printf("%-22s", matrix.programs[p]);
		for (size_t n = 0; n < matrix.names_count; n++)
			printf(" %3d", matrix.count[p][n]);
		printf("\n");
	}
	int sums[3] = { 0 }; /* no name, one, one of two */
	for (size_t n = 0; n < matrix.names_count; n++)
		for (size_t p = 0; p < matrix.programs_count; p++)
			sums[matrix.names[n][0] == '\0'			  ? 0
				: strstr(matrix.names[n], " or ") != NULL ? 2
									  : 1] +=
				matrix.count[p][n];
	printf("%d by name, %d as one of two, %d without a name\n", sums[1], sums[2], sums[0]);
	for (size_t n = 0; n < matrix.names_count; n++)
		printf("[%zu] %s\n", n, matrix.names[n][0] != '\0' ? matrix.names[n] : "no name");
}

static void
test_confusion(void **state)
{
	(void)state;
	struct counters counters = { 0 };
	struct block b = { .time = PTIME_SECOND };
	char line[20000];
	FILE *f = fopen(SOURCE_DIR "/tests/story/peers/dialogues.txt", "re");
	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL)
		line_of(&b, line, &counters);
	finish(&b);
	fclose(f);
	print_matrix();
	assert_true(matrix.programs_count > 25);
	assert_true(matrix.names_count > 15);
}

static void
test_patterns(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *dialect;
		bool fits;
	} rows[] = {
		{ "", "", true },
		{ "", "QUIT", false },
		{ "QUIT crlf", "QUIT crlf", true },
		{ "QUIT crlf", "QUIT crlf -SIZE", false },
		{ "QUIT crlf*", "QUIT crlf -SIZE", true },
		{ "EHLO *|QUIT*", "EHLO fqdn|QUIT crlf", true },
		{ "EHLO *QUIT*", "EHLO fqdn|QUIT crlf", false },
		{ "EHLO **QUIT*", "EHLO fqdn|MAIL FROM:<_>+QUIT crlf", true },
		{ "EHLO *+QUIT*", "EHLO fqdn|QUIT crlf", false },
		{ "EHLO *?QUIT*", "EHLO fqdn+QUIT crlf", true },
		{ "**-SIZE*", "EHLO a|QUIT crlf -PIPELINING -SIZE -CHUNKING", true },
		{ "**-SIZE*", "EHLO a|QUIT crlf -PIPELINING", false },
		{ "a*b*c", "aXbXbc", true },
		{ "a*b*c", "aXbXb", false },
		{ "*", "a|b", false },
		{ "**", "a|b", true },
		{ "a?", "a", false },
	};
	for (size_t i = 0; i < ROWS(rows); i++)
		if (clients_match(rows[i].pattern, rows[i].dialect) != rows[i].fits)
			fail_msg("'%s' and '%s'", rows[i].pattern, rows[i].dialect);
}

/* Writes a table, loads it.  The path must outlive nothing. */
static int
load(const char *text, struct clients **out, struct err *err)
{
	char path[] = "/tmp/heloscope-clients-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	int rc = clients_load(path, out, err);
	unlink(path);
	return rc;
}

static const char *
named(const struct clients *site, const char *dialect, const char *header, const char *hello)
{
	struct clients_said said = { 0 };
	clients_header(site, slice_str(header), hello, &said);
	return clients_name(site, dialect, &said);
}

static void
test_site(void **state)
{
	(void)state;
	struct clients *site = NULL;
	struct err err = { "" };
	assert_int_equal(load("# our programs\n\n"
			      "Robot\tEHLO bare|MAIL FROM: <_>|**\r\n"
			      "Shop\t\tEHLO *|MAIL FROM:<_>*|**\tX-Mailer: Shop 2\n"
			      "Gate\tEHLO *|MAIL FROM:<_>*|**\tOwn-Received: with Gate\n"
			      "\tmail from:<_>**",
				 &site, &err),
		0);
	const char *plain = "EHLO fqdn|MAIL FROM:<_>|RCPT TO:<_>|DATA|QUIT crlf";
	assert_string_equal(named(site, "EHLO bare|MAIL FROM: <_>|QUIT crlf", "", ""), "Robot");
	assert_string_equal(named(NULL, "EHLO bare|MAIL FROM: <_>|QUIT crlf", "", ""), "");
	assert_string_equal(named(site, plain, "", "a.b"), "");
	assert_string_equal(named(site, plain, "x-mailer: the shop 2.1\r\n\r\n", "a.b"), "Shop");
	assert_string_equal(named(site, plain, "X-Mailer: the\n shop 2.1\n\n", ""), "Shop");
	assert_string_equal(
		named(site, plain, "X-Mailer: the\n shop\nTo: x\nX-Mailer: Shop 2", ""), "Shop");
	assert_string_equal(named(site, plain, "To: a\n\nX-Mailer: Shop 2\n", ""), "");
	/* The first Received field, and only if the client's own name is in it. */
	assert_string_equal(
		named(site, plain, "Received: by a.b\n with Gate; now\n", "a.b"), "Gate");
	assert_string_equal(named(site, plain, "Received: by c.d\n with Gate; now\n", "a.b"), "");
	assert_string_equal(named(site, plain, "Received: by a.b\n with Gate; now\n", ""), "");
	assert_string_equal(
		named(site, plain, "Received: by a.b\nReceived: by a.b with Gate\n", "a.b"), "");
	assert_string_equal(named(site, plain, "Own-Received: by a.b with Gate\n", "a.b"), "");
	/* Ours come behind; a site may take a name away. */
	assert_string_equal(named(NULL, "ehlo fqdn|mail FROM:<_>|rcpt TO:<_>|cut crlf", "", ""),
		"Python smtplib");
	assert_string_equal(named(site, "ehlo fqdn|mail FROM:<_>|rcpt TO:<_>|cut crlf", "", ""),
		"Python smtplib");
	clients_free(site);
	clients_free(NULL);
}

static void
test_site_faults(void **state)
{
	(void)state;
	static const struct {
		const char *text, *words;
	} rows[] = {
		{ "Robot\n", ":1: a dialect is missing" },
		{ "# a\nRobot EHLO *|QUIT\n", ":2: a dialect is missing" },
		{ "R\x01\tEHLO *\n", ":1: a name has plain letters only" },
		{ "aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbc\tEHLO *\n",
			":1: the name is longer than 60 bytes" },
		{ "\n\nR\tEHLO *\tSubject: x\n", ":3: the third column is a field" },
		{ "R\tEHLO *\tX-Mailer: x\tmore\n", ":1: more than three columns" },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct clients *site = NULL;
		struct err err = { "" };
		if (load(rows[i].text, &site, &err) == 0 || strstr(err.text, rows[i].words) == NULL)
			fail_msg("'%s' is wanted, got '%s'", rows[i].words, err.text);
		assert_null(site);
	}
	struct clients *site = NULL;
	struct err err = { "" };
	assert_int_equal(clients_load("/nowhere/clients", &site, &err), -1);
	assert_non_null(strstr(err.text, "/nowhere/clients: cannot read"));
}

static void
test_site_bounds(void **state)
{
	(void)state;
	static const struct {
		const char *row, *words;
		int rows;
	} tables[] = {
		{ "R\tEHLO *\n", "", CLIENTS_ROWS },
		{ "R\tEHLO *\n", ":501: more than 500 rows", CLIENTS_ROWS + 1 },
		{ "R\tEHLO *\tX-Mailer: x\n", ":65: more than 64 rows with a header field",
			CLIENTS_SAID + 1 },
	};
	static char text[20000];
	for (size_t i = 0; i < ROWS(tables); i++) {
		struct clients *site = NULL;
		struct err err = { "" };
		text[0] = '\0';
		for (int n = 0, at = 0; n < tables[i].rows; n++)
			at += snprintf(text + at, sizeof text - (size_t)at, "%s", tables[i].row);
		int rc = load(text, &site, &err);
		assert_int_equal(rc, tables[i].words[0] == '\0' ? 0 : -1);
		assert_non_null(strstr(err.text, tables[i].words));
		clients_free(site);
	}
	struct clients *site = NULL;
	struct err err = { "" };
	memset(text, 'x', 2000);
	text[2000] = '\0';
	assert_int_equal(load(text, &site, &err), -1);
	assert_non_null(strstr(err.text, ":1: longer than 1000 bytes"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_confusion),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_site),
		cmocka_unit_test(test_site_faults),
		cmocka_unit_test(test_site_bounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
