#include "sensor/cli/export_output.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct output {
	const char *name; /* as asked for */
	int (*write)(void *ctx, FILE *out, struct err *err);
	void *ctx;
};

/* 0, or -1 when not every byte went out. */
static int
close_file(const struct output *o, FILE *file, struct err *err)
{
	bool failed = ferror(file) != 0;

	errno = 0;
	if (fclose(file) == 0 && !failed)
		return 0;
	return err_set(err, "%s cannot be written: %s", o->name,
		errno != 0 ? strerror(errno) : "its disk is full");
}

static int
write_to(const struct output *o, const char *path, struct err *err)
{
	FILE *file = fopen(path, "we");

	if (file == NULL)
		return err_set(err, "%s cannot be written: %s", path, strerror(errno));

	int written = o->write(o->ctx, file, err), closed = close_file(o, file, err);

	return written != 0 || closed != 0 ? -1 : 0;
}

/* A regular file comes into being whole, by its last rename. */
static int
write_file(const struct output *o, struct err *err)
{
	char part[4096];

	if ((size_t)snprintf(part, sizeof part, "%s.part", o->name) >= sizeof part)
		return err_set(err, "--output: the name is too long");
	if (write_to(o, part, err) == 0) {
		if (rename(part, o->name) == 0)
			return 0;
		err_set(err, "%s cannot be written: %s", o->name, strerror(errno));
	}
	unlink(part);
	return -1;
}

static bool
is_device(const char *path)
{
	struct stat file;

	return stat(path, &file) == 0 && !S_ISREG(file.st_mode);
}

int
export_output(const char *path, int (*write)(void *ctx, FILE *out, struct err *err), void *ctx,
	struct err *err)
{
	const struct output o = { path, write, ctx };

	if (path == NULL || strcmp(path, "-") == 0)
		return write(ctx, stdout, err);
	return is_device(path) ? write_to(&o, path, err) : write_file(&o, err);
}
