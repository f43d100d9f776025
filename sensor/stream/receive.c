#include "sensor/stream/receive.h"

#include "sensor/limits.h"
#include "sensor/stream/delivery.h"
#include "sensor/stream/held.h"
#include "sensor/stream/life.h"

enum { DOUBTFUL_MAX = 16 }; /* segments of one stream that are set aside */

static void
take_ack(struct flow *f, enum side from, const struct packet *p)
{
	struct half *other = &f->half[other_side(from)];
	struct half *self = &f->half[from];

	self->window = (uint32_t)p->window << (self->window_scale > 0 ? self->window_scale : 0);
	if (!other->acked_known || seq_before(other->acked, p->ack)) {
		other->acked = p->ack;
		other->acked_known = true;
	}
}

/* RFC 9293 3.10.7.4: a reset counts only within the window.  What the mirror delivers late may
 * still follow, so the stream ends a moment later. */
static void
take_reset(struct stream_table *t, struct flow *f, enum side from, const struct packet *p)
{
	uint32_t window = f->half[other_side(from)].window;
	uint32_t distance = p->seq - f->half[from].next;

	if (f->half[from].fin_done && p->seq + 1 == f->half[from].next)
		distance = 0;
	if (distance > (window > 65535 ? window : 65535))
		return;
	if (!f->reset_pending || distance == 0) {
		f->reset_pending = true;
		f->reset_from = from;
		f->reset_seq = p->seq;
	}
	if (p->flags & PACKET_ACK)
		take_ack(f, from, p);
	life_wait(t, f);
}

/* Its sender goes on behind the reset: that was somebody else's, and refused (RFC 5961 3.2).
 * Before it: the stream lives, as far as can be seen. */
static void
doubt_reset(struct flow *f, enum side from, const struct packet *p)
{
	if (!f->reset_pending || from != f->reset_from || p->payload.len == 0)
		return;
	if (seq_before(f->reset_seq, packet_end(p)))
		f->reset_pending = false;
	else
		f->waits = 0;
}

/* Far from anything that can follow, or acknowledging what cannot have been sent: a host drops it
 * (RFC 9293 3.10.7.4). */
static bool
is_foreign(const struct flow *f, enum side from, const struct packet *p)
{
	uint32_t far = LIMIT_STREAM_JUMP, front = half_front(&f->half[from]),
		 other = half_front(&f->half[other_side(from)]);

	return (p->seq - front > far && front - p->seq > far) ||
	       ((p->flags & PACKET_ACK) && p->ack - other > far && other - p->ack > far);
}

/* RFC 7323 5.3 (PAWS): the receiver drops a segment that is older than one it has read before. */
static bool
is_stale(const struct flow *f, enum side from, const struct packet *p)
{
	return f->half[SIDE_CLIENT].stamped && f->half[SIDE_SERVER].stamped && p->timestamped &&
	       seq_before(p->timestamp, f->half[from].newest_stamp);
}

static void
set_aside(struct stream_table *t, struct flow *f, enum side from, const struct packet *p)
{
	struct segment s = segment_of(p, from);

	COUNT(t->counters, segments_stale);
	if (f->doubtful.count == DOUBTFUL_MAX)
		held_drop(t, &f->doubtful, &f->doubtful.first);
	held_add(t, &f->doubtful, &s);
}

/* The byte before the urgent pointer, as Linux takes it (RFC 6093 2.2, 3.1). */
static void
take_urgent(struct flow *f, enum side from, const struct packet *p)
{
	struct half *h = &f->half[from];
	uint32_t at = p->seq + (p->urgent > 0 ? p->urgent - 1u : 0);

	if (seq_before(at, h->next) || at - p->seq >= p->payload.len)
		return;
	h->urgent = true;
	h->urgent_seq = at;
}

static void
take_new_data(struct stream_table *t, struct flow *f, enum side from, const struct packet *p)
{
	struct segment s = segment_of(p, from);
	struct half *h = &f->half[from];

	doubt_reset(f, from, p);
	if (p->timestamped && !seq_before(h->next, p->seq))
		h->newest_stamp = p->timestamp;
	if (p->flags & PACKET_URG)
		take_urgent(f, from, p);
	if ((p->flags & PACKET_ACK) && delivery_must_hold(f, from, p->ack) &&
		!delivery_is_waited_for(f, &s)) {
		COUNT(t->counters, segments_held);
		held_add(t, &f->held, &s);
		if (f->held.count > LIMIT_STREAM_HELD || t->queued > LIMIT_QUEUED_ALL)
			life_give_up(t, f, true);
		return;
	}
	delivery_segment(t, f, &s);
}

void
receive_packet(struct stream_table *t, struct flow *f, enum side from, const struct packet *p)
{
	uint32_t end = packet_end(p);

	f->half[from].seen = true;
	if (f->waiting != 0)
		f->waiting_packets++;
	if (p->flags & PACKET_RST) {
		take_reset(t, f, from, p);
		return;
	}
	if (is_foreign(f, from, p))
		return;
	if (seq_before(f->half[from].said, p->seq))
		f->half[from].said = p->seq;
	bool is_new = end != p->seq && seq_before(f->half[from].next, end);
	if (is_new && is_stale(f, from, p)) {
		set_aside(t, f, from, p);
		return;
	}
	if (p->flags & PACKET_ACK)
		take_ack(f, from, p);
	if (f->half[other_side(from)].absent && delivery_must_hold(f, from, p->ack))
		delivery_gap(t, f, other_side(from));
	if (is_new) {
		take_new_data(t, f, from, p);
	} else if (end != p->seq) {
		struct segment s = segment_of(p, from);
		delivery_segment(t, f, &s); /* old; its bytes are compared */
	}
	if (f->state == FLOW_OPEN) {
		if (f->waiting != 0 && f->waiting_packets > WAIT_PACKETS)
			life_give_up(t, f, false);
		else
			life_settle(t, f);
	}
}
