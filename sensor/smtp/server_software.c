#include <assert.h>
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/smtp/pairs.h"
#include "sensor/smtp/server_software.h"

#define TEXT_MAX 700   /* bytes of a text that are looked at */
#define REPLIES_MAX 16 /* of one session */

/* `speaks`: its wording has rows enough that it would be noticed in a dialogue; `family`: programs
 * of one family may show each other's cues, and a name is no contradiction then. */
#define PROGRAMS(X)                                                                                \
	X(NONE, "", 0, 0)                                                                          \
	X(POSTFIX, "Postfix", 1, 'p')                                                              \
	X(EXIM, "Exim", 1, 'e')                                                                    \
	X(SENDMAIL, "Sendmail", 1, 's')                                                            \
	X(OPENSMTPD, "OpenSMTPD", 1, 'o')                                                          \
	X(EXCHANGE, "Exchange", 1, 'm')                                                            \
	X(OUTLOOK, "Outlook.com", 1, 'm')                                                          \
	X(IIS, "IIS SMTP", 1, 'm')                                                                 \
	X(QMAIL, "qmail", 1, 'q')                                                                  \
	X(HARAKA, "Haraka", 1, 'h')                                                                \
	X(GMAIL, "Gmail", 1, 'g')                                                                  \
	X(YAHOO, "Yahoo", 1, 'y')                                                                  \
	X(IRONPORT, "IronPort", 1, 'y')                                                            \
	X(COURIER, "Courier", 0, 0)                                                                \
	X(MAILENABLE, "MailEnable", 0, 0)                                                          \
	X(MDAEMON, "MDaemon", 0, 0)                                                                \
	X(KERIO, "Kerio Connect", 0, 0)                                                            \
	X(ICEWARP, "IceWarp", 0, 0)                                                                \
	X(COMMUNIGATE, "CommuniGate Pro", 0, 0)                                                    \
	X(NEMESIS, "Nemesis", 0, 0)                                                                \
	X(DOMINO, "Domino", 0, 0)                                                                  \
	X(STALWART, "Stalwart", 0, 0)                                                              \
	X(ARGOSOFT, "ArGoSoft", 0, 0)                                                              \
	X(HMAILSERVER, "hMailServer", 0, 0)                                                        \
	X(MERCURY, "Mercury", 0, 0)                                                                \
	X(ZIMBRA, "Zimbra", 0, 'p')                                                                \
	X(JAMES, "James", 0, 0)                                                                    \
	X(AXIGEN, "Axigen", 0, 0)                                                                  \
	X(GROUPWISE, "GroupWise", 0, 0)                                                            \
	X(ORACLE, "Oracle Messaging Server", 0, 0)                                                 \
	X(SURGEMAIL, "SurgeMail", 0, 0)                                                            \
	X(XMAIL, "XMail", 0, 0)                                                                    \
	X(SMARTERMAIL, "SmarterMail", 0, 0)                                                        \
	X(POWERMTA, "PowerMTA", 0, 0)                                                              \
	X(MOMENTUM, "Momentum", 0, 0)                                                              \
	X(KUMOMTA, "KumoMTA", 0, 0)                                                                \
	X(MADDY, "maddy", 0, 0)                                                                    \
	X(DOVECOT, "Dovecot", 0, 0)                                                                \
	X(CYRUS, "Cyrus", 0, 0)                                                                    \
	X(SMTPD_PY, "Python smtpd", 0, 0)                                                          \
	X(AIOSMTPD, "aiosmtpd", 0, 0)                                                              \
	X(COREMAIL, "Coremail", 0, 0)                                                              \
	X(QQ, "QQ Mail", 0, 0)                                                                     \
	X(YANDEX, "Yandex", 0, 'p')                                                                \
	X(MAIL_RU, "Mail.ru", 0, 0)                                                                \
	X(T_ONLINE, "T-Online", 0, 0)                                                              \
	X(CLOUDMARK, "Cloudmark Gateway", 0, 0)                                                    \
	X(PROOFPOINT, "Proofpoint", 0, 's')                                                        \
	X(MIMECAST, "Mimecast", 0, 0)                                                              \
	X(MESSAGELABS, "Symantec.cloud", 0, 0)                                                     \
	X(BARRACUDA, "Barracuda", 0, 0)                                                            \
	X(FORTIMAIL, "FortiMail", 0, 's')                                                          \
	X(SES, "Amazon SES", 0, 0)                                                                 \
	X(MAILCHANNELS, "MailChannels", 0, 0)                                                      \
	X(ZOHO, "Zoho", 0, 0)                                                                      \
	X(MAILGUN, "Mailgun", 0, 0)                                                                \
	X(GOSMTP, "go-smtp", 0, 0)                                                                 \
	X(EMAILRELAY, "E-MailRelay", 0, 0)                                                         \
	X(SMTP4DEV, "smtp4dev", 0, 0)                                                              \
	X(ASSP, "ASSP", 0, 0)                                                                      \
	X(TRENDMICRO, "Trend Micro", 0, 'p')

enum program {
#define X(name, text, speaks, family) PROGRAM_##name,
	PROGRAMS(X)
#undef X
		PROGRAMS_COUNT,
};

static const struct {
	const char *name;
	bool speaks;
	char family;
} programs[PROGRAMS_COUNT] = {
#define X(name, text, speaks, family) [PROGRAM_##name] = { text, speaks, family },
	PROGRAMS(X)
#undef X
};

_Static_assert(PROGRAMS_COUNT <= SERVER_PROGRAMS_MAX, "a guess has room for every program");

enum cue_where {
	BANNER,	    /* the greeting, from its second word on: the first is the host's name */
	BANNER_ALL, /* the greeting with the host's name */
	HELLO,	    /* first line of the reply to EHLO or HELO */
	OFFERS,	    /* the keywords of EHLO in their order: " size 8bitmime help " */
	REPLY,
};

/* How sure a cue is. */
enum cue_weight {
	HINT = 1, /* others say it too */
	SAYS = 3, /* the wording of this program, and hardly of another */
	NAME = 5, /* it names itself */
	HOST = 6, /* the name of a provider's host beside its program's name */
};

#define ENOUGH 3 /* one wording */
#define CLEAR 9	 /* its name and more than one cue: nothing that comes can change it */
#define STRONG 4 /* more than hints */

static const struct cue {
	enum cue_where where;
	enum program program;
	enum cue_weight weight;
	const char *text; /* lower case */
	const char *source;
} cues[] = {
	/* Names.  A name in the reply to EHLO or HELP is one, too. */
	{ BANNER_ALL, PROGRAM_OUTLOOK, HOST, ".outlook.com microsoft esmtp mail service",
		"Exchange Online's greeting" },
	{ BANNER_ALL, PROGRAM_OUTLOOK, HOST, ".hotmail.com microsoft", "the same, consumer" },
	{ BANNER, PROGRAM_POSTFIX, NAME, "postfix", "smtpd_banner = $myhostname ESMTP $mail_name" },
	{ BANNER, PROGRAM_ZIMBRA, HOST, "zimbra", "its Postfix' mail_name" },
	{ BANNER, PROGRAM_EXIM, NAME, "exim", "smtp_banner = $smtp_active_hostname ESMTP Exim" },
	{ BANNER, PROGRAM_OPENSMTPD, NAME, "opensmtpd", "smtp_session.c" },
	{ BANNER, PROGRAM_SENDMAIL, NAME, "sendmail", "cf: O SmtpGreetingMessage=$j Sendmail $v" },
	{ BANNER, PROGRAM_EXCHANGE, NAME, "microsoft esmtp mail service",
		"Exchange 2007 and later: \"... ready at\"" },
	{ BANNER, PROGRAM_IIS, HOST, "microsoft esmtp mail service, version",
		"Windows' own SMTP service, and Exchange 2000 and 2003 on it" },
	{ BANNER, PROGRAM_EXCHANGE, NAME, "microsoft exchange",
		"Exchange 5.5, and LMTP of later ones" },
	{ BANNER, PROGRAM_QMAIL, NAME, "qmail", "qmail's control/smtpgreeting as often set" },
	{ BANNER, PROGRAM_HARAKA, NAME, "haraka", "connection.js: ESMTP Haraka x ready" },
	{ BANNER, PROGRAM_GMAIL, NAME, "gsmtp", "mx.google.com ESMTP id - gsmtp" },
	{ BANNER_ALL, PROGRAM_YAHOO, NAME, ".yahoo.com esmtp ready", "mtaproxy... ESMTP ready" },
	{ BANNER_ALL, PROGRAM_YAHOO, NAME, ".yahoodns.net esmtp ready", "the same" },
	{ BANNER, PROGRAM_YAHOO, NAME, "ysmtpproxy", "older Yahoo" },
	{ BANNER, PROGRAM_EMAILRELAY, NAME, "e-mailrelay", "-- E-MailRelay x -- Service ready" },
	{ BANNER, PROGRAM_SMTP4DEV, NAME, "smtp4dev ready", "its greeting" },
	{ BANNER_ALL, PROGRAM_IRONPORT, NAME, ".iphmx.com esmtp", "Cisco's hosted gateways" },
	{ BANNER, PROGRAM_COURIER, NAME, "courier", "courieresmtpd" },
	{ BANNER, PROGRAM_MAILENABLE, NAME, "mailenable", "MailEnable Service, Version" },
	{ BANNER, PROGRAM_MDAEMON, NAME, "mdaemon", "ESMTP MDaemon x" },
	{ BANNER, PROGRAM_KERIO, NAME, "kerio", "Kerio Connect x ESMTP ready" },
	{ BANNER, PROGRAM_ICEWARP, NAME, "icewarp", "ESMTP IceWarp x" },
	{ BANNER, PROGRAM_ICEWARP, NAME, "merak", "its former name" },
	{ BANNER, PROGRAM_COMMUNIGATE, NAME, "communigate", "ESMTP CommuniGate Pro x" },
	{ BANNER, PROGRAM_NEMESIS, NAME, "nemesis esmtp", "GMX, web.de, mail.com, IONOS" },
	{ BANNER, PROGRAM_DOMINO, NAME, "domino",
		"ESMTP Service (Lotus Domino / IBM Domino / HCL Domino ...)" },
	{ BANNER, PROGRAM_STALWART, NAME, "stalwart", "Stalwart ESMTP at your service" },
	{ BANNER, PROGRAM_ARGOSOFT, NAME, "argosoft", "ArGoSoft Mail Server" },
	{ BANNER, PROGRAM_HMAILSERVER, NAME, "hmailserver", "its welcome message as often set" },
	{ BANNER, PROGRAM_MERCURY, NAME, "mercury", "ESMTP server ready. Mercury/32" },
	{ BANNER, PROGRAM_JAMES, NAME, "james", "(JAMES SMTP Server ...)" },
	{ BANNER, PROGRAM_AXIGEN, NAME, "axigen", "Axigen ESMTP ready" },
	{ BANNER, PROGRAM_GROUPWISE, NAME, "groupwise", "GroupWise Internet Agent" },
	{ BANNER, PROGRAM_ORACLE, NAME, "messaging server",
		"Oracle Communications, Sun Java System" },
	{ BANNER, PROGRAM_SURGEMAIL, NAME, "surgemail", "SurgeSMTP (Version ...)" },
	{ BANNER, PROGRAM_SURGEMAIL, NAME, "surgesmtp", "the same" },
	{ BANNER, PROGRAM_XMAIL, NAME, "xmail", "[XMail x ESMTP Server]" },
	{ BANNER, PROGRAM_SMARTERMAIL, NAME, "smartermail", "its greeting as often set" },
	{ BANNER, PROGRAM_POWERMTA, NAME, "powermta", "(PowerMTA(TM) v...) ESMTP service ready" },
	{ BANNER, PROGRAM_MOMENTUM, NAME, "ecelerity", "ESMTP ecelerity x" },
	{ BANNER, PROGRAM_KUMOMTA, NAME, "kumomta", "Welcome to KumoMTA!" },
	{ BANNER, PROGRAM_MADDY, NAME, "maddy", "its greeting" },
	{ BANNER, PROGRAM_DOVECOT, NAME, "dovecot", "Dovecot ready. (submission, LMTP)" },
	{ BANNER, PROGRAM_CYRUS, NAME, "cyrus", "Cyrus x server ready (LMTP)" },
	{ BANNER, PROGRAM_SMTPD_PY, NAME, "python smtp proxy version", "cpython Lib/smtpd.py" },
	{ BANNER, PROGRAM_AIOSMTPD, NAME, "python smtp ", "aiosmtpd/smtp.py: Python SMTP x" },
	{ BANNER, PROGRAM_COREMAIL, NAME, "coremail", "Anti-spam GT for Coremail System" },
	{ BANNER, PROGRAM_QQ, NAME, "qq mail server", "MX QQ Mail Server" },
	{ BANNER_ALL, PROGRAM_YANDEX, NAME, ".yandex.net",
		"(Want to use Yandex.Mail for your domain?)" },
	{ BANNER_ALL, PROGRAM_MAIL_RU, NAME, "mail.ru esmtp ready",
		"Looking for Mail for your domain?" },
	{ BANNER, PROGRAM_T_ONLINE, NAME, "t-online esmtp receiver",
		"T-Online ESMTP receiver ready" },
	{ BANNER, PROGRAM_CLOUDMARK, NAME, "bizsmtp", "bizsmtp ESMTP server ready" },
	{ BANNER, PROGRAM_CLOUDMARK, NAME, "cmsmtp", "the same" },
	{ BANNER, PROGRAM_CLOUDMARK, NAME, "comcast esmtp server ready", "Comcast's own" },
	{ BANNER_ALL, PROGRAM_PROOFPOINT, NAME, ".pphosted.com esmtp", "ESMTP mfa-m..." },
	{ BANNER_ALL, PROGRAM_MIMECAST, NAME, ".mimecast.com esmtp", "Mimecast's greeting" },
	{ BANNER_ALL, PROGRAM_MESSAGELABS, NAME, ".messagelabs.com esmtp",
		"Symantec.cloud, now Broadcom" },
	{ BANNER_ALL, PROGRAM_BARRACUDA, NAME, ".barracudanetworks.com esmtp",
		"Barracuda's hosted service" },
	{ BANNER, PROGRAM_FORTIMAIL, NAME, "fortimail", "FortiMail's greeting" },
	{ BANNER, PROGRAM_SES, NAME, "simpleemailservice", "ESMTP SimpleEmailService-... " },
	{ BANNER_ALL, PROGRAM_SES, NAME, ".amazonaws.com esmtp",
		"the same for mail that comes in" },
	{ BANNER, PROGRAM_MAILCHANNELS, NAME, "mailchannels", "its greeting" },
	{ BANNER_ALL, PROGRAM_ZOHO, NAME, "zoho.com smtp server ready", "Zoho's greeting" },
	{ BANNER_ALL, PROGRAM_ZOHO, NAME, "zohomail.com smtp server ready", "the same" },
	{ BANNER_ALL, PROGRAM_MAILGUN, NAME, ".mailgun.org esmtp ready", "Mailgun's greeting" },
	{ BANNER, PROGRAM_GOSMTP, HINT, "esmtp service ready", "emersion/go-smtp, and others" },
	{ BANNER, PROGRAM_ASSP, NAME, "assp", "its greeting in front of another's" },
	{ BANNER_ALL, PROGRAM_TRENDMICRO, NAME, ".trendmicro.com esmtp",
		"Trend Micro's hosted service" },

	{ HELLO, PROGRAM_HARAKA, SAYS, "haraka is at your service", "connection.js" },
	{ HELLO, PROGRAM_GMAIL, SAYS, "mx.google.com at your service", "Gmail's reply to EHLO" },
	{ HELLO, PROGRAM_GMAIL, SAYS, "smtp.gmail.com at your service", "the same for submission" },
	{ HELLO, PROGRAM_OUTLOOK, SAYS, ".outlook.com hello [",
		"Exchange Online: names the client's address" },
	{ HELLO, PROGRAM_EXCHANGE, HINT, " hello [", "Exchange: the address and no name" },
	{ HELLO, PROGRAM_OUTLOOK, HINT, " hello [", "the same" },
	{ HELLO, PROGRAM_IIS, HINT, " hello [", "the same" },
	{ HELLO, PROGRAM_SENDMAIL, HINT, ", pleased to meet you", "srvrsmtp.c" },
	{ HELLO, PROGRAM_OPENSMTPD, HINT, ", pleased to meet you", "smtp_session.c" },
	{ HELLO, PROGRAM_MDAEMON, HINT, ", pleased to meet you", "MDaemon's" },
	{ HELLO, PROGRAM_MDAEMON, SAYS, " hello and welcome", "older MDaemon" },
	{ HELLO, PROGRAM_DOMINO, HINT, ", pleased to meet you", "Domino's" },
	{ HELLO, PROGRAM_DOMINO, SAYS, ", pleased to meet you.", "with a full stop" },
	{ HELLO, PROGRAM_MAILENABLE, SAYS, ", this server offers ",
		"MailEnable: \"this server offers n extensions\"" },
	{ HELLO, PROGRAM_STALWART, SAYS, " you had me at ehlo", "Stalwart" },
	{ HELLO, PROGRAM_COMMUNIGATE, SAYS, " is pleased to meet you",
		"CommuniGate: domain is pleased to meet you" },

	/* What is offered, in the order in which the program lists it. */
	{ OFFERS, PROGRAM_POSTFIX, SAYS, " enhancedstatuscodes 8bitmime dsn", "smtpd.c, ehlo_cmd" },
	{ OFFERS, PROGRAM_POSTFIX, HINT, "^ pipelining size ", "the same" },
	{ OFFERS, PROGRAM_POSTFIX, SAYS, "^ pipelining size etrn ", "the same, VRFY disabled" },
	{ OFFERS, PROGRAM_POSTFIX, SAYS, "^ pipelining size vrfy etrn ", "the same" },
	{ OFFERS, PROGRAM_EXIM, SAYS, "^ size 8bitmime pipelining ",
		"smtp_in.c: then CHUNKING, STARTTLS, HELP" },
	{ OFFERS, PROGRAM_EXIM, SAYS, "^ size limits 8bitmime pipelining ", "the same, 4.98" },
	{ OFFERS, PROGRAM_EXIM, SAYS, "^ size 8bitmime dsn pipelining ",
		"the same with dsn_advertise_hosts" },
	{ OFFERS, PROGRAM_EXIM, SAYS, " pipeconnect ",
		"smtp_in.c, pipelining_connect_advertise_hosts" },
	{ OFFERS, PROGRAM_EXIM, SAYS, " x_pipe_connect ", "the same before 4.94" },
	{ OFFERS, PROGRAM_EXIM, SAYS, " prdr ", "smtp_in.c, prdr_enable" },
	{ OFFERS, PROGRAM_SENDMAIL, SAYS, "^ enhancedstatuscodes pipelining ", "srvrsmtp.c" },
	{ OFFERS, PROGRAM_SENDMAIL, HINT, " deliverby help $", "the same" },
	{ OFFERS, PROGRAM_SENDMAIL, SAYS, " 8bitmime size dsn etrn ", "the same" },
	{ OFFERS, PROGRAM_OPENSMTPD, SAYS, "^ 8bitmime enhancedstatuscodes size dsn ",
		"smtp_session.c" },
	{ OFFERS, PROGRAM_OPENSMTPD, SAYS, "^ 8bitmime enhancedstatuscodes size help $",
		"the same, older" },
	{ OFFERS, PROGRAM_EXCHANGE, HINT, "^ size pipelining dsn enhancedstatuscodes ",
		"Exchange 2007 and later" },
	{ OFFERS, PROGRAM_OUTLOOK, HINT, "^ size pipelining dsn enhancedstatuscodes ", "the same" },
	{ OFFERS, PROGRAM_EXCHANGE, HINT, " 8bitmime binarymime chunking ", "the same" },
	{ OFFERS, PROGRAM_OUTLOOK, HINT, " 8bitmime binarymime chunking ", "the same" },
	{ OFFERS, PROGRAM_EXCHANGE, SAYS, " x-anonymoustls ",
		"MS-OXSMTP: between Exchange servers" },
	{ OFFERS, PROGRAM_EXCHANGE, SAYS, " x-exps ", "MS-OXSMTP" },
	{ OFFERS, PROGRAM_EXCHANGE, SAYS, " xrdst ", "Exchange 2010 and later" },
	{ OFFERS, PROGRAM_EXCHANGE, SAYS, " xexch50 ", "Exchange 2000 to 2007" },
	{ OFFERS, PROGRAM_EXCHANGE, SAYS, " x-link2state ", "Exchange 2000 and 2003" },
	{ OFFERS, PROGRAM_IIS, SAYS, "^ turn size etrn pipelining dsn ", "Windows' SMTP service" },
	{ OFFERS, PROGRAM_IIS, SAYS, " binarymime chunking vrfy ok $",
		"the same: a line OK at the end" },
	{ OFFERS, PROGRAM_GMAIL, SAYS,
		"^ size 8bitmime starttls enhancedstatuscodes pipelining chunking smtputf8 $",
		"mx.google.com" },
	{ OFFERS, PROGRAM_HARAKA, SAYS, "^ pipelining 8bitmime smtputf8 size ", "connection.js" },
	{ OFFERS, PROGRAM_QMAIL, HINT, "^ pipelining 8bitmime $",
		"qmail-smtpd.c: no more than these" },
	{ OFFERS, PROGRAM_YAHOO, HINT, "^ pipelining size 8bitmime starttls $", "mtaproxy" },
	{ OFFERS, PROGRAM_IRONPORT, HINT, "^ 8bitmime size ", "AsyncOS: 8BITMIME, SIZE, STARTTLS" },
	{ OFFERS, PROGRAM_AIOSMTPD, SAYS, "^ size 8bitmime smtputf8 help $", "aiosmtpd/smtp.py" },
	{ OFFERS, PROGRAM_DOVECOT, SAYS, "^ starttls 8bitmime enhancedstatuscodes pipelining $",
		"LMTP" },

	/* Replies, without their codes. */
	{ REPLY, PROGRAM_POSTFIX, SAYS, "ok: queued as ", "smtpd.c" },
	{ REPLY, PROGRAM_POSTFIX, SAYS, "error: command not recognized", "smtpd.c" },
	{ REPLY, PROGRAM_POSTFIX, SAYS, "error: need mail command", "smtpd.c" },
	{ REPLY, PROGRAM_POSTFIX, SAYS, "error: need rcpt command", "smtpd.c" },
	{ REPLY, PROGRAM_POSTFIX, SAYS, "error: nested mail command", "smtpd.c" },
	{ REPLY, PROGRAM_POSTFIX, SAYS, "error: no valid recipients", "smtpd.c" },
	{ REPLY, PROGRAM_POSTFIX, SAYS, "error: send helo/ehlo first", "smtpd.c" },
	{ REPLY, PROGRAM_POSTFIX, SAYS, "error: bad syntax", "smtpd.c" },
	{ REPLY, PROGRAM_POSTFIX, SAYS, "error: too many errors", "smtpd.c" },
	{ REPLY, PROGRAM_POSTFIX, SAYS, "error: timeout exceeded", "smtpd.c" },
	{ REPLY, PROGRAM_POSTFIX, SAYS, "bad sender address syntax", "smtpd.c" },
	{ REPLY, PROGRAM_POSTFIX, SAYS, "bad recipient address syntax", "smtpd.c" },
	{ REPLY, PROGRAM_POSTFIX, SAYS, "i can break rules, too. goodbye.", "smtpd.c, postscreen" },
	{ REPLY, PROGRAM_POSTFIX, SAYS, " recipient table",
		"user unknown in local recipient table" },
	{ REPLY, PROGRAM_POSTFIX, SAYS, "recipient address rejected: ", "smtpd_check.c" },
	{ REPLY, PROGRAM_POSTFIX, SAYS, "sender address rejected: ", "smtpd_check.c" },
	{ REPLY, PROGRAM_POSTFIX, SAYS, "helo command rejected: ", "smtpd_check.c" },
	{ REPLY, PROGRAM_POSTFIX, SAYS, "client host rejected: ", "smtpd_check.c" },
	{ REPLY, PROGRAM_POSTFIX, SAYS, ": relay access denied", "smtpd_check.c" },
	{ REPLY, PROGRAM_POSTFIX, SAYS, "service unavailable; client ",
		"default_rbl_reply, postscreen" },
	{ REPLY, PROGRAM_POSTFIX, SAYS, "service currently unavailable", "postscreen" },
	{ REPLY, PROGRAM_POSTFIX, HINT, "end data with <cr><lf>.<cr><lf>",
		"smtpd.c; Sendmail from 8.18 on" },
	{ REPLY, PROGRAM_SENDMAIL, HINT, "end data with <cr><lf>.<cr><lf>", "the same" },
	{ REPLY, PROGRAM_EXIM, SAYS, "ok id=", "receive.c" },
	{ REPLY, PROGRAM_EXIM, SAYS, "enter message, ending with \".\" on a line by itself",
		"smtp_in.c" },
	{ REPLY, PROGRAM_EXIM, SAYS, "syntactically invalid ", "smtp_in.c" },
	{ REPLY, PROGRAM_EXIM, SAYS, "sender verify failed", "verify.c" },
	{ REPLY, PROGRAM_EXIM, SAYS, "sender already given", "smtp_in.c" },
	{ REPLY, PROGRAM_EXIM, SAYS, "sender not yet given", "smtp_in.c" },
	{ REPLY, PROGRAM_EXIM, SAYS, "valid rcpt command must precede data", "smtp_in.c" },
	{ REPLY, PROGRAM_EXIM, SAYS, "all rcpt commands were rejected", "smtp_in.c" },
	{ REPLY, PROGRAM_EXIM, SAYS, "smtp synchronization error", "smtp_in.c" },
	{ REPLY, PROGRAM_EXIM, SAYS, "relay not permitted", "the default configuration" },
	{ REPLY, PROGRAM_EXIM, SAYS, "unrouteable address", "verify.c; and its spelling" },
	{ REPLY, PROGRAM_EXIM, SAYS, "administrative prohibition", "smtp_in.c" },
	{ REPLY, PROGRAM_EXIM, SAYS, "unrecognized command$", "smtp_in.c" },
	{ REPLY, PROGRAM_EXIM, SAYS, "too many syntax or protocol errors", "smtp_in.c" },
	{ REPLY, PROGRAM_EXIM, SAYS, "^reset ok$", "smtp_in.c" },
	{ REPLY, PROGRAM_EXIM, HINT, "^accepted$", "smtp_in.c, for RCPT" },
	{ REPLY, PROGRAM_EXIM, HINT, " closing connection", "smtp_in.c: host closing connection" },
	{ REPLY, PROGRAM_SENDMAIL, HINT, " closing connection", "srvrsmtp.c: the same" },
	{ REPLY, PROGRAM_SENDMAIL, SAYS, "... sender ok", "srvrsmtp.c" },
	{ REPLY, PROGRAM_SENDMAIL, SAYS, "... recipient ok", "srvrsmtp.c" },
	{ REPLY, PROGRAM_SENDMAIL, SAYS, "... user unknown", "srvrsmtp.c" },
	{ REPLY, PROGRAM_SENDMAIL, SAYS, "... relaying denied", "check_rcpt of the cf" },
	{ REPLY, PROGRAM_SENDMAIL, SAYS, "... domain of sender address ", "check_mail of the cf" },
	{ REPLY, PROGRAM_SENDMAIL, SAYS, "command unrecognized: \"", "srvrsmtp.c" },
	{ REPLY, PROGRAM_SENDMAIL, SAYS, "this is sendmail", "helpfile" },
	{ REPLY, PROGRAM_SENDMAIL, SAYS, "need mail before rcpt", "srvrsmtp.c" },
	{ REPLY, PROGRAM_SENDMAIL, SAYS, "need rcpt (recipient)", "srvrsmtp.c" },
	{ REPLY, PROGRAM_SENDMAIL, SAYS, "polite people say helo first", "srvrsmtp.c" },
	{ REPLY, PROGRAM_SENDMAIL, SAYS, "cannot vrfy user; try rcpt to attempt delivery",
		"srvrsmtp.c" },
	{ REPLY, PROGRAM_SENDMAIL, HINT, " message accepted for delivery", "srvrsmtp.c" },
	{ REPLY, PROGRAM_OPENSMTPD, HINT, " message accepted for delivery", "smtp_session.c" },
	{ REPLY, PROGRAM_SENDMAIL, HINT, "enter mail, end with \".\" on a line by itself",
		"srvrsmtp.c before 8.18" },
	{ REPLY, PROGRAM_OPENSMTPD, HINT, "enter mail, end with \".\" on a line by itself",
		"smtp_session.c" },
	{ REPLY, PROGRAM_OPENSMTPD, SAYS, "destination address valid: recipient ok",
		"smtp_session.c" },
	{ REPLY, PROGRAM_OPENSMTPD, SAYS, "invalid command: ", "smtp_session.c" },
	{ REPLY, PROGRAM_OPENSMTPD, SAYS, "this is opensmtpd", "smtp_session.c, HELP" },
	{ REPLY, PROGRAM_EXCHANGE, SAYS,
		"[internalid=", "2.6.0 <id> [InternalId=..., Hostname=...]" },
	{ REPLY, PROGRAM_OUTLOOK, SAYS, ".outlook.com] ",
		"the same: Hostname=....prod.outlook.com]" },
	{ REPLY, PROGRAM_EXCHANGE, HINT, " queued mail for delivery", "Exchange, IIS" },
	{ REPLY, PROGRAM_IIS, HINT, " queued mail for delivery", "the same" },
	{ REPLY, PROGRAM_IIS, SAYS, "....sender ok", "IIS: 2.1.0 a@b.example....Sender OK" },
	{ REPLY, PROGRAM_EXCHANGE, SAYS, "^sender ok$", "Exchange 2007 and later" },
	{ REPLY, PROGRAM_EXCHANGE, SAYS, "^recipient ok$", "the same" },
	{ REPLY, PROGRAM_EXCHANGE, HINT, "start mail input; end with <crlf>.<crlf>",
		"RFC 5321's own words" },
	{ REPLY, PROGRAM_EXCHANGE, HINT, "service closing transmission channel",
		"RFC 5321's own words" },
	{ REPLY, PROGRAM_EXCHANGE, SAYS, "client was not authenticated", "Exchange" },
	{ REPLY, PROGRAM_EXCHANGE, SAYS, "unrecognized command '", "Exchange 2016 and later" },
	{ REPLY, PROGRAM_EXCHANGE, SAYS, "this server supports the following commands", "HELP" },
	{ REPLY, PROGRAM_EXCHANGE, SAYS, "smtp; unable to relay", "5.7.54" },
	{ REPLY, PROGRAM_EXCHANGE, SAYS, "resolver.adr.", "5.1.1 RESOLVER.ADR.RecipNotFound" },
	{ REPLY, PROGRAM_EXCHANGE, SAYS, "resolver.rst.", "5.7.1 RESOLVER.RST.NotAuthorized" },
	{ REPLY, PROGRAM_OUTLOOK, SAYS, "(s3140)", "consumer Outlook.com" },
	{ REPLY, PROGRAM_OUTLOOK, SAYS, "(s3150)", "the same" },
	{ REPLY, PROGRAM_QMAIL, SAYS, " qp ", "qmail-smtpd.c: ok 1700000000 qp 123" },
	{ REPLY, PROGRAM_QMAIL, SAYS, " (#5.5.1)", "qmail-smtpd.c: codes in brackets behind" },
	{ REPLY, PROGRAM_QMAIL, SAYS, "send some mail, i'll try my best", "qmail-smtpd.c" },
	{ REPLY, PROGRAM_QMAIL, SAYS, "list of allowed rcpthosts", "qmail-smtpd.c" },
	{ REPLY, PROGRAM_QMAIL, SAYS, "qmail home page", "qmail-smtpd.c, HELP" },
	{ REPLY, PROGRAM_QMAIL, SAYS, "sorry, no mailbox here by that name", "vpopmail, chkuser" },
	{ REPLY, PROGRAM_QMAIL, HINT, "^go ahead$", "qmail-smtpd.c; IronPort, Yahoo" },
	{ REPLY, PROGRAM_HARAKA, SAYS, "go ahead, make my day", "connection.js" },
	{ REPLY, PROGRAM_HARAKA, SAYS, "message queued (", "outbound: Message Queued (uuid)" },
	{ REPLY, PROGRAM_HARAKA, SAYS, "have a jolly good day", "connection.js" },
	{ REPLY, PROGRAM_HARAKA, SAYS, "i believe you", "plugins: recipient ok" },
	{ REPLY, PROGRAM_GMAIL, SAYS, " - gsmtp", "every reply of Google's ends like that" },
	{ REPLY, PROGRAM_YAHOO, SAYS, "ok dirdel", "Yahoo" },
	{ REPLY, PROGRAM_YAHOO, SAYS, ".mail.gq1.yahoo.com", "Yahoo names its hosts" },
	{ REPLY, PROGRAM_IRONPORT, SAYS, "ok:  message ",
		"AsyncOS: 250 ok:  Message 12345 accepted" },
	{ REPLY, PROGRAM_COURIER, SAYS, "using of spf/", "courieresmtpd" },
	{ REPLY, PROGRAM_MAILENABLE, SAYS, "^requested mail action okay, completed$",
		"MailEnable, Nemesis" },
	{ REPLY, PROGRAM_NEMESIS, SAYS, "requested mail action okay, completed: id=", "GMX" },
	{ REPLY, PROGRAM_MDAEMON, SAYS, "ok, message saved <", "MDaemon" },
	{ REPLY, PROGRAM_MDAEMON, SAYS, "see ya in cyberspace", "MDaemon" },
	{ REPLY, PROGRAM_MAIL_RU, SAYS, "help.mail.ru", "Mail.ru's refusals" },
	{ REPLY, PROGRAM_STALWART, SAYS, "message queued with id ", "Stalwart" },
	{ REPLY, PROGRAM_COREMAIL, SAYS, "mail ok queued as ",
		"NetEase and other Coremail servers" },
	{ REPLY, PROGRAM_AXIGEN, HINT, "mail queued for delivery", "Axigen" },
	{ REPLY, PROGRAM_AIOSMTPD, HINT, "ok, but no", "aiosmtpd" },
	{ REPLY, PROGRAM_MIMECAST, SAYS, "community.mimecast.com", "its refusals" },
	{ REPLY, PROGRAM_T_ONLINE, SAYS, "@rx.t-online.de", "its refusals" },
};

#define CUES (sizeof(cues) / sizeof(cues[0]))

_Static_assert(CUES <= 256, "a guess remembers every row");

/* "^" and "$" at the ends of a cue stand for those of the text. */
static bool
cue_fits(const char *text, size_t len, const char *cue)
{
	bool start = cue[0] == '^';
	size_t n = strlen(cue);
	bool end = n > 0 && cue[n - 1] == '$';
	cue += start;
	n -= (size_t)start + end;
	if (n > len)
		return false;
	if (start && end)
		return n == len && memcmp(text, cue, n) == 0;
	if (start)
		return memcmp(text, cue, n) == 0;
	if (end)
		return memcmp(text + len - n, cue, n) == 0;
	const char *at = memmem(text, len, cue, n);
	/* A name stands at the start of a word. */
	while (at != NULL && at > text && chars_is((uint8_t)at[-1], CHAR_ALPHA) &&
		chars_is((uint8_t)cue[0], CHAR_ALPHA))
		at = memmem(at + 1, len - (size_t)(at + 1 - text), cue, n);
	return at != NULL;
}

/* Cues of one place may have one reason. */
static bool
has_two_places(const struct server_guess *g, uint8_t program)
{
	uint8_t places = g->places[program];
	return (places & (places - 1)) != 0;
}

static uint8_t
add_up(uint8_t sum, unsigned more)
{
	return (uint8_t)(sum + more > UINT8_MAX ? UINT8_MAX : sum + more);
}

static void
count(struct server_guess *g, size_t row)
{
	const struct cue *c = &cues[row];
	uint64_t bit = (uint64_t)1 << (row % 64);
	if (g->seen[row / 64] & bit)
		return;
	g->seen[row / 64] |= bit;
	g->weights[c->program] = add_up(g->weights[c->program], c->weight);
	if (c->where != BANNER && c->where != BANNER_ALL) {
		g->spoken[c->program] = add_up(g->spoken[c->program], c->weight);
		g->places[c->program] |= (uint8_t)(1 << c->where);
	} else if (c->weight >= NAME && (g->named == PROGRAM_NONE || c->weight == HOST)) {
		g->named = (uint8_t)c->program;
	}
}

static void
look(struct server_guess *g, enum cue_where where, const char *text, size_t len)
{
	struct pairs pairs;
	pairs_note(&pairs, text, len);
	for (size_t i = 0; i < CUES; i++) {
		const char *cue = cues[i].text;
		if (cues[i].where == where && pairs_have(&pairs, cue + (cue[0] == '^')) &&
			cue_fits(text, len, cue))
			count(g, i);
	}
}

/* What the server only echoes tells nothing of it, but that something stands there. */
static size_t
lower_text(struct slice text, char out[TEXT_MAX])
{
	size_t len = 0;
	bool echo = false;
	for (size_t i = 0; i < text.len && len < TEXT_MAX; i++) {
		uint8_t c = text.ptr[i];
		echo = echo && c != '>';
		if (!echo)
			out[len++] = chars_is(c, CHAR_CTL) ? ' ' : (char)chars_lower(c);
		/* "<CR><LF>.<CR><LF>" is no echo. */
		struct slice rest = slice_skip(text, i);
		echo |= c == '<' && !slice_istarts(rest, SLICE("<CR")) &&
			!slice_istarts(rest, SLICE("<LF"));
	}
	return len;
}

static void
look_slice(struct server_guess *g, enum cue_where where, struct slice text)
{
	char lower[TEXT_MAX];
	text = slice_trim(text);
	look(g, where, lower, lower_text(text, lower));
}

/* Keywords of all lines behind the first, with a space on both sides of each. */
static void
look_offers(struct server_guess *g, struct slice lines)
{
	char offers[TEXT_MAX] = " ";
	size_t len = 1;
	while (lines.len > 0) {
		struct slice line = slice_trim(slice_split(&lines, '\n'));
		/* "AUTH=LOGIN" is how AUTH was offered before RFC 2554. */
		size_t n = slice_index(slice_take(line, slice_index(line, ' ')), '=');
		if (n == 0 || len + n + 1 > TEXT_MAX)
			continue;
		for (size_t i = 0; i < n; i++)
			offers[len++] = (char)chars_lower(line.ptr[i]);
		offers[len++] = ' ';
	}
	look(g, OFFERS, offers, len);
}

/* RFC 5321 4.2: a greeting begins with the host's name, which may be anything. */
static struct slice
without_host(struct slice greeting)
{
	size_t n = slice_index(greeting, ' ');
	bool host = slice_index(slice_take(greeting, n), '.') < n;
	return host ? slice_skip(greeting, n) : greeting;
}

static bool
is_clear(const struct server_guess *g)
{
	return g->named != PROGRAM_NONE && g->weights[g->named] >= CLEAR &&
	       has_two_places(g, g->named);
}

bool
server_software_note(struct server_guess *g, enum server_where where, struct slice text)
{
	uint64_t before[sizeof(g->seen) / sizeof(g->seen[0])];
	memcpy(before, g->seen, sizeof(before));
	switch (where) {
	case SERVER_BANNER:
		look_slice(g, BANNER_ALL, text);
		look_slice(g, BANNER, without_host(slice_trim(text)));
		break;
	case SERVER_HELLO:
		look_slice(g, HELLO, slice_split(&text, '\n'));
		if (text.len > 0)
			look_offers(g, text);
		break;
	case SERVER_REPLY:
		if (g->replies >= REPLIES_MAX || is_clear(g))
			return false;
		g->replies++;
		look_slice(g, REPLY, text);
		break;
	}
	return memcmp(before, g->seen, sizeof(before)) != 0;
}

/* The heaviest; of two that weigh the same the one that the banner names. */
static uint8_t
heaviest(const struct server_guess *g, const uint8_t *weights)
{
	uint8_t best = PROGRAM_NONE;
	bool tie = false;
	for (uint8_t i = 1; i < PROGRAMS_COUNT; i++) {
		if (weights[i] == 0 || weights[i] < weights[best])
			continue;
		tie = weights[i] == weights[best];
		best = !tie || i == g->named ? i : best;
		tie = tie && best != g->named;
	}
	return tie ? PROGRAM_NONE : best;
}

bool
server_software_contradicts(const struct server_guess *g, const char **says, const char **speaks)
{
	uint8_t spoken = heaviest(g, g->spoken);
	if (g->named == PROGRAM_NONE || !programs[g->named].speaks || !programs[spoken].speaks ||
		programs[g->named].family == programs[spoken].family)
		return false;
	if (g->spoken[g->named] > 0 || g->spoken[spoken] < STRONG || !has_two_places(g, spoken))
		return false;
	if (says != NULL)
		*says = programs[g->named].name;
	if (speaks != NULL)
		*speaks = programs[spoken].name;
	return true;
}

/* What it calls itself stands, unless everything else that it says is another's. */
const char *
server_software_name(const struct server_guess *g)
{
	uint8_t best = heaviest(g, g->weights);
	if (g->named != PROGRAM_NONE)
		best = server_software_contradicts(g, NULL, NULL) ? heaviest(g, g->spoken)
								  : g->named;
	return g->weights[best] >= ENOUGH ? programs[best].name : "";
}
