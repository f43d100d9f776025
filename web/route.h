/* The table of routes: what is served, and where its page is written. */
#ifndef HELOSCOPE_WEB_ROUTE_H
#define HELOSCOPE_WEB_ROUTE_H

#include "web/request.h"

struct route {
	const char *path[URI_SEGMENTS_MAX]; /* segments; "*" = any; NULL = end */
	const char *title;   /* in the navigation (a key of texts.h); NULL = not there */
	void (*run)(struct request *r, struct answer *a);
	bool no_store;	    /* runs without a connection */
	enum access access; /* who may ask; ACCESS_ANYBODY (0) is raised to ACCESS_READER unless
			       `open` */
	bool open;	    /* for those who are not signed in, too */
	bool post;	    /* also by POST, with a token (viewer.h) in the form */
	bool evidence;	    /* each look is an entry of the audit log, made before it is answered
			       (site.h) */
	bool download;	    /* …as an export: it leaves as a file */
	bool big_form;	    /* a form of up to FORM_MAX_BIG bytes instead of FORM_MAX */
};

#define FORM_MAX (64u << 10)
#define FORM_MAX_BIG (1u << 20)

const struct route *route_at(size_t i); /* NULL at the end */
const struct route *route_find(const struct uri *uri); /* NULL = there is none */

void page_overview(struct request *r, struct answer *a);
void page_host(struct request *r, struct answer *a);
void chart_host(struct request *r, struct answer *a);
void page_table(struct request *r, struct answer *a);
void page_rule(struct request *r, struct answer *a);
void page_domain(struct request *r, struct answer *a);
void page_campaign(struct request *r, struct answer *a);
void page_case(struct request *r, struct answer *a);
void page_session(struct request *r, struct answer *a);
void page_mail(struct request *r, struct answer *a);
void page_sensor(struct request *r, struct answer *a);
void page_about(struct request *r, struct answer *a);
void download_csv(struct request *r, struct answer *a);
void download_json(struct request *r, struct answer *a);
void download_table(struct request *r, struct answer *a);
void download_one(struct request *r, struct answer *a);
void download_mail(struct request *r, struct answer *a);
void download_record(struct request *r, struct answer *a);
void page_complaint(struct request *r, struct answer *a);
void page_letter(struct request *r, struct answer *a);
void download_letter(struct request *r, struct answer *a);
void page_sign_in(struct request *r, struct answer *a);
void page_sign_out(struct request *r, struct answer *a);
void asset_answer(struct request *r, struct answer *a);
void health_answer(struct request *r, struct answer *a);

#endif
