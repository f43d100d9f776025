/* Of the overview: what is new in the range of time: listings, verdicts that got worse, verdicts
 * that got better. */
#include <string.h>

#include "sensor/base/ptime.h"
#include "web/page_overview.h"
#include "web/part_host.h"

struct news_row {
	const char *host, *name, *before, *what, *kind;
	int64_t time;
};

struct news {
	struct arena *arena;
	struct news_row rows[OVERVIEW_NEWS];
	size_t kept, count; /* of count in all */
};

struct changes {
	struct news worse, better;
};

static const char *
keep_text(struct arena *arena, struct slice text)
{
	return arena_string(arena, text);
}

static void
keep_listing(void *ctx, const struct listing_new *l)
{
	struct news *news = ctx;
	if (news->count++ >= OVERVIEW_NEWS) {
		return;
	}
	news->rows[news->kept++] = (struct news_row){ .host = keep_text(news->arena, l->host),
		.name = keep_text(news->arena, l->name),
		.what = keep_text(news->arena, l->list),
		.kind = keep_text(news->arena, l->kind),
		.before = "",
		.time = l->since };
}

static void
keep_change(void *ctx, const struct verdict_changed *c)
{
	struct changes *changes = ctx;
	enum verdict before = VERDICT_UNKNOWN, now = VERDICT_UNKNOWN;
	verdict_parse(c->before, &before);
	verdict_parse(c->verdict, &now);
	/* a new host without trouble, and one that is judged at last, are no news */
	if (now == before || (before == VERDICT_UNKNOWN && now < VERDICT_WATCH)) {
		return;
	}
	struct news *news = now > before ? &changes->worse : &changes->better;
	if (news->count++ >= OVERVIEW_NEWS) {
		return;
	}
	news->rows[news->kept++] = (struct news_row){ .host = keep_text(news->arena, c->host),
		.name = keep_text(news->arena, c->name),
		.before = keep_text(news->arena, c->before),
		.what = keep_text(news->arena, c->verdict),
		.time = c->time };
}

static void
add_what(struct html *h, const struct news_row *row)
{
	if (row->kind != NULL) {
		h_str(h, part_short(h, row->what));
		h_element(h, "span", "name", T(h, chart_listing_kind(row->kind)));
		return;
	}
	if (row->before[0] != '\0') {
		part_verdict(h, row->before);
		h_str(h, " → ");
	}
	part_verdict(h, row->what);
}

static void
add_rows(struct html *h, const struct news *news, const char *title, const char *const *heads)
{
	part_table(h, title, heads);
	for (size_t i = 0; i < news->kept; i++) {
		const struct news_row *row = &news->rows[i];
		h_open(h, "tr");
		h_open(h, "td");
		add_what(h, row);
		h_class(h, "span", "name");
		part_time(h, row->time);
		h_close_n(h, 2);
		h_class(h, "td", "who");
		part_host_link(h, row->host);
		h_element(h, "span", "name", part_short(h, row->name));
		h_close_n(h, 2);
	}
	part_table_end(h);
}

struct news_kind {
	const char *id, *title, *none, *url;
	const char *const *heads;
};

static void
add_news(struct html *h, const struct overview *o, const struct news *news,
	const struct news_kind *kind)
{
	part_section(h, kind->id, T(h, kind->title));
	if (news->count == 0) {
		h_element(h, "p", "note",
			o->sight.zero_known
				? T(h, kind->none)
				: T(h, "Nothing is known, as the sensor could not see."));
	} else {
		add_rows(h, news, T(h, kind->title), kind->heads);
	}
	if (news->count > news->kept) {
		h_open(h, "p");
		h_link(h, kind->url,
			h_words(h,
				TN(h, "and %zu more", "and %zu more",
					(int64_t)(news->count - news->kept)),
				news->count - news->kept));
		h_close(h);
	}
	h_close(h);
}

int
overview_news(struct html *h, struct request *r, const struct overview *o)
{
	static const char *const listed[] = { N_("List, since"), N_("Host"), NULL };
	static const char *const changed[] = { N_("Verdict, since"), N_("Host"), NULL };
	const struct news_kind kinds[] = {
		{ "new-listings", N_("New listings"), N_("No listing began."),
			overview_url(r, "/listings", NULL, NULL), listed },
		{ "worse", N_("Got worse"), N_("No verdict got worse."),
			overview_url(r, "/changes", NULL, NULL), changed },
		{ "better", N_("Got better"), N_("No verdict got better."),
			overview_url(r, "/changes", NULL, NULL), changed },
	};
	struct news *listings = arena_alloc(h->arena, sizeof *listings);
	struct changes *changes = arena_alloc(h->arena, sizeof *changes);
	const struct range_question q = { o->since, o->view.filter.until, OVERVIEW_CHANGES };
	*listings = (struct news){ .arena = h->arena };
	*changes = (struct changes){ .worse.arena = h->arena, .better.arena = h->arena };
	if (query_listings_new(r->reader.store, &q, keep_listing, listings, o->err) != 0 ||
		query_verdicts_changed(r->reader.store, &q, keep_change, changes, o->err) != 0) {
		return -1;
	}
	h_class(h, "div", "columns news");
	add_news(h, o, listings, &kinds[0]);
	add_news(h, o, &changes->worse, &kinds[1]);
	add_news(h, o, &changes->better, &kinds[2]);
	h_close(h);
	return 0;
}
