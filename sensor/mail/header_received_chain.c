#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/ptime.h"
#include "sensor/mail/header_received.h"

#define CLOCKS_DIFFER (60 * PTIME_SECOND) /* servers without a common clock */

/* Same name, or the one is the other's first label ("mx" and "mx.example.org"). */
static bool
same_server(struct slice a, struct slice b)
{
	struct slice longer = a.len >= b.len ? a : b, shorter = a.len >= b.len ? b : a;
	return shorter.len > 0 && slice_istarts(longer, shorter) &&
	       (longer.len == shorter.len || longer.ptr[shorter.len] == '.');
}

static bool
same_domain(struct slice a, struct slice b)
{
	for (struct slice *s = &a;; s = &b) {
		size_t dot = slice_index(*s, '.');
		struct slice after = slice_skip(*s, dot + 1);
		if (slice_index(after, '.') < after.len)
			*s = after;
		if (s == &b)
			break;
	}
	return a.len > 0 && slice_ieq(a, b);
}

/* The client of the newer field is the server of the older one: by name, address or domain. */
static bool
fits(const struct received_field *newer, const struct received_field *older)
{
	if (newer->kind != RECEIVED_RELAY || older->by.len == 0)
		return true;
	if (older->by_ip.len > 0 && slice_ieq(older->by_ip, newer->ip))
		return true;
	return same_server(newer->helo, older->by) || same_server(newer->rdns, older->by) ||
	       same_domain(newer->helo, older->by) || same_domain(newer->rdns, older->by);
}

static bool
is_local(const struct received_field *f)
{
	return f->kind != RECEIVED_RELAY || slice_starts(f->ip, SLICE("127.")) ||
	       slice_eq(f->ip, SLICE("::1"));
}

static void
times_compare(struct received_chain *c)
{
	int64_t newest = 0, oldest = 0, before = 0; /* before: of the next newer field */
	for (size_t i = 0; i < c->fields_count; i++) {
		int64_t time = c->fields[i].time;
		if (time == 0)
			continue;
		if (before > 0 && time - before > CLOCKS_DIFFER) {
			c->backwards++;
			c->back_most = time - before > c->back_most ? time - before : c->back_most;
		}
		newest = newest == 0 ? time : newest;
		before = oldest = time;
	}
	c->duration = newest - oldest;
}

/* A server that was left for another one, and comes again. */
static bool
comes_again(const struct received_chain *c, size_t i)
{
	struct slice by = c->fields[i].by;
	bool left = false;
	for (size_t k = i + 1; by.len > 0 && k < c->fields_count; k++) {
		bool same = slice_ieq(c->fields[k].by, by);
		if (same && left)
			return true;
		left = left || (!same && c->fields[k].by.len > 0 && !is_local(&c->fields[k]));
	}
	return false;
}

static void
servers_compare(struct received_chain *c)
{
	for (size_t i = 0; i < c->fields_count; i++) {
		const struct received_field *f = &c->fields[i];
		c->unreadable += f->kind == RECEIVED_UNREADABLE;
		c->loops += comes_again(c, i);
		if (i + 1 == c->fields_count)
			break;
		const struct received_field *older = &c->fields[i + 1];
		c->same_by += f->by.len > 0 && slice_ieq(f->by, older->by);
		c->gaps += !is_local(f) && !fits(f, older);
	}
}

void
received_chain_read(const struct message *m, struct arena *arena, struct received_chain *out)
{
	const struct header_field *f;
	*out = (struct received_chain){ 0 };
	for (size_t i = 0; i < m->fields_count; i++) {
		f = &m->fields[i];
		if (!slice_ieq(f->name, SLICE("Received")))
			continue;
		struct received_field *r = ARENA_PUSH(arena, out->fields, LIMIT_RECEIVED);
		if (r == NULL)
			break;
		header_received_field(f->value, arena, r);
	}
	times_compare(out);
	servers_compare(out);
}
