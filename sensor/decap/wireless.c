/* Wireless: what a monitor interface delivers.
 *
 * Source: radiotap.org; PPI (CACE Technologies, "PPI Packet Header Format" 1.0.10); IEEE
 * 802.11-2020 9.2, 9.3.2. Taken beyond the standards: of an aggregate (A-MSDU) the first frame is
 * followed, and the others are counted. */
#include "sensor/decap/layer.h"

static inline uint16_t
le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t
le32(const uint8_t *p)
{
	return le16(p) | (uint32_t)le16(p + 2) << 16;
}

enum { RADIOTAP_TIME = 1, RADIOTAP_FLAGS = 2 }; /* bits of the first word: fields 0 and 1 */
enum { RADIOTAP_CHECKSUM = 0x10, RADIOTAP_PADDED = 0x20, RADIOTAP_BAD = 0x40 };

/* The field of flags, or 0 when there is none.  `h` is the whole header. */
static uint8_t
radiotap_flags(struct slice h)
{
	size_t at = 4;

	if (!(le32(h.ptr + 4) & RADIOTAP_FLAGS))
		return 0;
	/* Bit 31 says that one more word of bits follows. */
	do {
		at += 4;
		if (at > h.len)
			return 0;
	} while (h.ptr[at - 1] & 0x80);
	/* The only field before it has 8 bytes, and lies on a multiple of 8. */
	if (le32(h.ptr + 4) & RADIOTAP_TIME)
		at = (at + 7) / 8 * 8 + 8;
	return at < h.len ? h.ptr[at] : 0;
}

/* Four bytes of checksum follow the frame. */
static void
without_checksum(struct walk *w)
{
	if (w->wire >= 4)
		walk_clip(w, w->wire - 4);
}

/* Version 0, a byte of padding, length of the header, bits of the fields that follow. */
enum layer
radiotap_parse(struct walk *w)
{
	struct slice header = w->rest;

	if (header.len < 8)
		return walk_malformed(w, "radiotap header cut");
	if (header.ptr[0] != 0)
		return walk_unknown(w, header.ptr[0], "radiotap version %u");
	header.len = le16(header.ptr + 2);
	if (header.len < 8 || !walk_take(w, header.len))
		return walk_malformed(w, "radiotap header cut");
	uint8_t flags = radiotap_flags(header);
	if (flags & RADIOTAP_BAD)
		return walk_not_tcp(w, "802.11 that was received wrongly");
	if (flags & RADIOTAP_CHECKSUM)
		without_checksum(w);
	w->padded = flags & RADIOTAP_PADDED;
	return LAYER_WIRELESS;
}

enum { PPI_COMMON = 2, PPI_CHECKSUM = 1, PPI_BAD = 4 | 8 };

/* Version 0, flags, length of the header, link type of the frame; then fields, of which that of
 * 802.11 comes first. */
enum layer
ppi_parse(struct walk *w)
{
	const uint8_t *h = w->rest.ptr;

	if (w->rest.len < 8)
		return walk_malformed(w, "PPI header cut");
	if (h[0] != 0)
		return walk_unknown(w, h[0], "PPI version %u");
	size_t len = le16(h + 2);
	if (len < 8 || !walk_take(w, len))
		return walk_malformed(w, "PPI header cut");
	uint32_t linktype = le32(h + 4);
	uint16_t flags =
		len >= 22 && le16(h + 8) == PPI_COMMON && le16(h + 10) >= 10 ? le16(h + 20) : 0;
	if (flags & PPI_BAD)
		return walk_not_tcp(w, "802.11 that was received wrongly");
	if (flags & PPI_CHECKSUM)
		without_checksum(w);
	enum layer next = linktype <= INT32_MAX ? layer_of_linktype((int)linktype) : LAYER_NONE;
	return next ? next : walk_unknown(w, linktype, "PPI with link type %u");
}

enum { FRAME_TYPE = 0x0c, FRAME_DATA = 0x08, FRAME_QOS = 0x80, FRAME_EMPTY = 0x40 };
enum { TO_DS = 1, FROM_DS = 2, MORE_FRAGMENTS = 4, PROTECTED = 0x40, ORDER = 0x80 };
enum { AGGREGATE = 0x80, AGGREGATE_HEADER = 14 };

/* 9.3.2.2.2: destination, source, length; padding to 4 bytes after all but the last. */
static enum layer
aggregate_next(struct walk *w)
{
	const uint8_t *h = walk_take(w, AGGREGATE_HEADER);

	if (!h)
		return walk_malformed(w, "A-MSDU cut");
	size_t len = be16(h + 12);
	if (len > w->wire)
		return walk_malformed(w, "A-MSDU longer than its frame");
	if (w->wire > len + 3 + AGGREGATE_HEADER)
		w->also = "further frames of an A-MSDU";
	walk_clip(w, len);
	return LAYER_LLC;
}

/* 9.2.3: control, duration, three addresses, sequence; then the fourth address between two
 * distribution systems, quality of service, and high throughput control, by bits of the first two
 * bytes. */
enum layer
wireless_parse(struct walk *w)
{
	const uint8_t *h = w->rest.ptr;

	if (w->rest.len < 2)
		return walk_malformed(w, "802.11 header cut");
	if (h[0] & 3)
		return walk_unknown(w, h[0] & 3u, "802.11 version %u");
	if ((h[0] & FRAME_TYPE) != FRAME_DATA || h[0] & FRAME_EMPTY)
		return walk_not_tcp(w, "802.11 without data");
	bool qos = h[0] & FRAME_QOS;
	size_t quality = (h[1] & TO_DS && h[1] & FROM_DS) ? 30 : 24;
	size_t header = quality + (qos ? 2 : 0) + (qos && h[1] & ORDER ? 4 : 0);
	if (!walk_take(w, w->padded ? (header + 3) / 4 * 4 : header))
		return walk_malformed(w, "802.11 header cut");
	if (h[1] & PROTECTED)
		return walk_unknown(w, 0, "encrypted 802.11");
	if (h[1] & MORE_FRAGMENTS || h[22] & 15)
		return walk_unknown(w, 0, "fragment of 802.11");
	return qos && h[quality] & AGGREGATE ? aggregate_next(w) : LAYER_LLC;
}
