#include <string.h>

#include "sensor/base/cursor.h"
#include "sensor/limits.h"
#include "sensor/tls/tls.h"

/* RFC 8446 5.1 and B.1 */
enum { RECORD_CHANGE_CIPHER_SPEC = 20, RECORD_ALERT = 21, RECORD_HANDSHAKE = 22, RECORD_DATA = 23 };
/* RFC 8446 4 */
enum {
	HANDSHAKE_CLIENT_HELLO = 1,
	HANDSHAKE_SERVER_HELLO = 2,
	HANDSHAKE_CERTIFICATE = 11,
	HANDSHAKE_SERVER_HELLO_DONE = 14
};

#define RECORD_HEADER 5
#define RECORD_BODY_MAX (16384 + 2048) /* RFC 5246 6.2.3 */

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

bool
tls_looks_like(struct slice front)
{
	return front.len >= 3 && front.ptr[0] == RECORD_HANDSHAKE && front.ptr[1] == 3 &&
	       front.ptr[2] <= 4;
}

static void
tls_over(struct tls_reader *r)
{
	r->over = true;
	buf_release(&r->message);
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
	r->record_left = length;
	if (version >> 8 != 3 || length > RECORD_BODY_MAX || type < RECORD_CHANGE_CIPHER_SPEC ||
		type > RECORD_DATA)
		return -1;
	if (!r->started && type != RECORD_HANDSHAKE)
		return -1;
	r->started = true;
	/* After these everything is encrypted. */
	if (type == RECORD_CHANGE_CIPHER_SPEC || type == RECORD_DATA)
		tls_over(r);
	return 0;
}

/* Next whole message in the buffer: 1 = *out is an event, 0 = none yet. */
static int
message_next(struct tls_reader *r, struct tls_event *out)
{
	for (;;) {
		struct cursor c = cursor_of(buf_slice(&r->message));
		uint8_t type = cursor_u8(&c);
		uint32_t length = cursor_be24(&c);
		struct slice body = cursor_bytes(&c, length);
		if (length > LIMIT_TLS_HANDSHAKE - 4)
			tls_over(r);
		if (c.bad || r->over)
			return 0;
		int found = -1;
		memset(out, 0, sizeof(*out));
		out->version = "";
		if (type == HANDSHAKE_CLIENT_HELLO)
			found = tls_client_hello(body, out);
		else if (type == HANDSHAKE_SERVER_HELLO)
			found = tls_server_hello(body, out);
		else if (type == HANDSHAKE_CERTIFICATE)
			found = tls_certificate(body, out);
		buf_eat(&r->message, 4 + (size_t)length);
		if (type == HANDSHAKE_CLIENT_HELLO || type == HANDSHAKE_CERTIFICATE ||
			type == HANDSHAKE_SERVER_HELLO_DONE)
			tls_over(r);
		if (found == 0)
			return 1;
		if (r->over)
			return 0;
	}
}

int
tls_next(struct tls_reader *r, struct slice *in, struct tls_event *out)
{
	while (!r->over) {
		if (r->message.len >= 4 && message_next(r, out) == 1)
			return 1;
		if (r->over || in->len == 0)
			break;
		if (r->record_left == 0) {
			r->header[r->header_len++] = in->ptr[0];
			*in = slice_skip(*in, 1);
			if (r->header_len == RECORD_HEADER && record_begin(r) < 0) {
				tls_over(r);
				return r->started ? 0 : -1;
			}
			continue;
		}
		bool handshake = r->header[0] == RECORD_HANDSHAKE;
		struct slice body = slice_take(*in, r->record_left);
		*in = slice_skip(*in, body.len);
		r->record_left = (uint16_t)(r->record_left - body.len);
		if (handshake)
			buf_add(&r->message, body);
		if (r->message.lost > 0)
			tls_over(r);
	}
	if (r->over)
		*in = SLICE_EMPTY;
	return 0;
}
