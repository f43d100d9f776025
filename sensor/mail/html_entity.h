/* Character references of HTML.
 *
 * Source: HTML 4.01, 5.3 and 24; invalid ones as mail programs take them. */
#ifndef HELOSCOPE_MAIL_HTML_ENTITY_H
#define HELOSCOPE_MAIL_HTML_ENTITY_H

#include "sensor/base/slice.h"

/* The reference at the front of s, which begins with "&": its length and *rune (U+FFFD for what is
 * no character), or 0.  Names of Latin-1 need no semicolon; with `prefix` they may even be the
 * beginning of a longer word, as in "&copyright". */
size_t html_entity(struct slice s, bool prefix, uint32_t *rune);

/* The character as UTF-8: 1 to 4 bytes, never more than the reference that stood for it. */
size_t html_entity_write(uint32_t rune, uint8_t *out);

#endif
