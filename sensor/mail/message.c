#include "sensor/mail/header.h"
#include "sensor/mail/parts.h"
#include "sensor/mail/urls.h"

void
message_split(struct slice raw, struct charsets *charsets, struct arena *arena, struct message *out)
{
	*out = (struct message){ .raw = raw, .charsets = charsets };
	header_split(raw, arena, out);
	parts_walk(out, arena);
	struct mail_text *text = arena_alloc(arena, sizeof *text);
	if (text != NULL)
		mail_text(out, arena, text);
	out->text = text;
	urls_collect(out, arena);
}
