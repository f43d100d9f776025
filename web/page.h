/* What every page has: head, navigation, foot; pages that say what is wrong; and the small parts
 * that pages are made of. */
#ifndef HELOSCOPE_WEB_PAGE_H
#define HELOSCOPE_WEB_PAGE_H

#include "web/html.h"
#include "web/loss_day.h"
#include "web/request.h"

/* Head and navigation; content goes into <main>. page_end closes whatever is open. */
void page_begin(struct html *h, struct request *r, struct answer *a, const char *title);
void page_end(struct html *h, struct request *r);

/* Where this page is: its path; and the same with its parameters, where `set` replaces, adds, or (value
 * NULL) removes. */
const char *page_path(struct request *r);
const char *page_url(struct request *r, const struct param *set, size_t count);

/* These replace what the answer holds so far. */
void page_error(struct request *r, struct answer *a, unsigned status, const char *text);
void page_no_data(struct request *r, struct answer *a, const char *why);
/* The store refused a question: said, and the connection is not used again. */
void page_store_error(struct request *r, struct answer *a, const char *why);

/* ---- tables of the store ---- */

/* The filter that the parameters ask for; times count back from the latest packet. 0, or -1 and
 * err. */
int view_of_request(
	struct request *r, const struct table *table, struct view *out, struct err *err);
/* Whether the viewer may ask so: what he sees masked is not looked for, nor sorted by. 0, or -1 and
 * err. */
int view_check(const struct request *r, const struct table *table, const struct view *view,
	struct err *err);
void filter_form(struct html *h, const struct table *table, const struct uri *uri);
/* The rows of a filter as a table, with links; *rows = how many.  `sortable`: heads are links that
 * sort this page. 0, or -1 and err. */
int page_rows(struct html *h, struct request *r, const struct table *table,
	const struct filter *filter, bool sortable, int64_t *rows, struct err *err);
/* Links to the same rows as CSV and as JSON lines; `uri` NULL: of `host` only. */
void page_downloads(
	struct html *h, const struct table *table, const struct uri *uri, const char *host);

/* "12 rows", "more than 10,000 rows". In the arena. */
const char *part_count(struct html *h, const struct table_extent *extent);
/* What of the list was not looked at, in words with a link to it; nothing where all was. */
void part_extent(struct html *h, const struct uri *uri, const struct view *view,
	const struct table_extent *extent);

/* ---- parts ---- */

/* "2008-06-12 03:04:05" in <time>, or a dash for 0. */
void part_time(struct html *h, int64_t t);
/* A <section> with a heading; ends with h_close. */
void part_section(struct html *h, const char *id, const char *title);
void part_verdict(struct html *h, const char *word);
/* A figure: label, value, and a line below ("" = none); tone NULL, "bad", "warn" or "good". */
void part_tile(
	struct html *h, const char *label, const char *value, const char *note, const char *tone);
/* A row of a <dl>: nothing at all when the text is empty. */
void part_fact(struct html *h, const char *term, const char *text);
void part_fact_count(struct html *h, const char *term, int64_t value);
void part_fact_time(struct html *h, const char *term, int64_t t);
/* A bar for a share of 0..1, with its text beside it. */
void part_meter(struct html *h, double share, const char *tone);
/* A table in its own scrolling box, with its heads; ends with part_table_end. heads end at NULL;
 * "#" in front = numbers. */
void part_table(struct html *h, const char *label, const char *const *heads);
void part_table_end(struct html *h);
/* Numbers as texts, in the arena, as the page's language writes them.  "12.3 %"; "–" when there is no
 * whole. */
const char *part_percent(struct html *h, double part, double whole);
const char *part_bytes(struct html *h, int64_t bytes);
const char *part_number(struct html *h, int64_t n); /* "12,345" */
/* The section about loss of the sensor's page. */
void part_loss(struct html *h, const struct loss_day *day);
/* Of a host's page (part_host.c): a link to such a page, nothing for ""; who stands behind the host; who would be cut off. */
struct node;
void part_host_link(struct html *h, const char *address);
void part_behind(struct html *h, const struct node *host);
void part_cut_off(struct html *h, const struct node *host);
/* The sentence behind a verdict's word. */
const char *verdict_meaning(const char *word);

#endif
