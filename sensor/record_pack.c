#include <endian.h>
#include <string.h>

#include "sensor/base/cursor.h"
#include "sensor/record_layout.h"

/* Packed form, the fields in the order of the layout:
 *
 *	string   length (4 bytes), bytes          flag     1 byte, 0 or 1
 *	number   4 or 8 bytes                     address  family (1 byte: 0, 4, 6), then 0, 4 or 16
 *bytes real     8 bytes of IEEE 754              endpoint address, port (2 bytes) list     count (4
 *bytes), items           struct   its fields
 */

static void
pack_u32(struct buf *out, uint32_t v)
{
	v = htole32(v);
	buf_add(out, slice_of(&v, sizeof(v)));
}

static void
pack_u64(struct buf *out, uint64_t v)
{
	v = htole64(v);
	buf_add(out, slice_of(&v, sizeof(v)));
}

static void
pack_string(struct buf *out, const char *s)
{
	struct slice text = slice_str(s);

	pack_u32(out, (uint32_t)text.len);
	buf_add(out, text);
}

static size_t
addr_len(uint8_t family)
{
	return family == ADDR_V4 ? 4 : family == ADDR_V6 ? 16 : 0;
}

static void
pack_addr(struct buf *out, const struct addr *a)
{
	buf_byte(out, a->family);
	buf_add(out, slice_of(a->bytes, addr_len(a->family)));
}

static void
list_set(const struct field *f, uint8_t *record, struct field_list l)
{
	memcpy(record + f->offset, &l.items, sizeof(l.items));
	memcpy(record + f->count_offset, &l.count, sizeof(l.count));
	memcpy(record + f->cap_offset, &l.count, sizeof(l.count));
}

static void
pack_list(struct buf *out, const struct field *f, struct field_list l)
{
	pack_u32(out, (uint32_t)l.count);
	for (size_t i = 0; i < l.count; i++)
		record_pack(out, f->item, l.items + i * f->item->size);
}

static void
pack_field(struct buf *out, const struct field *f, const uint8_t *record)
{
	const void *p = record + f->offset;
	uint64_t bits;

	switch (f->type) {
	case FIELD_STRING:
		pack_string(out, *(const char *const *)p);
		break;
	case FIELD_I64:
	case FIELD_TIME:
		pack_u64(out, *(const uint64_t *)p);
		break;
	case FIELD_I32:
	case FIELD_WORD:
		pack_u32(out, *(const uint32_t *)p);
		break;
	case FIELD_BOOL:
		buf_byte(out, *(const bool *)p);
		break;
	case FIELD_DOUBLE:
		memcpy(&bits, p, sizeof(bits));
		pack_u64(out, bits);
		break;
	case FIELD_ADDR:
		pack_addr(out, p);
		break;
	case FIELD_ENDPOINT:
		pack_addr(out, &((const struct endpoint *)p)->addr);
		buf_byte(out, (uint8_t)((const struct endpoint *)p)->port);
		buf_byte(out, (uint8_t)(((const struct endpoint *)p)->port >> 8));
		break;
	case FIELD_STRUCT:
		record_pack(out, f->item, p);
		break;
	case FIELD_STRINGS:
	case FIELD_INTS:
	case FIELD_LIST:
	case FIELD_PAIRS:
	case FIELD_NAMES:
	case FIELD_COUNTS:
		pack_list(out, f, field_list_get(f, record));
		break;
	}
}

void
record_pack(struct buf *out, const struct layout *layout, const void *record)
{
	for (size_t i = 0; i < layout->count; i++)
		if (!(layout->fields[i].flags & FIELD_NOT_PACKED))
			pack_field(out, &layout->fields[i], record);
}

/* ---- unpack ---- */

/* The bytes come from a process that parses what attackers send: it may have become theirs. */
struct reader {
	struct cursor in;
	struct arena *arena;
	bool bad;
};

static uint64_t
unpack_u64(struct reader *r)
{
	uint64_t low = cursor_le32(&r->in);

	return (uint64_t)cursor_le32(&r->in) << 32 | low;
}

static const char *
unpack_string(struct reader *r)
{
	struct slice s = cursor_bytes(&r->in, cursor_le32(&r->in));

	if (s.len == 0)
		return "";
	if (slice_index(s, 0) < s.len) {
		r->bad = true;
		return "";
	}
	const char *copy = arena_string(r->arena, s);
	if (copy[0] == '\0') /* the arena is full */
		r->bad = true;
	return copy;
}

static struct addr
unpack_addr(struct reader *r)
{
	uint8_t family = cursor_u8(&r->in);
	struct slice s = cursor_bytes(&r->in, addr_len(family));

	if (family == ADDR_V4 && s.len)
		return addr_v4(s.ptr);
	if (family == ADDR_V6 && s.len)
		return addr_v6(s.ptr);
	r->bad = r->bad || family != ADDR_NONE;
	return (struct addr){ .family = ADDR_NONE };
}

static bool
unpack_bool(struct reader *r)
{
	uint8_t v = cursor_u8(&r->in);

	r->bad = r->bad || v > 1;
	return v == 1;
}

/* Values index tables later on: one that has no word of its own is refused. */
static int
unpack_word(struct reader *r, const struct field *f)
{
	int v = (int)cursor_le32(&r->in);

	if (v == 0 || f->word(v) != f->word(0))
		return v;
	r->bad = true;
	return 0;
}

/* Least bytes that a record of this layout takes, so that a count can be held against the bytes
 * there are. */
static size_t
least_packed(const struct layout *layout)
{
	size_t sum = 0;

	for (size_t i = 0; i < layout->count; i++) {
		const struct field *f = &layout->fields[i];
		if (f->flags & FIELD_NOT_PACKED)
			continue;
		switch (f->type) {
		case FIELD_BOOL:
		case FIELD_ADDR:
			sum += 1;
			break;
		case FIELD_ENDPOINT:
			sum += 3;
			break;
		case FIELD_I64:
		case FIELD_TIME:
		case FIELD_DOUBLE:
			sum += 8;
			break;
		case FIELD_STRUCT:
			sum += least_packed(f->item);
			break;
		case FIELD_STRING:
		case FIELD_I32:
		case FIELD_WORD:
		case FIELD_STRINGS:
		case FIELD_INTS:
		case FIELD_LIST:
		case FIELD_PAIRS:
		case FIELD_NAMES:
		case FIELD_COUNTS:
			sum += 4;
			break;
		}
	}
	return sum;
}

static void unpack_fields(struct reader *r, const struct layout *layout, uint8_t *record);

static struct field_list
unpack_list(struct reader *r, const struct layout *item)
{
	struct field_list l = { .count = cursor_le32(&r->in) };

	if (l.count == 0)
		return l;
	if (l.count <= r->in.rest.len / least_packed(item))
		l.items = arena_array(r->arena, l.count, item->size);
	if (!l.items) {
		r->bad = true;
		l.count = 0;
	}
	for (size_t i = 0; i < l.count && !r->bad; i++)
		unpack_fields(r, item, l.items + i * item->size);
	return l;
}

static void
unpack_field(struct reader *r, const struct field *f, uint8_t *record)
{
	void *p = record + f->offset;
	uint64_t bits;

	switch (f->type) {
	case FIELD_STRING:
		*(const char **)p = unpack_string(r);
		break;
	case FIELD_I64:
	case FIELD_TIME:
		*(uint64_t *)p = unpack_u64(r);
		break;
	case FIELD_I32:
		*(uint32_t *)p = cursor_le32(&r->in);
		break;
	case FIELD_WORD:
		*(int *)p = unpack_word(r, f);
		break;
	case FIELD_BOOL:
		*(bool *)p = unpack_bool(r);
		break;
	case FIELD_DOUBLE:
		bits = unpack_u64(r);
		memcpy(p, &bits, sizeof(bits));
		break;
	case FIELD_ADDR:
		*(struct addr *)p = unpack_addr(r);
		break;
	case FIELD_ENDPOINT:
		((struct endpoint *)p)->addr = unpack_addr(r);
		((struct endpoint *)p)->port = cursor_le16(&r->in);
		break;
	case FIELD_STRUCT:
		unpack_fields(r, f->item, p);
		break;
	case FIELD_STRINGS:
	case FIELD_INTS:
	case FIELD_LIST:
	case FIELD_PAIRS:
	case FIELD_NAMES:
	case FIELD_COUNTS:
		list_set(f, record, unpack_list(r, f->item));
		break;
	}
}

/* Nests no deeper than the layouts do. */
static void
unpack_fields(struct reader *r, const struct layout *layout, uint8_t *record)
{
	record_init(layout, record);
	for (size_t i = 0; i < layout->count && !r->bad; i++) {
		if (!(layout->fields[i].flags & FIELD_NOT_PACKED))
			unpack_field(r, &layout->fields[i], record);
		r->bad = r->bad || r->in.bad;
	}
}

int
record_unpack(struct slice in, const struct layout *layout, void *record, struct arena *arena)
{
	struct reader r = { .in = cursor_of(in), .arena = arena };

	memset(record, 0, layout->size);
	unpack_fields(&r, layout, record);
	return r.bad || r.in.rest.len ? -1 : 0;
}

/* ---- empty records, copies ---- */

void
record_init(const struct layout *layout, void *record)
{
	uint8_t *bytes = record;

	for (size_t i = 0; i < layout->count; i++) {
		const struct field *f = &layout->fields[i];
		if (f->type == FIELD_STRING)
			*(const char **)(void *)(bytes + f->offset) = "";
		else if (f->type == FIELD_STRUCT)
			record_init(f->item, bytes + f->offset);
	}
}

static struct field_list
copy_list(const struct layout *item, struct field_list from, struct arena *arena)
{
	struct field_list to = { .items = from.count ? arena_array(arena, from.count, item->size)
						     : NULL };

	for (size_t i = 0; to.items && i < from.count; i++)
		record_copy(item, from.items + i * item->size, to.items + i * item->size, arena);
	to.count = to.items ? from.count : 0;
	return to;
}

void
record_copy(const struct layout *layout, const void *from, void *to, struct arena *arena)
{
	uint8_t *bytes = to;

	memmove(to, from, layout->size);
	for (size_t i = 0; i < layout->count; i++) {
		const struct field *f = &layout->fields[i];
		void *p = bytes + f->offset;
		if (f->type == FIELD_STRING)
			*(const char **)p = arena_string(arena, slice_str(*(const char **)p));
		else if (f->type == FIELD_STRUCT)
			record_copy(f->item, p, p, arena);
		else if (f->item)
			list_set(f, bytes, copy_list(f->item, field_list_get(f, bytes), arena));
	}
}
