/* Passwords by libcrypt (libxcrypt). */
#include <crypt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/digest.h"
#include "web/door.h"
#include "web/users.h"

enum { RANDOM = 32 };

int
password_hash(const char *password, char out[USERS_HASH_MAX], struct err *err)
{
	char random[RANDOM], setting[CRYPT_GENSALT_OUTPUT_SIZE];
	digest_random(random, sizeof random);
	/* 0 = the library's own idea of what it should cost today. */
	if (crypt_gensalt_rn("$y$", 0, random, sizeof random, setting, sizeof setting) == NULL) {
		return err_set(err, "libcrypt has no yescrypt");
	}
	struct crypt_data *data = must_alloc(sizeof *data);
	memset(data, 0, sizeof *data);
	const char *hash = crypt_r(password, setting, data);
	int rc = 0;
	if (hash == NULL || hash[0] == '*' ||
		(size_t)snprintf(out, USERS_HASH_MAX, "%s", hash) >= USERS_HASH_MAX) {
		rc = err_set(err, "libcrypt made no hash of it");
	}
	explicit_bzero(data, sizeof *data);
	free(data);
	return rc;
}

bool
password_matches(const char *password, const char *hash)
{
	struct crypt_data *data = must_alloc(sizeof *data);
	memset(data, 0, sizeof *data);
	const char *got = crypt_r(password, hash, data);
	bool same = got != NULL && got[0] != '*' && secret_equal(slice_str(got), slice_str(hash));
	explicit_bzero(data, sizeof *data);
	free(data);
	return same;
}
