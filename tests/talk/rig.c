#include "talk/rig.h"

#include <stdio.h>
#include <stdlib.h>

#include "sensor/base/ptime.h"
#include "sensor/worker.h"

#define ETHERNET 1 /* LINKTYPE_ETHERNET */
#define STREAMS 16
#define APART (12 * PTIME_HOUR) /* nothing is remembered so long */

struct rig {
	const struct talk *talk;
	struct worker *worker;
	struct counters counters;
	struct run *out;
	int64_t later; /* than the dialogue's times */
};

static void
on_mail(void *ctx, const struct session_record *session, struct mail_record *mail,
	struct slice content)
{
	struct rig *r = ctx;
	(void)session;
	run_mail(r->out, mail, content);
}

static void
on_session(void *ctx, const struct session_record *session)
{
	struct rig *r = ctx;
	run_session(r->out, session, true);
}

static void
on_service(void *ctx, struct endpoint server, int64_t time)
{
	(void)ctx;
	(void)server;
	(void)time;
}

struct rig *
rig_new(const struct talk *t)
{
	struct rig *r = must_alloc(sizeof(*r));
	struct worker_config config = {
		.sensor = "talk", .stream = stream_config_default(), .smtp = talk_config(t)
	};
	const struct worker_output output = {
		.ctx = r, .mail = on_mail, .session = on_session, .service = on_service
	};
	struct err err = { "" };
	*r = (struct rig){ .talk = t };
	config.stream.streams = STREAMS;
	r->worker = worker_new(&config, &output, &r->counters, &err);
	if (r->worker == NULL) {
		fprintf(stderr, "run_talk: %s\n", err.text);
		exit(3);
	}
	return r;
}

void
rig_free(struct rig *r)
{
	worker_free(r->worker);
	free(r);
}

void
rig_run(struct rig *r, const struct wire_frame *frames, size_t count, struct run *out)
{
	int64_t now = r->later + r->talk->end;
	run_init(out, r->talk);
	r->out = out;
	for (size_t i = 0; i < count; i++) {
		if (frames[i].data == NULL)
			continue;
		const struct frame frame = { .time = r->later + frames[i].time,
			.number = i + 1,
			.linktype = ETHERNET,
			.wire_len = (uint32_t)frames[i].len,
			.data = slice_of(frames[i].data, frames[i].len) };
		worker_frame(r->worker, &frame);
		now = frame.time;
	}
	if (r->talk->close == CLOSE_TIMEOUT)
		worker_tick(r->worker, now + PTIME_HOUR);
	worker_finish(r->worker);
	r->later += APART;
}
