/* A message as it comes from the wire: header, parts, URLs, record, in both settings of privacy. */
#include <stdlib.h>

#include "sensor/mail/message_file.h"
#include "sensor/record_layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
one(struct slice input, bool off, struct arena *arena)
{
	struct mail_privacy privacy = { off, SLICE("key") };
	struct mail_record record = { 0 };
	struct message m;
	arena_reset(arena);
	record_init(&layout_mail, &record);
	message_split(input, NULL, arena, &m);
	message_to_record(&m, &privacy, arena, &record);
	if (m.header.len + m.body.len > input.len || m.parts_count > LIMIT_PARTS)
		abort();
	for (size_t i = 0; i < m.fields_count; i++) {
		int64_t date;
		bool strict;
		header_date(m.fields[i].value, &date, &strict);
		header_text(header_display_name(m.fields[i].value), NULL, arena);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct message_trace trace;
	struct slice input = slice_of(data, size);
	arena_init(&arena, LIMIT_MAIL_MEMORY);
	one(input, true, &arena);
	one(input, false, &arena);
	arena_reset(&arena);
	message_file_trace(message_file_wire(input, &arena), &arena, &trace);
	arena_release(&arena);
	return 0;
}
