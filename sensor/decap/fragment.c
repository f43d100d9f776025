#include "sensor/decap/fragment.h"

#include <string.h>

#include "sensor/base/hash.h"
#include "sensor/base/ptime.h"
#include "sensor/limits.h"

enum { BLOCK = 8, DATAGRAM_MAX = 65535, BLOCKS = (DATAGRAM_MAX + BLOCK) / BLOCK };

static const int64_t wait_ns = 30 * PTIME_SECOND;

/* Hashed as bytes: filled from zero, so that padding is equal too. */
struct key {
	struct addr src, dst;
	uint32_t id;
	uint8_t protocol; /* 0 for IPv6 */
};

/* One datagram that waits.  Fragments lie on multiples of 8 bytes, so a bit per 8 bytes tells what
 * is there: adding one costs its length, however many came before and in whatever order. */
struct set {
	UT_hash_handle hh;
	struct key key;
	struct set *next; /* of those given out */
	int64_t start;
	int64_t pieces;
	uint8_t *bytes;
	size_t size;   /* of the memory at bytes */
	size_t end;    /* of the furthest fragment */
	size_t total;  /* length of the datagram; 0 = the last fragment has not come */
	size_t blocks; /* that are there */
	uint8_t protocol;
	bool dead; /* IPv6 with an overlap: takes what comes, gives nothing */
	uint64_t there[BLOCKS / 64];
};

struct fragments {
	struct counters *counters;
	struct set *sets; /* uthash keeps them in the order added: oldest first */
	struct set *done; /* given out */
	size_t bytes;
};

struct fragments *
fragments_new(struct counters *counters)
{
	struct fragments *f = must_alloc(sizeof *f);

	*f = (struct fragments){ .counters = counters };
	return f;
}

static void
set_free(struct set *s)
{
	free(s->bytes);
	free(s);
}

/* Out of the table; its memory stays. */
static void
unlink_set(struct fragments *f, struct set *s)
{
	HASH_DEL(f->sets, s);
	f->bytes -= s->size;
}

static void
drop_set(struct fragments *f, struct set *s)
{
	COUNT_BY(f->counters, fragments_dropped, s->pieces);
	unlink_set(f, s);
	set_free(s);
}

void
fragments_forget(struct fragments *f)
{
	while (f->done) {
		struct set *s = f->done;

		f->done = s->next;
		set_free(s);
	}
}

void
fragments_finish(struct fragments *f)
{
	fragments_forget(f);
	while (f->sets)
		drop_set(f, f->sets);
}

void
fragments_free(struct fragments *f)
{
	if (!f)
		return;
	fragments_finish(f);
	free(f);
}

/* Time may also run backwards, when another file is read: what waits then waits for nothing. */
static void
expire(struct fragments *f, int64_t now)
{
	while (f->sets && (now > f->sets->start + wait_ns || now < f->sets->start - wait_ns))
		drop_set(f, f->sets);
}

static struct set *
find_set(struct fragments *f, const struct fragment *piece)
{
	struct key key;
	struct set *s;

	memset(&key, 0, sizeof key);
	memcpy(&key.src, &piece->src, sizeof key.src);
	memcpy(&key.dst, &piece->dst, sizeof key.dst);
	key.id = piece->id;
	key.protocol = piece->src.family == ADDR_V6 ? 0 : piece->protocol;
	HASH_FIND(hh, f->sets, &key, sizeof key, s);
	if (s)
		return s;
	if (HASH_COUNT(f->sets) >= LIMIT_FRAGMENT_SETS)
		drop_set(f, f->sets);
	s = must_alloc(sizeof *s);
	memset(s, 0, sizeof *s);
	memcpy(&s->key, &key, sizeof key);
	s->start = piece->time;
	s->protocol = piece->protocol;
	HASH_ADD(hh, f->sets, key, sizeof s->key, s);
	return s;
}

/* Room for `end` bytes; older datagrams make place. */
static void
grow(struct fragments *f, struct set *s, size_t end)
{
	size_t size = s->size ? s->size : 2048;

	if (end <= s->size)
		return;
	while (size < end)
		size *= 2;
	f->bytes += size - s->size;
	s->bytes = must_realloc(s->bytes, size);
	s->size = size;
	while (f->bytes > LIMIT_FRAGMENT_BYTES)
		drop_set(f, f->sets != s ? f->sets : s->hh.next);
}

static bool
is_there(const struct set *s, size_t block)
{
	return s->there[block / 64] >> (block % 64) & 1;
}

/* What is wrong with a fragment by itself, or NULL. */
static const char *
check_piece(const struct fragment *p)
{
	if (p->cut)
		return "fragment cut by the capture";
	if (p->data.len == 0)
		return "empty fragment";
	if (p->data.len > DATAGRAM_MAX || p->offset + p->data.len > DATAGRAM_MAX)
		return "fragment beyond the largest datagram";
	if (p->more && p->data.len % BLOCK != 0)
		return "fragment of odd length";
	return NULL;
}

/* What is wrong with it beside those that came before, or NULL. */
static const char *
check_end(const struct set *s, const struct fragment *p)
{
	size_t end = p->offset + p->data.len;

	if (s->total && (p->more ? end > s->total : end != s->total))
		return "fragment beyond the datagram's end";
	if (!p->more && end < s->end)
		return "last fragment before others";
	return NULL;
}

/* IPv6: overlaps something that is there, and is not an exact double of it. */
static bool
overlaps(const struct set *s, const struct fragment *p)
{
	size_t first = p->offset / BLOCK;
	size_t last = (p->offset + p->data.len - 1) / BLOCK;
	size_t there = 0;

	for (size_t i = first; i <= last; i++)
		there += is_there(s, i);
	if (there == 0)
		return false;
	return there != last - first + 1 ||
	       memcmp(s->bytes + p->offset, p->data.ptr, p->data.len) != 0;
}

static void
copy_blocks(struct set *s, const struct fragment *p)
{
	for (size_t at = 0; at < p->data.len; at += BLOCK) {
		size_t block = (p->offset + at) / BLOCK;
		size_t len = p->data.len - at < BLOCK ? p->data.len - at : BLOCK;

		if (is_there(s, block))
			continue;
		memcpy(s->bytes + p->offset + at, p->data.ptr + at, len);
		s->there[block / 64] |= UINT64_C(1) << (block % 64);
		s->blocks++;
	}
}

static void
add_piece(struct fragments *f, struct set *s, const struct fragment *p)
{
	size_t end = p->offset + p->data.len;

	grow(f, s, end);
	copy_blocks(s, p);
	if (s->end < end)
		s->end = end;
	if (!p->more)
		s->total = end;
	if (p->offset == 0)
		s->protocol = p->protocol;
}

static bool
is_complete(const struct set *s)
{
	return s->total && s->blocks == (s->total + BLOCK - 1) / BLOCK;
}

/* Without memory for its bytes; stays until it expires, so that later fragments of it are known. */
static void
kill_set(struct fragments *f, struct set *s)
{
	COUNT_BY(f->counters, fragments_dropped, s->pieces);
	f->bytes -= s->size;
	free(s->bytes);
	s->bytes = NULL;
	s->size = 0;
	s->pieces = 0;
	s->dead = true;
}

static int
refuse(struct fragments *f, const char *reason, const char **why)
{
	COUNT(f->counters, fragments_dropped);
	*why = reason;
	return -1;
}

int
fragments_add(
	struct fragments *f, const struct fragment *piece, struct datagram *out, const char **why)
{
	const char *wrong = check_piece(piece);

	COUNT(f->counters, fragments);
	expire(f, piece->time);
	if (wrong)
		return refuse(f, wrong, why);
	struct set *s = find_set(f, piece);
	if (!s->dead)
		wrong = check_end(s, piece);
	if (!s->dead && s->key.src.family == ADDR_V6 && (wrong || overlaps(s, piece)))
		kill_set(f, s);
	if (s->dead)
		return refuse(f, "fragment of a datagram with overlaps", why);
	if (wrong)
		return refuse(f, wrong, why);
	s->pieces++;
	add_piece(f, s, piece);
	if (!is_complete(s)) {
		*why = "fragment waits";
		return 0;
	}
	unlink_set(f, s);
	s->next = f->done;
	f->done = s;
	*out = (struct datagram){ slice_of(s->bytes, s->total), s->protocol };
	return 1;
}
