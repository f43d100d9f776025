/* Messages on the pipes between the processes of one run.
 *
 * A frame is a header {cookie of the run, type, length, hash of the payload}, little-endian, and
 * its payload.  Either end may be killed in the middle of a frame: then that frame is lost and
 * counted, and the reader finds the next one by the cookie, 128 random bits that no payload can
 * contain.
 *
 * Input:  frames from a process that may have been taken over: every length is checked.
 * Output: whole frames; their records are unpacked with the checks of record_unpack().
 * Memory: a reader holds one frame, at most LIMIT_FRAME bytes. */
#ifndef HELOSCOPE_IPC_H
#define HELOSCOPE_IPC_H

#include "sensor/base/buf.h"
#include "sensor/base/err.h"
#include "sensor/counters.h"
#include "sensor/limits.h"
#include "sensor/record.h"
#include "sensor/sink.h"

#define IPC_COOKIE 16 /* bytes */
#define IPC_HEADER 32 /* bytes */
#define IPC_LANES 32  /* workers, each with an analyst of its own */
#define IPC_OTHERS 3  /* besides them, who writes to the collector: lookup, alerter, web */

enum process {
	PROCESS_SUPERVISOR,
	PROCESS_WORKER,
	PROCESS_ANALYST,
	PROCESS_COLLECTOR,
	PROCESS_WEB,
	PROCESS_LOOKUP,	 /* asks blocklists */
	PROCESS_ALERTER, /* tells changes of verdicts */
	PROCESSES,
};
const char *process_word(enum process p);

enum ipc_type {
	IPC_HELLO,	/* the analyst begins: whatever was pending broke the one before it */
	IPC_MAIL_BEGIN, /* the mail that is analysed next, without content and score */
	IPC_MAIL,	/* to the analyst with content; from it with its fields filled */
	IPC_SESSION,
	IPC_SERVICE,
	IPC_STATE,    /* a process's counters */
	IPC_EVENT,    /* words for an operator */
	IPC_POST,     /* an HTTP POST to a host of ours */
	IPC_LOOKUP,   /* what a blocklist answered */
	IPC_DELIVERY, /* what became of an alert */
	IPC_AUDIT,    /* what somebody did with the report */
	IPC_TYPES,
};

struct ipc_cookie {
	uint8_t bytes[IPC_COOKIE];
};

/* What a process has of the pipes; -1 = nothing. */
struct ipc_ends {
	struct ipc_cookie cookie;
	int in;		      /* records, non-blocking */
	int out;	      /* records; of the web process non-blocking */
	int events;	      /* collector: from the supervisor, non-blocking */
	unsigned lane, lanes; /* worker and analyst: which of how many */
	/* collector: records of the lanes behind the first, and what lookup, alerter and web say,
	 * as `in` */
	int others[IPC_LANES + IPC_OTHERS];
	unsigned others_count;
	bool again; /* one of its kind ran before it and died */
};

struct ipc_frame {
	enum ipc_type type;
	struct slice payload; /* until the next ipc_next() */
};

struct ipc_reader {
	int fd; /* non-blocking */
	struct ipc_cookie cookie;
	uint8_t header[IPC_HEADER];
	size_t header_len;  /* bytes of it that are there */
	struct buf payload; /* of the frame being read */
	struct buf again;   /* bytes behind a frame that was cut: read before fd */
	bool lost_place;    /* between frames, and counted already */
	int64_t lost;	    /* frames lost or damaged so far */
};

void ipc_reader_init(struct ipc_reader *r, int fd, const struct ipc_cookie *cookie);
void ipc_reader_release(struct ipc_reader *r);
/* 1 = a frame; 0 = not all of one is there yet; -1 = the end: nobody writes any more.  Never takes
 * bytes beyond the frame from the pipe. */
int ipc_next(struct ipc_reader *r, struct ipc_frame *out);

/* Nothing of the next frame was taken from the pipe yet: who reads it from here on misses nothing.
 */
bool ipc_between(const struct ipc_reader *r);

/* 0 when all of it is written; -1 (errno) when nobody reads, when a non-blocking pipe is full or
 * when the payload is longer than LIMIT_FRAME.  Up to PIPE_BUF bytes are written in one piece. */
int ipc_write(int fd, const struct ipc_cookie *cookie, enum ipc_type type, struct slice payload);

/* ---- payloads (ipc_payload.c) ---- */

struct ipc_mail {
	struct slice record;  /* session and mail, packed: what a MAIL_BEGIN carries */
	struct slice content; /* of a MAIL to the analyst */
};

/* Pack appends to `out`; all unpack: 0, or -1 when the payload is none of ours. Records live in the
 * arena. */
void ipc_pack_mail(struct buf *out, const struct session_record *session,
	const struct mail_record *mail, struct slice content);
int ipc_split_mail(struct slice payload, struct ipc_mail *out);
int ipc_unpack_mail(struct slice record, struct session_record *session, struct mail_record *mail,
	struct arena *arena);

struct ipc_service {
	struct endpoint server;
	int64_t time;
};
void ipc_pack_service(struct buf *out, const struct ipc_service *service);
int ipc_unpack_service(struct slice payload, struct ipc_service *out);

struct ipc_post {
	struct endpoint server;
	int64_t time;
	char path[LIMIT_POST_PATH + 1];
};
void ipc_pack_post(struct buf *out, const struct ipc_post *post);
int ipc_unpack_post(struct slice payload, struct ipc_post *out);

/* Its texts live in the arena. */
void ipc_pack_lookup(struct buf *out, const struct lookup_result *lookup);
int ipc_unpack_lookup(struct slice payload, struct lookup_result *out, struct arena *arena);

/* Counters since the start of the process `pid`. */
struct ipc_state {
	enum process process;
	uint32_t pid;
	struct counters counters;
	uint32_t lane;
};
void ipc_pack_state(struct buf *out, const struct ipc_state *state);
int ipc_unpack_state(struct slice payload, struct ipc_state *out);

/* What became of an alert, as in struct delivery. */
struct ipc_delivery {
	int64_t change, time, next;
	int32_t state, attempts;
	char target[32];
	char error[256];
};
/* At most PIPE_BUF bytes with the header: several processes may write them into one pipe. */
void ipc_pack_delivery(struct buf *out, const struct ipc_delivery *delivery);
int ipc_unpack_delivery(struct slice payload, struct ipc_delivery *out);

/* At most PIPE_BUF bytes with the header, so that the threads of the web process may write side by
 * side.  Its texts live in the arena. */
void ipc_pack_audit(struct buf *out, const struct audit_entry *entry);
int ipc_unpack_audit(struct slice payload, struct audit_entry *out, struct arena *arena);

struct ipc_event {
	int64_t time;
	char kind[16];
	char text[512];
};
void ipc_pack_event(struct buf *out, const struct ipc_event *event);
int ipc_unpack_event(struct slice payload, struct ipc_event *out);

#endif
