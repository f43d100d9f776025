/* What is counted besides sessions and mails: HTTP POSTs to the host, and what lists answered. */
#include "sensor/host/aggregate_fields.h"

#include <inttypes.h>
#include <stdio.h>

#include "sensor/base/text.h"

#define PATH_KEPT 120 /* bytes: enough to find the script */

void
aggregate_post(struct aggregate *a, struct slice path, int64_t time)
{
	char clean[PATH_KEPT + 1], post[PATH_KEPT + 24];

	aggregate_time(a, time);
	aggregate_minute(a, MINUTES_post, time);
	text_clean_into(clean, sizeof clean, slice_take(path, slice_index(path, '?')));
	aggregate_name(a, NAMES_post, slice_str(clean), time);
	/* a POST has no identity, and a capture may be read twice */
	snprintf(post, sizeof post, "%" PRId64 " %s", time, clean);
	aggregate_distinct(a, SKETCH_in_posts, slice_str(post));
}

void
aggregate_lookup(struct aggregate *a, const struct lookup_result *lookup)
{
	char text[MENTION_TEXT];

	if (lookup->answer == LOOKUP_ERROR)
		return;
	aggregate_time(a, lookup->time);
	if (lookup->answer == LOOKUP_CLEAR) {
		aggregate_name(a, NAMES_cleared, slice_str(lookup->list), lookup->time);
		return;
	}
	snprintf(text, sizeof text, "look-up: %s answers %s", lookup->zone, lookup->codes);
	const struct reply reply = { .to = "",
		.enhanced = "",
		.class = REPLY_LISTED,
		.list = lookup->list,
		.text = text,
		.time = lookup->time };
	aggregate_add(a, SUM_looked_up, 1);
	mentions_add(&a->mentions, &reply, (struct addr){ .family = ADDR_NONE });
}
