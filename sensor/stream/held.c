#include "sensor/stream/held.h"

#include <string.h>

struct held_packet *
held_new(struct stream_table *t, const struct segment *s)
{
	struct held_packet *h = must_alloc(sizeof *h + s->payload.len);

	h->next = NULL;
	h->segment = *s;
	h->segment.payload = slice_of(h->payload, s->payload.len);
	if (s->payload.len > 0)
		memcpy(h->payload, s->payload.ptr, s->payload.len);
	t->queued += (int64_t)s->payload.len;
	return h;
}

void
held_free(struct stream_table *t, struct held_packet *h)
{
	if (h == NULL)
		return;
	t->queued -= (int64_t)h->segment.payload.len;
	free(h);
}

void
held_add(struct stream_table *t, struct held_list *list, const struct segment *s)
{
	struct held_packet **end = &list->first;

	while (*end != NULL)
		end = &(*end)->next;
	*end = held_new(t, s);
	list->count++;
}

struct held_packet *
held_take(struct held_list *list, struct held_packet **at)
{
	struct held_packet *h = *at;

	*at = h->next;
	list->count--;
	return h;
}

void
held_drop(struct stream_table *t, struct held_list *list, struct held_packet **at)
{
	held_free(t, held_take(list, at));
}

void
held_clear(struct stream_table *t, struct held_list *list)
{
	while (list->first != NULL)
		held_drop(t, list, &list->first);
}
