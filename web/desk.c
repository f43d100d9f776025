#include "web/desk.h"

#include <string.h>
#include <time.h>

#include "sensor/base/clock.h"
#include "sensor/base/digest.h"
#include "sensor/base/text.h"

#define LOOK_EVERY (20 * PTIME_MS)

bool
desk_open(const struct request *r)
{
	return r->site->tell != NULL && r->viewer.access >= ACCESS_ANALYST &&
	       r->viewer.token[0] != '\0';
}

static void
wait_a_little(void)
{
	const struct timespec t = { 0, LOOK_EVERY };

	(void)nanosleep(&t, NULL);
}

int
desk_do(struct request *r, const struct audit_entry *given, struct err *err)
{
	int64_t begun = clock_ns(CLOCK_MONOTONIC), told = begun, now = begun;
	uint8_t random[(AUDIT_ID_MAX - 1) / 2];
	char id[AUDIT_ID_MAX];
	struct audit_entry entry = *given;

	if (r->site->tell == NULL)
		return err_set(err, "%s",
			T(r, "This report only shows a store: nothing can be changed in it."));
	digest_random(random, sizeof random);
	entry.id = digest_hex(random, sizeof random, id);
	if (request_tell(r, &entry, err) != 0)
		return -1;
	while (now - begun < DESK_PATIENCE) {
		int known = query_audit_known(r->reader.store, id, err);

		if (known != 0)
			return known > 0 ? 0 : -1;
		wait_a_little();
		now = clock_ns(CLOCK_MONOTONIC);
		if (now - told < DESK_TELL_AGAIN)
			continue;
		told = now;
		if (request_tell(r, &entry, err) != 0)
			return -1;
	}
	return err_set(err, "%s",
		T(r, "The store has not taken it within three seconds. It may still come: load the "
		     "page again before you do it once more."));
}

const char *
desk_text(struct arena *arena, const char *text, size_t max)
{
	struct slice in = slice_trim(slice_str(text != NULL ? text : ""));
	char *line = arena_alloc(arena, in.len + 1);
	size_t n = 0;

	if (line == NULL)
		return NULL;
	for (size_t i = 0; i < in.len; i++) {
		bool space = in.ptr[i] == '\r' || in.ptr[i] == '\n' || in.ptr[i] == '\t';

		if (space && n > 0 && line[n - 1] == ' ')
			continue;
		line[n++] = space ? ' ' : (char)in.ptr[i];
	}
	const char *clean = text_clean(arena, slice_of(line, n), max + 1);

	return strlen(clean) > max ? NULL : clean;
}
