/* The file of those who may sign in: a line each, `name:role:hash`; # begins a comment.
 *
 * Source: crypt(5), yescrypt. Input:  a file of the administrator's, written by `heloscope user`; a
 * bad line is refused with its number. Memory: the heap, at most USERS_MAX users. */
#ifndef HELOSCOPE_WEB_USERS_H
#define HELOSCOPE_WEB_USERS_H

#include "sensor/base/err.h"
#include "sensor/record_audit.h"
#include "web/viewer.h"

#define USERS_MAX 1000
#define USERS_HASH_MAX 256     /* bytes with the NUL */
#define USERS_PASSWORD_MAX 512 /* bytes with the NUL; crypt takes no longer ones */
#define USERS_PASSWORD_MIN 8   /* characters */

struct user {
	char name[AUDIT_USER_MAX];
	enum access access;
	char hash[USERS_HASH_MAX];
};

struct users {
	struct user *list;
	size_t count, cap;
	bool open_to_all; /* everybody on this machine may read the file */
};

/* 0, or -1 and err ("FILE:LINE: …"). */
int users_load(const char *path, struct users **out, struct err *err);
struct users *users_new(void);
void users_free(struct users *u);					/* NULL does nothing */
const struct user *users_find(const struct users *u, const char *name); /* NULL = none */
/* Adds, or changes role and hash; `hash` NULL keeps what it is. 0, or -1 and err. */
int users_put(
	struct users *u, const char *name, enum access access, const char *hash, struct err *err);
bool users_remove(struct users *u, const char *name); /* whether he was there */
/* Writes the file whole, beside it first, with the owner and mode that it had; a new one is its
 * owner's alone. 0, or -1. */
int users_save(const struct users *u, const char *path, struct err *err);
/* Letters, digits and . _ - @, at most AUDIT_USER_MAX - 1 of them. */
bool users_name_is_good(const char *name);

/* password_crypt.c, the owner of crypt.h. */
/* A new yescrypt hash. 0, or -1 and err. */
int password_hash(const char *password, char out[USERS_HASH_MAX], struct err *err);
/* Whether it is the password of the hash. Takes some 50 ms. */
bool password_matches(const char *password, const char *hash);

#endif
