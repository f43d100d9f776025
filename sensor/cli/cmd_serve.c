/* heloscope serve [--listen ADDR:PORT] [--store F] [--config F] */
#include <signal.h>
#include <stdio.h>

#include "sensor/cli/reading.h"
#include "sensor/cli/web_setup.h"

enum { OPTION_LISTEN, OPTION_STORE, OPTION_CONFIG };
static const struct cli_option options[] = {
	[OPTION_LISTEN] = { "listen", 0, "ADDR:PORT",
		"where the report is served; default: that of the configuration, 127.0.0.1:8025; "
		"port 0 picks a free one" },
	[OPTION_STORE] = READING_STORE_OPTION,
	[OPTION_CONFIG] = READING_CONFIG_OPTION,
};

struct serve {
	const char *values[sizeof options / sizeof *options];
	struct config config;
	struct endpoint listen;
};

/* The store is opened once, so that a wrong path is said here and not on a page. */
static int
check_store(const struct serve *s, struct err *err)
{
	struct store *store;
	if (store_open_reader(s->config.store, &store, err) != 0) {
		return -1;
	}
	store_close(store);
	return 0;
}

/* Until SIGINT or SIGTERM. */
static int
serve(const struct cli_command *self, const struct serve *s)
{
	static const int ends[] = { SIGINT, SIGTERM };
	struct err err = { "" };
	struct web_setup setup;
	struct web *web;
	sigset_t blocked;
	char url[WEB_SETUP_URL];

	/* Blocked before the threads start, so that a signal waits for sigwait. */
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGHUP);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	web_setup(&setup, &s->config, s->listen);
	if (web_start(&setup.config, &web, &err) != 0) {
		return cli_fail(self, EXIT_FAILED, "%s", err.text);
	}
	printf("The report on %s is at %s (Ctrl-C ends it)\n", s->config.store,
		web_setup_url(&setup, web_address(web), url));
	fflush(stdout);
	web_setup_serve(web, self->name, ends, 2);
	web_stop(web);
	return EXIT_DONE;
}

static int
run(const struct cli_command *self, int argc, char **argv)
{
	struct cli_args args = cli_args(self, argc, argv);
	struct serve s = { 0 };
	struct err err = { "" };
	int option;
	while ((option = cli_next(&args)) != CLI_END) {
		if (option == CLI_HELP) {
			return EXIT_DONE;
		}
		if (option == CLI_OPERAND) {
			return cli_fail(self, EXIT_USAGE, "%s: it takes no operand", args.value);
		}
		if (option < 0) {
			return EXIT_USAGE;
		}
		s.values[option] = args.value;
	}
	if (reading_config(s.values[OPTION_STORE], s.values[OPTION_CONFIG], &s.config, &err) != 0) {
		return cli_fail(self, EXIT_FAILED, "%s", err.text);
	}
	const char *listen = s.values[OPTION_LISTEN];
	if (config_endpoint(listen != NULL ? listen : s.config.listen, &s.listen, &err) != 0) {
		return cli_fail(self, EXIT_USAGE, "%s", err.text);
	}
	if (check_store(&s, &err) != 0) {
		return cli_fail(self, EXIT_FAILED, "%s", err.text);
	}
	return serve(self, &s);
}

const struct cli_command cmd_serve = {
	.name = "serve",
	.args = "",
	.summary = "the report in a browser",
	.text = "Serves the report on a store: hosts ranked by risk, a page for each host, session "
		"and "
		"mail, and every table as CSV and JSON. It reads the store only, and may run while "
		"the "
		"sensor writes it.\n\n"
		"It listens on loopback; another address is refused without TLS ([web] certificate "
		"and key) and users who sign in ([web] users; `heloscope user`).  SIGHUP reads "
		"certificate, key and users again.",
	.options = options,
	.options_count = sizeof options / sizeof *options,
	.run = run,
};
