/* The reader of rule files, inside of score/: a line at a time, each fault with its place.
 *
 * Source: Mail::SpamAssassin::Conf(3).
 * Input:  lines of the administrator's files, without their comments. */
#ifndef HELOSCOPE_SCORE_RULE_READER_H
#define HELOSCOPE_SCORE_RULE_READER_H

#include "sensor/score/rules.h"

#define READER_IFS 64 /* inside each other */

struct reader {
	struct rules *rules;
	const char *file;
	int line;
	bool stock;	   /* a fault costs the rule, not the set */
	bool delivered;	   /* which of a mail's views the rules look at: `view` */
	struct slice raw;  /* the line as it is in the file */
	struct slice text; /* its first word first, without comment; "\#" is a '#' */
	struct err err;	   /* of this line */
	size_t column;	   /* of the fault, from 1; 0 = of the line */
	struct {
		bool skips; /* what encloses it is skipped */
		bool done;  /* one of its branches was taken */
		int line;
	} ifs[READER_IFS];
	size_t ifs_count;
	bool skip; /* this branch, or the rest of the file */
	bool skip_file;
	unsigned depth; /* of includes */
};

/* Words for the fault at that place of the line; always -1. */
int reader_fail(struct reader *rd, const uint8_t *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same for words that are in rd->err already. */
int reader_fault(struct reader *rd, const uint8_t *at);

/* Column in the file, from 1, of a place in rd->text. */
size_t reader_column(const struct reader *rd, const uint8_t *at);

/* Next word of a line; empty at the end. */
struct slice rule_word(struct slice *rest);
bool rule_name_good(struct slice name);

/* `header NAME …` and the like: adds the rule. 1 = it was one; 0 = the word begins no rule; -1. */
int rule_line(struct reader *rd, struct slice word, struct slice rest);
/* Every other word of the language but those that decide what is read (rules_read.c). 1, 0, -1. */
int word_line(struct reader *rd, struct slice word, struct slice rest);

/* Collected for `rules check`: one notice for each kind and subject. */
void rules_notice(struct rules *r, struct rule_notice notice, struct slice subject);
/* Reads FILE as if it stood here (rules_load.c). 0, or -1 and reader_fail(). */
int rules_include(struct reader *rd, struct slice path);
int rules_read_from(
	struct rules *r, const char *file, struct slice text, unsigned depth, struct err *err);

#endif
