/* Stand-in IPv4 addresses in 240.0.0.0/4 for addresses that libnids cannot hold: all of IPv6, and
 * the real 240.0.0.0/4.
 *
 * Source: RFC 7915 for the idea, RFC 1112 4 for a range that no host uses.
 * Input:  addresses chosen by an attacker; the table is keyed (base/hash.h).
 * Memory: at most LIMIT_ALIASES entries; an alias is never reused while a stream holds it. */
#ifndef HELOSCOPE_STREAM_ALIAS_H
#define HELOSCOPE_STREAM_ALIAS_H

#include "sensor/base/addr.h"

struct alias_table;

struct alias_table *alias_table_new(void);
void alias_table_free(struct alias_table *t);
/* Takes a reference and returns the stand-in in host order; IPv4 addresses outside 240/4 stand for
 * themselves.  0 = the table is full. */
uint32_t alias_take(struct alias_table *t, struct addr addr);
/* Gives the reference back. */
void alias_drop(struct alias_table *t, struct addr addr);

#endif
