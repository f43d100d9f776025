/* Bytes on a line of a dump: what is not printable ASCII as \xHH. */
#ifndef HELOSCOPE_TESTS_BENCH_PRINT_SLICE_H
#define HELOSCOPE_TESTS_BENCH_PRINT_SLICE_H

#include <stdio.h>

#include "sensor/base/slice.h"

static inline void
print_slice(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < ' ' || s.ptr[i] == '\\' || s.ptr[i] >= 0x7f)
			printf("\\x%02x", s.ptr[i]);
		else
			putchar(s.ptr[i]);
}

#endif
