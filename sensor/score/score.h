/* Rules on mails: loaded from *.cf files, matched, explained.
 *
 * Source: the SpamAssassin configuration language (Mail::SpamAssassin::Conf(3)), of which this is
 *         the part in use here, and our own kinds; rules/README.md describes it.
 * Input:  rule files are the administrator's; a mistake in them is fatal and named
 *         FILE:LINE:COLUMN, in a stock set it costs that rule and becomes a notice.  Mails are
 *         hostile: every match has a step limit.
 * Output: score, hits with sentences, labels; the same result on every run. */
#ifndef HELOSCOPE_SCORE_SCORE_H
#define HELOSCOPE_SCORE_SCORE_H

#include "sensor/base/err.h"
#include "sensor/counters.h"
#include "sensor/host/list_rules.h"
#include "sensor/mail/message.h"
#include "sensor/record.h"

struct rules;
struct rule_input;

struct rule_source {
	const char *path; /* a folder, whose *.pre and *.cf files are read in the order of their
			     names, or a file */
	bool stock;	  /* somebody else's: what is wrong in it is left out, with a notice */
};

/* Reads the *.pre files of all sources, then the *.cf files of one after the other. NULL and err.
 */
struct rules *rules_load(const struct rule_source *sources, size_t count, struct err *err);
/* The same of which only rules_judge_host() is used: nothing is compiled. */
struct rules *rules_load_hosts(const struct rule_source *sources, size_t count, struct err *err);
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
	bool off;	   /* 0 points and no label */
	bool stock;
	const char *left_out; /* why it cannot be decided here; "" = it can */
};
void rules_info(const struct rules *r, size_t i, struct rule_info *out);
/* Rules that were read and cannot be decided here. */
size_t rules_left_out_count(const struct rules *r);
void rules_left_out(const struct rules *r, size_t i, struct rule_info *out);

/* What was read over. */
enum rule_notice_kind {
	RULE_NOTICE_MISTAKE, /* of a stock set */
	RULE_NOTICE_WORD,    /* no word of the language */
	RULE_NOTICE_TEST,    /* eval: of a test that is not known */
	RULE_NOTICE_PLUGIN,  /* loadplugin of one that is not known */
	RULE_NOTICE_NETWORK, /* would ask the network, or needs to be taught */
	RULE_NOTICE_NAME,    /* in a meta: counts as 0 */
	RULE_NOTICE_TWICE,   /* defined again: the later one counts */
	RULE_NOTICE_NO_RULE, /* score, describe, … of a rule that is not there */
	RULE_NOTICE_FILE,    /* the rest of a file was left out */
	RULE_NOTICES
};

struct rule_notice {
	enum rule_notice_kind kind;
	const char *subject, *text;
	const char *file;
	int line;
	size_t column; /* from 1; 0 = of the line */
	size_t times;  /* the same subject again */
	bool stock;
};
/* "tests that are not known here" */
const char *rule_notice_word(enum rule_notice_kind kind);
size_t rules_notices_count(const struct rules *r);
const struct rule_notice *rules_notice_at(const struct rules *r, size_t i);

/* Adds what those `host` rules that weigh no list find in the numbers (HOST_NUMBERS_COUNT, as
 * list_rules.h orders them) to the evidence of the record's first cause, or of an unknown one. */
void rules_judge_host(const struct rules *r, const double *numbers, struct host_record *record,
	struct arena *arena);
/* What `list`s and the `host` rules that weigh them say, for the host stage.  *in_force may become
 * another set of rules later, or NULL, which has no lists. */
struct list_rules rules_of_lists(const struct rules **in_force);

/* Fills score, hits (in the order of the rule files), labels and gave_up of the mail.  Of *in
 * (input.h) the caller fills session, message, delivered, mail (the same one) and arena. */
void rules_score(const struct rules *r, const struct rule_input *in, struct mail_record *mail,
	struct counters *counters);

#endif
