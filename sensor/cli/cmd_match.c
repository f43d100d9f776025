/* heloscope match LOG: lines of a mail log that belong to mails seen on the wire, by queue id. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/cli/reading.h"

/* Shortest queue id: Postfix writes 6 hexadecimal digits and more, Sendmail 14, Exim 16 or 23. */
#define QUEUE_ID_MIN 6
#define QUEUE_ID_MAX 128

enum { OPTION_STORE, OPTION_CONFIG, OPTION_HOST };
static const struct cli_option options[] = {
	[OPTION_STORE] = READING_STORE_OPTION,
	[OPTION_CONFIG] = READING_CONFIG_OPTION,
	[OPTION_HOST] = { "host", 0, "ADDR", "only mails that this host sent or took" },
};

struct match {
	struct store *store;
	const char *host; /* as the store writes it; NULL = any */
	struct slice line;
	bool printed; /* of the line */
	int64_t lines, matched;
};

/* What may stand in a queue id of any of the three, and of the servers that they quote ("queued as
 * …", "id=…"). */
static bool
in_queue_id(uint8_t c)
{
	return chars_is(c, CHAR_ALPHA | CHAR_DIGIT) || c == '-' || c == '_' || c == '.';
}

/* Dates, ports and words are not looked up: an id has a digit, and is not all digits. */
static bool
may_be_queue_id(struct slice word)
{
	size_t digits = 0;

	for (size_t i = 0; i < word.len; i++)
		digits += chars_is(word.ptr[i], CHAR_DIGIT);
	return word.len >= QUEUE_ID_MIN && word.len <= QUEUE_ID_MAX && digits != 0 &&
	       digits != word.len;
}

static bool
is_wanted(const struct match *m, const struct queued_mail *mail)
{
	return m->host == NULL || slice_eq(mail->client, slice_str(m->host)) ||
	       slice_eq(mail->server, slice_str(m->host));
}

static void
print_match(void *ctx, const struct queued_mail *mail)
{
	struct match *m = ctx;

	if (!is_wanted(m, mail))
		return;
	m->printed = true;
	printf("%.*s\t%d\t%.*s\t%.*s\n", (int)mail->session.len, (const char *)mail->session.ptr,
		mail->number, (int)mail->client.len, (const char *)mail->client.ptr,
		(int)m->line.len, (const char *)m->line.ptr);
}

/* The next run of the characters of an id, without full stops at its end. */
static struct slice
next_word(struct slice *rest)
{
	size_t start = 0, end;

	while (start < rest->len && !in_queue_id(rest->ptr[start]))
		start++;
	for (end = start; end < rest->len && in_queue_id(rest->ptr[end]);)
		end++;

	struct slice word = slice_of(rest->ptr + start, end - start);

	*rest = slice_skip(*rest, end);
	while (word.len != 0 && word.ptr[word.len - 1] == '.')
		word.len--;
	return word;
}

/* A line is printed for the first id in it that is known, and of the host that is asked for: the
 * log's own stands before the one that it quotes. */
static int
match_line(struct match *m, struct err *err)
{
	struct slice rest = m->line;

	m->lines++;
	m->printed = false;
	while (rest.len != 0) {
		struct slice word = next_word(&rest);
		int found = may_be_queue_id(word)
				    ? query_queue_id(m->store, word, print_match, m, err)
				    : 0;

		if (found < 0)
			return -1;
		if (m->printed) {
			m->matched++;
			return 0;
		}
	}
	return 0;
}

static int
match_file(struct match *m, FILE *log, struct err *err)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int result = 0;

	while (result == 0 && !ferror(stdout) && (len = getline(&line, &size, log)) >= 0) {
		m->line = slice_trim(slice_of(line, (size_t)len));
		result = match_line(m, err);
	}
	free(line);
	if (result == 0 && ferror(log))
		return err_set(err, "the log cannot be read: %s", strerror(errno));
	return result;
}

static int
match_log(const struct cli_command *self, struct match *m, const char *path)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *log = is_stdin ? stdin : fopen(path, "re");
	struct err err = { 0 };

	if (log == NULL)
		return cli_fail(self, EXIT_FAILED, "%s cannot be read: %s", path, strerror(errno));

	int result = match_file(m, log, &err);

	if (!is_stdin)
		fclose(log);
	if (result != 0)
		return cli_fail(self, EXIT_FAILED, "%s: %s", path, err.text);
	fprintf(stderr, "heloscope match: %lld of %lld lines belong to mails %s%s\n",
		(long long)m->matched, (long long)m->lines, m->host != NULL ? "of " : "",
		m->host != NULL ? m->host : "in the store");
	return EXIT_DONE;
}

static int
run(const struct cli_command *self, int argc, char **argv)
{
	struct cli_args args = cli_args(self, argc, argv);
	const char *values[sizeof options / sizeof *options] = { NULL }, *log = NULL;
	char host[ADDR_TEXT_MAX];
	struct addr addr;
	struct match m = { 0 };
	struct err err = { 0 };
	int option;

	while ((option = cli_next(&args)) != CLI_END) {
		if (option == CLI_HELP)
			return EXIT_DONE;
		if (option == CLI_WRONG)
			return EXIT_USAGE;
		if (option == CLI_OPERAND && log != NULL)
			return cli_fail(
				self, EXIT_USAGE, "one log at a time: %s or %s", log, args.value);
		*(option == CLI_OPERAND ? &log : &values[option]) = args.value;
	}
	if (log == NULL)
		return cli_fail(self, EXIT_USAGE, "which log? A file, or - for standard input");
	if (values[OPTION_HOST] != NULL) {
		if (addr_parse(slice_str(values[OPTION_HOST]), &addr) != 0)
			return cli_fail(self, EXIT_USAGE, "--host %s: not an IP address",
				values[OPTION_HOST]);
		m.host = addr_format(addr, host);
	}
	if (reading_open(values[OPTION_STORE], values[OPTION_CONFIG], &m.store, &err) != 0)
		return cli_fail(self, EXIT_FAILED, "%s", err.text);

	int result = match_log(self, &m, log);

	store_close(m.store);
	return result;
}

const struct cli_command cmd_match = {
	.name = "match",
	.args = "LOG",
	.summary = "Find the lines of a mail log that belong to mails seen on the wire",
	.text = "LOG is the log of Postfix, Exim or Sendmail; - is standard input.  A line belongs "
		"to a mail when it has the\n"
		"mail's queue id: the one that the server gave, or one in the mail's Received "
		"fields.  Printed, with tabs\n"
		"between: session, number of the mail in it, client, the line.  Postfix uses short "
		"queue ids again: look at\n"
		"the times.",
	.options = options,
	.options_count = sizeof options / sizeof *options,
	.run = run,
};
