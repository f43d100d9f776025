/* How a resolver may be written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sensor/lookup/resolver.h"

static void
resolvers(void **state)
{
	static const struct {
		const char *at;
		int wanted;
	} rows[] = {
		{ "", 0 },
		{ "192.0.2.53", 0 },
		{ "192.0.2.53:5300", 0 },
		{ "192.0.2.53@5300", 0 },
		{ "2001:db8::53", 0 },
		{ "[2001:db8::53]", 0 },
		{ "[2001:db8::53]:5300", 0 },
		{ "192.0.2.53:0", -1 },
		{ "192.0.2.53:65536", -1 },
		{ "192.0.2.53:dns", -1 },
		{ "dns.example.org", -1 },
		{ ":5300", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err err = { "" };
		if (resolver_check(rows[i].at, &err) != rows[i].wanted)
			fail_msg("'%s': %s", rows[i].at, err.text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(resolvers) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
