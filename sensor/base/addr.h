/* Internet addresses and networks.  IPv4 is kept as IPv4, never as a mapped IPv6 address (RFC 4291, RFC 5952 for text). */
#ifndef HELOSCOPE_BASE_ADDR_H
#define HELOSCOPE_BASE_ADDR_H

#include "sensor/base/slice.h"

enum addr_family { ADDR_NONE = 0, ADDR_V4 = 4, ADDR_V6 = 6 };

struct addr {
	uint8_t family;	   /* enum addr_family */
	uint8_t bytes[16]; /* network order; the first 4 for IPv4, the rest zero */
};

struct endpoint {
	struct addr addr;
	uint16_t port; /* host order */
};

struct network {
	struct addr addr; /* host bits cleared */
	uint8_t bits;	  /* prefix length */
};

#define ADDR_TEXT_MAX 46

struct addr addr_v4(const uint8_t bytes[4]);
struct addr addr_v4_number(uint32_t host_order);
struct addr addr_v6(const uint8_t bytes[16]);
bool addr_eq(struct addr a, struct addr b);
/* Total order: family, then bytes. */
int addr_cmp(struct addr a, struct addr b);
/* "" for ADDR_NONE.  RFC 5952 for IPv6.  Writes at most ADDR_TEXT_MAX bytes, returns out. */
const char *addr_format(struct addr a, char out[ADDR_TEXT_MAX]);
/* Text without brackets. 0, or -1 and *out is ADDR_NONE. */
int addr_parse(struct slice text, struct addr *out);
/* "a.b.c.d/n", "x::/n", or a lone address.  0 or -1. */
int network_parse(struct slice text, struct network *out);
bool network_has(struct network n, struct addr a);
/* Private, loopback, link-local, documentation, test, multicast, reserved: not routed on the Internet (RFC 6890). */
bool addr_is_special(struct addr a);
/* The network of a with the given prefix length for its family. */
struct network network_of(struct addr a, uint8_t bits_v4, uint8_t bits_v6);

#endif
