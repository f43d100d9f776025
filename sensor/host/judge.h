/* From observations to words: causes, likelihood per list, role, advice. One table each.
 *
 * Output: in the arena of the facts, into the host record; ranked, ties in the order of the tables.
 */
#ifndef HELOSCOPE_HOST_JUDGE_H
#define HELOSCOPE_HOST_JUDGE_H

#include "sensor/host/observe.h"

/* causes.c: out->causes. */
void judge_causes(const struct facts *f, const struct observed *o, struct host_record *out);
/* The first of them, CAUSE_UNKNOWN if there is none. */
enum cause judge_first_cause(const struct facts *f, const struct observed *o);
/* The strongest sign, 0..1, that something bad leaves or that servers refuse what leaves. */
double judge_harm(const struct observed *o);
/* likelihood.c: out->lists. */
void judge_lists(const struct facts *f, const struct observed *o, struct host_record *out);
/* The highest predicted probability among them; lists in force, and those of networks, excepted. */
double judge_likelihood(const struct facts *f, const struct observed *o);
/* The administrator's rules: evidence, once the rest of out is filled in. */
void judge_rules(const struct facts *f, const struct observed *o, struct host_record *out);
/* role.c: the way it takes part in mail, from what it was seen to do. */
enum role judge_role(const struct facts *f, const struct observed *o);
/* cutoff.c: out->cut_off, by port: who would be cut off. */
void judge_cut_off(const struct facts *f, struct host_record *out);
/* advice.c: out->advice for the first cause of out, the software seen and the lists in force. */
void judge_advice(const struct facts *f, struct host_record *out);

/* summary.c: out->summary, from the rest of out. */
void judge_summary(const struct facts *f, const struct observed *o, struct host_record *out);

/* Thresholds of the words. */
#define LIKELY_FROM 0.5	   /* probability of a list */
#define WATCH_FROM 0.15	   /* probability of a list */
#define CONCERN_FROM 0.3   /* strength of an observation that is a concern by itself */
#define THROTTLED_FROM 0.5 /* strength of rate limits, private reputation */

/* Three decimals: what is shown, and the same on every machine. */
double judge_round(double value);

#endif
