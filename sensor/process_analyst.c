#include "sensor/process_analyst.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sensor/base/clock.h"
#include "sensor/base/term.h"
#include "sensor/limits.h"

/* Rules, character sets and one mail take some 100 MiB. */
#define IDLE_MS 200 /* between looks at whether it is to end */
#define ADDRESS_SPACE ((size_t)1 << 30)

struct analyst_process {
	const struct ipc_ends *ends;
	struct ipc_reader reader;
	struct analyst *analyst;
	struct counters counters, told;
	struct arena arena; /* of one mail */
	struct buf payload;
	int64_t state_due; /* CLOCK_MONOTONIC */
};

static void
forward(struct analyst_process *p, enum ipc_type type, struct slice payload)
{
	if (ipc_write(p->ends->out, &p->ends->cookie, type, payload) < 0)
		COUNT(&p->counters, frames_lost);
}

static void
send_state(struct analyst_process *p)
{
	struct ipc_state state = { PROCESS_ANALYST, (uint32_t)getpid(), p->counters,
		p->ends->lane };

	state.counters.value[COUNTER_frames_lost] += p->reader.lost;
	p->state_due = clock_ns(CLOCK_MONOTONIC) + PTIME_SECOND;
	if (memcmp(&state.counters, &p->told, sizeof p->told) == 0)
		return;
	p->told = state.counters;
	buf_clear(&p->payload);
	ipc_pack_state(&p->payload, &state);
	forward(p, IPC_STATE, buf_slice(&p->payload));
}

/* The analysed mail; or (announced) its record as known so far, without the frame of a mail. */
static void
forward_mail(struct analyst_process *p, bool announced, const struct session_record *session,
	const struct mail_record *mail)
{
	struct ipc_mail parts;

	buf_clear(&p->payload);
	ipc_pack_mail(&p->payload, session, mail, SLICE_EMPTY);
	if (p->payload.lost > 0)
		return;
	if (!announced)
		forward(p, IPC_MAIL, buf_slice(&p->payload));
	else if (ipc_split_mail(buf_slice(&p->payload), &parts) == 0)
		forward(p, IPC_MAIL_BEGIN, parts.record);
}

static void
handle_mail(struct analyst_process *p, struct slice payload)
{
	struct ipc_mail parts;
	struct session_record session;
	struct mail_record mail;

	if (ipc_split_mail(payload, &parts) < 0) {
		COUNT(&p->counters, frames_lost);
		return;
	}
	if (ipc_unpack_mail(parts.record, &session, &mail, &p->arena) < 0) {
		forward(p, IPC_MAIL_BEGIN, parts.record);
	} else {
		analyst_digest(p->analyst, &mail, parts.content, &p->arena);
		/* Without the second message the one announced is stored as refused. */
		forward_mail(p, true, &session, &mail);
		analyst_mail(p->analyst, &session, &mail, parts.content, &p->arena);
		forward_mail(p, false, &session, &mail);
	}
	arena_reset(&p->arena);
}

static int
start(struct analyst_process *p, const struct process_analyst_config *config, struct err *err)
{
	const struct sandbox sandbox = {
		.user = config->user, .only_compute = true, .memory = ADDRESS_SPACE
	};

	p->analyst = analyst_new(config->analyst, &p->counters, err);
	if (p->analyst == NULL)
		return -1;
	analyst_preload(p->analyst);
	return sandbox_enter(&sandbox, err);
}

/* SIGTERM, which is blocked: another one goes on with the next message. */
static bool
is_to_end(const struct analyst_process *p)
{
	return ipc_between(&p->reader) && term_asked();
}

static void
work(struct analyst_process *p)
{
	struct ipc_frame frame;
	int more;

	forward(p, IPC_HELLO, SLICE_EMPTY);
	while (!is_to_end(p) && (more = ipc_next(&p->reader, &frame)) >= 0) {
		if (more == 0) {
			struct pollfd in = { .fd = p->ends->in, .events = POLLIN };
			(void)poll(&in, 1, IDLE_MS);
		} else if (frame.type == IPC_MAIL) {
			handle_mail(p, frame.payload);
		} else {
			forward(p, frame.type, frame.payload);
		}
		if (clock_ns(CLOCK_MONOTONIC) >= p->state_due)
			send_state(p);
	}
	send_state(p);
}

int
process_analyst(const struct process_analyst_config *config, const struct ipc_ends *ends)
{
	struct analyst_process p = { .ends = ends };
	struct err err = { "" };
	int status = 0;

	ipc_reader_init(&p.reader, ends->in, &ends->cookie);
	arena_init(&p.arena, 2 * LIMIT_MAIL_MEMORY);
	buf_init(&p.payload, LIMIT_FRAME);
	if (start(&p, config, &err) == 0) {
		work(&p);
	} else {
		fprintf(stderr, "heloscope run: the analyst: %s\n", err.text);
		status = 1;
	}
	analyst_free(p.analyst);
	arena_release(&p.arena);
	buf_release(&p.payload);
	ipc_reader_release(&p.reader);
	return status;
}
