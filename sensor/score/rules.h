/* Loaded rules, as the reader fills them and the matcher runs them.
 *
 * Memory: struct rules has an arena of at most LIMIT_RULE_MEMORY; compiled expressions are on the
 * heap and freed by rules_free. */
#ifndef HELOSCOPE_SCORE_RULES_H
#define HELOSCOPE_SCORE_RULES_H

#include "sensor/score/conditions.h"
#include "sensor/score/eval.h"
#include "sensor/score/expr.h"
#include "sensor/score/fault_rule.h"
#include "sensor/score/host_number.h"
#include "sensor/score/pattern.h"
#include "sensor/score/replace_tags.h"
#include "sensor/score/rule_regex.h"
#include "sensor/score/score.h"
#include "sensor/score/session_field.h"
#include "sensor/score/settings.h"
#include "sensor/score/target.h"

enum rule_kind {
	RULE_HEADER,	 /* target, pattern */
	RULE_EXISTS,	 /* target */
	RULE_BODY,	 /* pattern */
	RULE_RAWBODY,	 /* pattern */
	RULE_FULL,	 /* pattern */
	RULE_URI,	 /* pattern */
	RULE_MIMEHEADER, /* target, pattern */
	RULE_META,	 /* expr */
	RULE_SESSION,	 /* field, and pattern or compare and number */
	RULE_FAULT,	 /* fault */
	RULE_EVAL,	 /* eval, arguments */
	RULE_HOST,	 /* expr over the host's numbers; asked by the host stage */
	RULE_LIST,	 /* list: a blocklist that host rules weigh */
};

enum compare {
	COMPARE_LESS,
	COMPARE_LESS_EQUAL,
	COMPARE_EQUAL,
	COMPARE_UNEQUAL,
	COMPARE_GREATER_EQUAL,
	COMPARE_GREATER
};

/* Where something stands. */
struct rule_place {
	const char *file;
	int line;
	size_t column; /* from 1 */
};

/* `weigh NAME LIST 3.5`: what the rule's value adds to the list's log-odds. */
struct list_weight {
	struct slice name;
	double weight; /* log-odds for a value of 1 */
	size_t list;   /* in rules.bases, once names are resolved */
};

/* Of a sentence: words, then a number of the host. */
struct sentence_piece {
	struct slice words;
	size_t number; /* as expr_step.rule of a host rule; SIZE_MAX = none */
	bool percent;
};

struct rule {
	const char *name;
	enum rule_kind kind;
	const char *file; /* of the definition */
	int line;
	const char *describe, *source, *label; /* "" = none */
	double score;
	struct pattern *pattern;
	bool negate;	      /* !~ */
	const char *if_unset; /* stands for an absent field; NULL = the field counts as empty */
	size_t target;	      /* in rules.targets */
	const struct session_field *field;
	enum compare compare;
	double number;
	struct fault_test fault;
	const struct eval *eval;
	struct eval_arguments arguments;
	struct expr expr;
	/* of RULE_HOST */
	struct slice formula; /* the expression as written, at `column` */
	const char *cure;
	struct list_weight *weights;
	size_t weights_count, weights_cap;
	struct rule_place described; /* where its sentence is */
	struct sentence_piece *pieces;
	size_t pieces_count, pieces_cap;
	struct list_base list; /* of RULE_LIST */
	bool delivered;	    /* looks at the message as delivered, not as sent: input.h */
	bool no_subject;    /* tflags nosubject: a body rule that does not look at the subject */
	bool multiple;	    /* tflags multiple: counts every match ... */
	unsigned maxhits;   /* ... up to so many; 0 = as many as there are */
	bool net;	    /* tflags net: would ask the network; never run */
	bool nice;	    /* tflags nice: may have negative points */
	int priority;	    /* kept for `rules explain`: every rule is decided */
	bool needs_message; /* cannot be decided without a content */
	bool needs_whole;   /* can hit by what is absent: not decided where bytes were lost */
	bool hidden;	    /* "__NAME": only for meta */
	bool off;	    /* 0 points and no label: counts nothing, in metas, too */
	/* what the reader needs of it */
	const char *word;	 /* of the kind, as written */
	struct slice definition; /* the line behind the name */
	struct rule_regex regex; /* of `pattern`, or of the argument that is one */
	size_t column;		 /* of the expression, from 1 */
	bool stock;
	bool replaces;	      /* replace_rules */
	bool scored;	      /* a `score` line has said so */
	const char *left_out; /* why it cannot be decided here; NULL = it can */
};

/* `score`, `describe`, `tflags`, …: applied by name when all files are read. */
struct attribute {
	struct slice name, value;
	int (*apply)(struct rules *r, struct rule *rule, struct slice value, struct err *err);
	const char *file;
	int line;
	size_t column; /* of the value */
	bool stock;
};

/* `test NAME ok TEXT` */
struct rule_test {
	struct slice name, text;
	bool hits;
	const char *file;
	int line;
};

struct rules {
	struct plan *plan; /* plan.h; made at the end of rules_finish() */
	bool unfiltered;   /* every rule is tried on every text, whatever it costs: for tests */
	struct arena arena;
	struct patterns *patterns;
	struct settings *settings;
	struct rule *rules;
	size_t rules_count, rules_cap;
	struct rule *hosts; /* `host` rules and metas of them, in reading order; steps name these */
	size_t hosts_count, hosts_cap;
	struct rule *lists; /* in reading order */
	size_t lists_count, lists_cap;
	struct list_base *bases; /* one for each of lists */
	struct rule *left_out; /* that cannot be decided here, with why */
	size_t left_out_count, left_out_cap;
	struct target *targets; /* each once */
	size_t targets_count, targets_cap;
	struct attribute *attributes;
	size_t attributes_count, attributes_cap;
	const struct attribute *applied; /* now */
	size_t fault;			 /* byte of its value at which it is wrong */
	size_t *by_name; /* indices of rules, sorted */
	struct rule_notice *notices;
	size_t notices_count, notices_cap;
	struct rule_test *tests;
	size_t tests_count, tests_cap;
	struct replace_tags tags;
	struct conditions conditions;
	struct slice language; /* of LANG, "en_US": lines of others are skipped */
	bool stock;	       /* the file that is read now is of a stock set */
	bool only_hosts;       /* expressions are not compiled */
	bool files;	       /* `include` may open files */
};

struct rules *rules_new(void);
/* Adds the rules of one file's text. 0, or -1 and err ("FILE:LINE:COLUMN: …"). With r->stock set a
 * fault becomes a notice, and costs the rule alone. */
int rules_read(struct rules *r, const char *file, struct slice text, struct err *err);
/* After the last file: names resolved, attributes applied, expressions compiled. 0, or -1 and err.
 */
int rules_finish(struct rules *r, struct err *err);
/* Takes host rules, the metas that name them, and lists out of r->rules. 0, or -1 and err. */
int rules_take_hosts(struct rules *r, struct err *err);
/* Values of all host rules, in their order. */
void rules_host_values(const struct rules *r, const double *numbers, double *values);
/* Index of the number or host rule that a host rule may name, as expr_step.rule; SIZE_MAX = there
 * is none.  Only the first `before` host rules are looked at. */
size_t rules_host_find(const struct rules *r, struct slice name, size_t before);
/* What the rule says, with the host's numbers in it; its name where it says nothing. */
const char *rule_sentence(const struct rule *rule, const double *numbers, const double *values,
	struct arena *arena);
/* list_rule.c: weights and sentences of host rules, once these are resolved. 0, or -1 and err. */
int rules_finish_lists(struct rules *r, struct err *err);
/* Index of the rule, or rules_count. */
size_t rules_find(const struct rules *r, struct slice name);

#endif
