#include "sensor/capture/capture_set.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sensor/base/arena.h"
#include "sensor/capture/capture_set_inner.h"

void
set_note(struct capture_set *s, enum capture_note kind, const char *format, ...)
{
	char text[sizeof((struct err *)0)->text];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	s->config.note(s->config.ctx, kind, text);
}

/* ---- waiting ---- */

static bool
before(const struct source *a, const struct source *b)
{
	return a->first != b->first ? a->first < b->first : a->index < b->index;
}

static int
by_first(const void *a, const void *b)
{
	const struct source *const *x = a, *const *y = b;
	return before(*y, *x) ? -1 : 1;
}

/* At the start many come at once and are sorted together; later one by one. */
void
set_wait(struct capture_set *s, struct source *source)
{
	if (s->waiting_count == s->waiting_cap) {
		s->waiting_cap = s->waiting_cap ? 2 * s->waiting_cap : 16;
		s->waiting = must_realloc(s->waiting, s->waiting_cap * sizeof(struct source *));
	}
	size_t at = s->waiting_count++;
	source->state = SOURCE_WAITING;
	for (; s->scan_due > 0 && at > 0 && before(s->waiting[at - 1], source); at--)
		s->waiting[at] = s->waiting[at - 1];
	s->waiting[at] = source;
}

/* ---- open sources ---- */

int64_t
set_modified(const struct stat *st)
{
	return st->st_mtim.tv_sec * PTIME_SECOND + st->st_mtim.tv_nsec;
}

void
set_remember(struct source *source, const struct stat *st)
{
	source->size = st->st_size;
	source->modified = set_modified(st);
}

int
set_open_file(const struct capture_set *s, const char *path, struct capture **out, struct err *err)
{
	int rc;

	if (s->config.follow)
		rc = capture_open_growing(path, out, err);
	else
		rc = capture_open_file(path, out, err) == 0 ? 1 : -1;
	if (rc <= 0 || s->config.check(*out, err) == 0)
		return rc;
	capture_close(*out);
	*out = NULL;
	return -1;
}

int
set_open(struct capture_set *s, struct source *source, struct err *err)
{
	struct err unused = { "" };
	struct stat st;
	int rc = set_open_file(s, source->path, &source->capture, err);

	source->state = SOURCE_DONE;
	if (rc == 0)
		return err_set(err, "%s: too short for a capture", source->path);
	if (rc < 0)
		return -1;
	for (uint64_t n = 0; n < source->frames; n++)
		if (capture_next(source->capture, &source->frame, &unused) <= 0)
			break;
	source->state = SOURCE_OPEN;
	source->has_frame = false;
	source->retry = 0;
	source->grown = s->now.monotonic;
	/* One that nobody has written to for long need not be waited for. */
	if (stat(source->path, &st) == 0 &&
		s->now.wall - st.st_mtim.tv_sec * PTIME_SECOND >= QUIET + PTIME_SECOND)
		source->grown -= QUIET;
	s->open[s->open_count++] = source;
	return 0;
}

static void
note_cut(struct capture_set *s, const struct source *source)
{
	struct capture_cut cut = capture_cut(source->capture);

	if (cut.frames > 0)
		set_note(s, CAPTURE_NOTE_CUT,
			"%s: %lld of %llu packets were cut when they were captured, at %zu bytes: "
			"headers count, the mails in them have gaps; capture whole packets "
			"(tcpdump -s 0)",
			source->path, (long long)cut.frames, (unsigned long long)source->frames,
			cut.snaplen);
}

void
set_finish(struct capture_set *s, struct source *source)
{
	int64_t done, size;
	size_t at = 0;

	note_cut(s, source);
	capture_progress(source->capture, &done, &size);
	s->done_bytes += done;
	capture_close(source->capture);
	source->capture = NULL;
	source->has_frame = false;
	source->state = SOURCE_DONE;
	while (s->open[at] != source)
		at++;
	s->open[at] = s->open[--s->open_count];
}

/* The next frame of an open source, if it has one: 0, or -1 and err. */
static int
pull(struct capture_set *s, struct source *source, struct err *err)
{
	int rc;

	if (source->has_frame || s->now.monotonic < source->retry)
		return 0;
	rc = capture_next(source->capture, &source->frame, err);
	if (rc > 0) {
		source->has_frame = true;
		source->frames++;
		source->grown = s->now.monotonic;
		return 0;
	}
	source->retry = s->now.monotonic + RETRY;
	if (capture_ended(source->capture))
		set_finish(s, source);
	return rc;
}

/* ---- following ---- */

static bool
quiet(const struct capture_set *s, const struct source *source)
{
	return s->now.monotonic - source->grown >= QUIET;
}

static bool
later_is_there(const struct capture_set *s, const struct source *source)
{
	if (s->waiting_count > 0)
		return true;
	for (size_t i = 0; i < s->open_count; i++)
		if (s->open[i] != source && before(source, s->open[i]))
			return true;
	return false;
}

/* A file of a row that is still, and has a successor, is left. */
static bool
leave(struct capture_set *s, struct source *source)
{
	struct err err = { "" };
	struct stat st;

	if (!source->listed || !quiet(s, source) || !later_is_there(s, source))
		return false;
	/* Before the last look: what comes after it is seen as growth. */
	if (stat(source->path, &st) == 0)
		set_remember(source, &st);
	capture_grown(source->capture);
	int rc = capture_next(source->capture, &source->frame, &err);
	if (rc > 0) { /* grown in this very moment */
		source->has_frame = true;
		source->frames++;
		return false;
	}
	if (rc < 0)
		set_note(s, CAPTURE_NOTE_FOLLOW, "%s; read on if it grows", err.text);
	set_finish(s, source);
	return true;
}

/* True if a source that may still bring an earlier frame must be waited for. */
static bool
must_wait(struct capture_set *s)
{
	for (size_t i = 0; i < s->open_count; i++) {
		struct source *source = s->open[i];
		if (source->has_frame)
			continue;
		if (!quiet(s, source))
			return true;
		if (leave(s, source))
			i--;
	}
	return false;
}

/* ---- the next frame ---- */

static int
pull_all(struct capture_set *s, struct err *err)
{
	for (size_t i = 0; i < s->open_count; i++) {
		size_t count = s->open_count;
		if (pull(s, s->open[i], err) < 0)
			return -1;
		i -= s->open_count < count; /* the last one stands here now */
	}
	return 0;
}

static struct source *
earliest(const struct capture_set *s)
{
	struct source *best = NULL;

	for (size_t i = 0; i < s->open_count; i++) {
		struct source *x = s->open[i];
		if (x->has_frame &&
			(best == NULL || x->frame.time < best->frame.time ||
				(x->frame.time == best->frame.time && x->index < best->index)))
			best = x;
	}
	return best;
}

/* Opens what is due. 0, or -1 and err. */
static int
open_due(struct capture_set *s, struct source **best, struct err *err)
{
	while (s->waiting_count > 0 && s->open_count < LIMIT_CAPTURES_OPEN) {
		struct source *next = s->waiting[s->waiting_count - 1];
		if (*best != NULL && next->first > (*best)->frame.time)
			break;
		s->waiting_count--;
		if (set_open(s, next, err) < 0 || pull(s, next, err) < 0)
			return -1;
		*best = earliest(s);
	}
	return 0;
}

int
capture_set_next(struct capture_set *s, struct capture_now now, struct frame *out, struct err *err)
{
	struct err unused = { "" };

	s->now = now;
	if (s->config.follow && now.monotonic >= s->scan_due)
		(void)set_scan(s, &unused);
	if (pull_all(s, err) < 0)
		return -1;
	struct source *best = earliest(s);
	if (open_due(s, &best, err) < 0)
		return -1;
	if (s->config.follow && must_wait(s))
		return 0;
	best = earliest(s); /* what was left may have grown */
	if (best == NULL)
		return 0;
	best->has_frame = false;
	s->current = best;
	*out = best->frame;
	return 1;
}

/* ---- the whole ---- */

int
capture_set_open(const struct capture_set_config *config, const char *const *places, size_t count,
	struct capture_now now, struct capture_set **out, struct err *err)
{
	struct capture_set *s = must_alloc(sizeof *s);

	memset(s, 0, sizeof *s);
	s->config = *config;
	s->places = places;
	s->places_count = count;
	s->now = now;
	if (set_scan(s, err) < 0) {
		capture_set_close(s);
		return -1;
	}
	if (s->waiting_count > 0)
		qsort(s->waiting, s->waiting_count, sizeof(struct source *), by_first);
	*out = s;
	return 0;
}

bool
capture_set_has_frames(const struct capture_set *s)
{
	return s->frames;
}

bool
capture_set_ended(const struct capture_set *s)
{
	if (s->waiting_count > 0 || s->open_count > 0)
		return false;
	if (!s->config.follow)
		return true;
	/* Pipes that have ended are all there was. */
	for (size_t i = 0; i < s->count; i++)
		if (s->sources[i]->key.ino != 0)
			return false;
	return s->count >= s->places_count;
}

void
capture_set_progress(const struct capture_set *s, int64_t *done, int64_t *size)
{
	bool known = true;
	int64_t n, m;

	*done = s->done_bytes;
	*size = 0;
	for (size_t i = 0; i < s->open_count; i++) {
		capture_progress(s->open[i]->capture, &n, &m);
		*done += n;
		known = known && m > 0;
	}
	for (size_t i = 0; i < s->count; i++)
		*size += s->sources[i]->size;
	if (!known)
		*size = 0;
}

const char *
capture_set_name(const struct capture_set *s)
{
	return s->current != NULL ? s->current->path : "";
}

void
capture_set_close(struct capture_set *s)
{
	if (s == NULL)
		return;
	HASH_CLEAR(hh, s->by_key);
	for (size_t i = 0; i < s->count; i++) {
		capture_close(s->sources[i]->capture);
		free(s->sources[i]->path);
		free(s->sources[i]);
	}
	free(s->sources);
	free(s->waiting);
	free(s);
}
