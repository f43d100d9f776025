/* Tests that no regular expression can do: `header NAME eval:date_after(12)`.  One table per family
 * in eval_*.c; eval.c finds them.
 *
 * Input:  the arguments in the parentheses, as written without their quotes; the mail, hostile. */
#ifndef HELOSCOPE_SCORE_EVAL_H
#define HELOSCOPE_SCORE_EVAL_H

#include "sensor/base/err.h"
#include "sensor/score/input.h"
#include "sensor/score/pattern.h"

#define EVAL_ARGUMENTS 8

struct eval_arguments {
	struct slice words[EVAL_ARGUMENTS];
	double numbers[EVAL_ARGUMENTS]; /* of a word that is a number; else NAN */
	size_t count;
	const struct pattern *pattern; /* of the argument that is a regular expression */
	bool rawbody; /* of a `rawbody` rule: the text is looked at with its markup */
};

struct eval {
	const char *name;
	size_t least, most; /* arguments */
	size_t pattern;	    /* which of them is a regular expression, from 1; 0 = none */
	bool (*test)(const struct rule_input *in, const struct eval_arguments *arguments);
};

/* The n-th argument as a number, or fallback where it is not there or none. */
double eval_number(const struct eval_arguments *arguments, size_t n, double fallback);
/* NULL if there is none of that name. */
const struct eval *eval_find(struct slice name);
/* "a, b, c": every name, for messages and `rules check`. */
const char *eval_names(struct arena *arena);

/* The families, each ending with a row without a name. */
extern const struct eval evals_own[], evals_own_people[], evals_own_received[]; /* heloscope's */
extern const struct eval evals_own_parts[], evals_own_program[], evals_own_text[];
extern const struct eval evals_own_fault[];
extern const struct eval evals_header[]; /* SpamAssassin's HeaderEval, but for the next three */
extern const struct eval evals_date[], evals_forged[], evals_recipients[];
extern const struct eval evals_lists[];	   /* WLBLEval, WelcomeListSubject */
extern const struct eval evals_freemail[]; /* FreeMail */
extern const struct eval evals_relay[];	   /* RelayEval */
extern const struct eval evals_bounce[];   /* VBounce */
extern const struct eval evals_mime[];	   /* MIMEEval */
extern const struct eval evals_image[];	   /* ImageInfo */
extern const struct eval evals_never[];	   /* those that ask the network */
extern const struct eval evals_text[];	   /* BodyEval */
extern const struct eval evals_html[];	   /* HTMLEval */
extern const struct eval evals_links[];	   /* HTTPSMismatch, URIEval, hosts of WLBLEval */

#endif
