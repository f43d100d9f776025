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

struct web;

struct web_config {
	struct endpoint listen; /* loopback unless the administrator says otherwise */
	const char *store;	/* path; opened read-only, reopened when it is not there yet */
	const char *version;
};

/* Listens and serves in threads of its own, which take no signals; from then on SIGPIPE is ignored.
 * 0, or -1 and err ("127.0.0.1:8025 is in use …"). */
int web_start(const struct web_config *config, struct web **out, struct err *err);
/* Where it listens: as configured, with the port that was chosen when it was 0. */
struct endpoint web_address(const struct web *w);
void web_stop(struct web *w); /* NULL does nothing */

#endif
