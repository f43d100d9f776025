/* /readyz: 200, or 503 and why hosts cannot be judged now. */
#include <string.h>

#include "sensor/base/json.h"
#include "web/health.h"
#include "web/metrics.h"

static void
write_ready(struct answer *a, const char *const *reasons, size_t count)
{
	struct json j;

	a->status = count == 0 ? 200 : 503;
	a->type = TYPE_JSON;
	json_init(&j, &a->body);
	json_object(&j);
	json_key(&j, "ready");
	json_bool(&j, count == 0);
	json_key(&j, "reasons");
	json_array(&j);
	for (size_t i = 0; i < count; i++) {
		json_string(&j, reasons[i]);
	}
	json_array_end(&j);
	json_object_end(&j);
	buf_byte(&a->body, '\n');
}

/* Its store can be read, a sensor has written to it, and what that says of itself is not that it is
 * blind or silent. */
void
ready_answer(struct request *r, struct answer *a)
{
	struct err err = { "" };
	const char *reasons[HEALTH_NOTES_MAX + 1] = { err.text };
	const struct health_seen *seen = NULL;
	size_t count = 0;

	if (pool_take(r->pool, &r->reader, &err) == 0) {
		seen = health_load(r->reader.store, r->now, &r->arena, &err);
	}
	if (seen == NULL) {
		r->reader_failed = true;
		if (r->viewer.access < ACCESS_READER) {
			reasons[0] =
				"the store cannot be read"; /* where it lies is for those inside */
		}
		write_ready(a, reasons, 1);
		return;
	}
	for (size_t i = 0; i < seen->health.count; i++) {
		if (seen->health.notes[i].blind) {
			reasons[count++] = seen->health.notes[i].text;
		}
	}
	write_ready(a, reasons, count);
}
