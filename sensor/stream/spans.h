/* Which bytes beyond a hole libnids already holds: disjoint, sorted spans of sequence numbers.
 *
 * Input:  sequence numbers of the attacker's choice, all within 2^31 of each other (the caller
 * checks). Memory: heap, only while a hole is open; at most SPANS_MAX spans. */
#ifndef HELOSCOPE_STREAM_SPANS_H
#define HELOSCOPE_STREAM_SPANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SPANS_MAX = 512 };

struct span {
	uint32_t start, end; /* [start, end) */
};

struct spans {
	struct span *list;
	size_t count, cap;
};

/* Sequence numbers wrap: RFC 9293 3.4. */
static inline bool
seq_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

/* True if [start, end) was covered already; else adds it.  The caller keeps count below SPANS_MAX.
 */
bool spans_add(struct spans *s, uint32_t start, uint32_t end);
/* Forgets everything before seq. */
void spans_drop(struct spans *s, uint32_t seq);
/* Sum of the lengths. */
int64_t spans_total(const struct spans *s);
void spans_release(struct spans *s);

#endif
