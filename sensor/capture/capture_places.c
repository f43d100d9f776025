#include "sensor/capture/capture_places.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool
is_folder(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool
is_pattern(const char *place)
{
	struct stat st;
	return strpbrk(place, "*?[") != NULL && stat(place, &st) < 0;
}

bool
place_is_several(const char *place)
{
	return is_folder(place) || is_pattern(place);
}

static int
list_folder(const char *folder, void (*fn)(void *ctx, const char *path), void *ctx, struct err *err)
{
	size_t len = strlen(folder);
	const char *slash = len > 0 && folder[len - 1] == '/' ? "" : "/";
	DIR *dir = opendir(folder);
	char path[PATH_MAX];

	if (dir == NULL)
		return err_set(err, "%s: the folder cannot be read: %s", folder, strerror(errno));
	for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
		int n = snprintf(path, sizeof path, "%s%s%s", folder, slash, e->d_name);
		if (e->d_name[0] != '.' && n > 0 && (size_t)n < sizeof path)
			fn(ctx, path);
	}
	closedir(dir);
	return 0;
}

static int
list_pattern(
	const char *pattern, void (*fn)(void *ctx, const char *path), void *ctx, struct err *err)
{
	glob_t found;
	int rc = glob(pattern, GLOB_NOSORT, NULL, &found);

	if (rc == GLOB_NOMATCH)
		return 0;
	if (rc != 0)
		return err_set(err, "%s: the pattern cannot be looked up", pattern);
	for (size_t i = 0; i < found.gl_pathc; i++)
		fn(ctx, found.gl_pathv[i]);
	globfree(&found);
	return 0;
}

int
place_list(const char *place, void (*fn)(void *ctx, const char *path), void *ctx, struct err *err)
{
	if (is_folder(place))
		return list_folder(place, fn, ctx, err);
	if (is_pattern(place))
		return list_pattern(place, fn, ctx, err);
	fn(ctx, place);
	return 0;
}
