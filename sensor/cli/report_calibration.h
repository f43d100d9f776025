/* heloscope report --calibration: how good the predictions are, held against what blocklists
 * answered.
 *
 * Source: G. W. Brier, "Verification of forecasts expressed in terms of probability", Monthly
 * Weather Review 78 (1950); A. H. Murphy, "A new vector partition of the probability score",
 * Journal of Applied Meteorology 12 (1973); E. B. Wilson, "Probable inference, the law of
 * succession, and statistical inference", Journal of the American Statistical Association 22
 * (1927), for the intervals of 95 %.
 * Input:  of each host, list and day the last answer that is none of errors, with what was predicted
 * then.  Only hosts from [lookup] above on are asked about: of the others this says nothing.
 * Output: per list and over all: a reliability table, the Brier score, and the skill against one who
 * always says the share that was listed. */
#ifndef HELOSCOPE_CLI_REPORT_CALIBRATION_H
#define HELOSCOPE_CLI_REPORT_CALIBRATION_H

#include "sensor/cli/paper.h"
#include "store/query.h"

/* 0, or -1 and err. */
int report_calibration(const struct paper *paper, struct store *store, int64_t since, bool json,
	struct err *err);

#endif
