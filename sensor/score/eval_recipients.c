/* Lists of recipients that a program made from a list of addresses (SpamAssassin's HeaderEval:
 * sorted_recipients, similar_recipients). */
#include <math.h>
#include <string.h>

#include "sensor/score/eval_fields.h"

enum {
	SORTED_LEAST = 7,   /* recipients */
	SIMILAR_LEAST = 5,  /* recipients */
	SIMILAR_LENGTH = 2, /* bytes that are compared */
	MOST = 256,
};

struct recipient_list {
	struct slice items[MOST];
	size_t count;
};

static void
add(struct recipient_list *list, const struct rule_input *in, const char *target)
{
	struct target_values values;
	target_get_all(in, target, &values);
	for (size_t i = 0; i < values.items_count && list->count < MOST; i++) {
		struct slice a = values.items[i];
		if (list->count == 0 || !slice_ieq(a, list->items[list->count - 1]))
			list->items[list->count++] = a;
	}
}

static bool
in_order(struct slice a, struct slice b)
{
	int order = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);
	return order < 0 || (order == 0 && a.len <= b.len);
}

static bool
is_sorted(const struct recipient_list *list)
{
	for (size_t i = 1; i < list->count; i++)
		if (!in_order(list->items[i - 1], list->items[i]))
			return false;
	return list->count >= SORTED_LEAST;
}

static struct slice
front(struct slice s)
{
	return slice_take(s, SIMILAR_LENGTH);
}

/* Pairs whose users, or hosts that differ, begin alike, of all pairs. */
static double
similarity(const struct recipient_list *list)
{
	if (list->count < SIMILAR_LEAST)
		return 0;
	size_t hits = 0;
	for (size_t i = 0; i < list->count; i++)
		for (size_t k = i + 1; k < list->count; k++) {
			struct slice a = list->items[i], b = list->items[k];
			hits += slice_eq(front(a), front(b));
			a = slice_skip(a, slice_index(a, '@') + 1);
			b = slice_skip(b, slice_index(b, '@') + 1);
			hits += slice_eq(front(a), front(b)) && !slice_eq(a, b);
		}
	return (double)hits / ((double)list->count * (double)(list->count - 1) / 2);
}

static const struct recipient_facts *
recipient_facts(const struct rule_input *in)
{
	struct recipient_facts *f = &eval_kept(in)->recipients;
	if (f->known)
		return f;
	struct recipient_list list = { .count = 0 };
	add(&list, in, "ToCc:addr");
	if (list.count < SIMILAR_LEAST)
		add(&list, in, "Bcc:addr");
	f->known = true;
	f->sorted = is_sorted(&list);
	f->similar = similarity(&list);
	return f;
}

static bool
test_sorted(const struct rule_input *in, const struct eval_arguments *arguments)
{
	(void)arguments;
	return recipient_facts(in)->sorted;
}

/* similar_recipients(least, most): 'undef' is no bound. */
static bool
test_similar(const struct rule_input *in, const struct eval_arguments *arguments)
{
	double similar = recipient_facts(in)->similar;
	return similar >= eval_number(arguments, 0, -INFINITY) &&
	       similar < eval_number(arguments, 1, INFINITY);
}

const struct eval evals_recipients[] = {
	{ "sorted_recipients", 0, 0, 0, test_sorted },
	{ "similar_recipients", 2, 2, 0, test_similar },
	{ NULL, 0, 0, 0, NULL },
};
