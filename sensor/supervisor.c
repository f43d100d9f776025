#include "sensor/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sensor/base/digest.h"
#include "sensor/base/ptime.h"

#define DELAY_FIRST (200 * PTIME_MS)
#define DELAY_MAX (10 * PTIME_SECOND)
#define QUICK_DEATH (10 * PTIME_SECOND)
#define PIPE_BYTES (1 << 20) /* a second's worth of records where the analyst is busy */

enum pipe_name { TO_ANALYST, TO_COLLECTOR, EVENTS, PIPES };
enum { READ_END, WRITE_END };

struct child {
	pid_t pid;	      /* 0 = does not run */
	int64_t started, due; /* CLOCK_MONOTONIC */
	int64_t delay;
};

struct supervisor {
	const struct supervisor_config *config;
	struct ipc_cookie cookie;
	int pipes[PIPES][2];
	struct child children[PROCESSES];
	struct counters counters;
	sigset_t signals;
	struct buf payload;
};

/* Readers first, so that a pipe never has a writer alone. */
static const enum process start_order[] = { PROCESS_COLLECTOR, PROCESS_ANALYST, PROCESS_WORKER,
	PROCESS_WEB };

static int64_t
clock_ns(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return t.tv_sec * PTIME_SECOND + t.tv_nsec;
}

/* ---- pipes ---- */

static int
open_pipes(struct supervisor *s, struct err *err)
{
	for (size_t i = 0; i < PIPES; i++) {
		int *ends = s->pipes[i];
		if (pipe2(ends, O_CLOEXEC) < 0 || fcntl(ends[READ_END], F_SETFL, O_NONBLOCK) < 0)
			return err_set(err, "making a pipe: %s", strerror(errno));
		/* Refused where the user's quota is used up: the pipe is then smaller. */
		if (i != EVENTS)
			(void)fcntl(ends[READ_END], F_SETPIPE_SZ, PIPE_BYTES);
	}
	/* The supervisor never waits for the collector. */
	if (fcntl(s->pipes[EVENTS][WRITE_END], F_SETFL, O_NONBLOCK) < 0)
		return err_set(err, "making a pipe: %s", strerror(errno));
	return 0;
}

static void
close_end(struct supervisor *s, enum pipe_name pipe, int end)
{
	if (s->pipes[pipe][end] >= 0)
		close(s->pipes[pipe][end]);
	s->pipes[pipe][end] = -1;
}

static void
close_pipes(struct supervisor *s)
{
	for (size_t i = 0; i < PIPES; i++) {
		close_end(s, (enum pipe_name)i, READ_END);
		close_end(s, (enum pipe_name)i, WRITE_END);
	}
}

static int
keep_end(struct supervisor *s, enum pipe_name pipe, int end)
{
	int fd = s->pipes[pipe][end];
	s->pipes[pipe][end] = -1;
	return fd;
}

/* In a child: its own ends; everything else is closed, or the end of a pipe would never be seen. */
static struct ipc_ends
own_ends(struct supervisor *s, enum process p)
{
	struct ipc_ends ends = { s->cookie, -1, -1, -1 };

	if (p == PROCESS_WORKER)
		ends.out = keep_end(s, TO_ANALYST, WRITE_END);
	if (p == PROCESS_ANALYST) {
		ends.in = keep_end(s, TO_ANALYST, READ_END);
		ends.out = keep_end(s, TO_COLLECTOR, WRITE_END);
	}
	if (p == PROCESS_COLLECTOR) {
		ends.in = keep_end(s, TO_COLLECTOR, READ_END);
		ends.events = keep_end(s, EVENTS, READ_END);
	}
	close_pipes(s);
	return ends;
}

/* ---- starting ---- */

static _Noreturn void
be_child(struct supervisor *s, enum process p)
{
	char name[16];
	struct ipc_ends ends = own_ends(s, p);

	snprintf(name, sizeof name, "helo-%s", process_word(p));
	(void)prctl(PR_SET_NAME, name, 0, 0, 0);
	int status = s->config->run[p](s->config->ctx, &ends);
	fflush(NULL);
	_exit(status);
}

static int
start_child(struct supervisor *s, enum process p)
{
	struct child *child = &s->children[p];

	fflush(NULL);
	child->started = clock_ns(CLOCK_MONOTONIC);
	pid_t pid = fork();
	if (pid < 0) {
		fprintf(stderr, "heloscope run: the %s cannot be started: %s\n", process_word(p),
			strerror(errno));
		child->due = child->started + DELAY_MAX;
		return -1;
	}
	if (pid == 0)
		be_child(s, p);
	child->pid = pid;
	return 0;
}

/* ---- deaths ---- */

/* Restart counters and the event to the collector.  A full pipe means that no collector has read
 * for long: the words are on stderr already. */
static void
tell_collector(struct supervisor *s, const char *text)
{
	struct ipc_state state = { PROCESS_SUPERVISOR, (uint32_t)getpid(), s->counters };
	struct ipc_event event = { .time = clock_ns(CLOCK_REALTIME), .kind = "restart" };

	buf_clear(&s->payload);
	ipc_pack_state(&s->payload, &state);
	(void)ipc_write(s->pipes[EVENTS][WRITE_END], &s->cookie, IPC_STATE, buf_slice(&s->payload));
	snprintf(event.text, sizeof event.text, "%s", text);
	buf_clear(&s->payload);
	ipc_pack_event(&s->payload, &event);
	(void)ipc_write(s->pipes[EVENTS][WRITE_END], &s->cookie, IPC_EVENT, buf_slice(&s->payload));
}

static void
note_death(struct supervisor *s, enum process p, int status)
{
	static const enum counter restarts[PROCESSES] = {
		[PROCESS_WORKER] = COUNTER_restarts_worker,
		[PROCESS_ANALYST] = COUNTER_restarts_analyst,
		[PROCESS_COLLECTOR] = COUNTER_restarts_collector,
		[PROCESS_WEB] = COUNTER_restarts_web,
	};
	struct child *child = &s->children[p];
	int64_t now = clock_ns(CLOCK_MONOTONIC);
	char text[160];

	child->delay = now - child->started >= QUICK_DEATH || child->delay == 0 ? DELAY_FIRST
										: child->delay * 2;
	if (child->delay > DELAY_MAX)
		child->delay = DELAY_MAX;
	child->due = now + child->delay;
	count_add(&s->counters, restarts[p], 1);
	snprintf(text, sizeof text, "the %s ended by %s %d; it is started again", process_word(p),
		WIFSIGNALED(status) ? "signal" : "exit status",
		WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	fprintf(stderr, "heloscope run: %s\n", text);
	tell_collector(s, text);
}

/* `note` NULL while everything ends. */
static void
reap(struct supervisor *s, void (*note)(struct supervisor *s, enum process p, int status))
{
	for (size_t i = 0; i < PROCESSES; i++) {
		int status;
		if (s->children[i].pid == 0 ||
			waitpid(s->children[i].pid, &status, WNOHANG) != s->children[i].pid)
			continue;
		s->children[i].pid = 0;
		if (note != NULL)
			note(s, (enum process)i, status);
	}
}

/* ---- life ---- */

/* Starts what is due; the time until the next one is, at most a second. */
static int64_t
start_due(struct supervisor *s)
{
	int64_t now = clock_ns(CLOCK_MONOTONIC), wait = PTIME_SECOND;

	for (size_t i = 0; i < sizeof start_order / sizeof *start_order; i++) {
		enum process p = start_order[i];
		const struct child *child = &s->children[p];
		if (s->config->run[p] == NULL || child->pid != 0)
			continue;
		if (child->due <= now)
			start_child(s, p);
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

/* Waits until the child has ended; then it is made to. */
static void
await_end(struct supervisor *s, enum process p, int seconds)
{
	int64_t end = clock_ns(CLOCK_MONOTONIC) + seconds * PTIME_SECOND;

	for (reap(s, NULL); s->children[p].pid != 0; reap(s, NULL)) {
		if (clock_ns(CLOCK_MONOTONIC) >= end) {
			fprintf(stderr, "heloscope run: the %s does not end; it is killed\n",
				process_word(p));
			kill(s->children[p].pid, SIGKILL);
			waitpid(s->children[p].pid, NULL, 0);
			s->children[p].pid = 0;
			return;
		}
		wait_signal(s, 50 * PTIME_MS);
	}
}

static void
ask_to_end(struct supervisor *s, enum process p)
{
	if (s->children[p].pid != 0)
		kill(s->children[p].pid, SIGTERM);
}

/* In the order of the records, so that each finds everything of the one before it. */
static void
end_all(struct supervisor *s)
{
	ask_to_end(s, PROCESS_WEB);
	ask_to_end(s, PROCESS_WORKER);
	reap(s, NULL);
	for (size_t i = 0; i < 2; i++) {
		enum process reader = start_order[i];
		if (s->config->run[reader] != NULL && s->children[reader].pid == 0)
			start_child(s, reader);
	}
	await_end(s, PROCESS_WORKER, 15);
	close_end(s, TO_ANALYST, WRITE_END);
	await_end(s, PROCESS_ANALYST, 30);
	close_end(s, TO_COLLECTOR, WRITE_END);
	close_end(s, EVENTS, WRITE_END);
	await_end(s, PROCESS_COLLECTOR, 30);
	await_end(s, PROCESS_WEB, 5);
}

int
supervisor_run(const struct supervisor_config *config, struct err *err)
{
	struct supervisor s = { .config = config };
	sigset_t before;
	int rc;

	memset(s.pipes, -1, sizeof s.pipes);
	buf_init(&s.payload, 4096);
	digest_random(s.cookie.bytes, sizeof s.cookie.bytes);
	sigemptyset(&s.signals);
	sigaddset(&s.signals, SIGINT);
	sigaddset(&s.signals, SIGTERM);
	sigaddset(&s.signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &s.signals, &before);
	rc = open_pipes(&s, err);
	if (rc == 0) {
		int which;
		do {
			reap(&s, note_death);
			which = wait_signal(&s, start_due(&s));
		} while (which != SIGINT && which != SIGTERM);
		end_all(&s);
	}
	close_pipes(&s);
	buf_release(&s.payload);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return rc;
}
