#include "sensor/host/names.h"

#include <string.h>

#include "sensor/base/hash.h"
#include "sensor/base/text.h"
#include "sensor/host/varint.h"

void
names_release(struct names *n)
{
	for (size_t i = 0; i < n->count; i++)
		free(n->items[i].text);
	free(n->items);
	*n = (struct names){ .items = NULL };
}

struct slice
names_clip(struct slice text, size_t max)
{
	if (text.len <= max)
		return text;
	/* 10xxxxxx continues a UTF-8 character (RFC 3629) */
	while (max > 0 && (text.ptr[max] & 0xc0) == 0x80)
		max--;
	return slice_take(text, max);
}

static uint64_t
hash_of(struct slice text)
{
	const size_t digits = 16;

	if (text.len > digits && slice_starts(slice_skip(text, digits), SLICE(NAMES_FROM)))
		text = slice_take(text, digits);
	return hash_stable(text.ptr, text.len);
}

static int
named_cmp(const struct named *item, uint64_t hash, struct slice text)
{
	size_t len;
	int order;

	if (item->hash != hash)
		return item->hash < hash ? -1 : 1;
	len = strlen(item->text);
	order = memcmp(item->text, text.ptr, len < text.len ? len : text.len);
	if (order != 0)
		return order;
	return len < text.len ? -1 : len > text.len;
}

/* Index of the first item that is not below (hash, text). */
static size_t
place_of(const struct names *n, uint64_t hash, struct slice text)
{
	size_t low = 0, high = n->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (named_cmp(&n->items[middle], hash, text) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static char *
text_copy(struct slice text)
{
	char *copy = must_alloc(text.len + 1);

	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	return copy;
}

static void
insert_at(struct names *n, size_t at, struct named item)
{
	if (n->count == n->cap) {
		n->cap = n->cap == 0 ? 4 : n->cap * 2;
		n->items = must_realloc(n->items, n->cap * sizeof *n->items);
	}
	memmove(&n->items[at + 1], &n->items[at], (n->count - at) * sizeof *n->items);
	n->items[at] = item;
	n->count++;
	n->text_bytes += strlen(item.text) + 1;
}

/* `counted` carries the numbers; its text is not taken. */
static void
add_counted(struct names *n, struct slice text, const struct named *counted, size_t max)
{
	size_t at = place_of(n, counted->hash, text);
	struct named fresh = *counted;

	if (at < n->count && named_cmp(&n->items[at], counted->hash, text) == 0) {
		struct named *item = &n->items[at];

		item->count = count_sum(item->count, counted->count);
		if (counted->first < item->first)
			item->first = counted->first;
		if (counted->last > item->last)
			item->last = counted->last;
		return;
	}
	if (at >= max)
		return;
	if (n->count == max) {
		n->count--;
		n->text_bytes -= strlen(n->items[n->count].text) + 1;
		free(n->items[n->count].text);
	}
	fresh.text = text_copy(text);
	insert_at(n, at, fresh);
}

void
names_add(struct names *n, struct slice text, int64_t time, size_t max)
{
	struct named one = {
		.count = 1, .first = time > 0 ? time : 0, .last = time > 0 ? time : 0
	};

	text = names_clip(text, NAMES_TEXT);
	if (text.len == 0)
		return;
	one.hash = hash_of(text);
	add_counted(n, text, &one, max);
}

void
names_merge(struct names *into, const struct names *from, size_t max)
{
	for (size_t i = 0; i < from->count; i++) {
		const struct named *item = &from->items[i];

		/* in order of hash: this one and all after it are beyond the bound */
		if (into->count == max && item->hash > into->items[max - 1].hash)
			return;
		add_counted(into, slice_str(item->text), item, max);
	}
}

const struct named *
names_find(const struct names *n, const char *text)
{
	struct slice s = names_clip(slice_str(text), NAMES_TEXT);
	uint64_t hash = hash_of(s);
	size_t at = place_of(n, hash, s);

	if (at < n->count && named_cmp(&n->items[at], hash, s) == 0)
		return &n->items[at];
	return NULL;
}

enum presence
names_presence(const struct names *n, const struct named *item, size_t max)
{
	struct slice text = slice_str(item->text);
	size_t at = place_of(n, item->hash, text);

	if (at < n->count && named_cmp(&n->items[at], item->hash, text) == 0)
		return PRESENCE_YES;
	return at == n->count && n->count >= max ? PRESENCE_UNKNOWN : PRESENCE_NO;
}

const struct named *
names_top(const struct names *n)
{
	const struct named *top = NULL;

	for (size_t i = 0; i < n->count; i++) {
		const struct named *item = &n->items[i];

		if (top == NULL || item->count > top->count ||
			(item->count == top->count && strcmp(item->text, top->text) < 0))
			top = item;
	}
	return top;
}

size_t
names_bytes(const struct names *n)
{
	return n->cap * sizeof *n->items + n->text_bytes;
}

void
names_pack(const struct names *n, struct buf *out)
{
	varint_put(out, (int64_t)n->count);
	for (size_t i = 0; i < n->count; i++) {
		const struct named *item = &n->items[i];

		varint_put_text(out, item->text);
		varint_put(out, item->count);
		varint_put(out, item->first);
		varint_put(out, item->last - item->first);
	}
}

int
names_unpack(struct names *n, struct cursor *in, size_t max)
{
	int64_t count = varint_get(in);

	if (count > (int64_t)max)
		return -1;
	for (int64_t i = 0; i < count; i++) {
		struct slice text = varint_get_text(in, NAMES_TEXT);
		struct named item = { 0 };

		item.count = varint_get_count(in);
		item.first = varint_get(in);
		item.last = varint_sum(item.first, varint_get(in));
		if (in->bad || text.len == 0 || item.count == 0 || !text_is_clean(text))
			return -1;
		item.hash = hash_of(text);
		/* appending keeps the order, or the bytes are not ours */
		if (place_of(n, item.hash, text) != n->count)
			return -1;
		item.text = text_copy(text);
		insert_at(n, n->count, item);
	}
	return in->bad ? -1 : 0;
}
