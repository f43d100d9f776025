#include "sensor/process_worker.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sensor/base/ptime.h"
#include "sensor/limits.h"
#include "sensor/record_layout.h"

enum {
	INTERFACES_MAX = 16,
	POLL_MS = 100,
	AT_ONCE = 4096,	       /* frames of one interface before the next has its turn */
	LAST_FRAMES = 2000000, /* read after SIGTERM; the ring of 64 MiB holds fewer */
};

struct worker_process {
	const struct process_worker_config *config;
	const struct ipc_ends *ends;
	struct capture *captures[INTERFACES_MAX];
	size_t captures_count;
	struct worker *worker;
	struct counters counters;
	struct buf payload;
	int64_t state_due;
	bool gone; /* an interface */
};

static int64_t
now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * PTIME_SECOND + t.tv_nsec;
}

/* ---- messages ---- */

static void
send_payload(struct worker_process *p, enum ipc_type type)
{
	if (p->payload.lost > 0 ||
		ipc_write(p->ends->out, &p->ends->cookie, type, buf_slice(&p->payload)) < 0)
		COUNT(&p->counters, frames_lost);
	buf_clear(&p->payload);
}

static void
on_mail(void *ctx, const struct session_record *session, struct mail_record *mail,
	struct slice content)
{
	struct worker_process *p = ctx;
	ipc_pack_mail(&p->payload, session, mail, content);
	send_payload(p, IPC_MAIL);
}

static void
on_session(void *ctx, const struct session_record *session)
{
	struct worker_process *p = ctx;
	record_pack(&p->payload, &layout_session, session);
	send_payload(p, IPC_SESSION);
}

static void
on_service(void *ctx, struct endpoint server, int64_t time)
{
	struct worker_process *p = ctx;
	struct ipc_service service = { server, time };
	ipc_pack_service(&p->payload, &service);
	send_payload(p, IPC_SERVICE);
}

static void
tell_event(struct worker_process *p, const char *kind, const char *text)
{
	struct ipc_event event = { .time = now_ns() };

	fprintf(stderr, "heloscope run: %s\n", text);
	snprintf(event.kind, sizeof event.kind, "%s", kind);
	snprintf(event.text, sizeof event.text, "%s", text);
	ipc_pack_event(&p->payload, &event);
	send_payload(p, IPC_EVENT);
}

static void
send_state(struct worker_process *p, int64_t now)
{
	struct ipc_state state = { PROCESS_WORKER, (uint32_t)getpid(), p->counters };
	struct capture_stats stats;

	for (size_t i = 0; i < p->captures_count; i++) {
		capture_stats(p->captures[i], &stats);
		COUNT_BY(&state.counters, packets_dropped, stats.dropped);
		COUNT_BY(&state.counters, packets_if_dropped, stats.if_dropped);
	}
	ipc_pack_state(&p->payload, &state);
	send_payload(p, IPC_STATE);
	p->state_due = now + PTIME_SECOND;
}

/* ---- start ---- */

static int
open_interfaces(struct worker_process *p, struct err *err)
{
	const struct process_worker_config *c = p->config;

	if (c->interfaces_count > INTERFACES_MAX)
		return err_set(err, "more than %d interfaces", INTERFACES_MAX);
	for (size_t i = 0; i < c->interfaces_count; i++) {
		if (capture_open_live(c->interfaces[i], &c->live, &p->captures[i], err) < 0)
			return -1;
		p->captures_count++;
	}
	return 0;
}

static int
start(struct worker_process *p, struct err *err)
{
	const struct worker_output output = { p, on_mail, on_session, on_service };
	const struct sandbox sandbox = {
		.user = p->config->user, .only_compute = true, .ends_with_parent = true
	};

	if (open_interfaces(p, err) < 0)
		return -1;
	p->worker = worker_new(p->config->worker, &output, &p->counters, err);
	return p->worker == NULL ? -1 : sandbox_enter(&sandbox, err);
}

/* ---- frames ---- */

/* Up to `max` frames of one interface; how many there were. */
static size_t
read_frames(struct worker_process *p, size_t index, size_t max)
{
	struct frame frame;
	struct err err = { "" };
	size_t n = 0;
	int more = 0;

	while (n < max && (more = capture_next(p->captures[index], &frame, &err)) > 0) {
		frame.interface = (int)index;
		worker_frame(p->worker, &frame);
		n++;
	}
	if (more < 0) {
		tell_event(p, "capture", err.text);
		p->gone |= capture_fd(p->captures[index]) < 0;
	}
	return n;
}

static bool
asked_to_end(void)
{
	const struct timespec at_once = { 0, 0 };
	sigset_t term;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	return sigtimedwait(&term, NULL, &at_once) == SIGTERM;
}

static void
wait_frames(const struct worker_process *p)
{
	struct pollfd fds[INTERFACES_MAX];

	for (size_t i = 0; i < p->captures_count; i++)
		fds[i] = (struct pollfd){ .fd = capture_fd(p->captures[i]), .events = POLLIN };
	/* An interface that is down makes poll return at once, again and again. */
	if (poll(fds, p->captures_count, POLL_MS) <= 0)
		return;
	for (size_t i = 0; i < p->captures_count; i++) {
		if ((fds[i].revents & POLLIN) != 0)
			return;
	}
	(void)poll(NULL, 0, POLL_MS);
}

static void
work(struct worker_process *p)
{
	while (!p->gone && !asked_to_end()) {
		size_t frames = 0;
		for (size_t i = 0; i < p->captures_count; i++)
			frames += read_frames(p, i, AT_ONCE);
		int64_t now = now_ns();
		if (frames == 0)
			worker_tick(p->worker, now);
		if (now >= p->state_due || p->state_due > now + PTIME_SECOND)
			send_state(p, now);
		if (frames == 0)
			wait_frames(p);
	}
}

int
process_worker(const struct process_worker_config *config, const struct ipc_ends *ends)
{
	struct worker_process p = { .config = config, .ends = ends };
	struct err err = { "" };
	bool started;

	buf_init(&p.payload, LIMIT_FRAME);
	started = start(&p, &err) == 0;
	if (started) {
		work(&p);
		for (size_t i = 0; i < p.captures_count; i++)
			(void)read_frames(&p, i, LAST_FRAMES);
		worker_finish(p.worker);
		send_state(&p, now_ns());
	} else {
		tell_event(&p, "capture", err.text);
	}
	worker_free(p.worker);
	for (size_t i = 0; i < p.captures_count; i++)
		capture_close(p.captures[i]);
	buf_release(&p.payload);
	return started && !p.gone ? 0 : 1;
}
