#include "sensor/stream/delivery.h"

#include <string.h>

#include "sensor/limits.h"

/* ---- delivery ---- */

void
delivery_bytes(void *ctx, struct flow *f, enum side from, struct slice bytes)
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

void
delivery_closed(void *ctx, struct flow *f, enum close_reason why)
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
	if (h->fin_done) { /* what stands behind a FIN is nobody's */
		spans_release(&h->ahead);
		t->queued -= h->queued;
		h->queued = 0;
		return;
	}
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

	if (h->fin_done)
		return h->next;
	if (h->ahead.count > 0)
		end = h->ahead.list[0].start;
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
	if (h->fin_known && seq_before(h->fin_seq, end))
		end = h->fin_seq;
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

void
delivery_gap(struct stream_table *t, struct flow *f, enum side from)
{
	gap_until(t, f, from, hole_end(f, from));
}

bool
delivery_has_hole(const struct flow *f, enum side s)
{
	return f->half[s].ahead.count > 0 || hole_end(f, s) != f->half[s].next;
}

/* Bytes of this side were acknowledged and not seen: only then is waiting for the mirror, and not
 * for the sender. */
bool
delivery_lost(const struct flow *f, enum side s)
{
	const struct half *h = &f->half[s];
	return h->acked_known && seq_before(h->next, h->acked) && hole_end(f, s) != h->next;
}

/* ---- held packets ---- */

/* Data may not be delivered before what it acknowledges: its sender had read that. */
bool
delivery_must_hold(const struct flow *f, enum side from, uint32_t ack)
{
	return seq_before(f->half[other_side(from)].next, ack);
}

/* Two packets that each acknowledge the other: one of them is a retransmission, made after the
 * answer to its first copy.  It must not wait for that answer, which itself waits for these bytes.
 */
bool
delivery_is_waited_for(const struct flow *f, enum side from, const struct packet *p)
{
	for (const struct held_packet *h = f->held; h != NULL; h = h->next)
		if (h->from != from && seq_before(p->seq, h->ack) && seq_before(h->seq, p->ack))
			return true;
	return false;
}

void
delivery_hold(struct stream_table *t, struct flow *f, enum side from, const struct packet *p)
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

void
delivery_drop_held(struct stream_table *t, struct flow *f, struct held_packet **at)
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
void
delivery_segment(struct stream_table *t, struct flow *f, enum side from, uint32_t seq,
	uint8_t flags, struct slice payload)
{
	struct half *h = &f->half[from];
	uint32_t fin = flags & PACKET_FIN ? 1 : 0;
	uint32_t end = seq + (uint32_t)payload.len + fin;

	/* The first FIN counts; libnids would keep what lies behind it for ever. */
	if (h->fin_known && seq_before(h->fin_seq + 1, end)) {
		if (h->fin_done || !seq_before(seq, h->fin_seq)) {
			COUNT(t->counters, segments_old);
			return;
		}
		payload = slice_take(payload, h->fin_seq - seq);
		flags &= (uint8_t)~PACKET_FIN;
		end = h->fin_seq;
	} else if (fin && !h->fin_known && seq_before(h->next, end)) {
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
		if (delivery_must_hold(f, h->from, h->ack))
			continue;
		delivery_segment(t, f, h->from, h->seq, h->flags, slice_of(h->payload, h->len));
		delivery_drop_held(t, f, at);
		return true;
	}
	return false;
}

void
delivery_release(struct stream_table *t, struct flow *f)
{
	while (!f->nids_gone && f->held != NULL && release_one(t, f))
		;
}
