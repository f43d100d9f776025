#include "sensor/mail/html.h"

void
html_render(struct slice html, struct arena *arena, struct html_facts *out)
{
	*out = (struct html_facts){ .text = SLICE_EMPTY };
	uint8_t *text = arena_alloc(arena, html.len + 1);
	size_t n = 0;
	if (text == NULL)
		return;
	while (html.len > 0) {
		size_t tag = slice_index(html, '<');
		for (size_t i = 0; i < tag; i++)
			text[n++] = html.ptr[i];
		html = slice_skip(html, tag);
		if (html.len > 0)
			text[n++] = ' ';
		html = slice_skip(html, slice_index(html, '>') + 1);
	}
	out->text = slice_of(text, n);
}
