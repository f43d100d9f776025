/* /rule/NAME: one rule: what it says, how often it hit, on whose mails. */
#include "web/part_sums.h"
#include "web/route.h"

static void
add_words(struct html *h, const struct table *table, const struct cell *cells)
{
	struct arena *a = h->arena;
	const char *why = arena_string(a, sums_cell(table, cells, "why")->text);
	part_section(h, "rule", T(h, "What it says"));
	if (why[0] == '\0') {
		h_element(h, "p", "note",
			T(h, "It is not known here: its hits were stored by an earlier version."));
	} else {
		h_element(h, "p", NULL, TS(h, why));
	}
	h_class(h, "dl", "facts");
	part_fact(h, T(h, "File"), arena_string(a, sums_cell(table, cells, "place")->text));
	part_fact(
		h, T(h, "Source"), TS(h, arena_string(a, sums_cell(table, cells, "source")->text)));
	part_fact_time(h, T(h, "First mail"), sums_cell(table, cells, "first")->integer);
	part_fact_time(h, T(h, "Last mail"), sums_cell(table, cells, "last")->integer);
	h_close_n(h, 2);
}

static int
write_rule(struct html *h, struct request *r, const struct filter *filter, const char *name,
	struct err *err)
{
	static const char *const figures[] = { "mails", "share", "hits", "hosts", "score", "points",
		NULL };
	const struct table *table = table_find("rules");
	const struct param rule = { "rule", name };
	const struct cell *cells;
	struct filter of_rule = *filter;
	of_rule.rule = name;
	int got = sums_row(r, table, &of_rule, &cells, err);
	if (got < 0) {
		return -1;
	}
	sums_heading(h, T(h, "Rule"), name);
	if (got == 0) {
		h_element(h, "p", "note",
			T(h, "This rule hit no mail in this range. Whether there is such a rule "
			     "is not stored: heloscope rules list says it."));
		return 0;
	}
	sums_tiles(h, table, cells, figures);
	add_words(h, table, cells);
	const struct sums_part hosts = { "hosts", T(h, "Hosts whose mails it hit most"),
		"rule_hosts", url_with(h->arena, "/rule_hosts", NULL, &rule, 1) };
	const struct sums_part mails = { "mails", T(h, "Newest mails that it hit"), "mails",
		url_with(h->arena, "/mails", &r->uri, &rule, 1) };
	return sums_section(h, r, &hosts, of_rule, err) != 0
		       ? -1
		       : sums_section(h, r, &mails, of_rule, err);
}

void
page_rule(struct request *r, struct answer *a)
{
	struct html h;
	struct view view;
	struct err err = { "" };
	if (sums_view(r, a, table_find("rules"), &view) != 0) {
		return;
	}
	page_begin(&h, r, a, T(r, "Rule"));
	if (write_rule(&h, r, &view.filter, r->uri.segments[1], &err) != 0) {
		page_store_error(r, a, err.text);
		return;
	}
	page_end(&h, r);
}
