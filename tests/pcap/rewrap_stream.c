/* Treatments of whole streams: numbers shifted, options changed, ports used again, how they begin
 * and end. */
#include "rewrap.h"

#include <stdlib.h>
#include <string.h>

/* ---- options of TCP: RFC 9293 3.1 ---- */

enum { OPT_END, OPT_NOP, OPT_MSS, OPT_SCALE, OPT_SACK_OK, OPT_SACK, OPT_TIMES = 8 };

/* A copy in which every option of a kind is overwritten by NOPs. */
static struct slice
options_without(struct slice options, uint8_t kind)
{
	uint8_t *copy = take(options.len);

	if (options.len > 0)
		memcpy(copy, options.ptr, options.len);
	for (size_t i = 0; i < options.len && copy[i] != OPT_END;) {
		size_t len = copy[i] == OPT_NOP || i + 1 >= options.len ? 1 : copy[i + 1];
		if (len == 0 || i + len > options.len)
			break;
		if (copy[i] == kind)
			memset(copy + i, OPT_NOP, len);
		i += len;
	}
	return (struct slice){ copy, options.len };
}

/* no-scale */
int
treat_no_scale(struct trace *t, const struct args *a)
{
	struct tcp v;

	(void)a;
	for (size_t i = 0; i < t->count; i++) {
		struct pkt *p = &t->list[i];
		if (!(p->flags & SYN) || !tcp_view(p, &v))
			continue;
		v.options = options_without(v.options, OPT_SCALE);
		*p = tcp_make(t, p, &v);
	}
	return 0;
}

/* tcp-options=none|times|full: none, a time stamp, or 40 bytes. */
int
treat_options(struct trace *t, const struct args *a)
{
	static const char *const words[] = { "none", "times", "full", NULL };
	static const size_t sizes[] = { 0, 12, 40 };
	int which;
	struct tcp v;

	if (word_of(t, a->text[0], words, &which) < 0)
		return -1;
	for (size_t i = 0; i < t->count; i++) {
		struct pkt *p = &t->list[i];
		if (!tcp_view(p, &v))
			continue;
		uint8_t *options = take(40);
		memset(options, OPT_NOP, 40);
		if (which > 0) { /* RFC 7323 3.2, appendix A */
			uint32_t ms = (uint32_t)(p->time / 1000000);
			memcpy(options + 2, (uint8_t[]){ OPT_TIMES, 10 }, 2);
			put32(options + 4, ms + p->dir * 77777u);
			put32(options + 8, p->flags & ACK ? ms - 1 + (1u - p->dir) * 77777u : 0);
		}
		v.options = (struct slice){ options, sizes[which] };
		*p = tcp_make(t, p, &v);
	}
	return 0;
}

/* urgent: RFC 6093 says that nobody should use it; the bytes stay where they are. */
int
treat_urgent(struct trace *t, const struct args *a)
{
	struct tcp v;

	(void)a;
	for (size_t i = 0; i < t->count; i++) {
		struct pkt *p = &t->list[i];
		if (p->payload == 0 || !tcp_view(p, &v))
			continue;
		v.flags |= URG;
		v.urgent = 65535; /* beyond all that is sent */
		*p = tcp_make(t, p, &v);
	}
	return 0;
}

/* ---- sequence numbers ---- */

/* All of a stream's packets, moved. */
static void
shift_packet(struct trace *t, struct pkt *p, const uint32_t by[2])
{
	struct tcp v;

	if (!tcp_view(p, &v))
		return;
	v.seq += by[p->dir];
	if (v.flags & ACK)
		v.ack += by[1 - p->dir];
	v.options = options_without(v.options, OPT_SACK);
	*p = tcp_make(t, p, &v);
}

/* shift=wrap|sign: the numbers pass 2^32, or 2^31, halfway through each direction. */
int
treat_shift(struct trace *t, const struct args *a)
{
	static const char *const words[] = { "wrap", "sign", NULL };
	int which;

	if (word_of(t, a->text[0], words, &which) < 0)
		return -1;
	uint32_t *by = calloc(2 * t->streams_count + 1, sizeof *by);
	if (by == NULL)
		exit(3);
	for (size_t i = 0; i < t->count; i++) { /* first the lengths */
		const struct pkt *p = &t->list[i];
		if (p->stream < 0)
			continue;
		uint32_t len = p->seq + p->payload - t->streams[p->stream].base[p->dir];
		uint32_t *longest = &by[2 * p->stream + p->dir];
		if (len < 1u << 30 && len > *longest)
			*longest = len;
	}
	for (size_t i = 0; i < 2 * t->streams_count; i++) {
		struct stream *s = &t->streams[i / 2];
		uint32_t base = (which == 0 ? 0 : 1u << 31) - by[i] / 2;
		by[i] = base - s->base[i % 2];
		s->base[i % 2] = base;
	}
	for (size_t i = 0; i < t->count; i++)
		if (t->list[i].stream >= 0)
			shift_packet(t, &t->list[i], &by[2 * t->list[i].stream]);
	free(by);
	return 0;
}

/* ---- reuse=copy|rename[:DELTA] ---- */

struct life {
	int64_t first, last;
	uint32_t end[2]; /* sequence numbers */
	bool over;	 /* FIN or RST */
};

static struct life *
lives(const struct trace *t)
{
	struct life *all = calloc(t->streams_count + 1, sizeof *all);

	if (all == NULL)
		exit(3);
	for (size_t i = 0; i < t->count; i++) {
		const struct pkt *p = &t->list[i];
		if (p->stream < 0)
			continue;
		struct life *l = &all[p->stream];
		uint32_t end = p->seq + p->payload;
		if (l->first == 0) {
			l->first = p->time;
			memcpy(l->end, t->streams[p->stream].base, sizeof l->end);
		}
		l->last = p->time;
		l->over |= (p->flags & (FIN | RST)) != 0;
		if (before(l->end[p->dir], end) && !(p->flags & RST))
			l->end[p->dir] = end;
	}
	return all;
}

/* Every stream that ended comes once more, 10 ms after its end, from `delta` behind its last number
 * on. */
static void
reuse_copy(struct trace *t, const struct life *all, uint32_t delta)
{
	size_t count = t->count, streams = t->streams_count;
	int *number_of = calloc(streams + 1, sizeof *number_of);

	t->streams_cap = 2 * streams + 1;
	t->streams = realloc(t->streams, t->streams_cap * sizeof *t->streams);
	if (t->streams == NULL || number_of == NULL)
		exit(3);
	for (size_t i = 0; i < count; i++) {
		struct pkt p = t->list[i];
		if (p.stream < 0 || !all[p.stream].over || !t->streams[p.stream].syn[CLIENT])
			continue;
		const struct life *l = &all[p.stream];
		uint32_t by[2];
		for (int d = 0; d < 2; d++)
			by[d] = l->end[d] + delta - t->streams[p.stream].base[d];
		if (number_of[p.stream] == 0) {
			struct stream *s = &t->streams[t->streams_count++];
			*s = t->streams[p.stream];
			s->base[CLIENT] += by[CLIENT];
			s->base[SERVER] += by[SERVER];
			number_of[p.stream] = (int)t->streams_count;
		}
		p.time += l->last - l->first + 10000000;
		shift_packet(t, &p, by);
		p.stream = number_of[p.stream] - 1;
		trace_add(t, &p);
	}
	free(number_of);
	trace_sort(t);
}

static void
rename_port(struct trace *t, struct pkt *p, int side, uint16_t port)
{
	struct tcp v;

	if (!tcp_view(p, &v))
		return;
	struct pkt like = *p;
	like.data = take(p->len);
	memcpy(like.data, p->data, p->len);
	put16(like.data + v.ip_len + (p->dir == side ? 0 : 2), port);
	*p = tcp_make(t, &like, &v);
}

/* A stream takes the client's port of the last one between the same hosts, if that has ended. */
static void
reuse_rename(struct trace *t, const struct life *all)
{
	uint16_t *port = calloc(t->streams_count + 1, sizeof *port);

	if (port == NULL)
		exit(3);
	for (size_t i = 0; i < t->streams_count; i++) {
		const struct stream *s = &t->streams[i];
		for (size_t k = i; k-- > 0;) {
			const struct stream *e = &t->streams[k];
			if (e->end[SERVER].port != s->end[SERVER].port || e->family != s->family ||
				memcmp(e->end[CLIENT].addr, s->end[CLIENT].addr, 16) != 0 ||
				memcmp(e->end[SERVER].addr, s->end[SERVER].addr, 16) != 0)
				continue;
			if (all[k].over && all[k].last < all[i].first)
				port[i] = port[k] ? port[k] : e->end[CLIENT].port;
			break;
		}
	}
	for (size_t i = 0; i < t->count; i++) {
		struct pkt *p = &t->list[i];
		if (p->stream >= 0 && port[p->stream] != 0)
			rename_port(t, p, CLIENT, port[p->stream]);
	}
	for (size_t i = 0; i < t->streams_count; i++)
		if (port[i] != 0)
			t->streams[i].end[CLIENT].port = port[i];
	free(port);
}

int
treat_reuse(struct trace *t, const struct args *a)
{
	static const char *const words[] = { "copy", "rename", NULL };
	uint32_t delta = 64000;
	int how;

	if (word_of(t, a->text[0], words, &how) < 0 ||
		(a->text[1] && number(t, a->text[1], "reuse", 1, UINT32_MAX, &delta) < 0))
		return -1;
	struct life *all = lives(t);
	if (how == 0)
		reuse_copy(t, all, delta);
	else
		reuse_rename(t, all);
	free(all);
	return 0;
}

/* ---- elsewhere=N ---- */

static bool
is_of_mail(uint16_t port)
{
	return port == 25 || port == 587 || port == 2525;
}

int
treat_elsewhere(struct trace *t, const struct args *a)
{
	uint32_t by;

	if (number(t, a->text[0], "elsewhere", 1, 60000, &by) < 0)
		return -1;
	for (size_t i = 0; i < t->count; i++) {
		struct pkt *p = &t->list[i];
		if (p->stream >= 0 && is_of_mail(t->streams[p->stream].end[SERVER].port))
			rename_port(t, p, SERVER,
				(uint16_t)(t->streams[p->stream].end[SERVER].port + by));
	}
	for (size_t i = 0; i < t->streams_count; i++)
		if (is_of_mail(t->streams[i].end[SERVER].port))
			t->streams[i].end[SERVER].port =
				(uint16_t)(t->streams[i].end[SERVER].port + by);
	return 0;
}

/* ---- beginnings and ends ---- */

/* Who got data with the SYN acknowledges it from then on; who sent it goes on behind it. */
static void
acknowledge(struct trace *t, const struct pkt *start)
{
	uint32_t end = start->seq + start->payload;
	struct pkt syn = *start;
	struct tcp v;

	for (struct pkt *p = t->list; p < t->list + t->count; p++) {
		if (p->stream != syn.stream || !tcp_view(p, &v))
			continue;
		if (p->dir != syn.dir && v.flags & ACK && before(v.ack, end))
			v.ack = end;
		else if (p->dir == syn.dir && !(v.flags & SYN) && before(v.seq, end))
			v.seq = end;
		else
			continue;
		*p = tcp_make(t, p, &v);
	}
}

/* syn-data=client|server: the first data of that side moves into its SYN (RFC 9293 3.4, RFC 7413).
 */
int
treat_syn_data(struct trace *t, const struct args *a)
{
	static const char *const sides[] = { "client", "server", NULL };
	int side;

	if (word_of(t, a->text[0], sides, &side) < 0)
		return -1;
	size_t *syn = calloc(t->streams_count + 1, sizeof *syn); /* its place + 1 */
	if (syn == NULL)
		exit(3);
	for (size_t i = 0; i < t->count; i++) {
		struct pkt *p = &t->list[i];
		struct tcp v, data;
		if (p->stream < 0 || !tcp_view(p, &data))
			continue;
		size_t *at = &syn[p->stream];
		if (p->dir == side && p->flags & SYN && *at == 0) {
			*at = i + 1;
		} else if (*at > 0 && *at != SIZE_MAX && p->dir == side && p->payload > 0) {
			struct pkt *start = &t->list[*at - 1];
			if (start->seq == p->seq && !(p->flags & FIN) && tcp_view(start, &v)) {
				v.payload = data.payload;
				*start = tcp_make(t, start, &v);
				p->gone = true;
				acknowledge(t, start);
			}
			*at = SIZE_MAX;
		}
	}
	free(syn);
	trace_compact(t);
	return 0;
}

/* reset=after|foreign: an RST of the client behind the last FIN; or one in the middle that no host
 * would take, as it is outside of every window (RFC 9293 3.10.7.4). */
int
treat_reset(struct trace *t, const struct args *a)
{
	static const char *const words[] = { "after", "foreign", NULL };
	int how;

	if (word_of(t, a->text[0], words, &how) < 0)
		return -1;
	uint8_t *fins = calloc(t->streams_count + 1, 1);
	if (fins == NULL)
		exit(3);
	size_t count = t->count;
	struct pkt *old = t->list;
	t->list = NULL;
	t->count = t->cap = 0;
	for (size_t i = 0; i < count; i++) {
		struct pkt *p = &old[i];
		struct tcp v;
		trace_add(t, p);
		if (p->stream < 0 || !tcp_view(p, &v))
			continue;
		uint8_t *seen = &fins[p->stream];
		bool last = p->flags & FIN && (*seen |= (uint8_t)(1u << p->dir)) == 3;
		if (how == 0 ? !last : p->payload == 0)
			continue;
		v.flags = RST | ACK;
		v.seq += (uint32_t)v.payload.len + (how == 0 ? 1 : 0x20000000);
		v.payload.len = 0;
		struct pkt reset = tcp_make(t, p, &v);
		trace_add(t, &reset);
		*seen = how == 0 ? 4 : 0;
	}
	free(old);
	free(fins);
	return 0;
}

/* simultaneous: both send SYN, both answer (RFC 9293 3.5 figure 7). */
int
treat_simultaneous(struct trace *t, const struct args *a)
{
	size_t count = t->count;
	struct pkt *old = t->list;
	size_t *syn = calloc(t->streams_count + 1, sizeof *syn);

	(void)a;
	if (syn == NULL)
		exit(3);
	t->list = NULL;
	t->count = t->cap = 0;
	for (size_t i = 0; i < count; i++) {
		struct pkt *p = &old[i];
		struct tcp v, w;
		bool synack = (p->flags & (SYN | ACK)) == (SYN | ACK);
		if (p->stream >= 0 && p->flags & SYN && !synack)
			syn[p->stream] = i + 1;
		if (p->stream < 0 || !synack || syn[p->stream] == 0 || !tcp_view(p, &v) ||
			!tcp_view(&old[syn[p->stream] - 1], &w)) {
			trace_add(t, p);
			continue;
		}
		struct tcp plain = v;
		plain.flags = SYN;
		plain.ack = 0;
		struct pkt open = tcp_make(t, p, &plain);
		w.flags = SYN | ACK;
		w.ack = v.seq + 1;
		struct pkt answer = tcp_make(t, &old[syn[p->stream] - 1], &w);
		answer.time = p->time;
		trace_add(t, &open);
		trace_add(t, &answer);
		trace_add(t, p);
	}
	free(old);
	free(syn);
	return 0;
}
