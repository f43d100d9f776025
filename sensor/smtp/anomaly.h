/* What a client does that no ordinary mail server does, and what a server does; the last but one
 * are TCP's, told by the stream stage of either side.  Names are part of the records. */
#ifndef HELOSCOPE_SMTP_ANOMALY_H
#define HELOSCOPE_SMTP_ANOMALY_H

#include "sensor/record.h"

/* name, text in records, what it breaks (RFC and section), what it is */
#define ANOMALIES(X)                                                                               \
	X(EARLY_TALKER, "early-talker", "RFC 5321 3.1",                                            \
		"the server speaks first; postscreen's pregreet test")                             \
	X(PIPELINING, "pipelining-not-offered", "RFC 2920 3.1", "only if EHLO's reply offers it")  \
	X(UNOFFERED, "unoffered-extension", "RFC 5321 2.2.1",                                      \
		"a command or parameter of an extension that the server does not offer")           \
	X(BARE_LF, "bare-lf", "RFC 5321 2.3.8", "lines end with CRLF")                             \
	X(BARE_CR, "bare-cr", "RFC 5321 2.3.8", "CR only as part of CRLF")                         \
	X(LF_DOT_LF, "lf-dot-lf", "RFC 5321 4.1.1.4",                                              \
		"only CRLF.CRLF ends the data; a dot line that some servers take for it")          \
	X(SMUGGLING, "smuggling", "RFC 5321 4.1.1.4",                                              \
		"the server took such a dot line for the end, and commands followed as data")      \
	X(EARLY_DATA, "data-before-354", "RFC 5321 4.1.1.4",                                       \
		"data waits for the intermediate reply")                                           \
	X(SPACE_COLON, "space-after-colon", "RFC 5321 4.1.1.2", "FROM:<, no space")                \
	X(NO_BRACKETS, "missing-brackets", "RFC 5321 4.1.2", "a path is in angle brackets")        \
	X(BAD_ADDRESS, "bad-address", "RFC 5321 4.1.2", "Mailbox")                                 \
	X(LONG_LINE, "long-line", "RFC 5321 4.5.3.1.4",                                            \
		"a command of more than 512 octets; AUTH 12288 by RFC 4954 4")                     \
	X(LONG_DATA, "long-data-line", "RFC 5321 4.5.3.1.6",                                       \
		"a line of the mail's text of more than 998 octets")                               \
	X(NUL_BYTE, "nul-byte", "RFC 5321 4.1.2", "no NUL in a command")                           \
	X(EIGHT_BIT, "eight-bit-command", "RFC 5321 2.4",                                          \
		"US-ASCII, unless SMTPUTF8 (RFC 6531) is offered")                                 \
	X(BAD_SEQUENCE, "bad-sequence", "RFC 5321 4.1.4", "order of commands")                     \
	X(ARGUMENTS, "unexpected-arguments", "RFC 5321 4.1.1",                                     \
		"DATA, RSET, QUIT and STARTTLS have none")                                         \
	X(UNKNOWN_COMMANDS, "unknown-commands", "RFC 5321 4.2.4", "lines that are no command")     \
	X(OBSOLETE, "obsolete-command", "RFC 5321 appendix F",                                     \
		"TURN, SEND, SOML, SAML, or the debug commands of old worms")                      \
	X(AFTER_QUIT, "command-after-quit", "RFC 5321 4.1.1.10", "nothing follows QUIT")           \
	X(BAD_BDAT, "bad-bdat", "RFC 3030 2", "BDAT size [LAST]")                                  \
	X(BDAT_SURPLUS, "bdat-surplus", "RFC 3030 2", "bytes behind a chunk that are no command")  \
	X(MIXED_DATA, "data-and-bdat", "RFC 3030 2", "not both in one transaction")                \
	X(SIZE_EXCEEDED, "size-understated", "RFC 1870 6.1", "more content than SIZE declared")    \
	X(AUTH_FAILURES, "auth-failures", "RFC 4954 6", "AUTH refused")                            \
	X(AUTH_GUESSING, "auth-guessing", "RFC 4954 9", "at least three refusals in a row")        \
	X(AUTH_CLEAR, "auth-in-clear", "RFC 8314 3", "PLAIN or LOGIN without TLS")                 \
	X(VRFY_PROBE, "vrfy-probe", "RFC 5321 7.3", "VRFY and EXPN to learn addresses")            \
	X(MANY_REFUSED, "many-refused-recipients", "RFC 5321 7.3",                                 \
		"at least 5 refused, and more than accepted: a dictionary or a dead list")         \
	X(CALLOUT, "recipient-probe", "RFC 5321 7.3",                                              \
		"MAIL and RCPT, then QUIT without DATA: a sender callout or a list washer")        \
	X(NULL_SENDER, "null-sender-many-recipients", "RFC 5321 4.5.5",                            \
		"a notification has one recipient")                                                \
	X(SOURCE_ROUTE, "source-route", "RFC 5321 appendix C",                                     \
		"must not be generated; relay probe")                                              \
	X(PERCENT_HACK, "percent-hack", "RFC 1123 5.2.16",                                         \
		"user%there@here and there!user@here; relay probe")                                \
	X(HTTP, "http-in-smtp", "RFC 5321 4.1.1",                                                  \
		"GET, POST or CONNECT: a proxy is being used to reach the mail port")              \
	X(FOREIGN, "foreign-words", "RFC 5321 4.1.1",                                              \
		"header fields or another protocol's commands as lines; postscreen's non-SMTP "    \
		"command test")                                                                    \
	X(PROXIED, "proxied", "RFC 9110 9.3.6",                                                    \
		"a proxy was asked for a mail port, and connected")                                \
	X(STARTTLS_STRIPPED, "starttls-stripped", "RFC 3207 6",                                    \
		"the keyword was overwritten on the way")                                          \
	X(STARTTLS_INJECTION, "starttls-injection", "RFC 3207 4",                                  \
		"commands behind STARTTLS, before TLS (CVE-2011-0411)")                            \
	X(STARTTLS_REPLIES, "starttls-reply-injection", "RFC 3207 4",                              \
		"more replies behind STARTTLS's, before TLS (CVE-2021-38371 and its like)")        \
	X(NOT_ENCRYPTED, "starttls-not-encrypted", "RFC 3207 4",                                   \
		"STARTTLS was accepted, and no TLS followed")                                      \
	X(NO_QUIT, "no-quit", "RFC 5321 4.1.1.10", "a client does not close without QUIT")         \
	X(NO_HELO, "no-helo", "RFC 5321 4.1.1.1", "MAIL without EHLO or HELO")                     \
	X(HELO_BAD, "helo-bad-name", "RFC 5321 4.1.1.1",                                           \
		"no name at all, or one with bytes that no name has")                              \
	X(HELO_BARE_IP, "helo-bare-ip", "RFC 5321 4.1.1.1",                                        \
		"a name, or an address in square brackets")                                        \
	X(HELO_LOCALHOST, "helo-localhost", "RFC 5321 4.1.1.1", "the client's own name")           \
	X(HELO_NO_DOT, "helo-no-dot", "RFC 5321 2.3.5", "fully qualified")                         \
	X(HELO_TARGET, "helo-is-target", "RFC 5321 4.1.1.1",                                       \
		"the server's own name or address as HELO")                                        \
	X(HELO_CHANGED, "helo-changed", "RFC 5321 4.1.4",                                          \
		"another name than before, and no TLS between")                                    \
	X(IMPERSONATION, "banner-impersonation", "RFC 5321 4.3.1",                                 \
		"the greeting names a program that does not answer like that")                     \
	X(CODE_CHANGES, "reply-code-changes", "RFC 5321 4.2.1",                                    \
		"all lines of a reply have the same code")                                         \
	X(REPLY_LF, "reply-bare-lf", "RFC 5321 2.3.8", "the server's lines end with CRLF")         \
	X(NOT_A_REPLY, "not-a-reply", "RFC 5321 4.2", "lines of the server that are no reply")     \
	X(UNSOLICITED, "unsolicited-reply", "RFC 5321 4.2",                                        \
		"a reply that answers no command, other than 421")                                 \
	X(CHANGED, "changed-retransmission", "RFC 9293 3.8.1",                                     \
		"a segment sent again has the same bytes; the first copy counts")                  \
	X(URGENT, "urgent-data", "RFC 6093 5", "no new use; the receiver does not read the byte")  \
	X(STALE, "old-timestamp", "RFC 7323 5.3", "a segment that the receiver dropped for it")    \
	X(HAND_TYPED, "hand-typed", "",                                                            \
		"single bytes at the speed of fingers, or backspaces in commands")

enum anomaly {
#define X(name, text, breaks, what) ANOMALY_##name,
	ANOMALIES(X)
#undef X
		ANOMALIES_COUNT
};

struct anomalies {
	int32_t times[ANOMALIES_COUNT];
};

/* Notes it `times` more times; the first time puts it into the record.  True the first time. */
bool anomaly_add(struct anomalies *a, enum anomaly which, int64_t times,
	struct session_record *record, struct arena *arena);
/* Brings the values in the record up to date: how often each was seen. */
void anomaly_finish(const struct anomalies *a, struct session_record *record);
const char *anomaly_name(enum anomaly which);
/* "RFC 5321 3.1"; "" = it breaks no rule. */
const char *anomaly_breaks(enum anomaly which);
/* A sentence. */
const char *anomaly_what(enum anomaly which);

#endif
