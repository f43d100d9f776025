/* The filter before the rules leaves out none that would hit: every mail is judged twice, once by
 * those rules alone that the filter finds and once by all, and must come out the same.
 *
 *   rules_filter FOLDER EVERY DIR...     every so many-th file of the folder, by the rules of DIRs
 *
 * A DIR that begins with "stock:" is somebody else's.  Exit status 77: there is nothing to do. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/base/buf.h"
#include "sensor/mail/message_file.h"
#include "sensor/record_layout.h"
#include "sensor/score/rules.h"

#define DIRS_MAX 4
#define OPEN_FOLDERS 16

static char **paths; /* nftw() has no other way to hand them over */
static size_t paths_count;

static int
on_path(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st, (void)where;
	if (type != FTW_F)
		return 0;
	paths = must_realloc(paths, (paths_count + 1) * sizeof *paths);
	paths[paths_count++] = strdup(path);
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
read_file(const char *path, struct buf *out)
{
	uint8_t block[65536];
	size_t n;
	FILE *f = fopen(path, "rb");
	while (f != NULL && (n = fread(block, 1, sizeof block, f)) > 0)
		buf_add(out, slice_of(block, n));
	if (f != NULL)
		fclose(f);
}

static void
judge(const struct rules *r, const struct message *m, struct arena *arena, struct mail_record *out)
{
	struct counters counters = { 0 };
	*out = (struct mail_record){ 0 };
	record_init(&layout_mail, out);
	const struct rule_input in = {
		.message = m, .delivered = m, .mail = out, .arena = arena, .parts = true
	};
	rules_score(r, &in, out, &counters);
}

/* How many rules differ, each named. */
static int
differ(const char *path, const struct mail_record *a, const struct mail_record *b, const char *how)
{
	int bad = 0;
	for (size_t i = 0; i < a->hits_count; i++) {
		size_t n = 0;
		while (n < b->hits_count && (strcmp(a->hits[i].rule, b->hits[n].rule) != 0 ||
						    a->hits[i].times != b->hits[n].times))
			n++;
		if (n == b->hits_count)
			bad += printf("%s: %s hits %d times, %s\n", path, a->hits[i].rule,
				       a->hits[i].times, how) > 0;
	}
	return bad;
}

/* Where the steps were used up, the two may differ. */
static int
one_mail(struct rules *r, const char *path, struct arena *arena)
{
	struct mail_record with, without;
	struct message message;
	struct buf file;
	int bad = 0;
	arena_reset(arena);
	buf_init(&file, LIMIT_MAIL_KEPT);
	read_file(path, &file);
	message_split(message_file_wire(buf_slice(&file), arena), NULL, arena, &message);
	r->unfiltered = false;
	judge(r, &message, arena, &with);
	r->unfiltered = true;
	judge(r, &message, arena, &without);
	if (with.gave_up_count == 0 && without.gave_up_count == 0)
		bad = differ(path, &with, &without, "but only with the filter") +
		      differ(path, &without, &with, "but not with the filter");
	buf_release(&file);
	return bad;
}

int
main(int argc, char **argv)
{
	struct rule_source sources[DIRS_MAX];
	struct err err = { "" };
	struct arena arena;
	size_t count = 0, mails = 0;
	int bad = 0;
	for (int i = 3; i < argc && count < DIRS_MAX; i++) {
		bool stock = strncmp(argv[i], "stock:", 6) == 0;
		sources[count++] = (struct rule_source){ argv[i] + (stock ? 6 : 0), stock };
	}
	struct rules *r = count > 0 ? rules_load(sources, count, &err) : NULL;
	if (r == NULL || nftw(argv[1], on_path, OPEN_FOLDERS, FTW_PHYS) < 0 || paths_count == 0) {
		printf("skipped: %s\n", r == NULL ? err.text : "there are no mails");
		rules_free(r);
		return 77;
	}
	size_t every = (size_t)strtoul(argv[2], NULL, 10);
	qsort(paths, paths_count, sizeof *paths, by_name);
	arena_init(&arena, 2 * LIMIT_MAIL_MEMORY);
	for (size_t i = 0; i < paths_count; i++) {
		if (every > 0 && i % every == 0) {
			bad += one_mail(r, paths[i], &arena);
			mails++;
		}
		free(paths[i]);
	}
	printf("%zu mails, %zu rules, %d differences\n", mails, rules_count(r), bad);
	free(paths);
	arena_release(&arena);
	rules_free(r);
	return bad > 0 || mails == 0;
}
