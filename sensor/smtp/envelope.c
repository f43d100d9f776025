#include <assert.h>
#include <stdlib.h>

#include "sensor/base/chars.h"
#include "sensor/base/text.h"
#include "sensor/limits.h"
#include "sensor/smtp/command.h"
#include "sensor/smtp/envelope.h"
#include "sensor/smtp/queue_id.h"

#define PARAMS_MAX 32	  /* of one MAIL; RFC 5321 4.1.2 and all extensions know about a dozen */
#define RCPT_PARAMS_MAX 8 /* of one RCPT; RFC 3461 has two */
#define PARAM_TEXT 255	  /* bytes */

struct envelope *
envelope_new(int32_t number, int64_t time)
{
	struct envelope *e = must_alloc(sizeof(*e));
	*e = (struct envelope){ 0 };
	arena_init(&e->arena, ENVELOPE_MEMORY);
	buf_init(&e->content, LIMIT_MAIL_KEPT);
	e->record = (struct mail_record){
		.session = "",
		.number = number,
		.start = time,
		.end = time,
		.mail_from = "",
		.enhanced = "",
		.list = "",
		.queue_id = "",
		.sha256 = "",
		.subject_key = "",
		.header = { "", "", "", "", "", "", "", "", "", "", "" },
	};
	return e;
}

void
envelope_free(struct envelope *e)
{
	if (e == NULL)
		return;
	arena_release(&e->arena);
	buf_release(&e->content);
	digest_stream_free(e->digest);
	free(e);
}

struct slice
envelope_keep(struct envelope *e, struct slice s)
{
	struct slice copy = arena_copy(&e->arena, s);
	e->record.cut |= e->arena.full;
	return copy;
}

void
envelope_sender(struct envelope *e, struct slice address, struct slice params)
{
	struct mail_record *r = &e->record;
	r->mail_from = text_clean(&e->arena, address, LIMIT_REPLY_TEXT);
	struct slice name, value;
	while (param_next(&params, &name, &value)) {
		struct name_value *p = ARENA_PUSH(&e->arena, r->params, PARAMS_MAX);
		if (p == NULL) {
			r->cut = true;
			return;
		}
		p->name = text_clean(&e->arena, name, PARAM_TEXT);
		p->value = text_clean(&e->arena, value, PARAM_TEXT);
	}
}

/* RFC 3461 4: xtext, of printable ASCII with "+" and two hexadecimal digits for the rest. */
static void
xtext_decode(struct slice text, struct buf *out)
{
	for (size_t i = 0; i < text.len; i++) {
		bool coded = text.ptr[i] == '+' && i + 2 < text.len &&
			     chars_is(text.ptr[i + 1], CHAR_HEX) &&
			     chars_is(text.ptr[i + 2], CHAR_HEX);
		int c = coded ? chars_hex(text.ptr[i + 1]) * 16 + chars_hex(text.ptr[i + 2])
			      : text.ptr[i];
		buf_byte(out, (uint8_t)c);
		i += coded ? 2 : 0;
	}
}

/* ORCPT=rfc822;xtext is the recipient once more, and as private as it. */
static const char *
orcpt_text(struct envelope *e, const struct privacy *privacy, struct slice value)
{
	struct buf address;
	buf_init(&address, LIMIT_REPLY_TEXT);
	struct slice coded = value, type = slice_split(&coded, ';');
	xtext_decode(coded, &address);
	const char *text = arena_printf(&e->arena, "%s;%s", text_clean(&e->arena, type, PARAM_TEXT),
		privacy_recipient(privacy, buf_slice(&address), &e->arena));
	buf_release(&address);
	return text;
}

static void
add_params(struct envelope *e, struct recipient *rcpt, const struct privacy *privacy,
	struct slice params)
{
	struct slice name, value;
	while (param_next(&params, &name, &value)) {
		struct name_value *p = ARENA_PUSH(&e->arena, rcpt->params, RCPT_PARAMS_MAX);
		if (p == NULL) {
			e->record.cut = true;
			return;
		}
		p->name = text_clean(&e->arena, name, PARAM_TEXT);
		p->value = slice_ieq(name, SLICE("ORCPT"))
				   ? orcpt_text(e, privacy, value)
				   : text_clean(&e->arena, value, PARAM_TEXT);
	}
}

int32_t
envelope_recipient(struct envelope *e, const struct privacy *privacy, const struct path *path)
{
	struct mail_record *r = &e->record;
	struct recipient *rcpt = ARENA_PUSH(&e->arena, r->rcpts, LIMIT_RECIPIENTS);
	if (rcpt == NULL) {
		r->rcpts_cut++;
		r->cut = true;
		return -1;
	}
	*rcpt = (struct recipient){
		.address = privacy_recipient(privacy, path->address, &e->arena),
		.enhanced = "",
		.list = "",
	};
	add_params(e, rcpt, privacy, path->params);
	return (int32_t)r->rcpts_count - 1;
}

/* RFC 1870 6.1 allows an estimate. */
bool
envelope_exceeds_size(const struct envelope *e)
{
	for (size_t i = 0; i < e->record.params_count; i++) {
		const struct name_value *p = &e->record.params[i];
		int64_t size;
		if (slice_ieq(slice_str(p->name), SLICE("SIZE")) &&
			slice_number(slice_str(p->value), &size) == 0)
			return size > 0 && e->record.bytes > size + size / 10 + 1024;
	}
	return false;
}

static enum disposition
disposition_of(int code)
{
	switch (code / 100) {
	case 2:
		return DISPOSITION_ACCEPTED;
	case 4:
		return DISPOSITION_DEFERRED;
	case 5:
		return DISPOSITION_REJECTED;
	}
	return DISPOSITION_UNKNOWN;
}

static enum outcome
outcome_of(int code)
{
	switch (code / 100) {
	case 2:
		return OUTCOME_ACCEPTED;
	case 4:
		return OUTCOME_DEFERRED;
	case 5:
		return OUTCOME_REJECTED;
	}
	return OUTCOME_UNKNOWN;
}

/* What ended the mail, as far as is known. */
static void
set_final(struct envelope *e, const struct answer *a)
{
	struct mail_record *r = &e->record;
	r->code = a->code;
	r->enhanced = arena_string(&e->arena, a->enhanced);
	r->class = a->class;
	r->list = a->list;
}

void
envelope_mail_answer(struct envelope *e, const struct answer *a)
{
	if (a->code == 0)
		return;
	e->any_answer = true;
	e->mail_ok = a->code < 400;
	e->mail_refused = a->code >= 400;
	if (e->mail_refused)
		set_final(e, a);
}

static size_t
count_of(const struct mail_record *r, enum disposition which)
{
	size_t n = 0;
	for (size_t i = 0; i < r->rcpts_count; i++)
		n += r->rcpts[i].disposition == which;
	return n;
}

bool
envelope_none_left(const struct envelope *e)
{
	const struct mail_record *r = &e->record;
	return r->rcpts_count > 0 && r->rcpts_cut == 0 && count_of(r, DISPOSITION_ACCEPTED) == 0 &&
	       count_of(r, DISPOSITION_UNKNOWN) == 0;
}

bool
envelope_some_unknown(const struct envelope *e)
{
	return count_of(&e->record, DISPOSITION_UNKNOWN) > 0;
}

/* "No valid recipients" for what was pipelined behind recipients that were all put off: that is the
 * reason, and the mail will come again. */
static bool
is_put_off(const struct envelope *e, const struct answer *a)
{
	return a->code >= 500 && envelope_none_left(e) &&
	       count_of(&e->record, DISPOSITION_REJECTED) == 0;
}

/* The same, but of some nobody saw what they were told. */
static bool
may_be_put_off(const struct envelope *e)
{
	return count_of(&e->record, DISPOSITION_DEFERRED) > 0 &&
	       count_of(&e->record, DISPOSITION_UNKNOWN) > 0 &&
	       count_of(&e->record, DISPOSITION_ACCEPTED) == 0;
}

void
envelope_rcpt_answer(struct envelope *e, int32_t index, const struct answer *a)
{
	if (index < 0 || (size_t)index >= e->record.rcpts_count || a->code == 0)
		return;
	struct recipient *rcpt = &e->record.rcpts[index];
	e->any_answer = true;
	rcpt->code = a->code;
	rcpt->enhanced = arena_string(&e->arena, a->enhanced);
	rcpt->class = a->class;
	rcpt->list = a->list;
	rcpt->disposition = disposition_of(a->code);
	/* A refusal is what ends the mail, unless something later does. */
	if (a->code >= 400 && !e->mail_refused && e->record.outcome == OUTCOME_UNKNOWN)
		set_final(e, a);
}

void
envelope_rcpt_open(struct envelope *e, int32_t index)
{
	for (size_t i = 0; i < e->record.rcpts_count; i++) {
		struct recipient *rcpt = &e->record.rcpts[i];
		if ((index < 0 || (size_t)index == i) && rcpt->disposition == DISPOSITION_ACCEPTED)
			rcpt->disposition = DISPOSITION_UNKNOWN;
	}
}

void
envelope_data_refused(struct envelope *e, const struct answer *a)
{
	if (a->code == 0)
		return;
	e->any_answer = true;
	e->data_refused = true;
	/* After a refused MAIL the server answers what was pipelined behind it with "bad sequence":
	 * MAIL's refusal is the reason. */
	if (e->mail_refused || is_put_off(e, a) || may_be_put_off(e))
		return;
	set_final(e, a);
	e->record.outcome = outcome_of(a->code);
}

void
envelope_data_again(struct envelope *e)
{
	if (!e->data_refused)
		return;
	e->data_refused = false;
	e->record.outcome = OUTCOME_UNKNOWN;
	e->record.code = 0;
	e->record.enhanced = e->record.list = "";
	e->record.class = REPLY_OTHER;
}

void
envelope_final_answer(struct envelope *e, const struct answer *a)
{
	if (a->code == 0)
		return;
	e->any_answer = true;
	/* LMTP: accepted for one recipient is accepted. */
	if ((e->lmtp && e->record.outcome == OUTCOME_ACCEPTED) || is_put_off(e, a))
		return;
	set_final(e, a);
	e->record.outcome = outcome_of(a->code);
	if (a->code / 100 == 2)
		e->record.queue_id = text_clean(&e->arena, queue_id_of(a->text), 255);
}

void
envelope_content(struct envelope *e, struct slice piece, size_t *budget)
{
	if (piece.len == 0)
		return;
	e->record.bytes += (int64_t)piece.len;
	size_t room = LIMIT_MAIL_KEPT - e->content.len;
	size_t n = piece.len;
	n = n < room ? n : room;
	n = n < *budget ? n : *budget;
	/* Of a mail that is kept whole the digest is left to who reads it. */
	if (n < piece.len && e->digest == NULL) {
		e->digest = digest_stream_new();
		digest_stream_update(e->digest, buf_slice(&e->content));
	}
	if (e->digest != NULL)
		digest_stream_update(e->digest, piece);
	buf_add(&e->content, slice_take(piece, n));
	*budget -= n;
	e->record.cut |= n < piece.len;
}

void
envelope_truncate(struct envelope *e, int64_t bytes, size_t *budget)
{
	assert(bytes <= (int64_t)e->content.len);
	*budget += e->content.len - (size_t)bytes;
	e->content.len = (size_t)bytes;
	e->record.bytes = bytes;
	/* What made it cut lay behind the end. */
	e->record.cut = e->arena.full;
	digest_stream_free(e->digest);
	e->digest = NULL;
}

void
envelope_gap(struct envelope *e, int64_t bytes)
{
	e->record.gap += bytes;
	e->unsure = true;
}

/* Without a reply that decided it: what the recipients were told, else whether the client gave up
 * or we know nothing. */
static enum outcome
outcome_without_end(const struct envelope *e, bool server_seen)
{
	const struct mail_record *r = &e->record;
	if (e->mail_refused)
		return outcome_of(r->code);
	if (e->unsure || !server_seen)
		return OUTCOME_UNKNOWN;
	if (!envelope_none_left(e))
		return OUTCOME_ABORTED;
	return count_of(r, DISPOSITION_REJECTED) > 0 ? OUTCOME_REJECTED : OUTCOME_DEFERRED;
}

static void
set_digest(struct envelope *e, const struct privacy *privacy)
{
	uint8_t digest[DIGEST_SHA256];
	char hex[2 * DIGEST_SHA256 + 1];
	digest_stream_finish(e->digest, digest);
	if (e->record.gap > 0)
		return;
	digest_hex_keyed(digest, !privacy->off, privacy->key, hex);
	e->record.sha256 = arena_string(&e->arena, slice_str(hex));
}

void
envelope_finish(struct envelope *e, const struct privacy *privacy, bool server_seen, int64_t time)
{
	struct mail_record *r = &e->record;
	r->end = time;
	if (e->lmtp && e->unsure && r->outcome == OUTCOME_UNKNOWN)
		envelope_rcpt_open(e, -1);
	if (r->outcome == OUTCOME_UNKNOWN) {
		r->outcome = outcome_without_end(e, server_seen);
		/* A refused recipient did not end a mail that went on with others. */
		bool ended = r->outcome == OUTCOME_REJECTED || r->outcome == OUTCOME_DEFERRED;
		if (!ended) {
			r->code = 0;
			r->enhanced = r->list = "";
			r->class = REPLY_OTHER;
		}
	}
	if (e->digest != NULL)
		set_digest(e, privacy);
	r->cut |= e->arena.full;
}
