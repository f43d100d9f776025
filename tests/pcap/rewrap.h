/* Re-wrapper: takes a capture's packets and writes them anew, as another mirror port would have
 * delivered them.
 *
 * Input:  captures of the project, whole packets; anything else is refused in words.
 * Output: the same packets after a list of treatments, in the order of the list.  Same seed, same
 *         bytes.
 * Memory: the whole capture, and what treatments make of it, until the process ends.
 *
 * A packet has one of three shapes, and treatments go from the first to the last: a TCP segment
 * (one whole IP packet), an IP packet of any kind (fragments, tunnels), a frame (with its link
 * layer).  What a packet carries of its stream (sequence range) goes with it through all of them,
 * so that at the end it is known exactly which bytes of which stream nobody could have seen. */
#ifndef REWRAP_H
#define REWRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CLIENT, SERVER };
enum { LINK_NONE = -1, TAGS = 4, FILES = 2 };
enum { FIN = 0x01, SYN = 0x02, RST = 0x04, PSH = 0x08, ACK = 0x10, URG = 0x20 };
enum { TYPE_IPV4 = 0x0800, TYPE_IPV6 = 0x86dd };

struct pkt {
	int64_t time;  /* ns since 1970 */
	int64_t came;  /* …in the capture that was read */
	uint8_t *data; /* never written to once it stands here: copies share it */
	uint32_t len;  /* bytes at data */
	uint32_t room; /* bytes before data that are this packet's own */
	uint32_t wire; /* …of the packet; more than len only after `snaplen` */
	int link;      /* link type that data begins with; LINK_NONE: the network packet `type` */
	uint16_t type; /* ethertype */
	uint16_t tag[TAGS], tag_type[TAGS]; /* VLAN tags that it came with */
	uint8_t tags;
	uint8_t dir;	     /* CLIENT or SERVER: who sent it */
	uint8_t file;	     /* output that it goes to */
	bool segment;	     /* a whole TCP segment stands at data */
	bool lost;	     /* was on the wire, and the mirror did not deliver it */
	bool gone;	     /* never was on the wire */
	bool headless;	     /* cut within its headers: nobody can tell what it was */
	int stream;	     /* -1 = not of TCP */
	uint8_t flags;	     /* of TCP, */
	uint32_t ack;	     /* its acknowledgement, */
	uint32_t seq;	     /* sequence number of the first byte of payload, */
	uint32_t payload;    /* its length, */
	uint32_t payload_at; /* …and where in data it stands (0: not in one piece), */
	uint32_t tcp_at;     /* as does the TCP header before it */
	uint32_t piece;	     /* number of a fragment, from 1 on; 0 = not one.  Copies share it. */
	uint32_t piece_first, pieces; /* those of its datagram */
};

struct end {
	uint8_t addr[16]; /* IPv4: the first 4 bytes */
	uint16_t port;
};

struct stream {
	uint8_t family; /* 4 or 6 */
	struct end end[2]; /* CLIENT, SERVER: as captured */
	uint32_t base[2]; /* sequence number of the first byte of data */
	bool known[2];	   /* …base is */
	bool syn[2];	   /* a SYN was captured */
};

enum format { PCAP, PCAPNG };

struct trace {
	struct pkt *list;
	size_t count, cap;
	struct stream *streams;
	size_t streams_count, streams_cap;
	uint64_t random; /* state */
	uint16_t ip_id;	 /* of the last packet that was made */
	uint32_t pieces; /* numbers given to fragments */
	int files;	 /* outputs: 1 or 2 */
	enum format format;
	bool nanoseconds, big_endian;
	char error[256];
};

struct slice {
	const uint8_t *ptr;
	size_t len;
};

/* A TCP segment taken apart; pointers into the packet's data. */
struct tcp {
	size_t ip_len; /* bytes before the TCP header */
	uint32_t seq, ack;
	uint8_t flags;
	uint16_t window, urgent;
	struct slice options, payload;
};

/* Arguments of a treatment: what stands behind '=', divided at ':'. */
enum { ARGS = 6 };
struct args {
	const char *text[ARGS]; /* NULL beyond count */
	int count;
	const char *all; /* undivided; NULL without '=' */
};

/* -1 and words in t->error. */
typedef int treatment(struct trace *t, const struct args *a);

/* ---- rewrap_base.c: memory, chance, bytes ---- */

void *take(size_t size); /* zeroed; ends the process when there is none */
uint32_t chance(struct trace *t, uint32_t below); /* 0 … below-1; 0 if below is 0 */
int refuse(struct trace *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
uint16_t be16(const uint8_t *p);
uint32_t be32(const uint8_t *p);
void put16(uint8_t *p, uint32_t v);
void put32(uint8_t *p, uint32_t v);
bool before(uint32_t a, uint32_t b); /* sequence numbers: RFC 9293 3.4 */
uint64_t sum_add(uint64_t sum, const uint8_t *p, size_t len);
uint16_t sum_fold(uint64_t sum);
/* A number of decimal digits, low … high; `what` for the words. */
int number(struct trace *t, const char *text, const char *what, uint32_t low, uint32_t high,
	uint32_t *out);
/* Index of text in the words, or refused with all of them. */
int word_of(struct trace *t, const char *text, const char *const *words, int *out);

/* Appends a copy; pointers into the list are void afterwards. */
void trace_add(struct trace *t, const struct pkt *p);
/* Removes what is gone. */
void trace_compact(struct trace *t);
/* A mirror never holds a packet over a pause: behind one this long (ns) all have come. */
#define PAUSE INT64_C(50000000)
/* By time; equal times keep their order. */
void trace_sort(struct trace *t);

/* ---- rewrap_read.c, rewrap_write.c ---- */

int trace_read(struct trace *t, const char *path, const char *filter);
/* One path for each of t->files. */
int trace_write(struct trace *t, const char *const *paths);
/* What the mirror never delivered, a line each: kind, number of the stream, client, server, who sent
 * it, offset, bytes, time. */
int lost_write(struct trace *t, const char *path);

/* ---- rewrap_tcp.c ---- */

bool tcp_view(const struct pkt *p, struct tcp *out);
/* A segment like `like`, with what stands in v: headers, lengths and checksums made anew. */
struct pkt tcp_make(struct trace *t, const struct pkt *like, const struct tcp *v);
/* Fixes lengths and checksums of an IP packet that was put together; p->data must be its own. */
void ip_finish(struct pkt *p);
/* Where the transport header of an IP packet stands, and which protocol it is; false: a fragment, or
 * cut. */
bool ip_transport(const uint8_t *ip, size_t len, size_t *at, uint8_t *protocol);

/* ---- rewrap_layers.c ---- */

treatment treat_stack, treat_padding;
/* Every packet gets a link layer, if it has none yet. */
int frame_all(struct trace *t);

/* ---- treatments: rewrap_order.c, rewrap_loss.c, rewrap_segment.c, rewrap_stream.c, rewrap_ip.c ---- */

treatment treat_reorder, treat_double, treat_delay, treat_split_files;
treatment treat_loss, treat_lose, treat_one_sided, treat_middle, treat_snaplen;
treatment treat_split, treat_coalesce, treat_retransmit, treat_keepalive, treat_probe, treat_fin_merge;
treatment treat_reuse, treat_elsewhere, treat_shift, treat_no_scale, treat_urgent, treat_options, treat_syn_data,
	treat_reset, treat_simultaneous;
treatment treat_ipv6, treat_fragment, treat_ip_options, treat_extensions, treat_bad_sums, treat_length0;
treatment treat_format;

#endif
