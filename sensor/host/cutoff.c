/* Who would be cut off if egress to a port were closed for this host: what went there, and what was
 * accepted, in the window. */
#include "sensor/host/judge.h"

#include <string.h>

#define DOMAINS_SHOWN 20

/* Most frequent first; of equals by name. */
static int
by_count(const struct named *a, const struct named *b)
{
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return strcmp(a->text, b->text);
}

/* Domains are not counted by port: each port by which mail was accepted gets those of the host. */
static void
add_domains(const struct facts *f, struct cut_off *c)
{
	const struct names *all = &f->sum->names[NAMES_accepted_domain];
	const struct named *before = NULL;

	for (size_t n = 0; n < DOMAINS_SHOWN && n < all->count; n++) {
		const struct named *next = NULL;
		const char **domain;

		for (size_t i = 0; i < all->count; i++) {
			const struct named *one = &all->items[i];

			if ((before == NULL || by_count(before, one) < 0) &&
				(next == NULL || by_count(one, next) < 0))
				next = one;
		}
		if (next == NULL ||
			(domain = ARENA_PUSH(f->arena, c->domains, DOMAINS_SHOWN)) == NULL)
			return;
		*domain = arena_string(f->arena, slice_str(next->text));
		before = next;
	}
}

void
judge_cut_off(const struct facts *f, struct host_record *out)
{
	static const struct {
		int32_t port;
		enum sum sessions, accepted;
	} ports[] = {
		{ 25, SUM_port_25, SUM_accepted_25 },
		{ 465, SUM_port_465, SUM_accepted_465 },
		{ 587, SUM_port_587, SUM_accepted_587 },
		{ 0, SUM_port_other, SUM_accepted_other },
	};
	const int64_t *n = f->sum->sums;

	for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++) {
		struct cut_off *c;

		/* a mail may be known before its session has ended */
		if (n[ports[i].sessions] == 0 && n[ports[i].accepted] == 0)
			continue;
		c = ARENA_PUSH(f->arena, out->cut_off, sizeof ports / sizeof ports[0]);
		if (c == NULL)
			return;
		*c = (struct cut_off){ .port = ports[i].port,
			.sessions = n[ports[i].sessions],
			.accepted = n[ports[i].accepted] };
		if (c->accepted > 0)
			add_domains(f, c);
	}
}
