/* Mailboxes of From, To, Cc, Reply-To, Return-Path, …: all of them, taken apart.
 *
 * Source: RFC 5322 3.4, obsolete forms 4.4; RFC 6532 (UTF-8); RFC 2047 5 (words in names).
 * Input:  a field's value, hostile: groups in groups, comments in comments, megabytes of one byte.
 *         The first LIMIT_HEADER_BLOCK bytes are read, once, without recursion.
 * Output: mailboxes in order, at most LIMIT_HEADER_ADDRESSES, with what is wrong with each.
 * Memory: slices of the input where nothing had to be taken out, else of the arena. */
#ifndef HELOSCOPE_MAIL_HEADER_ADDRESS_H
#define HELOSCOPE_MAIL_HEADER_ADDRESS_H

#include "sensor/mail/message.h"

enum mailbox_fault {
	MAILBOX_NO_AT = 1 << 0,		 /* a word, as cron writes "root" */
	MAILBOX_NO_LOCAL = 1 << 1,	 /* "@example.org" */
	MAILBOX_NO_DOMAIN = 1 << 2,	 /* "ana@" */
	MAILBOX_MANY_AT = 1 << 3,	 /* outside of quotes */
	MAILBOX_EMPTY = 1 << 4,		 /* "<>" */
	MAILBOX_NO_BRACKETS = 1 << 5,	 /* a name, and the address without them */
	MAILBOX_BRACKET_OPEN = 1 << 6,	 /* "<" without ">" */
	MAILBOX_BRACKETS_TWICE = 1 << 7, /* "<<a@b>>", "<a@b> <c@d>" */
	MAILBOX_QUOTE_OPEN = 1 << 8,
	MAILBOX_COMMENT_OPEN = 1 << 9,
	MAILBOX_COMMENT = 1 << 10,	   /* there is one */
	MAILBOX_COMMENT_NESTED = 1 << 11,  /* in another */
	MAILBOX_NAME_IN_COMMENT = 1 << 12, /* "a@b (Ana)" */
	MAILBOX_ROUTE = 1 << 13,	   /* "<@a,@b:c@d>" (4.4) */
	MAILBOX_QUOTED_LOCAL = 1 << 14,
	MAILBOX_GROUP = 1 << 15,	/* in one */
	MAILBOX_GROUP_NESTED = 1 << 16, /* in a group inside of a group: no grammar has that */
	MAILBOX_DOTS = 1 << 17,		/* at an end of a part, or two in a row */
	MAILBOX_SPACE = 1 << 18,	/* in the address (4.4) */
	MAILBOX_CONTROL = 1 << 19,
	MAILBOX_UTF8 = 1 << 20,		 /* in the address (RFC 6532) */
	MAILBOX_NOT_UTF8 = 1 << 21,	 /* bytes beyond ASCII that are not even that */
	MAILBOX_LITERAL = 1 << 22,	 /* "a@[192.0.2.1]" */
	MAILBOX_NO_DOT = 1 << 23,	 /* in the domain */
	MAILBOX_LONG = 1 << 24,		 /* local part > 64, domain > 255 (RFC 5321 4.5.3.1) */
	MAILBOX_NAME_EMPTY = 1 << 25,	 /* "\"\" <a@b>" */
	MAILBOX_NAME_SPECIALS = 1 << 26, /* in a name without quotes: . @ [ ] \ */
	MAILBOX_NAME_QUOTED = 1 << 27,
	MAILBOX_ENCODED = 1 << 28,   /* the address is (in) an encoded word */
	MAILBOX_JUNK = 1 << 29,	     /* words behind the brackets */
	MAILBOX_SEMICOLON = 1 << 30, /* a list with ";" between, as Outlook shows it */
};

struct mailbox {
	struct slice raw;      /* from separator to separator, as sent */
	struct slice raw_name; /* before the brackets, as sent */
	struct slice
		name; /* without quotes of both kinds, white space folded, words decoded: UTF-8 */
	struct slice address; /* "local@domain", without route, comments and white space */
	struct slice local, domain;
	struct slice route;   /* "@a,@b" */
	struct slice group;   /* its name */
	struct slice comment; /* the last one, without its parentheses */
	unsigned faults;
	unsigned word_faults; /* of the name: enum word_fault */
};

struct mailboxes {
	struct mailbox *list;
	size_t list_count, list_cap;
	size_t groups;	 /* also empty ones: "undisclosed-recipients:;" */
	size_t empty;	 /* separators with nothing between */
	bool group_open; /* the last group has no ";" */
	bool cut;	 /* there are more */
	unsigned faults; /* of all together */
};

/* Adds the mailboxes of one value. */
void mailboxes_read(
	struct slice value, struct charsets *charsets, struct arena *arena, struct mailboxes *list);
/* Those of all fields of that name. */
void mailboxes_of(
	const struct message *m, const char *name, struct arena *arena, struct mailboxes *list);
/* "no-at", …; "" for what is none. */
const char *mailbox_fault_name(enum mailbox_fault fault);

#endif
