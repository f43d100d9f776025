/* The adapter: decides what libnids is shown, and when.  The rules, each for one thing that a
 * mirror port does:
 *
 * 1. libnids sees a stream only when its first byte of data comes: handshakes alone cost it
 * nothing.
 * 2. A packet with data waits until what it acknowledges was delivered (held packets), so a reply
 * never comes before its command.
 * 3. A hole that the receiver has acknowledged will not be filled by the sender: after a while it
 * is declared a gap and filled. A hole that was not acknowledged will be: the sender must send
 * again.
 * 4. Whatever waits, waits at most until the stream's end. */
#include "sensor/stream/stream.h"

#include <string.h>

#include "sensor/base/ptime.h"
#include "sensor/limits.h"
#include "sensor/stream/alias.h"
#include "sensor/stream/services.h"
#include "sensor/stream/stream_nids.h"
#include "sensor/stream/stream_table.h"

/* How long something waits.  A mirror reorders within milliseconds; 4 packets of the stream proved
 * too few and 8 left streams open, so time decides, and packets only when many have gone by. */
#define WAIT_HOLE (500 * PTIME_MS)
enum {
	WAIT_SILENT =
		3, /* further waits, where only an acknowledgement says that bytes were sent */
	WAIT_PACKETS =
		64, /* packets of the stream that end a wait early, where later bytes are here */
};

/* ---- delivery ---- */

static void
on_bytes(void *ctx, struct flow *f, enum side from, struct slice bytes)
{
	struct stream_table *t = ctx;
	struct half *h = &f->half[from];

	if (seq_before(h->next, h->gap_end)) {
		uint32_t left = h->gap_end - h->next;
		uint32_t part = bytes.len < left ? (uint32_t)bytes.len : left;
		h->next += part;
		h->gap_bytes += part;
		if (h->next == h->gap_end) {
			t->handler.gap(t->handler.ctx, f->user, from, h->gap_bytes, t->now);
			h->gap_bytes = 0;
		}
		bytes = slice_skip(bytes, part);
	}
	if (bytes.len == 0)
		return;
	h->next += (uint32_t)bytes.len;
	COUNT_BY(t->counters, stream_bytes, bytes.len);
	t->handler.data(t->handler.ctx, f->user, from, bytes, t->now);
}

static void
on_closed(void *ctx, struct flow *f, enum close_reason why)
{
	(void)ctx;
	f->why = why;
}

/* After libnids was fed: what is now behind us? */
static void
half_settle(struct stream_table *t, struct half *h)
{
	if (h->fin_known && !h->fin_done && h->next == h->fin_seq) {
		h->fin_done = true;
		h->next++;
	}
	h->gap_end = h->next;
	if (h->ahead.count == 0)
		return;
	/* libnids' copies overlap where an attacker sends overlaps: h->queued counts copies, and
	 * shrinks as the spans do. */
	int64_t before = spans_total(&h->ahead), queued = h->queued;
	spans_drop(&h->ahead, h->next);
	h->queued = queued * spans_total(&h->ahead) / before;
	t->queued += h->queued - queued;
}

static void
flow_feed(struct stream_table *t, struct flow *f, enum side from, uint32_t seq, uint8_t flags,
	struct slice payload)
{
	nids_segment(f, from, seq, flags, payload, t->now);
	half_settle(t, &f->half[from]);
}

/* ---- gaps ---- */

/* Where the hole at h->next ends: at the first bytes that are here, or at what the receiver has
 * acknowledged. h->next = no hole. */
static uint32_t
hole_end(const struct flow *f, enum side from)
{
	const struct half *h = &f->half[from];
	uint32_t end = h->acked_known && seq_before(h->next, h->acked) ? h->acked : h->next;

	if (h->ahead.count > 0)
		end = h->ahead.list[0].start;
	else if (h->fin_known && seq_before(h->fin_seq, end))
		end = h->fin_seq;
	else if (!h->fin_known && end == h->next + 1)
		end = h->next; /* the number of a FIN that was not captured */
	for (const struct held_packet *p = f->held; p != NULL; p = p->next) {
		/* What the other side said after reading a part of it comes between the parts. */
		if (p->from != from && seq_before(h->next, p->ack) && seq_before(p->ack, end))
			end = p->ack;
		if (p->from != from || !seq_before(h->next, p->seq + (uint32_t)p->len + 1))
			continue;
		if (!seq_before(h->next, p->seq))
			return h->next;
		if (seq_before(p->seq, end))
			end = p->seq;
	}
	return end;
}

static void
gap_until(struct stream_table *t, struct flow *f, enum side from, uint32_t end)
{
	struct half *h = &f->half[from];
	uint32_t bytes = end - h->next;

	if (bytes == 0)
		return;
	if (!h->absent) {
		COUNT(t->counters, gaps);
		COUNT_BY(t->counters, gap_bytes, bytes);
	}
	h->gap_end = end;
	nids_filler(f, from, h->next, bytes, t->now);
	half_settle(t, h);
}

static void
declare_gap(struct stream_table *t, struct flow *f, enum side from)
{
	gap_until(t, f, from, hole_end(f, from));
}

/* ---- waiting ---- */

static void
waiting_start(struct stream_table *t, struct flow *f)
{
	if (f->waiting != 0)
		return;
	f->waiting = t->now;
	f->waiting_packets = 0;
	f->waits = 0;
	f->waiting_next = NULL;
	f->waiting_prev = t->waiting_last;
	if (t->waiting_last != NULL)
		t->waiting_last->waiting_next = f;
	else
		t->waiting_first = f;
	t->waiting_last = f;
}

static void
waiting_end(struct stream_table *t, struct flow *f)
{
	if (f->waiting == 0)
		return;
	if (f->waiting_prev != NULL)
		f->waiting_prev->waiting_next = f->waiting_next;
	else
		t->waiting_first = f->waiting_next;
	if (f->waiting_next != NULL)
		f->waiting_next->waiting_prev = f->waiting_prev;
	else
		t->waiting_last = f->waiting_prev;
	f->waiting_prev = f->waiting_next = NULL;
	f->waiting = 0;
}

static bool
half_has_hole(const struct flow *f, enum side s)
{
	return f->half[s].ahead.count > 0 || hole_end(f, s) != f->half[s].next;
}

/* Bytes of this side were acknowledged and not seen: only then is waiting for the mirror, and not
 * for the sender. */
static bool
half_lost(const struct flow *f, enum side s)
{
	const struct half *h = &f->half[s];
	return h->acked_known && seq_before(h->next, h->acked) && hole_end(f, s) != h->next;
}

static bool
flow_waits(const struct flow *f)
{
	return f->held != NULL || f->reset_pending || half_has_hole(f, SIDE_CLIENT) ||
	       half_has_hole(f, SIDE_SERVER);
}

static void
waiting_update(struct stream_table *t, struct flow *f)
{
	if (f->state == FLOW_OPEN && flow_waits(f))
		waiting_start(t, f);
	else
		waiting_end(t, f);
}

/* ---- held packets ---- */

/* Data may not be delivered before what it acknowledges: its sender had read that. */
static bool
must_hold(const struct flow *f, enum side from, uint32_t ack)
{
	return seq_before(f->half[other_side(from)].next, ack);
}

/* Two packets that each acknowledge the other: one of them is a retransmission, made after the
 * answer to its first copy.  It must not wait for that answer, which itself waits for these bytes.
 */
static bool
is_waited_for(const struct flow *f, enum side from, const struct packet *p)
{
	for (const struct held_packet *h = f->held; h != NULL; h = h->next)
		if (h->from != from && seq_before(p->seq, h->ack) && seq_before(h->seq, p->ack))
			return true;
	return false;
}

static void
hold(struct stream_table *t, struct flow *f, enum side from, const struct packet *p)
{
	struct held_packet *h = must_alloc(sizeof *h + p->payload.len);

	h->next = NULL;
	h->from = from;
	h->seq = p->seq;
	h->ack = p->ack;
	h->flags = p->flags;
	h->len = p->payload.len;
	if (h->len > 0)
		memcpy(h->payload, p->payload.ptr, h->len);
	*f->held_end = h;
	f->held_end = &h->next;
	f->held_count++;
	t->queued += (int64_t)h->len;
	COUNT(t->counters, segments_held);
}

static void
held_remove(struct stream_table *t, struct flow *f, struct held_packet **at)
{
	struct held_packet *h = *at;

	*at = h->next;
	if (f->held_end == &h->next)
		f->held_end = at;
	f->held_count--;
	t->queued -= (int64_t)h->len;
	free(h);
}

/* ---- segments ---- */

static bool
room_ahead(const struct stream_table *t, const struct half *h, size_t bytes)
{
	return h->ahead.count < SPANS_MAX && h->queued + (int64_t)bytes <= LIMIT_STREAM_QUEUED &&
	       t->queued + (int64_t)bytes <= LIMIT_QUEUED_ALL;
}

/* Data or FIN of an open stream, in any order: new bytes go to libnids. */
static void
take_segment(struct stream_table *t, struct flow *f, enum side from, uint32_t seq, uint8_t flags,
	struct slice payload)
{
	struct half *h = &f->half[from];
	uint32_t fin = flags & PACKET_FIN ? 1 : 0, end = seq + (uint32_t)payload.len + fin;

	if (seq_before(h->next, end) && fin && !h->fin_known) {
		h->fin_known = true;
		h->fin_seq = end - 1;
	}
	/* No room to wait for what is missing: it becomes a gap now. */
	while (seq_before(h->next, seq) && !f->nids_gone && !room_ahead(t, h, payload.len)) {
		bool nearer = h->ahead.count > 0 && seq_before(h->ahead.list[0].start, seq);
		gap_until(t, f, from, nearer ? h->ahead.list[0].start : seq);
	}
	if (!seq_before(h->next, end)) {
		COUNT(t->counters, segments_old);
	} else if (!seq_before(h->next, seq)) { /* in order; what was delivered is cut off */
		flow_feed(t, f, from, h->next, flags, slice_skip(payload, h->next - seq));
	} else if (spans_add(&h->ahead, seq, end)) {
		COUNT(t->counters, segments_old);
	} else {
		h->queued += (int64_t)payload.len;
		t->queued += (int64_t)payload.len;
		flow_feed(t, f, from, seq, flags, payload);
	}
}

static bool
release_one(struct stream_table *t, struct flow *f)
{
	for (struct held_packet **at = &f->held; *at != NULL; at = &(*at)->next) {
		struct held_packet *h = *at;
		if (must_hold(f, h->from, h->ack))
			continue;
		take_segment(t, f, h->from, h->seq, h->flags, slice_of(h->payload, h->len));
		held_remove(t, f, at);
		return true;
	}
	return false;
}

static void
release_held(struct stream_table *t, struct flow *f)
{
	while (!f->nids_gone && f->held != NULL && release_one(t, f))
		;
}

/* ---- opening and closing ---- */

/* Opens the stream at libnids and for the handler. False if that cannot be. */
static bool
flow_open(struct stream_table *t, struct flow *f)
{
	f->alias[SIDE_CLIENT] = alias_take(t->aliases, f->info.client.addr);
	f->alias[SIDE_SERVER] = alias_take(t->aliases, f->info.server.addr);
	if (f->alias[SIDE_CLIENT] == 0 || f->alias[SIDE_SERVER] == 0) {
		COUNT(t->counters, aliases_full);
		return false;
	}
	for (int s = 0; s < 2; s++) {
		f->half[s].next = f->half[s].gap_end = f->half[s].base;
	}
	f->nids_gone = false;
	if (nids_open(f, t->now) < 0)
		return false;
	f->info.midstream = !f->syn_seen;
	COUNT(t->counters, streams);
	if (f->info.midstream)
		COUNT(t->counters, streams_midstream);
	f->user = t->handler.open(t->handler.ctx, &f->info);
	stream_table_move(t, f, FLOW_OPEN);
	return true;
}

/* The handler's last word, and everything that the open stream held is given back; the entry stays
 * as a tombstone, so that late packets do not open the stream again. */
static void
flow_close(struct stream_table *t, struct flow *f, enum close_reason why)
{
	bool one_sided = !f->half[SIDE_CLIENT].seen || !f->half[SIDE_SERVER].seen;

	waiting_end(t, f);
	while (f->held != NULL)
		held_remove(t, f, &f->held);
	for (int s = 0; s < 2; s++) {
		t->queued -= f->half[s].queued;
		f->half[s].queued = 0;
		spans_release(&f->half[s].ahead);
	}
	nids_forget(f);
	if (one_sided)
		COUNT(t->counters, streams_one_sided);
	t->handler.close(t->handler.ctx, f->user, why, one_sided, t->now);
	f->user = NULL;
	stream_table_drop_aliases(t, f);
	stream_table_move(t, f, FLOW_CLOSED);
}

/* Nothing more will come: everything that waits is delivered, what is missing is declared. */
static void
flow_flush(struct stream_table *t, struct flow *f)
{
	for (;;) {
		bool progress = false;
		release_held(t, f);
		for (int s = 0; s < 2 && !f->nids_gone; s++) {
			uint32_t before = f->half[s].next;
			if (f->half[s].ahead.count > 0 || f->held != NULL ||
				half_lost(f, (enum side)s))
				declare_gap(t, f, (enum side)s);
			progress |= f->half[s].next != before;
		}
		if (f->nids_gone || !progress)
			return;
	}
}

static void
flow_end(struct stream_table *t, struct flow *f, enum close_reason why)
{
	flow_flush(t, f);
	if (f->half[SIDE_CLIENT].fin_done && f->half[SIDE_SERVER].fin_done)
		why = CLOSE_FIN;
	else if (f->reset_pending)
		why = CLOSE_RESET;
	flow_close(t, f, f->nids_gone ? f->why : why);
}

/* Both FINs were delivered: each side's acknowledgement of the other's lets libnids close the
 * stream. */
static void
confirm_fins(struct flow *f, int64_t now)
{
	nids_segment(f, SIDE_SERVER, f->half[SIDE_SERVER].next, 0, SLICE_EMPTY, now);
	nids_segment(f, SIDE_CLIENT, f->half[SIDE_CLIENT].next, 0, SLICE_EMPTY, now);
}

/* After anything was fed: does the stream end, does something wait? */
static void
flow_settle(struct stream_table *t, struct flow *f)
{
	release_held(t, f);
	if (!f->nids_gone && f->half[SIDE_CLIENT].fin_done && f->half[SIDE_SERVER].fin_done)
		confirm_fins(f, t->now);
	if (f->nids_gone || (f->half[SIDE_CLIENT].fin_done && f->half[SIDE_SERVER].fin_done))
		flow_close(t, f, f->nids_gone ? f->why : CLOSE_FIN);
	else
		waiting_update(t, f);
}

/* The wait is over for what has waited long enough. */
static void
flow_give_up(struct stream_table *t, struct flow *f, bool silent_too)
{
	if (f->reset_pending) {
		flow_end(t, f, CLOSE_RESET);
		return;
	}
	for (int s = 0; s < 2 && !f->nids_gone; s++) {
		struct half *h = &f->half[s];
		/* Where the receiver is never seen, nothing will be acknowledged. */
		bool unseen = h->ahead.count > 0 && !f->half[other_side((enum side)s)].seen;
		if (!unseen &&
			(!half_lost(f, (enum side)s) || (h->ahead.count == 0 && !silent_too)))
			continue;
		if (!h->seen)
			h->absent = true;
		declare_gap(t, f, (enum side)s);
		release_held(t, f);
	}
	/* What still waits, waits for the sender: a fresh wait. */
	waiting_end(t, f);
	flow_settle(t, f);
}

/* Only a bare acknowledgement says that bytes are missing: the next data will tell more. */
static bool
is_silent(const struct flow *f)
{
	return f->held == NULL && !f->reset_pending && f->half[SIDE_CLIENT].ahead.count == 0 &&
	       f->half[SIDE_SERVER].ahead.count == 0;
}

static void
check_waiting(struct stream_table *t)
{
	struct flow *f, *next;

	for (f = t->waiting_first; f != NULL && t->now - f->waiting >= WAIT_HOLE; f = next) {
		next = f->waiting_next;
		if (is_silent(f) && f->waits < WAIT_SILENT) {
			uint8_t waits = f->waits;
			waiting_end(t, f);
			waiting_start(t, f);
			f->waits = (uint8_t)(waits + 1);
		} else {
			flow_give_up(t, f, true);
		}
	}
}

/* ---- packets ---- */

static void
learn_base(struct flow *f, enum side side, uint32_t base)
{
	f->half[side].base = base;
	f->half[side].base_known = true;
}

/* A SYN on a known stream: a repetition, the start that came late, or a new stream on the same
 * ports. */
static void
take_syn(struct stream_table *t, struct flow *f, enum side from, const struct packet *p)
{
	struct half *h = &f->half[from];
	bool syn_ack = p->flags & PACKET_ACK;

	if (f->state == FLOW_OPEN && from == SIDE_SERVER && f->reuse && syn_ack &&
		p->ack == f->reuse_seq + 1) {
		/* The server has taken the new one, so the old one is over. */
		uint32_t client_base = f->reuse_seq + 1;
		flow_end(t, f, CLOSE_TIMEOUT);
		stream_table_renew(t, f, p, from);
		f->syn_seen = true;
		learn_base(f, SIDE_CLIENT, client_base);
		h->seen = true;
		f->half[SIDE_CLIENT].seen = true;
		learn_base(f, SIDE_SERVER, p->seq + 1);
		return;
	}
	if (f->state == FLOW_OPEN) {
		if (from == SIDE_CLIENT && !syn_ack && p->seq + 1 != h->base) {
			f->reuse = true;
			f->reuse_seq = p->seq;
		}
		return;
	}
	if (f->state == FLOW_CLOSED) {
		if (syn_ack || p->seq + 1 == h->base)
			return;
		stream_table_renew(t, f, p, from);
	}
	f->syn_seen = true;
	h->seen = true;
	h->window_scale = p->window_scale;
	h->window = p->window;
	learn_base(f, from, p->seq + 1);
	if (syn_ack)
		learn_base(f, other_side(from), p->ack);
}

static void
take_ack(struct flow *f, enum side from, const struct packet *p)
{
	struct half *other = &f->half[other_side(from)];
	struct half *self = &f->half[from];
	int8_t scale = self->window_scale > 14 ? 14 : self->window_scale;

	self->window = (uint32_t)p->window << (scale > 0 ? scale : 0);
	if (!other->acked_known || seq_before(other->acked, p->ack)) {
		other->acked = p->ack;
		other->acked_known = true;
	}
}

/* RFC 9293 3.10.7.4: a reset counts only within the window. */
static void
take_reset(struct stream_table *t, struct flow *f, enum side from, const struct packet *p)
{
	uint32_t window = f->half[other_side(from)].window;
	uint32_t distance = p->seq - f->half[from].next;

	if (f->half[from].fin_done && p->seq + 1 == f->half[from].next)
		distance = 0;
	if (distance > (window > 65535 ? window : 65535))
		return;
	f->reset_pending = true;
	if (distance == 0 && f->held == NULL && !half_has_hole(f, SIDE_CLIENT) &&
		!half_has_hole(f, SIDE_SERVER)) {
		nids_segment(f, from, f->half[from].next, PACKET_RST, SLICE_EMPTY, t->now);
		flow_close(t, f, CLOSE_RESET);
		return;
	}
	waiting_update(t, f);
}

/* Far from anything that can follow, or acknowledging what cannot have been sent: a host drops it
 * (RFC 9293 3.10.7.4). */
static bool
is_foreign(const struct flow *f, enum side from, const struct packet *p)
{
	uint32_t far = 1u << 30, next = f->half[from].next, other = f->half[other_side(from)].next;

	return (p->seq - next > far && next - p->seq > far) ||
	       ((p->flags & PACKET_ACK) && p->ack - other > far && other - p->ack > far);
}

static void
take_open_packet(struct stream_table *t, struct flow *f, enum side from, const struct packet *p)
{
	bool carries = p->payload.len > 0 || (p->flags & PACKET_FIN);

	f->half[from].seen = true;
	if (f->waiting != 0)
		f->waiting_packets++;
	if (p->flags & PACKET_ACK)
		take_ack(f, from, p);
	if (p->flags & PACKET_RST) {
		take_reset(t, f, from, p);
		return;
	}
	if (is_foreign(f, from, p))
		return;
	if (f->half[other_side(from)].absent && must_hold(f, from, p->ack))
		declare_gap(t, f, other_side(from));
	if (carries) {
		if ((p->flags & PACKET_ACK) && must_hold(f, from, p->ack) &&
			seq_before(f->half[from].next, p->seq + (uint32_t)p->payload.len + 1) &&
			!is_waited_for(f, from, p)) {
			hold(t, f, from, p);
			if (f->held_count > LIMIT_STREAM_HELD || t->queued > LIMIT_QUEUED_ALL)
				flow_give_up(t, f, true);
		} else {
			take_segment(t, f, from, p->seq, p->flags, p->payload);
		}
	}
	if (f->state == FLOW_OPEN) {
		if (f->waiting != 0 && f->waiting_packets > WAIT_PACKETS)
			flow_give_up(t, f, false);
		else
			flow_settle(t, f);
	}
}

static void
take_early_packet(struct stream_table *t, struct flow *f, enum side from, const struct packet *p)
{
	enum side to = other_side(from);

	f->half[from].seen = true;
	if (p->flags & PACKET_RST) {
		stream_table_move(t, f, FLOW_CLOSED);
		return;
	}
	if (!f->half[from].base_known)
		learn_base(f, from, p->seq);
	if (!f->half[to].base_known && (p->flags & PACKET_ACK))
		learn_base(f, to, p->ack);
	if (!f->half[to].base_known || (p->payload.len == 0 && !(p->flags & PACKET_FIN)))
		return;
	if (!flow_open(t, f)) {
		COUNT(t->counters, streams_refused);
		stream_table_drop_aliases(t, f);
		stream_table_move(t, f, FLOW_CLOSED);
		return;
	}
	take_open_packet(t, f, from, p);
}

void
stream_packet(struct stream_table *t, const struct packet *p)
{
	stream_tick(t, p->time);
	if ((p->flags & (PACKET_SYN | PACKET_ACK)) == (PACKET_SYN | PACKET_ACK) &&
		t->handler.service != NULL && services_due(t->services, p->src, t->now))
		t->handler.service(t->handler.ctx, p->src, t->now);

	enum side from;
	struct flow *f = stream_table_find(t, p, &from);
	if (f == NULL)
		return;
	COUNT(t->counters, segments);
	f->last = t->now;
	stream_table_touch(t, f);
	if (p->flags & PACKET_SYN) {
		take_syn(t, f, from, p);
		return;
	}
	switch (f->state) {
	case FLOW_EMBRYO:
		take_early_packet(t, f, from, p);
		break;
	case FLOW_OPEN:
		take_open_packet(t, f, from, p);
		break;
	case FLOW_CLOSED:
		break;
	}
}

void
stream_tick(struct stream_table *t, int64_t now)
{
	if (now > t->now)
		t->now = now;
	check_waiting(t);
	stream_table_expire(t);
}

void
stream_finish(struct stream_table *t)
{
	while (t->lists[FLOW_OPEN].first != NULL)
		flow_end(t, t->lists[FLOW_OPEN].first, CLOSE_EOF);
}

/* For stream_table.c: the oldest must go. */
void
stream_give_up(struct stream_table *t, struct flow *f, enum close_reason why)
{
	if (f->state == FLOW_OPEN)
		flow_end(t, f, why);
}

struct stream_config
stream_config_default(void)
{
	struct stream_config c = { .ports = { 25, 465, 587, 2525 }, .ports_count = 4 };
	c.idle_ns = 600 * PTIME_SECOND;
	c.streams = LIMIT_STREAMS;
	return c;
}

struct stream_table *
stream_table_new(const struct stream_config *config, const struct stream_handler *handler,
	struct counters *counters, struct err *err)
{
	struct stream_table *t = must_alloc(sizeof *t);

	memset(t, 0, sizeof *t);
	t->config = *config;
	t->handler = *handler;
	t->counters = counters;
	t->events = (struct nids_events){ t, on_bytes, on_closed };
	if (nids_start(config->streams, &t->events, counters, err) < 0) {
		free(t);
		return NULL;
	}
	t->aliases = alias_table_new();
	t->services = services_new();
	return t;
}

void
stream_table_free(struct stream_table *t)
{
	if (t == NULL)
		return;
	stream_finish(t);
	stream_table_clear(t);
	nids_stop();
	alias_table_free(t->aliases);
	services_free(t->services);
	free(t);
}
