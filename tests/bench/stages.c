/* What each stage of the worker costs: reads a capture up to the stage that is named, and throws
 * away what comes out.
 *
 * usage: stages capture|decap|stream|smtp FILE */
#include <stdio.h>
#include <string.h>

#include "sensor/base/ptime.h"
#include "sensor/capture/capture.h"
#include "sensor/decap/decap.h"
#include "sensor/stream/stream.h"
#include "sensor/worker.h"

enum stage { STAGE_CAPTURE, STAGE_DECAP, STAGE_STREAM, STAGE_SMTP, STAGES };

static const char *const names[STAGES] = { "capture", "decap", "stream", "smtp" };

struct run {
	enum stage stage;
	struct counters counters;
	struct decap *decap;
	struct stream_table *streams;
	struct worker *worker;
	long long frames, packets, events, bytes, mails, sessions;
};

/* ---- what comes out ---- */

static void *
on_open(void *ctx, const struct stream_info *info)
{
	struct run *r = ctx;
	(void)info;
	r->events++;
	return r;
}

static void
on_data(void *ctx, void *stream, enum side from, struct slice bytes, int64_t time)
{
	struct run *r = ctx;
	(void)stream, (void)from, (void)time;
	r->events++;
	r->bytes += (long long)bytes.len;
}

static void
on_gap(void *ctx, void *stream, enum side from, int64_t bytes, int64_t time)
{
	struct run *r = ctx;
	(void)stream, (void)from, (void)bytes, (void)time;
	r->events++;
}

static void
on_close(void *ctx, void *stream, enum close_reason why, bool one_sided, int64_t time)
{
	struct run *r = ctx;
	(void)stream, (void)why, (void)one_sided, (void)time;
	r->events++;
}

static void
on_mail(void *ctx, const struct session_record *session, struct mail_record *mail,
	struct slice content)
{
	struct run *r = ctx;
	(void)session, (void)mail, (void)content;
	r->mails++;
}

static void
on_session(void *ctx, const struct session_record *session)
{
	struct run *r = ctx;
	(void)session;
	r->sessions++;
}

static void
on_service(void *ctx, struct endpoint server, int64_t time)
{
	(void)ctx, (void)server, (void)time;
}

static void
on_post(void *ctx, struct endpoint server, int64_t time, struct slice path)
{
	(void)ctx, (void)server, (void)time, (void)path;
}

/* ---- the run ---- */

static int
start(struct run *r, struct err *err)
{
	const struct decap_config decap = { .verify_checksums = false };
	const struct stream_config stream = stream_config_default();
	const struct stream_handler handler = { r, on_open, on_data, on_gap, NULL, on_close, NULL,
		on_post };
	const struct worker_output output = {
		.ctx = r, .mail = on_mail, .session = on_session, .service = on_service
	};
	const struct worker_config worker = { .sensor = "bench",
		.stream = stream,
		.decap = decap,
		.smtp = { .hash_key = SLICE("a key of thirty-two bytes it is.") } };

	if (r->stage == STAGE_SMTP) {
		r->worker = worker_new(&worker, &output, &r->counters, err);
		return r->worker ? 0 : -1;
	}
	r->decap = decap_new(&decap, &r->counters);
	if (r->stage != STAGE_STREAM)
		return 0;
	r->streams = stream_table_new(&stream, &handler, &r->counters, err);
	return r->streams ? 0 : -1;
}

static void
take(struct run *r, const struct frame *frame)
{
	struct packet packet;

	r->frames++;
	if (r->stage == STAGE_SMTP) {
		worker_frame(r->worker, frame);
	} else if (r->stage != STAGE_CAPTURE && decap_packet(r->decap, frame, &packet, NULL) == 1) {
		r->packets++;
		if (r->stage == STAGE_STREAM)
			stream_packet(r->streams, &packet);
	}
}

static void
finish(struct run *r)
{
	if (r->worker)
		worker_finish(r->worker);
	if (r->streams)
		stream_finish(r->streams);
	printf("%s: %lld frames, %lld packets, %lld events, %lld bytes, %lld mails, %lld "
	       "sessions\n",
		names[r->stage], r->frames, r->packets, r->events, r->bytes, r->mails, r->sessions);
	worker_free(r->worker);
	stream_table_free(r->streams);
	decap_free(r->decap);
}

int
main(int argc, char **argv)
{
	struct run r = { .stage = STAGES };
	struct capture *capture;
	struct frame frame;
	struct err err = { "" };
	int more;

	for (int i = 0; argc == 3 && i < STAGES; i++)
		if (strcmp(argv[1], names[i]) == 0)
			r.stage = (enum stage)i;
	if (r.stage == STAGES) {
		fprintf(stderr, "usage: stages capture|decap|stream|smtp FILE\n");
		return 2;
	}
	if (capture_open_file(argv[2], &capture, &err) < 0 || start(&r, &err) < 0) {
		fprintf(stderr, "stages: %s\n", err.text);
		return 3;
	}
	while ((more = capture_next(capture, &frame, &err)) > 0)
		take(&r, &frame);
	if (more < 0)
		fprintf(stderr, "stages: %s\n", err.text);
	finish(&r);
	capture_close(capture);
	return more < 0;
}
