/* Who asks: from the header fields of a request to its viewer.  Pure but for the door.
 *
 * Input:  fields, hostile; those of a proxy count from its addresses alone.
 * Output: r->viewer, r->known_by, r->is_foreign. */
#ifndef HELOSCOPE_WEB_ENTER_H
#define HELOSCOPE_WEB_ENTER_H

#include "web/request.h"
#include "web/web.h"

struct enter_fields {
	struct addr peer;      /* at the other end of the connection */
	const char *forwarded; /* X-Forwarded-For; NULL = none, also of those below */
	const char *proxy_user, *proxy_access;
	bool is_doubtful; /* one of the proxy's fields came more than once */
	const char *origin;
};

/* The names of cookies: "__Host-heloscope" under TLS. */
const char *enter_cookie(const struct request *r, const char *what);
/* "name=value; Path=/; HttpOnly; SameSite=Strict", Secure under TLS; an empty value ends it. */
const char *enter_set_cookie(struct request *r, const char *what, const char *value);
#define ENTER_SESSION "session"
#define ENTER_FORM "form" /* of the sign-in form, before there is a session */

/* 0; or -1: Basic authentication was refused and the answer is filled. */
int enter(struct request *r, const struct web_config *config, const struct enter_fields *f,
	struct answer *a);
/* What a refused attempt is answered with: status, words, Retry-After; and its entry in the audit
 * log: one for each password that was looked at, and one for each wait, however often somebody
 * knocks meanwhile. */
struct door_attempt;
void enter_refuse(
	struct request *r, struct answer *a, int result, const struct door_attempt *attempt);

/* Whether the server answers to that Host field.  On loopback its own names alone, and those that
 * are configured, so that a page elsewhere whose name is made to point here (DNS rebinding) cannot
 * read the report through the browser of somebody on this machine; elsewhere its address, and those
 * that are configured. `local`: where the connection came to. */
bool enter_host_allowed(const char *host, const struct web_config *config, struct addr local);

#endif
