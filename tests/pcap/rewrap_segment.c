/* Treatments of segments: cut into pieces, joined, sent again. */
#include "rewrap.h"

#include <stdlib.h>
#include <string.h>

/* Every segment goes through `each`, which appends what it becomes. */
static void
rebuild(struct trace *t, void (*each)(struct trace *, const struct pkt *, void *), void *ctx)
{
	struct pkt *old = t->list;
	size_t count = t->count;

	t->list = NULL;
	t->count = t->cap = 0;
	for (size_t i = 0; i < count; i++)
		each(t, &old[i], ctx);
	free(old);
}

/* ---- split=N: pieces of N bytes ---- */

static void
split_one(struct trace *t, const struct pkt *p, void *ctx)
{
	size_t n = *(const uint32_t *)ctx;
	struct tcp v;

	if (!tcp_view(p, &v) || v.payload.len <= n || v.flags & SYN) {
		trace_add(t, p);
		return;
	}
	struct slice rest = v.payload;
	uint8_t flags = v.flags;
	while (rest.len > 0) {
		bool last = rest.len <= n;
		v.payload = (struct slice){ rest.ptr, last ? rest.len : n };
		v.flags = last ? flags : flags & (uint8_t) ~(FIN | PSH);
		struct pkt piece = tcp_make(t, p, &v);
		trace_add(t, &piece);
		v.seq += (uint32_t)v.payload.len;
		rest.ptr += v.payload.len;
		rest.len -= v.payload.len;
	}
}

int
treat_split(struct trace *t, const struct args *a)
{
	uint32_t n;

	if (number(t, a->text[0], "split", 1, 65535, &n) < 0)
		return -1;
	rebuild(t, split_one, &n);
	return 0;
}

/* ---- coalesce=BYTES: what GRO makes of segments that follow each other ---- */

/* Whether b goes on where a ends, without anything that a's receiver said in between. */
static bool
follows(const struct trace *t, size_t a, size_t b, uint32_t sum, uint32_t most)
{
	const struct pkt *p = &t->list[a], *q = &t->list[b];

	return q->segment && !q->lost && q->dir == p->dir && q->payload > 0 &&
	       q->seq == p->seq + sum && q->ack == p->ack && sum + q->payload <= most &&
	       !(q->flags & (SYN | RST));
}

static void
join(struct trace *t, size_t at, uint32_t most)
{
	struct pkt *p = &t->list[at];
	struct tcp first, next;
	uint32_t sum = p->payload;
	uint8_t *bytes = NULL;

	if (p->stream < 0 || p->lost || p->payload == 0 || p->flags & (SYN | FIN | RST) ||
		!tcp_view(p, &first))
		return;
	for (size_t i = at + 1; i < t->count && i < at + 200; i++) {
		struct pkt *q = &t->list[i];
		if (q->stream != p->stream || q->gone)
			continue;
		if (!follows(t, at, i, sum, most) || !tcp_view(q, &next))
			break;
		if (bytes == NULL) {
			bytes = take(most);
			memcpy(bytes, first.payload.ptr, first.payload.len);
		}
		memcpy(bytes + sum, next.payload.ptr, next.payload.len);
		sum += q->payload;
		first.flags |= next.flags;
		q->gone = true;
		if (q->flags & FIN)
			break;
	}
	if (bytes == NULL)
		return;
	first.payload = (struct slice){ bytes, sum };
	t->list[at] = tcp_make(t, p, &first);
}

int
treat_coalesce(struct trace *t, const struct args *a)
{
	uint32_t most;

	if (number(t, a->text[0], "coalesce", 1, 65000, &most) < 0)
		return -1;
	for (size_t i = 0; i < t->count; i++)
		if (!t->list[i].gone)
			join(t, i, most);
	trace_compact(t);
	return 0;
}

/* ---- retransmit=N|all[:HOW[:LATER]] ---- */

enum { RT_SAME, RT_OVERLAP, RT_OLD, RT_DIFFERENT, RT_EARLY };

struct again {
	uint8_t *chosen; /* by place in the old list */
	size_t at;
	int how;
	uint32_t later;
	struct pkt *waiting; /* copies, and how many packets they still wait for */
	uint32_t *left;
	size_t waiting_count;
	int64_t last;	      /* time of the packet before */
	struct pkt *previous; /* of each direction of each stream: the last data packet */
};

/* The last half of what was sent before, and the first half of this one. */
static bool
overlap(struct trace *t, const struct pkt *before_it, const struct pkt *p, struct pkt *out)
{
	struct tcp a, b;

	if (!tcp_view(before_it, &a) || !tcp_view(p, &b) ||
		a.seq + (uint32_t)a.payload.len != b.seq)
		return false;
	size_t old = (a.payload.len + 1) / 2, fresh = b.payload.len / 2;
	uint8_t *bytes = take(old + fresh + 1);
	memcpy(bytes, a.payload.ptr + a.payload.len - old, old);
	memcpy(bytes + old, b.payload.ptr, fresh);
	b.seq -= (uint32_t)old;
	b.payload = (struct slice){ bytes, old + fresh };
	b.flags &= (uint8_t)~FIN;
	*out = tcp_make(t, p, &b);
	return true;
}

/* A copy, with other letters if so wanted. */
static bool
copy_of(struct trace *t, const struct pkt *p, bool other, struct pkt *out)
{
	struct tcp v;

	if (!tcp_view(p, &v))
		return false;
	if (other) {
		uint8_t *bytes = take(v.payload.len);
		for (size_t i = 0; i < v.payload.len; i++)
			bytes[i] = v.payload.ptr[i] >= ' ' ? 'Z' : v.payload.ptr[i];
		v.payload.ptr = bytes;
	}
	*out = tcp_make(t, p, &v);
	return true;
}

/* Copies whose time has come.  Those that must come after an acknowledgement wait for it. */
static void
release(struct trace *t, struct again *g, const struct pkt *now)
{
	size_t kept = 0;

	for (size_t i = 0; i < g->waiting_count; i++) {
		struct pkt c = g->waiting[i];
		uint32_t left = g->left[i];
		bool acked = now->stream == c.stream && now->dir != c.dir && now->flags & ACK &&
			     !before(now->ack, c.seq + c.payload);
		bool pause = now->time - c.time > PAUSE;
		if (pause && g->how == RT_DIFFERENT)
			continue;
		if (g->how == RT_DIFFERENT ? acked : left == 0 || pause) {
			c.time = pause ? c.time : now->time;
			trace_add(t, &c);
			continue;
		}
		g->waiting[kept] = c;
		g->left[kept++] = left - (left > 0);
	}
	g->waiting_count = kept;
}

static void
again_one(struct trace *t, const struct pkt *p, void *ctx)
{
	struct again *g = ctx;
	struct pkt copy;
	bool chosen = g->chosen[g->at++] && p->payload > 0 && !p->lost;
	struct pkt *previous = p->stream < 0 ? NULL : &g->previous[2 * p->stream + p->dir];
	bool have = false;

	if (chosen && (g->how == RT_OVERLAP || g->how == RT_OLD))
		have = overlap(t, previous, p, &copy);
	else if (chosen)
		have = copy_of(t, p, g->how == RT_DIFFERENT || g->how == RT_EARLY, &copy);
	if (have && g->how == RT_OVERLAP)
		trace_add(t, &copy);
	if (g->last > 0 && p->time - g->last > PAUSE)
		release(t, g, p);
	g->last = p->time;
	trace_add(t, p);
	release(t, g, p);
	if (have && g->how == RT_EARLY)
		trace_add(t, &copy);
	if (have && g->how != RT_OVERLAP && g->how != RT_EARLY) {
		g->waiting[g->waiting_count] = copy;
		g->left[g->waiting_count++] = g->later;
	}
	if (previous != NULL && p->payload > 0)
		*previous = *p;
}

int
treat_retransmit(struct trace *t, const struct args *a)
{
	static const char *const words[] = { "same", "overlap", "old", "different", "early", NULL };
	struct again g = { .later = 3 };
	bool all = a->text[0] && strcmp(a->text[0], "all") == 0;
	uint32_t percent = 100;

	if ((!all && number(t, a->text[0], "retransmit", 1, 100, &percent) < 0) ||
		(a->text[1] && word_of(t, a->text[1], words, &g.how) < 0) ||
		(a->text[2] && number(t, a->text[2], "retransmit", 0, 1000, &g.later) < 0))
		return -1;
	size_t count = t->count;
	g.chosen = calloc(count + 1, 1);
	g.waiting = calloc(count + 1, sizeof *g.waiting);
	g.left = calloc(count + 1, sizeof *g.left);
	g.previous = calloc(2 * t->streams_count + 1, sizeof *g.previous);
	if (g.chosen == NULL || g.waiting == NULL || g.left == NULL || g.previous == NULL)
		exit(3);
	for (size_t i = 0; i < count; i++)
		g.chosen[i] = chance(t, 100) < percent;
	rebuild(t, again_one, &g);
	free(g.chosen);
	free(g.waiting);
	free(g.left);
	free(g.previous);
	return 0;
}

/* ---- keepalive=0|1: RFC 9293 3.8.4, with or without one old byte ---- */

static void
keepalive_one(struct trace *t, const struct pkt *p, void *ctx)
{
	struct tcp v;
	bool data = tcp_view(p, &v) && v.payload.len > 0 && !(v.flags & (SYN | FIN | RST));

	trace_add(t, p);
	if (!data || p->lost)
		return;
	v.seq += (uint32_t)v.payload.len - 1;
	v.payload = (struct slice){ v.payload.ptr + v.payload.len - 1, *(const uint32_t *)ctx };
	v.flags = ACK;
	struct pkt probe = tcp_make(t, p, &v);
	trace_add(t, &probe);
}

int
treat_keepalive(struct trace *t, const struct args *a)
{
	uint32_t n;

	if (number(t, a->text[0], "keepalive", 0, 1, &n) < 0)
		return -1;
	rebuild(t, keepalive_one, &n);
	return 0;
}

/* ---- probe: the window is closed, one byte tries it, it opens (RFC 9293 3.8.6.1) ---- */

static void
probe_one(struct trace *t, const struct pkt *p, void *ctx)
{
	struct pkt *last = ctx;
	struct tcp v, w;
	struct pkt *other = p->stream < 0 ? NULL : &last[2 * p->stream + 1 - p->dir];

	if (p->payload > 1 && other != NULL && other->data != NULL && !p->lost &&
		!(p->flags & SYN) && tcp_view(p, &v) && tcp_view(other, &w)) {
		w.seq = p->ack; /* it has sent up to there */
		w.ack = p->seq;
		w.window = 0;
		w.flags = ACK;
		w.payload.len = 0;
		struct pkt closed = tcp_make(t, other, &w);
		closed.time = p->time;
		trace_add(t, &closed);
		v.payload.len = 1;
		v.flags = ACK;
		struct pkt probe = tcp_make(t, p, &v);
		trace_add(t, &probe);
	}
	trace_add(t, p);
	if (other != NULL && !(p->flags & (SYN | RST)))
		last[2 * p->stream + p->dir] = *p;
}

int
treat_probe(struct trace *t, const struct args *a)
{
	struct pkt *last = calloc(2 * t->streams_count + 1, sizeof *last);

	(void)a;
	if (last == NULL)
		exit(3);
	rebuild(t, probe_one, last);
	free(last);
	return 0;
}

/* ---- fin-merge: the FIN rides on the last data ---- */

int
treat_fin_merge(struct trace *t, const struct args *a)
{
	size_t *last = calloc(2 * t->streams_count + 1, sizeof *last);
	struct tcp v;

	(void)a;
	if (last == NULL)
		exit(3);
	for (size_t i = 0; i < t->count; i++) {
		struct pkt *p = &t->list[i];
		if (p->stream < 0 || p->lost)
			continue;
		size_t *at = &last[2 * p->stream + p->dir];
		struct pkt *data = &t->list[*at];
		if (p->payload > 0)
			*at = i;
		else if (p->flags & FIN && data->stream == p->stream && data->dir == p->dir &&
			 data->payload > 0 && data->seq + data->payload == p->seq &&
			 tcp_view(data, &v)) {
			v.flags |= FIN | PSH;
			*data = tcp_make(t, data, &v);
			p->gone = true;
		}
	}
	free(last);
	trace_compact(t);
	return 0;
}
