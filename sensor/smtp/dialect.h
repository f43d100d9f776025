/* How a client speaks, as one readable word, and which program speaks like that.
 *
 * Source: Stringhini et al., "B@bel: Leveraging Email Delivery for Spam Mitigation", USENIX
 * Security 2012, for the idea that every client's SMTP is its own; the rows of the software table
 * name their sources. Output: the kinds of commands in the order of their first use, as sent but
 * without names, addresses and numbers, then marks: "EHLO _|MAIL FROM:<_> SIZE= BODY=|RCPT
 * TO:<_>|DATA|QUIT crlf pipelined".  The same client gives the same word however many mails it
 * sends. Memory: DIALECT_KINDS kinds of DIALECT_KIND bytes. */
#ifndef HELOSCOPE_SMTP_DIALECT_H
#define HELOSCOPE_SMTP_DIALECT_H

#include "sensor/base/arena.h"
#include "sensor/smtp/command.h"

#define DIALECT_KINDS 16
#define DIALECT_KIND 48 /* bytes */

struct dialect {
	char kinds[DIALECT_KINDS][DIALECT_KIND];
	uint8_t count;
	bool more;	     /* than DIALECT_KINDS */
	bool lf, crlf;	     /* line ends seen */
	bool pipelined;	     /* a command was sent before the reply to the one before it */
	bool quit_pipelined; /* QUIT came right behind the final dot */
	bool typed;
	bool tls; /* the rest went under TLS */
	bool quit;
};

/* A command; `path` for MAIL and RCPT, else NULL. */
void dialect_command(struct dialect *d, const struct command *c, const struct path *path);
const char *dialect_text(const struct dialect *d, struct arena *arena);
/* Program that speaks like that, or "". */
const char *dialect_client(const struct dialect *d);

#endif
