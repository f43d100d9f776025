/* Bytes from outside, by value: a pointer and a length, never NUL-terminated.
 *
 * Input:  wire bytes, hostile.  Nothing here reads beyond len.
 * Memory: a slice owns nothing; it lives as long as what it points into. */
#ifndef HELOSCOPE_BASE_SLICE_H
#define HELOSCOPE_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slice {
	const uint8_t *ptr;
	size_t len; /* bytes */
};

#define SLICE_EMPTY ((struct slice){ NULL, 0 })
/* A slice over a string literal, without its NUL. */
#define SLICE(literal) ((struct slice){ (const uint8_t *)("" literal), sizeof(literal) - 1 })

struct slice slice_of(const void *ptr, size_t len);
/* Over a NUL-terminated string of ours; NULL gives an empty slice. */
struct slice slice_str(const char *str);

bool slice_eq(struct slice a, struct slice b);
/* ASCII letters compare equal in either case (RFC 5321 2.4). */
bool slice_ieq(struct slice a, struct slice b);
bool slice_starts(struct slice s, struct slice prefix);
bool slice_istarts(struct slice s, struct slice prefix);
bool slice_iends(struct slice s, struct slice suffix);

/* Index of the first byte c, or len when there is none. */
size_t slice_index(struct slice s, uint8_t c);
/* Index of the first occurrence of needle (case-insensitive for slice_ifind), or len. */
size_t slice_find(struct slice s, struct slice needle);
size_t slice_ifind(struct slice s, struct slice needle);

/* The first n bytes / all but the first n bytes; n beyond the end is the end. */
struct slice slice_take(struct slice s, size_t n);
struct slice slice_skip(struct slice s, size_t n);
/* Without leading and trailing space, tab, CR, LF. */
struct slice slice_trim(struct slice s);
/* Cuts the part before the first c off the front of *rest and returns it; *rest continues after c.
 * Without c the whole rest is returned and *rest is empty. */
struct slice slice_split(struct slice *rest, uint8_t c);

/* Decimal digits only, at most 18 of them. Returns 0 and *value, or -1. */
int slice_number(struct slice s, int64_t *value);

#endif
