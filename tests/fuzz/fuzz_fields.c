/* Header fields, bodies of forms, and what readers are not shown: the first byte says which.  Bytes
 * from anybody who can reach the port, or send a mail. */
#include <string.h>

#include "fuzz/check.h"
#include "sensor/base/text.h"
#include "web/enter.h"
#include "web/fields.h"

static void
check_form(struct slice body, struct arena *arena)
{
	struct uri form;
	struct err err = { "" };
	if (form_parse(body, arena, &form, &err) != 0) {
		check(err.text[0] != '\0');
		return;
	}
	for (size_t i = 0; i < form.params_count; i++) {
		const char *value = form.params[i].value;
		check(text_is_clean(slice_str(form.params[i].name)) ||
			strpbrk(form.params[i].name, "\t\r\n") != NULL);
		check(text_is_clean(slice_str(value)) || strpbrk(value, "\t\r\n") != NULL);
	}
}

static void
check_basic(const char *text, struct arena *arena)
{
	const char *name, *password;
	if (field_basic(text, arena, &name, &password) == 0) {
		check(strchr(name, ':') == NULL && text_is_clean(slice_str(name)));
		check(text_is_clean(slice_str(password)));
	}
}

/* A reader sees no byte before an at sign but what ends a word, and masking twice changes nothing.
 */
static void
check_masks(struct slice text, struct arena *arena)
{
	const struct viewer reader = { .access = ACCESS_READER };
	struct slice shown = viewer_text(&reader, arena, text);
	for (size_t i = 1; i < shown.len; i++) {
		uint8_t before = shown.ptr[i - 1];
		if (shown.ptr[i] == '@') {
			bool sign = i >= 3 && slice_starts(slice_skip(shown, i - 3), SLICE("%40"));
			check(before <= ' ' || before == 0xa6 || sign ||
				strchr("<>()[],;:\"@", before) != NULL);
		}
	}
	(void)viewer_json(&reader, arena, text);
}

static void
check_lists(const char *text)
{
	struct addr hop;
	struct slice whole = slice_str(text);
	(void)field_takes_gzip(text);
	(void)field_takes_html(text);
	(void)field_has_etag(text, "\"x\"");
	(void)field_is_form(text);
	(void)field_is_foreign(NULL, text, "localhost", "");
	(void)field_last_hop(text, &hop);
	check_inside(field_cookie(text, "session"), whole);
	check_inside(field_host(text), whole);
}

static void
check_host(const char *text)
{
	const struct web_config config = { .version = "" };
	const struct addr local = { ADDR_V4, { 127, 0, 0, 1 } };
	if (enter_host_allowed(text, &config, local)) {
		struct slice host = field_host(text);
		struct addr a;
		check(slice_ieq(host, SLICE("localhost")) ||
			(addr_parse(host, &a) == 0 && host_is_loopback(a)));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	if (size == 0) {
		return 0;
	}
	arena_init(&arena, 16u << 20);
	struct slice rest = slice_of(data + 1, size - 1);
	const char *text = arena_string(&arena, rest);
	switch (data[0]) {
	case 'f':
		check_form(rest, &arena);
		break;
	case 'b':
		check_basic(text, &arena);
		break;
	case 'm':
		check_masks(rest, &arena);
		break;
	case 'h':
		check_host(text);
		break;
	default:
		check_lists(text);
	}
	arena_release(&arena);
	return 0;
}
