#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "sensor/base/digest.h"
#include "sensor/base/err.h"
#include "sensor/base/hash.h"
#include "tests/unit/base/edge.h"

#define COUNT_OF(rows) (sizeof(rows) / sizeof((rows)[0]))

/* FIPS 180 examples: "abc", nothing, 448 bits. */
static void
sha(void **state)
{
	static const struct {
		struct slice in;
		const char *sha1, *sha256;
	} rows[] = {
		{ SLICE("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d",
			"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ SLICE_EMPTY, "da39a3ee5e6b4b0d3255bfef95601890afd80709",
			"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ SLICE("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
			"84983e441c3bd26ebaae4aa1f95129e5e54670f1",
			"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};
	struct digest_stream *stream = digest_stream_new();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		uint8_t sha1[DIGEST_SHA1], sha256[DIGEST_SHA256];
		char hex[2 * DIGEST_SHA256 + 1];
		digest_sha1(rows[i].in, sha1);
		assert_string_equal(digest_hex(sha1, sizeof(sha1), hex), rows[i].sha1);
		digest_sha256(rows[i].in, sha256);
		assert_string_equal(digest_hex(sha256, sizeof(sha256), hex), rows[i].sha256);

		/* Byte by byte, with the same object each time. */
		memset(sha256, 0, sizeof(sha256));
		for (size_t n = 0; n < rows[i].in.len; n++)
			digest_stream_update(stream, slice_of(rows[i].in.ptr + n, 1));
		digest_stream_finish(stream, sha256);
		assert_string_equal(digest_hex(sha256, sizeof(sha256), hex), rows[i].sha256);
	}
	digest_stream_free(stream);
	digest_stream_free(NULL);
}

/* RFC 4231, test cases 2 and 6. */
static void
hmac(void **state)
{
	uint8_t long_key[131], mac[DIGEST_SHA256];
	char hex[2 * DIGEST_SHA256 + 1];

	(void)state;
	digest_hmac_sha256(SLICE("Jefe"), SLICE("what do ya want for nothing?"), mac);
	assert_string_equal(digest_hex(mac, sizeof(mac), hex),
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(long_key, 0xAA, sizeof(long_key));
	digest_hmac_sha256(slice_of(long_key, sizeof(long_key)),
		SLICE("Test Using Larger Than Block-Size Key - Hash Key First"), mac);
	assert_string_equal(digest_hex(mac, sizeof(mac), hex),
		"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
	/* Without a key and without text: both are allowed. */
	digest_hmac_sha256(SLICE_EMPTY, SLICE_EMPTY, mac);
	assert_string_equal(digest_hex(mac, sizeof(mac), hex),
		"b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

/* RFC 4648 10. */
static void
base64(void **state)
{
	static const struct {
		struct slice in;
		const char *want;
	} rows[] = {
		{ SLICE_EMPTY, "" },
		{ SLICE("f"), "Zg==" },
		{ SLICE("fo"), "Zm8=" },
		{ SLICE("foo"), "Zm9v" },
		{ SLICE("foob"), "Zm9vYg==" },
		{ SLICE("fooba"), "Zm9vYmE=" },
		{ SLICE("foobar"), "Zm9vYmFy" },
		{ SLICE("\xFF\xFE\xFD\xFB"), "//79+w==" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char out[16];
		memset(out, '#', sizeof(out));
		digest_base64(rows[i].in.ptr, rows[i].in.len, out);
		assert_string_equal(out, rows[i].want);
	}
}

static void
random_bytes(void **state)
{
	uint8_t a[1000] = { 0 }, b[1000] = { 0 };

	(void)state;
	digest_random(a, sizeof(a));
	digest_random(b, sizeof(b));
	assert_memory_not_equal(a, b, 16);
	assert_memory_not_equal(a + 984, b + 984, 16);
	digest_random(a, 0);
}

static void
hashes(void **state)
{
	(void)state;
	/* Without hash_seed the seed is drawn once. */
	uint64_t drawn = hash_keyed("key", 3);
	assert_true(drawn == hash_keyed("key", 3));
	assert_true(hash_keyed("key", 3) != hash_keyed("kez", 3));
	hash_seed(1);
	uint64_t one = hash_keyed("key", 3);
	hash_seed(2);
	assert_true(one != hash_keyed("key", 3));
	hash_seed(1);
	assert_true(one == hash_keyed("key", 3));
	assert_true(one != drawn);
	/* XXH3, 64 bits, no seed, of nothing: the value in xxHash's own documents. */
	assert_true(hash_stable("", 0) == UINT64_C(0x2D06800538D394C2));
	assert_true(hash_stable("key", 3) == hash_stable("key", 3));
}

struct entry {
	int key;
	UT_hash_handle hh;
};

static void
tables(void **state)
{
	struct entry entries[100], *table = NULL, *found;

	(void)state;
	for (int i = 0; i < 100; i++) {
		entries[i].key = i;
		HASH_ADD_INT(table, key, &entries[i]);
	}
	for (int i = 0; i < 100; i++) {
		HASH_FIND_INT(table, &i, found);
		assert_ptr_equal(found, &entries[i]);
	}
	int none = 100;
	HASH_FIND_INT(table, &none, found);
	assert_null(found);
	HASH_CLEAR(hh, table);
}

static void
errors(void **state)
{
	struct err err = { { 0 } };
	char wide[1000];

	(void)state;
	assert_int_equal(err_set(&err, "%s:%d: unknown key", "a.conf", 7), -1);
	assert_int_equal(err_set(&err, "second"), -1);
	assert_string_equal(err.text, "a.conf:7: unknown key");
	assert_int_equal(err_set(NULL, "nobody listens"), -1);
	memset(wide, 'x', sizeof(wide));
	wide[sizeof(wide) - 1] = '\0';
	err.text[0] = '\0';
	assert_int_equal(err_set(&err, "%s", wide), -1);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha),
		cmocka_unit_test(hmac),
		cmocka_unit_test(base64),
		cmocka_unit_test(random_bytes),
		cmocka_unit_test(hashes),
		cmocka_unit_test(tables),
		cmocka_unit_test(errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
