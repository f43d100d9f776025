/* /sign-in and /sign-out. */
#include <stdio.h>
#include <string.h>

#include "web/door.h"
#include "web/enter.h"
#include "web/fields.h"
#include "web/page.h"
#include "web/route.h"

/* Where one wanted to go: a path of ours, and no address of somebody else's. */
static const char *
next_of(const struct uri *uri)
{
	const char *next = uri_param(uri, "next");
	bool ours = next != NULL && next[0] == '/' && next[1] != '/' &&
		    strchr(next, '\\') == NULL && strncmp(next, "/sign-", 6) != 0;
	for (const char *p = next; ours && *p != '\0'; p++) {
		ours = *p > ' ' && *p <= '~'; /* it becomes a header field */
	}
	return ours ? next : "/";
}

static void
field(struct html *h, const char *name, const char *type, const char *title, const char *complete)
{
	h_open(h, "p");
	h_open(h, "label");
	h_attr(h, "for", name);
	h_str(h, title);
	h_close(h);
	h_open(h, "input");
	h_attr(h, "id", name);
	h_attr(h, "name", name);
	h_attr(h, "type", type);
	h_attr(h, "autocomplete", complete);
	h_attr(h, "required", "required");
	h_close_n(h, 2);
}

static void
hidden(struct html *h, const char *name, const char *value)
{
	h_open(h, "input");
	h_attr(h, "type", "hidden");
	h_attr(h, "name", name);
	h_attr(h, "value", value);
	h_close(h);
}

/* The token is bound to a cookie that comes with the form (nobody has a session yet). */
static void
give_form_cookie(struct request *r, struct answer *a)
{
	char id[DOOR_ID_MAX];
	if (r->viewer.token[0] != '\0') {
		return;
	}
	door_new_id(id);
	r->viewer.token = door_token(r->door, &r->arena, "form", slice_str(id));
	a->cookie = enter_set_cookie(r, ENTER_FORM, arena_string(&r->arena, slice_str(id)));
}

static void
show_form(struct request *r, struct answer *a, const struct uri *from)
{
	struct html h;
	give_form_cookie(r, a);
	page_begin(&h, r, a, T(r, "Sign in"));
	h_element(&h, "h1", NULL, T(&h, "Sign in"));
	h_class(&h, "form", "card sign-in");
	h_attr(&h, "method", "post");
	h_url(&h, "action", "/sign-in");
	hidden(&h, "token", r->viewer.token);
	hidden(&h, "next", next_of(from));
	field(&h, "name", "text", T(&h, "Name"), "username");
	field(&h, "password", "password", T(&h, "Password"), "current-password");
	h_open(&h, "p");
	h_open(&h, "button");
	h_attr(&h, "type", "submit");
	h_str(&h, T(&h, "Sign in"));
	h_close_n(&h, 3);
	page_end(&h, r);
}

static void
come_in(struct request *r, struct answer *a, const char *name)
{
	struct err err = { "" };
	char id[DOOR_ID_MAX];
	const struct audit_entry entry = { .kind = AUDIT_SIGN_IN, .user = name };
	if (request_tell(r, &entry, &err) != 0) {
		page_error(r, a, 503,
			arena_printf(&r->arena,
				T(r, "Who signs in is noted first, and that cannot be done now: "
				     "%s"),
				err.text));
		return;
	}
	door_open_session(r->door, name, r->now, id);
	a->status = 303;
	a->location = next_of(&r->form);
	a->cookie = enter_set_cookie(r, ENTER_SESSION, id);
}

void
page_sign_in(struct request *r, struct answer *a)
{
	struct door_attempt attempt = {
		.name = uri_param(&r->form, "name"),
		.password = uri_param(&r->form, "password"),
		.from = r->viewer.from,
		.now = r->now,
	};
	if (!door_has_users(r->door) || (r->method == METHOD_GET && r->viewer.name[0] != '\0')) {
		a->status = 303; /* nothing to do here */
		a->location = next_of(&r->uri);
		return;
	}
	if (r->method == METHOD_GET) {
		show_form(r, a, &r->uri);
		return;
	}
	if (attempt.name == NULL || attempt.password == NULL) {
		page_error(r, a, 400, T(r, "Name and password are both needed."));
		return;
	}
	enum door_result result = door_try(r->door, &attempt);
	if (result == DOOR_IN) {
		come_in(r, a, attempt.name);
	} else {
		enter_refuse(r, a, (int)result, &attempt);
		a->challenge = false;
	}
}

void
page_sign_out(struct request *r, struct answer *a)
{
	struct err err = { "" };
	const struct audit_entry entry = { .kind = AUDIT_SIGN_OUT };
	if (r->method == METHOD_GET) {
		page_error(r, a, 405, T(r, "Signing out takes the button."));
		a->allow = "POST";
		return;
	}
	if (r->known_by == KNOWN_BY_COOKIE) {
		door_close_session(
			r->door, field_cookie(r->cookies, enter_cookie(r, ENTER_SESSION)));
		(void)request_tell(r, &entry, &err); /* he is out whether it is noted or not */
	}
	a->status = 303;
	a->location = "/sign-in";
	a->cookie = enter_set_cookie(r, ENTER_SESSION, "");
}
