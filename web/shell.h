/* What stands around the content of every page: navigation, filter box, range of time; for page.c alone. */
#ifndef HELOSCOPE_WEB_SHELL_H
#define HELOSCOPE_WEB_SHELL_H

#include "web/html.h"
#include "web/request.h"

/* <nav>: the pages that there are, and that this viewer may see; the range of time, and the filter
 * where it says something, are kept. */
void shell_navigation(struct html *h, struct request *r);
/* The filter box and the range of time: two forms, each keeps what the other one says. */
void shell_controls(struct html *h, struct request *r);

#endif
