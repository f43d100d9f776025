/* A catalogue of texts as msgfmt makes it, built into the program.
 *
 * Source: GNU gettext manual, "The Format of GNU MO Files".
 * Input:  a file of our own build, of this machine's byte order; what is wrong with it is found by
 * a test. Memory: nothing; what is looked up lives for ever. */
#ifndef HELOSCOPE_WEB_CATALOGUE_H
#define HELOSCOPE_WEB_CATALOGUE_H

#include <stddef.h>
#include <stdint.h>

struct catalogue {
	const uint8_t *begin, *end;
};

/* Keys are sorted by their bytes; the first one is "", whose text is about the catalogue. */
size_t catalogue_count(const struct catalogue *c);
const char *catalogue_key(const struct catalogue *c, size_t i);
const char *catalogue_text(const struct catalogue *c, size_t i);
/* The first whose key is not before this one; the count where there is none. */
size_t catalogue_from(const struct catalogue *c, const char *key);
/* NULL where there is none, or where its text is empty.  A text with a plural is "one\0other". */
const char *catalogue_find(const struct catalogue *c, const char *key);

#endif
