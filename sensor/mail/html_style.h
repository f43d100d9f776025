/* Colours and sizes of text in HTML: the innermost open element decides.
 *
 * Source: HTML 4.01 (font, basefont, body), CSS 2.1 as far as it hides text.  Which elements and
 *         attributes count is what SpamAssassin looks at, so that both call the same text hidden.
 * Memory: the caller's arena: LIMIT_HTML_DEPTH elements. */
#ifndef HELOSCOPE_MAIL_HTML_STYLE_H
#define HELOSCOPE_MAIL_HTML_STYLE_H

#include "sensor/base/arena.h"
#include "sensor/limits.h"
#include "sensor/mail/html_tag.h"

#define HTML_ATTRIBUTES 32 /* of one tag; more are not looked at */

struct html_attribute {
	struct slice name,
		value; /* the value with its references resolved where it was asked for */
};

struct html_attributes {
	struct html_attribute items[HTML_ATTRIBUTES];
	size_t count;
	struct arena *arena;
};

/* The value of that name (lower case), resolved; false if it is not there. */
bool html_attribute(const struct html_attributes *a, const char *name, struct slice *value);

struct html_style {
	enum html_tag_id tag;
	uint32_t color, background; /* html_color.h */
	int size;		    /* 1 to 7, 3 is normal */
	bool none, hidden;	    /* display: none, visibility: hidden */
	bool tricks; /* hidden otherwise: size 0 or 1 px, transparent, off the screen */
	bool tiny;   /* at most 4 px */
};

struct html_styles {
	struct html_style *stack; /* at least the default */
	size_t depth;
	unsigned open[HTML_TAGS]; /* how many of each are on the stack */
	int base_size, least, most;
};

/* -1 if there is no memory. */
int html_styles_init(struct html_styles *s, struct arena *arena);
const struct html_style *html_style_now(const struct html_styles *s);
/* For tags that do DOES_STYLE. */
void html_style_open(struct html_styles *s, enum html_tag_id tag, const struct html_attributes *a);
void html_style_close(struct html_styles *s, enum html_tag_id tag);

#endif
