/* Why a mail has its points, as text: a line per rule that matched. */
#ifndef HELOSCOPE_CLI_HITS_H
#define HELOSCOPE_CLI_HITS_H

#include "sensor/record.h"

/* Points, rule, sentence, in brackets where one can read why; then labels, and rules that gave up.
 */
void hits_print(const struct mail_record *m);

#endif
