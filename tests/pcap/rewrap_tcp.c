/* IP packets and TCP segments: taken apart, put together. */
#include "rewrap.h"

#include <string.h>

enum { TCP = 6, UDP = 17 };

/* RFC 8200 4: headers that stand between IPv6 and the transport. */
static bool
ipv6_transport(const uint8_t *ip, size_t len, size_t *at, uint8_t *protocol)
{
	*at = 40;
	*protocol = ip[6];
	for (;;) {
		bool plain = *protocol == 0 || *protocol == 43 || *protocol == 60;

		if (!plain && *protocol != 51)
			return *protocol != 44;
		if (len < *at + 8)
			return false;
		size_t size = plain ? ip[*at + 1] * 8u + 8 : ip[*at + 1] * 4u + 8;
		*protocol = ip[*at];
		*at += size;
		if (len < *at)
			return false;
	}
}

bool
ip_transport(const uint8_t *ip, size_t len, size_t *at, uint8_t *protocol)
{
	if (len >= 40 && ip[0] >> 4 == 6)
		return ipv6_transport(ip, len, at, protocol);
	if (len < 20 || ip[0] >> 4 != 4 || (ip[0] & 15) < 5)
		return false;
	*at = (ip[0] & 15) * 4u;
	*protocol = ip[9];
	if (*protocol == 51 && len >= *at + 8) { /* RFC 4302 2 */
		*protocol = ip[*at];
		*at += ip[*at + 1] * 4u + 8;
	}
	return len >= *at && (be16(ip + 6) & 0x3fff) == 0;
}

bool
tcp_view(const struct pkt *p, struct tcp *out)
{
	uint8_t protocol = 0;

	if (p->link != LINK_NONE || !p->segment || p->len != p->wire ||
		!ip_transport(p->data, p->len, &out->ip_len, &protocol) || protocol != TCP)
		return false;
	const uint8_t *h = p->data + out->ip_len;
	size_t left = p->len - out->ip_len, header = left >= 20 ? (h[12] >> 4) * 4u : 0;
	if (header < 20 || header > left)
		return false;
	out->seq = be32(h + 4);
	out->ack = be32(h + 8);
	out->flags = h[13];
	out->window = be16(h + 14);
	out->urgent = be16(h + 18);
	out->options = (struct slice){ h + 20, header - 20 };
	out->payload = (struct slice){ h + header, left - header };
	return true;
}

/* RFC 9293 3.1, RFC 768, RFC 8200 8.1. */
static void
transport_sum(uint8_t *ip, size_t len, size_t at, uint8_t protocol)
{
	size_t field = at + (protocol == TCP ? 16 : 6);
	const uint8_t *addresses = ip[0] >> 4 == 4 ? ip + 12 : ip + 8;

	if ((protocol != TCP && protocol != UDP) || len < field + 2)
		return;
	put16(ip + field, 0);
	uint64_t sum = sum_add(0, addresses, ip[0] >> 4 == 4 ? 8 : 32);
	sum += protocol + (len - at);
	uint16_t folded = sum_fold(sum_add(sum, ip + at, len - at));
	put16(ip + field, folded == 0 && protocol == UDP ? 0xffff : folded);
}

void
ip_finish(struct pkt *p)
{
	uint8_t *ip = p->data, protocol = 0;
	size_t at = 0;

	if (ip[0] >> 4 == 4) {
		size_t header = (ip[0] & 15) * 4u;
		put16(ip + 2, p->len > 65535 ? 0 : p->len); /* longer: as TSO writes it */
		put16(ip + 10, 0);
		put16(ip + 10, sum_fold(sum_add(0, ip, header)));
	} else {
		put16(ip + 4, p->len - 40 > 65535 ? 0 : p->len - 40);
	}
	if (ip_transport(ip, p->len, &at, &protocol))
		transport_sum(ip, p->len, at, protocol);
}

struct pkt
tcp_make(struct trace *t, const struct pkt *like, const struct tcp *v)
{
	struct pkt p = *like;
	size_t header = 20 + v->options.len;
	size_t len = v->ip_len + header + v->payload.len;
	uint8_t *data = take(len), *h = data + v->ip_len;

	memcpy(data, like->data, v->ip_len + 20);
	if (data[0] >> 4 == 4)
		put16(data + 4, ++t->ip_id);
	put32(h + 4, v->seq);
	put32(h + 8, v->ack);
	h[12] = (uint8_t)(header / 4 << 4);
	h[13] = v->flags;
	put16(h + 14, v->window);
	put16(h + 18, v->urgent);
	if (v->options.len > 0)
		memcpy(h + 20, v->options.ptr, v->options.len);
	if (v->payload.len > 0)
		memcpy(h + header, v->payload.ptr, v->payload.len);
	p.data = data;
	p.room = 0;
	p.len = p.wire = (uint32_t)len;
	p.flags = v->flags;
	p.ack = v->ack;
	p.seq = v->flags & SYN ? v->seq + 1 : v->seq;
	p.payload = (uint32_t)v->payload.len;
	p.payload_at = (uint32_t)(v->ip_len + header);
	p.tcp_at = (uint32_t)v->ip_len;
	ip_finish(&p);
	return p;
}
