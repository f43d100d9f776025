#include "sensor/base/cursor.h"

struct cursor
cursor_of(struct slice s)
{
	return (struct cursor){ .rest = s };
}

/* Once bad, always bad: a short read also takes what is left, so that no later, smaller read
 * succeeds. */
struct slice
cursor_bytes(struct cursor *c, size_t n)
{
	struct slice got = slice_take(c->rest, n);

	c->rest = slice_skip(c->rest, n);
	if (got.len == n && !c->bad)
		return got;
	c->bad = true;
	c->rest.len = 0;
	return SLICE_EMPTY;
}

void
cursor_skip(struct cursor *c, size_t n)
{
	(void)cursor_bytes(c, n);
}

static uint64_t
big_endian(struct cursor *c, size_t n)
{
	struct slice s = cursor_bytes(c, n);
	uint64_t v = 0;

	for (size_t i = 0; i < s.len; i++)
		v = v << 8 | s.ptr[i];
	return v;
}

static uint32_t
little_endian(struct cursor *c, size_t n)
{
	struct slice s = cursor_bytes(c, n);
	uint32_t v = 0;

	for (size_t i = s.len; i > 0; i--)
		v = v << 8 | s.ptr[i - 1];
	return v;
}

uint8_t
cursor_u8(struct cursor *c)
{
	return (uint8_t)big_endian(c, 1);
}

uint16_t
cursor_be16(struct cursor *c)
{
	return (uint16_t)big_endian(c, 2);
}

uint32_t
cursor_be24(struct cursor *c)
{
	return (uint32_t)big_endian(c, 3);
}

uint32_t
cursor_be32(struct cursor *c)
{
	return (uint32_t)big_endian(c, 4);
}

uint64_t
cursor_be64(struct cursor *c)
{
	return big_endian(c, 8);
}

uint16_t
cursor_le16(struct cursor *c)
{
	return (uint16_t)little_endian(c, 2);
}

uint32_t
cursor_le32(struct cursor *c)
{
	return little_endian(c, 4);
}
