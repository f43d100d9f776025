#include "sensor/base/chars.h"
#include "sensor/mail/header.h"
#include "sensor/mail/part_decode.h"
#include "sensor/mail/part_header.h"
#include "sensor/mail/part_inside.h"
#include "sensor/mail/part_text.h"
#include "sensor/mail/parts.h"

#define BOUNDARY_MAX 70 /* bytes: RFC 2046 5.1.1 */
#define FRAMES_MAX 4	/* the message, and encoded containers inside each other */
#define NONE SIZE_MAX

/* A container whose end has not come. */
struct open {
	size_t entity;
	struct slice boundary; /* empty for a message inside */
	const uint8_t *start;  /* of its content */
	bool seen, closed;     /* a boundary, the last one */
	bool decoded;	       /* looked at once more, decoded */
};

/* What a boundary, or the end, means for the containers that are open. */
struct cut {
	struct slice content; /* before it */
	size_t level;	      /* the container whose boundary it is; NONE = the end */
	bool closes;
};

/* Bytes that are walked: the message's body, or the decoded content of a container. */
struct frame {
	struct slice rest;
	size_t base;	    /* containers below are outside */
	struct cut pending; /* what came when an encoded container ended in it */
};

struct walk {
	struct message *m;
	struct arena *arena;
	struct open open[LIMIT_PART_DEPTH];
	size_t depth;
	struct frame frames[FRAMES_MAX];
	size_t frames_count;
	size_t leaf; /* entity whose content is being read, or NONE */
	bool stop;   /* a limit is reached */
};

static struct message_entity *
entity(struct walk *w, size_t i)
{
	return &w->m->entities[i];
}

static bool
is_encoded(const struct message_entity *e)
{
	return part_is_encoded(slice_str(e->encoding));
}

static bool
is_message(const struct message_entity *e)
{
	struct slice type = slice_str(e->type);
	return slice_eq(type, SLICE("message/rfc822")) || slice_eq(type, SLICE("message/global"));
}

static bool
is_multipart(const struct message_entity *e)
{
	return slice_starts(slice_str(e->type), SLICE("multipart/"));
}

/* A multipart without a boundary is text where it is a message's own, else it has one part. */
static bool
in_multipart(struct walk *w, const struct message_entity *e)
{
	return e->boundary.len == 0 && e->depth > 0 && is_multipart(entity(w, e->parent));
}

/* ---- boundary lines ---- */

/* The container that this line is a boundary of, or NONE.  transport-padding is all that may follow
 * it (RFC 2046 5.1.1). */
static size_t
boundary_level(const struct walk *w, struct slice line, bool *closes)
{
	line = slice_skip(line, 2);
	for (size_t i = w->frames[w->frames_count - 1].base; i < w->depth; i++) {
		const struct open *o = &w->open[i];
		if (o->boundary.len == 0 || o->closed || !slice_starts(line, o->boundary))
			continue;
		struct slice tail = slice_skip(line, o->boundary.len);
		*closes = slice_starts(tail, SLICE("--"));
		if (slice_trim(slice_skip(tail, *closes ? 2 : 0)).len > 0)
			continue;
		while (i + 1 < w->depth && slice_eq(w->open[i + 1].boundary, o->boundary) &&
			!w->open[i + 1].closed)
			i++;
		return i;
	}
	return NONE;
}

/* Where the next line that begins with "--" begins; the length where there is none.  s begins a
 * line. */
static size_t
dashes(struct slice s)
{
	if (slice_starts(s, SLICE("--")))
		return 0;
	size_t at = slice_find(s, SLICE("\n--"));
	return at < s.len ? at + 1 : s.len;
}

static struct slice
without_line_end(struct slice s)
{
	if (s.len > 0 && s.ptr[s.len - 1] == '\n')
		s.len--;
	if (s.len > 0 && s.ptr[s.len - 1] == '\r')
		s.len--;
	return s;
}

/* Eats up to and with the next boundary line, or to the end. */
static struct cut
next_cut(struct walk *w)
{
	struct frame *f = &w->frames[w->frames_count - 1];
	struct slice start = f->rest;
	if (f->base == w->depth)
		f->rest = slice_skip(f->rest, f->rest.len);
	while (f->rest.len > 0) {
		struct slice at = slice_skip(f->rest, dashes(f->rest));
		size_t end = slice_index(at, '\n');
		struct cut c = { .level = NONE };
		if (at.len > 0)
			c.level = boundary_level(w, slice_take(at, end), &c.closes);
		f->rest = slice_skip(at, end + 1);
		if (c.level == NONE)
			continue;
		c.content = without_line_end(slice_take(start, (size_t)(at.ptr - start.ptr)));
		return c;
	}
	return (struct cut){ .content = start, .level = NONE };
}

/* The front of what is left up to the first boundary line: where a header may be.  Headers are
 * short: it ends at the first blank line, too. */
static struct slice
header_block(struct walk *w)
{
	struct slice all = w->frames[w->frames_count - 1].rest, s = all;
	bool closes;
	while (s.len > 0) {
		struct slice line = slice_take(s, slice_index(s, '\n') + 1);
		if (slice_starts(line, SLICE("--")) && boundary_level(w, line, &closes) != NONE)
			break;
		s = slice_skip(s, line.len);
		if (without_line_end(line).len == 0)
			break;
	}
	return slice_take(all, (size_t)(s.ptr - all.ptr));
}

/* ---- entities ---- */

static struct message_entity *
entity_add(struct walk *w, size_t parent)
{
	struct message_entity *e = ARENA_PUSH(w->arena, w->m->entities, LIMIT_ENTITIES);
	if (e == NULL) {
		w->stop = w->m->cut = true;
		if (w->m->entities_count > 0)
			entity(w, parent)->faults |= PART_TOO_DEEP;
		return NULL;
	}
	if (w->m->entities_count > 1) {
		struct message_entity *up = entity(w, parent);
		e->depth = up->depth + 1;
		e->embedded = up->embedded || is_message(up);
	}
	e->parent = parent;
	e->type = "text/plain";
	e->charset = e->encoding = e->disposition = e->name = "";
	return e;
}

static void
boundary_faults(struct walk *w, struct message_entity *e)
{
	if (e->boundary.len > BOUNDARY_MAX)
		e->faults |= PART_BOUNDARY_LONG;
	for (size_t i = 0; i < e->boundary.len; i++) {
		uint8_t c = e->boundary.ptr[i]; /* bchars, RFC 2046 5.1.1 */
		bool last = i + 1 == e->boundary.len;
		if (!chars_is(c, CHAR_ALPHA | CHAR_DIGIT) &&
			slice_index(SLICE("'()+_,-./:=?"), c) == 12 && (c != ' ' || last))
			e->faults |= PART_BOUNDARY_ODD;
	}
	for (size_t i = 0; i < w->depth; i++) {
		struct slice other = w->open[i].boundary;
		if (other.len == 0 || e->boundary.len == 0)
			continue;
		if (slice_eq(other, e->boundary))
			e->faults |= PART_BOUNDARY_DOUBLED;
		else if (slice_starts(other, e->boundary) || slice_starts(e->boundary, other))
			e->faults |= PART_BOUNDARY_PREFIX;
	}
}

static bool
container_open(struct walk *w, size_t i, struct slice boundary)
{
	struct frame *f = &w->frames[w->frames_count - 1];
	if (w->depth == LIMIT_PART_DEPTH) {
		entity(w, i)->faults |= PART_TOO_DEEP;
		w->m->cut = true;
		return false;
	}
	w->open[w->depth++] =
		(struct open){ .entity = i, .boundary = boundary, .start = f->rest.ptr };
	return true;
}

/* True if the content of the entity that begins now is empty. */
static bool
content_empty(struct walk *w)
{
	bool closes;
	struct slice rest = w->frames[w->frames_count - 1].rest;
	struct slice line = slice_take(rest, slice_index(rest, '\n'));
	return rest.len == 0 ||
	       (slice_starts(line, SLICE("--")) && boundary_level(w, line, &closes) != NONE);
}

/* A container to be walked, a message inside of which another entity begins (true), or a leaf. */
static bool
entity_enter(struct walk *w, size_t i)
{
	struct message_entity *e = entity(w, i);
	struct frame *f = &w->frames[w->frames_count - 1];
	e->content = slice_take(f->rest, 0);
	if (is_multipart(e)) {
		boundary_faults(w, e);
		if (e->boundary.len == 0)
			e->faults |= PART_NO_BOUNDARY;
		if (is_encoded(e))
			e->faults |= PART_ENCODED_CONTAINER;
		if (e->boundary.len > 0 && container_open(w, i, e->boundary))
			return false;
	} else if (is_message(e) && is_encoded(e)) {
		e->faults |= PART_ENCODED_CONTAINER;
	} else if (is_message(e) && !content_empty(w) && container_open(w, i, SLICE_EMPTY)) {
		return true;
	}
	e->leaf = true;
	w->leaf = i;
	return false;
}

/* An entity begins in what is left, and, in messages inside, others at once. */
static void
entity_begin(struct walk *w, size_t parent)
{
	for (bool more = true; more && !w->stop;) {
		struct message_entity *e = entity_add(w, parent);
		if (e == NULL)
			return;
		size_t i = w->m->entities_count - 1;
		struct frame *f = &w->frames[w->frames_count - 1];
		const struct message_entity *up = entity(w, parent);
		struct slice block = header_block(w);
		struct slice left = part_header_split(
			block, is_message(up) ? MESSAGE_BAD_LINES : 0, w->arena, e);
		f->rest = slice_skip(f->rest, block.len - left.len);
		part_header_read(e, w->m->charsets, w->arena);
		if (slice_eq(slice_str(up->type), SLICE("multipart/digest")) && !e->typed)
			e->type = "message/rfc822";
		more = entity_enter(w, i);
		parent = i;
	}
}

/* ---- ends ---- */

static void
part_add(struct walk *w, size_t i, struct slice content)
{
	struct message_entity *e = entity(w, i);
	struct message_part *p = ARENA_PUSH(w->arena, w->m->parts, LIMIT_PARTS);
	if (p == NULL) {
		w->stop = w->m->cut = true;
		e->faults |= PART_TOO_DEEP;
		return;
	}
	p->type = is_multipart(e) && e->boundary.len == 0 ? "text/plain" : e->type;
	p->encoding = e->encoding;
	p->charset = e->charset;
	p->name = e->name;
	p->inside = "";
	p->attachment =
		*e->name != '\0' || slice_eq(slice_str(e->disposition), SLICE("attachment"));
	p->raw = content;
	p->entity = i;
	p->decoded = part_decode(slice_str(e->encoding), content, w->arena, &e->faults);
	p->faults = e->faults;
	part_text(p, w->m->charsets, w->arena);
	part_inside(p, w->arena);
	e->faults = p->faults;
	e->part = w->m->parts_count - 1;
}

/* The one part of a multipart without boundaries: its content, with a header if there is one and
 * the multipart is not a message's own. */
static void
implied_add(struct walk *w, size_t parent, struct slice content)
{
	if (content.len == 0)
		return;
	struct message_entity *e = entity_add(w, parent);
	if (e == NULL)
		return;
	size_t i = w->m->entities_count - 1, above = entity(w, parent)->parent;
	e->header = slice_take(content, 0);
	if (parent > 0 && !is_message(entity(w, above))) {
		content = part_header_split(content, 0, w->arena, e);
		part_header_read(e, w->m->charsets, w->arena);
	}
	e->faults |= PART_IMPLIED;
	e->content = content;
	e->leaf = true;
	part_add(w, i, content);
}

/* Walks what is decoded before anything else of the frame outside; false where there is no room. */
static bool
frame_push(struct walk *w, struct slice bytes, size_t base)
{
	if (w->frames_count == FRAMES_MAX)
		return false;
	w->frames[w->frames_count++] = (struct frame){ .rest = bytes, .base = base };
	return true;
}

/* The leaf that ends here.  True if it is an encoded message, which is walked now. */
static bool
leaf_end(struct walk *w, struct slice content)
{
	size_t i = w->leaf;
	struct message_entity *e = entity(w, i);
	e->content = content;
	w->leaf = NONE;
	if (is_message(e) && is_encoded(e) && content.len > 0) {
		struct slice decoded =
			part_decode(slice_str(e->encoding), content, w->arena, &e->faults);
		if (decoded.len > 0 && w->depth < LIMIT_PART_DEPTH &&
			frame_push(w, decoded, w->depth)) {
			e->leaf = false;
			container_open(w, i, SLICE_EMPTY);
			entity_begin(w, i);
			return true;
		}
	}
	if (is_multipart(e) && in_multipart(w, e)) {
		e->leaf = false;
		implied_add(w, i, content);
	} else {
		part_add(w, i, content);
	}
	return false;
}

/* The innermost multipart ends, and its boundary never came: one part, its content.  True if that
 * is decoded and walked first. */
static bool
absent_end(struct walk *w, struct slice content)
{
	struct open *o = &w->open[w->depth - 1];
	struct message_entity *e = entity(w, o->entity);
	if (is_encoded(e) && !o->decoded && content.len > 0) {
		struct slice decoded =
			part_decode(slice_str(e->encoding), content, w->arena, &e->faults);
		if (decoded.len > 0 && frame_push(w, decoded, w->depth - 1)) {
			e->content = content;
			o->decoded = true;
			return true;
		}
	}
	e->faults |= PART_BOUNDARY_ABSENT;
	o->seen = true;
	implied_add(w, o->entity, content);
	return false;
}

/* More than white space and dots: what SpamAssassin calls an epilogue. */
static bool
says_something(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] > ' ' && s.ptr[i] != '.')
			return true;
	return false;
}

static void
containers_close(struct walk *w, size_t depth, const uint8_t *end)
{
	while (w->depth > depth) {
		struct open *o = &w->open[--w->depth];
		struct message_entity *e = entity(w, o->entity);
		if (o->boundary.len > 0 && !o->closed && o->seen &&
			(e->faults & PART_BOUNDARY_ABSENT) == 0)
			e->faults |= PART_NOT_CLOSED;
		if (e->content.len == 0 && end >= o->start)
			e->content = slice_of(o->start, (size_t)(end - o->start));
	}
}

/* What comes before the boundary ends.  True if a frame is to be walked before. */
static bool
content_end(struct walk *w, const struct cut *c)
{
	struct slice content = c->content;
	if (w->leaf != NONE)
		return leaf_end(w, content);
	if (w->depth == 0)
		return false;
	struct open *o = &w->open[w->depth - 1];
	if (o->boundary.len == 0)
		return false;
	if (!o->seen && (c->level != w->depth - 1 || c->closes))
		return absent_end(w, content);
	if (o->closed && says_something(content))
		entity(w, o->entity)->faults |= PART_EPILOGUE;
	return false;
}

/* True if behind the boundary of that container nothing is left of it: an unfinished end. */
static bool
ends_here(struct walk *w, size_t level)
{
	bool closes;
	struct slice rest = w->frames[w->frames_count - 1].rest;
	if (rest.len == 0)
		return true;
	struct slice line = slice_take(rest, slice_index(rest, '\n'));
	if (slice_trim(line).len == 0)
		line = slice_skip(rest, line.len + 1);
	line = slice_take(line, slice_index(line, '\n'));
	return slice_starts(line, SLICE("--")) && boundary_level(w, line, &closes) < level;
}

static void
cut_apply(struct walk *w, const struct cut *c)
{
	struct frame *f = &w->frames[w->frames_count - 1];
	const uint8_t *end = c->content.ptr + c->content.len;
	if (c->level == NONE) {
		containers_close(w, f->base, end);
		return;
	}
	containers_close(w, c->level + 1, end);
	struct open *o = &w->open[c->level];
	o->seen = true;
	o->closed = c->closes;
	if (!c->closes && !ends_here(w, c->level))
		entity_begin(w, o->entity);
}

/* At a limit: what is open ends with the bytes that it is in. */
static void
stop_all(struct walk *w)
{
	for (; w->frames_count > 0; w->frames_count--) {
		struct frame *f = &w->frames[w->frames_count - 1];
		containers_close(w, f->base, f->rest.ptr + f->rest.len);
	}
}

static void
walk_all(struct walk *w)
{
	while (w->frames_count > 0 && !w->stop) {
		struct frame *f = &w->frames[w->frames_count - 1];
		struct cut c = next_cut(w);
		f->pending = c;
		if (content_end(w, &c))
			continue;
		cut_apply(w, &c);
		while (c.level == NONE && --w->frames_count > 0) {
			c = w->frames[w->frames_count - 1].pending;
			cut_apply(w, &c);
		}
	}
}

void
parts_walk(struct message *m, struct arena *arena)
{
	struct walk w = { .m = m, .arena = arena, .leaf = NONE, .frames_count = 1 };
	struct message_entity *root = entity_add(&w, 0);
	if (root == NULL)
		return;
	root->fields = m->fields;
	root->fields_count = m->fields_count;
	root->fields_cap = m->fields_cap;
	root->header = m->header;
	w.frames[0].rest = m->body;
	part_header_read(root, m->charsets, arena);
	if (entity_enter(&w, 0))
		entity_begin(&w, 0);
	walk_all(&w);
	stop_all(&w);
	entity(&w, 0)->content = m->body;
}

const char *
part_fault_name(enum part_fault fault)
{
	static const struct {
		enum part_fault fault;
		const char *name;
	} rows[] = {
		{ PART_NO_BOUNDARY, "no-boundary" },
		{ PART_BOUNDARY_ABSENT, "boundary-absent" },
		{ PART_NOT_CLOSED, "not-closed" },
		{ PART_BOUNDARY_DOUBLED, "boundary-doubled" },
		{ PART_BOUNDARY_PREFIX, "boundary-prefix" },
		{ PART_BOUNDARY_LONG, "boundary-long" },
		{ PART_BOUNDARY_ODD, "boundary-odd" },
		{ PART_BASE64_DAMAGED, "base64-damaged" },
		{ PART_QP_DAMAGED, "quoted-printable-damaged" },
		{ PART_ENCODING_UNKNOWN, "encoding-unknown" },
		{ PART_ENCODED_CONTAINER, "encoded-container" },
		{ PART_8BIT_UNDECLARED, "8bit-undeclared" },
		{ PART_CHARSET_UNKNOWN, "charset-unknown" },
		{ PART_CHARSET_DAMAGED, "charset-damaged" },
		{ PART_TOO_DEEP, "too-deep" },
		{ PART_NUL, "nul" },
		{ PART_FIELD_TWICE, "field-twice" },
		{ PART_PARAMETER_TWICE, "parameter-twice" },
		{ PART_TYPE_DAMAGED, "type-damaged" },
		{ PART_NO_FIELDS, "no-fields" },
		{ PART_NO_HEADER, "no-header" },
		{ PART_NO_BLANK_LINE, "no-blank-line" },
		{ PART_EPILOGUE, "epilogue" },
		{ PART_CUT, "header-cut" },
		{ PART_IMPLIED, "implied" },
		{ PART_QP_LONG_LINE, "quoted-printable-long-line" },
		{ PART_INSIDE_DAMAGED, "inside-damaged" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].fault == fault)
			return rows[i].name;
	return "";
}
