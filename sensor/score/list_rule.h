/* Lines about blocklists, and about the host rules that weigh them: what the table of attributes in
 * rule_words.c calls.
 *
 * Each: 0, or -1 and err, with r->fault the byte of the value that is wrong. */
#ifndef HELOSCOPE_SCORE_LIST_RULE_H
#define HELOSCOPE_SCORE_LIST_RULE_H

#include "sensor/score/rules.h"

/* list NAME: what holds until more is said. */
void list_begin(struct rule *rule, const char *shown);
const char *list_kind_word(enum list_kind kind);

/* cure NAME sentence */
int apply_cure(struct rules *r, struct rule *rule, struct slice value, struct err *err);
/* weigh NAME LIST NUMBER [LIST NUMBER]... */
int apply_weigh(struct rules *r, struct rule *rule, struct slice value, struct err *err);
/* list_mention, list_wider: names in replies, with | between them */
int apply_list_mention(struct rules *r, struct rule *rule, struct slice value, struct err *err);
int apply_list_wider(struct rules *r, struct rule *rule, struct slice value, struct err *err);
/* list_kind NAME public|network|provider */
int apply_list_kind(struct rules *r, struct rule *rule, struct slice value, struct err *err);
/* list_base NAME NUMBER: log-odds of a host of which nothing is known */
int apply_list_base(struct rules *r, struct rule *rule, struct slice value, struct err *err);
/* list_ends NAME sentence */
int apply_list_ends(struct rules *r, struct rule *rule, struct slice value, struct err *err);

#endif
