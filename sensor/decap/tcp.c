/* TCP header: RFC 9293 3.1; window scale and timestamps of RFC 7323 2 and 3.
 *
 * Taken beyond the standard: options that make no sense end the list of options, and not the
 * segment, as receivers do. */
#include <arpa/inet.h>

#include "sensor/decap/layer.h"

enum { OPTION_END = 0, OPTION_NOP = 1, OPTION_WINDOW_SCALE = 3, OPTION_TIMESTAMP = 8 };
enum { WINDOW_SCALE_MAX = 14 };

static void
take_option(struct packet *out, const uint8_t *option, size_t len)
{
	if (option[0] == OPTION_TIMESTAMP && len == 10) {
		out->timestamped = true;
		out->timestamp = be32(option + 2);
	} else if (option[0] == OPTION_WINDOW_SCALE && len == 3 && out->flags & PACKET_SYN) {
		out->window_scale =
			(int8_t)(option[2] < WINDOW_SCALE_MAX ? option[2] : WINDOW_SCALE_MAX);
	}
}

static void
take_options(struct packet *out, struct slice options)
{
	while (options.len >= 2 && options.ptr[0] != OPTION_END) {
		size_t len = options.ptr[0] == OPTION_NOP ? 1 : options.ptr[1];

		if (len == 0 || len > options.len)
			break;
		take_option(out, options.ptr, len);
		options = slice_skip(options, len);
	}
}

/* RFC 9293 3.1, RFC 8200 8.1: addresses, length, protocol. */
static uint64_t
pseudo_header(const struct packet *out, size_t len)
{
	size_t words = out->src.addr.family == ADDR_V6 ? 4 : 1;
	uint64_t sum = (uint64_t)htonl(6) + htonl((uint32_t)len);

	sum = checksum_words(sum, out->src.addr.bytes, words);
	return checksum_words(sum, out->dst.addr.bytes, words);
}

/* The field holds the sum of the pseudo header alone: so a host leaves it to its network card. */
static bool
left_to_card(uint64_t pseudo, const uint8_t *field)
{
	uint16_t sum;

	memcpy(&sum, field, sizeof sum);
	return sum == checksum_fold(pseudo);
}

/* False if the packet goes no further.  A datagram from fragments with a wrong checksum was mixed
 * up of two, as happens when identifications come again soon (RFC 4963), and its receiver drops it.
 */
static bool
accept_checksum(struct walk *w, struct slice segment)
{
	uint64_t pseudo = pseudo_header(w->out, segment.len);

	if (checksum_right(checksum_add(pseudo, segment)))
		return true;
	return !walk_wrong_sum(w) && (!w->assembled || left_to_card(pseudo, segment.ptr + 16));
}

enum layer
tcp_parse(struct walk *w)
{
	struct packet *out = w->out;
	struct slice segment = w->rest;
	size_t wire = w->wire;
	const uint8_t *h = walk_take(w, 20);

	if (!h)
		return walk_malformed(w, "TCP header cut");
	size_t header = (h[12] >> 4) * 4u;
	if (header < 20 || header > wire)
		return walk_malformed(w, "TCP header of wrong length");
	if (!w->redirects && segment.len == wire && !accept_checksum(w, segment))
		return walk_stop(w, END_CHECKSUM, 0, "TCP checksum");
	out->src.port = be16(h);
	out->dst.port = be16(h + 2);
	out->seq = be32(h + 4);
	out->ack = be32(h + 8);
	out->flags = h[13] & 0x3f;
	out->window = be16(h + 14);
	out->urgent = be16(h + 18);
	/* Of a segment cut by the snaplen even options may be missing. */
	if (header > 20)
		take_options(out, slice_take(w->rest, header - 20));
	out->payload = slice_skip(segment, header);
	out->missing = (uint32_t)(wire - header - out->payload.len);
	return walk_stop(w, END_TCP, 0, "TCP");
}
