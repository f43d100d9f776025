#include "sensor/host/varint.h"

void
varint_put(struct buf *out, int64_t value)
{
	uint64_t rest = value > 0 ? (uint64_t)value : 0;

	while (rest >= 0x80) {
		buf_byte(out, (uint8_t)(rest | 0x80));
		rest >>= 7;
	}
	buf_byte(out, (uint8_t)rest);
}

int64_t
varint_get(struct cursor *in)
{
	uint64_t value = 0;

	/* nine bytes hold the 63 bits of a non-negative int64_t */
	for (unsigned shift = 0; shift < 63; shift += 7) {
		uint8_t byte = cursor_u8(in);

		value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte & 0x80)
			continue;
		if (byte == 0 && shift > 0)
			break;
		return in->bad ? 0 : (int64_t)value;
	}
	in->bad = true;
	return 0;
}

void
varint_put_text(struct buf *out, const char *text)
{
	struct slice s = slice_str(text);

	varint_put(out, (int64_t)s.len);
	buf_add(out, s);
}

struct slice
varint_get_text(struct cursor *in, size_t max)
{
	int64_t len = varint_get(in);

	if (len > (int64_t)max) {
		in->bad = true;
		return SLICE_EMPTY;
	}
	return cursor_bytes(in, (size_t)len);
}

int64_t
varint_sum(int64_t a, int64_t b)
{
	return a > INT64_MAX - b ? INT64_MAX : a + b;
}

int64_t
varint_get_count(struct cursor *in)
{
	int64_t count = varint_get(in);

	if (count <= COUNT_MAX)
		return count;
	in->bad = true;
	return 0;
}

int64_t
count_sum(int64_t a, int64_t b)
{
	int64_t sum = varint_sum(a, b);

	return sum < COUNT_MAX ? sum : COUNT_MAX;
}
