/* What people do with the report: one entry of the audit log each.  The state of a host's case
 * follows from its entries.
 *
 * Made by the web process, carried to the collector (IPC_AUDIT), written by it (sink.audit); read
 * through store/query.h. Text: clean, NUL-terminated, never NULL. */
#ifndef HELOSCOPE_RECORD_AUDIT_H
#define HELOSCOPE_RECORD_AUDIT_H

#include "sensor/base/addr.h"

#define AUDIT_ID_MAX 33	     /* bytes with the NUL: 32 hex digits, random */
#define AUDIT_USER_MAX 64    /* bytes of a user's name, with the NUL */
#define AUDIT_OBJECT_MAX 256 /* of what was looked at, with the NUL */
#define AUDIT_TEXT_MAX 2048  /* of a note, with the NUL */

enum audit_kind {
	/* of a case: host is set */
	AUDIT_ACKNOWLEDGE, /* somebody knows of it */
	AUDIT_ASSIGN,	   /* text: to whom; "" = to nobody */
	AUDIT_NOTE,	   /* text */
	AUDIT_MUTE,	   /* until: no alerts before then; 0 = no longer muted */
	AUDIT_RESOLVE,	   /* text: what was done, may be "" */
	AUDIT_REOPEN,
	/* of the report: object says what */
	AUDIT_LOOK,	 /* at evidence: a session, a mail, refusals */
	AUDIT_EXPORT,	 /* a download of evidence */
	AUDIT_COMPLAINT, /* a complaint was written, or looked up */
	AUDIT_SIGN_IN,
	AUDIT_SIGN_OUT,
	AUDIT_REFUSED, /* a sign-in that failed: user is what was typed, if there is such a user;
			  else "" */
	AUDIT_KINDS,
};
/* "acknowledge", "assign", …; out of range the first. */
const char *audit_kind_word(enum audit_kind k);
/* 0 and *out, or -1. */
int audit_kind_parse(struct slice word, enum audit_kind *out);
/* Whether it changes a case. */
bool audit_is_of_case(enum audit_kind k);

struct audit_entry {
	const char *id;	  /* by which who sent it sees that it is stored */
	int64_t time;	  /* of the clock, ns */
	const char *user; /* "" = nobody has a name here */
	struct addr from; /* the browser's address */
	enum audit_kind kind;
	struct addr host; /* ADDR_NONE = not about one */
	const char *object, *text;
	int64_t until; /* ns */
};

/* The state of a host's case. */
enum case_state { CASE_NEW, CASE_ACKNOWLEDGED, CASE_RESOLVED, CASE_STATES };
const char *case_state_word(enum case_state s); /* "new", "acknowledged", "resolved" */
int case_state_parse(struct slice word, enum case_state *out);

#endif
