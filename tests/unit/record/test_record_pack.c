#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/base/edge.h"
#include "tests/unit/record/fill.h"

static const struct layout *const layouts[] = { &layout_session, &layout_mail, &layout_host,
	&layout_reply, &layout_recipient, &layout_listing, &layout_service };
enum { LAYOUTS = sizeof(layouts) / sizeof(layouts[0]) };

/* The largest of them, with the alignment of all. */
union any {
	struct session_record session;
	struct mail_record mail;
	struct host_record host;
};

struct fixture {
	struct arena arena;
	struct edge edge;
	struct buf packed, again, json, json_again;
	union any record, back;
};

static int
set_up(void **state)
{
	static struct fixture f; /* reset for each test */

	memset(&f, 0, sizeof(f));
	arena_init(&f.arena, 1 << 20);
	f.edge = edge_new();
	buf_init(&f.packed, EDGE_PAGE);
	buf_init(&f.again, EDGE_PAGE);
	buf_init(&f.json, 1 << 20);
	buf_init(&f.json_again, 1 << 20);
	*state = &f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	arena_release(&f->arena);
	edge_free(f->edge);
	buf_release(&f->packed);
	buf_release(&f->again);
	buf_release(&f->json);
	buf_release(&f->json_again);
	return 0;
}

/* A filled record of that layout in f->record, without what is not packed, and its bytes in
 * f->packed. */
static void
make(struct fixture *f, const struct layout *layout)
{
	int n = 0;

	arena_reset(&f->arena);
	memset(&f->record, 0, sizeof(f->record));
	fill(layout, (uint8_t *)&f->record, &f->arena, &n);
	if (layout == &layout_session)
		f->record.session.mails_count = f->record.session.mails_cap = 0;
	buf_clear(&f->packed);
	record_pack(&f->packed, layout, &f->record);
	assert_int_equal(f->packed.lost, 0);
}

static void
write_json(struct buf *out, const struct layout *layout, const void *record)
{
	struct json j;

	buf_clear(out);
	json_init(&j, out);
	record_json(&j, layout, record, true);
	assert_int_equal(out->lost, 0);
}

static void
round_trip(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < LAYOUTS; i++) {
		print_message("%s\n", layouts[i]->name);
		make(f, layouts[i]);
		struct slice in = edge_copy(f->edge, buf_slice(&f->packed));
		assert_int_equal(record_unpack(in, layouts[i], &f->back, &f->arena), 0);
		memset(f->edge.pages, 0, EDGE_PAGE); /* nothing points into the input */

		buf_clear(&f->again);
		record_pack(&f->again, layouts[i], &f->back);
		assert_true(slice_eq(buf_slice(&f->packed), buf_slice(&f->again)));
		write_json(&f->json, layouts[i], &f->record);
		write_json(&f->json_again, layouts[i], &f->back);
		assert_string_equal(buf_cstr(&f->json), buf_cstr(&f->json_again));
	}
}

/* Each front of a record, and a record with something behind it, is none. */
static void
fronts_are_refused(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < LAYOUTS; i++) {
		make(f, layouts[i]);
		buf_byte(&f->packed, 0);
		struct slice all = buf_slice(&f->packed);
		for (size_t n = 0; n <= all.len; n++) {
			struct slice in = edge_copy(f->edge, slice_take(all, n));
			arena_reset(&f->arena);
			assert_int_equal(record_unpack(in, layouts[i], &f->back, &f->arena),
				n == all.len - 1 ? 0 : -1);
		}
	}
}

/* Each byte changed in turn: refused, or a record that can be written. */
static void
changed_bytes(void **state)
{
	static const uint8_t values[] = { 0x00, 0x01, 0x7F, 0x80, 0xFF };
	struct fixture *f = *state;
	int refused = 0, taken = 0;

	for (int i = 0; i < LAYOUTS; i++) {
		make(f, layouts[i]);
		for (size_t at = 0; at < f->packed.len; at++) {
			for (size_t v = 0; v < sizeof(values); v++) {
				uint8_t before = f->packed.ptr[at];
				f->packed.ptr[at] = values[v];
				struct slice in = edge_copy(f->edge, buf_slice(&f->packed));
				f->packed.ptr[at] = before;
				arena_reset(&f->arena);
				if (record_unpack(in, layouts[i], &f->back, &f->arena) < 0) {
					refused++;
					continue;
				}
				taken++;
				write_json(&f->json, layouts[i], &f->back);
			}
		}
	}
	assert_true(refused > 1000);
	assert_true(taken > 1000);
}

struct hostile {
	const char *name;
	struct slice in;
	int want;
};

/* struct listing: list, kind, since, last, until, ended_by, reply, server, servers, count. */
#define ZERO4 "\0\0\0\0"
#define ZERO8 ZERO4 ZERO4
static const struct hostile listings[] = {
	{ "sound", SLICE("\1\0\0\0x" ZERO4 ZERO8 ZERO8 ZERO8 ZERO4 ZERO4 "\4\1\2\3\4" ZERO4 ZERO8),
		0 },
	{ "no address", SLICE("\1\0\0\0x" ZERO4 ZERO8 ZERO8 ZERO8 ZERO4 ZERO4 "\0" ZERO4 ZERO8),
		0 },
	{ "NUL in text", SLICE("\1\0\0\0\0" ZERO4 ZERO8 ZERO8 ZERO8 ZERO4 ZERO4 "\0" ZERO4 ZERO8),
		-1 },
	{ "unknown family", SLICE("\1\0\0\0x" ZERO4 ZERO8 ZERO8 ZERO8 ZERO4 ZERO4 "\5" ZERO4 ZERO8),
		-1 },
	{ "length beyond",
		SLICE("\xFF\xFF\xFF\xFFx" ZERO4 ZERO8 ZERO8 ZERO8 ZERO4 ZERO4 "\0" ZERO4 ZERO8),
		-1 },
	{ "empty", SLICE(""), -1 },
};

static void
hostile_bytes(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(listings) / sizeof(listings[0]); i++) {
		struct slice in = edge_copy(f->edge, listings[i].in);
		print_message("%s\n", listings[i].name);
		assert_int_equal(
			record_unpack(in, &layout_listing, &f->back, &f->arena), listings[i].want);
	}
}

/* A value that no word belongs to would be an index beyond a table later on. */
static void
unknown_words_are_refused(void **state)
{
	struct fixture *f = *state;
	struct reply r = { .code = 550 };

	record_init(&layout_reply, &r);
	for (int class = -1; class <= REPLY_CLASSES; class ++) {
		r.class = (enum reply_class) class;
		buf_clear(&f->packed);
		record_pack(&f->packed, &layout_reply, &r);
		bool known = class >= 0 && class < REPLY_CLASSES;
		assert_int_equal(
			record_unpack(buf_slice(&f->packed), &layout_reply, &f->back, &f->arena),
			known ? 0 : -1);
	}
}

/* A count is held against the bytes that are there, before memory is taken for it. */
static void
counts_take_no_memory(void **state)
{
	struct fixture *f = *state;
	struct host_record host = { .risk = 0.5 };
	int refused = 0;

	record_init(&layout_host, &host);
	buf_clear(&f->packed);
	record_pack(&f->packed, &layout_host, &host);
	for (size_t at = 0; at + 4 <= f->packed.len; at++) {
		uint8_t before[4];
		memcpy(before, f->packed.ptr + at, 4);
		memcpy(f->packed.ptr + at, "\0\0\0\x10", 4); /* 268435456 */
		arena_reset(&f->arena);
		if (record_unpack(buf_slice(&f->packed), &layout_host, &f->back, &f->arena) < 0)
			refused++;
		assert_true(f->arena.used < 10000);
		memcpy(f->packed.ptr + at, before, 4);
	}
	assert_true(refused > 10);
}

static void
full_arena_refuses(void **state)
{
	struct fixture *f = *state;
	struct arena small;

	make(f, &layout_host);
	arena_init(&small, 1 << 20);
	assert_int_equal(record_unpack(buf_slice(&f->packed), &layout_host, &f->back, &small), 0);
	size_t need = small.used;
	arena_release(&small);
	for (size_t max = need % 50; max < need; max += 50) {
		arena_init(&small, max);
		assert_int_equal(
			record_unpack(buf_slice(&f->packed), &layout_host, &f->back, &small), -1);
		/* A copy that finds no room has shorter lists and empty texts, and can still be
		 * written. */
		arena_reset(&small);
		record_copy(&layout_host, &f->record, &f->back, &small);
		assert_true(small.full);
		write_json(&f->json, &layout_host, &f->back);
		arena_release(&small);
	}
}

static void
copies(void **state)
{
	struct fixture *f = *state;
	struct arena other;

	for (int i = 0; i < LAYOUTS; i++) {
		int n = 0;
		arena_init(&other, 1 << 20);
		memset(&f->record, 0, sizeof(f->record));
		fill(layouts[i], (uint8_t *)&f->record, &f->arena, &n);
		write_json(&f->json, layouts[i], &f->record);
		record_copy(layouts[i], &f->record, &f->back, &other);
		/* The original may go. */
		arena_reset(&f->arena);
		memset(&f->record, 0, sizeof(f->record));
		write_json(&f->json_again, layouts[i], &f->back);
		assert_string_equal(buf_cstr(&f->json), buf_cstr(&f->json_again));
		arena_release(&other);
	}
}

static size_t
size_of(const struct field *f)
{
	switch (f->type) {
	case FIELD_STRING:
	case FIELD_STRINGS:
	case FIELD_INTS:
	case FIELD_LIST:
	case FIELD_PAIRS:
	case FIELD_NAMES:
	case FIELD_COUNTS:
		return sizeof(void *);
	case FIELD_I64:
	case FIELD_TIME:
	case FIELD_DOUBLE:
		return 8;
	case FIELD_I32:
	case FIELD_WORD:
		return 4;
	case FIELD_BOOL:
		return 1;
	case FIELD_ADDR:
		return sizeof(struct addr);
	case FIELD_ENDPOINT:
		return sizeof(struct endpoint);
	case FIELD_STRUCT:
		return f->item->size;
	}
	return 0;
}

static void
mark(uint8_t *seen, size_t offset, size_t size)
{
	for (size_t i = offset; i < offset + size; i++) {
		assert_int_equal(seen[i], 0); /* two rows for the same bytes */
		seen[i] = 1;
	}
}

/* Every member has its row: between the members of the rows is only padding. */
static void
no_member_is_forgotten(void **state)
{
	(void)state;
	for (int i = 0; i < LAYOUTS; i++) {
		uint8_t seen[sizeof(union any) + 1] = { 0 };
		size_t hole = 0;
		print_message("%s\n", layouts[i]->name);
		for (size_t k = 0; k < layouts[i]->count; k++) {
			const struct field *f = &layouts[i]->fields[k];
			if (f->flags & FIELD_AGAIN)
				continue;
			mark(seen, f->offset, size_of(f));
			if (f->item && f->type != FIELD_STRUCT) {
				mark(seen, f->count_offset, sizeof(size_t));
				mark(seen, f->cap_offset, sizeof(size_t));
			}
		}
		for (size_t k = 0; k < layouts[i]->size; k++) {
			hole = seen[k] ? 0 : hole + 1;
			assert_true(hole < 8);
		}
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(round_trip),
		TEST(fronts_are_refused),
		TEST(changed_bytes),
		TEST(hostile_bytes),
		TEST(unknown_words_are_refused),
		TEST(counts_take_no_memory),
		TEST(full_arena_refuses),
		TEST(copies),
		cmocka_unit_test(no_member_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
