/* From what was said hour by hour to a time line: a listing begins with the first reply that names
 * the list, and ends with the first mail that a server that used the list accepts after the last
 * such reply, with a look-up that does not find the host there, or when the list lets go by its own
 * rule.  What is said after the end begins another one.
 *
 * A server may refuse one recipient by the list and accept the next: an acceptance within a minute
 * of a refusal is no end.  Of an hour the first and last times are known, so the end may be up to
 * an hour late, never early. */
#include "sensor/host/facts.h"

#include <stdlib.h>
#include <string.h>

#define SAME_MOMENT (60 * PTIME_SECOND)
#define LISTINGS_MAX LIMIT_REPLIES
#define UNNAMED "unnamed" /* a list that the reply does not name */

/* A listing while the hours go by. */
struct entry {
	struct listing l;
	enum scope scope;
	struct names servers; /* who said so */
};

struct line {
	struct entry *items;
	size_t count, cap;
};

/* ---- what a mention is about ---- */

/* What a reply speaks of: false = of nothing that has a time line. */
static bool
listing_of(const struct mention *m, enum listing_kind *kind, const char **list)
{
	const struct traits *t = traits_of(m->list);

	*list = m->list[0] != '\0' ? m->list : UNNAMED;
	if (t->scope == SCOPE_OTHER)
		return false;
	switch (m->class) {
	case REPLY_LISTED:
		/* a list that nobody knows is that server's own */
		*kind = traits_is_list(m->list) || t->scope == SCOPE_CLOSED ? LISTING_PUBLIC
									    : LISTING_REPUTATION;
		return true;
	case REPLY_PRIVATE_REPUTATION:
		*kind = LISTING_REPUTATION;
		return true;
	case REPLY_RATE_LIMITED:
		*kind = LISTING_THROTTLE;
		return true;
	default:
		return false;
	}
}

static bool
is_of(const struct mention *m, const struct listing *l)
{
	enum listing_kind kind;
	const char *list = m->list[0] != '\0' ? m->list : UNNAMED;

	/* the name first: it tells most apart, and at once */
	return strcmp(list, l->list) == 0 && listing_of(m, &kind, &list) && kind == l->kind;
}

static int64_t
current_of(const struct listing *l)
{
	return l->kind == LISTING_THROTTLE ? TRAITS_THROTTLE_CURRENT
					   : traits_of(l->list)->current_ns;
}

/* `from`: when its clock began anew for the last time. */
static void
expire(struct facts *f, struct listing *l, int64_t from)
{
	int64_t current = current_of(l);
	const char *rule =
		l->kind == LISTING_THROTTLE ? TRAITS_THROTTLE_RULE : traits_of(l->list)->rule;

	l->until = from + current;
	l->ended_by = "expired";
	if (f->quiet)
		return;
	l->ended_by = rule[0] != '\0' ? arena_printf(f->arena, "expired: %s", rule)
				      : arena_printf(f->arena, "not named for %d days",
						(int)(current / PTIME_DAY));
	if (l->ended_by[0] == '\0')
		l->ended_by = "expired"; /* the arena is full */
}

/* When most of an hour's judged mails are spam, the lists' clocks begin anew. */
static int64_t
last_bad(const struct facts *f, const struct listing *l)
{
	int64_t bad = l->last, current = current_of(l);

	for (size_t i = 0; i < f->hours_count; i++) {
		const struct aggregate *a = f->hours[i].aggregate;
		int64_t end = f->hours[i].hour + PTIME_HOUR;

		if (a->sums[SUM_mails_spam] * 2 <= a->sums[SUM_mails_judged] ||
			f->hours[i].hour > bad + current)
			continue;
		end = a->last < end ? a->last : end;
		bad = end > bad ? end : bad;
	}
	return bad;
}

/* A list that answers no more never had the host. */
static void
end_closed(struct facts *f, struct listing *l)
{
	l->until = l->last;
	l->ended_by = "closed";
	if (f->quiet)
		return;
	l->ended_by = arena_printf(f->arena, "no listing: %s was %s; who still asks it should not",
		l->list, traits_of(l->list)->removal);
	if (l->ended_by[0] == '\0')
		l->ended_by = "closed";
}

/* ---- beginning ---- */

static struct entry *
latest(struct line *line, enum listing_kind kind, const char *list)
{
	for (size_t i = line->count; i-- > 0;) {
		struct entry *e = &line->items[i];

		if (e->l.kind == kind && strcmp(e->l.list, list) == 0)
			return e;
	}
	return NULL;
}

static struct entry *
begin(struct line *line, enum listing_kind kind, const struct mention *m)
{
	struct entry *e;

	if (line->count == LISTINGS_MAX)
		return NULL;
	if (line->count == line->cap) {
		line->cap = line->cap == 0 ? 8 : line->cap * 2;
		line->items = must_realloc(line->items, line->cap * sizeof *line->items);
	}
	e = &line->items[line->count++];
	*e = (struct entry){ .l = { .kind = kind,
				     .since = m->since,
				     .last = m->last,
				     .reply = m->reply,
				     .server = m->server,
				     .ended_by = "" },
		.scope = traits_of(m->list)->scope };
	return e;
}

/* The entry that the mention goes on with; NULL = it begins one. */
static struct entry *
going_on(struct facts *f, struct entry *e, const struct mention *m)
{
	if (e == NULL)
		return NULL;
	if (e->l.until == 0 && m->since > e->l.last + current_of(&e->l) &&
		m->since > last_bad(f, &e->l) + current_of(&e->l))
		expire(f, &e->l, last_bad(f, &e->l));
	if (e->l.until == 0)
		return e;
	if (m->since > e->l.until + SAME_MOMENT)
		return NULL;
	e->l.until = 0;
	e->l.ended_by = "";
	return e;
}

static void
add_mention(struct facts *f, struct line *line, const struct mention *m)
{
	enum listing_kind kind;
	const char *list;
	struct entry *e;

	if (!listing_of(m, &kind, &list))
		return;
	e = going_on(f, latest(line, kind, list), m);
	if (e == NULL && (e = begin(line, kind, m)) == NULL)
		return;
	e->l.list = list;
	if (m->since < e->l.since) {
		e->l.since = m->since;
		e->l.reply = m->reply;
		e->l.server = m->server;
	}
	if (m->last > e->l.last)
		e->l.last = m->last;
	e->l.count = e->l.count + m->count;
	names_merge(&e->servers, &m->servers, LIMIT_HOST_NAMES);
}

/* ---- end ---- */

/* The first sign in this hour behind `last`, as far as its first and last time tell; 0 = none. */
static int64_t
sign_after(const struct named *seen, int64_t last)
{
	if (seen == NULL || seen->last <= last)
		return 0;
	return seen->first > last ? seen->first : seen->last;
}

/* The same name in another set, by its hash: each listing asks for each of its servers in each
 * hour.
 */
static const struct named *
same_in(const struct names *n, const struct named *one)
{
	size_t low = 0, high = n->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (n->items[middle].hash < one->hash)
			low = middle + 1;
		else
			high = middle;
	}
	while (low < n->count && n->items[low].hash == one->hash &&
		strcmp(n->items[low].text, one->text) != 0)
		low++;
	return low < n->count && n->items[low].hash == one->hash ? &n->items[low] : NULL;
}

/* The earliest end by a server that used the list, and which one. */
static int64_t
accepted_after(const struct facts *f, const struct aggregate *hour, const struct listing *l,
	const char **server)
{
	const struct names *accepted = &hour->names[NAMES_accepted_at];
	int64_t until = 0;

	for (size_t i = 0; accepted->count > 0 && i < f->sum->mentions.count; i++) {
		const struct mention *m = &f->sum->mentions.items[i];

		for (size_t k = 0; is_of(m, l) && k < m->servers.count; k++) {
			const struct named *uses = &m->servers.items[k];
			int64_t time = sign_after(same_in(accepted, uses), l->last + SAME_MOMENT);

			if (time == 0 || uses->first > l->last)
				continue;
			if (until == 0 || time < until ||
				(time == until && strcmp(uses->text, *server) < 0)) {
				until = time;
				*server = uses->text;
			}
		}
	}
	return until;
}

/* All of Spamhaus' lists of addresses are in ZEN. */
static bool
clears(const char *cleared, const char *list)
{
	struct slice name = slice_str(list);

	return slice_ieq(slice_str(cleared), name) ||
	       (slice_ieq(slice_str(cleared), SLICE("Spamhaus ZEN")) &&
		       slice_istarts(name, SLICE("Spamhaus")));
}

static int64_t
cleared_after(const struct aggregate *hour, const struct listing *l)
{
	const struct names *cleared = &hour->names[NAMES_cleared];
	int64_t until = 0;

	for (size_t i = 0; l->kind == LISTING_PUBLIC && i < cleared->count; i++) {
		int64_t time = clears(cleared->items[i].text, l->list)
				       ? sign_after(&cleared->items[i], l->last)
				       : 0;

		if (time != 0 && (until == 0 || time < until))
			until = time;
	}
	return until;
}

static void
end_in(struct facts *f, const struct aggregate *hour, struct listing *l)
{
	const char *server = "";
	int64_t accepted, cleared;

	if (l->until != 0)
		return;
	accepted = accepted_after(f, hour, l, &server);
	cleared = cleared_after(hour, l);
	if (cleared != 0 && (accepted == 0 || cleared < accepted)) {
		l->until = cleared;
		l->ended_by = "a look-up found it clear";
	} else if (accepted != 0) {
		l->until = accepted;
		l->ended_by =
			f->quiet ? "accepted" : arena_printf(f->arena, "accepted by %s", server);
		if (l->ended_by[0] == '\0')
			l->ended_by = "accepted";
	}
}

/* ---- what is known now ---- */

static int
by_address(const void *a, const void *b)
{
	struct addr x = { 0 }, y = { 0 };

	addr_parse(slice_str(*(const char *const *)a), &x);
	addr_parse(slice_str(*(const char *const *)b), &y);
	return addr_cmp(x, y);
}

static void
name_servers(struct facts *f, struct entry *e)
{
	for (size_t i = 0; !f->quiet && i < e->servers.count; i++) {
		const char **server = ARENA_PUSH(f->arena, e->l.servers, LIMIT_HOST_NAMES);

		if (server == NULL)
			break;
		*server = arena_string(f->arena, slice_str(e->servers.items[i].text));
	}
	if (e->l.servers_count > 1)
		qsort(e->l.servers, e->l.servers_count, sizeof *e->l.servers, by_address);
}

static void
settle(struct facts *f, struct entry *e)
{
	struct listing *l = &e->l;

	if (e->scope == SCOPE_CLOSED)
		end_closed(f, l);
	else if (l->until == 0 && last_bad(f, l) + current_of(l) < f->now)
		expire(f, l, last_bad(f, l));
	name_servers(f, e);
}

/* By first time, then name, then kind. */
static int
by_time(const void *a, const void *b)
{
	const struct listing *x = a, *y = b;
	int order = strcmp(x->list, y->list);

	if (x->since != y->since)
		return x->since < y->since ? -1 : 1;
	return order != 0 ? order : (int)x->kind - (int)y->kind;
}

static void
sort_listings(struct listing *items, size_t count)
{
	if (count > 1)
		qsort(items, count, sizeof *items, by_time);
}

/* Public lists that answer apart from all that is said besides. */
static void
share_out(struct facts *f, struct line *line)
{
	for (size_t i = 0; i < line->count; i++) {
		struct entry *e = &line->items[i];
		struct listing *l;

		settle(f, e);
		if (e->l.kind == LISTING_PUBLIC && e->scope != SCOPE_CLOSED)
			l = ARENA_PUSH(f->arena, f->listings, LISTINGS_MAX);
		else
			l = ARENA_PUSH(f->arena, f->others, LISTINGS_MAX);
		if (l != NULL)
			*l = e->l;
		names_release(&e->servers);
	}
	sort_listings(f->listings, f->listings_count);
	sort_listings(f->others, f->others_count);
}

void
listings_build(struct facts *f)
{
	struct line line = { NULL, 0, 0 };

	for (size_t i = 0; i < f->hours_count; i++) {
		const struct aggregate *hour = f->hours[i].aggregate;

		for (size_t k = 0; k < hour->mentions.count; k++)
			add_mention(f, &line, &hour->mentions.items[k]);
		for (size_t k = 0; k < line.count; k++)
			end_in(f, hour, &line.items[k].l);
	}
	share_out(f, &line);
	free(line.items);
}

static const char *
kept(const struct facts *f, const char *text)
{
	return arena_string(f->arena, slice_str(text));
}

void
listings_copy(const struct facts *f, struct host_record *out)
{
	const struct {
		const struct listing *items;
		size_t count;
	} both[] = { { f->listings, f->listings_count }, { f->others, f->others_count } };

	for (size_t i = 0; i < sizeof both / sizeof both[0]; i++) {
		for (size_t k = 0; k < both[i].count; k++) {
			struct listing *l = ARENA_PUSH(f->arena, out->listings, 2 * LISTINGS_MAX);

			if (l == NULL)
				return;
			*l = both[i].items[k];
			l->list = kept(f, l->list);
			l->reply = kept(f, l->reply);
			l->ended_by = kept(f, l->ended_by);
		}
	}
	sort_listings(out->listings, out->listings_count);
}
