#include "sensor/stream/prospect.h"

#include <string.h>

#include "sensor/base/ptime.h"
#include "sensor/limits.h"
#include "sensor/stream/begin.h"
#include "sensor/stream/held.h"
#include "sensor/stream/opening.h"

#define REMEMBERED (60 * PTIME_SECOND)

enum {
	ROW = 4,	   /* places that a hash may have */
	SEGMENTS_MAX = 64, /* of one stream that are kept until it is judged */
	PORTS = 65536,
};

/* Of one stream: where its sides begin.  By enum side. */
struct handshake {
	uint64_t hash; /* of the flow key; 0 = free place */
	int64_t time;  /* of the SYN, or of a SYN-ACK without one */
	uint32_t base[2], stamp[2];
	bool known[2]; /* base */
	bool seen[2];  /* its SYN: stamp and scale are valid */
	bool stamped[2];
	int8_t scale[2];
	bool client_is_low;
};

struct prospects {
	uint8_t ports[PORTS / 8]; /* a bit for each port with streams of ours */
	uint32_t streams[PORTS];  /* how many */
	size_t undecided;
	uint64_t rows;
	struct handshake places[];
};

struct prospects *
prospects_new(int streams)
{
	int places = streams < LIMIT_HANDSHAKES ? streams : LIMIT_HANDSHAKES;
	uint64_t rows = (uint64_t)(places < ROW ? ROW : places) / ROW;
	size_t size = sizeof(struct prospects) + rows * ROW * sizeof(struct handshake);
	struct prospects *p = must_alloc(size);

	memset(p, 0, size);
	p->rows = rows;
	return p;
}

void
prospects_free(struct prospects *p)
{
	free(p);
}

/* ---- handshakes ---- */

static struct handshake *
row_of(struct prospects *p, uint64_t hash)
{
	return &p->places[(hash >> 32) % p->rows * ROW];
}

static struct handshake *
handshake_find(struct prospects *p, uint64_t hash, int64_t now)
{
	struct handshake *row = row_of(p, hash);

	for (int i = 0; i < ROW; i++)
		if (row[i].hash == hash && now - row[i].time <= REMEMBERED)
			return &row[i];
	return NULL;
}

/* A SYN that nobody answers is worth less than one that somebody has. */
static int64_t
worth(const struct handshake *h)
{
	return h->time + (h->known[SIDE_SERVER] ? REMEMBERED : 0);
}

static struct handshake *
handshake_place(struct prospects *p, uint64_t hash)
{
	struct handshake *row = row_of(p, hash), *least = row;

	for (int i = 0; i < ROW; i++) {
		if (row[i].hash == hash)
			return &row[i];
		if (worth(&row[i]) < worth(least))
			least = &row[i];
	}
	return least;
}

static void
handshake_note(struct stream_table *t, const struct packet *p, uint64_t hash, bool src_is_low)
{
	bool answer = p->flags & PACKET_ACK;
	enum side from = answer ? SIDE_SERVER : SIDE_CLIENT;
	struct handshake *h = handshake_place(t->prospects, hash);
	uint32_t client_base = answer ? p->ack : p->seq + 1;
	bool other = h->hash != hash || t->now - h->time > REMEMBERED ||
		     h->client_is_low != (src_is_low == (from == SIDE_CLIENT)) ||
		     (h->known[SIDE_CLIENT] && h->base[SIDE_CLIENT] != client_base);

	if (other) {
		memset(h, 0, sizeof *h);
		h->hash = hash;
		h->time = t->now;
		h->client_is_low = src_is_low == (from == SIDE_CLIENT);
	}
	h->base[SIDE_CLIENT] = client_base;
	h->base[from] = answer ? p->seq + 1 : client_base;
	h->known[SIDE_CLIENT] = h->known[from] = true;
	h->seen[from] = true;
	h->stamped[from] = p->timestamped;
	h->stamp[from] = p->timestamp;
	h->scale[from] = p->window_scale;
}

static void
take_handshake(struct flow *f, const struct handshake *h)
{
	f->syn_seen = true;
	f->info.start = h->time;
	for (int s = 0; s < 2; s++) {
		struct half *half = &f->half[s];
		if (h->known[s])
			begin_base(f, (enum side)s, h->base[s]);
		if (!h->seen[s])
			continue;
		half->seen = true;
		half->window_scale = h->scale[s];
		half->stamped = h->stamped[s];
		half->newest_stamp = h->stamp[s];
	}
}

/* ---- which packets ---- */

bool
prospect_has_port(const struct stream_table *t, const struct packet *p)
{
	const uint8_t *ports = t->prospects->ports;
	unsigned src = p->src.port, dst = p->dst.port;

	return ((ports[src / 8] >> src % 8) | (ports[dst / 8] >> dst % 8)) & 1;
}

static bool
carries_words(const struct packet *p)
{
	return p->payload.len > 0 &&
	       (p->flags & (PACKET_ACK | PACKET_SYN | PACKET_RST)) == PACKET_ACK;
}

bool
prospect_concerns(const struct stream_table *t, const struct packet *p)
{
	if (t->prospects == NULL)
		return false;
	return prospect_has_port(t, p) || p->flags & PACKET_SYN ||
	       (carries_words(p) && opening_look(p->payload) != OPENING_NOBODY);
}

/* Who sent it?  The handshake says it; without one, the words.  False: these cannot be the first
 * words of an SMTP stream. */
static bool
first_words(const struct packet *p, const struct handshake *h, bool src_is_low, enum side *from)
{
	enum opening_sender sender = opening_look(p->payload);

	if (h == NULL) {
		*from = sender == OPENING_CLIENT ? SIDE_CLIENT : SIDE_SERVER;
		return sender == OPENING_CLIENT || sender == OPENING_SERVER;
	}
	*from = src_is_low == h->client_is_low ? SIDE_CLIENT : SIDE_SERVER;
	uint32_t after = h->known[*from] ? p->seq - h->base[*from] : 0;
	switch (sender) {
	case OPENING_NOBODY:
		return false;
	case OPENING_CLIENT: /* may have said more before, which was lost */
		return *from == SIDE_CLIENT;
	case OPENING_SERVER: /* greets at once */
		return *from == SIDE_SERVER && after == 0;
	case OPENING_REPLY:
		return *from == SIDE_SERVER && after > 0 && after < OPENING_WORDS;
	case OPENING_ANYBODY:
		return h->known[*from] && after == 0;
	}
	return false;
}

static void
port_change(struct prospects *p, uint16_t port, int by)
{
	uint8_t bit = (uint8_t)(1u << port % 8);

	p->streams[port] += (uint32_t)by;
	if (p->streams[port] > 0)
		p->ports[port / 8] |= bit;
	else
		p->ports[port / 8] &= (uint8_t)~bit;
}

static void
drop(struct stream_table *t, struct flow *f)
{
	t->prospects->undecided--;
	stream_table_move(t, f, FLOW_CLOSED);
}

struct flow *
prospect_add(struct stream_table *t, const struct packet *p, const struct flow_key *key,
	uint64_t hash, bool src_is_low)
{
	struct flow_start start = { .key = key,
		.hash = hash,
		.src_is_low = src_is_low,
		.elsewhere = true,
		.state = FLOW_PROSPECT };

	if (p->flags & PACKET_SYN && !stream_table_is_late(t, p, hash, src_is_low))
		handshake_note(t, p, hash, src_is_low);
	if (!carries_words(p))
		return NULL;
	const struct handshake *h = handshake_find(t->prospects, hash, t->now);
	if (!first_words(p, h, src_is_low, &start.from))
		return NULL;
	if (t->prospects->undecided >= LIMIT_PROSPECTS) {
		COUNT(t->counters, prospects_evicted);
		drop(t, t->lists[FLOW_PROSPECT].first);
	}
	struct flow *f = stream_table_add(t, p, &start);
	if (f == NULL)
		return NULL;
	t->prospects->undecided++;
	port_change(t->prospects, f->elsewhere, 1);
	if (h != NULL)
		take_handshake(f, h);
	return f;
}

void
prospect_forget(struct stream_table *t, const struct flow *f)
{
	if (f->state == FLOW_PROSPECT)
		t->prospects->undecided--;
	port_change(t->prospects, f->elsewhere, -1);
}

/* ---- what is kept, and what it says ---- */

/* The segment of a side that has the byte at seq. */
static const struct segment *
segment_at(const struct flow *f, enum side from, uint32_t seq)
{
	for (const struct held_packet *h = f->held.first; h != NULL; h = h->next) {
		const struct segment *s = &h->segment;
		if (s->from == from && seq - s->seq < s->payload.len)
			return s;
	}
	return NULL;
}

/* The first words of a side, as far as nothing is missing; from the earliest segment on, where
 * nobody knows where it begins. */
static struct slice
words_of(const struct flow *f, enum side from, uint8_t out[OPENING_WORDS])
{
	const struct segment *first = NULL, *s;
	size_t len = 0;

	for (const struct held_packet *h = f->held.first; h != NULL; h = h->next)
		if (h->segment.from == from && h->segment.payload.len > 0 &&
			(first == NULL || seq_before(h->segment.seq, first->seq)))
			first = &h->segment;
	if (first == NULL)
		return SLICE_EMPTY;
	if (f->half[from].base_sure && f->half[from].base != first->seq &&
		!(from == SIDE_CLIENT && opening_is_command(first->payload)))
		return SLICE_EMPTY;
	while (len < OPENING_WORDS &&
		(s = segment_at(f, from, first->seq + (uint32_t)len)) != NULL) {
		struct slice more = slice_skip(s->payload, first->seq + (uint32_t)len - s->seq);
		more = slice_take(more, OPENING_WORDS - len);
		memcpy(out + len, more.ptr, more.len);
		len += more.len;
	}
	return slice_of(out, len);
}

static size_t
bytes_kept(const struct flow *f)
{
	size_t sum = 0;

	for (const struct held_packet *h = f->held.first; h != NULL; h = h->next)
		sum += h->segment.payload.len;
	return sum;
}

static void
judge(struct stream_table *t, struct flow *f)
{
	uint8_t client[OPENING_WORDS], server[OPENING_WORDS];

	switch (opening_judge(
		words_of(f, SIDE_CLIENT, client), words_of(f, SIDE_SERVER, server), &t->config)) {
	case OPENING_OTHER:
		drop(t, f);
		break;
	case OPENING_OPEN:
		if (f->held.count >= SEGMENTS_MAX || bytes_kept(f) >= LIMIT_PROSPECT_BYTES ||
			t->queued > LIMIT_QUEUED_ALL)
			drop(t, f);
		break;
	case OPENING_SMTP:
		COUNT(t->counters, streams_found);
		t->prospects->undecided--;
		begin_kept(t, f);
		break;
	}
}

/* The SYNs may come after the first words. */
static void
take_syn(struct stream_table *t, struct flow *f, enum side from, const struct packet *p)
{
	handshake_note(t, p, f->hash, (from == SIDE_CLIENT) == f->client_is_low);
	const struct handshake *h = handshake_find(t->prospects, f->hash, t->now);
	const struct half *client = &f->half[SIDE_CLIENT];
	bool other = client->base_sure && client->base != h->base[SIDE_CLIENT];

	if (h->client_is_low != f->client_is_low || other)
		drop(t, f);
	else
		take_handshake(f, h);
}

void
prospect_packet(struct stream_table *t, struct flow *f, enum side from, const struct packet *p)
{
	struct segment s = segment_of(p, from);

	if (p->flags & PACKET_SYN) {
		take_syn(t, f, from, p);
		return;
	}
	if (p->flags & PACKET_RST) {
		drop(t, f);
		return;
	}
	f->half[from].seen = true;
	if (packet_end(p) == p->seq)
		return;
	held_add(t, &f->held, &s);
	judge(t, f);
}
