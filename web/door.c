#include "web/door.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/digest.h"
#include "sensor/base/hash.h"
#include "sensor/base/ptime.h"

enum {
	SESSIONS = 1024,
	BELIEVED = 256, /* passwords that were right */
	TRIED = 4096,	/* addresses and names that somebody tried */
	FREE_TRIES = 5, /* then each costs twice the wait of the one before */
	HASHING = 2,	/* at once, of four threads: the report goes on for the others */
};
/* A wrong one is forgotten after this. */
#define FORGET_NS (60 * PTIME_SECOND)
#define WAIT_ADDRESS_MAX_S 900
#define WAIT_NAME_MAX_S 60 /* short: else whoever knows a name locks its owner out */

struct session {
	bool used;
	uint8_t id[DIGEST_SHA256]; /* keyed hash */
	uint64_t password;	   /* by which it was opened: a hash of the stored hash */
	char name[AUDIT_USER_MAX];
	int64_t opened, last;
};

struct believed {
	uint8_t digest[DIGEST_SHA256]; /* of name, password and the stored hash, keyed */
	int64_t until;
};

struct tried {
	uint64_t who; /* keyed hash of the network or the name; 0 = free */
	unsigned count;
	int64_t last;  /* when the count was brought up to date */
	int64_t until; /* no attempt before */
	int64_t told;  /* the `until` that somebody was told */
};

struct door {
	pthread_mutex_t lock; /* of everything below but key */
	uint8_t key[DIGEST_SHA256];
	struct users *users; /* NULL = nobody signs in */
	bool has_users;
	unsigned hashing;
	struct session sessions[SESSIONS];
	struct believed believed[BELIEVED];
	size_t believed_next;
	struct tried tried[TRIED];
};

bool
secret_equal(struct slice a, struct slice b)
{
	volatile uint8_t differs = a.len != b.len;
	for (size_t i = 0; i < a.len && i < b.len; i++) {
		differs |= a.ptr[i] ^ b.ptr[i];
	}
	return differs == 0;
}

struct door *
door_new(struct users *users)
{
	struct door *d = must_alloc(sizeof *d);
	memset(d, 0, sizeof *d);
	pthread_mutex_init(&d->lock, NULL);
	digest_random(d->key, sizeof d->key);
	d->users = users;
	d->has_users = users != NULL;
	return d;
}

void
door_free(struct door *d)
{
	if (d == NULL) {
		return;
	}
	users_free(d->users);
	pthread_mutex_destroy(&d->lock);
	explicit_bzero(d, sizeof *d);
	free(d);
}

void
door_set_users(struct door *d, struct users *users)
{
	pthread_mutex_lock(&d->lock);
	struct users *before = d->users;
	d->users = users;
	pthread_mutex_unlock(&d->lock);
	users_free(before);
}

bool
door_has_users(const struct door *d)
{
	return d != NULL && d->has_users;
}

/* With the lock held, and true; or the user is not there. */
static bool
copy_user(struct door *d, const char *name, struct user *out)
{
	const struct user *user = d->users != NULL ? users_find(d->users, name) : NULL;
	if (user != NULL) {
		*out = *user;
	}
	return user != NULL;
}

enum access
door_access_of(struct door *d, const char *name)
{
	struct user user = { .access = ACCESS_ANYBODY };
	pthread_mutex_lock(&d->lock);
	copy_user(d, name, &user);
	pthread_mutex_unlock(&d->lock);
	return user.access;
}

/* ---- attempts ---- */

/* One household has a /64. */
static uint64_t
key_of_address(struct addr a)
{
	struct network net = network_of(a, 32, 64);
	return hash_keyed(&net.addr, sizeof net.addr) | 1;
}

static uint64_t
key_of_name(const char *name)
{
	return (hash_keyed(name, strlen(name)) ^ UINT64_C(0x5bd1e9955bd1e995)) | 1;
}

/* With the lock held: the row of that one, or the one that has been quiet for longest. */
static struct tried *
tried_of(struct door *d, uint64_t who, int64_t now)
{
	struct tried *oldest = &d->tried[0];
	for (size_t i = 0; i < TRIED; i++) {
		struct tried *t = &d->tried[i];
		if (t->who == who) {
			int64_t forgotten = (now - t->last) / FORGET_NS;
			if (forgotten > 0) {
				t->count =
					forgotten < t->count ? t->count - (unsigned)forgotten : 0;
				t->last = now;
			}
			return t;
		}
		if (t->last < oldest->last) {
			oldest = t;
		}
	}
	*oldest = (struct tried){ .who = who, .last = now };
	return oldest;
}

static unsigned
seconds_left(const struct tried *t, int64_t now)
{
	return t->until > now ? (unsigned)((t->until - now + PTIME_SECOND - 1) / PTIME_SECOND) : 0;
}

static void
count_try(struct tried *t, int64_t now, unsigned most_s)
{
	t->count++;
	if (t->count <= FREE_TRIES) {
		return;
	}
	unsigned doubled = t->count - FREE_TRIES;
	unsigned wait = doubled < 12 ? 1u << doubled : most_s;
	t->until = now + (wait < most_s ? wait : most_s) * PTIME_SECOND;
}

static void
take_back_try(struct tried *t)
{
	if (t->count > 0) {
		t->count--;
	}
	t->until = 0;
}

/* Whether somebody was told of this wait before; now he was. */
static bool
is_told(struct tried *t, int64_t now)
{
	bool told = t->until <= now || t->told == t->until;
	t->told = t->until;
	return told;
}

/* Counted before the password is looked at: many at once must not all be the fifth. */
static enum door_result
begin_try(struct door *d, struct door_attempt *a, struct user *user, bool *known)
{
	struct tried *address = tried_of(d, key_of_address(a->from), a->now);
	unsigned wait = seconds_left(address, a->now);
	struct tried *name = tried_of(d, key_of_name(a->name), a->now);
	unsigned wait_name = seconds_left(name, a->now);
	a->wait_s = wait > wait_name ? wait : wait_name;
	if (a->wait_s > 0) {
		bool address_told = is_told(address, a->now), name_told = is_told(name, a->now);
		a->quiet = address_told && name_told;
		return DOOR_LATER;
	}
	if (d->hashing == HASHING) {
		a->wait_s = 1;
		return DOOR_BUSY;
	}
	count_try(address, a->now, WAIT_ADDRESS_MAX_S);
	count_try(name, a->now, WAIT_NAME_MAX_S);
	d->hashing++;
	*known = copy_user(d, a->name, user);
	if (!*known && d->users != NULL && d->users->count > 0) {
		*user = d->users->list[0]; /* somebody unknown costs what a known one costs */
	}
	return DOOR_IN;
}

static enum door_result
end_try(struct door *d, const struct door_attempt *a, bool right)
{
	d->hashing--;
	if (!right) {
		return DOOR_WRONG;
	}
	take_back_try(tried_of(d, key_of_address(a->from), a->now));
	tried_of(d, key_of_name(a->name), a->now)->count = 0;
	return DOOR_IN;
}

static bool
is_too_long(const struct door_attempt *a)
{
	return strlen(a->name) >= AUDIT_USER_MAX || strlen(a->password) >= USERS_PASSWORD_MAX;
}

enum door_result
door_try(struct door *d, struct door_attempt *a)
{
	struct user user = { .access = ACCESS_ANYBODY };
	bool known = false;
	a->wait_s = 0;
	a->quiet = is_too_long(a);
	if (a->quiet) {
		return DOOR_WRONG;
	}
	pthread_mutex_lock(&d->lock);
	enum door_result result = begin_try(d, a, &user, &known);
	pthread_mutex_unlock(&d->lock);
	if (result != DOOR_IN) {
		return result;
	}
	bool right = user.hash[0] != '\0' && password_matches(a->password, user.hash) && known;
	explicit_bzero(&user, sizeof user);
	pthread_mutex_lock(&d->lock);
	result = end_try(d, a, right);
	pthread_mutex_unlock(&d->lock);
	return result;
}

/* ---- Basic: every request brings the password ---- */

/* With the lock held.  Its end is another one once the user has another password. False: no such
 * user. */
static bool
digest_of_attempt(struct door *d, const struct door_attempt *a, uint8_t out[DIGEST_SHA256])
{
	const struct user *user = d->users != NULL ? users_find(d->users, a->name) : NULL;
	struct buf b;
	if (user == NULL) {
		return false;
	}
	buf_init(&b, 2048);
	buf_add(&b, slice_of(a->name, strlen(a->name) + 1));
	buf_add(&b, slice_of(a->password, strlen(a->password) + 1));
	buf_str(&b, user->hash);
	digest_hmac_sha256(slice_of(d->key, sizeof d->key), buf_slice(&b), out);
	if (b.ptr != NULL) {
		explicit_bzero(b.ptr, b.len);
	}
	buf_release(&b);
	return true;
}

static bool
is_believed(const struct door *d, const uint8_t digest[DIGEST_SHA256], int64_t now)
{
	bool found = false;
	for (size_t i = 0; i < BELIEVED; i++) {
		const struct believed *b = &d->believed[i];
		found = found || (b->until > now && memcmp(b->digest, digest, DIGEST_SHA256) == 0);
	}
	return found;
}

enum door_result
door_try_basic(struct door *d, struct door_attempt *a)
{
	uint8_t digest[DIGEST_SHA256];
	if (is_too_long(a)) {
		a->quiet = true;
		return DOOR_WRONG;
	}
	pthread_mutex_lock(&d->lock);
	bool known = digest_of_attempt(d, a, digest);
	bool believed = known && is_believed(d, digest, a->now);
	pthread_mutex_unlock(&d->lock);
	if (believed) {
		return DOOR_IN;
	}
	enum door_result result = door_try(d, a);
	if (result == DOOR_IN && known) {
		pthread_mutex_lock(&d->lock);
		struct believed *b = &d->believed[d->believed_next++ % BELIEVED];
		memcpy(b->digest, digest, sizeof digest);
		b->until = a->now + DOOR_BASIC_NS;
		pthread_mutex_unlock(&d->lock);
	}
	return result;
}

/* ---- sessions ---- */

static void
digest_of_id(const struct door *d, struct slice id, uint8_t out[DIGEST_SHA256])
{
	digest_hmac_sha256(slice_of(d->key, sizeof d->key), id, out);
}

static bool
is_over(const struct session *s, int64_t now)
{
	return now - s->last > DOOR_IDLE_NS || now - s->opened > DOOR_WHOLE_NS;
}

/* Two hashes of a password never are the same, so this ends with it. */
static uint64_t
password_mark(const struct user *user)
{
	return hash_keyed(user->hash, strlen(user->hash));
}

void
door_new_id(char id[DOOR_ID_MAX])
{
	static const char digits[] =
		"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";
	uint8_t random[DOOR_ID_MAX - 1];
	digest_random(random, sizeof random);
	for (size_t i = 0; i < sizeof random; i++) {
		id[i] = digits[random[i] % 64]; /* 6 bits each: 258 in all */
	}
	id[DOOR_ID_MAX - 1] = '\0';
}

void
door_open_session(struct door *d, const char *name, int64_t now, char id[DOOR_ID_MAX])
{
	struct user user;
	door_new_id(id);
	pthread_mutex_lock(&d->lock);
	struct session *place = &d->sessions[0];
	for (size_t i = 0; i < SESSIONS; i++) {
		struct session *s = &d->sessions[i];
		if (!s->used || is_over(s, now)) {
			place = s;
			break;
		}
		if (s->last < place->last) {
			place = s;
		}
	}
	*place = (struct session){ .used = copy_user(d, name, &user), .opened = now, .last = now };
	if (place->used) {
		snprintf(place->name, sizeof place->name, "%s", name);
		place->password = password_mark(&user);
		digest_of_id(d, slice_str(id), place->id);
	}
	pthread_mutex_unlock(&d->lock);
}

/* With the lock held; NULL = none. */
static struct session *
session_of(struct door *d, struct slice id)
{
	uint8_t digest[DIGEST_SHA256];
	if (id.len != DOOR_ID_MAX - 1) {
		return NULL;
	}
	digest_of_id(d, id, digest);
	for (size_t i = 0; i < SESSIONS; i++) {
		struct session *s = &d->sessions[i];
		if (s->used && memcmp(s->id, digest, sizeof digest) == 0) {
			return s;
		}
	}
	return NULL;
}

bool
door_session(struct door *d, struct slice id, int64_t now, char *name)
{
	struct user user;
	pthread_mutex_lock(&d->lock);
	struct session *s = session_of(d, id);
	if (s != NULL && (is_over(s, now) || !copy_user(d, s->name, &user) ||
				 password_mark(&user) != s->password)) {
		s->used = false;
		s = NULL;
	}
	if (s != NULL) {
		s->last = now;
		snprintf(name, AUDIT_USER_MAX, "%s", s->name);
	}
	pthread_mutex_unlock(&d->lock);
	return s != NULL;
}

void
door_close_session(struct door *d, struct slice id)
{
	pthread_mutex_lock(&d->lock);
	struct session *s = session_of(d, id);
	if (s != NULL) {
		s->used = false;
	}
	pthread_mutex_unlock(&d->lock);
}

const char *
door_token(struct door *d, struct arena *arena, const char *how, struct slice who)
{
	uint8_t digest[DIGEST_SHA256];
	char hex[2 * DIGEST_SHA256 + 1];
	const char *text = arena_printf(arena, "%s %.*s", how, (int)who.len, (const char *)who.ptr);
	digest_hmac_sha256(slice_of(d->key, sizeof d->key), slice_str(text), digest);
	return arena_string(arena, slice_str(digest_hex(digest, 16, hex)));
}
