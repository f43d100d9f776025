/* /host/ADDR: the verdict on one address, why, and what to do. */
#include "web/desk.h"
#include "web/page_host.h"

#include <string.h>

#include "sensor/base/ptime.h"
#include "web/route.h"

enum { SESSIONS_SHOWN = 25 };
#define USUAL (7 * PTIME_DAY) /* as far as verdicts look back */

const char *
host_filter_url(const struct host_page *p, const char *path, const char *name, const char *value)
{
	const struct uri *uri = &p->r->uri;
	const struct param set[] = { { "host", p->text }, { "range", uri_param(uri, "range") },
		{ "since", uri_param(uri, "since") }, { "until", uri_param(uri, "until") },
		{ name, value } };
	return url_with(&p->r->arena, path, NULL, set, name != NULL ? 5 : 4);
}

const char *
host_range_url(const struct host_page *p, int64_t since, int64_t until, const char *part)
{
	struct arena *a = &p->r->arena;
	char from[PTIME_TEXT_MAX], to[PTIME_TEXT_MAX];
	const struct param set[] = {
		{ "since",
			since > 0 ? arena_printf(a, "%.19sZ", ptime_format(since, from)) : NULL },
		{ "until", until > 0 ? arena_printf(a, "%.19sZ", ptime_format(until, to)) : NULL }
	};
	return arena_printf(
		a, "%s%s", url_with(a, url_path(a, "host", p->text, NULL), NULL, set, 2), part);
}

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
		h_str(h, scored > 0
				 ? T(h, "The verdict rests on envelopes and on what servers "
					"replied.")
				 : T(h, "Only envelopes were seen of this host, no mail content: "
					"the verdict rests on addresses and replies."));
	else
		h_str(h, scored > 0 ? T(h, "The verdict rests on the flow of its sessions: sizes, "
					   "times and names.")
				    : T(h, "Only the flow of this host's sessions was seen: the "
					   "verdict rests on sizes, times and names."));
	h_close(h);
}

static void
add_head(struct html *h, const struct host_page *p)
{
	const struct node *host = p->host;
	h_class(h, "div", "title");
	h_open(h, "h1");
	h_element(h, "span", "code", p->text);
	h_str(h, " ");
	part_verdict(h, node_text(host, "verdict"));
	h_close(h);
	if (node_text(host, "name")[0] != '\0') {
		h_class(h, "p", "note");
		h_str(h, T(h, "in HELO it calls itself"));
		h_str(h, " ");
		h_element(h, "bdi", NULL, part_short(h, node_text(host, "name")));
		h_close(h);
	}
	h_close(h);
	h_element(h, "p", "lead", TS(h, part_long(h, node_text(host, "summary"))));
	add_basis(h, host);
	host_actions(h, p);
}

/* Anchors of the parts that are there. */
static void
add_jumps(struct html *h, const struct host_page *p)
{
	static const struct {
		const char *part, *title,
			*needs; /* needs: a list of the record that is not empty */
	} jumps[] = {
		{ "#why", N_("Why"), NULL },
		{ "#advice", N_("What to do"), "advice" },
		{ "#case", N_("Case"), NULL },
		{ "#risk", N_("Risk"), NULL },
		{ "#listings", N_("Listings"), NULL },
		{ "#activity", N_("Time line"), NULL },
		{ "#peers", N_("Servers"), NULL },
		{ "#names", N_("Names"), NULL },
		{ "#services", N_("Services"), "services" },
		{ "#behind", N_("Behind it"), "behind" },
		{ "#cut-off", N_("Cut off"), "cut_off" },
		{ "#sessions", N_("Sessions"), NULL },
		{ "#counts", N_("Counts"), NULL },
	};
	h_class(h, "nav", "jump");
	h_attr(h, "aria-label", T(h, "Parts of this page"));
	for (size_t i = 0; i < sizeof jumps / sizeof jumps[0]; i++) {
		if (jumps[i].needs == NULL || node_count(p->host, jumps[i].needs) > 0) {
			h_link(h, jumps[i].part, T(h, jumps[i].title));
			h_str(h, " ");
		}
	}
	h_close(h);
}

static void
add_figures(struct html *h, const struct node *host)
{
	int64_t rejected = node_int(host, "counts.rejected"),
		deferred = node_int(host, "counts.deferred");
	int64_t known = rejected + deferred + node_int(host, "counts.accepted");
	char since[PTIME_TEXT_MAX];
	int64_t since_time = node_time(host, "verdict_since");
	h_class(h, "div", "tiles");
	part_tile(h, T(h, "Risk of being listed"),
		h_words(h, "%.0f %%", 100 * node_real(host, "risk")),
		since_time == 0
			? ""
			: h_words(h, T(h, "%s since %.10s"), T(h, node_text(host, "verdict")),
				  ptime_format(since_time, since)),
		node_real(host, "risk") >= 0.5 ? "bad" : NULL);
	part_tile(h, T(h, "Mails"), part_number(h, node_int(host, "counts.mails")),
		h_words(h, TN(h, "%s session", "%s sessions", node_int(host, "counts.sessions")),
			part_number(h, node_int(host, "counts.sessions"))),
		NULL);
	part_tile(h, T(h, "Recipients refused"), part_percent(h, (double)rejected, (double)known),
		h_words(h, T(h, "%s of %s"), part_number(h, rejected), part_number(h, known)),
		NULL);
	part_tile(h, T(h, "Put off"), part_percent(h, (double)deferred, (double)known),
		h_words(h, T(h, "%s of %s"), part_number(h, deferred), part_number(h, known)),
		NULL);
	h_close(h);
}

/* ---- services, counts, sessions ---- */

static void
add_services(struct html *h, const struct node *host)
{
	static const char *const heads[] = { N_("#Port"), N_("Service"), N_("First answer"),
		N_("Last answer"), NULL };
	if (node_count(host, "services") == 0) {
		return;
	}
	part_section(h, "services", T(h, "Services that answer on it"));
	h_element(h, "p", "note",
		T(h, "Seen from the answers to others; nothing was sent to it. The name is that of "
		     "the port: another program may use it."));
	h_class(h, "div", "tall");
	part_table(h, T(h, "Services"), heads);
	for (size_t i = 0; i < node_count(host, "services"); i++) {
		const struct node *service = node_item(host, "services", i);
		const char *remark = service_remark((int32_t)node_int(service, "port"));
		h_open(h, "tr");
		h_class(h, "td", "num");
		h_format(h, "%d", (int)node_int(service, "port"));
		h_close(h);
		h_class(h, "td", "service");
		h_str(h, part_short(h, node_text(service, "name")));
		if (remark[0] != '\0') {
			h_element(h, "span", "remark", TS(h, remark));
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
	h_close_n(h, 2);
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
	part_section(h, "counts", T(h, "Counts"));
	h_class(h, "dl", "facts");
	part_fact(h, T(h, "Role"), T(h, node_text(host, "role")));
	part_fact(h, T(h, "Visibility"), T(h, node_text(host, "visibility")));
	part_fact_time(h, T(h, "First seen"), node_time(host, "first"));
	part_fact_time(h, T(h, "Last seen"), node_time(host, "last"));
	while (node_pair(node_get(host, "counts"), &place, &name, &value)) {
		if (node_int(value, "") != 0) {
			part_fact_count(h, T(h, words_of(h->arena, name)), node_int(value, ""));
		}
	}
	h_close_n(h, 2);
}

int
host_sessions(struct html *h, const struct host_page *p)
{
	const struct filter filter = { .host = p->addr,
		.since = p->view.filter.since,
		.until = p->view.filter.until,
		.sort = "start",
		.descending = true,
		.limit = SESSIONS_SHOWN };
	const struct table *sessions = table_find("sessions");
	int64_t shown;
	h_class(h, "section", "card");
	h_attr(h, "id", "sessions");
	h_class(h, "div", "title");
	h_element(h, "h2", NULL, T(h, "Latest sessions"));
	h_link(h, host_filter_url(p, "/sessions", NULL, NULL), T(h, "All sessions"));
	h_link(h, host_filter_url(p, "/mails", NULL, NULL), T(h, "Mails"));
	if (viewer_may_follow(h->viewer, "/evidence")) {
		h_link(h, host_filter_url(p, "/evidence", NULL, NULL), T(h, "Refusals"));
	}
	h_link(h, host_filter_url(p, "/changes", NULL, NULL), T(h, "Changes of the verdict"));
	page_downloads(h, sessions, NULL, p->text);
	h_close(h);
	if (page_rows(h, p->r, sessions, &filter, false, &shown, p->err) != 0) {
		return -1;
	}
	if (shown == 0) {
		h_element(h, "p", "note",
			p->view.filter.since == 0 && p->view.filter.until == 0
				? T(h, "No session with this address is stored.")
				: T(h, "No session with this address is stored in this range of "
				       "time."));
	}
	h_close(h);
	return 0;
}

/* ---- the page ---- */

static int
write_host(struct html *h, const struct host_page *p)
{
	add_head(h, p);
	add_figures(h, p->host);
	add_jumps(h, p);
	h_class(h, "div", "columns");
	host_why(h, p);
	host_advice(h, p);
	h_close(h);
	if (part_case(h, p->r, p->addr, p->err) != 0) {
		return -1;
	}
	host_risk(h, p);
	if (host_listings(h, p) != 0 || host_time(h, p) != 0) {
		return -1;
	}
	h_class(h, "div", "columns");
	if (host_peers(h, p) != 0 || host_spoken(h, p) != 0) {
		return -1;
	}
	add_services(h, p->host);
	part_behind(h, p->host);
	part_cut_off(h, p->host);
	h_close(h);
	if (host_sessions(h, p) != 0) {
		return -1;
	}
	add_counts(h, p->host);
	return 0;
}

/* Charts: as asked, else the last days of the host. */
static int
set_range(struct host_page *p)
{
	struct sensor_state state;
	int rc = query_state(p->r->reader.store, &state, &p->r->arena, p->err);
	int64_t last = ptime_hour(node_time(p->host, "last")) + PTIME_HOUR;
	int64_t first = node_time(p->host, "first");
	int64_t now = rc == 1 && state.now > last ? state.now : last;
	const struct filter *f = &p->view.filter;
	p->until = f->until != 0 ? f->until : f->since != 0 ? now : last;
	p->since = f->since != 0 ? f->since : p->until - USUAL;
	if (f->since == 0 && p->since < first) {
		p->since = ptime_hour(first);
	}
	if (p->since >= p->until) {
		p->since = p->until - PTIME_HOUR;
	}
	return rc < 0 ? -1 : 0;
}

static int
write_page(struct html *h, struct answer *a, struct host_page *p)
{
	if (p->host != NULL && set_range(p) != 0) {
		return -1;
	}
	if (host_load_looked(p) != 0) {
		return -1;
	}
	page_begin(h, p->r, a, p->text);
	return p->host != NULL ? write_host(h, p) : host_stranger(h, p);
}

void
page_host(struct request *r, struct answer *a)
{
	struct html h;
	struct err err = { "" };
	struct buf json;
	struct doc *doc = NULL;
	char text[ADDR_TEXT_MAX];
	struct host_page p = { .r = r, .err = &err };
	if (addr_parse(slice_str(r->uri.segments[1]), &p.addr) != 0) {
		page_error(r, a, 400, T(r, "After /host/ comes an IP address."));
		return;
	}
	if (view_of_request(r, table_find("sessions"), &p.view, &err) != 0) {
		page_error(r, a, 400, err.text);
		return;
	}
	p.text = addr_format(p.addr, text);
	buf_init(&json, RECORD_MAX);
	int rc = query_host(r->reader.store, p.addr, &json, &err);
	if (rc == 1) {
		rc = doc_parse(buf_slice(&json), &doc, &err) == 0 ? 1 : -1;
	}
	p.host = doc != NULL ? doc_root(doc) : NULL;
	if (rc < 0 || write_page(&h, a, &p) != 0) {
		page_store_error(r, a, err.text);
	} else {
		page_end(&h, r);
	}
	doc_free(doc);
	buf_release(&json);
}
