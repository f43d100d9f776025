#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct flock whole_file = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

static void
program_name(pid_t pid, char *out, size_t size)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
	snprintf(out, size, "another program");

	FILE *file = fopen(path, "re");

	if (file == NULL)
		return;
	if (fgets(out, (int)size, file) != NULL)
		out[strcspn(out, "\n")] = '\0';
	fclose(file);
}

static int
say_holder(const struct lock *lock, const char *store, struct err *err)
{
	struct flock holder = whole_file;
	char name[64];

	if (fcntl(lock->fd, F_GETLK, &holder) != 0 || holder.l_type == F_UNLCK)
		return err_set(
			err, "%s was being written by another program just now: try again", store);
	program_name(holder.l_pid, name, sizeof name);
	return err_set(err,
		"%s is being written by process %d (%s): a store has one writer; stop that one, or "
		"name another file with --store",
		store, (int)holder.l_pid, name);
}

static int
say_why_not(const char *store, int error, struct err *err)
{
	const char *slash = strrchr(store, '/');
	int folder_len = slash == NULL ? 1 : slash == store ? 1 : (int)(slash - store);
	const char *folder = slash == NULL ? "." : store;

	if (error == ENOENT)
		return err_set(err,
			"%s: there is no folder %.*s: make it (mkdir -p), or name another file "
			"with --store",
			store, folder_len, folder);
	if (error == EACCES || error == EROFS || error == EPERM)
		return err_set(err,
			"%s: the folder %.*s may not be written by user %d: change its owner or "
			"mode, or name another file with --store",
			store, folder_len, folder, (int)geteuid());
	return err_set(err, "%s: the lock beside it cannot be made: %s", store, strerror(error));
}

/* Whether the file that was opened is still the one at the path: its last owner may have removed it
 * meanwhile. */
static bool
still_there(const struct lock *lock)
{
	struct stat opened, named;

	return fstat(lock->fd, &opened) == 0 && stat(lock->path, &named) == 0 &&
	       opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

static void
forget(struct lock *lock)
{
	if (lock->fd >= 0)
		close(lock->fd);
	free(lock->path);
	*lock = LOCK_NONE;
}

int
lock_take(struct lock *lock, const char *store, struct err *err)
{
	*lock = LOCK_NONE;
	if (asprintf(&lock->path, "%s.lock", store) < 0)
		abort();
	for (;;) {
		struct flock all = whole_file;

		lock->fd = open(lock->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
		if (lock->fd < 0) {
			say_why_not(store, errno, err);
			break;
		}
		if (fcntl(lock->fd, F_SETLK, &all) != 0) {
			say_holder(lock, store, err);
			break;
		}
		if (still_there(lock))
			return 0;
		close(lock->fd);
	}
	forget(lock);
	return -1;
}

void
lock_release(struct lock *lock)
{
	if (lock->fd >= 0)
		unlink(lock->path);
	forget(lock);
}
