/* heloscope run -i IFACE: checks everything, then hands over to the supervisor. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sensor/base/clock.h"
#include "sensor/cli/alert_setup.h"
#include "sensor/cli/cli.h"
#include "sensor/cli/lookup_source.h"
#include "sensor/cli/setup.h"
#include "sensor/cli/tell.h"
#include "sensor/cli/web_setup.h"
#include "sensor/lookup/resolver.h"
#include "sensor/process_analyst.h"
#include "sensor/process_collector.h"
#include "sensor/process_worker.h"
#include "sensor/score/score.h"
#include "sensor/supervisor.h"
#include "store/store.h"

#define INTERFACES_MAX 16

enum {
	OPTION_INTERFACE,
	OPTION_WORKERS,
	OPTION_FILTER,
	OPTION_SERVE,
	OPTION_STORE,
	OPTION_NET,
	OPTION_RULES,
	OPTION_STOCK,
	OPTION_CONFIG,
	OPTION_PRIVACY
};
static const struct cli_option options[] = {
	[OPTION_INTERFACE] = { "interface", 'i', "IFACE",
		"interface to listen on; may be repeated" },
	[OPTION_WORKERS] = { "workers", 0, "N",
		"processes that share the packets; 0: one for each processor; default 1" },
	[OPTION_FILTER] = { "filter", 0, "auto|none|TEXT",
		"what the kernel hands over; default auto: mail (on any port), SYN-ACKs, tunnels" },
	[OPTION_SERVE] = { "serve", 0, "ADDR:PORT", "serve the report as well" },
	[OPTION_STORE] = { "store", 0, "FILE",
		"store to write; default: that of the configuration" },
	[OPTION_NET] = { "net", 0, "CIDR",
		"a network of ours; may be repeated; default: every client is judged" },
	[OPTION_RULES] = { "rules", 0, "DIR", "folder of rules instead of the configuration's" },
	[OPTION_STOCK] = { "stock", 0, NULL, RULE_DIRS_STOCK_HELP },
	[OPTION_CONFIG] = { "config", 0, "FILE", "configuration" },
	[OPTION_PRIVACY] = { "privacy", 0, "on|off",
		"off: addresses whole; default on: local parts of recipients are keyed hashes" },
};

struct running {
	const struct cli_command *command;
	struct setup setup;
	const char *interfaces[INTERFACES_MAX];
	size_t interfaces_count;
	const char *workers, *filter; /* NULL = the configuration's */
	char sources[512];	      /* the interfaces, joined by spaces */
	const char *serve;	      /* address of the report; NULL = none */
	struct web_setup web;
	struct sandbox_user user;  /* worker and analyst */
	struct sandbox_user owner; /* of the store's folder: collector and web */
	struct store *store;	   /* in the collector */
	struct rules *rules;	   /* in force; in the collector those of hosts are */
	int64_t started;	   /* CLOCK_REALTIME */
};

/* ---- arguments ---- */

/* One more of an option that may be repeated. */
static int
add_value(struct running *r, const char **list, size_t *count, size_t max, const char *value)
{
	if (*count == max)
		return cli_fail(
			r->command, EXIT_USAGE, "'%s' is more than %zu of its kind", value, max);
	list[(*count)++] = value;
	return EXIT_DONE;
}

static int
take_option(struct running *r, struct setup_given *g, int option, const char *value)
{
	switch (option) {
	case OPTION_INTERFACE:
		return add_value(r, r->interfaces, &r->interfaces_count, INTERFACES_MAX, value);
	case OPTION_NET:
		return add_value(r, g->nets, &g->nets_count, CONFIG_NETS_MAX, value);
	case OPTION_WORKERS:
		r->workers = value;
		break;
	case OPTION_FILTER:
		r->filter = value;
		break;
	case OPTION_SERVE:
		r->serve = value;
		break;
	case OPTION_STORE:
		g->store = value;
		break;
	case OPTION_RULES:
		g->rules = value;
		break;
	case OPTION_STOCK:
		g->stock = true;
		break;
	case OPTION_CONFIG:
		g->config = value;
		break;
	case OPTION_PRIVACY:
		g->privacy = value;
		break;
	}
	return EXIT_DONE;
}

static int
parse(struct running *r, struct setup_given *g, int argc, char **argv, bool *stop)
{
	struct cli_args args = cli_args(r->command, argc, argv);
	int option, status = EXIT_DONE;

	*stop = true;
	while (status == EXIT_DONE && (option = cli_next(&args)) != CLI_END) {
		if (option == CLI_HELP)
			return EXIT_DONE;
		if (option == CLI_OPERAND)
			return cli_fail(r->command, EXIT_USAGE,
				"'%s': name an interface with -i %s", args.value, args.value);
		if (option < 0)
			return EXIT_USAGE;
		status = take_option(r, g, option, args.value);
	}
	if (status == EXIT_DONE && r->interfaces_count == 0)
		return cli_fail(r->command, EXIT_USAGE,
			"name the interface to listen on: -i IFACE ('ip link' lists them)");
	*stop = status != EXIT_DONE;
	return status;
}

static int
configure_capture(struct running *r, struct err *err)
{
	struct config *c = &r->setup.config;
	int64_t n = c->workers;

	if (r->workers != NULL &&
		(slice_number(slice_str(r->workers), &n) < 0 || n > CONFIG_WORKERS_MAX))
		return err_set(err, "--workers: '%s' is not a number from 0 to %d", r->workers,
			CONFIG_WORKERS_MAX);
	if (n == 0)
		n = sysconf(_SC_NPROCESSORS_ONLN);
	c->workers = n < 1 ? 1 : n > CONFIG_WORKERS_MAX ? CONFIG_WORKERS_MAX : (int)n;
	if (r->filter != NULL &&
		(size_t)snprintf(c->filter, sizeof c->filter, "%s", r->filter) >= sizeof c->filter)
		return err_set(err, "--filter: longer than %zu bytes", sizeof c->filter - 1);
	return 0;
}

static int
configure(struct running *r, const struct setup_given *g, struct err *err)
{
	const struct config *c = &r->setup.config;

	struct alert_target targets[CONFIG_ALERTS_MAX];
	struct endpoint listen;

	if (setup_configure(&r->setup, g, err) < 0 || configure_capture(r, err) < 0 ||
		alert_setup(&r->setup.config, targets, err) < 0)
		return -1;
	if (c->lookup.enabled && c->nets_count == 0)
		return err_set(err,
			"[lookup] enabled: say which hosts are ours ([campus] net, or --net): "
			"blocklists are asked about no others");
	if (c->lookup.enabled && resolver_check(c->lookup.resolver, err) < 0)
		return -1;
	if (r->serve == NULL)
		return 0;
	if (config_endpoint(r->serve, &listen, err) < 0)
		return -1;
	web_setup(&r->web, c, listen);
	return 0;
}

/* ---- checks: what can be wrong is said before anything starts ---- */

static int
check_users(struct running *r, struct err *err)
{
	const struct config *c = &r->setup.config;
	const char *slash = strrchr(c->store, '/');
	char folder[sizeof c->store + 1];

	snprintf(folder, sizeof folder, "%.*s",
		slash == NULL	    ? 1
		: slash == c->store ? 1
				    : (int)(slash - c->store),
		slash == NULL ? "." : c->store);
	if (sandbox_user_of_folder(folder, &r->owner, err) < 0)
		return -1;
	if (geteuid() != 0)
		return 0;
	if (sandbox_user_named(c->user, &r->user, err) < 0)
		return -1;
	if (r->user.uid == 0)
		return err_set(err,
			"[sensor] user is '%s': who parses packets must not be root; name another",
			c->user);
	return 0;
}

static int
check_interfaces(const struct running *r, const struct capture_live_options *live, struct err *err)
{
	for (size_t i = 0; i < r->interfaces_count; i++) {
		struct capture *c;
		if (capture_open_live(r->interfaces[i], live, &c, err) < 0)
			return -1;
		int rc = setup_check_capture(c, err);
		capture_close(c);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int
check_store(struct running *r, struct err *err)
{
	const struct config *c = &r->setup.config;
	struct store *store;

	if (setup_finish(&r->setup, true, err) < 0 ||
		store_open(c->store, c->sensor, &store, err) < 0)
		return -1;
	store_close(store);
	return r->serve != NULL ? web_setup_check(&r->web, "--serve", err) : 0;
}

/* As the owner of the folder, so that the files made now are his. A key file that the configuration
 * names may be root's alone. */
static int
check_as_owner(struct running *r, struct err *err)
{
	bool other = geteuid() == 0 && r->owner.uid != 0 && r->setup.config.key_file[0] == '\0';

	if (other && (setegid(r->owner.gid) < 0 || seteuid(r->owner.uid) < 0))
		return err_set(
			err, "becoming the owner of the store's folder: %s", strerror(errno));
	int rc = check_store(r, err);
	if (other && (seteuid(0) < 0 || setegid(getgid()) < 0))
		return err_set(err, "becoming root again: %s", strerror(errno));
	return rc;
}

/* They are read here and inherited, so that an analyst that is started again does not depend on
 * what somebody is writing into the files. */
static int
take_rules(void *ctx, struct err *err)
{
	struct running *r = ctx;
	struct rules *rules = rules_load(r->setup.rules.sources, r->setup.rules.count, err);

	if (rules == NULL)
		return -1;
	rule_dirs_tell_hosts("run", &r->setup.rules, rules);
	rules_free(r->rules);
	r->rules = r->setup.analyst.loaded = rules;
	r->setup.rules_in_force = rules;
	return 0;
}

static int
check_rules(void *ctx, struct err *err)
{
	const struct running *r = ctx;
	struct rules *rules = rules_load(r->setup.rules.sources, r->setup.rules.count, err);

	rules_free(rules);
	return rules == NULL ? -1 : 0;
}

static int
check(struct running *r, const struct capture_live_options *live, struct err *err)
{
	if (check_users(r, err) < 0 || check_as_owner(r, err) < 0)
		return -1;
	if (take_rules(r, err) < 0)
		return -1;
	return check_interfaces(r, live, err);
}

/* ---- processes ---- */

static struct capture_live_options
live_options(const struct config *c)
{
	bool text = strcmp(c->filter, "auto") != 0 && strcmp(c->filter, "none") != 0;

	return (struct capture_live_options){ .snaplen = c->snaplen,
		.filter = text ? c->filter : NULL,
		.buffer_bytes = c->buffer_mib << 20,
		.promiscuous = c->promiscuous };
}

static struct capture_filter
kernel_filter(const struct config *c)
{
	return (struct capture_filter){ .ports_only = strcmp(c->filter, "auto") == 0,
		.ports = c->ports,
		.ports_count = c->ports_count,
		.udp_ports = c->vxlan_ports,
		.udp_ports_count = c->vxlan_ports_count,
		.any_port = c->any_port };
}

static int
run_worker(void *ctx, const struct ipc_ends *ends)
{
	const struct running *r = ctx;
	struct worker_config worker = r->setup.worker;
	const struct process_worker_config config = { .worker = &worker,
		.interfaces = r->interfaces,
		.interfaces_count = r->interfaces_count,
		.live = live_options(&r->setup.config),
		.filter = kernel_filter(&r->setup.config),
		.user = r->user };

	worker.snapshots = true;
	return process_worker(&config, ends);
}

static int
run_analyst(void *ctx, const struct ipc_ends *ends)
{
	const struct running *r = ctx;
	const struct process_analyst_config config = { &r->setup.analyst, r->user };

	return process_analyst(&config, ends);
}

static int
open_store(void *ctx, struct sink *sink, struct err *err)
{
	struct running *r = ctx;

	if (store_open(r->setup.config.store, r->setup.config.sensor, &r->store, err) < 0)
		return -1;
	*sink = store_sink(r->store);
	return 0;
}

static int
prune_store(void *ctx, int64_t now, struct err *err)
{
	const struct running *r = ctx;
	const struct config *c = &r->setup.config;
	const struct store_retention keep = { c->keep_sessions_days, c->keep_hours_days,
		c->keep_evidence_days };
	int64_t rows;

	return store_prune(r->store, &keep, now, &rows, err);
}

static void
close_store(void *ctx)
{
	struct running *r = ctx;
	store_close(r->store);
	r->store = NULL;
}

/* In the collector. */
static int
reload_hosts(void *ctx, struct err *err)
{
	struct running *r = ctx;
	struct rules *rules = rules_load_hosts(r->setup.rules.sources, r->setup.rules.count, err);

	if (rules == NULL)
		return -1;
	rules_free(r->rules);
	r->rules = rules;
	r->setup.rules_in_force = rules;
	return 0;
}

static int
run_collector(void *ctx, const struct ipc_ends *ends)
{
	struct running *r = ctx;
	struct collector_config collector = { .sensor = r->setup.config.sensor,
		.sources = r->sources,
		.live = true,
		.campus = r->setup.campus,
		.verdict = setup_verdict(&r->setup) };
	const struct process_store store = { r, open_store, prune_store, close_store };
	const struct process_collector_config config = { .collector = &collector,
		.store = &store,
		.reload = reload_hosts,
		.reload_ctx = r,
		.user = r->owner };

	return process_collector(&config, ends);
}

static int
run_lookup(void *ctx, const struct ipc_ends *ends)
{
	const struct running *r = ctx;
	struct lookup_source source;

	lookup_source_init(&source, &r->setup.config);
	const struct process_lookup_store store = lookup_source_store(&source);
	const struct process_lookup_config config = { .lookup = &source.lookup,
		.resolver = r->setup.config.lookup.resolver,
		.store = &store,
		.user = r->owner };

	return process_lookup(&config, ends);
}

static int
run_alerter(void *ctx, const struct ipc_ends *ends)
{
	const struct running *r = ctx;
	return alert_run(&r->setup.config, r->started, &r->owner, ends);
}

static int
run_web(void *ctx, const struct ipc_ends *ends)
{
	struct running *r = ctx; /* a copy, as all that this process has of its parent */
	const struct sandbox sandbox = { .user = r->owner, .ends_with_parent = true };
	struct ipc_ends told = *ends;
	static const int signals[] = { SIGTERM };
	struct err err = { "" };
	struct web *web;
	char url[WEB_SETUP_URL];

	r->web.site.tell = tell_collector;
	r->web.site.tell_ctx = &told;
	if (sandbox_enter(&sandbox, &err) < 0 || web_start(&r->web.config, &web, &err) < 0) {
		fprintf(stderr, "heloscope run: the report: %s\n", err.text);
		return EXIT_FAILED;
	}
	fprintf(stderr, "heloscope run: the report is at %s\n",
		web_setup_url(&r->web, web_address(web), url));
	web_setup_serve(web, "run", signals, 1);
	web_stop(web);
	return EXIT_DONE;
}

/* ---- the command ---- */

static void
print_start(struct running *r)
{
	const struct config *c = &r->setup.config;
	size_t used = 0;

	for (size_t i = 0; i < r->interfaces_count && used < sizeof r->sources; i++)
		used += (size_t)snprintf(r->sources + used, sizeof r->sources - used, "%s%s",
			i > 0 ? " " : "", r->interfaces[i]);
	fprintf(stderr, "heloscope run: listening on %s, ports", r->sources);
	for (size_t i = 0; i < c->ports_count; i++)
		fprintf(stderr, " %u", c->ports[i]);
	if (c->any_port)
		fprintf(stderr, ", and others once SMTP is found there");
	if (c->workers > 1)
		fprintf(stderr, ", by %d workers", c->workers);
	fprintf(stderr, "; the store is %s", c->store);
	if (geteuid() == 0)
		fprintf(stderr, "; packets are parsed as user %s", c->user);
	if (c->lookup.enabled)
		fprintf(stderr, "; blocklists are asked about hosts of ours at risk");
	fprintf(stderr, " (Ctrl-C ends it)\n");
}

static int
start(struct running *r, const struct setup_given *given)
{
	struct err err = { "" };
	struct capture_filter filter;
	struct supervisor_config supervisor = { .ctx = r,
		.check_rules = check_rules,
		.take_rules = take_rules,
		.run = {
			[PROCESS_WORKER] = run_worker,
			[PROCESS_ANALYST] = run_analyst,
			[PROCESS_COLLECTOR] = run_collector,
		} };

	if (configure(r, given, &err) < 0)
		return cli_fail(r->command, EXIT_USAGE, "%s", err.text);
	struct capture_live_options live = live_options(&r->setup.config);
	filter = kernel_filter(&r->setup.config);
	filter.shares = supervisor.lanes = (unsigned)r->setup.config.workers;
	live.kernel = &filter;
	if (check(r, &live, &err) < 0)
		return cli_fail(r->command, EXIT_FAILED, "%s", err.text);
	if (r->serve != NULL)
		supervisor.run[PROCESS_WEB] = run_web;
	if (r->setup.config.lookup.enabled)
		supervisor.run[PROCESS_LOOKUP] = run_lookup;
	if (r->setup.config.alerts_count > 0)
		supervisor.run[PROCESS_ALERTER] = run_alerter;
	r->started = clock_ns(CLOCK_REALTIME);
	print_start(r);
	if (supervisor_run(&supervisor, &err) < 0)
		return cli_fail(r->command, EXIT_FAILED, "%s", err.text);
	return EXIT_DONE;
}

static int
run(const struct cli_command *self, int argc, char **argv)
{
	struct running *r = must_alloc(sizeof *r);
	struct setup_given given = { .nets_count = 0 };
	bool stop;

	memset(r, 0, sizeof *r);
	r->command = self;
	int status = parse(r, &given, argc, argv, &stop);
	if (!stop)
		status = start(r, &given);
	setup_release(&r->setup);
	rules_free(r->rules);
	free(r);
	return status;
}

const struct cli_command cmd_run = {
	.name = "run",
	.args = "",
	.summary = "listen on an interface",
	.text = "Listens on a mirror port until Ctrl-C or SIGTERM, and stores sessions, mails and "
		"verdicts within a second or two.  Packets and mails are parsed in processes that "
		"may do nothing else; one that dies is started again.\n\n"
		"Several interfaces are merged by the time of their packets, so the two directions "
		"of a path may arrive on two.  With --workers N each packet is one worker's, by "
		"its "
		"two addresses: a connection stays together, whatever interface, VLAN or MPLS "
		"label "
		"its directions have.  Inside tunnels that are not looked through (GRE, VXLAN, "
		"IP in IP and others) the outer addresses count.\n\n"
		"With the filter auto the kernel hands over TCP of the configured ports, SYN-ACKs "
		"of "
		"all ports, fragments, tunnels, and what is not understood; the packets that are "
		"counted are those.  With [capture] any_port = yes it also hands over segments "
		"that begin like SMTP, like a question to a proxy or like an HTTP POST, on any "
		"port; where SMTP is "
		"found the whole port is asked for, and an event says so.  What came before that "
		"was not seen: the first session on such a port may lack a part.  "
		"A filter of your own is written as for tcpdump.",
	.options = options,
	.options_count = sizeof options / sizeof *options,
	.run = run,
};
