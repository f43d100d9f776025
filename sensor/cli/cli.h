/* Commands of heloscope: one table (cli.c) from which usage, --help, the man page and completion
 * come; one file cmd_NAME.c each. */
#ifndef HELOSCOPE_CLI_CLI_H
#define HELOSCOPE_CLI_CLI_H

#include "sensor/base/err.h"
#include "sensor/base/slice.h"

enum exit_status {
	EXIT_DONE = 0,
	EXIT_DAMAGED = 1, /* done, but some input was damaged or cut: said on stderr, everything
			     readable is recorded */
	EXIT_USAGE = 2,
	EXIT_FAILED = 3,
};

struct cli_option {
	const char *name; /* "store": --store */
	char letter;	  /* 'i': -i; 0 = none */
	const char *arg;  /* "FILE", or NULL for a switch */
	const char *help;
};

struct cli_command {
	const char *name;
	const char *args;    /* "FILE...", "[HOST]" */
	const char *summary; /* one line */
	const char *text;    /* a paragraph or more for --help and the man page */
	const struct cli_option *options;
	size_t options_count;
	int (*run)(const struct cli_command *self, int argc,
		char **argv); /* argv[0] is the command's name; returns enum exit_status */
};

/* Walks the arguments: options in any place, "--" ends them; --name=value, --name value, -x value,
 * -xvalue. */
struct cli_args {
	const struct cli_command *command;
	int argc;
	char **argv;
	int at;
	const char *value;  /* of the option, or the operand */
	bool only_operands; /* "--" was seen */
};
enum { CLI_OPERAND = -1, CLI_END = -2, CLI_WRONG = -3, CLI_HELP = -4 };
struct cli_args cli_args(const struct cli_command *command, int argc, char **argv);
/* Index of the option in command->options (value set if it takes one), CLI_OPERAND, CLI_END,
 * CLI_WRONG (said on stderr: return EXIT_USAGE) or CLI_HELP (help was printed: return EXIT_DONE).
 */
int cli_next(struct cli_args *args);

/* "heloscope COMMAND: message" on stderr; returns `status`. */
int cli_fail(const struct cli_command *command, enum exit_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

extern const struct cli_command cmd_read, cmd_run, cmd_serve, cmd_user, cmd_report, cmd_export, cmd_show,
	cmd_score, cmd_reply, cmd_match, cmd_rules, cmd_db, cmd_lookup, cmd_alerts;

#endif
