#include <string.h>

#include "sensor/score/rule_reader.h"

#define NOTICES_MAX 4096

static const char *const words[RULE_NOTICES] = {
	[RULE_NOTICE_MISTAKE] = "mistakes in the stock rules",
	[RULE_NOTICE_WORD] = "words that are not known",
	[RULE_NOTICE_TEST] = "tests that are not known",
	[RULE_NOTICE_PLUGIN] = "plugins that are not known",
	[RULE_NOTICE_NETWORK] = "tests that would ask the network, or need to be taught",
	[RULE_NOTICE_NAME] = "names in metas that are no rule",
	[RULE_NOTICE_TWICE] = "rules that are defined again",
	[RULE_NOTICE_NO_RULE] = "names of score, describe, tflags and the like that are no rule",
	[RULE_NOTICE_FILE] = "files of which the rest was left out",
};

const char *
rule_notice_word(enum rule_notice_kind kind)
{
	return words[kind];
}

size_t
rules_notices_count(const struct rules *r)
{
	return r->notices_count;
}

const struct rule_notice *
rules_notice_at(const struct rules *r, size_t i)
{
	return &r->notices[i];
}

void
rules_notice(struct rules *r, struct rule_notice notice, struct slice subject)
{
	subject = slice_take(subject, 200);
	for (size_t i = 0; i < r->notices_count; i++) {
		struct rule_notice *old = &r->notices[i];
		if (old->kind == notice.kind && slice_eq(slice_str(old->subject), subject)) {
			old->times++;
			return;
		}
	}
	struct rule_notice *to = ARENA_PUSH(&r->arena, r->notices, NOTICES_MAX);
	if (to == NULL)
		return;
	*to = notice;
	to->times = 1;
	to->subject = arena_string(&r->arena, subject);
	to->text = arena_string(&r->arena, slice_str(notice.text == NULL ? "" : notice.text));
}
