/* /domain/NAME: mails that were sent as one domain, by the envelope. */
#include <string.h>

#include "web/part_sums.h"
#include "web/route.h"

/* The domain itself comes first only by chance: those below it are rows, too. */
struct wanted {
	struct arena *arena;
	const struct table *table;
	const char *name;
	struct cell *cells;
	int64_t others;
};

static bool
take_domain(void *ctx, const struct cell *cells)
{
	struct wanted *w = ctx;
	if (!slice_ieq(cells[0].text, slice_str(w->name))) {
		w->others++;
		return true;
	}
	w->cells = arena_array(w->arena, w->table->columns_count, sizeof *w->cells);
	if (w->cells != NULL) {
		memcpy(w->cells, cells, w->table->columns_count * sizeof *w->cells);
	}
	return true;
}

static int
write_domain(struct html *h, struct request *r, const struct filter *filter, const char *name,
	struct err *err)
{
	static const char *const figures[] = { "mails", "hosts", "rcpts", "rcpts_refused",
		"score_max", "score", NULL };
	const struct param domain = { "domain", name };
	struct wanted w = { .arena = h->arena, .table = table_find("domains"), .name = name };
	struct filter of_domain = *filter;
	of_domain.domain = name;
	of_domain.limit = VIEW_ROWS_MAX;
	if (table_query(r->reader.store, w.table, &of_domain, take_domain, &w, err) != 0) {
		return -1;
	}
	h_class(h, "div", "title");
	h_open(h, "h1");
	h_str(h, T(h, "Domain"));
	h_str(h, " ");
	h_element(h, "bdi", "code", name);
	h_close_n(h, 2);
	if (w.cells != NULL) {
		sums_tiles(h, w.table, w.cells, figures);
		h_class(h, "dl", "facts");
		part_fact_time(
			h, T(h, "First mail"), sums_cell(w.table, w.cells, "first")->integer);
		part_fact_time(h, T(h, "Last mail"), sums_cell(w.table, w.cells, "last")->integer);
		h_close(h);
	} else {
		h_element(h, "p", "note", T(h, "No mail was sent as this domain in this range."));
	}
	const struct sums_part hosts = { "hosts", T(h, "Hosts that sent as it"), "senders",
		url_with(h->arena, "/senders", &r->uri, &domain, 1) };
	const struct sums_part below = { "below", T(h, "It and the domains below it"), "domains",
		url_with(h->arena, "/domains", &r->uri, &domain, 1) };
	const struct sums_part mails = { "mails", T(h, "Newest mails from it or to it"), "mails",
		url_with(h->arena, "/mails", &r->uri, &domain, 1) };
	if (sums_section(h, r, &hosts, of_domain, err) != 0 ||
		(w.others > 0 && sums_section(h, r, &below, of_domain, err) != 0)) {
		return -1;
	}
	return sums_section(h, r, &mails, of_domain, err);
}

void
page_domain(struct request *r, struct answer *a)
{
	struct html h;
	struct view view;
	struct err err = { "" };
	if (sums_view(r, a, table_find("domains"), &view) != 0) {
		return;
	}
	page_begin(&h, r, a, T(r, "Domain"));
	if (write_domain(&h, r, &view.filter, r->uri.segments[1], &err) != 0) {
		page_store_error(r, a, err.text);
		return;
	}
	page_end(&h, r);
}
