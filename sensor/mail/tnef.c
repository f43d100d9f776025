#include "sensor/base/cursor.h"
#include "sensor/base/text.h"
#include "sensor/mail/part_inside.h"
#include "sensor/mail/tnef.h"

#define SIGNATURE 0x223E9F78
#define LEVEL_ATTACHMENT 2
#define PROPERTIES_MAX 256 /* of one attachment that are looked at */
#define NAME_MAX_BYTES 255
#define NAMED_PROPERTY 0x8000 /* identifiers from here on have a name of their own (2.1.3.4) */
#define MULTIPLE 0x1000	      /* flag of a type: several values */
#define OBJECT_GUID 16	      /* bytes before the data of an object */

/* idAttr of 2.1.3.3: of these attributes alone files are made. */
enum attribute {
	ATTRIBUTE_REND_DATA = 0x00069002, /* an attachment begins */
	ATTRIBUTE_TITLE = 0x00018010,
	ATTRIBUTE_DATA = 0x0006800F,
	ATTRIBUTE_PROPERTIES = 0x00069005,
};

/* PidTag… of MS-OXPROPS */
enum property {
	PROPERTY_DISPLAY_NAME = 0x3001,
	PROPERTY_DATA = 0x3701,
	PROPERTY_SHORT_NAME = 0x3704,
	PROPERTY_LONG_NAME = 0x3707,
};

enum property_type {
	TYPE_OBJECT = 0x000D,
	TYPE_STRING8 = 0x001E,
	TYPE_UNICODE = 0x001F,
	TYPE_BINARY = 0x0102,
};

struct reader {
	struct message_part *p;
	struct arena *arena;
	struct part_file *file; /* the attachment that is read, or NULL */
	bool long_name;		/* its name is the long one */
};

bool
tnef_is(struct slice bytes)
{
	struct cursor c = cursor_of(bytes);
	return cursor_le32(&c) == SIGNATURE && !c.bad;
}

/* Bytes of one value of a fixed type (2.1.3.4: filled up to four), or 0. */
static size_t
fixed_size(unsigned type)
{
	switch (type) {
	case 0x0002: /* short */
	case 0x0003: /* long */
	case 0x0004: /* float */
	case 0x000A: /* error */
	case 0x000B: /* boolean */
		return 4;
	case 0x0005: /* double */
	case 0x0006: /* currency */
	case 0x0007: /* apptime */
	case 0x0014: /* 64 bits */
	case 0x0040: /* time */
		return 8;
	case 0x0048: /* GUID */
		return 16;
	default:
		return 0;
	}
}

static struct slice
counted(struct cursor *c)
{
	uint32_t len = cursor_le32(c);
	struct slice s = cursor_bytes(c, len);
	cursor_skip(c, c->bad				 ? 0
		       : (4 - len % 4) % 4 < c->rest.len ? (4 - len % 4) % 4
							 : c->rest.len);
	return s;
}

/* UTF-16 as far as file names need it; the rest as "?". */
static struct slice
from_unicode(struct slice s, uint8_t *out, size_t size)
{
	struct cursor c = cursor_of(s);
	size_t n = 0;
	while (c.rest.len >= 2 && n + 3 <= size) {
		unsigned u = cursor_le16(&c);
		if (u == 0)
			break;
		if (u < 0x80) {
			out[n++] = (uint8_t)u;
		} else if (u < 0x800) {
			out[n++] = (uint8_t)(0xC0 | u >> 6);
			out[n++] = (uint8_t)(0x80 | (u & 63));
		} else if (u >= 0xD800 && u < 0xE000) {
			out[n++] = '?';
		} else {
			out[n++] = (uint8_t)(0xE0 | u >> 12);
			out[n++] = (uint8_t)(0x80 | (u >> 6 & 63));
			out[n++] = (uint8_t)(0x80 | (u & 63));
		}
	}
	return slice_of(out, n);
}

static void
name_set(struct reader *r, struct slice name, bool is_long)
{
	name = slice_take(name, slice_index(name, 0));
	if (r->file == NULL || name.len == 0 || (r->long_name && !is_long))
		return;
	r->file->name = text_clean(r->arena, name, NAME_MAX_BYTES);
	r->long_name = is_long;
}

static void
property_take(struct reader *r, unsigned type, unsigned id, struct slice value)
{
	uint8_t utf8[NAME_MAX_BYTES];
	if (id == PROPERTY_DATA && r->file != NULL && r->file->content.len == 0)
		r->file->content = slice_skip(value, type == TYPE_OBJECT ? OBJECT_GUID : 0);
	if (id != PROPERTY_DISPLAY_NAME && id != PROPERTY_SHORT_NAME && id != PROPERTY_LONG_NAME)
		return;
	if (type == TYPE_UNICODE)
		value = from_unicode(value, utf8, sizeof utf8);
	if (type == TYPE_UNICODE || type == TYPE_STRING8)
		name_set(r, value, id == PROPERTY_LONG_NAME);
}

/* One property; false where its length cannot be told. */
static bool
property_next(struct reader *r, struct cursor *c)
{
	unsigned type = cursor_le16(c), id = cursor_le16(c);
	if (id >= NAMED_PROPERTY) {
		cursor_skip(c, 16); /* the GUID of the set */
		if (cursor_le32(c) == 0)
			cursor_skip(c, 4);
		else
			counted(c);
	}
	bool several = (type & MULTIPLE) != 0;
	size_t fixed = fixed_size(type & ~(unsigned)MULTIPLE);
	type &= ~(unsigned)MULTIPLE;
	bool counts = type == TYPE_OBJECT || type == TYPE_STRING8 || type == TYPE_UNICODE ||
		      type == TYPE_BINARY;
	if (!counts && fixed == 0)
		return false;
	uint32_t values = counts || several ? cursor_le32(c) : 1;
	for (uint32_t i = 0; i < values && !c->bad; i++) {
		struct slice value = counts ? counted(c) : cursor_bytes(c, fixed);
		if (!c->bad)
			property_take(r, type, id, value);
	}
	return !c->bad;
}

static void
properties(struct reader *r, struct slice data)
{
	struct cursor c = cursor_of(data);
	uint32_t count = cursor_le32(&c);
	if (r->file == NULL)
		return;
	for (uint32_t i = 0; i < count && i < PROPERTIES_MAX; i++)
		if (!property_next(r, &c)) {
			r->file->bad++;
			return;
		}
}

static void
attribute_take(struct reader *r, uint32_t id, struct slice data)
{
	switch (id) {
	case ATTRIBUTE_REND_DATA:
		r->file = part_file_add(r->p, SLICE_EMPTY, r->arena);
		r->long_name = false;
		break;
	case ATTRIBUTE_TITLE:
		name_set(r, data, false);
		break;
	case ATTRIBUTE_DATA:
		if (r->file != NULL)
			r->file->content = data;
		break;
	case ATTRIBUTE_PROPERTIES:
		properties(r, data);
		break;
	default:
		break;
	}
}

static bool
sum_right(struct slice data, unsigned want)
{
	unsigned sum = 0;
	for (size_t i = 0; i < data.len; i++)
		sum += data.ptr[i];
	return (sum & 0xFFFF) == want;
}

void
tnef_files(struct slice bytes, struct message_part *p, struct arena *arena)
{
	struct reader r = { .p = p, .arena = arena };
	struct cursor c = cursor_of(bytes);
	cursor_skip(&c, 6); /* signature and key */
	while (c.rest.len > 0) {
		uint8_t level = cursor_u8(&c);
		uint32_t id = cursor_le32(&c), len = cursor_le32(&c);
		struct slice data = cursor_bytes(&c, len);
		unsigned sum = cursor_le16(&c);
		if (level == LEVEL_ATTACHMENT && !c.bad)
			attribute_take(&r, id, data);
		if (!c.bad && sum_right(data, sum))
			continue;
		p->faults |= PART_INSIDE_DAMAGED;
		if (r.file != NULL)
			r.file->bad++;
		if (c.bad)
			return;
	}
}
