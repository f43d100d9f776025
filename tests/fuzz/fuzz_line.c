/* Lines of one side, three times: whole, byte by byte, and in pieces of odd sizes.
 *
 * The first two bytes are the modes of the first lines, two bits each, as the session sets them
 * between lines; the third is the seed of the pieces' sizes.  All three runs must give the same
 * lines, and no run may ever hold a byte behind the mechanism of an AUTH line, or of an answer to
 * 334. */
#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/limits.h"
#include "sensor/smtp/line.h"
#include "fuzz/check.h"

#define PRINTED_MAX (4 * 1024 * 1024) /* bytes of one run's lines */
#define BYTES_MAX 2048 /* longer streams do not go byte by byte as well: it takes too long */
#define SPACES 32      /* in front of a verb; with more nothing is kept */

enum pieces { PIECES_WHOLE, PIECES_BYTES, PIECES_ODD };

struct run {
	struct line_reader reader;
	struct buf out;
	unsigned modes; /* of the lines to come, two bits each */
	uint32_t seed;
	enum pieces pieces;
	struct slice at; /* the stream from the first byte of the line that is open */
};

static size_t
span(struct slice s, size_t i, bool space)
{
	while (i < s.len && chars_is(s.ptr[i], CHAR_SPACE) == space)
		i++;
	return i;
}

/* How many bytes of the line may be known at most: an own and simpler reading of RFC 4954 4. */
static size_t
visible_at_most(struct slice line, enum line_secrets secrets)
{
	if (secrets == LINE_SECRET)
		return 0;
	size_t start = span(line, 0, true);
	size_t end = span(line, start, false);
	struct slice verb = slice_skip(slice_take(line, end), start);
	bool auth = slice_ieq(verb, SLICE("AUTH")) || slice_ieq(verb, SLICE("X-EXPS"));
	if (secrets == LINE_NONE || !auth)
		return line.len;
	return start > SPACES ? 0 : span(line, span(line, end, true), false);
}

static void
take_line(struct run *run, const struct line *line)
{
	struct slice sent = slice_take(run->at, slice_index(run->at, '\n'));
	run->at = slice_skip(run->at, sent.len + 1);
	bool cr = sent.len > 0 && sent.ptr[sent.len - 1] == '\r';
	sent.len -= cr;
	check(line->crlf == cr);
	check(line->text.len <= visible_at_most(sent, run->reader.secrets));
	check(line->text.len <= LIMIT_LINE);
	check(line->secret || line->cut || line->text.len == sent.len);
	check(slice_starts(sent, line->text));
	buf_printf(&run->out, "%d%d%d %zu\n", line->crlf, line->cut, line->secret, line->text.len);
	run->modes >>= 2;
	run->reader.secrets = run->modes & 3;
}

static size_t
piece_size(struct run *run)
{
	if (run->pieces == PIECES_WHOLE)
		return SIZE_MAX;
	if (run->pieces == PIECES_BYTES && run->at.len <= BYTES_MAX)
		return 1;
	run->seed = run->seed * 1664525 + 1013904223;
	return 1 + (run->seed >> 16) % ((run->seed & 0x100) ? 7 : 200);
}

static void
run_pieces(struct run *run, struct slice stream, unsigned modes)
{
	run->modes = modes;
	run->at = stream;
	line_init(&run->reader, modes & 3);
	buf_init(&run->out, PRINTED_MAX);
	while (stream.len > 0) {
		struct slice piece = slice_take(stream, piece_size(run));
		struct line line;
		stream = slice_skip(stream, piece.len);
		while (line_next(&run->reader, &piece, &line) == 1)
			take_line(run, &line);
		check(piece.len == 0);
		/* What is held of the line that is open, its CR included. */
		struct slice open = slice_take(run->at, run->at.len - stream.len);
		check(!run->reader.unfinished || run->reader.held.len <= LIMIT_LINE);
		if (run->reader.unfinished)
			check(run->reader.held.len <= visible_at_most(open, run->reader.secrets));
	}
	line_release(&run->reader);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 3)
		return 0;
	struct run runs[3];
	memset(runs, 0, sizeof(runs));
	struct slice stream = slice_of(data + 3, size - 3);
	unsigned modes = data[0] | (unsigned)data[1] << 8;
	for (int i = PIECES_WHOLE; i <= PIECES_ODD; i++) {
		runs[i].pieces = (enum pieces)i;
		runs[i].seed = data[2];
		run_pieces(&runs[i], stream, modes);
	}
	for (int i = PIECES_BYTES; i <= PIECES_ODD; i++)
		check(slice_eq(buf_slice(&runs[PIECES_WHOLE].out), buf_slice(&runs[i].out)));
	for (int i = PIECES_WHOLE; i <= PIECES_ODD; i++)
		buf_release(&runs[i].out);
	return 0;
}
