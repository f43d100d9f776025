#include <stdlib.h>

#include "sensor/analyst.h"
#include "sensor/base/digest.h"
#include "sensor/mail/message.h"
#include "sensor/score/input.h"
#include "sensor/score/score.h"

struct analyst {
	struct rules *rules;
	struct mail_privacy privacy; /* key is a copy */
	struct charsets *charsets;
	struct counters *counters;
	bool parts;
	struct arena arena; /* lives as long as this */
};

struct analyst *
analyst_new(const struct analyst_config *config, struct counters *counters, struct err *err)
{
	struct rules *rules = rules_load(config->rule_dirs, config->rule_dirs_count, err);
	if (rules == NULL)
		return NULL;
	struct analyst *a = must_alloc(sizeof *a);
	*a = (struct analyst){ .rules = rules, .counters = counters, .parts = config->parts };
	arena_init(&a->arena, config->hash_key.len + 4096);
	a->privacy.off = config->privacy_off;
	a->privacy.key = arena_copy(&a->arena, config->hash_key);
	a->charsets = charsets_new();
	charsets_preload(a->charsets);
	return a;
}

void
analyst_free(struct analyst *a)
{
	if (a == NULL)
		return;
	rules_free(a->rules);
	charsets_free(a->charsets);
	arena_release(&a->arena);
	free(a);
}

/* More than the worker ever keeps, or no memory left for a record: judged by its envelope alone. */
static bool
within_bounds(struct slice content, const struct arena *arena)
{
	return content.len <= LIMIT_MAIL_KEPT && !arena->full;
}

void
analyst_digest(const struct analyst *a, struct mail_record *mail, struct slice content,
	struct arena *arena)
{
	uint8_t digest[DIGEST_SHA256];
	char hex[2 * DIGEST_SHA256 + 1];

	if (mail->sha256[0] != '\0' || mail->gap > 0 || mail->bytes == 0 ||
		(int64_t)content.len != mail->bytes)
		return;
	digest_sha256(content, digest);
	digest_hex_keyed(digest, !a->privacy.off, a->privacy.key, hex);
	mail->sha256 = arena_string(arena, slice_str(hex));
}

void
analyst_mail(struct analyst *a, const struct session_record *session, struct mail_record *mail,
	struct slice content, struct arena *arena)
{
	struct message message;
	bool judged = content.len > 0, was_cut = mail->cut; /* then the dialogue has counted it */

	analyst_digest(a, mail, content, arena);
	if (judged && !within_bounds(content, arena)) {
		mail->refused = true;
		COUNT(a->counters, mails_refused);
		judged = false;
	}
	if (judged) {
		message_split(content, a->charsets, arena, &message);
		message_to_record(&message, &a->privacy, arena, mail);
	}
	const struct rule_input in = { .session = session,
		.message = judged ? &message : NULL,
		.delivered = judged ? &message : NULL,
		.mail = mail,
		.arena = arena,
		.parts = a->parts };
	rules_score(a->rules, &in, mail, a->counters);
	if (mail->cut && !was_cut)
		COUNT(a->counters, mails_cut);
}
