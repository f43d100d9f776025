/* What the tests of mail share: an arena a row, and every row also run on each of its beginnings,
 * ending at an unreadable page. */
#ifndef HELOSCOPE_TESTS_MAIL_TEST_H
#define HELOSCOPE_TESTS_MAIL_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sensor/mail/message.h"
#include "unit/base/edge.h"

/* Calls run(ctx, slice, arena) on the whole input and on every beginning of it, the whole last. */
static inline void
on_every_beginning(
	struct slice input, void (*run)(void *ctx, struct slice s, struct arena *a), void *ctx)
{
	struct edge edge = edge_new();
	struct arena arena;
	assert_non_null(edge.pages);
	assert_true(input.len <= EDGE_PAGE);
	arena_init(&arena, LIMIT_MAIL_MEMORY);
	for (size_t n = 0; n <= input.len; n++) {
		arena_reset(&arena);
		run(ctx, edge_copy(edge, slice_take(input, n)), &arena);
	}
	arena_release(&arena);
	edge_free(edge);
}

#endif
