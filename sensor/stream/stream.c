/* The adapter: decides what libnids is shown, and when.  The rules, each for one thing that a
 * mirror port does or a host does to odd segments:
 *
 * 1. libnids sees a stream only when its first byte of data comes: handshakes alone cost it
 *    nothing.  Data that comes before both SYNs waits for them a moment, because they say where it
 *    belongs; without them the earliest number counts.
 * 2. A packet with data waits until what it acknowledges was delivered (held packets), so a reply
 *    never comes before its command.
 * 3. A hole that the receiver has acknowledged will not be filled by the sender: after a while it
 *    is declared a gap and, once bytes behind it are here, filled.  A hole that was not
 *    acknowledged will be: the sender must send again.  Bytes that only an acknowledgement speaks
 *    of are told as a gap, but their place is kept: it may have lied.
 * 4. What the snaplen cut off a segment is a gap at once.
 * 5. Of two copies the first counts, and of two that wait the one that begins earlier, as with
 *    Linux and the BSDs; where bytes differ it is told.
 * 6. A segment with a timestamp older than one in order (RFC 7323 5.3) and the data of a SYN are
 *    set aside: they count if nothing else comes in their place and the receiver acknowledges it.
 * 7. A reset in its place ends the stream a moment later, for what it overtook; one elsewhere only
 *    if its sender falls silent (RFC 5961 3.2).
 * 8. Whatever waits, waits at most until the stream's end. */
#include "sensor/stream/stream.h"

#include <string.h>

#include "sensor/base/ptime.h"
#include "sensor/limits.h"
#include "sensor/stream/alias.h"
#include "sensor/stream/delivery.h"
#include "sensor/stream/held.h"
#include "sensor/stream/life.h"
#include "sensor/stream/services.h"
#include "sensor/stream/stream_table.h"
#include "sensor/stream/timewait.h"

enum {
	DOUBTFUL_MAX = 16, /* segments of one stream that are set aside */
	EARLY_MAX = 64,	   /* …that wait for the handshake */
};

/* A SYN says where a side begins. */
static void
learn_base(struct flow *f, enum side side, uint32_t base)
{
	f->half[side].base = base;
	f->half[side].base_known = f->half[side].base_sure = true;
}

/* Without one, the earliest number counts that is seen before the stream begins. */
static void
guess_base(struct flow *f, enum side side, uint32_t base)
{
	struct half *h = &f->half[side];

	if (h->base_sure || (h->base_known && h->base - base >= LIMIT_STREAM_JUMP))
		return;
	h->base = base;
	h->base_known = true;
}

static struct segment
segment_of(const struct packet *p, enum side from)
{
	return (struct segment){ .from = from,
		.seq = p->seq,
		.ack = p->ack,
		.missing = p->missing,
		.flags = p->flags,
		.payload = p->payload };
}

/* The number behind everything that the packet carries; equal to p->seq: nothing. */
static uint32_t
packet_end(const struct packet *p)
{
	return p->seq + (uint32_t)p->payload.len + p->missing + (p->flags & PACKET_FIN ? 1 : 0);
}

static bool
handshake_known(const struct flow *f)
{
	return f->half[SIDE_CLIENT].base_sure && f->half[SIDE_SERVER].base_sure;
}

static bool
only_fins(const struct held_list *list)
{
	for (const struct held_packet *h = list->first; h != NULL; h = h->next)
		if (h->segment.payload.len > 0 || h->segment.missing > 0)
			return false;
	return true;
}

/* ---- SYN ---- */

/* A new stream on the ports of one that has not ended: only the server can say that it has taken
 * it, by acknowledging the new number. */
static bool
is_reuse(const struct flow *f, enum side from, const struct packet *p)
{
	return f->reuse && from == SIDE_SERVER && p->flags & PACKET_ACK &&
	       p->ack == f->reuse_seq + 1;
}

static void
take_reuse(struct stream_table *t, struct flow *f, const struct packet *p)
{
	uint32_t client_base = f->reuse_seq + 1;

	life_end(t, f, CLOSE_TIMEOUT);
	stream_table_renew(t, f, p, SIDE_SERVER);
	f->syn_seen = true;
	f->half[SIDE_CLIENT].seen = f->half[SIDE_SERVER].seen = true;
	learn_base(f, SIDE_CLIENT, client_base);
	learn_base(f, SIDE_SERVER, p->flags & PACKET_SYN ? p->seq + 1 : p->seq);
}

static void
take_late_syn(struct stream_table *t, struct flow *f, enum side from, const struct packet *p)
{
	const struct half *h = &f->half[from];
	bool syn_ack = p->flags & PACKET_ACK;

	if (is_reuse(f, from, p)) {
		take_reuse(t, f, p);
	} else if (from == SIDE_CLIENT && !syn_ack && p->seq + 1 != h->base &&
		   !(f->info.midstream && h->base - (p->seq + 1) < LIMIT_STREAM_JUMP)) {
		f->reuse = true;
		f->reuse_seq = p->seq;
	}
}

/* RFC 9293 3.10.7: data in a SYN counts if the SYN-ACK acknowledges it (RFC 7413). */
static void
take_syn(struct stream_table *t, struct flow *f, enum side from, const struct packet *p)
{
	struct half *h = &f->half[from], *client = &f->half[SIDE_CLIENT];
	bool syn_ack = p->flags & PACKET_ACK;
	uint32_t in_syn =
		f->syn_data != NULL ? segment_end(&f->syn_data->segment) - client->base : 0;

	f->syn_seen = true;
	h->seen = true;
	h->window_scale = p->window_scale;
	h->window = p->window;
	h->stamped = p->timestamped;
	h->newest_stamp = p->timestamp;
	if (h->base_sure && h->base != p->seq + 1)
		f->reset_pending = false; /* that of an attempt before */
	learn_base(f, from, p->seq + 1);
	if (!syn_ack) {
		held_free(t, f->syn_data);
		f->syn_data = NULL;
		if (from == SIDE_CLIENT && p->payload.len > 0) {
			struct segment s = segment_of(p, from);
			s.seq++;
			s.flags = PACKET_SYN | PACKET_ACK;
			f->syn_data = held_new(t, &s);
		}
	} else if (!client->base_known || p->ack - client->base > in_syn) {
		learn_base(f, SIDE_CLIENT, p->ack);
	} else {
		client->acked = p->ack;
		client->acked_known = true;
		client->base_sure = true;
	}
	if (p->payload.len > 0 && from == SIDE_SERVER) {
		struct segment s = segment_of(p, from);
		s.seq++;
		held_add(t, &f->held, &s);
	}
	if (!only_fins(&f->held) && handshake_known(f))
		stream_begin(t, f);
}

/* The first packet behind the handshake shows whether the server took what was in the SYN.  If not,
 * it may have kept it for later, or the client sends it again. */
static void
take_syn_data(struct stream_table *t, struct flow *f, enum side from, const struct packet *p)
{
	struct held_packet *h = f->syn_data;
	const struct half *client = &f->half[SIDE_CLIENT];

	if (h == NULL)
		return;
	f->syn_data = NULL;
	uint32_t end = segment_end(&h->segment);
	bool taken = (client->acked_known && !seq_before(client->acked, end)) ||
		     (from == SIDE_SERVER ? !seq_before(p->ack, end) : !seq_before(p->seq, end));
	if (taken)
		delivery_segment(t, f, &h->segment);
	else
		held_add(t, &f->doubtful, &h->segment);
	held_free(t, h);
}

/* ---- packets of an open stream ---- */

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

static void
take_open_packet(struct stream_table *t, struct flow *f, enum side from, const struct packet *p)
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

/* Who answers a SYN, or has a stream. */
static void
note_service(struct stream_table *t, struct endpoint server)
{
	if (t->handler.service != NULL && services_due(t->services, server, t->now))
		t->handler.service(t->handler.ctx, server, t->now);
}

/* ---- packets of a stream that has not begun ---- */

static struct packet
packet_of(const struct stream_table *t, const struct segment *s)
{
	return (struct packet){ .time = t->now,
		.seq = s->seq,
		.ack = s->ack,
		.flags = s->flags,
		.window_scale = -1,
		.window = UINT16_MAX,
		.missing = s->missing,
		.payload = s->payload };
}

static bool
open_stream(struct stream_table *t, struct flow *f)
{
	life_wait_end(t, f);
	f->opened = true;
	if (life_open(t, f)) {
		note_service(t, f->info.server); /* its SYN-ACK may not have been seen */
		return true;
	}
	COUNT(t->counters, streams_refused);
	stream_table_drop_aliases(t, f);
	stream_table_move(t, f, FLOW_CLOSED);
	return false;
}

void
stream_begin(struct stream_table *t, struct flow *f)
{
	if (only_fins(&f->held)) { /* of a stream that we have not seen */
		life_wait_end(t, f);
		held_clear(t, &f->held);
		if (f->reset_pending)
			stream_table_move(t, f, FLOW_CLOSED);
		return;
	}
	struct held_list early = f->held;

	f->held = (struct held_list){ NULL, 0 };
	bool follow = open_stream(t, f);
	while (early.first != NULL) {
		const struct segment *s = &early.first->segment;
		struct packet p = packet_of(t, s);
		if (follow && f->state == FLOW_OPEN) {
			take_syn_data(t, f, s->from, &p);
			take_open_packet(t, f, s->from, &p);
		}
		held_drop(t, &early, &early.first);
	}
}

/* Data before the SYNs: they may be late, and say where the data belongs. */
static void
hold_early(struct stream_table *t, struct flow *f, enum side from, const struct packet *p)
{
	struct segment s = segment_of(p, from);

	held_add(t, &f->held, &s);
	life_wait(t, f);
	if (f->held.count > EARLY_MAX || t->queued > LIMIT_QUEUED_ALL)
		stream_begin(t, f);
}

static void
take_early_packet(struct stream_table *t, struct flow *f, enum side from, const struct packet *p)
{
	f->half[from].seen = true;
	if (p->flags & PACKET_RST) { /* data that it overtook may follow */
		f->reset_pending = true;
		f->reset_from = from;
		f->reset_seq = p->seq;
		life_wait(t, f);
		return;
	}
	guess_base(f, from, p->seq);
	if (p->flags & PACKET_ACK)
		guess_base(f, other_side(from), p->ack);
	if (!f->half[other_side(from)].base_known || packet_end(p) == p->seq)
		return;
	if (!handshake_known(f)) {
		hold_early(t, f, from, p);
		return;
	}
	if (!open_stream(t, f))
		return;
	take_syn_data(t, f, from, p);
	take_open_packet(t, f, from, p);
}

void
stream_packet(struct stream_table *t, const struct packet *p)
{
	stream_tick(t, p->time);
	if ((p->flags & (PACKET_SYN | PACKET_ACK)) == (PACKET_SYN | PACKET_ACK))
		note_service(t, p->src);

	enum side from;
	struct flow *f = stream_table_find(t, p, &from);
	if (f == NULL)
		return;
	COUNT(t->counters, segments);
	stream_table_touch(t, f);
	if (f->state == FLOW_OPEN && is_reuse(f, from, p) && !(p->flags & PACKET_SYN) &&
		p->payload.len > 0)
		take_reuse(t, f, p);
	if (p->flags & PACKET_SYN && f->state == FLOW_OPEN)
		take_late_syn(t, f, from, p);
	else if (p->flags & PACKET_SYN)
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
	struct flow *f, *next;

	for (f = t->lists[FLOW_EMBRYO].first; f != NULL; f = next) {
		next = f->next;
		if (f->held.count > 0)
			stream_begin(t, f);
	}
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
