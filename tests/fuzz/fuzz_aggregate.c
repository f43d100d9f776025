/* Stored hours of a host: any bytes are refused whole, or give an aggregate that packs, merges and
 * is judged. */
#include <stdlib.h>
#include <string.h>

#include "sensor/base/ptime.h"
#include "sensor/host/verdict.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* What was read is written, and reads the same again. */
static void
check_packed(const struct aggregate *a)
{
	struct aggregate *again = aggregate_new();
	struct buf x, y;

	buf_init(&x, 64u << 20);
	buf_init(&y, 64u << 20);
	aggregate_pack(a, &x);
	must(x.lost == 0 && aggregate_unpack(again, buf_slice(&x)) == 0);
	aggregate_pack(again, &y);
	must(x.len == y.len && memcmp(x.ptr, y.ptr, x.len) == 0);
	buf_release(&x);
	buf_release(&y);
	aggregate_free(again);
}

static void
check_verdict(const struct aggregate *a)
{
	const struct verdict_config config = verdict_config_default();
	const struct hour_of_host hours[2] = { { PTIME_HOUR, a, NULL }, { 2 * PTIME_HOUR, a, NULL } };
	const struct verdict_input in = { .ip = addr_v4_number(0xc8885004),
		.hours = hours,
		.hours_count = 2,
		.now = 3 * PTIME_HOUR };
	struct host_record record;
	struct arena arena;

	arena_init(&arena, 8u << 20);
	verdict_host(&config, &in, &arena, &record);
	must(record.risk >= 0 && record.risk <= 1);
	for (size_t i = 0; i < record.causes_count; i++) {
		must(record.causes[i].confidence > 0 && record.causes[i].confidence <= 1);
		for (size_t k = 0; k < record.causes[i].evidence_count; k++)
			must(strlen(record.causes[i].evidence[k]) < 400);
	}
	arena_release(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct aggregate *a = aggregate_new();

	if (aggregate_unpack(a, slice_of(data, size)) == 0) {
		check_packed(a);
		check_verdict(a);
	}
	aggregate_free(a);
	return 0;
}
