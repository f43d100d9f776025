/* Names of hosts: are they valid, and which part of them was registered.
 *
 * Source: RFC 1123 2.1 and what resolvers take besides; the Public Suffix List (libpsl), private
 *         suffixes included; or lists that a caller has, as SpamAssassin's util_rb_tld, _2tld,
 * _3tld. Input:  any bytes. Memory: results are slices of the input. */
#ifndef HELOSCOPE_MAIL_DOMAIN_H
#define HELOSCOPE_MAIL_DOMAIN_H

#include "sensor/base/arena.h"

enum domain_list { DOMAIN_TLD, DOMAIN_TWO_LEVELS, DOMAIN_THREE_LEVELS };

/* Where NULL is given instead, the Public Suffix List is asked. */
struct domain_lists {
	/* Is name (lower case, without a dot at either end) in the list? */
	bool (*has)(const void *context, enum domain_list list, struct slice name);
	const void *context;
};

#define DOMAIN_MOST 253 /* bytes: RFC 1035 2.3.4 */

/* At least two labels of letters, digits, inner hyphens, and underscores left of the last two. */
bool domain_valid(struct slice host);
/* The label behind the last dot (lower case) is a top-level domain; false without a dot. */
bool domain_known(struct slice host, const struct domain_lists *lists);
/* The registered part of a valid host in lower case: all of it if it is a suffix itself. */
struct slice domain_registered(struct slice host, const struct domain_lists *lists);
/* IPv4 in four decimal numbers without leading zeros, or an IPv6 address. */
bool domain_is_address(struct slice host);
/* To the form that resolvers are asked for: UTF-8 labels as "xn--…", other full stops as ".", lower
 * case.  The host itself, in lower case, if it cannot be. */
struct slice domain_ascii(struct slice host, struct arena *arena);

/* The Public Suffix List; domain_psl.c. */
bool domain_psl_known(struct slice tld);
struct slice domain_psl_registered(struct slice host);

#endif
