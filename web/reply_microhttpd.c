/* An answer on its way: header fields, bodies that are there, and bodies that are made meanwhile.
 */
#include "web/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <microhttpd.h>

#include "sensor/base/clock.h"

enum { BLOCK = 32 * 1024 }; /* of a download */

static const struct {
	const char *name, *value;
} fields[] = {
	{ "Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; "
				     "script-src 'self'; connect-src 'self'; form-action 'self'; "
				     "base-uri 'none'; frame-ancestors 'none'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "X-Frame-Options", "DENY" }, /* for browsers that do not know frame-ancestors */
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()" },
	{ "Vary", "Accept-Encoding, Accept-Language, Cookie" },
};

struct sending {
	struct stream *stream;
	struct connection *client;
	struct MHD_Connection *connection;
};

static void
suspend(void *connection)
{
	MHD_suspend_connection(connection);
}

static void
resume(void *connection)
{
	MHD_resume_connection(connection);
}

static ssize_t
on_stream(void *ctx, uint64_t pos, char *out, size_t max)
{
	(void)pos;
	const struct sending *s = ctx;
	connection_takes(s->client, max);
	int64_t n = s->stream->read(s->stream, (uint8_t *)out, max, clock_ns(CLOCK_REALTIME));
	if (n == STREAM_LATER) {
		const struct connection_pause pause = { suspend, resume, s->connection };
		return connection_waits(s->client, &pause) ? 0 : MHD_CONTENT_READER_END_OF_STREAM;
	}
	if (n < 0) {
		return MHD_CONTENT_READER_END_WITH_ERROR;
	}
	return n == 0 ? MHD_CONTENT_READER_END_OF_STREAM : (ssize_t)n;
}

static void
on_stream_end(void *ctx)
{
	struct sending *s = ctx;
	stream_free(s->stream);
	free(s);
}

static struct MHD_Response *
make_response(struct MHD_Connection *connection, struct connection *client, struct answer *a)
{
	struct MHD_Response *response;
	connection_takes(client, a->fixed.ptr != NULL ? a->fixed.len : a->body.len);
	if (a->stream != NULL) {
		struct sending *s = must_alloc(sizeof *s);
		*s = (struct sending){ a->stream, client, connection };
		a->stream = NULL;
		response = MHD_create_response_from_callback(
			MHD_SIZE_UNKNOWN, BLOCK, on_stream, s, on_stream_end);
		if (response == NULL) {
			on_stream_end(s);
		}
		return response;
	}
	if (a->fixed.ptr != NULL) {
		/* The library takes a pointer to non-const, and with PERSISTENT only reads it. */
		union {
			const void *in;
			void *out;
		} bytes = { .in = a->fixed.ptr };
		return MHD_create_response_from_buffer(
			a->fixed.len, bytes.out, MHD_RESPMEM_PERSISTENT);
	}
	response =
		MHD_create_response_from_buffer_with_free_callback(a->body.len, a->body.ptr, free);
	if (response != NULL) {
		buf_init(&a->body, 0);
	}
	return response;
}

static void
add_fields(struct MHD_Response *response, const struct request *r, const struct answer *a)
{
	char seconds[16];
	char refresh_text[URI_MAX + 16];
	const char *refresh = NULL;
	if (a->refresh != NULL) {
		snprintf(refresh_text, sizeof refresh_text, "0; url=%s", a->refresh);
		refresh = refresh_text;
	}
	const struct {
		const char *name, *value;
	} given[] = {
		{ MHD_HTTP_HEADER_CONTENT_TYPE, a->type },
		{ MHD_HTTP_HEADER_CONTENT_LANGUAGE,
			strcmp(a->type, TYPE_HTML) == 0 ? texts_tag(r->texts) : NULL },
		{ MHD_HTTP_HEADER_CACHE_CONTROL, a->cache },
		{ MHD_HTTP_HEADER_CONTENT_DISPOSITION, a->disposition },
		{ MHD_HTTP_HEADER_CONTENT_ENCODING, a->encoding },
		{ MHD_HTTP_HEADER_LOCATION, a->location },
		{ MHD_HTTP_HEADER_SET_COOKIE, a->cookie },
		{ MHD_HTTP_HEADER_ETAG, a->etag },
		{ MHD_HTTP_HEADER_ALLOW, a->allow },
		{ "Refresh", refresh },
		{ MHD_HTTP_HEADER_WWW_AUTHENTICATE,
			a->challenge ? "Basic realm=\"heloscope\", charset=\"UTF-8\"" : NULL },
		/* Over TLS once, over TLS from then on. */
		{ MHD_HTTP_HEADER_STRICT_TRANSPORT_SECURITY,
			r->is_tls ? "max-age=31536000" : NULL },
	};
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		MHD_add_response_header(response, fields[i].name, fields[i].value);
	}
	for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
		if (given[i].value != NULL) {
			MHD_add_response_header(response, given[i].name, given[i].value);
		}
	}
	if (a->retry_after_s > 0) {
		snprintf(seconds, sizeof seconds, "%u", a->retry_after_s);
		MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
	}
}

int
reply_send(struct MHD_Connection *connection, struct connection *client, const struct request *r,
	struct answer *a)
{
	struct MHD_Response *response = make_response(connection, client, a);
	if (response == NULL) {
		return -1;
	}
	add_fields(response, r, a);
	bool queued = MHD_queue_response(connection, a->status, response) == MHD_YES;
	MHD_destroy_response(response);
	return queued ? 0 : -1;
}
