/* How a Received field is read: tokens, then what stands about the client, then whose wording it
 * is. For header_received*.c only; header_received.h is the contract. */
#ifndef HELOSCOPE_MAIL_HEADER_RECEIVED_PARTS_H
#define HELOSCOPE_MAIL_HEADER_RECEIVED_PARTS_H

#include "sensor/mail/header_received.h"

#define RECEIVED_TOKENS 96

struct received_token {
	struct slice text; /* a comment's without its parentheses */
	bool comment;
	bool glued; /* no space before it */
};

struct received_tokens {
	struct received_token list[RECEIVED_TOKENS];
	size_t count;
	size_t by; /* index of the word "by" behind "from"; count = none */
};

/* What is said of the client, before it is known whose words these are. */
struct received_client {
	struct slice word;	    /* the first word; may be empty */
	bool word_ip, word_literal; /* it is an address, or one in brackets */
	struct slice helo, name, ident, ip;
	struct addr address;
	bool has_helo;			      /* "HELO x", which may be empty */
	bool helo_equals;		      /* "helo=x" */
	bool bracketed;			      /* the address stood in brackets, in a comment */
	bool spaced;			      /* "( [address])" */
	bool bare;			      /* without them */
	bool beside;			      /* as a word of its own: "name [address]" */
	bool odd_beside;		      /* "name [(address)]" */
	bool glued;			      /* "name(address)" */
	bool softdnserr, verified, ip_behind; /* ip_behind: in a comment behind that of HELO */
	bool twice;			      /* "([address] [x])" */
	bool ident_only;		      /* "(user@[address])" */
	bool ip_late;			      /* "(Forwarded-For: address)": words before it */
	bool helo_quoted;		      /* "([address]:25 \"EHLO name\")" */
	bool envelope;			      /* "(envelope-sender <x>)" */
	size_t comments;
	struct slice remark; /* a first comment that is nothing but a word */
};

/* Is it an address, perhaps in brackets, with "IPv6:", a zone or a port? */
bool received_ip(struct slice s, struct slice *ip, struct addr *address);
/* Reads the tokens first..last-1, behind "from". */
void received_client_read(const struct received_tokens *t, size_t first, size_t last,
	struct received_client *c, struct received_field *out);
/* Fills from, helo, rdns, ip, ident, facts and kind. */
void received_client_assign(const struct received_client *c, struct received_field *out);
/* wording; auth, where something says that the client logged in. */
void received_wording_find(struct received_field *out);
void received_auth_find(struct received_field *out);

#endif
