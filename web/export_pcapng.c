#include "web/export_pcapng.h"

#include <string.h>

#include "sensor/base/ptime.h"

enum {
	BLOCK_SECTION = 0x0A0D0D0A,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 6,
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	LINK_RAW = 101, /* the packet begins with its IP header */
	SEGMENT_MAX = 1400,
	PACKET_MAX = 40 + 20 + SEGMENT_MAX,
	FLAG_FIN = 1,
	FLAG_SYN = 2,
	FLAG_RST = 4,
	FLAG_PSH = 8,
	FLAG_ACK = 16,
	PROTOCOL_TCP = 6,
	WINDOW = 65535,
	HOPS = 64,
};

/* ---- blocks: little-endian, in steps of four bytes ---- */

static void
put_u16(struct buf *out, unsigned v)
{
	buf_byte(out, (uint8_t)v);
	buf_byte(out, (uint8_t)(v >> 8));
}

static void
put_u32(struct buf *out, uint32_t v)
{
	put_u16(out, v & 0xFFFF);
	put_u16(out, v >> 16);
}

static size_t
padded(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

static void
put_padded(struct buf *out, struct slice s)
{
	buf_add(out, s);
	for (size_t n = s.len; n < padded(s.len); n++) {
		buf_byte(out, 0);
	}
}

void
pcapng_head(struct buf *out, const char *comment)
{
	struct slice text = slice_str(comment);
	uint32_t length = (uint32_t)(28 + 4 + padded(text.len) + 4);
	put_u32(out, BLOCK_SECTION);
	put_u32(out, length);
	put_u32(out, 0x1A2B3C4D);
	put_u16(out, 1); /* version 1.0 */
	put_u16(out, 0);
	put_u32(out, UINT32_MAX); /* length of the section: not said */
	put_u32(out, UINT32_MAX);
	put_u16(out, OPTION_COMMENT);
	put_u16(out, (unsigned)text.len);
	put_padded(out, text);
	put_u16(out, OPTION_END);
	put_u16(out, 0);
	put_u32(out, length);

	put_u32(out, BLOCK_INTERFACE);
	put_u32(out, 20);
	put_u16(out, LINK_RAW);
	put_u16(out, 0);
	put_u32(out, PACKET_MAX);
	put_u32(out, 20);
}

static void
put_packet(struct buf *out, int64_t t, struct slice packet)
{
	uint32_t length = (uint32_t)(32 + padded(packet.len));
	uint64_t us = (uint64_t)(t / PTIME_US);
	put_u32(out, BLOCK_PACKET);
	put_u32(out, length);
	put_u32(out, 0);
	put_u32(out, (uint32_t)(us >> 32));
	put_u32(out, (uint32_t)us);
	put_u32(out, (uint32_t)packet.len);
	put_u32(out, (uint32_t)packet.len);
	put_padded(out, packet);
	put_u32(out, length);
}

/* ---- packets: network order ---- */

static uint8_t *
add_u16(uint8_t *p, unsigned v)
{
	*p++ = (uint8_t)(v >> 8);
	*p++ = (uint8_t)v;
	return p;
}

static uint8_t *
add_u32(uint8_t *p, uint32_t v)
{
	return add_u16(add_u16(p, v >> 16), v & 0xFFFF);
}

static uint8_t *
add_bytes(uint8_t *p, const void *bytes, size_t n)
{
	memcpy(p, bytes, n);
	return p + n;
}

/* RFC 1071, unfolded. */
static uint32_t
sum_of(const uint8_t *p, size_t n, uint32_t sum)
{
	for (size_t i = 0; i < n; i++) {
		sum += i % 2 == 0 ? (uint32_t)p[i] << 8 : p[i];
	}
	return sum;
}

static unsigned
folded(uint32_t sum)
{
	while (sum >> 16 != 0) {
		sum = (sum & 0xFFFF) + (sum >> 16);
	}
	return ~sum & 0xFFFF;
}

static size_t
ip_header(uint8_t *p, const struct addr *from, const struct addr *to, size_t payload)
{
	uint8_t *at = p;
	if (from->family == ADDR_V4) {
		at = add_u16(at, 0x4500);
		at = add_u16(at, (unsigned)(20 + payload));
		at = add_u32(at, 0x00004000); /* not to be fragmented */
		at = add_u16(at, HOPS << 8 | PROTOCOL_TCP);
		at = add_u16(at, 0);
		at = add_bytes(at, from->bytes, 4);
		at = add_bytes(at, to->bytes, 4);
		add_u16(p + 10, folded(sum_of(p, 20, 0)));
		return 20;
	}
	at = add_u32(at, UINT32_C(6) << 28);
	at = add_u16(at, (unsigned)payload);
	at = add_u16(at, PROTOCOL_TCP << 8 | HOPS);
	at = add_bytes(at, from->bytes, 16);
	add_bytes(at, to->bytes, 16);
	return 40;
}

static void
send_segment(struct pcapng_stream *s, bool client, unsigned flags, struct slice payload)
{
	uint8_t packet[PACKET_MAX];
	struct pcapng_side *from = client ? &s->client : &s->server,
			   *to = client ? &s->server : &s->client;
	size_t length = 20 + payload.len, bytes = from->at.addr.family == ADDR_V4 ? 4 : 16;
	size_t head = ip_header(packet, &from->at.addr, &to->at.addr, length);
	uint8_t *tcp = packet + head, *at = tcp;
	at = add_u16(at, from->at.port);
	at = add_u16(at, to->at.port);
	at = add_u32(at, from->seq);
	at = add_u32(at, (flags & FLAG_ACK) != 0 ? to->seq : 0);
	at = add_u16(at, 5u << 12 | flags);
	at = add_u16(at, WINDOW);
	at = add_u32(at, 0);
	if (payload.len > 0) {
		add_bytes(at, payload.ptr, payload.len);
	}
	uint32_t sum = sum_of(from->at.addr.bytes, bytes, sum_of(to->at.addr.bytes, bytes, 0));
	add_u16(tcp + 16, folded(sum_of(tcp, length, sum + PROTOCOL_TCP + (uint32_t)length)));
	put_packet(s->out, s->now, slice_of(packet, head + length));
	from->seq += (uint32_t)payload.len + ((flags & (FLAG_SYN | FLAG_FIN)) != 0);
	s->now += PTIME_US;
}

void
pcapng_open(struct pcapng_stream *s, struct buf *out, struct endpoint client,
	struct endpoint server, int64_t start)
{
	*s = (struct pcapng_stream){ out, { client, 1000 }, { server, 2000 }, start };
	send_segment(s, true, FLAG_SYN, SLICE_EMPTY);
	send_segment(s, false, FLAG_SYN | FLAG_ACK, SLICE_EMPTY);
	send_segment(s, true, FLAG_ACK, SLICE_EMPTY);
}

void
pcapng_say(struct pcapng_stream *s, bool client, struct slice bytes)
{
	while (bytes.len > 0) {
		struct slice piece = slice_take(bytes, SEGMENT_MAX);
		send_segment(s, client, FLAG_PSH | FLAG_ACK, piece);
		bytes = slice_skip(bytes, piece.len);
	}
}

void
pcapng_close(struct pcapng_stream *s, bool reset, int64_t end)
{
	s->now = s->now < end ? end : s->now;
	if (reset) {
		send_segment(s, true, FLAG_RST | FLAG_ACK, SLICE_EMPTY);
		return;
	}
	send_segment(s, true, FLAG_FIN | FLAG_ACK, SLICE_EMPTY);
	send_segment(s, false, FLAG_FIN | FLAG_ACK, SLICE_EMPTY);
	send_segment(s, true, FLAG_ACK, SLICE_EMPTY);
}
