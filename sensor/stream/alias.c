#include "sensor/stream/alias.h"

#include <string.h>

#include "sensor/base/hash.h"
#include "sensor/limits.h"

#define ALIAS_BASE 0xf0000000u /* 240.0.0.0 */

struct alias {
	struct addr addr; /* key */
	uint32_t index;	  /* alias = ALIAS_BASE + 1 + index */
	uint32_t references;
	UT_hash_handle hh;
};

struct alias_table {
	struct alias *by_addr;
	uint32_t *free_indexes; /* stack of indexes given back */
	size_t free_count;
	uint32_t next_index; /* never used so far */
};

struct alias_table *
alias_table_new(void)
{
	struct alias_table *t = must_alloc(sizeof *t);
	memset(t, 0, sizeof *t);
	t->free_indexes = must_alloc(LIMIT_ALIASES * sizeof *t->free_indexes);
	return t;
}

void
alias_table_free(struct alias_table *t)
{
	if (t == NULL)
		return;
	struct alias *a, *next;
	HASH_ITER(hh, t->by_addr, a, next)
	{
		HASH_DEL(t->by_addr, a);
		free(a);
	}
	free(t->free_indexes);
	free(t);
}

static uint32_t
number(struct addr addr)
{
	return (uint32_t)addr.bytes[0] << 24 | (uint32_t)addr.bytes[1] << 16 |
	       (uint32_t)addr.bytes[2] << 8 | addr.bytes[3];
}

static bool
stands_for_itself(struct addr addr)
{
	return addr.family == ADDR_V4 && addr.bytes[0] < 240;
}

static struct alias *
find(const struct alias_table *t, struct addr addr)
{
	struct alias *a;
	HASH_FIND(hh, t->by_addr, &addr, sizeof addr, a);
	return a;
}

uint32_t
alias_take(struct alias_table *t, struct addr addr)
{
	if (stands_for_itself(addr))
		return number(addr);
	struct alias *a = find(t, addr);
	if (a == NULL) {
		uint32_t index;
		if (t->free_count > 0)
			index = t->free_indexes[--t->free_count];
		else if (t->next_index < LIMIT_ALIASES)
			index = t->next_index++;
		else
			return 0;
		a = must_alloc(sizeof *a);
		memset(a, 0, sizeof *a);
		a->addr = addr;
		a->index = index;
		HASH_ADD(hh, t->by_addr, addr, sizeof a->addr, a);
	}
	a->references++;
	return ALIAS_BASE + 1 + a->index;
}

void
alias_drop(struct alias_table *t, struct addr addr)
{
	if (stands_for_itself(addr))
		return;
	struct alias *a = find(t, addr);
	if (a == NULL || --a->references > 0)
		return;
	t->free_indexes[t->free_count++] = a->index;
	HASH_DEL(t->by_addr, a);
	free(a);
}
