/* How well the lengths of an exchange fit to what it may have been.  Inside of estimate.c.
 *
 * A cost is a whole number: 0 fits, 10 is unusual, ESTIMATE_NEVER cannot be.  About ten times the
 * negative logarithm of how often it happens; where it was not measured, by judgement. */
#ifndef HELOSCOPE_SMTP_ESTIMATE_FIT_H
#define HELOSCOPE_SMTP_ESTIMATE_FIT_H

#include "sensor/smtp/estimate.h"

#define ESTIMATE_NEVER 1000

/* What one side sent until the other did. */
struct turn {
	struct estimate_span all, last; /* bytes: in all, of the last record */
	int64_t records;
};

/* Replies whose length is worth remembering. */
enum reply_kind { OK_MAIL, OK_RCPT, OK_RESET, GO_AHEAD, QUEUED, REPLY_KINDS };

/* What one way through the dialogue has learned of its server. */
struct memory {
	uint8_t program;	      /* row of the table of servers; 0 = any */
	uint16_t length[REPLY_KINDS]; /* bytes; 0 = not seen yet */
	int16_t echo[REPLY_KINDS];    /* length less that of the command: of servers that repeat it */
};

struct exchange {
	const struct turn *client, *server;
	const struct estimate_hints *hints;
};

/* Number of servers in the table, and what it costs to assume one of them. */
size_t fit_programs(void);
int fit_program_cost(size_t program, const char *name);

/* ---- the client's turn ---- */
int fit_nothing(const struct exchange *x);
int fit_hello(const struct exchange *x);
int fit_auth(const struct exchange *x);
int fit_address(const struct exchange *x); /* MAIL or RCPT alone */
int fit_six(const struct exchange *x);	   /* DATA, RSET, QUIT, NOOP, HELP with its CRLF */
int fit_group(const struct exchange *x);   /* MAIL and RCPT, or several RCPT */
int fit_group_data(const struct exchange *x);
int fit_content(const struct exchange *x);
int fit_content_quit(const struct exchange *x);
int fit_group_content(const struct exchange *x); /* with BDAT */
int fit_any(const struct exchange *x);

/* ---- the server's: *refusals is how many commands it refused, if it refused some ---- */
typedef int fit_server(const struct exchange *x, struct memory *m, int32_t *refusals);
fit_server fit_silent, fit_said, fit_ok_mail, fit_ok_rcpt, fit_ok_reset, fit_go, fit_queued, fit_bye,
	fit_refused, fit_queued_bye, fit_refused_bye, fit_group_ok, fit_group_some, fit_group_go,
	fit_group_some_go, fit_group_refused, fit_group_queued;

#endif
