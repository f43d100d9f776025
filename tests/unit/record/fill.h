/* Fills a record of any layout with values that all differ, so that a field mixed up with another
 * one shows. */
#ifndef HELOSCOPE_TESTS_RECORD_FILL_H
#define HELOSCOPE_TESTS_RECORD_FILL_H

#include <string.h>

#include "sensor/record_layout.h"

static inline void fill(const struct layout *layout, uint8_t *record, struct arena *a, int *n);

static inline void
fill_list(const struct field *f, uint8_t *record, struct arena *a, int *n)
{
	size_t count = (size_t)(*n % 3) + 1;
	uint8_t *items = arena_array(a, count, f->item->size);

	for (size_t i = 0; i < count; i++)
		fill(f->item, items + i * f->item->size, a, n);
	memcpy(record + f->offset, &items, sizeof(items));
	memcpy(record + f->count_offset, &count, sizeof(count));
	memcpy(record + f->cap_offset, &count, sizeof(count));
}

static inline struct addr
fill_addr(int n)
{
	const uint8_t bytes[16] = { 0x20, 0x01, 0x0D, 0xB8, [15] = (uint8_t)n };

	return n % 2 ? addr_v6(bytes) : addr_v4_number(0xC0000200 + (uint32_t)n);
}

static inline void
fill_field(const struct field *f, uint8_t *record, struct arena *a, int *n)
{
	void *p = record + f->offset;

	switch (f->type) {
	case FIELD_STRING:
		*(const char **)p = arena_printf(a, "text \"%d\" grüß", *n);
		break;
	case FIELD_I64:
		*(int64_t *)p = -INT64_C(5000000000) * *n;
		break;
	case FIELD_TIME:
		*(int64_t *)p = INT64_C(1213239845000000000) + *n * 1000;
		break;
	case FIELD_I32:
		*(int32_t *)p = -70000 - *n;
		break;
	case FIELD_BOOL:
		*(bool *)p = true;
		break;
	case FIELD_DOUBLE:
		*(double *)p = *n + 0.25;
		break;
	case FIELD_ADDR:
		*(struct addr *)p = fill_addr(*n);
		break;
	case FIELD_ENDPOINT:
		*(struct endpoint *)p =
			(struct endpoint){ fill_addr(*n), (uint16_t)(0xFE00 + *n % 256) };
		break;
	case FIELD_WORD:
		*(int *)p = 1;
		break;
	case FIELD_STRUCT:
		fill(f->item, p, a, n);
		break;
	case FIELD_STRINGS:
	case FIELD_INTS:
	case FIELD_LIST:
	case FIELD_PAIRS:
	case FIELD_NAMES:
	case FIELD_COUNTS:
		fill_list(f, record, a, n);
		break;
	}
}

static inline void
fill(const struct layout *layout, uint8_t *record, struct arena *a, int *n)
{
	for (size_t i = 0; i < layout->count; i++) {
		++*n;
		fill_field(&layout->fields[i], record, a, n);
	}
}

#endif
