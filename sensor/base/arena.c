#include "sensor/base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Under AddressSanitizer a poisoned gap stands behind every piece, and what is not handed out is
 * poisoned, so that an overrun inside an arena is found like one on the heap. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(ARENA_ASAN)
#include <sanitizer/asan_interface.h>
enum { REDZONE = 16, ALIGN_LEAST = 8 }; /* 8: what one shadow byte of ASan covers */
#else
#define ASAN_POISON_MEMORY_REGION(ptr, size) ((void)(ptr), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(ptr, size) ((void)(ptr), (void)(size))
enum { REDZONE = 0, ALIGN_LEAST = 1 };
#endif

/* The first chunk is small, because most arenas belong to a short session; then they double. */
enum { CHUNK_FIRST = 1024, CHUNK_MOST = 65536 };

struct arena_chunk {
	struct arena_chunk *next;
	size_t size; /* bytes that follow */
	size_t used;
	_Alignas(max_align_t) uint8_t bytes[];
};

void *
must_realloc(void *ptr, size_t size)
{
	void *p = realloc(ptr, size ? size : 1);

	if (!p) {
		static const char line[] = "heloscope: out of memory\n";
		/* Nothing that allocates: straight to the descriptor. */
		ssize_t written = write(STDERR_FILENO, line, sizeof(line) - 1);
		(void)written;
		_exit(3);
	}
	return p;
}

void *
must_alloc(size_t size)
{
	return must_realloc(NULL, size);
}

void
arena_init(struct arena *a, size_t max)
{
	*a = (struct arena){ .max = max };
}

static void
free_chunks(struct arena_chunk *c)
{
	while (c) {
		struct arena_chunk *next = c->next;
		free(c);
		c = next;
	}
}

void
arena_reset(struct arena *a)
{
	struct arena_chunk *keep = a->chunks;

	if (keep && keep->size <= CHUNK_MOST) {
		free_chunks(keep->next);
		keep->next = NULL;
		keep->used = 0;
		ASAN_POISON_MEMORY_REGION(keep->bytes, keep->size);
	} else {
		free_chunks(keep);
		keep = NULL;
	}
	*a = (struct arena){ .chunks = keep, .max = a->max };
}

void
arena_release(struct arena *a)
{
	free_chunks(a->chunks);
	*a = (struct arena){ .max = a->max };
}

static struct arena_chunk *
add_chunk(struct arena *a, size_t need)
{
	struct arena_chunk *head = a->chunks;
	size_t total = CHUNK_FIRST;

	need += sizeof(struct arena_chunk);
	if (head)
		total = 2 * (head->size + sizeof(struct arena_chunk));
	while (total < need && total < CHUNK_MOST)
		total *= 2;
	if (total > CHUNK_MOST)
		total = CHUNK_MOST;
	bool own = need > total; /* a large piece has a chunk of its own, behind the head, whose
				    rest is still used */
	if (own)
		total = need;

	struct arena_chunk *c = must_alloc(total);
	c->size = total - sizeof(struct arena_chunk);
	c->used = 0;
	ASAN_POISON_MEMORY_REGION(c->bytes, c->size);
	struct arena_chunk **link = own && head ? &head->next : &a->chunks;
	c->next = *link;
	*link = c;
	return c;
}

static size_t
round_up(size_t n, size_t align)
{
	return (n + align - 1) / align * align;
}

/* The maximum is checked on sizes alone, so that a build with ASan cuts where the other one does.
 */
static void *
take(struct arena *a, size_t size, size_t align)
{
	size_t room = a->max - a->used;

	if (size > room || round_up(size, align) > room) {
		a->full = true;
		return NULL;
	}
	a->used += round_up(size, align);

	struct arena_chunk *c = a->chunks;
	size_t start = c ? round_up(c->used, align > ALIGN_LEAST ? align : ALIGN_LEAST) : 0;
	if (!c || start > c->size || size + REDZONE > c->size - start) {
		c = add_chunk(a, size + REDZONE);
		start = 0;
	}
	c->used = start + size + REDZONE;
	ASAN_UNPOISON_MEMORY_REGION(c->bytes + start, size);
	return c->bytes + start;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	void *p = take(a, size ? size : 1, _Alignof(max_align_t));

	return p ? memset(p, 0, size) : NULL;
}

void *
arena_array(struct arena *a, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes)) {
		a->full = true;
		return NULL;
	}
	return arena_alloc(a, bytes);
}

char *
arena_string(struct arena *a, struct slice s)
{
	char *copy = s.len < SIZE_MAX ? take(a, s.len + 1, 1) : NULL;

	if (!copy)
		return "";
	if (s.len)
		memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	return copy;
}

struct slice
arena_copy(struct arena *a, struct slice s)
{
	if (s.len == 0)
		return SLICE_EMPTY;
	void *copy = take(a, s.len, 1);
	return copy ? slice_of(memcpy(copy, s.ptr, s.len), s.len) : SLICE_EMPTY;
}

char *
arena_printf(struct arena *a, const char *format, ...)
{
	char small[256];
	va_list args;

	va_start(args, format);
	int n = vsnprintf(small, sizeof(small), format, args);
	va_end(args);
	if (n < 0)
		return "";
	if ((size_t)n < sizeof(small))
		return arena_string(a, slice_of(small, (size_t)n));

	char *text = take(a, (size_t)n + 1, 1);
	if (!text)
		return "";
	va_start(args, format);
	(void)vsnprintf(text, (size_t)n + 1, format, args);
	va_end(args);
	return text;
}

void *
arena_grow(struct arena *a, void **items, size_t *count, size_t *cap, size_t size, size_t max)
{
	uint8_t *old;

	/* *items is declared as a pointer to some type: its bytes are copied, because void * may
	 * not alias it. */
	memcpy(&old, items, sizeof(old));
	if (*count >= max)
		return NULL;
	if (*count == *cap) {
		size_t more = *cap ? *cap * 2 : 4;
		if (more > max)
			more = max;
		uint8_t *moved = arena_array(a, more, size);
		if (!moved)
			return NULL;
		if (*count)
			memcpy(moved, old, *count * size);
		old = moved;
		*cap = more;
		memcpy(items, &old, sizeof(old));
	}
	return memset(old + (*count)++ * size, 0, size);
}
