/* Is a mail of a capture with losses one of the dialogue's own mails? */
#ifndef TESTS_TALK_EXPLAIN_H
#define TESTS_TALK_EXPLAIN_H

#include "talk/checks.h"

/* Every mail is, in their order, and each at most once, but for one that is in two parts and says
 * that bytes are missing.  Words into `why` if not. */
bool explain_mails(const struct trial *t, struct buf *why);

#endif
