/* What the tests of look-ups share: addresses and answers by their words. */
#ifndef HELOSCOPE_TESTS_UNIT_LOOKUP_FIXTURE_H
#define HELOSCOPE_TESTS_UNIT_LOOKUP_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sensor/lookup/answer.h"

static inline struct addr
addr_of(const char *text)
{
	struct addr a = { .family = ADDR_NONE };

	(void)addr_parse(slice_str(text), &a);
	return a;
}

/* "127.0.0.2 127.0.0.4", "" = there is no such name, "!SERVFAIL" = that error. */
static inline struct dns_answer
answer(const char *addresses)
{
	struct dns_answer a = { .kind = DNS_NAME_MISSING };
	struct slice rest = slice_str(addresses);

	if (addresses[0] == '!') {
		a.kind = DNS_FAILED;
		snprintf(a.error, sizeof a.error, "%s", addresses + 1);
		return a;
	}
	while (rest.len > 0) {
		struct slice word = slice_split(&rest, ' ');
		a.kind = DNS_ADDRESSES;
		assert_int_equal(addr_parse(word, &a.addresses[a.count++]), 0);
	}
	return a;
}

#endif
