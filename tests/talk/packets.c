#include "talk/packets.h"

#include <stdlib.h>
#include <string.h>

#include "sensor/base/ptime.h"

enum {
	SEGMENT = 1460,	       /* bytes; Ethernet's usual */
	MERGED = 32768,	       /* as a receiver's network card hands them over (GRO) */
	LARGE = 100 * 1000,    /* a dialogue of more bytes is captured behind such a card */
	PIECES = 64,	       /* of one turn cut into lines, */
	PIECES_OF_BYTES = 2048 /* or into bytes, at most */
};
#define SOON (100 * PTIME_US)

struct maker {
	const struct talk *talk;
	struct packets *out;
	enum packets_cut cut;
	uint32_t next[2]; /* sequence number of each side's next byte */
	bool seen[2];
	size_t largest; /* bytes of one segment */
	int64_t now;
	size_t event;
};

/* ---- packets ---- */

static struct wire_packet *
add(struct packets *p)
{
	if (p->count == p->cap) {
		p->cap = p->cap == 0 ? 128 : 2 * p->cap;
		p->list = must_realloc(p->list, p->cap * sizeof(*p->list));
	}
	return &p->list[p->count++];
}

/* `bytes` without a pointer: nobody saw them. */
static void
send(struct maker *m, enum smtp_side side, unsigned flags, struct slice bytes)
{
	enum smtp_side other = side == SMTP_CLIENT ? SMTP_SERVER : SMTP_CLIENT;
	*add(m->out) = (struct wire_packet){ .time = m->now,
		.event = m->event,
		.side = (uint8_t)side,
		.flags = (uint8_t)flags,
		.unseen = !m->seen[side] || (bytes.len > 0 && bytes.ptr == NULL),
		.seq = m->next[side],
		.ack = m->next[other],
		.bytes = bytes.ptr,
		.len = bytes.len };
	m->next[side] += (uint32_t)bytes.len + ((flags & (WIRE_SYN | WIRE_FIN)) != 0);
}

static void
acknowledge(struct maker *m, enum smtp_side side)
{
	m->now += SOON;
	send(m, side == SMTP_CLIENT ? SMTP_SERVER : SMTP_CLIENT, WIRE_ACK, SLICE_EMPTY);
}

/* ---- the parts of a stream ---- */

static void
open_stream(struct maker *m)
{
	/* The client's numbers soon pass 2^32. */
	m->next[SMTP_CLIENT] = 0xffffffd0u;
	m->next[SMTP_SERVER] = 5000;
	if (m->talk->midstream)
		return;
	send(m, SMTP_CLIENT, WIRE_SYN, SLICE_EMPTY);
	m->now += SOON;
	send(m, SMTP_SERVER, WIRE_SYN | WIRE_ACK, SLICE_EMPTY);
	m->now += SOON;
	send(m, SMTP_CLIENT, WIRE_ACK, SLICE_EMPTY);
}

static size_t
piece_of(const struct maker *m, struct slice bytes, size_t whole, bool typed)
{
	size_t at_least = 1, len = bytes.len;
	if (typed)
		return 1;
	switch (m->cut) {
	case CUT_TURNS:
		break;
	case CUT_LINES:
		len = slice_index(bytes, '\n') + 1;
		at_least = whole / PIECES;
		break;
	case CUT_BYTES:
		len = 1;
		at_least = 1 + whole / PIECES_OF_BYTES;
		break;
	}
	if (len < at_least)
		len = at_least;
	return len > m->largest ? m->largest : len;
}

static void
say(struct maker *m, const struct talk_event *e)
{
	struct slice bytes = talk_bytes(m->talk, e);
	size_t whole = bytes.len;
	while (bytes.len > 0) {
		struct slice piece = slice_take(bytes, piece_of(m, bytes, whole, e->key_ns > 0));
		bytes = slice_skip(bytes, piece.len);
		m->now += e->key_ns;
		send(m, e->side, WIRE_ACK | WIRE_PSH, piece);
	}
	acknowledge(m, e->side);
}

static void
lose(struct maker *m, const struct talk_event *e)
{
	send(m, e->side, WIRE_ACK | WIRE_PSH, slice_of(NULL, e->len));
	acknowledge(m, e->side);
}

static void
close_stream(struct maker *m)
{
	m->now = m->talk->end;
	m->event = m->talk->count;
	switch (m->talk->close) {
	case CLOSE_EOF:
	case CLOSE_TIMEOUT:
		break;
	case CLOSE_RESET:
		send(m, m->seen[SMTP_CLIENT] ? SMTP_CLIENT : SMTP_SERVER, WIRE_RST | WIRE_ACK,
			SLICE_EMPTY);
		break;
	case CLOSE_FIN:
		send(m, SMTP_CLIENT, WIRE_FIN | WIRE_ACK, SLICE_EMPTY);
		m->now += SOON;
		send(m, SMTP_SERVER, WIRE_FIN | WIRE_ACK, SLICE_EMPTY);
		acknowledge(m, SMTP_SERVER);
		break;
	}
}

void
packets_make(const struct talk *t, enum packets_cut cut, struct packets *out)
{
	struct maker m = { .talk = t,
		.out = out,
		.cut = cut,
		.seen = { talk_speaks(t, SMTP_CLIENT), talk_speaks(t, SMTP_SERVER) },
		.largest = t->bytes.len > LARGE ? MERGED : SEGMENT };
	*out = (struct packets){ NULL, 0, 0, NULL, 0 };
	m.now = t->count > 0 ? t->events[0].time - PTIME_MS : t->end;
	open_stream(&m);
	for (m.event = 0; m.event < t->count; m.event++) {
		const struct talk_event *e = &t->events[m.event];
		m.now = e->time;
		(e->kind == TALK_SAID ? say : lose)(&m, e);
	}
	close_stream(&m);
}

void
packets_free(struct packets *p)
{
	free(p->list);
	free(p->own);
	*p = (struct packets){ NULL, 0, 0, NULL, 0 };
}

/* Its bytes, each another; at the end of what is the packets' own. */
static const uint8_t *
changed(struct packets *p, const struct wire_packet *of)
{
	uint8_t *copy = p->own + p->own_len;
	for (size_t i = 0; i < of->len; i++)
		copy[i] = of->bytes[i] ^ 1;
	p->own_len += of->len;
	return copy;
}

void
packets_double_changed(struct packets *p, bool late)
{
	struct packets out = { NULL, 0, 0, NULL, 0 };
	size_t bytes = 1;
	for (size_t i = 0; i < p->count; i++)
		bytes += p->list[i].len;
	out.own = must_alloc(bytes);
	for (size_t i = 0; i < p->count; i++) {
		struct wire_packet again = p->list[i];
		*add(&out) = again;
		if (again.bytes == NULL)
			continue;
		again.bytes = changed(&out, &again);
		if (late && i + 1 < p->count)
			*add(&out) = p->list[++i];
		*add(&out) = again;
	}
	packets_free(p);
	*p = out;
}
