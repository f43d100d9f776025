/* What nobody could have seen: of each direction of each stream, the bytes that were on the wire
 * and in no packet that was delivered, whole.
 *
 * A listener knows where a direction begins from its SYN, or from the other side's SYN-ACK; else
 * from the first packet with data of either side (its sequence number, or its acknowledgement).
 * What lies before is "before", not a gap.  It knows that bytes were sent if something later came,
 * or was acknowledged; what lies behind the last of that is "after".  A direction of which not one
 * packet came is "unseen". */
#include "rewrap.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct range {
	uint32_t start,
		end; /* offsets from the base; they may lie before it by a keep-alive's byte */
	int64_t time;
	bool lost;
};

struct half {
	struct range *list;
	size_t count, cap;
	bool any;	  /* a packet of it came */
	bool start_known; /* from here on all counts: */
	uint32_t start;
	uint32_t end; /* of what is known to have been sent */
};

static void
range_add(struct half *h, const struct range *r)
{
	if (h->count == h->cap) {
		h->cap = h->cap ? h->cap * 2 : 16;
		h->list = realloc(h->list, h->cap * sizeof *h->list);
		if (h->list == NULL)
			exit(3);
	}
	h->list[h->count++] = *r;
}

static int
by_start(const void *a, const void *b)
{
	const struct range *x = a, *y = b;
	int32_t d = (int32_t)(x->start - y->start);

	if (d == 0)
		d = (int32_t)(x->end - y->end);
	if (d == 0)
		return x->time < y->time ? -1 : x->time > y->time;
	return d < 0 ? -1 : 1;
}

/* By number of a fragment: whether it came, in one copy at least. */
static uint8_t *
pieces_here(const struct trace *t)
{
	uint8_t *here = calloc(t->pieces + 2, 1);

	if (here == NULL)
		exit(3);
	for (size_t i = 0; i < t->count; i++)
		if (!t->list[i].lost)
			here[t->list[i].piece] = 1;
	return here;
}

/* Of a datagram in pieces all must have come. */
static bool
is_lost(const struct pkt *p, const uint8_t *here)
{
	for (uint32_t i = 0; i < p->pieces; i++)
		if (!here[p->piece_first + i])
			return true;
	return p->lost;
}

/* How much of the payload stands in the file. */
static uint32_t
delivered(const struct pkt *p, bool lost)
{
	if (lost)
		return 0;
	if (p->payload_at == 0 || p->len == p->wire)
		return p->payload;
	uint32_t here = p->len > p->payload_at ? p->len - p->payload_at : 0;
	return here < p->payload ? here : p->payload;
}

/* A bare acknowledgement begins nothing; the data that follows does. */
static void
learn(const struct stream *s, struct half *halves, const struct pkt *p)
{
	struct half *own = &halves[p->dir], *other = &halves[1 - p->dir];

	own->any = true;
	if (p->flags & SYN) {
		own->start_known = true;
		own->start = 0;
		if (p->flags & ACK) {
			other->start_known = true;
			other->start = 0;
		}
	} else if (p->payload > 0 || p->flags & FIN) {
		if (!own->start_known)
			own->start = p->seq - s->base[p->dir];
		if (!other->start_known)
			other->start = p->ack - s->base[1 - p->dir];
		own->start_known = other->start_known = true;
	}
	uint32_t end = p->seq + p->payload - s->base[p->dir];
	if (before(own->end, end))
		own->end = end;
	end = p->ack - s->base[1 - p->dir];
	if (p->flags & ACK && before(other->end, end))
		other->end = end;
}

static void
collect(const struct trace *t, struct half *halves)
{
	uint8_t *pieces = pieces_here(t);

	for (size_t i = 0; i < t->count; i++) {
		const struct pkt *p = &t->list[i];
		if (p->stream < 0 || p->gone)
			continue;
		const struct stream *s = &t->streams[p->stream];
		struct half *h = &halves[2 * p->stream];
		bool lost = is_lost(p, pieces);
		uint32_t from = p->seq - s->base[p->dir], here = delivered(p, lost);
		if (here > 0)
			range_add(&h[p->dir], &(struct range){ from, from + here, p->came, false });
		if (here < p->payload)
			range_add(&h[p->dir],
				&(struct range){ from + here, from + p->payload, p->came, true });
		if (!lost && !p->headless)
			learn(s, h, p);
	}
	free(pieces);
}

static void
print_end(FILE *f, uint8_t family, const struct end *e)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(family == 4 ? AF_INET : AF_INET6, e->addr, text, sizeof text);
	fprintf(f, "%s %u\t", text, e->port);
}

static void
print(const struct trace *t, FILE *f, size_t at, const struct half *h, const struct range *r)
{
	const struct stream *s = &t->streams[at / 2];
	const char *kind = "gap";

	if (!h->any)
		kind = "unseen";
	else if (!h->start_known || before(r->start, h->start))
		kind = "before";
	else if (!before(r->start, h->end))
		kind = "after";
	fprintf(f, "%s\t%zu\t", kind, at / 2);
	print_end(f, s->family, &s->end[CLIENT]);
	print_end(f, s->family, &s->end[SERVER]);
	fprintf(f, "%s\t%d\t%u\t%lld\n", at % 2 == CLIENT ? "client" : "server", (int32_t)r->start,
		r->end - r->start, (long long)r->time);
}

/* Ranges are sorted by start.  Of the lost ones, what no delivered one covers, once. */
static void
print_half(const struct trace *t, FILE *f, size_t at, struct half *h)
{
	qsort(h->list, h->count, sizeof *h->list, by_start);
	uint32_t done = (uint32_t)-1000000000; /* everything before is told or delivered */
	for (size_t i = 0; i < h->count; i++) {
		struct range r = h->list[i];
		if (!r.lost) {
			continue;
		}
		if (before(r.start, done))
			r.start = done;
		/* Delivered ranges eat it from the front, or end the piece that is told. */
		for (size_t k = 0; k < h->count && before(r.start, r.end); k++) {
			const struct range *d = &h->list[k];
			if (d->lost || !before(r.start, d->end))
				continue;
			if (!before(d->start, r.end))
				break;
			if (before(r.start, d->start)) {
				struct range piece = r;
				piece.end = d->start;
				print(t, f, at, h, &piece);
			}
			r.start = d->end;
		}
		if (before(r.start, r.end))
			print(t, f, at, h, &r);
		if (before(done, h->list[i].end))
			done = h->list[i].end;
	}
}

static void
print_stream(const struct trace *t, FILE *f, size_t i, struct half *halves)
{
	for (size_t d = 0; d < 2; d++) {
		struct half *h = &halves[2 * i + d];
		print_half(t, f, 2 * i + d, h);
		free(h->list);
	}
}

int
lost_write(struct trace *t, const char *path)
{
	struct half *halves = calloc(2 * t->streams_count + 1, sizeof *halves);
	FILE *f = fopen(path, "w");

	if (halves == NULL)
		exit(3);
	if (f == NULL) {
		free(halves);
		return refuse(t, "%s: cannot be written", path);
	}
	collect(t, halves);
	for (size_t i = 0; i < t->streams_count; i++)
		print_stream(t, f, i, halves);
	free(halves);
	bool bad = ferror(f) != 0;
	if (fclose(f) != 0 || bad)
		return refuse(t, "%s: cannot be written: is the disk full?", path);
	return 0;
}
