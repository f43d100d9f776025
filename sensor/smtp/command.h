/* Commands of SMTP and how their lines are written.
 *
 * Source: RFC 5321 4.1.1 and the extensions named in the table; RFC 5321 2.4: verbs are
 * case-insensitive. Input:  one line without its end, hostile. Output: verb, arguments, and for
 * MAIL and RCPT the path and its parameters, with what is odd about them. Memory: slices of the
 * line. */
#ifndef HELOSCOPE_SMTP_COMMAND_H
#define HELOSCOPE_SMTP_COMMAND_H

#include "sensor/base/slice.h"

/* verb, text, source */
#define VERBS(X)                                                                                   \
	X(EHLO, "EHLO", "RFC 5321 4.1.1.1")                                                        \
	X(HELO, "HELO", "RFC 5321 4.1.1.1")                                                        \
	X(LHLO, "LHLO", "RFC 2033 4.1")                                                            \
	X(MAIL, "MAIL", "RFC 5321 4.1.1.2")                                                        \
	X(RCPT, "RCPT", "RFC 5321 4.1.1.3")                                                        \
	X(DATA, "DATA", "RFC 5321 4.1.1.4")                                                        \
	X(BDAT, "BDAT", "RFC 3030 2")                                                              \
	X(RSET, "RSET", "RFC 5321 4.1.1.5")                                                        \
	X(VRFY, "VRFY", "RFC 5321 4.1.1.6")                                                        \
	X(EXPN, "EXPN", "RFC 5321 4.1.1.7")                                                        \
	X(HELP, "HELP", "RFC 5321 4.1.1.8")                                                        \
	X(NOOP, "NOOP", "RFC 5321 4.1.1.9")                                                        \
	X(QUIT, "QUIT", "RFC 5321 4.1.1.10")                                                       \
	X(ETRN, "ETRN", "RFC 1985 5")                                                              \
	X(STARTTLS, "STARTTLS", "RFC 3207 4")                                                      \
	X(ANONYMOUSTLS, "X-ANONYMOUSTLS", "Exchange's STARTTLS between its own servers")           \
	X(AUTH, "AUTH", "RFC 4954 4")                                                              \
	X(EXPS, "X-EXPS", "Exchange's AUTH between its own servers")                               \
	X(TURN, "TURN", "RFC 821 3.8, withdrawn")                                                  \
	X(ATRN, "ATRN", "RFC 2645 5.2.1")                                                          \
	X(SEND, "SEND", "RFC 821 3.4")                                                             \
	X(SOML, "SOML", "RFC 821 3.4")                                                             \
	X(SAML, "SAML", "RFC 821 3.4")                                                             \
	X(WIZ, "WIZ", "sendmail before 5.61: a shell for who asked")                               \
	X(DEBUG, "DEBUG", "the same; the worm of 1988 came through it")                            \
	X(KILL, "KILL", "the same family")                                                         \
	X(BURL, "BURL", "RFC 4468 3.2")                                                            \
	X(XCLIENT, "XCLIENT", "Postfix XCLIENT_README")                                            \
	X(XFORWARD, "XFORWARD", "Postfix XFORWARD_README")                                         \
	X(GET, "GET", "RFC 9110 9.3.1: a browser or a proxy user, not a mail client")              \
	X(POST, "POST", "RFC 9110 9.3.3")                                                          \
	X(CONNECT, "CONNECT", "RFC 9110 9.3.6")                                                    \
	X(HEAD, "HEAD", "RFC 9110 9.3.2")                                                          \
	X(PUT, "PUT", "RFC 9110 9.3.4")                                                            \
	X(DELETE, "DELETE", "RFC 9110 9.3.5")                                                      \
	X(OPTIONS, "OPTIONS", "RFC 9110 9.3.7")                                                    \
	X(TRACE, "TRACE", "RFC 9110 9.3.8")                                                        \
	X(PROPFIND, "PROPFIND", "RFC 4918 9.1")

enum verb {
	VERB_UNKNOWN,
#define X(name, text, source) VERB_##name,
	VERBS(X)
#undef X
		VERB_GREETING, /* what the server says first: answers no command */
	VERB_DATA_END,	       /* the end of the mail's data, answered like a command */
	VERB_SECRET,	       /* sent behind AUTH without waiting: a response, or no command */
	VERBS_COUNT,
};

#define VERB_MAX 15 /* bytes; more than the longest verb: what does not fit is none */

enum verb verb_of(struct slice word);
/* The word is a verb or the front of one. */
bool verb_begins(struct slice word);
/* "EHLO", "greeting", "data-end", "" for VERB_UNKNOWN. */
const char *verb_text(enum verb verb);
bool verb_is_http(enum verb verb);
/* Withdrawn, or never more than a hole: RFC 5321 appendix F. */
bool verb_is_obsolete(enum verb verb);

struct command {
	enum verb verb;
	struct slice word; /* as sent */
	struct slice args; /* without the space around them */
	struct slice line; /* all of it */
};

/* Any line is a command, if only an unknown one. */
void command_parse(struct slice line, struct command *out);

enum path_fault {
	PATH_SPACE_AFTER_COLON = 1 << 0, /* RFC 5321 4.1.1.2: no space after the colon */
	PATH_NO_BRACKETS = 1 << 1,
	PATH_BAD = 1 << 2,	    /* no address in it, or one that RFC 5321 4.1.2 does not know */
	PATH_SOURCE_ROUTE = 1 << 3, /* RFC 5321 C: "@a,@b:user@c" */
	PATH_PERCENT =
		1 << 4, /* "user%there@here" or "there!user@here": asks a relay to pass it on */
	PATH_NO_KEYWORD = 1 << 5, /* MAIL without FROM: or RCPT without TO: */
};

struct path {
	struct slice address; /* without brackets; of a source route the last part */
	struct slice params;  /* "SIZE=1000 BODY=8BITMIME" */
	unsigned faults;      /* enum path_fault */
	struct slice lead;    /* as sent from the first argument byte up to the address: "FROM:<" */
};

/* An unknown command that is a header field ("Host: x", "Subject:"; RFC 9110 5, RFC 5322 2.2) or a
 * command of POP3, IMAP, FTP, IRC, SSH or SIP. */
bool command_is_foreign(const struct command *c);

/* The arguments of MAIL (keyword "FROM") or RCPT (keyword "TO"). */
void path_parse(struct slice args, const char *keyword, struct path *out);
/* Next "NAME[=value]" from the front of *params.  1, or 0 when there is none. */
int param_next(struct slice *params, struct slice *name, struct slice *value);
/* Splits "local@domain" at the last @ outside of quotes; without one all is local. */
void address_split(struct slice address, struct slice *local, struct slice *domain);

/* A line that a client sends at a sure point after bytes were lost: MAIL, EHLO, HELO, LHLO, RSET or
 * QUIT, written as only a command is. */
bool command_is_sure(const struct command *c);
/* A line that only makes sense as a command, seen where mail data might begin instead. */
bool command_is_plausible(const struct command *c);

#endif
