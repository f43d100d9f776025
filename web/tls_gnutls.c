#include "web/tls.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#include "sensor/base/arena.h"
#include "sensor/base/clock.h"
#include "sensor/base/ptime.h"

enum { CHAIN = 8, BEFORE = 4 };
/* A handshake ends within CONNECTION_REQUEST_S; what was replaced so long ago is in nobody's hands.
 */
#define KEEP_NS (600 * PTIME_SECOND)

struct pair {
	gnutls_pcert_st chain[CHAIN];
	unsigned count;
	gnutls_privkey_t key;
	int64_t replaced; /* CLOCK_MONOTONIC */
};

struct tls {
	char *certificate_file, *key_file;
	pthread_mutex_t lock;
	struct pair *now;
	struct pair *before[BEFORE]; /* NULL = free */
};

static void
pair_free(struct pair *p)
{
	if (p == NULL) {
		return;
	}
	for (unsigned i = 0; i < p->count; i++) {
		gnutls_pcert_deinit(&p->chain[i]);
	}
	gnutls_privkey_deinit(p->key);
	free(p);
}

/* The library's own loading says whether they belong together, which the functions below do not. */
static int
check_files(const struct tls *t, struct err *err)
{
	gnutls_certificate_credentials_t both;
	const char *files[] = { t->certificate_file, t->key_file };
	for (size_t i = 0; i < 2; i++) {
		if (access(files[i], R_OK) != 0) {
			return err_set(err, "%s: cannot be read: %s", files[i], strerror(errno));
		}
	}
	if (gnutls_certificate_allocate_credentials(&both) < 0) {
		return err_set(err, "no memory for certificate and key");
	}
	int rc = gnutls_certificate_set_x509_key_file(
		both, t->certificate_file, t->key_file, GNUTLS_X509_FMT_PEM);
	gnutls_certificate_free_credentials(both);
	return rc < 0 ? err_set(err, "certificate %s and key %s: %s", t->certificate_file,
				t->key_file, gnutls_strerror(rc))
		      : 0;
}

static int
load_key(struct pair *p, const char *file)
{
	gnutls_datum_t pem;
	int rc = gnutls_load_file(file, &pem);
	if (rc < 0) {
		return rc;
	}
	rc = gnutls_privkey_import_x509_raw(p->key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0);
	gnutls_memset(pem.data, 0, pem.size);
	gnutls_free(pem.data);
	return rc;
}

static int
pair_load(const struct tls *t, struct pair **out, struct err *err)
{
	if (check_files(t, err) != 0) {
		return -1;
	}
	struct pair *p = must_alloc(sizeof *p);
	*p = (struct pair){ .count = CHAIN };
	gnutls_privkey_init(&p->key);
	int rc = gnutls_pcert_list_import_x509_file(
		p->chain, &p->count, t->certificate_file, GNUTLS_X509_FMT_PEM, NULL, NULL, 0);
	if (rc < 0) {
		p->count = 0;
		err_set(err, "%s: %s", t->certificate_file,
			rc == GNUTLS_E_SHORT_MEMORY_BUFFER ? "a chain that is too long"
							   : gnutls_strerror(rc));
	} else if ((rc = load_key(p, t->key_file)) < 0) {
		err_set(err, "%s: %s", t->key_file, gnutls_strerror(rc));
	}
	if (rc < 0) {
		pair_free(p);
		return -1;
	}
	*out = p;
	return 0;
}

int
tls_new(const char *certificate, const char *key, struct tls **out, struct err *err)
{
	struct tls *t = must_alloc(sizeof *t);
	*t = (struct tls){ .certificate_file = strdup(certificate), .key_file = strdup(key) };
	pthread_mutex_init(&t->lock, NULL);
	if (pair_load(t, &t->now, err) != 0) {
		tls_free(t);
		return -1;
	}
	*out = t;
	return 0;
}

/* With the lock held: a place for the one that goes; NULL = none is free yet. */
static struct pair **
place_of_old(struct tls *t, int64_t now)
{
	struct pair **free_place = NULL;
	for (size_t i = 0; i < BEFORE; i++) {
		if (t->before[i] != NULL && now - t->before[i]->replaced > KEEP_NS) {
			pair_free(t->before[i]);
			t->before[i] = NULL;
		}
		if (t->before[i] == NULL) {
			free_place = &t->before[i];
		}
	}
	return free_place;
}

int
tls_reload(struct tls *t, struct err *err)
{
	struct pair *fresh;
	int64_t now = clock_ns(CLOCK_MONOTONIC);
	if (pair_load(t, &fresh, err) != 0) {
		return -1;
	}
	pthread_mutex_lock(&t->lock);
	struct pair **place = place_of_old(t, now);
	if (place != NULL) {
		*place = t->now;
		t->now->replaced = now;
		t->now = fresh;
	}
	pthread_mutex_unlock(&t->lock);
	if (place == NULL) {
		pair_free(fresh);
		return err_set(
			err, "the certificate was read %d times within 10 minutes: wait", BEFORE);
	}
	return 0;
}

void
tls_free(struct tls *t)
{
	if (t == NULL) {
		return;
	}
	pair_free(t->now);
	for (size_t i = 0; i < BEFORE; i++) {
		pair_free(t->before[i]);
	}
	pthread_mutex_destroy(&t->lock);
	free(t->certificate_file);
	free(t->key_file);
	free(t);
}

static int
retrieve(gnutls_session_t session, const gnutls_datum_t *names, int names_count,
	const gnutls_pk_algorithm_t *algorithms, int algorithms_count, gnutls_pcert_st **chain,
	unsigned *count, gnutls_privkey_t *key)
{
	(void)names, (void)names_count, (void)algorithms, (void)algorithms_count;
	struct tls *t = tls_of_connection(gnutls_session_get_ptr(session));
	if (t == NULL) {
		return -1;
	}
	pthread_mutex_lock(&t->lock);
	*chain = t->now->chain;
	*count = t->now->count;
	*key = t->now->key;
	pthread_mutex_unlock(&t->lock);
	return 0;
}

tls_function
tls_callback(void)
{
	return (tls_function)retrieve;
}
