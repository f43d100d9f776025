/* Memory, chance, bytes, and the list of packets. */
#include "rewrap.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1 << 20 };

static void *
need(void *memory)
{
	if (memory == NULL) {
		fprintf(stderr, "rewrap: no memory left: give a smaller capture\n");
		exit(3);
	}
	return memory;
}

/* Packets live until the end; the chunks stay reachable, so that leak checkers stay silent. */
void *
take(size_t size)
{
	static uint8_t *chunk;
	static size_t left;

	size = (size + 7) & ~(size_t)7;
	if (size > left) {
		left = size > CHUNK ? size : CHUNK;
		uint8_t *fresh = need(calloc(1, left + sizeof chunk));
		memcpy(fresh, &chunk, sizeof chunk); /* the one before */
		chunk = fresh;
	}
	uint8_t *memory = chunk + sizeof chunk;
	left -= size;
	return memory + left;
}

/* splitmix64: Steele, Lea, Flood 2014. */
uint32_t
chance(struct trace *t, uint32_t below)
{
	uint64_t z = t->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	z ^= z >> 31;
	return below == 0 ? 0 : (uint32_t)(z >> 16) % below;
}

int
refuse(struct trace *t, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vsnprintf(t->error, sizeof t->error, format, list);
	va_end(list);
	return -1;
}

uint16_t
be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)be16(p) << 16 | be16(p + 2);
}

void
put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

void
put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

bool
before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

/* RFC 1071. */
uint64_t
sum_add(uint64_t sum, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i + 1 < len; i += 2)
		sum += be16(p + i);
	if (len & 1)
		sum += (uint64_t)p[len - 1] << 8;
	return sum;
}

uint16_t
sum_fold(uint64_t sum)
{
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

int
number(struct trace *t, const char *text, const char *what, uint32_t low, uint32_t high,
	uint32_t *out)
{
	char *rest = NULL;

	errno = 0;
	unsigned long long v = text && *text >= '0' && *text <= '9' ? strtoull(text, &rest, 10) : 0;
	if (rest == NULL || *rest != '\0' || errno != 0 || v < low || v > high)
		return refuse(t, "%s: a number from %u to %u is wanted, not \"%s\"", what, low,
			high, text ? text : "");
	*out = (uint32_t)v;
	return 0;
}

int
word_of(struct trace *t, const char *text, const char *const *words, int *out)
{
	char all[200] = "";

	for (int i = 0; words[i] != NULL; i++) {
		if (text != NULL && strcmp(text, words[i]) == 0) {
			*out = i;
			return 0;
		}
		size_t len = strlen(all);
		snprintf(all + len, sizeof all - len, "%s%s", i ? ", " : "", words[i]);
	}
	return refuse(t, "\"%s\" is none of %s", text ? text : "", all);
}

void
trace_add(struct trace *t, const struct pkt *p)
{
	struct pkt copy = *p; /* p may be of the list, which moves */

	copy.room = 0;
	if (t->count == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 1024;
		t->list = need(realloc(t->list, t->cap * sizeof *t->list));
	}
	t->list[t->count++] = copy;
}

void
trace_compact(struct trace *t)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->count; i++)
		if (!t->list[i].gone)
			t->list[kept++] = t->list[i];
	t->count = kept;
}

/* Merge sort: stable, and nearly sorted input is the normal case. */
static void
sort(struct pkt *list, struct pkt *room, size_t count)
{
	if (count < 2)
		return;
	size_t half = count / 2;
	sort(list, room, half);
	sort(list + half, room, count - half);
	if (list[half - 1].time <= list[half].time)
		return;
	memcpy(room, list, half * sizeof *list);
	size_t a = 0, b = half;
	for (size_t i = 0; a < half; i++)
		list[i] = b < count && list[b].time < room[a].time ? list[b++] : room[a++];
}

void
trace_sort(struct trace *t)
{
	struct pkt *room = need(malloc((t->count + 1) * sizeof *room));

	sort(t->list, room, t->count);
	free(room);
}
