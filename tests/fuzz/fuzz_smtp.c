/* A session from any script of segments and gaps, twice: whole segments, and byte by byte.
 *
 * The first byte: bit 0 privacy off, bit 1 implicit TLS, bit 2 mid-stream.  Then steps: one byte
 * says what (bit 0 the server's side, bit 1 a gap, bits 3.. a pause), two bytes how much, then the
 * bytes.  Whatever comes, the records must be whole (nothing NULL, counts within limits, mails
 * numbered in order), and the same in both runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/buf.h"
#include "sensor/base/cursor.h"
#include "sensor/limits.h"
#include "sensor/smtp/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PRINTED_MAX (4 * 1024 * 1024) /* bytes of one run's records as text */

struct run {
	struct smtp_session *session;
	struct counters counters;
	struct buf out; /* what came of it, to be compared */
	int64_t now;
	int32_t number;
	bool bytewise;
};

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static void
take_mail(struct run *run, const struct smtp_mail *m)
{
	const struct mail_record *r = m->record;
	check(r->number == ++run->number);
	check(m->content.len <= LIMIT_MAIL_KEPT && (int64_t)m->content.len <= r->bytes);
	check(r->rcpts_count <= LIMIT_RECIPIENTS);
	buf_printf(&run->out, "%s %s %s %s %d %d %lld %lld %zu\n", r->mail_from, r->sha256,
		r->queue_id, r->enhanced, r->outcome, (int)r->code, (long long)r->bytes,
		(long long)r->gap, m->content.len);
	for (size_t i = 0; i < r->rcpts_count; i++)
		buf_printf(&run->out, " %s %s %s %d\n", r->rcpts[i].address, r->rcpts[i].enhanced,
			r->rcpts[i].list, r->rcpts[i].disposition);
}

static void
take_session(struct run *run)
{
	const struct session_record *r = smtp_session_record(run->session);
	check(r->replies_count <= LIMIT_REPLIES && r->anomalies_count <= LIMIT_ANOMALIES &&
		r->extensions_count <= LIMIT_EXTENSIONS);
	buf_printf(&run->out, "%s %s %s %s %s %s %s %d %d\n", r->dialect, r->banner, r->helo_name,
		r->tls.sni, r->tls.ja4, r->auth.mechanism, r->auth.result, r->visibility,
		smtp_session_is_smtp(run->session));
	buf_printf(&run->out, "%s %s %s %s %s %d %s\n", r->protocol, r->proxy.protocol,
		r->proxy.target, r->tls.starttls, r->auth.user, r->cut, r->server_software);
	for (size_t i = 0; i < r->replies_count; i++)
		buf_printf(&run->out, "%s %s %s %s %d\n", r->replies[i].to, r->replies[i].text,
			r->replies[i].enhanced, r->replies[i].list, (int)r->replies[i].code);
	/* Fingers are known by the size of segments. */
	for (size_t i = 0; i < r->anomalies_count; i++)
		if (strcmp(r->anomalies[i].name, "hand-typed") != 0)
			buf_printf(&run->out, "%s %d\n", r->anomalies[i].name,
				(int)r->anomalies[i].times);
}

static void
step(struct run *run, uint8_t what, struct slice bytes)
{
	struct smtp_mail mail;
	enum smtp_side side = what & 1 ? SMTP_SERVER : SMTP_CLIENT;
	run->now += (int64_t)(what >> 3) * 20000000;
	if (what & 2) {
		int64_t lost = (int64_t)bytes.len * 3 + 1;
		while (smtp_session_gap(run->session, side, lost, run->now, &mail) == 1) {
			take_mail(run, &mail);
			lost = 0;
		}
		return;
	}
	while (bytes.len > 0) {
		struct slice piece = run->bytewise ? slice_take(bytes, 1) : bytes;
		bytes = slice_skip(bytes, piece.len);
		while (smtp_session_data(run->session, side, &piece, run->now, &mail) == 1)
			take_mail(run, &mail);
		check(piece.len == 0);
	}
}

static void
run_script(struct run *run, struct slice script)
{
	struct cursor c = cursor_of(script);
	uint8_t flags = cursor_u8(&c);
	struct smtp_config config = { .privacy_off = flags & 1,
		.hash_key = SLICE("key"),
		.implicit_tls = (flags & 2) != 0,
		.auth_user = (flags & 8) != 0 };
	struct smtp_mail mail;
	run->session = smtp_session_new(&config, &run->counters);
	run->now = 1;
	buf_init(&run->out, PRINTED_MAX);
	smtp_session_record(run->session)->midstream = (flags & 4) != 0;
	while (c.rest.len > 3) {
		uint8_t what = cursor_u8(&c);
		size_t len = cursor_be16(&c);
		step(run, what, cursor_bytes(&c, len < c.rest.len ? len : c.rest.len));
	}
	while (smtp_session_end(run->session, CLOSE_FIN, run->now, &mail) == 1)
		take_mail(run, &mail);
	take_session(run);
	smtp_session_free(run->session);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run whole = { 0 }, bytewise = { .bytewise = true };
	run_script(&whole, slice_of(data, size));
	run_script(&bytewise, slice_of(data, size));
	if (!slice_eq(buf_slice(&whole.out), buf_slice(&bytewise.out))) {
		fprintf(stderr, "whole:\n%sbyte by byte:\n%s", buf_cstr(&whole.out),
			buf_cstr(&bytewise.out));
		abort();
	}
	buf_release(&whole.out);
	buf_release(&bytewise.out);
	return 0;
}
