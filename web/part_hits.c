#include "web/part_hits.h"

#include <math.h>
#include <string.h>

#include "web/page.h"

#define SPAM_POINTS 5.0 /* as `heloscope score` and the verdicts have it */

/* What a rule on the subject, or on the whole header, looked at is as secret as the subject. */
static const char *
matched_shown(struct html *h, const char *matched)
{
	static const char *const hidden[] = { "Subject", "ALL" };
	for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
		size_t length = strlen(hidden[i]);
		const char *colon = strstr(matched, ": ");
		if (strncmp(matched, hidden[i], length) == 0 && colon != NULL) {
			struct slice text = viewer_subject(h->viewer, slice_str(colon + 2));
			return arena_printf(h->arena, "%s: %.*s", hidden[i], (int)text.len,
				(const char *)text.ptr);
		}
	}
	return matched;
}

/* The sentence; below it what matched, and where one can read why. */
static void
add_why(struct html *h, const struct node *hit)
{
	const char *source = node_text(hit, "source"), *matched = node_text(hit, "matched");
	int64_t times = node_int(hit, "times");
	h_class(h, "td", "long");
	h_str(h, TS(h, node_text(hit, "why")));
	if (times > 1) {
		h_str(h, " ");
		h_format(h, TN(h, "(%s time)", "(%s times)", times), part_number(h, times));
	}
	if (*matched != '\0') {
		h_open(h, "div");
		h_class(h, "code", "matched");
		h_open(h, "bdi");
		h_str(h, matched_shown(h, matched));
		h_close_n(h, 3);
	}
	if (*source != '\0') {
		h_element(h, "div", "note", TS(h, source));
	}
	h_close(h);
}

static void
add_hit(struct html *h, const struct node *hit, double most)
{
	const char *rule = node_text(hit, "rule");
	double points = node_real(hit, "score");
	h_open(h, "tr");
	h_class(h, "td", "text");
	h_link(h, url_path(h->arena, "rule", rule, NULL), rule);
	if (*node_text(hit, "where") != '\0') {
		h_open(h, "div");
		h_element(h, "code", "note", node_text(hit, "where"));
		h_close(h);
	}
	h_close(h);
	add_why(h, hit);
	h_element(h, "td", "num", h_words(h, "%+.2f", points));
	h_open(h, "td");
	h_class(h, "div", "share");
	if (most > 0) {
		part_meter(h, fabs(points) / most, points < 0 ? "accepted" : "rejected");
	}
	h_close_n(h, 3);
}

/* A rule that reached a limit neither matched nor missed: said, because a mail may be made for it.
 */
static void
add_gave_up(struct html *h, const struct node *m)
{
	size_t count = node_count(m, "gave_up");
	if (count == 0) {
		return;
	}
	h_class(h, "p", "note");
	h_str(h, T(h, "Not decided, because this mail took them to their limit:"));
	for (size_t i = 0; i < count; i++) {
		h_str(h, i > 0 ? ", " : " ");
		h_element(h, "span", "code", node_text(node_item(m, "gave_up", i), ""));
	}
	h_close(h);
}

static void
add_labels(struct html *h, const struct node *m)
{
	if (node_count(m, "labels") == 0) {
		return;
	}
	h_open(h, "p");
	h_element(h, "span", "note", T(h, "What kind of mail it is:"));
	for (size_t i = 0; i < node_count(m, "labels"); i++) {
		h_str(h, " ");
		h_element(
			h, "span", "badge unknown", T(h, node_text(node_item(m, "labels", i), "")));
	}
	h_close(h);
}

static void
add_sum(struct html *h, double sum)
{
	h_class(h, "tr", "sum");
	h_open(h, "th");
	h_attr(h, "scope", "row");
	h_str(h, T(h, "Sum"));
	h_close(h);
	h_open(h, "td");
	h_close(h);
	h_element(h, "td", "num", h_words(h, "%+.2f", sum));
	h_open(h, "td");
	h_close_n(h, 2);
}

static void
add_table(struct html *h, const struct node *m)
{
	static const char *const heads[] = { N_("Rule"), N_("Why, and what matched"), N_("#Points"),
		"", NULL };
	size_t count = node_count(m, "hits");
	double most = 0, sum = 0;
	for (size_t i = 0; i < count; i++) {
		double points = node_real(node_item(m, "hits", i), "score");
		most = fmax(most, fabs(points));
		sum += points;
	}
	part_table(h, T(h, "Rules that matched"), heads);
	for (size_t i = 0; i < count; i++) {
		add_hit(h, node_item(m, "hits", i), most);
	}
	add_sum(h, sum);
	part_table_end(h);
}

void
part_hits(struct html *h, const struct node *m)
{
	double score = node_real(m, "score");
	h_class(h, "section", "card");
	h_attr(h, "id", "score");
	h_open(h, "h2");
	h_format(h, T(h, "Score %s"), h_words(h, "%.2f", score));
	h_close(h);
	h_element(h, "p", "note",
		score >= SPAM_POINTS ? T(h, "The points of the rules that matched add up to the "
					    "score. From 5.0 on a "
					    "mail counts as spam: this one does.")
				     : T(h, "The points of the rules that matched add up to the "
					    "score. From 5.0 on a "
					    "mail counts as spam: this one does not."));
	add_labels(h, m);
	if (node_count(m, "hits") == 0) {
		h_element(h, "p", "note",
			node_bool(m, "refused")
				? T(h, "No rule was tried: its parsing was given up.")
				: T(h, "No rule matched."));
	} else {
		add_table(h, m);
	}
	add_gave_up(h, m);
	h_close(h);
}
