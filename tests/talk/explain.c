#include "talk/explain.h"

#include <string.h>

#define NOBODY ((size_t)-1)

/* ---- one mail against one ---- */

static bool
marked(const struct trial *t, const struct run_mail *got)
{
	return got->record.gap > 0 || t->midstream || t->one_sided;
}

static bool
same_sender(const struct trial *t, const struct run_mail *got, const struct run_mail *of)
{
	return strcmp(got->record.mail_from, of->record.mail_from) == 0 ||
	       (got->record.mail_from[0] == '\0' && marked(t, got));
}

static bool
same_recipient(const struct trial *t, const struct recipient *got, const struct recipient *of)
{
	bool same = got->disposition == of->disposition && got->code == of->code;
	/* RFC 2033 4.2: the last word to an accepted one may be still to come. */
	bool so_far = t->ends && strcmp(t->whole->session.protocol, "lmtp") == 0 &&
		      got->disposition == DISPOSITION_ACCEPTED;
	return strcmp(got->address, of->address) == 0 &&
	       (got->disposition == DISPOSITION_UNKNOWN || same || so_far);
}

/* Some of its recipients, in their order, each with its own disposition or none. */
static bool
some_recipients(const struct trial *t, const struct run_mail *got, const struct run_mail *of)
{
	const struct mail_record *g = &got->record, *o = &of->record;
	size_t next = 0;
	for (size_t i = 0; i < g->rcpts_count; i++, next++) {
		while (next < o->rcpts_count && !same_recipient(t, &g->rcpts[i], &o->rcpts[next]))
			next++;
		if (next == o->rcpts_count)
			return false;
	}
	return true;
}

/* Where the last reply is lost, those to its recipients are the reason. */
static bool
is_a_recipients(int32_t code, const struct mail_record *of)
{
	for (size_t i = 0; i < of->rcpts_count; i++)
		if (of->rcpts[i].code == code)
			return true;
	return false;
}

/* Its end, or none that is known. */
static bool
same_answer(const struct trial *t, const struct run_mail *got, const struct run_mail *of)
{
	const struct mail_record *g = &got->record, *o = &of->record;
	bool open = g->outcome == OUTCOME_UNKNOWN || g->outcome == OUTCOME_ABORTED;
	/* So far it was refused, and nobody knows yet that it goes on. */
	if (t->ends && g->transfer == TRANSFER_NONE && g->queue_id[0] == '\0')
		return true;
	bool code = g->code == 0 || g->code == o->code || is_a_recipients(g->code, g);
	return (open || g->outcome == o->outcome) && code &&
	       (g->queue_id[0] == '\0' || strcmp(g->queue_id, o->queue_id) == 0);
}

/* What is left of the content when one piece of it is taken out.  A dot right behind that piece may
 * be one of RFC 5321 4.5.2's: nobody knows whether a line begins there. */
static bool
without_a_piece(struct slice got, struct slice of)
{
	size_t front = 0, back = 0;
	if (got.len > of.len)
		return false;
	while (front < got.len && got.ptr[front] == of.ptr[front])
		front++;
	while (back < got.len && got.ptr[got.len - 1 - back] == of.ptr[of.len - 1 - back])
		back++;
	return front + back >= got.len || (front + back + 1 == got.len && got.ptr[front] == '.');
}

static bool
same_content(const struct trial *t, const struct run_mail *got, const struct run_mail *of)
{
	const struct mail_record *g = &got->record, *o = &of->record;
	if (g->transfer == TRANSFER_NONE)
		return g->bytes == 0;
	/* Sent, though DATA was refused, of which this side says nothing. */
	if (t->one_sided && o->transfer == TRANSFER_NONE)
		return true;
	if (g->transfer != o->transfer)
		return false;
	bool whole = g->gap == 0 && !t->ends;
	if (whole && (g->bytes != o->bytes || strcmp(got->digest, of->digest) != 0))
		return false;
	return g->cut || without_a_piece(got->content, of->content);
}

/* A mail that ended in order says how much of it is missing. */
static bool
enough_gap(const struct trial *t, const struct run_mail *got, const struct run_mail *of)
{
	const struct mail_record *g = &got->record, *o = &of->record;
	bool ended = g->outcome == OUTCOME_ACCEPTED && g->transfer != TRANSFER_NONE;
	return !ended || t->ends || o->bytes - g->bytes <= g->gap;
}

static const struct rule {
	const char *name;
	bool (*holds)(const struct trial *t, const struct run_mail *got, const struct run_mail *of);
} rules[] = {
	{ "sender", same_sender },
	{ "recipients", some_recipients },
	{ "answer", same_answer },
	{ "content", same_content },
	{ "gap", enough_gap },
};

/* NULL, or the first rule that it breaks. */
static const char *
breaks(const struct trial *t, const struct run_mail *got, const struct run_mail *of)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (!rules[i].holds(t, got, of))
			return rules[i].name;
	return NULL;
}

/* ---- all against all ---- */

static size_t
first_from(const struct trial *t, const struct run_mail *got, size_t from)
{
	for (size_t k = from; k < t->whole->mails_count; k++)
		if (breaks(t, got, &t->whole->mails[k]) == NULL)
			return k;
	return NOBODY;
}

static void
say_why(const struct trial *t, size_t i, struct buf *why)
{
	const struct run_mail *got = &t->got->mails[i];
	buf_printf(why, "mail %zu of %zu is none of the dialogue's (", i + 1, t->got->mails_count);
	for (size_t k = 0; k < t->whole->mails_count && k < 4; k++) {
		const char *rule = breaks(t, got, &t->whole->mails[k]);
		buf_printf(why, "%s%s of mail %zu", k > 0 ? ", " : "",
			rule != NULL ? rule : "order", k + 1);
	}
	buf_str(why, ")");
}

static bool
is_marked_part(const struct trial *t, size_t i)
{
	return marked(t, &t->got->mails[i]) || marked(t, &t->got->mails[i - 1]);
}

/* The earliest mail of the dialogue that mail i can be, with no mail in two parts before ([0]), or
 * with one ([1]). */
bool
explain_mails(const struct trial *t, struct buf *why)
{
	size_t last[2] = { NOBODY, NOBODY };
	bool fits[2] = { true, true };
	for (size_t i = 0; i < t->got->mails_count; i++) {
		const struct run_mail *got = &t->got->mails[i];
		size_t now[2] = { NOBODY, NOBODY };
		for (int split = 0; split < 2; split++)
			if (fits[split])
				now[split] = first_from(t, got, last[split] + 1);
		if (i > 0 && fits[0] && last[0] < now[1] && is_marked_part(t, i) &&
			breaks(t, got, &t->whole->mails[last[0]]) == NULL)
			now[1] = last[0];
		for (int split = 0; split < 2; split++) {
			last[split] = now[split];
			fits[split] = now[split] != NOBODY;
		}
		if (!fits[0] && !fits[1]) {
			say_why(t, i, why);
			return false;
		}
	}
	return true;
}
