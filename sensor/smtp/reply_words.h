/* Reply texts made ready for comparison, and the tables that are compared with them. */
#ifndef HELOSCOPE_SMTP_REPLY_WORDS_H
#define HELOSCOPE_SMTP_REPLY_WORDS_H

#include "sensor/limits.h"
#include "sensor/smtp/reply_class.h"

struct reply_words {
	char all[LIMIT_REPLY_TEXT + 1]; /* lower case, LF as space */
	char plain[LIMIT_REPLY_TEXT +
		   1]; /* the same with blanks for what the server only echoes: <…> and addresses */
	size_t len;
};

void reply_words(struct slice text, struct reply_words *out);
/* "a|b": one of them occurs. */
bool words_have(const char *text, const char *alternatives);

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

const struct reply_row *reply_rows_find(const struct reply_rows *rows, const char *text);

/* Blocklists of addresses by the zones, URLs and names that replies use. */
struct list_name {
	const char *needle;
	const char *list;
};
const struct list_name *list_names_find(const char *text);

/* The client's address that the text says is refused; ADDR_NONE when none is named, or more than
 * one could be meant. `sure`: the text certainly speaks of the client, so that a lone address
 * without any hint is it. */
struct addr reply_address(const struct reply_words *words, bool sure);

#endif
