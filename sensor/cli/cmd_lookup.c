/* heloscope lookup [HOST...]: one pass of questions to blocklists, by hand. */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/clock.h"
#include "sensor/base/json.h"
#include "sensor/cli/lookup_source.h"
#include "sensor/cli/paper.h"
#include "sensor/cli/reading.h"
#include "sensor/cli/setup.h"
#include "sensor/lookup/question.h"
#include "sensor/lookup/resolver.h"
#include "sensor/score/rules.h"

#define NAMED_MAX 256
#define RESULTS_MEMORY (64u << 20)
#define RESULTS_MAX (LIMIT_LOOKUP_HOSTS * LOOKUP_ZONES_MAX)
#define WAIT_MS 1000
#define STATE_MEMORY 65536

enum {
	OPTION_STORE,
	OPTION_CONFIG,
	OPTION_NET,
	OPTION_ABOVE,
	OPTION_YES,
	OPTION_AGAIN,
	OPTION_NO_STORE,
	OPTION_JSON
};
static const struct cli_option options[] = {
	[OPTION_STORE] = READING_STORE_OPTION,
	[OPTION_CONFIG] = READING_CONFIG_OPTION,
	[OPTION_NET] = { "net", 0, "CIDR", "a network of ours; may be repeated" },
	[OPTION_ABOVE] = { "above", 0, "RISK",
		"ask about hosts from this risk on, 0 to 1; default: [lookup] above" },
	[OPTION_YES] = { "yes", 0, NULL,
		"ask, although [lookup] enabled is not 'yes': the lists learn of these hosts" },
	[OPTION_AGAIN] = { "again", 0, NULL,
		"also what was answered within [lookup] cache_minutes" },
	[OPTION_NO_STORE] = { "no-store", 0, NULL,
		"print the answers only; the store may be in use" },
	[OPTION_JSON] = { "json", 0, NULL, "an object for each answer" },
};

struct asking {
	const struct cli_command *self;
	struct setup setup;
	struct lookup_source source;
	struct store *writer;
	struct sink sink;
	struct rules *rules;
	struct counters counters;
	struct lookup *lookup;
	struct resolver *resolver;
	struct addr named[NAMED_MAX];
	bool found[NAMED_MAX]; /* in the store, and may be asked about */
	size_t named_count;
	bool yes, again, no_store, json;
	const char *above;
	int64_t shift; /* ns from the clock to the time that counts in the store */
	size_t hosts;
	struct arena arena;
	struct lookup_result *results;
	size_t results_count, results_cap;
	size_t listed, clear, failed;
	struct paper paper;
	struct buf line;
};

/* ---- what is answered ---- */

static void
print_json(struct asking *a, const struct lookup_result *r)
{
	char host[ADDR_TEXT_MAX], time[PTIME_TEXT_MAX];
	struct json j;

	buf_clear(&a->line);
	json_init(&j, &a->line);
	json_object(&j);
	json_key(&j, "type");
	json_string(&j, "lookup");
	json_key(&j, "host");
	json_string(&j, addr_format(r->host, host));
	json_key(&j, "list");
	json_string(&j, r->list);
	json_key(&j, "zone");
	json_string(&j, r->zone);
	json_key(&j, "time");
	json_string(&j, ptime_format(r->time, time));
	json_key(&j, "answer");
	json_string(&j, lookup_answer_word(r->answer));
	json_key(&j, "codes");
	json_string(&j, r->codes);
	json_key(&j, "predicted");
	if (r->predicted < 0)
		json_null(&j);
	else
		json_double(&j, r->predicted);
	json_key(&j, "verdict");
	json_string(&j, verdict_word(r->verdict));
	json_object_end(&j);
	fprintf(a->paper.out, "%s\n", buf_cstr(&a->line));
}

static void
print_text(struct asking *a, const struct lookup_result *r)
{
	static const enum ink inks[] = { INK_GOOD, INK_BAD, INK_WARN };
	char host[ADDR_TEXT_MAX], rest[600], predicted[32] = "";

	if (r->predicted >= 0)
		snprintf(predicted, sizeof predicted, "predicted %.0f %%", r->predicted * 100);
	snprintf(rest, sizeof rest, "%s%s%s", predicted,
		predicted[0] != '\0' && r->codes[0] != '\0' ? "; " : "", r->codes);
	paper_cell(&a->paper, inks[r->answer], 6, 0, lookup_answer_word(r->answer));
	paper_cell(&a->paper, INK_PLAIN, 15, 0, addr_format(r->host, host));
	paper_cell(&a->paper, INK_PLAIN, 16, 0, r->list);
	fprintf(a->paper.out, "%s\n", rest);
}

/* The codes; where the time is not that of the clock, the day of the clock is said with them. */
static const char *
codes_kept(struct asking *a, const struct lookup_result *r)
{
	char time[PTIME_TEXT_MAX];

	if (a->shift == 0 || r->answer != LOOKUP_LISTED)
		return arena_string(&a->arena, slice_str(r->codes));
	return arena_printf(&a->arena, "%s, asked on %.10s", r->codes, ptime_format(r->time, time));
}

static void
on_result(void *ctx, const struct lookup_result *result)
{
	struct asking *a = ctx;
	struct lookup_result *kept = ARENA_PUSH(&a->arena, a->results, RESULTS_MAX);

	if (kept == NULL)
		return;
	*kept = *result;
	kept->time += a->shift;
	kept->codes = codes_kept(a, result);
	*(result->answer == LOOKUP_LISTED	 ? &a->listed
		: result->answer == LOOKUP_CLEAR ? &a->clear
						 : &a->failed) += 1;
	if (a->json)
		print_json(a, kept);
	else
		print_text(a, kept);
	fflush(a->paper.out);
}

static void
on_event(void *ctx, const char *text)
{
	const struct asking *a = ctx;
	fprintf(stderr, "heloscope %s: %s\n", a->self->name, text);
}

static int
ask(void *ctx, unsigned slot, const char *name)
{
	const struct asking *a = ctx;
	return resolver_ask(a->resolver, slot, name);
}

static void
cancel(void *ctx, unsigned slot)
{
	const struct asking *a = ctx;
	resolver_cancel(a->resolver, slot);
}

static void
answered(void *ctx, unsigned slot, const struct dns_answer *answer)
{
	const struct asking *a = ctx;
	lookup_answered(a->lookup, slot, answer, clock_ns(CLOCK_REALTIME));
}

/* ---- who is asked about ---- */

static void
take_host(void *ctx, const struct lookup_host *host)
{
	struct asking *a = ctx;
	bool wanted = a->named_count == 0;

	for (size_t i = 0; i < a->named_count; i++) {
		if (!addr_eq(a->named[i], host->ip))
			continue;
		a->found[i] = wanted = question_may_be_asked(host->ip);
	}
	if (!wanted)
		return;
	a->hosts += question_may_be_asked(host->ip);
	lookup_hosts_add(a->lookup, host);
}

static void
take_answer(void *ctx, const struct lookup_result *result)
{
	const struct asking *a = ctx;
	struct lookup_result shifted = *result;

	shifted.time -= a->shift;
	lookup_known(a->lookup, &shifted);
}

/* The time of a look-up is the clock's.  In a store that only knows captures older than what a
 * verdict looks back to, it is that of their last packet, or nothing else would count beside it. */
static int
find_time(struct asking *a, int64_t clock, struct err *err)
{
	int64_t window = a->setup.config.window_days * PTIME_DAY;
	struct store_totals totals;

	if (query_totals(a->source.store, &totals, err) < 0)
		return -1;
	if (totals.last != 0 && (clock < totals.last || clock > totals.last + window))
		a->shift = totals.last - clock;
	return 0;
}

static int
find_hosts(struct asking *a, struct err *err)
{
	int64_t clock = clock_ns(CLOCK_REALTIME);
	char text[ADDR_TEXT_MAX];

	if (find_time(a, clock, err) < 0)
		return -1;
	if (a->named_count > 0)
		a->setup.config.lookup.above = 0;
	if (!a->again &&
		query_lookups(a->source.store, clock + a->shift - a->source.lookup.cache_ns,
			take_answer, a, err) < 0)
		return -1;
	lookup_hosts_begin(a->lookup);
	if (lookup_source_hosts(&a->source, clock + a->shift, take_host, a, err) < 0)
		return -1;
	lookup_hosts_end(a->lookup, clock);
	for (size_t i = 0; i < a->named_count; i++)
		if (!a->found[i])
			fprintf(stderr,
				"heloscope %s: %s is not asked about: it is private, none of ours, "
				"or not in the store\n",
				a->self->name, addr_format(a->named[i], text));
	return 0;
}

/* ---- one pass ---- */

static void
say_start(const struct asking *a, int64_t now)
{
	const struct config_lookup *c = &a->setup.config.lookup;
	size_t zones = 0, due = lookup_due(a->lookup, now);

	while (lookup_zone_at(a->lookup, zones) != NULL)
		zones++;
	fprintf(stderr,
		"heloscope %s: %zu host%s, %zu zone%s, through the resolver %s, %d questions a "
		"minute%s\n",
		a->self->name, a->hosts, a->hosts == 1 ? "" : "s", zones, zones == 1 ? "" : "s",
		c->resolver[0] != '\0' ? c->resolver : "of /etc/resolv.conf", c->per_minute,
		a->hosts > 0 && due == 0 ? "; nothing is due (--again asks again)" : "");
}

static int
refuse(const struct asking *a)
{
	const struct lookup_zone *zone;

	fprintf(stderr, "heloscope %s: nothing was sent.  These zones would learn of %zu host%s:",
		a->self->name, a->hosts, a->hosts == 1 ? "" : "s");
	for (size_t i = 0; (zone = lookup_zone_at(a->lookup, i)) != NULL; i++)
		fprintf(stderr, " %s", zone->zone);
	fputc('\n', stderr);
	return cli_fail(a->self, EXIT_USAGE,
		"look-ups tell third parties which hosts you look at: say --yes, or set [lookup] "
		"enabled = yes");
}

static void
pass(struct asking *a)
{
	int64_t now = clock_ns(CLOCK_REALTIME);

	while (!lookup_done(a->lookup, now)) {
		struct pollfd fd = { .fd = resolver_fd(a->resolver), .events = POLLIN };
		int64_t ms = (lookup_step(a->lookup, now) - now) / PTIME_MS + 1;

		(void)poll(&fd, 1, ms > WAIT_MS ? WAIT_MS : (int)ms);
		if (fd.revents != 0)
			resolver_handle(a->resolver);
		now = clock_ns(CLOCK_REALTIME);
	}
}

/* The hosts are judged again, as the collector would do.  The state is written as it was: a batch
 * ends with one. */
static int
keep_results(struct asking *a, struct err *err)
{
	const struct verdict_config verdict = setup_verdict(&a->setup);
	struct hosts *hosts = hosts_new(&a->setup.campus, &verdict, &a->sink, &a->counters);
	int64_t now = clock_ns(CLOCK_REALTIME) + a->shift;
	struct sensor_state state;
	struct arena arena;
	int rc = hosts_load(hosts, 0, err), ran = 0;

	arena_init(&arena, STATE_MEMORY);
	for (size_t i = 0; rc >= 0 && i < a->results_count; i++) {
		rc = a->sink.lookup(a->sink.ctx, &a->results[i], err);
		hosts_lookup(hosts, &a->results[i]);
	}
	if (rc >= 0)
		rc = hosts_flush(hosts, now, err);
	if (rc >= 0)
		rc = ran = query_state(a->source.store, &state, &arena, err);
	if (ran == 1)
		rc = a->sink.state(a->sink.ctx, &state, err);
	if (rc >= 0)
		rc = a->sink.commit(a->sink.ctx, err);
	hosts_free(hosts);
	arena_release(&arena);
	return rc < 0 ? -1 : 0;
}

static int
open_all(struct asking *a, struct err *err)
{
	const struct config *c = &a->setup.config;
	const struct resolver_calls from_resolver = { a, answered };
	const struct lookup_calls calls = { a, ask, cancel, on_result, on_event };

	lookup_source_init(&a->source, c);
	a->source.lookup.once = true;
	a->lookup = lookup_new(&a->source.lookup, &calls, &a->counters);
	if (store_open_reader(c->store, &a->source.store, err) < 0 || find_hosts(a, err) < 0)
		return -1;
	if (!a->yes && !c->lookup.enabled)
		return 0;
	if (!a->no_store) {
		a->rules = rules_load_hosts(a->setup.rules.sources, a->setup.rules.count, err);
		if (a->rules == NULL || setup_finish(&a->setup, false, err) < 0 ||
			store_open(c->store, c->sensor, &a->writer, err) < 0)
			return -1;
		a->setup.rules_in_force = a->rules;
		a->sink = store_sink(a->writer);
	}
	a->resolver = resolver_new(c->lookup.resolver, &from_resolver, err);
	return a->resolver == NULL ? -1 : 0;
}

static int
look_up(struct asking *a)
{
	struct err err = { "" };

	if (open_all(a, &err) < 0)
		return cli_fail(a->self, EXIT_FAILED, "%s", err.text);
	if (a->resolver == NULL)
		return refuse(a);
	say_start(a, clock_ns(CLOCK_REALTIME));
	pass(a);
	if (!a->no_store && a->results_count > 0 && keep_results(a, &err) < 0)
		return cli_fail(a->self, EXIT_FAILED, "the answers are not stored: %s", err.text);
	fprintf(stderr,
		"heloscope %s: %" PRId64
		" questions; answers: %zu listed, %zu clear, %zu neither\n",
		a->self->name, a->counters.value[COUNTER_lookups], a->listed, a->clear, a->failed);
	return EXIT_DONE;
}

/* ---- arguments ---- */

static int
take_operand(struct asking *a, const char *value)
{
	if (a->named_count == NAMED_MAX)
		return cli_fail(a->self, EXIT_USAGE, "more than %d hosts", NAMED_MAX);
	if (addr_parse(slice_str(value), &a->named[a->named_count]) < 0)
		return cli_fail(a->self, EXIT_USAGE, "'%s' is not an IP address", value);
	a->named_count++;
	return EXIT_DONE;
}

static int
take_option(struct asking *a, struct setup_given *g, int option, const char *value)
{
	switch (option) {
	case OPTION_STORE:
		g->store = value;
		break;
	case OPTION_CONFIG:
		g->config = value;
		break;
	case OPTION_NET:
		if (g->nets_count == CONFIG_NETS_MAX)
			return cli_fail(
				a->self, EXIT_USAGE, "more than %d networks", CONFIG_NETS_MAX);
		g->nets[g->nets_count++] = value;
		break;
	case OPTION_ABOVE:
		a->above = value;
		break;
	case OPTION_YES:
		a->yes = true;
		break;
	case OPTION_AGAIN:
		a->again = true;
		break;
	case OPTION_NO_STORE:
		a->no_store = true;
		break;
	case OPTION_JSON:
		a->json = true;
		break;
	}
	return EXIT_DONE;
}

static int
parse(struct asking *a, struct setup_given *g, int argc, char **argv, bool *stop)
{
	struct cli_args args = cli_args(a->self, argc, argv);
	int option, status = EXIT_DONE;

	*stop = true;
	while (status == EXIT_DONE && (option = cli_next(&args)) != CLI_END) {
		if (option == CLI_HELP)
			return EXIT_DONE;
		if (option == CLI_WRONG)
			return EXIT_USAGE;
		status = option == CLI_OPERAND ? take_operand(a, args.value)
					       : take_option(a, g, option, args.value);
	}
	*stop = status != EXIT_DONE;
	return status;
}

static int
configure(struct asking *a, const struct setup_given *given)
{
	struct err err = { "" };
	char *end;

	if (setup_configure(&a->setup, given, &err) < 0)
		return cli_fail(a->self, EXIT_USAGE, "%s", err.text);
	if (a->above == NULL)
		return EXIT_DONE;
	double above = strtod(a->above, &end);
	if (end == a->above || *end != '\0' || !(above >= 0 && above <= 1))
		return cli_fail(
			a->self, EXIT_USAGE, "--above '%s' is not a number from 0 to 1", a->above);
	a->setup.config.lookup.above = above;
	return EXIT_DONE;
}

static int
run(const struct cli_command *self, int argc, char **argv)
{
	struct asking *a = must_alloc(sizeof *a);
	struct setup_given given = { .nets_count = 0 };
	bool stop;

	memset(a, 0, sizeof *a);
	a->self = self;
	a->paper = paper_of(stdout);
	arena_init(&a->arena, RESULTS_MEMORY);
	buf_init(&a->line, 65536);
	int status = parse(a, &given, argc, argv, &stop);
	if (!stop)
		status = configure(a, &given);
	if (!stop && status == EXIT_DONE)
		status = look_up(a);
	resolver_free(a->resolver);
	lookup_free(a->lookup);
	store_close(a->writer);
	store_close(a->source.store);
	rules_free(a->rules);
	setup_release(&a->setup);
	buf_release(&a->line);
	arena_release(&a->arena);
	free(a);
	return status;
}

const struct cli_command cmd_lookup = {
	.name = "lookup",
	.args = "[HOST...]",
	.summary = "Ask blocklists about hosts at risk, once",
	.text = "Asks the zones of [lookup] about the hosts of the store that are at risk, or\n"
		"about those that are named, through the site's resolver, and puts the answers\n"
		"into the store: listings appear on the hosts' records, and `heloscope report\n"
		"--calibration` holds them against what was predicted.  `heloscope run` does the\n"
		"same all the time with [lookup] enabled = yes.\n\n"
		"Each question tells the operator of the list, and every resolver on the way,\n"
		"that you look at this host.  So nothing is sent unless the configuration says\n"
		"enabled = yes, or you say --yes; without either the zones and the number of\n"
		"hosts are printed.  Private and reserved addresses are never asked about, nor\n"
		"hosts outside of [campus] net; where no net is given, every client that was\n"
		"judged is one of ours.\n\n"
		"A zone is tested first (RFC 5782, 5): one that lists 127.0.0.1 is not believed.\n"
		"Error codes, refusals and silence are no listings: the answer is 'error'.  In a\n"
		"store that only knows old captures the time of an answer is that of the last\n"
		"packet, and a listing says on which day it was asked.",
	.options = options,
	.options_count = sizeof options / sizeof *options,
	.run = run,
};
