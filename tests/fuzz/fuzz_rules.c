/* A rule file up to the first NUL byte, and the message after it that the rules are tried on. */
#include <stdlib.h>

#include "sensor/record_layout.h"
#include "sensor/score/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_rules(const struct rules *r, struct slice input)
{
	struct arena arena;
	struct counters counters = { 0 };
	struct session_record session = { 0 };
	struct mail_record record = { 0 };
	struct mail_privacy privacy = { true, SLICE_EMPTY };
	struct message m;
	arena_init(&arena, LIMIT_MAIL_MEMORY);
	record_init(&layout_session, &session);
	record_init(&layout_mail, &record);
	session.helo_name = "pc.example";
	message_split(input, NULL, &arena, &m);
	message_to_record(&m, &privacy, &arena, &record);
	const struct rule_input in = { .session = &session,
		.message = &m,
		.delivered = &m,
		.mail = &record,
		.arena = &arena };
	rules_score(r, &in, &record, &counters);
	if (record.hits_count > rules_count(r))
		abort();
	arena_release(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_of(data, size), text = slice_split(&rest, '\0');
	struct err err = { "" };
	struct rules *r = rules_new();
	if (rules_read(r, "fuzz", text, &err) == 0 && rules_finish(r, &err) == 0)
		try_rules(r, rest);
	else if (err.text[0] == '\0')
		abort();
	rules_free(r);
	return 0;
}
