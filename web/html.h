/* Writes HTML and SVG: a stack of elements, text and attributes escaped always.  There is no way to
 * write raw markup.
 *
 * Source: HTML Living Standard 13.1 (syntax), 13.3 (serialising).
 * Input:  names of elements and attributes are ours; text and values may be anything.
 * Output: appended to a struct buf; what is not clean text (base/text.h) is cleaned again on the
 * way. Memory: the buffer's; elements nest at most HTML_DEPTH. */
#ifndef HELOSCOPE_WEB_HTML_H
#define HELOSCOPE_WEB_HTML_H

#include "sensor/base/arena.h"
#include "sensor/base/buf.h"
#include "web/texts.h"
#include "web/viewer.h"

#define HTML_DEPTH 32
#define HTML_TEXT_MAX 65536 /* bytes of one text */

struct html {
	struct buf *out;
	struct arena *arena;	     /* for cleaning */
	const struct texts *texts;   /* its language; NULL = English */
	const struct viewer *viewer; /* for whom texts are masked; NULL = nobody */
	const char *open[HTML_DEPTH];
	size_t depth;
	bool in_tag; /* "<td" is written, ">" is not */
};

void h_init(struct html *h, struct buf *out, struct arena *arena);
void h_doctype(struct html *h);
void h_open(struct html *h, const char *element);
/* h_open with a class. */
void h_class(struct html *h, const char *element, const char *class);
/* Ends the innermost element. */
void h_close(struct html *h);
void h_close_n(struct html *h, size_t n);

/* Attributes: only between h_open and the first content. */
void h_attr(struct html *h, const char *name, const char *value);
void h_attr_int(struct html *h, const char *name, int64_t value);
void h_attr_real(struct html *h, const char *name, double value); /* at most two decimals */
/* href, src, action: a path of this server ("/…") or a fragment ("#…"); anything else becomes "#".
 */
void h_url(struct html *h, const char *name, const char *url);

void h_text(struct html *h, struct slice text);
void h_str(struct html *h, const char *text);
/* Text whose ends of lines are kept: for <pre> and <textarea>. */
void h_lines(struct html *h, struct slice text);
void h_format(struct html *h, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same text in the arena, for what takes a text.  Fractions (%.1f) have the language's point, in both. */
const char *h_words(struct html *h, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* 1234567 as 1,234,567, or as the language groups. */
void h_int(struct html *h, int64_t value);
/* <element class="class">text</element>; class NULL = none. */
void h_element(struct html *h, const char *element, const char *class, const char *text);
/* <a href="url">text</a> */
void h_link(struct html *h, const char *url, const char *text);

#endif
