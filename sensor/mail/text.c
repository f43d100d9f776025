#include "sensor/mail/text.h"

static void
piece_add(struct text_pieces *text, struct slice piece, struct arena *arena)
{
	struct slice *to = ARENA_PUSH(arena, text->pieces, LIMIT_PARTS);
	if (to != NULL)
		*to = slice_take(piece, LIMIT_RULE_TEXT);
}

void
mail_text(const struct message *m, struct arena *arena, struct mail_text *out)
{
	*out = (struct mail_text){ .uris = m->urls, .uris_count = m->urls_count };
	for (size_t i = 0; i < m->parts_count; i++) {
		const struct message_part *p = &m->parts[i];
		if (!slice_starts(slice_str(p->type), SLICE("text/")) || p->attachment)
			continue;
		piece_add(&out->body, p->decoded, arena);
		piece_add(&out->raw, p->decoded, arena);
	}
}
