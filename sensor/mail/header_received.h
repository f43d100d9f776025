/* One Received field, taken apart, and what the chain of all of them says.
 *
 * Source: RFC 5321 4.4 (the grammar), RFC 3848 (words of "with"), RFC 8314 (TLS in comments), and
 * the wordings of mail servers, which put HELO name, name by DNS, address, ident and login of the
 * client wherever they like. Input:  a field's value, hostile; at most RECEIVED_BYTES of it are
 * read. Output: slices of a copy without folding, in which every run of white space is one space.
 * Memory: that copy, in the arena. */
#ifndef HELOSCOPE_MAIL_HEADER_RECEIVED_H
#define HELOSCOPE_MAIL_HEADER_RECEIVED_H

#include "sensor/base/addr.h"
#include "sensor/mail/message.h"

#define RECEIVED_BYTES 4096

/* Whose wording it is, as far as it says so. */
enum received_wording {
	RECEIVED_UNKNOWN,
	RECEIVED_POSTFIX,
	RECEIVED_EXIM,
	RECEIVED_SENDMAIL,
	RECEIVED_QMAIL,
	RECEIVED_EXCHANGE, /* "Microsoft SMTP Server", "mapi id", SMTPSVC, Internet Mail Service */
	RECEIVED_DOMINO,
	RECEIVED_IRONPORT,
	RECEIVED_GMAIL,
	RECEIVED_YAHOO,
	RECEIVED_HOTMAIL,
	RECEIVED_ZIMBRA,
	RECEIVED_COURIER,
	RECEIVED_COMMUNIGATE,
	RECEIVED_MDAEMON,
	RECEIVED_KERIO,
	RECEIVED_OPENSMTPD,
	RECEIVED_HARAKA,
	RECEIVED_FETCHER, /* fetchmail, getmail: "with POP3", "with IMAP" */
	RECEIVED_QPSMTPD,
	RECEIVED_ECELERITY,
	RECEIVED_CYRUS,
	RECEIVED_DOVECOT,
	RECEIVED_XMAIL,
	RECEIVED_SENDGRID,
	RECEIVED_SIMTA,
	RECEIVED_SMAP,
	RECEIVED_WEBMAIL, /* SquirrelMail, Horde, Roundcube, … */
	RECEIVED_WORDINGS
};

/* What became of it. */
enum received_kind {
	RECEIVED_RELAY,	    /* an address (or a name) handed it over by TCP */
	RECEIVED_LOCAL,	    /* handed over on the machine, or without an address: no relay */
	RECEIVED_FETCHED,   /* taken out of a mailbox */
	RECEIVED_UNREADABLE /* no wording that is known */
};

/* Facts, as bits. */
enum received_fact {
	RECEIVED_LOOKED_UP = 1 << 0,   /* this wording has the name by DNS, so "" means: none */
	RECEIVED_FORGED_NAME = 1 << 1, /* "may be forged", "unverified": name and address differ */
	RECEIVED_TLS = 1 << 2,
	RECEIVED_AUTH = 1 << 3,	   /* the client has logged in: auth */
	RECEIVED_NO_DATE = 1 << 4, /* or one that cannot be read */
	RECEIVED_NO_BY = 1 << 5,
	RECEIVED_NO_FROM = 1 << 6,
	RECEIVED_NO_ADDRESS = 1 << 7,
	RECEIVED_BY_TWICE = 1 << 8,    /* a clause is there again: two fields in one, or made up */
	RECEIVED_BAD_ADDRESS = 1 << 9, /* [999.1.2.3] */
	RECEIVED_CUT = 1 << 10,	       /* longer than RECEIVED_BYTES */
};

struct received_field {
	struct slice text;	 /* all of it, on one line */
	struct slice from;	 /* the word behind "from", as sent: HELO name, rDNS or [address] */
	struct slice helo;	 /* what the client called itself */
	struct slice rdns;	 /* its name by DNS; "" = none or not told */
	struct slice ip;	 /* without brackets, "IPv6:", zone, port and "::ffff:" */
	struct addr address;	 /* the same, if it is one */
	struct slice ident;	 /* RFC 1413, or the local user */
	struct slice by;	 /* the word behind "by" */
	struct slice by_comment; /* behind it, without the parentheses: "Postfix" */
	bool by_literal;	 /* its address stands in brackets */
	struct slice by_ip;	 /* of the server, where it is told */
	struct slice via, with, id; /* id without its brackets */
	struct slice for_address;   /* without its brackets */
	struct slice envelope_from;
	struct slice auth; /* "ESMTPSA", "LOGIN", … what says that the client logged in; or "" */
	struct slice date; /* behind the last semicolon */
	int64_t time;	   /* of it, ns UTC; 0 = unreadable */
	unsigned date_faults; /* header_date.h */
	enum received_wording wording;
	enum received_kind kind;
	unsigned facts; /* enum received_fact */
};

void header_received_field(struct slice value, struct arena *arena, struct received_field *out);
/* "postfix", "exim", …; "" for RECEIVED_UNKNOWN. */
const char *received_wording_name(enum received_wording wording);

/* The chain, newest first: what no mail has that went from server to server. */
struct received_chain {
	struct received_field *fields;
	size_t fields_count, fields_cap; /* at most LIMIT_RECEIVED */
	size_t backwards;  /* hops that were earlier than the hop before, by more than a minute */
	int64_t back_most; /* ns; the longest of these */
	int64_t duration;  /* ns from the oldest to the newest that have a time */
	size_t loops;	   /* servers that come again behind others */
	size_t gaps;	   /* hops whose client is not the server of the hop before */
	size_t unreadable;
	size_t same_by; /* the same name twice in a row */
};
void received_chain_read(const struct message *m, struct arena *arena, struct received_chain *out);

#endif
