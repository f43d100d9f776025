#include "web/export_archive.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <archive.h>
#include <archive_entry.h>

#include "sensor/base/arena.h"
#include "sensor/base/ptime.h"

#define READY_MAX (64u << 20) /* bytes between two calls of zip_take */

struct zip {
	struct archive *archive;
	struct buf ready;
	time_t now;
};

static la_ssize_t
take_bytes(struct archive *a, void *ctx, const void *bytes, size_t n)
{
	struct zip *z = ctx;
	(void)a;
	buf_add(&z->ready, slice_of(bytes, n));
	return z->ready.lost > 0 ? -1 : (la_ssize_t)n;
}

/* libarchive fails here only without memory. */
static void
must(int result)
{
	if (result != ARCHIVE_OK) {
		abort();
	}
}

struct zip *
zip_new(int64_t now)
{
	struct zip *z = must_alloc(sizeof *z);
	*z = (struct zip){ .archive = archive_write_new(), .now = (time_t)(now / PTIME_SECOND) };
	buf_init(&z->ready, READY_MAX);
	if (z->archive == NULL) {
		abort();
	}
	must(archive_write_set_format_zip(z->archive));
	must(archive_write_set_bytes_in_last_block(z->archive, 1)); /* no padding at the end */
	must(archive_write_open(z->archive, z, NULL, take_bytes, NULL));
	return z;
}

static int
failed(struct zip *z, struct err *err)
{
	return err_set(err, "the archive cannot be made: %s", archive_error_string(z->archive));
}

int
zip_entry(struct zip *z, const char *name, struct err *err)
{
	struct archive_entry *e = archive_entry_new();
	if (e == NULL) {
		abort();
	}
	archive_entry_set_pathname(e, name);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0640);
	archive_entry_set_mtime(e, z->now, 0);
	int result = archive_write_header(z->archive, e);
	archive_entry_free(e);
	return result == ARCHIVE_OK ? 0 : failed(z, err);
}

int
zip_add(struct zip *z, struct slice bytes, struct err *err)
{
	if (bytes.len == 0) {
		return 0;
	}
	return archive_write_data(z->archive, bytes.ptr, bytes.len) == (la_ssize_t)bytes.len
		       ? 0
		       : failed(z, err);
}

int
zip_end(struct zip *z, struct err *err)
{
	return archive_write_close(z->archive) == ARCHIVE_OK ? 0 : failed(z, err);
}

void
zip_take(struct zip *z, struct buf *out)
{
	buf_add(out, buf_slice(&z->ready));
	buf_clear(&z->ready);
}

void
zip_free(struct zip *z)
{
	if (z != NULL) {
		archive_write_free(z->archive);
		buf_release(&z->ready);
		free(z);
	}
}
