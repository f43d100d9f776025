#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/mail/part_decode.h"

#define QP_LINE_MAX 76 /* bytes: RFC 2045 6.7 (5) */

/* ---- base64 ---- */

enum { B64_SPACE = 1, B64_PAD = 2, B64_DIGIT = 64 }; /* plus its value; 0 = nothing of these */

#define D(value) (B64_DIGIT | (value))
static const uint8_t b64_table[256] = { [' '] = B64_SPACE,
	['\t'] = B64_SPACE,
	['\n'] = B64_SPACE,
	['\v'] = B64_SPACE,
	['\f'] = B64_SPACE,
	['\r'] = B64_SPACE,
	['='] = B64_PAD,
	['A'] = D(0),
	['B'] = D(1),
	['C'] = D(2),
	['D'] = D(3),
	['E'] = D(4),
	['F'] = D(5),
	['G'] = D(6),
	['H'] = D(7),
	['I'] = D(8),
	['J'] = D(9),
	['K'] = D(10),
	['L'] = D(11),
	['M'] = D(12),
	['N'] = D(13),
	['O'] = D(14),
	['P'] = D(15),
	['Q'] = D(16),
	['R'] = D(17),
	['S'] = D(18),
	['T'] = D(19),
	['U'] = D(20),
	['V'] = D(21),
	['W'] = D(22),
	['X'] = D(23),
	['Y'] = D(24),
	['Z'] = D(25),
	['a'] = D(26),
	['b'] = D(27),
	['c'] = D(28),
	['d'] = D(29),
	['e'] = D(30),
	['f'] = D(31),
	['g'] = D(32),
	['h'] = D(33),
	['i'] = D(34),
	['j'] = D(35),
	['k'] = D(36),
	['l'] = D(37),
	['m'] = D(38),
	['n'] = D(39),
	['o'] = D(40),
	['p'] = D(41),
	['q'] = D(42),
	['r'] = D(43),
	['s'] = D(44),
	['t'] = D(45),
	['u'] = D(46),
	['v'] = D(47),
	['w'] = D(48),
	['x'] = D(49),
	['y'] = D(50),
	['z'] = D(51),
	['0'] = D(52),
	['1'] = D(53),
	['2'] = D(54),
	['3'] = D(55),
	['4'] = D(56),
	['5'] = D(57),
	['6'] = D(58),
	['7'] = D(59),
	['8'] = D(60),
	['9'] = D(61),
	['+'] = D(62),
	['/'] = D(63) };
#undef D

struct base64 {
	uint8_t *out;
	size_t used;
	uint32_t bits;
	unsigned have; /* digits of a group of four */
	unsigned pads; /* since the last digit */
	size_t digits; /* padding included */
	bool bad;
};

/* What a group that ends early holds: two digits one byte, three two. */
static void
group_end(struct base64 *b)
{
	if (b->have == 1)
		b->bad = true;
	b->bits <<= 6 * (4 - b->have);
	if (b->have > 1)
		b->out[b->used++] = (uint8_t)(b->bits >> 16);
	if (b->have > 2)
		b->out[b->used++] = (uint8_t)(b->bits >> 8);
	b->bits = b->have = 0;
}

static void
one_byte(struct base64 *b, uint8_t kind)
{
	if (kind == B64_SPACE)
		return;
	if (kind == 0) {
		b->bad = true;
		return;
	}
	b->digits++;
	if (kind == B64_PAD) {
		b->pads++;
		if (b->have > 0)
			group_end(b);
		return;
	}
	if (b->pads > 0)
		b->bad = true; /* data behind padding */
	b->pads = 0;
	b->bits = b->bits << 6 | (kind & 63u);
	if (++b->have < 4)
		return;
	b->out[b->used++] = (uint8_t)(b->bits >> 16);
	b->out[b->used++] = (uint8_t)(b->bits >> 8);
	b->out[b->used++] = (uint8_t)b->bits;
	b->bits = b->have = 0;
}

static size_t
base64_into(uint8_t *out, struct slice in, unsigned *faults)
{
	struct base64 b = { .out = out };
	for (size_t i = 0; i < in.len;) {
		const uint8_t *p = in.ptr + i;
		if (b.have > 0 || b.pads > 0 || in.len - i < 4) {
			one_byte(&b, b64_table[p[0]]);
			i++;
			continue;
		}
		uint32_t v0 = b64_table[p[0]], v1 = b64_table[p[1]], v2 = b64_table[p[2]],
			 v3 = b64_table[p[3]];
		if ((v0 & v1 & v2 & v3 & B64_DIGIT) == 0) {
			one_byte(&b, (uint8_t)v0);
			i++;
			continue;
		}
		uint32_t bits = (v0 & 63) << 18 | (v1 & 63) << 12 | (v2 & 63) << 6 | (v3 & 63);
		b.out[b.used] = (uint8_t)(bits >> 16);
		b.out[b.used + 1] = (uint8_t)(bits >> 8);
		b.out[b.used + 2] = (uint8_t)bits;
		b.used += 3;
		b.digits += 4;
		i += 4;
	}
	if (b.digits % 4 != 0 || b.pads > 2)
		b.bad = true;
	group_end(&b);
	*faults |= b.bad ? PART_BASE64_DAMAGED : 0;
	return b.used;
}

/* ---- quoted-printable ---- */

/* One line without its end; true if the next one belongs to it. */
static bool
qp_line(struct slice line, uint8_t *out, size_t *used, unsigned *faults)
{
	while (line.len > 0) {
		size_t plain = slice_index(line, '=');
		memcpy(out + *used, line.ptr, plain);
		*used += plain;
		line = slice_skip(line, plain);
		if (line.len == 1)
			return true; /* a soft line break */
		if (line.len == 0)
			break;
		int high = chars_hex(line.ptr[1]), low = line.len > 2 ? chars_hex(line.ptr[2]) : -1;
		bool good = high >= 0 && low >= 0;
		out[(*used)++] = (uint8_t)(good ? high << 4 | low : '=');
		if (!good)
			*faults |= PART_QP_DAMAGED;
		line = slice_skip(line, good ? 3 : 1);
	}
	return false;
}

/* White space at the end of a line was added on the way (RFC 2045 6.7 (3)). */
static struct slice
without_blanks(struct slice line)
{
	while (line.len > 0 && chars_is(line.ptr[line.len - 1], CHAR_SPACE))
		line.len--;
	return line;
}

static size_t
qp_into(uint8_t *out, struct slice in, unsigned *faults)
{
	size_t used = 0;
	while (in.len > 0) {
		size_t end = slice_index(in, '\n');
		bool ended = end < in.len;
		struct slice line = slice_take(in, end);
		bool cr = ended && line.len > 0 && line.ptr[line.len - 1] == '\r';
		line.len -= cr;
		if (line.len > QP_LINE_MAX)
			*faults |= PART_QP_LONG_LINE;
		if (ended)
			line = without_blanks(line);
		in = slice_skip(in, ended ? end + 1 : end);
		if (qp_line(line, out, &used, faults) || !ended)
			continue;
		if (cr)
			out[used++] = '\r';
		out[used++] = '\n';
	}
	return used;
}

/* ---- both ---- */

enum encoding {
	ENCODING_7BIT, /* nothing said, too */
	ENCODING_8BIT,
	ENCODING_BASE64,
	ENCODING_QP,
	ENCODING_UNKNOWN,
};

static enum encoding
encoding_of(struct slice name)
{
	static const struct {
		const char *name;
		enum encoding encoding;
	} rows[] = {
		{ "", ENCODING_7BIT },
		{ "7bit", ENCODING_7BIT },
		{ "8bit", ENCODING_8BIT },
		{ "binary", ENCODING_8BIT },
		{ "base64", ENCODING_BASE64 },
		{ "quoted-printable", ENCODING_QP },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (slice_eq(name, slice_str(rows[i].name)))
			return rows[i].encoding;
	return ENCODING_UNKNOWN;
}

bool
part_is_encoded(struct slice encoding)
{
	enum encoding e = encoding_of(encoding);
	return e == ENCODING_BASE64 || e == ENCODING_QP;
}

/* True if a byte is beyond ASCII: eight at a time. */
static bool
has_high(struct slice s)
{
	uint64_t all = 0, eight;
	size_t i = 0;
	for (; i + sizeof eight <= s.len; i += sizeof eight) {
		memcpy(&eight, s.ptr + i, sizeof eight);
		all |= eight;
	}
	for (; i < s.len; i++)
		all |= s.ptr[i];
	return (all & 0x8080808080808080U) != 0;
}

struct slice
part_decode(struct slice encoding, struct slice in, struct arena *arena, unsigned *faults)
{
	enum encoding how = encoding_of(encoding);
	if (how == ENCODING_UNKNOWN)
		*faults |= PART_ENCODING_UNKNOWN;
	if (slice_index(in, 0) < in.len)
		*faults |= PART_NUL;
	if ((how == ENCODING_7BIT || how == ENCODING_QP) && has_high(in))
		*faults |= PART_8BIT_UNDECLARED;
	if ((how != ENCODING_BASE64 && how != ENCODING_QP) || in.len == 0)
		return in;
	uint8_t *out = arena_alloc(arena, in.len + 4);
	if (out == NULL)
		return in;
	size_t used =
		how == ENCODING_BASE64 ? base64_into(out, in, faults) : qp_into(out, in, faults);
	return slice_of(out, used);
}
