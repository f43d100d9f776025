/* Treatments of IP: version, fragments, options, extension headers, lengths and checksums. */
#include "rewrap.h"

#include <stdlib.h>
#include <string.h>

static bool
is_ip(const struct pkt *p)
{
	return p->link == LINK_NONE &&
	       ((p->type == TYPE_IPV4 && p->len >= 20) || (p->type == TYPE_IPV6 && p->len >= 40));
}

static size_t
ip_header(const struct pkt *p)
{
	return p->type == TYPE_IPV4 ? (p->data[0] & 15) * 4u : 40;
}

static void
own_copy(struct pkt *p)
{
	uint8_t *data = take(p->len);

	memcpy(data, p->data, p->len);
	p->data = data;
	p->room = 0;
}

/* A copy with `n` bytes more at `at`; what else is of the payload moves along. */
static uint8_t *
widen(struct pkt *p, size_t at, size_t n)
{
	uint8_t *data = take(p->len + n);

	memcpy(data, p->data, at);
	memcpy(data + at + n, p->data + at, p->len - at);
	p->data = data;
	p->room = 0;
	p->len += (uint32_t)n;
	p->wire += (uint32_t)n;
	if (p->payload_at > 0)
		p->payload_at += (uint32_t)n;
	p->tcp_at += (uint32_t)n;
	return data + at;
}

/* ---- ipv6[=teredo]: 2001:db8::a.b.c.d on both sides, as RFC 7915 translates headers ---- */

static void
address6(uint8_t *to, const uint8_t *v4)
{
	static const uint8_t prefix[12] = { 0x20, 0x01, 0x0d, 0xb8 };

	memcpy(to, prefix, sizeof prefix);
	memcpy(to + 12, v4, 4);
}

static void
to_ipv6(struct pkt *p)
{
	size_t at;
	uint8_t protocol;

	if (!is_ip(p) || p->type != TYPE_IPV4 || !ip_transport(p->data, p->len, &at, &protocol) ||
		(protocol != 6 && protocol != 17))
		return;
	uint8_t *data = take(40 + p->len - at);
	data[0] = 0x60;
	data[6] = protocol;
	data[7] = p->data[8];
	address6(data + 8, p->data + 12);
	address6(data + 24, p->data + 16);
	memcpy(data + 40, p->data + at, p->len - at);
	if (p->payload_at > 0)
		p->payload_at += 40 - (uint32_t)at;
	p->tcp_at = 40;
	p->len = p->wire = (uint32_t)(40 + p->len - at);
	p->data = data;
	p->type = TYPE_IPV6;
	ip_finish(p);
}

/* 2001:db8:: becomes 2001:0::, which is Teredo's (RFC 4380 2.6). */
static void
to_teredo(struct pkt *p)
{
	if (!is_ip(p) || p->type != TYPE_IPV6)
		return;
	own_copy(p);
	for (size_t at = 8; at <= 24; at += 16)
		if (be32(p->data + at) == 0x20010db8)
			put16(p->data + at + 2, 0);
	ip_finish(p);
}

int
treat_ipv6(struct trace *t, const struct args *a)
{
	static const char *const words[] = { "teredo", NULL };
	int which;

	if (a->count > 0 && word_of(t, a->text[0], words, &which) < 0)
		return -1;
	for (size_t i = 0; i < t->count; i++) {
		to_ipv6(&t->list[i]);
		if (a->count > 0)
			to_teredo(&t->list[i]);
	}
	return 0;
}

/* ---- fragment=BYTES[:WORD]... ---- */

enum { IN_ORDER, REVERSED, MIXED, OVERLAPPING, DOUBLED };

struct fragments {
	struct pkt *list;
	size_t count, cap;
};

/* One piece of what stands behind the header (RFC 791 3.2, RFC 8200 4.5). */
static struct pkt
piece_of(const struct pkt *p, size_t header, uint32_t id, size_t from, size_t end)
{
	struct pkt q = *p;
	bool v4 = p->type == TYPE_IPV4, more = header + end < p->len;
	size_t extra = v4 ? 0 : 8;

	q.len = q.wire = (uint32_t)(header + extra + end - from);
	q.data = take(q.len);
	q.room = 0;
	memcpy(q.data, p->data, header);
	memcpy(q.data + header + extra, p->data + header + from, end - from);
	if (v4) {
		put16(q.data + 4, id & 0xffff);
		put16(q.data + 6, (more ? 0x2000u : 0) | (uint32_t)(from / 8));
	} else {
		uint8_t *h = q.data + header;
		h[0] = p->data[6];
		put16(h + 2, (uint32_t)from | more);
		put32(h + 4, id);
		q.data[6] = 44;
	}
	ip_finish(&q);
	q.segment = false;
	q.payload_at = 0;
	if (from > 0)
		q.payload = 0; /* the first piece stands for the whole */
	return q;
}

static void
fragment_one(struct trace *t, const struct pkt *p, uint32_t size, int how)
{
	size_t header = ip_header(p), len = p->len - header, count = (len + size - 1) / size;
	uint32_t id = (uint32_t)(t->ip_id = (uint16_t)(t->ip_id + 1));

	/* RFC 5722: overlapping fragments of IPv6 are no packet; they stay side by side. */
	size_t wider = how == OVERLAPPING && p->type == TYPE_IPV4 ? 8 : 0;
	size_t *order = calloc(count, sizeof *order);
	if (order == NULL)
		exit(3);
	for (size_t i = 0; i < count; i++)
		order[i] = how == REVERSED ? count - 1 - i : i;
	for (size_t i = count; how == MIXED && i-- > 1;) {
		size_t k = chance(t, (uint32_t)i + 1), other = order[i];
		order[i] = order[k];
		order[k] = other;
	}
	for (size_t i = 0; i < count; i++) {
		size_t from = order[i] * size, end = from + size + wider;
		struct pkt q = piece_of(p, header, id, from, end > len ? len : end);
		if (p->piece == 0) { /* else it is in pieces that stand within this packet */
			q.piece = t->pieces + 1 + (uint32_t)order[i];
			q.piece_first = t->pieces + 1;
			q.pieces = (uint32_t)count;
		}
		trace_add(t, &q);
		if (how == DOUBLED)
			trace_add(t, &q);
	}
	t->pieces += p->piece == 0 ? (uint32_t)count : 0;
	free(order);
}

int
treat_fragment(struct trace *t, const struct args *a)
{
	static const char *const words[] = { "in-order", "reversed", "mixed", "overlapping",
		"doubled", NULL };
	uint32_t size;
	int how = IN_ORDER;

	if (number(t, a->text[0], "fragment", 8, 65528, &size) < 0 ||
		(a->text[1] && word_of(t, a->text[1], words, &how) < 0))
		return -1;
	if (size % 8 != 0)
		return refuse(t, "fragment: %u is no multiple of 8", size);
	struct pkt *old = t->list;
	size_t count = t->count;
	t->list = NULL;
	t->count = t->cap = 0;
	for (size_t i = 0; i < count; i++) {
		struct pkt *p = &old[i];
		size_t at;
		uint8_t protocol;
		bool whole = is_ip(p) && ip_transport(p->data, p->len, &at, &protocol);
		if (whole && p->len - ip_header(p) > size)
			fragment_one(t, p, size, how);
		else
			trace_add(t, p);
	}
	free(old);
	return 0;
}

/* ---- headers ---- */

/* ip-options=N: N words of 4 bytes, of NOPs, a router alert (RFC 2113) and a record of the route.
 */
int
treat_ip_options(struct trace *t, const struct args *a)
{
	uint32_t n;

	if (number(t, a->text[0], "ip-options", 1, 10, &n) < 0)
		return -1;
	for (size_t i = 0; i < t->count; i++) {
		struct pkt *p = &t->list[i];
		if (!is_ip(p) || p->type != TYPE_IPV4 || ip_header(p) + n * 4 > 60 ||
			p->len + n * 4 > 65535)
			continue;
		uint8_t *options = widen(p, ip_header(p), n * 4);
		memset(options, 1, n * 4);
		memcpy(options, (uint8_t[]){ 148, 4, 0, 0 }, 4);
		if (n >= 3)
			memcpy(options + 4, (uint8_t[]){ 7, 7, 4, 0, 0, 0, 0 }, 7);
		p->data[0] = (uint8_t)(p->data[0] + n);
		ip_finish(p);
	}
	return 0;
}

/* RFC 8200 4, RFC 4302 2: what stands between IP and TCP. */
static const struct extension {
	const char *name;
	uint8_t protocol, len;
	bool v4;
	uint8_t bytes[24];
} extensions[] = {
	{ "hop", 0, 8, false, { 0, 0, 5, 2, 0, 0, 1, 0 } },
	{ "destination", 60, 16, false, { 0, 1, 1, 12 } },
	{ "routing", 43, 24, false, { 0, 2, 4, 0 } }, /* segment routing's type, at its end */
	{ "ah", 51, 24, true, { 0, 4, 0, 0, 0, 0, 1, 0, 0, 0, 0, 7 } },
};

static int
put_extension(struct trace *t, const char *name)
{
	const struct extension *e = NULL;

	for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++)
		if (strcmp(extensions[i].name, name) == 0)
			e = &extensions[i];
	if (e == NULL)
		return refuse(
			t, "extensions: \"%s\" is none of hop, destination, routing, ah", name);
	for (size_t i = 0; i < t->count; i++) {
		struct pkt *p = &t->list[i];
		if (!is_ip(p) || (p->type == TYPE_IPV4 && !e->v4) || p->len + e->len > 65535)
			continue;
		uint8_t *field = p->data + (p->type == TYPE_IPV4 ? 9 : 6), next = *field;
		uint8_t *h = widen(p, ip_header(p), e->len);
		memcpy(h, e->bytes, e->len);
		h[0] = next;
		p->data[p->type == TYPE_IPV4 ? 9 : 6] = e->protocol;
		ip_finish(p);
	}
	return 0;
}

/* extensions=NAME[:NAME]...: outermost first. */
int
treat_extensions(struct trace *t, const struct args *a)
{
	if (a->count == 0)
		return refuse(t, "extensions: name at least one of hop, destination, routing, ah");
	for (int i = a->count; i-- > 0;)
		if (put_extension(t, a->text[i]) < 0)
			return -1;
	return 0;
}

/* ---- wrong on purpose ---- */

/* bad-sums: checksums of IPv4, TCP and UDP as offloading leaves them. */
int
treat_bad_sums(struct trace *t, const struct args *a)
{
	(void)a;
	for (size_t i = 0; i < t->count; i++) {
		struct pkt *p = &t->list[i];
		size_t at;
		uint8_t protocol;
		if (!is_ip(p))
			continue;
		own_copy(p);
		bool whole = ip_transport(p->data, p->len, &at, &protocol);
		if (p->type == TYPE_IPV4)
			p->data[10] ^= 0x55;
		if (whole && protocol == 6 && p->len >= at + 20)
			p->data[at + 16] ^= 0xaa;
	}
	return 0;
}

/* length0=N: packets of N bytes and more say that they are 0 long (TSO). */
int
treat_length0(struct trace *t, const struct args *a)
{
	uint32_t n;

	if (number(t, a->text[0], "length0", 0, 65535, &n) < 0)
		return -1;
	for (size_t i = 0; i < t->count; i++) {
		struct pkt *p = &t->list[i];
		if (!is_ip(p) || p->len < n)
			continue;
		own_copy(p);
		put16(p->data + (p->type == TYPE_IPV4 ? 2 : 4), 0);
		if (p->type == TYPE_IPV4) {
			put16(p->data + 10, 0);
			put16(p->data + 10, sum_fold(sum_add(0, p->data, ip_header(p))));
		}
	}
	return 0;
}
