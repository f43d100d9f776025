#include "sensor/base/hash.h"

#include <stdatomic.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "sensor/base/digest.h"

/* The one writable global of this library, against the rule of having none: uthash's macros give
 * the hash function only the key, so the seed cannot be handed in.  It is written once; 0 = not
 * drawn yet. */
static _Atomic uint64_t process_seed;

static uint64_t
draw_seed(void)
{
	uint64_t seed, none = 0;

	digest_random(&seed, sizeof(seed));
	seed |= 1;
	return atomic_compare_exchange_strong(&process_seed, &none, seed) ? seed : none;
}

uint64_t
hash_keyed(const void *key, size_t len)
{
	uint64_t seed = atomic_load_explicit(&process_seed, memory_order_relaxed);

	return XXH3_64bits_withSeed(key, len, seed ? seed : draw_seed());
}

uint64_t
hash_stable(const void *key, size_t len)
{
	return XXH3_64bits(key, len);
}

void
hash_seed(uint64_t seed)
{
	atomic_store(&process_seed, seed ? seed : 1);
}
