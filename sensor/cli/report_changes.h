/* The last changes of a host's verdict, as text. */
#ifndef HELOSCOPE_CLI_REPORT_CHANGES_H
#define HELOSCOPE_CLI_REPORT_CHANGES_H

#include "sensor/cli/paper.h"
#include "store/query.h"

/* Nothing where there is but the first verdict. 0, or -1 and err. */
int report_changes(const struct paper *p, struct store *s, struct addr host, struct err *err);

#endif
