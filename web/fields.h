/* Header fields of a request that we take apart ourselves.  Pure.
 *
 * Source: RFC 6265 5.4 (Cookie), RFC 7617 (Basic), RFC 9110 12.5.3 (Accept-Encoding), 13.1.2
 * (If-None-Match), 8.3 (Content-Type); RFC 6454 7 (Origin), Fetch Metadata (Sec-Fetch-Site). Input:
 * the values as they came, hostile; NULL = there is no such field. Memory: the caller's. */
#ifndef HELOSCOPE_WEB_FIELDS_H
#define HELOSCOPE_WEB_FIELDS_H

#include "sensor/base/addr.h"
#include "sensor/base/arena.h"

/* The value of the first cookie of that name; empty when there is none. */
struct slice field_cookie(const char *cookies, const char *name);
/* "Basic …" into name and password, NUL-terminated, without controls, in the arena. 0, or -1:
 * another scheme, or damaged.
 */
int field_basic(
	const char *authorization, struct arena *arena, const char **name, const char **password);
/* Whether a list of codings has gzip with a weight above 0. */
bool field_takes_gzip(const char *accept_encoding);
/* Whether a list of types names text/html: a browser that asks for a page. */
bool field_takes_html(const char *accept);
/* Whether one of the tags is `etag` (quoted), or "*"; weak comparison. */
bool field_has_etag(const char *if_none_match, const char *etag);
/* Whether a body is the form that we read. */
bool field_is_form(const char *content_type);
/* Whether another site's page made the browser send this: by Sec-Fetch-Site, and by Origin, which
 * must be `host` (the Host field) or `public_url` (what the report is called behind a proxy, "" =
 * not known). */
bool field_is_foreign(
	const char *fetch_site, const char *origin, const char *host, const char *public_url);
/* Whether it says that no other site had a hand in this request: a browser of today, and the
 * address bar or our own page.
 */
bool field_is_own(const char *fetch_site);
/* The last address of X-Forwarded-For: the one that the nearest proxy wrote. 0, or -1 and *out is
 * ADDR_NONE. */
int field_last_hop(const char *forwarded, struct addr *out);
/* The host of "host", "host:port" or "[v6]:port", without brackets. */
struct slice field_host(const char *authority);

#endif
