/* Puts bytes so that the first byte beyond them is unreadable: an overread ends the test, with or
 * without ASan. */
#ifndef HELOSCOPE_TESTS_EDGE_H
#define HELOSCOPE_TESTS_EDGE_H

#include <string.h>
#include <sys/mman.h>

#include "sensor/base/slice.h"

enum { EDGE_PAGE = 65536 }; /* bytes; more than any row of a test, a multiple of every page size */

struct edge {
	uint8_t *pages;
};

static inline struct edge
edge_new(void)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS;
	void *p = mmap(NULL, 2 * EDGE_PAGE, PROT_READ | PROT_WRITE, flags, -1, 0);

	if (p == MAP_FAILED || mprotect((uint8_t *)p + EDGE_PAGE, EDGE_PAGE, PROT_NONE) != 0)
		return (struct edge){ NULL };
	return (struct edge){ p };
}

/* Valid until the next call. */
static inline struct slice
edge_copy(struct edge e, struct slice s)
{
	if (s.len)
		memcpy(e.pages + EDGE_PAGE - s.len, s.ptr, s.len);
	return slice_of(e.pages + EDGE_PAGE - s.len, s.len);
}

static inline void
edge_free(struct edge e)
{
	(void)munmap(e.pages, 2 * EDGE_PAGE);
}

#endif
