/* Keyed hashing for tables whose keys an attacker chooses, and the bridge to uthash.
 * XXH3 with a random seed per process (xxHash); uthash (uthash.h) is included only through this header.
 * Record identities use hash_stable(), which has no key, so that the same input gives the same records. */
#ifndef HELOSCOPE_BASE_HASH_H
#define HELOSCOPE_BASE_HASH_H

#include <stdlib.h>

#include "sensor/base/arena.h"

uint64_t hash_keyed(const void *key, size_t len);
uint64_t hash_stable(const void *key, size_t len);
/* For tests: fixes the seed. Otherwise it is drawn by getrandom(2) at the first use. */
void hash_seed(uint64_t seed);

#define HASH_FUNCTION(keyptr, keylen, hashv) ((hashv) = (unsigned)hash_keyed((keyptr), (keylen)))
#define uthash_malloc(size) must_alloc(size)
#define uthash_fatal(message) abort()
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#include <uthash.h>
#pragma GCC diagnostic pop

#endif
