#include "sensor/host/mentions.h"

#include <string.h>

#include "sensor/base/hash.h"
#include "sensor/base/text.h"
#include "sensor/host/varint.h"
#include "sensor/limits.h"

static char *
text_copy(const char *text, size_t max)
{
	struct slice s = names_clip(slice_str(text), max);
	char *copy = must_alloc(s.len + 1);

	if (s.len > 0)
		memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	return copy;
}

static void
mention_release(struct mention *m)
{
	free(m->list);
	free(m->reply);
	names_release(&m->servers);
}

void
mentions_release(struct mentions *m)
{
	for (size_t i = 0; i < m->count; i++)
		mention_release(&m->items[i]);
	free(m->items);
	*m = (struct mentions){ NULL, 0, 0 };
}

static uint64_t
hash_of(enum reply_class class, const char *list)
{
	uint64_t hash = hash_stable(list, strlen(list));
	uint8_t key[9] = { (uint8_t) class };

	memcpy(key + 1, &hash, sizeof hash);
	return hash_stable(key, sizeof key);
}

static int
mention_cmp(const struct mention *a, const struct mention *b)
{
	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	if (a->class != b->class)
		return a->class < b->class ? -1 : 1;
	return strcmp(a->list, b->list);
}

static size_t
place_of(const struct mentions *m, const struct mention *key)
{
	size_t at = 0;

	while (at < m->count && mention_cmp(&m->items[at], key) < 0)
		at++;
	return at;
}

/* The mention with the key of `like`, made if there is none: NULL when it is beyond the bound. */
static struct mention *
mention_for(struct mentions *m, const struct mention *like)
{
	size_t at = place_of(m, like);
	struct mention fresh = *like;

	if (at < m->count && mention_cmp(&m->items[at], like) == 0)
		return &m->items[at];
	if (at >= LIMIT_HOST_NAMES)
		return NULL;
	if (m->count == LIMIT_HOST_NAMES)
		mention_release(&m->items[--m->count]);
	if (m->count == m->cap) {
		m->cap = m->cap == 0 ? 2 : m->cap * 2;
		m->items = must_realloc(m->items, m->cap * sizeof *m->items);
	}
	memmove(&m->items[at + 1], &m->items[at], (m->count - at) * sizeof *m->items);
	fresh.list = text_copy(like->list, NAMES_TEXT);
	fresh.reply = text_copy(like->reply, MENTION_TEXT);
	fresh.servers = (struct names){ .items = NULL };
	fresh.count = fresh.rcpts = 0;
	m->items[at] = fresh;
	m->count++;
	return &m->items[at];
}

/* Which of two first replies is kept must not depend on which came to us first. */
static bool
is_earlier(const struct mention *a, const struct mention *b)
{
	int order = addr_cmp(a->server, b->server);

	if (a->since != b->since)
		return a->since < b->since;
	return order != 0 ? order < 0 : strcmp(a->reply, b->reply) < 0;
}

static void
merge_one(struct mention *into, const struct mention *from)
{
	into->count = count_sum(into->count, from->count);
	into->rcpts = count_sum(into->rcpts, from->rcpts);
	into->named_us |= from->named_us;
	if (is_earlier(from, into)) {
		free(into->reply);
		into->reply = text_copy(from->reply, MENTION_TEXT);
		into->server = from->server;
		into->since = from->since;
	}
	if (from->last > into->last)
		into->last = from->last;
	names_merge(&into->servers, &from->servers, LIMIT_HOST_NAMES);
}

void
mentions_merge(struct mentions *into, const struct mentions *from)
{
	for (size_t i = 0; i < from->count; i++) {
		struct mention *item = mention_for(into, &from->items[i]);

		if (item != NULL)
			merge_one(item, &from->items[i]);
	}
}

void
mentions_add(struct mentions *m, const struct reply *reply, struct addr server)
{
	int64_t time = reply->time > 0 ? reply->time : 0;
	char address[ADDR_TEXT_MAX];
	struct mention one = {
		.class = reply->class,
		.list = text_copy(reply->list, NAMES_TEXT),
		.since = time,
		.last = time,
		.count = 1,
		.rcpts = strcmp(reply->to, "RCPT") == 0,
		.reply = text_copy(reply->text, MENTION_TEXT),
		.server = server,
		.named_us = reply->quoted.family != ADDR_NONE,
	};
	struct mentions single = { &one, 1, 1 };

	one.hash = hash_of(one.class, one.list);
	names_add(&one.servers, slice_str(addr_format(server, address)), time, LIMIT_HOST_NAMES);
	mentions_merge(m, &single);
	mention_release(&one);
}

size_t
mentions_bytes(const struct mentions *m)
{
	size_t bytes = m->cap * sizeof *m->items;

	for (size_t i = 0; i < m->count; i++) {
		const struct mention *item = &m->items[i];

		bytes += strlen(item->list) + strlen(item->reply) + 2 + names_bytes(&item->servers);
	}
	return bytes;
}

void
mentions_pack(const struct mentions *m, struct buf *out)
{
	varint_put(out, (int64_t)m->count);
	for (size_t i = 0; i < m->count; i++) {
		const struct mention *item = &m->items[i];
		char address[ADDR_TEXT_MAX];

		buf_byte(out, (uint8_t)item->class);
		varint_put_text(out, item->list);
		varint_put(out, item->since);
		varint_put(out, item->last - item->since);
		varint_put(out, item->count);
		varint_put(out, item->rcpts);
		buf_byte(out, item->named_us);
		varint_put_text(out, item->reply);
		varint_put_text(out, addr_format(item->server, address));
		names_pack(&item->servers, out);
	}
}

/* Text of a stored mention as a string of ours; NULL if it is not clean or too long. */
static char *
unpack_text(struct cursor *in, size_t max)
{
	struct slice text = varint_get_text(in, max);
	char *copy;

	if (in->bad || !text_is_clean(text))
		return NULL;
	copy = must_alloc(text.len + 1);
	if (text.len > 0)
		memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	return copy;
}

static int
unpack_one(struct mention *m, struct cursor *in)
{
	uint8_t class = cursor_u8(in), named_us;
	struct slice address;

	if (class >= REPLY_CLASSES)
		return -1;
	m->class = (enum reply_class) class;
	m->list = unpack_text(in, NAMES_TEXT);
	m->since = varint_get(in);
	m->last = varint_sum(m->since, varint_get(in));
	m->count = varint_get_count(in);
	m->rcpts = varint_get_count(in);
	named_us = cursor_u8(in);
	m->named_us = named_us != 0;
	m->reply = unpack_text(in, MENTION_TEXT);
	address = varint_get_text(in, ADDR_TEXT_MAX);
	if (in->bad || m->list == NULL || m->reply == NULL || named_us > 1 || m->count == 0)
		return -1;
	if (address.len > 0 && addr_parse(address, &m->server) < 0)
		return -1;
	if (names_unpack(&m->servers, in, LIMIT_HOST_NAMES) < 0)
		return -1;
	m->hash = hash_of(m->class, m->list);
	return 0;
}

int
mentions_unpack(struct mentions *m, struct cursor *in)
{
	int64_t count = varint_get(in);

	if (in->bad || count > LIMIT_HOST_NAMES)
		return -1;
	for (int64_t i = 0; i < count; i++) {
		struct mention one = { 0 };
		struct mentions single = { &one, 1, 1 };
		bool ok = unpack_one(&one, in) == 0 && place_of(m, &one) == m->count;

		if (ok)
			mentions_merge(m, &single);
		mention_release(&one);
		if (!ok)
			return -1;
	}
	return 0;
}
