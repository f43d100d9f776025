/* One request and its answer, without HTTP: routes take a request and fill an answer;
 * web_microhttpd.c carries both.
 *
 * Input:  the raw target, hostile.
 * Memory: `arena` lives until the answer is sent; pages are built whole (at most PAGE_MAX bytes),
 * tables for download are streamed. */
#ifndef HELOSCOPE_WEB_REQUEST_H
#define HELOSCOPE_WEB_REQUEST_H

#include "web/params.h"
#include "web/pool.h"

#define PAGE_MAX (16u << 20)	   /* bytes of a page */
#define RECORD_MAX (64u << 20)	   /* bytes of a record's JSON */
#define REQUEST_MEMORY (64u << 20) /* bytes of a request's arena */

struct download;

struct request {
	struct uri uri;
	struct arena arena;
	struct pool *pool;
	struct reader reader; /* taken before the route runs */
	bool reader_failed;   /* the store refused something: the connection is not kept */
	int64_t now;	      /* wall clock, ns: only to see that a live sensor went silent */
	const char *version;
};

struct answer {
	unsigned status; /* HTTP */
	const char *type;
	const char *cache;	 /* Cache-Control */
	const char *disposition; /* Content-Disposition, or NULL */
	struct buf body;
	struct slice fixed;	   /* an asset: instead of body */
	struct download *download; /* streamed: instead of body; owned */
};

#define TYPE_HTML "text/html; charset=utf-8"
#define TYPE_TEXT "text/plain; charset=utf-8"
#define TYPE_CSV "text/csv; charset=utf-8; header=present"
#define TYPE_NDJSON "application/x-ndjson; charset=utf-8"
#define TYPE_JSON "application/json"

void request_init(struct request *r, struct pool *pool, const char *version, int64_t now);
void request_release(struct request *r);
void answer_init(struct answer *a);

/* Runs the route that the target names and fills *a, whatever the target is. */
void route_answer(struct request *r, struct slice target, struct answer *a);

#endif
