/* Which program speaks like that: a table of dialects, ours and a site's own.
 *
 * Source: dialogues of the programs themselves, recorded by tests/story/peers/record.sh, and where
 *a program was not to be had its documentation; each row names it.  Input: a dialect (dialect.h)
 *and the fields of a mail's header, hostile; the site's file, not hostile but mistaken at times.
 * Output: a name, or "" where several programs speak like that.  Memory: the site's rows, until
 * clients_free.
 *
 * A row is a name, a dialect, and perhaps what a header field must say besides:
 *
 *	Backup robot	EHLO bare|MAIL FROM: <_>|RCPT TO: <_>|DATA|QUIT crlf*
 *	Shop	EHLO *|MAIL FROM:<_>*|RCPT TO:<_>|DATA|QUIT*	X-Mailer: Shop
 *
 * with a tabulator between them.  In a dialect "*" stands for any bytes of one command (not for "|"
 * and "+") and behind the last command for marks, "**" for any bytes, "?" for one byte.  The fields
 * are X-Mailer, User-Agent, Message-ID, Received (the first), and Own-Received: that one if it has
 * the name of the client's hello in it, as a server's own has and an invented one seldom.  The
 *first row that fits names the client; a site's rows are asked before ours, and a row without a
 *name says that nobody knows. */
#ifndef HELOSCOPE_SMTP_CLIENTS_H
#define HELOSCOPE_SMTP_CLIENTS_H

#include "sensor/base/err.h"
#include "sensor/base/slice.h"

#define CLIENTS_ROWS 500  /* of a site */
#define CLIENTS_SAID 64	  /* rows of a table with a header field */
#define CLIENTS_LINE 1000 /* bytes */

struct clients;

/* Rows whose header field was seen. */
struct clients_said {
	uint64_t ours, site;
};

/* 0, or -1 and err: "FILE:LINE: what is wrong". */
int clients_load(const char *path, struct clients **out, struct err *err);
void clients_free(struct clients *clients);

/* Looks through a mail's header.  `hello`: the client's name for itself.  `site` may be NULL. */
void clients_header(const struct clients *site, struct slice content, const char *hello,
	struct clients_said *said);
/* Lives as long as `site`. */
const char *clients_name(
	const struct clients *site, const char *dialect, const struct clients_said *said);
/* `pattern` as in a row. */
bool clients_match(const char *pattern, const char *dialect);

#endif
