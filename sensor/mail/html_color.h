/* Colours as HTML and style sheets write them.
 *
 * Source: CSS Color Module 3, 4 (names, #rgb, rgb()); short and long ones as SpamAssassin reads
 * them, so that the same text is invisible to both. */
#ifndef HELOSCOPE_MAIL_HTML_COLOR_H
#define HELOSCOPE_MAIL_HTML_COLOR_H

#include "sensor/base/slice.h"

enum html_color_special {
	COLOR_INVALID = 1 << 24, /* else 0xRRGGBB */
	COLOR_EMPTY,		 /* "#" and no digit */
	COLOR_TRANSPARENT,
};

/* A value of an attribute: a name or "#…"; anything else is COLOR_INVALID. */
uint32_t html_color(struct slice value);
/* Three numbers with commas between them, whatever is round them: "rgb(1, 2, 3)". */
uint32_t html_color_rgb(struct slice value);
/* Can text of one colour not be read on the other? */
bool html_color_near(uint32_t a, uint32_t b);

#endif
