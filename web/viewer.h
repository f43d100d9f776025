/* Who looks at the report, and what they may see and do.
 *
 * Without users (loopback only) everybody is an admin without a name. */
#ifndef HELOSCOPE_WEB_VIEWER_H
#define HELOSCOPE_WEB_VIEWER_H

#include "sensor/base/addr.h"
#include "sensor/base/arena.h"

/* Each may do what those before it may. */
enum access {
	ACCESS_ANYBODY, /* signed in or not: the sign-in page, assets, /healthz */
	ACCESS_READER,	/* hosts and verdicts; the local parts of mail addresses and subjects are
			   masked, no evidence leaves */
	ACCESS_ANALYST, /* evidence, exports, complaints, cases */
	ACCESS_ADMIN,	/* the audit log */
};

struct viewer {
	enum access access;
	const char *name;  /* "" = not signed in, or nobody has a name here */
	const char *token; /* against forged requests: in every form that changes something; "" = no
			      form may be sent */
	struct addr from;  /* the browser's address, or what a trusted proxy says of it */
};

/* "reader", "analyst", "admin"; ACCESS_ANYBODY "". */
const char *access_word(enum access a);
/* 0 and *out, or -1. */
int access_parse(struct slice word, enum access *out);

/* Text with the local part of whatever looks like a mail address masked ("…@example.org"), also
 * where the at sign is percent-encoded; the same text for those who may see them.  v NULL: as it is.
 */
struct slice viewer_text(const struct viewer *v, struct arena *arena, struct slice text);
/* The subject of a mail: "…" for those who may not see it. */
struct slice viewer_subject(const struct viewer *v, struct slice subject);
/* The cells of a row of that table, masked: `cells` itself for those who may see everything, else in
 * the arena. */
struct cell;
struct table;
const struct cell *viewer_cells(const struct viewer *v, struct arena *arena,
	const struct table *table, const struct cell *cells);
/* Whether this viewer may look for text in the table, and sort by that column: who may not see an
 * address could otherwise find it letter by letter, by what a question finds. */
bool viewer_may_search(const struct viewer *v, const struct table *table);
bool viewer_may_sort(const struct viewer *v, const char *column);
/* Whether the page at this address of ours is for him: who may not see evidence gets no link to it. */
bool viewer_may_follow(const struct viewer *v, const char *url);
/* A record as JSON: texts masked, values of "subject" hidden. */
struct slice viewer_json(const struct viewer *v, struct arena *arena, struct slice json);

#endif
