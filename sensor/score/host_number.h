/* The numbers of a host by the names that `host` rules call them: counts, with '_' for '-', the
 * others of list_rules.h, and sign_NAME.
 *
 * Source: sensor/host/count_fields.h, list_rules.h, signs.h. */
#ifndef HELOSCOPE_SCORE_HOST_NUMBER_H
#define HELOSCOPE_SCORE_HOST_NUMBER_H

#include "sensor/base/slice.h"
#include "sensor/host/list_rules.h"

/* Its place, or HOST_NUMBERS_COUNT. */
size_t host_number_find(struct slice name);
/* As in an expression; what it is. */
struct slice host_number_name(size_t place, char *out, size_t size);
const char *host_number_text(size_t place);

#endif
