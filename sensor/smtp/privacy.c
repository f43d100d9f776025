#include <stdlib.h>

#include "sensor/base/chars.h"
#include "sensor/base/digest.h"
#include "sensor/base/hash.h"
#include "sensor/base/text.h"
#include "sensor/limits.h"
#include "sensor/smtp/command.h"
#include "sensor/smtp/privacy.h"

#define HASHED_BYTES 8 /* of the digest: 16 hex digits */
#define HASHED_MAX (2 + 2 * HASHED_BYTES + 1)
/* A local part that short is too often a word of the reply itself. */
#define WORD_MIN 3

void
privacy_release(struct privacy *p)
{
	free(p->marks);
	p->marks = NULL;
	p->marks_count = p->marks_cap = 0;
}

/* "h-0123456789abcdef" */
static void
hash_local(const struct privacy *p, struct slice local, char out[HASHED_MAX])
{
	uint8_t digest[DIGEST_SHA256];
	digest_hmac_sha256(p->key, local, digest);
	out[0] = 'h';
	out[1] = '-';
	digest_hex(digest, HASHED_BYTES, out + 2);
}

const char *
privacy_recipient(const struct privacy *p, struct slice address, struct arena *arena)
{
	if (p->off || address.len == 0)
		return text_clean(arena, address, LIMIT_LINE);
	struct slice local, domain;
	address_split(address, &local, &domain);
	char hashed[HASHED_MAX];
	hash_local(p, local, hashed);
	if (local.len == address.len)
		return arena_string(arena, slice_str(hashed));
	return arena_printf(arena, "%s@%s", hashed, text_clean(arena, domain, 255));
}

/* Servers echo an address in either case, so that marks ignore it.  Marks never leave the process.
 */
static uint64_t
mark_of(struct slice address)
{
	uint8_t lower[320]; /* RFC 5321 4.5.3.1: 64 + 1 + 255 */
	size_t n = address.len < sizeof(lower) ? address.len : sizeof(lower);
	for (size_t i = 0; i < n; i++)
		lower[i] = chars_lower(address.ptr[i]);
	return hash_keyed(lower, n);
}

static bool
is_noted(const struct privacy *p, struct slice address)
{
	uint64_t mark = mark_of(address);
	for (size_t i = 0; i < p->marks_count; i++)
		if (p->marks[i] == mark)
			return true;
	return false;
}

void
privacy_note(struct privacy *p, struct slice address)
{
	if (p->off || address.len == 0 || p->marks_count == LIMIT_RECIPIENTS ||
		is_noted(p, address))
		return;
	if (p->marks_count == p->marks_cap) {
		p->marks_cap = p->marks_cap == 0 ? 8 : 2 * p->marks_cap;
		p->marks = must_realloc(p->marks, p->marks_cap * sizeof(*p->marks));
	}
	p->marks[p->marks_count++] = mark_of(address);
}

static bool
in_local(uint8_t c)
{
	return chars_is(c, CHAR_ATEXT | CHAR_HIGH) || c == '.';
}

/* Runs of bytes that may be an address or a local part: atext, dots and @. */
static size_t
run_length(struct slice s)
{
	size_t n = 0;
	while (n < s.len && (in_local(s.ptr[n]) || s.ptr[n] == '@'))
		n++;
	return n;
}

/* A full stop after an address ends the sentence. */
static struct slice
without_stop(struct slice run)
{
	while (run.len > 0 && run.ptr[run.len - 1] == '.')
		run.len--;
	return run;
}

/* What of the run is to be hidden: its local part, or nothing. "rfc822;user@domain" and
 * "to=user@domain" have no @ before it, so the address begins somewhere behind '='. */
static struct slice
secret_part(const struct privacy *p, struct slice run, struct slice local)
{
	run = without_stop(run);
	struct slice mailbox, domain;
	address_split(run, &mailbox, &domain);
	if (domain.len > 0 && is_noted(p, run))
		return mailbox;
	size_t equals = slice_index(run, '=');
	bool behind = domain.len > 0 && equals < run.len;
	if (domain.len > 0 && !behind && p->all)
		return mailbox;
	if (behind && (p->all || is_noted(p, slice_skip(run, equals + 1))))
		return slice_skip(mailbox, equals + 1);
	/* A bare local part: what RCPT was answered here, or a recipient without a domain. */
	bool word = local.len >= WORD_MIN && slice_ieq(mailbox, local);
	word |= domain.len == 0 && run.len >= WORD_MIN && is_noted(p, run);
	return word ? mailbox : SLICE_EMPTY;
}

void
privacy_text(const struct privacy *p, struct slice text, struct slice local, struct buf *out)
{
	if (p->off) {
		buf_add(out, text);
		return;
	}
	while (text.len > 0) {
		size_t n = run_length(text);
		if (n == 0) {
			buf_byte(out, text.ptr[0]);
			text = slice_skip(text, 1);
			continue;
		}
		struct slice run = slice_take(text, n);
		struct slice hide = secret_part(p, run, local);
		if (hide.len > 0) {
			char hashed[HASHED_MAX];
			hash_local(p, hide, hashed);
			buf_add(out, slice_take(run, (size_t)(hide.ptr - run.ptr)));
			buf_str(out, hashed);
			run = slice_skip(run, (size_t)(hide.ptr - run.ptr) + hide.len);
		}
		buf_add(out, run);
		text = slice_skip(text, n);
	}
}
