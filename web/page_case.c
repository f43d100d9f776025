/* /case/ADDR: what somebody does about a host, by the forms of part_case.c. */
#include <string.h>

#include "sensor/base/ptime.h"
#include "web/desk.h"
#include "web/page.h"
#include "web/route.h"

#define MUTE_MAX (366 * PTIME_DAY)

/* ---- what the form asks for ---- */

static int
ask_text(struct request *r, struct audit_entry *e, size_t max, bool needed, struct err *err)
{
	e->text = desk_text(&r->arena, uri_param(&r->form, "text"), max);
	if (e->text == NULL)
		return err_set(
			err, T(r, "The text is too long: at most %zu bytes can be kept."), max);
	return needed && e->text[0] == '\0' ? err_set(err, "%s", T(r, "The note is empty.")) : 0;
}

/* "hour", "day", "week", "end", or "date" with a day. */
static int
ask_until(struct request *r, struct audit_entry *e, struct err *err)
{
	static const struct {
		const char *word;
		int64_t ns;
	} spans[] = { { "hour", PTIME_HOUR }, { "day", PTIME_DAY }, { "week", 7 * PTIME_DAY } };
	const char *until = uri_param(&r->form, "until"), *date = uri_param(&r->form, "date");

	e->until = 0;
	if (until == NULL)
		until = "";
	if (strcmp(until, "end") == 0)
		return 0;
	for (size_t i = 0; i < sizeof spans / sizeof *spans; i++)
		if (strcmp(until, spans[i].word) == 0)
			e->until = r->now + spans[i].ns;
	if (e->until != 0)
		return 0;
	if (strcmp(until, "date") != 0 || date == NULL ||
		ptime_parse(slice_str(date), &e->until) < 0)
		return err_set(err, "%s",
			T(r, "Say until when alerts are muted: a day is written as 2026-12-31."));
	if (e->until <= r->now)
		return err_set(err, "%s",
			T(r, "That day has begun already: alerts are muted until its first minute, "
			     "UTC."));
	if (e->until > r->now + MUTE_MAX)
		return err_set(err, "%s", T(r, "Alerts can be muted for a year at most."));
	return 0;
}

static int
entry_of_form(struct request *r, struct audit_entry *e, struct err *err)
{
	const char *action = uri_param(&r->form, "action");

	if (action == NULL || audit_kind_parse(slice_str(action), &e->kind) != 0 ||
		!audit_is_of_case(e->kind))
		return err_set(err, "%s", T(r, "The form does not say what is to be done."));
	if (e->kind == AUDIT_MUTE)
		return ask_until(r, e, err);
	if (e->kind == AUDIT_ASSIGN)
		return ask_text(r, e, AUDIT_USER_MAX - 1, false, err);
	if (e->kind == AUDIT_NOTE || e->kind == AUDIT_RESOLVE)
		return ask_text(r, e, AUDIT_TEXT_MAX - 1, e->kind == AUDIT_NOTE, err);
	return 0;
}

/* ---- the page ---- */

static int
is_known(struct request *r, struct addr host, struct err *err)
{
	const struct filter filter = { .host = host };
	int64_t count = 0;

	return table_count(r->reader.store, table_find("hosts"), &filter, &count, err) != 0
		       ? -1
		       : count > 0;
}

void
page_case(struct request *r, struct answer *a)
{
	struct audit_entry entry = { .text = "" };
	struct err err = { "" };
	char text[ADDR_TEXT_MAX];

	if (addr_parse(slice_str(r->uri.segments[1]), &entry.host) != 0) {
		page_error(r, a, 404, T(r, "There is no such host: its address is damaged."));
		return;
	}
	const char *back = url_path(&r->arena, "host", addr_format(entry.host, text), NULL);
	int known = is_known(r, entry.host, &err);

	if (known < 0) {
		page_store_error(r, a, err.text);
	} else if (known == 0) {
		page_error(r, a, 404, T(r, "There is no such host in the store."));
	} else if (r->method == METHOD_POST && entry_of_form(r, &entry, &err) != 0) {
		page_error(r, a, 400, err.text);
	} else if (r->method == METHOD_POST && desk_do(r, &entry, &err) != 0) {
		page_error(r, a, 503,
			arena_printf(&r->arena, T(r, "This was not done: %s"), err.text));
	} else {
		a->status = 303;
		a->location = arena_printf(&r->arena, "%s#case", back);
	}
}
