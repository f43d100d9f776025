/* Telling one target of changes of verdicts: journal, command, webhook, mail.
 *
 * Source: systemd.journal-fields(7), sd_journal_send(3); libcurl; RFC 5321, 5322, 3834 (mail); RFC 9110 (HTTP).
 * Input:  changes and the host's record, from the store: texts in them came from the wire.  They are clean (base/text.h) and
 *         get into JSON, the body of a mail, values of fields and of the environment, never into an argument, an address or
 *         a header of a mail.
 * Output: one attempt, whole, within the target's limit of time; what came of it.
 * Memory: some copies of the text; of what a target answers only the front is kept.
 *
 * alert_deliver() waits, and is for a process of its own.  An attempt may be known to have failed (nothing was delivered), or
 * end without an answer: a relay or web server that takes the message, and says so too late or never, is asked again. Every
 * message carries an id that stays the same whenever it is told again, so that this can be seen: Message-ID, the header
 * Idempotency-Key and "id" in the JSON, HELOSCOPE_ALERT in the environment and in the journal. */
#ifndef HELOSCOPE_ALERT_ALERT_H
#define HELOSCOPE_ALERT_ALERT_H

#include "sensor/base/buf.h"
#include "sensor/base/err.h"
#include "sensor/record_change.h"

#define ALERT_ID_MAX 128
#define ALERT_REASON_MAX 200

enum alert_kind { ALERT_JOURNAL, ALERT_COMMAND, ALERT_WEBHOOK, ALERT_MAIL, ALERT_KINDS };
const char *alert_kind_word(enum alert_kind kind); /* "journal", … */

struct alert_target {
	const char *name;
	enum alert_kind kind;
	const char *address;  /* path of the command, URL of the webhook or relay; "" = the journal */
	const char *to, *from; /* of mail; `to` may be several, with commas */
	enum verdict above;
	int64_t quiet, limit; /* ns: quiet time of one host; longest attempt */
};

/* What is told at once: one change, or (a digest) several. */
struct alert {
	const char *id;
	const char *sensor;
	int64_t time; /* of the clock */
	int32_t attempt;
	bool test; /* nothing has happened */
	const struct change *changes;
	size_t changes_count;
	const struct host_record *host; /* of the only change; NULL = not known, or several */
	const char *report;		/* address of the report, "" = none */
};

struct alert_result {
	enum alert_outcome {
		ALERT_DELIVERED,
		ALERT_FAILED, /* may go well another time */
		ALERT_REFUSED /* it was said that it never will */
	} outcome;
	char reason[ALERT_REASON_MAX]; /* clean; "" where it was delivered */
};

void alert_deliver(
	const struct alert_target *target, const struct alert *alert, struct alert_result *out);

/* Fills out->reason from a text of any origin. */
void alert_result_set(struct alert_result *out, enum alert_outcome outcome, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The ways, each as alert_deliver(). */
void alert_journal(const struct alert_target *, const struct alert *, struct alert_result *);
void alert_command(const struct alert_target *, const struct alert *, struct alert_result *);
void alert_webhook(const struct alert_target *, const struct alert *, struct alert_result *);
void alert_mail(const struct alert_target *, const struct alert *, struct alert_result *);

#endif
