#include "sensor/decap/fragment.h"

#include <string.h>

#include "sensor/base/hash.h"
#include "sensor/base/ptime.h"
#include "sensor/limits.h"

enum { BLOCK = 8, DATAGRAM_MAX = 65535, BLOCKS = (DATAGRAM_MAX + BLOCK) / BLOCK };
enum { RECENT = 256 }; /* datagrams remembered after they were given out */

static const int64_t wait_ns = 30 * PTIME_SECOND;
/* So much later at most a mirror's second copy comes. */
static const int64_t double_ns = 1 * PTIME_SECOND;

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
	size_t known;  /* bytes of the front that no capture has shortened */
	uint8_t protocol;
	bool again; /* the same was given out just now: if it stays incomplete, it was doubles */
	uint64_t there[BLOCKS / 64];
};

struct fragments {
	struct counters *counters;
	struct set *sets; /* uthash keeps them in the order added: oldest first */
	struct set *done; /* given out */
	size_t bytes;
	struct recent {
		struct key key;
		int64_t time;
	} recent[RECENT]; /* at the hash of their key */
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
	if (!s->again)
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

static struct recent *
recent_of(struct fragments *f, const struct key *key)
{
	return &f->recent[hash_keyed(key, sizeof *key) % RECENT];
}

static bool
was_given_out(struct fragments *f, const struct key *key, int64_t now)
{
	const struct recent *r = recent_of(f, key);

	return memcmp(&r->key, key, sizeof *key) == 0 && now - r->time < double_ns &&
	       r->time - now < double_ns;
}

static struct set *
add_set(struct fragments *f, const struct key *key, const struct fragment *piece)
{
	struct set *s = must_alloc(sizeof *s);

	if (HASH_COUNT(f->sets) >= LIMIT_FRAGMENT_SETS)
		drop_set(f, f->sets);
	memset(s, 0, sizeof *s);
	memcpy(&s->key, key, sizeof *key);
	s->start = piece->time;
	s->protocol = piece->protocol;
	s->known = DATAGRAM_MAX;
	s->again = was_given_out(f, key, piece->time);
	HASH_ADD(hh, f->sets, key, sizeof s->key, s);
	return s;
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
	return s ? s : add_set(f, &key, piece);
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
	if (p->wire == 0)
		return "empty fragment";
	if (p->wire > DATAGRAM_MAX || p->offset + p->wire > DATAGRAM_MAX)
		return "fragment beyond the largest datagram";
	if (p->more && p->wire % BLOCK != 0)
		return "fragment of odd length";
	return NULL;
}

/* Whether it contradicts the end that others have said, or that they have passed. */
static bool
contradicts(const struct set *s, const struct fragment *p)
{
	size_t end = p->offset + p->wire;

	return (s->total && (p->more ? end > s->total : end != s->total)) ||
	       (!p->more && end < s->end);
}

/* How many of its blocks are there already, all of them in *blocks; *equal: with the same bytes, as
 * far as they were captured. */
static size_t
overlap(const struct set *s, const struct fragment *p, size_t *blocks, bool *equal)
{
	size_t there = 0;

	*blocks = (p->wire + BLOCK - 1) / BLOCK;
	*equal = true;
	for (size_t i = 0; i < *blocks; i++) {
		size_t at = i * BLOCK, from = p->offset + at;

		if (!is_there(s, from / BLOCK))
			continue;
		there++;
		size_t len = p->wire - at < BLOCK ? p->wire - at : BLOCK;
		if (at + len <= p->data.len && from + len <= s->known)
			*equal &= memcmp(s->bytes + from, p->data.ptr + at, len) == 0;
	}
	return there;
}

static void
copy_blocks(struct set *s, const struct fragment *p)
{
	for (size_t at = 0; at < p->wire; at += BLOCK) {
		size_t block = (p->offset + at) / BLOCK;
		size_t len = p->wire - at < BLOCK ? p->wire - at : BLOCK;

		if (is_there(s, block))
			continue;
		s->there[block / 64] |= UINT64_C(1) << (block % 64);
		s->blocks++;
		if (at + len > p->data.len) {
			len = at < p->data.len ? p->data.len - at : 0;
			if (s->known > p->offset + at + len)
				s->known = p->offset + at + len;
		}
		if (len)
			memcpy(s->bytes + p->offset + at, p->data.ptr + at, len);
	}
}

static void
add_piece(struct fragments *f, struct set *s, const struct fragment *p)
{
	size_t end = p->offset + p->wire;

	grow(f, s, end);
	copy_blocks(s, p);
	s->pieces++;
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

static int
refuse(struct fragments *f, const char *reason, const char **why)
{
	COUNT(f->counters, fragments_dropped);
	*why = reason;
	return -1;
}

static void
give_out(struct fragments *f, struct set *s, struct datagram *out, int64_t now)
{
	struct recent *r = recent_of(f, &s->key);

	memcpy(&r->key, &s->key, sizeof r->key);
	r->time = now;
	unlink_set(f, s);
	s->next = f->done;
	f->done = s;
	*out = (struct datagram){
		.data = slice_of(s->bytes, s->total < s->known ? s->total : s->known),
		.wire = s->total,
		.protocol = s->protocol,
	};
}

/* What comes together with the others of its datagram. */
static int
join(struct fragments *f, struct set *s, const struct fragment *p, const char **why)
{
	size_t blocks;
	bool equal;
	size_t there = overlap(s, p, &blocks, &equal);

	if (contradicts(s, p) || (!equal && there < blocks)) {
		drop_set(f, s);
		return refuse(f, "fragment that contradicts others", why);
	}
	if (!equal)
		return refuse(f, "second copy of a fragment, with other bytes", why);
	*why = there < blocks ? "fragment waits" : "double of a fragment";
	add_piece(f, s, p);
	return 0;
}

int
fragments_add(
	struct fragments *f, const struct fragment *piece, struct datagram *out, const char **why)
{
	struct fragment p = *piece;

	COUNT(f->counters, fragments);
	expire(f, p.time);
	if (p.more && p.src.family == ADDR_V4) {
		p.wire -= p.wire % BLOCK;
		p.data = slice_take(p.data, p.wire);
	}
	const char *wrong = check_piece(&p);
	if (wrong)
		return refuse(f, wrong, why);
	struct set *s = find_set(f, &p);
	int status = join(f, s, &p, why);
	if (status < 0 || !is_complete(s))
		return status;
	give_out(f, s, out, p.time);
	return 1;
}
