/* heloscope reply: what reply texts mean. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/cli/cli.h"
#include "sensor/smtp/reply_class.h"

static void
print_meaning(struct slice line)
{
	int code;
	struct slice enhanced, text;
	struct reply_meaning meaning;
	char address[ADDR_TEXT_MAX];
	reply_split(line, &code, &enhanced, &text);
	reply_classify(code, enhanced, text, "", &meaning);
	printf("%s\t%s\t%s\n", reply_class_word(meaning.class), meaning.list,
		addr_format(meaning.quoted, address));
}

static int
reply_run(const struct cli_command *self, int argc, char **argv)
{
	struct cli_args args = cli_args(self, argc, argv);
	int got = cli_next(&args);
	if (got == CLI_HELP)
		return EXIT_DONE;
	if (got == CLI_WRONG)
		return EXIT_USAGE;
	if (got != CLI_END)
		return cli_fail(self, EXIT_USAGE,
			"reads from standard input only; \"%s\" is too much", args.value);
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;
	while ((len = getline(&line, &cap, stdin)) >= 0)
		print_meaning(slice_trim(slice_of(line, (size_t)len)));
	free(line);
	if (ferror(stdin))
		return cli_fail(self, EXIT_FAILED, "standard input: %s", strerror(errno));
	if (fflush(stdout) != 0)
		return cli_fail(self, EXIT_FAILED, "standard output: %s", strerror(errno));
	return EXIT_DONE;
}

const struct cli_command cmd_reply = {
	.name = "reply",
	.args = "",
	.summary = "say what reply texts mean",
	.text = "Reads the texts of SMTP replies from standard input, one a line, as they stand in "
		"a log or a bounce: \"550 5.7.1 text\"; "
		"the lines of one reply are joined by \" / \". For each it prints, separated by "
		"tabs, the class, the blocklist or provider's "
		"list that the text names, and the client address that it says is blocked. Fields "
		"that do not apply are empty.",
	.run = reply_run,
};
