/* Any message against every test in C, every kind of target, and its relays. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/record_layout.h"
#include "sensor/score/eval.h"
#include "sensor/score/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const targets[] = { "ALL", "ALL:raw", "ALL-TRUSTED", "ALL-EXTERNAL", "From:name",
	"From:name:raw", "ToCc:addr", "To:addr:domain", "Received:host", "Received:ip",
	"Received:revip", "Subject", "Subject:raw:last", "MESSAGEID", "EnvelopeFrom",
	"X-Spam-Relays-External" };

/* Arguments that every test takes for something. */
static void
call_all(const struct rule_input *in, const struct eval_arguments *arguments)
{
	struct slice rest = slice_str(eval_names(in->arena));
	while (rest.len > 0) {
		struct slice name = slice_trim(slice_split(&rest, ','));
		const struct eval *e = eval_find(name);
		struct eval_arguments a = *arguments;
		if (e == NULL)
			abort();
		a.count = e->most < a.count ? e->most : a.count;
		e->test(in, &a);
	}
}

static void
look_at_all(const struct rule_input *in)
{
	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
		struct target t;
		struct err err;
		bool present;
		if (target_parse(slice_str(targets[i]), in->arena, &t, &err) < 0)
			abort();
		t.delivered = true;
		target_value(&t, in, &present);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const settings_lines[] = { "freemail_domains", "enlist_addrlist",
		"welcomelist_from_rcvd", "welcomelist_bounce_relays", "welcomelist_subject" };
	static const char *const values[] = { "*.com", "(All) *@*", "*@* [10.0.0.0/8]", "*.*",
		"a*b" };
	struct arena arena;
	struct message m = { 0 };
	struct mail_record mail = { 0 };
	struct session_record session = { 0 };
	struct err err;
	struct rule_input_kept *kept = calloc(1, sizeof *kept);
	struct eval_arguments a = { .count = 4, .rawbody = size % 2 == 1 };
	arena_init(&arena, LIMIT_MAIL_MEMORY);
	record_init(&layout_mail, &mail);
	record_init(&layout_session, &session);
	message_split(slice_of(data, size), NULL, &arena, &m);
	struct settings *s = settings_new(&arena);
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		settings_line(s, slice_str(settings_lines[i]), slice_str(values[i]), &err);
	for (size_t i = 0; i < EVAL_ARGUMENTS; i++) {
		a.words[i] = i % 2 == 0 ? SLICE("ALL") : SLICE("All");
		a.numbers[i] = i == 0 ? NAN : (double)i;
	}
	struct rule_input in = { .session = &session,
		.message = &m,
		.delivered = &m,
		.mail = &mail,
		.settings = s,
		.arena = &arena,
		.kept = kept };
	look_at_all(&in);
	call_all(&in, &a);
	arena_release(&arena);
	free(kept);
	return 0;
}
