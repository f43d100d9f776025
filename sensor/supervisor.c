#include "sensor/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sensor/base/digest.h"
#include "sensor/base/clock.h"

#define DELAY_FIRST (200 * PTIME_MS)
#define DELAY_MAX (10 * PTIME_SECOND)
#define RENEW_MAX (5 * PTIME_SECOND)
#define QUICK_DEATH (10 * PTIME_SECOND)
#define PIPE_BYTES (1 << 20) /* a second's worth of records where the analyst is busy */

enum pipe_name {
	EVENTS,
	FROM_LOOKUP,
	FROM_ALERTER,
	FROM_WEB,
	TO_ANALYST,
	TO_COLLECTOR,
	PIPE_KINDS
}; /* the last two: one for each lane */
enum { READ_END, WRITE_END };
enum { PIPES_MAX = TO_ANALYST + 2 * IPC_LANES, CHILDREN_MAX = 4 + 2 * IPC_LANES };

struct child {
	enum process process;
	unsigned lane;
	pid_t pid;	      /* 0 = does not run */
	int64_t started, due; /* CLOCK_MONOTONIC */
	int64_t delay;
	bool stale;    /* runs with the rules of before */
	bool renewing; /* was told to end, and will be started anew */
};

struct supervisor {
	const struct supervisor_config *config;
	struct ipc_cookie cookie;
	unsigned lanes;
	int pipes[PIPES_MAX][2];
	struct child
		children[CHILDREN_MAX]; /* readers first, so that a pipe never has a writer alone */
	size_t children_count;
	struct counters counters;
	struct {
		pid_t pid;  /* of the child that checks the rules; 0 = none */
		int words;  /* what it says is wrong; -1 = none */
		bool asked; /* again, while it runs */
		int64_t since;
	} reload;
	sigset_t signals;
	struct buf payload;
};

/* The collector, analysts, workers and what else there is. */
static void
list_children(struct supervisor *s)
{
	static const enum process order[] = { PROCESS_COLLECTOR, PROCESS_ANALYST, PROCESS_WORKER,
		PROCESS_WEB, PROCESS_LOOKUP, PROCESS_ALERTER };

	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		bool each = order[i] == PROCESS_ANALYST || order[i] == PROCESS_WORKER;
		for (unsigned lane = 0; lane < (each ? s->lanes : 1); lane++)
			if (s->config->run[order[i]] != NULL)
				s->children[s->children_count++] =
					(struct child){ .process = order[i], .lane = lane };
	}
}

/* "worker", and where there are several, "worker 2". */
static const char *
child_word(const struct supervisor *s, const struct child *c, char separator, char out[24])
{
	bool several =
		s->lanes > 1 && (c->process == PROCESS_ANALYST || c->process == PROCESS_WORKER);

	if (several)
		snprintf(out, 24, "%s%c%u", process_word(c->process), separator, c->lane + 1);
	else
		snprintf(out, 24, "%s", process_word(c->process));
	return out;
}

/* ---- pipes ---- */

static int *
pipe_of(struct supervisor *s, enum pipe_name pipe, unsigned lane)
{
	return s->pipes[pipe < TO_ANALYST ? (unsigned)pipe : 2 * lane + (unsigned)pipe];
}

static int
open_pipes(struct supervisor *s, struct err *err)
{
	for (size_t i = 0; i < TO_ANALYST + 2 * (size_t)s->lanes; i++) {
		int *ends = s->pipes[i];
		if (pipe2(ends, O_CLOEXEC) < 0 || fcntl(ends[READ_END], F_SETFL, O_NONBLOCK) < 0)
			return err_set(err, "making a pipe: %s", strerror(errno));
		/* Refused where the user's quota is used up: the pipe is then smaller. */
		if (i != EVENTS)
			(void)fcntl(ends[READ_END], F_SETPIPE_SZ, PIPE_BYTES);
	}
	/* The supervisor never waits for the collector, nor does a page. */
	if (fcntl(s->pipes[EVENTS][WRITE_END], F_SETFL, O_NONBLOCK) < 0 ||
		fcntl(s->pipes[FROM_WEB][WRITE_END], F_SETFL, O_NONBLOCK) < 0)
		return err_set(err, "making a pipe: %s", strerror(errno));
	return 0;
}

static void
close_end(int *ends, int end)
{
	if (ends[end] >= 0)
		close(ends[end]);
	ends[end] = -1;
}

static void
close_pipes(struct supervisor *s)
{
	for (size_t i = 0; i < PIPES_MAX; i++) {
		close_end(s->pipes[i], READ_END);
		close_end(s->pipes[i], WRITE_END);
	}
}

static int
keep_end(struct supervisor *s, enum pipe_name pipe, unsigned lane, int end)
{
	int *ends = pipe_of(s, pipe, lane);
	int fd = ends[end];
	ends[end] = -1;
	return fd;
}

/* In a child: its own ends; everything else is closed, or the end of a pipe would never be seen. */
static struct ipc_ends
own_ends(struct supervisor *s, const struct child *child)
{
	enum process p = child->process;
	unsigned lane = child->lane;
	struct ipc_ends ends = { .cookie = s->cookie,
		.in = -1,
		.out = -1,
		.events = -1,
		.lane = lane,
		.lanes = s->lanes,
		.again = child->delay != 0 };

	if (p == PROCESS_WORKER)
		ends.out = keep_end(s, TO_ANALYST, lane, WRITE_END);
	if (p == PROCESS_LOOKUP)
		ends.out = keep_end(s, FROM_LOOKUP, 0, WRITE_END);
	if (p == PROCESS_ALERTER)
		ends.out = keep_end(s, FROM_ALERTER, 0, WRITE_END);
	if (p == PROCESS_WEB)
		ends.out = keep_end(s, FROM_WEB, 0, WRITE_END);
	if (p == PROCESS_ANALYST) {
		ends.in = keep_end(s, TO_ANALYST, lane, READ_END);
		ends.out = keep_end(s, TO_COLLECTOR, lane, WRITE_END);
	}
	if (p == PROCESS_COLLECTOR) {
		ends.in = keep_end(s, TO_COLLECTOR, 0, READ_END);
		for (unsigned i = 1; i < s->lanes; i++)
			ends.others[ends.others_count++] = keep_end(s, TO_COLLECTOR, i, READ_END);
		ends.others[ends.others_count++] = keep_end(s, FROM_LOOKUP, 0, READ_END);
		ends.others[ends.others_count++] = keep_end(s, FROM_ALERTER, 0, READ_END);
		ends.others[ends.others_count++] = keep_end(s, FROM_WEB, 0, READ_END);
		ends.events = keep_end(s, EVENTS, 0, READ_END);
	}
	close_pipes(s);
	return ends;
}

/* ---- starting ---- */

static _Noreturn void
be_child(struct supervisor *s, const struct child *child)
{
	char word[24], name[16];
	struct ipc_ends ends = own_ends(s, child);

	snprintf(name, sizeof name, "helo-%.10s", child_word(s, child, '-', word));
	(void)prctl(PR_SET_NAME, name, 0, 0, 0);
	int status = s->config->run[child->process](s->config->ctx, &ends);
	fflush(NULL);
	_exit(status);
}

static int
start_child(struct supervisor *s, struct child *child)
{
	char word[24];

	fflush(NULL);
	child->started = clock_ns(CLOCK_MONOTONIC);
	pid_t pid = fork();
	if (pid < 0) {
		fprintf(stderr, "heloscope run: the %s cannot be started: %s\n",
			child_word(s, child, ' ', word), strerror(errno));
		child->due = child->started + DELAY_MAX;
		return -1;
	}
	if (pid == 0)
		be_child(s, child);
	child->pid = pid;
	return 0;
}

/* ---- deaths ---- */

/* Counters and the event to the collector.  A full pipe means that no collector has read
 * for long: the words are on stderr already. */
static void
tell_collector(struct supervisor *s, const char *kind, const char *text)
{
	struct ipc_state state = { PROCESS_SUPERVISOR, (uint32_t)getpid(), s->counters, 0 };
	struct ipc_event event = { .time = clock_ns(CLOCK_REALTIME) };

	snprintf(event.kind, sizeof event.kind, "%s", kind);
	buf_clear(&s->payload);
	ipc_pack_state(&s->payload, &state);
	(void)ipc_write(s->pipes[EVENTS][WRITE_END], &s->cookie, IPC_STATE, buf_slice(&s->payload));
	snprintf(event.text, sizeof event.text, "%s", text);
	buf_clear(&s->payload);
	ipc_pack_event(&s->payload, &event);
	(void)ipc_write(s->pipes[EVENTS][WRITE_END], &s->cookie, IPC_EVENT, buf_slice(&s->payload));
}

static void
note_death(struct supervisor *s, struct child *child, int status)
{
	/* ended because it was asked to, or with the old rules: a new one has the new ones */
	bool renewed = child->renewing && WIFEXITED(status) && WEXITSTATUS(status) == 0;
	static const enum counter restarts[PROCESSES] = {
		[PROCESS_WORKER] = COUNTER_restarts_worker,
		[PROCESS_ANALYST] = COUNTER_restarts_analyst,
		[PROCESS_COLLECTOR] = COUNTER_restarts_collector,
		[PROCESS_WEB] = COUNTER_restarts_web,
		[PROCESS_LOOKUP] = COUNTER_restarts_lookup,
		[PROCESS_ALERTER] = COUNTER_restarts_alerter,
	};
	int64_t now = clock_ns(CLOCK_MONOTONIC);
	char text[160], word[24];

	child->stale = child->renewing = false;
	child->due = now;
	if (renewed)
		return;
	child->delay = now - child->started >= QUICK_DEATH || child->delay == 0 ? DELAY_FIRST
										: child->delay * 2;
	if (child->delay > DELAY_MAX)
		child->delay = DELAY_MAX;
	child->due = now + child->delay;
	count_add(&s->counters, restarts[child->process], 1);
	snprintf(text, sizeof text, "the %s ended by %s %d; it is started again",
		child_word(s, child, ' ', word), WIFSIGNALED(status) ? "signal" : "exit status",
		WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	fprintf(stderr, "heloscope run: %s\n", text);
	tell_collector(s, "restart", text);
}

/* `note` NULL while everything ends. */
static void
reap(struct supervisor *s, void (*note)(struct supervisor *s, struct child *child, int status))
{
	for (size_t i = 0; i < s->children_count; i++) {
		struct child *child = &s->children[i];
		int status;
		if (child->pid == 0 || waitpid(child->pid, &status, WNOHANG) != child->pid)
			continue;
		child->pid = 0;
		if (note != NULL)
			note(s, child, status);
	}
}

/* ---- rules read again ---- */

static void
note_rules(struct supervisor *s, bool good, const char *what)
{
	char text[480];

	count_add(&s->counters, good ? COUNTER_rules_reloaded : COUNTER_rules_refused, 1);
	snprintf(text, sizeof text, "%s%s",
		good ? "" : "the new rules are refused, the old ones stay in force: ", what);
	fprintf(stderr, "heloscope run: %s\n", text);
	tell_collector(s, good ? "rules" : "rules-bad", text);
}

static _Noreturn void
be_check(struct supervisor *s, int words)
{
	struct err err = { "" };

	close_pipes(s);
	(void)prctl(PR_SET_NAME, "helo-rules", 0, 0, 0);
	int rc = s->config->check_rules(s->config->ctx, &err);
	if (rc < 0 && write(words, err.text, strlen(err.text)) < 0)
		rc = -1;
	_exit(rc < 0);
}

static void
start_check(struct supervisor *s)
{
	int ends[2];

	if (s->config->check_rules == NULL)
		return;
	if (s->reload.pid != 0) {
		s->reload.asked = true;
		return;
	}
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) {
		note_rules(s, false, strerror(errno));
		return;
	}
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0)
		be_check(s, ends[WRITE_END]);
	close(ends[WRITE_END]);
	s->reload.pid = pid > 0 ? pid : 0;
	s->reload.words = ends[READ_END];
	if (pid > 0)
		return;
	note_rules(s, false, strerror(errno));
	close_end(&s->reload.words, 0);
}

static void
take_rules(struct supervisor *s)
{
	struct err err = { "" };

	if (s->config->take_rules(s->config->ctx, &err) < 0) {
		note_rules(s, false, err.text);
		return;
	}
	for (size_t i = 0; i < s->children_count; i++)
		s->children[i].stale = s->children[i].process == PROCESS_ANALYST;
	note_rules(s, true, "the rules were read again");
}

static void
reap_check(struct supervisor *s)
{
	struct err err = { "it ended without a word" };
	int status;

	if (s->reload.pid == 0 || waitpid(s->reload.pid, &status, WNOHANG) != s->reload.pid)
		return;
	ssize_t n = read(s->reload.words, err.text, sizeof err.text - 1);
	if (n > 0)
		err.text[n] = '\0';
	close_end(&s->reload.words, 0);
	s->reload.pid = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		take_rules(s);
	else
		note_rules(s, false, err.text);
	if (s->reload.asked)
		start_check(s);
	s->reload.asked = false;
}

/* One analyst after the other ends between two mails, and begins with the new rules; what is in its
 * pipe waits.  One that does not end is killed: that costs the mail which holds it up. */
static void
renew_analysts(struct supervisor *s)
{
	int64_t now = clock_ns(CLOCK_MONOTONIC);

	for (size_t i = 0; i < s->children_count; i++) {
		struct child *c = &s->children[i];
		if (c->renewing && c->pid != 0 && now - s->reload.since > RENEW_MAX)
			kill(c->pid, SIGKILL);
		if (c->renewing)
			return;
	}
	for (size_t i = 0; i < s->children_count; i++) {
		struct child *c = &s->children[i];
		if (!c->stale || c->pid == 0)
			continue;
		c->renewing = true;
		s->reload.since = now;
		kill(c->pid, SIGTERM);
		return;
	}
}

/* ---- life ---- */

/* Starts what is due; the time until the next one is, at most a second. */
static int64_t
start_due(struct supervisor *s)
{
	int64_t now = clock_ns(CLOCK_MONOTONIC), wait = PTIME_SECOND;

	for (size_t i = 0; i < s->children_count; i++) {
		struct child *child = &s->children[i];
		if (child->pid != 0)
			continue;
		if (child->due <= now)
			start_child(s, child);
		else if (child->due - now < wait)
			wait = child->due - now;
	}
	return wait;
}

static int
wait_signal(const struct supervisor *s, int64_t ns)
{
	struct timespec t = { ns / PTIME_SECOND, ns % PTIME_SECOND };
	return sigtimedwait(&s->signals, NULL, &t);
}

/* Whether one of that kind runs; those that do are sent the signal, 0 = none. */
static bool
signal_all(const struct supervisor *s, enum process p, int signal)
{
	bool any = false;

	for (size_t i = 0; i < s->children_count; i++) {
		const struct child *child = &s->children[i];
		if (child->process != p || child->pid == 0)
			continue;
		any = true;
		if (signal != 0)
			kill(child->pid, signal);
	}
	return any;
}

/* Waits until all of that kind have ended; then they are made to. */
static void
await_end(struct supervisor *s, enum process p, int seconds)
{
	int64_t end = clock_ns(CLOCK_MONOTONIC) + seconds * PTIME_SECOND;

	for (reap(s, NULL); signal_all(s, p, 0); reap(s, NULL)) {
		if (clock_ns(CLOCK_MONOTONIC) >= end) {
			fprintf(stderr, "heloscope run: the %s does not end; it is killed\n",
				process_word(p));
			signal_all(s, p, SIGKILL);
			end += PTIME_SECOND;
		}
		wait_signal(s, 50 * PTIME_MS);
	}
}

static void
close_writers(struct supervisor *s, enum pipe_name pipe)
{
	for (unsigned i = 0; i < s->lanes; i++)
		close_end(pipe_of(s, pipe, i), WRITE_END);
}

/* In the order of the records, so that each finds everything of the one before it. */
static void
end_all(struct supervisor *s)
{
	if (s->reload.pid != 0) {
		kill(s->reload.pid, SIGKILL);
		(void)waitpid(s->reload.pid, NULL, 0);
	}
	close_end(&s->reload.words, 0);
	signal_all(s, PROCESS_WEB, SIGTERM);
	signal_all(s, PROCESS_LOOKUP, SIGTERM);
	signal_all(s, PROCESS_ALERTER, SIGTERM);
	signal_all(s, PROCESS_WORKER, SIGTERM);
	reap(s, NULL);
	for (size_t i = 0; i < s->children_count; i++) {
		struct child *child = &s->children[i];
		bool reader =
			child->process == PROCESS_COLLECTOR || child->process == PROCESS_ANALYST;
		if (reader && child->pid == 0)
			start_child(s, child);
	}
	await_end(s, PROCESS_WORKER, 15);
	close_writers(s, TO_ANALYST);
	await_end(s, PROCESS_ANALYST, 30);
	close_writers(s, TO_COLLECTOR);
	await_end(s, PROCESS_LOOKUP, 10);
	await_end(s, PROCESS_ALERTER, 10);
	await_end(s, PROCESS_WEB, 5);
	close_end(s->pipes[FROM_LOOKUP], WRITE_END);
	close_end(s->pipes[FROM_ALERTER], WRITE_END);
	close_end(s->pipes[FROM_WEB], WRITE_END);
	close_end(s->pipes[EVENTS], WRITE_END);
	await_end(s, PROCESS_COLLECTOR, 30);
}

int
supervisor_run(const struct supervisor_config *config, struct err *err)
{
	struct supervisor s = { .config = config, .lanes = config->lanes > 1 ? config->lanes : 1 };
	sigset_t before;
	int rc;

	memset(s.pipes, -1, sizeof s.pipes);
	s.reload.words = -1;
	buf_init(&s.payload, 4096);
	digest_random(s.cookie.bytes, sizeof s.cookie.bytes);
	sigemptyset(&s.signals);
	sigaddset(&s.signals, SIGINT);
	sigaddset(&s.signals, SIGTERM);
	sigaddset(&s.signals, SIGCHLD);
	sigaddset(&s.signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &s.signals, &before);
	list_children(&s);
	rc = open_pipes(&s, err);
	if (rc == 0) {
		int which;
		do {
			reap(&s, note_death);
			reap_check(&s);
			renew_analysts(&s);
			which = wait_signal(&s, start_due(&s));
			if (which == SIGHUP) {
				signal_all(&s, PROCESS_WEB, SIGHUP);
				start_check(&s);
			}
		} while (which != SIGINT && which != SIGTERM);
		end_all(&s);
	}
	close_pipes(&s);
	buf_release(&s.payload);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return rc;
}
