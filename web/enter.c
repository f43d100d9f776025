#include "web/enter.h"

#include <string.h>

#include "web/door.h"
#include "web/fields.h"
#include "web/page.h"

/* ---- names of the server ---- */

bool
enter_host_allowed(const char *host, const struct web_config *c, struct addr local)
{
	struct slice name = field_host(host);
	struct addr a;
	for (size_t i = 0; i < c->names_count; i++) {
		if (slice_ieq(name, slice_str(c->names[i]))) {
			return true;
		}
	}
	bool is_address = addr_parse(name, &a) == 0;
	if (host_is_loopback(local)) {
		return slice_ieq(name, SLICE("localhost")) || (is_address && host_is_loopback(a));
	}
	return is_address && addr_eq(a, local);
}

/* ---- cookies ---- */

/* __Host-: the browser takes it from this very host over TLS alone, so no other host of the domain
 * can plant one. */
const char *
enter_cookie(const struct request *r, const char *what)
{
	bool session = strcmp(what, ENTER_SESSION) == 0;
	return r->is_tls ? (session ? "__Host-heloscope-session" : "__Host-heloscope-form")
			 : (session ? "heloscope-session" : "heloscope-form");
}

const char *
enter_set_cookie(struct request *r, const char *what, const char *value)
{
	return arena_printf(&r->arena, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s",
		enter_cookie(r, what), value, r->is_tls ? "; Secure" : "",
		value[0] == '\0' ? "; Max-Age=0" : "");
}

/* ---- the viewer ---- */

static bool
is_proxy(const struct web_config *c, struct addr a)
{
	for (size_t i = 0; i < c->proxies_count; i++) {
		if (network_has(c->proxies[i], a)) {
			return true;
		}
	}
	return false;
}

/* A proxy says who it is; what he may see it says too, or the file of users does. */
static void
enter_by_proxy(struct request *r, const struct web_config *c, const struct enter_fields *f)
{
	if (f->proxy_user == NULL || f->is_doubtful || !users_name_is_good(f->proxy_user)) {
		return;
	}
	r->viewer.name = arena_string(&r->arena, slice_str(f->proxy_user));
	r->known_by = KNOWN_BY_PROXY;
	if (c->proxy_access == NULL) {
		r->viewer.access = door_access_of(r->door, r->viewer.name);
	} else if (f->proxy_access == NULL ||
		   access_parse(slice_str(f->proxy_access), &r->viewer.access) != 0) {
		r->viewer.access = ACCESS_ANYBODY;
	}
}

static void
enter_by_cookie(struct request *r)
{
	char name[AUDIT_USER_MAX];
	struct slice id = field_cookie(r->cookies, enter_cookie(r, ENTER_SESSION));
	if (id.len == 0 || !door_session(r->door, id, r->now, name)) {
		return;
	}
	r->viewer.name = arena_string(&r->arena, slice_str(name));
	r->viewer.access = door_access_of(r->door, name);
	r->viewer.token = door_token(r->door, &r->arena, "session", id);
	r->known_by = KNOWN_BY_COOKIE;
}

void
enter_refuse(struct request *r, struct answer *a, int result, const struct door_attempt *attempt)
{
	unsigned wait_s = attempt->wait_s;
	struct err err = { "" };
	const struct audit_entry entry = {
		.kind = AUDIT_REFUSED,
		/* What was typed may be a password in the wrong field: only the name of a user is
		   kept. */
		.user = door_access_of(r->door, attempt->name) != ACCESS_ANYBODY ? attempt->name
										 : "",
		.object = result == DOOR_LATER ? "too many attempts" : "wrong name or password",
	};
	if (result == DOOR_BUSY) {
		page_error(r, a, 503,
			T(r, "Too many people are signing in at this moment. Try again in a "
			     "second."));
		a->retry_after_s = 1;
		return;
	}
	if (!attempt->quiet) {
		(void)request_tell(r, &entry, &err); /* he is refused whether it is noted or not */
	}
	if (result == DOOR_LATER) {
		page_error(r, a, 429,
			arena_printf(&r->arena,
				TN(r, "Too many attempts to sign in. Wait %u second.",
					"Too many attempts to sign in. Wait %u seconds.", wait_s),
				wait_s));
		a->retry_after_s = wait_s;
		return;
	}
	page_error(r, a, 401, T(r, "This name and this password do not belong together."));
	a->challenge = r->fetch_site == NULL;
}

static int
enter_by_basic(struct request *r, struct answer *a)
{
	struct door_attempt attempt = { .from = r->viewer.from, .now = r->now };
	if (field_basic(r->authorization, &r->arena, &attempt.name, &attempt.password) != 0) {
		return 0;
	}
	enum door_result result = door_try_basic(r->door, &attempt);
	if (result != DOOR_IN) {
		enter_refuse(r, a, (int)result, &attempt);
		return -1;
	}
	r->viewer.name = attempt.name;
	r->viewer.access = door_access_of(r->door, attempt.name);
	r->known_by = KNOWN_BY_BASIC;
	return 0;
}

/* Of those who are not signed in: bound to a cookie of the form, so that nobody signs somebody else
 * in as himself. */
static void
give_token(struct request *r)
{
	struct slice form = field_cookie(r->cookies, enter_cookie(r, ENTER_FORM));
	if (r->viewer.token[0] != '\0') {
		return;
	}
	if (r->viewer.name[0] != '\0') {
		r->viewer.token = door_token(r->door, &r->arena, "user", slice_str(r->viewer.name));
	} else if (r->viewer.access != ACCESS_ANYBODY) {
		r->viewer.token = door_token(r->door, &r->arena, "local", SLICE_EMPTY);
	} else if (form.len > 0 && form.len < 128) {
		r->viewer.token = door_token(r->door, &r->arena, "form", form);
	}
}

int
enter(struct request *r, const struct web_config *c, const struct enter_fields *f, struct answer *a)
{
	bool by_proxy = is_proxy(c, f->peer);
	bool named = door_has_users(r->door) || c->proxy_user != NULL;
	r->viewer = (struct viewer){
		.access = named ? ACCESS_ANYBODY : ACCESS_ADMIN,
		.name = "",
		.token = "",
		.from = f->peer,
	};
	if (by_proxy) {
		struct addr hop;
		if (field_last_hop(f->forwarded, &hop) == 0) {
			r->viewer.from = hop;
		}
	}
	r->is_foreign = field_is_foreign(r->fetch_site, f->origin, r->host, r->site->public_url);
	if (by_proxy && c->proxy_user != NULL) {
		enter_by_proxy(r, c, f);
	}
	if (door_has_users(r->door) && r->known_by == KNOWN_BY_NOTHING) {
		enter_by_cookie(r);
	}
	if (door_has_users(r->door) && r->known_by == KNOWN_BY_NOTHING &&
		r->authorization != NULL && enter_by_basic(r, a) != 0) {
		return -1;
	}
	give_token(r);
	return 0;
}
