/* Parameters of a Content-Type or Content-Disposition value.
 *
 * Source: RFC 2045 5.1, RFC 2183 2, RFC 2231 3 and 4; and what programs write instead: no quotes
 *         round blanks, no semicolon between two parameters, encoded words in quotes, a quote that
 *         never ends.
 * Input:  one unfolded value, hostile.
 * Output: decoded values; of the same parameter twice the first.
 * Memory: the caller's arena. */
#ifndef HELOSCOPE_MAIL_PART_PARAMETER_H
#define HELOSCOPE_MAIL_PART_PARAMETER_H

#include "sensor/mail/charset.h"

struct part_parameters {
	struct slice boundary, charset, name, filename;
	bool twice; /* one of them is there again, with another value */
};

void part_parameters(struct slice value, struct charsets *charsets, struct arena *arena,
	struct part_parameters *out);

#endif
