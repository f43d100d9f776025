#include "sensor/base/text.h"
#include "sensor/mail/part_inside.h"
#include "sensor/mail/tnef.h"
#include "sensor/mail/uuencode.h"

#define NAME_MAX_BYTES 255

struct part_file *
part_file_add(struct message_part *p, struct slice name, struct arena *arena)
{
	struct part_file *f = ARENA_PUSH(arena, p->files, LIMIT_PART_FILES);
	if (f == NULL) {
		p->faults |= PART_INSIDE_DAMAGED;
		return NULL;
	}
	f->name = text_clean(arena, name, NAME_MAX_BYTES);
	return f;
}

void
part_inside(struct message_part *p, struct arena *arena)
{
	p->inside = "";
	if (tnef_is(p->decoded)) {
		p->inside = "tnef";
		tnef_files(p->decoded, p, arena);
	} else if (*p->shown != '\0' ||
		   slice_ifind(slice_str(p->encoding), SLICE("uue")) < slice_str(p->encoding).len) {
		uuencode_files(p->decoded, p, arena);
	}
	for (size_t i = 0; i < p->files_count; i++)
		if (p->files[i].bad > 0)
			p->faults |= PART_INSIDE_DAMAGED;
}
