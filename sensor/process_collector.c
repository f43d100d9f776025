#include "sensor/process_collector.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/clock.h"
#include "sensor/base/text.h"
#include "sensor/limits.h"
#include "sensor/record_layout.h"

/* Somebody waits for what he did to be in the store. */
#define SOON (50 * PTIME_MS)

/* What comes from one worker by its analyst. */
struct lane {
	struct ipc_reader records;
	struct buf pending; /* payload of the MAIL_BEGIN without its MAIL */
	bool pending_mail;
};

struct collector_process {
	const struct process_collector_config *config;
	struct lane lanes[IPC_LANES + IPC_OTHERS];
	size_t lanes_count;
	struct lane *lane; /* of the message that is handled */
	struct ipc_reader events;
	struct sink sink;
	struct collector *collector;
	struct counters counters;		     /* sums of all processes */
	struct ipc_state told[PROCESSES][IPC_LANES]; /* last state of each */
	struct arena arena;			     /* of one message */
	int64_t lost_counted, commit_due;
	int64_t prune_due; /* CLOCK_REALTIME */
	bool refusing;	   /* the store refused: said already */
	bool supervisor;   /* the message that is handled is its */
	bool again;	   /* another collector died, and others go on counting */
};

/* ---- the store refuses, and takes again ---- */

static void
result(struct collector_process *p, int rc, const struct err *err)
{
	if (rc >= 0)
		return;
	COUNT(&p->counters, store_errors);
	if (!p->refusing)
		fprintf(stderr, "heloscope run: the store refuses: %s\n", err->text);
	p->refusing = true;
}

static int
commit(struct collector_process *p)
{
	struct err err = { "" };
	int64_t lost = p->events.lost;

	for (size_t i = 0; i < p->lanes_count; i++)
		lost += p->lanes[i].records.lost;
	COUNT_BY(&p->counters, frames_lost, lost - p->lost_counted);
	p->lost_counted = lost;
	int rc = collector_commit(p->collector, clock_ns(CLOCK_REALTIME), &err);
	if (rc == 0 && p->refusing) {
		fprintf(stderr, "heloscope run: the store takes records again\n");
		p->refusing = false;
	}
	result(p, rc, &err);
	p->commit_due = clock_ns(CLOCK_MONOTONIC) + PTIME_SECOND;
	return rc;
}

static void
prune(struct collector_process *p)
{
	struct err err = { "" };
	int64_t now = clock_ns(CLOCK_REALTIME);

	result(p, p->config->store->prune(p->config->store->ctx, now, &err), &err);
	p->prune_due = now + PTIME_HOUR;
}

/* ---- messages ---- */

static int
store_mail(struct collector_process *p, struct slice record, bool refused)
{
	struct session_record session;
	struct mail_record mail;
	struct err err = { "" };

	if (ipc_unpack_mail(record, &session, &mail, &p->arena) < 0)
		return -1;
	if (refused) {
		mail.refused = true;
		COUNT(&p->counters, mails_refused);
	}
	result(p, collector_mail(p->collector, &session, &mail, &err), &err);
	return 0;
}

/* The mail that was announced and never came: the analyst broke on it. */
static int
refuse_pending(struct collector_process *p)
{
	struct lane *lane = p->lane;
	int rc = lane->pending_mail ? store_mail(p, buf_slice(&lane->pending), true) : 0;

	lane->pending_mail = false;
	return rc;
}

static int
on_hello(struct collector_process *p, struct slice payload)
{
	(void)payload;
	return refuse_pending(p);
}

static int
on_mail_begin(struct collector_process *p, struct slice payload)
{
	int rc = refuse_pending(p);

	buf_clear(&p->lane->pending);
	buf_add(&p->lane->pending, payload);
	p->lane->pending_mail = true;
	return rc;
}

static int
on_mail(struct collector_process *p, struct slice payload)
{
	struct ipc_mail parts;

	if (ipc_split_mail(payload, &parts) < 0 || store_mail(p, parts.record, false) < 0)
		return refuse_pending(p), -1;
	p->lane->pending_mail = false;
	return 0;
}

static int
on_session(struct collector_process *p, struct slice payload)
{
	struct session_record session;
	struct err err = { "" };

	if (record_unpack(payload, &layout_session, &session, &p->arena) < 0)
		return -1;
	result(p, collector_session(p->collector, &session, &err), &err);
	return 0;
}

static int
on_service(struct collector_process *p, struct slice payload)
{
	struct ipc_service service;
	struct err err = { "" };

	if (ipc_unpack_service(payload, &service) < 0)
		return -1;
	result(p, collector_service(p->collector, service.server, service.time, &err), &err);
	return 0;
}

static int
on_post(struct collector_process *p, struct slice payload)
{
	struct ipc_post post;
	struct err err = { "" };

	if (ipc_unpack_post(payload, &post) < 0)
		return -1;
	const char *path = text_clean(&p->arena, slice_str(post.path), LIMIT_POST_PATH);
	result(p, collector_post(p->collector, post.server, post.time, slice_str(path), &err),
		&err);
	return 0;
}

static int
on_lookup(struct collector_process *p, struct slice payload)
{
	struct lookup_result lookup;
	struct err err = { "" };

	if (ipc_unpack_lookup(payload, &lookup, &p->arena) < 0)
		return -1;
	result(p, collector_lookup(p->collector, &lookup, &err), &err);
	return 0;
}

/* Each process counts from its own start: what is new since it told last is added. */
static int
on_state(struct collector_process *p, struct slice payload)
{
	struct ipc_state state;

	if (ipc_unpack_state(payload, &state) < 0)
		return -1;
	struct ipc_state *told = &p->told[state.process][state.lane];
	/* Most of what this one tells first was counted while another collector ran. */
	if (told->pid == 0 && p->again)
		collector_before(p->collector, &state.counters);
	if (told->pid != state.pid)
		memset(told, 0, sizeof *told);
	for (size_t i = 0; i < COUNTERS_COUNT; i++)
		p->counters.value[i] += state.counters.value[i] - told->counters.value[i];
	*told = state;
	return 0;
}

static void
reload(struct collector_process *p)
{
	const struct process_collector_config *c = p->config;
	struct err err = { "" };

	if (c->reload != NULL && c->reload(c->reload_ctx, &err) < 0)
		fprintf(stderr, "heloscope run: the rules of hosts stay what they were: %s\n",
			err.text);
	else
		collector_rules_changed(p->collector);
}

static int
on_event(struct collector_process *p, struct slice payload)
{
	struct ipc_event event;
	struct err err = { "" };

	if (ipc_unpack_event(payload, &event) < 0)
		return -1;
	const char *kind = text_clean(&p->arena, slice_str(event.kind), sizeof event.kind);
	const char *text = text_clean(&p->arena, slice_str(event.text), sizeof event.text);
	result(p, collector_event(p->collector, event.time, kind, text, &err), &err);
	if (p->supervisor && strcmp(kind, "rules") == 0)
		reload(p);
	return 0;
}

static int
on_delivery(struct collector_process *p, struct slice payload)
{
	struct ipc_delivery told;
	struct err err = { "" };

	if (ipc_unpack_delivery(payload, &told) < 0)
		return -1;
	const struct delivery d = { .change = told.change,
		.target = text_clean(&p->arena, slice_str(told.target), sizeof told.target),
		.state = (enum delivery_state)told.state,
		.attempts = told.attempts,
		.time = told.time,
		.next = told.next,
		.error = text_clean(&p->arena, slice_str(told.error), sizeof told.error) };
	result(p, collector_delivery(p->collector, &d, &err), &err);
	return 0;
}

static int
on_audit(struct collector_process *p, struct slice payload)
{
	struct audit_entry entry;
	struct err err = { "" };
	int64_t soon = clock_ns(CLOCK_MONOTONIC) + SOON;

	if (ipc_unpack_audit(payload, &entry, &p->arena) < 0)
		return -1;
	result(p, collector_audit(p->collector, &entry, &err), &err);
	if (p->commit_due > soon)
		p->commit_due = soon;
	return 0;
}

static void
handle(struct collector_process *p, const struct ipc_frame *frame)
{
	static int (*const handlers[IPC_TYPES])(struct collector_process *, struct slice) = {
		[IPC_HELLO] = on_hello,
		[IPC_MAIL_BEGIN] = on_mail_begin,
		[IPC_MAIL] = on_mail,
		[IPC_SESSION] = on_session,
		[IPC_SERVICE] = on_service,
		[IPC_POST] = on_post,
		[IPC_LOOKUP] = on_lookup,
		[IPC_STATE] = on_state,
		[IPC_EVENT] = on_event,
		[IPC_DELIVERY] = on_delivery,
		[IPC_AUDIT] = on_audit,
	};

	if (handlers[frame->type] == NULL || handlers[frame->type](p, frame->payload) < 0)
		COUNT(&p->counters, frames_lost);
	arena_reset(&p->arena);
}

/* ---- life ---- */

static int
start(struct collector_process *p, struct err *err)
{
	const struct process_collector_config *c = p->config;
	const struct sandbox sandbox = { .user = c->user };
	struct collector_config collector = *c->collector;

	if (sandbox_enter(&sandbox, err) < 0 || c->store->open(c->store->ctx, &p->sink, err) < 0)
		return -1;
	collector.sink = &p->sink;
	p->collector = collector_new(&collector, &p->counters, err);
	return p->collector == NULL ? -1 : 0;
}

static void
wait_messages(const struct collector_process *p)
{
	struct pollfd fds[IPC_LANES + IPC_OTHERS + 1] = { { .fd = p->events.fd,
		.events = POLLIN } };
	int64_t ns = p->commit_due - clock_ns(CLOCK_MONOTONIC);

	for (size_t i = 0; i < p->lanes_count; i++)
		fds[i + 1] = (struct pollfd){ .fd = p->lanes[i].records.fd, .events = POLLIN };
	if (ns > 0)
		(void)poll(fds, p->lanes_count + 1, (int)(ns / PTIME_MS) + 1);
}

/* 1 = a message of that pipe was handled, 0 = none is there.  At its end it is looked at no more.
 */
static int
read_one(struct collector_process *p, struct ipc_reader *from)
{
	struct ipc_frame frame;
	int more = from->fd < 0 ? 0 : ipc_next(from, &frame);

	if (more > 0)
		handle(p, &frame);
	if (more < 0)
		from->fd = -1;
	return more > 0;
}

/* A message of each lane; how many there were, and whether any may still come. */
static int
read_lanes(struct collector_process *p, bool *open)
{
	int handled = 0;

	*open = false;
	for (size_t i = 0; i < p->lanes_count; i++) {
		p->lane = &p->lanes[i];
		handled += read_one(p, &p->lane->records);
		*open |= p->lane->records.fd >= 0;
	}
	return handled;
}

static void
work(struct collector_process *p)
{
	int handled;
	bool open;

	do {
		p->lane = &p->lanes[0];
		p->supervisor = true;
		handled = read_one(p, &p->events);
		p->supervisor = false;
		handled += read_lanes(p, &open);
		if (clock_ns(CLOCK_MONOTONIC) >= p->commit_due)
			commit(p);
		if (clock_ns(CLOCK_REALTIME) >= p->prune_due)
			prune(p);
		if (handled == 0)
			wait_messages(p);
	} while (handled > 0 || open);
}

static int
finish(struct collector_process *p)
{
	struct err err = { "" };

	for (size_t i = 0; i < p->lanes_count; i++) {
		p->lane = &p->lanes[i];
		(void)refuse_pending(p);
	}
	(void)commit(p); /* a refusal ends the batch: the last commit then stands alone */
	int rc = collector_finish(p->collector, clock_ns(CLOCK_REALTIME), &err);
	result(p, rc, &err);
	return rc < 0 ? 1 : 0;
}

static void
open_lane(struct collector_process *p, int fd, const struct ipc_cookie *cookie)
{
	struct lane *lane = &p->lanes[p->lanes_count++];

	ipc_reader_init(&lane->records, fd, cookie);
	buf_init(&lane->pending, LIMIT_FRAME);
}

static void
release(struct collector_process *p)
{
	for (size_t i = 0; i < p->lanes_count; i++) {
		ipc_reader_release(&p->lanes[i].records);
		buf_release(&p->lanes[i].pending);
	}
	ipc_reader_release(&p->events);
	arena_release(&p->arena);
	free(p);
}

int
process_collector(const struct process_collector_config *config, const struct ipc_ends *ends)
{
	struct collector_process *p = must_alloc(sizeof *p);
	struct err err = { "" };
	int status = 1;

	memset(p, 0, sizeof *p);
	p->config = config;
	p->again = ends->again;
	open_lane(p, ends->in, &ends->cookie);
	for (unsigned i = 0; i < ends->others_count; i++)
		open_lane(p, ends->others[i], &ends->cookie);
	ipc_reader_init(&p->events, ends->events, &ends->cookie);
	arena_init(&p->arena, 3 * LIMIT_MAIL_MEMORY);
	if (start(p, &err) == 0) {
		work(p);
		status = finish(p);
	} else {
		fprintf(stderr, "heloscope run: the collector: %s\n", err.text);
	}
	collector_free(p->collector);
	config->store->close(config->store->ctx);
	release(p);
	return status;
}
