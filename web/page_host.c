/* /host/ADDR: the verdict on one address, why, and what to do. */
#include "web/page.h"

#include <string.h>

#include "sensor/base/ptime.h"
#include "web/chart.h"
#include "web/doc.h"
#include "web/health.h"
#include "web/route.h"

enum { SESSIONS_SHOWN = 50, SERVERS_SHOWN = 4, LISTS_OPEN = 2 };
#define UNLIKELY 0.05 /* lists below are counted only */

struct host_page {
	struct addr addr;
	const char *text; /* the address */
	const struct node *host;
	struct err *err;
};

/* ---- head ---- */

/* What the verdict rests on; a warning where less was seen than one would wish. */
static void
add_basis(struct html *h, const struct node *host)
{
	const char *basis = node_text(host, "visibility");
	int64_t scored = node_int(host, "counts.mails_scored");

	if (strcmp(basis, "content") == 0)
		return;
	h_class(h, "p", scored > 0 ? "note" : "banner warn");
	if (strcmp(basis, "envelope") == 0)
		h_str(h, scored > 0 ? "The verdict rests on envelopes and on what servers replied."
				    : "Only envelopes were seen of this host, no mail content: the "
				      "verdict rests on addresses and replies.");
	else
		h_str(h, scored > 0 ? "The verdict rests on the flow of its sessions: sizes, times "
				      "and names."
				    : "Only the flow of this host's sessions was seen: the verdict "
				      "rests on sizes, times and names.");
	h_close(h);
}

static void
add_head(struct html *h, const struct node *host)
{
	const char *verdict = node_text(host, "verdict");
	h_class(h, "div", "title");
	h_open(h, "h1");
	h_element(h, "span", "code", node_text(host, "ip"));
	h_str(h, " ");
	part_verdict(h, verdict);
	h_close(h);
	if (node_text(host, "name")[0] != '\0') {
		h_open(h, "p");
		h_attr(h, "class", "note");
		h_str(h, "calls itself ");
		h_element(h, "bdi", NULL, node_text(host, "name"));
		h_close(h);
	}
	h_class(h, "span", "downloads");
	h_link(h, url_path(h->arena, "record", "host", node_text(host, "ip"), NULL), "JSON record");
	h_close_n(h, 2);
	h_class(h, "p", "lead");
	h_str(h, node_text(host, "summary"));
	h_close(h);
	add_basis(h, host);
}

static void
add_figures(struct html *h, const struct node *host)
{
	struct arena *a = h->arena;
	int64_t rejected = node_int(host, "counts.rejected"),
		deferred = node_int(host, "counts.deferred");
	int64_t known = rejected + deferred + node_int(host, "counts.accepted");
	char since[PTIME_TEXT_MAX];
	int64_t since_time = node_time(host, "verdict_since");
	h_class(h, "div", "tiles");
	part_tile(h, "Risk of being listed",
		arena_printf(a, "%.0f %%", 100 * node_real(host, "risk")),
		since_time == 0 ? ""
				: arena_printf(a, "%s since %.10s", node_text(host, "verdict"),
					  ptime_format(since_time, since)),
		node_real(host, "risk") >= 0.5 ? "bad" : NULL);
	part_tile(h, "Mails", part_number(a, node_int(host, "counts.mails")),
		arena_printf(a, "%s sessions", part_number(a, node_int(host, "counts.sessions"))),
		NULL);
	part_tile(h, "Recipients refused", part_percent(a, (double)rejected, (double)known),
		arena_printf(a, "%s of %s", part_number(a, rejected), part_number(a, known)), NULL);
	part_tile(h, "Put off", part_percent(a, (double)deferred, (double)known),
		arena_printf(a, "%s of %s", part_number(a, deferred), part_number(a, known)), NULL);
	h_close(h);
}

/* ---- why ---- */

static void
add_sentences(struct html *h, const struct node *list, const char *key)
{
	h_class(h, "ul", "evidence");
	for (size_t i = 0; i < node_count(list, key); i++) {
		h_element(h, "li", NULL, node_text(node_item(list, key, i), ""));
	}
	h_close(h);
}

static void
add_share(struct html *h, const char *name, double share, const char *tone)
{
	h_class(h, "div", "share");
	h_element(h, "strong", NULL, name);
	h_class(h, "span", "num");
	h_format(h, "%.0f %%", 100 * share);
	h_close(h);
	part_meter(h, share, tone);
	h_close(h);
}

static void
add_causes(struct html *h, const struct node *host)
{
	part_section(h, "why", "Why");
	if (node_count(host, "causes") == 0) {
		h_element(h, "p", "note", "No cause was found.");
	}
	for (size_t i = 0; i < node_count(host, "causes"); i++) {
		const struct node *cause = node_item(host, "causes", i);
		add_share(h, node_text(cause, "cause"), node_real(cause, "confidence"), "accent");
		add_sentences(h, cause, "evidence");
	}
	h_close(h);
}

static void
add_advice(struct html *h, const struct node *host)
{
	if (node_count(host, "advice") == 0) {
		return;
	}
	part_section(h, "advice", "What to do");
	h_class(h, "ol", "advice");
	for (size_t i = 0; i < node_count(host, "advice"); i++) {
		const struct node *advice = node_item(host, "advice", i);
		h_open(h, "li");
		h_element(h, "p", NULL, node_text(advice, "step"));
		if (node_text(advice, "command")[0] != '\0') {
			h_open(h, "pre");
			h_element(h, "code", NULL, node_text(advice, "command"));
			h_close(h);
		}
		h_close(h);
	}
	h_close_n(h, 2);
}

/* ---- lists ---- */

/* What would change it: shown apart from why it is so. */
static void
add_changes(struct html *h, const struct node *list)
{
	if (node_count(list, "change") == 0) {
		return;
	}
	h_element(h, "p", "note", "What would change it:");
	add_sentences(h, list, "change");
}

static void
add_likelihood(struct html *h, const struct node *list, bool open)
{
	double probability = node_real(list, "probability"),
	       predicted = node_real(list, "predicted");
	h_open(h, "div");
	add_share(h, node_text(list, "list"), probability, "rejected");
	if (probability - predicted > 0.005 || predicted - probability > 0.005) {
		h_class(h, "p", "note");
		h_format(h, "%.0f %% by what it does alone, without what servers and look-ups say",
			100 * predicted);
		h_close(h);
	}
	if (node_count(list, "why") > 0 || node_count(list, "change") > 0) {
		/* of the first some the reasons are open */
		h_class(h, "details", "why");
		if (open) {
			h_attr(h, "open", "open");
		}
		h_element(h, "summary", NULL, "Why, and what would change it");
		add_sentences(h, list, "why");
		add_changes(h, list);
		h_close(h);
	}
	h_close(h);
}

static void
add_likelihoods(struct html *h, const struct node *host)
{
	size_t count = node_count(host, "lists"), unlikely = 0;
	if (count == 0) {
		return;
	}
	part_section(h, "lists", "How likely a listing is");
	h_element(h, "p", "note",
		"Of each list: how likely it has this host, or will have it soon. What gets a host "
		"onto it is known from what its operator says.");
	h_class(h, "div", "columns");
	for (size_t i = 0; i < count; i++) {
		const struct node *list = node_item(host, "lists", i);
		if (node_real(list, "probability") < UNLIKELY &&
			node_real(list, "predicted") < UNLIKELY) {
			unlikely++;
			continue;
		}
		add_likelihood(h, list, i < LISTS_OPEN);
	}
	h_close(h);
	if (unlikely > 0) {
		h_class(h, "p", "note");
		h_format(h, "%s%zu list%s below %.0f %%.", unlikely < count ? "And " : "", unlikely,
			unlikely == 1 ? "" : "s", 100 * UNLIKELY);
		h_close(h);
	}
	h_close(h);
}

static void
add_servers(struct html *h, const struct node *listing)
{
	size_t count = node_count(listing, "servers");
	h_class(h, "td", "servers");
	if (count == 0 && node_text(listing, "server")[0] == '\0') {
		h_str(h, "a look-up");
	}
	if (count == 0) {
		part_host_link(h, node_text(listing, "server"));
	}
	for (size_t i = 0; i < count && i < SERVERS_SHOWN; i++) {
		part_host_link(h, node_text(node_item(listing, "servers", i), ""));
		h_str(h, " ");
	}
	if (count > SERVERS_SHOWN) {
		h_class(h, "span", "note");
		h_format(h, "and %zu more", count - SERVERS_SHOWN);
		h_close(h);
	}
	h_close(h);
}

static void
add_listing_row(struct html *h, const struct node *listing)
{
	h_open(h, "tr");
	h_class(h, "td", "text");
	h_str(h, node_text(listing, "list"));
	h_element(h, "span", "name", chart_listing_kind(node_text(listing, "kind")));
	h_close(h);
	h_class(h, "td", "time");
	part_time(h, node_time(listing, "since"));
	h_close(h);
	h_class(h, "td", "time");
	part_time(h, node_time(listing, "last"));
	h_close(h);
	h_class(h, "td", "until");
	if (node_time(listing, "until") == 0) {
		bool public = strcmp(node_text(listing, "kind"), "list") == 0;
		h_str(h, public ? "still listed as far as seen" : "still so as far as seen");
	} else {
		part_time(h, node_time(listing, "until"));
		h_element(h, "span", "name", node_text(listing, "ended_by"));
	}
	h_close(h);
	h_class(h, "td", "num");
	h_int(h, node_int(listing, "count"));
	h_close(h);
	add_servers(h, listing);
	h_class(h, "td", "long");
	h_element(h, "q", NULL, node_text(listing, "reply"));
	h_close_n(h, 2);
}

static void
add_listings(struct html *h, const struct host_page *p)
{
	static const char *const heads[] = { "List", "Since", "Last named", "Over since",
		"#Replies", "Said by", "In these words", NULL };
	if (node_count(p->host, "listings") == 0) {
		return;
	}
	h_class(h, "section", "card");
	h_attr(h, "id", "listings");
	h_class(h, "div", "title");
	h_element(h, "h2", NULL, "What remote servers say of it");
	page_downloads(h, table_find("listings"), NULL, p->text);
	h_close(h);
	h_element(h, "p", "note",
		"A public list refuses it at all who ask that list. A reputation is what one "
		"provider thinks of it, a rate limit how one slows it down: others do not know of "
		"either.");
	chart_listings(h, p->host, node_time(p->host, "first"), node_time(p->host, "last"));
	part_table(h, "Listings", heads);
	for (size_t i = 0; i < node_count(p->host, "listings"); i++) {
		add_listing_row(h, chart_listing_at(p->host, i));
	}
	part_table_end(h);
	h_close(h);
}

/* ---- activity, services, counts ---- */

static int
add_activity(struct html *h, struct request *r, const struct host_page *p)
{
	struct series *series = arena_alloc(&r->arena, sizeof *series);
	int64_t first = node_time(p->host, "first"), last = node_time(p->host, "last");
	int64_t since = last - 7 * PTIME_DAY;
	series_init(series, since > first ? since : first, last, 24, SERIES_STEPS);
	if (query_hours(r->reader.store, p->addr, series->from, 0, series_add, series, p->err) !=
		0) {
		return -1;
	}
	part_section(h, "activity", "What became of its recipients");
	chart_series(h, series, arena_printf(h->arena, "Recipients of %s", p->text));
	h_close(h);
	return 0;
}

static void
add_services(struct html *h, const struct node *host)
{
	static const char *const heads[] = { "#Port", "Service", "First answer", "Last answer",
		NULL };
	if (node_count(host, "services") == 0) {
		return;
	}
	part_section(h, "services", "Services that answer on it");
	h_element(h, "p", "note",
		"Seen from the answers to others; nothing was sent to it. The name is that of the "
		"port: another program may use it.");
	part_table(h, "Services", heads);
	for (size_t i = 0; i < node_count(host, "services"); i++) {
		const struct node *service = node_item(host, "services", i);
		const char *remark = service_remark((int32_t)node_int(service, "port"));
		h_open(h, "tr");
		h_class(h, "td", "num");
		h_format(h, "%d", (int)node_int(service, "port"));
		h_close(h);
		h_class(h, "td", "service");
		h_str(h, node_text(service, "name"));
		if (remark[0] != '\0') {
			h_element(h, "span", "remark", remark);
		}
		h_close(h);
		h_class(h, "td", "time");
		part_time(h, node_time(service, "first"));
		h_close(h);
		h_class(h, "td", "time");
		part_time(h, node_time(service, "last"));
		h_close_n(h, 2);
	}
	part_table_end(h);
	h_close(h);
}

static const char *
words_of(struct arena *arena, const char *name)
{
	char *text = arena_string(arena, slice_str(name));
	for (char *c = text; *c != '\0'; c++) {
		if (*c == '_') {
			*c = ' ';
		}
	}
	return text;
}

static void
add_counts(struct html *h, const struct node *host)
{
	void *place = NULL;
	const char *name;
	const struct node *value;
	part_section(h, "counts", "Counts");
	h_class(h, "dl", "facts");
	part_fact(h, "Role", node_text(host, "role"));
	part_fact(h, "Visibility", node_text(host, "visibility"));
	part_fact_time(h, "First seen", node_time(host, "first"));
	part_fact_time(h, "Last seen", node_time(host, "last"));
	while (node_pair(node_get(host, "counts"), &place, &name, &value)) {
		if (node_int(value, "") != 0) {
			part_fact_count(h, words_of(h->arena, name), node_int(value, ""));
		}
	}
	h_close_n(h, 2);
}

/* ---- sessions ---- */

static int
add_sessions(struct html *h, struct request *r, const struct host_page *p)
{
	const struct filter filter = {
		.host = p->addr, .sort = "start", .descending = true, .limit = SESSIONS_SHOWN
	};
	const struct table *sessions = table_find("sessions");
	const struct param host = { "host", p->text };
	int64_t all, shown;
	if (table_count(r->reader.store, sessions, &(struct filter){ .host = p->addr }, &all,
		    p->err) != 0) {
		return -1;
	}
	h_class(h, "section", "card");
	h_attr(h, "id", "sessions");
	h_class(h, "div", "title");
	h_element(h, "h2", NULL, all > SESSIONS_SHOWN ? "Latest sessions" : "Sessions");
	h_link(h, url_with(h->arena, "/sessions", NULL, &host, 1),
		arena_printf(h->arena, "All %s", part_number(h->arena, all)));
	h_link(h, url_with(h->arena, "/mails", NULL, &host, 1), "Mails");
	h_link(h, url_with(h->arena, "/evidence", NULL, &host, 1), "Refusals");
	h_link(h, url_with(h->arena, "/changes", NULL, &host, 1), "Changes of the verdict");
	page_downloads(h, sessions, NULL, p->text);
	h_close(h);
	if (page_rows(h, r, sessions, &filter, false, &shown, p->err) != 0) {
		return -1;
	}
	if (shown == 0) {
		h_element(h, "p", "note", "No session with this address is stored.");
	}
	h_close(h);
	return 0;
}

static int
write_host(struct html *h, struct request *r, const struct host_page *p)
{
	add_head(h, p->host);
	add_figures(h, p->host);
	/* advice is long: beside it stands all that is short */
	h_class(h, "div", "columns");
	h_class(h, "div", "stack");
	add_causes(h, p->host);
	if (add_activity(h, r, p) != 0) {
		return -1;
	}
	part_behind(h, p->host);
	part_cut_off(h, p->host);
	add_services(h, p->host);
	h_close(h);
	add_advice(h, p->host);
	h_close(h);
	add_listings(h, p);
	add_likelihoods(h, p->host);
	if (add_sessions(h, r, p) != 0) {
		return -1;
	}
	add_counts(h, p->host);
	return 0;
}

/* An address without a verdict: a remote server, or one that never sent mail. */
static int
write_stranger(struct html *h, struct request *r, const struct host_page *p)
{
	h_class(h, "div", "title");
	h_open(h, "h1");
	h_element(h, "span", "code", p->text);
	h_close_n(h, 2);
	h_element(h, "p", "lead",
		"There is no verdict on this address: it is not one of the hosts that are watched, "
		"or it has sent no mail that was seen.");
	return add_sessions(h, r, p);
}

void
page_host(struct request *r, struct answer *a)
{
	struct html h;
	struct err err = { "" };
	struct buf json;
	struct doc *doc = NULL;
	char text[ADDR_TEXT_MAX];
	struct host_page p = { .err = &err };
	if (addr_parse(slice_str(r->uri.segments[1]), &p.addr) != 0) {
		page_error(r, a, 400, "After /host/ comes an IP address.");
		return;
	}
	p.text = addr_format(p.addr, text);
	buf_init(&json, RECORD_MAX);
	int rc = query_host(r->reader.store, p.addr, &json, &err);
	if (rc == 1) {
		rc = doc_parse(buf_slice(&json), &doc, &err) == 0 ? 1 : -1;
	}
	if (rc >= 0) {
		page_begin(&h, r, a, p.text);
		p.host = doc != NULL ? doc_root(doc) : NULL;
		rc = doc != NULL ? write_host(&h, r, &p) : write_stranger(&h, r, &p);
	}
	if (rc < 0) {
		page_store_error(r, a, err.text);
	} else {
		page_end(&h, r);
	}
	doc_free(doc);
	buf_release(&json);
}
