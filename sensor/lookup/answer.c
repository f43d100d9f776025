#include "sensor/lookup/answer.h"

#include <string.h>

/* Narrower rows first; `low` and `high` hold for the last byte. */
static const struct {
	uint8_t prefix[3];
	size_t prefix_len;
	uint8_t low, high;
	const char *fault;
} rows[] = {
	{ { 127, 255, 255 }, 3, 252, 252, "the zone's name is mistyped (127.255.255.252)" },
	{ { 127, 255, 255 }, 3, 254, 254,
		"the list does not answer public resolvers (127.255.255.254): ask through one of "
		"your own" },
	{ { 127, 255, 255 }, 3, 255, 255, "too many questions (127.255.255.255)" },
	{ { 127, 255 }, 2, 0, 255, "an error code of the list (127.255.*)" },
	{ { 127, 0, 0 }, 3, 0, 1, "127.0.0.0 and 127.0.0.1 mean no listing (RFC 5782 2.3, 5)" },
	{ { 127 }, 1, 255, 255, "the list refuses to answer (127.*.255)" },
	{ { 127, 0, 0 }, 3, 2, 254, NULL },
	{ { 127 }, 1, 0, 254, NULL },
};

static const char *
fault_of(struct addr a, bool large)
{
	if (large && a.bytes[0] == 127 && a.bytes[1] < 255 && (a.bytes[1] != 0 || a.bytes[2] != 0))
		return "an answer that this list does not have (127.*)";
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (a.family == ADDR_V4 &&
			memcmp(a.bytes, rows[i].prefix, rows[i].prefix_len) == 0 &&
			a.bytes[3] >= rows[i].low && a.bytes[3] <= rows[i].high)
			return rows[i].fault;
	return "an address outside of 127.0.0.0/8: somebody answers for names that are not there";
}

const char *
answer_fault(const struct dns_answer *a, bool large)
{
	if (a->kind == DNS_FAILED)
		return a->error[0] != '\0' ? a->error : "no answer";
	if (a->kind == DNS_ADDRESSES && a->count == 0)
		return "an answer without addresses";
	for (size_t i = 0; a->kind == DNS_ADDRESSES && i < a->count; i++) {
		const char *fault = fault_of(a->addresses[i], large);

		if (fault != NULL)
			return fault;
	}
	return NULL;
}
