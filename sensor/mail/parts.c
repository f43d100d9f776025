#include "sensor/base/chars.h"
#include "sensor/base/text.h"
#include "sensor/mail/header.h"
#include "sensor/mail/mail_gmime.h"
#include "sensor/mail/parts.h"

#define TYPE_MAX 127	   /* bytes of a media type: RFC 6838 4.2, twice 63 and the slash */
#define NAME_MAX_BYTES 255 /* of a file name */
#define VALUE_RAW_MAX 4096

/* One header's worth of structure: a container or a leaf. */
struct entity {
	const char *type, *encoding, *name;
	struct slice boundary;
	bool attachment;
};

struct walk {
	struct message *m;
	struct arena *arena;
	struct slice rest;			   /* of the body, not yet looked at */
	struct slice boundaries[LIMIT_PART_DEPTH]; /* outermost first */
	size_t depth;
	size_t entities;
};

static struct slice
content_value(const struct message *head, const char *name, uint8_t buffer[VALUE_RAW_MAX])
{
	const struct header_field *f = message_field(head, name, 0);
	return f == NULL ? SLICE_EMPTY : header_unfold_into(f->value, buffer, VALUE_RAW_MAX);
}

/* The token before any parameter or comment, in lower case. */
static const char *
lower_token(struct slice value, size_t max, struct arena *arena)
{
	uint8_t out[TYPE_MAX];
	size_t n = 0;
	while (n < value.len && n < max &&
		(chars_is(value.ptr[n], CHAR_TOKEN) || value.ptr[n] == '/')) {
		out[n] = chars_lower(value.ptr[n]);
		n++;
	}
	return text_clean(arena, slice_of(out, n), max);
}

static struct entity
entity_read(const struct message *head, struct arena *arena)
{
	uint8_t buffer[VALUE_RAW_MAX];
	struct mail_parameters p;
	struct entity e = { .type = "text/plain", .encoding = "", .name = "" };
	struct slice type = content_value(head, "Content-Type", buffer);
	mail_gmime_parameters(type, arena, &p);
	if (slice_index(type, '/') < type.len)
		e.type = lower_token(type, TYPE_MAX, arena);
	e.boundary = p.boundary;
	struct slice name = p.name;
	struct slice how = content_value(head, "Content-Disposition", buffer);
	mail_gmime_parameters(how, arena, &p);
	if (p.filename.len > 0)
		name = p.filename;
	e.name = text_clean(arena, name, NAME_MAX_BYTES);
	e.attachment = name.len > 0 || slice_istarts(how, SLICE("attachment"));
	e.encoding =
		lower_token(content_value(head, "Content-Transfer-Encoding", buffer), 32, arena);
	return e;
}

/* How many boundaries stay open if this line is one of them (its own included unless it closes), or
 * -1. */
static int
boundary_level(const struct walk *w, struct slice line, bool *closes)
{
	if (!slice_starts(line, SLICE("--")))
		return -1;
	line = slice_skip(line, 2);
	for (size_t i = w->depth; i-- > 0;) {
		if (!slice_starts(line, w->boundaries[i]))
			continue;
		struct slice tail = slice_skip(line, w->boundaries[i].len);
		*closes = slice_starts(tail, SLICE("--"));
		/* transport-padding is all that may follow (RFC 2046 5.1.1) */
		if (slice_trim(slice_skip(tail, *closes ? 2 : 0)).len == 0)
			return (int)i;
	}
	return -1;
}

/* Eats up to and with the next boundary line and leaves what was before it in *content.  False at
 * the end of the message. */
static bool
next_boundary(struct walk *w, struct slice *content, bool *closes)
{
	struct slice start = w->rest;
	while (w->rest.len > 0) {
		struct slice at = w->rest;
		size_t end = slice_index(at, '\n');
		int level = w->depth == 0 ? -1 : boundary_level(w, slice_take(at, end), closes);
		w->rest = slice_skip(at, end + 1);
		if (level < 0)
			continue;
		*content = slice_take(start, (size_t)(at.ptr - start.ptr));
		/* the line end before a boundary belongs to the boundary */
		if (content->len > 0 && content->ptr[content->len - 1] == '\n')
			content->len--;
		if (content->len > 0 && content->ptr[content->len - 1] == '\r')
			content->len--;
		w->depth = (size_t)level + (*closes ? 0 : 1);
		return true;
	}
	*content = start;
	return false;
}

static void
part_add(struct walk *w, const struct entity *e, struct slice content)
{
	struct message_part *p = ARENA_PUSH(w->arena, w->m->parts, LIMIT_PARTS);
	if (p == NULL) {
		w->m->cut = true;
		return;
	}
	p->type = e->type;
	p->encoding = e->encoding;
	p->name = e->name;
	p->attachment = e->attachment;
	p->raw = content;
	p->decoded = mail_gmime_decode(slice_str(e->encoding), content, w->arena);
}

/* Header of the next entity from the front of the rest. */
static struct entity
entity_next(struct walk *w)
{
	struct message head = { 0 };
	header_split(w->rest, HEADER_KEEP_CONTENT, w->arena, &head);
	w->rest = head.body;
	return entity_read(&head, w->arena);
}

/* Opens containers until a leaf (true) or the preamble of a multipart (false). */
static bool
entity_open(struct walk *w, struct entity *e)
{
	bool message = slice_eq(slice_str(e->type), SLICE("message/rfc822"));
	while (message && ++w->entities < LIMIT_PARTS) {
		*e = entity_next(w);
		message = slice_eq(slice_str(e->type), SLICE("message/rfc822"));
	}
	if (!slice_starts(slice_str(e->type), SLICE("multipart/")) || e->boundary.len == 0)
		return true;
	if (w->depth == LIMIT_PART_DEPTH) {
		w->m->cut = true;
		return true;
	}
	w->boundaries[w->depth++] = e->boundary;
	return false;
}

void
parts_walk(struct message *m, struct arena *arena)
{
	struct walk w = { .m = m, .arena = arena, .rest = m->body };
	struct entity e = entity_read(m, arena);
	for (bool more = true; more;) {
		bool closes = false, leaf = entity_open(&w, &e);
		struct slice content;
		more = next_boundary(&w, &content, &closes);
		if (leaf && (content.len > 0 || more))
			part_add(&w, &e, content);
		while (more && closes) /* an epilogue: nobody's content */
			more = next_boundary(&w, &content, &closes);
		if (more && ++w.entities >= LIMIT_PARTS) {
			m->cut = true;
			return;
		}
		if (more)
			e = entity_next(&w);
	}
}
