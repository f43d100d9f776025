/* /hosts, /sessions, … : any table of the store, with a filter form, sorting, paging and downloads.
 * All of it by SQL. */
#include "web/page.h"

#include <inttypes.h>
#include <string.h>

#include "web/part_cell.h"
#include "web/route.h"

/* ---- rows ---- */

struct rows {
	struct html *html;
	const struct table *table;
	int64_t count;
};

static bool
add_row(void *ctx, const struct cell *cells)
{
	struct rows *rows = ctx;
	h_open(rows->html, "tr");
	for (size_t i = 0; i < rows->table->columns_count; i++) {
		if (rows->table->columns[i].hidden) {
			continue;
		}
		h_class(rows->html, "td", part_cell_class(&rows->table->columns[i]));
		part_cell(rows->html, rows->table, i, cells);
		h_close(rows->html);
	}
	h_close(rows->html);
	rows->count++;
	return true;
}

/* ---- heads ---- */

static void
head_link(
	struct html *h, struct request *r, const struct column *column, const struct filter *filter)
{
	bool sorted = filter->sort != NULL && strcmp(filter->sort, column->name) == 0;
	/* The first click on a number shows the largest. */
	bool descending = sorted ? !filter->descending : column->type != CELL_TEXT;
	const struct param set[] = { { "sort", column->name },
		{ "order", descending ? "desc" : "asc" }, { "page", NULL } };
	if (sorted) {
		h_attr(h, "aria-sort", filter->descending ? "descending" : "ascending");
	}
	h_open(h, "a");
	h_url(h, "href",
		url_with(h->arena, url_path(h->arena, r->uri.segments[0], NULL), &r->uri, set, 3));
	h_str(h, T(h, column->title));
	if (sorted) {
		h_str(h, filter->descending ? " ↓" : " ↑");
	}
	h_close(h);
}

static void
add_heads(struct html *h, struct request *r, const struct table *table, const struct filter *filter,
	bool sortable)
{
	h_open(h, "thead");
	h_open(h, "tr");
	for (size_t i = 0; i < table->columns_count; i++) {
		const struct column *column = &table->columns[i];
		if (column->hidden) {
			continue;
		}
		h_open(h, "th");
		h_attr(h, "scope", "col");
		h_attr(h, "class", part_cell_class(column));
		if (column->note != NULL && column->note[0] != '\0') {
			h_attr(h, "title", T(h, column->note));
		}
		if (sortable && viewer_may_sort(&r->viewer, column->name)) {
			head_link(h, r, column, filter);
		} else {
			h_str(h, T(h, column->title));
		}
		h_close(h);
	}
	h_close_n(h, 2);
}

int
page_rows(struct html *h, struct request *r, const struct table *table, const struct filter *filter,
	bool sortable, int64_t *count, struct err *err)
{
	struct rows rows = { .html = h, .table = table };
	h_class(h, "div", "scroll");
	h_attr(h, "tabindex", "0");
	h_attr(h, "role", "region");
	h_attr(h, "aria-label", T(h, table->title));
	h_open(h, "table");
	add_heads(h, r, table, filter, sortable);
	h_open(h, "tbody");
	int rc = table_query(r->reader.store, table, filter, add_row, &rows, err);
	h_close_n(h, 3);
	*count = rows.count;
	return rc;
}

/* ---- paging, downloads ---- */

static void
page_link(struct html *h, const struct uri *uri, int64_t page, int64_t last, const char *text)
{
	const struct param set[] = { { "page",
		page > 1 ? arena_printf(h->arena, "%" PRId64, page) : NULL } };
	if (page < 1 || page > last) {
		h_element(h, "span", "off", text);
		return;
	}
	h_link(h, url_with(h->arena, url_path(h->arena, uri->segments[0], NULL), uri, set, 1),
		text);
}

static void
add_paging(struct html *h, const struct uri *uri, const struct view *view, int64_t count)
{
	int64_t last = count > 0 ? (count - 1) / view->rows + 1 : 1;
	int64_t from = view->filter.offset + 1, to = view->filter.offset + view->rows;
	if (last == 1 && view->page == 1) {
		return;
	}
	h_class(h, "nav", "paging");
	h_attr(h, "aria-label", T(h, "Pages of the table"));
	page_link(h, uri, view->page == 1 ? 0 : 1, last, T(h, "First"));
	page_link(h, uri, view->page - 1, last, T(h, "Previous"));
	h_open(h, "span");
	if (from <= count) {
		h_format(h, T(h, "%s – %s of %s"), part_number(h, from),
			part_number(h, to < count ? to : count), part_number(h, count));
	} else {
		h_format(h, T(h, "beyond the last of %s"), part_number(h, count));
	}
	h_close(h);
	page_link(h, uri, view->page + 1, last, T(h, "Next"));
	page_link(h, uri, view->page == last ? 0 : last, last, T(h, "Last"));
	h_close(h);
}

void
page_downloads(struct html *h, const struct table *table, const struct uri *uri, const char *host)
{
	const struct param set[] = { { "page", NULL }, { "rows", NULL }, { "host", host } };
	size_t count = uri != NULL ? 2 : 3;
	if (h->viewer != NULL && h->viewer->access < ACCESS_ANALYST) {
		return; /* exports are not for readers */
	}
	h_class(h, "span", "downloads");
	h_link(h, url_with(h->arena, url_path(h->arena, "csv", table->name, NULL), uri, set, count),
		"CSV");
	h_str(h, " ");
	h_link(h,
		url_with(h->arena, url_path(h->arena, "json", table->name, NULL), uri, set, count),
		"JSON");
	h_close(h);
}

/* ---- the page ---- */

int
view_check(const struct request *r, const struct table *table, const struct view *view,
	struct err *err)
{
	const struct filter *f = &view->filter;
	if (f->sort != NULL && !viewer_may_sort(&r->viewer, f->sort)) {
		return err_set(err,
			"sort=%s: a reader sees this column masked, and cannot sort by it",
			f->sort);
	}
	if ((f->text != NULL || f->words_count > 0) && !viewer_may_search(&r->viewer, table)) {
		return err_set(err,
			"the table %s has texts that a reader sees masked: it takes an analyst to "
			"look for text in it",
			table->name);
	}
	return 0;
}

int
view_of_request(struct request *r, const struct table *table, struct view *out, struct err *err)
{
	struct sensor_state state;
	if (table->for_admins && r->viewer.access < ACCESS_ADMIN) {
		return err_set(err, "only an administrator may see who did what");
	}
	int rc = table->by_clock ? 0 : query_state(r->reader.store, &state, &r->arena, err);
	rc = view_parse(&r->uri, table, rc == 1 ? state.now : r->now, &r->arena, out, err);
	return rc == 0 ? view_check(r, table, out, err) : -1;
}

/* What the rows of sums rest on. */
static void
add_intro(struct html *h, const struct table *table)
{
	static const char *const intros[][2] = {
		{ "rules",
			N_("Rules that hit mails, by whole hours of the range. A rule that never "
			   "hit is not stored here: heloscope rules list shows them all.") },
		{ "domains",
			N_("Domains of envelope senders that were seen in the range, with the sums "
			   "of all their mails that are kept. Bounces have no domain.") },
		{ "campaigns",
			N_("Mails whose texts differ in a few words, put together from the two "
			   "thousand texts of the range that most hosts sent. Short texts count "
			   "only where they are the same.") },
	};
	for (size_t i = 0; i < sizeof intros / sizeof intros[0]; i++) {
		if (strcmp(intros[i][0], table->name) == 0) {
			h_element(h, "p", "note", T(h, intros[i][1]));
		}
	}
}

static int
write_table(struct html *h, struct request *r, const struct table *table, const struct view *view,
	struct err *err)
{
	struct table_extent extent;
	struct filter filter = view->filter;
	int64_t shown;
	if (table_extent(r->reader.store, table, &filter, &extent, err) != 0) {
		return -1;
	}
	filter.extent = &extent;
	h_class(h, "div", "title");
	h_element(h, "h1", NULL, T(h, table->title));
	h_class(h, "p", "note");
	h_str(h, part_count(h, &extent));
	h_close(h);
	page_downloads(h, table, &r->uri, NULL);
	h_close(h);
	add_intro(h, table);
	filter_form(h, table, &r->uri);
	h_class(h, "section", "card");
	part_extent(h, &r->uri, view, &extent);
	if (page_rows(h, r, table, &filter, true, &shown, err) != 0) {
		return -1;
	}
	if (extent.count == 0) {
		h_element(h, "p", "note",
			r->uri.params_count > 0 ? T(h, "No row passes this filter.")
						: T(h, "Nothing is stored here yet."));
	}
	add_paging(h, &r->uri, view,
		extent.sorted != 0 && extent.sorted < extent.count ? extent.sorted : extent.count);
	return 0;
}

/* What is wrong with the filter, above the form as it was filled in. */
static void
write_refusal(struct request *r, struct answer *a, const struct table *table, const char *why)
{
	struct html h;
	page_begin(&h, r, a, T(r, table->title));
	a->status = 400;
	h_element(&h, "h1", NULL, T(&h, table->title));
	h_class(&h, "p", "banner bad");
	h_attr(&h, "role", "alert");
	h_str(&h, TS(&h, why));
	h_close(&h);
	filter_form(&h, table, &r->uri);
	page_end(&h, r);
}

void
page_table(struct request *r, struct answer *a)
{
	struct html h;
	struct view view;
	struct err err = { "" };
	const struct table *table = table_find(r->uri.segments[0]);
	if (table == NULL) {
		page_error(r, a, 404, N_("There is no such table."));
		return;
	}
	if (view_of_request(r, table, &view, &err) != 0) {
		write_refusal(r, a, table, err.text);
		return;
	}
	page_begin(&h, r, a, T(r, table->title));
	if (write_table(&h, r, table, &view, &err) != 0) {
		page_store_error(r, a, err.text);
		return;
	}
	page_end(&h, r);
}
