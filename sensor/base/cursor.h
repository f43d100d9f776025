/* Bounds-checked reader of integers and bytes in network order.
 *
 * Input:  packet bytes, hostile.  A read beyond the end returns 0 / empty and latches `bad`;
 *         check `bad` once after a group of reads.
 * Memory: none of its own; slices returned point into the input. */
#ifndef HELOSCOPE_BASE_CURSOR_H
#define HELOSCOPE_BASE_CURSOR_H

#include "sensor/base/slice.h"

struct cursor {
	struct slice rest; /* not yet read */
	bool bad;	   /* a read went beyond the end */
};

struct cursor cursor_of(struct slice s);
uint8_t cursor_u8(struct cursor *c);
uint16_t cursor_be16(struct cursor *c);
uint32_t cursor_be24(struct cursor *c);
uint32_t cursor_be32(struct cursor *c);
uint64_t cursor_be64(struct cursor *c);
uint16_t cursor_le16(struct cursor *c);
uint32_t cursor_le32(struct cursor *c);
/* The next n bytes, or an empty slice with `bad` set. */
struct slice cursor_bytes(struct cursor *c, size_t n);
void cursor_skip(struct cursor *c, size_t n);

#endif
