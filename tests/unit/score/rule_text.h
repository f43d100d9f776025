/* Rules from a text, and one message that they are tried on. */
#ifndef HELOSCOPE_TESTS_RULE_TEXT_H
#define HELOSCOPE_TESTS_RULE_TEXT_H

#include "sensor/record_layout.h"
#include "sensor/score/rules.h"

struct tried {
	struct arena arena;
	struct session_record session;
	struct mail_record mail;
	struct message message;
	struct counters counters;
};

static inline struct rules *
rules_of_text(const char *text, bool stock, struct err *err)
{
	struct rules *r = rules_new();
	r->stock = stock;
	if (rules_read(r, "f.cf", slice_str(text), err) == 0 && rules_finish(r, err) == 0)
		return r;
	rules_free(r);
	return NULL;
}

static inline void
try_rules(const struct rules *r, const char *text, struct tried *t)
{
	*t = (struct tried){ 0 };
	arena_init(&t->arena, LIMIT_MAIL_MEMORY);
	record_init(&layout_session, &t->session);
	record_init(&layout_mail, &t->mail);
	t->mail.mail_from = "ana@example.edu";
	t->mail.transfer = TRANSFER_DATA;
	message_split(slice_str(text), NULL, &t->arena, &t->message);
	const struct rule_input in = { .session = &t->session,
		.message = &t->message,
		.delivered = &t->message,
		.mail = &t->mail,
		.arena = &t->arena };
	rules_score(r, &in, &t->mail, &t->counters);
}

static inline bool
has_hit(const struct tried *t, const char *name)
{
	for (size_t i = 0; i < t->mail.hits_count; i++)
		if (slice_eq(slice_str(t->mail.hits[i].rule), slice_str(name)))
			return true;
	return false;
}

#endif
