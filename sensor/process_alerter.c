#include "sensor/process_alerter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sensor/base/clock.h"
#include "sensor/base/term.h"
#include "sensor/limits.h"

#define LOOK_EVERY (500 * PTIME_MS)
#define LIMIT_SPARE (3 * PTIME_SECOND) /* beyond its limit an attempt is killed */
#define LAST_WAIT (8 * PTIME_SECOND)   /* for attempts, at the end; the supervisor waits 10 s */

enum { RUNNING_MAX = 64 };

/* What an attempt says at its end. */
struct ended {
	int64_t time;
	struct alert_result result;
};

struct running {
	pid_t pid; /* 0 = none */
	int words; /* its end of the pipe is the attempt's alone */
	size_t number;
	int64_t due; /* CLOCK_MONOTONIC: it should have ended */
};

struct alerter_process {
	const struct process_alerter_config *config;
	const struct ipc_ends *ends;
	struct alerter *alerter;
	struct counters counters, told;
	struct running running[RUNNING_MAX];
	struct buf payload;
	int64_t state_due; /* CLOCK_MONOTONIC */
	bool refusing;	   /* the store cannot be read: said already */
};

/* ---- to the collector ---- */

static void
send_payload(struct alerter_process *p, enum ipc_type type)
{
	if (ipc_write(p->ends->out, &p->ends->cookie, type, buf_slice(&p->payload)) < 0)
		COUNT(&p->counters, frames_lost);
}

static void
note(void *ctx, const struct delivery *d)
{
	struct alerter_process *p = ctx;
	struct ipc_delivery out = { .change = d->change,
		.time = d->time,
		.next = d->next,
		.state = (int32_t)d->state,
		.attempts = d->attempts };

	snprintf(out.target, sizeof out.target, "%s", d->target);
	snprintf(out.error, sizeof out.error, "%s", d->error);
	buf_clear(&p->payload);
	ipc_pack_delivery(&p->payload, &out);
	send_payload(p, IPC_DELIVERY);
}

static void
tell_event(void *ctx, int64_t time, const char *text)
{
	struct alerter_process *p = ctx;
	struct ipc_event event = { .time = time, .kind = "alert" };

	fprintf(stderr, "heloscope run: %s\n", text);
	snprintf(event.text, sizeof event.text, "%s", text);
	buf_clear(&p->payload);
	ipc_pack_event(&p->payload, &event);
	send_payload(p, IPC_EVENT);
}

static void
send_state(struct alerter_process *p)
{
	const struct ipc_state state = { PROCESS_ALERTER, (uint32_t)getpid(), p->counters, 0 };

	p->state_due = clock_ns(CLOCK_MONOTONIC) + PTIME_SECOND;
	if (memcmp(&p->counters, &p->told, sizeof p->told) == 0)
		return;
	p->told = p->counters;
	buf_clear(&p->payload);
	ipc_pack_state(&p->payload, &state);
	send_payload(p, IPC_STATE);
}

/* ---- attempts ---- */

/* In a process of its own.  Both are told of the end, the collector first: we may be gone.  Then it
 * is told again, in case that it was killed before its commit: nobody else will. */
static _Noreturn void
be_attempt(struct alerter_process *p, const struct alert_attempt *attempt, int words)
{
	static const unsigned again_s[] = { 1, 2 }; /* less than the next alerter waits, in all */
	struct ended end;

	(void)signal(SIGPIPE, SIG_IGN);
	memset(&end, 0, sizeof end);
	alert_deliver(attempt->target, attempt->alert, &end.result);
	end.time = clock_ns(CLOCK_REALTIME);
	alert_results(attempt->alert, attempt->target->name, &end.result, end.time, note, p);
	if (write(words, &end, sizeof end) == (ssize_t)sizeof end)
		_exit(0);
	for (size_t i = 0; i < sizeof again_s / sizeof *again_s; i++) {
		sleep(again_s[i]);
		alert_results(
			attempt->alert, attempt->target->name, &end.result, end.time, note, p);
	}
	_exit(1);
}

static int
begin(void *ctx, const struct alert_attempt *attempt)
{
	struct alerter_process *p = ctx;
	struct running *r = p->running;
	int ends[2];

	while (r < p->running + RUNNING_MAX && r->pid != 0)
		r++;
	if (r == p->running + RUNNING_MAX || pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0)
		be_attempt(p, attempt, ends[1]);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return -1;
	}
	*r = (struct running){ pid, ends[0], attempt->number,
		clock_ns(CLOCK_MONOTONIC) + attempt->target->limit + LIMIT_SPARE };
	return 0;
}

/* It has said its end, or ended without. */
static void
reap(struct alerter_process *p, struct running *r)
{
	struct ended end;
	int status;

	memset(&end, 0, sizeof end);
	ssize_t n = read(r->words, &end, sizeof end);
	if (n < 0 && errno == EINTR)
		return;
	if (waitpid(r->pid, &status, 0) != r->pid)
		status = 0;
	if (n != (ssize_t)sizeof end) {
		end.time = clock_ns(CLOCK_REALTIME);
		alert_result_set(&end.result, ALERT_FAILED, "the attempt ended by %s %d",
			WIFSIGNALED(status) ? "signal" : "exit status",
			WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	}
	close(r->words);
	r->pid = 0;
	alerter_ended(p->alerter, r->number, &end.result, end.time);
}

static bool
any_runs(const struct alerter_process *p)
{
	for (size_t i = 0; i < RUNNING_MAX; i++)
		if (p->running[i].pid != 0)
			return true;
	return false;
}

/* Waits up to so long for attempts to end; those whose time is over are killed. */
static void
attend(struct alerter_process *p, int64_t ns, bool last)
{
	struct pollfd fds[RUNNING_MAX];
	int64_t now = clock_ns(CLOCK_MONOTONIC);

	for (size_t i = 0; i < RUNNING_MAX; i++) {
		const struct running *r = &p->running[i];
		fds[i] = (struct pollfd){ .fd = r->pid != 0 ? r->words : -1, .events = POLLIN };
		if (r->pid != 0 && (last || now >= r->due))
			kill(r->pid, SIGKILL);
	}
	if (poll(fds, RUNNING_MAX, (int)(ns / PTIME_MS) + 1) <= 0)
		return;
	for (size_t i = 0; i < RUNNING_MAX; i++)
		if (fds[i].fd >= 0 && fds[i].revents != 0)
			reap(p, &p->running[i]);
}

/* ---- life ---- */

static void
look(struct alerter_process *p)
{
	struct err err = { "" };
	int rc = alerter_work(p->alerter, clock_ns(CLOCK_REALTIME), &err);

	if (rc < 0 && !p->refusing)
		fprintf(stderr, "heloscope run: the alerter cannot read the store: %s\n", err.text);
	if (rc == 0 && p->refusing)
		fprintf(stderr, "heloscope run: the alerter reads the store again\n");
	p->refusing = rc < 0;
}

static void
work(struct alerter_process *p)
{
	int64_t due = 0;

	while (!term_asked()) {
		int64_t now = clock_ns(CLOCK_MONOTONIC);
		if (now >= due) {
			look(p);
			due = now + LOOK_EVERY;
		}
		if (now >= p->state_due)
			send_state(p);
		attend(p, due > now ? due - now : 0, false);
	}
	for (int64_t end = clock_ns(CLOCK_MONOTONIC) + LAST_WAIT; any_runs(p);)
		attend(p, 100 * PTIME_MS, clock_ns(CLOCK_MONOTONIC) >= end);
	send_state(p);
}

static bool
runs_commands(const struct alerter_config *c)
{
	for (size_t i = 0; i < c->targets_count; i++)
		if (c->targets[i].kind == ALERT_COMMAND)
			return true;
	return false;
}

static int
start(struct alerter_process *p, const struct alert_ways *ways, struct err *err)
{
	const struct process_alerter_config *c = p->config;
	struct alerter_config alerter = *c->alerter;
	const struct sandbox sandbox = { .user = c->user,
		.ends_with_parent = true,
		.runs_nothing = !runs_commands(c->alerter) };

	if (sandbox_enter(&sandbox, err) < 0 || c->open(c->ctx, err) < 0)
		return -1;
	alerter.ways = ways;
	p->alerter = alerter_new(&alerter, &p->counters);
	return 0;
}

int
process_alerter(const struct process_alerter_config *config, const struct ipc_ends *ends)
{
	struct alerter_process *p = must_alloc(sizeof *p);
	const struct alert_ways ways = { p, note, begin, tell_event };
	struct err err = { "" };
	int status = 0;

	memset(p, 0, sizeof *p);
	p->config = config;
	p->ends = ends;
	buf_init(&p->payload, LIMIT_FRAME);
	if (start(p, &ways, &err) == 0) {
		work(p);
	} else {
		fprintf(stderr, "heloscope run: the alerter: %s\n", err.text);
		status = 1;
	}
	alerter_free(p->alerter);
	config->close(config->ctx);
	buf_release(&p->payload);
	free(p);
	return status;
}
