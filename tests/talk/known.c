#include "talk/known.h"

#include <stdio.h>
#include <string.h>

#define LESS "client-alone front middle lost-segment lost-line"
#define LOST "lost-segment lost-line"

static const struct known {
	const char *dialogue; /* its name, or the front of it and '*' */
	const char *variants;
	const char *words; /* that what the checks say begins with */
	const char *why;
} table[] = {
	/* Only one side, or one reply, tells. */
	{ "smuggling*", LESS, "", "only the server's replies tell where the data ended" },
	{ "bare-lf-end-*", LESS, "", "only the server's reply tells whether the data ended" },
	{ "nested-mail", LESS, "", "only MAIL's reply tells whether it began another mail" },
	{ "mail-replaces-mail", LOST, "", "only MAIL's reply tells whether it began another mail" },
	{ "rfc5321-3.3-data-refused-goes-on", LESS, "",
		"only MAIL's reply tells whether it began another mail" },
	{ "data-refused-blind", LESS, "", "only DATA's reply tells whether content follows" },
	{ "rfc3030-bdat-refused", LOST, "mails: mail 1 of 2",
		"the refused chunk's reply is lost; the last chunk is refused, too" },
	{ "rfc5321-4.1.4-helo-resets-everywhere", LOST,
		"mails:", "HELO is lost, and its reply is like any other" },
	{ "rfc5321-3.3-rcpt-before-mail", LOST, "mails: mail 1 of 2",
		"RCPT behind a gap may be of a mail of which MAIL was lost" },
	{ "rfc2645-atrn-turned-round", LESS, "anomalies: anomaly unknown-commands",
		"only ATRN's reply tells that the sides have changed" },
	{ "rfc3207-injection", LESS, "replies: reply RSET 220",
		"EHLO is lost, and its offer; RSET is taken for one that waited" },
	/* What comes first decides. */
	{ "http-*", LESS, "anomalies:", "what the proxy was asked or said is lost" },
	{ "http-*", LESS, "replies:", "what the proxy was asked or said is lost" },
	{ "socks*", LESS, "anomalies:", "what the proxy was asked or said is lost" },
	{ "socks*", LESS, "replies:", "what the proxy was asked or said is lost" },
	{ "proxy-v2*", LESS, "anomalies:", "a part of the binary header is read as commands" },
	{ "not-smtp-*", LESS, "anomalies:", "the greeting that tells what it is is lost" },
	{ "not-smtp-*", LESS, "replies:", "the greeting that tells what it is is lost" },
	/* Limits. */
	{ "limit-pending", LESS, "replies:", "beyond its limit nobody remembers what waits" },
	{ "many-recipients-limit", LESS,
		"replies:", "beyond its limit nobody remembers what waits" },
	{ "rfc5321-4.5.3.1.5-long-replies", LESS, "replies:",
		"the text is cut at its limit, and ends elsewhere when lines of it are lost" },
	/* Two losses. */
	{ "gap-*", LESS, "", "something is lost already, and more leaves nothing to hold on to" },
	{ "one-sided-client-data-gap", LOST, "",
		"something is lost already, and more leaves nothing to hold on to" },
	/* Others. */
	{ "hand-typed", LOST, "anomalies: anomaly unsolicited-reply",
		"a lost key that is acknowledged may be a FIN: the stream waits, then goes on" },
	{ "data-before-354", LESS, "mails: mail 1 of 1",
		"DATA is lost, and content that did not wait is passed over as commands" },
	{ "rfc5321-3.8-421-in-data", LOST, "mails: mail 1 of 1",
		"421 ends a mail with a gap; what comes behind it is not of it" },
	{ "nested-mail-lax-server", LOST,
		"mails:", "only MAIL's reply tells whether it began another mail" },
	{ "http-connect-at-once", "lost-line", "mails:",
		"commands were sent with the proxy's request, and the greeting comes among "
		"replies" },
	/* Open: faults. */
	{ "two-mails-pipelined", "middle", "",
		"open: the capture begins in content, and the reply to its end is given to MAIL" },
	{ "many-mails-pipelined", "middle", "",
		"open: the capture begins in content, and the reply to its end is given to MAIL" },
	{ "commands-before-data-end-reply", "middle", "",
		"open: the capture begins in content, and the reply to its end is given to MAIL" },
	{ "rset-after-complete", "middle", "replies:",
		"open: the capture begins in content, and the reply to its end is given to RSET" },
	{ "rfc2033-*", "middle lost-line", "",
		"open: of LMTP's replies to the data only the first is the mail's when one is "
		"lost" },
	{ "bdat-none-left", LESS, "anomalies: anomaly bad-sequence",
		"open: 503 to the last chunk of a burst, when the offer of PIPELINING is lost" },
	{ "many-mails-pipelined", "lost-line", "anomalies: anomaly bad-sequence",
		"open: 503 to RCPT behind a MAIL of which the refusal is lost" },
	{ "rfc3030-bdat-overflow", "lost-line",
		"mails:", "open: the dot alone is lost, of commands in doubt" },
	{ "implicit-tls-plain", "middle",
		"anomalies:", "open: content without TLS on port 465 is read as commands" },
	{ "unsolicited-421", "middle",
		"replies:", "open: replies that were kept stand behind one that was not" },
	{ "early-talker", "lost-line",
		"replies:", "open: the second line of a greeting is given to EHLO" },
	{ "exim-sync-error", "middle", "replies:",
		"open: 554 as the greeting of a capture without a handshake is given to EHLO" },
};
enum { ROWS = sizeof(table) / sizeof(table[0]) };

static int hits[ROWS];

static bool
is_like(const char *name, const char *pattern)
{
	size_t len = strlen(pattern);
	if (len > 0 && pattern[len - 1] == '*')
		return strncmp(name, pattern, len - 1) == 0;
	return strcmp(name, pattern) == 0;
}

static bool
has_word(const char *words, const char *word)
{
	size_t len = strlen(word);
	for (const char *at = words; (at = strstr(at, word)) != NULL; at += len)
		if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

bool
known_fault(const char *dialogue, const char *variant, const char *words)
{
	for (size_t i = 0; i < ROWS; i++) {
		const struct known *k = &table[i];
		if (!is_like(dialogue, k->dialogue) || !has_word(k->variants, variant) ||
			strncmp(words, k->words, strlen(k->words)) != 0)
			continue;
		hits[i]++;
		return true;
	}
	return false;
}

bool
known_report(void)
{
	bool all = true;
	for (size_t i = 0; i < ROWS; i++) {
		printf("%s%-36s %5d  %s\n", hits[i] == 0 ? "FAIL nothing to tolerate: " : "* ",
			table[i].dialogue, hits[i], table[i].why);
		all &= hits[i] > 0;
	}
	return all;
}
