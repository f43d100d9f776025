/* One SMTP dialogue: from the bytes of both sides to a session record and its mails.
 *
 * Source: RFC 5321, 2920 (PIPELINING), 3030 (CHUNKING), 3207 (STARTTLS), 4954 (AUTH), 2034/3463
 * (enhanced codes), 1870, 6152, 6531, 3461, 6409, 2033. Input:  bytes of either side in causal
 * order, in any chunking, and gaps; hostile. Output: finished mails one by one, and the session
 * record. Memory: an arena of at most LIMIT_SESSION_MEMORY and buffers of at most LIMIT_LINE and
 * LIMIT_MAIL_KEPT per session.  AUTH payloads are dropped when the line is recognised, before any
 * copy. What a gap does to each state is said where the state is handled. */
#ifndef HELOSCOPE_SMTP_SESSION_H
#define HELOSCOPE_SMTP_SESSION_H

#include "sensor/counters.h"
#include "sensor/record.h"
#include "sensor/smtp/anomaly.h"
#include "sensor/smtp/clients.h"

enum smtp_side { SMTP_CLIENT, SMTP_SERVER };

struct smtp_config {
	bool privacy_off; /* addresses whole; else local parts of recipients are keyed hashes */
	struct slice hash_key;	       /* for them (HMAC-SHA-256) */
	bool auth_user;		       /* the user's name of AUTH goes into the record */
	bool implicit_tls;	       /* port 465 */
	const struct clients *clients; /* the site's own, or NULL; lives longer than the sessions */
};

/* A mail that has ended.  Pointers live until the next call on the session. */
struct smtp_mail {
	struct mail_record *record; /* envelope, outcome, bytes, cut, gap; without the analyst's
				       fields; sha256 only if the content is not whole */
	struct slice content;	    /* un-stuffed, at most LIMIT_MAIL_KEPT bytes of it */
};

struct smtp_session;

/* What the caller knows (endpoints, ids, times, vlan, …) is set in smtp_session_record() by the
 * caller, right after. */
struct smtp_session *smtp_session_new(const struct smtp_config *config, struct counters *counters);
void smtp_session_free(struct smtp_session *s);

/* Eats bytes of one side from the front of *in.
 * 1 = a mail ended (*out); call again with the rest.  0 = all eaten.  Never -1: bad input is a
 * normal result. */
int smtp_session_data(struct smtp_session *s, enum smtp_side from, struct slice *in, int64_t time,
	struct smtp_mail *out);
/* `bytes` of that side were never seen; 1 / 0 as above (call again with bytes = 0 after a 1). */
int smtp_session_gap(struct smtp_session *s, enum smtp_side from, int64_t bytes, int64_t time,
	struct smtp_mail *out);
/* What the stage before has noticed. */
void smtp_session_note(struct smtp_session *s, enum anomaly which);
/* The stream ended; call until 0: 1 = a mail that was still open (outcome aborted or unknown). */
int smtp_session_end(
	struct smtp_session *s, enum close_reason why, int64_t time, struct smtp_mail *out);

/* The record as far as it is known; complete after smtp_session_end returned 0.  Lives as long as
 * the session. */
struct session_record *smtp_session_record(struct smtp_session *s);
/* Arena of the session, for what the caller adds to the record. */
struct arena *smtp_session_arena(struct smtp_session *s);
/* Goes up when the record has changed enough to be worth a snapshot. */
unsigned smtp_session_version(const struct smtp_session *s);
/* False if the dialogue never looked like SMTP (other protocol on a mail port). */
bool smtp_session_is_smtp(const struct smtp_session *s);
/* True if it certainly is something else. */
bool smtp_session_is_foreign(const struct smtp_session *s);
/* One line per event for `heloscope show smtp` and tests/talk ("C EHLO name", "S 250 …", "mail
 * from=…"): NULL turns it off. */
void smtp_session_trace(
	struct smtp_session *s, void (*line)(void *ctx, const char *text), void *ctx);

#endif
