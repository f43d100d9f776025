#include <stdlib.h>
#include <string.h>

#include "sensor/analyst.h"
#include "sensor/base/digest.h"
#include "sensor/mail/header.h"
#include "sensor/mail/message.h"
#include "sensor/mail/message_file.h"
#include "sensor/score/input.h"
#include "sensor/score/score.h"

struct analyst {
	struct rules *rules;
	bool owns_rules;
	struct mail_privacy privacy; /* key is a copy */
	struct charsets *charsets;
	struct counters *counters;
	bool parts;
	struct arena arena; /* lives as long as this */
};

struct analyst *
analyst_new(const struct analyst_config *config, struct counters *counters, struct err *err)
{
	struct rules *rules = config->loaded != NULL
				      ? config->loaded
				      : rules_load(config->rules, config->rules_count, err);
	if (rules == NULL)
		return NULL;
	struct analyst *a = must_alloc(sizeof *a);
	*a = (struct analyst){ .rules = rules,
		.owns_rules = config->loaded == NULL,
		.counters = counters,
		.parts = config->parts };
	arena_init(&a->arena, config->hash_key.len + 4096);
	a->privacy.off = config->privacy_off;
	a->privacy.key = arena_copy(&a->arena, config->hash_key);
	a->charsets = charsets_new();
	return a;
}

void
analyst_preload(struct analyst *a)
{
	charsets_preload(a->charsets);
}

const struct rules *
analyst_rules(const struct analyst *a)
{
	return a->rules;
}

void
analyst_free(struct analyst *a)
{
	if (a == NULL)
		return;
	if (a->owns_rules)
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

/* What the server would have written above this mail: not known is who it was delivered to, if
 * there are several, and the client's name in the DNS. */
static struct slice
as_delivered(const struct session_record *session, const struct mail_record *mail,
	struct slice content, struct arena *arena, size_t *fields)
{
	struct slice banner = slice_str(session->banner);
	const struct message_delivery d = { .mail_from = mail->mail_from,
		.helo = session->helo_name,
		.by = arena_string(arena, slice_split(&banner, ' ')),
		.with = strcmp(session->helo_verb, "HELO") == 0 ? "SMTP" : "ESMTP",
		.rcpt = mail->rcpts_count == 1 ? mail->rcpts[0].address : NULL,
		.ip = session->client.addr,
		.time = mail->start };
	return message_delivered(&d, content, arena, fields);
}

static void
judge(struct analyst *a, const struct session_record *session, struct mail_record *mail,
	const struct message *sent, const struct message *delivered, struct arena *arena)
{
	bool was_cut = mail->cut; /* then the dialogue has counted it */
	const struct rule_input in = { .session = session,
		.message = sent,
		.delivered = delivered,
		.mail = mail,
		.arena = arena,
		.clear = a->privacy.off,
		.parts = a->parts };

	if (sent != NULL)
		message_to_record(sent, &a->privacy, arena, mail);
	rules_score(a->rules, &in, mail, a->counters);
	if (mail->cut && !was_cut)
		COUNT(a->counters, mails_cut);
}

void
analyst_mail(struct analyst *a, const struct session_record *session, struct mail_record *mail,
	struct slice content, struct arena *arena)
{
	struct message message;
	size_t fields = 0;

	analyst_digest(a, mail, content, arena);
	if (content.len > 0 && within_bounds(content, arena)) {
		if (rules_want_delivered(a->rules))
			content = as_delivered(session, mail, content, arena, &fields);
		analyst_split(a, content, arena, &message);
		analyst_delivered(a, session, mail, &message, fields, arena);
		return;
	}
	if (content.len > 0) {
		mail->refused = true;
		COUNT(a->counters, mails_refused);
	}
	judge(a, session, mail, NULL, NULL, arena);
}

void
analyst_split(const struct analyst *a, struct slice wire, struct arena *arena, struct message *out)
{
	message_split(wire, a->charsets, arena, out);
}

void
analyst_delivered(struct analyst *a, const struct session_record *session, struct mail_record *mail,
	const struct message *delivered, size_t trace_fields, struct arena *arena)
{
	struct message sent;

	message_sent_view(delivered, trace_fields, &sent);
	analyst_digest(a, mail, sent.raw, arena);
	judge(a, session, mail, &sent, delivered, arena);
}
