/* Non-negative integers in as few bytes as they need: seven bits a byte, least significant first,
 * high bit = more follow (LEB128). Most numbers of an hour are zero and take one byte.
 *
 * Input:  stored bytes, not trusted: an overlong, negative or cut number latches `bad` of the
 * cursor. One number has one form. */
#ifndef HELOSCOPE_HOST_VARINT_H
#define HELOSCOPE_HOST_VARINT_H

#include "sensor/base/buf.h"
#include "sensor/base/cursor.h"

void varint_put(struct buf *out, int64_t value);
int64_t varint_get(struct cursor *in);
/* Length and bytes; the slice points into the input. Longer than max is bad. */
void varint_put_text(struct buf *out, const char *text);
struct slice varint_get_text(struct cursor *in, size_t max);
/* Counts stop here, far above what is ever seen, so that whoever adds or scales some of them need
 * not think of the end of int64_t.  A larger one is bad input. */
#define COUNT_MAX (INT64_C(1) << 50)
int64_t varint_get_count(struct cursor *in);
int64_t count_sum(int64_t a, int64_t b);
/* Sum of two non-negative numbers that stops at the largest: still the same in any order. */
int64_t varint_sum(int64_t a, int64_t b);

#endif
