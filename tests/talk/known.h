/* What is tolerated, and why. */
#ifndef TESTS_TALK_KNOWN_H
#define TESTS_TALK_KNOWN_H

#include <stdbool.h>

/* True if this check may fail for that dialogue in that variant. */
bool known_fault(const char *dialogue, const char *variant, const char *words);

#endif
