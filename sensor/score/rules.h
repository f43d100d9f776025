/* Loaded rules, as the reader fills them and the matcher runs them.
 *
 * Memory: struct rules has an arena of at most LIMIT_RULE_MEMORY; compiled expressions are on the
 * heap and freed by rules_free. */
#ifndef HELOSCOPE_SCORE_RULES_H
#define HELOSCOPE_SCORE_RULES_H

#include "sensor/score/eval.h"
#include "sensor/score/expr.h"
#include "sensor/score/pattern.h"
#include "sensor/score/score.h"
#include "sensor/score/session_field.h"
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
	RULE_HOST,	 /* host_field, compare and number; decided by the host stage */
};

enum compare {
	COMPARE_LESS,
	COMPARE_LESS_EQUAL,
	COMPARE_EQUAL,
	COMPARE_UNEQUAL,
	COMPARE_GREATER_EQUAL,
	COMPARE_GREATER
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
	enum message_fault fault;
	const struct eval *eval;
	struct eval_arguments arguments;
	const char *host_field;
	struct expr expr;
	bool delivered;	    /* looks at the message as delivered, not as sent: input.h */
	bool multiple;	    /* tflags multiple: counts every match ... */
	unsigned maxhits;   /* ... up to so many; 0 = as many as there are */
	bool net;	    /* tflags net: would ask the network; never run */
	bool nice;	    /* tflags nice: may have negative points */
	int priority;	    /* kept for `rules explain`: every rule is decided */
	bool needs_message; /* cannot be decided without a content */
	bool needs_whole;   /* can hit by what is absent: not decided where bytes were lost */
	bool hidden;	    /* "__NAME": only for meta */
};

/* `score`, `describe`, `label`, `source`: applied by name when all files are read. */
struct attribute {
	struct slice name, value;
	int (*apply)(struct rules *r, struct rule *rule, struct slice value, struct err *err);
	const char *file;
	int line;
};

struct rules {
	struct arena arena;
	struct patterns *patterns;
	struct rule *rules;
	size_t rules_count, rules_cap;
	struct target *targets; /* each once */
	size_t targets_count, targets_cap;
	struct attribute *attributes;
	size_t attributes_count, attributes_cap;
	size_t *by_name; /* indices of rules, sorted */
};

struct rules *rules_new(void);
/* Adds the rules of one file's text. 0, or -1 and err ("FILE:LINE: …"). */
int rules_read(struct rules *r, const char *file, struct slice text, struct err *err);
/* After the last file: names resolved, attributes applied. 0, or -1 and err. */
int rules_finish(struct rules *r, struct err *err);

/* The definition's part after the kind's word; fills *rule but for name, file and line. 0, or -1
 * and err without file and line. */
int rule_parse(
	struct rules *r, struct slice kind, struct slice rest, struct rule *rule, struct err *err);
/* Next word of a line; empty at the end. */
struct slice rule_word(struct slice *rest);

#endif
