/* Samples of mails that came in and of mails that left: the same mail gives the same text, so that
 * the verdict finds it in both. */
#include "sensor/host/aggregate_fields.h"

#include <inttypes.h>
#include <stdio.h>

#include "sensor/base/hash.h"

/* Its Message-ID and the recipient's domain, or without a Message-ID its envelope. */
static void
count_passage(struct aggregate *a, const struct mail_record *m, enum names_kind kind)
{
	char from[NAMES_TEXT], to[NAMES_TEXT], text[NAMES_TEXT + 1];
	struct slice sender = names_clip(domain_of(m->mail_from, from), 80);
	struct slice mid = slice_str(m->header.message_id);

	for (size_t i = 0; i < m->rcpts_count; i++) {
		struct slice domain = names_clip(domain_of(m->rcpts[i].address, to), 80);
		struct slice key = mid.len > 0 ? mid : slice_str(m->rcpts[i].address);

		if (m->rcpts[i].disposition == DISPOSITION_REJECTED || domain.len == 0)
			continue;
		snprintf(text, sizeof text, "%016" PRIx64 " %.*s %.*s",
			hash_stable(key.ptr, key.len), (int)sender.len, (const char *)sender.ptr,
			(int)domain.len, (const char *)domain.ptr);
		aggregate_name(a, kind, slice_str(text), m->end);
	}
}

/* Its Message-ID alone, and where it came from if that is told. */
static void
count_id(struct aggregate *a, const struct mail_record *m, enum names_kind kind,
	const struct addr *from)
{
	struct slice mid = slice_str(m->header.message_id);
	char text[20 + sizeof NAMES_FROM + ADDR_TEXT_MAX], address[ADDR_TEXT_MAX];

	if (mid.len == 0)
		return;
	snprintf(text, sizeof text, "%016" PRIx64 "%s%s", hash_stable(mid.ptr, mid.len),
		from != NULL ? NAMES_FROM : "", from != NULL ? addr_format(*from, address) : "");
	aggregate_name(a, kind, slice_str(text), m->end);
}

void
aggregate_came(struct aggregate *a, const struct session_record *s, const struct mail_record *m,
	enum names_kind kind)
{
	if (kind == NAMES_id_in)
		count_id(a, m, kind, &s->client.addr);
	else
		count_passage(a, m, kind);
}

void
aggregate_went(
	struct aggregate *a, const struct session_record *s, const struct mail_record *m, bool spam)
{
	if (s->direction != DIRECTION_OUTBOUND)
		return;
	count_passage(a, m, NAMES_relay_out);
	count_id(a, m, NAMES_id_out, NULL);
	if (spam)
		count_id(a, m, NAMES_id_spam, NULL);
}
