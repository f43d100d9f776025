#include "sensor/score/replace_tags.h"

#include "sensor/limits.h"

#define PASSES 6 /* tags in tags */

int
replace_tags_add(
	struct replace_tags *t, struct replace_tag tag, struct arena *arena, struct err *err)
{
	struct replace_tag *to = NULL;
	if (tag.name.len == 0 || tag.text.len == 0)
		return err_set(err, "a tag's name and what it stands for are expected");
	for (size_t i = 0; i < t->tags_count; i++)
		if (t->tags[i].kind == tag.kind && slice_eq(t->tags[i].name, tag.name))
			to = &t->tags[i];
	if (to == NULL)
		to = ARENA_PUSH(arena, t->tags, LIMIT_RULES);
	if (to == NULL)
		return err_set(err, "too many tags");
	*to = (struct replace_tag){ tag.kind, arena_copy(arena, tag.name),
		arena_copy(arena, tag.text) };
	return 0;
}

static struct slice
find(const struct replace_tags *t, enum replace_kind kind, struct slice name)
{
	for (size_t i = 0; i < t->tags_count; i++)
		if (t->tags[i].kind == kind && slice_eq(t->tags[i].name, name))
			return t->tags[i].text;
	return SLICE_EMPTY;
}

struct pass {
	const struct replace_tags *tags;
	struct slice start, end;
	struct slice pre, inter, post;
	struct buf *out;
	bool again;
	bool *called; /* by tag: it is to be defined; NULL = every tag stands where it is used */
};

/* The first "<NAME>" of s: its place and length with both ends; false if there is none.  A name has
 * neither end in it. */
static bool
next_tag(const struct pass *p, struct slice s, size_t *at, size_t *len)
{
	for (size_t from = 0; from < s.len;) {
		size_t open = from + slice_find(slice_skip(s, from), p->start);
		if (open >= s.len)
			return false;
		struct slice inside = slice_skip(s, open + p->start.len);
		size_t close = slice_find(inside, p->end), other = slice_find(inside, p->start);
		if (close >= inside.len)
			return false;
		if (close > 0 && other > close) {
			*at = open;
			*len = p->start.len + close + p->end.len;
			return true;
		}
		from = open + p->start.len;
	}
	return false;
}

static struct slice
inside(const struct pass *p, struct slice tag)
{
	return slice_take(slice_skip(tag, p->start.len), tag.len - p->start.len - p->end.len);
}

/* Takes the first <pre X> (inter, post) out of s, and what X stands for. */
static struct slice
take_modifier(struct pass *p, struct slice s, struct slice word, enum replace_kind kind,
	struct slice *stands)
{
	size_t at, len, skipped = 0;
	*stands = SLICE_EMPTY;
	while (next_tag(p, slice_skip(s, skipped), &at, &len)) {
		at += skipped;
		skipped = at + len;
		struct slice name = inside(p, slice_take(slice_skip(s, at), len));
		if (!slice_starts(name, word) || name.len <= word.len)
			continue;
		*stands = find(p->tags, kind, slice_skip(name, word.len));
		buf_clear(p->out);
		buf_add(p->out, slice_take(s, at));
		buf_add(p->out, slice_skip(s, at + len));
		return buf_slice(p->out);
	}
	return s;
}

/* "(?:…)" or "[…]" as a whole: what stands behind it means all of it. */
static bool
is_atom(struct slice s)
{
	size_t depth = 0;
	bool brackets = false;
	if (!slice_starts(s, SLICE("(?:")) && !slice_starts(s, SLICE("[")))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.ptr[i];
		if (c == '\\') {
			i++;
			continue;
		}
		if (c == '[' && !brackets) {
			brackets = true;
			depth++;
			i += i + 1 < s.len && s.ptr[i + 1] == '^';
			i += i + 1 < s.len && s.ptr[i + 1] == ']';
			continue;
		}
		depth += !brackets && c == '(';
		bool ends = (brackets && c == ']') || (!brackets && c == ')');
		brackets = brackets && c != ']';
		if (ends && (depth == 0 || --depth == 0))
			return i + 1 == s.len;
	}
	return false;
}

static void
put_tag(struct pass *p, struct slice tag)
{
	size_t i = 0, at, len;
	while (i < p->tags->tags_count && (p->tags->tags[i].kind != REPLACE_TAG ||
						  !slice_eq(p->tags->tags[i].name, inside(p, tag))))
		i++;
	struct slice text = i < p->tags->tags_count ? p->tags->tags[i].text : SLICE_EMPTY;
	buf_add(p->out, p->pre);
	if (p->called != NULL && is_atom(text)) {
		p->called[i] = true;
		buf_printf(p->out, "(?&t%zu)", i);
		text = SLICE_EMPTY;
	} else {
		buf_add(p->out, text.len > 0 ? text : tag);
	}
	buf_add(p->out, p->post);
	p->again = p->again || (text.len > 0 && next_tag(p, text, &at, &len));
}

/* `adjacent`: what stands before s is a tag, or nothing. */
static void
put_all(struct pass *p, struct slice s, bool adjacent)
{
	size_t at, len;
	while (next_tag(p, s, &at, &len)) {
		if (at == 0 && adjacent)
			buf_add(p->out, p->inter);
		buf_add(p->out, slice_take(s, at));
		put_tag(p, slice_take(slice_skip(s, at), len));
		s = slice_skip(s, at + len);
		adjacent = true;
	}
	buf_add(p->out, s);
}

static struct slice
take_modifiers(struct pass *p, struct slice s, struct arena *arena)
{
	s = arena_copy(arena, take_modifier(p, s, SLICE("pre "), REPLACE_PRE, &p->pre));
	s = arena_copy(arena, take_modifier(p, s, SLICE("post "), REPLACE_POST, &p->post));
	return arena_copy(arena, take_modifier(p, s, SLICE("inter "), REPLACE_INTER, &p->inter));
}

/* Replaces until no tag is left, or PASSES times. */
static struct slice
replace(struct pass *p, struct slice s, bool bare, struct arena *arena)
{
	p->again = true;
	for (int pass = 0; pass < PASSES && p->again && p->out->lost == 0; pass++) {
		p->again = false;
		s = take_modifiers(p, s, arena);
		buf_clear(p->out);
		put_all(p, s, bare);
		s = arena_copy(arena, buf_slice(p->out));
	}
	return s;
}

/* Behind the expression, so that its groups keep their numbers. */
static struct slice
define(struct pass *p, struct slice s, struct arena *arena)
{
	struct buf all;
	bool *defined = arena_array(arena, p->tags->tags_count + 1, sizeof *defined);
	bool more = defined != NULL;
	buf_init(&all, REPLACE_MAX);
	buf_add(&all, s);
	while (more) {
		more = false;
		for (size_t i = 0; i < p->tags->tags_count; i++) {
			if (!p->called[i] || defined[i])
				continue;
			struct slice text = replace(p, p->tags->tags[i].text, false, arena);
			buf_printf(&all, "(?(DEFINE)(?<t%zu>", i);
			buf_add(&all, text);
			buf_str(&all, "))");
			more = defined[i] = true;
		}
	}
	p->out->lost += all.lost;
	s = arena_copy(arena, buf_slice(&all));
	buf_release(&all);
	return s;
}

int
replace_tags_apply(const struct replace_tags *t, struct slice in, bool bare, enum replace_how how,
	struct arena *arena, struct slice *out, struct err *err)
{
	struct buf work;
	struct pass p = { .tags = t,
		.start = slice_str(t->start == NULL ? "<" : t->start),
		.end = slice_str(t->end == NULL ? ">" : t->end),
		.out = &work };
	buf_init(&work, REPLACE_MAX);
	if (how == REPLACE_DEFINE)
		p.called = arena_array(arena, t->tags_count + 1, sizeof *p.called);
	*out = replace(&p, in, bare, arena);
	if (p.called != NULL)
		*out = define(&p, *out, arena);
	bool lost = work.lost > 0 || arena->full;
	buf_release(&work);
	return lost ? err_set(err, "with its tags replaced the expression has more than %d bytes",
			      REPLACE_MAX)
		    : 0;
}
