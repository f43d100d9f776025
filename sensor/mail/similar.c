#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/base/digest.h"
#include "sensor/base/text.h"
#include "sensor/mail/similar.h"
#include "sensor/mail/similar_fold.h"

#define EXACT_BYTES 16
#define GRAM 3		   /* characters of a subject taken together */
#define GREETING_CHUNKS 4  /* words that a name in a greeting may have */
#define GREETING_WITHIN 80 /* bytes in which the greeting's comma must come */

/* ---- folding ---- */

struct folder {
	uint8_t *out;
	size_t used;
	struct slice rest;
};

static bool
blank(uint8_t c)
{
	return c <= ' ';
}

static void
put_rune(struct folder *f, uint32_t rune)
{
	if (rune < 0x80) {
		f->out[f->used++] = (uint8_t)rune;
	} else if (rune < 0x800) {
		f->out[f->used++] = (uint8_t)(0xC0 | rune >> 6);
		f->out[f->used++] = (uint8_t)(0x80 | (rune & 63));
	} else if (rune < 0x10000) {
		f->out[f->used++] = (uint8_t)(0xE0 | rune >> 12);
		f->out[f->used++] = (uint8_t)(0x80 | (rune >> 6 & 63));
		f->out[f->used++] = (uint8_t)(0x80 | (rune & 63));
	} else {
		f->out[f->used++] = (uint8_t)(0xF0 | rune >> 18);
		f->out[f->used++] = (uint8_t)(0x80 | (rune >> 12 & 63));
		f->out[f->used++] = (uint8_t)(0x80 | (rune >> 6 & 63));
		f->out[f->used++] = (uint8_t)(0x80 | (rune & 63));
	}
}

/* No blank at the front, none twice, and of digits in a row one. */
static void
put(struct folder *f, uint32_t rune)
{
	uint8_t last = f->used == 0 ? ' ' : f->out[f->used - 1];
	if (rune == FOLD_NOTHING || (rune == last && (rune == FOLD_GAP || rune == FOLD_DIGIT)))
		return;
	put_rune(f, rune);
}

/* Words of s; `also` is a byte that is no gap (the dot of a host), or 0.  Bytes that are no UTF-8
 * show nothing. */
static void
put_words(struct folder *f, struct slice s, uint8_t also)
{
	for (size_t n; s.len > 0; s = slice_skip(s, n)) {
		uint32_t rune = s.ptr[0];
		n = rune < 0x80 ? 1 : text_utf8(s, &rune);
		if (n > 0)
			put(f, also != 0 && rune == also ? rune : similar_fold_rune(rune));
		n += n == 0;
	}
}

static size_t
url_length(struct slice s)
{
	static const char *const begins[] = { "http://", "https://", "www." };
	if ((s.ptr[0] | 0x20) != 'h' && (s.ptr[0] | 0x20) != 'w')
		return 0;
	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
		if (slice_istarts(s, slice_str(begins[i])))
			return strlen(begins[i]);
	return 0;
}

/* Host and path; not what follows "?" or "#". */
static void
put_url(struct folder *f, struct slice url, size_t begin)
{
	url = slice_skip(url, begin);
	url = slice_take(slice_take(url, slice_index(url, '?')), slice_index(url, '#'));
	put_words(f, SLICE(" http "), 0);
	put_words(f, slice_take(url, slice_index(url, '/')), '.');
	put_words(f, slice_skip(url, slice_index(url, '/')), 0);
}

static bool
is_address(struct slice chunk)
{
	size_t at = slice_index(chunk, '@');
	return at > 0 && at + 1 < chunk.len && chars_is(chunk.ptr[at - 1], CHAR_ATEXT) &&
	       chars_is(chunk.ptr[at + 1], CHAR_ALPHA | CHAR_DIGIT);
}

/* The next run without white space; empty at the end. */
static struct slice
chunk_next(struct slice *rest)
{
	size_t n = 0;
	while (rest->len > 0 && blank(rest->ptr[0]))
		*rest = slice_skip(*rest, 1);
	while (n < rest->len && !blank(rest->ptr[n]))
		n++;
	struct slice chunk = slice_take(*rest, n);
	*rest = slice_skip(*rest, n);
	return chunk;
}

/* The word that a text or a paragraph may begin with, before somebody's name. */
static bool
greets(struct slice chunk)
{
	static const char *const words[] = { "dear", "hello", "hi", "hey", "greetings", "attn",
		"hallo", "hola", "ola", "bonjour", "caro", "cara", "prezado", "prezada", "estimado",
		"estimada", "querido", "querida", "cher", "chere", "lieber", "liebe" };
	if (chunk.len < 2 || chunk.len > 9)
		return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (slice_ieq(chunk, slice_str(words[i])))
			return true;
	return false;
}

/* What is behind the name that ends in a comma or the like, or s where no name is. */
static struct slice
behind_name(struct slice s)
{
	struct slice rest = slice_take(s, GREETING_WITHIN);
	for (size_t i = 0; i < GREETING_CHUNKS; i++) {
		struct slice chunk = chunk_next(&rest);
		uint8_t last = chunk.len == 0 ? 0 : chunk.ptr[chunk.len - 1];
		bool line = rest.len > 0 && (rest.ptr[0] == '\n' || rest.ptr[0] == '\r');
		if (chunk.len == 0)
			break;
		if (last == ',' || last == '!' || last == ':' || line)
			return slice_skip(s, (size_t)(rest.ptr - s.ptr));
	}
	return s;
}

static void
put_chunk(struct folder *f, struct slice chunk)
{
	size_t quote = 0;
	while (quote < chunk.len && (chunk.ptr[quote] == '<' || chunk.ptr[quote] == '('))
		quote++;
	struct slice inner = slice_skip(chunk, quote);
	size_t url = inner.len == 0 ? 0 : url_length(inner);
	if (url > 0)
		put_url(f, inner, url);
	else if (is_address(inner))
		put_rune(f, '@');
	else
		put_words(f, chunk, 0);
}

/* A run without white space that is words alone.  False where it may be an address or a URL; then
 * nothing is eaten. */
static bool
put_plain(struct folder *f, struct slice *rest)
{
	struct slice s = *rest;
	size_t before = f->used, i = 0;
	if (url_length(s) > 0)
		return false;
	while (i < s.len && !blank(s.ptr[i])) {
		uint8_t c = s.ptr[i];
		if (chars_is(c, CHAR_ALPHA)) {
			f->out[f->used++] = chars_lower(c);
			i++;
			continue;
		}
		if (c == '@' || (c == '(' && i == 0) || (c == '<' && i == 0)) {
			f->used = before;
			return false;
		}
		uint32_t rune = c;
		size_t n = c < 0x80 ? 1 : text_utf8(slice_skip(s, i), &rune);
		if (n > 0)
			put(f, similar_fold_rune(rune));
		i += n + (n == 0);
	}
	*rest = slice_skip(s, i);
	return true;
}

struct slice
similar_fold(struct slice text, struct arena *arena)
{
	struct slice rest = slice_take(text, LIMIT_RULE_TEXT);
	/* " http " is put in place of "www.": two bytes more, where at least a blank is besides */
	struct folder f = { .out = arena_alloc(arena, 2 * rest.len + 8) };
	bool begins = true;
	if (f.out == NULL)
		return SLICE_EMPTY;
	while (rest.len > 0) {
		if (blank(rest.ptr[0])) {
			begins = begins || rest.ptr[0] == '\n';
			rest = slice_skip(rest, 1);
			continue;
		}
		struct slice from = rest;
		if (!put_plain(&f, &rest))
			put_chunk(&f, chunk_next(&rest));
		put(&f, FOLD_GAP);
		if (begins && greets(slice_take(from, from.len - rest.len)))
			rest = behind_name(rest);
		begins = false;
	}
	while (f.used > 0 && f.out[f.used - 1] == ' ')
		f.used--;
	return slice_of(f.out, f.used);
}

/* ---- features ---- */

struct secret {
	uint64_t a, b;
};

/* Two odd numbers out of the key; without privacy the same everywhere, so that sites can compare.
 */
static struct secret
secret_of(const struct mail_privacy *privacy)
{
	uint8_t mac[DIGEST_SHA256];
	struct secret s;
	digest_hmac_sha256(privacy->off ? SLICE("") : privacy->key, SLICE("similar"), mac);
	memcpy(&s.a, mac, sizeof s.a);
	memcpy(&s.b, mac + sizeof s.a, sizeof s.b);
	s.a |= 1;
	s.b |= 1;
	return s;
}

static uint64_t
mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t
bytes_hash(struct secret k, const uint8_t *bytes, size_t len)
{
	uint64_t h = k.a, part = 0;
	for (size_t i = 0; i < len; i++) {
		part = part << 8 | bytes[i];
		if (i % sizeof part == sizeof part - 1) {
			h = mix(h ^ part, k.b) + k.a;
			part = 0;
		}
	}
	return mix(h ^ part ^ (uint64_t)len << 56, k.b) + k.a;
}

/* The least feature of each bin: its top six bits say in which one it is. */
struct bins {
	uint64_t least[SIMILAR_BITS];
	size_t filled;
};

static void
feature_add(struct bins *b, uint64_t feature)
{
	uint64_t *least = &b->least[feature >> 58];
	b->filled += *least == UINT64_MAX;
	if (feature < *least)
		*least = feature;
}

/* The bin that lends its feature to the empty bin i, at the n-th try. */
static size_t
lender(size_t i, uint64_t n)
{
	return (size_t)(mix(0x9E3779B97F4A7C15U + i, 0xD1B54A32D192ED03U + 2 * n) >> 58);
}

/* One bit of each bin.  An empty bin takes another's feature, but another bit of it. */
static const char *
bins_hex(const struct bins *b, struct secret k, struct arena *arena)
{
	uint64_t bits = 0;
	if (b->filled == 0)
		return "";
	for (size_t i = 0; i < SIMILAR_BITS; i++) {
		uint64_t least = b->least[i];
		for (uint64_t n = 0; least == UINT64_MAX; n++)
			least = b->least[lender(i, n)];
		bits |= (mix(least ^ k.a, k.b) >> i & 1) << i;
	}
	return arena_printf(arena, "%016llx", (unsigned long long)bits);
}

/* ---- digests ---- */

static const char *
exact_hex(const struct mail_privacy *privacy, struct slice folded, struct arena *arena)
{
	uint8_t digest[DIGEST_SHA256];
	char hex[2 * DIGEST_SHA256 + 1];
	if (privacy->off)
		digest_sha256(folded, digest);
	else
		digest_hmac_sha256(privacy->key, folded, digest);
	return arena_string(arena, slice_str(digest_hex(digest, EXACT_BYTES, hex)));
}

void
similar_text(const struct mail_privacy *privacy, struct slice text, struct arena *arena,
	const char **exact, const char **near)
{
	struct slice folded = similar_fold(text, arena), rest = folded;
	struct secret k = secret_of(privacy);
	struct bins b;
	memset(&b, 0xFF, sizeof b);
	b.filled = 0;
	*exact = *near = "";
	if (folded.len == 0)
		return;
	*exact = exact_hex(privacy, folded, arena);
	size_t words = 0;
	for (uint64_t last = 0; rest.len > 0; words++) {
		size_t n = 0;
		while (n < rest.len && rest.ptr[n] != ' ')
			n++;
		uint64_t h = bytes_hash(k, rest.ptr, n);
		rest = slice_skip(rest, n + 1);
		if (words > 0)
			feature_add(&b, mix(last ^ k.b, h | 1) + k.a);
		last = h;
	}
	if (words >= SIMILAR_WORDS_LEAST)
		*near = bins_hex(&b, k, arena);
}

/* "Re:", "Fwd: " and the like, also twice. */
static struct slice
without_reply_marks(struct slice s)
{
	static const char *const marks[] = {
		"re:", "fw:", "fwd:", "aw:", "wg:", "res:", "enc:", "tr:"
	};
	for (size_t i = 0; i < sizeof marks / sizeof *marks;) {
		s = slice_trim(s);
		bool cut = slice_istarts(s, slice_str(marks[i]));
		s = slice_skip(s, cut ? strlen(marks[i]) : 0);
		i = cut ? 0 : i + 1;
	}
	return s;
}

const char *
similar_subject(const struct mail_privacy *privacy, struct slice subject, struct arena *arena)
{
	struct slice folded = similar_fold(without_reply_marks(subject), arena);
	struct secret k = secret_of(privacy);
	struct bins b;
	if (folded.len < SIMILAR_SUBJECT_LEAST)
		return "";
	memset(&b, 0xFF, sizeof b);
	b.filled = 0;
	for (size_t i = 0; i + GRAM <= folded.len; i++)
		feature_add(&b, bytes_hash(k, folded.ptr + i, GRAM));
	return bins_hex(&b, k, arena);
}

static bool
hex_read(const char *text, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < SIMILAR_BITS / 4; i++) {
		int digit = text[i] == '\0' ? -1 : chars_hex((uint8_t)text[i]);
		if (digit < 0)
			return false;
		*out = *out << 4 | (uint64_t)digit;
	}
	return text[SIMILAR_BITS / 4] == '\0';
}

unsigned
similar_distance(const char *a, const char *b)
{
	uint64_t x, y;
	if (!hex_read(a, &x) || !hex_read(b, &y))
		return SIMILAR_NONE;
	return (unsigned)__builtin_popcountll(x ^ y);
}
