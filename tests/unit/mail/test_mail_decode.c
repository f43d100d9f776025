/* base64 and quoted-printable, and files inside of parts: uuencode, yEnc, TNEF. */
#include "unit/mail/mail_test.h"

#include "sensor/base/text.h"
#include "sensor/mail/part_decode.h"

static const struct row {
	const char *name, *encoding, *input, *want;
	unsigned faults;
} rows[] = {
	{ "base64", "base64", "aGVsbG8gdGhlcmU=", "hello there", 0 },
	{ "two pads", "base64", "aGVsbG8gdGhlcg==\r\n", "hello ther", 0 },
	{ "lines", "base64", "aGVs\r\nbG8g\r\n dGhl\tcg==", "hello ther", 0 },
	{ "a group over two lines", "base64", "aGVsb\r\nG8=", "hello", 0 },
	{ "no padding", "base64", "aGVsbG8", "hello", PART_BASE64_DAMAGED },
	{ "too little padding", "base64", "aGVsbG8gdGhlcg=", "hello ther", PART_BASE64_DAMAGED },
	{ "too much padding", "base64", "aGVsbG8====", "hello", PART_BASE64_DAMAGED },
	{ "one digit left", "base64", "aGVsbG8=a", "hello", PART_BASE64_DAMAGED },
	{ "junk", "base64", "aG!Vs*bG8=", "hello", PART_BASE64_DAMAGED },
	{ "8 bit", "base64",
		"aGVs\xff"
		"bG8=",
		"hello", PART_BASE64_DAMAGED },
	{ "goes on behind padding", "base64", "aGVsbG8=aGVsbG8=", "hellohello",
		PART_BASE64_DAMAGED },
	{ "nothing", "base64", "", "", 0 },
	{ "blanks", "base64", "\r\n \r\n", "", 0 },
	{ "quoted-printable", "quoted-printable", "a=3Db=C3=a9\r\nc", "a=bé\r\nc", 0 },
	{ "soft break", "quoted-printable", "a=\r\nb=\nc=", "abc", 0 },
	{ "blanks at ends", "quoted-printable", "a  \r\nb= \t\r\nc\n", "a\r\nbc\n", 0 },
	{ "blank at the very end", "quoted-printable", "a ", "a ", 0 },
	{ "no hex", "quoted-printable", "a=zz==4", "a=zz==4", PART_QP_DAMAGED },
	{ "raw 8 bit", "quoted-printable", "\xc3\xa9", "é", PART_8BIT_UNDECLARED },
	{ "long line", "quoted-printable",
		"01234567890123456789012345678901234567890123456789012345678901234567890123456",
		"01234567890123456789012345678901234567890123456789012345678901234567890123456",
		PART_QP_LONG_LINE },
	{ "7bit", "7bit", "a=3D", "a=3D", 0 },
	{ "binary", "binary", "\xff", "\xff", 0 },
	{ "unknown", "x", "aGVs", "aGVs", PART_ENCODING_UNKNOWN },
};

static void
decode(void *ctx, struct slice input, struct arena *arena)
{
	const struct row *row = ctx;
	unsigned faults = 0;
	struct slice got = part_decode(slice_str(row->encoding), input, arena, &faults);
	assert_true(got.len <= input.len);
	if (input.len == strlen(row->input) &&
		(!slice_eq(got, slice_str(row->want)) || faults != row->faults))
		fail_msg("%s: '%.*s' %x", row->name, (int)got.len, (const char *)got.ptr, faults);
}

static void
test_decode(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct row row = rows[i];
		on_every_beginning(slice_str(row.input), decode, &row);
	}
}

/* Every byte, at every place of a group, against a plain decoder. */
static void
test_base64_bytes(void **state)
{
	(void)state;
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	struct arena a;
	arena_init(&a, LIMIT_MAIL_MEMORY);
	for (unsigned c = 0; c < 256; c++)
		for (size_t at = 0; at < 8; at++) {
			uint8_t text[9] = "QUJDREVG";
			unsigned faults = 0, value = 0, have = 0;
			uint8_t want[8];
			size_t used = 0;
			text[at] = (uint8_t)c;
			for (size_t i = 0; i < 8; i++) {
				const char *d = text[i] == 0 ? NULL : strchr(digits, text[i]);
				if (d == NULL && text[i] != '=')
					continue;
				if (d != NULL) {
					value = value << 6 | (unsigned)(d - digits);
					have += 6;
				} else {
					value = have = 0;
				}
				if (have >= 8) {
					have -= 8;
					want[used++] = (uint8_t)(value >> have);
				}
			}
			struct slice got =
				part_decode(SLICE("base64"), slice_of(text, 8), &a, &faults);
			bool space = c == ' ' || (c >= 9 && c <= 13),
			     digit = c != 0 && strchr(digits, (int)c) != NULL;
			assert_true(slice_eq(got, slice_of(want, used)));
			assert_int_equal((faults & PART_BASE64_DAMAGED) == 0,
				digit || (c == '=' && at == 7));
			(void)space;
		}
	arena_release(&a);
}

struct file_row {
	const char *name, *input;
	const char *want; /* inside, then "name bytes bad[content]" of each file and "|" */
	bool damaged;
};

static const struct file_row files[] = {
	{ "uuencode", "hello\n\nbegin 644 a b.txt\n#0V%T\n`\nend\nrest\n",
		"uuencode a b.txt 3 0[Cat]|", false },
	{ "CRLF, blank for zero", "begin 0644 a\r\n#0V%T\r\n \r\nend\r\n", "uuencode a 3 0[Cat]|",
		false },
	{ "two", "begin 644 a\n#0V%T\n`\nend\nx\nbegin 600 b\n#0V%T\n`\nend\n",
		"uuencode a 3 0[Cat]|b 3 0[Cat]|", false },
	{ "no end", "begin 644 a\n#0V%T\n", "uuencode a 3 1[Cat]|", true },
	{ "bad line", "begin 644 a\n#0V%T\nhello you {}\n#0V%T\n`\nend\n",
		"uuencode a 6 1[CatCat]|", true },
	{ "a line that lost its blanks", "begin 644 a\n$86)C\n`\nend\n",
		"uuencode a 4 0[abc\\x00]|", false },
	{ "prose", "begin 644 things\nwe said, and went\n", "", false },
	{ "no mode", "begin the day\n#0V%T\nend\n", "", false },
	{ "not at a line's begin", "x begin 644 a\n#0V%T\nend\n", "", false },
	{ "empty", "begin 644 a\nend\n", "uuencode a 0 0[]|", false },
	{ "yEnc", "x\n=ybegin line=128 size=3 name=a b.bin\nm\x8b\x9e\n=yend size=3\n",
		"yenc a b.bin 3 0[Cat]|", false },
	{ "yEnc, escaped",
		"=ybegin part=1 line=128 size=1 name=a\n=ypart begin=1 end=1\n=}\n=yend size=1\n",
		"yenc a 1 0[\\x13]|", false },
	{ "yEnc, wrong size", "=ybegin line=128 size=3 name=a\nm\n=yend size=3\n", "yenc a 1 1[C]|",
		true },
	{ "yEnc without an end", "=ybegin line=128 size=3 name=a\nm\n", "yenc a 1 1[C]|", true },
	{ "yEnc without a name", "=ybegin line=128 size=3\nm\n", "", false },
};

static const char *
clean(struct slice s, struct arena *arena)
{
	char text[64];
	text_clean_into(text, sizeof text, s);
	return arena_string(arena, slice_str(text));
}

static void
inside(void *ctx, struct slice input, struct arena *arena)
{
	const struct file_row *row = ctx;
	struct message m;
	uint8_t *all = arena_alloc(arena, input.len + 2);
	memcpy(all, "\r\n", 2);
	if (input.len > 0)
		memcpy(all + 2, input.ptr, input.len);
	message_split(slice_of(all, input.len + 2), NULL, arena, &m);
	const struct message_part *p = &m.parts[0];
	const char *got = p->inside;
	for (size_t i = 0; i < p->files_count; i++)
		got = arena_printf(arena, "%s%s%s %zu %zu[%s]|", got, i == 0 ? " " : "",
			p->files[i].name, p->files[i].content.len, p->files[i].bad,
			clean(p->files[i].content, arena));
	if (input.len < strlen(row->input))
		return;
	if (strcmp(got, row->want) != 0 || ((p->faults & PART_INSIDE_DAMAGED) != 0) != row->damaged)
		fail_msg("%s: '%s' %x", row->name, got, p->faults);
}

static void
test_inside(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct file_row row = files[i];
		on_every_beginning(slice_str(row.input), inside, &row);
	}
}

/* A TNEF stream, made attribute by attribute. */
struct made {
	uint8_t bytes[4096];
	size_t len;
};

static void
put(struct made *m, uint64_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		m->bytes[m->len++] = (uint8_t)(value >> 8 * i);
}

static void
put_text(struct made *m, const char *text, size_t len)
{
	memcpy(m->bytes + m->len, text, len);
	m->len += len;
}

static void
attribute(struct made *m, unsigned level, uint32_t id, const void *data, size_t len)
{
	unsigned sum = 0;
	put(m, level, 1);
	put(m, id, 4);
	put(m, len, 4);
	put_text(m, data, len);
	for (size_t i = 0; i < len; i++)
		sum += ((const uint8_t *)data)[i];
	put(m, sum & 0xFFFF, 2);
}

static void
make_tnef(struct made *m)
{
	struct made properties = { .len = 0 };
	m->len = 0;
	put(m, 0x223E9F78, 4);
	put(m, 1, 2);
	attribute(m, 1, 0x00089006, "\0\0\1\0", 4);
	attribute(m, 2, 0x00069002, "0123456789abcd", 14);
	attribute(m, 2, 0x00018010, "SHORT~1.TXT", 12);
	attribute(m, 2, 0x0006800F, "Cat", 3);
	put(&properties, 3, 4);
	put(&properties, 0x0003, 2); /* a long */
	put(&properties, 0x0E20, 2);
	put(&properties, 3, 4);
	put(&properties, 0x0003, 2); /* a named one */
	put(&properties, 0x8001, 2);
	put_text(&properties, "0123456789abcdef", 16);
	put(&properties, 0, 4);
	put(&properties, 7, 4);
	put(&properties, 9, 4);
	put(&properties, 0x001F, 2); /* the long name, in UTF-16 */
	put(&properties, 0x3707, 2);
	put(&properties, 1, 4);
	put(&properties, 18, 4);
	put_text(&properties, "l\0o\0n\0g\0.\0t\0\xe9\0t\0\0\0\0\0", 20);
	attribute(m, 2, 0x00069005, properties.bytes, properties.len);
	attribute(m, 2, 0x00069002, "0123456789abcd", 14);
	attribute(m, 2, 0x00018010, "b.bin", 6);
	attribute(m, 2, 0x0006800F, "", 0);
}

struct tnef_result {
	bool sound; /* in: nothing was changed */
	bool whole; /* out: so it seems */
};

static void
read_tnef(void *ctx, struct slice input, struct arena *arena)
{
	struct message m;
	struct tnef_result *r = ctx;
	static const char head[] = "Content-Type: application/ms-tnef; "
				   "name=winmail.dat\r\nContent-Transfer-Encoding: binary\r\n\r\n";
	uint8_t *all = arena_alloc(arena, sizeof head + input.len);
	memcpy(all, head, sizeof head - 1);
	if (input.len > 0)
		memcpy(all + sizeof head - 1, input.ptr, input.len);
	message_split(slice_of(all, sizeof head - 1 + input.len), NULL, arena, &m);
	r->whole = m.parts[0].files_count == 2 && (m.parts[0].faults & PART_INSIDE_DAMAGED) == 0;
	if (!r->whole || !r->sound)
		return;
	assert_string_equal(m.parts[0].inside, "tnef");
	assert_string_equal(m.parts[0].files[0].name, "long.tét");
	assert_true(slice_eq(m.parts[0].files[0].content, SLICE("Cat")));
	assert_true(m.parts[0].files[1].name[0] == 'b' || m.parts[0].files[1].name[0] == '\0');
}

static void
test_tnef(void **state)
{
	(void)state;
	static struct made m;
	struct tnef_result r = { .sound = true };
	make_tnef(&m);
	on_every_beginning(slice_of(m.bytes, m.len), read_tnef, &r);
	assert_true(r.whole);
	r.sound = false;
	/* every byte wrong once: nothing breaks, and nothing is read beyond the end */
	struct arena a;
	arena_init(&a, LIMIT_MAIL_MEMORY);
	size_t damaged = 0;
	for (size_t i = 0; i < m.len; i++) {
		make_tnef(&m);
		m.bytes[i] ^= 0xFF;
		arena_reset(&a);
		read_tnef(&r, slice_of(m.bytes, m.len), &a);
		damaged += !r.whole;
	}
	assert_true(damaged > m.len / 2);
	arena_release(&a);
}

/* A megabyte of beginnings: bounded files, bounded memory. */
static void
test_floods(void **state)
{
	(void)state;
	static const char *const texts[] = { "begin 644 a\n#0V%T\n`\nend\n", "begin 644 a\n#0V%T\n",
		"begin \n", "=ybegin name=a\n", "=ybegin \n", "begin 644 a\nend\n" };
	size_t size = LIMIT_MAIL_KEPT;
	uint8_t *all = malloc(size);
	struct arena a;
	struct message m;
	arena_init(&a, LIMIT_MAIL_MEMORY);
	for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
		size_t n = 2, step = strlen(texts[t]);
		memcpy(all, "\r\n", 2);
		for (; n + step <= size; n += step)
			memcpy(all + n, texts[t], step);
		arena_reset(&a);
		message_split(slice_of(all, n), NULL, &a, &m);
		assert_true(m.parts[0].files_count <= LIMIT_PART_FILES);
		assert_false(a.full);
	}
	arena_release(&a);
	free(all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_base64_bytes),
		cmocka_unit_test(test_inside),
		cmocka_unit_test(test_tnef),
		cmocka_unit_test(test_floods),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
