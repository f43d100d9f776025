/* Reply texts made ready for comparison, and the tables that are compared with them.
 *
 * A needle is lower case without accents.  It must stand at the start of a word, unless it begins
 * with
 * '*'; it may end inside of one, unless it ends in '$': "block" is found in "blocked by" and not in
 * "unblock", "spf$" not in "spfbl".  "a|b" is one of them. */
#ifndef HELOSCOPE_SMTP_REPLY_WORDS_H
#define HELOSCOPE_SMTP_REPLY_WORDS_H

#include "sensor/limits.h"
#include "sensor/smtp/pairs.h"
#include "sensor/smtp/reply_class.h"

/* A text, and which pairs of bytes occur in it (by a hash): most needles are told to be absent by
 * two looks, without a search. */
struct words {
	char text[LIMIT_REPLY_TEXT + 1];
	size_t len;
	struct pairs pairs;
};

struct reply_words {
	/* Without what is only echoed: addresses, names behind HELO. */
	struct words plain;
	/* And without what is denied, supposed or advised: "not listed", "if you are listed".  The
	 * same length. */
	struct words said;
};

/* `glue`: see reply_fold. */
void reply_words(struct slice text, int code, bool glue, struct reply_words *out);
bool words_have(const struct words *words, const char *needles);
/* The same for a short text of which no pairs are known. */
bool text_has(const char *text, const char *needles);
/* Where the first of the needles ends; NULL = none occurs. */
const char *text_behind(const char *text, const char *needles);

/* First row whose needles all occur, and whose `none` does not. */
struct reply_row {
	enum reply_class class;
	const char *list;
	const char *needles[3];
	const char *none;
};

struct reply_rows {
	const struct reply_row *rows;
	size_t count;
};

/* Refusals that name themselves: providers' own marks, errors of the remote resolver, greylisting;
 * judged before any list is looked for. */
extern const struct reply_rows reply_rows_marks;
/* Everything else, by what the text says; judged after lists. */
extern const struct reply_rows reply_rows_texts;
/* What is left, where the codes say nothing either. */
extern const struct reply_rows reply_rows_hints;

const struct reply_row *reply_rows_find(const struct reply_rows *rows, const struct words *words);

/* What a text says of blocklists. */
struct list_mention {
	const char *list; /* name of the list; NULL = none that has one */
	bool zone;	  /* `list` is empty, and the name is the domain at `at`, `len` bytes */
	const char *at;
	size_t len;
	bool strong; /* "listed in", "blocked using" beside it, or an address in a link to it */
};

/* A blocklist of addresses that the text says the client is on. */
bool list_mentioned(const struct reply_words *words, struct list_mention *out);

/* The client's address that the text says is refused; ADDR_NONE when none is named, or more than
 * one could be meant. `sure`: the text certainly speaks of the client, so that a lone address
 * without any hint is it. */
struct addr reply_address(const struct reply_words *words, bool sure);

#endif
