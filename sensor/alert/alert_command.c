/* A command: an absolute path, run without a shell, as the user that the alerter is. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sensor/alert/alert_text.h"
#include "sensor/base/clock.h"

enum { VARIABLES_MAX = 24, BYTES_MAX = 1 << 20, INPUT_MAX = 64 << 20, OUTPUT_KEPT = 512 };

struct run {
	pid_t pid;
	int input, output; /* our ends; -1 = closed */
	struct slice left; /* of its input */
	char said[OUTPUT_KEPT];
	size_t said_len;
	int64_t end; /* CLOCK_MONOTONIC */
};

struct variables {
	char *list[VARIABLES_MAX + 3];
	size_t count;
};

static void
add_variable(void *ctx, const char *name, const char *value)
{
	struct variables *v = ctx;

	if (v->count < VARIABLES_MAX && asprintf(&v->list[v->count], "%s=%s", name, value) > 0)
		v->count++;
}

/* Nothing of ours but these: what is open, and the environment. */
static _Noreturn void
be_command(const struct alert_target *t, const struct alert *a, int input, int output)
{
	struct variables v = { .count = 0 };
	char word[16], id[ALERT_ID_MAX];
	sigset_t none;

	add_variable(&v, "PATH", "/usr/local/bin:/usr/bin:/bin");
	add_variable(&v, "LANG", "C.UTF-8");
	alert_fields(a, add_variable, &v);
	v.list[v.count] = NULL;
	snprintf(word, sizeof word, "%s", alert_word(a));
	snprintf(id, sizeof id, "%s", a->id);
	char *path = strdup(t->address);
	char *argv[] = { path, word, id, NULL };
	(void)setpgid(0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0 ||
		close_range(3, ~0U, 0) < 0 || chdir("/") < 0)
		_exit(126);
	execve(path, argv, v.list);
	dprintf(2, "it cannot be run: %s", strerror(errno));
	_exit(126);
}

static void
close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int
start(const struct alert_target *t, const struct alert *a, struct run *r)
{
	int in[2], out[2];

	if (pipe2(in, O_CLOEXEC) < 0)
		return -1;
	if (pipe2(out, O_CLOEXEC) < 0) {
		close(in[0]);
		close(in[1]);
		return -1;
	}
	r->pid = fork();
	if (r->pid == 0)
		be_command(t, a, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	r->input = in[1];
	r->output = out[0];
	(void)fcntl(r->input, F_SETFL, O_NONBLOCK);
	(void)fcntl(r->output, F_SETFL, O_NONBLOCK);
	return r->pid < 0 ? -1 : 0;
}

static void
give_input(struct run *r)
{
	ssize_t n = r->left.len > 0 ? write(r->input, r->left.ptr, r->left.len) : 0;

	if (n > 0)
		r->left = slice_skip(r->left, (size_t)n);
	if (r->left.len == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_end(&r->input);
}

/* The front of it is kept, the rest read and dropped. */
static void
take_output(struct run *r)
{
	char chunk[4096];
	ssize_t n = read(r->output, chunk, sizeof chunk);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_end(&r->output);
	for (ssize_t i = 0; i < n && r->said_len < sizeof r->said - 1; i++)
		r->said[r->said_len++] = chunk[i] == '\n' ? ' ' : chunk[i];
}

/* 1 = it ended, 0 = its time is over. */
static int
attend(struct run *r, int *status)
{
	for (;;) {
		struct pollfd fds[] = { { .fd = r->input, .events = POLLOUT },
			{ .fd = r->output, .events = POLLIN } };
		if (waitpid(r->pid, status, WNOHANG) == r->pid)
			return 1;
		if (clock_ns(CLOCK_MONOTONIC) >= r->end)
			return 0;
		/* What it leaves behind may keep its output open: it is not waited for. */
		(void)poll(fds, 2, 50);
		if (fds[0].revents != 0)
			give_input(r);
		if (fds[1].revents != 0)
			take_output(r);
	}
}

static void
settle(struct run *r, int status, struct alert_result *out)
{
	if (r->output >= 0)
		take_output(r);
	r->said[r->said_len] = '\0';
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		alert_result_set(out, ALERT_DELIVERED, "%s", "");
	else
		alert_result_set(out, ALERT_FAILED, "ended by %s %d%s%s",
			WIFSIGNALED(status) ? "signal" : "exit status",
			WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
			r->said_len > 0 ? ": " : "", r->said);
}

void
alert_command(const struct alert_target *t, const struct alert *a, struct alert_result *out)
{
	struct run r = { .input = -1, .output = -1 };
	struct buf json;
	int status;

	(void)signal(SIGPIPE, SIG_IGN);
	buf_init(&json, INPUT_MAX);
	alert_json(a, &json);
	buf_byte(&json, '\n');
	r.left = buf_slice(&json);
	r.end = clock_ns(CLOCK_MONOTONIC) + t->limit;
	if (start(t, a, &r) < 0) {
		alert_result_set(out, ALERT_FAILED, "cannot start it: %s", strerror(errno));
	} else if (attend(&r, &status) == 0) {
		(void)kill(-r.pid, SIGKILL);
		(void)waitpid(r.pid, &status, 0);
		alert_result_set(out, ALERT_FAILED, "not done after %d s, and killed",
			(int)(t->limit / PTIME_SECOND));
	} else {
		settle(&r, status, out);
	}
	close_end(&r.input);
	close_end(&r.output);
	buf_release(&json);
}
