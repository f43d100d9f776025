/* Header fields, names of the server, and what readers are not shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "store/query.h"
#include "web/enter.h"
#include "web/fields.h"

static void
cookies_are_found(void **state)
{
	(void)state;
	static const struct {
		const char *cookies, *want;
	} rows[] = {
		{ "a=1; session=xyz; b=2", "xyz" },
		{ "session=xyz", "xyz" },
		{ "xsession=1; session=2", "2" },
		{ "session=1=2", "1=2" },
		{ "Session=1", "" },
		{ "session", "" },
		{ ";;=;", "" },
		{ NULL, "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!slice_eq(field_cookie(rows[i].cookies, "session"), slice_str(rows[i].want))) {
			fail_msg("%s", rows[i].cookies);
		}
	}
}

static void
basic_is_taken_apart(void **state)
{
	(void)state;
	static const struct {
		const char *field, *name, *password; /* name NULL: refused */
	} rows[] = {
		{ "Basic YWxpY2U6c2VjcmV0", "alice", "secret" },
		{ "basic YWxpY2U6c2VjcmV0", "alice", "secret" },
		{ "Basic YWxpY2U6YTpi", "alice", "a:b" },
		{ "Basic YWxpY2U6", "alice", "" },
		{ "Basic YWxpY2U=", NULL, NULL }, /* no colon */
		{ "Basic YQBiOmM=", NULL, NULL }, /* a NUL */
		{ "Basic ////", NULL, NULL },	  /* no UTF-8 */
		{ "Basic !!!", NULL, NULL },
		{ "Basic ", NULL, NULL },
		{ "Bearer YWxpY2U6c2VjcmV0", NULL, NULL },
		{ NULL, NULL, NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena a;
		const char *name = NULL, *password = NULL;
		arena_init(&a, 1 << 16);
		int rc = field_basic(rows[i].field, &a, &name, &password);
		if (rc != (rows[i].name != NULL ? 0 : -1) ||
			(rc == 0 && (strcmp(name, rows[i].name) != 0 ||
					    strcmp(password, rows[i].password) != 0))) {
			fail_msg("%s", rows[i].field);
		}
		arena_release(&a);
	}
}

static void
lists_are_read(void **state)
{
	(void)state;
	assert_true(field_takes_gzip("gzip, deflate, br"));
	assert_true(field_takes_gzip("br;q=1.0, GZIP;q=0.5"));
	assert_true(field_takes_gzip("*"));
	assert_false(field_takes_gzip("gzip;q=0, *"));
	assert_false(field_takes_gzip("gzip; q=0.000"));
	assert_false(field_takes_gzip("*;q=0"));
	assert_false(field_takes_gzip("identity, br"));
	assert_false(field_takes_gzip("gzipped"));
	assert_false(field_takes_gzip(NULL));
	assert_true(field_takes_html("text/html,application/xhtml+xml;q=0.9"));
	assert_false(field_takes_html("*/*"));
	assert_true(field_has_etag("\"a\", W/\"b\"", "\"b\""));
	assert_true(field_has_etag("*", "\"b\""));
	assert_false(field_has_etag("\"bb\"", "\"b\""));
	assert_true(field_is_form("application/x-www-form-urlencoded; charset=utf-8"));
	assert_false(field_is_form("multipart/form-data; boundary=x"));
	assert_false(field_is_form("text/plain"));
	assert_false(field_is_form(NULL));
}

static void
other_sites_are_known(void **state)
{
	(void)state;
	static const struct {
		const char *site, *origin, *host, *public_url;
		bool foreign;
	} rows[] = {
		{ NULL, NULL, "127.0.0.1:8025", "", false }, /* a program */
		{ "same-origin", "http://127.0.0.1:8025", "127.0.0.1:8025", "", false },
		{ "none", NULL, "127.0.0.1:8025", "", false },
		{ "same-origin", "null", "127.0.0.1:8025", "", false }, /* we send no referrer */
		{ NULL, "null", "127.0.0.1:8025", "", true },
		{ "none", "null", "127.0.0.1:8025", "", true },
		{ "cross-site", NULL, "127.0.0.1:8025", "", true },
		{ "same-site", "http://127.0.0.1:8025", "127.0.0.1:8025", "", true },
		{ NULL, "http://127.0.0.1:3000", "127.0.0.1:8025", "", true },
		{ NULL, "http://evil.example", "127.0.0.1:8025", "", true },
		{ NULL, "https://report.example", "10.0.0.1:8025", "https://report.example",
			false },
		{ NULL, "https://report.example.evil.example", "10.0.0.1:8025",
			"https://report.example", true },
		{ "same-origin", "http://evil.example", "127.0.0.1:8025", "", true },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (field_is_foreign(rows[i].site, rows[i].origin, rows[i].host,
			    rows[i].public_url) != rows[i].foreign) {
			fail_msg("row %zu", i);
		}
	}
}

static void
the_last_hop_counts(void **state)
{
	(void)state;
	static const struct {
		const char *field, *want;
	} rows[] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "198.51.100.7, 192.0.2.1", "192.0.2.1" },
		{ "evil, 2001:db8::1", "2001:db8::1" },
		{ "192.0.2.1:1234", "192.0.2.1" },
		{ "[2001:db8::1]:1234", "2001:db8::1" },
		{ "192.0.2.1, ", "" },
		{ "unknown", "" },
		{ NULL, "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct addr a;
		char text[ADDR_TEXT_MAX];
		int rc = field_last_hop(rows[i].field, &a);
		if (rc != (rows[i].want[0] != '\0' ? 0 : -1) ||
			strcmp(addr_format(a, text), rows[i].want) != 0) {
			fail_msg("%s: %s", rows[i].field, text);
		}
	}
}

static void
names_of_the_server(void **state)
{
	(void)state;
	static const char *const names[] = { "report.example" };
	const struct web_config plain = { .version = "" },
				named = { .names = names, .names_count = 1 };
	static const struct {
		const char *host, *local;
		bool plain, named;
	} rows[] = {
		{ "127.0.0.1:8025", "127.0.0.1", true, true },
		{ "localhost", "127.0.0.1", true, true },
		{ "LocalHost:1", "127.0.0.1", true, true },
		{ "[::1]:8025", "127.0.0.1", true, true },
		{ "127.0.0.1.evil.example", "127.0.0.1", false, false },
		{ "192.0.2.1", "127.0.0.1", false, false },
		{ "report.example:443", "127.0.0.1", false, true },
		{ "report.example.evil", "127.0.0.1", false, false },
		{ "", "127.0.0.1", false, false },
		{ "127.9.9.9", "127.0.0.1", true, true },
		{ "localhost.evil.example", "127.0.0.1", false, false },
		{ "[::1", "127.0.0.1", true, true },
		{ "[::2]", "127.0.0.1", false, false },
		{ "[::1]", "::1", true, true },
		{ "evil.example", "::1", false, false },
		{ "192.0.2.1:443", "192.0.2.1", true, true },
		{ "192.0.2.2", "192.0.2.1", false, false },
		{ "localhost", "192.0.2.1", false, false },
		{ "[2001:db8::1]", "2001:db8::1", true, true },
		{ "report.example", "2001:db8::1", false, true },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct addr local;
		assert_int_equal(addr_parse(slice_str(rows[i].local), &local), 0);
		if (enter_host_allowed(rows[i].host, &plain, local) != rows[i].plain ||
			enter_host_allowed(rows[i].host, &named, local) != rows[i].named) {
			fail_msg("%s at %s", rows[i].host, rows[i].local);
		}
	}
}

static void
readers_see_no_local_part(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "alice@example.org", "…@example.org" },
		{ "Alice <alice@example.org>, bob+x=y@b.example",
			"Alice <…@example.org>, …@b.example" },
		{ "to <alice smith@example.org> now", "to <…@example.org> now" },
		{ "\"alice smith\"@example.org", "…@example.org" },
		{ "(alice@example.org)", "(…@example.org)" },
		{ "mailto:alice@example.org", "mailto:…@example.org" },
		{ "jürgen@example.org", "…@example.org" },
		{ "/mails?text=alice%40example.org&x=1", "…%40example.org&x=1" },
		{ "a@b@c", "…@…@c" },
		{ "<@hop:alice@x>", "<…@x>" },
		{ "nobody here", "nobody here" },
		{ "@example.org", "@example.org" },
		{ "@", "@" },
		{ "", "" },
	};
	const struct viewer reader = { .access = ACCESS_READER },
			    analyst = { .access = ACCESS_ANALYST };
	struct arena a;
	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice text = slice_str(rows[i].text);
		struct slice got = viewer_text(&reader, &a, text);
		if (!slice_eq(got, slice_str(rows[i].want))) {
			fail_msg("%s: %.*s", rows[i].text, (int)got.len, (const char *)got.ptr);
		}
		assert_true(slice_eq(viewer_text(&analyst, &a, text), text));
		assert_true(slice_eq(viewer_text(NULL, &a, text), text));
	}
	struct slice json =
		SLICE("{\"from\":\"alice@a.example\",\"subject\":\"Dear \\\"alice\\\"\",\"n\":1}");
	assert_true(slice_eq(viewer_json(&reader, &a, json),
		SLICE("{\"from\":\"…@a.example\",\"subject\":\"…\",\"n\":1}")));
	assert_true(slice_eq(
		viewer_json(&reader, &a, SLICE("{\"from\":\"\\\"alice s\\\"@a.example\"}")),
		SLICE("{\"from\":\"…@a.example\"}")));
	const struct table *mails = table_find("mails");
	struct cell cells[64] = { { .null = true } };
	size_t subject = (size_t)(table_column(mails, "subject") - mails->columns);
	cells[subject].text = SLICE("Dear alice");
	assert_true(slice_eq(viewer_cells(&reader, &a, mails, cells)[subject].text, SLICE("…")));
	assert_ptr_equal(viewer_cells(&analyst, &a, mails, cells), cells);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cookies_are_found),
		cmocka_unit_test(basic_is_taken_apart),
		cmocka_unit_test(lists_are_read),
		cmocka_unit_test(other_sites_are_known),
		cmocka_unit_test(the_last_hop_counts),
		cmocka_unit_test(names_of_the_server),
		cmocka_unit_test(readers_see_no_local_part),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
