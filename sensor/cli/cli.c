#include "sensor/cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sensor/cli/help.h"

struct cli_args
cli_args(const struct cli_command *command, int argc, char **argv)
{
	return (struct cli_args){ .command = command, .argc = argc, .argv = argv, .at = 1 };
}

int
cli_fail(const struct cli_command *command, enum exit_status status, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "heloscope %s: ", command->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	if (status == EXIT_USAGE)
		fprintf(stderr, "Try 'heloscope %s --help'.\n", command->name);
	return (int)status;
}

static int
wrong(struct cli_args *args, const char *what, const char *option)
{
	cli_fail(args->command, EXIT_USAGE, "%s '%s'", what, option);
	return CLI_WRONG;
}

static int
find_option(const struct cli_command *command, const char *name, size_t len, char letter)
{
	for (size_t i = 0; i < command->options_count; i++) {
		const struct cli_option *o = &command->options[i];
		if (letter != 0 ? o->letter == letter
				: strlen(o->name) == len && strncmp(o->name, name, len) == 0)
			return (int)i;
	}
	return CLI_WRONG;
}

/* `attached`: the value that stands in the same word, or NULL. */
static int
take_value(struct cli_args *args, int option, const char *attached, const char *word)
{
	if (args->command->options[option].arg == NULL) {
		if (attached != NULL)
			return wrong(args, "this option takes no value:", word);
		return option;
	}
	if (attached != NULL) {
		args->value = attached;
		return option;
	}
	if (args->at >= args->argc)
		return wrong(args, "a value is missing after", word);
	args->value = args->argv[args->at++];
	return option;
}

static int
long_option(struct cli_args *args, const char *word)
{
	const char *name = word + 2, *equals = strchr(name, '=');
	size_t len = equals != NULL ? (size_t)(equals - name) : strlen(name);

	if (len == 4 && strncmp(name, "help", 4) == 0) {
		help_command(args->command, stdout);
		return CLI_HELP;
	}
	int option = find_option(args->command, name, len, 0);
	if (option < 0)
		return wrong(args, "unknown option", word);
	return take_value(args, option, equals != NULL ? equals + 1 : NULL, word);
}

static int
short_option(struct cli_args *args, const char *word)
{
	if (word[1] == 'h' && word[2] == '\0') {
		help_command(args->command, stdout);
		return CLI_HELP;
	}
	int option = find_option(args->command, NULL, 0, word[1]);
	if (option < 0)
		return wrong(args, "unknown option", word);
	return take_value(args, option, word[2] != '\0' ? word + 2 : NULL, word);
}

int
cli_next(struct cli_args *args)
{
	if (args->at >= args->argc)
		return CLI_END;
	const char *word = args->argv[args->at++];
	if (args->only_operands || word[0] != '-' || word[1] == '\0') {
		args->value = word;
		return CLI_OPERAND;
	}
	if (strcmp(word, "--") == 0) {
		args->only_operands = true;
		return cli_next(args);
	}
	return word[1] == '-' ? long_option(args, word) : short_option(args, word);
}
