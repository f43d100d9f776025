/* A capture file that is written, not captured: TCP streams made from what is known of them.  Raw IP packets in pcapng, with
 * sums that are right.
 *
 * Source: pcapng (draft-ietf-opsawg-pcapng: section header, interface description and enhanced packet blocks), RFC 791,
 *         RFC 8200, RFC 9293.
 * Output: appended to a struct buf; nothing is kept but the state of the one stream. */
#ifndef HELOSCOPE_WEB_EXPORT_PCAPNG_H
#define HELOSCOPE_WEB_EXPORT_PCAPNG_H

#include "sensor/base/addr.h"
#include "sensor/base/buf.h"

/* Section and interface; `comment` tells what the file is. */
void pcapng_head(struct buf *out, const char *comment);

struct pcapng_side {
	struct endpoint at;
	uint32_t seq; /* the next byte's */
};
struct pcapng_stream {
	struct buf *out;
	struct pcapng_side client, server;
	int64_t now; /* time of the next packet, ns; goes on by a microsecond each */
};

/* The handshake; both ends have addresses of one family. */
void pcapng_open(struct pcapng_stream *s, struct buf *out, struct endpoint client,
	struct endpoint server, int64_t start);
void pcapng_say(struct pcapng_stream *s, bool client, struct slice bytes);
/* By FIN of both, or by the client's reset; not before `end`. */
void pcapng_close(struct pcapng_stream *s, bool reset, int64_t end);

#endif
