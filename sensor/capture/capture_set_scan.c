/* Which files a set has: at the start, and (following) from time to time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sensor/base/arena.h"
#include "sensor/capture/capture_places.h"
#include "sensor/capture/capture_set_inner.h"

enum { SKIPPED_NAMED = 20 }; /* files of folders that are named, one by one */

static void
note_skipped(struct capture_set *s, const char *text)
{
	if (s->skipped++ < SKIPPED_NAMED)
		set_note(s, CAPTURE_NOTE_SKIPPED, "skipped: %s", text);
}

static struct source *
find(struct capture_set *s, struct source_key key)
{
	struct source *found;
	HASH_FIND(hh, s->by_key, &key, sizeof key, found);
	return found;
}

static struct source *
source_new(struct capture_set *s, const char *path, bool listed)
{
	struct source *source = must_alloc(sizeof *source);
	size_t size = strlen(path) + 1;

	*source = (struct source){
		.path = must_alloc(size), .index = s->count, .state = SOURCE_DONE, .listed = listed
	};
	memcpy(source->path, path, size);
	if (s->count == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 16;
		s->sources = must_realloc(s->sources, s->cap * sizeof(struct source *));
	}
	s->sources[s->count++] = source;
	return source;
}

/* The same file under another name. */
static void
renamed(struct source *source, const char *path)
{
	size_t size = strlen(path) + 1;

	source->path = must_realloc(source->path, size);
	memcpy(source->path, path, size);
}

/* ---- the front of a file ---- */

/* 1 and the time of the first frame (DAMAGED if it cannot be read); 0 = there is none, by now;
 * -1 and err: not a capture that can be read. */
static int
peek(struct capture_set *s, const char *path, int64_t *first, struct err *err)
{
	struct err damage = { "" };
	struct capture *c;
	struct frame frame;
	int rc = set_open_file(s, path, &c, err);

	if (rc <= 0)
		return rc;
	rc = capture_next(c, &frame, &damage);
	*first = rc > 0 ? frame.time : DAMAGED;
	capture_close(c);
	return rc != 0;
}

/* Takes the file up, or says why not: 0, or -1 and err. */
static int
look(struct capture_set *s, struct source *source, const struct stat *st, struct err *err)
{
	int64_t first = 0;
	int rc = peek(s, source->path, &first, err);

	set_remember(source, st);
	source->refused = rc <= 0;
	if (rc < 0)
		return -1;
	if (rc == 0) {
		if (!s->config.follow)
			set_note(s, CAPTURE_NOTE_EMPTY, "%s: no packets in it", source->path);
		return 0;
	}
	/* The same first packet: it grew; another: its name or place was used again. */
	if (source->first != first)
		source->frames = 0;
	source->first = first;
	s->frames |= first != DAMAGED;
	set_wait(s, source);
	return 0;
}

/* ---- one path ---- */

/* Standard input and other pipes can be opened once only. */
static int
add_pipe(struct capture_set *s, const char *path, struct err *err)
{
	struct source *source;

	if (s->open_count == LIMIT_CAPTURES_OPEN)
		return err_set(err, "%s: more than %d pipes", path, LIMIT_CAPTURES_OPEN);
	source = source_new(s, path, false);
	if (set_open(s, source, err) < 0)
		return -1;
	if (!s->config.follow) {
		struct err damage = { "" };
		int rc = capture_next(source->capture, &source->frame, &damage);
		source->has_frame = rc > 0;
		s->frames |= rc > 0;
		if (rc < 0)
			return err_set(err, "%s", damage.text);
	}
	return 0;
}

/* The file that this one was made of: dump1 of dump1.gz (tcpdump -z gzip); NULL = none is known. */
static struct source *
unpacked_twin(const struct capture_set *s, const char *path)
{
	static const char *const ends[] = { ".gz", ".zst", ".bz2", ".xz", ".lz4" };
	size_t len = strlen(path);

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		size_t n = strlen(ends[i]);
		if (len <= n || strcmp(path + len - n, ends[i]) != 0)
			continue;
		for (size_t k = 0; k < s->count; k++)
			if (strncmp(s->sources[k]->path, path, len - n) == 0 &&
				s->sources[k]->path[len - n] == '\0' && !s->sources[k]->refused)
				return s->sources[k];
	}
	return NULL;
}

/* The packed file takes the place of its twin, once that is gone and nobody reads it. */
static void
replace_twin(struct capture_set *s, struct source *twin, const char *path, const struct stat *st)
{
	struct stat other;

	if (twin->state == SOURCE_OPEN || stat(twin->path, &other) == 0)
		return;
	HASH_DEL(s->by_key, twin);
	twin->key = (struct source_key){ st->st_dev, st->st_ino };
	HASH_ADD(hh, s->by_key, key, sizeof twin->key, twin);
	renamed(twin, path);
	set_remember(twin, st);
}

static int
add_file(struct capture_set *s, const char *path, const struct stat *st, bool listed,
	struct err *err)
{
	if (s->count == LIMIT_CAPTURE_FILES) {
		if (!s->full)
			set_note(s, CAPTURE_NOTE_SKIPPED,
				"more than %d capture files: those found from now on are not read",
				LIMIT_CAPTURE_FILES);
		s->full = true;
		return 0;
	}
	struct source *twin = s->scan_due > 0 ? unpacked_twin(s, path) : NULL;
	if (twin != NULL) {
		replace_twin(s, twin, path, st);
		return 0;
	}
	struct source *source = source_new(s, path, listed);

	source->key = (struct source_key){ st->st_dev, st->st_ino };
	HASH_ADD(hh, s->by_key, key, sizeof source->key, source);
	return look(s, source, st, err);
}

/* A file that is known: grown since it was left, begun anew, or nothing. */
static int
look_again(struct capture_set *s, struct source *source, const struct stat *st, struct err *err)
{
	int64_t done, size;

	if (source->state == SOURCE_WAITING)
		return 0;
	if (source->state == SOURCE_OPEN) {
		capture_progress(source->capture, &done, &size);
		if (st->st_size >= done)
			return 0;
		set_note(s, CAPTURE_NOTE_FOLLOW,
			"%s: was begun anew before all of it was read; what is there now is read",
			source->path);
		set_finish(s, source);
		source->frames = 0;
	}
	if (source->size == st->st_size && source->modified == set_modified(st))
		return 0;
	return look(s, source, st, err);
}

struct scanning {
	struct capture_set *set;
	bool listed;
	bool found; /* something that can be read */
	struct err *err;
	int rc;
};

static void
on_path(void *ctx, const char *path)
{
	struct scanning *scan = ctx;
	struct capture_set *s = scan->set;
	struct err err = { "" };
	struct stat st;
	bool first = s->scan_due == 0;
	bool there = strcmp(path, "-") != 0 && stat(path, &st) == 0;
	int rc = 0;

	if (there && S_ISDIR(st.st_mode) && scan->listed)
		rc = first ? err_set(&err, "%s: a folder in a folder; name it to read it", path)
			   : 0;
	else if (there && S_ISREG(st.st_mode)) {
		struct source *known = find(s, (struct source_key){ st.st_dev, st.st_ino });
		if (known != NULL && strcmp(known->path, path) != 0)
			renamed(known, path);
		rc = known == NULL ? add_file(s, path, &st, scan->listed, &err)
				   : look_again(s, known, &st, &err);
		scan->found |= rc == 0;
	} else if (first && !scan->listed) /* the words for what is missing are there, too */
		rc = add_pipe(s, path, &err);
	if (rc == 0)
		return;
	if (scan->listed || !first)
		note_skipped(s, err.text);
	else if (scan->rc == 0)
		scan->rc = err_set(scan->err, "%s", err.text);
}

int
set_scan(struct capture_set *s, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < s->places_count && rc == 0; i++) {
		bool several = place_is_several(s->places[i]);
		struct scanning scan = { s, several, false, err, 0 };

		rc = place_list(s->places[i], on_path, &scan, err) < 0 ? -1 : scan.rc;
		if (rc == 0 && several && !scan.found && s->scan_due == 0 && !s->config.follow)
			rc = err_set(
				err, "%s: no capture in this folder can be read", s->places[i]);
	}
	if (s->scan_due == 0 && s->skipped > SKIPPED_NAMED)
		set_note(s, CAPTURE_NOTE_SKIPPED, "skipped: %zu other files",
			s->skipped - SKIPPED_NAMED);
	s->scan_due = s->now.monotonic + RESCAN;
	return rc;
}
