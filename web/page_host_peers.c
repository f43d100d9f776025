/* Of a host's page: whom it spoke with, under which names, and what was refused: of its newest
 * sessions. */
#include <inttypes.h>

#include "sensor/base/ptime.h"
#include "web/page_host.h"

enum { PEERS_SHOWN = 15, NAMES_SHOWN = 12, REFUSALS_SHOWN = 10 };

static struct peer_question
question_of(const struct host_page *p, bool as_server, int64_t limit)
{
	return (struct peer_question){ .host = p->addr,
		.as_server = as_server,
		.since = p->view.filter.since,
		.until = p->view.filter.until,
		.sessions = HOST_SESSIONS_LOOKED,
		.limit = limit };
}

/* How far the tables look: once for all of them. */
int
host_load_looked(struct host_page *p)
{
	for (int side = 0; side < 2; side++) {
		const struct peer_question q = question_of(p, side == 1, 1);
		/* of a host of ours, only what it opened is shown */
		if ((side == 0 || p->host == NULL) && query_sessions_looked(p->r->reader.store, &q,
							      &p->looked[side], p->err) != 0) {
			return -1;
		}
	}
	return 0;
}

static void
add_looked(struct html *h, const struct host_page *p, bool as_server)
{
	const struct sessions_looked *looked = &p->looked[as_server ? 1 : 0];
	char from[PTIME_TEXT_MAX], until[PTIME_TEXT_MAX];
	if (looked->count == 0) {
		return;
	}
	ptime_format(looked->from, from);
	ptime_format(looked->until, until);
	h_class(h, "p", "note");
	h_format(h,
		looked->more ? T(h, "Of the newest %s sessions, from %.10s %.5s to %.10s %.5s UTC; "
				    "earlier ones are not counted here.")
			     : TN(h, "Of %s session, from %.10s %.5s to %.10s %.5s UTC.",
				       "Of %s sessions, from %.10s %.5s to %.10s %.5s UTC.",
				       looked->count),
		part_number(h, looked->count), from, from + 11, until, until + 11);
	h_close(h);
}

/* ---- peers ---- */

struct peer_rows {
	struct html *h;
	const struct host_page *p;
	const struct peer_part *part;
	int64_t count, all;
};

static void
add_time_cell(struct html *h, int64_t time)
{
	h_class(h, "td", "time");
	part_time(h, time);
	h_close(h);
}

static void
add_count_cell(struct html *h, int64_t count)
{
	h_class(h, "td", "num");
	h_int(h, count);
	h_close(h);
}

static void
begin_peers(const struct peer_rows *rows)
{
	static const char *const servers[] = { N_("Server"), N_("#Sessions"), N_("#Mails accepted"),
		N_("#Refusals"), N_("Last"), NULL };
	static const char *const clients[] = { N_("Client"), N_("#Sessions"), N_("#Mails accepted"),
		N_("#Refusals"), N_("#Passwords refused"), N_("Last"), NULL };
	part_section(rows->h, rows->part->id, T(rows->h, rows->part->title));
	h_element(rows->h, "p", "note", T(rows->h, rows->part->note));
	part_table(
		rows->h, T(rows->h, rows->part->title), rows->part->as_server ? clients : servers);
}

static void
add_peer(void *ctx, const struct peer *peer)
{
	struct peer_rows *rows = ctx;
	struct html *h = rows->h;
	if (rows->count++ == 0) {
		begin_peers(rows);
	}
	rows->all = peer->peers;
	h_open(h, "tr");
	h_open(h, "td");
	part_host_link(h, arena_string(h->arena, peer->address));
	h_close(h);
	add_count_cell(h, peer->sessions);
	add_count_cell(h, peer->accepted);
	add_count_cell(h, peer->refusals);
	if (rows->part->as_server) {
		add_count_cell(h, peer->auth_failed);
	}
	add_time_cell(h, peer->last);
	h_close(h);
}

int
host_peer_table(
	struct html *h, const struct host_page *p, const struct peer_part *part, int64_t *count)
{
	struct peer_rows rows = { .h = h, .p = p, .part = part };
	const struct peer_question q = question_of(p, part->as_server, PEERS_SHOWN);
	if (query_peers(p->r->reader.store, &q, add_peer, &rows, p->err) != 0) {
		return -1;
	}
	*count = rows.count;
	if (rows.count == 0) {
		return 0;
	}
	part_table_end(h);
	if (rows.all > rows.count) {
		h_class(h, "p", "note");
		h_format(h, TN(h, "and %s more", "and %s more", rows.all - rows.count),
			part_number(h, rows.all - rows.count));
		h_close(h);
	}
	add_looked(h, p, part->as_server);
	h_close(h);
	return 0;
}

/* ---- refusals ---- */

static void
add_refusal(void *ctx, const struct refusals *refusals)
{
	static const char *const heads[] = { N_("Kind of refusal"), N_("#Times"), N_("#Sessions"),
		N_("Last"), N_("In these words"), NULL };
	struct peer_rows *rows = ctx;
	struct html *h = rows->h;
	const char *class = arena_string(h->arena, refusals->class);
	const char *list = arena_string(h->arena, refusals->list);
	if (rows->count++ == 0) {
		part_section(h, rows->part->id, T(h, rows->part->title));
		h_element(h, "p", "note", T(h, rows->part->note));
		part_table(h, T(h, rows->part->title), heads);
	}
	h_open(h, "tr");
	h_class(h, "td", "text");
	h_link(h, host_filter_url(rows->p, "/evidence", "class", class), T(h, class));
	h_element(h, "span", "name", part_short(h, list));
	h_close(h);
	add_count_cell(h, refusals->count);
	add_count_cell(h, refusals->sessions);
	add_time_cell(h, refusals->last);
	h_class(h, "td", "long");
	h_element(h, "q", NULL, part_short(h, arena_string(h->arena, refusals->text)));
	h_str(h, " ");
	h_link(h, url_path(h->arena, "session", arena_string(h->arena, refusals->session), NULL),
		T(h, "session"));
	h_close_n(h, 2);
}

int
host_refusal_table(
	struct html *h, const struct host_page *p, const struct peer_part *part, int64_t *count)
{
	struct peer_rows rows = { .h = h, .p = p, .part = part };
	const struct peer_question q = question_of(p, part->as_server, REFUSALS_SHOWN);
	if (query_refusals(p->r->reader.store, &q, add_refusal, &rows, p->err) != 0) {
		return -1;
	}
	*count = rows.count;
	if (rows.count > 0) {
		part_table_end(h);
		h_close(h);
	}
	return 0;
}

int
host_peers(struct html *h, const struct host_page *p)
{
	static const struct peer_part servers = { "peers", N_("Servers it spoke to"),
		N_("Those with most sessions first. Refusals are replies 4xx and 5xx."), false };
	int64_t count;
	return host_peer_table(h, p, &servers, &count);
}

/* ---- names and dialects ---- */

struct spoken_rows {
	struct html *h;
	const char *title;
	const char *const *heads;
	bool has_software;
	int64_t count, all;
};

static void
add_spoken(void *ctx, const struct spoken *spoken)
{
	struct spoken_rows *rows = ctx;
	struct html *h = rows->h;
	if (rows->count++ == 0) {
		part_table(h, T(h, rows->title), rows->heads);
	}
	rows->all = spoken->kinds;
	h_open(h, "tr");
	h_class(h, "td", "long");
	h_element(h, "code", NULL, part_short(h, arena_string(h->arena, spoken->text)));
	if (rows->has_software) {
		h_element(h, "span", "name",
			T(h, part_short(h, arena_string(h->arena, spoken->software))));
	}
	h_close(h);
	add_count_cell(h, spoken->sessions);
	add_time_cell(h, spoken->first);
	h_close(h);
}

static int
add_spoken_table(
	struct html *h, const struct host_page *p, enum spoken_kind kind, struct spoken_rows *rows)
{
	const struct peer_question q = question_of(p, false, NAMES_SHOWN);
	if (query_spoken(p->r->reader.store, &q, kind, add_spoken, rows, p->err) != 0) {
		return -1;
	}
	if (rows->count == 0) {
		h_element(h, "p", "note", T(h, "None was seen."));
		return 0;
	}
	part_table_end(h);
	if (rows->all > rows->count) {
		h_class(h, "p", "note");
		h_format(h, TN(h, "and %s more", "and %s more", rows->all - rows->count),
			part_number(h, rows->all - rows->count));
		h_close(h);
	}
	return 0;
}

int
host_spoken(struct html *h, const struct host_page *p)
{
	static const char *const names[] = { N_("Name"), N_("#Sessions"), N_("Since"), NULL };
	static const char *const dialects[] = { N_("Dialect"), N_("#Sessions"), N_("Since"), NULL };
	struct spoken_rows helo = { .h = h, .title = N_("Names in HELO"), .heads = names };
	struct spoken_rows dialect = {
		.h = h, .title = N_("Dialects of SMTP"), .heads = dialects, .has_software = true
	};
	part_section(h, "names", T(h, "Names in HELO, and dialects"));
	h_element(h, "p", "note",
		T(h, "A mail server greets with one name and speaks one way; many of either mean "
		     "malware, or many machines behind one address."));
	if (add_spoken_table(h, p, SPOKEN_HELO, &helo) != 0 ||
		add_spoken_table(h, p, SPOKEN_DIALECT, &dialect) != 0) {
		return -1;
	}
	add_looked(h, p, false);
	h_close(h);
	return 0;
}
