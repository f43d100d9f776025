#include <math.h>

#include "sensor/base/text.h"
#include "sensor/score/eval.h"

static const struct eval *const families[] = {
	evals_own,
	evals_own_people,
	evals_own_received,
	evals_own_parts,
	evals_own_program,
	evals_own_text,
	evals_own_fault,
	evals_header,
	evals_date,
	evals_forged,
	evals_recipients,
	evals_lists,
	evals_freemail,
	evals_relay,
	evals_bounce,
	evals_mime,
	evals_image,
	evals_text,
	evals_html,
	evals_links,
	evals_never,
};

#define FAMILIES (sizeof families / sizeof *families)

double
eval_number(const struct eval_arguments *arguments, size_t n, double fallback)
{
	bool there = n < arguments->count && !isnan(arguments->numbers[n]);
	return there ? arguments->numbers[n] : fallback;
}

const struct eval *
eval_find(struct slice name)
{
	for (size_t f = 0; f < FAMILIES; f++)
		for (const struct eval *e = families[f]; e->name != NULL; e++)
			if (slice_eq(name, slice_str(e->name)))
				return e;
	return NULL;
}

const char *
eval_names(struct arena *arena)
{
	const char *all = "";
	for (size_t f = 0; f < FAMILIES; f++)
		for (const struct eval *e = families[f]; e->name != NULL; e++)
			all = arena_printf(arena, "%s%s%s", all, *all == '\0' ? "" : ", ", e->name);
	return all;
}
