/* Arena and buffer: the two things that grow. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "sensor/base/arena.h"
#include "sensor/base/buf.h"
#include "tests/unit/base/edge.h"

static bool
all_zero(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

static void
arena_gives_zeroed_aligned_memory(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 10000000);
	assert_null(a.chunks);
	for (int round = 0; round < 2; round++) {
		for (size_t size = 0; size < 3000; size += 7) {
			uint8_t *p = arena_alloc(&a, size);
			assert_non_null(p);
			assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
			assert_true(all_zero(p, size));
			memset(p, 0xAA, size);
		}
		arena_reset(&a);
		assert_int_equal(a.used, 0);
	}
	arena_release(&a);
	arena_release(&a);
}

static void
arena_stops_at_its_maximum(void **state)
{
	struct arena a;
	size_t pieces = 0;

	(void)state;
	arena_init(&a, 1000);
	while (arena_alloc(&a, 100))
		pieces++;
	assert_int_equal(pieces, 8); /* of 112 bytes each, for the alignment */
	assert_true(a.full);
	assert_true(a.used <= a.max);
	/* What still fits is still given. */
	assert_string_equal(arena_string(&a, SLICE("abc")), "abc");
	assert_string_equal(arena_string(&a, slice_of(arena_array, 1000)), "");
	assert_int_equal(arena_copy(&a, slice_of(arena_array, 1000)).len, 0);
	arena_reset(&a);
	assert_false(a.full);
	assert_non_null(arena_alloc(&a, 100));
	volatile size_t too_much = SIZE_MAX; /* the compiler knows better than to call it */
	assert_null(arena_alloc(&a, too_much));
	assert_null(arena_array(&a, SIZE_MAX / 2, 3));
	assert_true(a.full);
	arena_release(&a);
}

static void
arena_large_pieces_have_their_own_chunk(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 10000000);
	uint8_t *small = arena_alloc(&a, 16);
	uint8_t *large = arena_alloc(&a, 1000000);
	uint8_t *next = arena_alloc(&a, 16);
	memset(large, 1, 1000000);
	/* The small ones go on in the first chunk. */
	assert_in_range((size_t)(next - small), 16, 64);
	arena_release(&a);

	arena_init(&a, 10000000);
	large = arena_alloc(&a, 1000000);
	memset(large, 1, 1000000);
	arena_reset(&a);
	assert_null(a.chunks); /* nobody keeps a megabyte for later */
	arena_release(&a);
}

static void
arena_strings(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 100000);
	assert_string_equal(arena_string(&a, SLICE_EMPTY), "");
	assert_string_equal(arena_string(&a, SLICE("EHLO")), "EHLO");
	assert_true(slice_eq(arena_copy(&a, SLICE("a\0b")), SLICE("a\0b")));
	assert_string_equal(arena_printf(&a, "%d-%s", 7, "x"), "7-x");
	const char *wide = arena_printf(&a, "%0*d", 5000, 1);
	assert_int_equal(strlen(wide), 5000);
	assert_int_equal(wide[4999], '1');
	assert_string_equal(arena_printf(&a, "%0*d", 200000, 1), "");
	assert_true(a.full);
	arena_release(&a);
}

static void
arena_grows_lists(void **state)
{
	struct {
		int *list;
		size_t list_count, list_cap;
		const char **words;
		size_t words_count, words_cap;
	} r = { 0 };
	struct arena a;

	(void)state;
	arena_init(&a, 100000);
	for (int i = 0; i < 100; i++) {
		int *item = ARENA_PUSH(&a, r.list, 100);
		assert_non_null(item);
		assert_int_equal(*item, 0);
		*item = i;
		const char **word = ARENA_PUSH(&a, r.words, 1000);
		*word = "w";
	}
	assert_null(ARENA_PUSH(&a, r.list, 100));
	assert_int_equal(r.list_count, 100);
	assert_int_equal(r.words_count, 100);
	for (int i = 0; i < 100; i++)
		assert_int_equal(r.list[i], i);

	/* At the arena's maximum, what is there stays. */
	while (ARENA_PUSH(&a, r.list, SIZE_MAX))
		;
	assert_true(a.full);
	assert_int_equal(r.list[99], 99);
	arena_release(&a);
}

static void
buf_grows_to_its_maximum(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	assert_string_equal(buf_cstr(&b), "");
	for (int i = 0; i < 300; i++)
		buf_str(&b, "abcd");
	assert_int_equal(b.len, 1000);
	assert_int_equal(b.lost, 200);
	buf_byte(&b, 'x');
	buf_printf(&b, "%d", 12345);
	assert_int_equal(b.len, 1000);
	assert_int_equal(b.lost, 206);
	assert_int_equal(strlen(buf_cstr(&b)), 1000);
	buf_clear(&b);
	assert_int_equal(b.lost, 0);
	assert_string_equal(buf_cstr(&b), "");
	buf_release(&b);
	buf_release(&b);
}

/* A text that does not fit whole leaves its front, at every place of the edge. */
static void
buf_keeps_the_front(void **state)
{
	(void)state;
	for (size_t max = 0; max < 40; max++) {
		struct buf b;
		buf_init(&b, max);
		buf_str(&b, "0123456789");
		buf_printf(&b, "%s", "0123456789");
		buf_add(&b, SLICE("0123456789"));
		size_t len = max < 30 ? max : 30;
		assert_int_equal(b.len, len);
		assert_int_equal(b.lost, 30 - len);
		assert_memory_equal(buf_cstr(&b), "012345678901234567890123456789", len);
		buf_release(&b);
	}
}

static void
buf_eats(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, SIZE_MAX);
	buf_eat(&b, 5);
	buf_str(&b, "hello");
	buf_eat(&b, 2);
	assert_true(slice_eq(buf_slice(&b), SLICE("llo")));
	buf_eat(&b, 99);
	assert_int_equal(buf_slice(&b).len, 0);
	buf_printf(&b, "%s", "");
	assert_string_equal(buf_cstr(&b), "");
	buf_printf(&b, "%0*d", 100000, 7);
	assert_int_equal(b.len, 100000);
	buf_clear(&b);
	assert_null(b.ptr); /* more than 64 KiB is not kept */
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_gives_zeroed_aligned_memory),
		cmocka_unit_test(arena_stops_at_its_maximum),
		cmocka_unit_test(arena_large_pieces_have_their_own_chunk),
		cmocka_unit_test(arena_strings),
		cmocka_unit_test(arena_grows_lists),
		cmocka_unit_test(buf_grows_to_its_maximum),
		cmocka_unit_test(buf_keeps_the_front),
		cmocka_unit_test(buf_eats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
