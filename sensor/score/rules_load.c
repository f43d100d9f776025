#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sensor/base/buf.h"
#include "sensor/score/rules.h"

#define FILE_MAX 1048576 /* bytes of one rule file; a thousand long rules */
#define PATH_MAX_BYTES 4096

static const char *const kind_words[] = {
	[RULE_HEADER] = "header",
	[RULE_EXISTS] = "header",
	[RULE_BODY] = "body",
	[RULE_RAWBODY] = "rawbody",
	[RULE_FULL] = "full",
	[RULE_MIMEHEADER] = "mimeheader",
	[RULE_HOST] = "host",
	[RULE_URI] = "uri",
	[RULE_META] = "meta",
	[RULE_SESSION] = "session",
	[RULE_FAULT] = "fault",
	[RULE_EVAL] = "eval",
};

struct rules *
rules_new(void)
{
	struct rules *r = must_alloc(sizeof *r);
	*r = (struct rules){ .patterns = patterns_new() };
	arena_init(&r->arena, LIMIT_RULE_MEMORY);
	return r;
}

void
rules_free(struct rules *r)
{
	if (r == NULL)
		return;
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
file_load(struct rules *r, const char *path, struct err *err)
{
	struct buf text;
	int fd = open(path, O_RDONLY | O_CLOEXEC), result = -1;
	if (fd < 0)
		return file_fail(path, err);
	buf_init(&text, FILE_MAX);
	if (file_read(fd, path, &text, err) == 0)
		result = rules_read(r, path, buf_slice(&text), err);
	buf_release(&text);
	close(fd);
	return result;
}

static int
is_rule_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && slice_iends(slice_str(entry->d_name), SLICE(".cf"));
}

static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
dir_load(struct rules *r, const char *dir, struct err *err)
{
	struct dirent **entries;
	int count = scandir(dir, &entries, is_rule_file, by_bytes), result = 0;
	if (count < 0)
		return file_fail(dir, err);
	if (count == 0)
		result = err_set(err, "%s: there is no *.cf file in this folder", dir);
	for (int i = 0; i < count; i++) {
		char path[PATH_MAX_BYTES];
		int n = snprintf(path, sizeof path, "%s/%s", dir, entries[i]->d_name);
		if (result == 0 && (n < 0 || (size_t)n >= sizeof path))
			result = err_set(err, "%s: the path is too long", dir);
		else if (result == 0)
			result = file_load(r, path, err);
		free(entries[i]);
	}
	free(entries);
	return result;
}

struct rules *
rules_load(const char *const *dirs, size_t dirs_count, struct err *err)
{
	struct rules *r = rules_new();
	int result = 0;
	for (size_t i = 0; i < dirs_count && result == 0; i++)
		result = dir_load(r, dirs[i], err);
	if (result == 0)
		result = rules_finish(r, err);
	if (result == 0)
		return r;
	rules_free(r);
	return NULL;
}

size_t
rules_count(const struct rules *r)
{
	return r->rules_count;
}

bool
rules_jit(const struct rules *r)
{
	return patterns_jit(r->patterns);
}

void
rules_info(const struct rules *r, size_t i, struct rule_info *out)
{
	const struct rule *rule = &r->rules[i];
	*out = (struct rule_info){ .name = rule->name,
		.kind = kind_words[rule->kind],
		.describe = rule->describe,
		.file = rule->file,
		.source = rule->source,
		.line = rule->line,
		.score = rule->score,
		.label = rule->label,
		.hidden = rule->hidden };
}

bool
rules_want_delivered(const struct rules *r)
{
	for (size_t i = 0; i < r->rules_count; i++)
		if (r->rules[i].delivered)
			return true;
	return false;
}
