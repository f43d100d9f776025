/* A session from any script of segments and gaps.
 *
 * The input is read as steps: one byte says what (bit 0 the side, bit 1 gap, bit 2 privacy,
 * bits 3.. a pause), two bytes how much, then the bytes. Whatever comes, the records must be whole:
 * nothing NULL, counts within limits, mails numbered in order. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/arena.h"
#include "sensor/base/cursor.h"
#include "sensor/limits.h"
#include "sensor/smtp/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_mail(const struct smtp_mail *m, int32_t *number)
{
	const struct mail_record *r = m->record;
	assert(r->number == ++*number);
	assert(r->mail_from != NULL && r->queue_id != NULL && r->sha256 != NULL &&
		r->enhanced != NULL && r->list != NULL);
	assert(m->content.len <= LIMIT_MAIL_KEPT && (int64_t)m->content.len <= r->bytes);
	assert(r->rcpts_count <= LIMIT_RECIPIENTS);
	for (size_t i = 0; i < r->rcpts_count; i++)
		assert(r->rcpts[i].address != NULL && r->rcpts[i].enhanced != NULL &&
			r->rcpts[i].list != NULL);
}

static void
check_session(struct smtp_session *s)
{
	const struct session_record *r = smtp_session_record(s);
	assert(r->replies_count <= LIMIT_REPLIES && r->anomalies_count <= LIMIT_ANOMALIES &&
		r->extensions_count <= LIMIT_EXTENSIONS);
	for (size_t i = 0; i < r->replies_count; i++)
		assert(r->replies[i].to != NULL && r->replies[i].text != NULL &&
			r->replies[i].enhanced != NULL && r->replies[i].list != NULL);
	assert(r->dialect != NULL && r->banner != NULL && r->helo_name != NULL &&
		r->tls.sni != NULL && r->auth.mechanism != NULL);
}

static void
step(struct smtp_session *s, uint8_t what, struct slice bytes, int64_t *now, int32_t *number)
{
	struct smtp_mail mail;
	enum smtp_side side = what & 1 ? SMTP_SERVER : SMTP_CLIENT;
	*now += (int64_t)(what >> 3) * 20000000;
	if (what & 2) {
		int64_t lost = (int64_t)bytes.len * 3 + 1;
		while (smtp_session_gap(s, side, lost, *now, &mail) == 1) {
			check_mail(&mail, number);
			lost = 0;
		}
		return;
	}
	uint8_t *copy = must_alloc(bytes.len + 1);
	if (bytes.len > 0)
		memcpy(copy, bytes.ptr, bytes.len);
	struct slice in = slice_of(copy, bytes.len);
	while (smtp_session_data(s, side, &in, *now, &mail) == 1)
		check_mail(&mail, number);
	assert(in.len == 0);
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_of(slice_of(data, size));
	uint8_t flags = cursor_u8(&c);
	struct counters counters = { { 0 } };
	struct smtp_config config = {
		.privacy_off = flags & 1, .hash_key = SLICE("key"), .implicit_tls = (flags & 2) != 0
	};
	struct smtp_session *s = smtp_session_new(&config, &counters);
	smtp_session_record(s)->midstream = (flags & 4) != 0;
	int64_t now = 1;
	int32_t number = 0;
	struct smtp_mail mail;
	while (c.rest.len > 3) {
		uint8_t what = cursor_u8(&c);
		size_t len = cursor_be16(&c);
		step(s, what, cursor_bytes(&c, len < c.rest.len ? len : c.rest.len), &now, &number);
	}
	while (smtp_session_end(s, CLOSE_FIN, now, &mail) == 1)
		check_mail(&mail, &number);
	check_session(s);
	smtp_session_free(s);
	return 0;
}
