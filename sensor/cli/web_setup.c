#include "sensor/cli/web_setup.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *
text_or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

/* "https://report.example.org:8443/x" -> "report.example.org": a name that browsers will use. */
static bool
host_of_url(const char *url, char *out, size_t size)
{
	const char *host = strstr(url, "://");
	if (host == NULL || host[3] == '[')
		return false;
	size_t len = strcspn(host + 3, ":/");
	return len > 0 && (size_t)snprintf(out, size, "%.*s", (int)len, host + 3) < size;
}

void
web_setup(struct web_setup *s, const struct config *c, struct endpoint listen)
{
	const struct config_web *w = &c->web;
	size_t len = strlen(c->public_url);

	while (len > 0 && c->public_url[len - 1] == '/')
		len--;
	*s = (struct web_setup){
		.site = { .contact = { w->organisation, w->contact, w->domain },
			.sensor = c->sensor,
			.keep_sessions_days = c->keep_sessions_days,
			.keep_hours_days = c->keep_hours_days,
			.keep_evidence_days = c->keep_evidence_days,
			.privacy_off = c->privacy_off,
			.has_users = w->users[0] != '\0' || w->proxy_user[0] != '\0' },
		.config = { .listen = listen,
			.store = c->store,
			.version = HELOSCOPE_VERSION,
			.certificate = text_or_null(w->certificate),
			.key = text_or_null(w->key),
			.users = text_or_null(w->users),
			.proxies = w->proxies,
			.proxies_count = w->proxies_count,
			.proxy_user = text_or_null(w->proxy_user),
			.proxy_access = text_or_null(w->proxy_role),
			.connections_per_address = w->connections_per_address,
			.query_ms = w->query_ms },
	};
	snprintf(s->public_url, sizeof s->public_url, "%.*s", (int)len, c->public_url);
	s->site.public_url = s->public_url;
	for (size_t i = 0; i < w->names_count; i++)
		s->names[s->config.names_count++] = w->names[i];
	if (host_of_url(s->public_url, s->public_host, sizeof s->public_host))
		s->names[s->config.names_count++] = s->public_host;
	s->config.names = s->names;
	s->config.site = &s->site;
}

void
web_setup_serve(struct web *web, const char *who, const int *ends, size_t ends_count)
{
	sigset_t awaited;
	int which;

	sigemptyset(&awaited);
	sigaddset(&awaited, SIGHUP);
	for (size_t i = 0; i < ends_count; i++)
		sigaddset(&awaited, ends[i]);
	while (sigwait(&awaited, &which) == 0 && which == SIGHUP) {
		struct err err = { "" };
		if (web_reload(web, &err) != 0)
			fprintf(stderr, "heloscope %s: the report goes on with what it had: %s\n",
				who, err.text);
		else
			fprintf(stderr,
				"heloscope %s: certificate, key and users were read again\n", who);
	}
}

const char *
web_setup_url(const struct web_setup *s, struct endpoint at, char out[WEB_SETUP_URL])
{
	char text[ADDR_TEXT_MAX];
	bool v6 = at.addr.family == ADDR_V6;

	snprintf(out, WEB_SETUP_URL, "%s://%s%s%s:%u/",
		s->config.certificate != NULL ? "https" : "http", v6 ? "[" : "",
		addr_format(at.addr, text), v6 ? "]" : "", at.port);
	return out;
}

static int
check_listen(const struct endpoint *at, const char *what, struct err *err)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(at->port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(at->port) };
	bool is_v6 = at->addr.family == ADDR_V6;
	const struct sockaddr *sa = is_v6 ? (const void *)&v6 : (const void *)&v4;
	char text[ADDR_TEXT_MAX];
	int on = 1, rc = 0;

	memcpy(&v4.sin_addr, at->addr.bytes, sizeof v4.sin_addr);
	memcpy(&v6.sin6_addr, at->addr.bytes, sizeof v6.sin6_addr);
	int fd = socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (fd < 0 || bind(fd, sa, is_v6 ? sizeof v6 : sizeof v4) < 0)
		rc = err_set(err, "%s: %s port %u: %s", what, addr_format(at->addr, text), at->port,
			strerror(errno));
	if (fd >= 0)
		close(fd);
	return rc;
}

int
web_setup_check(const struct web_setup *s, const char *what, struct err *err)
{
	return web_check(&s->config, err) == 0 ? check_listen(&s->config.listen, what, err) : -1;
}
