/* Reading a capture: its link layer is taken off, and each TCP packet learns its stream. */
#include "rewrap.h"

#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

/* ---- link layers ---- */

/* Ethernet, or what stands behind a cooked header: VLAN tags, then an ethertype. */
static bool
peel_type(struct pkt *p, const uint8_t *data, size_t len, uint16_t type)
{
	while ((type == 0x8100 || type == 0x88a8 || type == 0x9100) && len >= 4 && p->tags < TAGS) {
		p->tag[p->tags] = be16(data);
		p->tag_type[p->tags++] = type;
		type = be16(data + 2);
		data += 4;
		len -= 4;
	}
	p->type = type;
	p->data = take(len);
	memcpy(p->data, data, len);
	p->len = p->wire = (uint32_t)len;
	return true;
}

static bool
peel(struct pkt *p, int link, const uint8_t *data, size_t len)
{
	static const struct {
		int link;
		size_t header, type;
	} rows[] = { { DLT_EN10MB, 14, 12 }, { DLT_LINUX_SLL, 16, 14 }, { DLT_LINUX_SLL2, 20, 0 } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].link == link)
			return len >= rows[i].header &&
			       peel_type(p, data + rows[i].header, len - rows[i].header,
				       be16(data + rows[i].type));
	if ((link == DLT_RAW || link == 101) && len > 0)
		return peel_type(p, data, len, data[0] >> 4 == 6 ? TYPE_IPV6 : TYPE_IPV4);
	return false;
}

/* Padding of the link layer is no part of the packet. */
static void
trim(struct pkt *p)
{
	uint32_t len = p->len;

	if (p->type == TYPE_IPV4 && p->len >= 20 && be16(p->data + 2) >= 20)
		len = be16(p->data + 2);
	else if (p->type == TYPE_IPV6 && p->len >= 40 && be16(p->data + 4) != 0)
		len = be16(p->data + 4) + 40u;
	if (len < p->len)
		p->len = p->wire = len;
}

/* ---- streams ---- */

/* Open addressing from endpoints to the last stream that had them. */
struct finder {
	int *place; /* index of a stream + 1; 0 = free */
	size_t size;
};

static bool
same_ends(const struct stream *s, uint8_t family, const struct end *a, const struct end *b)
{
	return s->family == family && memcmp(&s->end[0], a, sizeof *a) == 0 &&
	       memcmp(&s->end[1], b, sizeof *b) == 0;
}

/* The place of the stream between a and b, whichever is the client. */
static int *
place_of(struct trace *t, struct finder *f, uint8_t family, const struct end ends[2])
{
	uint64_t hash = family;

	for (size_t i = 0; i < 16; i++)
		hash = hash * 31 + (uint64_t)(ends[0].addr[i] + ends[1].addr[i]);
	hash = hash * 65599 + (uint64_t)(ends[0].port + ends[1].port);
	hash *= UINT64_C(0x9e3779b97f4a7c15);
	for (size_t i = (size_t)(hash >> 32) % f->size;; i = (i + 1) % f->size) {
		int at = f->place[i];
		if (at == 0)
			return &f->place[i];
		const struct stream *s = &t->streams[at - 1];
		if (same_ends(s, family, &ends[0], &ends[1]) ||
			same_ends(s, family, &ends[1], &ends[0]))
			return &f->place[i];
	}
}

static void
finder_grow(struct trace *t, struct finder *f)
{
	if (f->size > t->streams_count * 2 + 2)
		return;
	f->size = t->streams_count * 8 + 256;
	free(f->place);
	f->place = calloc(f->size, sizeof *f->place);
	if (f->place == NULL)
		exit(3);
	for (size_t i = 0; i < t->streams_count; i++)
		*place_of(t, f, t->streams[i].family, t->streams[i].end) = (int)i + 1;
}

/* A SYN of the client with another number begins another stream. */
static bool
is_new(const struct stream *s, const struct tcp *v, const struct end *from)
{
	bool client = memcmp(&s->end[CLIENT], from, sizeof *from) == 0;

	if (!(v->flags & SYN) || v->flags & ACK)
		return false;
	return !client || (s->known[CLIENT] && s->base[CLIENT] != v->seq + 1);
}

static int
add_stream(struct trace *t, uint8_t family, const struct end ends[2], const struct tcp *v)
{
	if (t->streams_count == t->streams_cap) {
		t->streams_cap = t->streams_cap ? t->streams_cap * 2 : 64;
		t->streams = realloc(t->streams, t->streams_cap * sizeof *t->streams);
		if (t->streams == NULL)
			exit(3);
	}
	bool from_client = v->flags & SYN ? !(v->flags & ACK) : ends[0].port > ends[1].port;
	struct stream *s = &t->streams[t->streams_count++];
	*s = (struct stream){ .family = family };
	s->end[CLIENT] = ends[from_client ? 0 : 1];
	s->end[SERVER] = ends[from_client ? 1 : 0];
	return (int)t->streams_count - 1;
}

static void
learn_stream(struct trace *t, struct finder *f, struct pkt *p, const struct tcp *v)
{
	uint8_t family = p->type == TYPE_IPV4 ? 4 : 6;
	size_t size = family == 4 ? 4 : 16;
	const uint8_t *addresses = p->data + (family == 4 ? 12 : 8);
	struct end ends[2];

	memset(ends, 0, sizeof ends);
	for (int i = 0; i < 2; i++) {
		memcpy(ends[i].addr, addresses + (size_t)i * size, size);
		ends[i].port = be16(p->data + v->ip_len + 2 * i);
	}
	finder_grow(t, f);
	int *place = place_of(t, f, family, ends);
	if (*place == 0 || is_new(&t->streams[*place - 1], v, &ends[0]))
		*place = add_stream(t, family, ends, v) + 1;
	p->stream = *place - 1;
	struct stream *s = &t->streams[p->stream];
	p->dir = memcmp(&s->end[CLIENT], &ends[0], sizeof ends[0]) == 0 ? CLIENT : SERVER;
	p->flags = v->flags;
	p->ack = v->ack;
	p->seq = v->flags & SYN ? v->seq + 1 : v->seq;
	p->payload = (uint32_t)v->payload.len;
	p->payload_at = (uint32_t)(v->payload.ptr - p->data);
	p->tcp_at = (uint32_t)v->ip_len;
	s->syn[p->dir] |= (v->flags & SYN) != 0;
	if (!s->known[p->dir] || v->flags & SYN) {
		s->base[p->dir] = p->seq;
		s->known[p->dir] = true;
	}
}

/* ---- files ---- */

static int
add_packet(struct trace *t, struct finder *f, int link, const struct pcap_pkthdr *h,
	const uint8_t *data)
{
	struct pkt p = { .link = LINK_NONE, .stream = -1 };
	struct tcp v;

	p.time = p.came = (int64_t)h->ts.tv_sec * 1000000000 + h->ts.tv_usec;
	if (h->caplen < h->len)
		return refuse(t,
			"packet %zu was cut by a snaplen (%u of %u bytes): give a capture of whole "
			"packets",
			t->count + 1, h->caplen, h->len);
	if (!peel(&p, link, data, h->caplen))
		return refuse(t, "packet %zu is too short for its link layer", t->count + 1);
	trim(&p);
	p.segment = p.type == TYPE_IPV4 || p.type == TYPE_IPV6;
	p.segment = p.segment && tcp_view(&p, &v);
	if (p.segment)
		learn_stream(t, f, &p, &v);
	else if (p.len >= 20 && p.type == TYPE_IPV4) /* a direction, for MAC addresses and files */
		p.dir = memcmp(p.data + 12, p.data + 16, 4) < 0 ? CLIENT : SERVER;
	trace_add(t, &p);
	return 0;
}

static int
read_all(struct trace *t, pcap_t *pcap)
{
	struct finder f = { NULL, 0 };
	struct pcap_pkthdr *h;
	const u_char *data;
	int link = pcap_datalink(pcap), status;

	while ((status = pcap_next_ex(pcap, &h, &data)) == 1)
		if (add_packet(t, &f, link, h, data) < 0)
			break;
	free(f.place);
	if (status == 1)
		return -1;
	if (status != PCAP_ERROR_BREAK)
		return refuse(t, "damaged after packet %zu: %s", t->count, pcap_geterr(pcap));
	return t->count > 0 ? 0 : refuse(t, "no packet in it");
}

static int
set_filter(struct trace *t, pcap_t *pcap, const char *filter)
{
	struct bpf_program program;

	if (filter == NULL)
		return 0;
	if (pcap_compile(pcap, &program, filter, 1, PCAP_NETMASK_UNKNOWN) != 0)
		return refuse(t, "filter \"%s\": %s", filter, pcap_geterr(pcap));
	int status = pcap_setfilter(pcap, &program);
	pcap_freecode(&program);
	return status == 0 ? 0 : refuse(t, "filter \"%s\": %s", filter, pcap_geterr(pcap));
}

int
trace_read(struct trace *t, const char *path, const char *filter)
{
	char words[PCAP_ERRBUF_SIZE] = "";
	pcap_t *pcap =
		pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, words);

	if (pcap == NULL)
		return refuse(t, "%s", words);
	int link = pcap_datalink(pcap), status = -1;
	if (link != DLT_EN10MB && link != DLT_LINUX_SLL && link != DLT_LINUX_SLL2 &&
		link != DLT_RAW && link != 101)
		refuse(t, "link type %d is not taken apart here: Ethernet, cooked or raw is", link);
	else if (set_filter(t, pcap, filter) == 0)
		status = read_all(t, pcap);
	pcap_close(pcap);
	return status;
}
