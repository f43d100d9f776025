/* Header blocks and lines of text that complaints are made of: whatever a record says, what was
 * written is a block of fields, or a line, and nothing else. */
#include <string.h>

#include "fuzz/check.h"
#include "sensor/base/chars.h"
#include "sensor/base/text.h"
#include "web/export_inner.h"

/* "Name: …", or the rest of one: printable ASCII, not too long. */
static void
check_line(struct slice line, bool first)
{
	bool goes_on = line.len > 0 && line.ptr[0] == ' ';
	size_t colon = slice_index(line, ':');
	check(line.len > 1 && line.len <= 998 && !(first && goes_on));
	for (size_t i = 0; i < line.len; i++) {
		check(line.ptr[i] >= ' ' && line.ptr[i] < 0x7F);
		check(goes_on || i >= colon || line.ptr[i] == '-' ||
			chars_is(line.ptr[i], CHAR_ALPHA));
	}
	check(goes_on || (colon > 0 && colon + 1 < line.len && line.ptr[colon + 1] == ' '));
}

static size_t
check_block(struct slice block)
{
	size_t fields = 0;
	bool first = true;
	while (block.len > 0) {
		size_t end = slice_find(block, SLICE("\r\n"));
		struct slice line = slice_take(block, end);
		check(end < block.len);
		check_line(line, first);
		fields += line.ptr[0] != ' ';
		first = false;
		block = slice_skip(block, end + 2);
	}
	return fields;
}

static void
put(struct json *j, const char *key, struct slice value)
{
	json_key(j, key);
	json_text(j, value);
}

/* A record of which every text is a piece of the input. */
static void
write_record(struct buf *out, struct slice data)
{
	static const char *const keys[] = { "from", "to", "cc", "reply_to", "subject", "date",
		"message_id", "mailer", "php_script", "list_id", "auto_submitted" };
	size_t piece = data.len / (sizeof keys / sizeof *keys) + 1;
	struct json j;
	json_init(&j, out);
	json_object(&j);
	json_key(&j, "header");
	json_object(&j);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		put(&j, keys[i], slice_take(slice_skip(data, i * piece), piece));
	}
	json_object_end(&j);
	json_key(&j, "received");
	json_array(&j);
	json_object(&j);
	put(&j, "helo", data);
	put(&j, "by", data);
	put(&j, "date", data);
	json_object_end(&j);
	json_array_end(&j);
	json_object_end(&j);
}

static void
check_text(struct slice data, struct buf *out)
{
	char text[4096];
	size_t n = data.len < sizeof text ? data.len : sizeof text - 1;
	memcpy(text, data.ptr, n);
	text[n] = '\0';
	buf_clear(out);
	eml_line(out, "%s", text);
	struct slice line = buf_slice(out);
	check(line.len >= 2 && slice_find(line, SLICE("\r\n")) == line.len - 2);
	line = slice_take(line, line.len - 2);
	check(text_is_clean(line) && line.len <= 998);
	check(line.len == 0 || (line.ptr[0] != '-' && line.ptr[0] != '.'));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = { "" };
	struct doc *doc;
	struct buf json, out;
	buf_init(&json, 1u << 24);
	buf_init(&out, 1u << 20);
	write_record(&json, slice_of(data, size));
	/* A zero byte ends a text of ours; jansson refuses it where it would not. */
	if (doc_parse(buf_slice(&json), &doc, &err) == 0) {
		eml_headers(&out, NULL, doc_root(doc));
		check(check_block(buf_slice(&out)) <= 13);
		doc_free(doc);
	}
	if (size > 0) {
		check_text(slice_of(data, size), &out);
	}
	buf_release(&json);
	buf_release(&out);
	return 0;
}
