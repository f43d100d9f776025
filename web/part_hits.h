/* The section of a mail's page that says why it has its score. */
#ifndef HELOSCOPE_WEB_PART_HITS_H
#define HELOSCOPE_WEB_PART_HITS_H

#include "web/doc.h"
#include "web/html.h"

void part_hits(struct html *h, const struct node *mail);

#endif
