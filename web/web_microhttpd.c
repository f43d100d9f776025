/* Carries requests and answers over HTTP.
 *
 * libmicrohttpd's defaults suit a library, not a report on a campus network: no timeout, no limit
 * per address, no check of Host. What is set here and why stands beside each option.  Answers that
 * it gives by itself (400 without a Host field, 414, 431) come without our header fields: they hold
 * no data. */
#include "web/web.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include "sensor/base/clock.h"
#include "web/connections.h"
#include "web/door.h"
#include "web/enter.h"
#include "web/fields.h"
#include "web/listen.h"
#include "web/page.h"
#include "web/reply.h"
#include "web/route.h"
#include "web/tls.h"
#include "web/web_inner.h"

enum {
	THREADS = 4,
	CONNECTIONS = 256,	 /* in all: the library divides them by the threads */
	CONNECTIONS_PER_IP = 32, /* browsers open 6; several people may share an address */
	TIMEOUT_S = 15,		 /* without a byte; connections.h for those who drip */
	CONNECTION_MEMORY = 32 * 1024,
};

struct web {
	struct web_config config; /* what it points to is the caller's */
	struct endpoint address;  /* that it listens on; the port is never 0 */
	struct pool *pool;
	struct door *door;
	struct tls *tls; /* NULL = without */
	struct connections *clients;
	struct http_counts counts;
	struct MHD_Daemon *daemon;
};

/* A connection. */
struct caller {
	struct web *web;
	struct connection *client;
	struct addr peer, local;
};

/* A request on its way in. */
struct call {
	char *target;
	uintptr_t end; /* of the target as the library holds it */
	struct buf body;
	bool begun;	  /* its head was looked at */
	unsigned refused; /* status: its body is not read; 0 = it is */
};

/* ---- connections ---- */

static struct caller *
caller_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	return info != NULL ? info->socket_context : NULL;
}

struct tls *
tls_of_connection(void *connection)
{
	const struct caller *caller = caller_of(connection);
	return caller != NULL ? caller->web->tls : NULL;
}

static void
on_connection(void *ctx, struct MHD_Connection *connection, void **state,
	enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		struct caller *caller = *state;
		connections_remove(caller->client);
		free(caller);
		*state = NULL;
		return;
	}
	struct caller *caller = must_alloc(sizeof *caller);
	int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	*caller = (struct caller){ .web = ctx,
		.peer = listen_addr(
			MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)
				->client_addr),
		.local = listen_local(fd) };
	caller->client = connections_add(caller->web->clients, fd);
	*state = caller;
}

/* The one place where the target is seen as it came: later the library hands out a decoded string
 * that ends at a %00. */
static void *
on_target(void *ctx, const char *target, struct MHD_Connection *connection)
{
	(void)ctx, (void)connection;
	struct call *call = must_alloc(sizeof *call);
	*call = (struct call){ .target = strdup(target),
		.end = (uintptr_t)target + strlen(target) };
	buf_init(&call->body, FORM_MAX_BIG);
	return call;
}

static void
on_completed(void *ctx, struct MHD_Connection *connection, void **state,
	enum MHD_RequestTerminationCode code)
{
	(void)ctx, (void)code;
	struct call *call = *state;
	struct caller *caller = caller_of(connection);
	if (caller != NULL) {
		connection_asks(caller->client);
	}
	if (call != NULL) {
		free(call->target);
		buf_release(&call->body);
		free(call);
	}
	*state = NULL;
}

/* ---- requests ---- */

static const char *
head_field(struct MHD_Connection *connection, const char *name)
{
	return name != NULL ? MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name) : NULL;
}

struct counting {
	const char *name;
	unsigned count;
};

static enum MHD_Result
count_field(void *ctx, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct counting *c = ctx;
	(void)kind, (void)value;
	c->count += slice_ieq(slice_str(name), slice_str(c->name));
	return MHD_YES;
}

static bool
is_twice(struct MHD_Connection *connection, const char *name)
{
	struct counting c = { name, 0 };
	if (name != NULL) {
		MHD_get_connection_values(connection, MHD_HEADER_KIND, count_field, &c);
	}
	return c.count > 1;
}

static int
call_in(struct web *w, struct request *r, struct MHD_Connection *connection, struct answer *a)
{
	const struct web_config *c = &w->config;
	const struct enter_fields f = {
		.peer = caller_of(connection)->peer,
		.forwarded = head_field(connection, "X-Forwarded-For"),
		.proxy_user = head_field(connection, c->proxy_user),
		.proxy_access = head_field(connection, c->proxy_access),
		.is_doubtful = is_twice(connection, c->proxy_user) ||
			       is_twice(connection, c->proxy_access),
		.origin = head_field(connection, "Origin"),
	};
	return enter(r, c, &f, a);
}

static void
read_head(struct request *r, struct MHD_Connection *connection)
{
	r->cookies = head_field(connection, "Cookie");
	r->if_none_match = head_field(connection, "If-None-Match");
	r->accept_language = head_field(connection, "Accept-Language");
	r->accept_encoding = head_field(connection, "Accept-Encoding");
	r->accept = head_field(connection, "Accept");
	r->authorization = head_field(connection, "Authorization");
	r->fetch_site = head_field(connection, "Sec-Fetch-Site");
}

static void
answer_request(struct web *w, struct request *r, struct MHD_Connection *connection,
	struct call *call, struct answer *a)
{
	struct err err = { "" };
	r->texts = texts_wanted(r->cookies, r->accept_language);
	r->host = head_field(connection, "Host");
	/* The authority of an absolute target counts instead of Host (RFC 9112 3.2.2). */
	if (uri_parse(slice_str(call->target), &r->arena, &r->uri, &err) == 0 &&
		r->uri.authority != NULL) {
		r->host = r->uri.authority;
	}
	r->host = r->host != NULL ? r->host : "";
	if (!enter_host_allowed(r->host, &w->config, caller_of(connection)->local)) {
		r->uri = (struct uri){ 0 };
		r->viewer.access = ACCESS_ANYBODY;
		page_error(r, a, 421,
			T(r, "This server does not answer to that name: on loopback to localhost "
			     "and loopback "
			     "addresses, elsewhere to its own address; other names are configured "
			     "([web] host)."));
		return;
	}
	if (call_in(w, r, connection, a) != 0) {
		return;
	}
	if (call->refused != 0) {
		answer_refuse(r, a, call->refused);
		return;
	}
	if (form_parse(buf_slice(&call->body), &r->arena, &r->form, &err) != 0) {
		page_error(r, a, 400, err.text);
		return;
	}
	route_answer(r, slice_str(call->target), a);
}

/* Whether the body is to be read: 0, or the status of the refusal. */
static unsigned
check_body(struct MHD_Connection *connection, const struct route *route)
{
	const char *length = head_field(connection, "Content-Length");
	int64_t bytes;
	if (length == NULL || slice_number(slice_str(length), &bytes) != 0 ||
		head_field(connection, "Transfer-Encoding") != NULL) {
		return 411;
	}
	if (bytes > (int64_t)(route->big_form ? FORM_MAX_BIG : FORM_MAX)) {
		return 413;
	}
	return bytes > 0 && !field_is_form(head_field(connection, "Content-Type")) ? 415 : 0;
}

/* A NUL ends the library's string, but not the target: in its buffer the version stands after the
 * one space that follows. */
static bool
has_nul(const struct call *call, const char *version)
{
	uintptr_t gap = (uintptr_t)version - call->end;
	return gap > 1 && gap < CONNECTION_MEMORY; /* else it is kept elsewhere */
}

static bool
has_body(struct MHD_Connection *connection)
{
	const char *length = head_field(connection, "Content-Length");
	return head_field(connection, "Transfer-Encoding") != NULL ||
	       (length != NULL && strcmp(length, "0") != 0);
}

/* The head is there.  True = the answer waits until the library has read the request to its end,
 * after which the connection serves the next one; whoever is answered at once is cut off then, with
 * whatever he goes on to send. */
static bool
is_to_be_read(struct MHD_Connection *connection, const char *method, struct call *call)
{
	struct arena arena;
	struct uri uri;
	struct err err = { "" };
	bool posts = strcmp(method, "POST") == 0;
	if (!posts && strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
		call->refused = 405;
	}
	if (!posts) {
		return !has_body(connection);
	}
	arena_init(&arena, 1u << 20);
	const struct route *route = uri_parse(slice_str(call->target), &arena, &uri, &err) == 0
					    ? route_find(&uri)
					    : NULL;
	arena_release(&arena);
	if (route == NULL || !route->post) {
		return !has_body(connection); /* is refused without it */
	}
	call->refused = check_body(connection, route);
	return call->refused == 0;
}

static enum MHD_Result
on_request(void *ctx, struct MHD_Connection *connection, const char *url, const char *method,
	const char *version, const char *upload, size_t *upload_size, void **state)
{
	struct web *w = ctx;
	struct call *call = *state;
	(void)url;
	if (call == NULL || caller_of(connection) == NULL) {
		return MHD_NO;
	}
	if (!call->begun) {
		call->begun = true;
		if (has_nul(call, version)) {
			call->refused = 400;
		} else if (is_to_be_read(connection, method, call)) {
			return MHD_YES;
		}
	} else if (*upload_size > 0) {
		buf_add(&call->body, slice_of(upload, *upload_size));
		*upload_size = 0;
		return MHD_YES;
	}
	struct request r;
	struct answer a;
	connection_takes(caller_of(connection)->client, 0);
	request_init(&r, w->pool, w->config.version, clock_ns(CLOCK_REALTIME));
	r.method = strcmp(method, "POST") == 0 ? METHOD_POST : METHOD_GET;
	r.site = w->config.site;
	r.door = w->door;
	r.counts = &w->counts;
	r.is_tls = w->tls != NULL;
	r.query_ms = w->config.query_ms;
	read_head(&r, connection);
	answer_init(&a);
	answer_request(w, &r, connection, call, &a);
	answer_pack(&r, &a);
	int sent = reply_send(connection, caller_of(connection)->client, &r, &a);
	if (a.status < sizeof w->counts.answers / sizeof w->counts.answers[0]) {
		w->counts.answers[a.status]++;
	}
	buf_release(&a.body);
	request_release(&r);
	return sent == 0 ? MHD_YES : MHD_NO;
}

/* ---- start, stop ---- */

static void
on_log(void *ctx, const char *format, va_list args)
{
	(void)ctx, (void)format, (void)args; /* what clients do wrong is not worth a line each */
}

static void
on_panic(void *ctx, const char *file, unsigned line, const char *reason)
{
	(void)ctx;
	fprintf(stderr, "heloscope: the web server stops: %s (%s:%u)\n",
		reason != NULL ? reason : "", file, line);
	abort();
}

static size_t
decode_nothing(void *ctx, struct MHD_Connection *connection, char *text)
{
	(void)ctx, (void)connection;
	return strlen(text);
}

/* Its threads must not take the signals of the program. */
static struct MHD_Daemon *
start_daemon(struct web *w, int fd)
{
	sigset_t all, before;
	int per_ip = w->config.connections_per_address;
	char priorities[] = TLS_PRIORITIES;
	union { /* the library wants the function as a pointer to data */
		tls_function in;
		void *out;
	} callback = { .in = tls_callback() };
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, priorities },
		{ MHD_OPTION_HTTPS_CERT_CALLBACK, 0, callback.out },
		{ MHD_OPTION_END, 0, NULL },
	};
	struct MHD_OptionItem none[] = { { MHD_OPTION_END, 0, NULL } };
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	struct MHD_Daemon *daemon = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME |
			(w->tls != NULL ? MHD_USE_TLS : 0),
		0, NULL, NULL, on_request, w, MHD_OPTION_EXTERNAL_LOGGER, on_log,
		NULL, /* must be the first */
		MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT,
		(unsigned)(per_ip > 0 ? per_ip : CONNECTIONS_PER_IP), MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned)TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		MHD_OPTION_STRICT_FOR_CLIENT,
		1, /* refuses requests without Host, with a space before the colon, … */
		MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_URI_LOG_CALLBACK, on_target, NULL,
		MHD_OPTION_UNESCAPE_CALLBACK, decode_nothing,
		NULL, /* params.c does that, and refuses what it must */
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_NOTIFY_CONNECTION,
		on_connection, w, MHD_OPTION_ARRAY, w->tls != NULL ? tls : none, MHD_OPTION_END);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return daemon;
}

int
web_reload(struct web *w, struct err *err)
{
	struct users *users;
	if (web_load_users(&w->config, &users, err) != 0) {
		return -1;
	}
	if (users != NULL) {
		door_set_users(w->door, users);
	}
	return w->tls != NULL ? tls_reload(w->tls, err) : 0;
}

/* 0, or -1 and err; what is there already is released by web_stop. */
static int
prepare(struct web *w, struct err *err)
{
	const struct web_config *c = &w->config;
	struct users *users;
	if (web_check_rule(c, err) != 0 || web_load_users(c, &users, err) != 0) {
		return -1;
	}
	w->door = door_new(users);
	if (c->certificate != NULL && tls_new(c->certificate, c->key, &w->tls, err) != 0) {
		return -1;
	}
	w->pool = pool_new(c->store);
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	w->clients = connections_new();
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return w->clients != NULL ? 0
				  : err_set(err, "the web server did not start: no thread is left");
}

int
web_start(const struct web_config *config, struct web **out, struct err *err)
{
	struct web *w = must_alloc(sizeof *w);
	*w = (struct web){ .config = *config, .address = config->listen };
	if (w->config.site == NULL) {
		w->config.site = &site_usual;
	}
	int fd = prepare(w, err) == 0 ? listen_open(&w->address, err) : -1;
	if (fd < 0) {
		web_stop(w);
		return -1;
	}
	signal(SIGPIPE, SIG_IGN);
	MHD_set_panic_func(on_panic, NULL);
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
		connections_hurry(w->clients); /* the library wants nobody suspended */
		MHD_stop_daemon(w->daemon); /* ends the threads, frees running downloads, closes the
					       socket */
	}
	connections_free(w->clients);
	pool_free(w->pool);
	door_free(w->door);
	tls_free(w->tls);
	free(w);
}
