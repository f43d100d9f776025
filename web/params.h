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
#define URI_SEGMENTS_MAX 5
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
/* The body of a POST (application/x-www-form-urlencoded) into param alone; values may have several
 * lines and tabs. 0, or -1 and err. */
int form_parse(struct slice body, struct arena *arena, struct uri *out, struct err *err);
/* NULL when it is not there or empty: an empty field of a form asks for nothing. */
const char *uri_param(const struct uri *uri, const char *name);

/* What a table page shows: the rows of a filter, a page of them. */
struct view {
	struct filter filter;
	int64_t page;	   /* 1, 2, … */
	int64_t rows;	   /* of a page */
	const char *query; /* parameter q as it came; NULL = none */
	const char *range; /* "hour", "day", "week", "month"; NULL = since and until, or all of the time */
};

#define VIEW_ROWS_USUAL 50
#define VIEW_ROWS_MAX 500
#define VIEW_PAGE_MAX 1000000

enum view_kind {
	VIEW_TEXT,
	VIEW_WORD, /* one of `word` */
	VIEW_ADDR,
	VIEW_NET,
	VIEW_TLS, /* yes, no, or a version */
	VIEW_SINCE,
	VIEW_UNTIL,
	VIEW_RANGE,
	VIEW_PORT,
	VIEW_QUERY, /* the filter box: words, as query_words.h has them */
	VIEW_SORT,
	VIEW_ORDER,
	VIEW_PAGE,
	VIEW_ROWS,
};

/* One row per parameter that a table page understands; the form, its help and its completion are
 * made from the same rows.  A row with `key` may stand in the filter box, too: "host:192.0.2.1". */
struct view_param {
	const char *name, *title, *hint; /* title: key of a text, NULL = not in forms; hint: an example */
	enum view_kind kind;
	bool key;
	size_t offset;		       /* VIEW_TEXT, VIEW_WORD, VIEW_TLS: of the text in struct view */
	const char *(*word)(size_t i); /* the values there are; NULL at the end */
	enum store_names names;	       /* or those that the store knows (filter_values) */
	const char *wanted;	       /* "an IP address": what a bad value should have been */
};
const struct view_param *view_param_at(size_t i); /* NULL at the end */
/* NULL where there is none. */
const struct view_param *view_param_find(struct slice name);
/* The keys of the filter box that say something about the table ("host", "net", …), in the order of
 * view_param_at: the next one from *i on; NULL at the end.  For help and completion. */
const struct view_param *filter_key_next(const struct table *table, size_t *i);
/* The values of a key for completion: its words, or what the store knows, at most `limit`. 0, -1. */
int filter_values(const struct view_param *p, struct store *s, int64_t limit,
	void (*fn)(void *ctx, struct slice value), void *ctx, struct err *err);

/* `now`: the time that "24h", "7d" and ranges count back from.  Parameters and the words of q
 * combine: all of them hold.  0, or -1 and err names the parameter, or the word of q and its place,
 * and says what it wants: an unknown parameter or key, one that says nothing about the table
 * (table_has_filter), a bad value, two values for one.  limit and offset of the filter follow from
 * page and rows. */
int view_parse(const struct uri *uri, const struct table *table, int64_t now, struct arena *arena,
	struct view *out, struct err *err);

/* Percent-encodes all but unreserved characters and ':' (so that IPv6 addresses stay readable). */
void url_escape(struct buf *out, struct slice s);
/* "/a/b": each part escaped; ends at NULL. */
const char *url_path(struct arena *arena, const char *first, ...) __attribute__((sentinel));
/* `path` with the parameters of `keep` (NULL = none), where `set` replaces, adds, or (value NULL)
 * removes. */
const char *url_with(struct arena *arena, const char *path, const struct uri *keep,
	const struct param *set, size_t set_count);

bool host_is_loopback(struct addr a);

#endif
