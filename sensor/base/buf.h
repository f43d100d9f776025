/* Bounded growing byte buffer.
 *
 * Memory: heap; never more than `max` bytes.  Bytes that do not fit are counted in `lost` and dropped, and what is there stays. */
#ifndef HELOSCOPE_BASE_BUF_H
#define HELOSCOPE_BASE_BUF_H

#include "sensor/base/slice.h"

struct buf {
	uint8_t *ptr;
	size_t len;
	size_t cap;
	size_t max;  /* bytes; hard limit */
	size_t lost; /* bytes that did not fit since buf_init / buf_clear */
};

void buf_init(struct buf *b, size_t max);
void buf_release(struct buf *b);
/* Empties it, keeping up to 64 KiB of memory. */
void buf_clear(struct buf *b);
void buf_add(struct buf *b, struct slice s);
void buf_byte(struct buf *b, uint8_t c);
void buf_str(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Drops n bytes from the front. */
void buf_eat(struct buf *b, size_t n);
struct slice buf_slice(const struct buf *b);
/* NUL-terminates (outside len) and returns it; "" when empty. */
const char *buf_cstr(struct buf *b);

#endif
