#include "sensor/cli/tell.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sensor/base/clock.h"
#include "sensor/base/digest.h"
#include "sensor/sandbox.h"
#include "store/store.h"

#define PATIENCE (3 * PTIME_SECOND) /* a page waits so long for a word of the writer */
enum { IDLE_MS = 300 };		    /* then the writer gives the store back */

/* ---- to a pipe ---- */

static int
send_entry(int fd, const struct ipc_cookie *cookie, const struct audit_entry *entry)
{
	struct buf payload;

	buf_init(&payload, 4096);
	ipc_pack_audit(&payload, entry);
	int rc = ipc_write(fd, cookie, IPC_AUDIT, buf_slice(&payload));
	int error = errno;
	buf_release(&payload);
	errno = error;
	return rc;
}

int
tell_collector(void *ctx, const struct audit_entry *entry, struct err *err)
{
	const struct ipc_ends *ends = ctx;

	if (send_entry(ends->out, &ends->cookie, entry) == 0)
		return 0;
	if (errno == EAGAIN)
		return err_set(err,
			"the collector of the sensor has taken nothing for a while, so this "
			"cannot be stored: look at its messages, and try again");
	return err_set(err, "the collector of the sensor cannot be told: %s", strerror(errno));
}

/* ---- the writer's own process ---- */

/* What it says of each entry; small enough to be written in one piece. */
struct word {
	char id[AUDIT_ID_MAX];
	bool stored;
	struct err why;
};

struct tell_writer {
	struct ipc_cookie cookie;
	int out, words; /* frames to it, its words back */
	pid_t pid;
	pthread_mutex_t mutex; /* one entry at a time */
};

struct writing {
	const char *path, *sensor;
	struct store *store; /* NULL = not held */
	struct sink sink;
};

/* It makes no store where there is none: one that was moved away comes back, or is made by a
 * sensor.
 */
static int
hold(struct writing *w, struct err *err)
{
	if (w->store != NULL)
		return 0;
	if (access(w->path, F_OK) != 0)
		return err_set(err, "there is no store %s now", w->path);
	if (store_open(w->path, w->sensor, &w->store, err) != 0)
		return -1;
	w->sink = store_sink(w->store);
	return 0;
}

static void
let_go(struct writing *w)
{
	store_close(w->store);
	w->store = NULL;
}

static int
store_entry(struct writing *w, const struct audit_entry *entry, struct err *err)
{
	if (hold(w, err) == 0 && w->sink.audit(w->sink.ctx, entry, err) >= 0 &&
		w->sink.commit(w->sink.ctx, err) >= 0)
		return 0;
	let_go(w);
	return -1;
}

static void
take(struct writing *w, const struct ipc_frame *frame, struct arena *arena, int words)
{
	struct audit_entry entry;
	struct word word;

	memset(&word, 0, sizeof word);
	if (frame->type != IPC_AUDIT || ipc_unpack_audit(frame->payload, &entry, arena) != 0)
		return;
	snprintf(word.id, sizeof word.id, "%s", entry.id);
	word.stored = store_entry(w, &entry, &word.why) == 0;
	while (write(words, &word, sizeof word) < 0 && errno == EINTR) {
	}
	arena_reset(arena);
}

static void
work(struct writing *w, struct ipc_reader *in, int words)
{
	struct arena arena;
	struct ipc_frame frame;
	int got;

	arena_init(&arena, 65536);
	while ((got = ipc_next(in, &frame)) >= 0) {
		struct pollfd fd = { .fd = in->fd, .events = POLLIN };

		if (got == 1)
			take(w, &frame, &arena, words);
		else if (poll(&fd, 1, w->store != NULL ? IDLE_MS : -1) == 0)
			let_go(w);
	}
	let_go(w);
	arena_release(&arena);
}

/* Ctrl-C ends the parent, and its end is the end of the pipe: what is in there is stored before. */
static _Noreturn void
be_writer(const struct tell_writer *t, struct writing *w, int in, int words)
{
	const struct sandbox sandbox = { .user = { geteuid(), getegid() }, .runs_nothing = true };
	struct ipc_reader reader;
	struct err err = { "" };
	sigset_t ends;

	(void)prctl(PR_SET_NAME, "helo-writer", 0, 0, 0);
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &ends, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	if (sandbox_enter(&sandbox, &err) < 0) {
		fprintf(stderr, "heloscope serve: the writer of the audit log: %s\n", err.text);
		_exit(1);
	}
	ipc_reader_init(&reader, in, &t->cookie);
	work(w, &reader, words);
	ipc_reader_release(&reader);
	_exit(0);
}

/* ---- its parent ---- */

static void
close_both(const int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

int
tell_writer_start(const char *store, const char *sensor, struct tell_writer **out, struct err *err)
{
	struct writing writing = { .path = store, .sensor = sensor };
	int to[2], back[2];

	*out = NULL;
	if (pipe2(to, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_set(err, "making a pipe: %s", strerror(errno));
	if (pipe2(back, O_CLOEXEC) < 0) {
		close_both(to);
		return err_set(err, "making a pipe: %s", strerror(errno));
	}
	struct tell_writer *t = must_alloc(sizeof *t);
	memset(t, 0, sizeof *t);
	digest_random(t->cookie.bytes, sizeof t->cookie.bytes);
	fflush(NULL);
	t->pid = fork();
	if (t->pid == 0) {
		close(to[1]);
		close(back[0]);
		be_writer(t, &writing, to[0], back[1]);
	}
	close(to[0]);
	close(back[1]);
	t->out = to[1];
	t->words = back[0];
	if (t->pid < 0) {
		close(t->out);
		close(t->words);
		free(t);
		return err_set(err, "starting the writer of the audit log: %s", strerror(errno));
	}
	(void)pthread_mutex_init(&t->mutex, NULL);
	*out = t;
	return 0;
}

/* The word on that entry; those on earlier ones, for which nobody waits any more, are passed over.
 */
static int
await_word(const struct tell_writer *t, const char *id, struct word *word)
{
	int64_t end = clock_ns(CLOCK_MONOTONIC) + PATIENCE;

	for (;;) {
		struct pollfd fd = { .fd = t->words, .events = POLLIN };
		int64_t left = end - clock_ns(CLOCK_MONOTONIC);

		if (left <= 0)
			return 0;
		int got = poll(&fd, 1, (int)(left / PTIME_MS) + 1);
		if (got <= 0)
			continue;
		if (read(t->words, word, sizeof *word) != (ssize_t)sizeof *word)
			return -1;
		if (strncmp(word->id, id, sizeof word->id) == 0)
			return 1;
	}
}

static int
tell_locked(const struct tell_writer *t, const struct audit_entry *entry, struct err *err)
{
	struct word word;

	memset(&word, 0, sizeof word);
	if (send_entry(t->out, &t->cookie, entry) != 0)
		return err_set(err, "the writer of the audit log %s",
			errno == EAGAIN ? "has too much to do: try again"
					: "has ended: start `heloscope serve` again");
	switch (await_word(t, entry->id, &word)) {
	case 1:
		break;
	case 0:
		return err_set(err, "the writer of the audit log gave no answer: try again");
	default:
		return err_set(err,
			"the writer of the audit log has ended: start `heloscope serve` again");
	}
	if (word.stored)
		return 0;
	word.why.text[sizeof word.why.text - 1] = '\0';
	return err_set(err,
		"%s (where a sensor runs, use the report that it serves itself: run --serve)",
		word.why.text);
}

int
tell_writer_tell(void *ctx, const struct audit_entry *entry, struct err *err)
{
	struct tell_writer *t = ctx;

	(void)pthread_mutex_lock(&t->mutex);
	int rc = tell_locked(t, entry, err);
	(void)pthread_mutex_unlock(&t->mutex);
	return rc;
}

void
tell_writer_end(struct tell_writer *t)
{
	if (t == NULL)
		return;
	close(t->out);
	(void)waitpid(t->pid, NULL, 0);
	close(t->words);
	(void)pthread_mutex_destroy(&t->mutex);
	free(t);
}

int
tell_writer_check(const char *store, const char *sensor, struct err *err)
{
	struct store *s;

	if (store_open(store, sensor, &s, err) != 0)
		return -1;
	store_close(s);
	return 0;
}
