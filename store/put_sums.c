#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/hash.h"
#include "sensor/base/ptime.h"
#include "store/row.h"

/* Sums that pages read instead of the mails: what each rule, sender's domain and text came to.
 * Only sums, least and greatest values: the order of the mails does not matter. */

#define DOMAIN_BYTES 256

/* What one mail adds, bound alike to all of these statements. */
struct share {
	const char *host; /* that sent it */
	uint8_t key[ADDR_KEY_BYTES];
	struct slice host_key;
	char domain[DOMAIN_BYTES]; /* of the sender, in lower case */
	const char *text;	   /* its digest; "" = none */
	const struct mail_record *mail;
	int64_t rcpts, refused;
};

static int
step(struct db_statement *st, struct err *err)
{
	return st == NULL ? -1 : store_step(st, err);
}

/* 1 = the first of its kind, 0 = it was known, -1.  The statement says how many it has now. */
static int
step_counting(struct db_statement *st, struct err *err)
{
	int got = db_step(st, err);
	bool first = got == 1 && db_int(st, 0) == 1;

	while (got == 1)
		got = db_step(st, err);
	db_reset(st);
	return got < 0 ? -1 : first;
}

/* ---- rules ---- */

/* Whether the rule said just this the last time: its row is what it is. */
static bool
said_before(struct store *s, const struct hit *hit)
{
	size_t place = hash_keyed(hit->rule, strlen(hit->rule)) % RULES_SAID;
	struct buf *words = &s->words; /* the mail's own cells are written by now */

	buf_clear(words);
	buf_printf(words, "%s\n%.6g\n%s\n%s\n%s", hit->rule, hit->score,
		hit->where != NULL ? hit->where : "", hit->why,
		hit->source != NULL ? hit->source : "");

	uint64_t hash = hash_keyed(words->ptr, words->len) | 1;
	bool same = s->rules_said[place] == hash;

	s->rules_said[place] = hash;
	return same;
}

static int
put_rule_words(struct store *s, const struct hit *hit, int64_t time, struct err *err)
{
	struct db_statement *st;

	if (said_before(s, hit))
		return 0;
	st = store_statement(s, STATEMENT_RULE_PUT, err);
	if (st == NULL)
		return -1;
	db_bind_text(st, 1, hit->rule);
	db_bind_real(st, 2, hit->score);
	db_bind_text(st, 3, hit->where != NULL ? hit->where : "");
	db_bind_text(st, 4, hit->why);
	db_bind_text(st, 5, hit->source != NULL ? hit->source : "");
	db_bind_int(st, 6, time);
	return store_step(st, err);
}

/* rule "" counts every mail. */
static int
put_rule_hour(struct store *s, const char *rule, int64_t hits, const struct mail_record *m,
	struct err *err)
{
	struct db_statement *st = store_statement(s, STATEMENT_RULE_HOUR_PUT, err);

	if (st == NULL)
		return -1;
	db_bind_int(st, 1, m->start - m->start % PTIME_HOUR);
	db_bind_text(st, 2, rule);
	db_bind_int(st, 3, hits);
	db_bind_real(st, 4, m->score);
	db_bind_int(st, 5, m->start);
	return store_step(st, err);
}

static int
put_rule_host(struct store *s, const char *rule, const struct share *x, struct err *err)
{
	struct db_statement *st = store_statement(s, STATEMENT_RULE_HOST_PUT, err);

	if (st == NULL)
		return -1;
	db_bind_text(st, 1, rule);
	db_bind_text(st, 2, x->host);
	db_bind_blob(st, 3, x->host_key);
	db_bind_real(st, 4, x->mail->score);
	db_bind_int(st, 5, x->mail->start);
	return store_step(st, err);
}

static int
put_rules(struct store *s, const struct share *x, struct err *err)
{
	const struct mail_record *m = x->mail;

	if (put_rule_hour(s, "", 0, m, err) != 0)
		return -1;
	for (size_t i = 0; i < m->hits_count; i++) {
		const struct hit *hit = &m->hits[i];

		if (put_rule_words(s, hit, m->start, err) != 0 ||
			put_rule_hour(s, hit->rule, hit->times, m, err) != 0 ||
			put_rule_host(s, hit->rule, x, err) != 0)
			return -1;
	}
	return 0;
}

/* ---- domains ---- */

static void
bind_share(struct db_statement *st, int at, const struct share *x)
{
	db_bind_int(st, at, x->rcpts);
	db_bind_int(st, at + 1, x->refused);
	db_bind_real(st, at + 2, x->mail->score);
	db_bind_int(st, at + 3, x->mail->start);
}

static int
put_domain(struct store *s, const struct share *x, struct err *err)
{
	struct db_statement *st;
	int fresh;

	if (x->domain[0] == '\0')
		return 0;
	st = store_statement(s, STATEMENT_SENDER_PUT, err);
	if (st == NULL)
		return -1;
	db_bind_text(st, 1, x->domain);
	db_bind_text(st, 2, x->host);
	db_bind_blob(st, 3, x->host_key);
	bind_share(st, 4, x);
	fresh = step_counting(st, err);
	st = fresh < 0 ? NULL : store_statement(s, STATEMENT_DOMAIN_PUT, err);
	if (st == NULL)
		return -1;
	db_bind_text(st, 1, x->domain);
	db_bind_int(st, 2, fresh);
	bind_share(st, 3, x);
	return store_step(st, err);
}

/* ---- texts ---- */

/* 1 = the text's first of that name, 0, -1. */
static int
put_member(
	struct store *s, const struct share *x, const char *kind, const char *name, struct err *err)
{
	struct db_statement *st = store_statement(s, STATEMENT_CAMPAIGN_MEMBER_PUT, err);

	if (st == NULL)
		return -1;
	db_bind_text(st, 1, x->text);
	db_bind_text(st, 2, kind);
	db_bind_text(st, 3, name);
	db_bind_int(st, 4, x->mail->start);
	return step_counting(st, err);
}

static int
put_text(struct store *s, const struct share *x, struct err *err)
{
	const struct mail_record *m = x->mail;
	int host, sender = 0;
	struct db_statement *st;

	if (x->text[0] == '\0')
		return 0;
	host = put_member(s, x, "host", x->host, err);
	if (host >= 0)
		sender = put_member(s, x, "sender", m->mail_from, err);
	st = host < 0 || sender < 0 ? NULL : store_statement(s, STATEMENT_CAMPAIGN_TEXT_PUT, err);
	if (st == NULL)
		return -1;
	db_bind_text(st, 1, x->text);
	db_bind_int(st, 2, host);
	db_bind_int(st, 3, sender);
	bind_share(st, 4, x);
	db_bind_int(st, 8, m->outcome == OUTCOME_ACCEPTED);
	db_bind_int(st, 9, m->outcome == OUTCOME_REJECTED);
	db_bind_int(st, 10, m->outcome == OUTCOME_DEFERRED);
	db_bind_text(st, 11, m->header.subject);
	db_bind_text(st, 12, m->session);
	db_bind_int(st, 13, m->number);
	return step(st, err);
}

int
put_sums(struct store *s, const struct session_record *session, const struct mail_record *m,
	struct err *err)
{
	const char *at = strrchr(m->mail_from, '@');
	char host[ADDR_TEXT_MAX];
	struct share x = { .mail = m,
		.text = mail_text_key(m),
		.host = addr_format(session->client.addr, host),
		.rcpts = (int64_t)m->rcpts_count + m->rcpts_cut };

	x.host_key = addr_key(session->client.addr, x.key);
	for (size_t i = 0; i < m->rcpts_count; i++)
		x.refused += m->rcpts[i].disposition == DISPOSITION_REJECTED;
	for (size_t i = 0; at != NULL && at[i + 1] != '\0' && i + 1 < sizeof x.domain; i++)
		x.domain[i] = (char)chars_lower((uint8_t)at[i + 1]);
	return put_rules(s, &x, err) != 0 || put_domain(s, &x, err) != 0 ? -1
									 : put_text(s, &x, err);
}

const char *
mail_text_key(const struct mail_record *m)
{
	const char *near = m->similar.near, *text = m->similar.text;

	if (near != NULL && near[0] != '\0')
		return near;
	return text != NULL ? text : ""; /* a record made by hand may leave them out */
}
