/* Memory that ends with its scope: allocate freely, release all at once.
 *
 * Memory: chunks from the heap, at most `max` bytes in all.  At the maximum arena_alloc returns NULL and sets
 *         `full`; callers cut their record.  Out of heap memory ends the process with one line on stderr. */
#ifndef HELOSCOPE_BASE_ARENA_H
#define HELOSCOPE_BASE_ARENA_H

#include "sensor/base/slice.h"

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks; /* newest first */
	size_t used;		    /* bytes handed out */
	size_t max;		    /* bytes; hard limit */
	bool full;		    /* something did not fit */
};

/* Empty; no heap memory is taken before the first allocation. */
void arena_init(struct arena *a, size_t max);
/* Forgets everything; keeps one chunk for reuse. */
void arena_reset(struct arena *a);
/* Gives everything back; a second call does nothing. */
void arena_release(struct arena *a);

/* Zeroed, aligned for any type; NULL at the maximum. */
void *arena_alloc(struct arena *a, size_t size);
/* Array of n zeroed items; NULL at the maximum or on overflow. */
void *arena_array(struct arena *a, size_t n, size_t size);
/* Copy with a NUL after it; at the maximum the empty string "" (never NULL). */
char *arena_string(struct arena *a, struct slice s);
struct slice arena_copy(struct arena *a, struct slice s);
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Growing array in an arena: room for one more of *items (count used, *cap allocated).  Returns the new item (zeroed),
 * or NULL at the arena's maximum or at `max` items.  `*items` may move; old copies stay in the arena. */
void *arena_grow(struct arena *a, void **items, size_t *count, size_t *cap, size_t size, size_t max);
/* ARENA_PUSH(&arena, rec->list, max): for fields declared as `T *list; size_t list_count, list_cap;` */
#define ARENA_PUSH(a, list, max) \
	((__typeof__(list))arena_grow((a), (void **)&(list), &list##_count, &list##_cap, sizeof *(list), (max)))

/* malloc that ends the process with one line when there is no memory. */
void *must_alloc(size_t size);
void *must_realloc(void *ptr, size_t size);

#endif
