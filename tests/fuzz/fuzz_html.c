/* HTML: rendered text, links and counts hold together. */
#include "fuzz/check.h"

#include "sensor/mail/html.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct html_facts f;
	arena_init(&arena, LIMIT_MAIL_MEMORY);
	html_render(slice_of(data, size), &arena, &f);
	check(f.text.len <= size + 1 && f.hidden.len <= size + 1);
	check(f.text_visible <= f.text_length && f.length <= size);
	check(f.elements_seen <= f.tags_seen && f.elements <= f.tags);
	check(f.least_size <= f.most_size && f.image_area >= 0);
	for (size_t i = 0; i < f.comments_count; i++)
		check(f.comments[i].len <= size);
	for (size_t i = 0; i < f.links_count; i++)
		check(f.links[i].tags < 1U << 16 || f.links[i].anchors_count > 0);
	arena_release(&arena);
	return 0;
}
