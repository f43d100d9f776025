#include "sensor/lookup/question.h"

#include <stdio.h>
#include <string.h>

#define NAME_OCTETS 253 /* without the root's dot */

static size_t
reverse_v4(const uint8_t *bytes, char *out, size_t size)
{
	return (size_t)snprintf(out, size, "%u.%u.%u.%u.", bytes[3], bytes[2], bytes[1], bytes[0]);
}

static size_t
reverse_v6(const uint8_t *bytes, char *out)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;

	for (size_t i = 16; i-- > 0;) {
		out[n++] = digits[bytes[i] & 15];
		out[n++] = '.';
		out[n++] = digits[bytes[i] >> 4];
		out[n++] = '.';
	}
	return n;
}

int
question_name(struct addr host, const char *zone, char out[QUESTION_NAME_MAX])
{
	size_t n;

	out[0] = '\0';
	if (host.family != ADDR_V4 && host.family != ADDR_V6)
		return -1;
	n = host.family == ADDR_V4 ? reverse_v4(host.bytes, out, QUESTION_NAME_MAX)
				   : reverse_v6(host.bytes, out);
	if (n + strlen(zone) > NAME_OCTETS) {
		out[0] = '\0';
		return -1;
	}
	memcpy(out + n, zone, strlen(zone) + 1);
	return 0;
}

bool
question_may_be_asked(struct addr host)
{
	static const char *const documents[] = { "192.0.2.0/24", "198.51.100.0/24",
		"203.0.113.0/24", "2001:db8::/32" };
	struct network net;

	if (host.family == ADDR_NONE)
		return false;
	if (!addr_is_special(host))
		return true;
	for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
		if (network_parse(slice_str(documents[i]), &net) == 0 && network_has(net, host))
			return true;
	return false;
}

/* 127.0.0.n; for IPv6 the same address mapped, written here as bytes: struct addr keeps no mapped
 * ones otherwise. */
static struct addr
test_address(enum addr_family family, uint8_t n)
{
	static const uint8_t v4[4] = { 127, 0, 0, 0 };
	static const uint8_t v6[16] = { [10] = 0xff, [11] = 0xff, [12] = 127 };
	struct addr a = { .family = (uint8_t)family };

	memcpy(a.bytes, family == ADDR_V4 ? v4 : v6, family == ADDR_V4 ? sizeof v4 : sizeof v6);
	a.bytes[family == ADDR_V4 ? 3 : 15] = n;
	return a;
}

struct addr
question_test_listed(enum addr_family family)
{
	return test_address(family, 2);
}

struct addr
question_test_clear(enum addr_family family)
{
	return test_address(family, 1);
}
