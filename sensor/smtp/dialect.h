/* How a client speaks, as one readable word.
 *
 * Source: Stringhini et al., "B@bel: Leveraging Email Delivery for Spam Mitigation", USENIX
 * Security 2012, for the idea that every client's SMTP is its own. Input: commands as sent,
 * hostile. Output: "EHLO fqdn|MAIL FROM:<_> SIZE=+RCPT TO:<_>+DATA+QUIT crlf relays -CHUNKING":
 *
 * - each verb once, where it came first, as sent but for names, addresses and numbers: case,
 *   spacing, brackets, names of parameters, BODY's value, AUTH's mechanism.  A hello has the form
 * of its name: fqdn, bare, localhost, ip ("192.0.2.1"), [ip], [loopback], odd.  "\s" and "\t" are
 * white space where none belongs.
 * - "|" stands before a command that came after the reply to the one before it, "+" before one that
 *   did not wait; where replies take no time, a client that writes command by command looks as if
 *   it had.
 * - what is said between two mails (RSET, NOOP) is left out, what is said behind the last is not;
 * so the word is the same however many mails and recipients there are.
 * - at the end "|cut" without QUIT, "|tls" if the rest was encrypted.
 * - then line ends (crlf, lf, mixed); "relays" if the first mail has a Received field; "varied" if
 * a verb was also written in another way; and with "-" what the server offered and the client could
 *   have used: -PIPELINING, -SIZE, -CHUNKING, -STARTTLS.
 *
 * Memory: DIALECT_KINDS kinds of DIALECT_KIND bytes. */
#ifndef HELOSCOPE_SMTP_DIALECT_H
#define HELOSCOPE_SMTP_DIALECT_H

#include "sensor/base/arena.h"
#include "sensor/smtp/command.h"

#define DIALECT_KINDS 12
#define DIALECT_AFTER 3 /* kinds behind the last mail */
#define DIALECT_KIND 64 /* bytes */

struct dialect_kind {
	char text[DIALECT_KIND];
	uint8_t front; /* bytes of it before the parameters */
	enum verb verb;
	bool joined; /* sent before the reply to what came before it */
};

struct dialect {
	struct dialect_kind kinds[DIALECT_KINDS], after[DIALECT_AFTER];
	uint8_t count, after_count;
	bool unwaited; /* of the next command: the reply to the one before it was not there */
	bool pipelines, sizes, more;
	bool varied;   /* a verb was written in another way, too */
	bool lf, crlf; /* line ends seen */
	uint32_t mails;
	bool content; /* of a mail was seen */
	bool relays;
	bool tls; /* the rest went under TLS */
};

/* What the last EHLO offered. */
struct dialect_offers {
	bool pipelining, size, chunking, starttls;
};

/* A command as it came; `path` for MAIL and RCPT, else NULL.  Uses up d->unwaited. */
void dialect_command(struct dialect *d, const struct command *c, const struct path *path);
/* The content of a mail; only the first counts. */
void dialect_content(struct dialect *d, struct slice content);
const char *dialect_text(
	const struct dialect *d, const struct dialect_offers *offers, struct arena *arena);
/* A command with this verb was used. */
bool dialect_has(const struct dialect *d, enum verb verb);
/* A command was written in small letters. */
bool dialect_is_lower(const struct dialect *d);

#endif
