/* From what was said hour by hour to a time line: a listing begins with the first reply that names
 * the list, and ends with the first mail that a server that used the list accepts after the last
 * such reply, or when the list would have let it go by itself.
 *
 * Within the hour of that last reply the acceptances are known as their first and last time only,
 * so the end may be up to an hour late, never early. */
#include "sensor/host/facts.h"

#include <stdlib.h>
#include <string.h>

static struct listing *
open_listing(struct facts *f, const char *list)
{
	for (size_t i = f->listings_count; i-- > 0;) {
		struct listing *l = &f->listings[i];

		if (l->until == 0 && slice_eq(slice_str(l->list), slice_str(list)))
			return l;
	}
	return NULL;
}

static bool
is_public(const struct mention *m)
{
	return m->class == REPLY_LISTED && traits_is_list(m->list) &&
	       traits_of(m->list)->scope != SCOPE_OTHER;
}

static void
add_mention(struct facts *f, const struct mention *m)
{
	struct listing *l = open_listing(f, m->list);

	if (l != NULL && m->since - l->last > traits_of(m->list)->current_ns) {
		l->until = l->last + traits_of(m->list)->current_ns;
		l = NULL;
	}
	if (l == NULL) {
		l = ARENA_PUSH(f->arena, f->listings, LIMIT_REPLIES);
		if (l == NULL)
			return;
		l->list = m->list;
		l->since = m->since;
		l->reply = m->reply;
		l->server = m->server;
		l->ended_by = "";
	}
	l->last = m->last;
	l->count += m->count;
}

/* When did a server that used the list accept mail again, in this hour, after `last`?  0 = it did
 * not. */
static int64_t
accepted_after(const struct facts *f, const struct aggregate *hour, const struct listing *l)
{
	int64_t until = 0;

	for (size_t i = 0; i < f->sum->mentions.count; i++) {
		const struct mention *m = &f->sum->mentions.items[i];

		if (m->class != REPLY_LISTED || !slice_eq(slice_str(m->list), slice_str(l->list)))
			continue;
		for (size_t k = 0; k < m->servers.count; k++) {
			const struct named *accepted = names_find(
				&hour->names[NAMES_accepted_at], m->servers.items[k].text);
			int64_t time;

			if (accepted == NULL || accepted->last <= l->last ||
				m->servers.items[k].first > l->last)
				continue;
			time = accepted->first > l->last ? accepted->first : accepted->last;
			if (until == 0 || time < until)
				until = time;
		}
	}
	return until;
}

/* By first time, then name. */
static int
by_time(const void *a, const void *b)
{
	const struct listing *x = a, *y = b;

	if (x->since != y->since)
		return x->since < y->since ? -1 : 1;
	return strcmp(x->list, y->list);
}

void
listings_build(struct facts *f)
{
	for (size_t i = 0; i < f->hours_count; i++) {
		const struct aggregate *hour = f->hours[i].aggregate;

		for (size_t k = 0; k < hour->mentions.count; k++) {
			if (is_public(&hour->mentions.items[k]))
				add_mention(f, &hour->mentions.items[k]);
		}
		for (size_t k = 0; k < f->listings_count; k++) {
			struct listing *l = &f->listings[k];

			if (l->until == 0)
				l->until = accepted_after(f, hour, l);
		}
	}
	for (size_t i = 0; i < f->listings_count; i++) {
		struct listing *l = &f->listings[i];
		int64_t lapse = l->last + traits_of(l->list)->current_ns;

		if (l->until == 0 && lapse < f->now)
			l->until = lapse;
	}
	if (f->listings_count > 0)
		qsort(f->listings, f->listings_count, sizeof *f->listings, by_time);
}
