#include "sensor/base/slice.h"

#include <string.h>

#include "sensor/base/chars.h"

struct slice
slice_of(const void *ptr, size_t len)
{
	return (struct slice){ ptr, len };
}

struct slice
slice_str(const char *str)
{
	return str ? slice_of(str, strlen(str)) : SLICE_EMPTY;
}

bool
slice_eq(struct slice a, struct slice b)
{
	/* memcmp may not be given NULL, even for no bytes (C17 7.24.1). */
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool
slice_ieq(struct slice a, struct slice b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (chars_lower(a.ptr[i]) != chars_lower(b.ptr[i]))
			return false;
	return true;
}

bool
slice_starts(struct slice s, struct slice prefix)
{
	return s.len >= prefix.len && slice_eq(slice_take(s, prefix.len), prefix);
}

bool
slice_istarts(struct slice s, struct slice prefix)
{
	return s.len >= prefix.len && slice_ieq(slice_take(s, prefix.len), prefix);
}

bool
slice_iends(struct slice s, struct slice suffix)
{
	return s.len >= suffix.len && slice_ieq(slice_skip(s, s.len - suffix.len), suffix);
}

size_t
slice_index(struct slice s, uint8_t c)
{
	const uint8_t *found = s.len ? memchr(s.ptr, c, s.len) : NULL;

	return found ? (size_t)(found - s.ptr) : s.len;
}

size_t
slice_find(struct slice s, struct slice needle)
{
	if (needle.len == 0)
		return 0;
	if (s.len < needle.len)
		return s.len;
	const uint8_t *found = memmem(s.ptr, s.len, needle.ptr, needle.len);
	return found ? (size_t)(found - s.ptr) : s.len;
}

size_t
slice_ifind(struct slice s, struct slice needle)
{
	for (size_t i = 0; i + needle.len <= s.len; i++)
		if (slice_istarts(slice_skip(s, i), needle))
			return i;
	return s.len;
}

struct slice
slice_take(struct slice s, size_t n)
{
	return (struct slice){ s.ptr, n < s.len ? n : s.len };
}

struct slice
slice_skip(struct slice s, size_t n)
{
	if (n > s.len)
		n = s.len;
	/* NULL + 0 is undefined in C. */
	return n ? (struct slice){ s.ptr + n, s.len - n } : s;
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slice
slice_trim(struct slice s)
{
	while (s.len && is_blank(s.ptr[0]))
		s = slice_skip(s, 1);
	while (s.len && is_blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

struct slice
slice_split(struct slice *rest, uint8_t c)
{
	size_t at = slice_index(*rest, c);
	struct slice front = slice_take(*rest, at);

	*rest = slice_skip(*rest, at < rest->len ? at + 1 : at);
	return front;
}

int
slice_number(struct slice s, int64_t *value)
{
	int64_t v = 0;

	/* 18 digits always fit into int64_t. */
	if (s.len == 0 || s.len > 18)
		return -1;
	for (size_t i = 0; i < s.len; i++) {
		if (!chars_is(s.ptr[i], CHAR_DIGIT))
			return -1;
		v = v * 10 + (s.ptr[i] - '0');
	}
	*value = v;
	return 0;
}
