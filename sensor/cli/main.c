/* heloscope COMMAND …: finds the command in the table and runs it. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "sensor/cli/help.h"

static int
finish(int status)
{
	/* A full disk or a closed pipe behind stdout must not look like success. */
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "heloscope: cannot write the output: disk full or pipe closed\n");
		return EXIT_FAILED;
	}
	return status;
}

int
main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	setlocale(LC_CTYPE, "C.UTF-8");
	if (argc < 2) {
		help_overview(stderr);
		return EXIT_USAGE;
	}
	const char *name = argv[1];
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
		help_overview(stdout);
		return finish(EXIT_DONE);
	}
	if (strcmp(name, "--version") == 0 || strcmp(name, "version") == 0) {
		printf("heloscope %s\n", HELOSCOPE_VERSION);
		return finish(EXIT_DONE);
	}
	if (strcmp(name, "--man-page") == 0) {
		help_man_page(stdout);
		return finish(EXIT_DONE);
	}
	for (size_t i = 0; i < commands_count; i++)
		if (strcmp(name, commands[i]->name) == 0)
			return finish(commands[i]->run(commands[i], argc - 1, argv + 1));
	fprintf(stderr, "heloscope: unknown command '%s'\nTry 'heloscope --help'.\n", name);
	return EXIT_USAGE;
}
