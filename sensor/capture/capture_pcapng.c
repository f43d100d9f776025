/* pcapng: what `tcpdump -i any`, dumpcap on several interfaces and mergecap write.
 *
 * libpcap refuses a file in which a second interface has another link type or snaplen, and the
 * frames of all the others with it; here each interface stands for itself.
 *
 * Taken beyond the draft: a simple packet block has no time, so it gets that of the packet before
 * it.  Not asked for: the section's length, which writers leave unknown or get wrong. */
#include <stdlib.h>
#include <string.h>

#include "sensor/base/arena.h"
#include "sensor/base/cursor.h"
#include "sensor/base/ptime.h"
#include "sensor/capture/capture_inner.h"
#include "sensor/limits.h"

/* draft-ietf-opsawg-pcapng 4 and 10.1. */
enum block_type {
	BLOCK_INTERFACE = 1,
	BLOCK_OLD_PACKET = 2,
	BLOCK_SIMPLE_PACKET = 3,
	BLOCK_PACKET = 6,
	BLOCK_SECTION = 0x0a0d0d0a,
};

enum {
	BLOCK_MIN = 12, /* type, length, length again */
	SECTION_MIN = 28,
	SECTION_ORDER = 0x1a2b3c4d,
	OPTION_END = 0,
	OPTION_RESOLUTION = 9,
	OPTION_OFFSET = 14,
	LINKTYPE_RAW = 101, /* of files; libpcap's DLT_RAW is */
	DLT_RAW_HERE = 12,
};

struct interface {
	int linktype;
	uint32_t snaplen;   /* 0 = none */
	uint8_t resolution; /* if_tsresol: a power of 10, or with the first bit of 2 */
	int64_t offset;	    /* seconds */
};

struct pcapng {
	struct capture base;
	bool big; /* byte order of the section */
	struct interface *interfaces;
	size_t count, cap;
	int64_t latest;	   /* time of the packet before */
	const char *fault; /* why the block cannot be taken */
};

struct block {
	uint32_t type;
	size_t len;
	struct cursor body; /* between the two lengths */
};

static uint16_t
u16(const struct pcapng *p, struct cursor *c)
{
	return p->big ? cursor_be16(c) : cursor_le16(c);
}

static uint32_t
u32(const struct pcapng *p, struct cursor *c)
{
	return p->big ? cursor_be32(c) : cursor_le32(c);
}

/* Of eight bytes, in the byte order of the section. */
static int64_t
i64(const struct pcapng *p, struct cursor *c)
{
	uint64_t first = u32(p, c), second = u32(p, c);

	return (int64_t)(p->big ? first << 32 | second : second << 32 | first);
}

/* ---- blocks ---- */

/* Sets the byte order at the start of a section. */
static int
look_section(struct pcapng *p, struct slice front)
{
	struct cursor c = cursor_of(slice_skip(front, 8));
	uint32_t order = cursor_be32(&c);

	p->big = order == SECTION_ORDER;
	if (p->big || order == __builtin_bswap32(SECTION_ORDER))
		return 0;
	p->fault = "a section without a byte order";
	return -1;
}

/* The next block, whole, in front of the window: 1; 0 = it is not all there; -1 = p->fault.  What
 * holds no packets and is longer than the window is passed over. */
static int
peek(struct pcapng *p, struct block *out)
{
	struct bytes *b = &p->base.file;

	for (;;) {
		if (!bytes_need(b, BLOCK_MIN))
			return 0;
		struct slice front = bytes_rest(b);
		struct cursor c = cursor_of(front);
		bool section = cursor_be32(&c) == BLOCK_SECTION;
		if (section && look_section(p, front) < 0)
			return -1;
		c = cursor_of(front);
		out->type = u32(p, &c);
		uint32_t len = u32(p, &c);
		p->fault = "a block of absurd length";
		if (len < (section ? SECTION_MIN : BLOCK_MIN) || len % 4 != 0)
			return -1;
		out->len = len;
		if (len <= BYTES_WINDOW)
			break;
		if (section || out->type == BLOCK_INTERFACE || out->type == BLOCK_PACKET ||
			out->type == BLOCK_OLD_PACKET || out->type == BLOCK_SIMPLE_PACKET)
			return -1;
		bytes_skip(b, len);
	}
	if (!bytes_need(b, out->len))
		return 0;
	struct slice all = slice_take(bytes_rest(b), out->len);
	struct cursor trailer = cursor_of(slice_skip(all, out->len - 4));
	p->fault = "a block whose lengths differ";
	if (u32(p, &trailer) != out->len)
		return -1;
	out->body = cursor_of(slice_skip(slice_take(all, out->len - 4), 8));
	return 1;
}

/* ---- sections and interfaces ---- */

static int
take_section(struct pcapng *p, struct cursor *c)
{
	(void)u32(p, c); /* byte order */
	p->count = 0;
	p->fault = "an unknown version of pcapng";
	return u16(p, c) == 1 ? 0 : -1;
}

static void
take_options(struct pcapng *p, struct cursor *c, struct interface *i)
{
	while (c->rest.len >= 4) {
		uint16_t code = u16(p, c), len = u16(p, c);
		struct cursor value = cursor_of(cursor_bytes(c, len));

		cursor_bytes(c, (4 - len % 4u) % 4);
		if (code == OPTION_END || c->bad)
			return;
		if (code == OPTION_RESOLUTION && len == 1)
			i->resolution = cursor_u8(&value);
		if (code == OPTION_OFFSET && len == 8)
			i->offset = i64(p, &value);
	}
}

static int
take_interface(struct pcapng *p, struct cursor *c)
{
	struct interface i = { .resolution = 6 };

	i.linktype = u16(p, c);
	if (i.linktype == LINKTYPE_RAW)
		i.linktype = DLT_RAW_HERE;
	(void)u16(p, c);
	i.snaplen = u32(p, c);
	p->fault = "the description of an interface is cut";
	if (c->bad)
		return -1;
	take_options(p, c, &i);
	p->fault = "too many interfaces";
	if (p->count == LIMIT_INTERFACES)
		return -1;
	if (p->count == p->cap) {
		p->cap = p->cap ? 2 * p->cap : 4;
		p->interfaces = must_realloc(p->interfaces, p->cap * sizeof *p->interfaces);
	}
	p->interfaces[p->count++] = i;
	return 0;
}

/* Blocks that describe; the next that carries a packet stays in front: 1, else as peek(). */
static int
describe(struct pcapng *p, struct block *out)
{
	int rc;

	while ((rc = peek(p, out)) == 1) {
		if (out->type == BLOCK_PACKET || out->type == BLOCK_OLD_PACKET ||
			out->type == BLOCK_SIMPLE_PACKET)
			return 1;
		if (out->type == BLOCK_SECTION && take_section(p, &out->body) < 0)
			return -1;
		if (out->type == BLOCK_INTERFACE && take_interface(p, &out->body) < 0)
			return -1;
		bytes_eat(&p->base.file, out->len);
	}
	return rc;
}

/* ---- packets ---- */

static const int64_t tens[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000,
	1000000000 };

/* Ticks of 10^-n or 2^-n seconds. */
static int64_t
time_of(const struct interface *i, uint64_t ticks)
{
	unsigned n = i->resolution & 0x7f;
	unsigned __int128 ns;

	if (i->resolution & 0x80)
		ns = n > 95 ? 0 : ((unsigned __int128)ticks * PTIME_SECOND) >> n;
	else if (n <= 9)
		ns = (unsigned __int128)ticks * (uint64_t)tens[9 - n];
	else
		for (ns = ticks; n > 9 && ns > 0; n--)
			ns /= 10;
	if (ns > CAPTURE_TIME_MAX)
		return CAPTURE_TIME_MAX;
	int64_t seconds = (int64_t)ns / PTIME_SECOND;
	if (__builtin_add_overflow(seconds, i->offset, &seconds))
		return i->offset > 0 ? CAPTURE_TIME_MAX : 0;
	return capture_time(seconds, (int64_t)ns % PTIME_SECOND);
}

struct packet_block {
	uint32_t interface;
	bool timed;
	uint64_t ticks;
	uint32_t captured, wire;
};

static struct packet_block
packet_header(const struct pcapng *p, struct block *b)
{
	struct cursor *c = &b->body;
	struct packet_block h = { .timed = b->type != BLOCK_SIMPLE_PACKET };

	if (b->type == BLOCK_SIMPLE_PACKET) {
		uint32_t snaplen = p->count > 0 ? p->interfaces[0].snaplen : 0;
		h.wire = h.captured = u32(p, c);
		if (snaplen > 0 && h.captured > snaplen)
			h.captured = snaplen;
		return h;
	}
	if (b->type == BLOCK_OLD_PACKET) {
		h.interface = u16(p, c);
		(void)u16(p, c); /* drops */
	} else {
		h.interface = u32(p, c);
	}
	h.ticks = (uint64_t)u32(p, c) << 32;
	h.ticks |= u32(p, c);
	h.captured = u32(p, c);
	h.wire = u32(p, c);
	return h;
}

static int
take_packet(struct pcapng *p, struct block *b, struct frame *out)
{
	struct packet_block h = packet_header(p, b);
	struct slice data = cursor_bytes(&b->body, h.captured);

	p->fault = "a packet longer than its block";
	if (b->body.bad)
		return -1;
	p->fault = "a packet of absurd length";
	if (h.captured > LIMIT_SNAPLEN)
		return -1;
	p->fault = "a packet of an interface that is not described";
	if (h.interface >= p->count)
		return -1;
	const struct interface *i = &p->interfaces[h.interface];
	if (h.timed)
		p->latest = time_of(i, h.ticks);
	capture_fill(&p->base, p->latest, i->linktype, h.wire, data, out);
	out->interface = (int)h.interface;
	bytes_eat(&p->base.file, b->len);
	return 0;
}

/* ---- the kind ---- */

static int
refuse(struct pcapng *p, int rc, struct err *err)
{
	char detail[80];

	if (rc < 0)
		return capture_refuse(&p->base, "damaged", p->fault, "", err);
	snprintf(detail, sizeof detail, "%zu bytes of a block", bytes_rest(&p->base.file).len);
	return capture_refuse(&p->base, "cut short", detail, "", err);
}

static int
pcapng_next(struct capture *c, struct frame *out, struct err *err)
{
	struct pcapng *p = (struct pcapng *)c;
	struct block block;
	int rc = describe(p, &block);

	if (rc == 1)
		rc = take_packet(p, &block, out) == 0 ? 1 : -1;
	if (rc == 1 || (rc == 0 && !c->file.ended))
		return rc;
	c->ended = true;
	bool between = bytes_rest(&c->file).len == 0 && c->file.to_skip == 0;
	return rc == 0 && between && c->file.damage.text[0] == '\0' ? 0 : refuse(p, rc, err);
}

static int
pcapng_linktype(const struct capture *c, size_t n)
{
	const struct pcapng *p = (const struct pcapng *)c;

	return n < p->count ? p->interfaces[n].linktype : -1;
}

static void
pcapng_close(struct capture *c)
{
	free(((struct pcapng *)c)->interfaces);
}

int
pcapng_file_open(struct bytes *bytes, const char *name, struct capture **out, struct err *err)
{
	static const struct capture_kind kind = {
		.next = pcapng_next, .linktype = pcapng_linktype, .close = pcapng_close
	};
	struct pcapng *p = capture_new(sizeof *p, &kind, name);
	struct block block;

	p->base.file = *bytes;
	int rc = peek(p, &block);
	if (rc == 1)
		rc = take_section(p, &block.body) == 0 ? 1 : -1;
	*bytes = p->base.file;
	if (rc == 1) {
		/* The interfaces before the first packet, so that their link types are known.  What
		 * is wrong there is said when frames are asked for. */
		(void)describe(p, &block);
		*out = &p->base;
		return 1;
	}
	if (rc < 0 || bytes->ended)
		rc = err_set(err, "%s: %s within its file header (%s)", name,
			rc < 0 ? "damaged" : "cut short",
			bytes->damage.text[0] != '\0' ? bytes->damage.text
			: rc < 0		      ? p->fault
						      : "less than its first block");
	free(p->base.name);
	free(p);
	return rc;
}
