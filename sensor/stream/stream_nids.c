#include "sensor/stream/stream_nids.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <nids.h>
#include <pcap/pcap.h>

#include "sensor/base/ptime.h"

/* libnids is statics throughout and its callbacks carry no context: these are the writable globals
 * that it forces. */
static struct {
	const struct nids_events *events;
	struct counters *counters;
	pcap_t *dead;
	struct flow *current; /* the flow that is being fed */
	char *buffer;	      /* libnids' receive buffer: one for all streams, see lend_buffer() */
	int buffer_size;
	uint8_t packet[40 + NIDS_SEGMENT_MAX];
} nids;

static const uint8_t zeros[NIDS_SEGMENT_MAX];

static void
on_warning(int type, int number, void *ip, void *data)
{
	(void)type;
	(void)number;
	(void)ip;
	(void)data;
	COUNT(nids.counters, nids_warnings);
}

static void
on_no_memory(char *where)
{
	fprintf(stderr, "heloscope: out of memory in libnids (%s)\n", where);
	abort();
}

/* libnids keeps a buffer of 4 KiB and more for each direction of each stream, though all that it
 * delivers is taken at once: one buffer, lent for the time of a segment, serves them all.  libnids
 * may make it larger. */
static void
lend_buffer(struct half_stream *half)
{
	if (half->data != NULL || half->count != half->offset)
		return;
	half->data = nids.buffer;
	half->bufsize = nids.buffer_size;
	nids.buffer = NULL;
	nids.buffer_size = 0;
}

static void
take_buffer_back(struct half_stream *half)
{
	if (half->data == NULL || half->count != half->offset)
		return;
	if (nids.buffer != NULL) {
		free(half->data);
	} else {
		nids.buffer = half->data;
		nids.buffer_size = half->bufsize;
	}
	half->data = NULL;
	half->bufsize = 0;
}

static void
on_data(struct tcp_stream *s, struct flow *f)
{
	/* What the client sent is in the server's half. One half has news at a time. */
	enum side from = s->server.count_new > 0 ? SIDE_CLIENT : SIDE_SERVER;
	struct half_stream *half = from == SIDE_CLIENT ? &s->server : &s->client;

	if (half->count_new > 0)
		nids.events->bytes(
			nids.events->ctx, f, from, slice_of(half->data, (size_t)half->count_new));
}

static void
on_tcp(struct tcp_stream *s, void **unused)
{
	(void)unused;
	switch (s->nids_state) {
	case NIDS_JUST_EST:
		s->client.collect = 1;
		s->server.collect = 1;
		s->user = nids.current;
		nids.current->nids = s;
		break;
	case NIDS_DATA:
		on_data(s, s->user);
		break;
	case NIDS_CLOSE:
	case NIDS_RESET:
	case NIDS_TIMED_OUT: {
		struct flow *f = s->user;
		s->client.offset = s->client.count; /* libnids frees what is left */
		s->server.offset = s->server.count;
		take_buffer_back(&s->client);
		take_buffer_back(&s->server);
		f->nids_gone = true;
		f->nids = NULL;
		nids.events->closed(nids.events->ctx, f,
			s->nids_state == NIDS_CLOSE   ? CLOSE_FIN
			: s->nids_state == NIDS_RESET ? CLOSE_RESET
						      : CLOSE_TIMEOUT);
		break;
	}
	}
}

int
nids_start(
	int streams, const struct nids_events *events, struct counters *counters, struct err *err)
{
	static struct nids_chksum_ctl no_checksums = { 0, 0, NIDS_DONT_CHKSUM, 0 };

	if (nids.dead != NULL)
		return err_set(err, "libnids runs already: one stream table per process");
	nids.events = events;
	nids.counters = counters;
	nids.dead = pcap_open_dead(DLT_RAW, 65535);
	if (nids.dead == NULL)
		return err_set(err, "libpcap gives no handle for libnids: out of memory");
	/* libnids evicts at 3/4 of n_tcp_streams: ours is the smaller number, so it never does. */
	nids_params.n_tcp_streams = streams / 3 * 4 + 1024;
	nids_params.n_hosts = 1;
	nids_params.scan_num_hosts = 0;
	nids_params.syslog = on_warning;
	nids_params.no_mem = on_no_memory;
	nids_params.pcap_desc = nids.dead;
	nids_params.pcap_filter = NULL;
	nids_params.device = NULL;
	nids_params.filename = NULL;
	nids_params.tcp_workarounds = 0;
	nids_params.tcp_flow_timeout = 0;
	nids_params.multiproc = 0;
	nids_params.one_loop_less = 0;
	if (!nids_init()) {
		nids_stop();
		return err_set(err, "libnids does not start: %s", nids_errbuf);
	}
	nids_register_chksum_ctl(&no_checksums, 1);
	nids_register_tcp(on_tcp);
	return 0;
}

void
nids_stop(void)
{
	if (nids.dead == NULL)
		return;
	nids_unregister_tcp(on_tcp);
	nids_exit();
	pcap_close(nids.dead); /* libnids closes only what it opened */
	free(nids.buffer);
	memset(&nids, 0, sizeof nids);
}

static void
put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void
put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

/* RFC 1071, over the 20 bytes of an IPv4 header whose checksum field is zero. */
static uint16_t
ip_checksum(const uint8_t *header)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < 20; i += 2)
		sum += (uint32_t)header[i] << 8 | header[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

struct fed {
	enum side from;
	uint32_t seq, ack;
	uint8_t flags;
	struct slice options; /* of TCP, a multiple of 4 bytes */
	struct slice payload;
};

static void
feed(struct flow *f, const struct fed *s, int64_t time)
{
	enum side to = other_side(s->from);
	const struct endpoint *source = s->from == SIDE_CLIENT ? &f->info.client : &f->info.server;
	const struct endpoint *target = s->from == SIDE_CLIENT ? &f->info.server : &f->info.client;
	size_t header = 40 + s->options.len, len = header + s->payload.len;
	uint8_t *ip = nids.packet, *tcp = ip + 20;

	memset(ip, 0, 40);
	ip[0] = 0x45;
	put16(ip + 2, (uint32_t)len);
	ip[8] = 64;
	ip[9] = 6;
	put32(ip + 12, f->alias[s->from]);
	put32(ip + 16, f->alias[to]);
	put16(ip + 10, ip_checksum(ip));
	put16(tcp, source->port);
	put16(tcp + 2, target->port);
	put32(tcp + 4, s->seq);
	put32(tcp + 8, s->ack);
	tcp[12] = (uint8_t)((20 + s->options.len) / 4 << 4);
	tcp[13] = s->flags;
	put16(tcp + 14, 65535);
	if (s->options.len > 0)
		memcpy(ip + 40, s->options.ptr, s->options.len);
	if (s->payload.len > 0)
		memcpy(ip + header, s->payload.ptr, s->payload.len);

	struct pcap_pkthdr head = { .caplen = (uint32_t)len, .len = (uint32_t)len };
	head.ts.tv_sec = (time_t)(time / PTIME_SECOND);
	head.ts.tv_usec = (suseconds_t)(time % PTIME_SECOND / PTIME_US);
	nids.current = f;
	if (f->nids != NULL)
		lend_buffer(s->from == SIDE_CLIENT ? &f->nids->server : &f->nids->client);
	nids_pcap_handler(NULL, &head, ip);
	nids.current = NULL;

	/* libnids throws its queue away when rmem_alloc passes 64 KiB.  Ours is bounded by the
	 * caller, so it starts from zero each time. */
	if (!f->nids_gone && f->nids != NULL) {
		struct half_stream *half =
			s->from == SIDE_CLIENT ? &f->nids->server : &f->nids->client;
		half->rmem_alloc = 0;
		take_buffer_back(half);
	}
}

int
nids_open(struct flow *f, int64_t time)
{
	/* Window scale 14 (RFC 7323), the largest: libnids' window check then never refuses a
	 * segment that we pass on. */
	static const uint8_t options[] = { 1, 3, 3, 14 };
	struct slice scale = slice_of(options, sizeof options);
	const struct half *client = &f->half[SIDE_CLIENT], *server = &f->half[SIDE_SERVER];
	struct fed syn = { SIDE_CLIENT, client->base - 1, 0, PACKET_SYN, scale, SLICE_EMPTY };
	struct fed syn_ack = { SIDE_SERVER, server->base - 1, client->base, PACKET_SYN | PACKET_ACK,
		scale, SLICE_EMPTY };
	struct fed ack = { SIDE_CLIENT, client->base, server->base, PACKET_ACK, SLICE_EMPTY,
		SLICE_EMPTY };

	feed(f, &syn, time);
	feed(f, &syn_ack, time);
	feed(f, &ack, time);
	f->half[SIDE_CLIENT].ack_fed = client->base;
	f->half[SIDE_SERVER].ack_fed = server->base;
	return f->nids != NULL ? 0 : -1;
}

void
nids_segment(struct flow *f, enum side from, uint32_t seq, uint8_t flags, struct slice payload,
	int64_t time)
{
	struct half *sender = &f->half[from], *receiver = &f->half[other_side(from)];

	/* The receiver's acknowledgements are shown rarely: libnids needs them to know its window,
	 * 1 GiB from the last one. */
	if (seq - sender->ack_fed > 1u << 28 && !seq_before(sender->next, sender->ack_fed)) {
		struct fed ack = { other_side(from), receiver->next, sender->next, PACKET_ACK,
			SLICE_EMPTY, SLICE_EMPTY };
		sender->ack_fed = sender->next;
		feed(f, &ack, time);
	}
	while (!f->nids_gone && f->nids != NULL) {
		struct slice part = slice_take(payload, NIDS_SEGMENT_MAX);
		bool last = part.len == payload.len;
		uint8_t fin = last ? flags & PACKET_FIN : 0;
		struct fed segment = { from, seq, receiver->next,
			(uint8_t)(PACKET_ACK | fin | (flags & PACKET_RST)), SLICE_EMPTY, part };
		receiver->ack_fed = receiver->next;
		feed(f, &segment, time);
		if (last)
			break;
		payload = slice_skip(payload, part.len);
		seq += (uint32_t)part.len;
	}
}

void
nids_filler(struct flow *f, enum side from, uint32_t seq, size_t n, int64_t time)
{
	while (n > 0 && f->nids != NULL) {
		size_t part = n < sizeof zeros ? n : sizeof zeros;
		nids_segment(f, from, seq, 0, slice_of(zeros, part), time);
		seq += (uint32_t)part;
		n -= part;
	}
}

void
nids_forget(struct flow *f)
{
	if (f->nids != NULL && !f->nids_gone)
		nids_free_tcp_stream(f->nids);
	f->nids = NULL;
	f->nids_gone = true;
}
