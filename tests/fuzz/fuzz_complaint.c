/* A complaint as somebody pasted it: whatever is read out of it is clean, bounded, and there once.
 */
#include <assert.h>
#include <string.h>

#include "sensor/base/text.h"
#include "web/complaint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_texts(const char *const *texts, size_t count)
{
	assert(count <= CLUES_MAX);
	for (size_t i = 0; i < count; i++) {
		assert(texts[i][0] != '\0' && text_is_clean(slice_str(texts[i])));
		for (size_t k = 0; k < i; k++)
			assert(strcmp(texts[i], texts[k]) != 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct complaint_clues c;
	struct arena arena;

	arena_init(&arena, 64u << 20);
	complaint_read(slice_of(data, size), &arena, &c);
	assert(c.kind != NULL && c.addresses_count <= CLUES_MAX && c.ports_count <= CLUES_MAX &&
		c.times_count <= CLUES_MAX);
	for (size_t i = 0; i < c.times_count; i++)
		assert(c.times[i] > 0);
	check_texts(c.message_ids, c.message_ids_count);
	check_texts(c.queue_ids, c.queue_ids_count);
	arena_release(&arena);
	return 0;
}
