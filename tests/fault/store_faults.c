/* Faults under an open store, and files that are none: each is said in words, and nothing is
 * half-written. */
#include "unit/store/fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "store/migrate.h"

static int64_t
count_sessions(const char *path)
{
	struct err err = { 0 };
	struct store *reader;

	if (store_open_reader(path, &reader, &err) != 0)
		fail_msg("%s", err.text);

	int64_t n = rows_of(reader, "sessions", &(struct filter){ 0 });

	store_close(reader);
	return n;
}

static void
say_nothing(void *ctx, const char *text)
{
	(void)ctx;
	print_message("%s\n", text);
}

/* 0, or -1 and the words of the first fault. */
static int
put_sessions(struct fixture *f, int from, int count, struct err *err)
{
	char id[17];

	for (int i = from; i < from + count; i++) {
		snprintf(id, sizeof id, "%016x", (unsigned)i);

		struct session_record s = session_sample(id, "192.0.2.1", "198.51.100.1", T0 + i);

		if (f->sink.session(f->sink.ctx, &s, err) < 0)
			return -1;
	}
	return f->sink.commit(f->sink.ctx, err);
}

/* Mounts a file system of `size` in the fixture's folder, seen by this process alone. */
static bool
mount_small(struct fixture *f, const char *size)
{
	char options[64];

	*f = (struct fixture){ .folder = "/tmp/heloscope-store-XXXXXX" };
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof f->path, "%s/heloscope.db", f->folder);
	snprintf(options, sizeof options, "size=%s", size);
	if (geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
		mount("tmpfs", f->folder, "tmpfs", 0, options) == 0)
		return true;
	print_message("SKIPPED: a file system cannot be mounted here (%s)\n", strerror(errno));
	rmdir(f->folder);
	return false;
}

static void
unmount_small(struct fixture *f)
{
	store_close(f->store);
	umount(f->folder);
	rmdir(f->folder);
}

static void
a_full_disk_costs_the_batch_and_no_more(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	int batches = 0;

	(void)state;
	if (!mount_small(&f, "3m"))
		skip();
	fixture_open(&f);
	while (batches < 100 && put_sessions(&f, batches * 500, 500, &err) == 0)
		batches++;
	assert_in_range(batches, 1, 99);
	assert_non_null(strstr(err.text, "disk is full"));
	assert_non_null(strstr(err.text, "nothing of this batch"));

	assert_int_equal(count_sessions(f.path), batches * 500);

	/* Room was made: the same writer goes on. */
	assert_int_equal(mount(NULL, f.folder, NULL, MS_REMOUNT, "size=30m"), 0);
	err = (struct err){ 0 };
	assert_int_equal(put_sessions(&f, batches * 500, 500, &err), 0);
	store_close(f.store);
	f.store = NULL;
	assert_int_equal(count_sessions(f.path), (batches + 1) * 500);
	assert_int_equal(store_check(f.path, say_nothing, NULL, &err), 0);
	unmount_small(&f);
}

static void
a_disk_without_room_for_a_store_keeps_no_half_of_one(void **state)
{
	static const char *const sizes[] = { "4k", "16k", "64k", "128k" };
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct err err = { 0 };

		if (!mount_small(&f, sizes[i]))
			skip();
		if (store_open(f.path, "test", &f.store, &err) != 0) {
			assert_true(strstr(err.text, "disk is full") != NULL ||
				    strstr(err.text, "No space left") != NULL);
			assert_int_equal(rmdir(f.folder), -1); /* busy: it is mounted */
			assert_int_equal(access(f.path, F_OK), -1);
		}
		unmount_small(&f);
	}
}

/* As a user who may not write there. 0 = refused with these words. */
static int
refused_as_nobody(const char *path, const char *words)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		struct err err = { 0 };
		struct store *s;

		if (setgid(65534) != 0 || setuid(65534) != 0)
			_exit(2);
		if (store_open(path, "test", &s, &err) == 0)
			_exit(1);
		if (strstr(err.text, words) == NULL)
			fprintf(stderr, "said: %s\n", err.text);
		_exit(strstr(err.text, words) != NULL ? 0 : 1);
	}
	waitpid(child, &status, 0);
	return status;
}

static void
a_folder_that_may_not_be_written(void **state)
{
	struct fixture f;
	char name[128];

	(void)state;
	if (geteuid() != 0) {
		print_message("SKIPPED: only root can become another user\n");
		skip();
	}
	fixture_begin(&f);
	store_close(f.store);
	f.store = NULL;
	chmod(f.folder, 0755);
	chmod(f.path, 0644);
	assert_int_equal(refused_as_nobody(f.path, "may not be written by user 65534"), 0);
	snprintf(name, sizeof name, "%s/new.db", f.folder);
	assert_int_equal(refused_as_nobody(name, "may not be written by user 65534"), 0);
	assert_int_equal(access(name, F_OK), -1);
	/* The folder may be written, the file may not. */
	chmod(f.folder, 01777);
	assert_int_equal(refused_as_nobody(f.path, "may not be written: check owner and mode"), 0);
	fixture_end(&f);
}

static void
assert_nobody_reads(const struct fixture *f)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		if (setgid(65534) != 0 || setuid(65534) != 0)
			_exit(2);
		_exit(count_sessions(f->path) == 5 ? 0 : 1);
	}
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
}

/* Reading needs no right to write: while a writer is there, when it is gone, and when another
 * reader left its files. */
static void
a_reader_who_may_not_write(void **state)
{
	struct fixture f;
	struct err err = { 0 };

	(void)state;
	if (geteuid() != 0) {
		print_message("SKIPPED: only root can become another user\n");
		skip();
	}
	fixture_begin(&f);
	assert_int_equal(put_sessions(&f, 0, 5, &err), 0);
	chmod(f.folder, 0755);
	assert_nobody_reads(&f);
	store_close(f.store);
	f.store = NULL;
	assert_nobody_reads(&f);
	assert_int_equal(count_sessions(f.path), 5);
	assert_nobody_reads(&f);
	fixture_end(&f);
}

/* A store that lost its end, at many places: never taken for sound, never a crash. */
static void
truncated_files_are_called_damaged(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct stat whole;

	(void)state;
	fixture_begin(&f);
	assert_int_equal(put_sessions(&f, 0, 500, &err), 0);
	store_close(f.store);
	f.store = NULL;
	assert_int_equal(stat(f.path, &whole), 0);
	for (off_t size = whole.st_size - 1; size > 100; size = size * 2 / 3) {
		struct store *s;

		assert_int_equal(truncate(f.path, size), 0);
		err = (struct err){ 0 };
		assert_int_equal(store_open(f.path, "test", &s, &err), -1);
		if (strstr(err.text, "damaged") == NULL &&
			strstr(err.text, "not even a data base") == NULL)
			fail_msg("%lld bytes: %s", (long long)size, err.text);
		err = (struct err){ 0 };
		assert_int_not_equal(store_check(f.path, say_nothing, NULL, &err), 0);

		struct stat left;

		assert_int_equal(stat(f.path, &left), 0);
		assert_int_equal(left.st_size, size);
	}
	fixture_end(&f);
}

/* Bytes changed in the middle: found by the check, and reading what is there does not crash. */
static void
changed_bytes_are_found(void **state)
{
	struct fixture f;
	struct err err = { 0 };
	struct stat whole;
	int found = 0;

	(void)state;
	fixture_begin(&f);
	assert_int_equal(put_sessions(&f, 0, 500, &err), 0);
	store_close(f.store);
	f.store = NULL;
	assert_int_equal(stat(f.path, &whole), 0);

	int fd = open(f.path, O_RDWR | O_CLOEXEC);

	for (off_t page = 1; page < whole.st_size / 4096; page += 7) {
		uint8_t was[16], noise[16];
		struct store *s;
		struct buf json;

		memset(noise, 0xa5, sizeof noise);
		assert_int_equal(pread(fd, was, sizeof was, page * 4096), sizeof was);
		assert_int_equal(pwrite(fd, noise, sizeof noise, page * 4096), sizeof noise);
		err = (struct err){ 0 };
		found += store_check(f.path, say_nothing, NULL, &err) != 0;
		buf_init(&json, 65536);
		if (store_open_reader(f.path, &s, &err) == 0) {
			query_session(s, "0000000000000010", &json, &err);
			store_close(s);
		}
		buf_release(&json);
		assert_int_equal(pwrite(fd, was, sizeof was, page * 4096), sizeof was);
	}
	close(fd);
	assert_true(found > 5);
	assert_int_equal(store_check(f.path, say_nothing, NULL, &err), 0);
	fixture_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_folder_that_may_not_be_written),
		cmocka_unit_test(a_reader_who_may_not_write),
		cmocka_unit_test(truncated_files_are_called_damaged),
		cmocka_unit_test(changed_bytes_are_found),
		cmocka_unit_test(a_full_disk_costs_the_batch_and_no_more),
		cmocka_unit_test(a_disk_without_room_for_a_store_keeps_no_half_of_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
