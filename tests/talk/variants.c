#include "talk/variants.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/ptime.h"
#include "talk/checks.h"
#include "talk/known.h"
#include "talk/packets.h"

/* So slow that whatever is missing has been given up before the next packet comes. */
#define SLOW (700 * PTIME_MS)

static const struct wire wire_v4 = { 4, 40000, 25, 7, NULL };

/* ---- a dialogue as packets, and what is fed of them ---- */

struct made {
	struct packets packets;
	struct wire_frame *frames; /* of each packet */
	struct wire_frame *fed;	   /* those of one trial, in its order */
	size_t fed_count;
};

static struct wire
wire_of(const struct talk *t, const struct wire *like)
{
	struct wire w = *like;
	w.server_port = talk_server(t).port;
	return w;
}

static void
make_frames(struct made *m, const struct talk *t, const struct wire *like)
{
	struct wire w = wire_of(t, like);
	size_t size = (m->packets.count + 1) * sizeof(*m->frames);
	m->frames = must_alloc(size);
	m->fed = must_alloc(size);
	m->fed_count = 0;
	wire_frames(&w, m->packets.list, m->packets.count, m->frames);
}

static void
make(struct made *m, const struct talk *t, enum packets_cut cut, const struct wire *like)
{
	packets_make(t, cut, &m->packets);
	make_frames(m, t, like);
}

static void
unmake(struct made *m)
{
	packets_free(&m->packets);
	free(m->frames);
	free(m->fed);
}

static void
feed(struct made *m, size_t i)
{
	m->fed[m->fed_count++] = m->frames[i];
}

static void
feed_all(struct made *m)
{
	m->fed_count = 0;
	for (size_t i = 0; i < m->packets.count; i++)
		feed(m, i);
}

/* Each event of the dialogue so much later than the one before. */
static void
slow_down(struct made *m, int64_t by)
{
	for (size_t i = 0; i < m->packets.count; i++)
		m->frames[i].time =
			m->packets.list[i].time + by * (int64_t)m->packets.list[i].event;
}

/* A mirror writes down when a packet came to it, not when it was sent. */
static void
times_rise(struct made *m)
{
	int64_t now = 0;
	for (size_t i = 0; i < m->fed_count; i++) {
		now = m->fed[i].time > now ? m->fed[i].time : now;
		m->fed[i].time = now;
	}
}

/* ---- a trial ---- */

static int64_t
lost_in_file(const struct talk *t)
{
	int64_t bytes = 0;
	for (size_t i = 0; i < t->count; i++)
		if (t->events[i].kind == TALK_LOST && talk_speaks(t, t->events[i].side))
			bytes += (int64_t)t->events[i].len;
	return bytes;
}

static struct trial
trial_of(const struct column *c, unsigned checks)
{
	bool one_sided = !talk_speaks(c->talk, SMTP_CLIENT) || !talk_speaks(c->talk, SMTP_SERVER);
	return (struct trial){ .talk = c->talk,
		.whole = c->whole,
		.checks = checks | CHECK_SESSION,
		.gap_bytes = lost_in_file(c->talk),
		.midstream = c->talk->midstream,
		.one_sided = one_sided,
		/* One FIN closes nothing. */
		.close = one_sided ? -1 : (int)c->talk->close };
}

static void
say_failed(const struct column *c, const char *where, const char *why, const struct run *got)
{
	printf("FAIL %s %s%s%s: %s\n", c->talk->name, c->variant->name, where[0] != '\0' ? " " : "",
		where, why);
	if (c->verbose)
		printf("--- got\n%s", buf_cstr(&((struct run *)(uintptr_t)got)->text));
}

/* Runs what is fed, and counts. */
static void
try(struct column *c, struct made *m, struct trial *t, const char *where)
{
	struct run got;
	struct buf why;
	buf_init(&why, 8192);
	rig_run(c->rig, m->fed, m->fed_count, &got);
	t->got = &got;
	bool failed = checks_run(t, &why) != 0;
	bool known = failed && known_fault(c->talk->name, c->variant->name, buf_cstr(&why));
	c->tally.total++;
	c->tally.passed += !failed || known;
	c->tally.known += known;
	if (failed && !known && !c->quiet)
		say_failed(c, where, buf_cstr(&why), &got);
	buf_release(&why);
	run_release(&got);
}

#define ALL_SAME (CHECK_SAME | CHECK_GAPS | CHECK_FLAGS)
#define EXPLAINED (CHECK_MAILS | CHECK_ANOMALIES | CHECK_REPLIES)

/* ---- the same, in other packets ---- */

static void
run_same(struct column *c, enum packets_cut cut, const struct wire *like, const char *differs)
{
	struct made m;
	struct trial t = trial_of(c, ALL_SAME);
	t.differs = differs;
	make(&m, c->talk, cut, like);
	feed_all(&m);
	try(c, &m, &t, "");
	unmake(&m);
}

static void
run_whole(struct column *c)
{
	run_same(c, CUT_TURNS, &wire_v4, NULL);
}

static void
run_bytes(struct column *c)
{
	run_same(c, CUT_BYTES, &wire_v4, NULL);
}

static void
run_ipv6(struct column *c)
{
	static const struct wire v6 = { 6, 40000, 25, 7, NULL };
	run_same(c, CUT_TURNS, &v6, "helo-is-target");
}

static void
run_tunnel(struct column *c)
{
	static const struct wire gre = { 4, 40000, 25, 7, "ethernet+vlan:80+ipv4+gre" };
	run_same(c, CUT_TURNS, &gre, NULL);
}

/* ---- in another order ---- */

static bool
is_data(const struct wire_packet *p)
{
	return p->bytes != NULL;
}

/* Each second segment of a side before its neighbour. */
static void
feed_swapped(struct made *m)
{
	const struct wire_packet *p = m->packets.list;
	for (size_t i = 0; i < m->packets.count; i++) {
		bool pair = i + 1 < m->packets.count && is_data(&p[i]) && is_data(&p[i + 1]) &&
			    p[i].side == p[i + 1].side;
		if (pair)
			feed(m, i + 1);
		feed(m, i);
		i += pair;
	}
}

#define WINDOW 8 /* segments that a mirror may hold back */

/* The segments between two of the other side from the last to the first, behind what acknowledges
 * them. */
static void
feed_reversed(struct made *m)
{
	const struct wire_packet *p = m->packets.list;
	for (size_t i = 0; i < m->packets.count;) {
		size_t end = i;
		while (end < m->packets.count && is_data(&p[end]) && p[end].side == p[i].side &&
			end - i < WINDOW)
			end++;
		size_t next = end > i ? end : i + 1;
		if (end > i && end < m->packets.count && !is_data(&p[end]))
			feed(m, next++);
		while (end > i)
			feed(m, --end);
		if (next == i + 1 && !is_data(&p[i]))
			feed(m, i);
		i = next;
	}
}

/* Each packet of the client behind the next one of the server. */
static void
feed_client_late(struct made *m)
{
	const struct wire_packet *p = m->packets.list;
	for (size_t i = 0; i < m->packets.count; i++) {
		size_t end = i;
		while (end < m->packets.count && p[end].side == SMTP_CLIENT)
			end++;
		if (end > i && end < m->packets.count)
			feed(m, end);
		for (size_t k = i; k < end; k++)
			feed(m, k);
		if (end == i)
			feed(m, i);
		i = end > i && end < m->packets.count ? end : end > i ? end - 1 : i;
	}
}

static void
run_reordered(struct column *c)
{
	static const struct {
		const char *name;
		void (*feed)(struct made *m);
	} orders[] = {
		{ "swapped", feed_swapped },
		{ "reversed", feed_reversed },
		{ "client late", feed_client_late },
	};
	struct made m;
	struct trial t = trial_of(c, ALL_SAME);
	make(&m, c->talk, CUT_LINES, &wire_v4);
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		m.fed_count = 0;
		orders[i].feed(&m);
		times_rise(&m);
		try(c, &m, &t, orders[i].name);
	}
	unmake(&m);
}

static bool
has_segment_to_change(const struct packets *p)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->list[i].bytes != NULL &&
			p->list[i].len > 1) /* one byte may be a keep-alive */
			return true;
	return false;
}

static void
run_retransmitted(struct column *c)
{
	for (int late = 0; late < 2; late++) {
		struct made m;
		struct trial t = trial_of(c, ALL_SAME);
		packets_make(c->talk, CUT_TURNS, &m.packets);
		if (has_segment_to_change(&m.packets))
			t.extra = "changed-retransmission";
		packets_double_changed(&m.packets, late);
		make_frames(&m, c->talk, &wire_v4);
		feed_all(&m);
		times_rise(&m);
		try(c, &m, &t, late ? "behind the next packet" : "at once");
		unmake(&m);
	}
}

/* ---- less of it ---- */

static void
run_alone(struct column *c, enum smtp_side side)
{
	struct made m;
	struct trial t = trial_of(c, CHECK_FLAGS | CHECK_SILENT | CHECK_ANOMALIES);
	if (side == SMTP_CLIENT)
		t.checks |= CHECK_MAILS;
	t.one_sided = t.ends = true;
	t.close = -1;
	t.speaks = (int)side;
	make(&m, c->talk, CUT_TURNS, &wire_v4);
	for (size_t i = 0; i < m.packets.count; i++)
		if (m.packets.list[i].side == side)
			feed(&m, i);
	try(c, &m, &t, "");
	unmake(&m);
}

static void
run_client_alone(struct column *c)
{
	run_alone(c, SMTP_CLIENT);
}

static void
run_server_alone(struct column *c)
{
	run_alone(c, SMTP_SERVER);
}

static const char *
place(const struct made *m, size_t i, const char *how, char *out, size_t size)
{
	const struct wire_packet *p = &m->packets.list[i];
	char text[40] = "";
	for (size_t k = 0; k < p->len && k < sizeof(text) - 1 && p->bytes != NULL; k++)
		text[k] = (char)(p->bytes[k] >= ' ' && p->bytes[k] < 127 ? p->bytes[k] : '.');
	snprintf(out, size, "%zu of %zu%s (%c%s%s%s%s %zu \"%s\")", i + 1, m->packets.count, how,
		p->side == SMTP_CLIENT ? 'C' : 'S', p->flags & WIRE_SYN ? " SYN" : "",
		p->flags & WIRE_FIN ? " FIN" : "", p->flags & WIRE_RST ? " RST" : "",
		p->len == 0 ? " ACK" : "", p->len, text);
	return out;
}

/* From the packet on, without a handshake. */
static void
run_middle(struct column *c)
{
	struct made m;
	char where[200];
	make(&m, c->talk, CUT_TURNS, &wire_v4);
	for (size_t i = 0; i < m.packets.count; i++) {
		struct trial t = trial_of(c, EXPLAINED);
		if (m.frames[i].data == NULL || m.packets.list[i].flags & WIRE_SYN)
			continue;
		m.fed_count = 0;
		for (size_t k = i; k < m.packets.count; k++)
			feed(&m, k);
		t.ends = t.midstream = true;
		t.close = -1;
		try(c, &m, &t, place(&m, i, "", where, sizeof(where)));
	}
	unmake(&m);
}

/* Up to the packet. */
static void
run_front(struct column *c)
{
	struct made m;
	char where[200];
	make(&m, c->talk, CUT_TURNS, &wire_v4);
	for (size_t i = 1; i < m.packets.count; i++) {
		struct trial t = trial_of(c, EXPLAINED);
		m.fed_count = 0;
		for (size_t k = 0; k < i; k++)
			feed(&m, k);
		t.ends = true;
		t.close = -1;
		try(c, &m, &t, place(&m, i, "", where, sizeof(where)));
	}
	unmake(&m);
}

/* ---- one packet lost, each in turn ---- */

static bool
before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

/* What the packet says of the place of that side's bytes. */
static bool
says(const struct wire_packet *p, uint8_t side, uint32_t *out)
{
	if (p->unseen || (p->side != side && !(p->flags & WIRE_ACK)))
		return false;
	*out = p->side == side ? p->seq : p->ack;
	return true;
}

/* Of the packet's bytes those of which other packets say that they were sent: one that goes on or
 * acknowledges behind them, and one before them; there the capture begins. */
static int64_t
missed(const struct made *m, size_t lost)
{
	const struct wire_packet *l = &m->packets.list[lost];
	uint32_t first = l->seq + (uint32_t)l->len, last = l->seq, at;
	for (size_t i = 0; i < m->packets.count; i++) {
		if (i == lost || !says(&m->packets.list[i], l->side, &at))
			continue;
		first = before(at, first) ? at : first;
		last = before(last, at) ? at : last;
	}
	int64_t bytes = (int64_t)(last - l->seq);
	if (!before(first, l->seq + 1))
		return 0;
	return bytes < (int64_t)l->len ? bytes : (int64_t)l->len;
}

/* Another packet has data. */
static bool
is_data_left(const struct made *m, size_t lost)
{
	for (size_t i = 0; i < m->packets.count; i++)
		if (i != lost && is_data(&m->packets.list[i]))
			return true;
	return false;
}

static void
lose_one(struct column *c, struct made *m, size_t lost, bool slow)
{
	char where[200];
	const struct wire_packet *l = &m->packets.list[lost];
	int64_t bytes = l->len > 0 ? missed(m, lost) : 0;
	struct trial t = trial_of(c, CHECK_GAPS | (l->len > 0 ? EXPLAINED : CHECK_SAME));
	t.gap_bytes += bytes;
	t.close = -1;
	/* The SYN-ACK of a client that is never seen: nothing else says where the stream begins. */
	if (l->flags & WIRE_SYN && t.one_sided) {
		t.checks = EXPLAINED | CHECK_GAPS;
		t.midstream = true;
	}
	t.ends = !is_data_left(m, lost);
	m->fed_count = 0;
	for (size_t k = 0; k < m->packets.count; k++)
		if (k != lost)
			feed(m, k);
	try(c, m, &t, place(m, lost, slow ? " slowly" : "", where, sizeof(where)));
}

static void
run_lost(struct column *c, enum packets_cut cut)
{
	struct made m;
	make(&m, c->talk, cut, &wire_v4);
	for (int slow = 0; slow < 2; slow++) {
		slow_down(&m, slow ? SLOW : 0);
		for (size_t i = 0; i < m.packets.count; i++)
			if (m.frames[i].data != NULL)
				lose_one(c, &m, i, slow);
	}
	unmake(&m);
}

static void
run_lost_segment(struct column *c)
{
	run_lost(c, CUT_TURNS);
}

static void
run_lost_line(struct column *c)
{
	run_lost(c, CUT_LINES);
}

/* ---- the table ---- */

const struct variant variants[] = {
	{ "whole", "a segment for what a side says until the other speaks", run_whole },
	{ "bytes", "a segment for each byte", run_bytes },
	{ "reordered", "segments in another order, and behind what answers them", run_reordered },
	{ "retransmitted", "each segment again, with other bytes", run_retransmitted },
	{ "ipv6", "over IPv6", run_ipv6 },
	{ "tunnel", "in a VLAN, in GRE", run_tunnel },
	{ "client-alone", "only the client's packets", run_client_alone },
	{ "server-alone", "only the server's packets", run_server_alone },
	{ "middle", "from each packet on, without a handshake", run_middle },
	{ "front", "up to each packet", run_front },
	{ "lost-segment", "without one packet, each in turn", run_lost_segment },
	{ "lost-line", "without one line, each in turn", run_lost_line },
};
const size_t variants_count = sizeof(variants) / sizeof(variants[0]);

const struct variant *
variant_find(const char *name)
{
	for (size_t i = 0; i < variants_count; i++)
		if (strcmp(variants[i].name, name) == 0)
			return &variants[i];
	return NULL;
}

struct wire_frame *
variant_whole_frames(const struct talk *t, const struct wire *like, size_t *count)
{
	struct made m;
	make(&m, t, CUT_TURNS, like);
	struct wire_frame *frames = m.frames;
	*count = m.packets.count;
	m.frames = NULL;
	unmake(&m);
	return frames;
}
