#include "sensor/stream/delivery.h"

#include "sensor/limits.h"
#include "sensor/stream/held.h"

static void
tell_anomaly(const struct stream_table *t, const struct flow *f, enum side from,
	enum stream_anomaly what)
{
	if (t->handler.anomaly != NULL)
		t->handler.anomaly(t->handler.ctx, f->user, from, what);
}

/* ---- delivery ---- */

static void
hand_on(struct stream_table *t, struct flow *f, enum side from, struct slice bytes)
{
	struct half *h = &f->half[from];

	if (bytes.len == 0)
		return;
	if (seq_before(h->next, h->told)) {
		uint32_t late = h->told - h->next;
		COUNT_BY(t->counters, gap_bytes_late, bytes.len < late ? bytes.len : late);
	}
	h->next += (uint32_t)bytes.len;
	COUNT_BY(t->counters, stream_bytes, bytes.len);
	t->handler.data(t->handler.ctx, f->user, from, bytes, t->now);
}

void
delivery_bytes(void *ctx, struct flow *f, enum side from, struct slice bytes)
{
	struct stream_table *t = ctx;
	struct half *h = &f->half[from];

	if (seq_before(h->next, h->gap_end)) {
		struct slice filler = slice_take(bytes, h->gap_end - h->next);
		h->next += (uint32_t)filler.len;
		bytes = slice_skip(bytes, filler.len);
	}
	/* The receiver's program reads around a byte out of band. */
	if (h->urgent && h->urgent_seq - h->next < bytes.len) {
		size_t before = h->urgent_seq - h->next;
		hand_on(t, f, from, slice_take(bytes, before));
		h->urgent = false;
		h->next++;
		tell_anomaly(t, f, from, STREAM_URGENT);
		bytes = slice_skip(bytes, before + 1);
	}
	hand_on(t, f, from, bytes);
}

void
delivery_closed(void *ctx, struct flow *f, enum close_reason why)
{
	(void)ctx;
	f->why = why;
}

/* What came in the place of a doubtful segment shows that the receiver has dropped it. */
static void
drop_doubtful(struct stream_table *t, struct flow *f)
{
	for (struct held_packet **at = &f->doubtful.first; *at != NULL;) {
		enum side from = (*at)->segment.from;
		bool in_syn = (*at)->segment.flags & PACKET_SYN;
		if (seq_before(f->half[from].next, segment_end(&(*at)->segment))) {
			at = &(*at)->next;
			continue;
		}
		held_drop(t, &f->doubtful, at);
		if (!in_syn)
			tell_anomaly(t, f, from, STREAM_STALE);
	}
}

/* After libnids was fed: what is now behind us? */
static void
half_settle(struct stream_table *t, struct flow *f, enum side from)
{
	struct half *h = &f->half[from];

	if (h->fin_known && !h->fin_done && h->next == h->fin_seq) {
		h->fin_done = true;
		h->next++;
	}
	h->gap_end = h->next;
	/* Numbers that were passed do not stay behind: a long stream wraps around them. */
	uint32_t *passed[] = { &h->told, &h->said, &h->acked };
	for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++)
		if (!seq_before(h->next, *passed[i]))
			*passed[i] = h->next;
	if (f->doubtful.count > 0)
		drop_doubtful(t, f);
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
feed(struct stream_table *t, struct flow *f, const struct segment *s)
{
	sent_add(&f->sent[s->from], s->seq, s->payload);
	nids_segment(f, s->from, s->seq, s->flags, s->payload, t->now);
	half_settle(t, f, s->from);
}

/* ---- gaps ---- */

static bool
fin_seen(const struct flow *f, enum side s)
{
	if (f->half[s].fin_known)
		return true;
	for (const struct held_packet *p = f->held.first; p != NULL; p = p->next)
		if (p->segment.from == s && p->segment.flags & PACKET_FIN)
			return true;
	return false;
}

/* Where the hole of a side ends: at the first bytes that are here (sure), or at what the receiver
 * has acknowledged.  Not behind half_front(), or if sure h->next: no hole. */
static uint32_t
hole_end(const struct flow *f, enum side from, bool *sure)
{
	const struct half *h = &f->half[from];
	uint32_t front = half_front(h);
	uint32_t end = h->acked_known && seq_before(front, h->acked) ? h->acked : front;

	*sure = h->ahead.count > 0 || h->fin_done;
	if (h->fin_done)
		return h->next;
	if (h->ahead.count > 0)
		end = h->ahead.list[0].start;
	else if (!h->fin_known && end != front &&
		 (end == front + 1 || fin_seen(f, other_side(from))))
		end--; /* the number of a FIN that was not captured */
	for (const struct held_packet *p = f->held.first; p != NULL; p = p->next) {
		const struct segment *s = &p->segment;
		/* What the other side said after reading a part of it comes between the parts. */
		if (s->from != from && seq_before(front, s->ack) && seq_before(s->ack, end))
			end = s->ack;
		if (s->from != from || !seq_before(front, s->seq + (uint32_t)s->payload.len + 1))
			continue;
		if (!seq_before(front, s->seq)) {
			*sure = true;
			return h->next;
		}
		if (seq_before(s->seq, end)) {
			end = s->seq;
			*sure = true;
		}
	}
	if (h->fin_known && seq_before(h->fin_seq, end))
		end = h->fin_seq;
	return end;
}

static void
tell_gap(struct stream_table *t, struct flow *f, enum side from, uint32_t end)
{
	struct half *h = &f->half[from];
	uint32_t front = half_front(h);

	if (!seq_before(front, end))
		return;
	if (!h->absent) {
		COUNT(t->counters, gaps);
		COUNT_BY(t->counters, gap_bytes, end - front);
	}
	h->told = end;
	t->handler.gap(t->handler.ctx, f->user, from, end - front, t->now);
}

static void
gap_until(struct stream_table *t, struct flow *f, enum side from, uint32_t end)
{
	struct half *h = &f->half[from];

	tell_gap(t, f, from, end);
	if (!seq_before(h->next, end))
		return;
	h->gap_end = end;
	nids_filler(f, from, h->next, end - h->next, t->now);
	half_settle(t, f, from);
}

/* What the capture has cut off will not come. */
static void
fill_cut(struct stream_table *t, struct flow *f, enum side from)
{
	struct half *h = &f->half[from];

	while (h->cut.count > 0 && !f->nids_gone && !seq_before(h->next, h->cut.list[0].start)) {
		uint32_t end = h->cut.list[0].end;
		spans_drop(&h->cut, end);
		gap_until(t, f, from, end);
	}
}

/* The doubtful segment that has the next byte, or else (*end) begins before the hole's end. */
static struct held_packet **
find_doubtful(struct flow *f, enum side from, uint32_t *end, bool *sure)
{
	uint32_t next = f->half[from].next;
	struct held_packet **at;

	for (at = &f->doubtful.first; *at != NULL; at = &(*at)->next) {
		const struct segment *s = &(*at)->segment;
		if (s->from != from)
			continue;
		if (!seq_before(next, s->seq) && seq_before(next, segment_end(s)))
			return at;
		if (seq_before(next, s->seq) && seq_before(s->seq, *end)) {
			*end = s->seq;
			*sure = true;
		}
	}
	return NULL;
}

/* Out of the list first: what is fed may settle what waits. */
static void
feed_held(struct stream_table *t, struct flow *f, struct held_list *list, struct held_packet **at)
{
	struct held_packet *h = held_take(list, at);

	delivery_segment(t, f, &h->segment);
	held_free(t, h);
}

void
delivery_gap(struct stream_table *t, struct flow *f, enum side from)
{
	bool sure;
	uint32_t end = hole_end(f, from, &sure);
	struct held_packet **doubtful = find_doubtful(f, from, &end, &sure);

	if (doubtful != NULL && seq_before(f->half[from].next, end)) {
		/* Nothing came in its place, and the receiver has it. */
		feed_held(t, f, &f->doubtful, doubtful);
	} else if (sure) {
		gap_until(t, f, from, end);
	} else {
		tell_gap(t, f, from, end);
	}
	fill_cut(t, f, from);
}

bool
delivery_has_hole(const struct flow *f, enum side s)
{
	const struct half *h = &f->half[s];
	bool sure;
	uint32_t end = hole_end(f, s, &sure);

	return seq_before(sure ? h->next : half_front(h), end);
}

/* Bytes of this side were acknowledged and not seen: only then is waiting for the mirror, and not
 * for the sender. */
bool
delivery_lost(const struct flow *f, enum side s)
{
	const struct half *h = &f->half[s];

	return h->acked_known && seq_before(h->next, h->acked) && delivery_has_hole(f, s);
}

/* ---- held segments ---- */

/* Data may not be delivered before what it acknowledges: its sender had read that. */
bool
delivery_must_hold(const struct flow *f, enum side from, uint32_t ack)
{
	return seq_before(half_front(&f->half[other_side(from)]), ack);
}

/* Two segments that each acknowledge the other: one of them is a retransmission, made after the
 * answer to its first copy.  It must not wait for that answer, which itself waits for these bytes.
 */
bool
delivery_is_waited_for(const struct flow *f, const struct segment *s)
{
	for (const struct held_packet *h = f->held.first; h != NULL; h = h->next)
		if (h->segment.from != s->from && seq_before(s->seq, h->segment.ack) &&
			seq_before(h->segment.seq, s->ack))
			return true;
	return false;
}

/* ---- segments ---- */

static bool
room_ahead(const struct stream_table *t, const struct half *h, size_t bytes)
{
	return h->ahead.count < SPANS_MAX && h->queued + (int64_t)bytes <= LIMIT_STREAM_QUEUED &&
	       t->queued + (int64_t)bytes <= LIMIT_QUEUED_ALL;
}

/* The first FIN counts; libnids would keep what lies behind it for ever.  False: nothing is left.
 */
static bool
take_fin(struct half *h, struct segment *s)
{
	uint32_t end = segment_end(s);

	if (h->fin_known && seq_before(h->fin_seq + 1, end)) {
		if (h->fin_done || !seq_before(s->seq, h->fin_seq))
			return false;
		s->payload = slice_take(s->payload, h->fin_seq - s->seq);
		s->missing = 0;
		s->flags &= (uint8_t)~PACKET_FIN;
	} else if (s->flags & PACKET_FIN && !h->fin_known && seq_before(h->next, end)) {
		h->fin_known = true;
		h->fin_seq = end - 1;
	}
	return true;
}

/* Behind a segment that the capture has cut, its FIN does not follow: that of libnids would stand
 * in the wrong place. */
static void
take_cut(struct half *h, struct segment *s)
{
	uint32_t from = s->seq + (uint32_t)s->payload.len, to = from + s->missing;

	if (s->missing == 0)
		return;
	if (seq_before(h->next, to) && h->cut.count < SPANS_MAX)
		(void)spans_add(&h->cut, seq_before(from, h->next) ? h->next : from, to);
	s->missing = 0;
	s->flags &= (uint8_t)~PACKET_FIN;
}

static void
take_data(struct stream_table *t, struct flow *f, struct segment *s)
{
	struct half *h = &f->half[s->from];
	uint32_t end = segment_end(s);

	if (end == s->seq)
		return;
	/* A hole that is told is not waited for again; and without room to wait it is told now. */
	if (seq_before(h->next, s->seq) && !seq_before(h->told, s->seq))
		gap_until(t, f, s->from, s->seq);
	while (seq_before(h->next, s->seq) && !f->nids_gone && !room_ahead(t, h, s->payload.len)) {
		bool nearer = h->ahead.count > 0 && seq_before(h->ahead.list[0].start, s->seq);
		gap_until(t, f, s->from, nearer ? h->ahead.list[0].start : s->seq);
	}
	if (s->payload.len > 1 && (seq_before(s->seq, h->next) || h->ahead.count > 0) &&
		sent_differs(&f->sent[s->from], s->seq, s->payload))
		tell_anomaly(t, f, s->from, STREAM_CHANGED);
	if (!seq_before(h->next, end)) {
		COUNT(t->counters, segments_old);
	} else if (!seq_before(h->next, s->seq)) { /* in order; what was delivered is cut off */
		s->payload = slice_skip(s->payload, h->next - s->seq);
		s->seq = h->next;
		feed(t, f, s);
	} else if (spans_add(&h->ahead, s->seq, end)) {
		COUNT(t->counters, segments_old);
	} else {
		h->queued += (int64_t)s->payload.len;
		t->queued += (int64_t)s->payload.len;
		feed(t, f, s);
	}
}

void
delivery_segment(struct stream_table *t, struct flow *f, const struct segment *given)
{
	struct half *h = &f->half[given->from];
	struct segment s = *given;

	if (!take_fin(h, &s)) {
		COUNT(t->counters, segments_old);
		return;
	}
	take_cut(h, &s);
	take_data(t, f, &s);
	fill_cut(t, f, s.from);
}

bool
delivery_force(struct stream_table *t, struct flow *f)
{
	if (f->held.first == NULL)
		return false;
	feed_held(t, f, &f->held, &f->held.first);
	return true;
}

static bool
release_one(struct stream_table *t, struct flow *f)
{
	for (struct held_packet **at = &f->held.first; *at != NULL; at = &(*at)->next) {
		if (delivery_must_hold(f, (*at)->segment.from, (*at)->segment.ack))
			continue;
		feed_held(t, f, &f->held, at);
		return true;
	}
	return false;
}

void
delivery_release(struct stream_table *t, struct flow *f)
{
	while (!f->nids_gone && f->held.first != NULL && release_one(t, f))
		;
}
