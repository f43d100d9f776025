/* Names of ports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sensor/record.h"

/* Of the incident of 2008, and what a campus has besides. */
static const struct {
	int32_t port;
	const char *name;
	bool unusual;
} rows[] = {
	{ 22, "ssh", false },
	{ 53, "domain", false },
	{ 80, "http", false },
	{ 2049, "nfs", true },
	{ 5001, "commplex-link", false },
	{ 8080, "http-alt", true },
	{ 8443, "https-alt", false },
	{ 32779, "sunrpc-alt", true },
	{ 23, "telnet", true },
	{ 25, "smtp", false },
	{ 465, "submissions", false },
	{ 587, "submission", false },
	{ 1080, "socks", true },
	{ 3128, "squid-http", true },
	{ 3306, "mysql", true },
	{ 3389, "ms-wbt-server", true },
	{ 0, "", false },
	{ -1, "", false },
	{ 49152, "", false },
	{ INT32_MAX, "", false },
};

static void
test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_string_equal(service_name(rows[i].port), rows[i].name);
		assert_int_equal(service_remark(rows[i].port)[0] != '\0', rows[i].unusual);
	}
}

/* A name is one word, and nothing is remarked upon that has none. */
static void
test_all(void **state)
{
	int named = 0;

	(void)state;
	for (int32_t port = 0; port <= UINT16_MAX; port++) {
		const char *name = service_name(port);

		named += name[0] != '\0';
		assert_int_equal(
			strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(name));
		if (name[0] == '\0')
			assert_string_equal(service_remark(port), "");
	}
	assert_in_range(named, 80, 200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
