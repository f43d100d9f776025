/* Treatments of order: reordered, doubled, delayed, split over two interfaces. */
#include "rewrap.h"

#include <stdlib.h>
#include <string.h>

struct keyed {
	uint64_t key;
	size_t at;
};

static int
by_key(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* Packets take the order of their keys between two pauses; the times stay where they are, as they
 * are those of the capture. */
static int
permute(struct trace *t, struct keyed *keys)
{
	struct pkt *old = malloc((t->count + 1) * sizeof *old);

	if (old == NULL)
		exit(3);
	memcpy(old, t->list, t->count * sizeof *old);
	for (size_t start = 0, end; start < t->count; start = end) {
		for (end = start + 1; end < t->count; end++)
			if (old[end].time - old[end - 1].time > PAUSE)
				break;
		qsort(keys + start, end - start, sizeof *keys, by_key);
	}
	for (size_t i = 0; i < t->count; i++) {
		t->list[i] = old[keys[i].at];
		t->list[i].time = old[i].time;
	}
	free(old);
	free(keys);
	return 0;
}

static struct keyed *
keys_new(const struct trace *t)
{
	struct keyed *keys = malloc((t->count + 1) * sizeof *keys);

	if (keys == NULL)
		exit(3);
	for (size_t i = 0; i < t->count; i++)
		keys[i] = (struct keyed){ i, i };
	return keys;
}

/* reorder=N: every packet may fall back by up to N packets. */
int
treat_reorder(struct trace *t, const struct args *a)
{
	uint32_t n;

	if (number(t, a->text[0], "reorder", 1, 100000, &n) < 0)
		return -1;
	struct keyed *keys = keys_new(t);
	for (size_t i = 0; i < t->count; i++)
		keys[i].key += chance(t, n + 1);
	return permute(t, keys);
}

/* delay=client|server:N[ms]: like a queue that is served later than the other. */
int
treat_delay(struct trace *t, const struct args *a)
{
	static const char *const sides[] = { "client", "server", NULL };
	char digits[12] = "";
	int side;
	uint32_t n;

	if (word_of(t, a->text[0], sides, &side) < 0)
		return -1;
	size_t len = a->text[1] ? strcspn(a->text[1], "m") : 0;
	bool ms = a->text[1] && strcmp(a->text[1] + len, "ms") == 0;
	if (a->text[1] && len < sizeof digits)
		memcpy(digits, a->text[1], len);
	if (a->text[1] && a->text[1][len] != '\0' && !ms)
		return refuse(t, "delay: packets (8) or milliseconds (5ms) are wanted, not \"%s\"",
			a->text[1]);
	if (number(t, digits, "delay", 1, 100000, &n) < 0)
		return -1;
	if (ms) {
		for (size_t i = 0; i < t->count; i++)
			if (t->list[i].dir == side)
				t->list[i].time += (int64_t)n * 1000000;
		trace_sort(t);
		return 0;
	}
	struct keyed *keys = keys_new(t);
	for (size_t i = 0; i < t->count; i++)
		keys[i].key = 2 * i + (t->list[i].dir == side ? 2 * n + 1 : 0);
	return permute(t, keys);
}

/* ---- doubles ---- */

enum { SAME, VLAN, TTL, ID };

/* The copy of an IP packet as it looks behind a router, or from a sender that made it again. */
static void
change_header(struct trace *t, struct pkt *p, int how)
{
	if (p->link != LINK_NONE || (p->type != TYPE_IPV4 && p->type != TYPE_IPV6) || p->len < 20)
		return;
	uint8_t *data = take(p->len);
	memcpy(data, p->data, p->len);
	p->data = data;
	bool v4 = p->type == TYPE_IPV4;
	if (how == TTL)
		data[v4 ? 8 : 7]--;
	else if (v4)
		put16(data + 4, ++t->ip_id);
	if (v4) {
		put16(data + 10, 0);
		put16(data + 10, sum_fold(sum_add(0, data, (data[0] & 15) * 4u)));
	}
}

/* double=same|vlan|ttl|id[:LATER]: every packet twice, the second LATER packets behind. */
int
treat_double(struct trace *t, const struct args *a)
{
	static const char *const words[] = { "same", "vlan", "ttl", "id", NULL };
	uint32_t later = 0;
	int how;

	if (word_of(t, a->text[0], words, &how) < 0 ||
		(a->text[1] && number(t, a->text[1], "double", 0, 1000, &later) < 0))
		return -1;
	for (size_t i = 0; i < t->count; i++)
		if (how != SAME && t->list[i].link != LINK_NONE)
			return refuse(t, "double=%s must stand before stack", words[how]);
	size_t count = t->count;
	struct pkt *old = t->list;
	t->list = NULL;
	t->count = t->cap = 0;
	for (size_t i = 0; i < count; i++) {
		struct pkt copy = old[i];
		trace_add(t, &copy);
		if (how == VLAN && copy.tags < TAGS) {
			copy.tag[copy.tags] = 2222;
			copy.tag_type[copy.tags++] = 0x8100;
		} else if (how != SAME) {
			change_header(t, &copy, how);
		}
		trace_add(t, &copy);
	}
	free(old);
	struct keyed *keys = keys_new(t);
	for (size_t i = 1; i < t->count; i += 2)
		keys[i].key += 2 * later;
	return permute(t, keys);
}

/* interfaces=direction|turns: two outputs, as of two interfaces. */
int
treat_split_files(struct trace *t, const struct args *a)
{
	static const char *const words[] = { "direction", "turns", NULL };
	int how;

	if (word_of(t, a->text[0], words, &how) < 0)
		return -1;
	t->files = 2;
	for (size_t i = 0; i < t->count; i++)
		t->list[i].file = how == 0 ? t->list[i].dir : (uint8_t)(i % 2);
	return 0;
}
