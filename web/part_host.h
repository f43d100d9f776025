/* Small parts of pages that speak of hosts (part_host.c). */
#ifndef HELOSCOPE_WEB_PART_HOST_H
#define HELOSCOPE_WEB_PART_HOST_H

#include "web/html.h"

#define PART_SHORT_MAX 160 /* bytes of a text in a row of a table */
#define PART_LONG_MAX 1000 /* of a sentence, or of what a server said */

/* The cause's word as a sentence, a key of texts.h. */
const char *cause_sentence(const char *word);
/* A text that may be as long as somebody liked, cut for a row. */
const char *part_short(struct html *h, const char *text);
const char *part_long(struct html *h, const char *text);

#endif
