/* heloscope read FILE... */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sensor/base/clock.h"
#include "sensor/base/json.h"
#include "sensor/capture/capture_set.h"
#include "sensor/cli/cli.h"
#include "sensor/cli/setup.h"
#include "sensor/cli/summary.h"
#include "sensor/limits.h"
#include "sensor/record_layout.h"
#include "store/store.h"

enum {
	OPTION_STORE,
	OPTION_NO_STORE,
	OPTION_JSON,
	OPTION_FOLLOW,
	OPTION_NET,
	OPTION_RULES,
	OPTION_STOCK,
	OPTION_CONFIG,
	OPTION_PRIVACY
};
static const struct cli_option options[] = {
	[OPTION_STORE] = { "store", 0, "FILE",
		"store to write; default: that of the configuration" },
	[OPTION_NO_STORE] = { "no-store", 0, NULL, "store nothing" },
	[OPTION_JSON] = { "json", 0, NULL, "records on standard output, one object a line" },
	[OPTION_FOLLOW] = { "follow", 0, NULL,
		"read on as files grow and others appear, until Ctrl-C" },
	[OPTION_NET] = { "net", 0, "CIDR",
		"a network of ours; may be repeated; default: every client is judged" },
	[OPTION_RULES] = { "rules", 0, "DIR", "folder of rules instead of the configuration's" },
	[OPTION_STOCK] = { "stock", 0, NULL, RULE_DIRS_STOCK_HELP },
	[OPTION_CONFIG] = { "config", 0, "FILE", "configuration" },
	[OPTION_PRIVACY] = { "privacy", 0, "on|off",
		"off: addresses whole; default on: local parts of recipients are keyed hashes" },
};

struct reading {
	const struct cli_command *command;
	struct setup setup;
	struct counters counters;
	struct worker *worker;
	struct analyst *analyst;
	struct collector *collector;
	struct store *store;
	struct summary *summary; /* NULL with --json */
	struct arena arena;	 /* of one mail */
	struct buf line;	 /* JSON */
	struct err err;		 /* the sink refused */
	bool failed, damaged, no_store, json, follow, terminal;
	struct capture_set *captures;
	uint64_t frames;
	int64_t latest;		 /* packet time */
	int64_t latest_at;	 /* monotonic time at which that was read (follow) */
	time_t committed, shown; /* by the clock */
	const char **files;
	size_t files_count;
};

/* ---- what the stages tell ---- */

static void
on_mail(void *ctx, const struct session_record *session, struct mail_record *mail,
	struct slice content)
{
	struct reading *r = ctx;

	analyst_mail(r->analyst, session, mail, content, &r->arena);
	if (!r->failed && collector_mail(r->collector, session, mail, &r->err) < 0)
		r->failed = true;
	arena_reset(&r->arena);
}

static void
on_session(void *ctx, const struct session_record *session)
{
	struct reading *r = ctx;
	if (!r->failed && collector_session(r->collector, session, &r->err) < 0)
		r->failed = true;
}

static void
on_service(void *ctx, struct endpoint server, int64_t time)
{
	struct reading *r = ctx;
	if (!r->failed && collector_service(r->collector, server, time, &r->err) < 0)
		r->failed = true;
}

static void
on_post(void *ctx, struct endpoint server, int64_t time, struct slice path)
{
	struct reading *r = ctx;
	if (!r->failed && collector_post(r->collector, server, time, path, &r->err) < 0)
		r->failed = true;
}

static void
write_json(struct reading *r, const struct layout *layout, const void *record)
{
	struct json j;

	buf_clear(&r->line);
	json_init(&j, &r->line);
	record_json(&j, layout, record, true);
	buf_byte(&r->line, '\n');
	fwrite(r->line.ptr, 1, r->line.len, stdout);
}

static void
observe_session(void *ctx, const struct session_record *session)
{
	struct reading *r = ctx;
	if (r->json)
		write_json(r, &layout_session, session);
	else
		summary_session(r->summary, session);
}

static void
observe_host(void *ctx, const struct host_record *host)
{
	struct reading *r = ctx;
	if (r->json)
		write_json(r, &layout_host, host);
	else
		summary_host(r->summary, host);
}

/* ---- words ---- */

static void
say(struct reading *r, const char *text)
{
	if (r->terminal && r->shown != 0)
		fprintf(stderr, "\r\033[K");
	r->shown = 0;
	fprintf(stderr, "heloscope read: %s\n", text);
}

/* With the other events in the store, once there is one. */
static void
tell(struct reading *r, const char *kind, const char *text)
{
	struct err ignored = { "" };

	say(r, text);
	if (r->collector != NULL)
		collector_event(r->collector, r->latest, kind, text, &ignored);
}

static void
on_note(void *ctx, enum capture_note kind, const char *text)
{
	struct reading *r = ctx;

	if (kind == CAPTURE_NOTE_CUT)
		tell(r, "snaplen", text);
	else
		say(r, text);
}

static void
note_damage(struct reading *r, struct err *err)
{
	tell(r, "damage", err->text);
	COUNT(&r->counters, packets_damaged);
	r->damaged = true;
	err->text[0] = '\0';
}

static void
show_progress(struct reading *r)
{
	int64_t done, size;

	capture_set_progress(r->captures, &done, &size);
	if (size > 0)
		fprintf(stderr, "\r\033[K%s: %lld of %lld MB (%lld %%) ",
			capture_set_name(r->captures), (long long)done / 1000000,
			(long long)size / 1000000, (long long)(done * 100 / size));
	else
		fprintf(stderr, "\r\033[K%s: %lld MB ", capture_set_name(r->captures),
			(long long)done / 1000000);
	r->shown = time(NULL);
}

/* ---- frames ---- */

#define LAG (10 * PTIME_SECOND)

static volatile sig_atomic_t asked_to_end;

static void
on_signal(int which)
{
	(void)which;
	asked_to_end = 1;
}

static struct capture_now
now_of(const struct reading *r)
{
	if (!r->follow)
		return (struct capture_now){ 0, 0 };
	return (struct capture_now){ clock_ns(CLOCK_MONOTONIC), clock_ns(CLOCK_REALTIME) };
}

/* Once a second by the clock: what was read so far is made durable, and a person sees that it goes
 * on. */
static void
once_a_second(struct reading *r, int64_t packet_time)
{
	time_t now = time(NULL);

	if (now == r->committed)
		return;
	if (!r->failed && r->committed != 0 &&
		collector_commit(r->collector, packet_time, &r->err) < 0)
		r->failed = true;
	if (r->terminal && r->committed != 0)
		show_progress(r);
	r->committed = now;
}

/* Nothing is there for now.  Packet time goes on as the clock does since the last packet, so that
 * streams end that are idle, whenever the packets were captured.  It goes on LAG later: who writes
 * the file keeps packets in a buffer, and what is in it must not be taken for lost. */
static void
idle(struct reading *r)
{
	const struct timespec nap = { 0, 50 * PTIME_MS };
	int64_t since = clock_ns(CLOCK_MONOTONIC) - r->latest_at - LAG;
	int64_t now = since > 0 && r->latest != 0 ? r->latest + since : r->latest;

	if (now != 0)
		worker_tick(r->worker, now);
	once_a_second(r, now);
	nanosleep(&nap, NULL);
}

static void
take_frame(struct reading *r, const struct frame *frame, int64_t monotonic)
{
	if (frame->time > r->latest)
		r->latest = frame->time;
	r->latest_at = monotonic;
	if (collector_time(r->collector, frame->time, &r->err) < 0)
		r->failed = true;
	worker_frame(r->worker, frame);
	if (++r->frames % 4096 == 0)
		once_a_second(r, r->latest);
}

static void
read_frames(struct reading *r)
{
	struct err err = { "" };

	while (!r->failed && !asked_to_end) {
		struct capture_now now = now_of(r);
		struct frame frame;
		int more = capture_set_next(r->captures, now, &frame, &err);

		if (more > 0)
			take_frame(r, &frame, now.monotonic);
		else if (more < 0)
			note_damage(r, &err);
		else if (r->follow && !capture_set_ended(r->captures))
			idle(r);
		else
			break;
	}
	if (r->terminal && r->shown != 0)
		fprintf(stderr, "\r\033[K");
}

/* No file holds a packet: nothing is judged and nothing stored, but damage is said. */
static int
read_nothing(struct reading *r)
{
	struct err err = { "" };
	struct frame frame;

	while (capture_set_next(r->captures, now_of(r), &frame, &err) < 0)
		note_damage(r, &err);
	say(r, "no packets: nothing is stored");
	return r->damaged ? EXIT_DAMAGED : EXIT_DONE;
}

/* ---- the command ---- */

static int
parse(struct reading *r, int argc, char **argv, bool *stop)
{
	struct cli_args args = cli_args(r->command, argc, argv);
	struct setup_given given = { .nets_count = 0 };
	int option;

	*stop = true;
	while ((option = cli_next(&args)) != CLI_END) {
		switch (option) {
		case CLI_HELP:
			return EXIT_DONE;
		case CLI_WRONG:
			return EXIT_USAGE;
		case CLI_OPERAND:
			r->files[r->files_count++] = args.value;
			break;
		case OPTION_STORE:
			given.store = args.value;
			break;
		case OPTION_NO_STORE:
			r->no_store = true;
			break;
		case OPTION_JSON:
			r->json = true;
			break;
		case OPTION_FOLLOW:
			r->follow = true;
			break;
		case OPTION_NET:
			if (given.nets_count == CONFIG_NETS_MAX)
				return cli_fail(r->command, EXIT_USAGE, "more than %d networks",
					CONFIG_NETS_MAX);
			given.nets[given.nets_count++] = args.value;
			break;
		case OPTION_STOCK:
			given.stock = true;
			break;
		case OPTION_RULES:
			given.rules = args.value;
			break;
		case OPTION_CONFIG:
			given.config = args.value;
			break;
		case OPTION_PRIVACY:
			given.privacy = args.value;
			break;
		}
	}
	if (r->files_count == 0)
		return cli_fail(r->command, EXIT_USAGE,
			"name a capture file, a folder of them, or - for standard input");
	if (given.store != NULL && r->no_store)
		return cli_fail(
			r->command, EXIT_USAGE, "--store and --no-store exclude each other");

	if (setup_configure(&r->setup, &given, &r->err) < 0)
		return cli_fail(r->command, EXIT_USAGE, "%s", r->err.text);
	*stop = false;
	return EXIT_DONE;
}

static int
start(struct reading *r, struct sink *sink, struct collector_observer *observer)
{
	const struct config *c = &r->setup.config;
	struct worker_output output = { .ctx = r,
		.mail = on_mail,
		.session = on_session,
		.service = on_service,
		.post = on_post };

	if (setup_finish(&r->setup, !r->no_store, &r->err) < 0)
		return cli_fail(r->command, EXIT_FAILED, "%s", r->err.text);
	r->setup.worker.snapshots = r->follow;
	r->analyst = analyst_new(&r->setup.analyst, &r->counters, &r->err);
	if (r->analyst == NULL)
		return cli_fail(r->command, EXIT_FAILED, "%s", r->err.text);
	r->setup.rules_in_force = analyst_rules(r->analyst);
	rule_dirs_tell_hosts("read", &r->setup.rules, r->setup.rules_in_force);
	if (!r->no_store) {
		if (store_open(c->store, c->sensor, &r->store, &r->err) < 0)
			return cli_fail(r->command, EXIT_FAILED, "%s", r->err.text);
		*sink = store_sink(r->store);
	}
	*observer = (struct collector_observer){ r, observe_session, observe_host };
	struct collector_config config = { .sensor = c->sensor,
		.sources = r->files[0],
		.campus = r->setup.campus,
		.verdict = setup_verdict(&r->setup),
		.sink = r->no_store ? NULL : sink,
		.observer = observer };
	r->collector = collector_new(&config, &r->counters, &r->err);
	r->worker = worker_new(&r->setup.worker, &output, &r->counters, &r->err);
	if (r->collector == NULL || r->worker == NULL)
		return cli_fail(r->command, EXIT_FAILED, "%s", r->err.text);
	return EXIT_DONE;
}

/* Every file is looked at before anything is written. */
static int
open_captures(struct reading *r)
{
	const struct capture_set_config config = {
		.follow = r->follow, .check = setup_check_capture, .note = on_note, .ctx = r
	};
	struct sigaction action = { .sa_handler = on_signal };

	r->terminal = isatty(STDERR_FILENO) && !r->json;
	if (r->follow) {
		sigaction(SIGINT, &action, NULL);
		sigaction(SIGTERM, &action, NULL);
	}
	if (capture_set_open(&config, r->files, r->files_count, now_of(r), &r->captures, &r->err) <
		0)
		return asked_to_end ? EXIT_DONE
				    : cli_fail(r->command, EXIT_FAILED, "%s", r->err.text);
	return EXIT_DONE;
}

static int
read_all(struct reading *r)
{
	read_frames(r);
	worker_finish(r->worker);
	if (!r->failed && collector_finish(r->collector, r->latest, &r->err) < 0)
		r->failed = true;
	if (r->failed)
		return cli_fail(r->command, EXIT_FAILED, "%s", r->err.text);
	if (!r->json) {
		struct loss_sum loss;
		collector_loss(r->collector, &loss);
		worker_unknown(r->worker, 0, summary_unknown, r->summary);
		summary_print(r->summary, &r->counters, &loss, stdout);
		if (!r->no_store)
			printf("\nStored in %s: 'heloscope report --store %s', or 'heloscope serve "
			       "--store %s'\n",
				r->setup.config.store, r->setup.config.store,
				r->setup.config.store);
	}
	return r->damaged ? EXIT_DAMAGED : EXIT_DONE;
}

static void
release(struct reading *r)
{
	r->failed = true; /* what ends now is not told */
	worker_free(r->worker);
	analyst_free(r->analyst);
	setup_release(&r->setup);
	collector_free(r->collector);
	store_close(r->store);
	capture_set_close(r->captures);
	summary_free(r->summary);
	arena_release(&r->arena);
	buf_release(&r->line);
	free(r->files);
	free(r);
}

static int
run(const struct cli_command *self, int argc, char **argv)
{
	struct reading *r = must_alloc(sizeof *r);
	struct sink sink;
	struct collector_observer observer;
	bool stop;

	memset(r, 0, sizeof *r);
	r->command = self;
	r->files = must_alloc((size_t)argc * sizeof *r->files);
	arena_init(&r->arena, LIMIT_MAIL_MEMORY);
	buf_init(&r->line, LIMIT_FRAME * 4);
	r->summary = summary_new();
	int status = parse(r, argc, argv, &stop);
	if (!stop)
		status = open_captures(r);
	if (!stop && r->captures != NULL && !r->follow && !capture_set_has_frames(r->captures))
		status = read_nothing(r);
	else if (!stop && r->captures != NULL) {
		status = start(r, &sink, &observer);
		if (status == EXIT_DONE)
			status = read_all(r);
	}
	release(r);
	return status;
}

const struct cli_command cmd_read = {
	"read",
	"FILE...",
	"Read captures: sessions, mails, verdicts",
	"Reads pcap and pcapng files, plain or compressed by gzip or zstd (- is standard input), "
	"rebuilds every SMTP session, scores every mail and judges every host.  "
	"Several files are read as one, packet by packet in the order of time: two directions that "
	"were captured into two files come together.  A folder stands for the captures directly in "
	"it; what else is in it is named and skipped.  "
	"A file that is damaged or cut is read up to the damage.\n\n"
	"With --follow a file is read on as it grows, and a folder or a quoted pattern "
	"('/captures/eth1-*.pcap') as further files appear in it, as tcpdump -C, -G and -W and "
	"dumpcap -b write them.  tcpdump -U writes each packet at once.  Everything is stored "
	"within a second or two.",
	options,
	sizeof options / sizeof options[0],
	run,
};
