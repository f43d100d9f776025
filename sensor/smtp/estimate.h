/* How many mails went through an SMTP dialogue that nobody can read, from the lengths of its TLS
 * records.  An estimate: records show how long a command, a reply or a text is, and who had the
 * word, not what was said.
 *
 * What it counts
 *   mails     contents (DATA or BDAT LAST) that the server took.
 *   refusals  commands of a mail that the server refused for good or for now: MAIL, each RCPT, DATA
 *             and the end of a content; and a session that was refused in its greeting.  What
 *             follows from a refusal (DATA without a recipient) and a refused AUTH do not count.
 *
 * How: a turn is what one side sends until the other does.  A client's turn and the server's answer
 * are an exchange, and each row of a table says from where to where in a dialogue an exchange leads,
 * and how lengths fit to it.  Of all ways through the table the cheapest ones are kept, each with
 * its counts (a Viterbi search with a beam); the cheapest at the end is the estimate.
 *
 * Source: RFC 5321 4.1, 4.3 (who has the word), RFC 2920 3.1 (what may share a turn), RFC 3030;
 * lengths of replies: what the servers of the table send.
 * Input:  lengths of both sides' records in the order of the dialogue; hostile.
 * Memory: one block of about 2 kB, whatever comes. */
#ifndef HELOSCOPE_SMTP_ESTIMATE_H
#define HELOSCOPE_SMTP_ESTIMATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct estimate_hints {
	const char *program; /* the server's, as server_software.h names it; "" = not known */
	size_t helo_len;     /* bytes of the name in the EHLO before STARTTLS; 0 = not known */
	bool implicit;	     /* TLS from the start: the server speaks first */
	bool submission;     /* a port on which clients log in */
	bool chunking;	     /* it may offer CHUNKING: its EHLO in clear did, or was not seen */
};

/* Bytes of content of one record, or of some: at least, at most. */
struct estimate_span {
	int64_t least, most;
};

struct estimate_counts {
	int32_t mails, refusals;
	int32_t doubt;	/* what the best way costs, per exchange: 0 fits; more than
			   ESTIMATE_DOUBT_MAX is no SMTP that we know */
	int32_t margin; /* by how much the best way with other counts costs more; small is a toss */
};

#define ESTIMATE_DOUBT_MAX 14

struct estimate;

struct estimate *estimate_new(const struct estimate_hints *hints);
void estimate_free(struct estimate *e);
/* One record of application data: what the session's own messages need (handshake, tickets that
 * come before the client's Finished, alerts) left out. */
void estimate_record(struct estimate *e, bool server, struct estimate_span content);
/* No more will come.  True = *out is an estimate; false = the records do not allow one. */
bool estimate_end(struct estimate *e, struct estimate_counts *out);

#endif
