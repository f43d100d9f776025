/* /hosts, /sessions, … : any table of the store, with a filter form, sorting, paging and downloads.
 * All of it by SQL. */
#include "web/page.h"

#include <inttypes.h>
#include <string.h>

#include "web/route.h"

/* ---- cells ---- */

enum look {
	LOOK_TEXT,
	LOOK_LONG,
	LOOK_HOST,
	LOOK_SESSION,
	LOOK_NUMBER,
	LOOK_VERDICT,
	LOOK_SHARE,
	LOOK_PERCENT,
	LOOK_FLAG,
	LOOK_CODE,
	LOOK_WORD, /* of the contract */
	LOOK_SAID  /* a sentence of the sensor */
};

/* How columns look that are more than their type; the names are those of the store. */
static const struct {
	const char *column;
	enum look look;
} looks[] = {
	{ "host", LOOK_HOST },
	{ "client", LOOK_HOST },
	{ "server", LOOK_HOST },
	{ "src_ip", LOOK_HOST },
	{ "dst_ip", LOOK_HOST },
	{ "session", LOOK_SESSION },
	{ "number", LOOK_NUMBER },
	{ "verdict", LOOK_VERDICT },
	{ "risk", LOOK_SHARE },
	{ "confidence", LOOK_SHARE },
	{ "mirror_loss", LOOK_PERCENT },
	{ "kernel_loss", LOOK_PERCENT },
	{ "one_sided_share", LOOK_PERCENT },
	{ "summary", LOOK_SAID },
	{ "ended_by", LOOK_SAID },
	{ "error", LOOK_SAID },
	{ "text", LOOK_LONG },
	{ "reply", LOOK_LONG },
	{ "subject", LOOK_LONG },
	{ "rules", LOOK_LONG },
	{ "encrypted", LOOK_FLAG },
	{ "queue_id", LOOK_CODE },
	{ "cause", LOOK_WORD },
	{ "role", LOOK_WORD },
	{ "kind", LOOK_WORD },
	{ "class", LOOK_WORD },
	{ "outcome", LOOK_WORD },
	{ "direction", LOOK_WORD },
	{ "visibility", LOOK_WORD },
	{ "before", LOOK_WORD },
	{ "state", LOOK_WORD },
	{ "answer", LOOK_WORD },
};

static enum look
look_of(const struct column *column)
{
	for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
		if (strcmp(looks[i].column, column->name) == 0) {
			return looks[i].look;
		}
	}
	return LOOK_TEXT;
}

struct rows {
	struct html *html;
	const struct table *table;
	size_t session; /* index of the column "session"; columns_count = none */
	int64_t count;
};

static void
cell_plain(struct html *h, const struct column *column, const struct cell *cell)
{
	switch (column->type) {
	case CELL_TEXT:
		h_text(h, cell->text);
		break;
	case CELL_INT:
		h_int(h, cell->integer);
		break;
	case CELL_REAL:
		h_format(h, "%.1f", cell->real);
		break;
	case CELL_TIME:
		part_time(h, cell->integer);
		break;
	}
}

static void
cell_linked(struct html *h, const char *first, const char *second, const char *text)
{
	if (first[0] == '\0') {
		return;
	}
	h_class(h, "a", "code");
	h_url(h, "href", url_path(h->arena, text, first, second, NULL));
	h_str(h, second != NULL ? second : first);
	h_close(h);
}

static void
cell_content(struct rows *rows, size_t i, const struct cell *cells)
{
	struct html *h = rows->html;
	const struct column *column = &rows->table->columns[i];
	const char *text = column->type == CELL_TEXT ? arena_string(h->arena, cells[i].text) : "";
	enum look look = look_of(column);
	/* what people wrote stays */
	if (strcmp(rows->table->name, "events") == 0 && strcmp(column->name, "text") == 0) {
		look = LOOK_SAID;
	}
	switch (look) {
	case LOOK_HOST:
		cell_linked(h, text, NULL, "host");
		break;
	case LOOK_SESSION:
		cell_linked(h, text, NULL, "session");
		break;
	case LOOK_NUMBER:
		if (rows->session < rows->table->columns_count) {
			cell_linked(h, arena_string(h->arena, cells[rows->session].text),
				arena_printf(h->arena, "%" PRId64, cells[i].integer), "mail");
		} else {
			cell_plain(h, column, &cells[i]);
		}
		break;
	case LOOK_VERDICT:
		part_verdict(h, text);
		break;
	case LOOK_SHARE:
		h_format(h, "%.0f %%", 100 * cells[i].real);
		break;
	case LOOK_PERCENT:
		h_str(h, part_percent(h, cells[i].real, 1));
		break;
	case LOOK_FLAG:
		h_str(h, cells[i].integer != 0 ? T(h, "yes") : "");
		break;
	case LOOK_CODE:
		h_element(h, "code", NULL, text);
		break;
	case LOOK_WORD:
		h_str(h, T(h, text));
		break;
	case LOOK_SAID:
		h_str(h, TS(h, text));
		break;
	case LOOK_TEXT:
	case LOOK_LONG:
		cell_plain(h, column, &cells[i]);
		break;
	}
}

static const char *
cell_class(const struct column *column)
{
	switch (column->type) {
	case CELL_INT:
	case CELL_REAL:
		return "num";
	case CELL_TIME:
		return "time";
	case CELL_TEXT:
		break;
	}
	return look_of(column) == LOOK_LONG || look_of(column) == LOOK_SAID ? "long" : "text";
}

static bool
add_row(void *ctx, const struct cell *cells)
{
	struct rows *rows = ctx;
	h_open(rows->html, "tr");
	for (size_t i = 0; i < rows->table->columns_count; i++) {
		if (rows->table->columns[i].hidden) {
			continue;
		}
		h_class(rows->html, "td", cell_class(&rows->table->columns[i]));
		if (!cells[i].null) {
			cell_content(rows, i, cells);
		}
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
		h_attr(h, "class", cell_class(column));
		if (column->note != NULL && column->note[0] != '\0') {
			h_attr(h, "title", T(h, column->note));
		}
		if (sortable) {
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
	const struct column *session = table_column(table, "session");
	struct rows rows = {
		.html = h,
		.table = table,
		.session =
			session != NULL ? (size_t)(session - table->columns) : table->columns_count,
	};
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
view_of_request(struct request *r, const struct table *table, struct view *out, struct err *err)
{
	struct sensor_state state;
	if (table->for_admins && r->viewer.access < ACCESS_ADMIN) {
		return err_set(err, "only an administrator may see who did what");
	}
	int rc = table->by_clock ? 0 : query_state(r->reader.store, &state, &r->arena, err);
	return view_parse(&r->uri, table, rc == 1 ? state.now : r->now, &r->arena, out, err);
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
