/* The target of a request, taken apart: path, parameters, and the filter they ask for.  Pure: no
 * HTTP library, no store.
 *
 * Source: RFC 3986 (percent-encoding), RFC 9112 3.2 (request target), the form encoding of HTML
 * (`+` is a space). Input:  the raw target as it came, hostile. Output: decoded text without
 * controls, in valid UTF-8; a filter whose words and numbers are checked. Memory: everything in the
 * caller's arena; at most URI_MAX bytes. */
#ifndef HELOSCOPE_WEB_PARAMS_H
#define HELOSCOPE_WEB_PARAMS_H

#include "sensor/base/buf.h"
#include "sensor/base/err.h"
#include "store/query.h"

#define URI_MAX 8192 /* bytes of a request target */
#define URI_SEGMENTS_MAX 4
#define URI_PARAMS_MAX 32

struct param {
	const char *name, *value;
};

struct uri {
	const char *authority; /* of the absolute form "http://authority/…"; NULL = origin form */
	const char *segments[URI_SEGMENTS_MAX]; /* "/host/10.1.2.3" has two, "/" none */
	size_t segments_count; /* more than URI_SEGMENTS_MAX: one more is counted, none kept */
	struct param params[URI_PARAMS_MAX];
	size_t params_count;
};

/* 0, or -1 and err says what is wrong with the address: a bad escape, %00, a control, bytes that
 * are not UTF-8, a parameter given twice. */
int uri_parse(struct slice raw, struct arena *arena, struct uri *out, struct err *err);
/* NULL when it is not there or empty: an empty field of a form asks for nothing. */
const char *uri_param(const struct uri *uri, const char *name);

/* What a table page shows: the rows of a filter, a page of them. */
struct view {
	struct filter filter;
	int64_t page; /* 1, 2, … */
	int64_t rows; /* of a page */
};

#define VIEW_ROWS_USUAL 50
#define VIEW_ROWS_MAX 500
#define VIEW_PAGE_MAX 1000000

enum view_kind {
	VIEW_TEXT,
	VIEW_WORD, /* one of `word` */
	VIEW_ADDR,
	VIEW_SINCE,
	VIEW_UNTIL,
	VIEW_PORT,
	VIEW_SORT,
	VIEW_ORDER,
	VIEW_PAGE,
	VIEW_ROWS,
};

/* One row per parameter that a table page understands; the form is made from the same rows. */
struct view_param {
	const char *name, *title, *hint;
	enum view_kind kind;
	size_t offset;		       /* VIEW_TEXT, VIEW_WORD: of the text in struct view */
	const char *(*word)(size_t i); /* VIEW_WORD: NULL at the end */
	const char *wanted;	       /* "an IP address": what a bad value should have been */
};
const struct view_param *view_param_at(size_t i); /* NULL at the end */

/* `now`: the time that "24h" or "7d" count back from.  0, or -1 and err names the parameter and
 * says what it wants. limit and offset of the filter follow from page and rows. */
int view_parse(const struct uri *uri, const struct table *table, int64_t now, struct view *out,
	struct err *err);

/* Percent-encodes all but unreserved characters and ':' (so that IPv6 addresses stay readable). */
void url_escape(struct buf *out, struct slice s);
/* "/a/b": each part escaped; ends at NULL. */
const char *url_path(struct arena *arena, const char *first, ...) __attribute__((sentinel));
/* `path` with the parameters of `keep` (NULL = none), where `set` replaces, adds, or (value NULL)
 * removes. */
const char *url_with(struct arena *arena, const char *path, const struct uri *keep,
	const struct param *set, size_t set_count);

bool host_is_loopback(struct addr a);
/* Whether a server that listens on `listen` answers to this Host field.  On loopback only its own
 * names count, so that a page elsewhere whose name is made to point here (DNS rebinding) cannot
 * read the report through the browser of somebody on this machine. */
bool host_allowed(const char *host, struct endpoint listen);

#endif
