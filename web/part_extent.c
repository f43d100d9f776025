/* How far a list looks, said above it: nothing is left out in silence. */
#include "web/page.h"

#include <string.h>

#include "sensor/base/ptime.h"

const char *
part_count(struct html *h, const struct table_extent *x)
{
	return arena_printf(h->arena,
		x->more ? TN(h, "more than %s row", "more than %s rows", x->count)
			: TN(h, "%s row", "%s rows", x->count),
		part_number(h, x->count));
}

/* To the second, upwards: a row more, rather than one that no page shows. */
static const char *
when(struct html *h, int64_t t)
{
	char text[PTIME_TEXT_MAX];
	t = (t + PTIME_SECOND - 1) / PTIME_SECOND * PTIME_SECOND;
	return arena_printf(h->arena, "%.19sZ", ptime_format(t, text));
}

/* The same list before that time; NULL where words of the filter box say another one. */
static const char *
older(struct html *h, const struct uri *uri, const struct view *view, int64_t back_to)
{
	const char *q = uri_param(uri, "q");
	const char *since = view->filter.since != 0 ? when(h, view->filter.since) : NULL;
	const struct param set[] = { { "page", NULL }, { "range", NULL }, { "since", since },
		{ "until", when(h, back_to) } };
	if (q != NULL && (strstr(q, "range:") != NULL || strstr(q, "since:") != NULL ||
				 strstr(q, "until:") != NULL)) {
		return NULL;
	}
	return url_with(h->arena, url_path(h->arena, uri->segments[0], NULL), uri, set, 4);
}

void
part_extent(struct html *h, const struct uri *uri, const struct view *view,
	const struct table_extent *x)
{
	if (x->back_to != 0) {
		const char *link = older(h, uri, view, x->back_to);
		h_class(h, "p", "note");
		h_format(h,
			T(h, "The newest %s rows were looked through, back to %s: older ones are "
			     "not in this list."),
			part_number(h, x->looked), when(h, x->back_to));
		h_str(h, " ");
		if (link != NULL) {
			h_link(h, link, T(h, "Look further back"));
		}
		h_close(h);
	}
	if (x->sorted != 0) {
		h_class(h, "p", "note");
		h_format(h,
			T(h, "Only the newest %s rows of this filter are in this order: a host or "
			     "a shorter time narrows it, the CSV has all."),
			part_number(h, x->sorted));
		h_close(h);
	} else if (x->more) {
		h_class(h, "p", "note");
		h_format(h,
			T(h, "The list ends after %s rows: a host or a shorter time narrows it, "
			     "the CSV has all."),
			part_number(h, x->count));
		h_close(h);
	}
}
