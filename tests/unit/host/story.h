/* What several stories tell. */
#ifndef HELOSCOPE_TESTS_STORY_H
#define HELOSCOPE_TESTS_STORY_H

#include "tale.h"

#define SERVER_A "192.0.2.25"
#define SERVER_B "198.51.100.25"

/* A name or address with a number in it. */
static inline const char *
numbered(struct tale *t, const char *format, int i)
{
	char text[128];

	snprintf(text, sizeof text, format, i);
	return arena_string(&t->arena, slice_str(text));
}

/* The i-th of many servers, each in a network of its own. */
static inline const char *
far_server(struct tale *t, int i)
{
	char text[32];

	snprintf(text, sizeof text, "203.%d.%d.5", i / 250 % 250, i % 250);
	return arena_string(&t->arena, slice_str(text));
}

static inline void
tell_php_mail(struct tale *t, const char *script, int i, double score)
{
	struct session_record *s = a_session(t, numbered(t, "203.0.113.%d", i % 200 + 1));
	struct mail_record *m = a_mail(t, s, "www-data@osg-ce.grid.example.edu", score);
	struct hit *hit = ARENA_PUSH(&t->arena, m->hits, 8);

	*hit = (struct hit){ "PHP_FORM_ABUSED", score, "a form", "", 1, "", "" };
	m->header.php_script = script;
	m->header.to = "webmaster@grid.example.edu";
	a_label(t, m, "php");
	a_rcpt(t, m, numbered(t, "victim@v%d.example", i), REPLY_OK);
	tell_mail(t, s, m);
	tell_session(t, s);
}

static inline void
tell_listed_reply(struct tale *t, const char *server, const char *list, const char *quoted)
{
	struct session_record *s = a_session(t, server);
	struct mail_record *m = a_mail(t, s, "someone@grid.example.edu", 0);
	struct reply *r = a_reply(t, s, "RCPT", REPLY_LISTED, list,
		"554 5.7.1 Service unavailable; Client host blocked using zen.spamhaus.org");

	if (quoted != NULL)
		r->quoted = an_addr(quoted);
	m->outcome = OUTCOME_REJECTED;
	m->bytes = 0;
	a_rcpt(t, m, "friend@example.org", REPLY_LISTED);
	tell_mail(t, s, m);
	tell_session(t, s);
}

/* A mail that came in from outside, and the same one that left. */
static inline void
tell_through(struct tale *t, const char *from, const char *rcpt_in, const char *rcpt_out, int i)
{
	struct session_record *in = an_inbound_session(t, "203.0.113.66"),
			      *out = a_session(t, SERVER_B);
	struct mail_record *came = a_mail(t, in, from, 0), *left = a_mail(t, out, from, 0);

	came->header.message_id = left->header.message_id = numbered(t, "<%d@example.org>", i);
	a_rcpt(t, came, rcpt_in, REPLY_OK);
	a_rcpt(t, left, rcpt_out, REPLY_OK);
	tell_mail(t, in, came);
	tell_session(t, in);
	tell_mail(t, out, left);
	tell_session(t, out);
}

/* A gateway takes mail for its own domain and hands it to a provider, and forwards some. */
static inline void
tell_gateway(struct tale *t, const char *rcpt_in, const char *rcpt_out, int count)
{
	for (int i = 0; i < count; i++)
		tell_through(t, "friend@example.org", rcpt_in, rcpt_out, i);
}

/* Ordinary mails of a mail server's people. */
static inline void
tell_people(struct tale *t, int count)
{
	for (int i = 0; i < count; i++)
		tell_plain(t, far_server(t, i % 60), numbered(t, "user%d@grid.example.edu", i % 40),
			numbered(t, "f@x%d.example", i % 50), 0.2);
}

/* A session of which nothing but the flow is seen, with what its records tell. */
static inline void
tell_encrypted(struct tale *t, const char *server, int mails, int refusals)
{
	struct session_record *s = a_session(t, server);

	s->tls.used = true;
	s->tls.offered = true;
	s->visibility = VISIBILITY_FLOW;
	s->estimate.basis = "tls-records";
	s->estimate.mails = mails;
	s->estimate.refusals = refusals;
	tell_session(t, s);
}

static inline bool
has_cause(const struct host_record *r, enum cause cause, double confidence)
{
	for (size_t i = 0; i < r->causes_count; i++) {
		if (r->causes[i].cause == cause && r->causes[i].confidence >= confidence)
			return true;
	}
	return false;
}

#endif
