/* What a mail is: labels, scores, scripts, texts. */
#include "sensor/host/aggregate_fields.h"

#include <stdio.h>
#include <string.h>

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

/* Which rows of the table hold. */
static void
find_labels(const struct mail_record *m, bool seen[LABEL_ROWS])
{
	memset(seen, 0, LABEL_ROWS * sizeof *seen);
	seen[0] = is_php(m);
	for (size_t i = 0; i < m->labels_count; i++) {
		for (size_t row = 0; row < LABEL_ROWS; row++)
			seen[row] |= strcmp(m->labels[i], label_rows[row].label) == 0;
	}
}

/* One of its labels explains odd headers. */
static bool
is_innocent(const struct mail_record *m)
{
	bool seen[LABEL_ROWS], innocent = false;

	find_labels(m, seen);
	for (size_t row = 0; row < LABEL_ROWS; row++)
		innocent |= seen[row] && label_rows[row].innocent;
	/* a web form that writes as root is still a web form */
	return innocent && !seen[0];
}

bool
mail_is_judged(const struct mail_record *m)
{
	return is_scored(m) && !is_innocent(m);
}

bool
mail_is_spam(const struct mail_record *m)
{
	return is_scored(m) && milli_of(m->score) >= SPAM_MILLI;
}

static void
count_labels(struct aggregate *a, const struct mail_record *m)
{
	bool seen[LABEL_ROWS];

	find_labels(m, seen);
	for (size_t row = 0; row < LABEL_ROWS; row++)
		aggregate_add(a, label_rows[row].sum, seen[row]);
	for (size_t i = 0; i < m->labels_count; i++)
		aggregate_name(a, NAMES_label, slice_str(m->labels[i]), m->end);
	if (seen[0])
		aggregate_minute(a, MINUTES_php, m->end);
}

/* The script's name without the visitor's address: "X-PHP-Script: host/path for CLIENT-IP". */
static struct slice
script_of(const struct mail_record *m)
{
	struct slice script = slice_str(m->header.php_script);

	return slice_take(script, slice_find(script, SLICE(" for ")));
}

static void
count_score(struct aggregate *a, const struct mail_record *m)
{
	int64_t milli = milli_of(m->score);

	aggregate_add(a, SUM_mails_scored, 1);
	aggregate_add(a, SUM_score_plus, milli);
	aggregate_add(a, SUM_score_minus, -milli);
	aggregate_add(a, bucket_of(milli), 1);
	if (milli > a->score_max)
		a->score_max = milli;
}

/* Who is to blame for it, at the host from which it comes. */
static void
count_culprits(struct aggregate *a, const struct session_record *s, const struct mail_record *m)
{
	struct slice sender = slice_str(m->mail_from), speaker = slice_str(s->helo_name);

	aggregate_name(a, NAMES_sender, sender, m->end);
	aggregate_name(a, NAMES_speaker, speaker, m->end);
	if (!mail_is_spam(m))
		return;
	aggregate_name(a, NAMES_sender_spam, sender, m->end);
	aggregate_name(a, NAMES_speaker_spam, speaker, m->end);
}

static void
count_spam(struct aggregate *a, const struct mail_record *m)
{
	aggregate_name(a, NAMES_script_spam, script_of(m), m->end);
	aggregate_name(a, NAMES_text_spam, slice_str(m->similar.near), m->end);
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

/* By what it was made, and for whom. */
static void
count_making(struct aggregate *a, const struct mail_record *m)
{
	struct slice script = script_of(m);
	int64_t number;

	count_labels(a, m);
	aggregate_add(a, SUM_mails_php_spam, mail_is_spam(m) && is_php(m));
	aggregate_add(a, SUM_mails_php_fanout, is_php(m) && is_fanout(m));
	aggregate_name(a, NAMES_script, script, m->end);
	/* X-PHP-Originating-Script: UID:file.php (PHP manual, mail.add_x_header) */
	script = slice_take(script, slice_index(script, ':'));
	if (slice_number(script, &number) == 0)
		aggregate_name(a, NAMES_user_id, script, m->end);
	aggregate_name(a, NAMES_list_id, slice_str(m->header.list_id), m->end);
}

/* A mail that only passes says nothing of the host that passes it on, but how much there was to
 * see: what it was made by, and its score, are those of the host behind. */
void
aggregate_content(struct aggregate *a, const struct session_record *s, const struct mail_record *m,
	enum whose whose)
{
	static const enum sum rows[][2] = {
		[WHOSE_OWN] = { SUM_mails_judged, SUM_mails_spam },
		[WHOSE_PASSED] = { SUM_passed_judged, SUM_passed_spam },
		[WHOSE_BEHIND] = { SUM_behind_judged, SUM_behind_spam },
	};
	bool judged = mail_is_judged(m), spam = mail_is_spam(m);

	aggregate_distinct(a, SKETCH_subjects, slice_str(m->subject_key));
	aggregate_distinct(a, SKETCH_texts, slice_str(m->similar.text));
	aggregate_add(a, rows[whose][0], judged);
	aggregate_add(a, rows[whose][1], judged && spam);
	if (is_scored(m) && whose != WHOSE_BEHIND)
		count_score(a, m);
	if (whose == WHOSE_PASSED) {
		aggregate_add(a, SUM_passed_scored, is_scored(m));
		return;
	}
	count_making(a, m);
	aggregate_add(a, SUM_mails_over, spam && whose == WHOSE_OWN);
	if (judged && whose == WHOSE_OWN)
		count_culprits(a, s, m);
	if (judged && spam)
		count_spam(a, m);
}
