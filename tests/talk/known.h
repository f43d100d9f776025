/* What is tolerated, and why: a short table. */
#ifndef TESTS_TALK_KNOWN_H
#define TESTS_TALK_KNOWN_H

#include <stdbool.h>

/* True if the dialogue may fail in that variant by these words. */
bool known_fault(const char *dialogue, const char *variant, const char *words);
/* Prints the rows that excused something, and how often; false if one of all excused nothing:
 * it can go.  Only after all dialogues in all variants. */
bool known_report(void);

#endif
