#include "talk/run.h"

#include <string.h>

#include "sensor/record_layout.h"

#define MEMORY ((size_t)64 * 1024 * 1024) /* of one dialogue's records */
#define TEXT_MAX ((size_t)8 * 1024 * 1024)

void
run_init(struct run *r, const struct talk *t)
{
	*r = (struct run){ .config = talk_config(t) };
	arena_init(&r->arena, MEMORY);
	buf_init(&r->text, TEXT_MAX);
	record_init(&layout_session, &r->session);
}

void
run_release(struct run *r)
{
	arena_release(&r->arena);
	buf_release(&r->text);
}

/* The digest that the analyst would make. */
static void
fill_digest(const struct run *run, struct run_mail *m)
{
	const struct mail_record *r = &m->record;
	uint8_t digest[DIGEST_SHA256];

	memcpy(m->digest, "-", 2);
	if (r->sha256[0] != '\0') {
		size_t len = strlen(r->sha256);
		memcpy(m->digest, r->sha256, len < sizeof(m->digest) ? len + 1 : 0);
	} else if (r->gap == 0 && m->content.len > 0 && (int64_t)m->content.len == r->bytes) {
		digest_sha256(m->content, digest);
		digest_hex_keyed(digest, !run->config.privacy_off, run->config.hash_key, m->digest);
	}
}

void
run_mail(struct run *r, const struct mail_record *mail, struct slice content)
{
	struct run_mail *m = ARENA_PUSH(&r->arena, r->mails, 100000);
	if (m == NULL)
		return;
	record_copy(&layout_mail, mail, &m->record, &r->arena);
	m->content = arena_copy(&r->arena, content);
	fill_digest(r, m);
	print_mail(&r->text, m);
}

void
run_session(struct run *r, const struct session_record *session, bool is_smtp)
{
	record_copy(&layout_session, session, &r->session, &r->arena);
	r->sessions++;
	print_session(&r->text, &r->session, is_smtp);
}
