/* Service extensions: which a server offers, and which a command or a parameter needs.
 *
 * Source: RFC 5321 2.2.1 (a client uses only what the server offers), 4.1.1.11; the IANA registry
 * "SMTP Service Extensions"; each row names its own. */
#ifndef HELOSCOPE_SMTP_EXTENSION_H
#define HELOSCOPE_SMTP_EXTENSION_H

#include "sensor/smtp/command.h"

/* name, keyword of EHLO's reply, source */
#define EXTENSIONS(X)                                                                              \
	X(PIPELINING, "PIPELINING", "RFC 2920")                                                    \
	X(SIZE, "SIZE", "RFC 1870")                                                                \
	X(8BITMIME, "8BITMIME", "RFC 6152")                                                        \
	X(BINARYMIME, "BINARYMIME", "RFC 3030")                                                    \
	X(CHUNKING, "CHUNKING", "RFC 3030")                                                        \
	X(SMTPUTF8, "SMTPUTF8", "RFC 6531")                                                        \
	X(DSN, "DSN", "RFC 3461")                                                                  \
	X(AUTH, "AUTH", "RFC 4954")                                                                \
	X(STARTTLS, "STARTTLS", "RFC 3207")                                                        \
	X(ANONYMOUSTLS, "X-ANONYMOUSTLS", "Exchange, between its own servers")                     \
	X(EXPS, "X-EXPS", "Exchange, between its own servers")                                     \
	X(XCLIENT, "XCLIENT", "Postfix XCLIENT_README")                                            \
	X(XFORWARD, "XFORWARD", "Postfix XFORWARD_README")                                         \
	X(REQUIRETLS, "REQUIRETLS", "RFC 8689")                                                    \
	X(MT_PRIORITY, "MT-PRIORITY", "RFC 6710")                                                  \
	X(FUTURERELEASE, "FUTURERELEASE", "RFC 4865")                                              \
	X(DELIVERBY, "DELIVERBY", "RFC 2852")                                                      \
	X(SUBMITTER, "SUBMITTER", "RFC 4405")                                                      \
	X(ETRN, "ETRN", "RFC 1985")                                                                \
	X(ATRN, "ATRN", "RFC 2645")                                                                \
	X(BURL, "BURL", "RFC 4468")                                                                \
	X(ENHANCEDSTATUSCODES, "ENHANCEDSTATUSCODES", "RFC 2034")

enum extension {
	EXTENSION_NONE,
#define X(name, keyword, source) EXTENSION_##name,
	EXTENSIONS(X)
#undef X
};

/* A set of them: bits 1 << enum extension. */
#define EXTENSION_BIT(name) (1u << EXTENSION_##name)

/* One line of EHLO's reply, RFC 5321 4.1.1.1: ehlo-keyword *( SP ehlo-param ).  "AUTH=LOGIN", which
 * old clients want, is AUTH.  EXTENSION_NONE = none that we know. */
enum extension extension_of(struct slice line);
/* A keyword that a firewall wrote over with X, so that the client does not see it. */
bool extension_is_overwritten(struct slice keyword);
/* What this command needs; EXTENSION_NONE = nothing. */
enum extension extension_of_command(enum verb verb);
/* What this parameter of MAIL or RCPT needs; EXTENSION_NONE = nothing, or we do not know it. */
enum extension extension_of_param(struct slice name, struct slice value);

#endif
