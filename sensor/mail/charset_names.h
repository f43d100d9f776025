/* Names of character sets: those that glibc has, and what mail calls them.  See charset.h. */
#ifndef HELOSCOPE_MAIL_CHARSET_NAMES_H
#define HELOSCOPE_MAIL_CHARSET_NAMES_H

#include "sensor/base/slice.h"

#define CHARSET_NAME_MAX 40 /* bytes; the longest that glibc has is 28 */

/* One of each module of glibc, ending with NULL. */
extern const char *const charset_modules[];

/* The name in upper case without quotes, or what iconv calls it, where that is another word; false
 * if it cannot be a name. */
bool charset_name(struct slice name, char out[CHARSET_NAME_MAX + 1]);

#endif
