#include "web/fields.h"

#include <string.h>

#include "sensor/base/digest.h"
#include "sensor/base/text.h"

enum { BASIC_MAX = 1024 }; /* bytes of name and password */

struct slice
field_cookie(const char *cookies, const char *name)
{
	struct slice rest = slice_str(cookies);
	while (rest.len > 0) {
		struct slice value = slice_trim(slice_split(&rest, ';'));
		struct slice key = slice_split(&value, '=');
		if (slice_eq(key, slice_str(name))) {
			return value;
		}
	}
	return SLICE_EMPTY;
}

int
field_basic(
	const char *authorization, struct arena *arena, const char **name, const char **password)
{
	struct slice text = slice_str(authorization);
	uint8_t *bytes = arena_alloc(arena, BASIC_MAX);
	if (!slice_istarts(text, SLICE("Basic ")) || bytes == NULL) {
		return -1;
	}
	int len = digest_base64_decode(slice_trim(slice_skip(text, 6)), bytes, BASIC_MAX);
	if (len < 0) {
		return -1;
	}
	struct slice secret = slice_of(bytes, (size_t)len);
	if (slice_index(secret, ':') == secret.len || !text_is_clean(secret)) {
		return -1;
	}
	*name = arena_string(arena, slice_split(&secret, ':'));
	*password = arena_string(arena, secret);
	return 0;
}

/* The next item of a list and its parameters: "gzip;q=0.5". False at the end. */
static bool
next_item(struct slice *list, struct slice *item, struct slice *parameters)
{
	while (list->len > 0) {
		*parameters = slice_split(list, ',');
		*item = slice_trim(slice_split(parameters, ';'));
		if (item->len > 0) {
			return true;
		}
	}
	return false;
}

/* "q=0", "q=0.000": not wanted. */
static bool
is_refused(struct slice parameters)
{
	while (parameters.len > 0) {
		struct slice value = slice_trim(slice_split(&parameters, ';'));
		struct slice key = slice_trim(slice_split(&value, '='));
		if (!slice_ieq(key, SLICE("q"))) {
			continue;
		}
		value = slice_trim(value);
		for (size_t i = 0; i < value.len; i++) {
			if (value.ptr[i] != '0' && value.ptr[i] != '.') {
				return false;
			}
		}
		return true;
	}
	return false;
}

bool
field_takes_gzip(const char *accept_encoding)
{
	struct slice list = slice_str(accept_encoding), item, parameters;
	bool any = false;
	while (next_item(&list, &item, &parameters)) {
		if (slice_ieq(item, SLICE("gzip")) || slice_ieq(item, SLICE("x-gzip"))) {
			return !is_refused(parameters);
		}
		any = any || (slice_eq(item, SLICE("*")) && !is_refused(parameters));
	}
	return any;
}

bool
field_takes_html(const char *accept)
{
	struct slice list = slice_str(accept), item, parameters;
	while (next_item(&list, &item, &parameters)) {
		if (slice_ieq(item, SLICE("text/html"))) {
			return !is_refused(parameters);
		}
	}
	return false;
}

bool
field_has_etag(const char *if_none_match, const char *etag)
{
	struct slice list = slice_str(if_none_match);
	while (list.len > 0) {
		struct slice tag = slice_trim(slice_split(&list, ','));
		if (slice_starts(tag, SLICE("W/"))) {
			tag = slice_skip(tag, 2);
		}
		if (slice_eq(tag, slice_str(etag)) || slice_eq(tag, SLICE("*"))) {
			return true;
		}
	}
	return false;
}

bool
field_is_form(const char *content_type)
{
	struct slice rest = slice_str(content_type);
	return slice_ieq(
		slice_trim(slice_split(&rest, ';')), SLICE("application/x-www-form-urlencoded"));
}

struct slice
field_host(const char *authority)
{
	struct slice host = slice_str(authority);
	if (host.len > 0 && host.ptr[0] == '[') {
		host = slice_skip(host, 1);
		return slice_split(&host, ']');
	}
	return slice_split(&host, ':');
}

bool
field_is_own(const char *fetch_site)
{
	return fetch_site != NULL &&
	       (strcmp(fetch_site, "same-origin") == 0 || strcmp(fetch_site, "none") == 0);
}

bool
field_is_foreign(
	const char *fetch_site, const char *origin, const char *host, const char *public_url)
{
	bool own = fetch_site != NULL && strcmp(fetch_site, "same-origin") == 0;
	if (fetch_site != NULL && !field_is_own(fetch_site)) {
		return true;
	}
	if (origin == NULL ||
		(public_url[0] != '\0' && slice_ieq(slice_str(origin), slice_str(public_url)))) {
		return false;
	}
	/* Our pages send no referrer, and with that comes "null" instead of our name. */
	const char *authority = strstr(origin, "://");
	return authority == NULL ? !own : !slice_ieq(slice_str(authority + 3), slice_str(host));
}

int
field_last_hop(const char *forwarded, struct addr *out)
{
	const char *comma = forwarded != NULL ? strrchr(forwarded, ',') : NULL;
	const char *hop = comma != NULL ? comma + 1 : forwarded != NULL ? forwarded : "";
	hop += strspn(hop, " \t");
	/* Some write the port, too: "192.0.2.1:1234", "[2001:db8::1]:1234". */
	return addr_parse(slice_trim(slice_str(hop)), out) == 0 ||
			       addr_parse(slice_trim(field_host(hop)), out) == 0
		       ? 0
		       : -1;
}
