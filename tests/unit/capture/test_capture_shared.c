/* Every capture of the folder beside the project, where it is there: read to its end, with as many
 * frames as capinfos counts.  A file that is not read to its end must say so. */
#include "unit/capture/images.h"

#include <ftw.h>

#define CAPTURES SOURCE_DIR "/../shared/captures"

enum { FILES_MAX = 2000 };

struct reading {
	char path[512];
	int64_t frames; /* -1 = refused */
	bool damaged;
	char words[512];
};

/* nftw() hands nothing on to its callback. */
static struct reading *readings;
static size_t readings_count;

static int
read_file(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	struct err err = { "" };
	struct capture *c;
	struct frame frame;
	int status;

	(void)st;
	(void)at;
	if (strstr(path, "/expected/")) /* what other programs say of them */
		return 0;
	if (kind != FTW_F || strlen(path) >= sizeof readings->path || readings_count == FILES_MAX)
		return 0;
	struct reading *r = &readings[readings_count++];
	snprintf(r->path, sizeof r->path, "%s", path);
	r->frames = -1;
	if (capture_open_file(path, &c, &err) == 0) {
		for (r->frames = 0; (status = capture_next(c, &frame, &err)) == 1; r->frames++)
			assert_true(frame.wire_len >= frame.data.len);
		r->damaged = status != 0;
		assert_int_equal(capture_next(c, &frame, &err), 0);
		capture_close(c);
	}
	assert_true((r->frames >= 0 && !r->damaged) == (err.text[0] == '\0'));
	memcpy(r->words, err.text, sizeof r->words);
	return 0;
}

static struct reading *
reading_of(const char *path)
{
	for (size_t i = 0; i < readings_count; i++)
		if (strcmp(readings[i].path, path) == 0)
			return &readings[i];
	return NULL;
}

enum comparison { EQUAL, EXPLAINED, WRONG, NOTHING };

/* A line "path<tab>count" of capinfos.  It knows more formats than libpcap, and reads on where
 * libpcap stops: a difference is shown, and is explained if we said that something is wrong with
 * the file. */
static enum comparison
compare(char *line)
{
	char *tab = strrchr(line, '\t');
	int64_t count;

	if (!tab || slice_number(slice_trim(slice_str(tab + 1)), &count) != 0)
		return NOTHING;
	*tab = '\0';
	struct reading *r = reading_of(line);
	if (!r)
		return NOTHING;
	if (r->frames == count)
		return EQUAL;
	print_message("%s: %lld frames, capinfos %lld%s\n", strrchr(line, '/') + 1,
		(long long)r->frames, (long long)count,
		r->words[0] ? r->words + strlen(r->path) : ", and no word");
	return r->words[0] ? EXPLAINED : WRONG;
}

static void
test_counts(void **state)
{
	(void)state;
	char line[2048];
	size_t times[NOTHING + 1] = { 0 };

	readings = calloc(FILES_MAX, sizeof *readings);
	assert_non_null(readings);
	nftw(CAPTURES, read_file, 16, FTW_PHYS);
	if (readings_count == 0 || access("/usr/bin/capinfos", X_OK) != 0) {
		print_message("SKIPPED: no captures in %s, or no capinfos\n", CAPTURES);
		free(readings);
		skip();
	}
	FILE *counts = popen("find '" CAPTURES "' -type f -print0 | "
			     "xargs -0 capinfos -T -r -M -c 2>/dev/null",
		"r");
	assert_non_null(counts);
	while (fgets(line, sizeof line, counts))
		times[compare(line)]++;
	pclose(counts);
	print_message("%zu files: %zu equal, %zu explained\n", readings_count, times[EQUAL],
		times[EXPLAINED]);
	assert_int_equal(times[WRONG], 0);
	assert_true(times[EQUAL] > 10 * times[EXPLAINED]);
	free(readings);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_counts) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
