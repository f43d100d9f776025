/* One mail's analysis: header fields, parts, URLs, rules.  Everything that reads the inside of a
 * mail is behind this one call, so that it can live in a process of its own.
 *
 * Input:  envelope and content of a mail, hostile.
 * Output: the analyst's fields of the record (record.h), all in the given arena. */
#ifndef HELOSCOPE_ANALYST_H
#define HELOSCOPE_ANALYST_H

#include "sensor/base/err.h"
#include "sensor/counters.h"
#include "sensor/mail/message.h"
#include "sensor/record.h"
#include "sensor/score/score.h"

struct analyst_config {
	const struct rule_source *rules; /* in reading order */
	size_t rules_count;
	struct rules *loaded; /* instead of these: lives longer than the analyst */
	bool privacy_off;
	bool parts; /* hits of the rules' parts ("__NAME") are wanted, too */
	struct slice hash_key;
};

struct analyst;

/* NULL and err ("FILE:LINE:COLUMN: …") if a rule cannot be read. */
struct analyst *analyst_new(
	const struct analyst_config *config, struct counters *counters, struct err *err);
/* What is otherwise loaded when a mail needs it first: before a sandbox that opens no files. */
void analyst_preload(struct analyst *a);
/* Digests the content, if it is whole and the worker has not; parses nothing.  analyst_mail() does
 * it, too. */
void analyst_digest(const struct analyst *a, struct mail_record *mail, struct slice content,
	struct arena *arena);
void analyst_mail(struct analyst *a, const struct session_record *session, struct mail_record *mail,
	struct slice content, struct arena *arena);
/* The same of a mail as a mailbox keeps it: split first, so that the caller can tell what the
 * receiving server wrote (message_trace_find()), then judged; the first trace_fields of its header
 * are not of what was sent. */
void analyst_split(
	const struct analyst *a, struct slice wire, struct arena *arena, struct message *out);
void analyst_delivered(struct analyst *a, const struct session_record *session,
	struct mail_record *mail, const struct message *delivered, size_t trace_fields,
	struct arena *arena);
const struct rules *analyst_rules(const struct analyst *a);
void analyst_free(struct analyst *a);

#endif
