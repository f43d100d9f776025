/* Text that is made piece by piece while HTML is read.
 *
 * Memory: the caller's arena, one buffer as long as the HTML; what does not fit is dropped. */
#ifndef HELOSCOPE_MAIL_HTML_TEXT_H
#define HELOSCOPE_MAIL_HTML_TEXT_H

#include "sensor/base/arena.h"

struct html_buffer {
	uint8_t *ptr;
	size_t len, size;
};

enum html_piece { HTML_NOTHING, HTML_SHOWN, HTML_SPACE, HTML_HIDDEN };

struct html_text {
	struct html_buffer all, hidden;
	enum html_piece last;
	size_t piece; /* where the last piece begins in `all` */
	struct arena *arena;
};

void html_buffer_init(struct html_buffer *b, size_t size, struct arena *arena);
void html_buffer_add(struct html_buffer *b, struct slice s);
/* What was written since `from`. */
struct slice html_buffer_since(const struct html_buffer *b, size_t from);

/* Line ends or a blank that an element stands for. */
void html_text_space(struct html_text *t, const char *space);
/* Shown or hidden text, its white space folded; `marked` text is in `hidden`, too. */
void html_text_add(struct html_text *t, struct slice text, enum html_piece kind, bool marked);
/* The last piece. */
struct slice html_text_last(const struct html_text *t);

#endif
