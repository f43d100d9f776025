#include "sensor/stream/begin.h"

#include "sensor/limits.h"
#include "sensor/stream/delivery.h"
#include "sensor/stream/held.h"
#include "sensor/stream/life.h"
#include "sensor/stream/receive.h"

enum { EARLY_MAX = 64 }; /* segments of one stream that wait for the handshake */

/* A SYN says where a side begins. */
void
begin_base(struct flow *f, enum side side, uint32_t base)
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
bool
begin_is_reuse(const struct flow *f, enum side from, const struct packet *p)
{
	return f->reuse && from == SIDE_SERVER && p->flags & PACKET_ACK &&
	       p->ack == f->reuse_seq + 1 && (p->flags & PACKET_SYN || p->payload.len > 0);
}

void
begin_reuse(struct stream_table *t, struct flow *f, const struct packet *p)
{
	uint32_t client_base = f->reuse_seq + 1;

	life_end(t, f, CLOSE_TIMEOUT);
	stream_table_renew(t, f, p, SIDE_SERVER);
	f->syn_seen = true;
	f->half[SIDE_CLIENT].seen = f->half[SIDE_SERVER].seen = true;
	begin_base(f, SIDE_CLIENT, client_base);
	begin_base(f, SIDE_SERVER, p->flags & PACKET_SYN ? p->seq + 1 : p->seq);
}

void
begin_late_syn(struct flow *f, enum side from, const struct packet *p)
{
	const struct half *h = &f->half[from];
	bool syn_ack = p->flags & PACKET_ACK;

	if (from == SIDE_CLIENT && !syn_ack && p->seq + 1 != h->base &&
		!(f->info.midstream && h->base - (p->seq + 1) < LIMIT_STREAM_JUMP)) {
		f->reuse = true;
		f->reuse_seq = p->seq;
	}
}

/* RFC 9293 3.10.7: data in a client's SYN counts if it is acknowledged (RFC 7413), a server's comes
 * with the handshake complete. */
static void
keep_syn_data(struct stream_table *t, struct flow *f, enum side from, const struct packet *p)
{
	struct segment s = segment_of(p, from);

	s.seq++;
	s.flags = PACKET_SYN | PACKET_ACK;
	if (from == SIDE_CLIENT) {
		held_free(t, f->syn_data);
		f->syn_data = s.payload.len > 0 ? held_new(t, &s) : NULL;
	} else if (s.payload.len > 0) {
		held_add(t, &f->held, &s);
	}
}

/* What a SYN-ACK says of the client. */
static void
take_syn_ack(struct flow *f, uint32_t ack)
{
	struct half *client = &f->half[SIDE_CLIENT];
	uint32_t in_syn =
		f->syn_data != NULL ? segment_end(&f->syn_data->segment) - client->base : 0;

	if (!client->base_known || ack - client->base > in_syn) {
		begin_base(f, SIDE_CLIENT, ack);
		return;
	}
	client->acked = ack;
	client->acked_known = true;
	client->base_sure = true;
}

void
begin_syn(struct stream_table *t, struct flow *f, enum side from, const struct packet *p)
{
	struct half *h = &f->half[from];

	f->syn_seen = true;
	h->seen = true;
	h->window_scale = p->window_scale;
	h->window = p->window;
	h->stamped = p->timestamped;
	h->newest_stamp = p->timestamp;
	if (h->base_sure && h->base != p->seq + 1)
		f->reset_pending = false; /* that of an attempt before */
	begin_base(f, from, p->seq + 1);
	if (p->flags & PACKET_ACK && from == SIDE_SERVER)
		take_syn_ack(f, p->ack);
	keep_syn_data(t, f, from, p);
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

/* ---- packets of a stream that has not begun ---- */

static struct packet
packet_of(const struct segment *s)
{
	return (struct packet){ .time = s->time,
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
		stream_note_service(t, f->info.server); /* its SYN-ACK may not have been seen */
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
	/* What waited is told with the time when it came: somebody may have typed it. */
	int64_t now = t->now;
	while (early.first != NULL) {
		const struct segment *s = &early.first->segment;
		struct packet p = packet_of(s);
		if (s->time >= f->info.start && s->time < now)
			t->now = s->time;
		if (follow && f->state == FLOW_OPEN) {
			take_syn_data(t, f, s->from, &p);
			receive_packet(t, f, s->from, &p);
		}
		held_drop(t, &early, &early.first);
	}
	t->now = now;
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

void
begin_packet(struct stream_table *t, struct flow *f, enum side from, const struct packet *p)
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
	receive_packet(t, f, from, p);
}

void
begin_kept(struct stream_table *t, struct flow *f)
{
	stream_table_move(t, f, FLOW_EMBRYO);
	for (const struct held_packet *h = f->held.first; h != NULL; h = h->next) {
		guess_base(f, h->segment.from, h->segment.seq);
		if (h->segment.flags & PACKET_ACK)
			guess_base(f, other_side(h->segment.from), h->segment.ack);
	}
	if (handshake_known(f))
		stream_begin(t, f);
	else
		life_wait(t, f);
}
