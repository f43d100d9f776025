/* The capture worker: frames in, sessions and mails out.  Holds no MIME code and no regular
 * expressions.
 *
 * Input:  frames, hostile.
 * Output: struct worker_output, in the order in which mails and sessions end; the same frames give
 * the same output. Memory: the stages' own limits; records live until the call returns. */
#ifndef HELOSCOPE_WORKER_H
#define HELOSCOPE_WORKER_H

#include "sensor/capture/capture.h"
#include "sensor/counters.h"
#include "sensor/decap/decap.h"
#include "sensor/host/aggregate.h"
#include "sensor/record.h"
#include "sensor/smtp/session.h"
#include "sensor/stream/stream.h"

struct worker_output {
	void *ctx;
	/* A mail has ended; `session` is its session as known so far. */
	void (*mail)(void *ctx, const struct session_record *session, struct mail_record *mail,
		struct slice content);
	/* A session has ended, or (session->open) a snapshot of one that goes on. */
	void (*session)(void *ctx, const struct session_record *session);
	void (*service)(void *ctx, struct endpoint server, int64_t time);
	/* A stream on a port that is not watched is followed from now on. May be NULL. */
	void (*elsewhere)(void *ctx, struct endpoint server, int64_t time);
	/* An HTTP POST to a host of ours; the path is clean, without query, at most LIMIT_POST_PATH
	 * bytes, and lives until the call returns. May be NULL. */
	void (*post)(void *ctx, struct endpoint server, int64_t time, struct slice path);
};

struct worker_config {
	const char *sensor;
	struct stream_config stream;
	struct decap_config decap;
	struct smtp_config smtp;
	struct campus campus;
	bool snapshots; /* live: sessions that go on are told once a second */
};

struct worker;

/* For `show`: sees what passes between the stages. Each may be NULL. */
struct worker_probe {
	void *ctx;
	void (*packet)(void *ctx, const struct frame *frame, const struct packet *packet,
		const char *why); /* packet NULL: not followed, and why */
	void (*stream)(void *ctx, const char *id, const char *event); /* "open", "C 12 bytes", … */
	void (*smtp)(void *ctx, const char *id, const char *event);
};

struct worker *worker_new(const struct worker_config *config, const struct worker_output *output,
	struct counters *counters, struct err *err);
void worker_probe(struct worker *w, const struct worker_probe *probe);
void worker_frame(struct worker *w, const struct frame *frame);
/* Time goes on without packets. */
void worker_tick(struct worker *w, int64_t now);
/* What decapsulation did not understand so far: as decap_unknown(). */
size_t worker_unknown(const struct worker *w, size_t from, decap_unknown_fn *fn, void *ctx);
/* Ends everything that is open. */
void worker_finish(struct worker *w);
void worker_free(struct worker *w);

#endif
