#include "sensor/smtp/clients_table.h"

#define RECORDED(program) program ", recorded: tests/story/peers/dialogues.txt"
#define BY_FIELD                                                                                   \
	"the field is the program's own; its dialect is documented or was seen, not recorded"

/* In step with a server that offers more, and to the end or not. */
#define LOCKSTEP "MAIL FROM:<_>*|RCPT TO:<_>*|DATA|**"

/* The first row that fits.  A program has a name here only if no other that was recorded speaks
 * like it, or if it signs its mails besides; where two are left, the name is both. */
const struct client_row clients_table[] = {
	/* Case and spacing of their own. */
	{ "Python smtplib", "ehlo **|mail FROM:<_>*|rcpt TO:<_>**", "", RECORDED("Python 3.11") },
	{ "Python smtplib", "helo **|mail FROM:<_>*|rcpt TO:<_>**", "", RECORDED("Python 3.11") },
	{ "Python smtplib", "ehlo *|STARTTLS|tls*", "",
		"cpython Lib/smtplib.py: ehlo, but STARTTLS and QUIT" },
	{ "aiosmtplib", "EHLO **|MAIL FROM:<_>* size=*|RCPT TO:<_>**", "",
		RECORDED("aiosmtplib 2.0") },
	{ "Sendmail", "EHLO **|MAIL From:<_>*|RCPT To:<_>**", "", RECORDED("Sendmail 8.17") },
	{ "Sendmail", "HELO **|MAIL From:<_>*|RCPT To:<_>**", "", RECORDED("Sendmail 8.17") },

	/* Servers that sign with their Received field. */
	{ "", "**-PIPELINING*", "Own-Received: (Postfix", "Postfix never waits where it need not" },
	{ "", "**-PIPELINING*", "Own-Received: (Exim ", "Exim never waits where it need not" },
	{ "", "**-SIZE*", "Own-Received: (Postfix", "Postfix always gives the size" },
	{ "", "**-SIZE*", "Own-Received: (Exim ", "Exim always gives the size" },
	{ "Postfix", "EHLO **|MAIL FROM:<_>**", "Own-Received: (Postfix", RECORDED("Postfix 3.7") },
	{ "Exim", "EHLO **|MAIL FROM:<_>**", "Own-Received: (Exim ", RECORDED("Exim 4.96") },
	{ "OpenSMTPD", "EHLO **|" LOCKSTEP, "Own-Received: (OpenSMTPD)",
		RECORDED("OpenSMTPD 6.8") },
	{ "DragonFly Mail Agent", "EHLO *|" LOCKSTEP, "Received: (DragonFly Mail Agent",
		RECORDED("dma 0.13") },
	{ "sSMTP", "HELO *|" LOCKSTEP, "Own-Received: (sSMTP sendmail emulation)",
		RECORDED("sSMTP 2.64") },
	{ "nullmailer", "??LO *|" LOCKSTEP, "Received: (nullmailer pid ",
		RECORDED("nullmailer 2.2") },
	{ "qmail", "HELO *|MAIL FROM:<_>|RCPT TO:<_>|DATA|QUIT crlf relays*", "Received: (qmail ",
		"qmail-remote.c: HELO, one command at a time" },
	{ "Haraka", "EHLO **|MAIL FROM:<_>**", "Received: (Haraka", BY_FIELD },
	{ "Exchange", "EHLO *|MAIL FROM:<_> SIZE=**", "Received: with Microsoft SMTP Server",
		BY_FIELD },

	/* Postfix and Exim by what they say alone. */
	{ "Postfix", "EHLO *|MAIL FROM:<_> SIZE=*+RCPT TO:<_>* ORCPT=*+DATA**", "",
		"smtp_proto.c: ORCPT wherever DSN is offered; " RECORDED("Postfix 3.7") },
	{ "Exim", "EHLO *|MAIL FROM:<_> SIZE=*+RCPT TO:<_>*+BDAT _**", "",
		"transports/smtp.c: the chunk goes with the envelope; " RECORDED("Exim 4.96") },
	{ "Postfix", "EHLO *|MAIL FROM:<_> SIZE=*+RCPT TO:<_>*+DATA|RSET+QUIT crlf*", "",
		"smtp_proto.c: when all recipients are refused, RSET and QUIT go together" },
	{ "Postfix or Exim", "EHLO *|MAIL FROM:<_> SIZE=*+RCPT TO:<_>*+DATA+QUIT*", "",
		"both send QUIT with the final dot; " RECORDED("Postfix 3.7, Exim 4.96") },

	/* A relay that nobody knows sends what others wrote. */
	{ "", "** relays*", "", "" },

	/* Programs that sign with a field. */
	{ "swaks", "EHLO **|MAIL FROM:<_>*?RCPT TO:<_>**", "X-Mailer: swaks v",
		RECORDED("swaks 20201014") },
	{ "PHPMailer", "EHLO **|" LOCKSTEP, "X-Mailer: PHPMailer ", RECORDED("PHPMailer 6.6") },
	{ "SwiftMailer", "EHLO **|MAIL FROM:<_>*|RCPT TO:<_>**", "Message-ID: @swift.generated>",
		RECORDED("SwiftMailer 6.3") },
	{ "JavaMail", "EHLO **|" LOCKSTEP, "Message-ID: .JavaMail.", BY_FIELD },
	{ "LuaSocket", "EHLO **|" LOCKSTEP, "X-Mailer: LuaSocket ", RECORDED("LuaSocket 3.0") },
	{ "Emacs", "EHLO **|" LOCKSTEP, "Message-ID: .fsf@", RECORDED("Emacs 28") },
	{ "GNU Mailutils", "EHLO **|" LOCKSTEP, "User-Agent: mail (GNU Mailutils",
		RECORDED("Mailutils 3.15") },
	{ "sendEmail", "EHLO **|" LOCKSTEP, "X-Mailer: sendEmail-", RECORDED("sendEmail 1.56") },
	{ "Ruby Mail", "EHLO **|" LOCKSTEP, "Message-ID: .mail>", RECORDED("Ruby Mail 2.7") },
	{ "Thunderbird", "EHLO [ip]**|MAIL FROM:<_>*|RCPT TO:<_>**", "User-Agent: Thunderbird",
		BY_FIELD },
	{ "Apple Mail", "EHLO [ip]**|MAIL FROM:<_>*|RCPT TO:<_>**", "X-Mailer: Apple Mail",
		BY_FIELD },
	{ "Outlook", "EHLO **|MAIL FROM:*_>*|RCPT TO:*_>**", "X-Mailer: Microsoft Outlook",
		BY_FIELD },
	{ "Outlook", "EHLO **|MAIL FROM:*_>*|RCPT TO:*_>**", "X-Mailer: Microsoft Office Outlook",
		BY_FIELD },
	{ "Mutt", "??LO **|" LOCKSTEP, "User-Agent: Mutt/", BY_FIELD },

	/* What is left, by dialect alone. */
	{ "Go net/smtp",
		"EHLO **|MAIL FROM:<_> BODY=8BITMIME SMTPUTF8|RCPT TO:<_>|** -PIPELINING -SIZE*",
		"", "net/smtp: both parameters wherever they are offered; " RECORDED("Go 1.19") },
	{ "Go net/smtp",
		"EHLO localhost**|MAIL FROM:<_> BODY=8BITMIME|RCPT TO:<_>|** -PIPELINING -SIZE*",
		"", RECORDED("Go 1.19") },
	{ "msmtp", "EHLO localhost|MAIL FROM:<_>|RCPT TO:<_>+DATA**", "", RECORDED("msmtp 1.8") },
	{ "SwiftMailer", "EHLO [loopback]|MAIL FROM:<_>|RCPT TO:<_>+DATA|QUIT*", "",
		RECORDED("SwiftMailer 6.3") },
	{ "msmtp or SwiftMailer", "EHLO *|MAIL FROM:<_>|RCPT TO:<_>+DATA|QUIT*", "",
		"MAIL waits, RCPT does not; " RECORDED("msmtp 1.8, SwiftMailer 6.3") },
	{ "Symfony Mailer or lettre",
		"EHLO [loopback]|MAIL FROM:<_>|RCPT TO:<_>|**QUIT crlf -PIPELINING -SIZE*", "",
		"lettre takes [127.0.0.1] where it finds no name; " RECORDED(
			"Symfony Mailer 5.4") },
};

const size_t clients_table_count = sizeof(clients_table) / sizeof(clients_table[0]);
