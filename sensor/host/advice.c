#include "sensor/host/advice.h"

#include <string.h>

#include "sensor/host/judge.h"

#define ADVICE_MAX 64

/* The mail server of the host: what its greeting, then what its sessions as a client say. */
static const char *
software_of(const struct facts *f)
{
	static const enum names_kind kinds[] = { NAMES_server_software, NAMES_software };

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		const struct named *top = names_top(&f->sum->names[kinds[i]]);

		if (top != NULL)
			return top->text;
	}
	return "";
}

/* The command for this host. */
static const char *
command_for(const struct facts *f, const char *command)
{
	struct slice rest = slice_str(command), hole = SLICE("{ip}");
	size_t at = slice_find(rest, hole);
	char ip[ADDR_TEXT_MAX];

	if (at == rest.len)
		return command;
	return arena_printf(f->arena, "%.*s%s%s", (int)at, command, addr_format(f->ip, ip),
		command + at + hole.len);
}

static void
add_step(const struct facts *f, struct host_record *out, const char *step, const char *command)
{
	const char *filled = command_for(f, command);
	struct advice *a;

	/* NULL: the arena is full */
	if (step == NULL || filled == NULL ||
		(a = ARENA_PUSH(f->arena, out->advice, ADVICE_MAX)) == NULL)
		return;
	*a = (struct advice){ step, filled };
}

/* A row that does not fit the family of the address: iptables has a program for each. */
static bool
is_other_family(const struct facts *f, const char *command)
{
	bool v4 = strncmp(command, "iptables ", 9) == 0 || strstr(command, " ip saddr") != NULL;
	bool v6 = strncmp(command, "ip6tables ", 10) == 0 || strstr(command, " ip6 saddr") != NULL;

	return f->ip.family == ADDR_V6 ? v4 : v6;
}

static void
add_rows(
	const struct facts *f, struct host_record *out, const struct advice_row *rows, size_t count)
{
	enum cause cause = out->causes_count > 0 ? out->causes[0].cause : CAUSE_UNKNOWN;
	const char *software = software_of(f);

	for (size_t i = 0; i < count; i++) {
		struct slice seen = slice_str(software), wanted = slice_str(rows[i].software);

		if (rows[i].cause != CAUSES && rows[i].cause != cause)
			continue;
		if (seen.len > 0 && wanted.len > 0 && slice_ifind(seen, wanted) == seen.len)
			continue;
		if (!is_other_family(f, rows[i].command))
			add_step(f, out, rows[i].step, rows[i].command);
	}
}

/* Removal from the lists in force comes last: a host that was not mended is listed again, for
 * longer. */
static void
add_removals(const struct facts *f, struct host_record *out)
{
	for (size_t i = 0; i < f->listings_count; i++) {
		const struct listing *l = &f->listings[i];
		const struct traits *t = traits_of(l->list);

		if (l->until != 0)
			continue;
		add_step(f, out,
			arena_printf(f->arena, "When the cause is gone, ask %s for removal%s%s. %s",
				l->list, t->page[0] != '\0' ? ": " : "", t->page, t->removal),
			"");
	}
}

void
judge_advice(const struct facts *f, struct host_record *out)
{
	const struct named *script = names_top(&f->sum->names[NAMES_script]);
	enum cause cause = out->causes_count > 0 ? out->causes[0].cause : CAUSE_UNKNOWN;

	if (out->verdict == VERDICT_CLEAN || out->verdict == VERDICT_UNKNOWN)
		return;
	/* who is only looked at needs no firewall */
	if (out->verdict != VERDICT_WATCH)
		add_rows(f, out, advice_first, advice_first_count);
	if (script != NULL && (cause == CAUSE_PHP_SCRIPT || cause == CAUSE_WEB_FORM))
		add_step(f, out,
			arena_printf(
				f->arena, "The script to switch off and mend: %s", script->text),
			"");
	add_rows(f, out, advice_by_cause, advice_by_cause_count);
	if (out->verdict != VERDICT_WATCH)
		add_rows(f, out, advice_last, advice_last_count);
	add_removals(f, out);
}
