#include "sensor/stream/life.h"

#include "sensor/base/ptime.h"
#include "sensor/stream/alias.h"
#include "sensor/stream/delivery.h"
#include "sensor/stream/held.h"

/* How long something waits.  A mirror reorders within milliseconds; 4 packets of the stream proved
 * too few and 8 left streams open, so time decides, and packets only when many have gone by. */
#define WAIT_HOLE (500 * PTIME_MS)
/* Further waits: where only an acknowledgement says that bytes were sent, and after a reset that is
 * not exactly in place, which the receiver refuses (RFC 5961 3.2) or the mirror has torn from its
 * stream. */
enum { WAIT_SILENT = 3, WAIT_RESET = 60 };

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

void
life_wait_end(struct stream_table *t, struct flow *f)
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

/* Another wait of the same kind, counted. */
static void
wait_again(struct stream_table *t, struct flow *f)
{
	uint8_t waits = f->waits;

	life_wait_end(t, f);
	waiting_start(t, f);
	f->waits = (uint8_t)(waits + 1);
}

static bool
waits(const struct flow *f)
{
	return f->held.count > 0 || f->reset_pending || delivery_has_hole(f, SIDE_CLIENT) ||
	       delivery_has_hole(f, SIDE_SERVER);
}

void
life_wait(struct stream_table *t, struct flow *f)
{
	if (f->state == FLOW_EMBRYO || waits(f))
		waiting_start(t, f);
	else
		life_wait_end(t, f);
}

/* Opens the stream at libnids and for the handler. False if that cannot be. */
bool
life_open(struct stream_table *t, struct flow *f)
{
	f->alias[SIDE_CLIENT] = alias_take(t->aliases, f->info.client.addr);
	f->alias[SIDE_SERVER] = alias_take(t->aliases, f->info.server.addr);
	if (f->alias[SIDE_CLIENT] == 0 || f->alias[SIDE_SERVER] == 0) {
		COUNT(t->counters, aliases_full);
		return false;
	}
	for (int s = 0; s < 2; s++) {
		struct half *h = &f->half[s];
		h->next = h->told = h->gap_end = h->said = h->base;
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

/* The handler's last word, and everything that the open stream held is given back; the entry is
 * freed when the packet is done with (stream_table_reap). */
void
life_close(struct stream_table *t, struct flow *f, enum close_reason why)
{
	bool one_sided = !f->half[SIDE_CLIENT].seen || !f->half[SIDE_SERVER].seen;

	life_wait_end(t, f);
	held_clear(t, &f->held);
	held_clear(t, &f->doubtful);
	for (int s = 0; s < 2; s++) {
		t->queued -= f->half[s].queued;
		f->half[s].queued = 0;
		spans_release(&f->half[s].ahead);
		spans_release(&f->half[s].cut);
	}
	nids_forget(f);
	if (one_sided)
		COUNT(t->counters, streams_one_sided);
	held_free(t, f->syn_data);
	f->syn_data = NULL;
	t->handler.close(t->handler.ctx, f->user, why, one_sided, f->last);
	f->user = NULL;
	stream_table_drop_aliases(t, f);
	stream_table_move(t, f, FLOW_CLOSED);
}

/* Nothing more will come: everything that waits is delivered, what is missing is declared. */
static void
life_flush(struct stream_table *t, struct flow *f)
{
	for (;;) {
		bool progress = false;
		delivery_release(t, f);
		for (int s = 0; s < 2 && !f->nids_gone; s++) {
			uint32_t next = f->half[s].next, told = f->half[s].told;
			if (f->half[s].ahead.count > 0 || f->held.count > 0 ||
				delivery_lost(f, (enum side)s))
				delivery_gap(t, f, (enum side)s);
			progress |= f->half[s].next != next || f->half[s].told != told;
		}
		if (f->nids_gone)
			return;
		/* What acknowledges a FIN that was not captured misses nothing. */
		if (!progress && !delivery_force(t, f))
			return;
	}
}

void
life_end(struct stream_table *t, struct flow *f, enum close_reason why)
{
	/* What a side says to have sent is missing, too, where nobody is left to acknowledge it. */
	for (int s = 0; s < 2; s++) {
		struct half *h = &f->half[s];
		if (seq_before(h->acked_known ? h->acked : h->next, h->said)) {
			h->acked = h->said;
			h->acked_known = true;
		}
	}
	life_flush(t, f);
	if (f->half[SIDE_CLIENT].fin_done && f->half[SIDE_SERVER].fin_done)
		why = CLOSE_FIN;
	else if (f->reset_pending)
		why = CLOSE_RESET;
	life_close(t, f, f->nids_gone ? f->why : why);
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
void
life_settle(struct stream_table *t, struct flow *f)
{
	delivery_release(t, f);
	if (!f->nids_gone && f->half[SIDE_CLIENT].fin_done && f->half[SIDE_SERVER].fin_done)
		confirm_fins(f, t->now);
	if (f->nids_gone || (f->half[SIDE_CLIENT].fin_done && f->half[SIDE_SERVER].fin_done))
		life_close(t, f, f->nids_gone ? f->why : CLOSE_FIN);
	else
		life_wait(t, f);
}

/* A reset exactly in place is obeyed; stragglers had their time. */
static bool
reset_obeyed(const struct flow *f)
{
	const struct half *h = &f->half[f->reset_from];

	return f->reset_pending &&
	       (f->reset_seq == h->next || (h->fin_done && f->reset_seq + 1 == h->next));
}

/* The wait is over for what has waited long enough. */
void
life_give_up(struct stream_table *t, struct flow *f, bool silent_too)
{
	if (f->reset_pending && (reset_obeyed(f) || f->waits >= WAIT_RESET)) {
		life_end(t, f, CLOSE_RESET);
		return;
	}
	for (int s = 0; s < 2 && !f->nids_gone; s++) {
		struct half *h = &f->half[s];
		/* Where the receiver is never seen, nothing will be acknowledged. */
		bool unseen = h->ahead.count > 0 && !f->half[other_side((enum side)s)].seen;
		if (!unseen &&
			(!delivery_lost(f, (enum side)s) || (h->ahead.count == 0 && !silent_too)))
			continue;
		if (!h->seen)
			h->absent = true;
		delivery_gap(t, f, (enum side)s);
		delivery_release(t, f);
	}
	if (!f->nids_gone && f->held.count > 0 && !delivery_has_hole(f, SIDE_CLIENT) &&
		!delivery_has_hole(f, SIDE_SERVER))
		(void)delivery_force(t, f);
	/* What still waits, waits for the sender: a fresh wait. */
	uint8_t waits = f->waits;
	life_wait_end(t, f);
	life_settle(t, f);
	if (f->waiting != 0 && f->reset_pending)
		f->waits = (uint8_t)(waits + 1);
}

/* Only a bare acknowledgement says that bytes are missing: the next data will tell more. */
static bool
is_silent(const struct flow *f)
{
	return f->held.count == 0 && !f->reset_pending && f->half[SIDE_CLIENT].ahead.count == 0 &&
	       f->half[SIDE_SERVER].ahead.count == 0;
}

void
life_check(struct stream_table *t)
{
	struct flow *f, *next;

	for (f = t->waiting_first; f != NULL && t->now - f->waiting >= WAIT_HOLE; f = next) {
		next = f->waiting_next;
		if (f->state == FLOW_EMBRYO) {
			stream_begin(t, f);
		} else if (is_silent(f) && f->waits < WAIT_SILENT) {
			wait_again(t, f);
		} else {
			life_give_up(t, f, true);
		}
	}
}
