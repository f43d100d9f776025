/* The parts of a host's page, one file each; for page_host*.c and page_stranger.c alone. */
#ifndef HELOSCOPE_WEB_PAGE_HOST_H
#define HELOSCOPE_WEB_PAGE_HOST_H

#include "web/doc.h"
#include "web/page.h"
#include "web/part_host.h"

struct host_page {
	struct request *r;
	struct addr addr;
	const char *text;		  /* the address */
	const struct node *host;	  /* its record; NULL = there is no verdict */
	struct view view;		  /* range of time, as asked for */
	int64_t since, until;		  /* of charts, ns */
	struct sessions_looked looked[2]; /* that it opened; that others opened to it */
	struct err *err;
};

/* Newest sessions that are looked at for peers, names and refusals. */
#define HOST_SESSIONS_LOOKED 300

/* Path with the host as a filter, the range of the page, and one parameter more (name NULL = none).
 */
const char *host_filter_url(
	const struct host_page *p, const char *path, const char *name, const char *value);
/* The same page with another range (0 = open), at a part of it ("" = its front). */
const char *host_range_url(
	const struct host_page *p, int64_t since, int64_t until, const char *part);

/* Why: causes and the records that show them; what to do; files and letters for others. */
void host_why(struct html *h, const struct host_page *p);
void host_advice(struct html *h, const struct host_page *p);
void host_actions(struct html *h, const struct host_page *p);
/* What the risk is made of; how likely each list is. */
void host_risk(struct html *h, const struct host_page *p);
/* These give 0, or -1 and err. */
int host_load_looked(struct host_page *p);
int host_listings(struct html *h, const struct host_page *p);
int host_time(struct html *h, const struct host_page *p);
int host_peers(struct html *h, const struct host_page *p);
int host_spoken(struct html *h, const struct host_page *p);
int host_sessions(struct html *h, const struct host_page *p);
/* The page of an address without a verdict. */
int host_stranger(struct html *h, const struct host_page *p);

/* Of peers, as a table; heads: of one side. *count = how many rows. */
struct peer_part {
	const char *id, *title, *note;
	bool as_server;
};
int host_peer_table(
	struct html *h, const struct host_page *p, const struct peer_part *part, int64_t *count);
/* What was refused to it as a client, or by it as a server. */
int host_refusal_table(
	struct html *h, const struct host_page *p, const struct peer_part *part, int64_t *count);

#endif
