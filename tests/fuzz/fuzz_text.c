/* What every text from the wire goes through: cleaning, the writers, and the small parsers. */
#include <assert.h>
#include <string.h>

#include "sensor/base/addr.h"
#include "sensor/base/csv.h"
#include "sensor/base/json.h"
#include "sensor/base/ptime.h"
#include "sensor/base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
clean(struct slice in, size_t max)
{
	char out[256];
	struct arena arena;

	arena_init(&arena, 1 << 20);
	size_t len = text_clean_into(out, max + 1, in);
	const char *same = text_clean(&arena, in, max);
	assert(len <= max && strlen(out) == len);
	assert(strcmp(out, same) == 0);
	assert(text_is_clean(slice_of(out, len)));
	/* What is clean and fits stays as it is. */
	if (in.len <= max && text_is_clean(in))
		assert(slice_eq(in, slice_str(out)));
	arena_release(&arena);
}

static void
write_all(struct slice in)
{
	struct buf out;
	struct json j;
	struct csv c;

	buf_init(&out, 1 << 20);
	json_init(&j, &out);
	json_text(&j, in);
	for (size_t i = 1; i + 1 < out.len; i++)
		assert(out.ptr[i] >= 0x20 && (out.ptr[i] != '"' || out.ptr[i - 1] == '\\'));
	buf_clear(&out);
	csv_init(&c, &out);
	csv_text(&c, in);
	assert(out.len == 0 || !strchr("=@\t\r\n", out.ptr[0]));
	buf_release(&out);
}

static void
parse_all(struct slice in)
{
	struct addr a, back;
	struct network n;
	int64_t t, again;
	char text[ADDR_TEXT_MAX], time[PTIME_TEXT_MAX];

	if (addr_parse(in, &a) == 0) {
		assert(addr_parse(slice_str(addr_format(a, text)), &back) == 0);
		assert(addr_eq(a, back));
	}
	if (network_parse(in, &n) == 0)
		assert(network_has(n, n.addr));
	if (ptime_parse(in, &t) == 0 && t != 0) {
		assert(ptime_parse(slice_str(ptime_format(t, time)), &again) == 0);
		assert(t - again >= 0 && t - again < PTIME_US);
	}
}

/* The first byte is the length that the clean text may have. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct slice in = slice_of(data + 1, size - 1);
	clean(in, data[0] % 255);
	write_all(in);
	parse_all(in);
	return 0;
}
