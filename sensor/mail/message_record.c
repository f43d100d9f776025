#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/digest.h"
#include "sensor/base/text.h"
#include "sensor/mail/header.h"
#include "sensor/mail/similar.h"
#include "sensor/mail/text.h"

#define KEY_BYTES 8	/* of an HMAC kept where only sameness matters */
#define ADDRESS_MAX 320 /* local part 64, "@", domain 255 (RFC 5321 4.5.3.1) */
#define URL_MAX LIMIT_HEADER_TEXT

/* Subjects that programs write, kept in clear under privacy because the host's owner needs them to
 * find the job.  '#' is a digit. */
static const char *const batch_subjects[] = {
	"Cron <",
	"Anacron job",
	"SLURM Job_id",
	"Slurm Job_id",
	"SLURM Array",
	"Slurm Array",
	"PBS JOB #",
	"[Condor]",
	"Condor Job #",
	"Job #",
	"Logwatch for ",
	"*** SECURITY information",
};

static const char *
keyed_hex(const struct mail_privacy *privacy, struct slice s, size_t bytes, struct arena *arena)
{
	uint8_t mac[DIGEST_SHA256];
	char hex[2 * DIGEST_SHA256 + 1];
	digest_hmac_sha256(privacy->key, s, mac);
	return arena_string(arena, slice_str(digest_hex(mac, bytes, hex)));
}

const char *
privacy_address(const struct mail_privacy *privacy, const char *address, struct arena *arena)
{
	const char *at = strrchr(address, '@');
	size_t local = at == NULL ? strlen(address) : (size_t)(at - address);
	if (privacy->off || local == 0)
		return arena_string(arena, slice_str(address));
	return arena_printf(arena, "h-%s%s",
		keyed_hex(privacy, slice_of(address, local), KEY_BYTES, arena),
		at == NULL ? "" : at);
}

/* A recipients' field: addresses hashed one by one; display names name people and are left out. */
static const char *
recipients_text(const struct message *m, const char *name, const struct mail_privacy *privacy,
	struct arena *arena)
{
	if (privacy->off)
		return message_text(m, name, arena);
	const struct header_field *f = message_field(m, name, 0);
	struct slice *list = arena_array(arena, LIMIT_HEADER_ADDRESSES, sizeof *list);
	if (f == NULL || list == NULL)
		return "";
	char text[LIMIT_HEADER_TEXT + 1];
	size_t used = 0, count = header_addresses(f->value, list, LIMIT_HEADER_ADDRESSES);
	for (size_t i = 0; i < count; i++) {
		const char *clean = text_clean(arena, list[i], ADDRESS_MAX);
		struct slice one = slice_str(privacy_address(privacy, clean, arena));
		if (used + one.len + 2 > LIMIT_HEADER_TEXT)
			break;
		memcpy(text + used, i > 0 ? ", " : "", i > 0 ? 2 : 0);
		used += i > 0 ? 2 : 0;
		memcpy(text + used, one.ptr, one.len);
		used += one.len;
	}
	return arena_string(arena, slice_of(text, used));
}

static bool
batch_subject(const char *subject)
{
	for (size_t i = 0; i < sizeof batch_subjects / sizeof *batch_subjects; i++) {
		const char *s = subject, *p = batch_subjects[i];
		while (*p != '\0' && (*p == '#' ? chars_is((uint8_t)*s, CHAR_DIGIT) : *p == *s))
			p++, s++;
		if (*p == '\0')
			return true;
	}
	return false;
}

/* Replies and forwards of one subject, and the same subject with other numbers, have one key. */
static const char *
subject_key(const char *subject, const struct mail_privacy *privacy, struct arena *arena)
{
	static const char *const prefixes[] = { "re:", "fw:", "fwd:" };
	struct slice s = slice_trim(slice_str(subject));
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes;) {
		bool cut = slice_istarts(s, slice_str(prefixes[i]));
		if (cut)
			s = slice_trim(slice_skip(s, strlen(prefixes[i])));
		i = cut ? 0 : i + 1;
	}
	uint8_t normal[LIMIT_HEADER_TEXT];
	size_t n = 0;
	for (size_t i = 0; i < s.len && n < sizeof normal; i++) {
		uint8_t c = chars_lower(s.ptr[i]);
		c = chars_is(c, CHAR_DIGIT) ? '0' : c;
		if (n > 0 && normal[n - 1] == c && (c == '0' || c == ' '))
			continue;
		normal[n++] = c;
	}
	return n == 0 ? "" : keyed_hex(privacy, slice_of(normal, n), KEY_BYTES, arena);
}

static const char *
first_text(const struct message *m, const char *one, const char *other, struct arena *arena)
{
	return message_text(m, message_field(m, one, 0) != NULL ? one : other, arena);
}

static void
header_fill(const struct message *m, const struct mail_privacy *privacy, struct arena *arena,
	struct mail_record *out)
{
	struct mail_header *h = &out->header;
	const char *subject = message_text(m, "Subject", arena);
	h->from = message_text(m, "From", arena);
	h->to = recipients_text(m, "To", privacy, arena);
	h->cc = recipients_text(m, "Cc", privacy, arena);
	h->reply_to = message_text(m, "Reply-To", arena);
	h->subject = privacy->off || batch_subject(subject) ? subject : "";
	h->date = message_text(m, "Date", arena);
	h->message_id = message_text(m, "Message-ID", arena);
	h->mailer = first_text(m, "X-Mailer", "User-Agent", arena);
	h->php_script = first_text(m, "X-PHP-Originating-Script", "X-PHP-Script", arena);
	h->list_id = message_text(m, "List-Id", arena);
	h->auto_submitted = message_text(m, "Auto-Submitted", arena);
	out->subject_key = subject_key(subject, privacy, arena);
}

static void
received_fill(const struct message *m, const struct mail_privacy *privacy, struct arena *arena,
	struct mail_record *out)
{
	const struct header_field *f;
	for (size_t i = 0; (f = message_field(m, "Received", i)) != NULL; i++) {
		struct received *r = ARENA_PUSH(arena, out->received, LIMIT_RECEIVED);
		if (r == NULL) {
			out->cut = true;
			return;
		}
		header_received(f->value, arena, r);
		r->for_address = privacy_address(privacy, r->for_address, arena);
	}
}

static const char *
sha256_hex(const struct mail_privacy *privacy, struct slice s, struct arena *arena)
{
	uint8_t sum[DIGEST_SHA256];
	char hex[2 * DIGEST_SHA256 + 1];
	digest_sha256(s, sum);
	digest_hex_keyed(sum, !privacy->off, privacy->key, hex);
	return arena_string(arena, slice_str(hex));
}

static struct part *
part_add(const struct mail_privacy *privacy, struct slice content, struct arena *arena,
	struct mail_record *out)
{
	struct part *part = ARENA_PUSH(arena, out->parts, LIMIT_PARTS);
	if (part == NULL) {
		out->cut = true;
		return NULL;
	}
	part->bytes = (int64_t)content.len;
	part->sha256 = sha256_hex(privacy, content, arena);
	return part;
}

/* What uuencode or TNEF packs is a part like any other to who looks for a file. */
static void
files_fill(const struct message_part *p, const struct mail_privacy *privacy, struct arena *arena,
	struct mail_record *out)
{
	for (size_t i = 0; i < p->files_count; i++) {
		struct part *part = part_add(privacy, p->files[i].content, arena, out);
		if (part == NULL)
			return;
		part->type = "application/octet-stream";
		part->encoding = p->inside;
		part->name = p->files[i].name;
	}
}

static void
parts_fill(const struct message *m, const struct mail_privacy *privacy, struct arena *arena,
	struct mail_record *out)
{
	for (size_t i = 0; i < m->parts_count; i++) {
		const struct message_part *p = &m->parts[i];
		if (p->entity == 0 && p->raw.len == 0)
			continue; /* a message without a body */
		struct part *part = part_add(privacy, p->decoded, arena, out);
		if (part == NULL)
			return;
		part->type = p->type;
		part->encoding = p->encoding;
		part->name = p->name;
		files_fill(p, privacy, arena, out);
	}
}

static void
similar_fill(const struct message *m, const struct mail_privacy *privacy, struct arena *arena,
	struct mail_record *out)
{
	const char *subject = message_text(m, "Subject", arena);
	out->similar.subject = similar_subject(privacy, slice_str(subject), arena);
	out->similar.text = out->similar.near = "";
	if (m->text == NULL)
		return;
	struct slice all = m->text->body.all; /* the subject is its first line */
	similar_text(privacy, slice_skip(all, slice_index(all, '\n') + 1), arena,
		&out->similar.text, &out->similar.near);
}

/* Queries and fragments carry the recipient's address often enough: they are kept only with privacy
 * off. */
static void
urls_fill(const struct message *m, const struct mail_privacy *privacy, struct arena *arena,
	struct mail_record *out)
{
	for (size_t i = 0; i < m->urls_count; i++) {
		const char **url = ARENA_PUSH(arena, out->urls, LIMIT_URLS);
		if (url == NULL) {
			out->cut = true;
			return;
		}
		struct slice s = m->urls[i].text;
		if (!privacy->off)
			s = slice_take(slice_take(s, slice_index(s, '?')), slice_index(s, '#'));
		*url = text_clean(arena, s, URL_MAX);
	}
}

void
message_to_record(const struct message *m, const struct mail_privacy *privacy, struct arena *arena,
	struct mail_record *out)
{
	header_fill(m, privacy, arena, out);
	received_fill(m, privacy, arena, out);
	parts_fill(m, privacy, arena, out);
	urls_fill(m, privacy, arena, out);
	similar_fill(m, privacy, arena, out);
	out->cut = out->cut || m->cut || arena->full;
}
