/* What fuzz targets hold against: they end the run with abort, as libFuzzer wants it. */
#ifndef HELOSCOPE_TESTS_FUZZ_CHECK_H
#define HELOSCOPE_TESTS_FUZZ_CHECK_H

#include <stdlib.h>

#include "sensor/base/slice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void
check(bool holds)
{
	if (!holds)
		abort();
}

/* An empty slice may point anywhere. */
static inline void
check_inside(struct slice part, struct slice whole)
{
	check(part.len == 0 || (part.ptr >= whole.ptr && part.len <= whole.len &&
				       part.ptr + part.len <= whole.ptr + whole.len));
}

#endif
