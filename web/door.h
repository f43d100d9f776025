/* Who comes in: signing in by a form or by Basic authentication, sessions, and how often somebody
 * may try.
 *
 * Source: RFC 7617 (Basic), RFC 6265 and its successor (SameSite, __Host-), OWASP's advice on
 * sessions. Input:  names, passwords, cookies, hostile.  Memory: tables of fixed size; the oldest
 * row goes.  A session's id is not in it, but its keyed hash. Threads: any. */
#ifndef HELOSCOPE_WEB_DOOR_H
#define HELOSCOPE_WEB_DOOR_H

#include "sensor/base/err.h"
#include "web/request.h"
#include "web/users.h"

#define DOOR_IDLE_NS (INT64_C(8) * 3600 * 1000000000)	/* without a request */
#define DOOR_WHOLE_NS (INT64_C(24) * 3600 * 1000000000) /* then one signs in anew */
#define DOOR_BASIC_NS                                                                              \
	(INT64_C(60) * 1000000000) /* a password that was right is believed for so long */

struct door;

/* `users` NULL: nobody signs in. It owns them. */
struct door *door_new(struct users *users);
void door_free(struct door *d); /* NULL does nothing */
/* Other users from now on; sessions of those who are gone, or have another password, end. */
void door_set_users(struct door *d, struct users *users);
bool door_has_users(const struct door *d); /* NULL: no */
/* What a user may see: ACCESS_ANYBODY when there is no such user. */
enum access door_access_of(struct door *d, const char *name);

enum door_result {
	DOOR_IN,
	DOOR_WRONG, /* name or password; which, is not said */
	DOOR_LATER, /* too many attempts: *wait_s seconds */
	DOOR_BUSY,  /* too many passwords are being looked at now */
};
/* One attempt, counted for the address and for the name; takes some 50 ms, right or wrong. */
struct door_attempt {
	const char *name, *password;
	struct addr from;
	int64_t now;
	unsigned wait_s; /* out */
	bool quiet; /* out: not worth an entry, and costs nothing: he was told to wait, and does
		       not, or name or password are longer than any */
};
enum door_result door_try(struct door *d, struct door_attempt *attempt);
/* The same for Basic authentication: one that was right a minute ago is not looked at again. */
enum door_result door_try_basic(struct door *d, struct door_attempt *attempt);

#define DOOR_ID_MAX 44 /* bytes with the NUL */
/* A new one that nobody can guess. */
void door_new_id(char id[DOOR_ID_MAX]);
/* A session for a user who has come in: its id, to be sent as a cookie. */
void door_open_session(struct door *d, const char *name, int64_t now, char id[DOOR_ID_MAX]);
/* Whose session it is: true, and name (AUDIT_USER_MAX bytes). */
bool door_session(struct door *d, struct slice id, int64_t now, char *name);
void door_close_session(struct door *d, struct slice id);

/* What a form of that person must bring along: hex, in the arena.  `who`: the session's id, or a
 * name with how it is known.
 */
const char *door_token(struct door *d, struct arena *arena, const char *how, struct slice who);

/* In a time that depends on the lengths alone. */
bool secret_equal(struct slice a, struct slice b);

#endif
