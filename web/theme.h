/* Light, dark, high contrast, or as the reader's system says: the cookie `theme`, set by ?theme=WORD on
 * any page as the language is (language.h). */
#ifndef HELOSCOPE_WEB_THEME_H
#define HELOSCOPE_WEB_THEME_H

#include "web/html.h"
#include "web/request.h"

/* True = the address asks for another theme, and *a is the way there. */
bool theme_choose(struct request *r, struct answer *a);
/* "auto", "light", "dark", "contrast": what the cookie says; "auto" without one. */
const char *theme_of(const struct request *r);
/* The switch: a <nav class="themes">, the current one marked. */
void theme_switch(struct html *h, struct request *r);

#endif
