/* /metrics: numbers for Prometheus.  /readyz: whether the report can be believed now, for machines
 * that watch machines.
 *
 * Source: Prometheus text format 0.0.4 and its rules for names (one prefix, base units, _total);
 * never a label per host. Both are cheap: no table is scanned. */
#ifndef HELOSCOPE_WEB_METRICS_H
#define HELOSCOPE_WEB_METRICS_H

#include "web/request.h"

#define TYPE_METRICS "text/plain; version=0.0.4; charset=utf-8"
#define METRICS_RULES_MAX 1000 /* rules with a line of their own, those that hit most */

void metrics_answer(struct request *r, struct answer *a);
void ready_answer(struct request *r, struct answer *a);

#endif
