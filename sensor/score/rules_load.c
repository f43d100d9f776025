#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sensor/base/buf.h"
#include "sensor/score/plan.h"
#include "sensor/score/rule_reader.h"

#define FILE_MAX (8 * 1024 * 1024) /* bytes of one rule file */
#define PATH_BYTES 4096
#define INCLUDES 8 /* files inside of each other */
#define LANGUAGE "en_US"

struct rules *
rules_new(void)
{
	struct rules *r = must_alloc(sizeof *r);
	*r = (struct rules){ .patterns = patterns_new(), .language = SLICE(LANGUAGE) };
	arena_init(&r->arena, LIMIT_RULE_MEMORY);
	r->settings = settings_new(&r->arena);
	return r;
}

void
rules_free(struct rules *r)
{
	if (r == NULL)
		return;
	plan_free(r->plan, r->targets_count);
	for (size_t i = 0; i < r->rules_count; i++)
		pattern_free(r->rules[i].pattern);
	patterns_free(r->patterns);
	arena_release(&r->arena);
	free(r);
}

static int
file_fail(const char *path, struct err *err)
{
	return err_set(err, "%s: %s", path, strerror(errno));
}

static int
file_read(int fd, const char *path, struct buf *out, struct err *err)
{
	for (;;) {
		uint8_t block[65536];
		ssize_t n = read(fd, block, sizeof block);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return file_fail(path, err);
		if (n == 0)
			return 0;
		buf_add(out, slice_of(block, (size_t)n));
		if (out->lost > 0)
			return err_set(err, "%s: larger than %d bytes, which no rule file is", path,
				FILE_MAX);
	}
}

static int
file_load(struct rules *r, const char *path, unsigned depth, struct err *err)
{
	struct buf text;
	int fd = open(path, O_RDONLY | O_CLOEXEC), result = -1;
	if (fd < 0)
		return file_fail(path, err);
	buf_init(&text, FILE_MAX);
	if (file_read(fd, path, &text, err) == 0)
		result = rules_read_from(r, path, buf_slice(&text), depth, err);
	buf_release(&text);
	close(fd);
	return result;
}

/* Relative to the file that it is in. */
int
rules_include(struct reader *rd, struct slice path)
{
	char whole[PATH_BYTES];
	struct err err = { "" };
	const char *slash = strrchr(rd->file, '/');
	bool relative = path.len == 0 || path.ptr[0] != '/';
	int n = snprintf(whole, sizeof whole, "%.*s%.*s",
		relative && slash != NULL ? (int)(slash + 1 - rd->file) : 0, rd->file,
		(int)path.len, (const char *)path.ptr);
	if (path.len == 0 || n < 0 || (size_t)n >= sizeof whole)
		return reader_fail(rd, NULL, "the name of a file is expected");
	if (!rd->rules->files)
		return reader_fail(rd, path.ptr, "include works in files alone");
	if (rd->depth == INCLUDES)
		return reader_fail(rd, path.ptr, "more than %d files include each other", INCLUDES);
	if (file_load(rd->rules, whole, rd->depth + 1, &err) < 0)
		return reader_fail(rd, path.ptr, "included: %s", err.text);
	return 0;
}

static bool
ends(const char *name, const char *suffix)
{
	return slice_iends(slice_str(name), slice_str(suffix));
}

static int
is_rule_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && ends(entry->d_name, ".cf");
}

static int
is_pre_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && ends(entry->d_name, ".pre");
}

static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
dir_load(struct rules *r, const char *dir, bool pre, struct err *err)
{
	struct dirent **entries;
	int count = scandir(dir, &entries, pre ? is_pre_file : is_rule_file, by_bytes);
	int result = 0;
	if (count < 0)
		return file_fail(dir, err);
	if (count == 0 && !pre)
		result = err_set(err, "%s: there is no *.cf file in this folder", dir);
	for (int i = 0; i < count; i++) {
		char path[PATH_BYTES];
		int n = snprintf(path, sizeof path, "%s/%s", dir, entries[i]->d_name);
		if (result == 0 && (n < 0 || (size_t)n >= sizeof path))
			result = err_set(err, "%s: the path is too long", dir);
		else if (result == 0)
			result = file_load(r, path, 0, err);
		free(entries[i]);
	}
	free(entries);
	return result;
}

static int
source_load(struct rules *r, const struct rule_source *source, bool pre, struct err *err)
{
	struct stat st;
	r->stock = source->stock;
	if (stat(source->path, &st) < 0)
		return file_fail(source->path, err);
	if (S_ISDIR(st.st_mode))
		return dir_load(r, source->path, pre, err);
	return pre == ends(source->path, ".pre") ? file_load(r, source->path, 0, err) : 0;
}

/* Of which `lang XX` lines count: as SpamAssassin asks the environment. */
static struct slice
language(void)
{
	static const char *const names[] = { "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG" };
	struct slice out = SLICE_EMPTY;
	for (size_t i = 0; i < sizeof names / sizeof *names && out.len == 0; i++) {
		struct slice value = slice_str(getenv(names[i]));
		out = slice_split(&value, ':');
	}
	for (const char *end = "@.+,"; *end != '\0'; end++)
		out = slice_take(out, slice_index(out, (uint8_t)*end));
	bool none = out.len == 0 || slice_eq(out, SLICE("C")) || slice_eq(out, SLICE("POSIX"));
	return none ? SLICE(LANGUAGE) : out;
}

static struct rules *
load(const struct rule_source *sources, size_t count, bool only_hosts, struct err *err)
{
	struct rules *r = rules_new();
	int result = 0;
	r->files = true;
	r->only_hosts = only_hosts;
	r->language = arena_copy(&r->arena, language());
	for (size_t i = 0; i < count && result == 0; i++)
		result = source_load(r, &sources[i], true, err);
	for (size_t i = 0; i < count && result == 0; i++)
		result = source_load(r, &sources[i], false, err);
	if (result == 0)
		result = rules_finish(r, err);
	if (result == 0)
		return r;
	rules_free(r);
	return NULL;
}

struct rules *
rules_load(const struct rule_source *sources, size_t count, struct err *err)
{
	return load(sources, count, false, err);
}

struct rules *
rules_load_hosts(const struct rule_source *sources, size_t count, struct err *err)
{
	return load(sources, count, true, err);
}

/* ---- what is there ---- */

size_t
rules_count(const struct rules *r)
{
	return r->rules_count;
}

bool
rules_want_delivered(const struct rules *r)
{
	for (size_t i = 0; i < r->rules_count; i++)
		if (r->rules[i].delivered)
			return true;
	return false;
}

bool
rules_jit(const struct rules *r)
{
	return patterns_jit(r->patterns);
}

static void
info_of(const struct rule *rule, struct rule_info *out)
{
	*out = (struct rule_info){ .name = rule->name,
		.kind = rule->word,
		.describe = rule->describe,
		.file = rule->file,
		.source = rule->source,
		.line = rule->line,
		.score = rule->score,
		.label = rule->label,
		.hidden = rule->hidden,
		.off = rule->off,
		.stock = rule->stock,
		.left_out = rule->left_out == NULL ? "" : rule->left_out };
}

void
rules_info(const struct rules *r, size_t i, struct rule_info *out)
{
	info_of(&r->rules[i], out);
}

size_t
rules_left_out_count(const struct rules *r)
{
	return r->left_out_count;
}

void
rules_left_out(const struct rules *r, size_t i, struct rule_info *out)
{
	info_of(&r->left_out[i], out);
}
