/* Frames of any link type, one after the other, through one decap, so that fragments meet.
 *
 * Input: link type (2 bytes), flags (1 = verify checksums, 2 = VXLAN on
 * port 443 alone), then frames: milliseconds since the
 * last, bytes missing at the end, length (2 bytes), data. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/cursor.h"
#include "sensor/base/hash.h"
#include "sensor/base/ptime.h"
#include "sensor/decap/decap.h"
#include "sensor/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_packet(const struct packet *p)
{
	assert(p->src.addr.family == p->dst.addr.family);
	assert(p->src.addr.family == ADDR_V4 || p->src.addr.family == ADDR_V6);
	assert(p->layer_count <= PACKET_LAYERS && p->vlan_count <= PACKET_VLANS);
	assert(p->window_scale >= -1 && p->window_scale <= 14);
	assert(p->payload.len + p->missing <= LIMIT_SNAPLEN);
	/* Every byte of it can be read. */
	uint8_t *copy = malloc(p->payload.len + 1);
	memcpy(copy, p->payload.ptr, p->payload.len);
	free(copy);
	for (size_t i = 0; i < p->layer_count; i++)
		assert(*layer_name(p->layer[i]));
}

/* In memory of its own, so that a read beyond it is found. */
static void
run(struct decap *d, struct frame *frame, struct slice bytes, uint8_t missing)
{
	struct packet p;
	const char *why = NULL;
	uint8_t *copy = malloc(bytes.len ? bytes.len : 1);

	if (bytes.len)
		memcpy(copy, bytes.ptr, bytes.len);
	frame->number++;
	frame->data = slice_of(copy, bytes.len);
	frame->wire_len = (uint32_t)bytes.len + missing;
	int status = decap_packet(d, frame, &p, &why);
	assert(why && *why);
	if (status == 1)
		check_packet(&p);
	free(copy);
}

static void
sum(void *ctx, const struct decap_unknown *unknown)
{
	assert(*unknown->layer && *unknown->what && unknown->times > 0);
	*(int64_t *)ctx += unknown->times;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_of(slice_of(data, size));
	struct counters counters = { { 0 } };
	struct frame frame = { .time = PTIME_DAY, .linktype = cursor_be16(&c) };
	uint8_t flags = cursor_u8(&c);
	const struct decap_config config = {
		.verify_checksums = flags & 1,
		.vxlan_ports = { 443 },
		.vxlan_ports_count = flags & 2 ? 1 : 0,
	};
	struct decap *d = decap_new(&config, &counters);
	int64_t unknown = 0;

	hash_seed(1);
	while (c.rest.len > 4) {
		frame.time += cursor_u8(&c) * PTIME_MS;
		uint8_t missing = cursor_u8(&c);
		uint16_t len = cursor_be16(&c);

		run(d, &frame, cursor_bytes(&c, len < c.rest.len ? len : c.rest.len), missing);
	}
	decap_unknown(d, 0, sum, &unknown);
	assert(unknown == counters.value[COUNTER_decap_unknown]);
	decap_free(d);
	assert(counters.value[COUNTER_fragments_dropped] <= counters.value[COUNTER_fragments]);
	return 0;
}
