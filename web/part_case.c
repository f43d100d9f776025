/* The case of a host on its page: its state, what was done so far, and the forms. */
#include <string.h>

#include "sensor/base/ptime.h"
#include "web/desk.h"
#include "web/page.h"

enum { ENTRIES_SHOWN = 100, USERS_SHOWN = 50 };

/* ---- state ---- */

static const char *
state_sentence(const struct html *h, const struct host_case *c)
{
	if (c->came_back)
		return T(h,
			"It was resolved, and has come back: its verdict has become worse since.");
	switch (c->state) {
	case CASE_NEW:
		return T(h, "Open: nobody has taken it yet.");
	case CASE_ACKNOWLEDGED:
		return T(h, "Open: somebody works on it.");
	case CASE_RESOLVED:
	case CASE_STATES:
		break;
	}
	return T(h, "Resolved.");
}

static void
write_state(struct html *h, const struct request *r, const struct host_case *c)
{
	h_class(h, "p", "lead");
	h_str(h, state_sentence(h, c));
	h_close(h);
	h_class(h, "dl", "facts");
	part_fact_time(h, T(h, "Since"), c->since);
	part_fact(h, T(h, "Assigned to"), c->assignee);
	if (c->muted_until > r->now) {
		part_fact_time(h, T(h, "Alerts muted until"), c->muted_until);
		part_fact(h, T(h, "Muted by"), c->muted_by);
	}
	h_close(h);
}

/* ---- what was done ---- */

/* Sentences: the first %s is who did it. */
static void
write_deed(struct html *h, const struct case_entry *e)
{
	const char *who = h_words(h, "%.*s", (int)e->user.len, (const char *)e->user.ptr);
	const char *text = h_words(h, "%.*s", (int)e->text.len, (const char *)e->text.ptr);
	char until[PTIME_TEXT_MAX];

	if (who[0] == '\0')
		who = T(h, "Somebody");
	ptime_format(e->until, until);
	until[strlen(until) > 16 ? 16 : strlen(until)] = '\0';
	if (strlen(until) > 10)
		until[10] = ' ';
	switch (e->kind) {
	case AUDIT_ACKNOWLEDGE:
		h_format(h, T(h, "%s works on it."), who);
		break;
	case AUDIT_ASSIGN:
		if (text[0] != '\0')
			h_format(h, T(h, "%s gave it to %s."), who, text);
		else
			h_format(h, T(h, "%s gave it to nobody."), who);
		break;
	case AUDIT_MUTE:
		if (e->until != 0)
			h_format(h, T(h, "%s muted its alerts until %s UTC."), who, until);
		else
			h_format(h, T(h, "%s let its alerts sound again."), who);
		break;
	case AUDIT_RESOLVE:
		h_format(h, T(h, "%s resolved it."), who);
		break;
	case AUDIT_REOPEN:
		h_format(h, T(h, "%s opened it again."), who);
		break;
	default:
		h_format(h, T(h, "%s wrote:"), who);
		break;
	}
}

static void
write_entry(void *ctx, const struct case_entry *e)
{
	struct html *h = ctx;

	h_open(h, "li");
	part_time(h, e->time);
	h_str(h, " ");
	write_deed(h, e);
	if (e->text.len > 0 && e->kind != AUDIT_ASSIGN) {
		h_class(h, "blockquote", "note");
		h_attr(h, "dir", "auto");
		h_text(h, e->text);
		h_close(h);
	}
	h_close(h);
}

/* ---- forms ---- */

static void
begin_form(struct html *h, const struct request *r, const char *url, const char *action)
{
	const char *const hidden[][2] = { { "token", r->viewer.token }, { "action", action } };

	h_class(h, "form", "deed");
	h_attr(h, "method", "post");
	h_url(h, "action", url);
	for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
		h_open(h, "input");
		h_attr(h, "type", "hidden");
		h_attr(h, "name", hidden[i][0]);
		h_attr(h, "value", hidden[i][1]);
		h_close(h);
	}
}

static void
end_form(struct html *h, const char *button)
{
	h_open(h, "button");
	h_attr(h, "type", "submit");
	h_str(h, button);
	h_close_n(h, 2);
}

static void
begin_label(struct html *h, const char *title)
{
	h_open(h, "label");
	h_str(h, title);
	h_str(h, " ");
}

static void
write_option(struct html *h, const char *value, const char *title)
{
	h_open(h, "option");
	h_attr(h, "value", value);
	h_str(h, title);
	h_close(h);
}

static void
form_button(struct html *h, const struct request *r, const char *url, const char *action,
	const char *button)
{
	begin_form(h, r, url, action);
	end_form(h, button);
}

static void
form_text(struct html *h, const struct request *r, const char *url, const char *action,
	const char *const words[2])
{
	begin_form(h, r, url, action);
	begin_label(h, words[0]);
	h_open(h, "textarea");
	h_attr(h, "name", "text");
	h_attr_int(h, "rows", 2);
	h_attr_int(h, "maxlength", AUDIT_TEXT_MAX - 1);
	if (strcmp(action, "note") == 0)
		h_attr(h, "required", "required");
	h_str(h, "");
	h_close_n(h, 2);
	end_form(h, words[1]);
}

static void
add_user(void *ctx, struct slice user)
{
	struct html *h = ctx;

	h_open(h, "option");
	h_attr(h, "value", h_words(h, "%.*s", (int)user.len, (const char *)user.ptr));
	h_close(h);
}

static int
form_assign(struct html *h, const struct request *r, const char *url, const struct host_case *c,
	struct err *err)
{
	begin_form(h, r, url, "assign");
	begin_label(h, T(h, "Assigned to"));
	h_open(h, "input");
	h_attr(h, "name", "text");
	h_attr(h, "list", "case-users");
	h_attr(h, "autocomplete", "off");
	h_attr_int(h, "maxlength", AUDIT_USER_MAX - 1);
	h_attr(h, "value", c->assignee);
	h_close_n(h, 2);
	h_open(h, "datalist");
	h_attr(h, "id", "case-users");
	int rc = query_users(r->reader.store, USERS_SHOWN, add_user, h, err);
	h_close(h);
	end_form(h, T(h, "Assign"));
	return rc;
}

static void
form_mute(struct html *h, const struct request *r, const char *url)
{
	begin_form(h, r, url, "mute");
	begin_label(h, T(h, "No alerts"));
	h_open(h, "select");
	h_attr(h, "name", "until");
	write_option(h, "hour", T(h, "for an hour"));
	write_option(h, "day", T(h, "for a day"));
	write_option(h, "week", T(h, "for a week"));
	write_option(h, "date", T(h, "until the day beside"));
	h_close_n(h, 2);
	begin_label(h, T(h, "Day (UTC)"));
	h_open(h, "input");
	h_attr(h, "type", "date");
	h_attr(h, "name", "date");
	h_close_n(h, 2);
	end_form(h, T(h, "Mute"));
}

static void
form_mute_end(struct html *h, const struct request *r, const char *url)
{
	begin_form(h, r, url, "mute");
	h_open(h, "input");
	h_attr(h, "type", "hidden");
	h_attr(h, "name", "until");
	h_attr(h, "value", "end");
	h_close(h);
	end_form(h, T(h, "End the mute"));
}

static int
write_forms(struct html *h, const struct request *r, const char *url, const struct host_case *c,
	struct err *err)
{
	const char *const note[] = { T(h, "Note"), T(h, "Write the note") };
	const char *const done[] = { T(h, "What was done"), T(h, "Resolve") };
	bool open = c->state != CASE_RESOLVED || c->came_back;

	h_class(h, "div", "deeds");
	if (c->state != CASE_ACKNOWLEDGED)
		form_button(h, r, url, "acknowledge", T(h, "I work on it"));
	if (c->state == CASE_RESOLVED)
		form_button(h, r, url, "reopen", T(h, "Open it again"));
	int rc = form_assign(h, r, url, c, err);
	if (c->muted_until > r->now)
		form_mute_end(h, r, url);
	else
		form_mute(h, r, url);
	form_text(h, r, url, "note", note);
	if (open)
		form_text(h, r, url, "resolve", done);
	h_close(h);
	return rc;
}

/* ---- the part ---- */

int
part_case(struct html *h, struct request *r, struct addr host, struct err *err)
{
	struct host_case c;
	char text[ADDR_TEXT_MAX];
	const char *url = url_path(&r->arena, "case", addr_format(host, text), NULL);
	int rc = 0, known = query_case(r->reader.store, host, &c, err);

	if (known < 0)
		return -1;
	part_section(h, "case", T(h, "Case"));
	if (known == 0)
		h_element(h, "p", "note", T(h, "Nobody has done anything about it here."));
	else
		write_state(h, r, &c);
	if (known != 0) {
		h_class(h, "ol", "deeds-done");
		rc = query_case_entries(r->reader.store, host, ENTRIES_SHOWN, write_entry, h, err);
		h_close(h);
	}
	if (rc == 0 && desk_open(r))
		rc = write_forms(h, r, url, &c, err);
	else if (r->site->tell == NULL && r->viewer.access >= ACCESS_ANALYST)
		h_element(h, "p", "note",
			T(h, "This report only shows a store: nothing can be changed in it."));
	h_close(h);
	return rc;
}
