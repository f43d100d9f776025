/* Rules on mails: loaded from *.cf files, matched, explained.
 *
 * Source: the SpamAssassin configuration language (Mail::SpamAssassin::Conf(3)), of which this is
 *         the part in use here, and our own kinds; rules/README.md describes it.
 * Input:  rule files are the administrator's (any error is fatal and named FILE:LINE); mails are
 *         hostile: every match has a step limit.
 * Output: score, hits with sentences, labels; the same result on every run. */
#ifndef HELOSCOPE_SCORE_SCORE_H
#define HELOSCOPE_SCORE_SCORE_H

#include "sensor/base/err.h"
#include "sensor/counters.h"
#include "sensor/mail/message.h"
#include "sensor/record.h"

struct rules;
struct rule_input;

struct rules *rules_load(const char *const *dirs, size_t dirs_count, struct err *err);
void rules_free(struct rules *r);
size_t rules_count(const struct rules *r);
/* Does one of them look at the message as delivered (input.h)? */
bool rules_want_delivered(const struct rules *r);
/* False if expressions could not be compiled to machine code: right, but thirty times as slow. */
bool rules_jit(const struct rules *r);

struct rule_info {
	const char *name, *kind, *describe, *file, *source;
	int line;
	double score;
	const char *label; /* "" = none */
	bool hidden;	   /* "__NAME": a part of other rules */
};
void rules_info(const struct rules *r, size_t i, struct rule_info *out);

/* Fills score, hits (in the order of the rule files), labels and gave_up of the mail.  Of *in
 * (input.h) the caller fills session, message, delivered, mail (the same one) and arena. */
void rules_score(const struct rules *r, const struct rule_input *in, struct mail_record *mail,
	struct counters *counters);

#endif
