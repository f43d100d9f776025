#include "web/complaint.h"

#include <stdlib.h>
#include <string.h>

#include "sensor/base/text.h"

/* Sessions of one address that are looked at: within an hour of a busy server there may be more,
 * and then the nearest in time may be missed; `more` says so. */
enum { SESSIONS_LOOKED_AT = 2000, MAILS_LOOKED_AT = 400 };

struct matching {
	struct store *store;
	const struct complaint_clues *clues;
	struct arena *arena;
	struct complaint_match *found; /* sorted and cut at the end */
	size_t found_count, found_cap;
	bool more;
	struct err *err;
};

/* ---- what was found, a session once ---- */

static struct complaint_match *
match_of(struct matching *m, const char *session)
{
	for (size_t i = 0; i < m->found_count; i++)
		if (strcmp(m->found[i].session, session) == 0)
			return &m->found[i];
	struct complaint_match *match = ARENA_PUSH(m->arena, m->found, SESSIONS_LOOKED_AT);
	if (match == NULL)
		m->more = true;
	else
		*match = (struct complaint_match){
			.session = session, .client = "", .server = "", .distance = INT64_MAX
		};
	return match;
}

static int64_t
distance_of(const struct matching *m, int64_t start, int64_t end)
{
	int64_t nearest = INT64_MAX;

	for (size_t i = 0; i < m->clues->times_count; i++) {
		int64_t t = m->clues->times[i];
		int64_t d = t < start ? start - t : t > end ? t - end : 0;
		nearest = d < nearest ? d : nearest;
	}
	return nearest;
}

static void
note(struct matching *m, struct complaint_match *match, int64_t start, int64_t end)
{
	int64_t distance = distance_of(m, start, end);

	match->start = start;
	match->distance = distance < match->distance ? distance : match->distance;
	if (match->distance <= COMPLAINT_NEAR)
		match->reasons |= COMPLAINT_TIME;
}

/* ---- by the id that a server gave a mail ---- */

static void
on_queued(void *ctx, const struct queued_mail *mail)
{
	struct matching *m = ctx;
	struct complaint_match *match = match_of(m, arena_string(m->arena, mail->session));

	if (match == NULL)
		return;
	match->number = mail->number;
	match->client = arena_string(m->arena, mail->client);
	match->server = arena_string(m->arena, mail->server);
	match->reasons |= COMPLAINT_QUEUE_ID;
	note(m, match, mail->start, mail->start);
}

static int
by_queue_id(struct matching *m)
{
	for (size_t i = 0; i < m->clues->queue_ids_count; i++)
		if (query_queue_id(
			    m->store, slice_str(m->clues->queue_ids[i]), on_queued, m, m->err) < 0)
			return -1;
	return 0;
}

/* ---- by address and time ---- */

/* Where a table has the columns that are asked for. */
static size_t
at(const struct table *t, const char *column)
{
	return (size_t)(table_column(t, column) - t->columns);
}

static bool
has_port(const struct complaint_clues *c, int64_t port)
{
	for (size_t i = 0; i < c->ports_count; i++)
		if (c->ports[i] == port)
			return true;
	return false;
}

static bool
has_address(const struct complaint_clues *c, const char *text)
{
	struct addr a;

	if (addr_parse(slice_str(text), &a) != 0)
		return false;
	for (size_t i = 0; i < c->addresses_count; i++)
		if (addr_eq(c->addresses[i], a))
			return true;
	return false;
}

static bool
on_session(void *ctx, const struct cell *cells)
{
	struct matching *m = ctx;
	const struct table *t = table_find("sessions");
	const char *client = arena_string(m->arena, cells[at(t, "client")].text);

	/* Who is complained about has sent it. */
	if (!has_address(m->clues, client))
		return true;
	struct complaint_match *match =
		match_of(m, arena_string(m->arena, cells[at(t, "session")].text));
	if (match == NULL)
		return false;
	match->client = client;
	match->server = arena_string(m->arena, cells[at(t, "server")].text);
	match->reasons |= COMPLAINT_ADDRESS;
	if (has_port(m->clues, cells[at(t, "client_port")].integer))
		match->reasons |= COMPLAINT_PORT;
	note(m, match, cells[at(t, "start")].integer, cells[at(t, "end")].integer);
	return true;
}

static int
by_address(struct matching *m, struct addr host)
{
	const struct complaint_clues *c = m->clues;
	struct filter f = { .host = host, .limit = COMPLAINT_MATCHES_MAX };

	if (c->times_count == 0)
		return table_query(m->store, table_find("sessions"), &f, on_session, m, m->err);
	f.limit = SESSIONS_LOOKED_AT / CLUES_MAX;
	for (size_t i = 0; i < c->times_count; i++) {
		f.since = c->times[i] > COMPLAINT_WIDE ? c->times[i] - COMPLAINT_WIDE : 1;
		f.until = c->times[i] + COMPLAINT_WIDE;
		if (table_query(m->store, table_find("sessions"), &f, on_session, m, m->err) != 0)
			return -1;
	}
	return 0;
}

/* ---- by Message-ID, within the sessions that fit ---- */

static struct slice
without_brackets(struct slice id)
{
	id = slice_trim(id);
	if (id.len > 2 && id.ptr[0] == '<' && id.ptr[id.len - 1] == '>')
		id = slice_take(slice_skip(id, 1), id.len - 2);
	return id;
}

static bool
on_mail(void *ctx, const struct cell *cells)
{
	struct matching *m = ctx;
	const struct table *t = table_find("mails");
	struct slice id = without_brackets(cells[at(t, "message_id")].text);

	for (size_t i = 0; i < m->clues->message_ids_count; i++) {
		if (!slice_eq(id, slice_str(m->clues->message_ids[i])))
			continue;
		struct complaint_match *match =
			match_of(m, arena_string(m->arena, cells[at(t, "session")].text));
		if (match == NULL)
			return false;
		match->number = cells[at(t, "number")].integer;
		match->client = arena_string(m->arena, cells[at(t, "client")].text);
		match->server = arena_string(m->arena, cells[at(t, "server")].text);
		match->reasons |= COMPLAINT_MESSAGE_ID;
		note(m, match, cells[at(t, "start")].integer, cells[at(t, "end")].integer);
	}
	return true;
}

static int
by_message_id(struct matching *m)
{
	size_t sessions = m->found_count < MAILS_LOOKED_AT ? m->found_count : MAILS_LOOKED_AT;

	for (size_t i = 0; i < sessions && m->clues->message_ids_count > 0; i++) {
		const struct filter f = { .session = m->found[i].session,
			.limit = MAILS_LOOKED_AT };
		if (table_query(m->store, table_find("mails"), &f, on_mail, m, m->err) != 0)
			return -1;
	}
	return 0;
}

/* ---- the surest first ---- */

static enum complaint_certainty
certainty_of(const struct complaint_clues *clues, const struct complaint_match *m)
{
	unsigned reasons = m->reasons;

	if (reasons & COMPLAINT_MESSAGE_ID)
		return COMPLAINT_CERTAIN;
	/* Queue ids come again after some time, and are short with some servers: what speaks
	 * against one counts. */
	if (reasons & COMPLAINT_QUEUE_ID) {
		bool told = clues->addresses_count + clues->times_count > 0;
		return reasons & (COMPLAINT_ADDRESS | COMPLAINT_TIME) ? COMPLAINT_CERTAIN
		       : told					      ? COMPLAINT_POSSIBLE
								      : COMPLAINT_LIKELY;
	}
	if ((reasons & COMPLAINT_TIME) && (reasons & COMPLAINT_PORT))
		return COMPLAINT_CERTAIN;
	return reasons & (COMPLAINT_TIME | COMPLAINT_PORT) ? COMPLAINT_LIKELY : COMPLAINT_POSSIBLE;
}

static int
compare(const void *a, const void *b)
{
	const struct complaint_match *x = a, *y = b;

	if (x->certainty != y->certainty)
		return x->certainty > y->certainty ? -1 : 1;
	if (x->distance != y->distance)
		return x->distance < y->distance ? -1 : 1;
	if (x->start != y->start)
		return x->start > y->start ? -1 : 1;
	return strcmp(x->session, y->session);
}

int
complaint_match(struct store *s, const struct complaint_clues *clues, struct arena *arena,
	struct complaint_matches *out, struct err *err)
{
	struct matching m = { .store = s, .clues = clues, .arena = arena, .err = err };

	*out = (struct complaint_matches){ .count = 0 };
	if (by_queue_id(&m) != 0)
		return -1;
	for (size_t i = 0; i < clues->addresses_count; i++)
		if (by_address(&m, clues->addresses[i]) != 0)
			return -1;
	if (by_message_id(&m) != 0)
		return -1;
	for (size_t i = 0; i < m.found_count; i++)
		m.found[i].certainty = certainty_of(clues, &m.found[i]);
	if (m.found_count > 0)
		qsort(m.found, m.found_count, sizeof *m.found, compare);
	out->count = m.found_count < COMPLAINT_MATCHES_MAX ? m.found_count : COMPLAINT_MATCHES_MAX;
	out->more = m.more || m.found_count > out->count;
	if (out->count > 0)
		memcpy(out->items, m.found, out->count * sizeof *m.found);
	return 0;
}
