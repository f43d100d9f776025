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
#include "sensor/stream/delivery.h"
#include "sensor/stream/life.h"
#include "sensor/stream/services.h"
#include "sensor/stream/stream_table.h"
#include "sensor/stream/timewait.h"

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
		life_end(t, f, CLOSE_TIMEOUT);
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
	if (distance == 0 && f->held == NULL && !delivery_has_hole(f, SIDE_CLIENT) &&
		!delivery_has_hole(f, SIDE_SERVER)) {
		nids_segment(f, from, f->half[from].next, PACKET_RST, SLICE_EMPTY, t->now);
		life_close(t, f, CLOSE_RESET);
		return;
	}
	life_wait(t, f);
}

/* Far from anything that can follow, or acknowledging what cannot have been sent: a host drops it
 * (RFC 9293 3.10.7.4). */
static bool
is_foreign(const struct flow *f, enum side from, const struct packet *p)
{
	uint32_t far = LIMIT_STREAM_JUMP, next = f->half[from].next,
		 other = f->half[other_side(from)].next;

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
	if (f->half[other_side(from)].absent && delivery_must_hold(f, from, p->ack))
		delivery_gap(t, f, other_side(from));
	if (carries) {
		if ((p->flags & PACKET_ACK) && delivery_must_hold(f, from, p->ack) &&
			seq_before(f->half[from].next, p->seq + (uint32_t)p->payload.len + 1) &&
			!delivery_is_waited_for(f, from, p)) {
			delivery_hold(t, f, from, p);
			if (f->held_count > LIMIT_STREAM_HELD || t->queued > LIMIT_QUEUED_ALL)
				life_give_up(t, f, true);
		} else {
			delivery_segment(t, f, from, p->seq, p->flags, p->payload);
		}
	}
	if (f->state == FLOW_OPEN) {
		if (f->waiting != 0 && f->waiting_packets > WAIT_PACKETS)
			life_give_up(t, f, false);
		else
			life_settle(t, f);
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
	f->opened = true;
	if (!life_open(t, f)) {
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
	stream_table_touch(t, f);
	if (p->flags & PACKET_SYN)
		take_syn(t, f, from, p);
	else if (f->state == FLOW_EMBRYO)
		take_early_packet(t, f, from, p);
	else
		take_open_packet(t, f, from, p);
	stream_table_reap(t);
}

void
stream_tick(struct stream_table *t, int64_t now)
{
	if (now > t->now)
		t->now = now;
	life_check(t);
	stream_table_expire(t);
}

void
stream_finish(struct stream_table *t)
{
	while (t->lists[FLOW_OPEN].first != NULL)
		life_end(t, t->lists[FLOW_OPEN].first, CLOSE_EOF);
	stream_table_reap(t);
}

/* For stream_table.c: the oldest must go. */
void
stream_give_up(struct stream_table *t, struct flow *f, enum close_reason why)
{
	if (f->state == FLOW_OPEN)
		life_end(t, f, why);
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
	t->events = (struct nids_events){ t, delivery_bytes, delivery_closed };
	if (nids_start(config->streams, &t->events, counters, err) < 0) {
		free(t);
		return NULL;
	}
	t->aliases = alias_table_new();
	t->services = services_new();
	t->timewait = timewait_new(config->streams);
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
	timewait_free(t->timewait);
	free(t);
}
