#include "sensor/host/aggregate_fields.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/hash.h"

#define SPAM_MILLI 5000 /* thousandths: score 5.0, SpamAssassin's default required_score */

/* Labels by which the analyst says what a mail is. The innocent ones do not count for the
 * sequential test: their headers are odd by nature, and a few of them must not make a host a
 * spammer (see facts_innocent in facts.c for the limit). */
static const struct {
	const char *label;
	enum sum sum;
	bool innocent;
} label_rows[] = {
	{ "php", SUM_mails_php, false },
	{ "batch", SUM_mails_batch, true },
	{ "hand-typed", SUM_mails_typed, true },
	{ "bounce", SUM_mails_bounce, true },
	{ "list", SUM_mails_list, false },
	{ "injected", SUM_mails_injected, false },
	{ "auto-reply", SUM_mails_auto, true },
	{ "forwarded", SUM_mails_forwarded, false },
	{ "test", SUM_mails_test, true },
	{ "proxy", SUM_mails_proxy, false },
};
#define LABEL_ROWS (sizeof label_rows / sizeof label_rows[0])

struct slice
domain_of(const char *address, char *out)
{
	const char *at = strrchr(address, '@');
	struct slice domain = names_clip(slice_str(at != NULL ? at + 1 : ""), NAMES_TEXT - 1);

	for (size_t i = 0; i < domain.len; i++)
		out[i] = (char)chars_lower(domain.ptr[i]);
	return slice_of(out, domain.len);
}

static int64_t
milli_of(double score)
{
	/* beyond a million a score says no more; NaN is no score */
	if (!(score > -1e6))
		return score < 0 ? -1000000000 : 0;
	return (int64_t)((score < 1e6 ? score : 1e6) * 1000 + (score < 0 ? -0.5 : 0.5));
}

/* Only what the analyst could read has a score. */
static bool
is_scored(const struct mail_record *m)
{
	return m->bytes > 0 && !m->refused;
}

static enum sum
bucket_of(int64_t milli)
{
	static const int64_t below[] = { 0, 1000, 3000, 5000, 7000, 10000, 15000 };
	unsigned i = 0;

	while (i < sizeof below / sizeof below[0] && milli >= below[i])
		i++;
	return (enum sum)(SUM_score_0 + i);
}

static bool
is_php(const struct mail_record *m)
{
	if (m->header.php_script[0] != '\0')
		return true;
	for (size_t i = 0; i < m->labels_count; i++) {
		if (strcmp(m->labels[i], "php") == 0)
			return true;
	}
	return false;
}

/* Counts the labels; true if one of them explains odd headers. */
static bool
count_labels(struct aggregate *a, const struct mail_record *m)
{
	bool innocent = false, seen[LABEL_ROWS] = { false };

	seen[0] = is_php(m);
	for (size_t i = 0; i < m->labels_count; i++) {
		aggregate_name(a, NAMES_label, slice_str(m->labels[i]), m->end);
		for (size_t row = 0; row < LABEL_ROWS; row++)
			seen[row] |= strcmp(m->labels[i], label_rows[row].label) == 0;
	}
	for (size_t row = 0; row < LABEL_ROWS; row++) {
		aggregate_add(a, label_rows[row].sum, seen[row]);
		innocent |= seen[row] && label_rows[row].innocent;
	}
	/* a web form that writes as root is still a web form */
	return innocent && !seen[0];
}

/* The script's name without the visitor's address: "X-PHP-Script: host/path for CLIENT-IP". */
static struct slice
script_of(const struct mail_record *m)
{
	struct slice script = slice_str(m->header.php_script);

	return slice_take(script, slice_find(script, SLICE(" for ")));
}

static void
count_score(struct aggregate *a, const struct mail_record *m, bool innocent)
{
	int64_t milli = milli_of(m->score);
	bool spam = milli >= SPAM_MILLI;
	struct slice sender = slice_str(m->mail_from), script = script_of(m);

	aggregate_add(a, SUM_mails_scored, 1);
	aggregate_add(a, SUM_mails_over, spam);
	aggregate_add(a, SUM_score_plus, milli);
	aggregate_add(a, SUM_score_minus, -milli);
	aggregate_add(a, bucket_of(milli), 1);
	if (milli > a->score_max)
		a->score_max = milli;
	aggregate_add(a, SUM_mails_php_spam, spam && is_php(m));
	if (innocent)
		return;
	aggregate_add(a, SUM_mails_judged, 1);
	aggregate_name(a, NAMES_sender, sender, m->end);
	if (!spam)
		return;
	aggregate_add(a, SUM_mails_spam, 1);
	aggregate_name(a, NAMES_sender_spam, sender, m->end);
	aggregate_name(a, NAMES_script_spam, script, m->end);
	for (size_t i = 0; i < m->hits_count; i++)
		aggregate_name(a, NAMES_rule, slice_str(m->hits[i].rule), m->end);
}

static size_t
count_byte(const char *text, char c)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += *text == c;
	return n;
}

/* Envelope and header disagree: several more recipients than To and Cc say, or none of their
 * domains stands there.  So it looks when a Bcc field is injected through a form, and the local
 * mail server splits the mail by domain. */
static bool
is_fanout(const struct mail_record *m)
{
	size_t said = count_byte(m->header.to, '@') + count_byte(m->header.cc, '@');
	size_t rcpts = m->rcpts_count + (size_t)m->rcpts_cut;
	char domain[NAMES_TEXT];

	if (said == 0 || rcpts == 0)
		return false;
	if (rcpts >= said + 3)
		return true;
	for (size_t i = 0; i < m->rcpts_count; i++) {
		struct slice d = domain_of(m->rcpts[i].address, domain);
		struct slice to = slice_str(m->header.to), cc = slice_str(m->header.cc);

		if (d.len == 0 || slice_ifind(to, d) < to.len || slice_ifind(cc, d) < cc.len)
			return false;
	}
	return true;
}

static void
count_content(struct aggregate *a, const struct mail_record *m)
{
	struct slice script = script_of(m);
	bool innocent = count_labels(a, m);
	int64_t number;

	if (is_scored(m))
		count_score(a, m, innocent);
	aggregate_add(a, SUM_mails_php_fanout, is_php(m) && is_fanout(m));
	aggregate_name(a, NAMES_script, script, m->end);
	/* X-PHP-Originating-Script: UID:file.php (PHP manual, mail.add_x_header) */
	script = slice_take(script, slice_index(script, ':'));
	if (slice_number(script, &number) == 0)
		aggregate_name(a, NAMES_user_id, script, m->end);
	aggregate_name(a, NAMES_list_id, slice_str(m->header.list_id), m->end);
	aggregate_distinct(a, SKETCH_subjects, slice_str(m->subject_key));
}

static void
count_recipients(struct aggregate *a, const struct mail_record *m)
{
	static const enum sum rows[] = {
		[DISPOSITION_UNKNOWN] = SUM_rcpts_unknown,
		[DISPOSITION_ACCEPTED] = SUM_accepted,
		[DISPOSITION_REJECTED] = SUM_rejected,
		[DISPOSITION_DEFERRED] = SUM_deferred,
	};
	char domain[NAMES_TEXT];

	for (size_t i = 0; i < m->rcpts_count; i++) {
		const struct recipient *r = &m->rcpts[i];
		struct slice d = domain_of(r->address, domain);

		aggregate_add(a, rows[r->disposition], 1);
		aggregate_add(a, SUM_class + r->class, 1);
		aggregate_distinct(a, SKETCH_recipients, slice_str(r->address));
		aggregate_distinct(a, SKETCH_domains, d);
		aggregate_name(a, NAMES_rcpt_domain, d, m->end);
	}
	aggregate_add(a, SUM_rcpts, (int64_t)m->rcpts_count);
	aggregate_add(a, SUM_rcpts, m->rcpts_cut);
	aggregate_add(a, SUM_rcpts_unknown, m->rcpts_cut);
}

/* What tells that a mail came in and left again: its Message-ID and the recipient's domain, or
 * without a Message-ID its envelope. */
static void
count_passage(struct aggregate *a, const struct mail_record *m, enum names_kind kind)
{
	char from[NAMES_TEXT], to[NAMES_TEXT], text[NAMES_TEXT + 1];
	struct slice sender = names_clip(domain_of(m->mail_from, from), 80);
	struct slice mid = slice_str(m->header.message_id);

	for (size_t i = 0; i < m->rcpts_count; i++) {
		struct slice domain = names_clip(domain_of(m->rcpts[i].address, to), 80);
		struct slice key = mid.len > 0 ? mid : slice_str(m->rcpts[i].address);

		if (m->rcpts[i].disposition == DISPOSITION_REJECTED || domain.len == 0)
			continue;
		snprintf(text, sizeof text, "%016" PRIx64 " %.*s %.*s",
			hash_stable(key.ptr, key.len), (int)sender.len, (const char *)sender.ptr,
			(int)domain.len, (const char *)domain.ptr);
		aggregate_name(a, kind, slice_str(text), m->end);
	}
}

/* A Message-ID that left, as the first word of the above. */
static void
count_id_out(struct aggregate *a, const struct mail_record *m)
{
	struct slice mid = slice_str(m->header.message_id);
	char text[20];

	if (mid.len == 0)
		return;
	snprintf(text, sizeof text, "%016" PRIx64, hash_stable(mid.ptr, mid.len));
	aggregate_name(a, NAMES_id_out, slice_str(text), m->end);
}

static void
count_as_client(struct aggregate *a, const struct session_record *s, const struct mail_record *m)
{
	static const enum sum rows[] = {
		[OUTCOME_UNKNOWN] = SUM_mails_unknown,
		[OUTCOME_ACCEPTED] = SUM_mails_accepted,
		[OUTCOME_REJECTED] = SUM_mails_rejected,
		[OUTCOME_DEFERRED] = SUM_mails_deferred,
		[OUTCOME_ABORTED] = SUM_mails_aborted,
	};
	char text[NAMES_TEXT];
	struct slice sender = domain_of(m->mail_from, text);

	aggregate_add(a, SUM_mails, 1);
	aggregate_add(a, rows[m->outcome], 1);
	aggregate_add(a, SUM_bytes, m->bytes);
	aggregate_distinct(a, SKETCH_sender_domains, sender);
	aggregate_name(a, NAMES_sender_domain, sender, m->end);
	/* Of a mail with a gap the sender may be what is missing. */
	if (m->mail_from[0] == '\0' && m->gap == 0) {
		aggregate_add(a, SUM_mails_null_sender, 1);
		aggregate_add(a, SUM_callouts, m->transfer == TRANSFER_NONE);
	}
	count_recipients(a, m);
	count_content(a, m);
	if (m->outcome == OUTCOME_ACCEPTED)
		aggregate_name(
			a, NAMES_accepted_at, slice_str(addr_format(s->server.addr, text)), m->end);
	if (s->direction == DIRECTION_OUTBOUND) {
		count_passage(a, m, NAMES_relay_out);
		count_id_out(a, m);
	}
}

static void
count_as_server(struct aggregate *a, const struct session_record *s, const struct mail_record *m)
{
	aggregate_add(a, SUM_in_mails, 1);
	for (size_t i = 0; i < m->rcpts_count; i++) {
		const struct recipient *r = &m->rcpts[i];

		aggregate_add(a, SUM_in_accepted, r->disposition == DISPOSITION_ACCEPTED);
		aggregate_add(a, SUM_in_rejected, r->disposition == DISPOSITION_REJECTED);
		aggregate_add(a, SUM_in_relay_denied, r->class == REPLY_RELAY_DENIED);
	}
	/* who has proved an account may send anywhere */
	if (s->direction != DIRECTION_INBOUND || m->outcome != OUTCOME_ACCEPTED ||
		s->auth.mechanism[0] != '\0')
		return;
	aggregate_add(a, SUM_in_external, 1);
	count_passage(a, m, NAMES_relay_in);
}

void
aggregate_mail(struct aggregate *a, const struct session_record *session,
	const struct mail_record *mail, bool as_client)
{
	aggregate_time(a, mail->start);
	aggregate_time(a, mail->end);
	if (as_client)
		count_as_client(a, session, mail);
	else if (!aggregate_is_proxied(session))
		count_as_server(a, session, mail);
}
