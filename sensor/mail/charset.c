#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/buf.h"
#include "sensor/base/hash.h"
#include "sensor/base/text.h"
#include "sensor/mail/charset.h"
#include "sensor/mail/charset_names.h"

#define SLOTS 4096	   /* a power of two */
#define OPEN_MOST 2048	   /* names; glibc has 1180 */
#define UNKNOWN_SLOTS 1024 /* names that are none, remembered by their hashes */
#define SCRATCH_MOST ((size_t)16 << 20)
#define REPLACEMENT SLICE("\xef\xbf\xbd") /* U+FFFD */
#define CLOSED ((iconv_t)-1)

/* What one byte is. */
struct utf8 {
	uint8_t bytes[4];
	uint8_t len;
	bool bad; /* nothing: U+FFFD */
};

struct converter {
	char name[CHARSET_NAME_MAX + 1]; /* "" = free */
	bool ascii;			 /* leaves ASCII as it is */
	size_t unit;			 /* bytes of its shortest character */
	struct utf8 *table;		 /* of a set of one byte a character: what each is */
	iconv_t handle;
};

struct charsets {
	struct converter slots[SLOTS];
	uint64_t unknown[UNKNOWN_SLOTS];
	size_t count;
	struct buf scratch;
};

/* What bytes are read as; no iconv is needed for the first three. */
struct reading {
	enum reading_as { READ_UTF8, READ_1252, READ_ASCII, READ_ICONV, READ_UNKNOWN } as;
	struct converter *converter;
};

/* windows-1252, 0x80 to 0x9F; 0 = free. */
static const uint16_t cp1252[32] = { 0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
	0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0, 0, 0x2018, 0x2019, 0x201C, 0x201D,
	0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178 };

struct charsets *
charsets_new(void)
{
	struct charsets *c = must_alloc(sizeof *c);
	memset(c, 0, sizeof *c);
	buf_init(&c->scratch, SCRATCH_MOST);
	return c;
}

void
charsets_free(struct charsets *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < SLOTS; i++) {
		if (c->slots[i].name[0] == '\0')
			continue;
		iconv_close(c->slots[i].handle);
		free(c->slots[i].table);
	}
	buf_release(&c->scratch);
	free(c);
}

/* ---- which set ---- */

static bool
leaves(iconv_t handle, struct slice s)
{
	char out[512], *from = NULL, *to = out;
	size_t left = s.len, room = sizeof out;
	memcpy(&from, &s.ptr, sizeof from); /* iconv reads only, but its type does not say so */
	iconv(handle, NULL, NULL, NULL, NULL);
	bool all = iconv(handle, &from, &left, &to, &room) != (size_t)-1;
	iconv(handle, NULL, NULL, NULL, NULL);
	return all && slice_eq(slice_of(out, sizeof out - room), s);
}

/* Tried, not listed: some have other signs in ASCII's places, others begin something with ESC, SO,
 * "~{" or "+". */
static bool
leaves_ascii(iconv_t handle)
{
	const struct slice shifts[] = { SLICE("\x1b$B!!\x1b(B"), SLICE("\x1b$A!!\x1b(B"),
		SLICE("\x1b$)C\x0e!!\x0f"), SLICE("~{!!~}"), SLICE("+AGE-") };
	uint8_t all[127];
	for (size_t i = 0; i < sizeof all; i++)
		all[i] = (uint8_t)(i + 1);
	bool same = leaves(handle, slice_of(all, sizeof all));
	for (size_t i = 0; i < sizeof shifts / sizeof *shifts; i++)
		same = same && leaves(handle, shifts[i]);
	return same;
}

/* What each byte is by itself; NULL where one begins something longer, or changes what follows. */
static struct utf8 *
table_of(iconv_t handle)
{
	struct utf8 table[256] = { 0 };
	for (size_t i = 0; i < 256; i++) {
		char in = (char)i, out[16], *from = &in, *to = out;
		size_t left = 1, room = sizeof out;
		iconv(handle, NULL, NULL, NULL, NULL);
		size_t result = iconv(handle, &from, &left, &to, &room);
		size_t len = sizeof out - room;
		if (result == (size_t)-1 && errno == EILSEQ) {
			table[i] = (struct utf8){ { 0xEF, 0xBF, 0xBD }, 3, true };
			continue;
		}
		if (result == (size_t)-1 || left > 0 || len == 0 || len > 4)
			return NULL;
		memcpy(table[i].bytes, out, len);
		table[i].len = (uint8_t)len;
	}
	return memcpy(must_alloc(sizeof table), table, sizeof table);
}

static size_t
unit_of(const char *name)
{
	if (strncmp(name, "UTF-16", 6) == 0 || strncmp(name, "UCS-2", 5) == 0)
		return 2;
	return strncmp(name, "UTF-32", 6) == 0 || strncmp(name, "UCS-4", 5) == 0 ? 4 : 1;
}

/* The slot of that name, or a free one for it. */
static struct converter *
slot_of(struct charsets *c, const char *name, uint64_t hash)
{
	size_t i = hash % SLOTS;
	while (c->slots[i].name[0] != '\0' && strcmp(c->slots[i].name, name) != 0)
		i = (i + 1) % SLOTS;
	return &c->slots[i];
}

static struct converter *
converter_find(struct charsets *c, const char *name)
{
	uint64_t hash = hash_keyed(name, strlen(name));
	struct converter *v = slot_of(c, name, hash);
	uint64_t *unknown = &c->unknown[hash / SLOTS % UNKNOWN_SLOTS];
	if (v->name[0] != '\0')
		return v;
	if (*unknown == hash || c->count == OPEN_MOST)
		return NULL;
	iconv_t handle = iconv_open("UTF-8", name);
	if (handle == CLOSED) {
		*unknown = hash;
		return NULL;
	}
	*v = (struct converter){ .handle = handle, .unit = unit_of(name) };
	memcpy(v->name, name, strlen(name));
	v->ascii = v->unit == 1 && leaves_ascii(handle);
	v->table = v->unit == 1 ? table_of(handle) : NULL;
	c->count++;
	return v;
}

void
charsets_preload(struct charsets *c)
{
	for (const char *const *name = charset_modules; *name != NULL; name++)
		(void)converter_find(c, *name);
}

static struct reading
reading_of(struct charsets *c, struct slice name)
{
	static const struct {
		const char *name;
		struct reading reading;
	} built_in[] = { { "UTF-8", { READ_UTF8, NULL } }, { "CP1252", { READ_1252, NULL } },
		{ "ASCII", { READ_ASCII, NULL } } };
	struct reading none = { READ_UNKNOWN, NULL };
	char plain[CHARSET_NAME_MAX + 1];
	if (!charset_name(name, plain))
		return none;
	for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++)
		if (strcmp(plain, built_in[i].name) == 0)
			return built_in[i].reading;
	struct converter *v = c == NULL ? NULL : converter_find(c, plain);
	return v == NULL ? none : (struct reading){ READ_ICONV, v };
}

bool
charset_known(struct charsets *c, struct slice name)
{
	return reading_of(c, name).as != READ_UNKNOWN;
}

/* ---- UTF-8, ASCII and windows-1252 ---- */

static size_t
ascii_front(struct slice s)
{
	size_t n = 0;
	for (uint64_t eight; n + 8 <= s.len; n += 8) {
		memcpy(&eight, s.ptr + n, 8);
		if (eight & UINT64_C(0x8080808080808080))
			break;
	}
	while (n < s.len && s.ptr[n] < 0x80)
		n++;
	return n;
}

bool
charset_is_utf8(struct slice s, bool *high)
{
	uint32_t rune;
	*high = false;
	for (;;) {
		s = slice_skip(s, ascii_front(s));
		if (s.len == 0)
			return true;
		size_t n = text_utf8(s, &rune);
		if (n == 0)
			return false;
		*high = true;
		s = slice_skip(s, n);
	}
}

/* What one U+FFFD stands for: the beginning of a character that goes on wrongly, or one byte
 * (Unicode 3.9, "maximal subpart"). */
static size_t
utf8_bad(struct slice s)
{
	uint8_t c = s.ptr[0];
	size_t want = c < 0xC2 || c > 0xF4 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4, n = 1;
	uint8_t low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
	uint8_t high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
	while (n < want && n < s.len && s.ptr[n] >= low && s.ptr[n] <= high) {
		low = 0x80;
		high = 0xBF;
		n++;
	}
	return n;
}

/* A result whose length is known once it was written to nowhere. */
struct output {
	uint8_t *to; /* NULL = only counted */
	size_t len;
};

static void
put(struct output *o, struct slice s)
{
	if (o->to != NULL && s.len > 0)
		memcpy(o->to + o->len, s.ptr, s.len);
	o->len += s.len;
}

static void
put_1252(struct output *o, uint8_t c, size_t *bad)
{
	uint32_t rune = c < 0xA0 ? cp1252[c - 0x80] : c;
	if (rune == 0) {
		put(o, REPLACEMENT);
		(*bad)++;
		return;
	}
	const uint8_t two[] = { (uint8_t)(0xC0 | rune >> 6), (uint8_t)(0x80 | (rune & 63)) };
	const uint8_t three[] = { (uint8_t)(0xE0 | rune >> 12), (uint8_t)(0x80 | (rune >> 6 & 63)),
		(uint8_t)(0x80 | (rune & 63)) };
	put(o, rune < 0x800 ? slice_of(two, 2) : slice_of(three, 3));
}

static size_t
simple_pass(enum reading_as as, struct slice s, struct output *o)
{
	size_t bad = 0;
	uint32_t rune;
	while (s.len > 0) {
		size_t n = ascii_front(s);
		put(o, slice_take(s, n));
		s = slice_skip(s, n);
		if (s.len == 0)
			break;
		n = as == READ_UTF8 ? text_utf8(s, &rune) : 0;
		if (as == READ_1252) {
			n = 1;
			put_1252(o, s.ptr[0], &bad);
		} else if (n > 0) {
			put(o, slice_take(s, n));
		} else {
			n = as == READ_UTF8 ? utf8_bad(s) : 1;
			put(o, REPLACEMENT);
			bad++;
		}
		s = slice_skip(s, n);
	}
	return bad;
}

/* The input itself where nothing changes. */
static struct slice
simple(enum reading_as as, struct slice s, struct arena *arena, size_t *bad)
{
	bool high;
	*bad = 0;
	if (as == READ_UTF8 ? charset_is_utf8(s, &high) : ascii_front(s) == s.len)
		return s;
	struct output o = { NULL, 0 };
	*bad = simple_pass(as, s, &o);
	o = (struct output){ arena_alloc(arena, o.len), 0 };
	if (o.to == NULL)
		return SLICE_EMPTY;
	simple_pass(as, s, &o);
	return slice_of(o.to, o.len);
}

/* ---- all others ---- */

/* Without a byte order mark the zero bytes of Latin text tell the order; without these it is the
 * network's (RFC 2781 4.3). */
static struct converter *
byte_order(struct charsets *c, struct converter *v, struct slice s)
{
	if (strcmp(v->name, "UTF-16") != 0 || slice_starts(s, SLICE("\xff\xfe")) ||
		slice_starts(s, SLICE("\xfe\xff")))
		return v;
	size_t zeros[2] = { 0, 0 };
	for (size_t i = 0; i < s.len && i < 4096; i++)
		zeros[i % 2] += s.ptr[i] == 0;
	struct converter *known = converter_find(c, zeros[1] > zeros[0] ? "UTF-16LE" : "UTF-16BE");
	return known == NULL ? v : known;
}

/* One call of iconv, its output in scratch; what it could not take stays in *s. */
static int
iconv_step(struct charsets *c, struct converter *v, struct slice *s)
{
	uint8_t out[8192];
	char *to = (char *)out, *from = NULL;
	size_t room = sizeof out, left = s->len;
	memcpy(&from, &s->ptr, sizeof from); /* iconv reads only, but its type does not say so */
	errno = 0;
	size_t result = iconv(v->handle, s->len > 0 ? &from : NULL, &left, &to, &room);
	buf_add(&c->scratch, slice_of(out, sizeof out - room));
	bool moved = left < s->len || room < sizeof out;
	*s = slice_skip(*s, s->len - left);
	if (result != (size_t)-1)
		return 0;
	return errno == E2BIG && !moved ? EILSEQ : errno;
}

static size_t
through_iconv(struct charsets *c, struct converter *v, struct slice s, size_t bad_most)
{
	size_t bad = 0;
	struct slice end = SLICE_EMPTY;
	iconv(v->handle, NULL, NULL, NULL, NULL);
	while (s.len > 0 && bad <= bad_most) {
		int fault = iconv_step(c, v, &s);
		if (fault == 0 || fault == E2BIG)
			continue;
		buf_add(&c->scratch, REPLACEMENT);
		bad++;
		s = slice_skip(s, fault == EINVAL ? s.len : v->unit);
	}
	(void)iconv_step(c, v, &end); /* a character that waited for what may combine with it */
	return bad;
}

/* Four bytes are written for each character, and what is too much is written over. */
static struct slice
through_table(const struct utf8 *table, struct slice s, struct arena *arena, size_t *bad)
{
	size_t size = 0, n = 0;
	*bad = 0;
	for (size_t i = 0; i < s.len; i++)
		size += table[s.ptr[i]].len;
	uint8_t *out = arena_alloc(arena, size + sizeof table->bytes);
	for (size_t i = 0; out != NULL && i < s.len; i++) {
		const struct utf8 *u = &table[s.ptr[i]];
		memcpy(out + n, u->bytes, sizeof u->bytes);
		n += u->len;
		*bad += u->bad;
	}
	return slice_of(out, n);
}

static struct slice
convert(struct charsets *c, struct reading r, struct slice s, struct arena *arena, size_t *bad)
{
	if (r.as != READ_ICONV)
		return simple(r.as, s, arena, bad);
	*bad = 0;
	if (r.converter->ascii && ascii_front(s) == s.len)
		return s;
	if (r.converter->table != NULL)
		return through_table(r.converter->table, s, arena, bad);
	buf_clear(&c->scratch);
	struct converter *v = byte_order(c, r.converter, s);
	*bad = through_iconv(c, v, s, CHARSET_BAD_MOST);
	struct slice out = arena_copy(arena, buf_slice(&c->scratch));
	bool high;
	if (v->unit == 1 || charset_is_utf8(out, &high))
		return out;
	/* UCS-4 has more than Unicode */
	*bad += 1;
	size_t ignored;
	return simple(READ_UTF8, out, arena, &ignored);
}

static struct slice
undeclared(struct slice bytes, struct arena *arena)
{
	bool high;
	size_t bad;
	return charset_is_utf8(bytes, &high) ? bytes : simple(READ_1252, bytes, arena, &bad);
}

struct slice
charset_to_utf8(struct charsets *c, struct slice name, struct slice bytes, struct arena *arena,
	unsigned *faults)
{
	struct reading r = reading_of(c, name);
	size_t bad = 0;
	if (r.as == READ_UNKNOWN) {
		*faults |= CHARSET_UNKNOWN;
		return undeclared(bytes, arena);
	}
	struct slice out = convert(c, r, bytes, arena, &bad);
	*faults |= bad > 0 ? CHARSET_DAMAGED : 0;
	return out;
}

static size_t
high_bytes(struct slice s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.len; i++)
		n += s.ptr[i] >= 0x80;
	return n;
}

struct slice
charset_text(struct charsets *c, struct slice name, struct slice bytes, struct arena *arena,
	unsigned *faults)
{
	struct reading r = reading_of(c, name);
	bool high, utf8 = charset_is_utf8(bytes, &high);
	size_t bad = 0;
	if (name.len > 0 && r.as == READ_UNKNOWN)
		*faults |= CHARSET_UNKNOWN;
	if (utf8 && (high || r.as != READ_ICONV)) {
		*faults |=
			high && r.as != READ_UTF8 && r.as != READ_UNKNOWN ? CHARSET_UNDECLARED : 0;
		return bytes;
	}
	if (r.as == READ_UNKNOWN || r.as == READ_ASCII) {
		*faults |= CHARSET_UNDECLARED;
		return simple(READ_1252, bytes, arena, &bad);
	}
	struct slice out = convert(c, r, bytes, arena, &bad);
	*faults |= bad > 0 ? CHARSET_DAMAGED : 0;
	if (bad * 10 <= high_bytes(bytes) || r.as == READ_1252)
		return out;
	*faults |= CHARSET_UNDECLARED;
	return simple(READ_1252, bytes, arena, &bad);
}
