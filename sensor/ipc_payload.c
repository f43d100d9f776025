/* Payloads of the messages: records as record_pack() writes them, the rest field by field,
 * little-endian. */
#include <endian.h>
#include <string.h>

#include "sensor/base/cursor.h"
#include "sensor/base/text.h"
#include "sensor/ipc.h"
#include "sensor/record_layout.h"
#include "sensor/sink.h"

#define LOOKUP_TEXT 512 /* bytes of a name of a list or zone, or of codes */

static void
put_u32(struct buf *out, uint32_t v)
{
	v = htole32(v);
	buf_add(out, slice_of(&v, sizeof v));
}

static void
put_i64(struct buf *out, int64_t v)
{
	uint64_t bits = htole64((uint64_t)v);
	buf_add(out, slice_of(&bits, sizeof bits));
}

static int64_t
get_i64(struct cursor *c)
{
	uint64_t low = cursor_le32(c);
	return (int64_t)(low | (uint64_t)cursor_le32(c) << 32);
}

/* ---- mail: length of the packed session, of the packed mail, then session, mail, content ---- */

void
ipc_pack_mail(struct buf *out, const struct session_record *session, const struct mail_record *mail,
	struct slice content)
{
	size_t at = out->len;

	put_u32(out, 0);
	put_u32(out, 0);
	size_t session_at = out->len;
	record_pack(out, &layout_session, session);
	size_t mail_at = out->len;
	record_pack(out, &layout_mail, mail);
	if (out->lost > 0)
		return;
	uint32_t lengths[2] = { htole32((uint32_t)(mail_at - session_at)),
		htole32((uint32_t)(out->len - mail_at)) };
	memcpy(out->ptr + at, lengths, sizeof lengths);
	buf_add(out, content);
}

int
ipc_split_mail(struct slice payload, struct ipc_mail *out)
{
	struct cursor c = cursor_of(payload);
	size_t session = cursor_le32(&c), mail = cursor_le32(&c);

	if (c.bad || session > c.rest.len || mail > c.rest.len - session)
		return -1;
	out->record = slice_take(payload, 8 + session + mail);
	out->content = slice_skip(payload, 8 + session + mail);
	return 0;
}

int
ipc_unpack_mail(struct slice record, struct session_record *session, struct mail_record *mail,
	struct arena *arena)
{
	struct cursor c = cursor_of(record);
	size_t session_len = cursor_le32(&c);
	size_t mail_len = cursor_le32(&c);
	struct slice session_bytes = cursor_bytes(&c, session_len);
	struct slice mail_bytes = cursor_bytes(&c, mail_len);

	if (c.bad || c.rest.len > 0 ||
		record_unpack(session_bytes, &layout_session, session, arena) < 0)
		return -1;
	return record_unpack(mail_bytes, &layout_mail, mail, arena);
}

/* ---- service: address, port, time; a post: the same, and the path ---- */

static void
put_sighting(struct buf *out, struct endpoint server, int64_t time)
{
	buf_byte(out, server.addr.family);
	buf_add(out, slice_of(server.addr.bytes, sizeof server.addr.bytes));
	put_u32(out, server.port);
	put_i64(out, time);
}

static int
get_sighting(struct cursor *c, struct endpoint *server, int64_t *time)
{
	uint8_t family = cursor_u8(c);
	struct slice bytes = cursor_bytes(c, sizeof server->addr.bytes);
	uint32_t port = cursor_le32(c);

	*time = get_i64(c);
	if (c->bad || port > UINT16_MAX || (family != ADDR_V4 && family != ADDR_V6))
		return -1;
	*server = (struct endpoint){ family == ADDR_V4 ? addr_v4(bytes.ptr) : addr_v6(bytes.ptr),
		(uint16_t)port };
	return 0;
}

void
ipc_pack_service(struct buf *out, const struct ipc_service *s)
{
	put_sighting(out, s->server, s->time);
}

int
ipc_unpack_service(struct slice payload, struct ipc_service *out)
{
	struct cursor c = cursor_of(payload);

	return get_sighting(&c, &out->server, &out->time) < 0 || c.rest.len > 0 ? -1 : 0;
}

void
ipc_pack_post(struct buf *out, const struct ipc_post *p)
{
	put_sighting(out, p->server, p->time);
	buf_str(out, p->path);
}

/* The path is cleaned again by who reads it: the writer may have been taken over. */
int
ipc_unpack_post(struct slice payload, struct ipc_post *out)
{
	struct cursor c = cursor_of(payload);

	if (get_sighting(&c, &out->server, &out->time) < 0 || c.rest.len == 0 ||
		c.rest.len >= sizeof out->path)
		return -1;
	memset(out->path, 0, sizeof out->path);
	memcpy(out->path, c.rest.ptr, c.rest.len);
	return 0;
}

/* ---- look-up: host, time, answer, verdict, predicted, then three texts with their lengths ---- */

static void
put_text(struct buf *out, const char *text)
{
	put_u32(out, (uint32_t)strlen(text));
	buf_str(out, text);
}

/* Clean, and not longer than ours are. */
static const char *
get_bounded(struct cursor *c, struct arena *arena, size_t max)
{
	return text_clean(arena, cursor_bytes(c, cursor_le32(c)), max);
}

static const char *
get_text(struct cursor *c, struct arena *arena)
{
	return get_bounded(c, arena, LOOKUP_TEXT);
}

void
ipc_pack_lookup(struct buf *out, const struct lookup_result *l)
{
	int64_t predicted;

	memcpy(&predicted, &l->predicted, sizeof predicted);
	buf_byte(out, l->host.family);
	buf_add(out, slice_of(l->host.bytes, sizeof l->host.bytes));
	put_i64(out, l->time);
	buf_byte(out, (uint8_t)l->answer);
	buf_byte(out, (uint8_t)l->verdict);
	put_i64(out, predicted);
	put_text(out, l->list);
	put_text(out, l->zone);
	put_text(out, l->codes);
}

int
ipc_unpack_lookup(struct slice payload, struct lookup_result *out, struct arena *arena)
{
	struct cursor c = cursor_of(payload);
	uint8_t family = cursor_u8(&c);
	struct slice bytes = cursor_bytes(&c, sizeof out->host.bytes);
	int64_t time = get_i64(&c);
	uint8_t answer = cursor_u8(&c), verdict = cursor_u8(&c);
	int64_t predicted = get_i64(&c);

	*out = (struct lookup_result){ .time = time,
		.list = get_text(&c, arena),
		.zone = get_text(&c, arena),
		.codes = get_text(&c, arena),
		.answer = (enum lookup_answer)answer,
		.verdict = (enum verdict)verdict };
	memcpy(&out->predicted, &predicted, sizeof predicted);
	if (c.bad || c.rest.len > 0 || (family != ADDR_V4 && family != ADDR_V6) ||
		answer > LOOKUP_ERROR || verdict >= VERDICTS || time < 0 || out->list[0] == '\0' ||
		!(out->predicted >= LOOKUP_NOT_PREDICTED && out->predicted <= 1))
		return -1;
	out->host = family == ADDR_V4 ? addr_v4(bytes.ptr) : addr_v6(bytes.ptr);
	return 0;
}

/* ---- what somebody did: kind, times, from, host, then texts with their lengths ---- */

static void
put_addr(struct buf *out, struct addr a)
{
	buf_byte(out, a.family);
	buf_add(out, slice_of(a.bytes, sizeof a.bytes));
}

/* None is one, too. */
static struct addr
get_addr(struct cursor *c)
{
	uint8_t family = cursor_u8(c);
	struct slice bytes = cursor_bytes(c, sizeof((struct addr *)NULL)->bytes);

	if (family != ADDR_NONE && family != ADDR_V4 && family != ADDR_V6)
		c->bad = true;
	if (c->bad || family == ADDR_NONE)
		return (struct addr){ .family = ADDR_NONE };
	return family == ADDR_V4 ? addr_v4(bytes.ptr) : addr_v6(bytes.ptr);
}

static void
put_bounded(struct buf *out, const char *text, size_t size)
{
	struct slice s = slice_take(slice_str(text), size - 1);

	put_u32(out, (uint32_t)s.len);
	buf_add(out, s);
}

void
ipc_pack_audit(struct buf *out, const struct audit_entry *e)
{
	_Static_assert(IPC_HEADER + 1 + 8 + 8 + 2 * (1 + 16) + 4 * 4 + AUDIT_ID_MAX +
				       AUDIT_USER_MAX + AUDIT_OBJECT_MAX + AUDIT_TEXT_MAX <=
			       4096,
		"an entry is written in one piece (PIPE_BUF)");
	buf_byte(out, (uint8_t)e->kind);
	put_i64(out, e->time);
	put_i64(out, e->until);
	put_addr(out, e->from);
	put_addr(out, e->host);
	put_bounded(out, e->id, AUDIT_ID_MAX);
	put_bounded(out, e->user, AUDIT_USER_MAX);
	put_bounded(out, e->object, AUDIT_OBJECT_MAX);
	put_bounded(out, e->text, AUDIT_TEXT_MAX);
}

int
ipc_unpack_audit(struct slice payload, struct audit_entry *out, struct arena *arena)
{
	struct cursor c = cursor_of(payload);
	uint8_t kind = cursor_u8(&c);
	int64_t time = get_i64(&c), until = get_i64(&c);
	struct addr from = get_addr(&c), host = get_addr(&c);

	*out = (struct audit_entry){ .kind = (enum audit_kind)kind,
		.time = time,
		.until = until,
		.from = from,
		.host = host };
	out->id = get_bounded(&c, arena, AUDIT_ID_MAX);
	out->user = get_bounded(&c, arena, AUDIT_USER_MAX - 1);
	out->object = get_bounded(&c, arena, AUDIT_OBJECT_MAX - 1);
	out->text = get_bounded(&c, arena, AUDIT_TEXT_MAX - 1);
	if (c.bad || c.rest.len > 0 || kind >= AUDIT_KINDS || time < 0 || until < 0)
		return -1;
	if (strlen(out->id) != AUDIT_ID_MAX - 1 ||
		strspn(out->id, "0123456789abcdef") != AUDIT_ID_MAX - 1)
		return -1;
	return audit_is_of_case(out->kind) && host.family == ADDR_NONE ? -1 : 0;
}

/* ---- state ---- */

void
ipc_pack_state(struct buf *out, const struct ipc_state *s)
{
	put_u32(out, (uint32_t)s->process);
	put_u32(out, s->pid);
	put_u32(out, s->lane);
	for (size_t i = 0; i < COUNTERS_COUNT; i++)
		put_i64(out, s->counters.value[i]);
}

int
ipc_unpack_state(struct slice payload, struct ipc_state *out)
{
	struct cursor c = cursor_of(payload);
	uint32_t process = cursor_le32(&c);

	out->pid = cursor_le32(&c);
	out->lane = cursor_le32(&c);
	for (size_t i = 0; i < COUNTERS_COUNT; i++) {
		int64_t value = get_i64(&c);
		/* Sums of such values stay far from overflow. */
		if (value < 0 || value > INT64_MAX / (1 << 20))
			return -1;
		out->counters.value[i] = value;
	}
	if (c.bad || c.rest.len > 0 || process >= PROCESSES || out->lane >= IPC_LANES)
		return -1;
	out->process = (enum process)process;
	return 0;
}

/* ---- event: time, length of the kind, kind, text ---- */

void
ipc_pack_event(struct buf *out, const struct ipc_event *e)
{
	struct slice kind = slice_str(e->kind);

	put_i64(out, e->time);
	put_u32(out, (uint32_t)kind.len);
	buf_add(out, kind);
	buf_str(out, e->text);
}

int
ipc_unpack_event(struct slice payload, struct ipc_event *out)
{
	struct cursor c = cursor_of(payload);

	out->time = get_i64(&c);
	struct slice kind = cursor_bytes(&c, cursor_le32(&c));
	if (c.bad || kind.len >= sizeof out->kind || c.rest.len >= sizeof out->text)
		return -1;
	memset(out->kind, 0, sizeof out->kind);
	memset(out->text, 0, sizeof out->text);
	if (kind.len > 0)
		memcpy(out->kind, kind.ptr, kind.len);
	if (c.rest.len > 0)
		memcpy(out->text, c.rest.ptr, c.rest.len);
	return 0;
}

/* ---- delivery: numbers, length of the target, target, error ---- */

void
ipc_pack_delivery(struct buf *out, const struct ipc_delivery *d)
{
	struct slice target = slice_str(d->target);

	put_i64(out, d->change);
	put_i64(out, d->time);
	put_i64(out, d->next);
	put_u32(out, (uint32_t)d->state);
	put_u32(out, (uint32_t)d->attempts);
	put_u32(out, (uint32_t)target.len);
	buf_add(out, target);
	buf_str(out, d->error);
}

int
ipc_unpack_delivery(struct slice payload, struct ipc_delivery *out)
{
	struct cursor c = cursor_of(payload);

	memset(out, 0, sizeof *out);
	out->change = get_i64(&c);
	out->time = get_i64(&c);
	out->next = get_i64(&c);
	uint32_t state = cursor_le32(&c), attempts = cursor_le32(&c);
	struct slice target = cursor_bytes(&c, cursor_le32(&c));
	if (c.bad || state > DELIVERY_GIVEN_UP || attempts > INT32_MAX || target.len == 0 ||
		target.len >= sizeof out->target || c.rest.len >= sizeof out->error)
		return -1;
	out->state = (int32_t)state;
	out->attempts = (int32_t)attempts;
	memcpy(out->target, target.ptr, target.len);
	if (c.rest.len > 0)
		memcpy(out->error, c.rest.ptr, c.rest.len);
	return 0;
}
