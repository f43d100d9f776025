/* Exports by their addresses, on a made store, without HTTP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "unit/web/demo_folder.h"
#include "web/export.h"
#include "web/request.h"
#include "web/route.h"

#define NOW (DEMO_END + PTIME_HOUR)

/* Status; the file in *out, read in pieces of `piece` bytes; its type and name in *head. */
static unsigned
ask(struct pool *pool, const char *target, size_t piece, struct buf *out, struct buf *head)
{
	struct request r;
	struct answer a;
	uint8_t bytes[4096];
	int64_t n;
	request_init(&r, pool, "test", NOW);
	answer_init(&a);
	route_answer(&r, slice_str(target), &a);
	buf_clear(out);
	buf_clear(head);
	buf_add(out, buf_slice(&a.body));
	buf_printf(head, "%s|%s", a.type, a.disposition != NULL ? a.disposition : "");
	unsigned status = a.status;
	struct stream *s = a.stream;
	buf_release(&a.body);
	request_release(&r); /* before the download ends, as over HTTP */
	while (s != NULL && (n = s->read(s, bytes, piece, NOW)) != 0) {
		assert_true(n > 0);
		buf_add(out, slice_of(bytes, (size_t)n));
	}
	stream_free(s);
	return status;
}

static void
each_address_gives_its_format(void **state)
{
	static const struct {
		const char *target;
		unsigned status;
		const char *head, *has;
	} rows[] = {
		{ "/export/csv/abuse", 200, "text/csv",
			"timestamp_first,timestamp_last,utc_offset,src_ip,src_port_sample," },
		{ "/csv/abuse?host=" DEMO_HOST, 200, "heloscope-abuse.csv", "," DEMO_HOST "," },
		{ "/json/abuse", 200, "application/x-ndjson", "\"tlp\":\"TLP:AMBER\"" },
		{ "/export/json/sessions?rows=1", 200, "application/x-ndjson", "\"mails\":[" },
		{ "/json/sessions?rows=1", 200, "application/x-ndjson", "\"community_id\":" },
		{ "/export/json-document/hosts", 200, "heloscope-hosts.json",
			"{\"table\":\"hosts\"" },
		{ "/export/zeek/mails", 200, "heloscope-mails.log", "#path\tsmtp\n" },
		{ "/export/eve/sessions", 200, "heloscope-sessions.eve.json",
			"\"event_type\":\"smtp\"" },
		{ "/export/pcapng/sessions?host=" DEMO_HOST, 200, "heloscope-sessions.pcapng",
			"Rebuilt by heloscope" },
		{ "/export/arf/host/" DEMO_HOST, 200,
			"message/rfc822|attachment; filename=\"heloscope-" DEMO_HOST ".eml\"",
			"Feedback-Type: abuse\r\n" },
		{ "/export/xarf/host/" DEMO_HOST, 200, "application/json",
			"\"xarf_version\":\"4.0.0\"" },
		{ "/export/xarf-0.2/mail/" DEMO_SESSION "/1", 200,
			"heloscope-" DEMO_SESSION "-1.eml", "X-XARF: PLAIN\r\n" },
		{ "/export/headers/mail/" DEMO_SESSION "/1", 200, "text/rfc822-headers",
			"X-Heloscope: " },
		{ "/export/bundle/host/" DEMO_HOST, 200,
			"application/zip|attachment; filename=\"heloscope-" DEMO_HOST ".zip\"",
			"README.txt" },
		{ "/export/bundle/session/" DEMO_SESSION, 200, "heloscope-" DEMO_SESSION ".zip",
			"capture.pcapng" },
		{ "/export/bundle/host/" DEMO_HOST "?since=2030-01-01", 404, "", "" },
		{ "/export/arf/host/203.0.113.254", 404, "", "" },
		{ "/export/arf/host/nobody", 404, "", "" },
		{ "/export/arf/mail/" DEMO_SESSION "/0", 404, "", "" },
		{ "/export/arf/mail/" DEMO_SESSION "/99", 404, "", "" },
		{ "/export/arf/mail/nothing/1", 404, "", "" },
		{ "/export/nothing/mails", 404, "", "" },
		{ "/export/csv/nothing", 404, "", "" },
		{ "/export/csv/other/" DEMO_HOST, 404, "", "" },
		{ "/export/arf/mails", 400, "", "arf is not made of the table mails" },
		{ "/export/zeek/hosts", 400, "", "there are: csv, json, json-document" },
		{ "/export/csv/host/" DEMO_HOST, 400, "", "csv is not made of a host" },
		{ "/export/csv/mails?colour=red", 400, "", "colour" },
	};
	struct pool *pool = pool_new(path);
	struct buf out, head;
	(void)state;
	buf_init(&out, 64u << 20);
	buf_init(&head, 4096);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unsigned status = ask(pool, rows[i].target, 4096, &out, &head);
		if (status != rows[i].status || strstr(buf_cstr(&head), rows[i].head) == NULL ||
			slice_find(buf_slice(&out), slice_str(rows[i].has)) == out.len) {
			fail_msg("%s: %u %s %.200s", rows[i].target, status, buf_cstr(&head),
				buf_cstr(&out));
		}
	}
	buf_release(&out);
	buf_release(&head);
	pool_free(pool);
}

/* Whatever the pieces in which it is read. */
static void
pieces_make_the_same_file(void **state)
{
	static const char *const targets[] = { "/export/zeek/mails", "/export/json-document/mails",
		"/export/eve/mails", "/export/pcapng/sessions" };
	struct pool *pool = pool_new(path);
	struct buf whole, small, head;
	(void)state;
	buf_init(&whole, 64u << 20);
	buf_init(&small, 64u << 20);
	buf_init(&head, 4096);
	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
		assert_int_equal(ask(pool, targets[i], 4096, &whole, &head), 200);
		assert_int_equal(ask(pool, targets[i], 7, &small, &head), 200);
		assert_true(whole.len > 1000 && slice_eq(buf_slice(&whole), buf_slice(&small)));
	}
	buf_release(&whole);
	buf_release(&small);
	buf_release(&head);
	pool_free(pool);
}

/* Readers take nothing away, and each file that leaves is an entry of the audit log. */
static void
exports_are_for_analysts(void **state)
{
	static const char *const targets[] = { "csv/mails", "json/mails", "export/zeek/mails",
		"export/arf/host/192.0.2.1", "export/arf/mail/0/1", "record/host/192.0.2.1" };
	struct arena arena;
	(void)state;
	arena_init(&arena, 1u << 20);
	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
		struct uri uri;
		struct err err = { "" };
		assert_int_equal(uri_parse(slice_str(arena_printf(&arena, "/%s", targets[i])),
					 &arena, &uri, &err),
			0);
		const struct route *route = route_find(&uri);
		assert_non_null(route);
		assert_true(route->access == ACCESS_ANALYST && route->evidence && route->download);
	}
	arena_release(&arena);
}

/* Each format names a file and a type, and is found by its name. */
static void
formats_are_found(void **state)
{
	const struct export_format *f;
	(void)state;
	for (size_t i = 0; (f = export_format_at(i)) != NULL; i++) {
		assert_ptr_equal(export_format_find(f->name), f);
		assert_true(f->subjects != 0 && strchr(f->type, '/') != NULL &&
			    f->extension[0] != '\0');
	}
	assert_null(export_format_find(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_address_gives_its_format),
		cmocka_unit_test(pieces_make_the_same_file),
		cmocka_unit_test(exports_are_for_analysts),
		cmocka_unit_test(formats_are_found),
	};
	return cmocka_run_group_tests(tests, make_store, drop_store);
}
