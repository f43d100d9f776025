/* The name under which a blocklist is asked about an address, and who is never asked about.
 *
 * Source: RFC 5782 2.1 (IPv4, octets in reverse), 2.4 (IPv6, nibbles in reverse), 5 (test entries).
 * Input:  addresses of ours and zones of the configuration. */
#ifndef HELOSCOPE_LOOKUP_QUESTION_H
#define HELOSCOPE_LOOKUP_QUESTION_H

#include "sensor/base/addr.h"

#define QUESTION_NAME_MAX 256 /* bytes with the NUL; RFC 1035 2.3.4 has 255 octets */

/* "4.80.136.200.zen.spamhaus.org". 0, or -1 when it would be too long or there is no address. */
int question_name(struct addr host, const char *zone, char out[QUESTION_NAME_MAX]);
/* False for private, loopback, link-local, multicast and reserved addresses: they are nobody's on
 * the Internet.  Those of documentation (RFC 5737, 3849) may be: they are in the laboratory's own
 * zones, if anywhere, and tell nothing about anybody. */
bool question_may_be_asked(struct addr host);
/* The address that every zone must list, and the one that none may list. */
struct addr question_test_listed(enum addr_family family);
struct addr question_test_clear(enum addr_family family);

#endif
