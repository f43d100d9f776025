#include "sensor/cli/report_host.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/cli/report_changes.h"

#define HOST_MEMORY (64 * 1024 * 1024)
#define REFUSALS_SHOWN 5

static int64_t
count_of(const struct host_record *h, const char *name)
{
	for (size_t i = 0; i < h->counts_count; i++) {
		if (strcmp(h->counts[i].name, name) == 0)
			return h->counts[i].value;
	}
	return 0;
}

static const char *const basis_texts[] = {
	[VISIBILITY_CONTENT] = "what its mails say",
	[VISIBILITY_ENVELOPE] = "envelopes and what servers replied",
	[VISIBILITY_FLOW] = "the flow of its sessions: sizes, times and names",
};

static void
print_verdict(const struct paper *p, const struct host_record *h)
{
	const char *word = verdict_word(h->verdict);
	char ip[ADDR_TEXT_MAX], since[PAPER_TIME_MAX], first[PAPER_TIME_MAX], last[PAPER_TIME_MAX],
		text[512];

	paper_ink(p, INK_BOLD, addr_format(h->ip, ip));
	fprintf(p->out, "%s%s%s is ", *h->name != '\0' ? " (" : "", h->name,
		*h->name != '\0' ? ")" : "");
	paper_ink(p, report_ink(slice_str(word)), word);
	fprintf(p->out, ", risk %.0f %%", h->risk * 100);
	if (h->verdict_since != 0)
		fprintf(p->out, ", since %s UTC", paper_time(h->verdict_since, since));
	fputc('\n', p->out);
	if (*h->summary != '\0')
		paper_text(p, 2, "", h->summary);
	snprintf(text, sizeof text,
		"Role: %s. Seen from %s to %s UTC: %" PRId64 " sessions, %" PRId64
		" mails, %" PRId64 " recipients, of which %" PRId64 " were accepted, %" PRId64
		" rejected, %" PRId64 " deferred. The verdict rests on %s.",
		role_word(h->role), paper_time(h->first, first), paper_time(h->last, last),
		count_of(h, "sessions"), count_of(h, "mails"), count_of(h, "rcpts"),
		count_of(h, "accepted"), count_of(h, "rejected"), count_of(h, "deferred"),
		basis_texts[h->visibility]);
	paper_text(p, 2, "", text);
}

#define SERVERS_SHOWN 6
#define DOMAINS_SHOWN 6
#define LISTS_FROM 0.05 /* less likely ones are counted only */
#define LISTS_EXPLAINED 5

/* "a, b and 14 more" */
static void
write_some(struct buf *b, const char *const *words, size_t count, size_t shown)
{
	for (size_t i = 0; i < count && i < shown; i++)
		buf_printf(b, "%s%s", i > 0 ? ", " : "", words[i]);
	if (count > shown)
		buf_printf(b, " and %zu more", count - shown);
}

static void
print_listing(const struct paper *p, const struct listing *l)
{
	char since[PAPER_TIME_MAX], last[PAPER_TIME_MAX], until[PAPER_TIME_MAX],
		server[ADDR_TEXT_MAX];
	struct buf b;

	buf_init(&b, 65536);
	buf_printf(&b, "%s: since %s, named last %s, ", l->list, paper_time(l->since, since),
		paper_time(l->last, last));
	if (l->until == 0)
		buf_printf(&b, "no sign yet that it is over");
	else
		buf_printf(&b, "over since %s%s%s%s", paper_time(l->until, until),
			*l->ended_by != '\0' ? " (" : "", l->ended_by,
			*l->ended_by != '\0' ? ")" : "");
	buf_printf(&b, "; %" PRId64 " refusal%s", l->count, l->count == 1 ? "" : "s");
	if (l->servers_count > 0) {
		buf_printf(&b, " by ");
		write_some(&b, l->servers, l->servers_count, SERVERS_SHOWN);
	}
	paper_text(p, 4, "  -", buf_cstr(&b));
	buf_release(&b);
	if (*l->reply != '\0') {
		fprintf(p->out, "    %s said:\n",
			l->server.family == ADDR_NONE ? "a look-up"
						      : addr_format(l->server, server));
		paper_text(p, 6, "", l->reply);
	}
}

static void
print_listings(const struct paper *p, const struct host_record *h)
{
	static const struct {
		enum listing_kind kind;
		const char *head;
	} kinds[] = {
		{ LISTING_PUBLIC, "Public blocklists that servers name: who asks them refuses it" },
		{ LISTING_REPUTATION,
			"Reputations: what single servers think of it by themselves" },
		{ LISTING_THROTTLE, "Rate limits: who slows it down" },
	};

	for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
		bool head = false;

		for (size_t i = 0; i < h->listings_count; i++) {
			if (h->listings[i].kind != kinds[k].kind)
				continue;
			if (!head)
				paper_head(p, kinds[k].head);
			head = true;
			print_listing(p, &h->listings[i]);
		}
	}
}

static void
print_lists(const struct paper *p, const struct host_record *h)
{
	size_t unlikely = 0, told = 0;
	char ip[ADDR_TEXT_MAX];

	if (h->lists_count == 0)
		return;
	paper_head(p, "How likely each list has it, or will have it soon");
	paper_text(p, 2, "",
		"The first number takes what servers and look-ups say into account; \"by its "
		"causes alone\" is what it does.");
	for (size_t i = 0; i < h->lists_count; i++) {
		const struct list_likelihood *l = &h->lists[i];

		if (l->probability < LISTS_FROM && l->predicted < LISTS_FROM) {
			unlikely++;
			continue;
		}
		fprintf(p->out, "  %3.0f %%  %s (by its causes alone: %.0f %%)\n",
			l->probability * 100, l->list, l->predicted * 100);
		if (told++ >= LISTS_EXPLAINED)
			continue;
		for (size_t k = 0; k < l->why_count; k++)
			paper_text(p, 11, "         -", l->why[k]);
		for (size_t k = 0; k < l->change_count; k++)
			paper_text(p, 11, "         >", l->change[k]);
	}
	if (unlikely > 0)
		fprintf(p->out, "  %s%zu list%s below %.0f %%.\n",
			unlikely < h->lists_count ? "And " : "", unlikely, unlikely == 1 ? "" : "s",
			LISTS_FROM * 100);
	if (told > LISTS_EXPLAINED)
		fprintf(p->out,
			"  Why, for all of them: `heloscope export hosts --format json --host %s`, "
			"or "
			"the report in a browser.\n",
			addr_format(h->ip, ip));
}

static void
print_causes(const struct paper *p, const struct host_record *h)
{
	if (h->causes_count == 0)
		return;
	paper_head(p, "Causes, most likely first");
	for (size_t i = 0; i < h->causes_count; i++) {
		const struct cause_found *c = &h->causes[i];

		fprintf(p->out, "  %3.0f %%  %s\n", c->confidence * 100, cause_word(c->cause));
		for (size_t k = 0; k < c->evidence_count; k++)
			paper_text(p, 11, "         -", c->evidence[k]);
	}
}

static void
print_services(const struct paper *p, const struct host_record *h)
{
	char first[PAPER_TIME_MAX], last[PAPER_TIME_MAX];

	if (h->services_count == 0)
		return;
	paper_head(p, "Services that answered");
	for (size_t i = 0; i < h->services_count; i++) {
		const struct service *v = &h->services[i];
		const char *remark = service_remark(v->port);

		fprintf(p->out, "  %5d  %-16s first %s  last %s UTC\n", (int)v->port, v->name,
			paper_time(v->first, first), paper_time(v->last, last));
		if (*remark != '\0')
			paper_text(p, 11, "         !", remark);
	}
}

/* Whose mail it sends on, and how many speak through it. */
static void
print_behind(const struct paper *p, const struct host_record *h)
{
	char ip[ADDR_TEXT_MAX];

	if (h->behind_count == 0 && h->clients <= 1)
		return;
	paper_head(p, "Who stands behind it");
	if (h->clients > 1)
		fprintf(p->out, "  About %" PRId64 " clients speak through this address.\n",
			h->clients);
	for (size_t i = 0; i < h->behind_count; i++)
		fprintf(p->out,
			"  %-15s  %" PRId64 " mails that were judged, %" PRId64 " of them spam\n",
			addr_format(h->behind[i].ip, ip), h->behind[i].mails, h->behind[i].spam);
}

static void
print_cut_off(const struct paper *p, const struct host_record *h)
{
	if (h->cut_off_count == 0)
		return;
	paper_head(p, "Who would be cut off if a port of servers outside were closed for it");
	for (size_t i = 0; i < h->cut_off_count; i++) {
		const struct cut_off *c = &h->cut_off[i];
		struct buf b;

		buf_init(&b, 65536);
		if (c->port != 0)
			buf_printf(&b, "port %d: ", (int)c->port);
		else
			buf_printf(&b, "other ports: ");
		buf_printf(&b, "%" PRId64 " sessions, %" PRId64 " mails accepted", c->sessions,
			c->accepted);
		if (c->domains_count > 0) {
			buf_printf(&b, ", by ");
			write_some(&b, c->domains, c->domains_count, DOMAINS_SHOWN);
		}
		paper_text(p, 4, "  -", buf_cstr(&b));
		buf_release(&b);
	}
}

static void
print_advice(const struct paper *p, const struct host_record *h)
{
	char number[32];

	if (h->advice_count == 0)
		return;
	paper_head(p, "What to do");
	for (size_t i = 0; i < h->advice_count; i++) {
		snprintf(number, sizeof number, "%3zu.", i + 1);
		paper_text(p, 5, number, h->advice[i].step);
		/* A command is to be copied: it is never wrapped. */
		if (*h->advice[i].command != '\0')
			fprintf(p->out, "         %s\n", h->advice[i].command);
	}
}

static struct slice
text_of(const struct table *t, const struct cell *cells, const char *column)
{
	return cells[table_column(t, column) - t->columns].text;
}

static int64_t
number_of(const struct table *t, const struct cell *cells, const char *column)
{
	return cells[table_column(t, column) - t->columns].integer;
}

static bool
print_refusal(void *ctx, const struct cell *cells)
{
	const struct paper *p = ctx;
	const struct table *t = table_find("evidence");
	struct slice server = text_of(t, cells, "dst_ip"), class = text_of(t, cells, "class");
	struct slice reply = text_of(t, cells, "reply");
	char when[PAPER_TIME_MAX], *text;

	fprintf(p->out, "  %s  %.*s  %.*s  %" PRId64 "×\n",
		paper_time(number_of(t, cells, "timestamp_first"), when), (int)server.len,
		(const char *)server.ptr, (int)class.len, (const char *)class.ptr,
		number_of(t, cells, "count"));
	text = strndup((const char *)reply.ptr, reply.len);
	paper_text(p, 6, "", text);
	free(text);
	return true;
}

static int
print_refusals(const struct paper *p, struct store *s, const struct filter *f, struct err *err)
{
	const struct table *t = table_find("evidence");
	struct paper paper = *p;
	char ip[ADDR_TEXT_MAX];
	int64_t count;

	if (table_count(s, t, f, &count, err) != 0)
		return -1;
	if (count == 0)
		return 0;
	paper_head(p, "Last refusals");
	if (table_query(s, t, f, print_refusal, &paper, err) != 0)
		return -1;
	if (count > REFUSALS_SHOWN)
		fprintf(p->out, "  … of %" PRId64 ": `heloscope export evidence --host %s`\n",
			count, addr_format(f->host, ip));
	return 0;
}

static int
print_host(const struct paper *p, struct store *s, const struct host_record *h, int64_t since,
	struct err *err)
{
	const struct filter refusals = { .host = h->ip, .since = since, .limit = REFUSALS_SHOWN };

	print_verdict(p, h);
	print_listings(p, h);
	print_causes(p, h);
	print_lists(p, h);
	if (print_refusals(p, s, &refusals, err) != 0)
		return -1;
	if (report_changes(p, s, h->ip, err) != 0)
		return -1;
	print_behind(p, h);
	print_cut_off(p, h);
	print_services(p, h);
	print_advice(p, h);
	return 0;
}

int
report_host(
	const struct paper *p, struct store *s, struct addr host, int64_t since, struct err *err)
{
	struct host_record record;
	struct arena arena;
	char ip[ADDR_TEXT_MAX];

	arena_init(&arena, HOST_MEMORY);

	int found = query_host_record(s, host, &arena, &record, err), result = -1;

	if (found == 1)
		result = print_host(p, s, &record, since, err);
	if (found == 0)
		err_set(err,
			"%s is not in the store: it has sent no mail past the sensor, or is not a "
			"host of ours",
			addr_format(host, ip));
	arena_release(&arena);
	return result;
}
