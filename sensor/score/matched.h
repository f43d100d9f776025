/* What a rule that hit looked at: a short excerpt for people (record.h, hit.matched).
 *
 * Input:  values of the mail and its session, hostile.
 * Output: clean text of at most MATCHED_BYTES.  Never text of a body: there the kind and the
 * length.  Under privacy the values of header fields that the record does not keep in clear are a
 * length, too, and local parts of addresses are masked; what comes from the record (envelope, HELO)
 * is there as it is. */
#ifndef HELOSCOPE_SCORE_MATCHED_H
#define HELOSCOPE_SCORE_MATCHED_H

#include "sensor/score/score_run.h"

#define MATCHED_BYTES 80

/* In the mail's arena; "" where there is nothing to say. The rule has hit. */
const char *matched_text(struct run *run, uint32_t id);

#endif
