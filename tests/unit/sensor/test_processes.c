/* Analyst and collector as processes: what comes out of their pipes, and what a mail costs that
 * broke the analyst. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "sensor/limits.h"
#include "sensor/process_analyst.h"
#include "sensor/process_collector.h"
#include "sensor/record_layout.h"

static const struct ipc_cookie cookie = { "\x91\x07g\xc3\x44r\xf0!\x13\x8a\xeeq\x02\xbd\x5bz" };
static const struct rule_source rule_dirs[] = { { SOURCE_DIR "/rules", false } };

static void
send_payload(int fd, enum ipc_type type, struct buf *payload)
{
	assert_int_equal(ipc_write(fd, &cookie, type, buf_slice(payload)), 0);
	buf_clear(payload);
}

static void
send_mail(int fd, enum ipc_type type, int number, struct slice content)
{
	struct session_record session = { 0 };
	struct mail_record mail = { 0 };
	struct buf b;

	record_init(&layout_session, &session);
	record_init(&layout_mail, &mail);
	session.id = mail.session = "0123456789abcdef";
	mail.mail_from = "a@example.net";
	mail.number = number;
	buf_init(&b, LIMIT_FRAME);
	ipc_pack_mail(&b, &session, &mail, content);
	send_payload(fd, type, &b);
	buf_release(&b);
}

static void
send_state(int fd, uint32_t lane, uint32_t pid, int64_t mails)
{
	struct ipc_state state = { .process = PROCESS_WORKER, .pid = pid, .lane = lane };
	struct buf b;

	state.counters.value[COUNTER_mails] = mails;
	buf_init(&b, 4096);
	ipc_pack_state(&b, &state);
	send_payload(fd, IPC_STATE, &b);
	buf_release(&b);
}

/* ---- analyst ---- */

static void
test_analyst(void **state)
{
	const struct analyst_config analyst = {
		.rules = rule_dirs, .rules_count = 1, .privacy_off = true
	};
	const struct process_analyst_config config = { .analyst = &analyst,
		.user = { 65534, 65534 } };
	static const enum ipc_type want[] = { IPC_HELLO, IPC_MAIL_BEGIN, IPC_MAIL, IPC_STATE };
	struct ipc_reader reader;
	struct ipc_frame frame;
	struct arena arena;
	int in[2], out[2], status;
	size_t n = 0;
	(void)state;

	assert_int_equal(pipe2(in, O_NONBLOCK), 0);
	assert_int_equal(pipe2(out, 0), 0);
	send_mail(in[1], IPC_MAIL, 1, SLICE("Subject: hello\r\n\r\ntext\r\n"));
	send_state(in[1], 0, 7, 1);
	close(in[1]);
	if (fork() == 0) {
		const struct ipc_ends ends = {
			.cookie = cookie, .in = in[0], .out = out[1], .events = -1, .lanes = 1
		};
		_exit(process_analyst(&config, &ends));
	}
	close(in[0]);
	close(out[1]);
	arena_init(&arena, LIMIT_MAIL_MEMORY);
	ipc_reader_init(&reader, out[0], &cookie);
	while (ipc_next(&reader, &frame) > 0 && n < sizeof want / sizeof *want) {
		struct session_record session;
		struct mail_record mail;
		struct ipc_mail parts;

		assert_int_equal(frame.type, want[n++]);
		if (frame.type != IPC_MAIL)
			continue;
		assert_int_equal(ipc_split_mail(frame.payload, &parts), 0);
		assert_int_equal(parts.content.len, 0);
		assert_int_equal(ipc_unpack_mail(parts.record, &session, &mail, &arena), 0);
		assert_string_equal(mail.header.subject, "hello");
	}
	assert_int_equal(n, sizeof want / sizeof *want);
	wait(&status);
	assert_int_equal(status, 0);
	ipc_reader_release(&reader);
	arena_release(&arena);
	close(out[0]);
}

/* ---- collector: a sink that writes what it is given as lines ---- */

struct lines {
	int fd;
	bool refuse; /* the first commit */
	int64_t mails, refused, errors;
	struct {
		int64_t start, mails;
	} intervals[4]; /* as told last */
	size_t intervals_count;
};

static int
sink_session(void *ctx, const struct session_record *session, struct err *err)
{
	(void)ctx, (void)session, (void)err;
	return 1;
}

static int
sink_mail(void *ctx, const struct session_record *session, const struct mail_record *mail,
	struct err *err)
{
	const struct lines *l = ctx;
	(void)session, (void)err;
	dprintf(l->fd, "mail %d%s\n", mail->number, mail->refused ? " refused" : "");
	return 1;
}

static int
sink_host(void *ctx, const struct host_record *host, struct err *err)
{
	(void)ctx, (void)host, (void)err;
	return 0;
}

static int
sink_host_hour(void *ctx, struct addr host, int64_t hour, struct slice packed,
	const struct count *plain, size_t plain_count, struct err *err)
{
	(void)ctx, (void)host, (void)hour, (void)packed, (void)plain, (void)plain_count, (void)err;
	return 0;
}

static int
sink_fetch_hours(void *ctx, struct addr host,
	void (*fn)(void *fn_ctx, int64_t hour, struct slice packed), void *fn_ctx, struct err *err)
{
	(void)ctx, (void)host, (void)fn, (void)fn_ctx, (void)err;
	return 0;
}

static int
sink_fetch_hosts(void *ctx, int64_t since, void (*fn)(void *fn_ctx, struct addr host), void *fn_ctx,
	struct err *err)
{
	(void)ctx, (void)since, (void)fn, (void)fn_ctx, (void)err;
	return 0;
}

static int
sink_service(void *ctx, struct endpoint server, int64_t first, int64_t last, struct err *err)
{
	(void)ctx, (void)server, (void)first, (void)last, (void)err;
	return 0;
}

static void
keep_interval(struct lines *l, const struct loss_interval *interval)
{
	size_t i = 0;

	while (i < l->intervals_count && l->intervals[i].start != interval->start)
		i++;
	assert_true(i < 4);
	l->intervals_count = i == l->intervals_count ? i + 1 : l->intervals_count;
	l->intervals[i].start = interval->start;
	l->intervals[i].mails = interval->counters.value[COUNTER_mails];
}

static int
sink_state(void *ctx, const struct sensor_state *state, struct err *err)
{
	struct lines *l = ctx;
	(void)err;
	l->mails = state->counters.value[COUNTER_mails];
	l->refused = state->counters.value[COUNTER_mails_refused];
	l->errors = state->counters.value[COUNTER_store_errors];
	for (size_t i = 0; i < state->loss_count; i++)
		keep_interval(l, &state->loss[i]);
	return 0;
}

static int
sink_event(void *ctx, int64_t time, const char *kind, const char *text, struct err *err)
{
	const struct lines *l = ctx;
	(void)time, (void)err;
	dprintf(l->fd, "event %s: %s\n", kind, text);
	return 0;
}

static int
sink_commit(void *ctx, struct err *err)
{
	struct lines *l = ctx;
	if (!l->refuse)
		return 0;
	l->refuse = false;
	return err_set(err, "the disk is full");
}

static int
open_lines(void *ctx, struct sink *sink, struct err *err)
{
	(void)err;
	*sink = (struct sink){ .ctx = ctx,
		.session = sink_session,
		.mail = sink_mail,
		.host = sink_host,
		.host_hour = sink_host_hour,
		.fetch_hours = sink_fetch_hours,
		.fetch_hosts = sink_fetch_hosts,
		.service = sink_service,
		.state = sink_state,
		.event = sink_event,
		.commit = sink_commit };
	return 0;
}

static int
prune_lines(void *ctx, int64_t now, struct err *err)
{
	(void)ctx, (void)now, (void)err;
	return 0;
}

static void
close_lines(void *ctx)
{
	const struct lines *l = ctx;
	int64_t mails = 0;

	for (size_t i = 0; i < l->intervals_count; i++)
		mails += l->intervals[i].mails;
	dprintf(l->fd, "mails %lld (%lld by interval), refused %lld, errors %lld\n",
		(long long)l->mails, (long long)mails, (long long)l->refused, (long long)l->errors);
}

/* Runs a collector on what is in the pipes; *out = the lines of its sink. */
static int
collect(const struct ipc_ends *ends, bool refuse, char *out, size_t size)
{
	int lines[2], status;
	size_t n = 0;
	ssize_t got;

	assert_int_equal(pipe2(lines, 0), 0);
	if (fork() == 0) {
		struct lines l = { .fd = lines[1], .refuse = refuse };
		const struct collector_config collector = { .sensor = "test",
			.sources = "test0",
			.live = true,
			.verdict = verdict_config_default() };
		const struct process_store store = { &l, open_lines, prune_lines, close_lines };
		const struct process_collector_config config = {
			.collector = &collector, .store = &store, .user = { 65534, 65534 }
		};
		close(lines[0]);
		_exit(process_collector(&config, ends));
	}
	close(lines[1]);
	while ((got = read(lines[0], out + n, size - 1 - n)) > 0)
		n += (size_t)got;
	out[n] = '\0';
	close(lines[0]);
	wait(&status);
	return status;
}

struct pipes {
	int in[2], events[2], other[2]; /* of a second lane */
	bool again;			/* a collector ran before */
};

static struct pipes
open_pipes(void)
{
	struct pipes p = { .again = false };
	assert_int_equal(pipe2(p.in, O_NONBLOCK | O_CLOEXEC), 0);
	assert_int_equal(pipe2(p.events, O_NONBLOCK | O_CLOEXEC), 0);
	assert_int_equal(pipe2(p.other, O_NONBLOCK | O_CLOEXEC), 0);
	return p;
}

static void
want_lines(struct pipes *p, bool refuse, const char *want)
{
	char got[1024];

	close(p->in[1]);
	close(p->events[1]);
	close(p->other[1]);
	const struct ipc_ends ends = { .cookie = cookie,
		.in = p->in[0],
		.out = -1,
		.events = p->events[0],
		.lanes = 2,
		.others = { p->other[0] },
		.others_count = 1,
		.again = p->again };
	assert_int_equal(collect(&ends, refuse, got, sizeof got), 0);
	assert_string_equal(got, want);
	close(p->in[0]);
	close(p->events[0]);
	close(p->other[0]);
}

static void
test_collector_refused(void **state)
{
	struct pipes p = open_pipes();
	int fd = p.in[1];
	(void)state;

	send_mail(fd, IPC_MAIL_BEGIN, 1, SLICE_EMPTY);
	send_mail(fd, IPC_MAIL, 1, SLICE_EMPTY);
	send_mail(fd, IPC_MAIL_BEGIN, 2, SLICE_EMPTY); /* the analyst dies of it */
	assert_int_equal(ipc_write(fd, &cookie, IPC_HELLO, SLICE_EMPTY), 0);
	send_mail(fd, IPC_MAIL_BEGIN, 3, SLICE_EMPTY);
	send_mail(fd, IPC_MAIL, 3, SLICE_EMPTY);
	send_mail(fd, IPC_MAIL_BEGIN, 4, SLICE_EMPTY); /* and of this one at the end */
	want_lines(&p, false,
		"mail 1\nmail 2 refused\nmail 3\nmail 4 refused\nmails 0 (0 by interval), refused "
		"2, errors 0\n");
}

/* A worker that is started again counts from nothing; what the first one counted stays. */
static void
test_collector_counters(void **state)
{
	struct pipes p = open_pipes();
	struct ipc_event event = { 1, "restart", "the worker ended" };
	struct buf b;
	(void)state;

	send_state(p.in[1], 0, 100, 4);
	send_state(p.in[1], 0, 100, 6);
	send_state(p.other[1], 1, 101, 20);
	send_state(p.in[1], 0, 200, 1);
	send_state(p.other[1], 1, 101, 30);
	send_state(p.in[1], 0, 200, 3);
	buf_init(&b, 4096);
	ipc_pack_event(&b, &event);
	send_payload(p.events[1], IPC_EVENT, &b);
	buf_release(&b);
	want_lines(&p, false,
		"event restart: the worker ended\nmails 39 (39 by interval), refused 0, errors "
		"0\n");
}

/* Where a collector died, workers go on: what they counted before belongs to no interval of the
 * next. */
static void
test_collector_again(void **state)
{
	struct pipes p = open_pipes();
	(void)state;

	p.again = true;
	send_state(p.in[1], 0, 100, 1000000);
	send_state(p.in[1], 0, 100, 1000006);
	send_state(p.other[1], 1, 101, 2000000);
	send_state(p.other[1], 1, 101, 2000030);
	send_state(p.in[1], 0, 200, 3); /* a worker that is started again */
	want_lines(&p, false, "mails 3000039 (39 by interval), refused 0, errors 0\n");
}

/* An analyst that died takes the mail of its own lane with it, and none of another. */
static void
test_collector_lanes(void **state)
{
	struct pipes p = open_pipes();
	(void)state;

	send_mail(p.in[1], IPC_MAIL_BEGIN, 1, SLICE_EMPTY);
	assert_int_equal(ipc_write(p.other[1], &cookie, IPC_HELLO, SLICE_EMPTY), 0);
	send_mail(p.other[1], IPC_MAIL_BEGIN, 2, SLICE_EMPTY);
	send_mail(p.in[1], IPC_MAIL, 1, SLICE_EMPTY);
	want_lines(&p, false,
		"mail 1\nmail 2 refused\nmails 0 (0 by interval), refused 1, errors 0\n");
}

static void
test_collector_store_refuses(void **state)
{
	struct pipes p = open_pipes();
	(void)state;

	send_mail(p.in[1], IPC_MAIL, 1, SLICE_EMPTY);
	want_lines(&p, true, "mail 1\nmails 0 (0 by interval), refused 0, errors 1\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_analyst),
		cmocka_unit_test(test_collector_refused),
		cmocka_unit_test(test_collector_counters),
		cmocka_unit_test(test_collector_again),
		cmocka_unit_test(test_collector_lanes),
		cmocka_unit_test(test_collector_store_refuses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
