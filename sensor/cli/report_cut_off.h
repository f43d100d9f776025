/* `heloscope report --cut-off`: who would be cut off if a port of servers outside were closed for
 * all hosts but the mail servers, and the rules that close it. */
#ifndef HELOSCOPE_CLI_REPORT_CUT_OFF_H
#define HELOSCOPE_CLI_REPORT_CUT_OFF_H

#include "sensor/cli/paper.h"
#include "sensor/cli/reading.h"

/* nets: those of the campus; none given: they are put together from the hosts. */
int report_cut_off(const struct paper *p, struct store *s, const struct config *config, int port,
	struct err *err);

#endif
