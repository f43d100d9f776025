/* Which networks a relay is of: private ones, and those that the settings name.
 *
 * Source: Mail::SpamAssassin::Conf(3), "trusted_networks"; RFC 1918, 1122, 3927, 4291, 6598.
 * Input:  addresses of relays as written, hostile; the administrator's networks: "192.0.2.0/24",
 *         "192.0.2.", "2001:db8::/32", "!…" for what is not of it; the first that fits counts.
 * Memory: none. */
#ifndef HELOSCOPE_SCORE_RELAYS_NETWORK_H
#define HELOSCOPE_SCORE_RELAYS_NETWORK_H

#include "sensor/score/settings.h"

#define ORIGIN_FIELDS 16 /* originating_ip_headers that are looked at */

enum networks { NETWORKS_TRUSTED, NETWORKS_INTERNAL, NETWORKS_MSA };

/* Are trusted or internal networks named? */
bool networks_named(const struct settings *settings);
/* Where only one of trusted and internal is named, it stands for both. */
bool networks_have(const struct settings *settings, enum networks which, const char *ip);
/* Not of the Internet: an address as text. */
bool relay_is_private(struct slice ip);
/* The first address in a text; empty if there is none. */
struct slice address_in(struct slice text);

#endif
