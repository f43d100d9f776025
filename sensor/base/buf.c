#include "sensor/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/arena.h"

enum { CAP_FIRST = 256, CAP_KEPT = 65536 };

void
buf_init(struct buf *b, size_t max)
{
	/* One byte more than max is allocated, for the NUL of buf_cstr. */
	*b = (struct buf){ .max = max < SIZE_MAX / 4 ? max : SIZE_MAX / 4 };
}

void
buf_release(struct buf *b)
{
	free(b->ptr);
	*b = (struct buf){ .max = b->max };
}

void
buf_clear(struct buf *b)
{
	if (b->cap > CAP_KEPT)
		buf_release(b);
	b->len = 0;
	b->lost = 0;
}

/* Makes room for n bytes, or for as many of them as the maximum allows, and returns how many. */
static size_t
reserve(struct buf *b, size_t n)
{
	size_t fit = n < b->max - b->len ? n : b->max - b->len;

	if (fit > b->cap - b->len || !b->ptr) {
		size_t cap = b->cap ? b->cap * 2 : CAP_FIRST;
		if (cap < b->len + fit)
			cap = b->len + fit;
		if (cap > b->max)
			cap = b->max;
		b->ptr = must_realloc(b->ptr, cap + 1);
		b->cap = cap;
	}
	return fit;
}

void
buf_add(struct buf *b, struct slice s)
{
	size_t fit = reserve(b, s.len);

	if (fit)
		memcpy(b->ptr + b->len, s.ptr, fit);
	b->len += fit;
	b->lost += s.len - fit;
}

void
buf_byte(struct buf *b, uint8_t c)
{
	if (b->len < b->cap)
		b->ptr[b->len++] = c;
	else
		buf_add(b, slice_of(&c, 1));
}

void
buf_str(struct buf *b, const char *s)
{
	buf_add(b, slice_str(s));
}

void
buf_printf(struct buf *b, const char *format, ...)
{
	va_list args;

	/* Into the room at hand; again where that was too little. */
	(void)reserve(b, 1);
	va_start(args, format);
	int n = vsnprintf((char *)b->ptr + b->len, b->cap - b->len + 1, format, args);
	va_end(args);
	if (n <= 0)
		return;
	size_t fit = (size_t)n;
	if (fit > b->cap - b->len) {
		fit = reserve(b, fit);
		va_start(args, format);
		(void)vsnprintf((char *)b->ptr + b->len, fit + 1, format, args);
		va_end(args);
	}
	b->len += fit;
	b->lost += (size_t)n - fit;
}

void
buf_eat(struct buf *b, size_t n)
{
	if (n > b->len)
		n = b->len;
	if (n == 0)
		return;
	b->len -= n;
	memmove(b->ptr, b->ptr + n, b->len);
}

struct slice
buf_slice(const struct buf *b)
{
	return slice_of(b->ptr, b->len);
}

const char *
buf_cstr(struct buf *b)
{
	if (!b->ptr)
		return "";
	b->ptr[b->len] = '\0';
	return (const char *)b->ptr;
}
