#include "sensor/process_worker.h"

#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sensor/base/clock.h"
#include "sensor/base/term.h"
#include "sensor/limits.h"
#include "sensor/record_layout.h"

enum {
	INTERFACES_MAX = 16,
	POLL_MS = 100,
	MERGE_POLL_MS = 5,
	MERGE_DELAY_MS =
		10,	/* the kernel keeps a frame at most as long, where several are merged */
	AT_ONCE = 4096, /* frames before the clock and the signals are looked at */
	LAST_FRAMES = 2000000, /* read after SIGTERM; the ring of 64 MiB holds fewer */
};

/* A frame of one interface waits as long for an earlier one of another, which the kernel may still
 * keep. */
#define MERGE_WAIT (3 * MERGE_DELAY_MS * PTIME_MS)
/* An interface that had nothing is not asked again before. */
#define RETRY PTIME_MS

struct source {
	const char *name;
	struct capture *capture; /* NULL = could not be opened */
	struct frame frame;
	bool has_frame;
	bool gone; /* or never there: looked for once a second */
	bool cut_told;
	int64_t retry;
};

struct worker_process {
	const struct process_worker_config *config;
	const struct ipc_ends *ends;
	struct source sources[INTERFACES_MAX];
	size_t sources_count;
	struct worker *worker;
	struct counters counters;
	struct buf payload;
	int64_t state_due;
	size_t unknown_told;
	struct capture_filter filter; /* as it is now */
	struct {
		uint16_t port[LIMIT_LEARNED_PORTS];
		int64_t used[LIMIT_LEARNED_PORTS]; /* time of the last stream that was found there
						    */
		size_t count;
	} learned;
	bool again; /* an interface came back: a new process can open it */
};

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
on_post(void *ctx, struct endpoint server, int64_t time, struct slice path)
{
	struct worker_process *p = ctx;
	struct ipc_post post = { server, time, "" };
	snprintf(post.path, sizeof post.path, "%.*s", (int)path.len, (const char *)path.ptr);
	ipc_pack_post(&p->payload, &post);
	send_payload(p, IPC_POST);
}

static void
tell_event(struct worker_process *p, const char *kind, const char *text)
{
	struct ipc_event event = { .time = clock_ns(CLOCK_REALTIME) };

	fprintf(stderr, "heloscope run: %s\n", text);
	snprintf(event.kind, sizeof event.kind, "%s", kind);
	snprintf(event.text, sizeof event.text, "%s", text);
	ipc_pack_event(&p->payload, &event);
	send_payload(p, IPC_EVENT);
}

/* ---- ports that are learned ---- */

static void
widen_filter(struct worker_process *p, uint16_t port)
{
	char text[256];

	p->filter.learned = p->learned.port;
	p->filter.learned_count = p->learned.count;
	snprintf(text, sizeof text,
		"SMTP was found on port %u: all its packets are asked for from now on; of the "
		"first "
		"session some may be missing",
		(unsigned)port);
	for (size_t i = 0; i < p->sources_count; i++) {
		struct err err = { "" };
		if (!p->sources[i].gone &&
			capture_live_filter(p->sources[i].capture, &p->filter, &err) < 0)
			snprintf(text, sizeof text, "%.*s", (int)sizeof text - 1, err.text);
	}
	COUNT(&p->counters, ports_learned);
	tell_event(p, "port", text);
}

/* The kernel hands over what reveals SMTP on another port, and then the whole port, until others
 * were used later. */
static void
on_elsewhere(void *ctx, struct endpoint server, int64_t time)
{
	struct worker_process *p = ctx;
	size_t at = 0, oldest = 0;

	if (!p->filter.ports_only)
		return;
	for (; at < p->learned.count && p->learned.port[at] != server.port; at++)
		if (p->learned.used[at] < p->learned.used[oldest])
			oldest = at;
	bool known = at < p->learned.count;
	if (!known && p->learned.count < LIMIT_LEARNED_PORTS)
		at = p->learned.count++;
	else if (!known)
		at = oldest;
	p->learned.port[at] = server.port;
	p->learned.used[at] = time;
	if (!known)
		widen_filter(p, server.port);
}

static void
on_unknown(void *ctx, const struct decap_unknown *unknown)
{
	char text[160];

	snprintf(text, sizeof text, "not understood: %s in %s; what it carries is not seen",
		unknown->what, unknown->layer);
	tell_event(ctx, "unknown", text);
}

static void
tell_cut(struct worker_process *p, struct source *s)
{
	struct capture_cut cut = capture_cut(s->capture);
	char text[256];

	if (s->cut_told || cut.frames == 0)
		return;
	s->cut_told = true;
	snprintf(text, sizeof text,
		"%s: packets are cut at %zu bytes: headers count, the mails in them have gaps; "
		"raise [capture] snaplen",
		s->name, cut.snaplen);
	tell_event(p, "snaplen", text);
}

static void
send_state(struct worker_process *p, int64_t now)
{
	struct ipc_state state = { PROCESS_WORKER, (uint32_t)getpid(), p->counters, p->ends->lane };
	struct capture_stats stats;

	for (size_t i = 0; i < p->sources_count; i++) {
		if (p->sources[i].capture == NULL)
			continue;
		capture_stats(p->sources[i].capture, &stats);
		COUNT_BY(&state.counters, packets_dropped, stats.dropped);
		/* Of the interface, not of this socket: one worker tells it. */
		if (p->ends->lane == 0)
			COUNT_BY(&state.counters, packets_if_dropped, stats.if_dropped);
		tell_cut(p, &p->sources[i]);
	}
	p->unknown_told = worker_unknown(p->worker, p->unknown_told, on_unknown, p);
	ipc_pack_state(&p->payload, &state);
	send_payload(p, IPC_STATE);
	p->state_due = now + PTIME_SECOND;
}

/* ---- start ---- */

static int
open_interfaces(struct worker_process *p, struct err *err)
{
	const struct process_worker_config *c = p->config;
	struct capture_live_options live = c->live;
	size_t opened = 0;

	if (c->interfaces_count > INTERFACES_MAX)
		return err_set(err, "more than %d interfaces", INTERFACES_MAX);
	p->filter = c->filter;
	p->filter.share = p->ends->lane;
	p->filter.shares = p->ends->lanes;
	live.kernel = &p->filter;
	live.delay_ms = c->interfaces_count > 1 ? MERGE_DELAY_MS : 0;
	for (size_t i = 0; i < c->interfaces_count; i++) {
		struct source *s = &p->sources[p->sources_count++];
		struct err words = { "" };
		s->name = c->interfaces[i];
		s->gone = capture_open_live(s->name, &live, &s->capture, &words) < 0;
		opened += !s->gone;
		if (!s->gone)
			continue;
		s->capture = NULL;
		if (c->interfaces_count > 1)
			tell_event(p, "capture", words.text);
		err_set(err, "%s", words.text);
	}
	return opened > 0 ? 0 : -1;
}

static int
start(struct worker_process *p, struct err *err)
{
	const struct worker_output output = { p, on_mail, on_session, on_service, on_elsewhere,
		on_post };
	const struct sandbox sandbox = { .user = p->config->user,
		.only_compute = true,
		.ends_with_parent = true,
		.attaches_filters = true };
	struct err fault = { "" };

	if (open_interfaces(p, err) < 0)
		return -1;
	p->worker = worker_new(p->config->worker, &output, &p->counters, &fault);
	if (p->worker != NULL && sandbox_enter(&sandbox, &fault) == 0)
		return 0;
	*err = fault;
	return -1;
}

/* ---- interfaces that are gone ---- */

static struct capture *
any_capture(const struct worker_process *p)
{
	for (size_t i = 0; i < p->sources_count; i++)
		if (!p->sources[i].gone)
			return p->sources[i].capture;
	return NULL;
}

/* An interface that is there again can be opened only by a process that may open sockets. */
static void
look_for_gone(struct worker_process *p)
{
	struct capture *c = any_capture(p);

	for (size_t i = 0; c != NULL && i < p->sources_count; i++) {
		const struct source *s = &p->sources[i];
		struct ifreq request = { 0 };
		char text[128];

		snprintf(request.ifr_name, sizeof request.ifr_name, "%s", s->name);
		if (!s->gone || ioctl(capture_fd(c), SIOCGIFFLAGS, &request) != 0 ||
			(request.ifr_flags & IFF_UP) == 0)
			continue;
		snprintf(text, sizeof text, "%s: the interface is there again", s->name);
		tell_event(p, "capture", text);
		p->again = true;
	}
}

/* ---- frames ---- */

static void
pull(struct worker_process *p, struct source *s, int64_t now)
{
	struct err err = { "" };
	int more;

	if (s->gone || s->has_frame || now < s->retry)
		return;
	more = capture_next(s->capture, &s->frame, &err);
	s->has_frame = more > 0;
	s->retry = more > 0 || p->sources_count == 1 ? 0 : now + RETRY;
	if (more >= 0)
		return;
	tell_event(p, "capture", err.text);
	s->gone = capture_fd(s->capture) < 0;
}

/* The interface whose frame is next; NULL = none is there, or it waits for those of others. */
static struct source *
next_source(struct worker_process *p, int64_t now, bool last)
{
	struct source *best = NULL;
	bool all = true;

	for (size_t i = 0; i < p->sources_count; i++) {
		struct source *s = &p->sources[i];
		pull(p, s, now);
		all = all && (s->has_frame || s->gone);
		if (s->has_frame && (best == NULL || s->frame.time < best->frame.time))
			best = s;
	}
	if (best == NULL || all || last)
		return best;
	/* A clock that was set back is not waited for. */
	int64_t age = now - best->frame.time;
	return age >= MERGE_WAIT || age < -PTIME_SECOND ? best : NULL;
}

/* Up to `max` frames in the order of time; how many there were. */
static size_t
read_frames(struct worker_process *p, size_t max, bool last)
{
	bool one = p->sources_count == 1;
	int64_t now = one ? 0 : clock_ns(CLOCK_REALTIME);
	size_t n = 0;

	for (; n < max; n++) {
		struct source *s = next_source(p, now, last || one);
		if (s == NULL)
			break;
		s->has_frame = false;
		s->frame.interface = (int)(s - p->sources);
		worker_frame(p->worker, &s->frame);
		if (!one)
			now = clock_ns(CLOCK_REALTIME);
	}
	return n;
}

static void
wait_frames(const struct worker_process *p)
{
	struct pollfd fds[INTERFACES_MAX];
	int wait_ms = POLL_MS;

	for (size_t i = 0; i < p->sources_count; i++) {
		const struct source *s = &p->sources[i];
		bool asked = !s->gone && !s->has_frame;
		fds[i] = (struct pollfd){ .fd = asked ? capture_fd(s->capture) : -1,
			.events = POLLIN };
		if (s->has_frame)
			wait_ms = MERGE_POLL_MS;
	}
	/* An interface that is down makes poll return at once, again and again. */
	if (poll(fds, p->sources_count, wait_ms) <= 0)
		return;
	for (size_t i = 0; i < p->sources_count; i++) {
		if ((fds[i].revents & POLLIN) != 0)
			return;
	}
	(void)poll(NULL, 0, wait_ms);
}

static void
once_a_second(struct worker_process *p, int64_t now)
{
	if (now < p->state_due && p->state_due <= now + PTIME_SECOND)
		return;
	send_state(p, now);
	look_for_gone(p);
}

static bool
can_go_on(const struct worker_process *p)
{
	return !p->again && any_capture(p) != NULL;
}

static void
work(struct worker_process *p)
{
	while (can_go_on(p) && !term_asked()) {
		size_t frames = read_frames(p, AT_ONCE, false);
		int64_t now = clock_ns(CLOCK_REALTIME);
		bool waits = false;

		for (size_t i = 0; i < p->sources_count; i++)
			waits = waits || p->sources[i].has_frame;
		if (frames == 0 && !waits)
			worker_tick(p->worker, now);
		once_a_second(p, now);
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
		(void)read_frames(&p, LAST_FRAMES, true);
		worker_finish(p.worker);
		send_state(&p, clock_ns(CLOCK_REALTIME));
	} else {
		tell_event(&p, "capture", err.text);
	}
	bool whole = started && can_go_on(&p);
	worker_free(p.worker);
	for (size_t i = 0; i < p.sources_count; i++)
		capture_close(p.sources[i].capture);
	buf_release(&p.payload);
	return whole ? 0 : 1;
}
