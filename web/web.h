/* The report in the browser, by libmicrohttpd (owner: web_microhttpd.c).
 *
 * Source: RFC 9110, 9112 (HTTP), CSP Level 3; libmicrohttpd 0.9.75, with the settings that its
 * known weak defaults need. Input:  requests, hostile; a store that holds hostile text. Output:
 * pages, CSV, JSON; everything from the wire escaped; no outside resources. Memory: per request an
 * arena; CSV is streamed. */
#ifndef HELOSCOPE_WEB_WEB_H
#define HELOSCOPE_WEB_WEB_H

#include "sensor/base/addr.h"
#include "sensor/base/err.h"
#include "web/site.h"

struct web;

struct web_config {
	struct endpoint listen; /* loopback unless the administrator says otherwise */
	const char *store;	/* path; opened read-only, reopened when it is not there yet */
	const char *version;
	const struct site *site; /* as everything here, lives as long as the server */
	/* TLS: PEM files, read again by web_reload; NULL = none.  Another address than loopback
	 * needs both, and users. */
	const char *certificate, *key;
	const char *users; /* file of users (users.h); NULL = no sign-in */
	/* Names that the Host field may have besides those of loopback and of the listening
	 * address. */
	const char *const *names;
	size_t names_count;
	/* A reverse proxy that signs people in: from these addresses alone the field counts. header
	 * NULL = none. */
	const struct network *proxies;
	size_t proxies_count;
	const char *proxy_user, *proxy_access; /* header fields: the user's name; his role */
	int connections_per_address, query_ms; /* 0 = the usual */
};

/* Whether it would start: another address than loopback has TLS and users, the files can be read.
 * 0, or -1 and err; what is odd is said on stderr. */
int web_check(const struct web_config *config, struct err *err);
/* Listens and serves in threads of its own, which take no signals; from then on SIGPIPE is ignored.
 * 0, or -1 and err ("127.0.0.1:8025 is in use …"). */
int web_start(const struct web_config *config, struct web **out, struct err *err);
/* Reads users, certificate and key again (SIGHUP). 0, or -1 and err: what could not be read stays
 * what it was; users are taken though the certificate is bad, or one who was removed would stay in.
 */
int web_reload(struct web *w, struct err *err);
/* Where it listens: as configured, with the port that was chosen when it was 0. */
struct endpoint web_address(const struct web *w);
void web_stop(struct web *w); /* NULL does nothing */

#endif
