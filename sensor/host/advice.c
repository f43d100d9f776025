#include "sensor/host/advice.h"

#include <stdio.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/host/judge.h"

#define ADVICE_MAX 96
#define SECOND_FROM 0.5 /* confidence of a second cause whose steps are told too */
#define SERVICES_TOLD 8
#define SCRIPT_MAX 80
#define QUOTED_MAX (SCRIPT_MAX + 3)

struct advising {
	const struct facts *f;
	struct host_record *out;
	const char *software;	 /* one of the six, or ADVICE_NONE */
	char script[QUOTED_MAX]; /* in quotes; "" = none that may stand in a command */
};

/* ---- what stands in commands ---- */

/* The mail servers that rows are about, those first that are meant where none was seen. */
static const char *const servers[] = { "Postfix", "Exim", "Sendmail", "OpenSMTPD", "qmail",
	"Exchange" };
#define SERVERS (sizeof servers / sizeof servers[0])
#define SERVERS_OFTEN 3

/* What its greeting, then what its sessions as a client say. */
static const char *
software_of(const struct facts *f)
{
	static const enum names_kind kinds[] = { NAMES_server_software, NAMES_software };

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		const struct named *top = names_top(&f->sum->names[kinds[i]]);

		for (size_t k = 0; top != NULL && k < SERVERS; k++) {
			struct slice seen = slice_str(top->text);

			if (slice_ifind(seen, slice_str(servers[k])) < seen.len)
				return servers[k];
		}
	}
	return ADVICE_NONE;
}

static bool
is_safe(struct slice name)
{
	if (name.len == 0 || name.len > SCRIPT_MAX || name.ptr[0] == '-' || name.ptr[0] == '.')
		return false;
	for (size_t i = 0; i < name.len; i++) {
		if (!chars_is(name.ptr[i], CHAR_ALPHA | CHAR_DIGIT) &&
			strchr("._-", name.ptr[i]) == NULL)
			return false;
	}
	return true;
}

/* "33:contact.php" (X-PHP-Originating-Script), "www.example.edu/a/contact.php for 192.0.2.1"
 * (X-PHP-Script): the file's name, if it may be pasted. */
static void
script_name(const struct facts *f, char out[QUOTED_MAX])
{
	const struct named *top = names_top(&f->sum->names[NAMES_script]);
	struct slice name = slice_str(top != NULL ? top->text : "");

	out[0] = '\0';
	name = slice_take(name, slice_find(name, SLICE(" for ")));
	for (size_t i = name.len; i > 0; i--) {
		if (name.ptr[i - 1] == '/' || name.ptr[i - 1] == ':') {
			name = slice_skip(name, i);
			break;
		}
	}
	if (is_safe(name))
		snprintf(out, QUOTED_MAX, "'%.*s'", (int)name.len, (const char *)name.ptr);
}

/* All holes of that name filled; NULL when the arena is full. */
static const char *
fill(struct arena *arena, const char *command, struct slice hole, const char *with)
{
	while (command != NULL) {
		size_t len = strlen(command), at = slice_find(slice_str(command), hole);

		if (at == len)
			return command;
		command = arena_printf(
			arena, "%.*s%s%s", (int)at, command, with, command + at + hole.len);
	}
	return NULL;
}

/* ---- steps ---- */

/* The same command need not be given twice, whatever is said of it. */
static bool
is_told(const struct host_record *out, const char *step, const char *command)
{
	for (size_t i = 0; i < out->advice_count; i++) {
		const struct advice *a = &out->advice[i];

		if (command[0] != '\0' ? strcmp(a->command, command) == 0
				       : a->command[0] == '\0' && strcmp(a->step, step) == 0)
			return true;
	}
	return false;
}

static void
add_step(struct advising *a, const char *step, const char *command)
{
	struct arena *arena = a->f->arena;
	char ip[ADDR_TEXT_MAX];
	const char *filled = fill(arena, command, SLICE("{ip}"), addr_format(a->f->ip, ip));
	struct advice *advice;

	filled = fill(arena, filled, SLICE("{script}"), a->script);
	/* NULL: the arena is full */
	if (step == NULL || filled == NULL || is_told(a->out, step, filled) ||
		(advice = ARENA_PUSH(arena, a->out->advice, ADVICE_MAX)) == NULL)
		return;
	*advice = (struct advice){ step, filled };
}

/* A row that does not fit the family of the address: iptables has a program for each. */
static bool
is_other_family(const struct facts *f, const char *command)
{
	bool v4 = strncmp(command, "iptables ", 9) == 0 || strstr(command, " ip saddr") != NULL;
	bool v6 = strncmp(command, "ip6tables ", 10) == 0 || strstr(command, " ip6 saddr") != NULL;

	return f->ip.family == ADDR_V6 ? v4 : v6;
}

static bool
is_for_software(const struct advising *a, const char *wanted)
{
	bool none = strcmp(a->software, ADVICE_NONE) == 0;

	if (strcmp(wanted, ADVICE_ANY) == 0 || strcmp(wanted, a->software) == 0)
		return true;
	for (size_t i = 0; none && i < SERVERS_OFTEN; i++) {
		if (strcmp(wanted, servers[i]) == 0)
			return true;
	}
	return false;
}

/* Where no mail server was seen, whose user may send is not known: its row says root. */
static bool
is_guess(const struct advising *a, const struct advice_row *row)
{
	return strcmp(a->software, ADVICE_NONE) == 0 && strcmp(row->software, ADVICE_NONE) != 0 &&
	       (strstr(row->command, "--uid-owner") != NULL ||
		       strstr(row->command, " skuid ") != NULL);
}

static void
add_rows(struct advising *a, enum cause cause, const struct advice_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct advice_row *row = &rows[i];

		if (row->cause != cause || !is_for_software(a, row->software) || is_guess(a, row) ||
			is_other_family(a->f, row->command))
			continue;
		if (a->script[0] != '\0' || strstr(row->command, "{script}") == NULL)
			add_step(a, row->step, row->command);
	}
}

/* ---- what is known of this host ---- */

/* Whose mail it is: the script, the sender, the host behind. */
static void
add_culprit(struct advising *a, enum cause cause)
{
	const struct facts *f = a->f;
	const struct named *script = names_top(&f->sum->names[NAMES_script]);
	const struct named *sender = f->sender.spam;

	if (script != NULL && (cause == CAUSE_PHP_SCRIPT || cause == CAUSE_WEB_FORM))
		add_step(a,
			arena_printf(
				f->arena, "The script to switch off and mend: %s", script->text),
			"");
	if (sender != NULL && cause == CAUSE_COMPROMISED_ACCOUNT)
		add_step(a,
			arena_printf(f->arena,
				"The sender whose mail scores as spam (SENDER below): %s",
				sender->text),
			"");
}

/* Half of the spam and more comes from one host behind: that one is to be mended. */
static void
add_behind(struct advising *a)
{
	const struct host_record *out = a->out;
	int64_t spam = 0;
	char ip[ADDR_TEXT_MAX];

	for (size_t i = 0; i < out->behind_count; i++)
		spam += out->behind[i].spam;
	if (spam == 0 || out->behind[0].spam * 2 < spam)
		return;
	addr_format(out->behind[0].ip, ip);
	add_step(a,
		arena_printf(a->f->arena,
			"The spam comes through this host from %s: mend that one first", ip),
		arena_printf(a->f->arena, "heloscope report %s", ip));
}

static void
add_services(struct advising *a)
{
	const struct host_record *out = a->out;
	struct arena *arena = a->f->arena;
	size_t told = 0;

	for (size_t i = 0; i < out->services_count && told < SERVICES_TOLD; i++) {
		const char *remark = service_remark(out->services[i].port);
		int port = (int)out->services[i].port;

		if (remark[0] == '\0')
			continue;
		add_step(a,
			arena_printf(arena, "Close port %d (%s) unless somebody needs it: %s", port,
				service_name(port), remark),
			arena_printf(arena, "ss -tlnp 'sport = :%d'", port));
		told++;
	}
}

/* ---- lists ---- */

/* Removal from the lists in force comes last: a host that was not mended is listed again, for
 * longer. */
static void
add_removals(struct advising *a)
{
	const struct facts *f = a->f;
	const struct {
		const struct listing *items;
		size_t count;
		enum listing_kind kind;
	} both[] = {
		{ f->listings, f->listings_count, LISTING_PUBLIC },
		{ f->others, f->others_count, LISTING_REPUTATION },
	};

	for (size_t i = 0; i < sizeof both / sizeof both[0]; i++) {
		for (size_t k = 0; k < both[i].count; k++) {
			const struct listing *l = &both[i].items[k];
			const struct traits *t = traits_of(l->list);

			if (!listing_in_force(l, both[i].kind) || !traits_known(l->list))
				continue;
			add_step(a,
				arena_printf(f->arena,
					"When the cause is gone, ask %s for removal%s%s. %s",
					l->list, t->page[0] != '\0' ? ": " : "",
					t->page[0] != '\0' ? t->page : "", t->removal),
				"");
		}
	}
}

/* Nothing is to be done here: the receiver's configuration is stale. */
static void
add_closed(struct advising *a)
{
	const struct facts *f = a->f;
	char server[ADDR_TEXT_MAX];

	for (size_t i = 0; i < f->others_count; i++) {
		const struct listing *l = &f->others[i];
		const struct traits *t = traits_of(l->list);

		if (t->scope == SCOPE_CLOSED)
			add_step(a,
				arena_printf(f->arena,
					"%s was %s: tell the postmaster of %s, who refuses mail by "
					"it. Here nothing need be done",
					t->part, t->removal, addr_format(l->server, server)),
				"");
	}
}

static void
add_cause(struct advising *a, enum cause cause)
{
	add_culprit(a, cause);
	add_rows(a, cause, advice_by_cause, advice_by_cause_count);
}

void
judge_advice(const struct facts *f, struct host_record *out)
{
	struct advising a = { .f = f, .out = out, .software = software_of(f) };
	/* who is only looked at needs no firewall */
	bool stops = out->verdict != VERDICT_WATCH;

	script_name(f, a.script);
	if (out->verdict != VERDICT_CLEAN && out->verdict != VERDICT_UNKNOWN) {
		add_behind(&a);
		if (stops)
			add_rows(&a, CAUSES, advice_first, advice_first_count);
		for (size_t i = 0; i < out->causes_count && i < 2; i++) {
			if (i == 0 || out->causes[i].confidence >= SECOND_FROM)
				add_cause(&a, out->causes[i].cause);
		}
		add_services(&a);
		if (stops)
			add_rows(&a, CAUSES, advice_last, advice_last_count);
		add_removals(&a);
	}
	add_closed(&a);
}
