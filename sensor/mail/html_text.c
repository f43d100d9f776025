#include "sensor/mail/html_text.h"

#include <string.h>

#include "sensor/mail/text_space.h"

void
html_buffer_init(struct html_buffer *b, size_t size, struct arena *arena)
{
	*b = (struct html_buffer){ .ptr = arena_alloc(arena, size), .size = size };
	if (b->ptr == NULL)
		b->size = 0;
}

void
html_buffer_add(struct html_buffer *b, struct slice s)
{
	s = slice_take(s, b->size - b->len);
	if (s.len > 0)
		memcpy(b->ptr + b->len, s.ptr, s.len);
	b->len += s.len;
}

struct slice
html_buffer_since(const struct html_buffer *b, size_t from)
{
	return slice_of(b->ptr == NULL ? NULL : b->ptr + from, b->len - from);
}

struct slice
html_text_last(const struct html_text *t)
{
	return html_buffer_since(&t->all, t->piece);
}

void
html_text_space(struct html_text *t, const char *space)
{
	struct slice last = html_text_last(t);
	if (t->last == HTML_SHOWN && last.len > 0 && last.ptr[last.len - 1] == ' ')
		t->all.len--;
	t->piece = t->all.len;
	t->last = HTML_SPACE;
	html_buffer_add(&t->all, slice_str(space));
}

/* Runs of white space become one blank each. */
static void
fold_into(struct html_buffer *b, struct slice text)
{
	uint8_t *out = b->ptr + b->len;
	size_t room = b->size - b->len, n = 0;
	for (size_t i = 0; i < text.len && n < room; i++) {
		uint8_t c = text.ptr[i];
		bool space = c <= ' ' && text_space(slice_skip(text, i), false) > 0;
		if (!space)
			out[n++] = c;
		else if (i == 0 || text_space(slice_skip(text, i - 1), false) == 0)
			out[n++] = ' ';
	}
	b->len += n;
}

void
html_text_add(struct html_text *t, struct slice text, enum html_piece kind, bool marked)
{
	if (t->all.ptr == NULL)
		return;
	bool after_space = t->last == HTML_SPACE && kind == HTML_SHOWN;
	t->piece = t->all.len;
	t->last = kind;
	while (after_space && text_space(text, false) > 0)
		text = slice_skip(text, 1);
	fold_into(&t->all, text);
	if (!marked)
		return;
	if (t->hidden.ptr == NULL)
		html_buffer_init(&t->hidden, t->all.size, t->arena);
	html_buffer_add(&t->hidden, html_text_last(t));
}
