/* Of a host's page: what its risk is made of, list by list: what each sign adds, and what would
 * change it. */
#include <math.h>
#include <string.h>

#include "web/page_host.h"

enum { LISTS_OPEN = 2, LISTS_SHOWN = 12 };
#define UNLIKELY 0.05	    /* lists below are counted only */
#define PART_STRONGEST 4000 /* thousandths of log-odds that fill a bar */

/* The band of risk that each verdict has (sensor/host/verdict.c), in percent. */
static const struct {
	const char *verdict;
	int from, to;
} bands[] = {
	{ "listed", 85, 100 },
	{ "likely", 60, 84 },
	{ "throttled", 45, 60 },
	{ "watch", 20, 44 },
	{ "unknown", 10, 20 },
	{ "clean", 1, 10 },
};

static void
add_band(struct html *h, const struct node *host)
{
	for (size_t i = 0; i < sizeof bands / sizeof bands[0]; i++) {
		if (strcmp(node_text(host, "verdict"), bands[i].verdict) == 0) {
			h_open(h, "p");
			h_format(h,
				T(h, "The verdict “%s” stands for a risk from %d to %d %%. What it "
				     "does, "
				     "and what servers say of it, puts this host at %.0f %%."),
				T(h, bands[i].verdict), bands[i].from, bands[i].to,
				100 * node_real(host, "risk"));
			h_close(h);
		}
	}
}

static void
add_share(struct html *h, const char *name, double share, const char *tone)
{
	h_class(h, "div", "share");
	h_element(h, "strong", NULL, part_short(h, name));
	h_class(h, "span", "num");
	h_format(h, "%.0f %%", 100 * share);
	h_close(h);
	part_meter(h, share, tone);
	h_close(h);
}

/* Of "what was seen (rule NAME: +1.5)": where the brackets begin, the rule and what it adds.  false
 * = there are none. */
static bool
part_of(const char *why, size_t *len, struct slice *rule, double *adds)
{
	const char *at = NULL;
	int64_t whole, tenths;
	for (const char *next = strstr(why, " (rule "); next != NULL;
		next = strstr(next + 1, " (rule ")) {
		at = next;
	}
	if (at == NULL || why[strlen(why) - 1] != ')') {
		return false;
	}
	*len = (size_t)(at - why);
	struct slice rest = slice_str(at + strlen(" (rule "));
	rest.len--;
	*rule = slice_split(&rest, ':');
	rest = slice_trim(rest);
	bool negative = rest.len > 0 && rest.ptr[0] == '-';
	if (rest.len < 2 || (!negative && rest.ptr[0] != '+')) {
		return false;
	}
	rest = slice_skip(rest, 1);
	struct slice number = slice_split(&rest, '.');
	if (slice_number(number, &whole) != 0 || slice_number(rest, &tenths) != 0 ||
		rest.len != 1 || whole > 1000) {
		return false;
	}
	*adds = ((double)whole + (double)tenths / 10) * (negative ? -1 : 1);
	return true;
}

static void
add_why(struct html *h, const char *why)
{
	size_t len;
	struct slice rule;
	double adds;
	if (!part_of(why, &len, &rule, &adds)) {
		h_class(h, "div", "share part");
		h_element(h, "span", NULL, TS(h, part_long(h, why)));
		h_close(h);
		return;
	}
	h_class(h, "div", "share part");
	h_open(h, "span");
	h_str(h, TS(h, part_long(h, arena_string(h->arena, slice_of(why, len)))));
	h_str(h, " ");
	h_class(h, "span", "name code");
	h_text(h, rule);
	h_close_n(h, 2);
	h_class(h, "span", "num");
	h_format(h, "%+.1f", adds);
	h_close(h);
	part_meter(h, fabs(adds) * 1000 / PART_STRONGEST, adds > 0 ? "rejected" : "accepted");
	h_close(h);
}

static void
add_reasons(struct html *h, const struct node *list, bool open)
{
	if (node_count(list, "why") == 0 && node_count(list, "change") == 0) {
		return;
	}
	/* of the first some the reasons are open */
	h_class(h, "details", "why");
	if (open) {
		h_attr(h, "open", "open");
	}
	h_element(h, "summary", NULL, T(h, "Why, and what would change it"));
	for (size_t i = 0; i < node_count(list, "why"); i++) {
		add_why(h, node_text(node_item(list, "why", i), ""));
	}
	if (node_count(list, "change") > 0) {
		h_element(h, "p", "note", T(h, "What would change it:"));
		h_class(h, "ul", "evidence");
		for (size_t i = 0; i < node_count(list, "change"); i++) {
			h_element(h, "li", NULL,
				TS(h, part_long(h, node_text(node_item(list, "change", i), ""))));
		}
		h_close(h);
	}
	h_close(h);
}

static void
add_likelihood(struct html *h, const struct node *list, bool open)
{
	double probability = node_real(list, "probability"),
	       predicted = node_real(list, "predicted");
	h_open(h, "div");
	add_share(h, node_text(list, "list"), probability, "rejected");
	if (fabs(probability - predicted) > 0.005) {
		h_class(h, "p", "note");
		h_format(h,
			T(h, "%.0f %% by what it does alone, without what servers and look-ups "
			     "say"),
			100 * predicted);
		h_close(h);
	}
	add_reasons(h, list, open);
	h_close(h);
}

static bool
is_unlikely(const struct node *list)
{
	return node_real(list, "probability") < UNLIKELY && node_real(list, "predicted") < UNLIKELY;
}

/* The likely ones from the first on, at most `most`. */
static void
add_likelihoods(struct html *h, const struct node *host, size_t first, size_t most)
{
	size_t at = 0, shown = 0;
	h_class(h, "div", "columns");
	for (size_t i = 0; i < node_count(host, "lists") && shown < most; i++) {
		const struct node *list = node_item(host, "lists", i);
		if (is_unlikely(list) || at++ < first) {
			continue;
		}
		add_likelihood(h, list, at <= LISTS_OPEN);
		shown++;
	}
	h_close(h);
}

static void
add_unlikely(struct html *h, size_t unlikely, size_t all)
{
	if (unlikely == 0) {
		return;
	}
	h_class(h, "p", "note");
	h_format(h,
		unlikely < all ? TN(h, "And %zu list below %.0f %%.",
					 "And %zu lists below %.0f %%.", (int64_t)unlikely)
			       : TN(h, "%zu list below %.0f %%.", "%zu lists below %.0f %%.",
					 (int64_t)unlikely),
		unlikely, 100 * UNLIKELY);
	h_close(h);
}

void
host_risk(struct html *h, const struct host_page *p)
{
	size_t all = node_count(p->host, "lists"), likely = 0;
	for (size_t i = 0; i < all; i++) {
		likely += is_unlikely(node_item(p->host, "lists", i)) ? 0 : 1;
	}
	part_section(h, "risk", T(h, "What the risk is made of"));
	add_band(h, p->host);
	if (all > 0) {
		h_element(h, "p", "note",
			T(h, "Of each list: how likely it has this host, or will have it soon. "
			     "What "
			     "gets a host onto it is known from what its operator says. A number "
			     "beside a sign is what it adds: +0.7 doubles the odds, +2.3 makes "
			     "them "
			     "tenfold."));
		add_likelihoods(h, p->host, 0, LISTS_SHOWN);
	}
	if (likely > LISTS_SHOWN) {
		h_class(h, "details", "why");
		h_open(h, "summary");
		h_format(h,
			TN(h, "%zu more list", "%zu more lists", (int64_t)(likely - LISTS_SHOWN)),
			likely - LISTS_SHOWN);
		h_close(h);
		add_likelihoods(h, p->host, LISTS_SHOWN, SIZE_MAX);
		h_close(h);
	}
	add_unlikely(h, all - likely, all);
	h_close(h);
}
