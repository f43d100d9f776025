/* In which language a request is answered, and the switch between them.
 *
 * ?lang=pt-BR on any page sets the cookie `lang` and leads to the same address without it, so that
 * an address that is sent to a colleague says nothing about the language.  Pages that are shown are
 * kept apart by `Vary: Accept-Language, Cookie`. */
#ifndef HELOSCOPE_WEB_LANGUAGE_H
#define HELOSCOPE_WEB_LANGUAGE_H

#include "web/html.h"
#include "web/request.h"

#define LANGUAGE_VARY "Accept-Language, Cookie"

/* Sets r->texts, once r->uri and the header fields are there.  True = the address asks for another
 * language, and *a is the way there. */
bool language_choose(struct request *r, struct answer *a);
/* The switch: a <nav class="languages"> with the languages by their own names, the current one
 * marked. */
void language_switch(struct html *h, struct request *r);

#endif
