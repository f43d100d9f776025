/* Packed records from a process that may have been taken over: whatever is accepted can be written,
 * copied and packed again. */
#include <assert.h>
#include <string.h>

#include "sensor/record_layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

union any {
	struct session_record session;
	struct mail_record mail;
	struct host_record host;
};

static void
pack(struct buf *out, const struct layout *layout, const union any *record)
{
	buf_clear(out);
	record_pack(out, layout, record);
	assert(out->lost == 0);
}

/* The first byte picks the layout. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct layout *const layouts[] = { &layout_session, &layout_mail,
		&layout_host };
	struct arena arena;
	union any record, copy;
	struct buf first, second, text;
	struct json j;

	if (size == 0)
		return 0;
	const struct layout *layout = layouts[data[0] % 3];
	arena_init(&arena, 1 << 20);
	buf_init(&first, 1 << 24);
	buf_init(&second, 1 << 24);
	buf_init(&text, 1 << 24);
	if (record_unpack(slice_of(data + 1, size - 1), layout, &record, &arena) == 0) {
		pack(&first, layout, &record);
		json_init(&j, &text);
		record_json(&j, layout, &record, true);
		assert(j.depth == 0);

		arena.max *= 16; /* a copy is packed less tightly: it must not be cut here */
		record_copy(layout, &record, &copy, &arena);
		pack(&second, layout, &copy);
		assert(slice_eq(buf_slice(&first), buf_slice(&second)));
		assert(record_unpack(buf_slice(&first), layout, &copy, &arena) == 0);
		pack(&second, layout, &copy);
		assert(slice_eq(buf_slice(&first), buf_slice(&second)));
	}
	buf_release(&first);
	buf_release(&second);
	buf_release(&text);
	arena_release(&arena);
	return 0;
}
