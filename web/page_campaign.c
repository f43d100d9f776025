/* /campaign/DIGEST: mails whose texts differ in a few words, by the digest of any of them. */
#include <inttypes.h>

#include "web/part_sums.h"
#include "web/route.h"

static void
add_rule(void *ctx, const struct campaign_rule *rule)
{
	struct html *h = ctx;
	const char *name = arena_string(h->arena, rule->rule);
	h_open(h, "tr");
	h_class(h, "td", "text");
	h_link(h, url_path(h->arena, "rule", name, NULL), name);
	h_close(h);
	h_element(h, "td", "num", part_percent(h, (double)rule->mails, (double)rule->of));
	h_element(h, "td", "num", h_words(h, "%+.2f", rule->points));
	h_element(h, "td", "long", TS(h, arena_string(h->arena, rule->why)));
	h_close(h);
}

static int
add_rules(struct html *h, struct request *r, const char *digest, struct err *err)
{
	static const char *const heads[] = { N_("Rule"), N_("#Of its mails"), N_("#Points"),
		N_("Why"), NULL };
	part_section(h, "rules", T(h, "Rules in common"));
	h_element(h, "p", "note",
		T(h, "Of its newest thousand mails, the share that each rule hit."));
	part_table(h, T(h, "Rules in common"), heads);
	if (query_campaign_rules(r->reader.store, digest, add_rule, h, err) != 0) {
		return -1;
	}
	part_table_end(h);
	h_close(h);
	return 0;
}

static void
add_facts(struct html *h, const struct table *table, const struct cell *cells)
{
	struct arena *a = h->arena;
	const char *session = arena_string(a, sums_cell(table, cells, "session")->text);
	struct slice subject = viewer_subject(h->viewer, sums_cell(table, cells, "subject")->text);
	part_section(h, "facts", T(h, "What it is"));
	h_class(h, "dl", "facts");
	part_fact(h, T(h, "Subject of the earliest mail"), arena_string(a, subject));
	part_fact_time(h, T(h, "First mail"), sums_cell(table, cells, "first")->integer);
	part_fact_time(h, T(h, "Last mail"), sums_cell(table, cells, "last")->integer);
	part_fact_count(h, T(h, "Mails accepted"), sums_cell(table, cells, "accepted")->integer);
	part_fact_count(h, T(h, "Mails rejected"), sums_cell(table, cells, "rejected")->integer);
	part_fact_count(h, T(h, "Mails deferred"), sums_cell(table, cells, "deferred")->integer);
	h_close(h);
	h_open(h, "p");
	h_link(h,
		url_path(a, "mail", session,
			arena_printf(a, "%" PRId64, sums_cell(table, cells, "number")->integer),
			NULL),
		T(h, "The earliest mail"));
	h_close_n(h, 2);
}

static int
write_campaign(struct html *h, struct request *r, const char *digest, struct err *err)
{
	static const char *const figures[] = { "hosts", "mails", "texts", "senders", "rcpts",
		"rcpts_refused", "score_max", "score", NULL };
	const struct table *table = table_find("campaigns");
	const struct filter filter = { .campaign = digest };
	const struct param campaign = { "campaign", digest };
	const struct cell *cells;
	int got = sums_row(r, table, &filter, &cells, err);
	if (got < 0) {
		return -1;
	}
	sums_heading(h, T(h, "Campaign"), digest);
	if (got == 0) {
		h_element(h, "p", "note",
			T(h, "No mail that is kept has a text of this digest. It may be older "
			     "than what is kept."));
		return 0;
	}
	sums_tiles(h, table, cells, figures);
	add_facts(h, table, cells);
	const struct sums_part hosts = { "hosts", T(h, "Hosts that sent it"), "campaign_hosts",
		url_with(h->arena, "/campaign_hosts", NULL, &campaign, 1) };
	const struct sums_part mails = { "mails", T(h, "Its newest mails"), "mails",
		url_with(h->arena, "/mails", NULL, &campaign, 1) };
	if (sums_section(h, r, &hosts, filter, err) != 0 || add_rules(h, r, digest, err) != 0) {
		return -1;
	}
	return sums_section(h, r, &mails, filter, err);
}

void
page_campaign(struct request *r, struct answer *a)
{
	struct html h;
	struct err err = { "" };
	page_begin(&h, r, a, T(r, "Campaign"));
	if (write_campaign(&h, r, r->uri.segments[1], &err) != 0) {
		page_store_error(r, a, err.text);
		return;
	}
	page_end(&h, r);
}
