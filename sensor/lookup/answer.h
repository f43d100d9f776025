/* What a blocklist's answer means: clear, listed, or neither, because something went wrong.
 *
 * Source: RFC 5782 2.3 and 5; docs.spamhaus.com and spamhaus.org/returnc (127.255.255.*).
 * Input:  A records from the network: hostile.
 * Output: words that are clean; an answer that is not understood is an error, never a listing. */
#ifndef HELOSCOPE_LOOKUP_ANSWER_H
#define HELOSCOPE_LOOKUP_ANSWER_H

#include "sensor/base/addr.h"

#define ANSWER_ADDRESSES_MAX 16

/* What the resolver says. */
struct dns_answer {
	enum { DNS_NAME_MISSING, DNS_ADDRESSES, DNS_FAILED } kind;
	struct addr addresses[ANSWER_ADDRESSES_MAX]; /* IPv4; those beyond are left out */
	size_t count;
	char error[96]; /* of DNS_FAILED: "SERVFAIL", "no answer within 10 s", … */
};

/* NULL when these are codes of a list, or none: clear.  Else why they are neither: an error code,
 * an address outside of 127.0.0.0/8, or no answer at all.  Large lists use 127.0.0.2 to .254 alone
 * (`large`); one that a site has made may use more. */
const char *answer_fault(const struct dns_answer *a, bool large);

#endif
