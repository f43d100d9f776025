/* heloscope serve [--listen ADDR:PORT] [--store F] [--config F] */
#include <signal.h>
#include <stdio.h>

#include "sensor/cli/reading.h"
#include "sensor/cli/tell.h"
#include "sensor/cli/web_setup.h"

enum { OPTION_LISTEN, OPTION_STORE, OPTION_CONFIG, OPTION_NO_AUDIT };
static const struct cli_option options[] = {
	[OPTION_LISTEN] = { "listen", 0, "ADDR:PORT",
		"where the report is served; default: that of the configuration, 127.0.0.1:8025; "
		"port 0 picks a free one" },
	[OPTION_STORE] = READING_STORE_OPTION,
	[OPTION_CONFIG] = READING_CONFIG_OPTION,
	[OPTION_NO_AUDIT] = { "no-audit", 0, NULL,
		"write nothing: no audit log, no cases; for a store that is only looked at" },
};

struct serve {
	const char *values[sizeof options / sizeof *options];
	struct config config;
	struct endpoint listen;
	bool no_audit;
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

/* Who can write the store keeps the log.  Who cannot is told so; where nobody has a name it would
 * say little, so evidence is shown without it, and every page says that. */
static int
keep_log(const struct serve *s, struct web_setup *setup, struct tell_writer **out, struct err *err)
{
	struct err why = { "" };

	*out = NULL;
	if (s->no_audit)
		return 0;
	bool can = tell_writer_check(s->config.store, s->config.sensor, &why) == 0;
	if (!can)
		fprintf(stderr, "heloscope serve: the audit log cannot be kept now%s: %s\n",
			setup->site.has_users ? ", and evidence is not shown until it can" : "",
			why.text);
	if (!can && !setup->site.has_users)
		return 0;
	setup->site.tell = tell_writer_tell;
	if (tell_writer_start(s->config.store, s->config.sensor, out, err) != 0)
		return -1;
	setup->site.tell_ctx = *out;
	return 0;
}

/* Until SIGINT or SIGTERM. */
static int
serve(const struct cli_command *self, const struct serve *s)
{
	static const int ends[] = { SIGINT, SIGTERM };
	struct err err = { "" };
	struct web_setup setup;
	struct tell_writer *writer;
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
	if (keep_log(s, &setup, &writer, &err) != 0 || web_start(&setup.config, &web, &err) != 0) {
		tell_writer_end(writer);
		return cli_fail(self, EXIT_FAILED, "%s", err.text);
	}
	printf("The report on %s is at %s (Ctrl-C ends it)\n", s->config.store,
		web_setup_url(&setup, web_address(web), url));
	fflush(stdout);
	web_setup_serve(web, self->name, ends, 2);
	web_stop(web);
	tell_writer_end(writer);
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
		s.no_audit |= option == OPTION_NO_AUDIT;
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
		"mail, and every table as CSV and JSON. It may run while the sensor "
		"writes the store; what people do (cases, the log of who looked at evidence) it "
		"writes itself, where no sensor does: there use the report of `run --serve`.\n\n"
		"It listens on loopback; another address is refused without TLS ([web] certificate "
		"and key) and users who sign in ([web] users; `heloscope user`).  SIGHUP reads "
		"certificate, key and users again.",
	.options = options,
	.options_count = sizeof options / sizeof *options,
	.run = run,
};
