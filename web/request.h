/* One request and its answer, without HTTP: routes take a request and fill an answer;
 * web_microhttpd.c carries both.
 *
 * Input:  the raw target, hostile.
 * Memory: `arena` lives until the answer is sent; pages are built whole (at most PAGE_MAX bytes),
 * tables for download are streamed. */
#ifndef HELOSCOPE_WEB_REQUEST_H
#define HELOSCOPE_WEB_REQUEST_H

#include "sensor/record_audit.h"
#include "web/params.h"
#include "web/pool.h"
#include "web/texts.h"
#include "web/viewer.h"

#define PAGE_MAX (16u << 20)	   /* bytes of a page */
#define RECORD_MAX (64u << 20)	   /* bytes of a record's JSON */
#define REQUEST_MEMORY (64u << 20) /* bytes of a request's arena */

struct site;

#define STREAM_LATER (-2) /* of read: nothing now; it is asked again within a second */

/* A body that is sent while it is made; the first member of what makes it. */
struct stream {
	/* At most max bytes into out: how many, 0 = end, STREAM_LATER, -1 = it broke off (the
	 * connection is cut). `now`: wall clock, ns. */
	int64_t (*read)(struct stream *s, uint8_t *out, size_t max, int64_t now);
	/* Ends it, sent or not. */
	void (*free)(struct stream *s);
};

/* NULL does nothing. */
void stream_free(struct stream *s);

enum method { METHOD_GET, METHOD_POST }; /* HEAD is GET; others never come here */

/* Answers by status since the start of the server; its threads add. */
struct http_counts {
	_Atomic int64_t answers[600];
};

struct request {
	enum method method;
	struct slice target; /* path and query, as they came */
	struct uri uri;
	struct uri form; /* POST: the parameters of its body (HTML form encoding), as checked as the
			    target's */
	struct arena arena;
	const struct site *site; /* what the server was told at its start */
	struct viewer viewer;
	const struct http_counts *counts; /* NULL = nobody counts */
	struct door *door;		  /* door.h; NULL = nobody signs in */
	/* How the viewer was known. */
	enum known_by {
		KNOWN_BY_NOTHING,
		KNOWN_BY_COOKIE,
		KNOWN_BY_BASIC,
		KNOWN_BY_PROXY
	} known_by;
	bool is_tls;
	bool is_foreign;	   /* a page of another site made the browser send it */
	const char *host;	   /* the name by which it was asked; checked */
	const struct texts *texts; /* its language: parameter lang, cookie, Accept-Language */
	const char *cookies, *if_none_match, *accept_language, *accept_encoding, *accept,
		*authorization, *fetch_site; /* header fields as they came; NULL = none */
	struct pool *pool;
	int query_ms;	      /* for all questions of a page together; 0 = 5 s for each */
	struct reader reader; /* taken before the route runs */
	bool reader_failed;   /* the store refused something: the connection is not kept */
	int64_t now;	      /* wall clock, ns */
	const char *version;
};

struct answer {
	unsigned status; /* HTTP */
	const char *type;
	const char *cache;	 /* Cache-Control */
	const char *disposition; /* Content-Disposition, or NULL */
	const char *location;	 /* of a redirect (303): a path of ours, or NULL */
	const char *cookie;	 /* Set-Cookie, or NULL */
	const char *allow;	 /* Allow, of 405, or NULL */
	const char *refresh;	 /* Refresh: the address that the browser asks for next, or NULL */
	unsigned retry_after_s;	 /* Retry-After; 0 = none */
	bool challenge;		 /* WWW-Authenticate: Basic, for programs */
	const char *etag;	 /* quoted, or NULL */
	const char *encoding;	 /* Content-Encoding of `fixed`, or NULL */
	struct buf body;
	struct slice fixed;    /* an asset: instead of body */
	struct stream *stream; /* instead of body; owned */
};

#define TYPE_HTML "text/html; charset=utf-8"
#define TYPE_TEXT "text/plain; charset=utf-8"
#define TYPE_CSV "text/csv; charset=utf-8; header=present"
#define TYPE_NDJSON "application/x-ndjson; charset=utf-8"
#define TYPE_JSON "application/json"

/* GET, for an admin without a name, in English. */
void request_init(struct request *r, struct pool *pool, const char *version, int64_t now);
void request_release(struct request *r);
void answer_init(struct answer *a);

/* Hands an entry of that kind to the collector: what was done, about which object and host, at
 * entry->time = now, by the viewer, from his address; `entry` needs kind and whatever the kind has.
 * 0, also where this report takes no entries at all (site.tell NULL), or -1 and err. */
int request_tell(struct request *r, const struct audit_entry *entry, struct err *err);
/* Whether the route is for this viewer. */
struct route;
bool request_may(const struct request *r, const struct route *route);
/* What cannot be read as a request to a page: 405, 411, 413, 415. */
void answer_refuse(struct request *r, struct answer *a, unsigned status);
/* By gzip, where the browser takes it and nobody can learn a secret from the length. */
void answer_pack(struct request *r, struct answer *a);
/* Runs the route that the target names and fills *a, whatever the target is. */
void route_answer(struct request *r, struct slice target, struct answer *a);

#endif
