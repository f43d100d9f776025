/* Carries requests and answers over HTTP.
 *
 * libmicrohttpd's defaults suit a library, not a report on a campus network: no timeout, no limit
 * per address, no check of Host. What is set here and why stands beside each option.  Answers that
 * it gives by itself (400 without a Host field, 414, 431) come without our header fields: they hold
 * no data. */
#include "web/web.h"

#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include "sensor/base/arena.h"
#include "sensor/base/clock.h"
#include "web/page.h"
#include "web/request.h"

enum {
	THREADS = 4,
	CONNECTIONS = 256,	 /* in all: the library divides them by the threads */
	CONNECTIONS_PER_IP = 32, /* browsers open 6; several people may share an address */
	TIMEOUT_S = 15,		 /* without a byte */
	CONNECTION_MEMORY = 32 * 1024,
	BLOCK = 32 * 1024, /* of a download */
};

struct web {
	struct endpoint address; /* that it listens on; the port is never 0 */
	char *version;
	struct pool *pool;
	struct MHD_Daemon *daemon;
};

/* The one place where the target is seen as it came: later the library hands out a decoded string
 * that ends at a %00. */
static void *
on_target(void *ctx, const char *target, struct MHD_Connection *connection)
{
	(void)ctx, (void)connection;
	return strdup(target);
}

static void
on_completed(void *ctx, struct MHD_Connection *connection, void **state,
	enum MHD_RequestTerminationCode code)
{
	(void)ctx, (void)connection, (void)code;
	free(*state); /* the target */
	*state = NULL;
}

/* ---- answers ---- */

static const struct {
	const char *name, *value;
} fields[] = {
	{ "Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; "
				     "script-src 'self'; form-action 'self'; "
				     "base-uri 'none'; frame-ancestors 'none'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "X-Frame-Options", "DENY" }, /* for browsers that do not know frame-ancestors */
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
};

static ssize_t
on_stream(void *ctx, uint64_t pos, char *out, size_t max)
{
	(void)pos;
	struct stream *s = ctx;
	int64_t n = s->read(s, (uint8_t *)out, max, clock_ns(CLOCK_REALTIME));
	if (n < 0) {
		return MHD_CONTENT_READER_END_WITH_ERROR;
	}
	return n == 0 ? MHD_CONTENT_READER_END_OF_STREAM : (ssize_t)n;
}

static void
on_stream_end(void *ctx)
{
	stream_free(ctx);
}

static struct MHD_Response *
make_response(struct answer *a)
{
	struct MHD_Response *response;
	if (a->stream != NULL) {
		response = MHD_create_response_from_callback(
			MHD_SIZE_UNKNOWN, BLOCK, on_stream, a->stream, on_stream_end);
		if (response == NULL) {
			stream_free(a->stream);
		}
		a->stream = NULL;
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

static enum MHD_Result
send_answer(struct MHD_Connection *connection, struct answer *a)
{
	struct MHD_Response *response = make_response(a);
	if (response == NULL) {
		return MHD_NO;
	}
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		MHD_add_response_header(response, fields[i].name, fields[i].value);
	}
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, a->type);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, a->cache);
	if (a->disposition != NULL) {
		MHD_add_response_header(
			response, MHD_HTTP_HEADER_CONTENT_DISPOSITION, a->disposition);
	}
	if (a->status == 405) {
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	}
	enum MHD_Result rc = MHD_queue_response(connection, a->status, response);
	MHD_destroy_response(response);
	return rc;
}

/* ---- requests ---- */

static void
answer_request(struct web *w, struct request *r, const char *method, const char *host,
	const char *target, struct answer *a)
{
	struct err err = { "" };
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
		page_error(r, a, 405, "The report can only be read.");
		return;
	}
	/* The authority of an absolute target counts instead of Host (RFC 9112 3.2.2). */
	if (uri_parse(slice_str(target), &r->arena, &r->uri, &err) == 0 &&
		r->uri.authority != NULL) {
		host = r->uri.authority;
	}
	if (!host_allowed(host, w->address)) {
		r->uri = (struct uri){ 0 };
		page_error(r, a, 421,
			"This server listens on loopback and answers to localhost and loopback "
			"addresses only.");
		return;
	}
	route_answer(r, slice_str(target), a);
}

static enum MHD_Result
on_request(void *ctx, struct MHD_Connection *connection, const char *url, const char *method,
	const char *version, const char *upload, size_t *upload_size, void **state)
{
	(void)url, (void)version, (void)upload, (void)upload_size;
	struct web *w = ctx;
	struct request r;
	struct answer a;
	const char *host =
		MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST);
	request_init(&r, w->pool, w->version, clock_ns(CLOCK_REALTIME));
	answer_init(&a);
	answer_request(w, &r, method, host != NULL ? host : "", *state != NULL ? *state : "", &a);
	enum MHD_Result rc = send_answer(connection, &a);
	buf_release(&a.body);
	request_release(&r);
	return rc;
}

/* ---- start, stop ---- */

static void
on_log(void *ctx, const char *format, va_list args)
{
	(void)ctx, (void)format, (void)args; /* what clients do wrong is not worth a line each */
}

static size_t
decode_nothing(void *ctx, struct MHD_Connection *connection, char *text)
{
	(void)ctx, (void)connection;
	return strlen(text);
}

static const char *
socket_fault(int number)
{
	static const struct {
		int number;
		const char *words;
	} faults[] = {
		{ EADDRINUSE, "is in use by another program: choose another port with --listen" },
		{ EADDRNOTAVAIL, "is not an address of this machine" },
		{ EACCES, "needs root: choose a port from 1024 up with --listen" },
	};
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		if (faults[i].number == number) {
			return faults[i].words;
		}
	}
	return strerror(number);
}

union socket_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* Listens, and sets the port of *at when it was 0. Says why it failed: the library would not. */
static int
open_socket(struct endpoint *at, struct err *err)
{
	bool is_v6 = at->addr.family == ADDR_V6;
	union socket_address address = { 0 };
	socklen_t size = is_v6 ? sizeof address.v6 : sizeof address.v4;
	const int on = 1;
	char text[ADDR_TEXT_MAX];
	if (is_v6) {
		address.v6.sin6_family = AF_INET6;
		address.v6.sin6_port = htons(at->port);
		memcpy(&address.v6.sin6_addr, at->addr.bytes, 16);
	} else {
		address.v4.sin_family = AF_INET;
		address.v4.sin_port = htons(at->port);
		memcpy(&address.v4.sin_addr, at->addr.bytes, 4);
	}
	int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
		bind(fd, &address.any, size) == 0 && listen(fd, 128) == 0 &&
		getsockname(fd, &address.any, &size) == 0) {
		at->port = ntohs(is_v6 ? address.v6.sin6_port : address.v4.sin_port);
		return fd;
	}
	const char *why = socket_fault(errno);
	if (fd >= 0) {
		close(fd);
	}
	return err_set(err, "%s%s%s:%u %s", is_v6 ? "[" : "", addr_format(at->addr, text),
		is_v6 ? "]" : "", at->port, why);
}

/* Its threads must not take the signals of the program. */
static struct MHD_Daemon *
start_daemon(struct web *w, int fd)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	struct MHD_Daemon *daemon = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_request, w,
		MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL, /* must be the first */
		MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)CONNECTIONS_PER_IP,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)TIMEOUT_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		MHD_OPTION_STRICT_FOR_CLIENT,
		1, /* refuses requests without Host, with a space before the colon, … */
		MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_URI_LOG_CALLBACK, on_target, NULL,
		MHD_OPTION_UNESCAPE_CALLBACK, decode_nothing,
		NULL, /* params.c does that, and refuses what it must */
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_END);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return daemon;
}

int
web_start(const struct web_config *config, struct web **out, struct err *err)
{
	struct endpoint address = config->listen;
	int fd = open_socket(&address, err);
	if (fd < 0) {
		return -1;
	}
	signal(SIGPIPE, SIG_IGN);
	struct web *w = must_alloc(sizeof *w);
	*w = (struct web){ .address = address,
		.version = strdup(config->version),
		.pool = pool_new(config->store) };
	w->daemon = start_daemon(w, fd);
	if (w->daemon == NULL) {
		close(fd);
		web_stop(w);
		return err_set(
			err, "the web server did not start: no threads or no descriptors are left");
	}
	*out = w;
	return 0;
}

struct endpoint
web_address(const struct web *w)
{
	return w->address;
}

void
web_stop(struct web *w)
{
	if (w == NULL) {
		return;
	}
	if (w->daemon != NULL) {
		MHD_stop_daemon(w->daemon); /* ends the threads, frees running downloads, closes the
					       socket */
	}
	pool_free(w->pool);
	free(w->version);
	free(w);
}
