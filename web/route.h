/* The table of routes: what is served, and where its page is written. */
#ifndef HELOSCOPE_WEB_ROUTE_H
#define HELOSCOPE_WEB_ROUTE_H

#include "web/request.h"

struct route {
	const char *path[3]; /* segments; "*" = any; NULL = end */
	const char *title;   /* in the navigation; NULL = not there */
	void (*run)(struct request *r, struct answer *a);
	bool no_store; /* runs without a connection */
};

const struct route *route_at(size_t i); /* NULL at the end */

void page_overview(struct request *r, struct answer *a);
void page_host(struct request *r, struct answer *a);
void page_table(struct request *r, struct answer *a);
void page_session(struct request *r, struct answer *a);
void page_mail(struct request *r, struct answer *a);
void page_sensor(struct request *r, struct answer *a);
void page_about(struct request *r, struct answer *a);
void download_csv(struct request *r, struct answer *a);
void download_json(struct request *r, struct answer *a);
void download_record(struct request *r, struct answer *a);
void asset_answer(struct request *r, struct answer *a);
void health_answer(struct request *r, struct answer *a);

#endif
