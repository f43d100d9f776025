#include "talk/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pcap/rewrap.h"

#define LINK_ETHERNET 1

/* 198.51.100.host and 2001:db8::1:host talk to 192.0.2.25 and 2001:db8::25. */
static void
put_addresses(const struct wire *w, int side, uint8_t *ip)
{
	static const uint8_t net[16] = { 0x20, 0x01, 0x0d, 0xb8 };
	uint8_t *client, *server;
	if (w->family == 4) {
		client = ip + (side == CLIENT ? 12 : 16);
		server = ip + (side == CLIENT ? 16 : 12);
		put32(client, 0xc6336400u + w->host);
		put32(server, WIRE_SERVER_V4);
		return;
	}
	client = ip + (side == CLIENT ? 8 : 24);
	server = ip + (side == CLIENT ? 24 : 8);
	memcpy(client, net, sizeof(net));
	memcpy(server, net, sizeof(net));
	client[13] = 1;
	client[15] = w->host;
	server[15] = 0x25;
}

/* The headers that every packet of a side begins with. */
static struct pkt
headers(const struct wire *w, int side)
{
	size_t ip_len = w->family == 4 ? 20 : 40;
	struct pkt p = { .link = LINK_NONE, .dir = (uint8_t)side, .segment = true };
	uint8_t *ip = take(ip_len + 20), *tcp = ip + ip_len;

	if (w->family == 4) {
		ip[0] = 0x45;
		ip[6] = 0x40; /* do not fragment */
		ip[8] = 64;
		ip[9] = 6;
		p.type = TYPE_IPV4;
	} else {
		ip[0] = 0x60;
		ip[6] = 6;
		ip[7] = 64;
		p.type = TYPE_IPV6;
	}
	put_addresses(w, side, ip);
	put16(tcp, side == CLIENT ? w->client_port : w->server_port);
	put16(tcp + 2, side == CLIENT ? w->server_port : w->client_port);
	p.data = ip;
	return p;
}

void
wire_frames(const struct wire *w, const struct wire_packet *packets, size_t count,
	struct wire_frame *frames)
{
	struct trace t = { .files = 1 };
	struct pkt like[2] = { headers(w, CLIENT), headers(w, SERVER) };
	struct args stack = { .all = w->stack };

	for (size_t i = 0; i < count; i++) {
		const struct wire_packet *p = &packets[i];
		struct tcp v = { .ip_len = w->family == 4 ? 20 : 40,
			.seq = p->seq,
			.ack = p->flags & ACK ? p->ack : 0,
			.flags = p->flags,
			.window = 65535,
			.payload = { p->bytes, p->len } };
		if (p->unseen)
			continue;
		struct pkt made = tcp_make(&t, &like[p->side], &v);
		made.time = p->time;
		trace_add(&t, &made);
	}
	if ((w->stack != NULL ? treat_stack(&t, &stack) : frame_all(&t)) < 0) {
		fprintf(stderr, "run_talk: %s\n", t.error);
		exit(3);
	}
	for (size_t i = 0, made = 0; i < count; i++) {
		frames[i] = (struct wire_frame){ .time = packets[i].time };
		if (packets[i].unseen)
			continue;
		frames[i].data = t.list[made].data;
		frames[i].len = t.list[made++].len;
	}
	free(t.list);
}

int
wire_write(const struct wire_frame *frames, size_t count, const char *path)
{
	struct trace t = { .files = 1, .nanoseconds = true };
	uint8_t byte = 0;

	for (size_t i = 0; i < count; i++) {
		struct pkt p = { .time = frames[i].time,
			.link = LINK_ETHERNET,
			.data = &byte,
			.len = (uint32_t)frames[i].len,
			.wire = (uint32_t)frames[i].len };
		if (frames[i].data == NULL)
			continue;
		p.data = take(frames[i].len);
		memcpy(p.data, frames[i].data, frames[i].len);
		trace_add(&t, &p);
	}
	int failed = trace_write(&t, &path);
	if (failed < 0)
		fprintf(stderr, "run_talk: %s\n", t.error);
	free(t.list);
	return failed;
}
