#include <string.h>

#include "sensor/base/cursor.h"
#include "sensor/tls/tls.h"

/* RFC 8446 5.1 and B.1; 24 is RFC 6520 */
enum {
	RECORD_CHANGE_CIPHER_SPEC = 20,
	RECORD_ALERT = 21,
	RECORD_HANDSHAKE = 22,
	RECORD_DATA = 23,
	RECORD_HEARTBEAT = 24
};
/* RFC 8446 4 */
enum {
	HANDSHAKE_CLIENT_HELLO = 1,
	HANDSHAKE_SERVER_HELLO = 2,
	HANDSHAKE_CERTIFICATE = 11,
	HANDSHAKE_SERVER_HELLO_DONE = 14
};

#define RECORD_HEADER 5
#define RECORD_BODY_MAX (16384 + 2048) /* RFC 5246 6.2.3 */
#define ALERT_FATAL 2
#define SSLV2_LENGTH 0x8000 /* the bit of a header of 2 bytes */

void
tls_init(struct tls_reader *r)
{
	*r = (struct tls_reader){ 0 };
	buf_init(&r->message, LIMIT_TLS_HANDSHAKE);
}

void
tls_release(struct tls_reader *r)
{
	buf_release(&r->message);
}

/* The message that the last event pointed into. */
static void
message_forget(struct tls_reader *r)
{
	buf_eat(&r->message, r->message_done);
	r->message_done = 0;
	if (r->blind || r->lost)
		buf_release(&r->message);
}

/* A header of SSL 2.0: its length, msg_type 1, and the version (RFC 5246 E.2). */
static int
sslv2_begin(struct tls_reader *r)
{
	struct cursor c = cursor_of(slice_of(r->header, RECORD_HEADER));
	uint16_t length = cursor_be16(&c);
	uint8_t type = cursor_u8(&c);
	uint16_t version = cursor_be16(&c);
	if (!(length & SSLV2_LENGTH) || type != HANDSHAKE_CLIENT_HELLO ||
		(version != 0x0002 && version >> 8 != 3))
		return -1;
	length = (uint16_t)(length & ~SSLV2_LENGTH);
	if (length < 9 || length > RECORD_BODY_MAX) /* 9: without ciphers and challenge */
		return -1;
	r->sslv2 = true;
	r->record_left = (uint16_t)(length - 3);
	buf_add(&r->message, slice_of(r->header + 3, 2));
	return 0;
}

/* Behind these a side's handshake messages and alerts are encrypted, but where a HelloRetryRequest
 * has a ServerHello in clear behind the empty change_cipher_spec (RFC 8446 D.4). */
static void
encryption_begins(struct tls_reader *r, uint8_t type)
{
	if (type == RECORD_CHANGE_CIPHER_SPEC && r->retry)
		return;
	r->encrypted = true;
	r->blind = true;
	message_forget(r);
}

/* The record's header is complete: 0, or -1 when it is none. */
static int
record_begin(struct tls_reader *r)
{
	struct cursor c = cursor_of(slice_of(r->header, RECORD_HEADER));
	uint8_t type = cursor_u8(&c);
	uint16_t version = cursor_be16(&c);
	uint16_t length = cursor_be16(&c);
	r->header_len = 0;
	r->sslv2 = false;
	if (!r->started && type != RECORD_HANDSHAKE && type != RECORD_ALERT)
		return sslv2_begin(r);
	if (version >> 8 != 3 || length > RECORD_BODY_MAX || type < RECORD_CHANGE_CIPHER_SPEC ||
		type > RECORD_HEARTBEAT)
		return -1;
	r->record_left = length;
	r->alert_len = 0;
	if (type == RECORD_CHANGE_CIPHER_SPEC || type == RECORD_DATA)
		encryption_begins(r, type);
	return 0;
}

static int
header_eat(struct tls_reader *r, struct slice *in, struct tls_event *out)
{
	struct slice piece = slice_take(*in, RECORD_HEADER - (size_t)r->header_len);
	struct slice before = *in;
	memcpy(r->header + r->header_len, piece.ptr, piece.len);
	r->header_len = (uint8_t)(r->header_len + piece.len);
	*in = slice_skip(*in, piece.len);
	if (r->header_len < RECORD_HEADER)
		return 0;
	if (record_begin(r) < 0) {
		r->lost = true;
		if (!r->started)
			*in = before;
		return r->started ? 0 : -1;
	}
	r->started = true;
	if (r->header[0] != RECORD_DATA || r->sslv2)
		return 0;
	*out = (struct tls_event){ .kind = TLS_RECORD, .length = r->record_left };
	return 1;
}

/* RFC 8446 6: two bytes, level and description. */
static int
alert_eat(struct tls_reader *r, struct slice body, struct tls_event *out)
{
	for (size_t i = 0; i < body.len && r->alert_len < sizeof(r->alert); i++)
		r->alert[r->alert_len++] = body.ptr[i];
	if (r->record_left > 0 || r->alert_len < 2 || body.len == 0 || r->encrypted ||
		cursor_be16(&(struct cursor){ slice_of(r->header + 3, 2), false }) != 2 ||
		r->alert[0] != ALERT_FATAL)
		return 0;
	*out = (struct tls_event){ .kind = TLS_ALERT, .alert = r->alert[1] };
	return 1;
}

static int
body_eat(struct tls_reader *r, struct slice *in, struct tls_event *out)
{
	struct slice body = slice_take(*in, r->record_left);
	*in = slice_skip(*in, body.len);
	r->record_left = (uint16_t)(r->record_left - body.len);
	if (r->header[0] == RECORD_ALERT && !r->sslv2)
		return alert_eat(r, body, out);
	if ((r->header[0] == RECORD_HANDSHAKE || r->sslv2) && !r->blind)
		buf_add(&r->message, body);
	if (r->message.lost > 0)
		r->blind = true;
	return 0;
}

static int
message_read(struct tls_reader *r, uint8_t type, struct slice body, struct tls_event *out)
{
	int found = -1;
	*out = (struct tls_event){ 0 };
	switch (type) {
	case HANDSHAKE_CLIENT_HELLO:
		found = tls_client_hello(body, out);
		r->blind = true;
		break;
	case HANDSHAKE_SERVER_HELLO:
		found = tls_server_hello(body, out);
		r->retry = found == 0 && tls_is_retry(body);
		r->blind = found == 0 && out->version >= 0x0304 && !r->retry;
		break;
	case HANDSHAKE_CERTIFICATE:
		found = tls_certificate(body, out);
		r->blind = true;
		break;
	case HANDSHAKE_SERVER_HELLO_DONE:
		r->blind = true;
		break;
	}
	return found;
}

/* The whole ClientHello of SSL 2.0 is in the buffer. */
static int
sslv2_next(struct tls_reader *r, struct tls_event *out)
{
	if (r->record_left > 0)
		return 0;
	*out = (struct tls_event){ 0 };
	int found = tls_client_hello_v2(buf_slice(&r->message), out);
	r->blind = true;
	r->sslv2 = false;
	r->header[0] = 0;
	return found == 0;
}

/* Next whole message in the buffer: 1 = *out is an event, 0 = none yet. */
static int
message_next(struct tls_reader *r, struct tls_event *out)
{
	while (!r->blind) {
		struct cursor c = cursor_of(buf_slice(&r->message));
		if (r->sslv2)
			return sslv2_next(r, out);
		uint8_t type = cursor_u8(&c);
		uint32_t length = cursor_be24(&c);
		if (c.bad)
			return 0;
		if (length > LIMIT_TLS_HANDSHAKE - 4) {
			r->blind = true;
			return 0;
		}
		struct slice body = cursor_bytes(&c, length);
		if (c.bad)
			return 0;
		int found = message_read(r, type, body, out);
		r->message_done = 4 + (size_t)length;
		if (found == 0)
			return 1;
		message_forget(r);
	}
	return 0;
}

int
tls_next(struct tls_reader *r, struct slice *in, struct tls_event *out)
{
	message_forget(r);
	while (!r->lost) {
		int got = message_next(r, out);
		if (got != 0 || in->len == 0)
			return got;
		got = r->record_left == 0 ? header_eat(r, in, out) : body_eat(r, in, out);
		if (got != 0)
			return got;
	}
	message_forget(r);
	*in = SLICE_EMPTY;
	return 0;
}

void
tls_gap(struct tls_reader *r, int64_t bytes)
{
	if (bytes <= 0)
		return;
	if (bytes > r->record_left || r->header_len > 0)
		r->lost = true;
	else
		r->record_left = (uint16_t)(r->record_left - bytes);
	/* A message with a hole says nothing, nor do those behind it. */
	r->blind |= r->header[0] == RECORD_HANDSHAKE || r->sslv2;
	r->sslv2 = false;
	r->alert_len = sizeof(r->alert);
	r->alert[0] = 0;
	message_forget(r);
}
