#include <string.h>

#include "sensor/base/chars.h"
#include "sensor/mail/header.h"
#include "sensor/mail/text.h"
#include "sensor/mail/text_space.h"

#define BODY_PART 50000	 /* characters of a part: SpamAssassin's body_part_scan_size */
#define RAW_PART 500000	 /* bytes of one: rawbody_part_scan_size */
#define CUT_SLACK 1024	 /* how far behind them a good place to cut may be */
#define PIECE 2048	 /* bytes of a paragraph, and half of a raw piece's most */
#define BLANK_LINES 20	 /* in a row that count */
#define SUBJECT_RAW 4096 /* bytes of a Subject that are decoded */

/* White space between two words, not yet written. */
struct gap {
	bool before, after; /* blanks before the first line end, behind the last */
	unsigned line_ends;
};

struct fold {
	uint8_t *out;
	size_t used, size;
	struct gap gap;
	bool wide; /* white space beyond ASCII counts */
	bool any;  /* something was written or is waiting */
};

static void
fold_byte(struct fold *f, uint8_t c)
{
	if (f->used < f->size)
		f->out[f->used++] = c;
}

/* Two line ends, blanks between them or not, end a paragraph; other white space is one blank. */
static void
fold_gap(struct fold *f)
{
	struct gap gap = f->gap;
	f->gap = (struct gap){ 0 };
	if (gap.line_ends < 2) {
		fold_byte(f, ' ');
		return;
	}
	if (gap.before)
		fold_byte(f, ' ');
	fold_byte(f, '\n');
	if (gap.after)
		fold_byte(f, ' ');
}

static bool
gap_open(const struct fold *f)
{
	return f->gap.before || f->gap.line_ends > 0;
}

static void
gap_add(struct fold *f, uint8_t c)
{
	if (c == '\n') {
		f->gap.line_ends++;
		f->gap.after = false;
	} else if (f->gap.line_ends == 0) {
		f->gap.before = true;
	} else {
		f->gap.after = true;
	}
}

static void
fold_add(struct fold *f, struct slice text)
{
	f->any = f->any || text.len > 0;
	for (size_t i = 0, n; i < text.len; i += n) {
		uint8_t c = text.ptr[i];
		n = text_space_maybe(c) ? text_space(slice_skip(text, i), f->wide) : 0;
		if (n > 0) {
			gap_add(f, c);
			continue;
		}
		if (gap_open(f))
			fold_gap(f);
		fold_byte(f, c == '\0' ? '\n' : c);
		n = 1;
	}
}

static void
piece_add(struct mail_text *out, struct text_pieces *text, struct slice piece, struct arena *arena)
{
	struct slice *to = ARENA_PUSH(arena, text->pieces, LIMIT_RULE_PIECES);
	if (to == NULL) {
		out->cut = true;
		return;
	}
	*to = piece;
}

/* Lines, each with its end; one that is too long is cut behind a blank. */
static void
lines_split(struct mail_text *out, struct text_pieces *text, struct arena *arena)
{
	for (struct slice rest = text->all; rest.len > 0;) {
		size_t end = slice_index(rest, '\n');
		end += end < rest.len;
		if (end > PIECE) {
			const uint8_t *blank = memrchr(rest.ptr, ' ', PIECE + 1);
			end = blank == NULL ? PIECE : (size_t)(blank - rest.ptr) + 1;
		}
		piece_add(out, text, slice_take(rest, end), arena);
		rest = slice_skip(rest, end);
	}
}

/* Index of the last byte of a piece: the first c that leaves it between PIECE and twice as much. */
static size_t
chunk_end(struct slice rest)
{
	static const uint8_t ends[] = { '\n', '>', ' ' };
	struct slice window = slice_take(slice_skip(rest, PIECE), PIECE);
	for (size_t i = 0; i < sizeof ends; i++) {
		size_t at = slice_index(window, ends[i]);
		if (at < window.len)
			return PIECE + at;
	}
	return PIECE;
}

static void
chunks_split(struct mail_text *out, struct slice part, struct arena *arena)
{
	if (part.len == 0 || part.len <= PIECE) {
		piece_add(out, &out->raw, part, arena);
		return;
	}
	while (part.len > 2 * (size_t)PIECE) {
		size_t end = chunk_end(part) + 1;
		piece_add(out, &out->raw, slice_take(part, end), arena);
		part = slice_skip(part, end);
	}
	if (part.len > 0)
		piece_add(out, &out->raw, part, arena);
}

/* The front of a part, cut behind the first of `ends` that stands soon behind max. */
static struct slice
part_cut(struct slice part, size_t max, const char *ends)
{
	if (part.len <= max)
		return part;
	struct slice window = slice_take(slice_skip(part, max), CUT_SLACK + 1);
	for (; *ends != '\0'; ends++) {
		size_t at = slice_index(window, (uint8_t)*ends);
		if (at < window.len)
			return slice_take(part, max + at + 1);
	}
	return slice_take(part, max);
}

/* Bytes of the first n characters. */
static size_t
characters_length(struct slice s, size_t n)
{
	for (size_t i = 0; i < s.len; i++)
		if ((s.ptr[i] & 0xc0) != 0x80 && n-- == 0)
			return i;
	return s.len;
}

static struct slice
body_cut(struct slice text)
{
	if (text.len <= BODY_PART)
		return text;
	return part_cut(text, characters_length(text, BODY_PART), "\n ");
}

/* With LF alone; the same bytes where no CR LF is. */
static struct slice
line_ends(struct slice s, struct arena *arena)
{
	if (slice_find(s, SLICE("\r\n")) == s.len)
		return s;
	uint8_t *out = arena_alloc(arena, s.len);
	size_t n = 0;
	if (out == NULL)
		return s;
	while (s.len > 0) {
		size_t cr = slice_index(s, '\r');
		memcpy(out + n, s.ptr, cr);
		n += cr;
		s = slice_skip(s, cr);
		bool crlf = s.len > 1 && s.ptr[1] == '\n';
		if (s.len > 0 && !crlf)
			out[n++] = '\r';
		s = slice_skip(s, s.len > 0);
	}
	return slice_of(out, n);
}

/* Runs of empty lines count as BLANK_LINES at most; the same bytes where none is longer. */
static struct slice
blank_lines_cut(struct slice s, struct arena *arena)
{
	static const uint8_t run[] = "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n";
	if (s.len == 0 || memmem(s.ptr, s.len, run, BLANK_LINES + 2) == NULL)
		return s;
	uint8_t *out = arena_alloc(arena, s.len);
	size_t n = 0, ends = 0;
	if (out == NULL)
		return s;
	for (size_t i = 0; i < s.len; i++) {
		ends = s.ptr[i] == '\n' ? ends + 1 : 0;
		if (ends <= BLANK_LINES + 1)
			out[n++] = s.ptr[i];
	}
	return slice_of(out, n);
}

/* Is its source looked at?  Invitations are not: they are mostly attachments. */
static bool
has_source(const struct message_part *p)
{
	struct slice type = slice_str(p->type);
	bool text = slice_starts(type, SLICE("text/")) || slice_starts(type, SLICE("message/"));
	return (text || *p->shown != '\0') && !slice_eq(type, SLICE("text/calendar"));
}

static void
part_read(struct mail_text *out, const struct message_part *p, struct text_part *to,
	struct arena *arena)
{
	bool html = strcmp(p->shown, "text/html") == 0;
	if (!has_source(p))
		return;
	struct slice raw = blank_lines_cut(line_ends(p->decoded, arena), arena), text = raw;
	if (p->text.ptr != p->decoded.ptr)
		text = blank_lines_cut(line_ends(p->text, arena), arena);
	struct slice piece = part_cut(raw, RAW_PART, "\n> ");
	/* the pieces are put together when all are there */
	if (out->raw.all.len + piece.len > LIMIT_RULE_RAW) {
		out->cut = true;
	} else {
		out->raw.all.len += piece.len;
		chunks_split(out, piece, arena);
	}
	if (*p->shown == '\0')
		return;
	to->text = text;
	to->shown = true;
	struct html_facts *facts =
		html && text.len > 0 ? ARENA_PUSH(arena, out->html, LIMIT_PARTS) : NULL;
	if (facts == NULL)
		return;
	html_render(text, arena, facts);
	to->text = facts->text;
	to->html = out->html_count;
}

static struct slice
subject_line(const struct message *m, struct arena *arena)
{
	unsigned faults = 0;
	size_t count = message_count(m, "Subject");
	const struct header_field *f = count == 0 ? NULL : message_field(m, "Subject", count - 1);
	if (f == NULL)
		return SLICE_EMPTY;
	return header_decoded(slice_take(f->value, SUBJECT_RAW), m->charsets, arena, &faults);
}

/* The pieces are moved into one buffer, so that all of them are searched at once. */
static void
raw_join(struct mail_text *out, struct arena *arena)
{
	size_t size = 0;
	for (size_t i = 0; i < out->raw.pieces_count; i++)
		size += out->raw.pieces[i].len;
	uint8_t *all = arena_alloc(arena, size + 1);
	if (all == NULL) {
		out->raw.pieces_count = 0;
		out->cut = true;
		return;
	}
	size = 0;
	for (size_t i = 0; i < out->raw.pieces_count; i++) {
		struct slice piece = out->raw.pieces[i];
		if (piece.len > 0)
			memcpy(all + size, piece.ptr, piece.len);
		out->raw.pieces[i] = slice_of(all + size, piece.len);
		size += piece.len;
	}
	out->raw.all = slice_of(all, size);
}

static void
fold_end(struct fold *f, struct mail_text *out, struct text_pieces *to, struct arena *arena)
{
	if (gap_open(f))
		fold_gap(f);
	out->cut = out->cut || (f->size == LIMIT_RULE_TEXT && f->used == f->size);
	to->all = slice_of(f->out, f->used);
	lines_split(out, to, arena);
}

/* Room for n bytes of text, and what is written unfolded in front of it. */
static struct fold
fold_begin(size_t n, bool wide, struct slice front, struct arena *arena)
{
	size_t size = n + front.len;
	struct fold f = { .wide = wide, .size = size < LIMIT_RULE_TEXT ? size : LIMIT_RULE_TEXT };
	f.out = arena_alloc(arena, f.size + 1);
	if (f.out == NULL)
		f.size = 0;
	for (size_t i = 0; i < front.len; i++)
		fold_byte(&f, front.ptr[i]);
	return f;
}

static struct slice
hidden_of(const struct mail_text *out, size_t part)
{
	size_t html = out->parts[part].html;
	return html == 0 ? SLICE_EMPTY : body_cut(out->html[html - 1].hidden);
}

/* Reads all parts: how much text there is, hidden and not; is some of it beyond ASCII? */
static bool
parts_read(struct mail_text *out, const struct message *m, size_t sizes[2], struct arena *arena)
{
	bool wide = false;
	sizes[0] = sizes[1] = 1;
	for (size_t i = 0; i < m->parts_count; i++) {
		part_read(out, &m->parts[i], &out->parts[i], arena);
		struct slice text = body_cut(out->parts[i].text);
		wide = wide || text_has_8bit(text);
		sizes[0] += text.len + 1;
		sizes[1] += hidden_of(out, i).len + 1;
	}
	return wide;
}

void
mail_text(const struct message *m, struct arena *arena, struct mail_text *out)
{
	size_t sizes[2];
	*out = (struct mail_text){ 0 };
	out->parts = arena_array(arena, m->parts_count + 1, sizeof *out->parts);
	if (out->parts == NULL) {
		out->cut = true;
		return;
	}
	bool wide = parts_read(out, m, sizes, arena);
	raw_join(out, arena);
	struct fold body = fold_begin(sizes[0], wide, subject_line(m, arena), arena);
	struct fold hidden = fold_begin(sizes[1], wide, SLICE_EMPTY, arena);
	fold_byte(&body, '\n');
	for (size_t i = 0; i < m->parts_count; i++) {
		if (body.any)
			gap_add(&body, '\n');
		fold_add(&body, body_cut(out->parts[i].text));
		if (hidden.any)
			gap_add(&hidden, '\n');
		fold_add(&hidden, hidden_of(out, i));
	}
	fold_end(&body, out, &out->body, arena);
	fold_end(&hidden, out, &out->hidden, arena);
}
