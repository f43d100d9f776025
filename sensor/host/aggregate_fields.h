/* The inside of an aggregate, for this stage alone.
 *
 * The four lists, two here and two in count_fields.h, drive merging, packing and the counts of the
 * host record. Their order is the stored order: append only; a removed row would need a new version
 * of the stored form.  "in_" = the host was the server; else it was the client. */
#ifndef HELOSCOPE_HOST_AGGREGATE_FIELDS_H
#define HELOSCOPE_HOST_AGGREGATE_FIELDS_H

#include "sensor/host/aggregate.h"
#include "sensor/host/count_fields.h"
#include "sensor/host/mentions.h"
#include "sensor/host/names.h"
#include "sensor/host/sketch.h"
#include "sensor/limits.h"

/* Examples, with counts. */
#define AGGREGATE_NAMES(X)                                                                         \
	X(helo, "HELO names")                                                                      \
	X(sender_domain, "domains of envelope senders")                                            \
	X(sender, "envelope senders of judged mails")                                              \
	X(sender_spam, "envelope senders of spam")                                                 \
	X(rcpt_domain, "recipient domains")                                                        \
	X(script, "PHP scripts")                                                                   \
	X(script_spam, "PHP scripts that sent spam")                                               \
	X(user_id, "local user ids")                                                               \
	X(software, "software as a client")                                                        \
	X(server_software, "software as a server")                                                 \
	X(banner, "names in the host's own greeting")                                              \
	X(list_id, "mailing lists")                                                                \
	X(label, "labels of mails")                                                                \
	X(anomaly, "anomalies of sessions")                                                        \
	X(rule, "rules that hit judged mails of 5.0 or more")                                      \
	X(accepted_at, "servers that accepted mail")                                               \
	X(relay_in, "mails accepted from outside: key, sender domain, recipient domain")           \
	X(relay_out, "mails sent out: key, sender domain, recipient domain")                       \
	X(id_out, "Message-IDs sent out, hashed")                                                  \
	X(speaker, "who speaks, by HELO name, of judged mails")                                    \
	X(speaker_spam, "who speaks, of spam")                                                     \
	X(origin, "hosts behind this one, by address, of judged mails that it sent on")            \
	X(origin_spam, "hosts behind this one, of spam that it sent on")                           \
	X(passed_by, "hosts that sent mail on for this one, by address")                           \
	X(text_spam, "near digests of spam")                                                       \
	X(dialect, "ways to speak SMTP")                                                           \
	X(deferred, "sender and recipient that were deferred, hashed")                             \
	X(settled, "sender and recipient that were accepted or rejected, hashed")                  \
	X(accepted_domain, "recipient domains outside that accepted mail")                         \
	X(proxied, "mails led through this host as a proxy, as relay_in")                          \
	X(proxy_target, "mail servers that it was asked for as a proxy")                           \
	X(post, "paths of HTTP POSTs to it, without their query")                                  \
	X(cleared, "lists that a look-up found not to have it")                                    \
	X(id_in, "Message-IDs accepted from inside or with AUTH, hashed, \"… from ADDRESS\"")      \
	X(id_spam, "Message-IDs of spam sent out that is not known to come from behind, hashed")

enum sum {
#define X(name, text) SUM_##name,
	AGGREGATE_SUMS(X)
#undef X
		SUM_class, /* recipients and other replies, by enum reply_class */
	SUMS = SUM_class + REPLY_CLASSES,
};

enum sketch_kind {
#define X(name, text) SKETCH_##name,
	AGGREGATE_SKETCHES(X)
#undef X
		SKETCHES
};

enum names_kind {
#define X(name, text) NAMES_##name,
	AGGREGATE_NAMES(X)
#undef X
		NAMES
};

enum minutes_kind {
	MINUTES_session, /* a session as a client began */
	MINUTES_php,	 /* a mail by PHP was sent */
	MINUTES_post,	 /* an HTTP POST came in */
	MINUTES_KINDS
};

struct aggregate {
	int64_t first, last; /* ns; 0 = nothing counted */
	int64_t score_max;   /* thousandths; 0 if no mail had more */
	/* Minutes of the hour in which something happened, a bit each.  They mean something within
	 * one hour; merging unites them. */
	uint64_t minutes[MINUTES_KINDS];
	int64_t sums[SUMS];
	struct sketch sketches[SKETCHES];
	struct names names[NAMES];
	struct mentions mentions;
};

/* Servers whose last acceptance is remembered are more than other examples: an acceptance ends a
 * listing. */
static inline size_t
names_max(enum names_kind kind)
{
	return kind == NAMES_accepted_at ? LIMIT_HOST_SERVERS : LIMIT_HOST_NAMES;
}

void aggregate_time(struct aggregate *a, int64_t time);
void aggregate_add(struct aggregate *a, enum sum which, int64_t n);
void aggregate_name(struct aggregate *a, enum names_kind kind, struct slice name, int64_t time);
void aggregate_minute(struct aggregate *a, enum minutes_kind kind, int64_t time);
void aggregate_distinct(struct aggregate *a, enum sketch_kind kind, struct slice thing);
/* Bytes of memory in use, about. */
size_t aggregate_bytes(const struct aggregate *a);
/* The part after the last @ in lower case, "" without one; out has NAMES_TEXT bytes. */
struct slice domain_of(const char *address, char *out);
/* To a server outside; where our networks are not known, to any. */
bool aggregate_is_outside(const struct session_record *s);
/* Mails accepted by the server of that session, by its port, if it is outside. */
void aggregate_accepted(struct aggregate *a, const struct session_record *s, int64_t mails);
/* aggregate_replies.c */
void aggregate_replies(
	struct aggregate *a, const struct campus *campus, const struct session_record *s);
/* aggregate_content.c: labels, scores, scripts of a mail that the host sent; `mine` false = it only
 * passed through. */
enum whose { WHOSE_OWN, WHOSE_PASSED, WHOSE_BEHIND };
void aggregate_content(struct aggregate *a, const struct session_record *s,
	const struct mail_record *m, enum whose whose);
/* aggregate_passage.c: what tells that a mail came in and left again. */
void aggregate_came(struct aggregate *a, const struct session_record *s,
	const struct mail_record *m, enum names_kind kind);
void aggregate_went(struct aggregate *a, const struct session_record *s,
	const struct mail_record *m, bool spam);
bool mail_is_judged(const struct mail_record *m);
bool mail_is_spam(const struct mail_record *m);

#endif
