/* How well the lengths of an exchange fit to what it may have been.  Inside of estimate.c.
 *
 * A cost is a whole number: 0 fits, 10 is unusual, ESTIMATE_NEVER cannot be.  About ten times the
 * negative logarithm of how often it happens; where it was not measured, by judgement. */
#ifndef HELOSCOPE_SMTP_ESTIMATE_FIT_H
#define HELOSCOPE_SMTP_ESTIMATE_FIT_H

#include "sensor/smtp/estimate.h"

#define ESTIMATE_NEVER 1000

#define TURN_RECORDS 12

/* What one side sent until the other did. */
struct turn {
	struct estimate_span all;		 /* bytes: in all */
	struct estimate_span each[TURN_RECORDS]; /* of the first records */
	struct estimate_span last;
	int64_t records;
};

/* Replies whose length is worth remembering. */
enum reply_kind { OK_MAIL, OK_RCPT, OK_RESET, GO_AHEAD, QUEUED, REPLY_KINDS };

/* What one way through the dialogue has learned of its server. */
struct memory {
	uint8_t program;	      /* row of the table of servers; 0 = any */
	uint8_t group_size;	      /* recipients of the last group that was taken whole */
	uint16_t group;		      /* and bytes of the replies to it; 0 = none yet */
	uint16_t length[REPLY_KINDS]; /* bytes; 0 = not seen yet */
	int16_t echo[REPLY_KINDS];    /* length less that of the command: of servers that repeat it */
};

/* What a row says of a group of commands and the replies to it: a set of bits. */
enum {
	WITH_MAIL = 1,	     /* MAIL stands first */
	WITH_DATA = 2,	     /* DATA stands last */
	WITH_CONTENT = 4,    /* BDAT and its content */
	ALL_TAKEN = 8,	     /* no recipient was refused; without it some were */
	ALL_REFUSED = 16,    /* or all */
	GOES_AHEAD = 32,     /* 354 is the last reply */
	CONTENT_TAKEN = 64,  /* the reply to the content is the last */
	CONTENT_REFUSED = 128 /* and refuses it */
};

struct exchange {
	const struct turn *client, *server;
	const struct estimate_hints *hints;
	unsigned how;
};

/* Number of servers in the table, and what it costs to assume one of them. */
size_t fit_programs(void);
int fit_program_cost(size_t program, const char *name);

/* ---- the client's turn ---- */
typedef int fit_client(const struct exchange *x);
fit_client fit_nothing, fit_any, fit_hello, fit_auth, fit_address, fit_content, fit_content_quit;
fit_client fit_six;   /* DATA, RSET, QUIT, NOOP, HELP with its CRLF */
fit_client fit_reset_quit;
fit_client fit_group; /* of commands, RFC 2920 */

/* ---- the server's: *refusals is how many commands it refused, if it refused some ---- */
typedef int fit_server(const struct exchange *x, struct memory *m, int32_t *refusals);
fit_server fit_silent, fit_said, fit_challenge, fit_ok_mail, fit_ok_rcpt, fit_ok_reset, fit_go,
	fit_queued, fit_bye, fit_refused, fit_queued_bye, fit_refused_bye, fit_replies;

#endif
